"""Sign-in: the user name, or the badge. It covers everything; no patient is seen behind it."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from client.desktop.background import run_in_background
from client.desktop.icons import paint_icon
from client.desktop.pages.parts import label, row_of
from client.desktop.pages.seat import Seat
from client.desktop.theme import current_theme
from client.desktop.widgets.app_bar import Icon
from client.desktop.widgets.key_button import ButtonKind, KeyButton
from client.presenters.judging import refusal_words
from client.presenters.sign_in import (
    SignInError,
    Staff,
    read_staff,
    session_of,
    user_of_badge,
    wards_of,
)
from client.texts import Texts

_TICK_MS: Final = 1000
_CLOCK: Final = 62


class _Left(QWidget):
    """The half that tells time, ward and workstation."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = self.date = self.ward = self.place = self.store = ""

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("banner"))
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        painter.drawRect(QRectF(self.width() - 8, 0, 8, self.height()))
        left, y = theme.px(44), float(theme.px(40))
        for text, size, token, step, bold in (
            (self.clock, _CLOCK, "on-banner", 76, True),
            (self.date, 18, "banner2", 66, False),
            (self.ward, 22, "on-banner", 30, True),
        ):
            painter.setFont(theme.font(size, bold=bold))
            painter.setPen(theme.colour(token))
            room = QRectF(left, y, self.width() - left - 16, theme.px(size * 1.3))
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(room, flags, text)
            y += theme.px(step)
        y = self.height() - theme.px(86)
        for icon, text in (("loop", self.store), ("board", self.place)):
            side = theme.px(18)
            paint_icon(painter, icon, QRectF(left, y, side, side), theme.colour("banner2"))
            painter.setFont(theme.font(14))
            painter.setPen(theme.colour("banner2"))
            painter.drawText(QRectF(left + side + 10, y - 2, self.width(), 24), text)
            y += theme.px(30)
        painter.end()


class SignInPage(QWidget):
    """The cover of the window while nobody works here.

    Signals:
        signed_in(Session): somebody may work.
        language_wanted(): the other language (Ctrl+L does the same).
    """

    signed_in = Signal(object)
    language_wanted = Signal()

    def __init__(self, texts: Texts, seat: Seat, *, workstation: str, shared: bool) -> None:
        super().__init__()
        self._texts = texts
        self._seat = seat
        self._staff = Staff((), ())
        self._workstation, self._shared = workstation, shared
        self.setProperty("ground", "bg")
        self._left = _Left()
        self._title = label("", "page")
        self._badge_title = label("", "title")
        self._badge_more = label("", "label")
        self._user_label = label("", "label")
        self.user = QLineEdit()
        self._ward_label = label("", "label")
        self.ward = QComboBox()
        self.error = label("", "over", wrap=True)
        self.button = KeyButton("", key="Enter", kind=ButtonKind.PRIMARY, height=44)
        self.language = KeyButton("", key="Ctrl+L", icon="language", height=32)
        self.language.setShortcut("")  # the window itself answers Ctrl+L
        self._build()
        self.retranslate(texts)
        self.user.returnPressed.connect(self.sign_in)
        self.user.textChanged.connect(self._typed)
        self.button.setShortcut("")
        self.button.clicked.connect(self.sign_in)
        self.language.clicked.connect(self.language_wanted)
        self.setFocusProxy(self.user)
        self.startTimer(_TICK_MS)
        run_in_background(self, partial(read_staff, seat.app), done=self._read, failed=self._failed)

    def retranslate(self, texts: Texts) -> None:
        """Speak another language."""
        self._texts = texts
        self._title.setText(texts("sign_in.title"))
        self._badge_title.setText(texts("sign_in.badge"))
        self._badge_more.setText(texts("sign_in.badge_more"))
        self._user_label.setText(texts("sign_in.user"))
        self.user.setPlaceholderText(texts("sign_in.user_hint"))
        self.user.setAccessibleName(texts("sign_in.user"))
        self._ward_label.setText(texts("sign_in.ward"))
        self.ward.setAccessibleName(texts("sign_in.ward"))
        self.button.set_text(texts("sign_in.enter"))
        self.language.set_text("English" if texts.language == "zh" else "中文")
        self.error.setText("")
        self._show_wards()
        self._tick()

    def take_badge(self, code: str) -> bool:
        """A scanned badge signs in; False says that the code was none."""
        user = user_of_badge(self._staff, code)
        if user is None:
            self._say(self._texts("sign_in.no_badge"))
            return False
        self.user.setText(user)
        self.sign_in()
        return True

    @Slot()
    def sign_in(self) -> None:
        """Try the user name on the chosen ward."""
        try:
            ward = str(self.ward.currentData() or "")
            session = session_of(self._staff, self.user.text(), ward, texts=self._texts)
        except SignInError as error:
            self._say(str(error))
            return
        self.error.setText("")
        self.signed_in.emit(session)

    def timerEvent(self, _event: object) -> None:
        self._tick()

    @Slot(object)
    def _read(self, staff: Staff) -> None:
        self._staff = staff
        self._show_wards()
        if not staff.wards:
            self._say(self._texts("sign_in.no_ward"))

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self._say(refusal_words(error, self._texts))

    @Slot(str)
    def _typed(self, _text: str) -> None:
        self.error.setText("")
        self.user.setProperty("refused", None)
        self._restyle()
        self._show_wards()

    def _say(self, words: str) -> None:
        self.error.setText(words)
        self.user.setProperty("refused", "true")
        self._restyle()
        self.user.setFocus()
        self.user.selectAll()

    def _restyle(self) -> None:
        self.user.style().unpolish(self.user)
        self.user.style().polish(self.user)

    def _show_wards(self) -> None:
        chosen = self.ward.currentData()
        formats = self._seat.formats(self._texts)
        self.ward.clear()
        for ward in wards_of(self._staff, self.user.text().strip()):
            self.ward.addItem(formats.name(ward.name, ward.name_zh).first, str(ward.id))
        place = self.ward.findData(chosen)
        self.ward.setCurrentIndex(max(place, 0) if self.ward.count() else -1)
        self._tick()

    def _tick(self) -> None:
        now, formats = self._seat.app.now(), self._seat.formats(self._texts)
        left = self._left
        left.clock, left.date = formats.clock(now), formats.weekday_date(now)
        left.ward = self.ward.currentText()
        left.place = self._texts("sign_in.workstation", name=self._workstation)
        left.store = self._texts("sign_in.shared" if self._shared else "sign_in.local")
        left.setAccessibleName(f"{left.clock} {left.date} {left.ward}")
        left.update()

    def _build(self) -> None:
        theme = current_theme()
        box = QFrame()
        box.setProperty("card", "true")
        halves = QGridLayout(box)
        halves.setContentsMargins(0, 0, 0, 0)
        halves.setSpacing(0)
        right = self._right()
        self._left.setFixedWidth(theme.px(440))
        right.setFixedWidth(theme.px(480))
        halves.addWidget(self._left, 0, 0)
        halves.addWidget(right, 0, 1)
        box.setMinimumHeight(theme.px(560))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 16, 24, 16)
        name = label("Wardloop", "title")
        outer.addLayout(row_of(Icon("mark", 28), name, 1, self.language))
        outer.addStretch(1)
        outer.addLayout(row_of(1, box, 1))
        outer.addStretch(1)

    def _right(self) -> QFrame:
        right = QFrame()
        column = QVBoxLayout(right)
        column.setContentsMargins(44, 36, 44, 32)
        column.setSpacing(8)
        column.addWidget(self._title)
        column.addSpacing(8)
        badge = QFrame()
        badge.setProperty("card", "due")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._badge_title)
        words.addWidget(self._badge_more)
        inner = row_of(Icon("badge", 36), spacing=20)
        inner.setContentsMargins(28, 24, 28, 24)
        inner.addLayout(words, 1)
        badge.setLayout(inner)
        column.addWidget(badge)
        column.addSpacing(12)
        for widget in (self._user_label, self.user, self.error, self._ward_label, self.ward):
            column.addWidget(widget)
        column.addSpacing(12)
        column.addLayout(row_of(self.button, 1))
        column.addStretch(1)
        return right
