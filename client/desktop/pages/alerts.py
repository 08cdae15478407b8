"""The alert inbox: who needs something now, what to do about it, and the acts, by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial
from typing import Final

from PySide6.QtCore import QModelIndex, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout

from client.app import App
from client.desktop.background import run_in_background
from client.desktop.models.rows import Column, RowTableModel
from client.desktop.pages.alert_acting import AlertActing
from client.desktop.pages.alert_panel import AlertPanel
from client.desktop.pages.alert_scans import AlertScans
from client.desktop.pages.live import LivePage
from client.desktop.pages.parts import ChoiceRow, label, row_of
from client.desktop.pages.seat import Seat
from client.desktop.theme import current_theme
from client.desktop.widgets.work_table import WorkTable
from client.presenters.alert_acts import to_record
from client.presenters.alert_inbox import (
    InboxData,
    InboxLine,
    InboxView,
    Line,
    first_view,
    in_view,
    inbox_lines,
    keep_places,
    patient_under,
    read_inbox,
    under_patients,
)
from client.presenters.alert_pane import alert_pane
from client.presenters.cells import Cell, Section
from client.presenters.judging import refusal_words
from client.presenters.sign_in import Session
from client.presenters.subject import Subject
from client.texts import Texts
from domain.patients import Patient
from domain.people import Role
from domain.worklists import JournalRow

_TICK_MS: Final = 20_000
_WIDE: Final = 1600
_COLUMNS: Final = (
    ("severity", "alert_page.column_severity", 104),
    ("since", "alert_page.column_since", 146),
    ("what", "alert_page.column_what", 0),
    ("told", "alert_page.column_told", 196),
    ("state", "alert_page.column_state", 150),
)
_Trail = tuple[str, tuple[JournalRow, ...]]


def _cell(name: str, line: Line) -> Cell:
    return Cell() if isinstance(line, Section) else line.cells[name]


def _key(line: Line) -> Hashable:
    return f"section {line.title} {line.note}" if isinstance(line, Section) else line.key


class AlertsPage(LivePage[InboxData]):
    """What is open on the ward, under its patients; nobody closes an alert, facts do."""

    def __init__(self, texts: Texts, seat: Seat) -> None:
        super().__init__()
        self._texts = texts
        self._seat = seat
        self._session: Session | None = None
        self._data = InboxData()
        self._lines: tuple[InboxLine, ...] = ()
        self._trail: _Trail = ("", ())
        self._moved = 0
        self._wanted = ""
        self._wide = False
        self._closed: frozenset[str] = frozenset()
        self.setProperty("ground", "bg")
        self.title = label("", "page")
        self.views = ChoiceRow(height=32)
        self.count = label("", "muted")
        self.message = label("", "muted", wrap=True)
        self.model: RowTableModel[Line] = RowTableModel(
            [Column(name, title, partial(_cell, name), width) for name, title, width in _COLUMNS],
            key=_key,
            texts=texts,
            heading=lambda line: isinstance(line, Section),
        )
        self.table = WorkTable(self.model)
        self.panel = AlertPanel(texts)
        self.acting = AlertActing(self, seat, self.panel)
        self.scans = AlertScans(self, seat, self.panel.form)
        self._split = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._build()
        self._connect()
        self.retranslate(texts)
        self.setFocusProxy(self.table)
        self.startTimer(_TICK_MS)

    # ------------------------------------------------------------------ what the window asks
    def retranslate(self, texts: Texts) -> None:
        self._texts = texts
        self.title.setText(texts("alert_page.title"))
        self.table.setAccessibleName(texts("alert_page.title"))
        self.model.retranslate(texts)
        self.panel.retranslate(texts)
        self.views.show_choices(
            [(one.value, "") for one in InboxView], keys=("Alt+1", "Alt+2", "Alt+3")
        )
        self._lay_out(fresh=True)

    def enter(self, parameter: object) -> None:
        """Open with an alert's id to see that one, else as it was."""
        if self._seat.session is not self._session:
            self._seated()
        self._seat.openings.begin("alert_inbox", "alert_pane")
        self._wanted = parameter if isinstance(parameter, str) else ""
        self.refresh()
        self.table.setFocus()

    @Slot()
    def refresh(self) -> None:
        """Read again, in a new order."""
        self._read(self._show_fresh)

    def take_scan(self, code: str) -> bool:
        """A wristband chooses its patient's alert; a badge names who agrees, where one is asked."""
        return self.scans.take(code)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= current_theme().px(_WIDE)
        side = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self._split.direction() is not side or not self.panel.property("lies"):
            self._split.setDirection(side)
            self.panel.setProperty("lies", True)
            self.panel.lie(right=wide)
            self._wide = wide
            self._lay_out(fresh=False)

    def timerEvent(self, _event: object) -> None:
        if self.isVisible():
            self._lay_out(fresh=False)

    # ------------------------------------------------------------------ reading
    def _read(self, done: Callable[[InboxData], None]) -> None:
        session = self._seat.session
        if session is not None:
            read = partial(read_inbox, self._seat.app, session)
            operation = self._seat.telling("alert_inbox", read)
            run_in_background(self, operation, done=done, failed=self._failed)

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self.message.setText(refusal_words(error, self._texts))
        self.message.show()

    @Slot()
    def _seated(self) -> None:
        """Somebody else works here: nothing of the former list may remain."""
        self._session = session = self._seat.session
        self._data, self._lines, self._moved, self._trail = InboxData(), (), 0, ("", ())
        self._closed = frozenset()
        self.acting.stop()
        self.model.replace(())
        self.panel.show_pane(None)
        self.message.hide()
        if session is not None:
            self.views.choose(first_view(session).value)

    # ------------------------------------------------------------------ showing
    def _lay_out(self, *, fresh: bool) -> None:
        """Show what was read, at this instant; without `fresh` every row keeps its place."""
        session, app = self._seat.session, self._seat.app
        if session is None or session is not self._session:
            return
        now, formats = app.now(), self._seat.formats(self._texts)
        items = in_view(self._data, self._view(), session, app.loops)
        lines = inbox_lines(
            self._data, items, loops=app.loops, now=now, formats=formats, actions=self._wide
        )
        chosen = self.table.current_key
        self._lines, self._moved = (lines, 0) if fresh else keep_places(self._lines, lines)
        self.model.replace(under_patients(self._lines, formats, closed=self._closed))
        self._choose(chosen)
        self._show_head(session)
        self._show_pane()

    def _choose(self, chosen: Hashable | None) -> None:
        """Keep to what was chosen; where it has ended, nothing is chosen in its place."""
        wanted, self._wanted = self._wanted, ""
        if wanted and self.table.choose(wanted):
            return
        if chosen is not None and self.table.choose(chosen):
            return
        self.acting.drop_unless({line.key for line in self._lines})
        if chosen is None and self._lines:
            self.table.choose(self._lines[0].key)
        else:
            self.table.setCurrentIndex(QModelIndex())

    def _view(self) -> InboxView:
        return InboxView(self.views.value or InboxView.WARD)

    def _show_head(self, session: Session) -> None:
        texts, loops = self._texts, self._seat.app.loops
        for view in InboxView:
            n = len(in_view(self._data, view, session, loops))
            review = view is InboxView.MEDICATION and Role.PHARMACIST in session.roles
            word = "review" if review else view.value
            self.views.button(view.value).set_text(texts(f"alert_page.{word}", n=n))
            if view is self._view():
                none = texts(f"alert_page.none_{word}", n=len(self._data.items))
                self.message.setText(none)
        moved = texts("alert_page.moved", n=self._moved)
        self.count.setText(moved if self._moved else texts("alert_page.order"))
        self.message.setVisible(not self._lines)

    def _current(self) -> InboxLine | None:
        row = self.model.row_at(self.table.currentIndex())
        return row if isinstance(row, InboxLine) else None

    def _show_pane(self) -> None:
        """Show the chosen alert at once: a key acts on what is chosen; its trail is read after."""
        line, session = self._current(), self._seat.session
        if line is None or session is None:
            ended = "ended" if self._lines else "choose"
            self.panel.show_pane(None, self._texts(f"alert_page.{ended}"))
            return
        alert = line.item.alert
        self._show_alert(line, session)
        read = partial(_trail_of, self._seat.app, alert.id)
        stay = alert.encounter
        operation = self._seat.telling("alert_pane", read, order=alert.order, encounter=stay)
        run_in_background(self, operation, done=self._trail_read, failed=self._failed)

    @Slot(object)
    def _trail_read(self, trail: _Trail) -> None:
        line, session = self._current(), self._seat.session
        if line is not None and session is not None and line.key == trail[0]:
            self._trail = trail
            self._show_alert(line, session)

    def _show_alert(self, line: InboxLine, session: Session) -> None:
        known, rows = self._trail
        pane = alert_pane(
            line.item,
            rows if known == line.key else (),
            self._data,
            session=session,
            loops=self._seat.app.loops,
            now=self._seat.app.now(),
            formats=self._seat.formats(self._texts),
        )
        self.panel.show_pane(pane)

    # ------------------------------------------------------------------ what is pressed
    @Slot(object)
    def _row_chosen(self, key: object) -> None:
        if key != self.panel.form.alert:
            self.acting.stop()
        self._show_pane()

    @Slot(object)
    def _toggled(self, key: object) -> None:
        """Fold a patient's alerts away, or show them again; their count stays."""
        formats = self._seat.formats(self._texts)
        found = (one for one in self.model.rows if isinstance(one, Section) and _key(one) == key)
        section = next(found, None)
        if section is not None:
            self._closed ^= {patient_under(section, self._lines, formats)}
            self._lay_out(fresh=False)

    @Slot(str)
    def _view_chosen(self, _view: str) -> None:
        self._lay_out(fresh=True)

    @Slot(object)
    def _opened(self, _key: object) -> None:
        self._open_loop()

    @Slot()
    def _open_loop(self) -> None:
        pane = self.panel.pane
        if pane is not None and pane.subject is not None:
            self.open_requested.emit("loop", pane.subject)

    @Slot()
    def _open_task(self) -> None:
        """The step that is open now; of several orders, the work of the patient."""
        pane, session = self.panel.pane, self._seat.session
        if pane is None or session is None:
            return
        if pane.subject is None:
            self.open_requested.emit("work", pane.mrn)
            return
        formats = self._seat.formats(self._texts)
        operation = partial(
            to_record, self._seat.app, pane.subject, user=session.user, formats=formats
        )
        run_in_background(self, operation, done=self._step_found, failed=self._failed)

    @Slot(object)
    def _step_found(self, subject: Subject | None) -> None:
        """Open the step; where none is open, the picture says what is waited for."""
        if subject is not None:
            self.open_requested.emit("step", subject)
        else:
            self._open_loop()

    @Slot(object)
    def _scanned(self, patient: object) -> None:
        if not isinstance(patient, Patient):
            return
        formats = self._seat.formats(self._texts)
        name = formats.name(patient.name, patient.name_zh).first
        found = (line for line in self._lines if line.item.row.patient == patient.id)
        line = next(found, None)
        if line is None:
            self.scan_settled.emit(False, self._texts("alert_page.no_alert_of", name=name))
            return
        self.scan_settled.emit(True, name)
        self._closed -= {line.patient}
        self._lay_out(fresh=False)
        self.table.choose(line.key)

    # ------------------------------------------------------------------ made once
    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 16, 8)
        column.setSpacing(8)
        column.addLayout(row_of(self.title, self.views, 1, self.count, spacing=16))
        column.addWidget(self.message)
        self._split.setSpacing(8)
        self._split.addWidget(self.table, 1)
        self._split.addWidget(self.panel)
        column.addLayout(self._split, 1)
        self.message.hide()

    def _connect(self) -> None:
        self.views.chosen.connect(self._view_chosen)
        self.table.chosen.connect(self._row_chosen)
        self.table.opened.connect(self._opened)
        self.table.section_toggled.connect(self._toggled)
        self.panel.task_wanted.connect(self._open_task)
        self.panel.loop_wanted.connect(self._open_loop)
        self.scans.settled.connect(self.scan_settled)
        self.scans.scanned.connect(self._scanned)
        self.acting.said.connect(self.said)
        self.acting.done.connect(self.refresh)
        self.acting.left.connect(self._left)
        self._seat.feed.changed.connect(self._changed)
        self._seat.changed.connect(self._seated)

    @Slot()
    def _left(self) -> None:
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)


def _trail_of(app: App, alert: str) -> _Trail:
    return alert, app.reads.alert_trail(alert)
