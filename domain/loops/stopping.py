"""Stopping an order: what is voided, what runs on to its end (E34, E48)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.errors import InvalidInput, Refused
from domain.events import Moved, Released, Stopped
from domain.loops.follow_ups import by_act, open_children, raise_version
from domain.loops.refusals import order_ended, require_role
from domain.loops.settle import outcome_of_stop
from domain.loops.validity import last_instant
from domain.tasks import TaskState

if TYPE_CHECKING:
    from datetime import datetime

    from domain.commands import StopOrder
    from domain.loops.decision import Decision

ORDER_ACTS: Final = ("cancel", "discontinue", "replace")
"""Stops that are somebody's decision about the order."""
STAY_ACTS: Final = ("transfer", "discharge", "death")
"""Stops that follow from where the patient is; who may say so is the use case's matter."""


def stop_order(decision: Decision, command: StopOrder) -> None:
    """Stop an order by a person's act.

    Raises:
        InvalidInput: no such act stops an order.
        Refused: the order has ended, is already stopped, or had an effect and cannot be cancelled.
    """
    order = decision.order
    if order.state.terminal:
        raise order_ended(order.id, order.state.value)
    if order.stopped_by is not None and order.stop_at is not None and order.stop_at <= decision.now:
        raise Refused(
            "ALREADY_STOPPED",
            f"Order {order.id} is already stopped",
            next_step="Nothing more is needed",
            field="order",
        )
    act = command.act
    if act not in (*ORDER_ACTS, *STAY_ACTS):
        known = ", ".join((*ORDER_ACTS, *STAY_ACTS))
        raise InvalidInput("act", f"{act!r} does not stop an order", right=f"one of {known}")
    if act not in STAY_ACTS:
        common = decision.loop.common.get("discontinue" if act == "replace" else act)
        allowed = () if common is None else common.by
        author = order.state.unsigned and command.actor.user == order.author
        if not author:
            require_role(command.actor, allowed, f"the act {act}")
    effects = order.tally.effects > 0
    if order.state.unsigned and not effects and act in ("discontinue", "replace"):
        act = "cancel"
    if act == "cancel" and effects:
        raise Refused(
            "HAS_EFFECT",
            f"Order {order.id} has had an effect on the patient and cannot be cancelled",
            next_step="Discontinue it (act discontinue)",
            field="act",
        )
    stop_at = None if act == "cancel" else command.stop_at  # a cancellation is at once
    stop(decision, act, stop_at or command.at, command.reason)


def stop(decision: Decision, act: str, stop_at: datetime, reason: str | None) -> None:
    """Stop the order from an instant on and void what will not be done."""
    order = decision.order
    decision.on_order(Stopped(act, stop_at, reason))
    if order.hold is not None and stop_at <= decision.now:
        decision.on_order(Released(act))
    outcome = outcome_of_stop(act)
    now = stop_at <= decision.now
    for task in decision.case.own_open():
        if task.started or task.exit is not None:
            continue
        if now or (task.due_at is not None and task.due_at >= stop_at):
            open_children(
                decision, task, by_act("cancel" if act == "cancel" else "discontinue"), {}
            )
            decision.on_task(task.id, Moved(TaskState.VOIDED, outcome), at=last_instant(task))
            raise_version(decision, f"ended:{outcome}")
