"""One model for every list: frozen rows, columns as functions, refreshed by a keyed difference.

`replace` never resets: rows that stay keep selection, focus and scroll, so that a refresh cannot
move another patient under a hand that is about to press Enter.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from client.presenters.cells import Cell
from client.texts import Texts

Row = TypeVar("Row")
KEY_ROLE: Final = Qt.ItemDataRole.UserRole
"""The row's key: what an action acts on."""
ROW_ROLE: Final = Qt.ItemDataRole.UserRole + 1
"""The row itself (the bed card, the work row)."""
CELL_ROLE: Final = Qt.ItemDataRole.UserRole + 2
"""The `Cell` that the delegate paints."""
_NOWHERE: Final = QModelIndex()
_CENTRED: Final = Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """A column.

    Attributes:
        key: its name in the program.
        title: the key of its heading in the texts; empty for none.
        cell: what it shows of a row.
        width: in pixels at 100 %; 0 takes what the others leave.
        right: whether its heading stands at the right, over numbers.
    """

    key: str
    title: str
    cell: Callable[[Row], Cell]
    width: int = 0
    right: bool = False


class RowTableModel(QAbstractTableModel, Generic[Row]):
    """Rows with a key each, shown in columns."""

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        *,
        key: Callable[[Row], Hashable],
        texts: Texts,
        heading: Callable[[Row], bool] | None = None,
        parent: QObject | None = None,
    ) -> None:
        """Make an empty model.

        Args:
            columns: what to show.
            key: what identifies a row across refreshes; equal keys in one list are an error.
            texts: the language of the headings.
            heading: which rows are section headings: they cannot be selected.
            parent: the owner.
        """
        super().__init__(parent)
        self.columns = tuple(columns)
        self._key = key
        self._texts = texts
        self._heading = heading
        self._rows: list[Row] = []

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows as shown."""
        return tuple(self._rows)

    def row_of(self, key: Hashable) -> int:
        """Where the row with a key stands, -1 if it is not there."""
        places = (at for at, row in enumerate(self._rows) if self._key(row) == key)
        return next(places, -1)

    def key_at(self, index: QModelIndex | QPersistentModelIndex) -> Hashable | None:
        """The key of the row at an index, None outside."""
        return self._key(self._rows[index.row()]) if index.isValid() else None

    def row_at(self, index: QModelIndex | QPersistentModelIndex) -> Row | None:
        """The row at an index, None outside."""
        return self._rows[index.row()] if index.isValid() else None

    def replace(self, rows: Sequence[Row]) -> None:
        """Show other rows: what is gone is removed, what is new inserted, what moved is moved.

        Raises:
            ValueError: two rows have the same key.
        """
        wanted = [self._key(row) for row in rows]
        if len(set(wanted)) != len(wanted):
            raise ValueError("two rows of one list have the same key")
        self._drop_all_but(set(wanted))
        for place, row in enumerate(rows):
            self._settle(place, row)

    def retranslate(self, texts: Texts) -> None:
        """Change the language of the headings; the rows are replaced by whoever made them."""
        self._texts = texts
        if self.columns:
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == KEY_ROLE:
            return self._key(row)
        if role == ROW_ROLE:
            return row
        return self._told(self.columns[index.column()].cell(row), role)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._texts(column.title) if column.title else ""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(right=column.right)
        return None

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if self._heading is not None and self._heading(self._rows[index.row()]):
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def _told(self, cell: Cell, role: int) -> object:
        if role == CELL_ROLE:
            return cell
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return cell.text
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(right=cell.right)
        return None

    def _drop_all_but(self, wanted: set[Hashable]) -> None:
        """Remove what is gone, in runs, from the end."""
        last = len(self._rows) - 1
        while last >= 0:
            if self._key(self._rows[last]) in wanted:
                last -= 1
                continue
            first = last
            while first > 0 and self._key(self._rows[first - 1]) not in wanted:
                first -= 1
            self.beginRemoveRows(QModelIndex(), first, last)
            del self._rows[first : last + 1]
            self.endRemoveRows()
            last = first - 1

    def _settle(self, place: int, row: Row) -> None:
        """Bring one row to its place and up to date; the places before it are settled."""
        at = self.row_of(self._key(row))
        if at < 0:
            self.beginInsertRows(QModelIndex(), place, place)
            self._rows.insert(place, row)
            self.endInsertRows()
            return
        if at != place:
            self.beginMoveRows(QModelIndex(), at, at, QModelIndex(), place)
            self._rows.insert(place, self._rows.pop(at))
            self.endMoveRows()
        if self._rows[place] != row:
            self._rows[place] = row
            self.dataChanged.emit(
                self.index(place, 0), self.index(place, len(self.columns) - 1), []
            )


def _side(*, right: bool) -> Qt.AlignmentFlag:
    return _CENTRED | (Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft)
