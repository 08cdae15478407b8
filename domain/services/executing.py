"""Recording what was done: steps, exits, answers, corrections; for one task or for many at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, TypedDict

from domain.commands import (
    Amend,
    AnswerAsk,
    Correct,
    EnterInError,
    HoldWork,
    OpenChild,
    RecordStep,
    ReleaseWork,
    ReportIncident,
    TakeExit,
)
from domain.errors import InvalidInput, NotFound, Refused
from domain.ids import TaskId
from domain.loops.definition import Level
from domain.services.authorising import (
    at_stays,
    authorise,
    authorised,
    practitioner_as_actor,
    require_own,
    second_person,
)
from domain.services.exceptions import require_seen
from domain.services.needing import make_needed
from domain.services.own_items import bind_items
from domain.services.signing import after_signature, make_due
from domain.services.step_entry import StepEntry, parse_step_entry
from domain.services.undersigning import UNPROVED, proofs_of
from domain.services.writing import carried_out_before, carry_out
from domain.signatures import NO_SECRETS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from domain.commands import Command
    from domain.events import Override
    from domain.ids import EncounterId, OrderId
    from domain.loops.definition import LoopDefinition
    from domain.people import Actor
    from domain.ports import Reads
    from domain.records import Source
    from domain.services.undersigning import Proofs
    from domain.services.workplace import Changes, Workplace
    from domain.services.writing import Writing
    from domain.signatures import Secrets

__all__ = ["StepEntry", "parse_step_entry", "record"]


@dataclass(frozen=True, slots=True)
class _Target:
    """What one decision is about."""

    order: OrderId
    encounter: EncounterId
    task: TaskId | None = None


@dataclass(frozen=True, slots=True)
class _People:
    """Who stands behind an entry."""

    actor: Actor
    witness: Actor | None
    seconds: Mapping[str, Actor]


class _Common(TypedDict):
    actor: Actor
    at: datetime
    source: Source
    reason: str | None
    source_id: str | None
    witness: Actor | None
    co_signer: str | None
    scans: tuple[str, ...]
    evidence: Mapping[str, object]
    overrides: tuple[Override, ...]
    seconds: Mapping[str, Actor]


def record(
    place: Workplace, *, user: str, entry: StepEntry, secrets: Secrets = NO_SECRETS
) -> Changes:
    """Carry out one `step record`: for all tasks that it names, or for none (decision 7).

    Args:
        secrets: of who signs it and of who stands beside, where the database is secured.

    Raises:
        InvalidInput: a field is wrong, or names what does not exist.
        NotAuthorised: the actor may not do it, or is not the user.
        Refused: not allowed now; of several tasks, the first that refuses is named.
    """
    sender = authorised(place.reads, user, "step.record")
    kind = f"step.{entry.act}"
    try:
        return _carry_out(place, sender, kind, entry, secrets)
    except (InvalidInput, Refused):
        # its first sending may have ended just what it names
        repeated = carried_out_before(
            place, command=entry.command, actor=sender, kind=kind, said=entry
        )
        if repeated is None:
            raise
        return repeated


def _carry_out(
    place: Workplace, sender: Actor, kind: str, entry: StepEntry, secrets: Secrets
) -> Changes:
    targets = _targets(place.reads, entry)
    people = _people(place.reads, sender, entry, [one.encounter for one in targets])
    proofs = _proofs(place, people, entry, secrets)

    def act(writing: Writing) -> None:
        stays = {target.encounter for target in targets}
        for target in targets:
            try:
                _carry_out_one(writing, entry, people, target, stays)
            except Refused as refused:
                if len(targets) > 1:
                    refused.add_note(f"task {target.task}")
                raise

    return carry_out(
        place,
        command=entry.command,
        actor=people.actor,
        sender=sender,
        kind=kind,
        encounters=tuple(target.encounter for target in targets),
        act=act,
        said=entry,
        batch=len(targets) > 1,
        proofs=proofs,
    )


def _proofs(place: Workplace, people: _People, entry: StepEntry, secrets: Secrets) -> Proofs:
    """Who has proved that they sign; a machine tells of what others signed elsewhere."""
    if people.actor.is_system or entry.source.from_machine:
        return UNPROVED
    found = proofs_of(
        place,
        user=people.actor.user,
        secrets=secrets,
        what="step.record",
        witness=entry.witness,
        seconds=people.seconds,
    )
    if entry.signature not in (None, found.methods.get(people.actor.user)):
        raise InvalidInput(
            "signature",
            f"it is not signed by a {entry.signature}",
            right="the method of the secret that is entered; none in an open database",
        )
    return found


def _people(reads: Reads, sender: Actor, entry: StepEntry, stays: Sequence[EncounterId]) -> _People:
    """The actor is the user; only an interface account names another one (decision 48)."""
    actor = sender
    require_own(sender, entry.source, named=entry.actor)
    if entry.actor is not None and entry.actor != sender.user:
        if not entry.source.from_machine:
            raise InvalidInput("source", "a machine tells of it", right="interface, import")
        actor = practitioner_as_actor(reads, entry.actor, field="actor")
    actor = at_stays(reads, actor, stays)
    authorise(actor, "step.record")
    witness = entry.witness
    seconds: dict[str, Actor] = {
        override.second: second_person(reads, override.second, field="override.second")
        for override in entry.overrides
        if override.second is not None
    }
    return _People(
        actor,
        None if witness is None else second_person(reads, witness, field="witness"),
        MappingProxyType(seconds),
    )


def _targets(reads: Reads, entry: StepEntry) -> tuple[_Target, ...]:
    tasks = entry.tasks
    if entry.container is not None:
        tasks = reads.tasks_of_container(entry.container)
        if not tasks:
            raise NotFound("container", entry.container, right="one with open tasks")
    if tasks:
        return tuple(_of_task(reads, task, entry.order) for task in tasks)
    order = entry.order
    encounter = None if order is None else reads.encounter_of_order(order)
    if order is None or encounter is None:
        raise NotFound("order", str(order), right="the id of an order")
    return (_Target(order, encounter),)


def _of_task(reads: Reads, task: TaskId, named: OrderId | None) -> _Target:
    home = reads.home_of_task(task)
    if home is None:
        raise NotFound("task", task, right="the id of a task")
    order, encounter = home
    if named is not None and named != order:
        raise InvalidInput("order", f"task {task} is of another order", right=order)
    return _Target(order, encounter, task)


def _carry_out_one(
    writing: Writing,
    entry: StepEntry,
    people: _People,
    target: _Target,
    stays: Collection[EncounterId],
) -> None:
    if entry.act == "need":
        make_needed(writing, target.order, people.actor, reason=entry.reason, at=entry.at)
        return
    if entry.act == "correct":
        _check_corrected(writing, entry, target)
    loop = _loop(writing, target)
    if entry.act == "record" and entry.step is not None and not entry.source.from_machine:
        journal = partial(writing.place.reads.journal, order=target.order)
        require_seen(loop, entry.step, entry.evidence, journal)
    unsigned = writing.case(target.order, target.task).order.state.unsigned
    writing.decide(_command(writing, entry, people, target))
    if entry.step is not None and entry.act == "record":
        bind_items(
            writing,
            entry,
            loop=loop,
            order=target.order,
            task=_level(writing, entry.step, target),
            actor=people.actor,
            stays=stays,
        )
    if unsigned:
        after_signature(writing, target.order, people.actor)
    elif entry.act == "release":
        make_due(writing, target.order)


def _command(  # noqa: PLR0911 - one arm an act
    writing: Writing, entry: StepEntry, people: _People, target: _Target
) -> Command:
    common = _common(writing, entry, people)
    order, task = target.order, target.task
    match entry.act:
        case "correct":
            common["at"] = writing.now
            return Correct(order=order, task=task, step=entry.step or "", new_at=entry.at, **common)
        case "amend":
            return Amend(
                order=order, task=task, step=entry.step or "", result=entry.result, **common
            )
        case "entered_in_error":
            return EnterInError(order=order, task=task, **common)
        case "incident":
            return ReportIncident(order=order, task=task, **common)
        case "hold":
            return HoldWork(order=order, task=task, until=entry.until, **common)
        case "release":
            return ReleaseWork(order=order, task=task, **common)
        case "open_child":
            return OpenChild(order=order, task=task, code=entry.code or "", **common)
        case _:
            return _recorded(writing, entry, target, common)


def _recorded(
    writing: Writing, entry: StepEntry, target: _Target, common: _Common
) -> AnswerAsk | RecordStep | TakeExit:
    order, task = target.order, target.task
    if entry.answer is not None:
        return AnswerAsk(
            order=order, task=task, answer=entry.answer, code=entry.code or "", **common
        )
    if entry.step is not None:
        task = _level(writing, entry.step, target)
        return RecordStep(order=order, task=task, step=entry.step, result=entry.result, **common)
    return TakeExit(order=order, task=task, exit=entry.exit, code=entry.code, **common)


def _common(writing: Writing, entry: StepEntry, people: _People) -> _Common:
    return {
        "actor": people.actor,
        "at": entry.at or writing.now,
        "source": entry.source,
        "reason": entry.reason,
        "source_id": entry.source_id,
        "witness": people.witness,
        "co_signer": entry.co_signer,
        "scans": entry.scans,
        "evidence": entry.evidence,
        "overrides": entry.overrides,
        "seconds": people.seconds,
    }


def _loop(writing: Writing, target: _Target) -> LoopDefinition:
    case = writing.case(target.order, target.task)
    loops = writing.loops(target.encounter)
    task = None if target.task is None else case.tasks.get(target.task)
    return loops.get(case.order.loop if task is None else task.loop)


def _level(writing: Writing, name: str, target: _Target) -> TaskId | None:
    """The task that a step is recorded on; none where it belongs to the order."""
    step = _loop(writing, target).find_step(name)
    return None if step is not None and step.level is Level.ORDER else target.task


def _check_corrected(writing: Writing, entry: StepEntry, target: _Target) -> None:
    """Refuse a correction of a record that is no longer the one that the person saw."""
    if entry.corrects is None:
        return
    case = writing.case(target.order, target.task)
    task = None if target.task is None else case.tasks.get(target.task)
    step = _loop(writing, target).find_step(entry.step or "")
    steps = case.order.steps if task is None else task.steps
    found = None if step is None else steps.get(step.no)
    if found is None or found.seq != entry.corrects:
        raise Refused(
            "CORRECTED_MEANWHILE",
            f"Record {entry.corrects} of {entry.step} is not the present one",
            next_step="Read it again, then correct it",
            field="corrects",
        )
