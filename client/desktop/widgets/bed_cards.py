"""The cards of the ward board in rows: Enter opens, digits go to a bed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListView

from client.desktop.models.rows import RowTableModel
from client.desktop.widgets.focus_ring import OWN_RING
from client.presenters.bed_card import BedCard


class BedCards(QListView):
    """Only shows.

    Signals:
        opened(digits): Enter; the digits that were typed before it, else empty.
        bed_wanted(digits): a digit was typed.
        vitals_wanted(): Alt+M.
    """

    opened = Signal(str)
    bed_wanted = Signal(str)
    vitals_wanted = Signal()

    def __init__(self, model: RowTableModel[BedCard]) -> None:
        super().__init__()
        self._digits = ""
        self.setModel(model)
        self.setProperty("bare", "true")
        self.setProperty(OWN_RING, True)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setUniformItemSizes(True)
        self.setSpacing(0)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.modifiers():
            digits, self._digits = self._digits, ""
            self.opened.emit(digits)
        elif key == Qt.Key.Key_M and event.modifiers() == Qt.KeyboardModifier.AltModifier:
            self.vitals_wanted.emit()
        elif event.text().isdigit() and not event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._digits += event.text()
            self.bed_wanted.emit(self._digits)
        else:
            self._digits = ""
            super().keyPressEvent(event)
