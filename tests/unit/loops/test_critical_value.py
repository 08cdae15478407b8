"""A critical value, from the analyser to the physician's note, beside its tube."""

from __future__ import annotations

import pytest

from domain.commands import Amend
from domain.people import Role
from tests.openings import tube
from tests.story import Story, at, person, refused


def _critical(clock: str = "08:00") -> Story:
    """A potassium of 6.8, entered and not released yet."""
    story = tube()
    story.record("L4", "07:30", result="collected")
    story.record("L5", "07:35")
    story.record("L6", "07:40", result="accepted")
    story.record("L7", "07:45", result="in_house")
    story.record(
        "L8",
        clock,
        result="measured",
        critical=True,
        critical_item="K",
        critical_value="6.8 mmol/L",
    )
    return story


def _called(story: Story) -> None:
    child = story.child("critical_value")
    laboratory, second = person(Role.LABORATORY), person(Role.LABORATORY, "laboratory9")
    story.record("C1", "08:01", task=child, by=laboratory)
    story.record("C2", "08:03", task=child, by=second, witness=laboratory, result="confirmed")
    story.record("C3", "08:05", task=child, by=laboratory, callee="nurse1")


@pytest.mark.rows("LX17", "E28", "E29", "decision-9")
def test_a_critical_value_is_one_record_whoever_says_so_again() -> None:
    story = _critical()
    child = story.child("critical_value")
    assert child.fields["critical_item"] == "K"
    assert child.fields["critical_value"] == "6.8 mmol/L"
    assert (child.parent, child.blocks) == (story.task.id, ("L11",))
    story.record("L9", "08:10", critical=True, critical_item="K")
    assert sum(one.loop == "critical_value" for one in story.case.tasks.values()) == 1
    assert story.order.tally.made == 1, "counted under its own name"


@pytest.mark.rows("V15", "TC04", "TC01", "TC08", "E46")
def test_a_value_nobody_acknowledged_keeps_the_order_open() -> None:
    story = _critical()
    child = story.child("critical_value")
    assert story.due(child) == {"TC08": at("08:05")}
    _called(story)
    assert story.due(child) == {"TC02": at("08:10"), "TC04": at("08:31")}
    story.record("L9", "08:10", critical=True)
    story.record("L10", "08:20")
    story.record("L11", "08:25")
    assert story.order.state.value == "in_progress"
    assert "TC04" in story.due(child), "it is late at 08:31 and stays so until somebody acts"


@pytest.mark.rows("C3", "C4", "C5", "C6", "C8", "E15", "TC07")
def test_read_back_told_acted_on_and_written_down() -> None:
    story = _critical()
    _called(story)
    child = story.child("critical_value")
    story.record("C3", "08:07", task=child, callee="nurse9")
    assert story.again(child).steps["C3"].count == 2
    with refused("NOT_AUTHORISED"):
        story.record("C4", "08:08", task=child, by=Role.ADMINISTRATOR, result="by_nurse")
    story.record("C4", "08:08", task=child, by=Role.NURSE, result="by_nurse")
    with refused("ALREADY_DONE"):
        story.record("C3", "08:09", task=child)
    assert story.due(child)["TC03"] == at("08:18")
    with refused("STEP_NOT_READY"):
        story.record("C6", "08:09", task=child)
    story.record("C5", "08:10", task=child)
    story.record("C6", "08:15", task=child)
    story.record("C7", "08:20", task=child)
    story.record("L9", "08:22", critical=True)
    story.record("L10", "08:23")
    story.record("L11", "08:24")
    story.record("C8", "08:40", task=child)
    assert story.again(child).state.value == "closed"
    assert story.order.state.value == "in_progress", "the end of a sub-loop closes no order"
    assert "L11" in story.ready()
    story.record("L10", "08:45")
    story.record("L11", "08:46")
    assert story.order.state.value == "closed"


@pytest.mark.rows("C5", "TC03", "E12")
def test_a_physician_who_takes_the_call_needs_no_telling() -> None:
    story = _critical()
    _called(story)
    child = story.child("critical_value")
    story.record("C4", "08:08", task=child, by=Role.PHYSICIAN, result="by_physician")
    with refused("NOT_APPLICABLE"):
        story.record("C5", "08:09", task=child)
    assert story.due(child)["TC03p"] == at("08:18")
    story.record("C6", "08:10", task=child)


@pytest.mark.rows("E32", "C3")
def test_an_attempt_to_call_is_entered_after_somebody_was_reached() -> None:
    story = _critical()
    _called(story)
    child = story.child("critical_value")
    story.record("C4", "08:08", task=child, by=Role.NURSE, result="by_nurse")
    story.record("C3", "08:04", task=child, late=True, entered="08:20", callee="nobody")
    calls = story.again(child).steps["C3"]
    assert (calls.count, calls.at, calls.first_at) == (2, at("08:05"), at("08:04"))


@pytest.mark.rows("C2", "E17", "CX01")
def test_a_value_not_confirmed_is_cancelled_with_a_reason() -> None:
    story = _critical()
    child = story.child("critical_value")
    laboratory, second = person(Role.LABORATORY), person(Role.LABORATORY, "laboratory9")
    story.record("C1", "08:01", task=child, by=laboratory)
    with refused("SAME_PERSON"):
        story.record(
            "C2",
            "08:03",
            task=child,
            by=laboratory,
            witness=second,
            result="not_confirmed",
            reason="haemolysed",
        )
    story.record(
        "C2",
        "08:03",
        task=child,
        by=second,
        witness=laboratory,
        result="not_confirmed",
        reason="haemolysed",
    )
    assert (story.again(child).state.value, story.again(child).outcome) == (
        "closed_by_exit",
        "cancelled",
    )


@pytest.mark.rows("C2", "decision-11")
def test_at_night_one_person_verifies_twice() -> None:
    from domain.commands import ChangeFields

    story = _critical()
    child = story.child("critical_value")
    laboratory = person(Role.LABORATORY)
    story.entry(ChangeFields, "08:00", task=child.id, fields={"night": True})
    story.record("C1", "08:01", task=child, by=laboratory)
    story.record("C2", "08:03", task=child, by=laboratory, result="confirmed")


@pytest.mark.rows("E29", "LX11")
def test_an_amended_report_opens_the_next_record() -> None:
    story = _critical()
    _called(story)
    child = story.child("critical_value")
    story.record("C4", "08:08", task=child, by=Role.PHYSICIAN, result="by_physician")
    for no, clock in (("C6", "08:10"), ("C7", "08:11"), ("C8", "08:12")):
        story.record(no, clock, task=child)
    story.record("L9", "08:13", critical=False)
    story.entry(
        Amend,
        "09:00",
        actor=person(Role.LABORATORY_VERIFIER),
        task=story.task.id,
        step="L9",
        reason="wrong unit",
        evidence={"critical": True, "critical_item": "K"},
    )
    records = [one for one in story.case.tasks.values() if one.loop == "critical_value"]
    assert len(records) == 2
    assert len({one.id for one in records}) == 2
