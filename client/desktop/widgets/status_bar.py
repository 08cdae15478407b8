"""The foot of the window: the scan field, how old the data are, the version, help."""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from client.desktop.theme import current_theme
from client.desktop.widgets.glyph import Glyph
from client.desktop.widgets.scan_field import ScanField
from client.presenters.tone import Tone
from client.texts import Texts

HEIGHT: Final = 28


class StatusBar(QWidget):
    """`scan` is the scan field; `show_connection` says whether the data are live."""

    def __init__(self, texts: Texts, *, version: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._version = version
        self.scan = ScanField(texts)
        self._glyph = Glyph(Tone.PENDING, 14)
        self._connection = _label()
        self._lock = _label("over")
        self._right = _label()
        self._help = _label()
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(8)
        row.addWidget(self.scan)
        row.addSpacing(24)
        row.addWidget(self._glyph)
        row.addWidget(self._connection)
        row.addStretch(1)
        row.addWidget(self._lock)
        row.addSpacing(16)
        row.addWidget(self._right)
        row.addSpacing(16)
        row.addWidget(self._help)
        self.retranslate(texts)

    def retranslate(self, texts: Texts) -> None:
        """Speak another language; the connection is shown anew by whoever watches it."""
        self.scan.retranslate(texts)
        self._right.setText(texts("app.copyright_rest", version=self._version))
        self._help.setText(f"{texts('app.help')}  F1")
        self.show_connection(Tone.PENDING, texts("connection.reading"))

    def show_connection(self, tone: Tone, words: str) -> None:
        """Say how the data are: DONE live, DUE_SOON delayed, FAILED not connected."""
        self._glyph.set_tone(tone, words)
        self._connection.setText(words)

    def show_lock(self, words: str) -> None:
        """Say how soon the window locks; empty for nothing."""
        if self._lock.text() != words:
            self._lock.setText(words)

    @property
    def lock_words(self) -> str:
        """What it says of the lock."""
        return self._lock.text()

    def forget(self) -> None:
        """Say nothing of what was scanned, and nothing of the lock."""
        self.scan.forget()
        self.show_lock("")

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("surface2"))
        painter.setPen(theme.colour("line"))
        painter.drawLine(0, 0, self.width(), 0)
        painter.end()


def _label(role: str = "label") -> QLabel:
    label = QLabel()
    label.setProperty("role", role)
    return label
