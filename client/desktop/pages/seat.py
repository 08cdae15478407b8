"""Who sits at this window. Pages ask it at each reading; it outlives every page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, Signal

from client.app import App
from client.desktop.changes import ChangeFeed
from client.presenters.formats import Formats
from client.presenters.openings import Openings
from client.presenters.sign_in import Session
from client.presenters.step_work import Drafts
from client.texts import Texts
from domain.ids import EncounterId, OrderId

_R = TypeVar("_R")


class Seat(QObject):
    """The program, the feed of changes, the session, and what each person had begun.

    Signals:
        changed(): somebody else sits here now, or nobody.
        privacy_changed(): names are hidden now, or shown again.
    """

    changed = Signal()
    privacy_changed = Signal()

    def __init__(self, app: App, feed: ChangeFeed, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.app = app
        self.feed = feed
        self.just_scanned: Callable[[], bool] = _never
        """Whether an Enter now may still belong to a scan: no signing key is then heard."""
        self.secured = False
        """Whether signed steps ask for a secret; asked of the database at each sign-in."""
        self.openings = Openings(app)
        self._session: Session | None = None
        self._drafts: defaultdict[str, Drafts] = defaultdict(Drafts)
        self._hidden = False

    @property
    def session(self) -> Session | None:
        """Who works here now; None while nobody is signed in."""
        return self._session

    def take(self, session: Session | None) -> None:
        """Sit down, or leave."""
        self._session = session
        self.openings.clear()
        self.changed.emit()

    def telling(
        self,
        page: str,
        read: Callable[[], _R],
        *,
        order: OrderId | None = None,
        encounter: EncounterId | None = None,
    ) -> Callable[[], _R]:
        """A reading for a page, or of one stay on it; the audit trail hears of the first one."""
        session = self._session
        user = "" if session is None else str(session.user)
        ward = None if session is None else session.ward.id
        return partial(
            self.openings.read, page, read, user=user, ward=ward, order=order, encounter=encounter
        )

    def drafts_of(self, user: str) -> Drafts:
        """What one person had begun to enter; nobody else sees it."""
        return self._drafts[user]

    def kept_drafts(self) -> Mapping[str, int]:
        """How many drafts are kept for each person."""
        return {user: len(drafts) for user, drafts in self._drafts.items() if len(drafts)}

    @property
    def names_hidden(self) -> bool:
        """Whether the board shows no names."""
        return self._hidden

    def hide_names(self, *, hidden: bool) -> None:
        """Hide the names on the board, or show them again."""
        if hidden is not self._hidden:
            self._hidden = hidden
            self.privacy_changed.emit()

    def formats(self, texts: Texts) -> Formats:
        """The formatters of the ward where the person works."""
        zone = self.app.place.time_zone
        return Formats(texts, ZoneInfo(self._session.ward.time_zone if self._session else zone))


def _never() -> bool:
    return False
