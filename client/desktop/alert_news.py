"""What the window says of alerts by itself: the strip's counts, and a toast for a grave new one."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QTimerEvent, Slot

from client.desktop.background import run_in_background
from client.desktop.pages.seat import Seat
from client.desktop.window import MainWindow
from client.presenters.alert_inbox import InboxData, read_inbox
from client.presenters.alert_strip import alert_strip, loud_ones, news_words
from client.presenters.sign_in import Session
from client.presenters.subject import Subject
from client.presenters.tone import Tone
from domain.alerts import AlertSeverity
from domain.services.alert_lists import AlertItem

_TICK_MS: Final = 20_000
_BEDSIDE: Final = "step"
"""The page over which nothing is said but a critical alert of the same patient."""


class AlertNews(QObject):
    """Reads again whenever something changed. What waits for the end of a step is told then.

    What was open when somebody sat down is no news: the strip counts it.
    """

    def __init__(self, window: MainWindow, seat: Seat) -> None:
        super().__init__(window)
        self._window = window
        self._seat = seat
        self._session: Session | None = None
        self._data: InboxData | None = None
        self._known: frozenset[str] = frozenset()
        self._held: dict[str, AlertItem] = {}
        window.strip.clicked.connect(self._open)
        window.page_opened.connect(self._page_opened)
        window.language_changed.connect(self._speak)
        seat.changed.connect(self._seated)
        seat.feed.changed.connect(self._changed)
        self.startTimer(_TICK_MS)

    def timerEvent(self, _event: QTimerEvent) -> None:
        self._show()

    @Slot()
    def read(self) -> None:
        """Ask what is open now."""
        session = self._seat.session
        if session is not None:
            operation = partial(_read_for, self._seat, session)
            run_in_background(self, operation, done=self._was_read)

    # ------------------------------------------------------------------ inside
    @Slot()
    def _seated(self) -> None:
        """Somebody else works here, or nobody: nothing that was held for the one before is told."""
        self._session, self._data = self._seat.session, None
        self._known, self._held = frozenset(), {}
        self._window.strip.show_view(None)
        self.read()

    @Slot(object)
    def _changed(self, _change: object) -> None:
        self.read()

    @Slot(object)
    def _was_read(self, answer: tuple[Session, InboxData]) -> None:
        session, data = answer
        if session is not self._session:
            return  # they have left meanwhile
        first = self._data is None
        self._data = data
        loud = loud_ones(data, session)
        if not first:
            self._held |= {key: one for key, one in loud.items() if key not in self._known}
        self._known = frozenset(loud)
        self._held = {key: loud[key] for key in self._held if key in loud}
        self._show()
        self._tell()

    def _show(self) -> None:
        if self._data is None:
            return
        texts = self._window.texts
        formats, now = self._seat.formats(texts), self._seat.app.now()
        view = alert_strip(self._data, now=now, formats=formats)
        self._window.strip.show_view(view, texts("alert_page.strip_open"))

    def _tell(self) -> None:
        """Say what is held, but for what may not be said over a step at the bedside."""
        data = self._data
        told = [key for key, one in self._held.items() if self._may_say(one)]
        if data is None or not told:
            return
        items = [self._held.pop(key) for key in told]
        formats = self._seat.formats(self._window.texts)
        words = news_words(items, data, loops=self._seat.app.loops, formats=formats)
        grave = any(one.alert.severity is AlertSeverity.S1 for one in items)
        self._window.say(words, Tone.OVERDUE_3 if grave else Tone.OVERDUE_1)

    def _may_say(self, item: AlertItem) -> bool:
        if self._window.covered:
            return False
        if self._window.page_key != _BEDSIDE:
            return True
        subject = self._window.trail[-1][1]
        same = isinstance(subject, Subject) and subject.encounter == item.alert.encounter
        return same and item.alert.severity is AlertSeverity.S1

    @Slot()
    def _open(self) -> None:
        if not self._window.covered:
            self._window.open("alerts")

    @Slot(str)
    def _page_opened(self, _key: str) -> None:
        self._tell()

    @Slot(object)
    def _speak(self, _texts: object) -> None:
        self._show()


def _read_for(seat: Seat, session: Session) -> tuple[Session, InboxData]:
    return session, read_inbox(seat.app, session)
