"""Paints `Cell` values: pills, tags, runs of text that wrap and are never cut with dots."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from client.desktop.models.rows import CELL_ROLE, ROW_ROLE
from client.desktop.theme import Theme, current_theme
from client.desktop.widgets.section_header import paint_section
from client.desktop.widgets.severity_mark import MARK, paint_severity
from client.desktop.widgets.status_pill import paint_pill, pill_size
from client.desktop.widgets.type_tag import paint_tag, tag_size
from client.presenters.cells import Cell, Run, Section, Weight

PAD: Final = 8
_LINE: Final = 20
_ROW: Final = 36
_MIDDLE: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_CLOSING: Final = "，。、；：）"
"""What may not begin a line in Chinese."""
_Piece = tuple[str, Weight, QFont, float]


def _font(weight: Weight, theme: Theme, *, ids: bool) -> QFont:
    size = 13 if weight in {Weight.MUTED, Weight.LABEL, Weight.MARK} else 14
    return theme.font(size, bold=weight in {Weight.BOLD, Weight.MARK}, ids=ids)


def _pieces(run: Run, theme: Theme, *, ids: bool) -> list[_Piece]:
    """A run in words, each with its width; characters of Chinese may break anywhere."""
    font = _font(run.weight, theme, ids=ids)
    metrics = QFontMetricsF(font)
    if run.weight is Weight.MARK:
        return [(run.text, run.weight, font, tag_size(run.text, theme).width())]
    return [(word, run.weight, font, metrics.horizontalAdvance(word)) for word in words(run.text)]


def words(text: str) -> list[str]:
    """The pieces between which a line may break: after a blank, and after a Chinese character."""
    pieces: list[str] = [""]
    for letter in text:
        if letter in _CLOSING and not pieces[-1] and len(pieces) > 1:
            pieces[-2] += letter
            continue
        pieces[-1] += letter
        if letter == " " or "\u4e00" <= letter <= "\u9fff":
            pieces.append("")
    return [piece for piece in pieces if piece]


def lay_out(cell: Cell, width: float, theme: Theme) -> list[list[_Piece]]:
    """The lines of a cell at a width."""
    lines: list[list[_Piece]] = [[]]
    used = 0.0
    for number, run in enumerate(cell.runs):
        spaced = Run(f"{run.text} ", run.weight) if number < len(cell.runs) - 1 else run
        for piece in _pieces(run if run.weight is Weight.MARK else spaced, theme, ids=cell.ids):
            if used and used + piece[3] > width + 4:
                lines.append([])
                used = 0.0
            lines[-1].append(piece)
            used += piece[3]
    return lines


class CellDelegate(QStyledItemDelegate):
    """For the tables whose model is a `RowTableModel`; a row that is a `Section` is a heading."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        theme = current_theme()
        cell = index.data(CELL_ROLE)
        if not isinstance(cell, Cell):
            return QSize(0, theme.px(_ROW))
        if cell.tone is not None:
            width = pill_size(cell.tone, cell.text, theme).width()
            return QSize(round(width) + 2 * PAD, theme.px(_ROW))
        tag = tag_size(cell.tag, theme).width() + 6 if cell.tag else 0
        tag += theme.px(MARK) + 6 if cell.severity is not None else 0
        width = option.rect.width() - 2 * PAD - tag
        count = len(lay_out(cell, width, theme)) if width > 0 else 1
        return QSize(0, max(theme.px(_ROW), theme.px(_LINE) * count + theme.px(12)))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        theme = current_theme()
        box = QRectF(option.rect)
        painter.save()
        painter.setClipRect(box)
        section = index.data(ROW_ROLE)
        if isinstance(section, Section):
            self._paint_heading(painter, section, box, option)
            _paint_current(painter, box, option, index)
            painter.restore()
            return
        self._paint_ground(painter, box, option, index, theme)
        cell = index.data(CELL_ROLE)
        if isinstance(cell, Cell):
            _paint_cell(painter, cell, box.adjusted(PAD, 0, -PAD, -1), theme)
        painter.restore()

    def _paint_heading(
        self, painter: QPainter, section: Section, box: QRectF, option: QStyleOptionViewItem
    ) -> None:
        """Paint the piece of the heading that lies over this cell."""
        view = option.widget
        table = isinstance(view, QAbstractItemView)
        width = view.viewport().width() if table else box.width()
        whole = QRectF(0, box.top(), width, box.height() - 1)
        paint_section(painter, section, whole, current_theme())

    def _paint_ground(
        self,
        painter: QPainter,
        box: QRectF,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
        theme: Theme,
    ) -> None:
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        over = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.fillRect(box, theme.colour("sel" if chosen else "hover" if over else "surface"))
        painter.setPen(theme.colour("line"))
        painter.drawLine(
            QPointF(box.left(), box.bottom() - 0.5), QPointF(box.right(), box.bottom() - 0.5)
        )
        if chosen and index.column() == 0:
            painter.fillRect(QRectF(box.left(), box.top(), 4, box.height()), theme.colour("focus"))


def _paint_current(
    painter: QPainter,
    box: QRectF,
    option: QStyleOptionViewItem,
    index: QModelIndex | QPersistentModelIndex,
) -> None:
    """Mark the heading on which the keyboard stands: it cannot be selected as a row can."""
    view = option.widget
    if not isinstance(view, QAbstractItemView) or index.column() != 0:
        return
    if view.currentIndex().row() == index.row():
        bar = QRectF(box.left(), box.top(), 4, box.height())
        painter.fillRect(bar, current_theme().colour("focus"))


def _paint_cell(painter: QPainter, cell: Cell, box: QRectF, theme: Theme) -> None:
    if cell.tone is not None:
        paint_pill(painter, cell.tone, cell.text, QPointF(box.left() - 5, box.center().y()), theme)
        return
    if cell.severity is not None:
        side = theme.px(MARK)
        spot = QRectF(box.left(), box.center().y() - side / 2, side, side)
        paint_severity(painter, cell.severity, spot, theme)
        box.setLeft(spot.right() + 6)
    if cell.tag:
        at = QPointF(box.left(), box.center().y())
        box.setLeft(paint_tag(painter, cell.tag, at, theme).right() + 6)
    lines = lay_out(cell, box.width(), theme)
    high = theme.px(_LINE)
    top = box.center().y() - high * len(lines) / 2
    for line in lines:
        left = box.left()
        if cell.right:
            left = box.right() - sum(piece[3] for piece in line)
        for text, weight, font, width in line:
            middle = QPointF(left, top + high / 2)
            _paint_piece(painter, (text, weight, font, width), middle, theme)
            left += width
        top += high


def _paint_piece(painter: QPainter, piece: _Piece, at: QPointF, theme: Theme) -> None:
    text, weight, font, width = piece
    if weight is Weight.MARK:
        paint_tag(painter, text, at, theme, filled=True)
        return
    painter.setFont(font)
    quiet = weight in {Weight.MUTED, Weight.LABEL}
    painter.setPen(theme.colour("text2" if quiet else "text"))
    painter.drawText(QRectF(at.x(), at.y() - 14, width + 4, 28), _MIDDLE, text)
