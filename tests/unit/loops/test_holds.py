"""Holding an order or a running unit, and going on with it."""

from __future__ import annotations

import pytest

from domain.commands import EnterInError, HoldWork, ReleaseWork
from domain.people import Role
from domain.records import Source
from domain.tasks import TaskState
from tests.openings import MEDICATION, blood, dose, issue, medication, transfuse
from tests.story import Story, at, person, refused


def _held(*doses: str, until: str | None = None) -> Story:
    story = medication(*(dose(due, last=False) for due in doses or ("08:00", "16:00")))
    story.entry(HoldWork, "07:30", reason="vomiting", until=None if until is None else at(until))
    return story


def _states(story: Story) -> dict[str, str]:
    return {
        f"{one.due_at:%H:%M}": one.state.value
        for one in story.case.tasks.values()
        if one.due_at is not None
    }


@pytest.mark.rows("MX16", "X5", "E35", "TM24")
def test_an_order_on_hold_holds_its_doses_and_their_clocks() -> None:
    story = _held()
    assert story.order.state.value == "on_hold"
    assert _states(story) == {"08:00": "on_hold", "16:00": "on_hold"}
    assert story.due() == {"TM24": at("07:30", 1)}
    assert story.due(story.task) == {"TM24": at("07:30", 1)}
    assert story.ready(story.task) == set()
    with refused("ON_HOLD"):
        story.record("M10", "08:00")


@pytest.mark.rows("X5", "MX16")
def test_on_release_what_was_missed_is_held_and_the_rest_is_planned() -> None:
    story = _held("08:00", "12:00", "16:00")
    with refused("NOT_AUTHORISED"):
        story.entry(ReleaseWork, "13:01", actor=person(Role.NURSE))
    story.entry(ReleaseWork, "13:01", reason="eats again")
    assert _states(story) == {
        "08:00": "closed_by_exit",
        "12:00": "closed_by_exit",
        "16:00": "planned",
    }
    assert story.order.tally.outcomes == {"held": 2}
    assert story.order.state.value == "in_progress"
    with refused("NOT_ON_HOLD"):
        story.entry(ReleaseWork, "13:02")


@pytest.mark.rows("X5")
def test_the_physician_may_let_missed_doses_be_given_late() -> None:
    story = _held("08:00")
    story.entry(ReleaseWork, "13:00", missed_are_held=False)
    assert _states(story) == {"08:00": "planned"}


@pytest.mark.rows("X5", "E8")
def test_what_was_given_during_the_hold_is_not_closed_as_held() -> None:
    story = _held("08:00")
    story.record("M10", "08:00", source=Source.RETRO, reason="hold not seen", entered="08:40")
    story.record(
        "M11",
        "08:02",
        source=Source.RETRO,
        reason="hold not seen",
        entered="08:41",
        result="complete",
    )
    assert story.task.state.value == "on_hold"
    story.entry(ReleaseWork, "13:00")
    assert (story.task.state, story.task.outcome) == (TaskState.CLOSED, "completed")


@pytest.mark.rows("E35", "X5")
def test_a_hold_with_an_end_leaves_later_doses_alone() -> None:
    story = _held("08:00", "16:00", until="12:00")
    assert _states(story) == {"08:00": "on_hold", "16:00": "planned"}
    assert story.due()["TM24"] == at("12:00"), "the physician said when to look again"
    later = next(one for one in story.case.tasks.values() if one.due_at == at("16:00"))
    assert story.due(later) == {"TM09": at("17:00")}
    story.make(dose("10:00", last=False), dose("20:00", last=False))
    assert _states(story)["10:00"] == "on_hold"
    assert _states(story)["20:00"] == "planned"


@pytest.mark.rows("MX16")
def test_a_hold_needs_a_reason_a_physician_and_a_signed_order() -> None:
    story = medication()
    with refused("REASON_MISSING"):
        story.entry(HoldWork, "07:30")
    with refused("NOT_AUTHORISED"):
        story.entry(HoldWork, "07:30", actor=person(Role.NURSE), reason="vomiting")
    draft = Story("medication", MEDICATION)
    with refused("NOT_SIGNED"):
        draft.entry(HoldWork, "07:30", reason="vomiting")
    story.entry(HoldWork, "07:30", reason="vomiting")
    with refused("ON_HOLD"):
        story.entry(HoldWork, "07:31", reason="vomiting")
    story.stop("discontinue", "07:40")
    assert story.order.hold is None
    with refused("ORDER_ENDED"):
        story.entry(HoldWork, "07:41", reason="vomiting")


@pytest.mark.rows("TX11", "E35", "TT13", "TT21")
def test_a_running_unit_that_is_interrupted_keeps_its_four_hours() -> None:
    story = blood()
    issue(story, "08:00")
    transfuse(story, "08:15")
    nurse = person(Role.NURSE)
    story.entry(HoldWork, "08:20", actor=nurse, task=story.task.id, reason="line lost")
    assert story.task.state.value == "on_hold"
    assert story.due(story.task)["TT13"] == at("12:00")
    assert story.due(story.task)["TT21"] == at("08:20", 1)
    with refused("ON_HOLD"):
        story.entry(HoldWork, "08:21", actor=nurse, task=story.task.id, reason="line lost")
    with refused("ON_HOLD"):
        story.record("T16", "08:31", reaction=False)
    story.entry(ReleaseWork, "08:25", actor=nurse, task=story.task.id)
    assert story.task.state.value == "in_progress"
    with refused("NOT_ON_HOLD"):
        story.entry(ReleaseWork, "08:26", actor=nurse, task=story.task.id)


@pytest.mark.rows("E35")
def test_an_order_hold_lets_what_runs_run_on() -> None:
    story = medication(dose("08:00", infusion=True, last=False), dose("16:00"))
    story.record("M10", "08:00")
    story.record("M11", "08:00")
    story.entry(HoldWork, "08:10", reason="pressure low")
    assert _states(story) == {"08:00": "in_progress", "16:00": "on_hold"}
    assert "TM13" in story.due(story.task)
    story.record("M13", "09:00", result="complete")
    assert _states(story)["08:00"] == "closed"


@pytest.mark.rows("E34", "MX16")
def test_a_held_task_that_has_ended_cannot_be_held() -> None:
    story = blood()
    story.exit("wasted", "07:40", witness=Role.NURSE)
    assert story.task.state.terminal
    with refused("TASK_ENDED"):
        story.entry(HoldWork, "07:50", actor=person(Role.NURSE), task=story.task.id, reason="x")


@pytest.mark.rows("MX11", "decision-52", "E21")
def test_a_reaction_holds_the_other_doses_until_the_physician_decides() -> None:
    story = medication(dose("08:00", last=False), dose("16:00"))
    story.record("M10", "08:00")
    story.record("M11", "08:05", result="stopped_reaction", reason="rash")
    assert story.order.state.value == "on_hold"
    assert _states(story) == {"08:00": "closed_by_exit", "16:00": "on_hold"}
    assert story.child("adverse_reaction").blocks == ("M16",)
    assert story.due()["MX11h"] == at("10:05")
    story.answer("MX11h", "release", "09:00", task=story.task.id)
    assert _states(story)["16:00"] == "planned"
    assert story.order.state.value == "in_progress"


@pytest.mark.rows("MX11")
def test_after_a_reaction_the_physician_may_stop_the_rest() -> None:
    story = medication(dose("08:00", last=False), dose("16:00"))
    story.record("M10", "08:00")
    story.record("M11", "08:05", result="stopped_reaction", reason="rash")
    story.answer("MX11h", "discontinue", "09:00", task=story.task.id)
    assert _states(story)["16:00"] == "voided"
    assert story.order.steps["M15"].result == "discontinued"
    assert story.order.state.value == "in_progress", "a dose had an effect: the physician ends it"


@pytest.mark.rows("E41")
def test_a_held_dose_entered_in_error_stays_so() -> None:
    story = _held("08:00")
    physician = person(Role.PHYSICIAN)
    story.entry(EnterInError, "08:00", actor=physician, task=story.task.id, reason="twice")
    story.entry(ReleaseWork, "13:00")
    assert story.task.state.value == "entered_in_error"
