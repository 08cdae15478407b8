"""The step dialog: scan, check, enter, have it witnessed, record. One for every step and exit."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QVBoxLayout

from client.app import App
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
    badge_holder,
    band_holder,
    judge,
    refusal_words,
    scan_class,
)
from client.presenters.loop_page import LoopData, read_loop
from client.presenters.step_actions import ExitAction, exit_actions, step_actions
from client.presenters.step_dialog import (
    Draft,
    Scanned,
    command_line,
    event_time,
    finding_words,
    first_draft,
    is_retro,
    problem,
    read_value,
)
from client.presenters.step_form import StepForm, exit_form, step_form
from client.presenters.stepper import check_lines, scan_prompt, step_facts, step_marks
from client.presenters.stop import stop_view
from client.presenters.subject import Subject
from client.presenters.task_pane import banner_at
from client.presenters.titles import exit_word, order_line
from client.presenters.tone import Tone
from client.texts import Texts
from domain.errors import InvalidInput, WardloopError
from domain.findings import Finding, Severity
from domain.ids import CommandId
from domain.patients import Patient
from domain.people import Practitioner
from domain.services.step_entry import parse_step_entry
from domain.services.workplace import Changes

_WIDE, _NARROW = 1000, 920
_FULL: Final = 1500


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
        self._parked: dict[tuple[str, str | None, str], Draft] = {}
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
            operation = partial(_badge, self._seat.app, code)
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
        texts, formats = self._texts, self._seat.formats(self._texts)
        loops, case, now = data.bedside.loops, data.case, self._seat.app.now()
        self._form = None
        if code and subject.task is not None:
            self._form = exit_form(loops, case, subject.task, code, formats=formats)
        elif subject.step and self._is_open(subject):
            self._form = step_form(loops, case, subject.task, subject.step, formats=formats)
        task = None if subject.task is None else case.tasks.get(subject.task)
        fields = {} if task is None else task.fields
        line = order_line(case.order.fields, fields, names=data.names, formats=formats)
        self.card.line.show_runs(line)
        self.card.show()
        self._say("")
        choosing = self._form is None
        self.card.view.setVisible(not choosing)
        self.card.exits.setVisible(choosing)
        self.card.stepper.setVisible(not choosing)
        if self._form is None:
            closed = bool(subject.step) and not self._is_open(subject)
            self._choose_exit(closed=closed)
            return
        form = self._form
        facts = step_facts(data, form, now=now, formats=formats)
        self.card.facts.setText("     ".join(f"{one.label} {one.value}" for one in facts))
        self._show_head(form.title)
        key = "step.exit_button" if form.is_exit else "step.record_button"
        word = exit_word(form.exit_id, texts)
        self.card.record_button.set_text(texts(key, word=word) if form.is_exit else texts(key))
        self.card.not_done.set_text(
            texts("step.back_to_step" if form.is_exit else "worklist.not_done")
        )
        self.card.not_done.setVisible(bool(subject.step) or form.is_exit)
        kept = self._parked.pop(self._key(), None)
        self._draft = kept or first_draft(form)
        self.card.view.show_form(form, self._draft, texts)
        self._judge()
        self._focus()

    def _show_head(self, title: str) -> None:
        banner = self.banner()
        if banner is not None:
            self.card.head.show_who(title, banner)

    def _is_open(self, subject: Subject) -> bool:
        data = self._data
        if data is None:
            return False
        found = step_actions(
            data.bedside.loops,
            data.case,
            subject.task,
            actor=data.bedside.actor,
            now=self._seat.app.now(),
            formats=self._seat.formats(self._texts),
        )
        return any(one.step == subject.step for one in found)

    def _choose_exit(self, *, closed: bool) -> None:
        """Ask what happened instead; each exit says why it may not be taken."""
        texts = self._texts
        self._show_head(texts("step.not_done_title"))
        self.card.facts.setText(
            texts("step.nothing_open") if closed else texts("step.not_done_choose")
        )
        self.card.prompt_box.hide()
        self.card.problem.setText(texts("step.need_exit"))
        self.card.record_button.setEnabled(False)
        self.card.record_button.set_text(texts("step.record_button"))
        step = self._subject is not None and bool(self._subject.step) and not closed
        self.card.not_done.setVisible(step)
        self.card.not_done.set_text(texts("step.back_to_step"))
        self.card.show_exits(self._exits())
        for button in self.card.exit_buttons:
            button.clicked.connect(self._exit_chosen)
        if self.card.exit_buttons:
            self.card.exit_buttons[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _exits(self) -> tuple[ExitAction, ...]:
        data, subject = self._data, self._subject
        if data is None or subject is None:
            return ()
        return exit_actions(
            data.bedside.loops,
            data.case,
            subject.task,
            actor=data.bedside.actor,
            now=self._seat.app.now(),
            formats=self._seat.formats(self._texts),
        )

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
        self.card.view.show_form(self._require_form(), self._draft, self._texts)
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
        evidence: dict[str, object] = {"noscan_reason": draft.noscan} if draft.noscan else {}
        for one in form.inputs:
            text = draft.values.get(one.name, "").strip()
            try:
                if text:
                    evidence[one.name] = read_value(one, text, now=now, formats=formats)
            except InvalidInput:
                continue  # `problem` tells the person; a check cannot read it
        return judge(
            data.bedside,
            form,
            scans=[one.code for one in draft.scans],
            evidence=evidence,
            when=event_time(draft, now=now, formats=formats) or now,
            now=now,
        )

    def _judge(self) -> None:
        form = self._form
        if form is None:
            return
        texts, now = self._texts, self._seat.app.now()
        formats = self._seat.formats(texts)
        self._findings = self._found(self._draft)
        words = problem(form, self._draft, self._findings, now=now, formats=formats)
        self.card.view.show_state(
            self._draft,
            self._findings,
            check_lines(form, self._draft, formats=formats),
            retro=is_retro(self._draft, now=now, formats=formats),
            texts=texts,
        )
        marks = step_marks(form, self._draft, self._findings, words, formats=formats)
        self.card.stepper.show_marks(marks)
        prompt = scan_prompt(form, self._draft, texts)
        self.card.prompt_box.setVisible(bool(prompt) and not form.is_exit)
        self.card.prompt.setText(prompt)
        self.card.problem.setText(words)
        self.card.record_button.setEnabled(not words and not self._saving)
        self.card.record_button.set_reason(words)
        band_open = form.band and self._draft.scan(band=True) is None
        awaited = Awaited.WRISTBAND if band_open else Awaited.ITEM
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
        form, texts = self._require_form(), self._texts
        now, formats = self._seat.app.now(), self._seat.formats(texts)
        at = event_time(self._draft, now=now, formats=formats) or now
        key, word = "step.recorded", form.title
        if form.is_exit:
            key, word = "step.exit_recorded", exit_word(form.exit_id, texts)
        name = "word" if form.is_exit else "step"
        self.said.emit(texts(key, time=formats.clock(at), **{name: word}), Tone.DONE)
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
            self._form = None
            self.card.view.hide()
            self.card.stepper.hide()
            self.card.exits.show()
            self._choose_exit(closed=False)
        else:
            self._open_form()

    @Slot()
    def _exit_chosen(self) -> None:
        self._open_form(self.sender().objectName())

    @Slot()
    def _cannot_scan(self) -> None:
        if self._form is not None and not self._form.is_exit:
            self.card.view.offer_noscan()

    @Slot()
    def _forget(self) -> None:
        """Somebody else sits here: drafts stay with their owner, who has left."""
        self._parked.clear()
        self._form = self._data = self._subject = None

    # ------------------------------------------------------------------ inside
    def _key(self) -> tuple[str, str | None, str]:
        subject, form = self._subject, self._form
        if subject is None:
            return ("", None, "")
        return (subject.order, subject.task, form.exit_code or form.step if form else "")

    def _keep_draft(self) -> None:
        form = self._form
        if form is not None and not self._saving and self._draft != first_draft(form):
            self._parked[self._key()] = self._draft

    def _require_form(self) -> StepForm:
        if self._form is None:
            raise RuntimeError("no form is open")
        return self._form

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
        self.card.cannot.clicked.connect(self._cannot_scan)
        self._seat.changed.connect(self._forget)
        enter = QShortcut(QKeySequence("Ctrl+Enter"), self)  # the other Enter key
        enter.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        enter.activated.connect(self.record)


def _badge(app: App, code: str) -> Practitioner | None:
    return badge_holder(app.reads.practitioners(), code)
