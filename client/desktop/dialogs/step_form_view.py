"""The body of the step dialog: drug line, checks, findings, results, fields, second person."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLayout, QLineEdit, QVBoxLayout, QWidget

from client.desktop.dialogs.secret_field import SecretField
from client.desktop.dialogs.step_parts import CheckRows, Field, FindingBlock, WitnessBlock
from client.desktop.pages.parts import ChoiceRow, label, row_of
from client.desktop.theme import current_theme
from client.presenters.step_dialog import NOSCAN, Draft
from client.presenters.step_form import StepForm
from client.presenters.stepper import CheckLine
from client.texts import Texts
from domain.findings import Finding, Severity

_COLUMNS: Final = 3


class StepFormView(QWidget):
    """Shows a form and a draft; what a person enters makes another draft.

    Signals:
        edited(Draft): something was entered.
    """

    edited = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._form: StepForm | None = None
        self._draft = Draft()
        self._filling = False
        self._findings: tuple[tuple[str, str], ...] = ()
        self.checks = CheckRows()
        self.noscan = ChoiceRow(height=32, may_clear=True)
        self._noscan_box = QWidget()
        self._noscan_words = label("", "label")
        self.results = ChoiceRow(height=40)
        self._results_label = label("", "label")
        self._blocks = QVBoxLayout()
        self.blocks: list[FindingBlock] = []
        self._grid = QGridLayout()
        self.fields: dict[str, Field] = {}
        self.time = QLineEdit()
        self.reason = QLineEdit()
        self.co_signer = QLineEdit()
        self.witness: WitnessBlock | None = None
        self.secured = False
        """Whether second persons enter a secret."""
        self._witness_place = QVBoxLayout()
        self._time_box = QWidget()
        self._retro = QWidget()
        self._retro_note = label("", "label")
        self._signer = QWidget()
        self._signer_label = label("", "label")
        self._time_label = label("", "label")
        self._reason_label = label("", "label")
        self._build()

    # ------------------------------------------------------------------ showing
    def show_form(self, form: StepForm, draft: Draft, texts: Texts) -> None:
        """Show a form with what was entered into it before."""
        self._filling = True
        self._form, self._draft = form, draft
        self._findings = ()
        self._show_findings((), texts)
        reasons = [(one, texts(f"noscan.{one}")) for one in NOSCAN]
        self.noscan.show_choices(reasons)
        self.noscan.choose(draft.noscan)
        self._noscan_box.setVisible(bool(draft.noscan))
        self._noscan_words.setText(texts("step.cannot_scan_why"))
        results = [(one.value, one.label) for one in form.results]
        self.results.show_choices(results)
        self.results.choose(draft.result)
        self._results_label.setText(texts("step.result"))
        for widget in (self.results, self._results_label):
            widget.setVisible(bool(results))
        self._show_fields(form, draft, texts)
        self._show_persons(form, draft, texts)
        self.time.setText(draft.clock)
        self.time.setPlaceholderText(texts("step.time_hint"))
        self.time.setAccessibleName(texts("step.time"))
        self._time_label.setText(texts("step.time"))
        self.reason.setText(draft.reason)
        self.reason.setAccessibleName(texts("step.retro_reason"))
        self._reason_label.setText(texts("step.retro_reason"))
        self._retro_note.setText(texts("step.retro_note"))
        self._filling = False

    def show_state(
        self,
        draft: Draft,
        findings: Sequence[Finding],
        lines: Sequence[CheckLine],
        *,
        retro: bool,
        texts: Texts,
    ) -> None:
        """Show what was found about the draft; nothing that is being typed is touched."""
        form = self._form
        if form is None:
            return
        self._draft = draft
        self.checks.show_lines(lines)
        self._retro.setVisible(retro)
        shown = [one for one in findings if one.severity is not Severity.INFO]
        if tuple((one.check, one.severity.value) for one in shown) != self._findings:
            self._show_findings(shown, texts)
        if self.witness is not None:
            self.witness.setVisible(form.needs_witness(draft.result))
            if self.witness.user.text() != draft.witness:
                self.witness.user.setText(draft.witness)
        self._signer.setVisible(form.needs_co_signer(draft.result))

    def offer_noscan(self) -> None:
        """Ask why something cannot be scanned (Shift+F8)."""
        self._noscan_box.show()
        self.noscan.button(NOSCAN[0]).setFocus(Qt.FocusReason.OtherFocusReason)

    def first_editor(self) -> QWidget | None:
        """What is to be filled first: a result, else the first field that is empty."""
        form = self._form
        if form is not None and form.results and not self.results.value:
            return self.results.button(form.results[0].value)
        for name, field in self.fields.items():
            wanted = form is not None and any(
                one.name == name and one.required for one in form.inputs
            )
            if wanted and not field.value:
                return field.editor
        if self.witness is not None and self.witness.isVisible():
            named = self.secured and self.witness.user.text()
            return self.witness.pin if named else self.witness.user
        return None

    def secrets(self) -> dict[str, str]:
        """What the second persons entered, by user name."""
        found = {one.second.text().strip(): one.pin.text() for one in self.blocks}
        if self.witness is not None:
            found[self.witness.user.text().strip()] = self.witness.pin.text()
        return {user: secret for user, secret in found.items() if user and secret}

    def unproved(self, form: StepForm) -> SecretField | None:
        """The first second person who is named and has entered no secret."""
        if not self.secured:
            return None
        given = self.secrets()
        asked = self.witness is not None and form.needs_witness(self._draft.result)
        if asked and self._draft.witness.strip() not in given:
            return None if self.witness is None else self.witness.pin
        for block in self.blocks:
            if block.second.text().strip() and block.second.text().strip() not in given:
                return block.pin
        return None

    def forget_secrets(self) -> None:
        """Empty every line with a secret."""
        for block in self.blocks:
            block.pin.clear()
        if self.witness is not None:
            self.witness.pin.clear()

    # ------------------------------------------------------------------ inside
    def _show_fields(self, form: StepForm, draft: Draft, texts: Texts) -> None:
        _empty(self._grid)
        self.fields = {}
        for place, one in enumerate(form.inputs):
            field = Field(one, texts)
            field.put(draft.values.get(one.name, ""))
            field.changed.connect(self._changed)
            row, column = divmod(place, _COLUMNS)
            self._grid.addWidget(field, row, column, Qt.AlignmentFlag.AlignTop)
            self.fields[one.name] = field
        for column in range(_COLUMNS):
            self._grid.setColumnStretch(column, 1)

    def _show_persons(self, form: StepForm, draft: Draft, texts: Texts) -> None:
        _empty(self._witness_place)
        self.witness = None
        if form.witness is not None:
            self.witness = WitnessBlock(texts, form.witness_roles, secured=self.secured)
            self.witness.user.setText(draft.witness)
            self.witness.changed.connect(self._changed)
            self._witness_place.addWidget(self.witness)
            self.witness.setVisible(form.needs_witness(draft.result))
        self._signer_label.setText(texts("step.co_signer"))
        self.co_signer.setAccessibleName(texts("step.co_signer"))
        self.co_signer.setText(draft.co_signer)
        self._signer.setVisible(form.needs_co_signer(draft.result))

    def _show_findings(self, findings: Sequence[Finding], texts: Texts) -> None:
        _empty(self._blocks)
        self.blocks = []
        for finding in findings:
            block = FindingBlock(finding, texts, secured=self.secured)
            block.reason.setText(self._draft.overrides.get(finding.check, ""))
            block.second.setText(self._draft.seconds.get(finding.check, ""))
            block.changed.connect(self._changed)
            self._blocks.addWidget(block)
            self.blocks.append(block)
        self._findings = tuple((one.check, one.severity.value) for one in findings)

    @Slot()
    def _changed(self) -> None:
        if self._filling:
            return
        values = {name: field.value for name, field in self.fields.items()}
        reasons = {one.check: one.reason.text() for one in self.blocks if one.reason.text()}
        seconds = {one.check: one.second.text() for one in self.blocks if one.second.text()}
        self._draft = Draft(
            values=MappingProxyType(values),
            result=self.results.value,
            witness="" if self.witness is None else self.witness.user.text(),
            co_signer=self.co_signer.text(),
            clock=self.time.text(),
            reason=self.reason.text(),
            noscan=self.noscan.value,
            scans=self._draft.scans,
            overrides=MappingProxyType(reasons),
            seconds=MappingProxyType(seconds),
        )
        self.edited.emit(self._draft)

    @Slot(str)
    def _typed(self, _text: str) -> None:
        self._changed()

    def _build(self) -> None:
        theme = current_theme()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self.checks)
        noscan = QVBoxLayout(self._noscan_box)
        noscan.setContentsMargins(0, 0, 0, 0)
        noscan.setSpacing(4)
        noscan.addWidget(self._noscan_words)
        noscan.addWidget(self.noscan)
        column.addWidget(self._noscan_box)
        self._blocks.setSpacing(8)
        column.addLayout(self._blocks)
        results = QVBoxLayout()
        results.setSpacing(4)
        results.addWidget(self._results_label)
        results.addWidget(self.results)
        column.addLayout(results)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(12)
        column.addLayout(self._grid)
        column.addLayout(self._persons_row(theme.px(300)))
        column.addLayout(self._witness_place)
        column.addStretch(1)
        self.noscan.chosen.connect(self._typed)
        self.results.chosen.connect(self._typed)
        for line in (self.time, self.reason, self.co_signer):
            line.textChanged.connect(self._typed)

    def _persons_row(self, wide: int) -> QHBoxLayout:
        """When it happened, why so late, and who signed."""
        time = QVBoxLayout(self._time_box)
        retro = QVBoxLayout(self._retro)
        signer = QVBoxLayout(self._signer)
        for box in (time, retro, signer):
            box.setContentsMargins(0, 0, 0, 0)
            box.setSpacing(4)
        time.addWidget(self._time_label)
        time.addWidget(self.time)
        self._time_box.setFixedWidth(wide)
        retro.addWidget(self._reason_label)
        retro.addWidget(self.reason)
        retro.addWidget(self._retro_note)
        signer.addWidget(self._signer_label)
        signer.addWidget(self.co_signer)
        row = row_of(self._time_box, self._retro, self._signer, spacing=16)
        for place in (1, 2):
            row.setStretch(place, 1)
        row.addStretch(1)
        for widget in (self._time_box, self._retro, self._signer):
            row.setAlignment(widget, Qt.AlignmentFlag.AlignTop)
        self._retro.hide()
        self._signer.hide()
        return row


def _empty(layout: QLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
