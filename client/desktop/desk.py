"""The window with its pages, the person who sits there, and what keeps it up to date."""

from __future__ import annotations

import os
from datetime import datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import Final, Protocol, runtime_checkable

from PySide6.QtCore import QCoreApplication, QElapsedTimer, QObject, Signal, Slot
from PySide6.QtWidgets import QApplication

from client.app import App
from client.desktop.alert_news import AlertNews
from client.desktop.background import Background, run_in_background
from client.desktop.changes import ChangeFeed
from client.desktop.dialogs.step_dialog import StepDialog
from client.desktop.idle import IdleWatch
from client.desktop.page import Page, PageSpec
from client.desktop.pages.alerts import AlertsPage
from client.desktop.pages.audit import AUDITORS, AuditPage
from client.desktop.pages.board import BoardPage
from client.desktop.pages.incidents import OFFICERS, IncidentsPage
from client.desktop.pages.loop_page import LoopPage
from client.desktop.pages.seat import Seat
from client.desktop.pages.sign_in import SignInPage
from client.desktop.pages.vitals import VitalsPage
from client.desktop.pages.worklist import WorklistPage
from client.desktop.scanner import ScanFilter
from client.desktop.sessions import Sessions, is_badge
from client.desktop.theme import apply_theme
from client.desktop.window import MainWindow
from client.presenters.tone import Tone
from client.settings import Settings
from client.texts import Texts
from client.watch import Health, Watch
from client.wiring import SystemClock

POLL_MS: Final = 3000
PASS_MS: Final = 20_000
"""How often the desk looks at the watch; what is due wakes the watch by itself."""
_CLOCK_MS: Final = 1000
_DELAYED_MS: Final = 60_000


@runtime_checkable
class _Feed(Protocol):
    """What the desk needs of the storage's feed of changes."""

    def here(self) -> object:
        """The present end."""
        ...

    def since(self, cursor: object) -> object:
        """What came after a place."""
        ...


class Desk(QObject):
    """Everything of the window that is not Qt's own loop. Make one, show its window, close it."""

    def __init__(self, qt: QApplication, app: App, settings: Settings) -> None:
        super().__init__(qt)
        apply_theme(qt, settings.theme)
        self.app = app
        self.settings = settings
        self.background = Background(qt)
        self.feed = ChangeFeed(self)
        self.seat = Seat(app, self.feed, self)
        self._since = QElapsedTimer()
        self._since.start()
        self._milliseconds = QElapsedTimer()
        self._milliseconds.start()
        self.scanner = ScanFilter(qt, milliseconds=self._milliseconds.elapsed)
        self.seat.just_scanned = self.scanner.just_scanned
        self._cursor: object | None = None
        self._reading = False
        self._failing = False
        holder = f"{settings.workstation}:{os.getpid()}"
        self.watch = Watch(app, leases=app.leases, clock=SystemClock(), holder=holder)
        self._health = Health("", alive=True)
        self.window = MainWindow(
            texts=Texts.load(settings.language),
            clock=_Clock(app),
            zone=self.seat.formats(Texts.load(settings.language)).zone,
            pages=self._pages(),
            version=program_version(),
        )
        self.idle = IdleWatch(qt, milliseconds=self._milliseconds.elapsed)
        self.news = AlertNews(self.window, self.seat)
        self.sessions = Sessions(self.window, self.seat, settings, self.idle)
        self._connect()
        self.sign_out()
        self._poll_timer = self.startTimer(POLL_MS)
        self._clock_timer = self.startTimer(_CLOCK_MS)
        self._pass_timer = self.startTimer(PASS_MS)
        self.let_time_pass()

    @property
    def sign_in_page(self) -> SignInPage | None:
        """The cover while nobody works here."""
        return self.sessions.page

    @Slot(object)
    def sign_in(self, session: object) -> None:
        """Let somebody work: their rail, their first page."""
        self.sessions.begin(session)

    @Slot()
    def sign_out(self) -> None:
        """Cover everything (F12): no patient is to be seen until somebody signs in."""
        self.sessions.lock()

    @Slot()
    def close(self) -> None:
        """Stop asking, finish what is being written, let go."""
        self.window.hide()  # a page in sight would ask again by its timer
        self.killTimer(self._poll_timer)
        self.killTimer(self._clock_timer)
        self.killTimer(self._pass_timer)
        self.background.close()
        self.watch.stop()
        app = QCoreApplication.instance()
        if app is not None:
            app.removeEventFilter(self.scanner)
            app.removeEventFilter(self.idle)
        for one in (self.background, self.scanner, self.idle):
            one.setParent(None)
            one.deleteLater()

    def timerEvent(self, event: object) -> None:
        timer = getattr(event, "timerId", lambda: 0)()
        if timer == self._poll_timer:
            self.poll()
        elif timer == self._pass_timer:
            self.let_time_pass()
        else:
            self.sessions.tick()
            self._tell_age()

    # ------------------------------------------------------------------ the passing of time
    @Slot()
    def let_time_pass(self) -> None:
        """Watch, or see that another process does, off the screen's thread (decision 27)."""
        run_in_background(self, partial(_watch, self.watch), done=self._watched)

    @Slot(object)
    def _watched(self, health: object) -> None:
        if isinstance(health, Health):
            self._health = health
        self._tell_age()

    # ------------------------------------------------------------------ what changed elsewhere
    @Slot()
    def poll(self) -> None:
        """Ask the database what changed, off the screen's thread."""
        feed = self.app.feed
        if self._reading or not isinstance(feed, _Feed):
            return
        self._reading = True
        operation = partial(_news, feed, self._cursor)
        run_in_background(self, operation, done=self._polled, failed=self._poll_failed)

    @Slot(object)
    def _polled(self, news: object) -> None:
        self._reading = self._failing = False
        self._since.restart()
        first = self._cursor is None
        self._cursor = getattr(news, "cursor", news)
        moved = bool(getattr(news, "changes", ())) or bool(getattr(news, "reread", False))
        if moved and not first:
            self.feed.announce(news)
        self._tell_age()

    @Slot(object)
    def _poll_failed(self, _error: Exception) -> None:
        self._reading = False
        self._failing = True
        self._tell_age()

    def fresh(self) -> None:
        """Say that the database was looked at just now: two pictures must not differ by it."""
        self._since.restart()
        self._tell_age()

    def _tell_age(self) -> None:
        texts, since = self.window.texts, int(self._since.elapsed())
        age = texts("connection_more.seconds", n=since // 1000)
        if self._failing:
            self.window.status.show_connection(Tone.FAILED, texts("connection.failed"))
        elif not self._health.alive:
            self.window.status.show_connection(Tone.FAILED, texts("connection_more.no_watch"))
        elif self._health.failures:
            words = texts("connection_more.not_passed", n=self._health.failures)
            self.window.status.show_connection(Tone.FAILED, words)
        elif self._health.seal_failed:
            words = texts("connection_more.not_sealed", code=self._health.seal_failed)
            self.window.status.show_connection(Tone.FAILED, words)
        elif since > _DELAYED_MS:
            words = texts("connection.delayed", age=age)
            self.window.status.show_connection(Tone.DUE_SOON, words)
        elif self._health.backup_failed or self._health.backup_late:
            self.window.status.show_connection(Tone.DUE_SOON, texts("connection_more.no_backup"))
        else:
            words = texts("connection_more.polled", age=age)
            self.window.status.show_connection(Tone.DONE, words)

    # ------------------------------------------------------------------ made once
    def _pages(self) -> tuple[PageSpec, ...]:
        seat = self.seat
        return (
            PageSpec("board", "rail.board", "board", partial(_board, seat), shortcut="F2"),
            PageSpec("work", "rail.work", "work", partial(_work, seat), shortcut="F3"),
            PageSpec("alerts", "rail.alerts", "alerts", partial(_alerts, seat), shortcut="F7"),
            PageSpec("audit", "rail.audit", "search", partial(_audit, seat), roles=AUDITORS),
            PageSpec(
                "incidents", "rail.incidents", "warning", partial(_incidents, seat), roles=OFFICERS
            ),
            PageSpec("loop", "loop.picture", "loop", partial(_loop, seat), on_rail=False),
            PageSpec("step", "step.record", "scan", partial(_step, seat), on_rail=False),
            PageSpec("vitals", "vitals.title", "loop", partial(_vitals, seat), on_rail=False),
        )

    def _connect(self) -> None:
        self.scanner.scanned.connect(self.window.take_scan)
        self.scanner.may_interrupt = is_badge
        self.background.refused.connect(self.sessions.refused)
        self.window.lock_requested.connect(self.sign_out)
        self.window.scan_offered.connect(self._offered)
        self.window.language_changed.connect(self._speak)

    @Slot(str)
    def _offered(self, code: str) -> None:
        """A code that no page took: a badge signs in; else say that it is of no use here."""
        if not self.sessions.take_scan(code):
            covered = self.window.covered
            words = "sign_in.not_a_badge" if covered else "step.not_needed"
            self.window.status.scan.refuse(self.window.texts(words))

    @Slot(object)
    def _speak(self, _texts: object) -> None:
        self._tell_age()


def program_version() -> str:
    """The version of the installed program."""
    try:
        return version("wardloop")
    except PackageNotFoundError:
        return "0"


class Mark(QObject):
    """Passed once everything that was asked of the database before it has been answered.

    Signals:
        reached(): it is passed.
    """

    reached = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.passed = False
        desk.background.run(self, _nothing, done=self._answered)

    @Slot(object)
    def _answered(self, _value: object) -> None:
        self.passed = True
        self.reached.emit()


def _nothing() -> None:
    return None


class _Clock:
    """The program's clock, as the window asks it."""

    def __init__(self, app: App) -> None:
        self._app = app

    def now(self) -> datetime:
        """The present instant."""
        return self._app.now()

    @property
    def simulated(self) -> bool:
        """Whether it stands."""
        return self._app.simulated


def _watch(watch: Watch) -> Health:
    watch.tick()
    return watch.health()


def _news(feed: _Feed, cursor: object | None) -> object:
    return feed.here() if cursor is None else feed.since(cursor)


def _board(seat: Seat, texts: Texts) -> Page:
    return BoardPage(texts, seat)


def _work(seat: Seat, texts: Texts) -> Page:
    return WorklistPage(texts, seat)


def _alerts(seat: Seat, texts: Texts) -> Page:
    return AlertsPage(texts, seat)


def _incidents(seat: Seat, texts: Texts) -> Page:
    return IncidentsPage(texts, seat)


def _audit(seat: Seat, texts: Texts) -> Page:
    return AuditPage(texts, seat)


def _vitals(seat: Seat, texts: Texts) -> Page:
    return VitalsPage(texts, seat)


def _loop(seat: Seat, texts: Texts) -> Page:
    return LoopPage(texts, seat)


def _step(seat: Seat, texts: Texts) -> Page:
    return StepDialog(texts, seat)
