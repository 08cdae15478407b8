"""A short word at the foot of the window that goes by itself; it never takes the focus."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QRectF, Qt, QTimerEvent
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from client.desktop.theme import current_theme
from client.desktop.widgets.glyph import paint_glyph
from client.presenters.tone import Tone

STAYS_MS: Final = 5000
_WIDEST: Final = 560
_FOOT: Final = 44
_WRAP: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap


class Toast(QWidget):
    """One toast for a window; a new one takes the place of the old."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._words = ""
        self._tone = Tone.DONE
        self._timer = 0
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        window.installEventFilter(self)
        self.hide()

    @property
    def words(self) -> str:
        """What it says, empty while it is not shown."""
        return self._words if self.isVisible() else ""

    def say(self, words: str, tone: Tone = Tone.DONE) -> None:
        """Show words with the glyph of a tone for five seconds."""
        self._words, self._tone = words, tone
        self.setAccessibleName(words)
        if self._timer:
            self.killTimer(self._timer)
        self._timer = self.startTimer(STAYS_MS)
        self._place()
        self.show()
        self.raise_()
        self.update()

    def silence(self) -> None:
        """Say nothing any more."""
        self._words = ""
        self.setAccessibleName("")
        self.hide()

    def timerEvent(self, event: QTimerEvent) -> None:
        self.killTimer(event.timerId())
        self._timer = 0
        self.hide()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            self._place()
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("border"), 1))
        painter.setBrush(theme.colour("surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        side = theme.px(20)
        corner = QPointF(14, (self.height() - side) / 2)
        paint_glyph(painter, self._tone, QRectF(corner.x(), corner.y(), side, side), theme)
        painter.setPen(theme.colour("text"))
        painter.setFont(theme.font(14, bold=True))
        painter.drawText(self.rect().adjusted(24 + side, 8, -14, -8), _WRAP, self._words)
        painter.end()

    def _place(self) -> None:
        window = self.parentWidget()
        if window is None or not self._words:
            return
        theme = current_theme()
        edge = 38 + theme.px(20)
        room = QRect(0, 0, min(_WIDEST, window.width() - 160) - edge, 400)
        text = QFontMetrics(theme.font(14, bold=True)).boundingRect(room, _WRAP, self._words)
        wide, high = text.width() + edge + 4, max(text.height() + 20, theme.px(44))
        left = (window.width() - wide) // 2
        self.setGeometry(left, window.height() - high - _FOOT, wide, high)
