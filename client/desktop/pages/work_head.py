"""The tools above a worklist: loop, sections, words, mine, two hours; and what they leave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from client.desktop.pages.parts import ChoiceRow, label, row_of
from client.desktop.theme import current_theme
from client.desktop.widgets.key_button import KeyButton
from client.presenters.cells import LoopKind
from client.presenters.worklist import Band
from client.texts import Texts

_KINDS: Final = ("", *(kind for kind in LoopKind if kind is not LoopKind.OBSERVATION))


class WorkHead(QWidget):
    """Says what is wanted; the page filters.

    Signals:
        family_chosen(loop): only this loop; empty for all.
        band_pressed(band): open or close a section.
        narrowed(): other words, or another horizon.
        mine_pressed(): mine or the whole ward.
    """

    family_chosen = Signal(str)
    band_pressed = Signal(str)
    narrowed = Signal()
    mine_pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.title = label("", "page")
        self.kinds = ChoiceRow(height=32)
        self.bands = {band: KeyButton("", height=32) for band in Band}
        self.moved = label("", "due")
        self.people = label("", "muted")
        self.mine = KeyButton("", height=32)
        self.soon = KeyButton("", height=32)
        self.search = QLineEdit()
        self.search.setFixedWidth(current_theme().px(220))
        self.search.setClearButtonEnabled(True)
        for button in (*self.bands.values(), self.mine, self.soon):
            button.setCheckable(True)
            button.toggled.connect(button.updateGeometry)  # bold words are wider
        self.soon.setChecked(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(
            row_of(
                self.title, self.kinds, *self.bands.values(), self.search, 1,
                self.moved, self.people, self.mine, self.soon,
            )
        )  # fmt: skip
        self.kinds.chosen.connect(self.family_chosen)
        self.search.textChanged.connect(self._narrowed)
        self.soon.clicked.connect(self.narrowed)
        self.mine.clicked.connect(self.mine_pressed)
        for band, button in self.bands.items():
            button.setObjectName(band.value)
            button.clicked.connect(self._band_pressed)

    def retranslate(self, texts: Texts, *, family: str) -> None:
        """Speak another language."""
        words = [texts("worklist.all_kinds"), *(texts(f"tag.{kind}") for kind in _KINDS[1:])]
        self.kinds.show_choices(list(zip(_KINDS, words, strict=True)))
        self.kinds.choose(family)
        self.mine.set_text(texts("worklist.mine"))
        self.soon.set_text(texts("worklist.soon"))
        self.search.setPlaceholderText(f"{texts('worklist.find')}  Ctrl+F")
        self.search.setAccessibleName(texts("app.find"))

    def show_counts(
        self,
        counts: Mapping[Band, int],
        collapsed: frozenset[Band],
        *,
        patients: int,
        moved: int,
        texts: Texts,
    ) -> None:
        """Say how many lines each section has, and how many patients they are about."""
        mine = "mine" if self.mine.isChecked() else "ward"
        self.title.setText(texts(f"worklist.title_{mine}{'' if self.soon.isChecked() else '_all'}"))
        for band, count in counts.items():
            button = self.bands[band]
            button.set_text(f"{texts(f'worklist.{band.value}')} {count}")
            button.setChecked(band in collapsed)
            button.setEnabled(count > 0)
        several = texts("worklist.patients", n=patients)
        self.people.setText(texts("worklist.one_patient") if patients == 1 else several)
        self.moved.setText(texts("worklist.moved", n=moved) if moved else "")

    def look_for(self, words: str) -> None:
        """Look for words on the whole ward, whenever it is due."""
        self.mine.setChecked(False)
        self.soon.setChecked(False)
        self.search.setText(words)

    def begin(self) -> None:
        """Start anew for somebody else."""
        self.mine.setChecked(False)
        self.soon.setChecked(True)
        self.search.clear()
        self.kinds.choose("")

    def focus_search(self) -> None:
        """Put the cursor into the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    @Slot(str)
    def _narrowed(self, _text: str) -> None:
        self.narrowed.emit()

    @Slot()
    def _band_pressed(self) -> None:
        self.band_pressed.emit(self.sender().objectName())
