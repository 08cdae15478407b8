"""A state in a list: glyph and words, in an outlined or filled pill where it must be seen."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from client.desktop.theme import Theme, current_theme
from client.desktop.widgets.glyph import paint_glyph
from client.presenters.tone import Emphasis, Tone

_GLYPH: Final = 16
_GAP: Final = 6
_PAD: Final = 5
_BARS: Final = 20


def _font(tone: Tone, theme: Theme, size: int) -> QFont:
    font = theme.font(size, bold=tone.emphasis not in (Emphasis.PLAIN, Emphasis.STRUCK))
    font.setStrikeOut(tone.emphasis is Emphasis.STRUCK)
    return font


def pill_size(tone: Tone, words: str, theme: Theme, size: int = 14) -> QSizeF:
    """The room that a pill needs."""
    text = QFontMetricsF(_font(tone, theme, size)).horizontalAdvance(words)
    bars = _BARS if tone.tier else 0
    return QSizeF(theme.px(_GLYPH) + _GAP + text + bars + 2 * _PAD + 2, theme.px(22))


def paint_pill(
    painter: QPainter, tone: Tone, words: str, at: QPointF, theme: Theme, *, size: int = 14
) -> QRectF:
    """Draw a pill whose left middle is at a point; gives the box it filled."""
    room = pill_size(tone, words, theme, size)
    box = QRectF(at.x(), at.y() - room.height() / 2, room.width(), room.height())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ink = _paint_ground(painter, tone, box, theme)
    side = theme.px(_GLYPH)
    spot = QRectF(box.left() + _PAD, box.center().y() - side / 2, side, side)
    paint_glyph(painter, tone, spot, theme, inverted=tone.emphasis is Emphasis.FILLED)
    painter.setPen(ink)
    painter.setFont(_font(tone, theme, size))
    middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    painter.drawText(box.adjusted(_PAD + side + _GAP, 0, 0, 0), middle, words)
    if tone.tier:
        _paint_bars(painter, tone.tier, box, ink)
    painter.restore()
    return box


def _paint_ground(painter: QPainter, tone: Tone, box: QRectF, theme: Theme) -> QColor:
    """Draw the pill's ground, if it has one; gives the colour of its words."""
    hue = tone.hue.value
    edge = box.adjusted(0.5, 0.5, -0.5, -0.5)
    if tone.emphasis is Emphasis.FILLED:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(f"{hue}-fill"))
        painter.drawRoundedRect(edge, 4, 4)
        return theme.colour(f"on-{hue}")
    if tone.emphasis is Emphasis.OUTLINE:
        painter.setPen(QPen(theme.colour(hue), 1.2))
        painter.setBrush(theme.colour("surface"))
        painter.drawRoundedRect(edge, 4, 4)
    return theme.colour("text" if tone is Tone.EXIT else hue)


def _paint_bars(painter: QPainter, tier: int, box: QRectF, ink: QColor) -> None:
    """Draw three bars, as many of them filled as the tier counts."""
    for place in range(3):
        bar = QRectF(box.right() - _PAD - 15 + place * 5, box.center().y() - 5, 3, 10)
        painter.setPen(QPen(ink, 0.8))
        painter.setBrush(ink if place < tier else Qt.BrushStyle.NoBrush)
        painter.drawRect(bar)


class StatusPill(QWidget):
    """A pill as a widget."""

    def __init__(self, tone: Tone, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone = tone
        self._words = words
        self.set_state(tone, words)

    def set_state(self, tone: Tone, words: str) -> None:
        """Show another state."""
        self._tone, self._words = tone, words
        self.setAccessibleName(words)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return pill_size(self._tone, self._words, current_theme()).toSize() + QSize(1, 1)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        middle = QPointF(0, self.height() / 2)
        paint_pill(painter, self._tone, self._words, middle, current_theme())
        painter.end()
