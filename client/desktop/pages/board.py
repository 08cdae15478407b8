"""The ward board: a card for each bed; beside it what is late, where the window is wide."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial
from typing import Final

from PySide6.QtCore import QModelIndex, QSize, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from client.desktop.background import run_in_background
from client.desktop.models.rows import Column, RowTableModel
from client.desktop.pages.live import LivePage
from client.desktop.pages.parts import ChoiceRow, card, label, row_of
from client.desktop.pages.seat import Seat
from client.desktop.theme import current_theme
from client.desktop.widgets.bed_card import RING, BedCardDelegate, card_size_for
from client.desktop.widgets.bed_cards import BedCards
from client.desktop.widgets.type_tag import TypeTag
from client.desktop.widgets.work_table import WorkTable
from client.presenters.bed_card import BedCard
from client.presenters.board import (
    BoardData,
    BoardFilter,
    BoardSort,
    bed_cards,
    choose_cards,
    filter_count,
    late_cell,
    loop_sums,
    read_board,
    ward_lines,
    without_name,
)
from client.presenters.cells import Cell, plain
from client.presenters.judging import ScanClass, band_holder, refusal_words, scan_class
from client.presenters.titles import Names
from client.presenters.worklist import Band, WorkLine, subject_of_line
from client.texts import Texts
from domain.patients import Patient

_TICK_MS: Final = 20_000
_WIDE: Final = 1600
_SIDE: Final = 480
_NAMED: Final = 10
_BAR: Final = 13


class BoardPage(LivePage[BoardData | None]):
    """All beds of the ward at a glance."""

    def __init__(self, texts: Texts, seat: Seat) -> None:
        super().__init__()
        self._texts = texts
        self._seat = seat
        self._data: BoardData | None = None
        self._order: tuple[str, ...] = ()
        self.setProperty("ground", "bg")
        self.title = label("", "page")
        self.sort = ChoiceRow(height=32)
        self.filter = ChoiceRow(height=32)
        self._sum = label("", "muted")
        self._as_of = label("", "muted")
        self.empty = label("", "muted", wrap=True)
        self.model: RowTableModel[BedCard] = RowTableModel(
            [Column("card", "", _spoken)], key=_card_key, texts=texts
        )
        self.cards = BedCards(self.model)
        self._delegate = BedCardDelegate(self.cards)
        self.cards.setItemDelegate(self._delegate)
        self.late_model: RowTableModel[WorkLine] = RowTableModel(
            [
                Column("state", "column.state", self._state_cell, 170),
                Column("task", "column.task", self._late_cell),
            ],
            key=_line_key,
            texts=texts,
        )
        self.late = WorkTable(self.late_model)
        self._side = card()
        self._side_box = QWidget()
        self._late_title = label("", "title")
        self._late_none = label("", "muted", wrap=True)
        self._sums_title = label("", "title")
        self._sums = QGridLayout()
        self._build()
        self._connect()
        self.retranslate(texts)
        self.setFocusProxy(self.cards)
        self.startTimer(_TICK_MS)

    # ------------------------------------------------------------------ what the window asks
    def retranslate(self, texts: Texts) -> None:
        self._texts = texts
        self.title.setText(texts("board_page.title"))
        self.cards.setAccessibleName(texts("board_page.title"))
        self.late.setAccessibleName(texts("board_page.late_title"))
        self.late_model.retranslate(texts)
        self._late_title.setText(texts("board_page.late_title"))
        self._late_none.setText(texts("board_page.late_none"))
        self._sums_title.setText(texts("board_page.open_title"))
        sorts = [(one.value, texts(f"board_page.sort_{one.value}")) for one in BoardSort]
        self.sort.show_choices(sorts)
        self.sort.choose(self.sort.value or BoardSort.BED.value)
        self._lay_out(fresh=True)

    def enter(self, _parameter: object) -> None:
        self._seat.openings.begin("board")
        self.refresh()
        self.cards.setFocus()

    @Slot()
    def refresh(self) -> None:
        self._read(self._show_fresh)

    def leave(self) -> None:
        self._lay_out(fresh=True)

    def take_scan(self, code: str) -> bool:
        kind = scan_class(code)
        if kind is ScanClass.BADGE:
            return False  # somebody else wants to work here
        if kind is not ScanClass.BAND:
            self.scan_settled.emit(False, self._texts("step.need_band"))
            return True
        operation = partial(band_holder, self._seat.app, code)
        run_in_background(self, operation, done=self._band_read, failed=self._failed)
        return True

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= current_theme().px(_WIDE)
        turned = wide is self._side_box.isHidden()
        self._side_box.setVisible(wide)
        self._fit()
        if turned:
            self._lay_out(fresh=True)

    def timerEvent(self, _event: object) -> None:
        self._lay_out(fresh=False)

    # ------------------------------------------------------------------ what the cards ask
    @Slot(str)
    def go_to_bed(self, digits: str) -> None:
        """Put the frame on the bed whose number is typed."""
        for row, one in enumerate(self.model.rows):
            if one.bed.lstrip("0") == digits.lstrip("0"):
                self.cards.setCurrentIndex(self.model.index(row, 0))

    @Slot(str)
    def open_current(self, digits: str = "") -> None:
        """Open the work of the patient under the frame (Enter)."""
        if digits:
            self.go_to_bed(digits)
        one = self.model.row_at(self.cards.currentIndex())
        beds = () if self._data is None else self._data.beds
        mrn = next((row.mrn for row in beds if one is not None and row.encounter == one.key), "")
        if mrn:
            self.open_requested.emit("work", mrn)

    @Slot()
    def open_vitals(self) -> None:
        """Open the vital signs of the patient under the frame (Alt+M)."""
        one, beds = self.model.row_at(self.cards.currentIndex()), self._data and self._data.beds
        if one is not None and any(row.encounter == one.key for row in beds or ()):
            self.open_requested.emit("vitals", one.key)

    # ------------------------------------------------------------------ reading and showing
    def _read(self, done: Callable[[BoardData], None]) -> None:
        session = self._seat.session
        if session is not None:
            read = partial(read_board, self._seat.app, user=session.user, ward=session.ward)
            operation = self._seat.telling("board", read)
            run_in_background(self, operation, done=done, failed=self._failed)

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self.empty.setText(refusal_words(error, self._texts))
        self.empty.show()

    @Slot()
    def _seated(self) -> None:
        self._data = None
        self._order = ()
        self.model.replace(())
        self.late_model.replace(())
        self.filter.choose(BoardFilter.ALL.value)

    def _lay_out(self, *, fresh: bool) -> None:
        data, session, app = self._data, self._seat.session, self._seat.app
        if data is None or session is None:
            return
        texts, formats, now = self._texts, self._seat.formats(self._texts), app.now()
        lines = ward_lines(data, loops=app.loops, now=now, formats=formats)
        cards = bed_cards(data, lines, loops=app.loops, now=now, formats=formats)
        if self._seat.names_hidden:
            cards = tuple(without_name(card, formats) for card in cards)
        chosen = choose_cards(
            cards,
            data,
            sort=BoardSort(self.sort.value or BoardSort.BED),
            chosen=BoardFilter(self.filter.value or BoardFilter.ALL),
            user=session.user,
            empty=not self._side_box.isHidden(),
        )
        chosen = chosen if fresh else self._kept(chosen)
        self._order = tuple(one.key for one in chosen)
        self.model.replace(chosen)
        if not self.cards.currentIndex().isValid() and chosen:
            self.cards.setCurrentIndex(self.model.index(0, 0))
        free = tuple(one.bed for one in cards if not one.name)
        self._show_head(data, bool(chosen), formats.clock(data.read_at), free)
        late = [line for line in lines if line.band is Band.OVERDUE]
        self.late_model.replace(late)
        self.late.setVisible(bool(late))
        self._late_none.setVisible(not late)
        self._late_title.setText(f"{texts('board_page.late_title')}  {len(late)}")
        self._show_sums(data)
        self._fit()

    def _kept(self, cards: tuple[BedCard, ...]) -> tuple[BedCard, ...]:
        """The cards in the places where they were; what is new stands at the end."""
        place = {key: at for at, key in enumerate(self._order)}
        return tuple(sorted(cards, key=lambda one: place.get(one.key, len(place))))

    def _show_head(self, data: BoardData, shown: bool, clock: str, free: tuple[str, ...]) -> None:
        texts, session = self._texts, self._seat.session
        if session is None:
            return
        numbers = {one: filter_count(data, one, session.user) for one in BoardFilter}
        choices = [
            (BoardFilter.ALL.value, texts("board_page.all")),
            (BoardFilter.MINE.value, texts("board_page.mine")),
            (
                BoardFilter.OVERDUE.value,
                texts("board_page.overdue", n=numbers[BoardFilter.OVERDUE]),
            ),
            (
                BoardFilter.UNASSIGNED.value,
                texts("board_page.unassigned", n=numbers[BoardFilter.UNASSIGNED]),
            ),
        ]
        if self.filter.values:
            for value, words in choices:
                self.filter.button(value).set_text(words)
        else:
            self.filter.show_choices(choices)
            self.filter.choose(BoardFilter.ALL.value)
        beds = len(data.ward.beds)
        named = self._side_box.isHidden() and 0 < len(free) <= _NAMED
        key = "board_page.summary_beds" if named else "board_page.summary"
        empty = ", ".join(free) if named else str(len(free))
        self._sum.setText(texts(key, beds=beds, patients=len(data.beds), empty=empty))
        self._as_of.setText(texts("board_page.as_of", time=clock))
        self.empty.setVisible(not shown or not data.beds)
        self.empty.setText(texts("board_page.nobody" if data.beds else "board_page.no_patients"))

    def _show_sums(self, data: BoardData) -> None:
        formats, texts = self._seat.formats(self._texts), self._texts
        while (item := self._sums.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        right = Qt.AlignmentFlag.AlignRight
        self._sums.addWidget(label(texts("board_page.open_head_overdue"), "label"), 0, 2, right)
        self._sums.addWidget(label(texts("board_page.open_head_open"), "label"), 0, 3, right)
        sums = loop_sums(data, loops=self._seat.app.loops, formats=formats)
        for row, one in enumerate(sums, start=1):
            self._sums.addWidget(TypeTag(one.tag), row, 0)
            self._sums.addWidget(label(one.name), row, 1)
            role = "over" if one.overdue else ""
            self._sums.addWidget(label(str(one.overdue), role), row, 2, right)
            self._sums.addWidget(label(str(one.open)), row, 3, right)
        self._sums.setColumnStretch(1, 1)

    def _fit(self) -> None:
        theme = current_theme()
        room = self.cards.viewport().size()
        count = len(self.model.rows)
        size = card_size_for(count, width=room.width(), height=room.height(), theme=theme)
        self._delegate.card_size = size
        one = size.size(theme)
        across = self.cards.width() - _BAR
        columns = max(across // (one.width() + RING), 1)  # neighbours may share their rings
        grid = one + QSize(2 * RING, 2 * RING)
        grid.setWidth(min(grid.width(), across // columns))
        self.cards.setGridSize(grid)

    def _state_cell(self, line: WorkLine) -> Cell:
        return line.cell("state")

    def _late_cell(self, line: WorkLine) -> Cell:
        names = Names() if self._data is None else self._data.work.names
        formats, hidden = self._seat.formats(self._texts), self._seat.names_hidden
        return late_cell(line, names, formats, named=not hidden)

    # ------------------------------------------------------------------ what is pressed
    @Slot(object)
    def _late_opened(self, key: object) -> None:
        line = next((one for one in self.late_model.rows if one.key == key), None)
        if line is not None:
            self.open_requested.emit("loop", subject_of_line(line, came_from="board"))

    @Slot(QModelIndex)
    def _double_clicked(self, _index: QModelIndex) -> None:
        self.open_current()

    @Slot(str)
    def _chosen(self, _value: str) -> None:
        self._lay_out(fresh=True)

    @Slot()
    def _privacy(self) -> None:
        """Names are hidden now, or shown again."""
        self.late_model.replace(())
        self._lay_out(fresh=False)

    @Slot(object)
    def _band_read(self, patient: Patient | None) -> None:
        if patient is None:
            self.scan_settled.emit(False, self._texts("stop.not_known"))
            return
        formats = self._seat.formats(self._texts)
        self.scan_settled.emit(True, formats.name(patient.name, patient.name_zh).first)
        self.open_requested.emit("work", patient.mrn)

    # ------------------------------------------------------------------ made once
    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 10, 4, 10)
        column.setSpacing(8)
        head = row_of(self.title, self.sort, self.filter, 1, self._sum, self._as_of, spacing=16)
        head.setContentsMargins(12, 0, 12, 0)
        column.addLayout(head)
        column.addWidget(self.empty)
        middle = row_of(self.cards, self._side_box, spacing=0)
        middle.setStretch(0, 1)
        around = row_of(self._side)
        around.setContentsMargins(12, 0, 12, 0)
        self._side_box.setLayout(around)
        column.addLayout(middle, 1)
        self.empty.hide()
        self._side.setFixedWidth(current_theme().px(_SIDE))
        side = QVBoxLayout(self._side)
        side.setContentsMargins(1, 12, 1, 12)
        for widget in (self._late_title, self._late_none):
            widget.setContentsMargins(14, 0, 14, 0)
            side.addWidget(widget)
        self.late.setFrameShape(QFrame.Shape.NoFrame)
        side.addWidget(self.late, 1)
        side.addStretch(0)
        self._sums_title.setContentsMargins(14, 0, 14, 0)
        side.addWidget(self._sums_title)
        self._sums.setContentsMargins(14, 0, 14, 0)
        self._sums.setHorizontalSpacing(16)
        side.addLayout(self._sums)

    def _connect(self) -> None:
        self.sort.chosen.connect(self._chosen)
        self.filter.chosen.connect(self._chosen)
        self.late.opened.connect(self._late_opened)
        self.cards.doubleClicked.connect(self._double_clicked)
        self.cards.opened.connect(self.open_current)
        self.cards.bed_wanted.connect(self.go_to_bed)
        self.cards.vitals_wanted.connect(self.open_vitals)
        self._seat.feed.changed.connect(self._changed)
        self._seat.changed.connect(self._seated)
        self._seat.privacy_changed.connect(self._privacy)


def _spoken(one: BedCard) -> Cell:
    return plain(one.spoken)


def _card_key(one: BedCard) -> Hashable:
    return one.key


def _line_key(line: WorkLine) -> Hashable:
    return line.key
