"""A card of the ward board, painted: 242 x 143, or 206 x 115 where thirty must fit 1366 px."""

from __future__ import annotations

from enum import Enum
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from client.desktop.models.rows import ROW_ROLE
from client.desktop.theme import Theme, current_theme
from client.desktop.widgets.cell_delegate import words
from client.desktop.widgets.glyph import paint_glyph
from client.presenters.bed_card import BedCard, LoopCount
from client.presenters.tone import Tone

RING: Final = 4
"""Room kept round a card for its focus ring."""

_LEFT: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


class CardSize(Enum):
    """Width, height, padding and the height of a line, at 100 %."""

    STANDARD = (242, 143, 13, 19.5)
    COMPACT = (206, 115, 11, 21.0)

    def size(self, theme: Theme) -> QSize:
        """The card at the text scale."""
        return QSize(theme.px(self.value[0]), theme.px(self.value[1]))


class _Card:
    """Paints one card line by line."""

    def __init__(self, painter: QPainter, box: QRectF, theme: Theme, size: CardSize) -> None:
        self.painter = painter
        self.theme = theme
        self.compact = size is CardSize.COMPACT
        pad = theme.px(size.value[2])
        self.step = size.value[3] * theme.scale
        self.about_in_head = False
        self.inner = box.adjusted(pad, theme.px(5), -pad, -theme.px(5))
        self.y = self.inner.top()

    def line(self) -> QRectF:
        """The next line."""
        line = QRectF(self.inner.left(), self.y, self.inner.width(), self.step)
        self.y += self.step
        return line

    def write(self, where: QRectF, text: str, font: QFont, ink: str = "text") -> float:
        """Write at the left of a line; gives where the text ends."""
        self.painter.setFont(font)
        self.painter.setPen(self.theme.colour(ink))
        wide = QFontMetricsF(font).horizontalAdvance(text)
        self.painter.drawText(where, _LEFT, text)
        return where.left() + min(wide, where.width())

    def head(self, card: BedCard) -> None:
        """Bed and name; on a compact card age and sex go right, if the name leaves room."""
        theme, line = self.theme, self.line()
        self.write(line, card.bed, theme.font(18, bold=True))
        line.setLeft(line.left() + theme.px(34))
        end = self.write(line, card.name, self._name_font(card.name, line.width()))
        about = QFontMetricsF(theme.font(13)).horizontalAdvance(card.about)
        self.about_in_head = self.compact and end + theme.px(8) + about <= line.right()
        if self.about_in_head:
            self.painter.setFont(theme.font(13))
            self.painter.setPen(theme.colour("text2"))
            self.painter.drawText(line, _RIGHT, card.about)

    def second(self, card: BedCard) -> None:
        """Age, sex and record number; on a compact card the flags stand beside them."""
        theme, line = self.theme, self.line()
        if not self.about_in_head:
            line.setLeft(self.write(line, card.about, theme.font(13), "text2") + theme.px(8))
        self.write(line, card.record_no, theme.font(13, ids=True), "text2")
        if self.compact:
            self.flags(card, line)

    def counts(self, counts: tuple[LoopCount, ...]) -> None:
        """The four counters, always in the same order, spread over the line."""
        theme, line = self.theme, self.line()
        wide = sum(self._count_width(count) for count in counts)
        gap = max((line.width() - wide) / max(len(counts) - 1, 1), 2)
        left = line.left()
        for count in counts:
            live = self._live(count)
            at = QRectF(left, line.top(), 200, line.height())
            end = self.write(at, count.tag, theme.font(13, bold=live), "text" if live else "text2")
            if count.tone is not None and live:
                side = theme.px(15)
                spot = QRectF(end + 3, at.center().y() - side / 2, side, side)
                paint_glyph(self.painter, count.tone, spot, theme)
                end += side + 2
            at.setLeft(end + 3)
            ink = self._ink(count) if live else "text2"
            self.write(at, str(count.count), theme.font(14, bold=live), ink)
            left += self._count_width(count) + gap

    def _count_width(self, count: LoopCount) -> float:
        live, theme = self._live(count), self.theme
        tag = QFontMetricsF(theme.font(13, bold=live)).horizontalAdvance(count.tag)
        number = QFontMetricsF(theme.font(14, bold=live)).horizontalAdvance(str(count.count))
        return tag + 3 + number + (theme.px(15) + 2 if live else 0)

    @staticmethod
    def _live(count: LoopCount) -> bool:
        return count.tone is not None and count.count > 0

    def running(self, card: BedCard) -> None:
        """The running timer with its end and what is left."""
        theme, line = self.theme, self.line()
        ends, left = card.running
        side = theme.px(15)
        spot = QRectF(line.left(), line.center().y() - side / 2, side, side)
        paint_glyph(self.painter, Tone.RUNNING, spot, theme)
        line.setLeft(line.left() + side + theme.px(6))
        line.setLeft(self.write(line, ends, theme.font(13, bold=True)) + theme.px(6))
        self.write(line, left, theme.font(13), "text2")

    def next_due(self, card: BedCard) -> None:
        """The next task with its time; a drug and its dose wrap, dots would hide them."""
        theme, line = self.theme, self.line()
        line.setLeft(self.write(line, card.next_time, theme.font(13, bold=True)) + theme.px(5))
        font = theme.font(13)
        places = self._flow(card.next_task, font, line)
        if places[-1][1].bottom() > self.inner.bottom() + 4:
            font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, -0.7)
            places = self._flow(card.next_task, font, line)
        self.painter.setFont(font)
        self.painter.setPen(theme.colour("text"))
        for word, place in places:
            self.painter.drawText(place, _LEFT, word)

    def _flow(self, text: str, font: QFont, line: QRectF) -> list[tuple[str, QRectF]]:
        """The words of a text with their places; lines after the first begin at the left edge."""
        metrics, x, y = QFontMetricsF(font), line.left(), line.top()
        places = []
        for word in words(text):
            if x > line.left() and x + metrics.horizontalAdvance(word.rstrip()) > line.right():
                x, y = self.inner.left(), y + self.theme.px(17)
            wide = metrics.horizontalAdvance(word)
            places.append((word, QRectF(x, y, wide + 4, line.height())))
            x += wide
        return places

    def foot(self, card: BedCard) -> None:
        """Who cares for the patient, and the flags, at the bottom of the card."""
        line = self.line()
        line.moveBottom(self.inner.bottom())
        line.setRight(self.flags(card, line) - self.theme.px(6))
        self.write(line, card.staff, self.theme.font(13), "text2")

    def flags(self, card: BedCard, line: QRectF) -> float:
        """Flags in boxes against the right edge; gives where they begin."""
        right, font = line.right(), self.theme.font(13)
        self.painter.setFont(font)
        for flag in reversed(card.flags):
            wide = QFontMetricsF(font).horizontalAdvance(flag) + 8
            box = QRectF(
                right - wide, line.center().y() - self.theme.px(8.5), wide, self.theme.px(17)
            )
            self.painter.setPen(QPen(self.theme.colour("border"), 1))
            self.painter.setBrush(Qt.BrushStyle.NoBrush)
            self.painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
            self.painter.setPen(self.theme.colour("text"))
            self.painter.drawText(box, Qt.AlignmentFlag.AlignCenter, flag)
            right -= wide + 4
        return right

    def _name_font(self, name: str, room: float) -> QFont:
        """The largest face in which the whole name fits: a name is never cut with dots."""
        sizes = (15, 14, 13)
        fonts = [self.theme.font(size, bold=True) for size in sizes]
        for spacing in (-0.4, -0.8, -1.2):
            narrow = self.theme.font(13, bold=True)
            narrow.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, spacing)
            fonts.append(narrow)
        fitting = (font for font in fonts if QFontMetricsF(font).horizontalAdvance(name) <= room)
        return next(fitting, fonts[-1])

    def _ink(self, count: LoopCount) -> str:
        hue = count.tone.hue.value if count.tone is not None else "text"
        return hue if hue in {"over", "soon", "due"} else "text"


def paint_bed_card(
    painter: QPainter,
    card: BedCard,
    box: QRectF,
    theme: Theme,
    *,
    size: CardSize = CardSize.STANDARD,
    focused: bool = False,
) -> None:
    """Draw a card into a box; the ring of a focused card lies 4 px outside it."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_ground(painter, card, box, theme)
    if focused:
        painter.setPen(QPen(theme.colour("focus"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(-3, -3, 3, 3), 8, 8)
    painter.setClipRect(box)
    lines = _Card(painter, box, theme, size)
    lines.head(card)
    if not card.name:
        lines.write(lines.line(), card.note, theme.font(13), "text2")
        painter.restore()
        return
    lines.second(card)
    lines.counts(card.counts)
    if card.running[0]:
        lines.running(card)
    if card.next_task:
        lines.next_due(card)
    if not lines.compact:
        lines.foot(card)
    painter.restore()


def _paint_ground(painter: QPainter, card: BedCard, box: QRectF, theme: Theme) -> None:
    edge = box.adjusted(0.5, 0.5, -0.5, -0.5)
    painter.setBrush(theme.colour("surface" if card.name else "bg"))
    pen = QPen(theme.colour("over" if card.alarm else "line" if card.name else "border"), 1)
    if not card.name:
        pen.setStyle(Qt.PenStyle.DashLine)
    painter.setPen(pen)
    painter.drawRoundedRect(edge, 6, 6)
    if card.alarm:
        painter.save()
        painter.setClipRect(QRectF(box.left(), box.top(), 4, box.height()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("over-fill"))
        painter.drawRoundedRect(box, 6, 6)
        painter.restore()


class BedCardDelegate(QStyledItemDelegate):
    """Paints the cards of a board: the index hands over a `BedCard` under `ROW_ROLE`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.card_size = CardSize.STANDARD

    def sizeHint(
        self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return self.card_size.size(current_theme()) + QSize(2 * RING, 2 * RING)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        card = index.data(ROW_ROLE)
        if not isinstance(card, BedCard):
            return
        theme = current_theme()
        cell = QRectF(option.rect)
        size = self.card_size.size(theme)
        box = QRectF(cell.topLeft() + QPointF(RING, RING), size.toSizeF())
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
        paint_bed_card(painter, card, box, theme, size=self.card_size, focused=focused)


def card_size_for(count: int, *, width: int, height: int, theme: Theme) -> CardSize:
    """The larger size if all cards fit into the room without scrolling, else the compact one."""
    return next(
        (size for size in CardSize if _fits(size, count, width, height, theme)), CardSize.COMPACT
    )


def _fits(size: CardSize, count: int, width: int, height: int, theme: Theme) -> bool:
    card = size.size(theme) + QSize(2 * RING, 2 * RING)
    return (width // card.width()) * (height // card.height()) >= count
