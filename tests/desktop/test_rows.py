"""A refresh never moves another patient under the hand."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy
from PySide6.QtWidgets import QApplication

from client.desktop.models.rows import CELL_ROLE, KEY_ROLE, ROW_ROLE, Column, RowTableModel
from client.desktop.widgets.work_table import WorkTable
from client.presenters.cells import Cell, plain
from client.texts import Texts


@dataclass(frozen=True)
class Dose:
    id: str
    words: str


def id_of(row: Dose) -> str:
    return row.id


def words_of(row: Dose) -> Cell:
    return plain(row.words)


def name_of(row: Dose) -> Cell:
    return plain(row.id, right=True)


COLUMNS = (
    Column("bed", "identity.bed", name_of, 60, right=True),
    Column("words", "", words_of),
)
lists = st.lists(
    st.builds(Dose, st.sampled_from("abcdefghij"), st.sampled_from(["due", "done"])),
    unique_by=id_of,
)


def made(texts: Texts) -> RowTableModel[Dose]:
    return RowTableModel(COLUMNS, key=id_of, texts=texts)


@given(st.lists(lists, max_size=6))
def test_any_sequence_of_refreshes_leaves_exactly_the_rows_asked_for(
    sequence: list[list[Dose]],
) -> None:
    model = made(Texts.load("en"))
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for rows in sequence:
        model.replace(rows)
        assert model.rows == tuple(rows)
        shown = [model.index(at, 1).data() for at in range(model.rowCount())]
        assert shown == [row.words for row in rows]


@given(lists, lists, st.sampled_from("abcdefghij"))
def test_the_chosen_row_stays_chosen_while_it_is_there(
    before: list[Dose], after: list[Dose], held: str
) -> None:
    model = made(Texts.load("en"))
    model.replace(before)
    table = WorkTable(model)
    there = table.choose(held)
    assert there == any(row.id == held for row in before)
    model.replace(after)
    if there and any(row.id == held for row in after):
        assert table.current_key == held
        assert [index.data(KEY_ROLE) for index in table.selectionModel().selectedRows()] == [held]


def test_the_list_stays_where_it_was_scrolled_to(app: QApplication, texts: Texts) -> None:
    model = made(texts)
    rows = [Dose(f"d{at}", "due") for at in range(60)]
    model.replace(rows)
    table = WorkTable(model)
    table.resize(400, 300)
    table.show()
    app.processEvents()
    table.verticalScrollBar().setValue(500)
    model.replace([Dose(row.id, "done") for row in rows])
    assert table.verticalScrollBar().value() == 500


def test_only_what_changed_is_told(texts: Texts) -> None:
    model = made(texts)
    model.replace([Dose("a", "due"), Dose("b", "due")])
    told = QSignalSpy(model.dataChanged)
    model.replace([Dose("a", "due"), Dose("b", "done")])
    assert [told.at(at)[0].row() for at in range(told.count())] == [1]


def test_two_rows_with_one_key_are_an_error(texts: Texts) -> None:
    model = made(texts)
    with pytest.raises(ValueError, match="same key"):
        model.replace([Dose("a", "due"), Dose("a", "done")])
    assert model.rows == ()


def test_a_row_is_found_by_its_key_and_told_in_words(texts: Texts) -> None:
    model = made(texts)
    model.replace([Dose("a", "due"), Dose("b", "done")])
    index = model.index(1, 1)
    assert model.row_of("b") == 1
    assert model.row_of("z") == -1
    assert model.key_at(index) == "b"
    assert model.key_at(QModelIndex()) is None
    assert model.row_at(QModelIndex()) is None
    assert index.data(ROW_ROLE) == Dose("b", "done")
    assert index.data(CELL_ROLE) == plain("done")
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "done"
    assert model.data(QModelIndex()) is None


def test_headings_speak_the_language_and_numbers_stand_right(texts: Texts) -> None:
    model = made(texts)
    across = Qt.Orientation.Horizontal
    assert model.headerData(0, across) == "Bed"
    assert model.headerData(1, across) == ""
    model.retranslate(Texts.load("zh"))
    assert model.headerData(0, across) == "床"
    side = model.headerData(0, across, Qt.ItemDataRole.TextAlignmentRole)
    assert isinstance(side, Qt.AlignmentFlag)
    assert side & Qt.AlignmentFlag.AlignRight
    assert model.headerData(0, Qt.Orientation.Vertical) is None


def test_a_section_heading_cannot_be_chosen(texts: Texts) -> None:
    model = RowTableModel(COLUMNS, key=id_of, texts=texts, heading=lambda row: row.id == "late")
    model.replace([Dose("late", "Overdue"), Dose("a", "due")])
    assert not model.flags(model.index(0, 0)) & Qt.ItemFlag.ItemIsSelectable
    assert model.flags(model.index(1, 0)) & Qt.ItemFlag.ItemIsSelectable
    assert model.flags(QModelIndex()) == Qt.ItemFlag.NoItemFlags
