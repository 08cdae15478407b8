"""The head of the window: mark, ward, the ward's clock, who is signed in, theme, language, lock."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from client.desktop.icons import paint_icon, paint_mark
from client.desktop.theme import current_theme
from client.desktop.widgets.key_button import KeyButton
from client.presenters.formats import Formats

HEIGHT: Final = 40
_OTHER: Final = {"en": "中文", "zh": "English"}


class Icon(QWidget):
    """An icon alone, in the colour of text; `mark` is the program's own."""

    def __init__(self, name: str, size: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._size = size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        side = current_theme().px(self._size)
        return QSize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect())
        if self._name == "mark":
            paint_mark(painter, box, theme.colour("primary"), theme.colour("on-primary"))
        else:
            paint_icon(painter, self._name, box, theme.colour("text"))
        painter.end()


class AppBar(QWidget):
    """Signals: language_pressed(), theme_pressed(), lock_pressed()."""

    language_pressed = Signal()
    theme_pressed = Signal()
    lock_pressed = Signal()

    def __init__(self, formats: Formats, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._ward = _label("title")
        self._date = _label("muted")
        self._clock = _label("title")
        self._name = _label("strong")
        self._role = _label("muted")
        self._badge = Icon("badge", 18)
        self.language = KeyButton("", icon="language", height=28)
        self.theme = KeyButton("", icon="theme", height=28)
        self.lock = KeyButton("", key="F12", icon="lock", height=28)
        self.language.clicked.connect(self.language_pressed)
        self.theme.clicked.connect(self.theme_pressed)
        self.lock.setShortcut("")  # the window itself answers F12, without the press of a button
        self.lock.clicked.connect(self.lock_pressed)
        self._build()
        self.retranslate(formats)
        self.show_person("", "")

    def retranslate(self, formats: Formats) -> None:
        """Speak another language; the button names the language that it would change to."""
        texts = formats.texts
        self._formats = formats
        self.language.set_text(_OTHER[texts.language])
        self.language.setToolTip(f"{texts('app.language')}  Ctrl+L")
        self.theme.set_text("")
        self.theme.setAccessibleName(texts("app.theme"))
        self.theme.setToolTip(f"{texts('app.theme')}  Ctrl+T")
        self.lock.set_text(texts("app.lock"))

    def show_ward(self, name: str) -> None:
        """Name the ward."""
        self._ward.setText(name)

    def show_person(self, name: str, role: str) -> None:
        """Say who is signed in; empty for nobody."""
        self._name.setText(name)
        self._role.setText(role)
        for widget in (self._badge, self._name, self._role, self.lock):
            widget.setVisible(bool(name))

    def show_time(self, now: datetime) -> None:
        """Show the ward's date and clock."""
        self._date.setText(self._formats.weekday_date(now))
        self._clock.setText(self._formats.clock(now, seconds=True))

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("surface"))
        painter.setPen(theme.colour("line"))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        painter.end()

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 5, 16, 6)
        row.setSpacing(8)
        row.addWidget(Icon("mark", 22))
        row.addSpacing(4)
        row.addWidget(self._ward)
        row.addStretch(1)
        for widget in (self._date, self._clock):
            row.addWidget(widget)
        row.addSpacing(16)
        row.addWidget(self._badge)
        for label in (self._name, self._role):
            row.addWidget(label)
        row.addSpacing(8)
        for button in (self.theme, self.language, self.lock):
            row.addWidget(button)


def _label(role: str) -> QLabel:
    label = QLabel()
    label.setProperty("role", role)
    return label
