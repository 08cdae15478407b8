"""The card of the step dialog: head, steps, drug line, prompt to scan, form, exits, buttons."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from client.desktop.dialogs.step_form_view import StepFormView
from client.desktop.dialogs.step_parts import DialogHead, SnugScroll, Stepper
from client.desktop.pages.parts import RunsLabel, card, label, row_of, rule
from client.desktop.widgets.app_bar import Icon
from client.desktop.widgets.key_button import ButtonKind, KeyButton
from client.presenters.step_actions import ExitAction
from client.texts import Texts


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
        self.message = label("", "over", wrap=True)
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
        column.addWidget(self._foot())

    def retranslate(self, texts: Texts) -> None:
        """Speak another language; what depends on the form is shown anew by the dialog."""
        self.record_button.set_text(texts("step.record_button"))
        self.not_done.set_text(texts("worklist.not_done"))
        self.park_button.set_text(texts("step.park"))
        self.cannot.set_text(texts("step.cannot_scan"))
        self.prompt_hint.setText(texts("step.scan_hint"))

    def show_exits(self, exits: Sequence[ExitAction]) -> None:
        """Offer the exits, each with why it may not be taken."""
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
            self.message,
        ):
            inner.addWidget(widget)
        inner.addStretch(1)
        scroll = SnugScroll()
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(body)
        return scroll

    def _foot(self) -> QWidget:
        foot = QWidget()
        foot.setProperty("ground", "bg")
        foot.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        last = row_of(self.record_button, self.problem, self.not_done, self.park_button)
        last.setStretch(1, 1)
        last.setContentsMargins(20, 12, 20, 12)
        foot.setLayout(last)
        return foot
