"""The parts of the cover: the half that tells time and place, and lines to type into."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from client.desktop.icons import paint_icon
from client.desktop.pages.parts import label
from client.desktop.theme import current_theme

_CLOCK: Final = 62
_WRAP: Final = Qt.TextFlag.TextWordWrap


class TimeAndPlace(QWidget):
    """Clock, date, ward; what is kept while the window is locked; workstation and database."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = self.date = self.ward = self.place = self.store = ""
        self.notes: tuple[str, ...] = ()

    def speak(self) -> None:
        """Say all of it to screen readers, and paint it."""
        shown = (self.clock, self.date, self.ward, *self.notes)
        self.setAccessibleName(" ".join(one for one in shown if one))
        self.update()

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
            (self.ward, 22, "on-banner", 44, True),
        ):
            painter.setFont(theme.font(size, bold=bold))
            painter.setPen(theme.colour(token))
            room = QRectF(left, y, self.width() - left - 16, theme.px(size * 1.3))
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(room, flags, text)
            y += theme.px(step)
        self._paint_notes(painter, left, y)
        y = self.height() - theme.px(86)
        for icon, text in (("loop", self.store), ("board", self.place)):
            side = theme.px(18)
            paint_icon(painter, icon, QRectF(left, y, side, side), theme.colour("banner2"))
            painter.setFont(theme.font(14))
            painter.setPen(theme.colour("banner2"))
            painter.drawText(QRectF(left + side + 10, y - 2, self.width(), 24), text)
            y += theme.px(30)
        painter.end()

    def _paint_notes(self, painter: QPainter, left: float, y: float) -> None:
        theme = current_theme()
        painter.setFont(theme.font(16))
        painter.setPen(theme.colour("on-banner"))
        for note in self.notes:
            room = QRectF(left, y, self.width() - left - 16, theme.px(60))
            painter.drawText(room, _WRAP, note)
            taken = painter.boundingRect(room, _WRAP, note)
            y += taken.height() + theme.px(6)


class Line(QWidget):
    """A line to type into under its label; `secret` shows dots, and is emptied when it is left."""

    def __init__(self, *, secret: bool = False) -> None:
        super().__init__()
        self.label = label("", "label")
        self.edit = QLineEdit()
        if secret:
            self.edit.setEchoMode(QLineEdit.EchoMode.Password)
            self.edit.setInputMethodHints(
                Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText
            )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.label)
        column.addWidget(self.edit)

    def name(self, words: str, hint: str = "") -> None:
        """Put it in words."""
        self.label.setText(words)
        self.edit.setAccessibleName(words)
        self.edit.setPlaceholderText(hint)

    @property
    def text(self) -> str:
        """What stands in it."""
        return self.edit.text()

    def refuse(self) -> None:
        """Mark it as wrong and give it the keyboard."""
        self.mark(refused=True)
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        self.edit.selectAll()

    def mark(self, *, refused: bool) -> None:
        """Show whether what stands in it is wrong."""
        self.edit.setProperty("refused", "true" if refused else None)
        self.edit.style().unpolish(self.edit)
        self.edit.style().polish(self.edit)
