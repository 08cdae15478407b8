"""The audit page, and that opening pages in the window leaves its one entry each."""

from typing import get_args

import pytest
from PySide6.QtCore import Qt

from client.desktop.desk import Desk
from client.desktop.pages.audit import AuditPage
from client.presenters.audit import (
    AuditData,
    AuditQuestion,
    AuditSpan,
    AuditView,
    audit_lines,
    read_audit,
    what_words,
)
from client.texts import LANGUAGES, Texts
from domain.auditing import AuditAction, AuditEntry
from domain.barcodes import wristband
from domain.errors import StorageError
from domain.events import Body
from domain.happenings import TellingBody
from domain.ids import CommandId, PatientId, PractitionerId
from domain.people import Practitioner, Role
from domain.services.audit_trail import ACTIONS
from domain.services.auditing import About, about_stay, note
from domain.services.unusual import Oddity
from storage.journal import _snake
from tests.desktop.open_window import enter, lines, rest, strike, subject, work
from tests.desktop.ward import formats
from tests.desktop.ward_sample import Sample

AUDITOR = PractitionerId("ma.yu")


def entries(sample: Sample, *actions: AuditAction) -> list[AuditEntry]:
    """What the trail holds, the earliest first."""
    rows = sample.app.place.trust.trail.rows(actions=frozenset(actions) or None)
    return [row.entry for row in reversed(rows)]


def whats(sample: Sample) -> list[str]:
    return [entry.what for entry in entries(sample, AuditAction.READ, AuditAction.SEARCH)]


@pytest.fixture
def auditor(sample: Sample) -> PractitionerId:
    person = Practitioner(AUDITOR, "MA, Yu", frozenset({Role.MEDICAL_AFFAIRS}), "马宇")
    sample.app.add_user(user="admin", command=CommandId("auditor"), practitioner=person)
    return AUDITOR


def test_a_page_that_is_opened_is_told_once_however_often_it_reads(
    desk: Desk, sample: Sample
) -> None:
    assert whats(sample) == ["worklist", "task_pane"]
    work(desk).refresh()
    rest(desk)
    work(desk).refresh()
    rest(desk)
    assert whats(sample) == ["worklist", "task_pane"]
    pane = entries(sample, AuditAction.READ)[0]
    assert pane.user == "li.na"
    assert pane.target == lines(work(desk))[0].row.order
    assert pane.patient is not None

    desk.window.open("board", None)
    rest(desk)
    desk.window.open("loop", subject(sample, "vancomycin", "M11"))
    rest(desk)
    desk.window.open("step", subject(sample, "vancomycin", "M11"))
    rest(desk)
    assert whats(sample)[2:] == ["board", "loop", "step"]
    page = desk.window.page
    assert page is not None
    page.refresh()
    rest(desk)
    assert whats(sample)[2:] == ["board", "loop", "step"]


def test_another_patient_in_the_pane_is_another_opening(desk: Desk, sample: Sample) -> None:
    page = work(desk)
    page.head.look_for("")
    rest(desk)
    first = lines(page)[0].row.order
    other = next(line for line in lines(page) if line.row.order != first)
    before = len(whats(sample))
    page.table.choose(other.key)
    rest(desk)
    assert entries(sample)[-1].target == other.row.order
    assert len(whats(sample)) == before + 1


def test_a_stop_at_the_bedside_stands_in_the_trail_though_nothing_was_recorded(
    desk: Desk, sample: Sample
) -> None:
    desk.window.open("step", subject(sample, "insulin", "M10"))
    rest(desk)
    desk.window.take_scan(wristband("0012345701", 1))
    rest(desk)
    (stop,) = entries(sample, AuditAction.STOPPED)
    assert (stop.user, stop.what, stop.outcome) == ("li.na", "step.record", "refused")
    assert stop.detail["checks"] == ["right_patient"]
    assert stop.target == sample.task("insulin", 0)
    assert stop.patient is not None


def test_where_the_trail_cannot_be_written_the_page_shows_nothing(
    desk: Desk, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_entries: object) -> None:
        raise StorageError("DISK_FULL", "No space is left")

    monkeypatch.setattr(sample.app.place.trust.trail, "write", full)
    desk.window.open("loop", subject(sample, "vancomycin", "M11"))
    rest(desk)
    assert desk.window.page is not None
    assert desk.window.page.banner() is None


def test_a_window_that_is_locked_is_told_with_the_person_who_sat_there(
    desk: Desk, sample: Sample
) -> None:
    desk.sign_out()
    rest(desk)
    (lock,) = entries(sample, AuditAction.LOCK)
    assert lock.user == "li.na"


# ---------------------------------------------------------------- the page itself
def opened(desk: Desk) -> AuditPage:
    enter(desk, AUDITOR)
    desk.window.open("audit", None)
    rest(desk)
    page = desk.window.page
    assert isinstance(page, AuditPage)
    return page


def test_an_auditor_asks_for_a_patient_and_sees_who_opened_the_record(
    desk: Desk, sample: Sample, auditor: PractitionerId
) -> None:
    assert auditor
    order = sample.orders["vancomycin"]
    sample.app.show_order(user="he.lan", order=order, now=sample.app.now())
    stay = sample.app.reads.encounter_of_order(order)
    assert stay is not None
    encounter = sample.app.reads.encounter(stay)
    assert encounter is not None
    patient = sample.app.reads.patient(encounter.patient_id)
    assert patient is not None
    page = opened(desk)
    page.views.choose(AuditView.LOOKED.value)
    page.record_no.setText(f" {patient.mrn[:4]} {patient.mrn[4:]}")
    strike(desk, Qt.Key.Key_Return)
    shown = [(line.cell("who").text, line.cell("more").text) for line in page.model.rows]
    assert ("HE, Lan (he.lan)", "order") in shown
    page.views.choose(AuditView.ALL.value)
    page.refresh()
    rest(desk)
    assert "recorded" in {line.cell("done").text for line in page.model.rows}
    page.record_no.setText("999")
    page.refresh()
    rest(desk)
    assert page.model.rows == ()
    assert not page.message.isHidden()
    page.record_no.setText("")
    page.refresh()
    rest(desk)
    assert page.message.text() == desk.window.texts("audit_page.name")


def test_the_page_opens_on_what_is_unusual_and_forgets_it_for_the_next_person(
    desk: Desk, sample: Sample, auditor: PractitionerId
) -> None:
    assert auditor
    stay = sample.app.reads.encounter_of_order(sample.orders["vancomycin"])
    assert stay is not None
    note(
        sample.app.place,
        user="zhao.min",
        action=AuditAction.BREAK_GLASS,
        what="access.open_stay",
        about=about_stay(sample.app.place, stay),
    )
    page = opened(desk)
    (line,) = page.model.rows
    assert line.cell("more").text == "opened against the rule, with a reason"
    enter(desk, "li.na")
    assert page.model.rows == ()


def test_only_those_who_answer_for_it_have_the_page_on_their_rail(
    desk: Desk, auditor: PractitionerId
) -> None:
    assert "audit" not in desk.window.rail.keys
    enter(desk, auditor)
    assert "audit" in desk.window.rail.keys


def test_times_and_several_patients_are_told_in_words(
    sample: Sample, auditor: PractitionerId
) -> None:
    place = sample.app.place
    stay = sample.app.reads.encounter_of_order(sample.orders["vancomycin"])
    assert stay is not None
    seen = about_stay(place, stay)
    for _ in range(2):
        note(place, user="zhao.min", action=AuditAction.BREAK_GLASS, what="x", about=seen)
    for number in range(20):
        one = About(patient=PatientId(f"p{number}"))
        note(place, user="zhao.min", action=AuditAction.READ, what="loop", about=one)
    question = AuditQuestion(view=AuditView.UNUSUAL, span=AuditSpan.DAY)
    now = place.trust.clock.now()
    data = read_audit(sample.app, question, user=auditor, now=now)
    words = [line.cell("done").text for line in audit_lines(data, now=now, formats=formats())]
    assert words == ["opened 2 times", "21 patients in 10 minutes"]
    assert not AuditData().cut


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_action_reason_and_kind_of_event_has_its_words(language: str) -> None:
    texts = Texts.load("zh" if language == "zh" else "en")
    assert all(texts.has(f"audit_action.{action}") for action in ACTIONS)
    assert all(texts.has(f"audit_reason.{oddity}") for oddity in Oddity)
    kinds = [_snake(body.__name__) for body in (*get_args(Body), *get_args(TellingBody))]
    assert [kind for kind in kinds if not texts.has(f"audit_what.{kind}")] == []
    assert what_words("order.show_order", texts) == texts("audit_what.order_show_order")
    assert what_words("something.new", texts) == "something.new"
