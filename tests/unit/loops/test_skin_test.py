"""A drug that needs a skin test: too early, positive, expired, done anew."""

from __future__ import annotations

import pytest

from domain.events import Override
from domain.orders import OrderState
from domain.people import Role
from tests.openings import dose, medication
from tests.story import Story, at, person, refused


def _tested(result: str = "negative", *doses: str) -> Story:
    story = medication(*(dose(due, last=False) for due in doses or ("10:00",)), skin_test=True)
    story.record("M4a", "08:00")
    story.record("M4", "08:20", result=result, witness=Role.NURSE)
    return story


@pytest.mark.rows("TM21", "MX05")
def test_a_skin_test_is_read_at_fifteen_to_twenty_minutes() -> None:
    story = medication(dose("10:00"), skin_test=True)
    story.record("M4a", "08:00")
    assert story.due()["TM21"] == at("08:20")
    with refused("FINDINGS") as caught:
        story.record("M4", "08:10", result="negative", witness=Role.NURSE)
    assert caught.checks == ["too_early"]
    assert "08:15" in caught.text
    why = Override("too_early", "patient must leave for theatre")
    story.record("M4", "08:10", result="negative", witness=Role.NURSE, overrides=(why,))
    assert story.order.steps["M4"].result == "negative"


@pytest.mark.rows("E44", "TM21")
def test_a_reason_alone_overrides_nothing() -> None:
    story = medication(dose("10:00"), skin_test=True)
    story.record("M4a", "08:00")
    with refused("FINDINGS"):
        story.record("M4", "08:10", result="negative", witness=Role.NURSE, reason="hurry")
    for other in (Override("too_early", "  "), Override("right_patient", "hurry")):
        with refused("FINDINGS"):
            story.record("M4", "08:10", result="negative", witness=Role.NURSE, overrides=(other,))
    story.record("M4", "08:15", result="negative", witness=Role.NURSE)


@pytest.mark.rows("M4", "E48")
def test_a_dose_waits_for_a_negative_skin_test() -> None:
    story = medication(dose("10:00"), skin_test=True)
    with refused("STEP_NOT_READY") as caught:
        story.record("M10", "10:00")
    assert "M4" in caught.text


@pytest.mark.rows("MX05", "E23", "E36", "TM24")
def test_a_positive_skin_test_holds_the_order_until_the_physician_answers() -> None:
    story = _tested("positive")
    assert story.order.state.value == "on_hold"
    assert story.task.state.value == "on_hold"
    assert set(story.order.asks) == {"MX05"}
    assert story.due()["MX05"] == at("10:20")
    assert story.due()["TM24"] == at("08:20", day=1)
    with refused("NOT_AUTHORISED"):
        story.answer("MX05", "cancel", "08:30", by=Role.NURSE)
    with refused("INVALID_INPUT"):
        story.answer("MX05", "insist", "08:30")
    story.answer("MX05", "cancel", "08:30", reason="penicillin allergy")
    assert story.task.state.value == "voided"
    assert (story.order.state, story.order.outcome) == (OrderState.VOIDED, "cancelled")


@pytest.mark.rows("E25", "E26", "TM23")
def test_a_skin_test_older_than_72_hours_is_done_anew() -> None:
    story = _tested("negative", "10:00")
    first = story.task
    story.record("M10", "10:00", task=first)
    story.record("M11", "10:00", task=first, result="complete")
    story.make(dose("09:00", day=3, last=False))
    late = next(one for one in story.case.tasks.values() if one.due_at == at("09:00", 3))
    with refused("FINDINGS") as caught:
        story.record("M10", at("09:00", 3), task=late)
    assert caught.checks == ["validity"]
    assert "M4 has expired" in caught.text
    story.record("M4a", at("09:05", 3))
    assert story.order.steps["M4"].undone, "what rested on the first injection is pending again"
    story.record("M4", at("09:25", 3), result="negative", witness=Role.NURSE)
    story.record("M10", at("09:30", 3), task=late)
    story.record("M11", at("09:30", 3), task=late, result="complete")
    assert story.again(late).state.value == "closed"
    assert story.again(first).steps["M11"].at == at("10:00")


@pytest.mark.rows("E26")
def test_a_skin_test_that_still_holds_is_not_recorded_twice() -> None:
    story = _tested()
    with refused("ALREADY_DONE"):
        story.record("M4", "09:00", result="negative", witness=Role.NURSE)


@pytest.mark.rows("E47")
def test_a_positive_test_later_makes_no_gap_in_yesterdays_dose() -> None:
    story = _tested("negative", "10:00")
    first = story.task
    story.record("M10", "10:00", task=first)
    story.record("M11", "10:00", task=first, result="complete")
    story.record("M4a", at("09:00", 4))
    story.record("M4", at("09:20", 4), result="positive", witness=Role.NURSE)
    assert story.again(first).state.value == "closed"
    assert not story.again(first).gaps
    assert story.order.state.value == "on_hold"


@pytest.mark.rows("V2", "M4")
def test_two_different_persons_read_a_skin_test() -> None:
    story = medication(dose("10:00"), skin_test=True)
    story.record("M4a", "08:00")
    nurse = person(Role.NURSE)
    with refused("WITNESS_MISSING"):
        story.record("M4", "08:20", result="negative")
    with refused("WITNESS_IS_ACTOR"):
        story.record("M4", "08:20", by=nurse, result="negative", witness=nurse)
    with refused("NOT_AUTHORISED"):
        story.record("M4", "08:20", result="negative", witness=Role.PORTER)
    student = person(Role.NURSE, "student1", student=True)
    with refused("NOT_AUTHORISED"):
        story.record("M4", "08:20", result="negative", witness=student)
    story.record("M4", "08:20", result="negative", witness=Role.PHYSICIAN)
    assert story.order.steps["M4"].witness == "physician2"
