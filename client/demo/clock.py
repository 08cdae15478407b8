"""The demo's clock: it stands until the simulation moves it, and never goes back."""

from __future__ import annotations

from datetime import UTC, datetime


class DemoClock:
    """A clock that only the simulation moves. What is recorded by it is marked as simulated."""

    def __init__(self, at: datetime) -> None:
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        """The instant at which it stands, UTC."""
        return self._at

    @property
    def simulated(self) -> bool:
        """It is not the true time."""
        return True

    def move(self, at: datetime) -> None:
        """Go on to an instant; an earlier one leaves it where it is."""
        self._at = max(self._at, at.astimezone(UTC))
