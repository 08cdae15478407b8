"""A loop in one line: glyphs, names and times of the steps round where things stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from client.desktop.theme import Theme, current_theme
from client.desktop.widgets.cell_delegate import words
from client.desktop.widgets.glyph import paint_glyph
from client.presenters.loop_picture import LinkStyle, Node

_SIDE: Final = 18
_LINE: Final = 17
_DASHED: Final = {LinkStyle.PENDING, LinkStyle.GAP, LinkStyle.SKIPPED}


class LoopStrip(QWidget):
    """Paints at most as many nodes as have room; the names stand under them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._nodes: tuple[tuple[Node, LinkStyle], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_nodes(self, nodes: Sequence[tuple[Node, LinkStyle]], spoken: str) -> None:
        """Show nodes, each with the style of the link that ends at it."""
        self._nodes = tuple(nodes)
        self.setAccessibleName(spoken)
        self.update()

    def sizeHint(self) -> QSize:
        theme = current_theme()
        return QSize(300, theme.px(_SIDE + 8 + 4 * _LINE))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._nodes:
            return
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pitch = self.width() / len(self._nodes)
        side = theme.px(_SIDE)
        y = 2 + side / 2
        for place, (node, style) in enumerate(self._nodes):
            centre = QPointF(pitch * (place + 0.5), y)
            if place:
                self._link(painter, centre, pitch - side - theme.px(8), style, theme)
            box = QRectF(centre.x() - side / 2, y - side / 2, side, side)
            paint_glyph(painter, node.tone, box, theme)
            self._words(painter, node, centre.x(), pitch - theme.px(4), theme)
        painter.end()

    def _link(
        self, painter: QPainter, end: QPointF, length: float, style: LinkStyle, theme: Theme
    ) -> None:
        token = {
            LinkStyle.DONE: "done",
            LinkStyle.RUNNING: "due-fill",
            LinkStyle.GAP: "over",
            LinkStyle.BRANCH: "over",
        }.get(style, "border")
        pen = QPen(theme.colour(token), 1.5 if style in _DASHED else 2.5)
        if style in _DASHED:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        right = end.x() - theme.px(_SIDE) / 2 - theme.px(4)
        painter.drawLine(QPointF(right - length, end.y()), QPointF(right, end.y()))

    def _words(
        self, painter: QPainter, node: Node, middle: float, wide: float, theme: Theme
    ) -> None:
        """The name in at most two lines, then what matters most of what stands under the node."""
        font = theme.font(13, bold=node.strong)
        metrics = QFontMetricsF(font)
        lines: list[str] = [""]
        for word in words(node.name):
            if lines[-1] and metrics.horizontalAdvance((lines[-1] + word).rstrip()) > wide:
                lines.append("")
            lines[-1] += word
        y = theme.px(_SIDE) + 8.0
        painter.setFont(font)
        hue = node.tone.hue.value
        painter.setPen(theme.colour(hue if node.strong and hue != "neut" else "text"))
        for line in lines[:2]:
            self._line(painter, line, middle, y, theme)
            y += theme.px(_LINE)
        below = next((one for one in reversed(node.lines) if one.bold), None)
        below = below or (node.lines[0] if node.lines else None)
        if below is not None and QFontMetricsF(font).horizontalAdvance(below.text) <= wide + 12:
            painter.setFont(theme.font(13, bold=below.bold))
            painter.setPen(theme.colour(below.tone.hue.value if below.tone else "text2"))
            self._line(painter, below.text, middle, y, theme)

    def _line(self, painter: QPainter, text: str, middle: float, top: float, theme: Theme) -> None:
        box = QRectF(middle - 200, top, 400, theme.px(_LINE))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text.rstrip())


def round_about(
    nodes: Sequence[tuple[Node, LinkStyle]], *, most: int
) -> tuple[tuple[Node, LinkStyle], ...]:
    """At most so many nodes, those round the one at which things stand."""
    if len(nodes) <= most:
        return tuple(nodes)
    here = next((at for at, (node, _) in enumerate(nodes) if node.strong), len(nodes) - 1)
    first = min(max(here - most + 3, 0), len(nodes) - most)
    return tuple(nodes[first : first + most])
