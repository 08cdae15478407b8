"""What comes next on an order and each of its tasks: ready steps, earliest deadline."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from domain.loops.applies import (
    all_hold,
    applies,
    blocked_by_ask,
    current,
    may_begin,
    place_of,
    unmet,
)
from domain.loops.closing import closable
from domain.loops.deadlines import order_deadlines, task_deadlines
from domain.loops.validity import against_a_stop, expires_at, is_history, resting_on_a_stop
from domain.orders import OrderState
from domain.values import changed as replace
from domain.worklists import ANSWER, RELEASE, Outlook, ReadyStep

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from domain.loops.applies import Place
    from domain.loops.case import Case
    from domain.loops.deadlines import Deadline
    from domain.loops.definition import Step
    from domain.loops.loops import Loops
    from domain.orders import Ask, Order
    from domain.tasks import Task

_DRAFT: Final = OrderState.DRAFT
AMBER: Final = 0.8
"""The part of an interval after which it is nearly late (decision 33)."""


def order_outlook(loops: Loops, case: Case) -> Outlook:
    """What comes next on the order itself."""
    order = case.order
    if order.state.terminal:
        return Outlook()
    place = place_of(loops.get(order.loop), case)
    rows = order_deadlines(loops, case)
    steps = [step for step in place.loop.order_steps if _order_ready(step, place)]
    return _outlook(place, rows, steps, _acts(loops, place, rows))


def task_outlook(loops: Loops, case: Case, task: Task) -> Outlook:
    """What comes next on one task."""
    if task.state.terminal:
        return Outlook()
    place = place_of(loops.get(task.loop), case, task)
    rows = task_deadlines(loops, case, task)
    return _outlook(place, rows, _ready_of(task, place), _acts(loops, place, rows))


def outlooks(loops: Loops, case: Case) -> dict[str, Outlook]:
    """What comes next on every stream of a case, by order and task id."""
    found: dict[str, Outlook] = {case.order.id: order_outlook(loops, case)}
    for task in case.tasks.values():
        found[task.id] = task_outlook(loops, case, task)
    return found


def _outlook(
    place: Place, rows: tuple[Deadline, ...], steps: Iterable[Step], acts: tuple[ReadyStep, ...]
) -> Outlook:
    first = rows[0] if rows else None
    return Outlook(
        next_due_at=None if first is None else first.at,
        next_limit=None if first is None else first.limit,
        ready=tuple([_ready_step(step, place, rows) for step in steps]),
        acts=acts,
        deadlines=rows,
    )


def _ready_step(step: Step, place: Place, rows: tuple[Deadline, ...]) -> ReadyStep:
    for row in rows:
        if row.step == step.no:
            return _timed(ReadyStep(step.no, step.by), row)
    return ReadyStep(step.no, step.by, again_at=_again_at(step, place))


def _timed(ready: ReadyStep, row: Deadline | None) -> ReadyStep:
    """With the limit that ends at it, where one is running."""
    if row is None:
        return ready
    amber = row.starts_at + timedelta(seconds=(row.at - row.starts_at).total_seconds() * AMBER)
    return replace(ready, deadline=row.at, limit=row.limit, amber_at=amber)


def _acts(loops: Loops, place: Place, rows: tuple[Deadline, ...]) -> tuple[ReadyStep, ...]:
    """What waits for a person beside steps; mostly nothing does."""
    held = place.task if place.task is not None else place.case.order
    if held.hold is None and not place.case.order.asks:
        return ()
    return (*_answers(place, rows), *_release(loops, place, rows))


def _answers(place: Place, rows: tuple[Deadline, ...]) -> Iterator[ReadyStep]:
    """The questions that were asked here, each to be answered (E21)."""
    for ask in place.order.asks.values():
        if _asked_here(ask, place):
            own = (row for row in rows if (row.limit, row.starts_at) == (ask.code, ask.at))
            row = next((row for row in own if row.step == ANSWER), None)
            yield _timed(ReadyStep(ANSWER, ask.by, code=ask.code), row)


def _asked_here(ask: Ask, place: Place) -> bool:
    """Whether a question stands on this task; what an ended task asked is the order's matter."""
    if place.task is not None:
        return ask.task == place.task.id
    return all(task.id != ask.task or task.state.terminal for task in place.case.tasks.values())


def _release(loops: Loops, place: Place, rows: tuple[Deadline, ...]) -> Iterator[ReadyStep]:
    """The end of a hold, for those who may end it; a task held with its order ends with that."""
    order, task = place.order, place.task
    held = order.hold if task is None else task.hold
    if held is None or (task is not None and held.whole_order and order.hold is not None):
        return
    common = loops.get(order.loop).common
    act = common.get("release") or common.get("hold")
    if act is not None:
        row = next((row for row in rows if row.step == RELEASE), None)
        yield _timed(ReadyStep(RELEASE, act.by), row)


def _order_ready(step: Step, place: Place) -> bool:
    order = place.order
    if step.on or not applies(step, place) or blocked_by_ask(step.no, place) is not None:
        return False
    to_close = step is place.loop.closing and closable(place)
    if current(step, place) and not (to_close or _once_more(step, place)):
        return False
    signed_first = place.loop.activating
    if (
        order.state is _DRAFT
        and signed_first is not None
        and signed_first.no in place.loop.ancestors[step.no]
    ):
        return False
    if step is place.loop.closing and (_is_nothing(order) or not _may_close(step, place)):
        return False
    return not unmet(step, place) and not resting_on_a_stop(step, place)


def _is_nothing(order: Order) -> bool:
    """Whether a stop left nothing to confirm: time alone makes such an order void (E11)."""
    stopped = order.stopped_by not in (None, "last_task")
    return stopped and not order.tally.effects and order.tally.nothing == order.tally.made


def _may_close(step: Step, place: Place) -> bool:
    return step.per_version or closable(place)


def _ready_of(task: Task, place: Place) -> list[Step]:
    """The steps of a task that can be recorded now."""
    draft = place.case.order.state is _DRAFT and task.parent is None
    if draft or task.hold is not None:
        return []
    return [step for step in place.loop.task_steps if _task_ready(step, place, task)]


def _task_ready(step: Step, place: Place, task: Task) -> bool:
    if not _wanted(step, place, task):
        return False
    if step.no in task.gaps:
        return True
    if blocked_by_ask(step.no, place) is not None:
        return False
    if step.repeats_until is not None:
        over = step.repeats_until in place.done
    else:
        over = current(step, place)
    if over and not _once_more(step, place):
        return False
    if not may_begin(step, place) and unmet(step, place):
        return False
    return not resting_on_a_stop(step, place) and not _waits(step, place, task)


def _once_more(step: Step, place: Place) -> bool:
    """Whether a done step is to be done anew: now, for it stands against a stop, or by a time."""
    return against_a_stop(step, place) or _again_at(step, place) is not None


def _again_at(step: Step, place: Place) -> datetime | None:
    """From when a done step has expired and must be done anew for those that rest on it (E26).

    None also where that is now: it stands against a stop.
    """
    if step.valid is None:
        return None
    record = place.record(step.no)
    if record is None or record.stopped or is_history(step, place):
        return None
    resting = place.loop.resting_on[step.no]
    if all(not applies(one, place) or place.record(one.no) is not None for one in resting):
        return None
    return expires_at(step, record, place)


def _wanted(step: Step, place: Place, task: Task) -> bool:
    """Whether the step belongs to what the task, which is not held, still has to do."""
    if task.exit is not None:
        return step.no in task.exit.still or step.no in task.gaps
    if not step.required and not step.after:
        return False  # it belongs to an exit: the prescriber is told of what was not given
    return applies(step, place)


def _waits(step: Step, place: Place, task: Task) -> bool:
    """Whether a sub-loop or another task holds this step back."""
    if any(step.no in child.blocks for child in place.case.children_of(task.id)):
        return True
    awaited = task.fields.get("depends_on")
    if awaited is None and not place.loop.next_task_after:
        return False
    others = [one for one in place.case.own_open() if one.id != task.id]
    if step.starts and any(other.id == awaited for other in others):
        return True
    for rule in place.loop.next_task_after:
        if rule.step != step.no or not all_hold(rule.when, place):
            continue
        for other in others:
            done = {no for no, record in other.steps.items() if not record.undone}
            if rule.step in done and rule.after not in done:
                return True
    return False
