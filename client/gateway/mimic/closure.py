"""How many orders, tasks and events there are of each kind, and how the tasks stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from domain.tasks import TaskState

if TYPE_CHECKING:
    from client.gateway.mimic.playing import Played

KINDS: Final = ("medication", "examination", "test", "transfusion")


@dataclass(slots=True)
class Kind:
    """The counts of one kind of order."""

    orders: int = 0
    tasks: int = 0
    events: int = 0
    closed: int = 0
    closed_by_exit: int = 0
    open: int = 0


class Closure:
    """Counts orders as they are played."""

    def __init__(self) -> None:
        self._kinds = {kind: Kind() for kind in KINDS}

    def add(self, played: Played) -> None:
        """Count one order with its tasks."""
        kind = self._kinds[played.case.order.loop]
        kind.orders += 1
        kind.events += len(played.events)
        for task in (*played.ended.values(), *played.case.tasks.values()):
            kind.tasks += 1
            kind.closed += task.state is TaskState.CLOSED
            kind.closed_by_exit += task.state is TaskState.CLOSED_BY_EXIT
            kind.open += not task.state.terminal

    def taken(self) -> dict[str, dict[str, int]]:
        """Orders, tasks and events by kind."""
        return {
            name: {"orders": kind.orders, "tasks": kind.tasks, "events": kind.events}
            for name, kind in self._kinds.items()
        }

    def tasks(self) -> dict[str, dict[str, int]]:
        """How the tasks of each kind stand; orders stay open for want of a confirmation."""
        return {
            name: {
                "tasks": kind.tasks,
                "closed": kind.closed,
                "closed_by_exit": kind.closed_by_exit,
                "open": kind.open,
            }
            for name, kind in self._kinds.items()
        }
