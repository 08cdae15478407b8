"""What an order knows of all its own tasks, counted as their events come (E1)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from domain.events import Corrected, StepRecorded, TaskMade
from domain.tasks import TaskState
from domain.values import changed as replace

if TYPE_CHECKING:
    from datetime import datetime

    from domain.events import Event
    from domain.orders import Order, Tally
    from domain.tasks import Task

_DAY: Final = timedelta(hours=24)


def counted(order: Order, before: Task | None, task: Task, event: Event) -> Order:
    """The order with its tally after an event of one of its tasks."""
    version = order.version + 1 if event.raises else order.version
    tally = order.tally
    body = event.body
    if isinstance(body, TaskMade):
        tally = _counted_making(tally, body)
    elif task.parent is None and before is not None:
        tally = _counted_step(_counted_end(tally, before, task), body, event.at)
        if isinstance(body, Corrected) and body.at is not None:
            tally = _counted_correction(tally, body, was=before.steps[body.step].at)
    if version == order.version and tally is order.tally:
        return order
    return replace(order, tally=tally, version=version)


def _counted_making(tally: Tally, body: TaskMade) -> Tally:
    if body.opened_code is not None:
        key = f"{body.opened_by}:{body.opened_code}"
        children = {**tally.children, key: tally.children.get(key, 0) + 1}
        tally = replace(tally, children=children)
    if body.parent is not None:
        return tally
    return replace(tally, made=tally.made + 1, complete=tally.complete or body.last)


def _counted_end(tally: Tally, before: Task, task: Task) -> Tally:
    if task.state is TaskState.ENTERED_IN_ERROR and before.state is not task.state:
        tally = replace(
            tally,
            effects=tally.effects - before.started,
            nothing=tally.nothing + 1,
            struck=tally.struck + 1,
            starts=_without_one(tally.starts, before) if before.started else tally.starts,
        )
    elif task.started and not before.started:
        tally = replace(tally, effects=tally.effects + 1)
    if not task.state.terminal or before.state.terminal:
        return tally
    word = task.outcome or task.state.value
    ends = [at for at in (tally.last_ended_at, task.ended_at) if at is not None]
    return replace(
        tally,
        ended=tally.ended + 1,
        nothing=tally.nothing + (task.state is TaskState.VOIDED),
        outcomes={**tally.outcomes, word: tally.outcomes.get(word, 0) + 1},
        last_ended_at=max(ends),
    )


def _counted_step(tally: Tally, body: object, at: datetime) -> Tally:
    if not isinstance(body, StepRecorded) or not body.done:
        return tally
    if body.tallied:
        latest = max(at, tally.steps.get(body.step, at))
        tally = replace(tally, steps={**tally.steps, body.step: latest})
    if body.starts:
        latest = max((at, *tally.starts))
        starts = tuple(sorted(start for start in (*tally.starts, at) if start > latest - _DAY))
        tally = replace(tally, starts=starts)
    return tally


def _without_one(starts: tuple[datetime, ...], struck: Task) -> tuple[datetime, ...]:
    """The starts without that of a task which was entered in error: it was no dose (X6)."""
    instants = {record.first_at for record in struck.steps.values()}
    at = next((start for start in starts if start in instants), None)
    if at is None:
        return starts
    place = starts.index(at)
    return (*starts[:place], *starts[place + 1 :])


def _counted_correction(tally: Tally, body: Corrected, *, was: datetime) -> Tally:
    at = body.at or was
    if body.tallied and tally.steps.get(body.step) == was:
        tally = replace(tally, steps={**tally.steps, body.step: at})
    if body.starts and was in tally.starts:
        place = tally.starts.index(was)
        starts = (*tally.starts[:place], at, *tally.starts[place + 1 :])
        tally = replace(tally, starts=tuple(sorted(starts)))
    return tally
