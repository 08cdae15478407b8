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


def paint_severity(
    painter: QPainter,
    severity: AlertSeverity,
    box: QRectF,
    theme: Theme,
    *,
    inverted: bool = False,
) -> None:
    """Draw a severity's mark into a square box; inverted on a ground of its own colour.

    S1 is a triangle with two strokes, S2 with one, S3 a diamond, S4 a disc, S5 a ring.
    """
    high = severity.rank <= AlertSeverity.S2.rank
    edge, ink = ("al-high", "on-high") if high else ("text", "on-al")
    fill: str | None = {AlertSeverity.S3: "al-med", AlertSeverity.S4: "al-low"}.get(severity)
    if high:
        fill = "al-high"
    elif fill is None:
        ink = "text"
    if inverted:
        edge, ink, fill = "on-high", "al-high", "on-high"
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(box.topLeft())
    painter.scale(box.width() / _GRID, box.height() / _GRID)
    painter.setPen(QPen(theme.colour(edge), 1.2))
    painter.setBrush(Qt.BrushStyle.NoBrush if fill is None else theme.colour(fill))
    _paint_shape(painter, severity)
    pen = QPen(theme.colour(ink), 2.5)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    _paint_sign(painter, severity)
    painter.restore()


def _paint_shape(painter: QPainter, severity: AlertSeverity) -> None:
    if severity.rank <= AlertSeverity.S2.rank:
        painter.drawPolygon(_polygon(_TRIANGLE))
    elif severity is AlertSeverity.S3:
        painter.drawPolygon(_polygon(_DIAMOND))
    else:
        painter.drawEllipse(QPointF(12, 12), 10.4, 10.4)


def _paint_sign(painter: QPainter, severity: AlertSeverity) -> None:
    """One exclamation mark, of S1 two; of the quiet ones an `i`."""
    if severity.rank >= AlertSeverity.S4.rank:
        _stroke(painter, 12, 17.6, 11.0, dot=6.6)
    elif severity is AlertSeverity.S3:
        _stroke(painter, 12, 6.6, 12.6, dot=17.2)
    else:
        for x in (9.6, 14.4) if severity is AlertSeverity.S1 else (12.0,):
            _stroke(painter, x, 9.4, 14.2, dot=18.2)


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
