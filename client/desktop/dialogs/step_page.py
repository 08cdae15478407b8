"""The page of the step dialog: it opens on a step or on the exits, and shows how things stand."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout

from client.desktop.background import run_in_background
from client.desktop.dialogs.step_card import StepCard
from client.desktop.page import Page
from client.desktop.pages.parts import row_of
from client.desktop.pages.seat import Seat
from client.desktop.theme import current_theme
from client.desktop.widgets.focus_ring import OWN_RING
from client.desktop.widgets.scan_field import Awaited
from client.presenters.banner import BannerView
from client.presenters.judging import (
    refusal_words,
)
from client.presenters.loop_page import LoopData, read_loop
from client.presenters.step_actions import ExitAction
from client.presenters.step_dialog import (
    Draft,
    problem,
)
from client.presenters.step_form import StepForm
from client.presenters.step_work import (
    Drafts,
    exits_at,
    findings_of,
    form_at,
    line_at,
)
from client.presenters.stepper import scan_prompt, step_facts
from client.presenters.subject import Subject
from client.presenters.task_pane import banner_at
from client.texts import Texts
from domain.findings import Finding
from domain.ids import CommandId

_WIDE, _NARROW, _FULL = 1000, 920, 1500


class StepPage(Page):
    """Shows the form of a subject's step, or the exits; what was begun is kept for its owner."""

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
        self.setProperty("ground", "surface2")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty(OWN_RING, True)  # it only holds the keyboard while a scan is awaited
        self.card = StepCard()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(12, 16, 12, 16)
        outer.addStretch(1)
        outer.addLayout(row_of(1, self.card, 1))
        outer.addStretch(2)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.retranslate(texts)

    # ------------------------------------------------------------------ what the window asks
    def retranslate(self, texts: Texts) -> None:
        self._texts = texts
        self.card.retranslate(texts)
        if self._data is not None and self._subject is not None:
            self._open_form()

    def enter(self, parameter: object) -> None:
        """Open on a `Subject`; without a step it asks why the task is not done."""
        self._seat.openings.begin("step")
        self._open(parameter)

    def _open(self, parameter: object) -> None:
        session = self._seat.session
        if not isinstance(parameter, Subject) or session is None:
            return
        self._subject = parameter
        self._parked = self._seat.drafts_of(session.user)
        self.card.view.secured = self._seat.secured
        self._data = self._form = None
        self._saving = False
        self.card.hide()
        read = partial(read_loop, self._seat.app, parameter.order, user=session.user)
        operation = self._seat.telling("step", read, order=parameter.order)
        run_in_background(self, operation, done=self._read, failed=self._failed)

    def leave(self) -> None:
        self._keep_draft()
        self.card.forget_secrets()

    def refresh(self) -> None:
        if self._subject is not None:
            self._keep_draft()
            self._open(self._subject)

    def banner(self) -> BannerView | None:
        if self._data is None:
            return None
        now, formats = self._seat.app.now(), self._seat.formats(self._texts)
        return banner_at(self._data.bedside, self._data.names, now=now, formats=formats)

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
        waiting = self.card.unproved(form)
        if not words and waiting is not None:
            words = self._texts(waiting[1])
        self.card.show_state(form, self._draft, self._findings, words, now=now, formats=formats)
        self.card.record_button.setEnabled(not words and not self._saving)
        band_open = form.band and self._draft.scan(band=True) is None
        awaited = Awaited.WRISTBAND if band_open else Awaited.ITEM
        prompt = scan_prompt(form, self._draft, self._texts)
        self.expected.emit(awaited if prompt else Awaited.ANYTHING)

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self.card.show()
        self._say(refusal_words(error, self._texts))

    def _go_back(self) -> None:
        subject = self._subject
        came_from = "work" if subject is None else subject.came_from
        self.open_requested.emit(came_from, subject if came_from == "loop" else None)

    @Slot()
    def _exit_chosen(self) -> None:
        self._open_form(self.sender().objectName())

    @Slot()
    def _forget(self) -> None:
        """Somebody else sits here: drafts stay with their owner, who has left."""
        self._form = self._data = self._subject = None
        self.card.forget()

    # ------------------------------------------------------------------ inside
    def _keep_draft(self) -> None:
        if self._form is not None:
            self._parked.keep(self._form, self._draft)

    def _say(self, words: str) -> None:
        self.card.message.setText(words)
        self.card.message.setVisible(bool(words))

    @Slot()
    def _focus(self) -> None:
        editor = self.card.view.first_editor()
        waiting = None if self._form is None else self.card.unproved(self._form)
        if editor is None and waiting is not None:
            editor = waiting[0]
        if self.card.record_button.isEnabled():
            self.card.record_button.setFocus(Qt.FocusReason.OtherFocusReason)
        elif editor is not None and not self.card.prompt_box.isVisible():
            editor.setFocus(Qt.FocusReason.OtherFocusReason)
            self.card.reveal(editor)
        else:
            self.setFocus(Qt.FocusReason.OtherFocusReason)
