"""What walks found offered that would be refused, each as the story in which it went wrong."""

from __future__ import annotations

from domain.commands import HoldWork, NewTask, ReleaseWork
from domain.orders import Priority
from domain.records import Source
from tests.openings import MEDICATION, blood, dose, issue, medication, transfuse
from tests.story import Story, at

RETRO = Source.RETRO


def test_a_confirmation_is_not_offered_before_all_that_it_waits_for() -> None:
    story = Story("medication", MEDICATION, priority=Priority.STAT)
    story.record("M1", "07:00")
    story.record("M2", "07:01", result="verified")
    story.make(dose("07:05", kind="none", first_task=True))
    story.record("M10", "07:05")
    story.record("M11", "07:06", result="complete")

    assert "M16" not in story.ready()
    story.record("M3", "07:20", result="approved")
    assert "M16" in story.ready()


def test_a_bag_is_not_offered_to_be_sent_while_its_unit_is_on_hold() -> None:
    story = blood()
    issue(story, "08:00")
    transfuse(story, "08:12")
    story.record("T16", "08:28")
    story.record("T18", "09:00", result="partial", reason="vein lost")
    assert "T20" in story.ready(story.task)

    story.entry(HoldWork, "12:00", task=story.task.id, reason="bag is looked for")

    assert not story.ready(story.task)
    story.entry(ReleaseWork, "12:30", task=story.task.id, reason="found")
    assert "T20" in story.ready(story.task)


def test_a_check_is_not_offered_anew_before_what_it_passed_over() -> None:
    story = Story("medication", MEDICATION)
    story.record("M1", "07:00")
    story.record("M2", "07:01", result="verified")
    story.make(dose("08:00"))
    story.record("M10", "08:00", source=RETRO, reason="checked before the pharmacist looked")

    assert "M10" not in story.ready(story.task)
    story.record("M3", "08:05", result="approved")
    assert "M10" in story.ready(story.task)


def test_a_check_is_not_offered_anew_after_what_it_was_for() -> None:
    """The end was told by the pump, so the dose was given: another check would change nothing."""
    story = medication(dose("08:00", infusion=True))
    story.record("M10", "08:00")
    story.record("M13", "09:00", result="complete", source=RETRO, reason="from the pump")

    assert "M10" not in story.ready(story.task)


def test_an_expired_check_is_not_offered_again_while_a_question_is_open() -> None:
    story = Story("medication", MEDICATION, priority=Priority.STAT)
    story.record("M1", "07:00")
    story.record("M2", "07:01", result="verified")
    story.make(NewTask(due_at=at("07:05"), fields={"infusion": True, "ward_stock": True}))
    story.record("M10", "07:05")
    assert "M10" in story.ready(story.task)

    story.record("M3", "07:10", result="returned")

    assert "M10" not in story.ready(story.task)
