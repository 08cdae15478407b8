"""The card of the step dialog: head, steps, drug line, prompt to scan, form, exits, buttons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Slot
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from client.desktop.dialogs.secret_field import SecretField
from client.desktop.dialogs.step_form_view import StepFormView
from client.desktop.dialogs.step_parts import DialogHead, Stepper
from client.desktop.pages.parts import RunsLabel, card, label, row_of, rule
from client.desktop.theme import current_theme
from client.desktop.widgets.app_bar import Icon
from client.desktop.widgets.key_button import ButtonKind, KeyButton
from client.presenters.banner import Fact
from client.presenters.formats import Formats
from client.presenters.step_actions import ExitAction
from client.presenters.step_dialog import Draft, is_retro
from client.presenters.step_form import StepForm
from client.presenters.stepper import check_lines, scan_prompt, step_marks
from client.presenters.titles import exit_word
from client.texts import Texts
from domain.findings import Finding


class StepCard(QFrame):
    """Only shows; the dialog decides what."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", "true")
        self.head = DialogHead()
        self.stepper = Stepper()
        self.line = RunsLabel(22)
        self.facts = label("", "muted", wrap=True)
        self.prompt_box = card("due")
        self.prompt = label("", "page")
        self.prompt_hint = label("", "label")
        self.cannot = KeyButton("", key="Shift+F8", height=32)
        self.exits = QWidget()
        self.exit_buttons: list[KeyButton] = []
        self.view = StepFormView()
        self.scroller = SnugScroll()
        self.message = label("", "over", wrap=True)
        self.signing = QWidget()
        self.sign_as = label("", "label")
        self.pin = SecretField()
        self.record_button = KeyButton("", key="Ctrl+Enter", kind=ButtonKind.PRIMARY, height=44)
        self.problem = label("", "muted", wrap=True)
        self.not_done = KeyButton("", key="Alt+N", height=44)
        self.park_button = KeyButton("", key="Esc", height=44)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self.stepper)
        column.addWidget(self._body())
        self.message.setContentsMargins(20, 6, 20, 6)  # always in sight, however long the form is
        column.addWidget(self.message)
        column.addWidget(self._foot())

    def retranslate(self, texts: Texts) -> None:
        """Speak another language; what depends on the form is shown anew by the dialog."""
        self.record_button.set_text(texts("step.record_button"))
        self.not_done.set_text(texts("worklist.not_done"))
        self.park_button.set_text(texts("step.park"))
        self.cannot.set_text(texts("step.cannot_scan"))
        self.pin.name(texts("session.your_pin"))
        self.prompt_hint.setText(texts("step.scan_hint"))

    def show_form(self, form: StepForm, draft: Draft, facts: Sequence[Fact], texts: Texts) -> None:
        """Show a form with what was entered before."""
        self._show_part(exits=False)
        self.facts.setText("     ".join(f"{one.label} {one.value}" for one in facts))
        record = texts("step.record_button")
        if form.is_exit:
            record = texts("step.exit_button", word=exit_word(form.exit_id, texts))
        self.record_button.set_text(record)
        switch = "step.back_to_step" if form.is_exit else "worklist.not_done"
        self.not_done.set_text(texts(switch))
        signs = self.view.secured and bool(form.meaning)
        self.signing.setVisible(signs)
        if signs:
            self.sign_as.setText(texts("session.sign_as", meaning=texts(f"meaning.{form.meaning}")))
        self.view.show_form(form, draft, texts)

    def unproved(self, form: StepForm) -> tuple[SecretField, str] | None:
        """The line that waits for a secret, and the text that says so; None where none does."""
        if self.view.secured and form.meaning and not self.pin.text():
            return self.pin, "session.need_pin"
        field = self.view.unproved(form)
        return None if field is None else (field, "session.need_witness_pin")

    def secrets(self, user: str) -> Mapping[str, str]:
        """What was entered for this act, by user name."""
        own = {user: self.pin.text()} if self.pin.text() else {}
        return MappingProxyType(self.view.secrets() | own)

    def forget_secrets(self) -> None:
        """Empty every line with a secret: each try is an act of its own."""
        self.pin.clear()
        self.view.forget_secrets()

    def reveal(self, editor: QWidget) -> None:
        """Scroll to a line of the form, where the window is too low for all of it."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
        if self.scroller.isAncestorOf(editor):
            self.scroller.ensureWidgetVisible(editor, 0, 24)

    def forget(self) -> None:
        """Show nothing of anybody."""
        self.forget_secrets()
        self.hide()

    def show_state(
        self,
        form: StepForm,
        draft: Draft,
        findings: Sequence[Finding],
        problem: str,
        *,
        now: datetime,
        formats: Formats,
    ) -> None:
        """Show what was found about the draft and what is still missing."""
        self.view.show_state(
            draft,
            findings,
            check_lines(form, draft, formats=formats),
            retro=is_retro(draft, now=now, formats=formats),
            texts=formats.texts,
        )
        proved = self.view.unproved(form) is None
        marks = step_marks(form, draft, findings, problem, formats=formats, proved=proved)
        self.stepper.show_marks(marks)
        prompt = scan_prompt(form, draft, formats.texts)
        self.prompt_box.setVisible(bool(prompt) and not form.is_exit)
        self.prompt.setText(prompt)
        self.problem.setText(problem)
        self.record_button.set_reason(problem)

    def _show_part(self, *, exits: bool) -> None:
        self.exits.setVisible(exits)
        if exits:
            self.signing.hide()
        self.view.setVisible(not exits)
        self.stepper.setVisible(not exits)

    def show_exits(self, exits: Sequence[ExitAction], texts: Texts, *, closed: bool) -> None:
        """Offer the exits, each with why it may not be taken."""
        self._show_part(exits=True)
        self.facts.setText(texts("step.nothing_open" if closed else "step.not_done_choose"))
        self.prompt_box.hide()
        self.problem.setText(texts("step.need_exit") if exits else "")
        self.record_button.setEnabled(False)
        self.record_button.set_text(texts("step.record_button"))
        self.not_done.set_text(texts("step.back_to_step"))
        layout = self.exits.layout()
        while layout is not None and (item := layout.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        self.exit_buttons = []
        for number, one in enumerate(exits, start=1):
            button = KeyButton(one.name, key=f"Alt+{number}" if number < 10 else "", height=40)
            button.setObjectName(one.code)
            button.setEnabled(one.allowed)
            button.set_reason(one.reason)
            box = QWidget()
            box.setLayout(row_of(button, label(one.reason, "muted"), 1))
            if layout is not None:
                layout.addWidget(box)
            self.exit_buttons.append(button)

    def _body(self) -> SnugScroll:
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(20, 14, 20, 12)
        inner.setSpacing(10)
        prompt = row_of(Icon("scan", 28), self.prompt, self.prompt_hint, 1, self.cannot, spacing=16)
        prompt.setContentsMargins(16, 14, 16, 14)
        self.prompt_box.setLayout(prompt)
        exits = QVBoxLayout(self.exits)
        exits.setContentsMargins(0, 0, 0, 0)
        for widget in (
            self.line,
            self.facts,
            rule(),
            self.prompt_box,
            self.exits,
            self.view,
        ):
            inner.addWidget(widget)
        inner.addStretch(1)
        self.scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scroller.setWidget(body)
        return self.scroller

    def _foot(self) -> QWidget:
        foot = QWidget()
        foot.setProperty("ground", "bg")
        foot.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        signing = QVBoxLayout(self.signing)
        signing.setContentsMargins(0, 0, 8, 0)
        signing.setSpacing(2)
        signing.addWidget(self.sign_as)
        signing.addWidget(self.pin)
        self.signing.hide()
        last = row_of(
            self.signing, self.record_button, self.problem, self.not_done, self.park_button
        )
        last.setStretch(2, 1)
        last.setContentsMargins(20, 12, 20, 12)
        foot.setLayout(last)
        return foot


class SnugScroll(QScrollArea):
    """As tall as what it holds, and scrolls only where the window is too low for that."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().rangeChanged.connect(self._follow)

    @Slot()
    def _follow(self) -> None:
        """What has the keyboard stays in sight when lines above it come or go."""
        line = QApplication.focusWidget()
        if line is not None and self.isAncestorOf(line):
            self.ensureWidgetVisible(line, 0, 24)

    def sizeHint(self) -> QSize:
        body = self.widget()
        if body is None:
            return super().sizeHint()
        wide = max(self.width(), 200)
        layout = body.layout()
        high = layout.totalHeightForWidth(wide) if layout is not None else -1
        return QSize(wide, max(high, body.sizeHint().height()))

    def minimumSizeHint(self) -> QSize:
        return QSize(200, min(self.sizeHint().height(), current_theme().px(120)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)
