"""Where everything of a loop picture stands, in pixels: lanes, nodes, labels, beads, links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import ceil
from typing import Final

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFontMetricsF

from client.desktop.theme import Theme
from client.desktop.widgets.cell_delegate import words
from client.presenters.loop_picture import Bead, BeadDay, Lane, Link, LoopPicture, Node
from client.presenters.tone import Tone

COMPACT_PITCH: Final = 130
WIDEST_PITCH: Final = 210
GAP: Final = 23
"""A link stops so far from a node's centre."""
LINE: Final = 17
_RATIO: Final = re.compile(r"\d+/\d+")
_QUIET: Final = frozenset({Tone.PENDING, Tone.PLANNED, Tone.SKIPPED, Tone.LOCKED, Tone.VOIDED})


@dataclass(frozen=True)
class Piece:
    """A piece of a label's line: text, colour token, bold, size."""

    text: str
    token: str
    bold: bool = False
    size: int = 13


@dataclass(frozen=True)
class NodeSpot:
    """A node with its centre and the lines of its label."""

    node: Node
    lane: int
    centre: QPointF
    label: tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True)
class BeadSpot:
    """A bead with its box."""

    bead: Bead
    lane: int
    box: QRectF


@dataclass(frozen=True)
class DaySpot:
    """A day's title, with the line at its left from top to bottom."""

    day: BeadDay
    box: QRectF


@dataclass(frozen=True)
class LinkSpot:
    """A link with the corners of its way and where its words stand."""

    link: Link
    corners: tuple[QPointF, ...]
    words_at: QPointF
    words: str
    arrow: bool = False


@dataclass(frozen=True)
class LaneSpot:
    """A lane with its box and the words under its title."""

    lane: Lane
    box: QRectF
    subtitle: tuple[str, ...]


@dataclass(frozen=True)
class Measures:
    """The lengths that hold for a whole picture."""

    pitch: float
    title: float
    half: float
    node_y: float
    compact: bool


class LoopLayout:
    """A picture laid out at a size."""

    def __init__(
        self, picture: LoopPicture, theme: Theme, *, width: float, height: float, earlier: str = ""
    ) -> None:
        """Lay out; `earlier` is the text for days that do not fit, with `{n}`."""
        self.picture = picture
        self.theme = theme
        self.measures = measures(picture.columns, width, theme)
        self._earlier = earlier
        self.side = theme.px(16 if self.measures.compact else 18)
        self._labels = {node.id: self._label(node) for node in picture.nodes()}
        naturals = [self._natural(lane, width) for lane in picture.lanes]
        self.natural_height = sum(naturals)
        steps = sum(bool(lane.nodes) for lane in picture.lanes) or 1
        spare = min(max(height - self.natural_height, 0) / steps, theme.px(44))
        self.lanes: list[LaneSpot] = []
        self.nodes: dict[str, NodeSpot] = {}
        self.beads: dict[str, BeadSpot] = {}
        self.days: list[DaySpot] = []
        top = 0.0
        for place, lane in enumerate(picture.lanes):
            room = naturals[place] + (spare if lane.nodes else 0)
            self._place(place, lane, QRectF(0, top, width, room), spare)
            top += room
        self.height = top
        self.links = [spot for link in picture.links if (spot := self._route(link)) is not None]

    def at(self, point: QPointF) -> str:
        """The id of the node or bead at a point, empty where there is none."""
        for bead in self.beads.values():
            if bead.box.contains(point):
                return bead.bead.id
        for spot in self.nodes.values():
            if self.target(spot).contains(point):
                return spot.node.id
        return ""

    def target(self, spot: NodeSpot) -> QRectF:
        """The box of a node with its label: what can be clicked."""
        wide = self.measures.pitch - 8
        top = spot.centre.y() - self.measures.half - 4
        deep = 2 * self.measures.half + 12 + len(spot.label) * self.theme.px(LINE)
        return QRectF(spot.centre.x() - wide / 2, top, wide, deep)

    def subtitle_room(self, spot: LaneSpot) -> float:
        """How wide the words under a lane's title may be: up to its first node or day."""
        if spot.lane.days:
            return self._first_x() - self.theme.px(20)
        first = min((node.column for node in spot.lane.nodes), default=0)
        return self.measures.title + self.measures.pitch * min(first + 0.5, 1.0) - self.theme.px(36)

    def label_top(self, spot: NodeSpot) -> float:
        """Where the first line of a label begins."""
        room = 12 if spot.node.conditional else 7
        return spot.centre.y() + self.measures.half + self.theme.px(room)

    # ------------------------------------------------------------------ lanes
    def _natural(self, lane: Lane, width: float) -> float:
        theme, m = self.theme, self.measures
        if lane.days:
            shown, _ = self._shown(lane, width)
            rows = self._rows(lane, shown, width)
            return theme.px(32) + theme.px(30) * rows + theme.px(10)
        lines = max((len(self._labels[node.id]) for node in lane.nodes), default=1)
        extra = 5 if any(node.conditional for node in lane.nodes) else 0
        head = m.node_y + m.half + theme.px(7 + extra)
        return head + lines * theme.px(LINE) + theme.px(10)

    def _place(self, place: int, lane: Lane, box: QRectF, spare: float) -> None:
        subtitle = lane.subtitle
        if lane.days:
            shown, before = self._shown(lane, box.width())
            subtitle += (self._earlier.format(n=before),) if before and self._earlier else ()
            self._place_days(place, lane, shown, box)
        m = self.measures
        for node in lane.nodes:
            x = m.title + m.pitch * (node.column + 0.5)
            centre = QPointF(x, box.top() + m.node_y + spare / 3)
            self.nodes[node.id] = NodeSpot(node, place, centre, self._labels[node.id])
        self.lanes.append(LaneSpot(lane, box, subtitle))

    # ------------------------------------------------------------------ beads
    def _bead_width(self, lane: Lane) -> float:
        metrics = QFontMetricsF(self.theme.font(13, bold=True))
        beads = (bead for day in lane.days for bead in day.beads)
        text = max((metrics.horizontalAdvance(bead.text) for bead in beads), default=40)
        return self.side + text + (14 if self.measures.compact else 24)

    def _first_x(self) -> float:
        return self.measures.title + self.theme.px(4 if self.measures.compact else 64)

    def _shown(self, lane: Lane, width: float) -> tuple[tuple[BeadDay, ...], int]:
        """The days that fit, with the chosen bead among them, and how many doses lie before."""
        narrow = self._bead_width(lane) + 16
        fitting = max(int((width - self._first_x()) // narrow), 1)
        days = lane.days
        if len(days) <= fitting:
            return days, 0
        chosen = self.picture.chosen_bead
        held = (at for at, day in enumerate(days) if any(bead.id == chosen for bead in day.beads))
        middle = next(held, len(days) - 1)
        first = min(max(middle - fitting + 2, 0), len(days) - fitting)
        before = sum(len(day.beads) for day in days[:first])
        return days[first : first + fitting], before

    def _day_width(self, count: int, width: float) -> float:
        return min((width - self._first_x() - 8) / max(count, 1), self.theme.px(260))

    def _per_row(self, lane: Lane, shown: tuple[BeadDay, ...], width: float) -> int:
        room = self._day_width(len(shown), width) - 8
        return max(int(room // self._bead_width(lane)), 1)

    def _rows(self, lane: Lane, shown: tuple[BeadDay, ...], width: float) -> int:
        most = max((len(day.beads) for day in shown), default=1)
        return max(ceil(most / self._per_row(lane, shown, width)), 1)

    def _place_days(self, place: int, lane: Lane, shown: tuple[BeadDay, ...], box: QRectF) -> None:
        theme = self.theme
        wide = self._day_width(len(shown), box.width())
        per_row, bead_wide = self._per_row(lane, shown, box.width()), self._bead_width(lane)
        for number, day in enumerate(shown):
            left = self._first_x() + number * wide
            room = box.adjusted(0, theme.px(10), 0, -theme.px(8))
            self.days.append(DaySpot(day, QRectF(left, room.top(), wide, room.height())))
            for at, bead in enumerate(day.beads):
                row, column = divmod(at, per_row)
                x = left + 8 + column * bead_wide
                y = room.top() + theme.px(22) + row * theme.px(30)
                spot = QRectF(x, y, bead_wide - 2, theme.px(26))
                self.beads[bead.id] = BeadSpot(bead, place, spot)

    # ------------------------------------------------------------------ labels
    def _label(self, node: Node) -> tuple[tuple[Piece, ...], ...]:
        quiet = node.tone in _QUIET
        size = 13 if self.measures.compact else 14
        name = Piece(node.name, "neut" if quiet else "text", node.strong, size)
        lines: list[tuple[Piece, ...]] = []
        if self.measures.compact:
            times = f" ×{node.repeated}" if node.repeated else ""
            lines += [(Piece(f"{node.code}{times}".strip(), "text2"),)]
            lines += self._wrapped((name,))
        else:
            code = (Piece(f"{node.code} ", "text2", size=size),) if node.code else ()
            lines += self._wrapped((*code, name))
        for line in node.lines:
            token = (
                line.tone.hue.value if line.tone is not None else "text" if line.bold else "text2"
            )
            lines += self._wrapped((Piece(line.text, token, line.bold),))
        return tuple(lines)

    def _wrapped(self, pieces: tuple[Piece, ...]) -> list[tuple[Piece, ...]]:
        """The pieces in lines no wider than a column; a single long word may stand out."""
        room = self.measures.pitch - 8
        lines: list[list[Piece]] = [[]]
        used = 0.0
        for piece in pieces:
            metrics = QFontMetricsF(self.theme.font(piece.size, bold=piece.bold))
            for word in _unbroken(piece.text):
                wide = metrics.horizontalAdvance(word)
                if used and used + metrics.horizontalAdvance(word.rstrip()) > room:
                    lines.append([])
                    used = 0.0
                lines[-1].append(Piece(word, piece.token, piece.bold, piece.size))
                used += wide
        return [tuple(line) for line in lines if line]

    # ------------------------------------------------------------------ links
    def _route(self, link: Link) -> LinkSpot | None:
        source, target = self.nodes.get(link.source), self.nodes.get(link.target)
        if source is None or target is None:
            return None
        if source.lane != target.lane:
            return self._across(link, source, target)
        if source.node.column >= target.node.column:
            return self._back(link, source, target)
        start = QPointF(source.centre.x() + self._reach(source), source.centre.y())
        end = QPointF(target.centre.x() - self._reach(target), target.centre.y())
        above = QPointF((start.x() + end.x()) / 2, start.y() - self.theme.px(14))
        return LinkSpot(link, (start, end), above, self._fitting(link.label, end.x() - start.x()))

    def _across(self, link: Link, source: NodeSpot, target: NodeSpot) -> LinkSpot:
        """Leave sideways, turn between two columns, run along the border of the lane."""
        half = self.measures.pitch / 2
        out, into = source.centre.x() + half, target.centre.x() - half
        here, there = source.centre.y(), target.centre.y()
        start = QPointF(source.centre.x() + self._reach(source), here)
        end = QPointF(target.centre.x() - self._reach(target), there)
        box = self.lanes[source.lane].box
        border = box.bottom() if target.lane > source.lane else box.top()
        if abs(out - into) < 1:
            turn = [QPointF(out, there)]
        else:
            turn = [QPointF(out, border), QPointF(into, border), QPointF(into, there)]
        corners = (start, QPointF(out, here), *turn, end)
        words_at = QPointF((into + end.x()) / 2, there - self.theme.px(14))
        return LinkSpot(link, corners, words_at, link.label)

    def _back(self, link: Link, source: NodeSpot, target: NodeSpot) -> LinkSpot:
        """Go back over the heads of the nodes: a step is done again."""
        top = source.centre.y() - self.measures.half
        above = top - self.theme.px(12)
        corners = (
            QPointF(source.centre.x(), top - 3),
            QPointF(source.centre.x(), above),
            QPointF(target.centre.x(), above),
            QPointF(target.centre.x(), top - 3),
        )
        middle = QPointF((source.centre.x() + target.centre.x()) / 2, above - self.theme.px(9))
        return LinkSpot(link, corners, middle, link.label, arrow=True)

    def _fitting(self, label: str, room: float) -> str:
        """The words above a link; where `12/30 min` would touch a node, `12/30` must do."""
        metrics = QFontMetricsF(self.theme.font(13, bold=True))
        if metrics.horizontalAdvance(label) <= room - 4:
            return label
        ratio = _RATIO.match(label)
        return ratio[0] if ratio is not None else label

    def _reach(self, spot: NodeSpot) -> float:
        more = 5 if spot.node.conditional else 0
        return self.theme.px(GAP - (2 if self.measures.compact else 0) + more)


def _unbroken(text: str) -> list[str]:
    """The words of a text; a family name stays with the given name after its comma."""
    joined: list[str] = []
    for word in words(text):
        if joined and joined[-1].endswith(", "):
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def measures(columns: int, width: float, theme: Theme) -> Measures:
    """The lengths for a number of columns at a width."""
    title = theme.px(96 if width > 1500 else 78)
    pitch = min((width - title - 4) / max(columns, 1), theme.px(WIDEST_PITCH))
    compact = pitch < theme.px(COMPACT_PITCH)
    half = theme.px(16 if compact else 18)
    return Measures(pitch, title, half, theme.px(33 if compact else 46), compact)
