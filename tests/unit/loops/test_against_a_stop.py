"""Entries that a stop could not refuse, and what may not rest on them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.barcodes import wristband
from domain.commands import HoldWork, NewTask, PassTime
from domain.errors import InvalidInput, Refused
from domain.people import Role
from domain.records import Source
from domain.tasks import TaskState
from tests.openings import MEDICATION, dose, medication
from tests.story import MRN, Story, at, person

OTHER = "0099999999"


@pytest.mark.rows("E8", "M10", "M11")
def test_a_wrong_wristband_told_as_retro_lets_nothing_live_go_on() -> None:
    story = medication(dose("08:00", ward_stock=True))
    story.record(
        "M10",
        "08:00",
        scans=(wristband(OTHER, 1),),
        source=Source.RETRO,
        reason="entered after the fact",
    )
    assert story.task.steps["M10"].stopped
    with pytest.raises(Refused) as refused:
        story.record("M11", "08:01", result="complete")
    assert refused.value.findings[0].check == "earlier_stop"
    assert "M10 again" in refused.value.next_step
    assert story.ready(story.task) == {"M10"}, "the check is offered anew, and nothing on it"

    story.record("M10", "08:02", scans=(wristband(MRN, 1),), noscan_reason="label damaged")
    assert "M11" in story.ready(story.task)
    story.record("M11", "08:03", result="complete")
    assert story.task.state is TaskState.CLOSED


@pytest.mark.rows("E8", "E12")
def test_a_stop_is_passed_on_by_a_step_that_does_not_apply() -> None:
    """Nothing is mixed on the ward, so the check at the bed rests on the dispensing itself."""
    story = medication(dose("08:00", ward_stock=False))
    story.record("M5", "07:20", expiry="2026-11-01", source=Source.RETRO, reason="on paper")
    assert story.task.steps["M5"].stopped
    with pytest.raises(Refused) as refused:
        story.record("M6", "07:30")
    assert refused.value.findings[0].check == "earlier_stop"
    assert story.ready(story.task) == {"M5"}

    other = medication(dose("08:00", ward_stock=False, transported=False))
    other.record("M5", "07:20")
    other.record("M6", "07:30", expiry="2026-11-01", source=Source.RETRO, reason="on paper")
    with pytest.raises(Refused) as passed:
        other.record("M8", "07:40")
    assert "M6 again" in passed.value.next_step


@pytest.mark.rows("E8", "E26")
def test_what_was_given_against_a_stop_can_be_ended_live() -> None:
    """An infusion that runs must be watched and ended, however it was started."""
    story = medication(dose("08:00", ward_stock=True, infusion=True))
    wrong = (wristband(OTHER, 1),)
    story.record("M10", "08:00", scans=wrong, source=Source.RETRO, reason="written down after")
    story.record("M11", "08:01", source=Source.RETRO, reason="written down after")
    assert story.task.steps["M11"].stopped
    assert story.ready(story.task) == {"M12", "M13"}

    story.record("M12", "08:20")
    story.record("M13", "08:30", result="complete")

    assert story.task.state is TaskState.CLOSED


@pytest.mark.rows("E8")
def test_an_order_step_against_a_stop_is_offered_again_on_the_order() -> None:
    story = Story("medication", {**MEDICATION, "skin_test": True})
    for no, result in (("M1", None), ("M2", "verified"), ("M3", "approved")):
        story.record(no, "07:05", result=result)
    wrong = (wristband(OTHER, 1),)
    story.record("M4a", "07:10", scans=wrong, source=Source.RETRO, reason="written down after")

    assert story.ready() == {"M4a"}
    story.record("M4a", "07:20", scans=(wristband(MRN, 1),))
    assert story.ready() == {"M4"}


@pytest.mark.rows("M10")
def test_a_result_that_the_step_does_not_have_is_never_dropped() -> None:
    story = medication(dose("08:00", ward_stock=True))
    with pytest.raises(InvalidInput) as refused:
        story.record("M10", "08:00", result="wrong_patient")
    assert refused.value.field == "result"
    assert "M10" not in story.task.steps


def test_a_blank_is_no_reason_for_not_scanning() -> None:
    story = medication(dose("08:00", ward_stock=True))
    with pytest.raises(Refused) as refused:
        story.record("M10", "08:00", noscan_reason="  ")
    assert refused.value.code == "FINDINGS"


@pytest.mark.rows("E34", "X3")
def test_a_dose_without_due_time_ends_with_the_order() -> None:
    story = medication(NewTask(fields={"ward_stock": True}), order_class="SOS")
    story.stop("discontinue", "08:00", stop_at=at("10:00"))
    assert story.task.state is TaskState.PLANNED
    _pass(story, "10:01")
    assert (story.task.state, story.task.outcome) == (TaskState.VOIDED, "discontinued")


@pytest.mark.rows("E34", "X3")
def test_an_infusion_that_runs_when_the_stop_is_reached_runs_on_to_its_end() -> None:
    story = medication(dose("08:00", infusion=True), NewTask(fields={"ward_stock": True}))
    running, undated = story.case.tasks.values()
    story.record("M10", "08:00", task=running)
    story.record("M11", "08:01", task=running)
    story.stop("discontinue", "08:10", stop_at=at("09:00"))
    _pass(story, "09:01")
    assert story.again(undated).state is TaskState.VOIDED
    assert story.again(running).state is TaskState.IN_PROGRESS
    story.record("M13", "09:10", task=running, result="partial", reason="stopped by the physician")


@pytest.mark.rows("MX21", "MX16")
def test_a_held_sos_dose_does_not_lapse_by_time_alone() -> None:
    story = medication(NewTask(fields={"ward_stock": True, "first_task": True}), order_class="SOS")
    story.entry(HoldWork, "08:00", reason="nil by mouth")
    _pass(story, "20:00")
    assert story.task.state is TaskState.ON_HOLD


@pytest.mark.rows("E8")
def test_an_entry_of_long_before_the_order_is_a_slip() -> None:
    story = medication(dose("08:00", ward_stock=True))
    with pytest.raises(InvalidInput) as refused:
        story.record(
            "M10", at("07:00") - timedelta(days=2), source=Source.RETRO, reason="found the note"
        )
    assert refused.value.field == "at"


def _pass(story: Story, clock: str) -> None:
    story.do(PassTime(order=story.order.id, actor=person(Role.SYSTEM, "system"), at=at(clock)))
