"""A decision in the making: the case as it moves while events are added to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.commands import MakeTasks, PassTime
from domain.errors import NotFound
from domain.events import Event, StepRecorded, StreamKind, TaskMade
from domain.loops.applies import place_of
from domain.loops.evolve import evolve_case
from domain.tasks import TaskState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from domain.commands import Entry
    from domain.events import Body
    from domain.ids import TaskId
    from domain.loops.applies import Place
    from domain.loops.case import Case, Facts
    from domain.loops.definition import LoopDefinition
    from domain.loops.loops import Loops
    from domain.orders import Order
    from domain.records import Source
    from domain.tasks import Task


class Decision:
    """Collects events; each is folded into the case at once, so that what follows sees it.

    Attributes:
        source: the command's source, or `retro` where a live entry tells of long ago (E8).
        evidence: what the entry says, once it was read field by field.
        by_time: nobody acts, time passes or tasks come due: nothing may close (decision 3).
    """

    def __init__(
        self, *, loops: Loops, case: Case, entry: Entry, facts: Facts, now: datetime, source: Source
    ) -> None:
        self.loops = loops
        self.case = case
        self.entry = entry
        self.facts = facts
        self.now = now
        self.source = source
        self.events: list[Event] = []
        self.closing_recorded = False
        self.evidence: Mapping[str, object] = {}
        self.by_time = isinstance(entry, (PassTime, MakeTasks))

    @property
    def order(self) -> Order:
        """The order as it is by now."""
        return self.case.order

    @property
    def stopped(self) -> bool:
        """Whether nothing new may be made any more."""
        stop_at = self.order.stop_at
        return self.order.state.terminal or (stop_at is not None and stop_at <= self.now)

    @property
    def loop(self) -> LoopDefinition:
        """The order's loop."""
        return self.loops.get(self.order.loop)

    def task(self, task: TaskId) -> Task:
        """A task as it is by now.

        Raises:
            NotFound: the order has no such task.
        """
        found = self.case.tasks.get(task)
        if found is None:
            raise NotFound("task", task, right=f"an open task of order {self.order.id}")
        return found

    def place(self, task: Task | None) -> Place:
        """Where questions about a task (or the order itself) are asked, as things are by now."""
        if task is None:
            return place_of(self.loop, self.case)
        return place_of(self.loops.get(task.loop), self.case, self.case.tasks[task.id])

    def on_order(self, body: Body, *, at: datetime | None = None) -> None:
        """Add an event to the order's stream."""
        self._add(StreamKind.ORDER, self.order.id, body, at)

    def on_task(self, task: TaskId, body: Body, *, at: datetime | None = None) -> None:
        """Add an event to a task's stream."""
        self._add(StreamKind.TASK, task, body, at)

    def _add(self, kind: StreamKind, stream: str, body: Body, at: datetime | None) -> None:
        event = Event(
            stream_kind=kind,
            stream=stream,
            order_id=self.order.id,
            body=body,
            actor=self.entry.actor.user,
            at=at or self.entry.at,
            recorded_at=self.now,
            source=self.source,
            raises=kind is StreamKind.TASK and _raises(body),
        )
        self.events.append(event)
        self.case = evolve_case(self.case, event)


def _raises(body: Body) -> bool:
    """Whether other work on the order must see this (E4)."""
    if isinstance(body, TaskMade):
        return True
    if isinstance(body, StepRecorded):
        return body.starts or body.tallied
    state = getattr(body, "state", None)
    return isinstance(state, TaskState) and state.terminal
