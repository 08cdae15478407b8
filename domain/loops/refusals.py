"""The refusals of the engine, each with what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.errors import Forestalled, NotAuthorised, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from domain.people import Actor, Role
    from domain.records import Record
    from domain.tasks import Task


def require_role(actor: Actor, allowed: tuple[Role, ...], what: str) -> None:
    """Refuse an actor who holds none of the roles.

    Raises:
        NotAuthorised: names the roles that may.
    """
    if not actor.holds(allowed):
        needs = " or ".join(role.value for role in allowed)
        raise NotAuthorised(f"{actor.user} may not record {what}", needs=needs)


def task_ended(task: Task, how: str | None = None) -> Forestalled:
    """The task is at its end, or an exit was taken (`how`); who recorded last on it, and when."""
    state, outcome = task.state.value, task.outcome
    if how is not None:
        state, outcome = how, None if task.exit is None else task.exit.outcome
    last = max(task.steps.values(), key=_recorded, default=None)
    return Forestalled(
        "TASK_ENDED",
        f"Task {task.id} has ended ({state if outcome is None else f'{state}, {outcome}'})"
        + ("" if last is None else f"; the last record is {last.step}"),
        next_step="If it was done all the same, enter it with source retro and a reason",
        field="task",
        who="" if last is None else last.actor,
        when=None if last is None else last.at,
    )


def _recorded(record: Record) -> tuple[datetime, int]:
    return record.recorded_at, record.seq


def order_ended(order: str, state: str) -> Refused:
    """The order is at its end."""
    return Refused(
        "ORDER_ENDED",
        f"Order {order} has ended ({state})",
        next_step="Place a new order",
        field="order",
    )


def not_ready(step: str, missing: Iterable[str]) -> Refused:
    """Earlier steps are missing."""
    names = ", ".join(missing)
    return Refused(
        "STEP_NOT_READY",
        f"{step} waits for {names}",
        next_step=(
            f"Record {names} first; what has already been done may be entered"
            " with source retro and a reason"
        ),
        field="step",
    )


def already_done(step: str, record: Record) -> Forestalled:
    """The step is done: by whom, and when."""
    return Forestalled(
        "ALREADY_DONE",
        f"{step} is already recorded",
        next_step="Correct the record (act correct) if it is wrong",
        field="step",
        who=record.actor,
        when=record.at,
    )


def reason_missing(what: str) -> Refused:
    """A reason is needed."""
    return Refused(
        "REASON_MISSING", f"{what} needs a reason", next_step="Give the reason", field="reason"
    )
