"""The STOP that a scan called up: who the wristband belongs to, shown over the step dialog."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from client.desktop.background import run_in_background
from client.desktop.dialogs.stop_dialog import StopDialog
from client.desktop.pages.seat import Seat
from client.presenters.openings import near_miss
from client.presenters.stop import stop_view
from client.texts import Texts
from domain.findings import Finding
from domain.ids import OrderId, TaskId
from domain.patients import Patient


@dataclass(frozen=True, slots=True)
class Stopped:
    """What a STOP kept from being recorded: for whom, of which order and task."""

    patient: Patient
    order: OrderId
    task: TaskId | None


class StopGate(QObject):
    """One STOP at a time.

    Signals:
        closed(): it was read and closed.
    """

    closed = Signal()

    def __init__(self, page: QWidget, seat: Seat) -> None:
        super().__init__(page)
        self._page, self._seat = page, seat
        self._asked: tuple[Finding, Patient, Texts] | None = None
        self.dialog: StopDialog | None = None

    def call_up(self, finding: Finding, code: str, of: Stopped, texts: Texts) -> None:
        """Show a finding about a scanned code, once it is told and read whose wristband it is."""
        self._asked = (finding, of.patient, texts)
        session = self._seat.session
        operation = partial(
            near_miss,
            self._seat.app,
            finding,
            code,
            user="" if session is None else str(session.user),
            order=of.order,
            task=of.task,
        )
        run_in_background(self, operation, done=self._show, failed=self._unread)

    def dismiss(self) -> None:
        """Close it, where there is one, and show none that is still being read."""
        self._asked = None
        if self.dialog is not None:
            self.dialog.dismiss()

    @Slot(object)
    def _show(self, other: Patient | None) -> None:
        if self._asked is None or self.dialog is not None:
            return
        finding, patient, texts = self._asked
        view = stop_view(
            finding,
            patient=patient,
            other=other,
            now=self._seat.app.now(),
            formats=self._seat.formats(texts),
        )
        just = self._seat.just_scanned
        self.dialog = StopDialog(self._page.window(), view, texts, just_scanned=just)
        self.dialog.closed.connect(self._closed)

    @Slot(object)
    def _unread(self, _error: Exception) -> None:
        """Whose code it was cannot be read: it is a STOP all the same."""
        self._show(None)

    @Slot()
    def _closed(self) -> None:
        self.dialog = None
        self._asked = None
        self.closed.emit()
