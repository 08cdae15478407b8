"""Who sits at this window. Pages ask it at each reading; it outlives every page."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, Signal

from client.app import App
from client.desktop.changes import ChangeFeed
from client.presenters.formats import Formats
from client.presenters.sign_in import Session
from client.texts import Texts


class Seat(QObject):
    """The program, the feed of changes, and the session.

    Signals:
        changed(): somebody else sits here now, or nobody.
    """

    changed = Signal()

    def __init__(self, app: App, feed: ChangeFeed, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.app = app
        self.feed = feed
        self.just_scanned: Callable[[], bool] = _never
        """Whether an Enter now may still belong to a scan: no signing key is then heard."""
        self._session: Session | None = None

    @property
    def session(self) -> Session | None:
        """Who works here now; None while nobody is signed in."""
        return self._session

    def take(self, session: Session | None) -> None:
        """Sit down, or leave."""
        self._session = session
        self.changed.emit()

    def formats(self, texts: Texts) -> Formats:
        """The formatters of the ward where the person works."""
        zone = self.app.place.time_zone
        return Formats(texts, ZoneInfo(self._session.ward.time_zone if self._session else zone))


def _never() -> bool:
    return False
