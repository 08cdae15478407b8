"""The window's frame: bars, banner, rail, pages. It knows every page by its spec, none by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from client.desktop.dialogs.keys_dialog import KeysDialog
from client.desktop.icons import application_icon
from client.desktop.page import Page, PageSpec
from client.desktop.theme import THEMES, ThemeName, apply_theme, current_theme
from client.desktop.widgets import app_bar, rail, status_bar
from client.desktop.widgets.alert_strip import AlertStrip
from client.desktop.widgets.focus_ring import FocusRing
from client.desktop.widgets.notice_bar import NoticeBar
from client.desktop.widgets.patient_banner import PatientBanner
from client.desktop.widgets.scan_field import Awaited
from client.desktop.widgets.toast import Toast
from client.presenters.formats import Formats
from client.presenters.keys import key_groups
from client.presenters.tone import Tone
from client.texts import Texts
from domain.clock import Clock
from domain.people import Role

_TICK_MS: Final = 1000
_SMALLEST: Final = (1024, 640)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who works at this window: names in both scripts, the role to show, all roles held."""

    name: str
    roles: frozenset[Role]
    shown_role: Role
    name_zh: str = ""


class MainWindow(QMainWindow):
    """The one window.

    Signals:
        language_changed(Texts): the language was switched; pages were told already.
        lock_requested(): F12 or the lock button.
        privacy_pressed(): Ctrl+H: names are to be hidden on the board, or shown again.
        page_opened(key): another page is in front.
        scan_offered(code): no page took a scanned code.
    """

    language_changed = Signal(object)
    lock_requested = Signal()
    privacy_pressed = Signal()
    page_opened = Signal(str)
    scan_offered = Signal(str)

    def __init__(
        self, *, texts: Texts, clock: Clock, zone: tzinfo, pages: tuple[PageSpec, ...], version: str
    ) -> None:
        """Build the frame; `apply_theme` was called before. Pages are made when first opened."""
        super().__init__()
        self._texts = texts
        self._clock = clock
        self._zone = zone
        self._specs = {spec.key: spec for spec in pages}
        self._pages: dict[str, Page] = {}
        self._person: SignedIn | None = None
        self._ward = ("", "")
        self._trail: list[tuple[str, object]] = []
        self.bar = app_bar.AppBar(self.formats)
        self.strip = AlertStrip()
        self.banner = PatientBanner()
        self.rail = rail.Rail()
        self.status = status_bar.StatusBar(texts, version=version)
        self.notices = NoticeBar()
        self._stack = QStackedWidget()
        self._root = QStackedWidget()
        self._build()
        self.toast = Toast(self)
        self._ring = FocusRing(self)
        self._connect()
        self.setMinimumSize(*_SMALLEST)
        self.setWindowIcon(application_icon())
        self.setWindowTitle(texts("app.name"))  # never a patient in the title bar
        self._fit()
        self._tick()
        self.startTimer(_TICK_MS)

    # ------------------------------------------------------------------ what pages and wiring use
    @property
    def texts(self) -> Texts:
        """The language in force."""
        return self._texts

    @property
    def formats(self) -> Formats:
        """The formatters of the language and the ward's zone."""
        return Formats(self._texts, self._zone)

    @property
    def page_key(self) -> str:
        """The page in front, empty for none."""
        return self._trail[-1][0] if self._trail else ""

    @property
    def page(self) -> Page | None:
        """The page in front."""
        return self._pages.get(self.page_key)

    def show_ward(self, name: str, name_zh: str = "") -> None:
        """Name the ward in the head of the window."""
        self._ward = (name, name_zh)
        self.bar.show_ward(self.formats.name(name, name_zh).first)

    @property
    def trail(self) -> tuple[tuple[str, object], ...]:
        """The pages that were opened one from another, each with its parameter."""
        return tuple(self._trail)

    def sign_in(
        self, person: SignedIn, *, landing: str, trail: Sequence[tuple[str, object]] = ()
    ) -> None:
        """Show the frame to somebody: their rail, their name, and their first page.

        Args:
            trail: the pages that they had open when they left; the last one is in front again.
        """
        self._person = person
        self._trail = list(trail)
        self._show_rail()
        self._show_person()
        self._root.setCurrentIndex(0)
        self.open(*(self._trail[-1] if self._trail else (landing,)))

    def forget(self) -> None:
        """Take every page out of the window with all that it shows of patients."""
        if self.page is not None:
            self.page.leave()
        for dialog in self.findChildren(QDialog):
            dialog.close()
        for page in self._pages.values():
            self._stack.removeWidget(page)
            page.hide()
            page.setParent(None)
            page.deleteLater()
        self._pages = {}
        self._trail = []
        self._person = None
        self._show_rail()
        self._show_person()
        self.banner.show_patient(None)
        self.toast.silence()
        self.status.forget()

    def cover(self, page: QWidget) -> None:
        """Put a page over everything, frame and banner too: sign-in and lock hide all patients."""
        while (old := self._root.widget(1)) is not None:
            self._root.removeWidget(old)
            old.deleteLater()
        self._root.addWidget(page)
        self._root.setCurrentWidget(page)
        page.setFocus()

    def uncover(self) -> None:
        """Take the cover away: what was open is in front again."""
        self._root.setCurrentIndex(0)
        if self.page is not None:
            self.page.setFocus()

    @property
    def covered(self) -> bool:
        """Whether a cover hides the frame."""
        return self._root.currentIndex() > 0

    @Slot(str, object)
    def open(self, key: str, parameter: object = None) -> None:
        """Bring a page to the front.

        Raises:
            KeyError: no page has this key.
        """
        page = self._made(key)
        if self.page is not None and self.page is not page:
            self.page.leave()
        if not self._trail or self._trail[-1] != (key, parameter):
            self._trail.append((key, parameter))
        self._show(key, parameter)

    @Slot()
    def back(self) -> None:
        """Go to the page before."""
        if len(self._trail) < 2:
            return
        if self.page is not None:
            self.page.leave()
        self._trail.pop()
        self._show(*self._trail[-1])

    @Slot(str)
    def take_scan(self, code: str) -> None:
        """Hand a scanned code to the page in front; connect `ScanFilter.scanned` to this."""
        page = None if self.covered else self.page
        if page is None or not page.take_scan(code):
            self.scan_offered.emit(code)

    @Slot(str, object)
    def say(self, words: str, tone: object = Tone.DONE) -> None:
        """Show a toast."""
        self.toast.say(words, Tone(tone) if isinstance(tone, str) else Tone.DONE)

    # ------------------------------------------------------------------ language and theme
    @Slot()
    def switch_language(self) -> None:
        """English to Chinese and back (Ctrl+L)."""
        self._texts = Texts.load("zh" if self._texts.language == "en" else "en")
        self.bar.retranslate(self.formats)
        self.status.retranslate(self._texts)
        self.show_ward(*self._ward)
        self._show_rail()
        self._show_person()
        for page in self._pages.values():
            page.retranslate(self._texts)
        self._show_banner()
        self._tick()
        self.language_changed.emit(self._texts)

    @Slot()
    def switch_theme(self) -> None:
        """Light, dark, high contrast, and again (Ctrl+T)."""
        now = current_theme()
        self.set_theme(THEMES[(THEMES.index(now.name) + 1) % len(THEMES)], scale=now.scale)

    def set_theme(self, name: ThemeName, *, scale: float = 1.0) -> None:
        """Change colours and text scale; every widget repaints."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_theme(app, name, scale)
        self._fit()
        self.banner.updateGeometry()
        for widget in self.findChildren(QWidget):
            widget.updateGeometry()
            widget.update()

    def timerEvent(self, _event: object) -> None:
        self._tick()

    # ------------------------------------------------------------------ inside
    def _build(self) -> None:
        frame = QWidget()
        column = QVBoxLayout(frame)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.rail)
        middle.addWidget(self._stack, 1)
        for widget in (self.notices, self.bar, self.strip, self.banner):
            column.addWidget(widget)
        column.addLayout(middle, 1)
        column.addWidget(self.status)
        self._root.addWidget(frame)
        self.setCentralWidget(self._root)

    def _connect(self) -> None:
        self.bar.language_pressed.connect(self.switch_language)
        self.bar.theme_pressed.connect(self.switch_theme)
        self.bar.lock_pressed.connect(self.lock_requested)
        self.rail.chosen.connect(self._chosen)
        for key, slot in (
            ("Ctrl+L", self.switch_language),
            ("Ctrl+T", self.switch_theme),
            ("Alt+Left", self.back),
            ("F1", self.show_keys),
            ("F5", self._refresh),
            ("F11", self._full_screen),
            ("F12", self.lock_requested),
            ("Ctrl+H", self.privacy_pressed),
        ):
            QShortcut(QKeySequence(key), self).activated.connect(slot)
        for spec in self._specs.values():
            if spec.shortcut:
                shortcut = QShortcut(QKeySequence(spec.shortcut), self)
                shortcut.setObjectName(spec.key)
                shortcut.activated.connect(self._page_key_struck)

    def _made(self, key: str) -> Page:
        if key not in self._pages:
            page = self._specs[key].factory(self._texts)
            page.open_requested.connect(self.open)
            page.said.connect(self.say)
            page.banner_changed.connect(self._show_banner)
            page.scan_settled.connect(self._scan_settled)
            page.expected.connect(self._expect)
            page.badge_offered.connect(self.scan_offered)
            self._stack.addWidget(page)
            self._pages[key] = page
        return self._pages[key]

    def _show(self, key: str, parameter: object) -> None:
        page = self._pages[key]
        self._stack.setCurrentWidget(page)
        self.rail.mark(key)
        self.status.scan.expect(Awaited.ANYTHING)
        page.enter(parameter)
        page.setFocus()
        self._show_banner()
        self.page_opened.emit(key)

    def _seen(self) -> tuple[PageSpec, ...]:
        roles = self._person.roles if self._person is not None else frozenset[Role]()
        return tuple(s for s in self._specs.values() if s.on_rail and s.open_to(roles))

    def _show_rail(self) -> None:
        seen = self._seen() if self._person is not None else ()
        self.rail.show_items(
            tuple(
                rail.RailItem(spec.key, self._texts(spec.title), spec.icon, spec.shortcut)
                for spec in seen
            )
        )
        self.rail.mark(self.page_key)

    def _show_person(self) -> None:
        person = self._person
        if person is None:
            self.bar.show_person("", "")
            return
        name = self.formats.name(person.name, person.name_zh).first
        self.bar.show_person(name, self._texts(f"role.{person.shown_role.value}"))

    @Slot()
    def _show_banner(self) -> None:
        self.banner.show_patient(self.page.banner() if self.page is not None else None)

    @Slot(str)
    def _chosen(self, key: str) -> None:
        self.open(key)

    @Slot()
    def _page_key_struck(self) -> None:
        key = self.sender().objectName()
        if not self.covered and any(spec.key == key for spec in self._seen()):
            self.open(key)

    @Slot()
    def _refresh(self) -> None:
        if self.page is not None and not self.covered:
            self.page.refresh()

    @Slot()
    def _full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    @Slot()
    def show_keys(self) -> None:
        """Show what each key does (F1)."""
        if not self.covered:
            KeysDialog(self, key_groups(self.page_key, self._texts), self._texts).open()

    @Slot(bool, str)
    def _scan_settled(self, accepted: bool, words: str) -> None:
        field = self.status.scan
        if accepted:
            field.accept(words)
        else:
            field.refuse(words)

    @Slot(object)
    def _expect(self, awaited: object) -> None:
        self.status.scan.expect(Awaited(str(awaited)))

    def _tick(self) -> None:
        self.bar.show_time(self._clock.now())

    def _fit(self) -> None:
        theme = current_theme()
        self.bar.setFixedHeight(theme.px(app_bar.HEIGHT))
        self.status.setFixedHeight(theme.px(status_bar.HEIGHT))
        self.rail.setFixedWidth(theme.px(rail.WIDTH))
