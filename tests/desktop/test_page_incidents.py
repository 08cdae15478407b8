"""The safety officer's page: what was stopped or went wrong, and what is done about it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from client.desktop.desk import Desk
from client.desktop.pages.incidents import IncidentsPage
from client.presenters.incidents import IncidentView
from client.settings import Language
from client.texts import LANGUAGES, Texts
from domain.barcodes import wristband
from domain.ids import CommandId, PractitionerId
from domain.loops.checks import IDENTITY_CHECKS
from domain.people import Practitioner, Role
from domain.safety import FollowUpState, SafetyKind
from rules.checks.registry import CLINICAL
from tests.desktop.open_window import enter, rest, strike, subject
from tests.desktop.ward_sample import Sample

OFFICER = PractitionerId("ma.yu")


@pytest.fixture
def officer(sample: Sample) -> PractitionerId:
    person = Practitioner(OFFICER, "MA, Yu", frozenset({Role.MEDICAL_AFFAIRS}), "马宇")
    sample.app.add_user(user="admin", command=CommandId("officer"), practitioner=person)
    return OFFICER


def a_near_miss(desk: Desk, sample: Sample) -> None:
    """The nurse scans another patient's wristband before an insulin dose."""
    desk.window.open("step", subject(sample, "insulin", "M10"))
    rest(desk)
    desk.window.take_scan(wristband("0012345701", 1))
    rest(desk)


def opened(desk: Desk) -> IncidentsPage:
    enter(desk, OFFICER)
    desk.window.open("incidents", None)
    rest(desk)
    page = desk.window.page
    assert isinstance(page, IncidentsPage)
    return page


def test_the_officer_reads_a_near_miss_and_says_what_was_done(
    qtbot: QtBot, desk: Desk, sample: Sample, officer: PractitionerId
) -> None:
    assert officer
    a_near_miss(desk, sample)
    page = opened(desk)
    (line,) = [one for one in page.model.rows if one.event.kind is SafetyKind.MISMATCH]
    assert line.cells["kind"].text == "mismatch"
    assert line.cells["what"].text == "patient's identity"
    assert line.cells["who"].text == "LI, Na"
    assert line.cells["patient"].text
    assert line.cells["state"].text == "open"

    page.table.choose(line.key)
    assert page.what.text() == "mismatch"
    assert page.notes.text() == desk.window.texts("incident_page.no_notes")
    page.follow_up()
    assert page.note.toPlainText() == ""
    page.note.setPlainText("beds 12 and 21 were taken for one another; asked the nurse")
    desk.window.activateWindow()
    page.note.setFocus(Qt.FocusReason.OtherFocusReason)
    strike(desk, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not page.note.toPlainText())  # a button that is struck moves first
    rest(desk)
    (again,) = [one for one in page.model.rows if one.key == line.key]
    assert again.event.state is FollowUpState.REVIEWING
    assert "asked the nurse" in page.notes.text()
    assert page.note.toPlainText() == ""

    page.note.setPlainText("bed signs were enlarged")
    page.state.choose(FollowUpState.CLOSED.value)
    page.follow_up()
    rest(desk)
    assert line.key not in {one.key for one in page.model.rows}, "what is closed is out of sight"
    page.views.choose(IncidentView.ALL.value)
    page.refresh()
    rest(desk)
    assert line.key in {one.key for one in page.model.rows}


def test_only_who_follows_up_sees_the_page_and_nothing_is_left_for_the_next(
    desk: Desk, sample: Sample, officer: PractitionerId
) -> None:
    a_near_miss(desk, sample)
    assert "incidents" not in desk.window.rail.keys
    page = opened(desk)
    assert "incidents" in desk.window.rail.keys
    page.note.setPlainText("half written")
    enter(desk, "li.na")
    assert desk.window.page is not page
    assert "incidents" not in desk.window.rail.keys
    assert opened(desk).note.toPlainText() == ""
    assert officer


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_check_has_a_name_a_person_reads(language: Language) -> None:
    texts = Texts.load(language)
    names = {*IDENTITY_CHECKS, *CLINICAL}
    assert [name for name in sorted(names) if not texts.has(f"check_name.{name}")] == []
