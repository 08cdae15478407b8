"""Vital signs in the real window: typed by keyboard, scored while typing, charted, taken back."""

from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from client.desktop.desk import Desk
from client.desktop.pages.vitals import VitalsPage
from client.presenters.news2_bands import chart_rows
from client.presenters.vitals import ChartColumn, typed_oxygen, typed_value
from domain.standing import SPO2_SCALE
from rules.scores.news2 import News2Inputs, news2
from tests.desktop.open_window import ALT, BAND, CONTROL, enter, rest, strike
from tests.desktop.ward_sample import Sample


def opened(desk: Desk, sample: Sample, bed: str = "12") -> VitalsPage:
    desk.window.open("vitals", sample.stays[bed])
    rest(desk)
    page = desk.window.page
    assert isinstance(page, VitalsPage)
    return page


def type_in(page: VitalsPage, **values: str) -> None:
    for name, text in values.items():
        page.entry.fields[name].setText(text)
    page.entry.typed.emit()


def sets(page: VitalsPage) -> list[ChartColumn]:
    return list(page.chart.columns)


def strike_keys(desk: Desk, text: str) -> None:
    """Type at a person's pace: no wedge scanner pauses between characters."""
    for key in text:
        target = QApplication.focusWidget()
        assert target is not None
        if key == "\r":
            QTest.keyClick(target, Qt.Key.Key_Return)
        else:
            QTest.keyClicks(target, key)
        desk.scanner.release()


WELL = {
    "respiratory_rate": "16",
    "spo2": "98",
    "supplemental_oxygen": "A",
    "systolic_bp": "118",
    "diastolic_bp": "70",
    "pulse": "72",
    "consciousness": "A",
    "temperature": "36.8",
}


def test_a_nurse_types_a_whole_set_without_a_mouse_and_sees_the_score_before_she_records(
    qtbot: QtBot, desk: Desk, sample: Sample
) -> None:
    page = opened(desk, sample)
    assert desk.window.banner.view is not None
    assert desk.window.banner.view.name.first == "WANG, Xiaoming"
    page.entry.first().setFocus()
    for typed in ("24", "93", "2", "\r", "118", "70", "104", "A", "379"):
        strike_keys(desk, typed)
    assert page.entry.values["temperature"] == "379"
    assert page.entry.box.text() == "NEWS2  7"
    assert "emergency" in page.entry.words.text()
    assert "within 30 min" in page.entry.asks.text()
    strike(desk, Qt.Key.Key_Return, CONTROL)
    qtbot.waitUntil(lambda: not page.entry.begun)  # a button that is struck moves first
    rest(desk)
    (one,) = sets(page)
    assert one.score is not None
    assert one.score.value == 7
    assert one.values["temperature"] == Decimal("37.9")
    assert one.values["oxygen_flow"] == Decimal(2)
    assert not page.entry.begun
    assert "CLORS" in page.risk_head.text()
    assert "NEWS2 7" in page.causes.text()


def test_a_part_of_a_set_gives_bounds_and_never_a_score(desk: Desk, sample: Sample) -> None:
    page = opened(desk, sample)
    type_in(page, **{**WELL, "temperature": "", "pulse": "140"})
    assert page.entry.box.text() == "NEWS2  ≥3"
    assert "Missing: Temperature" in page.entry.words.text()
    assert "One value alone scores 3: Pulse" in page.entry.asks.text()


def test_a_value_that_cannot_be_true_is_named_with_what_would_be_right_and_not_recorded(
    desk: Desk, sample: Sample
) -> None:
    page = opened(desk, sample)
    type_in(page, **{**WELL, "respiratory_rate": "160"})
    page.record()
    rest(desk)
    assert "Respirations: right is 0 – 80 /min" in page.entry.wrong.text()
    assert not sets(page)
    assert page.entry.values["respiratory_rate"] == "160", "what was typed stays"


def test_scale_2_needs_the_physician_who_prescribed_its_target(desk: Desk, sample: Sample) -> None:
    page = opened(desk, sample)
    type_in(page, **{**WELL, "spo2": "90"})
    assert page.entry.box.text() == "NEWS2  3"
    page.entry.scale.choose("2")
    page.entry.typed.emit()
    assert page.entry.box.text() == "NEWS2  0"
    page.record()
    rest(desk)
    assert not sets(page), "nobody is named yet"
    page.entry.prescriber.setCurrentIndex(page.entry.prescriber.findData("zhou.hao"))
    page.record()
    rest(desk)
    facts = sample.app.reads.clinical(sample.stays["12"]).facts
    assert facts[SPO2_SCALE].value == "2"
    assert facts[SPO2_SCALE].by == "zhou.hao"
    score = sets(page)[-1].score
    assert score is not None
    assert score.value == 0


def test_a_wrong_set_is_withdrawn_with_a_reason_and_counts_no_more(
    desk: Desk, sample: Sample
) -> None:
    page = opened(desk, sample)
    type_in(page, **{**WELL, "pulse": "172"})
    page.record()
    rest(desk)
    assert len(sets(page)) == 1
    page.take_back()
    rest(desk)
    assert len(sets(page)) == 1, "no reason, nothing is taken back"
    page.reason.setPlainText("pulse of the neighbour")
    page.take_back()
    rest(desk)
    assert not sets(page)
    assert "pulse" not in sample.app.reads.clinical(sample.stays["12"]).latest


def test_alt_m_opens_it_from_the_board_and_a_wristband_changes_the_patient(
    desk: Desk,
) -> None:
    desk.window.open("board", None)
    rest(desk)
    strike(desk, Qt.Key.Key_M, ALT)
    page = desk.window.page
    assert isinstance(page, VitalsPage)
    type_in(page, pulse="99")
    desk.window.take_scan(BAND)
    rest(desk)
    assert desk.window.banner.view is not None
    assert desk.window.banner.view.name.first == "WANG, Xiaoming"
    assert not page.entry.begun, "what was typed for another patient is gone"


def test_alt_m_opens_it_from_the_worklist_and_nothing_is_left_for_the_next_person(
    desk: Desk,
) -> None:
    desk.window.open("work", None)
    rest(desk)
    strike(desk, Qt.Key.Key_M, ALT)
    page = desk.window.page
    assert isinstance(page, VitalsPage)
    type_in(page, pulse="99")
    enter(desk, "zhao.min")
    desk.window.open("vitals", None)
    rest(desk)
    again = desk.window.page
    assert isinstance(again, VitalsPage)
    assert again.banner() is None
    assert not again.entry.begun


@pytest.mark.parametrize("scale", [1, 2])
def test_every_row_of_the_chart_gives_the_points_of_the_score(scale: int) -> None:
    ranges = {"respiratory_rate": range(81), "spo2": range(101), "systolic_bp": range(321),
              "pulse": range(301), "temperature": range(250, 451)}  # fmt: skip
    for parameter in chart_rows(scale):
        for number in ranges.get(parameter.name, ()):
            for on in (True, False):
                value = Decimal(number) / (10 if parameter.name == "temperature" else 1)
                row = parameter.row_of(value, on_oxygen=on)
                assert row is not None, (parameter.name, value)
                given = {parameter.name: value, "supplemental_oxygen": on}
                inputs = News2Inputs(**given, spo2_scale=scale)  # type: ignore[arg-type] # each is given by its name
                score = news2(inputs)
                points = {one.name: one.points for one in score.components}[parameter.name]
                assert parameter.bands[row].points == points, (parameter.name, value, on)


def test_what_is_typed_is_read_as_a_nurse_means_it() -> None:
    assert typed_value("temperature", "384") == "38.4"
    assert typed_value("temperature", "38,4") == "38.4"
    assert typed_value("consciousness", "v") == "V"
    assert typed_oxygen("a") == {"supplemental_oxygen": False}
    assert typed_oxygen("2.5") == {"supplemental_oxygen": True, "oxygen_flow": "2.5"}
    for name, text in (("pulse", "nan"), ("pulse", "1e2"), ("spo2", "101"), ("pulse", "-4")):
        with pytest.raises(ValueError, match=name):
            typed_value(name, text)
