"""Who may use this window: signing in, the lock, the next person, and what each had open."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, Slot

from client.desktop.background import run_in_background
from client.desktop.idle import IdleWatch
from client.desktop.pages.seat import Seat
from client.desktop.pages.sign_in import SignInPage
from client.desktop.widgets.notice_bar import Notice
from client.desktop.window import MainWindow, SignedIn
from client.presenters.judging import ScanClass, scan_class
from client.presenters.sign_in import Session
from client.settings import Settings
from client.texts import Texts
from domain.errors import Refused

_WARNED: Final = 30
"""Seconds before the lock during which the status bar counts down (screens 3.1)."""


def is_badge(code: str) -> bool:
    """Whether a code is on a badge of staff."""
    return scan_class(code) is ScanClass.BADGE


@dataclass(frozen=True, slots=True)
class _Place:
    """Where somebody was when the window was locked: on which ward, on which pages."""

    ward: str
    trail: tuple[tuple[str, object], ...]


class Sessions(QObject):
    """The window while somebody works at it, and its cover while nobody does.

    A lock takes every page out of the window: nothing of a patient is left in it, not even for a
    screen reader. What was half filled stays with its owner, who finds it on the same page again.
    """

    def __init__(self, window: MainWindow, seat: Seat, settings: Settings, idle: IdleWatch) -> None:
        super().__init__(window)
        self._window, self._seat, self._settings, self._idle = window, seat, settings, idle
        self._page: SignInPage | None = None
        self._places: dict[str, _Place] = {}
        self._awaited = ""
        self._hidden_by_idle = False
        idle.touched.connect(self._touched)
        window.privacy_pressed.connect(self._privacy)
        window.language_changed.connect(self.speak)
        seat.privacy_changed.connect(self.show_notices)

    @property
    def page(self) -> SignInPage | None:
        """The cover while nobody works here."""
        return self._page

    # ------------------------------------------------------------------ in and out
    @Slot(object)
    def begin(self, session: object) -> None:
        """Let somebody work: their rail, the page that they had open, else their first one."""
        if not isinstance(session, Session):
            return
        if self._seat.session is not None:
            self._leave()
        self._page = None
        self._idle.begin()
        self._seat.secured = self._seat.app.secured
        self._seat.take(session)
        self._window.show_ward(session.ward.name, session.ward.name_zh)
        person = SignedIn(session.name, session.roles, session.shown_role, session.name_zh)
        place = self._places.pop(session.user, None)
        trail = place.trail if place is not None and place.ward == session.ward.id else ()
        self._window.sign_in(person, landing=session.landing, trail=trail)
        self.show_notices()

    @Slot()
    def lock(self) -> None:
        """Cover everything (F12): no patient is to be seen until somebody signs in."""
        if self._window.covered:
            return
        session = self._seat.session
        if session is not None:
            operation = partial(self._seat.app.locked, user=session.user)
            run_in_background(self, operation, failed=self._not_told)
        self._leave()
        page = SignInPage(
            self._window.texts,
            self._seat,
            workstation=self._settings.workstation,
            shared=not self._settings.database.startswith("sqlite"),
            ward="" if session is None else str(session.ward.id),
        )
        page.signed_in.connect(self.begin)
        page.language_wanted.connect(self._window.switch_language)
        self._page = page
        self._window.cover(page)
        self.show_notices()

    def switch(self, code: str) -> None:
        """Another badge was scanned: who sits here leaves, its owner enters their secret."""
        self.lock()
        if self._page is not None:
            self._page.take_badge(code)

    @Slot(object)
    def _not_told(self, error: Exception) -> None:
        """The trail was not told of a lock: a session that had ended elsewhere has none to tell."""
        if not isinstance(error, Refused):
            raise error

    @Slot(object)
    def refused(self, error: object) -> None:
        """Lock where who sits here has no session any more: their secret was changed elsewhere."""
        session = self._seat.session
        gone = isinstance(error, Refused) and error.code == "NOT_SIGNED_IN"
        if gone and session is not None and str(error).startswith(f"{session.user} "):
            self.lock()

    def take_scan(self, code: str) -> bool:
        """A code for the cover, or a badge that no page took; False says that it is neither."""
        badge = is_badge(code)
        if self._page is not None:
            if badge:
                self._page.take_badge(code)
            return badge
        if badge:
            self.switch(code)
        return badge

    def _leave(self) -> None:
        """Whoever sits here leaves; their place and their drafts are kept for them."""
        session, app = self._seat.session, self._seat.app
        if session is not None:
            self._places[session.user] = _Place(str(session.ward.id), self._window.trail)
        self._window.forget()
        self._seat.take(None)
        if session is not None:
            # in the lane of the database, after all that was asked and recorded in their name
            run_in_background(self, partial(app.sign_out, user=session.user))

    # ------------------------------------------------------------------ the passing of time
    def tick(self) -> None:
        """Lock, warn of the lock, and hide names, as time passes without a touch."""
        if self._window.covered:
            return
        idle, settings = self._idle.seconds(), self._settings
        hide_after, lock_after = settings.hide_names_after_seconds, settings.lock_after_minutes * 60
        if hide_after and idle >= hide_after and not self._seat.names_hidden:
            self._hidden_by_idle = True
            self._seat.hide_names(hidden=True)
        left = lock_after - idle
        if lock_after and left <= 0:
            self.lock()
            return
        warned = 0 < left <= _WARNED and bool(lock_after)
        words = self._window.texts("session.locks_in", n=left) if warned else ""
        self._window.status.show_lock(words)

    @Slot()
    def _touched(self) -> None:
        self._window.status.show_lock("")
        if self._hidden_by_idle:
            self._hidden_by_idle = False
            self._seat.hide_names(hidden=False)

    @Slot()
    def _privacy(self) -> None:
        """Hide the names on the board, or show them (Ctrl+H)."""
        if not self._window.covered:
            self._hidden_by_idle = False
            self._seat.hide_names(hidden=not self._seat.names_hidden)

    # ------------------------------------------------------------------ words
    @Slot(object)
    def speak(self, texts: object) -> None:
        """Speak another language."""
        if self._page is not None and isinstance(texts, Texts):
            self._page.retranslate(texts)
        self.show_notices()

    @Slot()
    def show_notices(self) -> None:
        """Say what everybody at this window must know: training, an open database, hidden names."""
        texts, app = self._window.texts, self._seat.app
        notices = []
        if self._settings.training or app.simulated:
            notices.append(Notice(texts("session.training"), "training", "on-banner"))
        if not app.secured:
            notices.append(Notice(texts("session.open_database"), "soon-tint", "soon", "lock"))
        if self._page is not None:
            self._page.show_notices(notices)
            return
        if self._seat.names_hidden:
            notices.append(Notice(texts("session.names_hidden"), "surface2", "text", "lock"))
        self._window.notices.show_notices(notices)
