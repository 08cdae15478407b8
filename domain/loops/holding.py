"""Holding work and going on with it (X5, E35)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.errors import Refused
from domain.events import ExitRecorded, HeldBack, Moved, Released
from domain.loops.exits import window_end
from domain.loops.follow_ups import end_hold, hold_order, raise_version
from domain.loops.refusals import order_ended, reason_missing, require_role, task_ended
from domain.loops.validity import last_instant
from domain.tasks import PendingExit, TaskState

if TYPE_CHECKING:
    from domain.commands import HoldWork, ReleaseWork
    from domain.loops.decision import Decision
    from domain.tasks import Task

HELD = "held"


def hold(decision: Decision, command: HoldWork) -> None:
    """Hold the order with its tasks not started, or one task, running ones too.

    Raises:
        Refused: it has ended, is not signed, or is on hold already; the reason is missing.
    """
    if not command.reason:
        raise reason_missing("A hold")
    act = decision.loop.common.get("hold")
    require_role(command.actor, () if act is None else act.by, "a hold")
    if command.task is not None:
        task = decision.task(command.task)
        if task.state.terminal:
            raise task_ended(task)
        if task.hold is not None:
            raise _held_already(f"Task {task.id}")
        if "hold" not in decision.place(task).loop.common:
            raise Refused(
                "NOT_HELD",
                f"A task of the loop {task.loop} is not held",
                next_step="Record its next step",
                field="task",
            )
        decision.on_task(task.id, HeldBack(command.reason, command.until))
        decision.on_task(task.id, Moved(TaskState.ON_HOLD))
        return
    order = decision.order
    if order.state.terminal:
        raise order_ended(order.id, order.state.value)
    if order.state.unsigned:
        raise Refused(
            "NOT_SIGNED",
            f"Order {order.id} is not signed",
            next_step="Sign it, or leave it as a draft",
            field="order",
        )
    if order.hold is not None:
        raise _held_already(f"Order {order.id}")
    hold_order(decision, command.reason, command.until)


def _held_already(what: str) -> Refused:
    return Refused(
        "ON_HOLD", f"{what} is on hold already", next_step="Release it first", field="order"
    )


def release(decision: Decision, command: ReleaseWork) -> None:
    """End a hold; doses whose window passed inside it close as held, by this person's act.

    Raises:
        Refused: nothing is on hold.
    """
    act = decision.loop.common.get("release") or decision.loop.common.get("hold")
    require_role(command.actor, () if act is None else act.by, "a release")
    if command.task is not None:
        task = decision.task(command.task)
        if task.hold is None:
            raise _not_held(f"Task {task.id}")
        _release_task(decision, task, missed=False)
        return
    if decision.order.hold is None:
        raise _not_held(f"Order {decision.order.id}")
    release_order(decision, command.reason, missed_are_held=command.missed_are_held)


def release_order(decision: Decision, reason: str | None, *, missed_are_held: bool) -> None:
    """End the order's hold and that of the tasks held with it."""
    decision.on_order(Released(reason))
    for task in decision.case.own_open():
        if task.hold is None or not task.hold.whole_order:
            continue
        end = window_end(decision.place(task))
        given = task.started or task.exit is not None or bool(task.gaps)
        missed = missed_are_held and not given and end is not None and end < decision.entry.at
        _release_task(decision, task, missed=missed)


def _release_task(decision: Decision, task: Task, *, missed: bool) -> None:
    if missed:
        decision.on_task(task.id, Released(decision.entry.reason))
        rows = decision.place(task).loop.exits
        code = next((row.code for row in rows if row.id == HELD), HELD)
        taken = PendingExit(code, HELD, (), decision.entry.at, by=decision.entry.actor.user)
        decision.on_task(task.id, ExitRecorded(taken, reason=decision.entry.reason))
        ended = decision.case.tasks[task.id]
        decision.on_task(task.id, Moved(TaskState.CLOSED_BY_EXIT, HELD), at=last_instant(ended))
        raise_version(decision, "ended:held")
        return
    end_hold(decision, task, decision.entry.reason)


def _not_held(what: str) -> Refused:
    return Refused("NOT_ON_HOLD", f"{what} is not on hold", next_step="Go on", field="order")
