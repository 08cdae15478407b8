"""The loop picture of one order: the picture, the node under the frame, what was recorded."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QBoxLayout, QFrame, QVBoxLayout

from client.desktop.background import run_in_background
from client.desktop.changes import Change
from client.desktop.models.rows import Column, RowTableModel
from client.desktop.page import Page
from client.desktop.pages.parts import RunsLabel, card, label, row_of
from client.desktop.pages.seat import Seat
from client.desktop.theme import current_theme
from client.desktop.widgets.glyph import Glyph
from client.desktop.widgets.key_button import ButtonKind, KeyButton
from client.desktop.widgets.loop_picture import LoopPictureView
from client.desktop.widgets.status_pill import StatusPill
from client.desktop.widgets.type_tag import TypeTag
from client.desktop.widgets.work_table import WorkTable
from client.presenters.banner import BannerView
from client.presenters.cells import Cell
from client.presenters.evidence import EvidenceRow, evidence_rows
from client.presenters.judging import refusal_words
from client.presenters.loop_details import (
    NodeDetails,
    node_details,
    order_state,
    streams_shown,
)
from client.presenters.loop_page import LoopData, picture_of, read_loop
from client.presenters.loop_picture import LoopPicture
from client.presenters.subject import Subject
from client.presenters.task_pane import banner_at
from client.presenters.titles import order_line, tag_of
from client.presenters.tone import Tone
from client.texts import Texts
from domain.ids import TaskId

_TICK_MS: Final = 20_000
_TALL: Final = 860
_WIDE: Final = 1600
_COLUMNS: Final = (
    ("step", 200),
    ("event", 110),
    ("entered", 110),
    ("by", 120),
    ("witness", 110),
    ("how", 84),
    ("evidence", 0),
)


def _cell(name: str, row: EvidenceRow) -> Cell:
    return row.cell(name)


def _key(row: EvidenceRow) -> Hashable:
    return row.key


def _evidence_model(texts: Texts) -> RowTableModel[EvidenceRow]:
    columns = [
        Column(name, f"column.{name}", partial(_cell, name), width) for name, width in _COLUMNS
    ]
    return RowTableModel(columns, key=_key, texts=texts)


class LoopPage(Page):
    """Opened on a `Subject`; arrows walk the picture, Enter records what is open."""

    def __init__(self, texts: Texts, seat: Seat) -> None:
        super().__init__()
        self._texts = texts
        self._seat = seat
        self._subject: Subject | None = None
        self._data: LoopData | None = None
        self._picture = LoopPicture(())
        self._details: NodeDetails | None = None
        self._as_table = False
        self.setProperty("ground", "bg")
        self._tag = TypeTag("")
        self.line = RunsLabel(18)
        self._pill = StatusPill(Tone.PENDING, "")
        self._counts = label("", "muted")
        self._now = label("", "muted")
        self.table_button = KeyButton("", key="Alt+T", height=32)
        self.view = LoopPictureView(texts)
        self._glyph = Glyph(Tone.PENDING, 22)
        self._title = label("", "title")
        self._text = label("", "muted", wrap=True)
        self.record = KeyButton("", key="Enter", kind=ButtonKind.PRIMARY, height=36)
        self.record.setShortcut("")  # Enter is the picture's own key
        self._reason = label("", "muted", wrap=True)
        self._detail_card = card()
        self.model = _evidence_model(texts)
        self.evidence = WorkTable(self.model)
        self.message = label("", "muted", wrap=True)
        self._heads = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._state = row_of(spacing=14)
        self._foot = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._build()
        self._connect()
        self.retranslate(texts)
        self.setFocusProxy(self.view)
        self.startTimer(_TICK_MS)

    # ------------------------------------------------------------------ what the window asks
    def retranslate(self, texts: Texts) -> None:
        self._texts = texts
        self.view.retranslate(texts)
        self.model.retranslate(texts)
        self.table_button.set_text(texts("column.evidence"))
        self.evidence.setAccessibleName(texts("column.evidence"))
        self.message.setText(texts("loop_page.empty"))
        self._show()

    def enter(self, parameter: object) -> None:
        if isinstance(parameter, Subject):
            same = self._subject is not None and self._subject.order == parameter.order
            self._subject = parameter
            if not same:
                self._data = None
                self.banner_changed.emit()
        self._seat.openings.begin("loop")
        self.refresh()
        self.view.setFocus()

    @Slot()
    def refresh(self) -> None:
        subject, session = self._subject, self._seat.session
        if subject is not None and session is not None:
            read = partial(read_loop, self._seat.app, subject.order, user=session.user)
            operation = self._seat.telling("loop", read, order=subject.order)
            run_in_background(self, operation, done=self._read, failed=self._failed)

    def banner(self) -> BannerView | None:
        if self._data is None:
            return None
        now, formats = self._seat.app.now(), self._seat.formats(self._texts)
        return banner_at(self._data.bedside, self._data.names, now=now, formats=formats)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
        self._show()

    def timerEvent(self, _event: object) -> None:
        if self.isVisible():
            self._show()

    # ------------------------------------------------------------------ showing
    @Slot(object)
    def _read(self, data: LoopData | None) -> None:
        first = self._data is None
        self._data = data
        if first:
            self.banner_changed.emit()
        self._show(fresh=first)
        if first and self.isVisible():
            self.view.setFocus()

    def _show(self, *, fresh: bool = False) -> None:
        data, subject = self._data, self._subject
        self.message.setVisible(data is None)
        for widget in (self._tag, self.line, self._pill, self._counts, self._now, self.view):
            widget.setVisible(data is not None)
        self._detail_card.setVisible(data is not None)
        self._fit()
        if data is None or subject is None:
            return
        now, formats = self._seat.app.now(), self._seat.formats(self._texts)
        order = data.case.order
        self._picture = picture_of(
            data,
            task=subject.task,
            step=subject.step,
            now=now,
            formats=formats,
            short=self.width() < current_theme().px(_WIDE),
        )
        self.view.show_picture(self._picture)
        if fresh and self._picture.selected:
            self.view.select(self._picture.selected)
        self._tag.set_text(tag_of(data.bedside.loops, order.loop, formats))
        self.line.show_runs(order_line(order.fields, {}, names=data.names, formats=formats))
        state = order_state(data, self._picture, formats=formats)
        self._pill.set_state(state.tone, state.words)
        self._counts.setText(state.counts)
        self._now.setText(self._texts("loop_page.now", time=formats.clock(now)))
        streams = streams_shown(data, self._picture, subject.task)
        self.model.replace(evidence_rows(data, streams, now=now, formats=formats))
        self._show_details(self.view.selected_id)

    @Slot(str)
    def _show_details(self, node: str) -> None:
        data = self._data
        if data is None:
            return
        now, formats = self._seat.app.now(), self._seat.formats(self._texts)
        found = node_details(data, self._picture, node, now=now, formats=formats)
        self._details = found
        if found is None:
            return
        self._glyph.set_tone(found.node.tone, found.node.tone.word(self._texts))
        self._title.setText(found.title)
        self._text.setText(found.text)
        missing = found.action is not None and found.action.missing
        key = "loop_page.enter_missing" if missing else "loop_page.record"
        self.record.set_text(self._texts(key))
        allowed = found.action is not None and found.action.allowed
        self.record.setEnabled(allowed)
        self.record.setVisible(found.action is not None)
        reason = self._texts("loop_page.nothing_here")
        if found.action is not None:
            reason = found.action.reason
        self.record.set_reason(reason)
        self._reason.setText(reason)
        row = next((one for one in reversed(self.model.rows) if one.node == node), None)
        if row is not None:
            self.evidence.choose(row.key)
        else:
            self.evidence.clearSelection()

    def _fit(self) -> None:
        """Both cards below the picture where the window is tall, one line where it is not."""
        theme = current_theme()
        tall = self.height() >= theme.px(_TALL)
        self.evidence.setVisible(self._data is not None and (tall or self._as_table))
        self.view.setVisible(self._data is not None and (tall or not self._as_table))
        self.table_button.setVisible(self._data is not None and not tall)
        self._detail_card.setMaximumHeight(16777215 if tall else theme.px(64))
        self._detail_card.setMinimumWidth(theme.px(520) if tall else 0)
        down, across = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        inner = self._detail_card.layout()
        if isinstance(inner, QBoxLayout):
            inner.setDirection(down if tall else across)
        side = Qt.AlignmentFlag.AlignTop if tall else Qt.AlignmentFlag.AlignVCenter
        self._text.setAlignment(side | Qt.AlignmentFlag.AlignLeft)
        self._foot.setDirection(across if tall else down)
        self._heads.setDirection(down if tall else across)
        self._state.setStretch(2, 1 if tall else 0)
        column = self.layout()
        if isinstance(column, QVBoxLayout):
            column.setStretchFactor(self.view, 0 if tall else 1)
            column.setStretchFactor(self._foot, 1 if tall or self._as_table else 0)

    # ------------------------------------------------------------------ what is pressed
    @Slot(str)
    def _bead(self, task: str) -> None:
        if self._subject is not None:
            self._subject = replace(self._subject, task=TaskId(task), step="")
            self._show(fresh=True)

    @Slot()
    def _record(self) -> None:
        found = self._details
        if found is not None and found.subject is not None and found.action is not None:
            if found.action.allowed:
                self.open_requested.emit("step", found.subject)
            else:
                self.said.emit(found.action.reason, Tone.LOCKED)

    @Slot(str)
    def _entered(self, _node: str) -> None:
        self._record()

    @Slot()
    def _switch(self) -> None:
        self._as_table = not self._as_table
        self._fit()
        (self.evidence if self._as_table else self.view).setFocus()

    @Slot(object)
    def _evidence_chosen(self, key: object) -> None:
        row = next((one for one in self.model.rows if one.key == key), None)
        known = {node.id for node in self._picture.nodes()}
        if row is not None and row.node in known and self.evidence.hasFocus():
            self.view.select(row.node)

    @Slot(object)
    def _changed(self, change: object) -> None:
        echo = isinstance(change, Change) and change.is_echo_for(self)
        if self.isVisible() and not echo:
            self.refresh()

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self.message.setText(refusal_words(error, self._texts))
        self.message.show()

    @Slot()
    def _forget(self) -> None:
        self._data = self._subject = self._details = None
        self.model.replace(())
        self._show()

    # ------------------------------------------------------------------ made once
    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 16, 8)
        column.setSpacing(8)
        head = row_of(self._tag, self.line, spacing=10)
        head.setStretch(1, 1)
        self._heads.addLayout(head, 1)
        self._heads.addLayout(self._state)
        for widget in (self._pill, self._counts, self._now, self.table_button):
            self._state.addWidget(widget)
        self._state.insertStretch(2, 1)
        column.addLayout(self._heads)
        column.addWidget(self.message)
        column.addWidget(self.view)
        inner = QBoxLayout(QBoxLayout.Direction.TopToBottom, self._detail_card)
        inner.setContentsMargins(16, 10, 16, 10)
        inner.setSpacing(10)
        inner.addLayout(row_of(self._glyph, self._title))
        inner.addWidget(self._text, 1)
        inner.addLayout(row_of(self.record, self._reason, 1, spacing=12))
        self._foot.setSpacing(12)
        self._foot.addWidget(self._detail_card)
        self._foot.addWidget(self.evidence, 1)
        self.evidence.setFrameShape(QFrame.Shape.StyledPanel)
        column.addLayout(self._foot)

    def _connect(self) -> None:
        self.view.selected.connect(self._show_details)
        self.view.details_requested.connect(self._entered)
        self.view.bead_chosen.connect(self._bead)
        self.record.clicked.connect(self._record)
        self.table_button.clicked.connect(self._switch)
        self.evidence.chosen.connect(self._evidence_chosen)
        self._seat.feed.changed.connect(self._changed)
        self._seat.changed.connect(self._forget)
        shortcut = QShortcut(QKeySequence("F8"), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self._record)
