"""The incidents page: near misses and incidents on the left, the follow-up of one on the right."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from client.desktop.background import run_in_background
from client.desktop.models.rows import Column, RowTableModel
from client.desktop.page import Page
from client.desktop.pages.parts import ChoiceRow, card, label, row_of, rule
from client.desktop.pages.seat import Seat
from client.desktop.theme import current_theme
from client.desktop.widgets.key_button import ButtonKind, KeyButton
from client.desktop.widgets.note_field import NoteField
from client.desktop.widgets.work_table import WorkTable
from client.presenters.cells import Cell
from client.presenters.incidents import (
    IncidentData,
    IncidentLine,
    IncidentSpan,
    IncidentView,
    incident_detail,
    incident_lines,
    read_incidents,
)
from client.presenters.judging import refusal_words
from client.presenters.tone import Tone
from client.texts import Texts
from domain.safety import FollowUpState
from domain.services.permissions import GATES

OFFICERS: Final = frozenset(GATES["safety.list"].roles)
"""Who sees the page; the use case checks by itself."""
_COLUMNS: Final = (
    ("when", "audit_page.when", 128),
    ("kind", "incident_page.kind", 140),
    ("state", "incident_page.state", 120),
    ("patient", "column.patient", 150),
    ("what", "incident_page.what", 0),
    ("who", "audit_page.who", 130),
)
_PANE: Final = 360


def _cell(name: str, line: IncidentLine) -> Cell:
    return line.cells[name]


def _key(line: IncidentLine) -> str:
    return line.key


class IncidentsPage(Page):
    """Choose one, read what was written, say what was done."""

    def __init__(self, texts: Texts, seat: Seat) -> None:
        super().__init__()
        self._texts = texts
        self._seat = seat
        self._data = IncidentData()
        self.setProperty("ground", "bg")
        self.title = label("", "page")
        self.views = ChoiceRow(height=32)
        self.spans = ChoiceRow(height=32)
        self.count = label("", "muted")
        self.message = label("", "muted", wrap=True)
        self.model: RowTableModel[IncidentLine] = RowTableModel(
            [Column(name, title, partial(_cell, name), width) for name, title, width in _COLUMNS],
            key=_key,
            texts=texts,
        )
        self.table = WorkTable(self.model)
        self.pane = card()
        self.what = label("", "page", wrap=True)
        self.about = label("", "muted", wrap=True)
        self.text = label("", wrap=True)
        self.notes = label("", "muted", wrap=True)
        self.state = ChoiceRow(height=32)
        self.note = NoteField()
        self.record = KeyButton("", key="Ctrl+Enter", kind=ButtonKind.PRIMARY)
        self._build()
        self._connect()
        self.retranslate(texts)
        self.setFocusProxy(self.table)

    # ------------------------------------------------------------------ what the window asks
    def retranslate(self, texts: Texts) -> None:
        self._texts = texts
        self.title.setText(texts("incident_page.title"))
        self.views.show_choices(
            [(one.value, texts(f"incident_page.{one}")) for one in IncidentView]
        )
        self.spans.show_choices([(one.value, texts(f"audit_page.{one}")) for one in IncidentSpan])
        self.state.show_choices(
            [(one.value, texts(f"incident_state.{one}")) for one in FollowUpState]
        )
        self.views.choose(self.views.value or IncidentView.OPEN.value)
        self.spans.choose(self.spans.value or IncidentSpan.WEEK.value)
        self.record.set_text(texts("incident_page.record"))
        self.note.setPlaceholderText(texts("incident_page.note"))
        self.note.setAccessibleName(texts("incident_page.note"))
        self.table.setAccessibleName(texts("incident_page.title"))
        self.model.retranslate(texts)
        self._lay_out()

    def enter(self, _parameter: object) -> None:
        self.refresh()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def refresh(self) -> None:
        """Read the list anew; what is chosen and half written stays."""
        session = self._seat.session
        if session is None:
            return
        view, span = IncidentView(self.views.value), IncidentSpan(self.spans.value)
        now = self._seat.app.now()
        operation = partial(read_incidents, self._seat.app, view, span, user=session.user, now=now)
        run_in_background(self, operation, done=self._read, failed=self._failed)

    # ------------------------------------------------------------------ reading and showing
    @Slot(object)
    def _read(self, data: IncidentData) -> None:
        self._data = data
        self._lay_out()

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self._data = IncidentData()
        self._lay_out()
        self.message.setText(refusal_words(error, self._texts))

    def _lay_out(self) -> None:
        texts, now = self._texts, self._seat.app.now()
        lines = incident_lines(self._data, now=now, formats=self._seat.formats(texts))
        self.model.replace(lines)
        self.count.setText(texts("audit_page.lines", n=len(lines)) if lines else "")
        self.message.setText(texts("incident_page.none"))
        self.message.setVisible(not lines)
        self.table.setVisible(bool(lines))
        if lines and self.table.current_key is None:
            self.table.choose(lines[0].key)
        self._show_chosen(self.table.current_key)

    @Slot(object)
    def _show_chosen(self, key: object) -> None:
        texts, data = self._texts, self._data
        found = next((one for one in data.events if one.subject == key), None)
        self.pane.setVisible(found is not None)
        if found is None:
            return
        formats = self._seat.formats(texts)
        detail = incident_detail(found, data, now=self._seat.app.now(), formats=formats)
        self.what.setText(detail.title)
        self.about.setText(detail.about)
        self.text.setText(detail.text)
        self.notes.setText("\n\n".join(detail.notes) or texts("incident_page.no_notes"))
        if not self.note.toPlainText():
            open_yet = detail.state is FollowUpState.OPEN
            self.state.choose((FollowUpState.REVIEWING if open_yet else detail.state).value)

    # ------------------------------------------------------------------ writing
    @Slot()
    def follow_up(self) -> None:
        """Write the note, and how far it has come."""
        session, key, app = self._seat.session, self.table.current_key, self._seat.app
        if session is None or not isinstance(key, str):
            return
        if not self.note.toPlainText().strip():
            self.said.emit(self._texts("incident_page.note_missing"), Tone.DUE_SOON)
            self.note.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.record.setEnabled(False)
        operation = partial(
            app.follow_up,
            user=session.user,
            command=app.new_command(),
            subject=key,
            state=FollowUpState(self.state.value),
            note=self.note.toPlainText(),
        )
        run_in_background(self, operation, done=self._recorded, failed=self._refused)

    @Slot(object)
    def _recorded(self, _changes: object) -> None:
        self.record.setEnabled(True)
        self.note.clear()
        self.said.emit(self._texts("incident_page.recorded"), Tone.DONE)
        self.refresh()

    @Slot(object)
    def _refused(self, error: Exception) -> None:
        self.record.setEnabled(True)
        self.said.emit(refusal_words(error, self._texts), Tone.FAILED)

    @Slot(str)
    def _chosen(self, _value: str) -> None:
        self.refresh()

    @Slot(object)
    def _another(self, key: object) -> None:
        self.note.clear()
        self._show_chosen(key)

    @Slot()
    def _seated(self) -> None:
        """Somebody else works here: nothing of the former list may remain."""
        self._data = IncidentData()
        self.note.clear()
        self._lay_out()

    # ------------------------------------------------------------------ made once
    def _build(self) -> None:
        theme = current_theme()
        self.pane.setFixedWidth(theme.px(_PANE))
        side = QVBoxLayout(self.pane)
        side.setContentsMargins(16, 14, 16, 14)
        side.setSpacing(10)
        for widget in (self.what, self.about, self.text, rule(), self.notes, self.state, self.note):
            side.addWidget(widget)
        side.addLayout(row_of(1, self.record))
        side.addStretch(1)
        body = QHBoxLayout()
        body.setSpacing(12)
        body.addWidget(self.table, 1)
        body.addWidget(self.pane)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 16, 8)
        column.setSpacing(8)
        column.addLayout(row_of(self.title, self.views, self.spans, 1, self.count, spacing=16))
        column.addWidget(self.message)
        column.addLayout(body, 1)

    def _connect(self) -> None:
        self.views.chosen.connect(self._chosen)
        self.spans.chosen.connect(self._chosen)
        self.table.chosen.connect(self._another)
        self.record.clicked.connect(self.follow_up)
        self.note.handed_in.connect(self.follow_up)
        self._seat.changed.connect(self._seated)
