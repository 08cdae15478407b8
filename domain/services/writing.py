"""One write: lock, read, decide, append, keep, commit; the same for every use case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.commands import RecordStep
from domain.errors import Conflict, NotFound, Refused
from domain.ids import TaskId, derived
from domain.loops.applies import truth
from domain.loops.decide import decided
from domain.loops.evolve import evolve_all
from domain.loops.outlook import order_outlook, task_outlook
from domain.ports import CommandMeta, Kept
from domain.services.authorising import require_ward
from domain.services.chosen_ids import require_safe
from domain.services.contents import content_of
from domain.services.settling import Touch, settle
from domain.services.undersigning import UNPROVED, Undersigning
from domain.services.workplace import Changes
from domain.services.worn_patches import worn_elsewhere
from domain.values import changed as replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from domain.clinical import Clinical
    from domain.commands import Command
    from domain.credentials import Credential
    from domain.events import Event
    from domain.happenings import Happening
    from domain.ids import CommandId, EncounterId, OrderId
    from domain.loops.case import Case, Facts
    from domain.loops.loops import Loops
    from domain.patients import Encounter
    from domain.people import Actor
    from domain.ports import Transaction
    from domain.services.undersigning import Proofs
    from domain.services.workplace import Workplace
    from domain.worklists import Outlook

ATTEMPTS: Final = 3
"""How often a command is decided anew when somebody else was first (E4)."""


class Writing:
    """A transaction with what it has touched so far.

    Each decision is appended and kept at once, so that the next one of the same command sees it;
    nothing lasts before the commit.
    """

    def __init__(
        self,
        place: Workplace,
        transaction: Transaction,
        actor: Actor,
        proofs: Proofs = UNPROVED,
    ) -> None:
        self.place = place
        self.actor = actor
        self.undersigning = Undersigning(place, actor, proofs)
        self._transaction = transaction
        self._cases: dict[OrderId, Case] = {}
        self._loops: dict[EncounterId, Loops] = {}
        self._orders: dict[OrderId, None] = {}
        self._tasks: dict[TaskId, None] = {}
        self._encounters: dict[EncounterId, None] = {}
        self._touches: dict[EncounterId, Touch] = {}

    @property
    def now(self) -> datetime:
        """The instant of the transaction."""
        return self._transaction.now

    def case(self, order: OrderId, task: TaskId | None = None) -> Case:
        """The case of an order as it is by now, with the named task even when it has ended.

        Raises:
            NotFound: there is no such order.
        """
        known = self._cases.get(order)
        if known is not None and (task is None or task in known.tasks):
            return known
        found = self._transaction.case(order, task)
        if found is None:
            raise NotFound("order", order, right="the id of an order")
        self._cases[order] = found
        return found

    def stay(self, encounter: EncounterId) -> Encounter:
        """The stay of an id.

        Raises:
            NotFound: nothing bears it.
        """
        stay = self.place.reads.encounter(encounter)
        if stay is None:
            raise NotFound("encounter", encounter, right="the id of a stay")
        return stay

    def loops(self, encounter: EncounterId) -> Loops:
        """The loops as they hold where the patient lies."""
        if not self.place.loops.wards:  # one for all wards: no need to ask where the patient lies
            return self.place.loops
        if encounter not in self._loops:
            self._loops[encounter] = self.place.loops.for_ward(self.stay(encounter).ward)
        return self._loops[encounter]

    def open_orders(self, encounter: EncounterId) -> tuple[OrderId, ...]:
        """The orders of an encounter that have not ended."""
        return self._transaction.open_orders(encounter)

    def clinical(self, encounter: EncounterId) -> Clinical:
        """What is known of the patient of a stay, with what this command has told."""
        return self._transaction.clinical(encounter)

    def decide(self, command: Command) -> tuple[Event, ...]:
        """Decide a command on its order, and keep what follows from it."""
        before = self.case(command.order, command.task)
        loops = self.loops(before.order.encounter_id)
        facts = self._facts(loops, before, command)
        events, after = decided(loops, before, command, facts, self.now)
        if events:
            self._keep(before, after, events)
        return events

    def _facts(self, loops: Loops, case: Case, command: Command) -> Facts:
        """The facts of a case; what is known of the patient only for steps that look at it."""
        facts = self._transaction.facts(case)
        if not isinstance(command, RecordStep):
            return facts
        task = None if command.task is None else case.tasks.get(command.task)
        if task is not None and truth(task.fields.get("patch")):
            others = map(self.case, self.open_orders(case.order.encounter_id))
            worn = worn_elsewhere(self.place.reads, case.order, others)
            facts = replace(facts, worn=worn)
        if not loops.needs_clinical(case.order.loop if task is None else task.loop, command.step):
            return facts
        return replace(facts, clinical=self._transaction.clinical(case.order.encounter_id))

    def place_order(self, event: Event) -> Case:
        """Keep a new order."""
        case = evolve_all(None, (event,))
        assert case is not None  # noqa: S101 - an order was just placed
        self._keep(None, case, (event,))
        return case

    def tell(self, happenings: Sequence[Happening]) -> None:
        """Keep what is about patients, staff or catalogues."""
        self._transaction.tell(happenings)
        for happening in happenings:
            if happening.encounter is not None:
                self._touch(happening.encounter).tell(happening)

    def keep_secret(self, credential: Credential) -> None:
        """Keep a person's new credential; the journal is told of it beside."""
        self._transaction.keep_secret(credential)

    def let_time_pass(self, encounter: EncounterId) -> None:
        """Look at the whole stay again, and climb the ladders of its alerts: the watch only."""
        self._touch(encounter).watched = True

    def settle(self, command: CommandId) -> None:
        """Bring the alerts and the risk of all that was touched up to date, before the commit."""
        rulebook = self.place.rulebook
        if rulebook is not None:
            settle(rulebook, self._transaction, self._touches, command)

    def changes(self) -> Changes:
        """What was touched, in the order in which it was."""
        return Changes(tuple(self._orders), tuple(self._tasks), tuple(self._encounters))

    def _keep(self, before: Case | None, after: Case, events: Sequence[Event]) -> None:
        order = after.order
        loops = self.loops(order.encounter_id)
        events = self.undersigning.events(events, after, loops, self.now)
        outlooks = _outlooks(loops, before, after, events)
        self._transaction.append(events)
        self._transaction.keep(Kept(before, after, outlooks))
        self._cases[order.id] = after
        self._orders[order.id] = None
        self._touch(order.encounter_id).keep(after, events)
        moved = {event.stream for event in events}
        self._tasks.update((task, None) for task in after.tasks if task in moved)

    def _touch(self, encounter: EncounterId) -> Touch:
        self._encounters[encounter] = None
        return self._touches.setdefault(encounter, Touch())


def _outlooks(
    loops: Loops, before: Case | None, case: Case, events: Iterable[Event]
) -> dict[str, Outlook]:
    """What comes next on the order if it moved, and on each task that its events may have moved.

    An event of the order moves all its tasks, and so does any where tasks wait for each other; one
    of a task moves itself and its parent.
    """
    order = case.order
    moved = {event.stream for event in events}
    everything = order.id in moved or bool(loops.get(order.loop).next_task_after)
    everything = everything or any(task.fields.get("depends_on") for task in case.tasks.values())
    tasks = [case.tasks[key] for key in map(TaskId, moved) if key in case.tasks]
    moved |= {task.parent for task in tasks if task.parent is not None}
    # what is made, begun or ended on a task moves the order too, be it only its version or tally
    stands = before is not None and before.order is order
    found = {} if stands else {order.id: order_outlook(loops, case)}
    return found | {
        task.id: task_outlook(loops, case, task)
        for task in case.tasks.values()
        if everything or task.id in moved
    }


def carry_out(
    place: Workplace,
    *,
    command: CommandId,
    actor: Actor,
    sender: Actor | None = None,
    kind: str,
    act: Callable[[Writing], None],
    said: object = None,
    encounters: Sequence[EncounterId] = (),
    batch: bool = False,
    only_if_moved: bool = False,
    proofs: Proofs = UNPROVED,
) -> Changes:
    """Carry a command out in one transaction, or not at all.

    Args:
        command: a second time, it changes nothing; with something else in it, it is refused.
        actor: whose act it is.
        sender: who sends it, where a machine tells of another's act.
        kind: of the command, for the journal.
        act: decides; may be called again after a conflict.
        said: all that the command says, for telling a second sending from another command.
        encounters: whose locks are taken before anything is read.
        batch: the act is recorded for many tasks at once (decision 7).
        only_if_moved: leave no trace where nothing followed from it.
        proofs: who has proved by their secret that they sign it.

    Raises:
        InvalidInput: the command id has not the form of one.
        Refused: not allowed now; Conflict, where somebody else was first three times.
    """
    require_safe("command_id", command)
    by = sender or actor
    meta = CommandMeta(
        command_id=command,
        actor=by.user,
        kind=kind,
        workstation=place.workstation,
        loop_hash=place.loops.sha256,
        config_hash=place.config_hash,
        batch_id=derived("batch", command) if batch else None,
        rewind=place.rewind,
        content=content_of(kind, by.user, said),
    )
    for _ in range(ATTEMPTS - 1):
        try:
            return _once(place, meta, actor, proofs, encounters, act, only_if_moved=only_if_moved)
        except Conflict:
            continue
    return _once(place, meta, actor, proofs, encounters, act, only_if_moved=only_if_moved)


def _once(  # noqa: PLR0917 - the private frame of every write
    place: Workplace,
    meta: CommandMeta,
    actor: Actor,
    proofs: Proofs,
    encounters: Sequence[EncounterId],
    act: Callable[[Writing], None],
    *,
    only_if_moved: bool,
) -> Changes:
    with place.uow.begin(meta, encounters=tuple(sorted(set(encounters)))) as transaction:
        before = transaction.content()
        if before is not None:
            return _repeated(before, meta.content)
        writing = Writing(place, transaction, actor, proofs)
        if actor.wards:
            for encounter in encounters:
                _require_ward(place, actor, encounter)
        act(writing)
        changes = writing.changes()
        if not only_if_moved or changes != Changes.none():
            writing.settle(meta.command_id)
            transaction.commit()
        return changes


def _require_ward(place: Workplace, actor: Actor, encounter: EncounterId) -> None:
    """A stay that is about to begin has no ward yet: admitting asks for the ward itself."""
    stay = place.reads.encounter(encounter)
    if stay is not None:
        require_ward(actor, stay.ward)


def carried_out_before(
    place: Workplace, *, command: CommandId, actor: Actor, kind: str, said: object
) -> Changes | None:
    """The answer to a command that is sent again; None where it is new.

    Asked before what a command names is looked up: its first sending may have ended just that.

    Raises:
        InvalidInput: the id has not the form of one.
        Refused: it was used for another command.
    """
    require_safe("command_id", command)
    before = place.reads.content_of(command)
    return None if before is None else _repeated(before, content_of(kind, actor.user, said))


def _repeated(before: str, content: str) -> Changes:
    if before != content:
        raise Refused(
            "COMMAND_ID_USED",
            "This command id was used for another command; nothing was written",
            next_step="Use a new command id",
            field="command_id",
        )
    return Changes.none(repeated=True)
