"""A bar from the start of an interval to its limit, with now on it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from client.desktop.theme import current_theme
from client.presenters.task_pane import TimeSpan

_BAR: Final = 6
_TICK: Final = 14


class TimeBar(QWidget):
    """Shows a `TimeSpan`: what is past the limit is red and thicker than what is in time."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._span: TimeSpan | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_span(self, span: TimeSpan | None) -> None:
        """Show an interval, or nothing."""
        self._span = span
        self.setVisible(span is not None)
        if span is not None:
            self.setAccessibleName(f"{span.start}, {span.limit}, {span.now}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, current_theme().px(36))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        span, theme = self._span, current_theme()
        if span is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        wide, y = self.width() - 2.0, 8.0
        limit, now = 1 + wide * span.limit_part, 1 + wide * span.now_part
        painter.setPen(QPen(theme.colour("border"), 1))
        painter.setBrush(theme.colour("surface2"))
        painter.drawRect(QRectF(1, y - _BAR / 2, wide, _BAR))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("border" if span.late else "due-fill"))
        painter.drawRect(QRectF(1, y - _BAR / 2, min(limit, now) - 1, _BAR))
        if span.late:
            painter.setBrush(theme.colour("over-fill"))
            painter.drawRect(QRectF(limit, y - _BAR / 2 - 1, now - limit, _BAR + 2))
        painter.setPen(QPen(theme.colour("text"), 2))
        for x in (1.0, limit, now):
            painter.drawLine(QPointF(x, y - _TICK / 2), QPointF(x, y + _TICK / 2))
        self._words(painter, limit, now, span)
        painter.end()

    def _words(self, painter: QPainter, limit: float, now: float, span: TimeSpan) -> None:
        """The three times; one that would lie on another moves beside it."""
        theme = current_theme()
        top, high = 16.0, theme.px(18)
        metrics = QFontMetricsF(theme.font(13, bold=True))
        first, second = sorted(((limit, span.limit), (now, span.now)))
        placed = [(0.0, span.start)]
        for x, text in (first, second):
            room = metrics.horizontalAdvance(text)
            left = min(max(x - room / 2, 0), self.width() - room)
            end = placed[-1][0] + metrics.horizontalAdvance(placed[-1][1]) + 12
            placed.append((max(left, end), text))
        over = placed[-1][0] + metrics.horizontalAdvance(placed[-1][1]) - self.width()
        for x, text in placed:
            late = text == span.now and span.late
            painter.setFont(theme.font(13, bold=late or text == span.limit))
            painter.setPen(theme.colour("over" if late else "text"))
            left = x - max(over, 0) if x else x
            painter.drawText(QRectF(left, top, 400, high), Qt.AlignmentFlag.AlignLeft, text)
