"""The step dialog: scan, check, enter, have it witnessed, record. One for every step and exit."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QVBoxLayout

from client.desktop.background import run_in_background
from client.desktop.dialogs.step_card import StepCard
from client.desktop.dialogs.stop_dialog import StopDialog
from client.desktop.page import Page
from client.desktop.pages.parts import row_of
from client.desktop.pages.seat import Seat
from client.desktop.theme import current_theme
from client.desktop.widgets.focus_ring import OWN_RING
from client.desktop.widgets.scan_field import Awaited
from client.presenters.banner import BannerView
from client.presenters.judging import (
    ScanClass,
    band_holder,
    read_badge,
    refusal_words,
    scan_class,
)
from client.presenters.loop_page import LoopData, read_loop
from client.presenters.step_actions import ExitAction
from client.presenters.step_dialog import (
    Draft,
    Scanned,
    command_line,
    finding_words,
    problem,
)
from client.presenters.step_form import StepForm
from client.presenters.step_work import (
    Drafts,
    exits_at,
    findings_of,
    form_at,
    line_at,
    recorded_words,
)
from client.presenters.stepper import scan_prompt, step_facts
from client.presenters.stop import stop_view
from client.presenters.subject import Subject
from client.presenters.task_pane import banner_at
from client.presenters.tone import Tone
from client.texts import Texts
from domain.errors import WardloopError
from domain.findings import Finding, Severity
from domain.ids import CommandId
from domain.patients import Patient
from domain.people import Practitioner
from domain.services.step_entry import parse_step_entry
from domain.services.workplace import Changes

_WIDE, _NARROW, _FULL = 1000, 920, 1500


class StepDialog(Page):
    """Stands in the window under the patient's banner; Esc parks what was entered."""

    def __init__(self, texts: Texts, seat: Seat) -> None:
        super().__init__()
        self._texts = texts
        self._seat = seat
        self._subject: Subject | None = None
        self._data: LoopData | None = None
        self._form: StepForm | None = None
        self._draft = Draft()
        self._parked = Drafts()
        self._findings: tuple[Finding, ...] = ()
        self._command = CommandId("")
        self._saving = False
        self._stopped: tuple[Finding, str] | None = None
        self.setProperty("ground", "surface2")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty(OWN_RING, True)  # it only holds the keyboard while a scan is awaited
        self.card = StepCard()
        self.stop: StopDialog | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(12, 16, 12, 16)
        outer.addStretch(1)
        outer.addLayout(row_of(1, self.card, 1))
        outer.addStretch(2)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._connect()
        self.retranslate(texts)

    # ------------------------------------------------------------------ what the window asks
    def retranslate(self, texts: Texts) -> None:
        self._texts = texts
        self.card.retranslate(texts)
        if self._data is not None and self._subject is not None:
            self._open_form()

    def enter(self, parameter: object) -> None:
        """Open on a `Subject`; without a step it asks why the task is not done."""
        session = self._seat.session
        if not isinstance(parameter, Subject) or session is None:
            return
        self._subject = parameter
        self._data = self._form = None
        self._saving = False
        self.card.hide()
        operation = partial(read_loop, self._seat.app, parameter.order, user=session.user)
        run_in_background(self, operation, done=self._read, failed=self._failed)

    def leave(self) -> None:
        self._keep_draft()
        if self.stop is not None:
            self.stop.dismiss()

    def refresh(self) -> None:
        if self._subject is not None:
            self._keep_draft()
            self.enter(self._subject)

    def banner(self) -> BannerView | None:
        if self._data is None:
            return None
        now, formats = self._seat.app.now(), self._seat.formats(self._texts)
        return banner_at(self._data.bedside, self._data.names, now=now, formats=formats)

    def take_scan(self, code: str) -> bool:
        form, data = self._form, self._data
        if self.stop is not None or form is None or data is None:
            return True  # read the STOP first
        kind = scan_class(code)
        if kind is ScanClass.BADGE:
            operation = partial(read_badge, self._seat.app, code)
            run_in_background(self, operation, done=self._badge_read, failed=self._failed)
        elif (form.band if kind is ScanClass.BAND else form.item) and not form.is_exit:
            self._try_scan(code, band=kind is ScanClass.BAND)
        else:
            self.scan_settled.emit(False, self._texts("step.not_needed"))
        return True

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        theme = current_theme()
        wide = _WIDE if self.width() >= theme.px(_FULL) else _NARROW
        self.card.setFixedWidth(min(theme.px(wide), self.width() - 24))

    # ------------------------------------------------------------------ opening
    @Slot(object)
    def _read(self, data: LoopData | None) -> None:
        self._data = data
        self._command = self._seat.app.new_command()
        if data is None or self._subject is None:
            self._say(self._texts("step.nothing_open"))
            return
        self.banner_changed.emit()
        self._open_form()

    def _open_form(self, code: str = "") -> None:
        """Show the form of the subject's step, or of an exit by its code."""
        data, subject = self._data, self._subject
        if data is None or subject is None:
            return
        now, formats = self._seat.app.now(), self._seat.formats(self._texts)
        form = form_at(data, subject, code, now=now, formats=formats)
        self._form = form
        self.card.line.show_runs(line_at(data, subject, formats=formats))
        self.card.show()
        self._say("")
        if form is None:
            self._choose_exit(closed=bool(subject.step))
            return
        self._draft = self._parked.of(form)
        facts = step_facts(data, form, now=now, formats=formats)
        self.card.head.show_who(form.title, self.banner())
        self.card.show_form(form, self._draft, facts, self._texts)
        self.card.not_done.setVisible(form.is_exit or bool(self._exits()))
        self._judge()
        self._focus()

    def _choose_exit(self, *, closed: bool) -> None:
        """Ask what happened instead; each exit says why it may not be taken."""
        self._form = None
        self.card.head.show_who(self._texts("step.not_done_title"), self.banner())
        self.card.show_exits(self._exits(), self._texts, closed=closed)
        step = self._subject is not None and bool(self._subject.step) and not closed
        self.card.not_done.setVisible(step)
        for button in self.card.exit_buttons:
            button.clicked.connect(self._exit_chosen)
        if self.card.exit_buttons:
            self.card.exit_buttons[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _exits(self) -> tuple[ExitAction, ...]:
        data, subject = self._data, self._subject
        if data is None or subject is None:
            return ()
        now, formats = self._seat.app.now(), self._seat.formats(self._texts)
        return exits_at(data, subject, now=now, formats=formats)

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
            self._stopped = (new[0], code)
            self.scan_settled.emit(False, finding_words(new[0], self._texts))
            operation = partial(band_holder, self._seat.app, code)
            run_in_background(self, operation, done=self._show_stop, failed=self._failed)
            return
        self._draft = tried
        words = self._texts("step.wristband") if band else formats.texts("step.item_right")
        self.scan_settled.emit(True, words)
        if self._form is not None:
            self.card.view.show_form(self._form, self._draft, self._texts)
        self._judge()
        self._focus()

    @Slot(object)
    def _show_stop(self, other: Patient | None) -> None:
        data, window = self._data, self.window()
        if data is None or self._stopped is None or self.stop is not None:
            return
        view = stop_view(
            self._stopped[0],
            patient=data.bedside.patient,
            other=other,
            now=self._seat.app.now(),
            formats=self._seat.formats(self._texts),
        )
        just = self._seat.just_scanned
        self.stop = StopDialog(window, view, self._texts, just_scanned=just)
        self.stop.closed.connect(self._stop_closed)

    @Slot()
    def _stop_closed(self) -> None:
        self.stop = None
        self._stopped = None
        self._focus()

    @Slot(object)
    def _badge_read(self, person: Practitioner | None) -> None:
        if person is None:
            self.scan_settled.emit(False, self._texts("sign_in.no_badge"))
            return
        name = self._seat.formats(self._texts).name(person.name, person.name_zh).first
        session, form = self._seat.session, self._form
        if form is None or not form.needs_witness(self._draft.result):
            self.scan_settled.emit(False, self._texts("step.not_needed"))
        elif session is not None and person.user == session.user:
            self.scan_settled.emit(False, self._texts("refusal.WITNESS_IS_ACTOR"))
        else:
            self.scan_settled.emit(True, name)
            self._edited(replace(self._draft, witness=str(person.user)))

    # ------------------------------------------------------------------ judging and recording
    @Slot(object)
    def _edited(self, draft: object) -> None:
        if isinstance(draft, Draft):
            self._draft = draft
            self._say("")
            self._judge()

    def _found(self, draft: Draft) -> tuple[Finding, ...]:
        data, form = self._data, self._form
        if data is None or form is None:
            return ()
        now, formats = self._seat.app.now(), self._seat.formats(self._texts)
        return findings_of(data, form, draft, now=now, formats=formats)

    def _judge(self) -> None:
        form = self._form
        if form is None:
            return
        now, formats = self._seat.app.now(), self._seat.formats(self._texts)
        self._findings = self._found(self._draft)
        words = problem(form, self._draft, self._findings, now=now, formats=formats)
        self.card.show_state(form, self._draft, self._findings, words, now=now, formats=formats)
        self.card.record_button.setEnabled(not words and not self._saving)
        band_open = form.band and self._draft.scan(band=True) is None
        awaited = Awaited.WRISTBAND if band_open else Awaited.ITEM
        prompt = scan_prompt(form, self._draft, self._texts)
        self.expected.emit(awaited if prompt else Awaited.ANYTHING)

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
        operation = partial(self._seat.app.record_step, user=session.user, entry=entry)
        run_in_background(self, operation, done=self._recorded, failed=self._refused)

    @Slot(object)
    def _recorded(self, changes: Changes) -> None:
        now, formats = self._seat.app.now(), self._seat.formats(self._texts)
        if self._form is not None:
            words = recorded_words(self._form, self._draft, now=now, formats=formats)
            self.said.emit(words, Tone.DONE)
            self._parked.drop(self._form)
        self._form = None
        self._saving = False
        self._seat.feed.announce(changes, initiator=self)
        self._go_back()

    @Slot(object)
    def _refused(self, error: Exception) -> None:
        self._saving = False
        self._say(f"{self._texts('step.refused')}: {refusal_words(error, self._texts)}")
        self._judge()

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self.card.show()
        self._say(refusal_words(error, self._texts))

    @Slot()
    def park(self) -> None:
        """Leave without recording; what was entered is kept until it is opened again (Esc)."""
        self._keep_draft()
        self._form = None
        self.said.emit(self._texts("step.parked"), Tone.PENDING)
        self._go_back()

    def _go_back(self) -> None:
        subject = self._subject
        came_from = "work" if subject is None else subject.came_from
        self.open_requested.emit(came_from, subject if came_from == "loop" else None)

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

    @Slot()
    def _exit_chosen(self) -> None:
        self._open_form(self.sender().objectName())

    @Slot()
    def _forget(self) -> None:
        """Somebody else sits here: drafts stay with their owner, who has left."""
        self._parked.clear()
        self._form = self._data = self._subject = None

    # ------------------------------------------------------------------ inside
    def _keep_draft(self) -> None:
        if self._form is not None and not self._saving:
            self._parked.keep(self._form, self._draft)

    def _say(self, words: str) -> None:
        self.card.message.setText(words)
        self.card.message.setVisible(bool(words))

    def _focus(self) -> None:
        editor = self.card.view.first_editor()
        if self.card.record_button.isEnabled():
            self.card.record_button.setFocus(Qt.FocusReason.OtherFocusReason)
        elif editor is not None and not self.card.prompt_box.isVisible():
            editor.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _connect(self) -> None:
        self.card.view.edited.connect(self._edited)
        self.card.record_button.clicked.connect(self.record)
        self.card.not_done.clicked.connect(self._switch)
        self.card.park_button.clicked.connect(self.park)
        self.card.cannot.clicked.connect(self.card.view.offer_noscan)
        self._seat.changed.connect(self._forget)
        enter = QShortcut(QKeySequence("Ctrl+Enter"), self)  # the other Enter key
        enter.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        enter.activated.connect(self.record)
