"""The step dialog: scan, check, enter, have it witnessed, record. One for every step and exit."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut

from client.desktop.background import run_in_background
from client.desktop.dialogs.step_page import StepPage
from client.desktop.dialogs.stop_dialog import StopDialog
from client.desktop.dialogs.stop_gate import StopGate, Stopped
from client.desktop.pages.seat import Seat
from client.presenters.judging import (
    ScanClass,
    first_words,
    read_badge,
    refusal_words,
    scan_class,
)
from client.presenters.secrets import SECRET_CODES, secret_words
from client.presenters.step_dialog import (
    Draft,
    Scanned,
    command_line,
    finding_words,
)
from client.presenters.step_work import (
    record_and_drop,
    recorded_words,
)
from client.presenters.tone import Tone
from client.texts import Texts
from domain.errors import WardloopError
from domain.findings import Severity
from domain.people import Practitioner
from domain.services.step_entry import parse_step_entry
from domain.services.workplace import Changes
from domain.signatures import Secrets


class StepDialog(StepPage):
    """Stands in the window under the patient's banner; Esc parks what was entered."""

    def __init__(self, texts: Texts, seat: Seat) -> None:
        super().__init__(texts, seat)
        self._badge = ""
        self._gate = StopGate(self, seat)
        self._connect()

    @property
    def stop(self) -> StopDialog | None:
        """The STOP over the dialog, where a scan called one up."""
        return self._gate.dialog

    def leave(self) -> None:
        super().leave()
        self._gate.dismiss()

    def take_scan(self, code: str) -> bool:
        form, data = self._form, self._data
        if self.stop is not None or form is None or data is None:
            return True  # read the STOP first
        kind = scan_class(code)
        if kind is ScanClass.BADGE:
            self._badge = code
            operation = partial(read_badge, self._seat.app, code)
            run_in_background(self, operation, done=self._badge_read, failed=self._failed)
        elif (form.band if kind is ScanClass.BAND else form.item) and not form.is_exit:
            self._try_scan(code, band=kind is ScanClass.BAND)
        else:
            self.scan_settled.emit(False, self._texts("step.not_needed"))
        return True

    # ------------------------------------------------------------------ scanning
    def _try_scan(self, code: str, *, band: bool) -> None:
        """Judge the draft with the scan in it; a STOP throws the scan out."""
        now, formats = self._seat.app.now(), self._seat.formats(self._texts)
        scan = Scanned(code, band, now)
        others = tuple(one for one in self._draft.scans if one.band is not band)
        tried = replace(self._draft, scans=(*others, scan), noscan="")
        found = self._found(tried)
        stops = [one for one in found if one.severity is Severity.STOP]
        known = {one.check for one in self._findings if one.severity is Severity.STOP}
        new = [one for one in stops if one.check not in known]
        if new:
            self.scan_settled.emit(False, finding_words(new[0], self._texts))
            form, data = self._form, self._data
            if form is not None and data is not None:
                of = Stopped(data.bedside.patient, form.order, form.task)
                self._gate.call_up(new[0], code, of, self._texts)
            return
        self._draft = tried
        words = self._texts("step.wristband") if band else formats.texts("step.item_right")
        self.scan_settled.emit(True, words)
        if self._form is not None:
            self.card.view.show_form(self._form, self._draft, self._texts)
        self._judge()
        self._focus()

    @Slot(object)
    def _badge_read(self, person: Practitioner | None) -> None:
        if person is None:
            self.scan_settled.emit(False, self._texts("sign_in.no_badge"))
            return
        name = self._seat.formats(self._texts).name(person.name, person.name_zh).first
        session, form = self._seat.session, self._form
        if form is None or not form.needs_witness(self._draft.result):
            self.badge_offered.emit(self._badge)
        elif session is not None and person.user == session.user:
            self.scan_settled.emit(False, self._texts("refusal.WITNESS_IS_ACTOR"))
        else:
            self.scan_settled.emit(True, name)
            self._edited(replace(self._draft, witness=str(person.user)))
            if self._seat.secured and self.card.view.witness is not None:
                self.card.view.witness.pin.setFocus(Qt.FocusReason.OtherFocusReason)
                self.card.reveal(self.card.view.witness.pin)

    # ------------------------------------------------------------------ judging and recording
    @Slot(object)
    def _edited(self, draft: object) -> None:
        if isinstance(draft, Draft):
            self._draft = draft
            self._say("")
            self._judge()

    @Slot()
    def record(self) -> None:
        """Record what was entered, if nothing is missing (Ctrl+Enter)."""
        form, session = self._form, self._seat.session
        if form is None or session is None or self._saving or self._seat.just_scanned():
            return
        self._judge()
        if self.card.problem.text():
            self._focus()
            return
        now, formats = self._seat.app.now(), self._seat.formats(self._texts)
        try:
            line = command_line(form, self._draft, command=self._command, now=now, formats=formats)
            entry = parse_step_entry(line)
        except WardloopError as error:
            self._say(refusal_words(error, self._texts))
            return
        self._saving = True
        self.card.record_button.setEnabled(False)
        secrets = Secrets(self.card.secrets(session.user) if self._seat.secured else {})
        operation = partial(
            record_and_drop,
            *(self._seat.app, self._parked, form),
            user=session.user,
            entry=entry,
            secrets=secrets,
        )
        self.card.forget_secrets()
        run_in_background(self, operation, done=self._recorded, failed=self._refused)

    @Slot(object)
    def _recorded(self, changes: Changes) -> None:
        now, formats = self._seat.app.now(), self._seat.formats(self._texts)
        if self._form is not None:
            words = recorded_words(self._form, self._draft, now=now, formats=formats)
            self.said.emit(words, Tone.DONE)
        self._form = None
        self._saving = False
        self._seat.feed.announce(changes, initiator=self)
        self._go_back()

    @Slot(object)
    def _refused(self, error: Exception) -> None:
        self._saving = False
        words = f"{self._texts('step.refused')}: {secret_words(error, self._texts)}"
        now, formats = self._seat.app.now(), self._seat.formats(self._texts)
        first = first_words(error, now=now, formats=formats)
        self._say(f"{words}. {first}" if first else words)
        self._judge()
        if getattr(error, "code", "") in SECRET_CODES:
            self._focus()

    @Slot()
    def park(self) -> None:
        """Leave without recording; what was entered is kept until it is opened again (Esc)."""
        self._keep_draft()
        self._form = None
        self.said.emit(self._texts("step.parked"), Tone.PENDING)
        self._go_back()

    @Slot(str)
    def _secret_typed(self, _text: str) -> None:
        self._judge()

    @Slot()
    def _switch(self) -> None:
        """From the step to the exits and back (Alt+N)."""
        form, subject = self._form, self._subject
        if subject is None:
            return
        if form is not None and not form.is_exit:
            self._keep_draft()
            self._choose_exit(closed=False)
        else:
            self._open_form()

    # ------------------------------------------------------------------ inside
    def _connect(self) -> None:
        self.card.view.edited.connect(self._edited)
        self.card.record_button.clicked.connect(self.record)
        self.card.not_done.clicked.connect(self._switch)
        self.card.park_button.clicked.connect(self.park)
        self.card.cannot.clicked.connect(self.card.view.offer_noscan)
        self.card.pin.textChanged.connect(self._secret_typed)
        self.card.pin.returnPressed.connect(self.record)
        self._gate.closed.connect(self._focus)
        self._seat.changed.connect(self._forget)
        enter = QShortcut(QKeySequence("Ctrl+Enter"), self)  # the other Enter key
        enter.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        enter.activated.connect(self.record)
