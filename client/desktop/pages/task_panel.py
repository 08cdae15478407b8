"""The pane of the worklist as a widget: at the right of a wide window, below in a narrow one."""

from __future__ import annotations

from collections.abc import Hashable
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QBoxLayout, QFrame, QVBoxLayout, QWidget

from client.desktop.models.rows import Column, RowTableModel
from client.desktop.pages.loop_strip import LoopStrip, round_about
from client.desktop.pages.parts import RunsLabel, label, row_of
from client.desktop.pages.time_bar import TimeBar
from client.desktop.theme import current_theme
from client.desktop.widgets.key_button import ButtonKind, KeyButton
from client.desktop.widgets.status_pill import StatusPill
from client.desktop.widgets.type_tag import TypeTag
from client.desktop.widgets.work_table import WorkTable
from client.presenters.cells import Cell
from client.presenters.evidence import EvidenceRow
from client.presenters.formats import NO_BREAK
from client.presenters.subject import Subject
from client.presenters.task_pane import TaskPane
from client.presenters.tone import Tone
from client.texts import Texts

_RIGHT: Final = 574
_BELOW: Final = 196
_NODES: Final = 7
_RECORDED: Final = (("step", 0), ("event", 124), ("by", 116), ("how", 72))


def _cell(name: str, row: EvidenceRow) -> Cell:
    return row.cell(name)


def _key(row: EvidenceRow) -> Hashable:
    return row.key


class TaskPanel(QFrame):
    """Shows a `TaskPane`.

    Signals:
        record_wanted(Subject): the main button (F8), for the step of the subject.
        exit_wanted(Subject): not done (Alt+N).
        loop_wanted(Subject): the loop picture (Enter in the list).
    """

    record_wanted = Signal(object)
    exit_wanted = Signal(object)
    loop_wanted = Signal(object)

    def __init__(self, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", "true")
        self._texts = texts
        self._pane: TaskPane | None = None
        self._empty = label("", "muted", wrap=True)
        self._name = label("", "page")
        self._name_more = label("", "page")
        self._facts = label("", "label", wrap=True)
        self._allergies = label("", "label")
        self._tag = TypeTag("")
        self._line = RunsLabel(16)
        self._pill = StatusPill(Tone.PLANNED, "")
        self._note = label("", "label", wrap=True)
        self._bar = TimeBar()
        self._strip = LoopStrip()
        self.model: RowTableModel[EvidenceRow] = RowTableModel(
            [
                Column(name, f"column.{name}", partial(_cell, name), width)
                for name, width in _RECORDED
            ],
            key=_key,
            texts=texts,
        )
        self.recorded = WorkTable(self.model)
        self._reason = label("", "label", wrap=True)
        self.record = KeyButton("", key="F8", kind=ButtonKind.PRIMARY, icon="scan", height=48)
        self.exit = KeyButton("", key="Alt+N", height=48)
        self.loop = KeyButton("", key="Enter", height=48)
        self.loop.setShortcut("")  # Enter is the list's own key
        self._what = QWidget()
        self._state = QWidget()
        self._acts = QFrame()
        self._build()
        self.retranslate(texts)
        self.show_pane(None)
        self.record.clicked.connect(self._record)
        self.exit.clicked.connect(self._exit)
        self.loop.clicked.connect(self._loop)

    @property
    def pane(self) -> TaskPane | None:
        """What is shown."""
        return self._pane

    def retranslate(self, texts: Texts) -> None:
        """Speak another language; the pane itself is shown anew by the page."""
        self._texts = texts
        self._empty.setText(texts("worklist.choose"))
        self.model.retranslate(texts)
        self.recorded.setAccessibleName(texts("column.evidence"))
        self.exit.set_text(texts("worklist.not_done"))
        self.loop.set_text(texts("worklist.loop"))

    def lie(self, *, right: bool) -> None:
        """Stand at the right of the list, or below it."""
        theme = current_theme()
        layout = self.layout()
        acts = self._acts.layout()
        if not isinstance(layout, QBoxLayout) or not isinstance(acts, QBoxLayout):
            return
        down, across = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        layout.setDirection(down if right else across)
        acts.setDirection(across if right else down)
        self.recorded.setVisible(right)
        self._what.setMaximumWidth(16777215 if right else theme.px(420))
        if right:
            self.setFixedWidth(theme.px(_RIGHT))
            self.setMinimumHeight(0)
            self.setMaximumHeight(16777215)
        else:
            self.setMinimumWidth(0)
            self.setMaximumWidth(16777215)
            self.setFixedHeight(theme.px(_BELOW))

    def show_pane(self, pane: TaskPane | None) -> None:
        """Show a row, or that none is chosen."""
        self._pane = pane
        for widget in (self._what, self._state, self._acts):
            widget.setVisible(pane is not None)
        self._empty.setVisible(pane is None)
        if pane is None:
            return
        who = pane.who
        self._name.setText(who.name.first)
        self._name_more.setText(who.name.second)
        facts = (f"{fact.label} {fact.value}".replace(" ", NO_BREAK) for fact in who.identity)
        self._facts.setText("  ".join(facts))
        self._allergies.setText("  ".join(f"{one.label} {one.value}".strip() for one in who.facts))
        self._tag.set_text(pane.tag)
        self._line.show_runs(pane.line)
        self._pill.set_state(pane.tone, pane.words)
        self._note.setText(pane.note)
        self._bar.show_span(pane.span)
        nodes = round_about(pane.strip, most=_NODES)
        self.model.replace(pane.recorded)
        self._strip.show_nodes(nodes, ", ".join(node.name for node, _ in nodes))
        self._show_acts(pane)

    def _show_acts(self, pane: TaskPane) -> None:
        main = pane.main
        self.record.setEnabled(main is not None and main.allowed)
        self.record.set_text("" if main is None else main.name)
        self.record.setVisible(main is not None)
        reason = "" if main is None else main.reason
        self.record.set_reason(reason)
        self._reason.setText(reason)
        self._reason.setVisible(bool(reason))
        self.exit.setEnabled(any(one.allowed for one in pane.exits))
        self.exit.setVisible(bool(pane.exits))

    def _build(self) -> None:
        what = QVBoxLayout(self._what)
        what.setContentsMargins(16, 12, 16, 8)
        what.setSpacing(6)
        what.addLayout(row_of(self._name, self._name_more, 1))
        what.addWidget(self._facts)
        what.addWidget(self._allergies)
        what.addSpacing(6)
        line = row_of(self._tag, self._line)
        line.setStretch(1, 1)
        line.setAlignment(self._tag, Qt.AlignmentFlag.AlignTop)
        what.addLayout(line)
        what.addStretch(1)
        state = QVBoxLayout(self._state)
        state.setContentsMargins(16, 12, 16, 8)
        state.setSpacing(8)
        row = row_of(self._pill, self._note)
        row.setStretch(1, 1)
        state.addLayout(row)
        state.addWidget(self._bar)
        state.addWidget(self._strip)
        state.addWidget(self.recorded, 1)
        state.addStretch(0)
        acts = QBoxLayout(QBoxLayout.Direction.LeftToRight, self._acts)
        acts.setContentsMargins(16, 12, 16, 12)
        acts.setSpacing(8)
        for act in (self.record, self.exit, self.loop, self._reason):
            acts.addWidget(act)
        acts.addStretch(1)
        layout = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for widget, stretch in (
            (self._empty, 1), (self._what, 0), (self._state, 1), (self._acts, 0),
        ):  # fmt: skip
            layout.addWidget(widget, stretch)

    def _subject(self) -> Subject | None:
        return None if self._pane is None else self._pane.subject

    @Slot()
    def _record(self) -> None:
        pane = self._pane
        if pane is not None and pane.main is not None:
            subject = pane.subject
            self.record_wanted.emit(
                Subject(
                    subject.order,
                    subject.encounter,
                    subject.patient,
                    pane.main.task,
                    pane.main.step,
                    subject.came_from,
                )
            )

    @Slot()
    def _exit(self) -> None:
        if self._subject() is not None:
            self.exit_wanted.emit(self._subject())

    @Slot()
    def _loop(self) -> None:
        if self._subject() is not None:
            self.loop_wanted.emit(self._subject())
