"""Time is handed in, never looked up, so that a night can be played in a second."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        ...

    @property
    def simulated(self) -> bool:
        """Whether it is frozen (`--now`): what is recorded by it is marked (decision 25)."""
        ...
