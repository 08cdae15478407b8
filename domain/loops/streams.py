"""An order or a task as alert rules see it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from domain.situation import Stream

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from domain.loops.deadlines import Deadline
    from domain.orders import Order, Priority
    from domain.records import Record
    from domain.tasks import Task


def order_stream(order: Order, deadlines: tuple[Deadline, ...] = ()) -> Stream:
    """The order itself, with the limits that are running on it."""
    return Stream(
        order=order.id,
        task=None,
        loop=order.loop,
        priority=order.priority,
        state=order.state.value,
        since=order.placed_at,
        incomplete=bool(order.gaps) and not order.state.terminal,
        started=order.tally.effects > 0,
        deadlines=deadlines,
        marks=order.marks,
        done=_done(order.steps),
        fields=order.fields,
        not_recorded=order.not_recorded,
    )


def task_stream(task: Task, priority: Priority, deadlines: tuple[Deadline, ...] = ()) -> Stream:
    """A task, with the limits that are running on it; its priority is its order's."""
    return Stream(
        order=task.order_id,
        task=task.id,
        loop=task.loop,
        priority=priority,
        state=task.state.value,
        since=task.made_at,
        due_at=task.due_at,
        incomplete=task.incomplete,
        started=task.started,
        deadlines=deadlines,
        marks=task.marks,
        done=_done(task.steps),
        fields=task.fields,
    )


def _done(steps: Mapping[str, Record]) -> Mapping[str, tuple[datetime, str | None]]:
    return MappingProxyType(
        {no: (record.at, record.result) for no, record in steps.items() if not record.undone}
    )
