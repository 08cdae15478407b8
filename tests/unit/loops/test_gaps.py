"""Steps that were passed over: seen, mended, or accepted by the charge nurse."""

from __future__ import annotations

import pytest

from domain.events import StepRecorded
from domain.people import Role
from domain.tasks import TaskState
from tests.openings import TEST, blood, dose, issue, medication, transfuse, visit
from tests.story import Story, refused


@pytest.mark.rows("V1", "E6", "decision-1")
def test_an_end_without_a_start_leaves_the_dose_incomplete() -> None:
    story = medication(dose("08:00", infusion=True))
    with refused("STEP_NOT_READY"):
        story.record("M13", "09:00", result="complete")
    story.record("M13", "09:00", entered="09:30", result="complete", late=True)
    assert story.task.gaps == {"M11"}
    assert story.again(story.task).incomplete
    assert story.task.state.value == "in_progress"
    story.record("M11", "08:05", entered="09:31", late=True)
    assert story.task.gaps == {"M10"}
    story.record("M10", "08:00", entered="09:32", late=True)
    assert not story.task.incomplete
    assert (story.task.state, story.task.outcome) == (TaskState.CLOSED, "completed")


@pytest.mark.rows("V1", "E7")
def test_the_charge_nurse_accepts_what_will_not_be_written_any_more() -> None:
    story = medication(dose("08:00", infusion=True))
    story.record("M13", "09:00", entered="09:30", result="complete", late=True)
    with refused("NOT_AUTHORISED"):
        story.exit("gap_accepted", "09:40", by=Role.NURSE)
    with refused("REASON_MISSING"):
        story.exit("gap_accepted", "09:40", by=Role.CHARGE_NURSE, reason=None)
    story.exit("gap_accepted", "09:40", by=Role.CHARGE_NURSE, reason="nurse has left")
    assert (story.task.state, story.task.outcome) == (TaskState.CLOSED_BY_EXIT, "gap_accepted")
    assert not story.task.incomplete


@pytest.mark.rows("E7")
def test_without_a_gap_there_is_nothing_to_accept() -> None:
    story = medication()
    with refused("NO_GAP"):
        story.exit("gap_accepted", "08:00", by=Role.CHARGE_NURSE)


@pytest.mark.rows("E7", "E17")
def test_a_running_infusion_whose_check_is_missing_must_still_be_ended() -> None:
    story = medication(dose("08:00", infusion=True))
    story.record("M11", "08:05", entered="09:00", late=True)
    assert story.task.gaps == {"M10"}
    story.exit("gap_accepted", "09:10", by=Role.CHARGE_NURSE, reason="nurse has left")
    assert story.task.state.value == "in_progress"
    story.record("M13", "10:00", result="complete")
    assert (story.task.state, story.task.outcome) == (TaskState.CLOSED_BY_EXIT, "gap_accepted")


@pytest.mark.rows("E7")
def test_a_dose_not_started_ends_with_the_accepted_gap() -> None:
    story = medication()
    story.record("M10", "08:00", entered="09:00", late=True)
    assert not story.task.gaps
    other = medication(dose("08:00", ward_mixed=True))
    other.record("M10", "08:00", entered="09:00", late=True)
    assert other.task.gaps == {"M9"}
    other.exit("gap_accepted", "09:10", by=Role.CHARGE_NURSE, reason="thrown away")
    assert other.task.state.value == "closed_by_exit"


@pytest.mark.rows("E6")
@pytest.mark.parametrize("first", ["E12", "E10"])
def test_live_work_in_either_lawful_order_makes_no_gap(first: str) -> None:
    story = visit()
    story.record("E6", "08:40", by=Role.NURSE)
    story.record("E7", "08:55", result="arrived")
    story.record("E8", "09:00", result="started")
    story.record("E9", "09:10", result="complete", reaction=False)
    second = "E10" if first == "E12" else "E12"
    for clock, no in (("09:45", first), ("09:50", second)):
        story.record(no, clock, critical=False, reaction=False)
        assert not story.task.gaps
    assert story.task.state.value == "closed"


@pytest.mark.rows("E6")
def test_the_bag_back_before_the_last_vitals_is_no_gap() -> None:
    story = blood()
    issue(story, "08:00")
    transfuse(story, "08:15")
    story.record("T16", "08:31", reaction=False)
    story.record("T18", "10:00", result="complete", volume="280 mL")
    story.record("T20", "10:05")
    story.record("T20b", "10:10")
    assert not story.task.gaps
    story.record("T19", "10:12", reaction=False)
    assert story.task.state.value == "closed"


@pytest.mark.rows("E19", "E17", "EX08")
def test_while_an_exit_is_pending_missing_steps_may_be_entered() -> None:
    story = visit()
    for no, clock, result in (("E7", "08:55", "arrived"), ("E8", "09:00", "started")):
        story.record(no, clock, result=result)
    story.record("E9", "09:10", entered="09:50", result="partial", reaction=False, late=True)
    assert story.task.exit is not None
    assert {"E10", "E12"} <= set(story.task.exit.still)
    story.record("E10", "09:40", entered="09:52", reaction=False, late=True)
    assert story.task.gaps == {"E6"}
    story.record("E12", "10:00", critical=False)
    assert story.task.state.value == "in_progress"
    story.record("E6", "08:40", entered="10:01", late=True)
    assert (story.task.state, story.task.outcome) == (TaskState.CLOSED_BY_EXIT, "completed_partial")


@pytest.mark.rows("E7", "E17")
def test_an_accepted_gap_keeps_the_outcome_that_was_fixed() -> None:
    story = visit()
    for no, clock, result in (("E7", "08:55", "arrived"), ("E8", "09:00", "started")):
        story.record(no, clock, result=result)
    story.record("E9", "09:10", result="partial", reaction=False, reason="claustrophobia")
    story.record("E10", "09:15", entered="09:52", reaction=False, late=True)
    story.exit("gap_accepted", "09:55", by=Role.CHARGE_NURSE, reason="nurse has left")
    assert story.task.state.value == "in_progress"
    story.record("E12", "10:00", critical=False)
    assert (story.task.state, story.task.outcome) == (TaskState.CLOSED_BY_EXIT, "completed_partial")


@pytest.mark.rows("E6", "E47")
def test_a_gap_goes_when_its_step_is_entered_on_the_order() -> None:
    story = Story("test", TEST)
    story.record("L1", "07:00")
    story.make()
    story.record("L3", "07:20", entered="07:40", container="1234567890", late=True)
    assert story.task.gaps == {"L2"}, "the task says what was passed over"
    story.record("L2", "07:41", result="verified")
    assert not story.task.gaps


@pytest.mark.rows("E47", "E46")
def test_a_gap_of_an_order_step_stands_on_the_order() -> None:
    story = blood(upto="T3")
    story.record(
        "T8", "07:30", entered="08:00", result="matched", witness=Role.BLOOD_BANK, late=True
    )
    assert story.order.gaps == {"T7"}
    story.record("T7", "07:20", entered="08:01", result="accepted", late=True)
    assert story.order.gaps == {"T6"}
    story.record("T6", "07:15", entered="08:02", witness=Role.NURSE, late=True)
    assert story.order.gaps == {"T5"}
    story.record("T5", "07:10", entered="08:03", result="verified", late=True)
    assert story.order.gaps == frozenset()
    gaps = [one.body.gaps for one in story.events if isinstance(one.body, StepRecorded)]
    assert [one for one in gaps if one] == [("T7",), ("T6",), ("T5",)], "judged once, kept (E47)"
