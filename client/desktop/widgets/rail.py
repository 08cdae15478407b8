"""The rail at the left: one item for each page, icon over word, the key in its tool tip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from client.desktop.icons import paint_icon
from client.desktop.theme import current_theme

WIDTH: Final = 72


@dataclass(frozen=True, slots=True)
class RailItem:
    """A page on the rail."""

    key: str
    title: str
    icon: str
    shortcut: str = ""


class RailButton(QAbstractButton):
    """One item."""

    def __init__(self, item: RailItem, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.item = item
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.set_item(item)

    def set_item(self, item: RailItem) -> None:
        """Show the item in other words."""
        self.item = item
        self.setAccessibleName(item.title)
        self.setToolTip(f"{item.title}  {item.shortcut}".strip())
        self.update()

    def sizeHint(self) -> QSize:
        theme = current_theme()
        return QSize(theme.px(WIDTH), theme.px(64))

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        box = QRectF(self.rect())
        if self.isChecked():
            painter.fillRect(box, theme.colour("sel"))
            painter.fillRect(QRectF(0, 0, 4, box.height()), theme.colour("primary"))
        elif self.underMouse():
            painter.fillRect(box, theme.colour("hover"))
        ink = theme.colour("text" if self.isChecked() else "text2")
        side = theme.px(22)
        paint_icon(painter, self.item.icon, QRectF((box.width() - side) / 2, 11, side, side), ink)
        painter.setPen(ink)
        painter.setFont(theme.font(13, bold=self.isChecked()))
        words = box.adjusted(0, side + 14, 0, -6)
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, self.item.title)
        painter.end()


class Rail(QWidget):
    """The items that the signed-in person may see.

    Signals:
        chosen(key): an item was pressed.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[str, RailButton] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 4, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)

    @property
    def keys(self) -> tuple[str, ...]:
        """The items shown, from the top."""
        return tuple(self._buttons)

    def show_items(self, items: tuple[RailItem, ...]) -> None:
        """Show these items; those that stay are only put in other words."""
        if tuple(item.key for item in items) == self.keys:
            for item in items:
                self._buttons[item.key].set_item(item)
            return
        for button in self._buttons.values():
            self._column.removeWidget(button)
            button.deleteLater()
        self._buttons = {}
        for place, item in enumerate(items):
            button = RailButton(item, self)
            button.clicked.connect(self._pressed)
            self._column.insertWidget(place, button)
            self._buttons[item.key] = button

    def mark(self, key: str) -> None:
        """Mark the item of the page in front; none if it is not on the rail."""
        for held, button in self._buttons.items():
            button.setAutoExclusive(False)
            button.setChecked(held == key)
            button.setAutoExclusive(True)

    def button(self, key: str) -> RailButton:
        """The item of a page.

        Raises:
            KeyError: the rail does not show it.
        """
        return self._buttons[key]

    def sizeHint(self) -> QSize:
        return QSize(current_theme().px(WIDTH), 200)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("surface"))
        painter.setPen(theme.colour("line"))
        painter.drawLine(self.width() - 1, 0, self.width() - 1, self.height())
        painter.end()

    @Slot()
    def _pressed(self) -> None:
        button = self.sender()
        if isinstance(button, RailButton):
            self.chosen.emit(button.item.key)
