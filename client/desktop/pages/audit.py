"""The audit page: who saw and who changed anything, and what is unusual."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QLineEdit, QVBoxLayout

from client.desktop.background import run_in_background
from client.desktop.models.rows import Column, RowTableModel
from client.desktop.page import Page
from client.desktop.pages.parts import ChoiceRow, label, row_of
from client.desktop.pages.seat import Seat
from client.desktop.theme import current_theme
from client.desktop.widgets.key_button import ButtonKind, KeyButton
from client.desktop.widgets.work_table import WorkTable
from client.presenters.audit import (
    AuditData,
    AuditLine,
    AuditQuestion,
    AuditSpan,
    AuditView,
    audit_lines,
    read_audit,
)
from client.presenters.cells import Cell
from client.presenters.judging import refusal_words
from client.texts import Texts
from domain.services.permissions import GATES

AUDITORS: Final = frozenset(GATES["audit.show"].roles)
"""Who sees the page; the use case checks by itself."""
_COLUMNS: Final = (
    ("when", "audit_page.when", 128),
    ("who", "audit_page.who", 210),
    ("done", "audit_page.done", 150),
    ("patient", "column.patient", 150),
    ("record_no", "identity.record_no", 122),
    ("ward", "audit_page.ward", 60),
    ("more", "audit_page.more", 0),
    ("from", "audit_page.from", 130),
)


def _cell(name: str, line: AuditLine) -> Cell:
    return line.cell(name)


def _key(line: AuditLine) -> str:
    return line.key


class AuditPage(Page):
    """Ask of a patient, of a person, or of what is unusual; each asking is audited itself."""

    def __init__(self, texts: Texts, seat: Seat) -> None:
        super().__init__()
        self._texts = texts
        self._seat = seat
        self._data: AuditData | None = None
        self.setProperty("ground", "bg")
        self.title = label("", "page")
        self.views = ChoiceRow(height=32)
        self.spans = ChoiceRow(height=32)
        self.record_no, self.person = QLineEdit(), QLineEdit()
        self.show_button = KeyButton("", key="Enter", kind=ButtonKind.PRIMARY, height=32)
        self.show_button.setShortcut("")  # Enter is heard by the fields
        self.count = label("", "muted")
        self.message = label("", "muted", wrap=True)
        self.model: RowTableModel[AuditLine] = RowTableModel(
            [Column(name, title, partial(_cell, name), width) for name, title, width in _COLUMNS],
            key=_key,
            texts=texts,
        )
        self.table = WorkTable(self.model)
        self._build()
        self._connect()
        self.retranslate(texts)
        self.setFocusProxy(self.record_no)

    # ------------------------------------------------------------------ what the window asks
    def retranslate(self, texts: Texts) -> None:
        self._texts = texts
        self.title.setText(texts("audit_page.title"))
        self.views.show_choices([(one.value, texts(f"audit_page.{one}")) for one in AuditView])
        self.spans.show_choices([(one.value, texts(f"audit_page.{one}")) for one in AuditSpan])
        self.views.choose(self.views.value or AuditView.UNUSUAL.value)
        self.spans.choose(self.spans.value or AuditSpan.WEEK.value)
        self.show_button.set_text(texts("audit_page.show"))
        for edit, name in ((self.record_no, "identity.record_no"), (self.person, "sign_in.user")):
            edit.setPlaceholderText(texts(name))
            edit.setAccessibleName(texts(name))
        self.table.setAccessibleName(texts("audit_page.title"))
        self.model.retranslate(texts)
        self._lay_out()

    def enter(self, _parameter: object) -> None:
        self.refresh()
        self.record_no.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def refresh(self) -> None:
        """Ask again."""
        session, question = self._seat.session, self.question()
        if session is None:
            return
        if not question.names_somebody:
            self._data = None
            self._lay_out()
            return
        trail_clock = self._seat.app.place.trust.clock
        operation = partial(
            read_audit, self._seat.app, question, user=session.user, now=trail_clock.now()
        )
        run_in_background(self, operation, done=self._read, failed=self._failed)

    def question(self) -> AuditQuestion:
        """What is asked for at present."""
        return AuditQuestion(
            record_no=self.record_no.text(),
            person=self.person.text(),
            view=AuditView(self.views.value or AuditView.UNUSUAL),
            span=AuditSpan(self.spans.value or AuditSpan.WEEK),
        )

    # ------------------------------------------------------------------ reading and showing
    @Slot(object)
    def _read(self, data: AuditData) -> None:
        self._data = data
        self._lay_out()

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self._data = None
        self._lay_out()
        self.message.setText(refusal_words(error, self._texts))

    def _lay_out(self) -> None:
        data, texts = self._data, self._texts
        now, formats = self._seat.app.place.trust.clock.now(), self._seat.formats(texts)
        lines = () if data is None else audit_lines(data, now=now, formats=formats)
        self.model.replace(lines)
        cut = data is not None and data.cut
        words = "audit_page.latest" if cut else "audit_page.lines"
        self.count.setText(texts(words, n=len(lines)) if lines else "")
        self.message.setText(texts("audit_page.name" if data is None else "audit_page.none"))
        self.message.setVisible(not lines)
        self.table.setVisible(bool(lines))

    @Slot(str)
    def _chosen(self, _value: str) -> None:
        self.refresh()

    @Slot()
    def _seated(self) -> None:
        """Somebody else works here: nothing of the former list may remain."""
        self._data = None
        self.record_no.clear()
        self.person.clear()
        self.views.choose(AuditView.UNUSUAL.value)
        self.spans.choose(AuditSpan.WEEK.value)
        self._lay_out()

    # ------------------------------------------------------------------ made once
    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 16, 8)
        column.setSpacing(8)
        for edit in (self.record_no, self.person):
            edit.setFixedWidth(current_theme().px(170))
            edit.setClearButtonEnabled(True)
        column.addLayout(row_of(self.title, self.views, 1, self.count, spacing=16))
        asked = row_of(self.record_no, self.person, self.spans, self.show_button, 1, spacing=12)
        column.addLayout(asked)
        column.addWidget(self.message)
        column.addWidget(self.table, 1)
        column.addStretch(0)

    def _connect(self) -> None:
        self.views.chosen.connect(self._chosen)
        self.spans.chosen.connect(self._chosen)
        self.show_button.clicked.connect(self.refresh)
        self.record_no.returnPressed.connect(self.refresh)
        self.person.returnPressed.connect(self.refresh)
        self._seat.changed.connect(self._seated)
