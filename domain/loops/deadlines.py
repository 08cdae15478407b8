"""Every running limit of an order and its tasks, with the instant at which it runs out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from domain.loops.applies import all_hold, applies, current, place_of, truth
from domain.loops.closing import closable
from domain.loops.definition import Level, OriginKind
from domain.loops.grammar import GAP_ACCEPTED
from domain.orders import OrderState
from domain.values import quickly_made

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.loops.applies import Place
    from domain.loops.case import Case
    from domain.loops.definition import Bound, Bounds, Limit, Origin, Window
    from domain.loops.loops import Loops
    from domain.orders import Order
    from domain.tasks import Task


_ORDER, _TASK = Level.ORDER, Level.TASK
_DRAFT = OrderState.DRAFT
_STEP, _DUE = OriginKind.STEP, OriginKind.DUE


@quickly_made
@dataclass(frozen=True, slots=True)
class Deadline:
    """A limit that is running.

    Attributes:
        stream: the order or task that becomes late.
        limit: the limit's id.
        step: the step it ends at, or `release` or `answer`.
        at: when it runs out.
        starts_at: when its clock began.
        opens_at: for a window, the earliest right time.
        rule: the alert rule that its passing raises.
    """

    stream: str
    limit: str
    step: str
    at: datetime
    starts_at: datetime
    opens_at: datetime | None
    rule: str


def deadlines(loops: Loops, case: Case) -> tuple[Deadline, ...]:
    """All running limits of a case, the order's own first, each stream's earliest first."""
    rows = list(order_deadlines(loops, case))
    for task in case.tasks.values():
        rows.extend(task_deadlines(loops, case, task))
    return tuple(rows)


def order_deadlines(loops: Loops, case: Case) -> tuple[Deadline, ...]:
    """The running limits of the order itself."""
    order = case.order
    if order.state is _DRAFT or order.state.terminal:
        return ()
    place = place_of(loops.get(order.loop), case)
    rows = list(_running(place, _ORDER, order.id))
    if not order.asks:
        return _earliest_first(rows)
    open_tasks = {task.id for task in case.tasks.values() if not task.state.terminal}
    ended = {ask.task for ask in order.asks.values()} - open_tasks
    for task in sorted(ended, key=str):  # what an ended task asked is the order's matter
        rows.extend(_answers(place, task, order.id))
    return _earliest_first(rows)


def task_deadlines(loops: Loops, case: Case, task: Task) -> tuple[Deadline, ...]:
    """The running limits of one task."""
    if task.state.terminal or case.order.state is _DRAFT:
        return ()
    place = place_of(loops.get(task.loop), case, task)
    rows = list(_running(place, _TASK, task.id))
    if case.order.asks:
        rows.extend(_answers(place, task.id, task.id))
    return _earliest_first(rows)


def _earliest_first(rows: list[Deadline]) -> tuple[Deadline, ...]:
    if len(rows) > 1:
        rows.sort(key=lambda row: (row.at, row.limit))
    return tuple(rows)


def _running(place: Place, level: Level, stream: str) -> Iterator[Deadline]:
    task = place.task
    accepted = task is not None and task.exit is not None  # that a start will never be recorded
    for limit, needs in _that_may_run(place, level):
        if not accepted and _missing(needs, place):
            continue  # most clocks have not begun
        start = clock_start(limit, place)
        if start is None or not _concerns(limit, place) or not limit_applies(limit, place):
            continue
        if _satisfied(limit, place, start) or _suspended(limit, place):
            continue
        span = allowed(limit, place, start)
        if span is not None:
            opens, ends = span
            yield Deadline(stream, limit.id, limit.to, ends, start, opens, limit.rule)


def _that_may_run(place: Place, level: Level) -> tuple[tuple[Limit, frozenset[str]], ...]:
    """The limits of a level but for those that the fields alone rule out."""
    loop, task = place.loop, place.task
    limits = loop.order_limits if level is _ORDER else loop.task_limits
    if task is not None and task.exit is not None:
        return limits
    found = place.way.running.get(level)
    if found is None:
        found = place.way.running[level] = tuple(
            (limit, needs) for limit, needs in limits if not _ruled_out(limit, place)
        )
    return found


def _ruled_out(limit: Limit, place: Place) -> bool:
    step = place.loop.steps.get(limit.to)
    if step is not None and step.no in place.loop.fixed_steps and not applies(step, place):
        return True
    return limit.id in place.loop.fixed_limits and not _is_meant(limit, place)


def _missing(needs: frozenset[str], place: Place) -> bool:
    """Whether a step that a clock runs from has not been recorded."""
    for no in needs:  # no generator: asked for each limit
        if no not in place.done and (
            place.task is not None or no not in place.case.order.tally.steps
        ):
            return True
    return False


def _concerns(limit: Limit, place: Place) -> bool:
    if limit.to in place.loop.steps:
        return True
    held = place.order.hold if place.task is None else place.task.hold
    return limit.to == "release" and held is not None


def limit_applies(limit: Limit, place: Place) -> bool:
    """Whether a limit is one for this order or task, whatever has been recorded."""
    step = place.loop.steps.get(limit.to)
    if step is not None and not applies(step, place) and not _still(limit.to, place):
        return False
    meant = place.way.limits.get(limit.id)
    if meant is None:
        meant = _is_meant(limit, place)
        if limit.id in place.loop.fixed_limits:
            place.way.limits[limit.id] = meant
    return meant


def _is_meant(limit: Limit, place: Place) -> bool:
    if limit.window_class is not None:
        task = place.task
        if task is None or task.window_class != limit.window_class:
            return False
    return all_hold(limit.when, place)


def _still(no: str, place: Place) -> bool:
    task = place.task
    return task is not None and task.exit is not None and no in task.exit.still


def _satisfied(limit: Limit, place: Place, start: datetime) -> bool:
    """Whether the step that ends the limit has been done since its clock began."""
    step = place.loop.steps.get(limit.to)
    if step is None:
        return False
    task = place.task
    if task is not None and task.exit is not None and limit.to not in task.exit.still:
        return True
    if step.repeats_until is not None and place.record(step.repeats_until) is not None:
        return True
    record = place.record(limit.to)
    if record is not None and step.repeats:
        return limit.to not in {origin.step for origin in limit.origins} and record.at >= start
    # a closing step done before the last thing that it waits for has yet to close
    yet_to_close = step.per_version and step is place.loop.closing and closable(place)
    return current(step, place) and not yet_to_close


def _suspended(limit: Limit, place: Place) -> bool:
    """Whether a hold stops this clock: not those that run from a recorded task step (E35)."""
    task = place.task
    held = place.order.hold if task is None else task.hold
    if held is None or limit.to == "release":
        return False
    task_steps = {step.no for step in place.loop.task_steps}
    return not any(origin.step in task_steps for origin in limit.origins)


def clock_start(limit: Limit, place: Place) -> datetime | None:
    """When a limit's clock began: the latest of its origins; None while one of them is missing."""
    latest: datetime | None = None
    accepted = None if place.task is None or place.task.exit is None else _accepted_at(limit, place)
    for origin in limit.origins:
        instant = origin_at(origin, place) or accepted
        if instant is None:
            return None
        latest = instant if latest is None else max(latest, instant)
    return latest


def _accepted_at(limit: Limit, place: Place) -> datetime | None:
    """When it was accepted that a limit's start will never be recorded: its end is due since."""
    taken = None if place.task is None else place.task.exit
    accepted = taken is not None and taken.code == GAP_ACCEPTED and limit.to in taken.still
    return taken.at if taken is not None and accepted else None


def origin_at(origin: Origin, place: Place) -> datetime | None:
    """The instant of one origin, or None where it has not come."""
    task = place.task
    kind = origin.kind
    if kind is _STEP:  # most of them
        return _step_at(origin, place)
    match kind:
        case OriginKind.FIELD:
            record = place.record(origin.step)
            return None if record is None else _instant(record.evidence.get(origin.field))
        case OriginKind.TASKS_ENDED:
            tally = place.order.tally
            ended_at = tally.last_ended_at if tally.made else place.order.stop_at
            return ended_at if tally.open == 0 else None
        case OriginKind.HELD:
            hold = place.order.hold if task is None else task.hold
            return None if hold is None else hold.at
        case OriginKind.OPENED if task is None:
            verbal = place.order.state is OrderState.VERBAL
            return place.order.placed_at if verbal else None
        case _:
            return None if task is None else _task_origin(kind, task, place.order)


def _task_origin(kind: OriginKind, task: Task, order: Order) -> datetime | None:
    if kind is _DUE:
        return task.due_at
    if kind is OriginKind.EXIT:
        return None if task.exit is None else task.exit.at
    if kind is OriginKind.STOP:  # the last dose of an order stops nothing
        return None if order.stopped_by in (None, "last_task") else order.stop_at
    return task.made_at


def _step_at(origin: Origin, place: Place) -> datetime | None:
    step = place.loop.steps[origin.step]
    if step.level is _TASK and place.task is None:
        return place.order.tally.steps.get(origin.step)
    record = place.record(origin.step)
    if record is None or (origin.results and record.result not in origin.results):
        return None
    return record.at


def allowed(limit: Limit, place: Place, start: datetime) -> tuple[datetime | None, datetime] | None:
    """From when and until when the step is in time; None where this priority has no limit."""
    if limit.window is not None:
        return _window(limit.window, place, start)
    said = _said_end(limit, place)
    if said is not None:
        return None, said
    bound = minutes_of(limit, place)
    if bound is None:
        return None
    ends = _due(place, start) if bound == "due" else start + timedelta(minutes=int(bound))
    due_at = None if place.task is None else place.task.due_at
    if limit.or_before_due is not None and due_at is not None:
        ends = min(ends, due_at - timedelta(minutes=limit.or_before_due))
    return None, ends


def _said_end(limit: Limit, place: Place) -> datetime | None:
    """The end that a person or a label said: it wins over the minutes of the file (E25)."""
    if limit.to == "release":
        hold = place.order.hold if place.task is None else place.task.hold
        return hold.until if hold is not None else None
    records = (place.record(step.no) for step in place.loop.valid_by.get(limit.id, ()))
    found = next((record for record in records if record is not None), None)
    return None if found is None else _instant(found.evidence.get("valid_until"))


def _due(place: Place, start: datetime) -> datetime:
    due_at = None if place.task is None else place.task.due_at
    return start if due_at is None else max(start, due_at)


def _window(window: Window, place: Place, start: datetime) -> tuple[datetime, datetime] | None:
    if not window.percent:
        return start + timedelta(minutes=window.low), start + timedelta(minutes=window.high)
    interval = None if place.task is None else place.task.interval_minutes
    if interval is None:
        return None
    part = timedelta(minutes=interval) / 100
    return start + part * window.low, start + part * window.high


def minutes_of(limit: Limit, place: Place) -> Bound:
    """The bound of a limit for this order's priority and this case, in minutes (or `due`)."""
    column = place.order.priority.column
    bounds: Bounds | None = limit.within
    if limit.per is not None:
        scope, name = limit.per
        fields = place.order.fields if scope == "order" or place.task is None else place.task.fields
        value = fields.get(name)
        case = limit.cases.get(str(value)) or limit.cases.get("other")
        bounds = case or bounds
    bound = None if bounds is None else bounds.column(column)
    cap = None if limit.at_most is None else limit.at_most.column(column)
    if isinstance(bound, int) and isinstance(cap, int):
        return min(bound, cap)
    return bound


def limit_minutes(name: str, place: Place) -> int | None:
    """The minutes of a limit by its id, or None where it sets none here (E49)."""
    limit = place.loop.limit.get(name)
    if limit is None:
        return None
    if limit.window is not None and not limit.window.percent:
        return limit.window.high
    bound = minutes_of(limit, place)
    return bound if isinstance(bound, int) else None


def _answers(place: Place, task: str | None, stream: str) -> Iterator[Deadline]:
    for row in place.loop.returns:
        for ask in place.order.asks.values():
            if ask.code != row.code or ask.task != task or row.within is None:
                continue
            minutes = row.within.column(place.order.priority.column)
            if isinstance(minutes, int):
                ends = ask.at + timedelta(minutes=minutes)
                yield Deadline(stream, row.code, "answer", ends, ask.at, None, row.rule)


def _instant(value: object) -> datetime | None:
    if not isinstance(value, str) or not truth(value):
        return None
    return datetime.fromisoformat(value)
