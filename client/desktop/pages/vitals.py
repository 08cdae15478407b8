"""The vital signs page: the NEWS2 chart of one patient at left, the next set at right."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from client.desktop.background import run_in_background
from client.desktop.changes import Change
from client.desktop.page import Page
from client.desktop.pages.parts import ChoiceRow, card, label, row_of
from client.desktop.pages.seat import Seat
from client.desktop.pages.vitals_entry import VitalsEntry, risk_card
from client.desktop.theme import current_theme
from client.desktop.widgets.key_button import KeyButton
from client.desktop.widgets.news2_chart import News2Chart
from client.desktop.widgets.note_field import NoteField
from client.presenters.banner import BannerView
from client.presenters.judging import ScanClass, band_holder, refusal_words, scan_class
from client.presenters.tone import Tone
from client.presenters.vitals import (
    EntryState,
    Span,
    VitalsData,
    asks,
    columns,
    entry_state,
    read_vitals,
    risk_lines,
    score_words,
    vitals_banner,
)
from client.texts import Texts
from domain.ids import EncounterId
from domain.patients import Patient
from domain.vital_signs import SCALE, SCALE_BY

_SIDE: Final = 380


class VitalsPage(Page):
    """Opened on a stay (`EncounterId`); a scanned wristband opens that patient."""

    def __init__(self, texts: Texts, seat: Seat) -> None:
        super().__init__()
        self._texts = texts
        self._seat = seat
        self._stay: EncounterId | None = None
        self._data: VitalsData | None = None
        self._opening = False
        self._said = ""
        self.setProperty("ground", "bg")
        self.title = label("", "page")
        self.spans = ChoiceRow(height=32)
        self.count = label("", "muted")
        self.message = label("", "muted", wrap=True)
        self.chart = News2Chart(seat.formats(texts))
        self.source = label("", "label", wrap=True)
        self.entry = VitalsEntry(texts)
        self.risk, self.risk_head, self.causes = risk_card()
        self.error = card()
        self.error_title = label("", "title")
        self.reason = NoteField(height=52)
        self.withdraw = KeyButton("")
        self._body = QWidget()
        self._build()
        self._connect()
        self.retranslate(texts)
        self.setFocusProxy(self.entry.first())

    # ------------------------------------------------------------------ what the window asks
    def retranslate(self, texts: Texts) -> None:
        self._texts = texts
        self.title.setText(texts("vitals.title"))
        self.spans.show_choices([(one.value, texts(f"vitals.{one.value}")) for one in Span])
        self.spans.choose(self.spans.value or Span.DAY.value)
        self.source.setText(texts("vitals.source"))
        self.withdraw.set_text(texts("vitals.withdraw"))
        self.reason.setPlaceholderText(texts("vitals.error_reason"))
        self.reason.setAccessibleName(texts("vitals.error_reason"))
        self.entry.retranslate(texts)
        self._lay_out()

    def enter(self, parameter: object) -> None:
        if isinstance(parameter, str) and parameter:
            self._open(EncounterId(parameter))
        self._opening = True
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Read anew; what is being typed stays."""
        session, stay = self._seat.session, self._stay
        if session is None or stay is None:
            self._lay_out()
            return
        opening, self._opening = self._opening, False
        read = partial(read_vitals, self._seat.app, stay, user=session.user, opening=opening)
        run_in_background(self, read, done=self._read, failed=self._failed)

    def banner(self) -> BannerView | None:
        if self._data is None:
            return None
        now, formats = self._seat.app.now(), self._seat.formats(self._texts)
        return vitals_banner(self._data, now=now, formats=formats)

    def take_scan(self, code: str) -> bool:
        kind = scan_class(code)
        if kind is ScanClass.BADGE:
            return False  # somebody else wants to work here
        if kind is not ScanClass.BAND:
            self.scan_settled.emit(False, self._texts("step.need_band"))
            return True
        read = partial(_stay_of_band, self._seat, code)
        run_in_background(self, read, done=self._band_read, failed=self._refused)
        return True

    # ------------------------------------------------------------------ reading and showing
    def _open(self, stay: EncounterId) -> None:
        if stay == self._stay:
            return
        self._stay, self._data, self._opening = stay, None, True
        self.entry.clear()  # typed for another patient
        self.reason.clear()
        self.banner_changed.emit()

    @Slot(object)
    def _read(self, data: VitalsData | None) -> None:
        if data is not None and data.stay.id != self._stay:
            return  # another patient was opened meanwhile
        first = self._data is None
        self._data = data
        if data is not None and first:
            self.entry.scale.choose(str(data.scale))
        if first:
            self.banner_changed.emit()
        self._lay_out()

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self._data = None
        self.banner_changed.emit()
        self._lay_out()
        self.message.setText(refusal_words(error, self._texts))

    @Slot()
    def _lay_out(self) -> None:
        data, texts = self._data, self._texts
        self._body.setVisible(data is not None)
        if data is None:
            self.count.setText("")
            self.message.setText(texts("vitals.nobody"))
            self.message.show()
            return
        app, formats = self._seat.app, self._seat.formats(texts)
        found = columns(data, Span(self.spans.value or Span.DAY), now=app.now())
        self.chart.show_sets(found, scale=data.scale, formats=formats)
        self.count.setText(texts("vitals.shown", n=len(found)))
        self.message.setText(texts("vitals.none"))
        self.message.setVisible(not found)
        head, causes = risk_lines(data, app, formats)
        self.risk.setVisible(bool(head))
        self.risk_head.setText(head)
        self.causes.setText("\n".join(causes))
        self.entry.show_people(data, formats)
        self._show_state()
        self._show_error()

    def _state(self, data: VitalsData) -> EntryState:
        scale = int(self.entry.scale.value or data.scale)
        return entry_state(data, self.entry.values, scale=scale, now=self._seat.app.now())

    @Slot()
    def _show_state(self) -> None:
        data = self._data
        if data is None:
            return
        formats, state = self._seat.formats(self._texts), self._state(data)
        self.entry.show_state(state, data, formats)
        self.entry.show_asks(asks(state.score, at=self._seat.app.now(), formats=formats))

    @Slot(object)
    def _show_error(self, _at: object = None) -> None:
        one = self.chart.column
        self.error.setVisible(one is not None)
        if one is not None:
            now, formats = self._seat.app.now(), self._seat.formats(self._texts)
            time = formats.moment(one.at, now=now)
            self.error_title.setText(self._texts("vitals.error_title", time=time))

    # ------------------------------------------------------------------ writing
    @Slot()
    def record(self) -> None:
        """Record what was typed (Ctrl+Enter)."""
        data, session, app = self._data, self._seat.session, self._seat.app
        if data is None or session is None or self._seat.just_scanned():
            return
        state = self._state(data)
        entered = self.entry.entered(state, data)
        if state.wrong or not entered:
            key = "vitals.still_wrong" if state.wrong else "vitals.empty"
            self.said.emit(self._texts(key), Tone.DUE_SOON)
            wrong = next(iter(state.wrong), "")
            self.entry.fields.get(wrong, self.entry.first()).setFocus()
            return
        if SCALE in entered and not entered[SCALE_BY]:
            self.said.emit(self._texts("vitals.prescriber_missing"), Tone.DUE_SOON)
            self.entry.prescriber.setFocus()
            return
        self.entry.record.setEnabled(False)
        operation = partial(
            app.observe_vitals,
            user=session.user,
            command=app.new_command(),
            encounter=data.stay.id,
            entered=entered,
        )
        self._said = score_words(state.score, self._seat.formats(self._texts))[0]
        run_in_background(self, operation, done=self._recorded, failed=self._refused)

    @Slot(object)
    def _recorded(self, _changes: object) -> None:
        self.entry.record.setEnabled(True)
        self.entry.clear()
        self.entry.first().setFocus()
        self.said.emit(self._texts("vitals.recorded", score=self._said or "–"), Tone.DONE)
        self.refresh()

    @Slot()
    def take_back(self) -> None:
        """Say that the set under the frame was entered in error; it stays in the journal."""
        data, session, app, one = self._data, self._seat.session, self._seat.app, self.chart.column
        if data is None or session is None or one is None:
            return
        reason = self.reason.toPlainText().strip()
        if not reason:
            self.said.emit(self._texts("vitals.error_missing"), Tone.DUE_SOON)
            self.reason.setFocus()
            return
        operation = partial(
            app.withdraw_observations,
            user=session.user,
            command=app.new_command(),
            encounter=data.stay.id,
            observed_at=one.at.replace(second=0, microsecond=0),
            names=tuple(one.values),
            reason=reason,
        )
        run_in_background(self, operation, done=self._taken_back, failed=self._refused)

    @Slot(object)
    def _taken_back(self, _changes: object) -> None:
        self.reason.clear()
        self.said.emit(self._texts("vitals.withdrawn"), Tone.DONE)
        self.refresh()

    @Slot(object)
    def _refused(self, error: Exception) -> None:
        self.entry.record.setEnabled(True)
        self.said.emit(refusal_words(error, self._texts), Tone.FAILED)

    @Slot(object)
    def _band_read(self, found: tuple[Patient, EncounterId] | None) -> None:
        if found is None:
            self.scan_settled.emit(False, self._texts("stop.not_known"))
            return
        patient, stay = found
        formats = self._seat.formats(self._texts)
        self.scan_settled.emit(True, formats.name(patient.name, patient.name_zh).first)
        self._open(stay)
        self.refresh()

    @Slot(object)
    def _changed(self, change: object) -> None:
        echo = isinstance(change, Change) and change.is_echo_for(self)
        if self.isVisible() and not echo:
            self.refresh()

    @Slot()
    def _seated(self) -> None:
        """Somebody else works here: nothing of the patient may remain."""
        self._stay = self._data = None
        self.entry.clear()
        self.reason.clear()
        self.chart.show_sets((), scale=1, formats=self._seat.formats(self._texts))
        self._lay_out()

    # ------------------------------------------------------------------ made once
    def _build(self) -> None:
        error = QVBoxLayout(self.error)
        error.setContentsMargins(14, 10, 14, 10)
        error.addWidget(self.error_title)
        error.addWidget(self.reason)
        error.addLayout(row_of(1, self.withdraw))
        side = QWidget()
        lane = QVBoxLayout(side)
        lane.setContentsMargins(0, 0, 0, 0)
        for widget in (self.entry, self.risk, self.error):
            lane.addWidget(widget)
        lane.addStretch(1)
        right = _scrolled(side)
        right.setFixedWidth(current_theme().px(_SIDE) + 14)
        left = QVBoxLayout()
        left.addWidget(_scrolled(self.chart), 1)
        left.addWidget(self.source)
        body = row_of(spacing=12)
        body.addLayout(left, 1)
        body.addWidget(right)
        self._body.setLayout(body)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 16, 8)
        column.setSpacing(8)
        column.addLayout(row_of(self.title, self.spans, 1, self.count, spacing=16))
        column.addWidget(self.message)
        column.addWidget(self._body, 1)
        column.addStretch(0)

    def _connect(self) -> None:
        self.spans.chosen.connect(self._lay_out)
        self.entry.typed.connect(self._show_state)
        self.entry.handed_in.connect(self.record)
        self.chart.chosen.connect(self._show_error)
        self.withdraw.clicked.connect(self.take_back)
        self._seat.feed.changed.connect(self._changed)
        self._seat.changed.connect(self._seated)


def _scrolled(widget: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(widget)
    return area


def _stay_of_band(seat: Seat, code: str) -> tuple[Patient, EncounterId] | None:
    patient = band_holder(seat.app, code)
    stay = None if patient is None else seat.app.reads.encounter_of_patient(patient.id)
    return None if patient is None or stay is None else (patient, stay.id)
