"""What time alone may do: lapse what never started, and end an order at its stop (decision 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.events import ExitRecorded, Moved, Stopped
from domain.loops.exits import earliest_time, fits
from domain.loops.follow_ups import by_exit, open_children, send_back
from domain.loops.settle import outcome_of_stop
from domain.people import Role
from domain.tasks import PendingExit, TaskState

if TYPE_CHECKING:
    from datetime import datetime

    from domain.loops.decision import Decision
    from domain.tasks import Task


def pass_time(decision: Decision) -> None:
    """Take the timed exits that have come; they all void. Then the order's stop, if it has come."""
    for task in tuple(decision.case.tasks.values()):
        waits = task.exit is None and not task.started and task.hold is None
        if waits and not task.state.terminal:
            _lapse(decision, task)
    order = decision.order
    stop_at = order.stop_at
    if order.state.terminal or order.state.unsigned or stop_at is None:
        return
    if stop_at > decision.now:
        return
    if order.stopped_by is None:
        decision.on_order(Stopped("stop_reached", stop_at))
    for task in decision.case.own_open():
        if task.due_at is None and not task.started and task.exit is None:
            _void(decision, task, stop_at)


def _void(decision: Decision, task: Task, stop_at: datetime) -> None:
    """What has no due time cannot be due before the stop: it ends with it (E34)."""
    outcome = outcome_of_stop(decision.order.stopped_by or "")
    decision.on_task(task.id, Moved(TaskState.VOIDED, outcome), at=stop_at)


def _lapse(decision: Decision, task: Task) -> None:
    place = decision.place(task)
    for row in place.loop.exits:
        timed = row.voids and Role.SYSTEM in row.by and row.not_before is not None
        if not timed or not fits(row, place):
            continue
        earliest = earliest_time(place, row)
        if earliest is None or earliest > decision.now:
            continue
        taken = PendingExit(row.code, row.id, (), earliest, voids=True)
        decision.on_task(task.id, ExitRecorded(taken), at=earliest)
        send_back(decision, task, row.code, by_exit(row.id))
        open_children(decision, task, by_exit(row.id), {})
        return
