"""The status glyphs: one shape for each tone, painted on a 24 x 24 grid at any size.

Tiers 2 and 3 of overdue share the filled triangle: the bars of the pill and the words count them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from client.desktop.theme import Theme, current_theme
from client.presenters.tone import Tone

_GRID: Final = 24.0
_STROKE: Final = 1.9
_INVERTED: Final = {"over-fill": "on-over", "over": "on-over", "on-over": "over-fill"}


class _Pencil:
    """A painter with the theme's colours, scaled to the grid."""

    def __init__(self, painter: QPainter, theme: Theme, *, inverted: bool = False) -> None:
        self.painter = painter
        self.theme = theme
        self._swaps = _INVERTED if inverted else {}

    def colour(self, token: str) -> QColor:
        """The colour of a token; on a filled ground fill and ink change places."""
        return self.theme.colour(self._swaps.get(token, token))

    def pen(self, ink: str | None, width: float = _STROKE) -> None:
        """Stroke in a token from now on, or not at all."""
        if ink is None:
            self.painter.setPen(Qt.PenStyle.NoPen)
            return
        pen = QPen(self.colour(ink), width)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        self.painter.setPen(pen)

    def dashes(self, ink: str, width: float, *pattern: float) -> None:
        """Stroke dashed; the pattern in grid units."""
        self.pen(ink, width)
        pen = self.painter.pen()
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setDashPattern([part / width for part in pattern])
        self.painter.setPen(pen)

    def fill(self, token: str | None) -> None:
        """Fill in a token from now on, or not at all."""
        self.painter.setBrush(QBrush() if token is None else QBrush(self.colour(token)))

    def line(self, *points: tuple[float, float]) -> None:
        """A line through the points."""
        self.painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in points]))

    def shape(self, *points: tuple[float, float]) -> None:
        """A closed shape through the points."""
        self.painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in points]))

    def disc(self, x: float, y: float, radius: float) -> None:
        """A circle."""
        self.painter.drawEllipse(QPointF(x, y), radius, radius)

    def square(self, inset: float = 3.0, radius: float = 4.6) -> None:
        """A rounded square."""
        side = _GRID - 2 * inset
        self.painter.drawRoundedRect(QRectF(inset, inset, side, side), radius, radius)

    def letter(self, text: str, ink: str, size: float, *, middle: tuple[float, float]) -> None:
        """A bold letter round a middle point."""
        font = QFont(self.theme.font(14, bold=True))
        font.setPixelSize(100)
        path = QPainterPath()
        path.addText(0, 0, font, text)
        box = path.boundingRect()
        self.painter.save()
        self.painter.translate(*middle)
        self.painter.scale(size / 100, size / 100)
        self.painter.translate(-box.center())
        self.painter.fillPath(path, self.colour(ink))
        self.painter.restore()


def _planned(p: _Pencil) -> None:
    p.dashes("neut", 1.9, 3.4, 3.0)
    p.fill(None)
    p.disc(12, 12, 8.6)


def _pending(p: _Pencil) -> None:
    p.pen("neut")
    p.fill("surface")
    p.disc(12, 12, 8.6)


def _due(p: _Pencil) -> None:
    p.pen("due", 2.1)
    p.fill("due-tint")
    p.disc(12, 12, 9.2)
    p.pen("due", 1.2)
    p.fill("due")
    p.shape((9.8, 8.0), (16.2, 12), (9.8, 16.0))


def _running(p: _Pencil) -> None:
    p.pen("due", 2.1)
    p.fill("due-tint")
    p.disc(12, 12, 9.2)
    p.pen(None)
    p.fill("due")
    for x in (7.6, 12.0, 16.4):
        p.disc(x, 12, 1.5)


def _due_soon(p: _Pencil) -> None:
    p.pen("soon", 1.6)
    p.fill("soon-fill")
    p.shape(
        (6.6, 3), (17.4, 3), (17.4, 5.8), (13.4, 12), (17.4, 18.2), (17.4, 21), (6.6, 21),
        (6.6, 18.2), (10.6, 12), (6.6, 5.8),
    )  # fmt: skip
    p.line((5, 3), (19, 3))
    p.line((5, 21), (19, 21))


def _triangle(p: _Pencil, fill: str, ink: str) -> None:
    p.pen("over", 2.0)
    p.fill(fill)
    p.shape((12, 3), (22, 20.6), (2, 20.6))
    p.pen(ink, 2.3)
    p.line((12, 9.2), (12, 13.8))
    p.pen(None)
    p.fill(ink)
    p.disc(12, 17.4, 1.4)


def _overdue_outline(p: _Pencil) -> None:
    _triangle(p, "surface", "over")


def _overdue_filled(p: _Pencil) -> None:
    p.pen("over-fill")
    _triangle(p, "over-fill", "on-over")


def _tick(p: _Pencil) -> None:
    p.pen("on-done", 2.3)
    p.fill(None)
    p.line((7.4, 12.4), (10.7, 15.6), (16.6, 8.8))


def _done(p: _Pencil) -> None:
    p.pen("done")
    p.fill("done-fill")
    p.square()
    _tick(p)


def _done_late(p: _Pencil) -> None:
    _done(p)
    p.pen("surface", 1.6)
    p.fill("soon-fill")
    p.disc(19.4, 4.8, 4.9)
    p.pen("on-soon", 1.5)
    p.line((19.4, 2.2), (19.4, 5.0), (21.1, 6.0))


def _skipped(p: _Pencil) -> None:
    p.pen("neut")
    p.fill("neut-fill")
    p.disc(12, 12, 8.6)
    p.pen("on-neut", 2.1)
    p.line((8, 12), (16, 12))


def _on_hold(p: _Pencil) -> None:
    p.pen("neut")
    p.fill("neut-fill")
    p.square()
    p.pen("on-neut", 2.2)
    p.line((9.6, 8.4), (9.6, 15.6))
    p.line((14.4, 8.4), (14.4, 15.6))


def _failed(p: _Pencil) -> None:
    p.pen("over-fill", 1.4)
    p.fill("over-fill")
    near, far = 7.9, 16.1
    p.shape((near, 2), (far, 2), (22, near), (22, far), (far, 22), (near, 22), (2, far), (2, near))
    p.pen("on-over", 2.4)
    p.line((8.7, 8.7), (15.3, 15.3))
    p.line((15.3, 8.7), (8.7, 15.3))


def _exit(p: _Pencil) -> None:
    p.pen("text")
    p.fill("neut-fill")
    p.square(radius=2.2)
    p.pen("text", 2.1)
    p.fill(None)
    p.line((6.8, 12), (16.6, 12))
    p.line((12.8, 8.2), (16.8, 12), (12.8, 15.8))


def _voided(p: _Pencil) -> None:
    p.pen("neut")
    p.fill(None)
    p.disc(12, 12, 8.6)
    p.line((6.2, 6.2), (17.8, 17.8))


def _incomplete(p: _Pencil) -> None:
    p.pen(None)
    p.fill("surface")
    p.square()
    p.dashes("over", 2.0, 3.6, 2.4)
    p.fill(None)
    p.square(radius=3.4)
    p.letter("?", "over", 13.5, middle=(12, 12))


def _locked(p: _Pencil) -> None:
    p.pen("neut", 2.0)
    p.fill(None)
    path = QPainterPath(QPointF(7.8, 11))
    path.lineTo(7.8, 7.6)
    path.arcTo(QRectF(7.8, 3.0, 8.4, 8.4), 180, -180)
    path.lineTo(16.2, 11)
    p.painter.drawPath(path)
    p.fill("neut-fill")
    p.painter.drawRoundedRect(QRectF(4.6, 10.6, 14.8, 10.4), 2, 2)


_SHAPES: Final[Mapping[Tone, Callable[[_Pencil], None]]] = {
    Tone.PLANNED: _planned,
    Tone.PENDING: _pending,
    Tone.DUE: _due,
    Tone.DUE_SOON: _due_soon,
    Tone.RUNNING: _running,
    Tone.OVERDUE_1: _overdue_outline,
    Tone.OVERDUE_2: _overdue_filled,
    Tone.OVERDUE_3: _overdue_filled,
    Tone.DONE: _done,
    Tone.DONE_LATE: _done_late,
    Tone.SKIPPED: _skipped,
    Tone.ON_HOLD: _on_hold,
    Tone.FAILED: _failed,
    Tone.EXIT: _exit,
    Tone.VOIDED: _voided,
    Tone.INCOMPLETE: _incomplete,
    Tone.LOCKED: _locked,
}


def paint_glyph(
    painter: QPainter, tone: Tone, box: QRectF, theme: Theme, *, inverted: bool = False
) -> None:
    """Draw the glyph of a tone into a square box; inverted where the ground is its own fill."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(box.topLeft())
    painter.scale(box.width() / _GRID, box.height() / _GRID)
    _SHAPES[tone](_Pencil(painter, theme, inverted=inverted))
    painter.restore()


def paint_diamond(painter: QPainter, middle: QPointF, reach: float, theme: Theme) -> None:
    """Draw the dashed diamond of a conditional step round a middle point."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(theme.colour("neut"), 1.4)
    pen.setDashPattern([2.6, 2.0])
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    x, y = middle.x(), middle.y()
    corners = ((x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y))
    painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))
    painter.restore()


def paint_letter_badge(painter: QPainter, letter: str, middle: QPointF, theme: Theme) -> None:
    """Draw a letter badge (`r` entered later, `m` typed, `o` override) round a middle point."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.colour("text"), 1.2))
    painter.setBrush(theme.colour("surface"))
    painter.drawEllipse(middle, 8.0, 8.0)
    _Pencil(painter, theme).letter(letter, "text", 12, middle=(middle.x(), middle.y()))
    painter.restore()


def glyph(tone: Tone, size: int, theme: Theme, *, ratio: float = 1.0) -> QPixmap:
    """The glyph of a tone as a pixmap of `size` device-independent pixels."""
    pixmap = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(QColor(0, 0, 0, 0))
    painter = QPainter(pixmap)
    paint_glyph(painter, tone, QRectF(0, 0, size, size), theme)
    painter.end()
    return pixmap


class Glyph(QWidget):
    """A glyph alone, for dialogs and headings; the word beside it is the caller's."""

    def __init__(self, tone: Tone, size: int = 18, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone = tone
        self._size = size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tone.value)

    @property
    def tone(self) -> Tone:
        """The state that it shows."""
        return self._tone

    def set_tone(self, tone: Tone, words: str = "") -> None:
        """Show another state; `words` tell it to a screen reader."""
        self._tone = tone
        self.setAccessibleName(words or tone.value)
        self.update()

    def sizeHint(self) -> QSize:
        side = current_theme().px(self._size)
        return QSize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_glyph(painter, self._tone, QRectF(self.rect()), current_theme())
        painter.end()
