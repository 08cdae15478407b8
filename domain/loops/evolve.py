"""The fold: what an order and its tasks are, given what happened. No loop file, no clock (E2)."""

from __future__ import annotations

from datetime import datetime
from functools import reduce
from types import MappingProxyType
from typing import TYPE_CHECKING, assert_never

from domain.errors import StorageError
from domain.events import (
    Amended,
    Answered,
    Asked,
    Corrected,
    ExitRecorded,
    FieldsChanged,
    GapsMended,
    HeldBack,
    IncidentReported,
    Moved,
    NoteAdded,
    Nullified,
    OrderPlaced,
    OrderRevised,
    Released,
    SentBack,
    StepRecorded,
    Stopped,
    StreamKind,
    TaskMade,
    VersionRaised,
)
from domain.findings import Severity
from domain.ids import EncounterId, OrderId, TaskId
from domain.loops import marks
from domain.loops.case import Case
from domain.loops.counting import counted
from domain.orders import Order, OrderState
from domain.records import Hold, Record
from domain.tasks import Task, TaskState
from domain.values import changed as replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from domain.events import Event


def evolve_all(case: Case | None, events: Iterable[Event]) -> Case | None:
    """The case after some events."""
    return reduce(evolve_case, events, case)


def evolve_case(case: Case | None, event: Event) -> Case:
    """The case after one event: its own stream moves, and the order's tally with it.

    Raises:
        StorageError: an event of an order that was never placed, or of a task that was never made.
    """
    if event.stream_kind is StreamKind.ORDER:
        order = evolve_order(None if case is None else case.order, event)
        return Case(order, {} if case is None else case.tasks)
    if case is None:
        raise _lost(event)
    task = evolve_task(case.tasks.get(TaskId(event.stream)), event)
    order = counted(case.order, case.tasks.get(task.id), task, event)
    return Case(order, MappingProxyType({**case.tasks, task.id: task}))


def evolve_order(order: Order | None, event: Event) -> Order:
    """The order after one event of its own stream."""
    body = event.body
    if isinstance(body, OrderPlaced):
        return _placed(event, body)
    if order is None:
        raise _lost(event)
    after = _order_body(order, event)
    return replace(after, seq=order.seq + 1, version=order.version + 1)


def evolve_task(task: Task | None, event: Event) -> Task:
    """The task after one event of its own stream."""
    body = event.body
    if isinstance(body, TaskMade):
        return _made(event, body)
    if task is None:
        raise _lost(event)
    return replace(_task_body(task, event), version=task.version + 1)


def _placed(event: Event, body: OrderPlaced) -> Order:
    return Order(
        id=OrderId(event.stream),
        loop=body.loop,
        loop_version=body.loop_version,
        encounter_id=body.encounter_id,
        patient_id=body.patient_id,
        author=event.actor,
        priority=body.priority,
        fields=body.fields,
        placed_at=event.at,
        state=OrderState.VERBAL if body.verbal else OrderState.DRAFT,
        stop_at=_planned_stop(body.fields),
        replaces=body.replaces,
        not_recorded=frozenset(body.not_recorded),
        seq=1,
        version=1,
    )


def _planned_stop(fields: Mapping[str, object]) -> datetime | None:
    """The stop that was ordered from the first (X3): time alone reaches it, nobody acts on it."""
    stop = fields.get("stop")
    return datetime.fromisoformat(stop) if isinstance(stop, str) and stop else None


def _revised(order: Order, body: OrderRevised) -> Order:
    stop_at = order.stop_at if order.stopped_by else _planned_stop(body.fields)
    return replace(order, priority=body.priority, fields=body.fields, stop_at=stop_at)


def _order_step(order: Order, body: StepRecorded, event: Event) -> Order:
    steps = _with_record(order.steps, body, event, seq=order.seq + 1)
    signed = event.at if body.activates else order.signed_at
    gaps = _gaps(order.gaps, body)
    found = marks.of_record(order.marks, body, event, seq=order.seq + 1)
    found = marks.without_gaps(found, gaps)
    return replace(order, steps=steps, signed_at=signed, gaps=gaps, marks=found)


def _order_moved(order: Order, state: OrderState, outcome: str | None, at: datetime) -> Order:
    ended = at if state.terminal else None
    hold = None if state.terminal else order.hold
    return replace(order, state=state, outcome=outcome, ended_at=ended, hold=hold)


def _reported(order: Order, body: VersionRaised, event: Event) -> Order:
    found = marks.of_version(order.marks, body, event, seq=order.seq + 1)
    reported = order.reported or body.report
    return replace(order, report_version=body.version, reported=reported, marks=found)


def _order_mended(order: Order, steps: Iterable[str]) -> Order:
    gaps = order.gaps - set(steps)
    return replace(order, gaps=gaps, marks=marks.without_gaps(order.marks, gaps))


def _task_step(task: Task, body: StepRecorded, event: Event) -> Task:
    gaps = _gaps(task.gaps, body)
    found = marks.of_record(task.marks, body, event, seq=task.version + 1)
    return replace(
        task,
        steps=_with_record(task.steps, body, event, seq=task.version + 1),
        gaps=gaps,
        started=task.started or body.starts,
        marks=marks.without_gaps(found, gaps),
    )


def _task_moved(task: Task, state: TaskState, outcome: str | None, at: datetime) -> Task:
    """At its end nothing is missing any more, and nothing waits."""
    if not state.terminal:
        return replace(task, state=state, outcome=outcome, ended_at=None)
    return replace(
        task,
        state=state,
        outcome=outcome,
        ended_at=task.ended_at or at,
        gaps=frozenset(),
        hold=None,
        marks=marks.without_gaps(task.marks, frozenset()),
    )


def _gaps(gaps: frozenset[str], body: StepRecorded) -> frozenset[str]:
    """What was passed over and is not there: a step that sent itself back still is not (E22)."""
    return gaps.union(body.gaps) - ({body.step} if body.done else frozenset())


def _stopped(order: Order, body: Stopped) -> Order:
    """After its last dose nothing more comes by itself; one may still be made anew (E41)."""
    stop_at = order.stop_at if body.act == "last_task" else body.stop_at
    return replace(order, stop_at=stop_at, stopped_by=body.act)


def _made(event: Event, body: TaskMade) -> Task:
    return Task(
        id=TaskId(event.stream),
        order_id=body.order_id,
        encounter_id=EncounterId(body.encounter_id),
        loop=body.loop,
        state=TaskState.PLANNED,
        made_at=event.at,
        due_at=body.due_at,
        seq=body.seq,
        window_class=body.window_class,
        interval_minutes=body.interval_minutes,
        fields=body.fields,
        parent=body.parent,
        opened_code=body.opened_code,
        opened_by=body.opened_by,
        blocks=body.blocks,
        instead_of=body.instead_of,
        clock_from=body.clock_from,
        version=1,
    )


def _order_body(order: Order, event: Event) -> Order:  # noqa: C901, PLR0911, PLR0912 - an arm a kind
    body = event.body
    match body:
        case OrderRevised():
            return _revised(order, body)
        case StepRecorded():
            return _order_step(order, body, event)
        case Moved():
            return _order_moved(order, OrderState(body.state), body.outcome, event.at)
        case SentBack():
            kept = marks.without_steps(order.marks, body.undone)
            return replace(order, steps=_undone(order.steps, body.undone), marks=kept)
        case Asked():
            return replace(order, asks={**order.asks, body.key: body.ask})
        case Answered():
            asks = {key: ask for key, ask in order.asks.items() if key != body.key}
            return replace(order, asks=asks)
        case HeldBack():
            return replace(order, hold=_hold(body, event))
        case Released():
            return replace(order, hold=None)
        case Stopped():
            return _stopped(order, body)
        case GapsMended():
            return _order_mended(order, body.steps)
        case VersionRaised():
            return _reported(order, body, event)
        case Corrected():
            found = marks.of_correction(order.marks, body, event, seq=order.seq + 1)
            return replace(order, steps=_corrected(order.steps, body), marks=found)
        case IncidentReported():
            found = marks.of_incident(order.marks, body, event, seq=order.seq + 1)
            return replace(order, marks=found)
        case Nullified():
            return replace(order, marks=())
        case NoteAdded():
            return order
        case OrderPlaced() | TaskMade() | FieldsChanged() | ExitRecorded() | Amended():
            raise _lost(event)
    assert_never(body)


def _task_body(task: Task, event: Event) -> Task:  # noqa: C901, PLR0911, PLR0912 - an arm a kind
    body = event.body
    match body:
        case StepRecorded():
            return _task_step(task, body, event)
        case ExitRecorded():
            gaps = frozenset[str]() if body.accepts_gaps else task.gaps
            found = marks.of_exit(task.marks, body, event, seq=task.version + 1)
            return replace(task, exit=body.exit, gaps=gaps, marks=marks.without_gaps(found, gaps))
        case Moved():
            return _task_moved(task, TaskState(body.state), body.outcome, event.at)
        case SentBack():
            kept = marks.without_steps(task.marks, body.undone)
            return replace(task, steps=_undone(task.steps, body.undone), marks=kept)
        case HeldBack():
            return replace(task, hold=_hold(body, event))
        case Released():
            return replace(task, hold=None)
        case GapsMended():
            gaps = task.gaps - set(body.steps)
            return replace(task, gaps=gaps, marks=marks.without_gaps(task.marks, gaps))
        case FieldsChanged():
            return replace(task, fields={**task.fields, **body.fields})
        case Corrected():
            found = marks.of_correction(task.marks, body, event, seq=task.version + 1)
            return replace(task, steps=_corrected(task.steps, body), marks=found)
        case Amended():
            return replace(task, steps=_amended(task.steps, body, event))
        case IncidentReported():
            found = marks.of_incident(task.marks, body, event, seq=task.version + 1)
            return replace(task, marks=found)
        case Nullified():
            return replace(task, marks=())
        case NoteAdded():
            return task
        case _:
            raise _lost(event)


def _with_record(
    steps: Mapping[str, Record], body: StepRecorded, event: Event, *, seq: int
) -> Mapping[str, Record]:
    earlier = steps.get(body.step)
    if not body.done:
        return steps if earlier is None else {**steps, body.step: replace(earlier, undone=True)}
    if earlier is not None and not earlier.undone and event.at < earlier.at:
        return {**steps, body.step: _told_later(earlier, body, event)}
    record = Record(
        step=body.step,
        at=event.at,
        recorded_at=event.recorded_at,
        actor=event.actor,
        result=body.result,
        evidence=body.evidence,
        witness=body.witness,
        source=event.source,
        count=1 if earlier is None else earlier.count + 1,
        first_at=_first_at(earlier, event.at),
        late_by_minutes=body.late_by_minutes,
        version=body.version,
        role_system=body.by_system,
        stopped=any(finding.severity is Severity.STOP for finding in body.findings),
        seq=seq,
    )
    return {**steps, body.step: record}


def _told_later(record: Record, body: StepRecorded, event: Event) -> Record:
    """The latest record stays, with an earlier one counted that was entered after it."""
    return replace(
        record,
        count=record.count + 1,
        first_at=_first_at(record, event.at),
        version=max(record.version, body.version),
    )


def _first_at(earlier: Record | None, at: datetime) -> datetime:
    if earlier is None or earlier.undone or earlier.first_at is None:
        return at
    return min(earlier.first_at, at)


def _undone(steps: Mapping[str, Record], undone: tuple[str, ...]) -> Mapping[str, Record]:
    return {
        no: replace(record, undone=True) if no in undone else record for no, record in steps.items()
    }


def _corrected(steps: Mapping[str, Record], body: Corrected) -> Mapping[str, Record]:
    record = steps[body.step]
    evidence = record.evidence if body.evidence is None else {**record.evidence, **body.evidence}
    at = record.at if body.at is None else body.at
    first = at if record.count == 1 else record.first_at
    return {**steps, body.step: replace(record, at=at, first_at=first, evidence=evidence)}


def _amended(steps: Mapping[str, Record], body: Amended, event: Event) -> Mapping[str, Record]:
    record = steps[body.step]
    return {
        **steps,
        body.step: replace(
            record,
            result=body.result if body.result is not None else record.result,
            evidence={**record.evidence, **body.evidence},
            at=event.at,
            recorded_at=event.recorded_at,
            actor=event.actor,
            count=record.count + 1,
        ),
    }


def _hold(body: HeldBack, event: Event) -> Hold:
    return Hold(at=event.at, until=body.until, reason=body.reason, whole_order=body.whole_order)


def _lost(event: Event) -> StorageError:
    what = f"{type(event.body).__name__} of {event.stream_kind} {event.stream}"
    return StorageError("JOURNAL", f"{what} has nothing before it")
