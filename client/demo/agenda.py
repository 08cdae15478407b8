"""What is to happen when: the simulation goes from one instant to the next and skips the rest."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime


class Agenda:
    """Acts in the order of their instants; of one instant in the order in which they were put."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, Callable[[], None]]] = []
        self._count = 0

    def put(self, at: datetime, act: Callable[[], None]) -> None:
        """Let something happen at an instant."""
        self._count += 1
        heapq.heappush(self._heap, (at, self._count, act))

    def until(self, end: datetime) -> Iterator[tuple[datetime, Callable[[], None]]]:
        """What happens up to an instant, in order; what is put meanwhile too."""
        while self._heap and self._heap[0][0] <= end:
            at, _, act = heapq.heappop(self._heap)
            yield at, act
