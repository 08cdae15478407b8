"""What a scan does at the alert inbox: a wristband chooses, a badge names who agrees."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from client.desktop.background import run_in_background
from client.desktop.pages.alert_form import AlertForm
from client.desktop.pages.seat import Seat
from client.presenters.judging import (
    ScanClass,
    band_holder,
    read_badge,
    refusal_words,
    scan_class,
)
from domain.patients import Patient
from domain.people import Practitioner


class AlertScans(QObject):
    """Reads who or whose a code is, off the screen's thread.

    Signals:
        settled(accepted, words): what the scan led to, for the status bar.
        scanned(Patient): a known patient's wristband.
    """

    settled = Signal(bool, str)
    scanned = Signal(object)

    def __init__(self, page: QObject, seat: Seat, form: AlertForm) -> None:
        super().__init__(page)
        self._seat = seat
        self._form = form

    def take(self, code: str) -> bool:
        """Use a code; False for a badge where nobody is asked to agree."""
        kind, app = scan_class(code), self._seat.app
        if kind is ScanClass.BADGE:
            if not self._form.wants_second:
                return False  # somebody else wants to work here
            operation = partial(read_badge, app, code)
            run_in_background(self, operation, done=self._badge_read, failed=self._failed)
        elif kind is ScanClass.BAND:
            read = partial(band_holder, app, code)
            run_in_background(self, read, done=self._band_read, failed=self._failed)
        else:
            self.settled.emit(False, self._form.texts("step.need_band"))
        return True

    @Slot(object)
    def _band_read(self, patient: Patient | None) -> None:
        if patient is None:
            self.settled.emit(False, self._form.texts("stop.not_known"))
        else:
            self.scanned.emit(patient)

    @Slot(object)
    def _badge_read(self, person: Practitioner | None) -> None:
        session, texts = self._seat.session, self._form.texts
        if person is None or session is None:
            self.settled.emit(False, texts("sign_in.no_badge"))
        elif person.user == session.user:
            self.settled.emit(False, texts("alert_page.missing_second"))
        elif self._form.wants_second:
            name = self._seat.formats(texts).name(person.name, person.name_zh).first
            self.settled.emit(True, name)
            self._form.name_second(str(person.user))

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self.settled.emit(False, refusal_words(error, self._form.texts))
