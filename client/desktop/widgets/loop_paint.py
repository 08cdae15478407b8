"""Paints a loop picture that was laid out: lanes, then links, then nodes and beads on top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPen

from client.desktop.theme import Theme
from client.desktop.widgets.glyph import paint_diamond, paint_glyph, paint_letter_badge
from client.desktop.widgets.loop_layout import (
    LINE,
    BeadSpot,
    LaneSpot,
    LinkSpot,
    LoopLayout,
    NodeSpot,
    Piece,
)
from client.presenters.loop_picture import LegendItem, LinkStyle

_BEND: Final = 8.0
_CENTRE: Final = Qt.AlignmentFlag.AlignCenter
_LEFT: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_PENS: Final[Mapping[LinkStyle, tuple[str, float, tuple[float, ...]]]] = {
    LinkStyle.DONE: ("done", 3.0, ()),
    LinkStyle.RUNNING: ("due", 3.0, ()),
    LinkStyle.PENDING: ("neut", 1.6, (5, 4)),
    LinkStyle.SKIPPED: ("neut", 1.6, (1.6, 3.2)),
    LinkStyle.GAP: ("over", 2.4, (5, 4)),
    LinkStyle.BRANCH: ("over", 3.0, ()),
}


def paint_loop(
    painter: QPainter,
    layout: LoopLayout,
    *,
    selected: str = "",
    chosen: str = "",
    focused: bool = False,
) -> None:
    """Draw the picture; `selected` is framed, `chosen` is the dose drawn below the beads."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for lane in layout.lanes:
        _paint_lane(painter, lane, layout)
    # dotted and dashed first: a solid link that shares their beginning lies on top
    for link in sorted(layout.links, key=_strength):
        _paint_link(painter, link, layout.theme)
    for day in layout.days:
        _paint_day(painter, day.box, day.day.title, layout.theme, today=day.day.today)
    for bead in layout.beads.values():
        ring = focused and bead.bead.id == selected
        _paint_bead(painter, bead, layout, chosen=bead.bead.id == chosen, ring=ring)
    for spot in layout.nodes.values():
        _paint_node(painter, spot, layout, selected=spot.node.id == selected)
    painter.restore()


def _strength(spot: LinkSpot) -> float:
    return _PENS[spot.link.style][1]


def _paint_lane(painter: QPainter, spot: LaneSpot, layout: LoopLayout) -> None:
    theme, box = layout.theme, spot.box
    if box.top() > 0:
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawLine(box.topLeft(), box.topRight())
    if spot.lane.alarm:
        painter.fillRect(QRectF(box.left(), box.top(), 4, box.height()), theme.colour("over-fill"))
    left, top = box.left() + theme.px(16), box.top() + theme.px(14)
    room = layout.subtitle_room(spot)
    painter.setPen(theme.colour("over" if spot.lane.alarm else "text2"))
    painter.setFont(theme.font(13, bold=True))
    painter.drawText(QRectF(left, top, 400, theme.px(18)), _LEFT, spot.lane.title)
    painter.setFont(theme.font(13))
    top += theme.px(20)
    for line in spot.subtitle:
        flags = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap
        rest = QRectF(left, top, room, box.bottom() - top)
        taken = painter.boundingRect(rest, flags, line)
        painter.drawText(rest, flags, line)
        top += taken.height()


def _paint_link(painter: QPainter, spot: LinkSpot, theme: Theme) -> None:
    token, width, dashes = _PENS[spot.link.style]
    pen = QPen(theme.colour(token), width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if dashes:
        pen.setDashPattern([dash / width for dash in dashes])
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(rounded(spot.corners))
    if spot.arrow:
        tip = spot.corners[-1]
        pen.setStyle(Qt.PenStyle.SolidLine)
        painter.setPen(pen)
        painter.drawPolyline([tip + QPointF(-4, -6), tip, tip + QPointF(4, -6)])
    if not spot.words:
        return
    loud = spot.link.style in {LinkStyle.RUNNING, LinkStyle.GAP}
    painter.setPen(theme.colour(token if loud else "text2"))
    painter.setFont(theme.font(13, bold=loud))
    room = QRectF(spot.words_at.x() - 80, spot.words_at.y() - 10, 160, 20)
    painter.drawText(room, _CENTRE, spot.words)


def rounded(corners: Sequence[QPointF]) -> QPainterPath:
    """A way through corners, each rounded off."""
    path = QPainterPath(corners[0])
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        path.lineTo(_towards(corner, before))
        path.quadTo(corner, _towards(corner, after))
    path.lineTo(corners[-1])
    return path


def _towards(start: QPointF, end: QPointF) -> QPointF:
    """A point a bend's radius from `start` on the way to `end`, at most half of it."""
    way = end - start
    length = max((way.x() ** 2 + way.y() ** 2) ** 0.5, 0.01)
    part = min(_BEND, length / 2) / length
    return QPointF(start.x() + way.x() * part, start.y() + way.y() * part)


def _paint_day(painter: QPainter, box: QRectF, title: str, theme: Theme, *, today: bool) -> None:
    painter.setPen(QPen(theme.colour("line"), 1.5))
    painter.drawLine(box.topLeft(), box.bottomLeft())
    painter.setFont(theme.font(13, bold=today))
    painter.setPen(theme.colour("text" if today else "text2"))
    painter.drawText(QRectF(box.left() + 12, box.top(), box.width(), theme.px(18)), _LEFT, title)


def _paint_bead(
    painter: QPainter, spot: BeadSpot, layout: LoopLayout, *, chosen: bool, ring: bool
) -> None:
    theme, side = layout.theme, layout.side
    if chosen:
        painter.setPen(QPen(theme.colour("due"), 1.6))
        painter.setBrush(theme.colour("due-tint"))
        painter.drawRoundedRect(spot.box, 4, 4)
    if ring:
        painter.setPen(QPen(theme.colour("focus"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(spot.box.adjusted(-3, -3, 3, 3), 6, 6)
    at = QRectF(spot.box.left() + 4, spot.box.center().y() - side / 2, side, side)
    paint_glyph(painter, spot.bead.tone, at, theme)
    painter.setPen(theme.colour("text"))
    painter.setFont(theme.font(13, bold=chosen))
    painter.drawText(spot.box.adjusted(side + 8, 0, 20, 0), _LEFT, spot.bead.text)


def _paint_node(painter: QPainter, spot: NodeSpot, layout: LoopLayout, *, selected: bool) -> None:
    theme, half = layout.theme, layout.measures.half
    x, y = spot.centre.x(), spot.centre.y()
    if selected:
        reach = half + theme.px(6)
        painter.setPen(QPen(theme.colour("focus"), 2))
        painter.setBrush(theme.colour("surface"))
        painter.drawRoundedRect(QRectF(x - reach, y - reach, 2 * reach, 2 * reach), 8, 8)
    if spot.node.conditional:
        paint_diamond(painter, spot.centre, half + theme.px(9), theme)
    if spot.node.repeated:
        _paint_stack(painter, spot, layout)
    inset = theme.px(5) if spot.node.conditional else theme.px(3)
    side = 2 * (half - inset + theme.px(2))
    paint_glyph(painter, spot.node.tone, QRectF(x - side / 2, y - side / 2, side, side), theme)
    for number, badge in enumerate(spot.node.badges):
        place = QPointF(x + half + theme.px(3) + number * theme.px(15), y + half - theme.px(4))
        paint_letter_badge(painter, badge, place, theme)
    _paint_label(painter, spot, layout)


def _paint_stack(painter: QPainter, spot: NodeSpot, layout: LoopLayout) -> None:
    """Draw the edges of a stack above a node, and how many times it was done."""
    theme, half = layout.theme, layout.measures.half
    x, y = spot.centre.x(), spot.centre.y() - half
    painter.setPen(QPen(theme.colour(spot.node.tone.hue.value), 1.3))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for number in (1, 2):
        reach = half * (0.72 - 0.16 * number)
        lift = y - theme.px(2.6) * number + 2
        path = QPainterPath(QPointF(x - reach, lift + 2))
        path.quadTo(QPointF(x - reach + 2, lift - 1), QPointF(x - reach + 5, lift - 1))
        path.lineTo(QPointF(x + reach - 5, lift - 1))
        path.quadTo(QPointF(x + reach - 2, lift - 1), QPointF(x + reach, lift + 2))
        painter.drawPath(path)
    if layout.measures.compact:
        return  # the label says how often: above the node stands the link's limit
    painter.setFont(theme.font(13, bold=True))
    painter.setPen(theme.colour("text"))
    room = QRectF(x - half - 40, y - theme.px(14), 46, theme.px(18))
    flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
    painter.drawText(room, flags, f"×{spot.node.repeated}")


def _paint_label(painter: QPainter, spot: NodeSpot, layout: LoopLayout) -> None:
    theme = layout.theme
    top, step = layout.label_top(spot), theme.px(LINE)
    for line in spot.label:
        widths = [_wide(piece, theme) for piece in line]
        trailing = _wide(line[-1], theme) - _wide(line[-1], theme, stripped=True)
        left = spot.centre.x() - (sum(widths) - trailing) / 2
        for piece, wide in zip(line, widths, strict=True):
            painter.setFont(theme.font(piece.size, bold=piece.bold))
            painter.setPen(theme.colour(piece.token))
            painter.drawText(QRectF(left, top, wide + 8, step), _LEFT, piece.text)
            left += wide
        top += step


def _wide(piece: Piece, theme: Theme, *, stripped: bool = False) -> float:
    text = piece.text.rstrip() if stripped else piece.text
    return QFontMetricsF(theme.font(piece.size, bold=piece.bold)).horizontalAdvance(text)


def paint_legend(painter: QPainter, items: Sequence[LegendItem], box: QRectF, theme: Theme) -> None:
    """Draw the legend on one line, on more where it is too long."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(theme.font(13))
    side, step = theme.px(16), theme.px(24)
    metrics = QFontMetricsF(painter.font())
    left, top = box.left(), box.top()
    for item in items:
        wide = side + 8 + metrics.horizontalAdvance(item.text)
        if left > box.left() and left + wide > box.right():
            left, top = box.left(), top + step
        at = QRectF(left, top + (step - side) / 2, side, side)
        if item.tone is None:
            paint_diamond(painter, at.center(), side / 2, theme)
        else:
            paint_glyph(painter, item.tone, at, theme)
        painter.setPen(theme.colour("text2"))
        painter.drawText(QRectF(left + side + 8, top, wide, step), _LEFT, item.text)
        left += wide + theme.px(20)
    painter.restore()


def legend_height(items: Sequence[LegendItem], width: float, theme: Theme) -> int:
    """The room that the legend needs."""
    if not items:
        return 0
    metrics = QFontMetricsF(theme.font(13))
    lines, left = 1, 0.0
    for item in items:
        wide = theme.px(16) + 8 + metrics.horizontalAdvance(item.text)
        if left and left + wide > width:
            lines, left = lines + 1, 0.0
        left += wide + theme.px(20)
    return theme.px(24) * lines + theme.px(6)
