"""A field for some lines of text, which either Enter with Ctrl hands in."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from client.desktop.theme import current_theme


class NoteField(QPlainTextEdit):
    """Tab leaves it, as it leaves every field.

    Signals:
        handed_in(): Ctrl with an Enter that no button took as its key (the other one).
    """

    handed_in = Signal()

    def __init__(self, *, height: int = 96, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)
        self.setFixedHeight(current_theme().px(height))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.handed_in.emit()
        else:
            super().keyPressEvent(event)
