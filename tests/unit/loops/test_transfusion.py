"""Blood: approvals, samples, units in turn, the hours that count, the bag."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from domain.commands import ChangeFields, NewTask, PassTime
from domain.events import Override
from domain.findings import Finding, Severity
from domain.loops.checks import CheckContext
from domain.orders import OrderState, Priority
from domain.people import Role
from domain.tasks import TaskState
from tests.openings import TRANSFUSION, blood, issue, transfuse, units_of
from tests.story import Story, at, loops, person, refused

if TYPE_CHECKING:
    from domain.tasks import Task


def _run(story: Story, clock: str = "08:15", task: Task | None = None) -> Task:
    """A unit from the bedside to its end, an hour later."""
    task = task or story.task
    transfuse(story, clock, task)
    story.record("T16", story.now.replace(minute=story.now.minute + 15), task=task, reaction=False)
    story.record("T18", at(clock).replace(hour=at(clock).hour + 1), task=task, result="complete")
    return story.again(task)


def _back(story: Story, task: Task) -> None:
    story.record("T19", story.now, task=task, reaction=False)
    story.record("T20", story.now, task=task)
    story.record("T20b", story.now, task=task)


@pytest.mark.rows("T1", "T15", "T18", "T20", "T21", "T22", "E46")
def test_one_unit_from_assessment_to_confirmation() -> None:
    story = blood()
    issue(story, "08:00")
    _back(story, _run(story))
    assert story.task.state.value == "closed"
    with refused("STEP_NOT_READY"):
        story.record("T22", "10:00")
    story.record("T21", "10:00")
    story.record("T22", "10:05")
    assert (story.order.state, story.order.outcome) == (OrderState.CLOSED, "completed")


@pytest.mark.rows("E10", "decision-5")
def test_assessment_and_consent_come_before_the_signature() -> None:
    story = Story("transfusion", TRANSFUSION)
    assert story.ready() == {"T1"}
    with refused("STEP_NOT_READY"):
        story.record("T3", "07:00")
    story.record("T1", "07:00")
    story.record("T2", "07:01", result="consented", co_signer="the patient")
    assert story.order.state.value == "draft"
    with refused("STEP_NOT_READY") as caught:
        story.record("T5", "07:02", result="verified")
    assert "T5 waits for T3." in caught.text
    with refused("STEP_NOT_READY"):
        story.record("T21", "07:02")
    story.record("T3", "07:02")
    assert story.order.signed_at == at("07:02")
    assert {"T4", "T5", "T9"} <= story.ready()


@pytest.mark.rows("T4", "TT01", "decision-12")
def test_who_approves_depends_on_the_volume() -> None:
    story = blood(upto="T9", approval_level="affairs")
    with refused("STEP_NOT_READY"):
        story.record("T4c", "07:20", result="approved")
    story.record("T4b", "07:20", result="approved")
    story.record("T4c", "07:21", result="approved")
    other = blood(upto="T9", approval_level="department")
    other.record("T4b", "07:20", result="approved")
    with refused("NOT_APPLICABLE"):
        other.record("T4c", "07:21", result="approved")


@pytest.mark.rows("V10", "TT08", "TT13", "E49")
def test_thirty_minutes_to_the_start_and_four_hours_to_the_end() -> None:
    def storage_time(context: CheckContext) -> Finding | None:
        minutes = context.limit_minutes("TT08")
        issued = context.place.record("T11")
        assert minutes is not None
        assert issued is not None
        over = (context.entry.at - issued.at).total_seconds() > minutes * 60
        return Finding("storage_time", Severity.SECOND_PERSON, "too long") if over else None

    for component, minutes in (("red_cells", 30), ("platelets", 10)):
        story = blood(upto="T9", component=component)
        checks = MappingProxyType({**loops().checks, "storage_time": storage_time})
        story.loops = replace(loops(), checks=checks)
        if component == "red_cells":
            story.record("T10", "07:30", result="compatible", witness=Role.BLOOD_BANK, din="W1")
        story.record("T11", "10:00", witness=Role.PORTER, din="W1")
        story.record("T12", "10:05", witness=Role.NURSE)
        story.record("T13", "10:06")
        assert story.due(story.task)["TT08"] == at(f"10:{minutes}")
        assert story.due(story.task)["TT13"] == at("14:00")
        late = at("10:00").replace(minute=minutes + 1)
        with refused("FINDINGS") as caught:
            story.record("T14", late, witness=Role.NURSE)
        assert caught.checks == ["storage_time"]
        assert "second person" in caught.text


@pytest.mark.rows("E44", "TX10")
def test_a_second_person_must_be_another_and_no_student() -> None:
    def always(_context: CheckContext) -> Finding | None:
        return Finding("storage_time", Severity.SECOND_PERSON, "too long out", "return it")

    story = blood()
    issue(story, "10:00")
    story.loops = replace(loops(), checks={**loops().checks, "storage_time": always})
    story.record("T13", "10:31")
    bank, student = person(Role.BLOOD_BANK), person(Role.NURSE, "student1", student=True)
    nurse = person(Role.NURSE)
    for second, seconds in (
        (None, ()),
        (bank.user, ()),
        (student.user, (student,)),
        (nurse.user, (nurse,)),
    ):
        why = Override("storage_time", "four hours still hold", second)
        with refused("FINDINGS"):
            story.record(
                "T14", "10:32", by=nurse, witness=Role.NURSE, overrides=(why,), seconds=seconds
            )
    why = Override("storage_time", "four hours still hold", bank.user)
    story.record("T14", "10:32", witness=Role.NURSE, overrides=(why,), seconds=(bank,))
    assert "T14" in story.task.steps


@pytest.mark.rows("V11", "E25", "E26", "TT05")
def test_a_sample_older_than_three_days_issues_nothing() -> None:
    story = blood(recent_exposure="yes")
    sampled = story.order.steps["T6"].at
    story.record("T11", at(f"{sampled:%H:%M}", 3), witness=Role.PORTER, din="W000026123456")
    late = blood(recent_exposure="yes")
    with refused("FINDINGS") as caught:
        late.record("T11", at("07:06", 3), witness=Role.PORTER, din="W000026123456")
    assert caught.checks == ["validity", "validity"] or "validity" in caught.checks
    assert "T6 has expired" in caught.text or "T10 has expired" in caught.text
    late.record("T6", at("07:10", 3), witness=Role.NURSE)
    assert late.order.steps["T7"].undone
    assert late.order.steps["T8"].undone
    assert late.task.steps["T10"].undone, "what rests on the old sample is done anew"
    assert "T7" in late.ready()


@pytest.mark.rows("TT05", "decision-14")
def test_the_international_profile_keeps_a_sample_seven_days() -> None:
    story = blood(recent_exposure="no")
    story.loops = loops("intl")
    story.record("T10", at("07:00", 6), result="compatible", witness=Role.BLOOD_BANK, din="W1")
    story.record("T11", at("08:00", 6), witness=Role.PORTER, din="W1")
    assert "T11" in story.task.steps


@pytest.mark.rows("TX17", "E25", "TT06")
def test_a_reservation_says_itself_how_long_it_holds() -> None:
    system = person(Role.SYSTEM)
    story = blood(upto="T9")
    story.record(
        "T10",
        "07:30",
        result="compatible",
        witness=Role.BLOOD_BANK,
        din="W1",
        valid_until=at("07:30", 1).isoformat(),
    )
    assert story.due(story.task)["TT06"] == at("07:30", 1)
    story.entry(PassTime, at("07:29", 1), actor=system)
    assert story.task.state.value == "in_progress"
    with refused("FINDINGS") as caught:
        story.record("T11", at("07:31", 1), witness=Role.PORTER, din="W1")
    assert caught.checks == ["validity"]
    story.entry(PassTime, at("07:31", 1), actor=system)
    assert (story.task.state, story.task.outcome) == (TaskState.VOIDED, "lapsed")
    usual = blood()
    usual.entry(PassTime, at("07:29", 3), actor=system)
    assert usual.task.state.value == "in_progress"


@pytest.mark.rows("X12", "E1", "E4")
def test_the_next_unit_waits_for_the_end_of_the_one_before() -> None:
    story = blood(2)
    first, second = units_of(story)
    before = story.order.version
    issue(story, "08:00", first)
    assert story.order.version > before, "another technician must see the issue"
    with refused("STEP_NOT_READY") as caught:
        story.record("T11", "08:11", task=second, witness=Role.PORTER, din="W2")
    assert f"T18 of task {first.id}" in caught.text
    assert "T11" not in story.ready(second)
    _run(story, task=first)
    assert "T11" in story.ready(second)
    story.record("T11", "09:30", task=second, witness=Role.PORTER, din="W2")


@pytest.mark.rows("X12", "TX07")
def test_in_a_massive_transfusion_units_are_issued_together() -> None:
    story = blood(2, massive=True)
    for task in units_of(story):
        story.record("T11", "08:00", task=task, witness=Role.PORTER, din="W2")
    assert all("T11" in one.steps for one in units_of(story))


@pytest.mark.rows("X12", "TX09")
def test_a_wasted_unit_does_not_block_the_next() -> None:
    story = blood(2)
    first, second = units_of(story)
    issue(story, "08:00", first)
    story.exit("wasted", "08:20", task=first, witness=Role.NURSE)
    story.record("T11", "08:30", task=second, witness=Role.PORTER, din="W2")


@pytest.mark.rows("TX06", "E48", "E12", "T11e", "TT24")
def test_blood_in_an_emergency_and_its_papers_after() -> None:
    story = Story("transfusion", {**TRANSFUSION, "emergency": True}, Priority.STAT)
    story.record("T1", "07:00")
    story.record("T2", "07:01", result="refused", co_signer="the patient")
    assert story.order.steps["T2"].result == "refused", "the refusal stands in the record"
    story.record("T3", "07:02")
    story.make(NewTask(seq=1, last=True))
    assert story.due(story.task)["TT24"] == at("07:17")
    with refused("STEP_NOT_READY") as caught:
        story.record("T11", "07:03", witness=Role.PORTER, din="W1")
    assert "T11 waits for T5, T9, T11e" in caught.text
    story.record("T5", "07:03", result="verified")
    story.record("T9", "07:03")
    story.record("T11e", "07:04", reason="bleeding")
    story.record("T11", "07:05", witness=Role.PORTER, din="W1")
    story.record("T12", "07:06", witness=Role.NURSE)
    transfuse(story, "07:07")
    story.record("T4", "07:20", result="approved")
    story.record("T6", "07:22", witness=Role.NURSE)
    story.record("T7", "07:23", result="accepted")
    story.record("T8", "07:24", result="matched", witness=Role.BLOOD_BANK)
    assert not story.order.gaps
    story.record("T10", "07:25", late=True, result="compatible", witness=Role.BLOOD_BANK, din="W1")
    assert not story.task.gaps


@pytest.mark.rows("TX02", "E48")
def test_a_refused_consent_stops_the_request_and_may_be_given_later() -> None:
    story = Story("transfusion", TRANSFUSION)
    story.record("T1", "07:00")
    story.record("T2", "07:01", result="refused", co_signer="the patient")
    assert "T2" not in story.order.steps
    with refused("STEP_NOT_READY"):
        story.record("T3", "07:02")
    story.record("T2", "07:10", result="consented", co_signer="the patient")
    story.record("T3", "07:11")


@pytest.mark.rows("TX03", "TX04", "TX05", "E22")
def test_what_does_not_fit_is_sampled_or_matched_again() -> None:
    story = blood(upto="T6")
    story.record("T7", "07:10", result="rejected", reject_reason="RH")
    assert story.order.steps["T6"].undone
    story.record("T6", "07:20", witness=Role.NURSE)
    story.record("T7", "07:21", result="accepted")
    story.record("T8", "07:25", result="discrepancy", witness=Role.BLOOD_BANK)
    assert story.order.steps["T6"].undone
    assert "T8" not in story.order.steps
    other = blood(upto="T9")
    other.record("T10", "07:30", result="incompatible", witness=Role.BLOOD_BANK)
    assert "T10" in other.ready(other.task)


@pytest.mark.rows("TM21", "TT11", "T16")
def test_the_first_look_is_at_fifteen_minutes_and_not_at_five() -> None:
    story = blood()
    issue(story, "08:00")
    transfuse(story, "08:15")
    with refused("FINDINGS") as caught:
        story.record("T16", "08:21", reaction=False)
    assert caught.checks == ["too_early"]
    assert story.due(story.task)["TT11"] == at("08:36")
    story.record("T16", "08:26", reaction=False)
    assert story.due(story.task)["TT12"] == at("08:56")


@pytest.mark.rows("TT09", "TT10", "E25", "E26")
def test_a_baseline_older_than_an_hour_is_taken_again() -> None:
    story = blood()
    story.record("T13", "07:40")
    issue(story, "08:00")
    with refused("FINDINGS") as caught:
        story.record("T14", "08:41", witness=Role.NURSE)
    assert caught.checks == ["validity"]
    story.record("T13", "08:42")
    story.record("T14", "08:42", witness=Role.NURSE)
    with refused("FINDINGS"):
        story.record("T15", "08:48")
    assert "T14" in story.ready(story.task)
    story.record("T14", "08:48", witness=Role.NURSE)
    story.record("T15", "08:49")
    with refused("ALREADY_DONE"):
        story.record("T13", "10:00")


@pytest.mark.rows("TX12", "TX15", "E17", "V18", "TX18")
@pytest.mark.parametrize("result", ["time_limit", "partial", "stopped_reaction", "complete"])
def test_a_bag_that_is_lost_ends_the_unit_by_the_charge_nurse(result: str) -> None:
    story = blood()
    issue(story, "08:00")
    transfuse(story, "08:15")
    story.record("T16", "08:31", reaction=False)
    story.record("T18", "12:00", result=result, reason="four hours", volume="150 mL")
    story.record("T19", "12:10", reaction=False)
    assert story.due(story.task)["TT17b"] == at("12:00", 1)
    with refused("EXIT_TOO_EARLY"):
        story.exit("bag_missing", at("11:59", 1), by=Role.CHARGE_NURSE)
    with refused("NOT_AUTHORISED"):
        story.exit("bag_missing", at("12:00", 1), by=Role.NURSE)
    story.exit("bag_missing", at("12:00", 1), by=Role.CHARGE_NURSE)
    assert story.task.state.value == "closed_by_exit"
    fixed = {"time_limit": "completed_partial", "partial": "completed_partial"}
    lost = "bag_missing" if result == "complete" else fixed.get(result, result)
    assert story.task.outcome == lost
    assert story.task.exit is not None
    assert story.task.exit.code == "TX18"


@pytest.mark.rows("TX12", "E17", "TT15", "TT17")
def test_a_unit_stopped_at_four_hours_keeps_its_clocks() -> None:
    story = blood()
    issue(story, "08:00")
    transfuse(story, "08:15")
    story.record("T16", "08:31", reaction=False)
    story.record("T18", "12:00", result="time_limit", reason="four hours")
    assert story.task.state.value == "in_progress"
    rows = story.due(story.task)
    assert rows["TT15"] == at("12:15")
    assert rows["TT17"] == at("12:00", 1)
    assert "TT12" not in rows, "no rounds after the end"
    _back(story, story.task)
    assert (story.task.state, story.task.outcome) == (TaskState.CLOSED_BY_EXIT, "completed_partial")


@pytest.mark.rows("TX19", "E27", "T14b", "TT22")
def test_the_receiving_ward_checks_the_identity_again() -> None:
    story = blood()
    issue(story, "08:00")
    transfuse(story, "08:15")
    assert "T14b" not in story.ready(story.task)
    with refused("INVALID_INPUT"):
        story.entry(ChangeFields, "08:20", task=story.task.id, fields={"ward_stock": True})
    with refused("INVALID_INPUT"):
        story.entry(ChangeFields, "08:20", fields={"transferred": True})
    story.entry(ChangeFields, "08:20", task=story.task.id, fields={"transferred": True})
    assert "T14b" in story.ready(story.task)
    story.record("T14b", "08:25")
    _ended = blood()
    _ended.exit("wasted", "07:40", witness=Role.NURSE)
    with refused("TASK_ENDED"):
        _ended.entry(ChangeFields, "08:00", task=_ended.task.id, fields={"transferred": True})


@pytest.mark.rows("E46", "E14", "decision-6")
def test_a_late_approval_does_not_close_the_order() -> None:
    story = Story("transfusion", {**TRANSFUSION, "emergency": True}, Priority.STAT)
    story.record("T1", "07:00")
    story.record("T2", "07:01", result="consented", co_signer="the patient")
    story.record("T3", "07:02")
    story.make(NewTask(seq=1, last=True))
    story.stop("discontinue", "07:05")
    assert story.order.state.value == "voided"
    other = blood()
    issue(other, "08:00")
    _back(other, _run(other))
    with refused("STEP_NOT_READY") as caught:
        other.record("T22", "10:00")
    assert "T21" in caught.text


@pytest.mark.rows("TX16", "E34")
def test_a_stopped_request_lets_the_running_unit_end() -> None:
    story = blood(2)
    first, second = units_of(story)
    issue(story, "08:00", first)
    transfuse(story, "08:15", first)
    story.stop("discontinue", "08:20")
    assert story.again(second).state.value == "voided"
    assert story.again(first).state.value == "in_progress"
