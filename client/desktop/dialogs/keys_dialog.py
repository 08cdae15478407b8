"""F1: the keys of this page and of the window. Esc, Enter or F1 closes it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from client.desktop.pages.parts import label, row_of
from client.desktop.widgets.key_button import ButtonKind, KeyButton
from client.presenters.keys import KeyGroup
from client.texts import Texts


class KeysDialog(QDialog):
    """A sheet over the window; nothing can be changed by it."""

    def __init__(self, window: QWidget, groups: Sequence[KeyGroup], texts: Texts) -> None:
        super().__init__(window)
        self.setWindowTitle(texts("app.help"))
        self.setAccessibleName(texts("app.help"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.close_button = KeyButton(
            texts("keys.close"), key="Esc", kind=ButtonKind.PRIMARY, height=44
        )
        self.close_button.setShortcut("")  # the sheet hears Esc itself
        self.close_button.clicked.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(16)
        columns = QHBoxLayout()
        columns.setSpacing(32)
        for group in groups:
            columns.addLayout(_column(group))
        column.addLayout(columns)
        column.addWidget(label(texts("keys.about"), "muted", wrap=True))
        column.addLayout(row_of(1, self.close_button))
        self.close_button.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_F1, Qt.Key.Key_Escape}:
            self.accept()
        else:
            super().keyPressEvent(event)


def _column(group: KeyGroup) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(8)
    grid.addWidget(label(group.title, "title"), 0, 0, 1, 2)
    for row, (key, words) in enumerate(group.rows, start=1):
        grid.addWidget(label(key, "strong"), row, 0)
        grid.addWidget(label(words), row, 1)
    grid.setRowStretch(len(group.rows) + 1, 1)
    grid.setColumnStretch(1, 1)
    return grid
