"""The mark of an alert's severity: a triangle, a diamond, a disc; never told by colour alone."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from client.desktop.theme import Theme, current_theme
from domain.alerts import AlertSeverity

MARK: Final = 18
"""The side of a mark in a list, in pixels at 100 %."""
_GRID: Final = 24.0
_TRIANGLE: Final = ((12, 2), (23, 21.4), (1, 21.4))
_DIAMOND: Final = ((12, 1), (23, 12), (12, 23), (1, 12))


def paint_severity(painter: QPainter, severity: AlertSeverity, box: QRectF, theme: Theme) -> None:
    """Draw a severity's mark into a square box.

    S1 is a triangle with two strokes, S2 with one, S3 a diamond, S4 a disc, S5 a ring.
    """
    high = severity.rank <= AlertSeverity.S2.rank
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(box.topLeft())
    painter.scale(box.width() / _GRID, box.height() / _GRID)
    ink = theme.colour("on-high" if high else "on-al")
    painter.setPen(QPen(theme.colour("al-high" if high else "text"), 1.2))
    if high:
        painter.setBrush(theme.colour("al-high"))
        painter.drawPolygon(_polygon(_TRIANGLE))
    elif severity is AlertSeverity.S3:
        painter.setBrush(theme.colour("al-med"))
        painter.drawPolygon(_polygon(_DIAMOND))
    elif severity is AlertSeverity.S4:
        painter.setBrush(theme.colour("al-low"))
        painter.drawEllipse(QPointF(12, 12), 10.4, 10.4)
    else:
        ink = theme.colour("text")
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(12, 12), 10.4, 10.4)
    pen = QPen(ink, 2.5)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    if severity in {AlertSeverity.S4, AlertSeverity.S5}:
        _stroke(painter, 12, 17.6, 11.0, dot=6.6)
    elif severity is AlertSeverity.S3:
        _stroke(painter, 12, 6.6, 12.6, dot=17.2)
    else:
        for x in (9.6, 14.4) if severity is AlertSeverity.S1 else (12.0,):
            _stroke(painter, x, 9.4, 14.2, dot=18.2)
    painter.restore()


def _stroke(painter: QPainter, x: float, top: float, foot: float, *, dot: float) -> None:
    painter.drawLine(QPointF(x, top), QPointF(x, foot))
    painter.drawPoint(QPointF(x, dot))


def _polygon(points: tuple[tuple[float, float], ...]) -> QPolygonF:
    return QPolygonF([QPointF(x, y) for x, y in points])


class SeverityMark(QWidget):
    """A mark alone; the word beside it is the caller's."""

    def __init__(self, size: int = 28, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = size
        self._severity = AlertSeverity.S5
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_severity(self, severity: AlertSeverity, words: str) -> None:
        """Show another severity; `words` tell it to a screen reader."""
        self._severity = severity
        self.setAccessibleName(words)
        self.update()

    def sizeHint(self) -> QSize:
        side = current_theme().px(self._size)
        return QSize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_severity(painter, self._severity, QRectF(self.rect()), current_theme())
        painter.end()
