"""Entry of a set of vital signs by keyboard, in the order of the chart, with the score live."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QLabel, QLineEdit, QVBoxLayout

from client.desktop.pages.parts import ChoiceRow, card, label, row_of, rule
from client.desktop.theme import current_theme
from client.desktop.widgets.key_button import ButtonKind, KeyButton
from client.presenters.formats import Formats
from client.presenters.news2_bands import AWAKE, OXYGEN
from client.presenters.vitals import EntryState, VitalsData, listed, score_words
from client.texts import Texts
from domain.observations import VITALS
from domain.vital_signs import SCALE, SCALE_BY

FIELDS: Final = (
    "respiratory_rate", "spo2", OXYGEN, "systolic_bp", "diastolic_bp", "pulse", AWAKE,
    "temperature",
)  # fmt: skip
"""In the order of the chart, so that Tab follows the nurse's eyes."""
_UNITS: Final = {
    "respiratory_rate": "/min", "spo2": "%", OXYGEN: "L/min", "systolic_bp": "mmHg",
    "diastolic_bp": "mmHg", "pulse": "/min", "temperature": "°C", AWAKE: "",
}  # fmt: skip
_FULL: Final[Mapping[str, tuple[int, str]]] = {
    "respiratory_rate": (2, ""),
    "spo2": (2, "1"),
    "systolic_bp": (3, ""),
    "diastolic_bp": (2, "1"),
    "pulse": (2, "12"),
    AWAKE: (1, ""),
}
"""After how many characters the cursor moves on; one more where it begins with one of these."""


class VitalsEntry(QFrame):
    """Holds what is typed; the page works out what it means.

    Signals:
        typed(): a field changed.
        handed_in(): record it.
    """

    typed = Signal()
    handed_in = Signal()

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self._texts = texts
        self.setProperty("card", "true")
        self.title = label("", "title")
        self.fields = {name: QLineEdit() for name in FIELDS}
        self._names = {name: label() for name in FIELDS}
        self._points = {name: label("", "strong") for name in FIELDS}
        self.scale = ChoiceRow(height=32)
        self._scale_name = label()
        self.prescriber = QComboBox()
        self.wrong = label("", "over", wrap=True)
        self.box = label("", "clock")
        self.words = label("", "strong", wrap=True)
        self.asks = label("", wrap=True)
        self.record = KeyButton("", key="Ctrl+Enter", kind=ButtonKind.PRIMARY)
        self._build()
        self.retranslate(texts)

    @property
    def values(self) -> dict[str, str]:
        """What stands in each field."""
        return {name: field.text() for name, field in self.fields.items()}

    @property
    def begun(self) -> bool:
        """Whether anything was typed."""
        return any(text.strip() for text in self.values.values())

    def retranslate(self, texts: Texts) -> None:
        """Speak another language; what was typed stays."""
        self._texts = texts
        self.title.setText(texts("vitals.new_set"))
        for name, field in self.fields.items():
            said = texts(f"vital.{name}")
            self._names[name].setText(f"{said}  {_UNITS[name]}")
            field.setAccessibleName(said)
            field.setPlaceholderText(self._hint(name))
        self._scale_name.setText(texts("vitals.scale"))
        self.scale.show_choices([("1", "1"), ("2", texts("vitals.scale_2"))])
        self.scale.choose(self.scale.value or "1")
        self.prescriber.setAccessibleName(texts("vitals.prescriber"))
        self.record.set_text(texts("vitals.record"))

    def show_people(self, data: VitalsData, formats: Formats) -> None:
        """Offer the physicians who may have prescribed another scale."""
        chosen = self.prescriber.currentData()
        self.prescriber.clear()
        self.prescriber.addItem(self._texts("vitals.prescriber"), "")
        for one in data.physicians:
            self.prescriber.addItem(formats.name(one.name, one.name_zh).first, str(one.user))
        self.prescriber.setCurrentIndex(max(self.prescriber.findData(chosen), 0))

    def entered(self, state: EntryState, data: VitalsData) -> dict[str, object]:
        """What is recorded: the values, and another scale with who prescribed it."""
        found = dict(state.entered)
        scale = int(self.scale.value or "1")
        if scale != data.scale:
            found[SCALE] = scale
            found[SCALE_BY] = self.prescriber.currentData() or ""
        return found

    def show_state(self, state: EntryState, data: VitalsData, formats: Formats) -> None:
        """Show what the entry amounts to: points, what is wrong, the score, what it asks for."""
        texts = self._texts
        for name, field in self.fields.items():
            refused = name in state.wrong and not field.hasFocus()
            if bool(field.property("refused")) is not refused:
                field.setProperty("refused", refused)
                field.style().unpolish(field)
                field.style().polish(field)
            points = state.points.get(name)
            self._points[name].setText("" if points is None else str(points))
        said = [texts("vitals.wrong", name=texts(f"vital.{n}"), right=self._right(n))
                for n in state.wrong]  # fmt: skip
        self.wrong.setText("\n".join(said))
        self.wrong.setVisible(bool(said))
        box, words = score_words(state.score, formats)
        self.box.setText(f"NEWS2  {box}" if box else "")
        if state.kept and state.score is not None:
            words += " " + texts("vitals.kept", names=listed(state.kept, formats))
        self.words.setText(words)
        self.prescriber.setVisible(int(self.scale.value or "1") != data.scale)

    def show_asks(self, lines: tuple[str, ...]) -> None:
        """Say what the score asks for."""
        self.asks.setText("\n".join(f"• {one}" for one in lines))

    def clear(self) -> None:
        """Begin a new set."""
        for field in self.fields.values():
            field.clear()

    def first(self) -> QLineEdit:
        """The field to begin with."""
        return self.fields[FIELDS[0]]

    # ------------------------------------------------------------------ inside
    def _hint(self, name: str) -> str:
        if name == OXYGEN:
            return self._texts("vitals.oxygen_hint")
        return "A C V P U" if name == AWAKE else ""

    def _right(self, name: str) -> str:
        if name == OXYGEN:
            return self._texts("vitals.oxygen_hint")
        if name == AWAKE:
            return "A C V P U"
        return f"{VITALS[name].low} – {VITALS[name].high} {_UNITS[name]}"  # a range

    @Slot()
    def _entered(self) -> None:
        self._move_on(self.sender().objectName())

    @Slot(str)
    def _edited(self, text: str) -> None:
        name = self.sender().objectName()
        self.typed.emit()
        length, longer = _FULL.get(name, (0, ""))
        if length and len(text) == length + (text[:1] in longer if longer and text else 0):
            self._move_on(name)

    def _move_on(self, name: str) -> None:
        at = FIELDS.index(name) + 1
        if at < len(FIELDS):
            self.fields[FIELDS[at]].setFocus(Qt.FocusReason.TabFocusReason)
            self.fields[FIELDS[at]].selectAll()
        else:
            self.record.setFocus(Qt.FocusReason.TabFocusReason)

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(6)
        column.addLayout(row_of(self.title, 1, self.record))  # in sight at 1366 x 768 too
        grid = QGridLayout()
        grid.setVerticalSpacing(4)
        for at, name in enumerate(FIELDS):
            field = self.fields[name]
            field.setFixedWidth(current_theme().px(110))
            field.setObjectName(name)
            field.textEdited.connect(self._edited)
            field.returnPressed.connect(self._entered)
            self._points[name].setFixedWidth(current_theme().px(22))
            grid.addWidget(self._names[name], at, 0)
            grid.addWidget(field, at, 1)
            grid.addWidget(self._points[name], at, 2)
        grid.setColumnStretch(0, 1)
        column.addLayout(grid)
        column.addLayout(row_of(self._scale_name, 1, self.scale))
        for widget in (self.prescriber, self.wrong, rule(), self.box, self.words, self.asks):
            column.addWidget(widget)
        self.scale.chosen.connect(self.typed)
        self.record.clicked.connect(self.handed_in)
        self.wrong.hide()
        self.prescriber.hide()


def risk_card() -> tuple[QFrame, QLabel, QLabel]:
    """The card of CLORS: its head, and its causes."""
    frame, head, causes = card(), label("", "title"), label("", wrap=True)
    column = QVBoxLayout(frame)
    column.setContentsMargins(14, 10, 14, 10)
    column.addWidget(head)
    column.addWidget(causes)
    return frame, head, causes
