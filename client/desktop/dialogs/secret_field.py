"""A line for a secret that is entered for one act: dots, and empty again after it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from client.desktop.theme import current_theme


class SecretField(QLineEdit):
    """Shows dots and keeps nothing: no draft, no clipboard, no word list of the system."""

    def __init__(self, *, wide: int = 170, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText
        )
        self.setFixedWidth(current_theme().px(wide))

    def name(self, words: str) -> None:
        """Say whose secret it takes."""
        self.setPlaceholderText(words)
        self.setAccessibleName(words)
        self.setToolTip(words)
