"""The watch of the demo: it passes whenever something is due, by the demo's clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from client.app import App
    from client.demo.agenda import Agenda
    from domain.services.watching import Passed

_AGAIN: Final = timedelta(minutes=1)
"""What a pass leaves is taken up by the next sweep, as in the watch of a ward."""


class Watching:
    """Puts the next pass on the agenda, as the true watch sets its trigger."""

    def __init__(self, app: App, agenda: Agenda, begin: datetime) -> None:
        self._app = app
        self._agenda = agenda
        self._seen = begin
        self._planned: datetime | None = None

    def arm(self, look: Callable[[], None]) -> None:
        """Plan a pass for when time next changes anything, unless an earlier one is planned."""
        due = self._app.next_instant(now=self._seen)
        if due is None:
            return
        now = self._app.now()
        at = max(due, now) if due > self._seen else max(now, self._seen + _AGAIN)
        if self._planned is None or at < self._planned:
            self._planned = at
            self._agenda.put(at, look)

    def pass_due(self) -> Passed:
        """Let time pass for what became due since the last pass."""
        now = self._app.now()
        passed = self._app.pass_due(now=now, since=self._seen)
        self._seen = now
        self._planned = None
        return passed
