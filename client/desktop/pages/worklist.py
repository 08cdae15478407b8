"""The worklist of the person who is signed in, with a pane for the chosen row."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout

from client.desktop.background import run_in_background
from client.desktop.models.rows import Column, RowTableModel
from client.desktop.pages.live import LivePage
from client.desktop.pages.parts import label
from client.desktop.pages.seat import Seat
from client.desktop.pages.task_panel import TaskPanel
from client.desktop.pages.work_head import WorkHead
from client.desktop.theme import current_theme
from client.desktop.widgets.work_table import WorkTable
from client.presenters.cells import Cell, Section
from client.presenters.judging import ScanClass, band_holder, refusal_words, scan_class
from client.presenters.loop_page import LoopData, read_loop
from client.presenters.sign_in import Session
from client.presenters.subject import Subject
from client.presenters.task_pane import task_pane
from client.presenters.worklist import (
    SOON,
    Band,
    Line,
    WorkData,
    WorkFilter,
    WorkLine,
    band_of,
    counts,
    in_sections,
    keep_places,
    patients,
    read_work,
    subject_of_line,
    work_lines,
)
from client.texts import Texts
from domain.patients import Patient

_TICK_MS: Final = 20_000
_WIDE: Final = 1600
_COLUMNS: Final = (
    ("due", "column.due", 62),
    ("state", "column.state", 184),
    ("bed", "column.bed", 46),
    ("patient", "column.patient", 146),
    ("born", "column.born", 104),
    ("record_no", "identity.record_no", 116),
    ("task", "column.task", 0),
    ("limit", "column.limit", 62),
    ("owner", "column.owner", 66),
)


def _cell(name: str, line: Line) -> Cell:
    return Cell() if isinstance(line, Section) else line.cell(name)


def _key(line: Line) -> Hashable:
    return f"section {line.title}" if isinstance(line, Section) else line.key


class WorklistPage(LivePage[WorkData | None]):
    """What waits for me: overdue, due now, later."""

    def __init__(self, texts: Texts, seat: Seat) -> None:
        super().__init__()
        self._texts = texts
        self._seat = seat
        self._session: Session | None = None
        self._data: WorkData | None = None
        self._lines: tuple[WorkLine, ...] = ()
        self._filter = WorkFilter()
        self._moved = 0
        self._wanted = ""
        self.setProperty("ground", "bg")
        self.head = WorkHead()
        self.empty = label("", "muted", wrap=True)
        self.model: RowTableModel[Line] = RowTableModel(
            [
                Column(name, title, partial(_cell, name), width, right=name == "bed")
                for name, title, width in _COLUMNS
            ],
            key=_key,
            texts=texts,
            heading=lambda line: isinstance(line, Section),
        )
        self.table = WorkTable(self.model)
        self.panel = TaskPanel(texts)
        self._split = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._build()
        self._connect()
        self.retranslate(texts)
        self.setFocusProxy(self.table)
        self.startTimer(_TICK_MS)

    # ------------------------------------------------------------------ what the window asks
    def retranslate(self, texts: Texts) -> None:
        self._texts = texts
        self.model.retranslate(texts)
        self.panel.retranslate(texts)
        self.head.retranslate(texts, family=self._filter.family)
        self.table.setAccessibleName(texts("rail.work"))
        self._lay_out(fresh=True)

    def enter(self, parameter: object) -> None:
        """Open with a record number to see one patient's work, else as it was."""
        if self._seat.session is not self._session:
            self._seated()
        self._seat.openings.begin("worklist", "task_pane")
        if isinstance(parameter, str) and parameter:
            self.head.look_for(parameter)
        self.refresh()
        self.table.setFocus()

    def leave(self) -> None:
        self._lay_out(fresh=True)

    @Slot()
    def refresh(self) -> None:
        self._read(self._show_fresh)

    def take_scan(self, code: str) -> bool:
        kind = scan_class(code)
        if kind is ScanClass.BADGE:
            return False  # somebody else wants to work here
        if kind is not ScanClass.BAND:
            self.scan_settled.emit(False, self._texts("step.need_band"))
            return True
        find = partial(band_holder, self._seat.app, code)
        run_in_background(self, find, done=self._band_read, failed=self._failed)
        return True

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= current_theme().px(_WIDE)
        side = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self._split.direction() is not side or not self.panel.property("lies"):
            self._split.setDirection(side)
            self.panel.setProperty("lies", True)
            self.panel.lie(right=wide)

    def timerEvent(self, _event: object) -> None:
        if self.isVisible():
            self._lay_out(fresh=False)

    # ------------------------------------------------------------------ reading
    def _read(self, done: Callable[[WorkData], None]) -> None:
        session = self._seat.session
        if session is None:
            return
        nurse = session.user if self.head.mine.isChecked() else None
        app, ward = self._seat.app, session.ward.id
        read = partial(read_work, app, roles=session.roles, ward=ward, nurse=nurse)
        operation = self._seat.telling("worklist", read)
        run_in_background(self, operation, done=done, failed=self._failed)

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self.empty.setText(refusal_words(error, self._texts))
        self.empty.show()

    @Slot()
    def _seated(self) -> None:
        """Somebody else works here: nothing of the former list may remain."""
        self._data, self._lines, self._moved = None, (), 0
        self._session = session = self._seat.session
        self._filter = WorkFilter()
        self.head.begin()
        self.model.replace(())
        self.panel.show_pane(None)
        if session is not None:
            operation = partial(_has_patients, self._seat, session)
            run_in_background(self, operation, done=self._set_mine)

    @Slot(object)
    def _set_mine(self, has_patients: bool) -> None:
        if not self.head.search.text():
            self.head.mine.setChecked(has_patients)
            self.refresh()

    # ------------------------------------------------------------------ showing
    def _lay_out(self, *, fresh: bool) -> None:
        """Show what was read, at this instant; without `fresh` every row keeps its place."""
        data, app = self._data, self._seat.app
        if data is None:
            return
        now, formats = app.now(), self._seat.formats(self._texts)
        lines = work_lines(data, loops=app.loops, now=now, formats=formats)
        if fresh:
            self._lines, self._moved = lines, 0
        else:
            self._lines, self._moved = keep_places(self._lines, lines)
        self._apply()

    def _apply(self) -> None:
        now, formats = self._seat.app.now(), self._seat.formats(self._texts)
        until = now + SOON if self.head.soon.isChecked() else None
        self._filter = replace(self._filter, until=until, words=self.head.search.text().strip())
        chosen = self.table.current_key
        self.model.replace(in_sections(self._lines, self._filter, now=now, formats=formats))
        if chosen is None or not self.table.choose(chosen):
            self._choose_first()
        self._show_head(until)
        self._show_pane_of(self._current())

    def _choose_first(self) -> None:
        wanted = self._wanted
        self._wanted = ""
        shown = [line for line in self.model.rows if isinstance(line, WorkLine)]
        first = next((line for line in shown if line.row.mrn == wanted), None)
        if first is not None or shown:
            self.table.choose((first or shown[0]).key)

    def _show_head(self, until: datetime | None) -> None:
        texts, formats = self._texts, self._seat.formats(self._texts)
        shown = [line for line in self._lines if self._filter.passes(line)]
        self.head.show_counts(
            counts(self._lines, self._filter),
            self._filter.collapsed,
            patients=patients(shown),
            moved=self._moved,
            texts=texts,
        )
        session = self._seat.session
        self.empty.setVisible(not shown and session is not None)
        if session is not None and not shown:
            role = texts(f"role.{session.shown_role.value}")
            now = self._seat.app.now()
            if until is None:
                self.empty.setText(texts("worklist.none_all", role=role))
            else:
                time = formats.moment(now + SOON, now=now)
                self.empty.setText(texts("worklist.none", role=role, time=time))

    def _current(self) -> WorkLine | None:
        row = self.model.row_at(self.table.currentIndex())
        return row if isinstance(row, WorkLine) else None

    def _show_pane_of(self, line: WorkLine | None) -> None:
        session = self._seat.session
        if line is None or session is None:
            self.panel.show_pane(None)
            return
        read = partial(read_loop, self._seat.app, line.row.order, user=session.user)
        operation = self._seat.telling("task_pane", read, order=line.row.order)
        run_in_background(self, operation, done=self._show_pane, failed=self._failed)

    @Slot(object)
    def _show_pane(self, data: LoopData | None) -> None:
        line = self._current()
        if data is None or line is None or line.row.order != data.case.order.id:
            return
        now, formats = self._seat.app.now(), self._seat.formats(self._texts)
        self.panel.show_pane(task_pane(data, line, now=now, formats=formats))

    @Slot(object)
    def _band_read(self, patient: Patient | None) -> None:
        """A wristband on the list: go to the first row of that patient."""
        formats = self._seat.formats(self._texts)
        if patient is None:
            self.scan_settled.emit(False, self._texts("stop.not_known"))
            return
        name = formats.name(patient.name, patient.name_zh).first
        self.scan_settled.emit(True, name)
        self._filter = replace(self._filter, collapsed=frozenset())
        rows = (line for line in self._lines if line.row.patient == patient.id)
        found = next((line for line in rows if self._filter.passes(line)), None)
        self._apply()
        if found is not None:
            self.table.choose(found.key)
        else:
            self._wanted = patient.mrn
            self.enter(patient.mrn)

    # ------------------------------------------------------------------ what is pressed
    @Slot(object)
    def _opened(self, _key: object) -> None:
        line = self._current()
        if line is not None:
            self.open_requested.emit("loop", subject_of_line(line))

    @Slot(object)
    def _row_chosen(self, _key: object) -> None:
        self._show_pane_of(self._current())

    @Slot(object)
    def _toggled(self, key: object) -> None:
        sections = (row for row in self.model.rows if isinstance(row, Section))
        section = next((one for one in sections if _key(one) == key), None)
        if section is not None:
            self._fold(band_of(section, self._texts))

    @Slot(str)
    def _band_pressed(self, band: str) -> None:
        self._fold(Band(band))

    def _fold(self, band: Band) -> None:
        self._filter = replace(self._filter, collapsed=self._filter.collapsed ^ {band})
        self._apply()

    @Slot(str)
    def _kind_chosen(self, kind: str) -> None:
        self._filter = replace(self._filter, family=kind)
        self._apply()

    @Slot()
    def _filtered(self) -> None:
        if self._data is not None:
            self._apply()

    @Slot(object)
    def _record(self, subject: object) -> None:
        self.open_requested.emit("step", subject)

    @Slot(object)
    def _exit(self, subject: object) -> None:
        if isinstance(subject, Subject):
            self.open_requested.emit("step", replace(subject, step=""))

    @Slot(object)
    def _loop(self, subject: object) -> None:
        self.open_requested.emit("loop", subject)

    @Slot()
    def _vitals(self) -> None:
        if (line := self._current()) is not None:
            self.open_requested.emit("vitals", line.row.encounter)

    @Slot()
    def _clear(self) -> None:
        self.head.search.clear()
        self.head.kinds.choose("")
        self._kind_chosen("")

    # ------------------------------------------------------------------ made once
    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 16, 10)
        column.setSpacing(8)
        column.addWidget(self.head)
        column.addWidget(self.empty)
        self._split.setSpacing(8)
        self._split.addWidget(self.table, 1)
        self._split.addWidget(self.panel)
        column.addLayout(self._split, 1)
        self.empty.hide()

    def _connect(self) -> None:
        self.table.opened.connect(self._opened)
        self.table.chosen.connect(self._row_chosen)
        self.table.section_toggled.connect(self._toggled)
        self.head.family_chosen.connect(self._kind_chosen)
        self.head.band_pressed.connect(self._band_pressed)
        self.head.narrowed.connect(self._filtered)
        self.head.mine_pressed.connect(self.refresh)
        self.panel.record_wanted.connect(self._record)
        self.panel.exit_wanted.connect(self._exit)
        self.panel.loop_wanted.connect(self._loop)
        self._seat.feed.changed.connect(self._changed)
        self._seat.changed.connect(self._seated)
        keys = (("Ctrl+F", self.head.focus_search), ("Ctrl+Shift+F", self._clear))
        for key, slot in (*keys, ("Alt+M", self._vitals)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)


def _has_patients(seat: Seat, session: Session) -> bool:
    """Whether any patient of the ward is this person's now."""
    app = seat.app
    assigned = app.reads.assignments(session.ward.id, at=app.now())
    return session.user in assigned.values()
