"""Stopping: before any effect, during an infusion, in the future, by the stay, by the clock."""

from __future__ import annotations

import pytest

from domain.commands import PassTime, StopOrder
from domain.events import Stopped
from domain.orders import OrderState, Priority
from domain.people import Role
from domain.records import Source
from domain.tasks import TaskState
from tests.openings import MEDICATION, dose, medication, tube
from tests.story import Story, at, person, refused


def _by_due(story: Story) -> dict[str, str]:
    return {
        f"{one.due_at:%H:%M}": one.state.value
        for one in story.case.tasks.values()
        if one.due_at is not None
    }


@pytest.mark.rows("V17", "MX14", "E34", "M17", "TM18", "M15")
def test_discontinue_during_an_infusion() -> None:
    story = medication(dose("08:00", infusion=True, last=False), dose("12:00"), dose("16:00"))
    story.record("M10", "08:00")
    story.record("M11", "08:00")
    story.stop("discontinue", "09:00")
    assert _by_due(story) == {"08:00": "in_progress", "12:00": "voided", "16:00": "voided"}
    assert story.order.steps["M15"].result == "discontinued"
    assert story.order.steps["M15"].actor == "physician1"
    assert story.due()["TM18"] == at("09:30")
    story.record("M17", "09:10")
    assert "TM18" not in story.due()
    with refused("STEP_NOT_READY") as caught:
        story.record("M16", "09:15")
    assert "tasks:ended" in caught.text
    story.record("M13", "09:20", result="partial", amount="250 mL", reason="stopped")
    assert story.task.outcome == "completed_partial"
    story.record("M16", "10:00")
    assert story.order.state.value == "closed"


@pytest.mark.rows("E34", "X3")
def test_a_stop_now_voids_overdue_doses_too() -> None:
    story = medication(dose("08:00", last=False), dose("10:00"))
    story.record("M10", "08:00")
    story.record("M11", "08:00", result="complete")
    story.stop("discontinue", "10:05")
    assert _by_due(story) == {"08:00": "closed", "10:00": "voided"}
    assert story.order.state.value == "in_progress"
    with refused("ALREADY_STOPPED"):
        story.stop("discontinue", "10:10")
    with refused("TASK_ENDED"):
        story.record("M10", "10:10", task=next(t for t in story.case.tasks.values() if not t.steps))


@pytest.mark.rows("E34", "X3")
def test_a_future_stop_lets_a_dose_start_until_the_stop_and_not_after() -> None:
    story = medication(dose("10:00", last=False), dose("10:30", last=False), dose("12:00"))
    story.stop("discontinue", "09:00", stop_at=at("10:30"))
    assert _by_due(story) == {"10:00": "planned", "10:30": "voided", "12:00": "voided"}
    assert story.order.state.value == "in_progress"
    with refused("FINDINGS") as caught:
        story.record("M10", "10:45")
    assert caught.checks == ["not_stopped"]
    story.now = at("10:20")
    story.record("M10", "10:20")
    story.record("M11", "10:21", result="complete")
    assert _by_due(story)["10:00"] == "closed"


@pytest.mark.rows("E11", "E34")
def test_a_future_stop_of_an_order_without_doses_left_ends_it_when_it_comes() -> None:
    story = medication(dose("12:00", last=False))
    story.stop("discontinue", "09:00", stop_at=at("11:00"))
    assert _by_due(story) == {"12:00": "voided"}
    assert story.order.state.value == "in_progress"
    story.entry(PassTime, "11:00", actor=person(Role.SYSTEM))
    assert (story.order.state, story.order.outcome) == (OrderState.VOIDED, "discontinued")


@pytest.mark.rows("MX15", "E11")
def test_cancelled_before_any_effect_is_void_without_confirmation() -> None:
    story = medication()
    story.stop("cancel", "07:30")
    assert (story.task.state, story.task.outcome) == (TaskState.VOIDED, "cancelled")
    assert (story.order.state, story.order.outcome) == (OrderState.VOIDED, "cancelled")


@pytest.mark.rows("MX15")
def test_what_had_an_effect_cannot_be_cancelled() -> None:
    story = medication(dose("08:00", last=False))
    story.record("M10", "08:00")
    story.record("M11", "08:00", result="complete")
    with refused("HAS_EFFECT"):
        story.stop("cancel", "09:00")


@pytest.mark.rows("MX17", "MX15", "TM20")
def test_a_dispensed_drug_comes_back_when_its_order_is_cancelled() -> None:
    story = medication(dose("12:00", ward_stock=False))
    story.record("M5", "07:20", by=Role.PHARMACY_TECHNICIAN)
    story.record("M6", "07:30")
    story.stop("cancel", "07:40")
    assert story.task.state.value == "voided"
    back = story.child("medication_return")
    assert back.state.value == "planned"
    story.record("Q1", "08:00", task=back, result="sent", quantity="2 {tablet}")
    story.record("Q2", "08:30", task=back, result="restocked")
    assert story.again(back).state.value == "closed"


@pytest.mark.rows("E48")
def test_a_draft_that_is_discontinued_is_cancelled() -> None:
    story = Story("medication", MEDICATION)
    story.stop("discontinue", "07:10")
    assert (story.order.state, story.order.outcome) == (OrderState.VOIDED, "cancelled")


@pytest.mark.rows("E48")
def test_only_its_author_or_a_physician_stops_a_draft() -> None:
    story = Story("medication", MEDICATION)
    stop = StopOrder(
        order=story.order.id, actor=person(Role.NURSE), at=at("07:10"), act="cancel", reason="no"
    )
    with refused("NOT_AUTHORISED"):
        story.do(stop)


@pytest.mark.rows("E3", "E48", "MX19", "E46", "TM22")
def test_a_dose_given_on_a_verbal_order_must_still_be_signed_for() -> None:
    story = Story("medication", {**MEDICATION, "verbal": True}, Priority.STAT, verbal=True)
    story.make(dose(None, kind="none", first_task=True))
    story.record("M2", "07:01", result="verified", witness=Role.NURSE, read_back=True)
    story.record("M10", "07:02")
    story.record("M11", "07:03", result="complete", witness=Role.NURSE)
    assert story.task.state.value == "in_progress", "closed only when it is signed"
    assert story.due()["TM22"] == at("07:30")
    with refused("HAS_EFFECT"):
        story.stop("cancel", "07:04")
    story.stop("discontinue", "07:05")
    assert story.order.state.value == "verbal"
    story.record("M1", "07:20")
    assert story.task.state.value == "closed"
    assert story.order.state.value == "in_progress"
    story.record("M17", "07:25")
    with refused("STEP_NOT_READY") as caught:
        story.record("M16", "07:30")
    assert "M3" in caught.text
    story.record("M3", "07:40", result="approved")
    story.record("M16", "08:00")
    assert story.order.outcome == "completed"


@pytest.mark.rows("MX22", "X15", "EX13")
@pytest.mark.parametrize("act", ["transfer", "discharge", "death"])
def test_where_the_patient_goes_ends_what_was_not_done(act: str) -> None:
    story = medication(dose("08:00", last=False), dose("16:00"))
    story.record("M10", "08:00")
    story.record("M11", "08:00", result="complete")
    stop = StopOrder(order=story.order.id, actor=person(Role.SYSTEM), at=at("12:00"), act=act)
    story.do(stop)
    assert _by_due(story) == {"08:00": "closed", "16:00": "voided"}
    assert story.order.steps["M15"].result == "stop_reached"
    assert [one.outcome for one in story.case.tasks.values()] == ["completed", "transferred_out"]


@pytest.mark.rows("X4")
def test_an_order_that_is_replaced_keeps_its_history() -> None:
    story = medication(dose("08:00", last=False), dose("16:00"))
    story.record("M10", "08:00")
    story.record("M11", "08:00", result="complete")
    story.stop("replace", "12:00")
    assert _by_due(story) == {"08:00": "closed", "16:00": "voided"}
    assert story.order.stopped_by == "replace"
    assert story.order.steps["M15"].result == "discontinued"


@pytest.mark.rows("X3", "M15", "E33")
def test_the_clock_reaches_the_stop_that_was_ordered() -> None:
    story = medication(dose("08:00", last=False), stop="2026-11-24T12:00:00+00:00")
    story.record("M10", "08:00")
    story.record("M11", "08:00", result="complete")
    system = person(Role.SYSTEM)
    assert story.entry(PassTime, "11:59", actor=system) == ()
    events = story.entry(PassTime, "12:05", actor=system)
    assert [one.body for one in events if isinstance(one.body, Stopped)] == [
        Stopped("stop_reached", at("12:00"))
    ]
    assert story.order.steps["M15"].result == "stop_reached"
    assert "M17" not in story.ready(), "nobody stopped it: there is nothing to acknowledge"
    assert story.entry(PassTime, "12:10", actor=system) == ()


@pytest.mark.rows("E33")
def test_the_end_of_an_order_is_never_recorded_by_hand() -> None:
    story = medication()
    with refused("AUTOMATIC"):
        story.record("M15", "08:00", by=Role.PHYSICIAN, result="discontinued")


@pytest.mark.rows("E33", "TM19")
def test_the_last_dose_ends_the_order_only_if_no_more_will_come() -> None:
    story = medication(dose("08:00", last=False))
    story.record("M10", "08:00")
    story.record("M11", "08:00", result="complete")
    assert "M15" not in story.order.steps
    story.make(dose("12:00", last=True))
    other = next(one for one in story.case.tasks.values() if not one.state.terminal)
    story.record("M10", "12:00", task=other)
    story.record("M11", "12:00", task=other, result="complete")
    assert story.order.steps["M15"].result == "last_task"
    assert story.order.stopped_by == "last_task"


@pytest.mark.rows("E11", "E14", "LX09")
def test_a_test_stopped_before_collection_is_void() -> None:
    story = tube()
    story.stop("discontinue", "07:20")
    assert (story.order.state, story.order.outcome) == (OrderState.VOIDED, "discontinued")


@pytest.mark.rows("LX05", "X3", "E34")
def test_a_stopped_test_is_not_collected_again() -> None:
    story = tube()
    story.record("L4", "07:30", result="collected")
    story.stop("discontinue", "07:40")
    assert story.task.state.value == "in_progress"
    story.record(
        "L6", "07:45", result="rejected", reject_reason="RH", source=Source.RETRO, reason="r"
    )
    story.record("L6b", "07:50")
    assert story.order.tally.made == 1
    assert story.task.outcome == "rejected_recollect"
    story.record("L11", "08:00")
    assert story.order.state.value == "closed"
