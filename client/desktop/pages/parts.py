"""Small parts that several pages are made of: labels, cards, runs of text, choice buttons."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from client.desktop.theme import current_theme
from client.desktop.widgets.key_button import ButtonKind, KeyButton
from client.presenters.cells import Run, Weight

_RESTYLED: Final = frozenset({QEvent.Type.StyleChange, QEvent.Type.PaletteChange})


def label(text: str = "", role: str = "", *, wrap: bool = False) -> QLabel:
    """A label in one of the style sheet's roles."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        made.setProperty("role", role)
    made.setWordWrap(wrap)
    return made


def set_role(widget: QWidget, role: str) -> None:
    """Change a label's role; the style sheet is asked anew."""
    if widget.property("role") != role:
        widget.setProperty("role", role)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def card(kind: str = "true") -> QFrame:
    """A frame with the look of a card."""
    frame = QFrame()
    frame.setProperty("card", kind)
    return frame


def rule() -> QFrame:
    """A thin line."""
    frame = QFrame()
    frame.setProperty("rule", "true")
    return frame


class RunsLabel(QLabel):
    """Runs of text that wrap and are never cut: the drug line."""

    def __init__(self, size: int = 16, *, joint: str = " ", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = size
        self._joint = joint
        self._runs: tuple[Run, ...] = ()
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def show_runs(self, runs: Sequence[Run]) -> None:
        """Show other text."""
        self._runs = tuple(runs)
        self.setAccessibleName(self._joint.join(run.text for run in runs))
        self._render()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in _RESTYLED:
            self._render()

    def _render(self) -> None:
        theme = current_theme()
        small, large = theme.px(13), theme.px(self._size)
        quiet = theme.colour("text2").name()
        ink, ground = theme.colour("surface").name(), theme.colour("text").name()
        pieces = []
        for run in self._runs:
            text = escape(run.text)
            match run.weight:
                case Weight.BOLD:
                    pieces.append(f'<span style="font-weight:600">{text}</span>')
                case Weight.MUTED:
                    pieces.append(f'<span style="color:{quiet}">{text}</span>')
                case Weight.LABEL:
                    style = f"color:{quiet};font-size:{small}px"
                    pieces.append(f'<span style="{style}">{text}</span>')
                case Weight.MARK:
                    style = f"color:{ink};background:{ground};font-size:{small}px;font-weight:600"
                    pieces.append(f'<span style="{style}">&nbsp;{text}&nbsp;</span>')
                case _:
                    pieces.append(text)
        self.setText(f'<span style="font-size:{large}px">{self._joint.join(pieces)}</span>')


class ChoiceRow(QWidget):
    """Buttons of which one is pressed in: a filter, a result, yes or no.

    Signals:
        chosen(value): another one was pressed; empty where the pressed one was let go.
    """

    chosen = Signal(str)

    def __init__(self, *, height: int = 36, may_clear: bool = False) -> None:
        super().__init__()
        self._high = height
        self._may_clear = may_clear
        self._buttons: dict[str, KeyButton] = {}
        self._value = ""
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(6)
        self._row.addStretch(1)

    @property
    def value(self) -> str:
        """Which is pressed; empty for none."""
        return self._value

    def button(self, value: str) -> KeyButton:
        """The button of a value.

        Raises:
            KeyError: there is none.
        """
        return self._buttons[value]

    @property
    def values(self) -> tuple[str, ...]:
        """What may be chosen, from left to right."""
        return tuple(self._buttons)

    def show_choices(self, choices: Sequence[tuple[str, str]], keys: Sequence[str] = ()) -> None:
        """Offer (value, words); what was chosen stays chosen where it is still there."""
        for old in self._buttons.values():
            self._row.removeWidget(old)
            old.deleteLater()
        self._buttons = {}
        for place, (value, words) in enumerate(choices):
            key = keys[place] if place < len(keys) else ""
            button = KeyButton(words, key=key, height=self._high)
            button.setCheckable(True)
            button.setObjectName(value)
            button.toggled.connect(button.updateGeometry)  # bold words are wider
            button.clicked.connect(self._pressed)
            self._row.insertWidget(place, button)
            self._buttons[value] = button
        self.choose(self._value if self._value in self._buttons else "")

    def choose(self, value: str) -> None:
        """Press one in without telling."""
        self._value = value
        for known, button in self._buttons.items():
            button.setChecked(known == value)
            button.set_kind(ButtonKind.SECONDARY)

    @Slot()
    def _pressed(self) -> None:
        value = self.sender().objectName()
        self.choose("" if self._may_clear and value == self._value else value)
        self.chosen.emit(self._value)


def row_of(*widgets: QWidget | int, spacing: int = 8) -> QHBoxLayout:
    """Widgets side by side; a number is a stretch."""
    row = QHBoxLayout()
    row.setSpacing(spacing)
    row.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        if isinstance(widget, int):
            row.addStretch(widget)
        else:
            row.addWidget(widget)
    return row
