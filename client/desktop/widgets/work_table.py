"""A list of rows: headings that stay, rows that grow rather than cut, Enter opens."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Final

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from client.desktop.models.rows import RowTableModel
from client.desktop.theme import current_theme
from client.desktop.widgets.cell_delegate import PAD, CellDelegate
from client.desktop.widgets.status_pill import pill_size
from client.presenters.cells import Section

_HEAD: Final = 32
_ROW: Final = 36
_SECTION: Final = 30


class WorkTable(QTableView):
    """A table over a `RowTableModel`.

    Signals:
        opened(key): Enter or a double click on a row.
        chosen(key): another row became current; None where none is, or a heading.
        section_toggled(key): a click or Enter on a heading.
    """

    opened = Signal(object)
    chosen = Signal(object)
    section_toggled = Signal(object)

    def __init__(self, model: RowTableModel[Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.setModel(model)
        self.setItemDelegate(CellDelegate(self))
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self._set_up_head()
        self.doubleClicked.connect(self._double_clicked)
        self.selectionModel().currentRowChanged.connect(self._row_changed)
        for signal in (model.rowsInserted, model.rowsMoved, model.rowsRemoved, model.dataChanged):
            signal.connect(self.fit)
        self.fit()

    @property
    def current_key(self) -> Hashable | None:
        """The key of the current row."""
        return self._model.key_at(self.currentIndex())

    def choose(self, key: Hashable) -> bool:
        """Make the row with a key current and visible; whether it is there."""
        row = self._model.row_of(key)
        if row < 0:
            return False
        self.setCurrentIndex(self._model.index(row, 0))
        return True

    @Slot()
    def fit(self) -> None:
        """Set the height of every row by what it holds, and the widths by the columns."""
        theme = current_theme()
        self.horizontalHeader().setFixedHeight(theme.px(_HEAD))
        self._fit_columns()
        delegate = self.itemDelegate()
        option = self._blank_option()
        for row, held in enumerate(self._model.rows):
            if isinstance(held, Section):
                self.setRowHeight(row, theme.px(_SECTION))
                continue
            high = theme.px(_ROW)
            for column in range(len(self._model.columns)):
                option.rect.setWidth(self.columnWidth(column))
                high = max(high, delegate.sizeHint(option, self._model.index(row, column)).height())
            self.setRowHeight(row, high)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.modifiers()
        if not enter:
            super().keyPressEvent(event)
        elif self._on_heading(self.currentIndex()):
            self.section_toggled.emit(self.current_key)
        elif self.current_key is not None:
            self.opened.emit(self.current_key)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if self._on_heading(index):
            self.section_toggled.emit(self._model.key_at(index))  # the chosen row stays chosen
        else:
            super().mousePressEvent(event)

    @Slot(QModelIndex)
    def _double_clicked(self, index: QModelIndex) -> None:
        if not self._on_heading(index):
            self.opened.emit(self._model.key_at(index))

    def _on_heading(self, index: QModelIndex) -> bool:
        return isinstance(self._model.row_at(index), Section)

    @Slot(QModelIndex, QModelIndex)
    def _row_changed(self, now: QModelIndex, _before: QModelIndex) -> None:
        self.chosen.emit(None if self._on_heading(now) else self._model.key_at(now))

    def _set_up_head(self) -> None:
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setSectionsClickable(False)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setStretchLastSection(False)

    def _fit_columns(self) -> None:
        theme = current_theme()
        fixed = [
            max(theme.px(column.width), self._pill_width(place)) if column.width else 0
            for place, column in enumerate(self._model.columns)
        ]
        free = fixed.count(0)
        rest = self.viewport().width() - sum(fixed)
        for place, width in enumerate(fixed):
            self.setColumnWidth(place, width or max(rest // max(free, 1), theme.px(120)))

    def _pill_width(self, column: int) -> int:
        """The widest pill of a column: a state is never cut, whatever its words."""
        theme, show = current_theme(), self._model.columns[column].cell
        cells = (show(row) for row in self._model.rows if not isinstance(row, Section))
        pills = (pill_size(c.tone, c.text, theme).width() for c in cells if c.tone is not None)
        return round(max(pills, default=0)) + 2 * PAD

    def _blank_option(self) -> QStyleOptionViewItem:
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        return option
