"""What the worklist offers next, and when it turns amber."""

from __future__ import annotations

import pytest

from domain.loops.outlook import order_outlook, outlooks, task_outlook
from domain.people import Role
from domain.worklists import Outlook
from tests.openings import blood, dose, issue, medication, tube
from tests.story import Story, at, loops


def _next(story: Story) -> Outlook:
    return task_outlook(story.loops, story.case, story.task)


@pytest.mark.rows("E1", "decision-33", "TM12")
def test_a_step_turns_amber_at_four_fifths_of_its_time() -> None:
    story = medication(dose("08:00", infusion=True))
    story.record("M10", "08:00")
    found = _next(story)
    step = next(one for one in found.ready if one.step == "M11")
    assert (step.limit, step.deadline, step.amber_at) == ("TM12", at("08:05"), at("08:04"))
    assert step.roles == (Role.NURSE,)
    assert (found.next_limit, found.next_due_at) == ("TM12", at("08:05"))


@pytest.mark.rows("E26", "E25")
def test_what_expires_is_offered_again_from_then_on() -> None:
    story = blood()
    story.record("T13", "07:40")
    found = next(one for one in _next(story).ready if one.step == "T13")
    assert found.again_at == at("08:40")
    issue(story, "08:00")
    story.record("T14", "08:20", witness=Role.NURSE)
    story.record("T15", "08:21")
    assert "T13" not in story.ready(story.task)


@pytest.mark.rows("decision-2")
def test_nothing_is_next_on_what_has_ended() -> None:
    story = medication()
    story.record("M10", "08:00")
    story.record("M11", "08:00", result="complete")
    story.record("M16", "09:00")
    assert _next(story) == Outlook()
    assert order_outlook(story.loops, story.case) == Outlook()
    assert set(outlooks(story.loops, story.case)) == {story.order.id, story.task.id}


@pytest.mark.rows("E46")
def test_the_confirmation_is_offered_when_it_can_close() -> None:
    story = medication()
    assert "M16" not in story.ready()
    story.record("M10", "08:00")
    story.record("M11", "08:00", result="complete")
    assert story.ready() == {"M16"}


@pytest.mark.rows("E19")
def test_a_missing_step_is_offered_until_it_is_entered() -> None:
    story = medication(dose("08:00", infusion=True))
    story.record("M13", "09:00", late=True, entered="09:30", result="complete")
    assert "M11" in story.ready(story.task)


@pytest.mark.rows("E32")
def test_a_round_is_offered_until_the_end() -> None:
    story = medication(dose("08:00", infusion=True, effect_required=True))
    story.record("M10", "08:00")
    story.record("M11", "08:00")
    story.record("M12", "08:15", reaction=False)
    assert {"M12", "M13"} <= story.ready(story.task)
    story.record("M13", "08:20", result="complete")
    assert story.ready(story.task) == {"M14"}


@pytest.mark.rows("E21")
def test_what_waits_for_an_answer_is_not_offered() -> None:
    story = tube()
    story.record("L4", "07:30", result="collected")
    assert {"L5", "L6"} <= story.ready(story.task)
    assert len(loops()) == 8
    assert {one.id for one in loops()} >= {"medication", "test"}
