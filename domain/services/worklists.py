"""What a role has to do now: overdue first, worst first; then what is due; then what is next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from domain.errors import InvalidInput
from domain.loops.outlook import AMBER
from domain.people import Role, with_included
from domain.services.authorising import authorised
from domain.services.titles import title_of
from domain.values import quickly_made

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.ids import EncounterId, OrderId, PatientId, PractitionerId, TaskId, WardId
    from domain.loops.definition import LoopDefinition
    from domain.orders import Priority
    from domain.people import Actor
    from domain.services.titles import Title
    from domain.services.workplace import Workplace
    from domain.worklists import BedRow, Outlook, ReadyStep, WorkRow

ALL: Final = 2**31 - 1
"""More lines than there are."""
_FAR: Final = 10**12
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


@quickly_made
@dataclass(frozen=True, slots=True)
class WorkItem:
    """One line of a worklist.

    Attributes:
        step: the number of the step that waits for this role; `answer` or `release` for an act.
        due_at: when the task is due; None for work without an appointed time.
        deadline: when it becomes late; None where no clock runs.
        overdue_minutes: whole minutes past the deadline; 0 while in time.
        limit: the id of the limit that runs out then.
        amber: nearly late: 80 % of the interval has passed (decision 33).
        title: what it is about, in parts; words are put around them by whoever shows it.
    """

    order: OrderId
    task: TaskId | None
    encounter: EncounterId
    kind: str
    patient: PatientId
    patient_name: str
    patient_name_zh: str
    mrn: str
    ward: WardId
    bed: str
    step: str
    due_at: datetime | None
    deadline: datetime | None
    overdue_minutes: int
    priority: Priority
    title: Title
    state: str
    limit: str | None
    amber: bool
    incomplete: bool
    nurse: PractitionerId | None

    def to_json(self) -> dict[str, object]:
        """Exactly the keys of `worklist --json`."""
        due = self.due_at or self.deadline
        return {
            "task": self.task,
            "order": self.order,
            "kind": self.kind,
            "patient": self.patient,
            "bed": self.bed,
            "step": self.step,
            "due_at": None if due is None else due.isoformat(),
            "overdue_minutes": self.overdue_minutes,
            "priority": self.priority.value,
            "title": self.title.text(),
        }


def worklist(
    place: Workplace,
    *,
    user: str,
    now: datetime,
    role: Role | None = None,
    ward: WardId | None = None,
    mine: bool = False,
    encounter: EncounterId | None = None,
    limit: int = ALL,
) -> tuple[WorkItem, ...]:
    """What waits for a role (else for the user's roles), in the order in which to do it.

    Args:
        mine: only patients whom the user looks after now, drafts that the user wrote, and verbal
            orders that the user may sign.
        limit: at most so many lines; all where none is said.

    Raises:
        InvalidInput: no line is asked for.
    """
    stays = () if encounter is None else (encounter,)
    actor = authorised(place.reads, user, "worklist.show", stays=stays, ward=ward)
    if limit < 1:
        raise InvalidInput("limit", f"{limit} lines are no list", right="1 or more")
    asked = None if role is None else with_included(frozenset({role}))
    rows = {
        row.task or row.order: row
        for scope in _scopes(actor, asked, ward, encounter)
        for row in place.reads.work(
            roles=scope.roles,
            ward=scope.ward,
            nurse=actor.user if mine else None,
            encounter=scope.stay,
            author=actor.user if mine else None,
            limit=limit,
        )
    }
    items = [
        _item(row, one, place, now)
        for row in rows.values()
        for one in _waiting(row, _roles_for(actor, asked, row), place, now)
        if not (mine and row.state == "verbal" and row.nurse != actor.user)
        or one.step == _signing(row, place)
    ]
    return tuple(sorted(items, key=lambda item: _rank(item, now))[:limit])


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where to look for work, for which roles."""

    roles: frozenset[Role]
    ward: WardId | None = None
    stay: EncounterId | None = None


def _scopes(
    actor: Actor,
    asked: frozenset[Role] | None,
    ward: WardId | None,
    stay: EncounterId | None,
) -> Iterator[_Scope]:
    """Where the user sees work: everywhere, on their wards, and where roles were lent to them."""
    if actor.everywhere or ward is not None or stay is not None:
        yield _Scope(asked or actor.roles, ward, stay)
        return
    own: frozenset[WardId | None] = actor.wards or frozenset({None})
    yield from (_Scope(asked or actor.roles, one) for one in sorted(own, key=str))
    for lent in actor.lent:
        roles = asked or lent.roles
        if lent.stay is not None:
            yield _Scope(roles, stay=lent.stay)
            continue
        wards: frozenset[WardId | None] = lent.wards or frozenset({None})
        yield from (_Scope(roles, one) for one in sorted(wards, key=str))


def _roles_for(actor: Actor, asked: frozenset[Role] | None, row: WorkRow) -> frozenset[Role]:
    """The roles for which a row waits: those asked for, else the user's where the patient lies."""
    there = actor.on(row.ward, row.encounter)
    return asked or (actor.roles if there is None else there.roles)


def _item(row: WorkRow, step: ReadyStep, place: Workplace, now: datetime) -> WorkItem:
    deadline, limit, amber_at = _clock(row, step)
    late = 0 if deadline is None else int((now - deadline).total_seconds() // 60)
    return WorkItem(
        order=row.order,
        task=row.task,
        encounter=row.encounter,
        kind=row.loop,
        patient=row.patient,
        patient_name=row.patient_name,
        patient_name_zh=row.patient_name_zh,
        mrn=row.mrn,
        ward=row.ward,
        bed=row.bed,
        step=step.step,
        due_at=row.due_at,
        deadline=deadline,
        overdue_minutes=max(late, 0),
        priority=row.priority,
        title=_title(row, step, place),
        state=row.state,
        limit=limit,
        amber=amber_at is not None and amber_at <= now,
        incomplete=row.incomplete,
        nurse=row.nurse,
    )


def _clock(row: WorkRow, step: ReadyStep) -> tuple[datetime | None, str | None, datetime | None]:
    """The deadline, limit and amber time of a step.

    A step that ends no limit itself is late when the first limit behind it runs out: the bedside
    check, when the dose is late.
    """
    if step.deadline is not None:
        return step.deadline, step.limit, step.amber_at
    ends = row.outlook.next_due_at
    amber = None
    if ends is not None and row.due_at is not None and row.due_at < ends:
        amber = row.due_at + (ends - row.due_at) * AMBER
    return ends, row.outlook.next_limit, amber


def _waiting(
    row: WorkRow, roles: frozenset[Role], place: Workplace, now: datetime
) -> Iterator[ReadyStep]:
    """What waits for these roles: the step that becomes late first, and every act."""
    first = first_step(row.outlook, roles, place.loops.for_ward(row.ward).get(row.loop), now)
    if first is not None:
        yield first
    yield from (act for act in row.outlook.acts if not roles.isdisjoint(act.roles))


def first_step(
    outlook: Outlook, roles: frozenset[Role], loop: LoopDefinition, now: datetime
) -> ReadyStep | None:
    """Of the steps that wait for these roles, the one that is late first.

    A step that is optional and has no running limit makes no work; nor does one that was done and
    has not expired yet. Of a draft, which has no deadline, it is the signature once it is possible.
    """
    mine = [step for step in outlook.ready if not roles.isdisjoint(step.roles)]
    waits = [
        step
        for step in mine
        if (step.again_at is None or step.again_at <= now)
        and (step.deadline is not None or loop.steps[step.step].required)
    ]
    signing = loop.activating
    return min(
        waits,
        key=lambda step: (
            step.deadline or _NEVER,
            signing is None or step.step != signing.no,
        ),
        default=None,
    )


def _signing(row: WorkRow, place: Workplace) -> str | None:
    """The step that signs the order."""
    step = place.loops.for_ward(row.ward).get(row.loop).activating
    return None if step is None else step.no


def _title(row: WorkRow, step: ReadyStep, place: Workplace) -> Title:
    title = title_of(row.order_fields, row.task_fields)
    if step.code is None:
        return title
    asked = place.loops.for_ward(row.ward).question(row.loop, step.code)
    return replace(title, question=(step.code, *(() if asked is None else (asked.text.en,))))


def _rank(item: WorkItem, now: datetime) -> tuple[int, float, int, str, str]:
    """Overdue first and the longest overdue first; then what is due; then what comes next."""
    column = item.priority.column
    late = item.deadline is not None and item.deadline < now
    if late and item.deadline is not None:
        return (0, item.deadline.timestamp(), column, item.bed, item.task or item.order)
    due = item.due_at is not None and item.due_at <= now
    when = item.deadline or item.due_at
    at = _FAR if when is None else when.timestamp()
    return (1 if due or item.amber else 2, at, column, item.bed, item.task or item.order)


def ward_board(place: Workplace, *, user: str, ward: WardId, now: datetime) -> tuple[BedRow, ...]:
    """The occupied beds of a ward, in bed order.

    Raises:
        NotAuthorised: the user does not work there.
    """
    authorised(place.reads, user, "worklist.show", ward=ward)
    return place.reads.board(ward, now=now)
