"""What is entered after the fact: taken and judged, and what even then is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from domain.commands import HoldWork, RecordStep
from domain.events import Event, StepRecorded
from domain.ids import TaskId
from domain.loops.case import Facts
from domain.loops.decide import decide
from domain.people import Role
from domain.records import Source
from tests.openings import MEDICATION, dose, medication, tube
from tests.story import ENCOUNTER, PATIENT, Story, at, person, refused

if TYPE_CHECKING:
    from datetime import datetime


def _body(events: tuple[Event, ...]) -> StepRecorded:
    return next(one.body for one in events if isinstance(one.body, StepRecorded))


@pytest.mark.rows("E8", "decision-1")
def test_what_happened_a_quarter_of_an_hour_ago_needs_a_reason() -> None:
    story = medication()
    story.record("M10", "08:00", entered="08:15")
    assert story.task.steps["M10"].source is Source.LIVE
    with refused("REASON_MISSING"):
        story.record("M11", "08:01", entered="08:17", result="complete")
    story.record("M11", "08:01", entered="08:17", result="complete", reason="emergency next door")
    assert story.task.steps["M11"].source is Source.RETRO
    assert story.task.steps["M11"].recorded_at == at("08:17")


@pytest.mark.rows("E8")
@pytest.mark.parametrize("source", [Source.RETRO, Source.DOWNTIME])
def test_a_person_says_why_it_is_late(source: Source) -> None:
    story = medication()
    with refused("REASON_MISSING"):
        story.record("M10", "08:00", source=source)
    story.record("M10", "08:00", source=source, reason="paper record 12")
    assert story.task.steps["M10"].source is source


def _start(story: Story, when: datetime, source: Source = Source.LIVE) -> RecordStep:
    return RecordStep(
        order=story.order.id,
        actor=person(Role.NURSE),
        at=when,
        task=story.task.id,
        step="M10",
        source=source,
    )


@pytest.mark.rows("E8", "MX20")
def test_a_machine_names_its_row() -> None:
    story = medication()
    command = _start(story, at("08:00"), Source.INTERFACE)
    with refused("INVALID_INPUT") as caught:
        story.do(command)
    assert "names its id" in caught.text
    story.record("M10", "08:00", source=Source.IMPORT)
    assert story.task.steps["M10"].source is Source.IMPORT


@pytest.mark.rows("E8")
def test_nothing_is_recorded_before_it_happens() -> None:
    story = medication()
    story.record("M10", at("08:00").replace(second=50), entered="08:00")
    command = _start(story, at("08:05"))
    with refused("INVALID_INPUT") as caught:
        decide(story.loops, story.case, command, Facts(ENCOUNTER, PATIENT), at("08:00"))
    assert "future" in caught.text


@pytest.mark.rows("E8", "V3")
def test_findings_of_a_late_entry_are_kept_and_refuse_nothing() -> None:
    story = medication()
    body = _body(story.record("M10", "07:00", entered="09:00", noscan_reason="", late=True))
    assert {one.check for one in body.findings} == {"time_order", "right_patient", "right_item"}
    body = _body(story.record("M11", "08:30", entered="09:00", result="complete", late=True))
    assert [one.check for one in body.findings] == ["validity"]
    assert story.task.state.value == "closed"


@pytest.mark.rows("E8")
def test_role_and_witness_are_asked_of_late_entries_too() -> None:
    story = medication(high_alert=True)
    with refused("NOT_AUTHORISED"):
        story.record("M10", "08:00", by=Role.PORTER, witness=Role.NURSE, late=True)
    with refused("WITNESS_MISSING"):
        story.record("M10", "08:00", late=True)


@pytest.mark.rows("V3", "E8")
def test_a_step_earlier_than_the_one_before_it_is_told_with_source_retro() -> None:
    story = medication()
    story.record("M10", "08:00")
    with refused("FINDINGS") as caught:
        story.record("M11", "07:50", entered="08:00", result="complete")
    assert caught.checks == ["time_order"]
    assert "source retro" in caught.text
    story.record("M11", at("07:59"), entered="08:00", result="complete")


@pytest.mark.rows("E9", "MX14")
def test_a_dose_given_before_the_stop_is_entered_after_it() -> None:
    story = medication(dose("10:00"))
    story.stop("discontinue", "10:00")
    old = story.task
    assert story.order.state.value == "voided"
    story.record("M10", "09:54", task=old, entered="10:10", late=True)
    new = next(one for one in story.case.tasks.values() if one.instead_of == old.id)
    assert story.order.state.value == "in_progress"
    assert (new.due_at, new.seq) == (at("10:00"), old.seq + 1)
    story.record("M11", "09:55", task=old, entered="10:11", result="complete", late=True)
    assert story.again(new).state.value == "closed"
    assert story.again(old).state.value == "voided"
    assert story.order.steps["M15"].result == "discontinued"
    story.record("M17", "10:15")
    story.record("M16", "10:20")
    assert story.order.outcome == "completed"


@pytest.mark.rows("E9", "MX09")
def test_a_dose_called_missed_that_was_given_after_all() -> None:
    story = medication(dose("08:00", last=False))
    story.exit("missed", "09:30", by=Role.CHARGE_NURSE)
    story.record("M18", "09:40", told_to="physician1")
    old = story.task
    with refused("TASK_ENDED") as caught:
        story.record("M10", "09:50", task=old)
    assert "source retro" in caught.text
    story.record("M10", "08:30", task=old, entered="09:50", late=True)
    new = next(one for one in story.case.tasks.values() if one.instead_of == old.id)
    story.record("M11", "08:30", task=new, entered="09:51", result="complete", late=True)
    assert story.again(new).outcome == "completed"
    assert story.again(old).outcome == "missed"
    with refused("TASK_ENDED"):
        story.record("M10", "08:31", task=old, entered="09:52", late=True)


@pytest.mark.rows("E9")
def test_what_was_given_has_its_record_already() -> None:
    story = medication()
    story.record("M10", "08:00")
    story.record("M11", "08:00", result="complete")
    with refused("TASK_ENDED"):
        story.record("M11", "08:05", result="complete", late=True)
    story.record("M16", "08:30")
    other = medication()
    other.exit("refused", "08:00")
    other.record("M18", "08:01", told_to="physician1")
    other.record("M16", "08:30")
    with refused("ORDER_ENDED") as caught:
        other.record("M10", "08:00", entered="08:40", late=True)
    assert "in error first" in caught.text


@pytest.mark.rows("E9")
def test_a_late_order_step_makes_no_new_dose() -> None:
    story = medication(dose("08:00", last=False), dose("16:00"))
    story.record("M10", "08:00")
    story.record("M11", "08:00", result="complete")
    story.stop("discontinue", "08:30")
    voided = next(one for one in story.case.tasks.values() if one.state.value == "voided")
    story.record("M17", "08:40", task=voided, entered="09:00", late=True)
    assert story.order.tally.made == 2
    with refused("NOT_FOUND"):
        story.record("M10", "08:00", task=TaskId("nobody"), late=True)


@pytest.mark.rows("E8", "X5")
def test_a_hold_does_not_undo_what_was_done() -> None:
    story = medication()
    story.entry(HoldWork, "07:30", reason="fasting")
    story.record("M10", "07:40", entered="08:00", late=True)
    assert "M10" in story.task.steps


@pytest.mark.rows("E32", "M12")
def test_a_round_is_entered_after_the_infusion_has_ended() -> None:
    story = medication(dose("08:00", infusion=True, effect_required=True))
    story.record("M10", "08:00")
    story.record("M11", "08:00")
    story.record("M12", "08:15", reaction=False)
    story.record("M12", "09:10", reaction=False, rate="50 mL/h")
    story.record("M13", "09:15", result="complete")
    with refused("ALREADY_DONE"):
        story.record("M12", "09:20", reaction=False)
    story.record("M12", "08:40", entered="09:20", reaction=False, rate="99 mL/h", late=True)
    rounds = story.task.steps["M12"]
    assert (rounds.count, rounds.first_at, rounds.at) == (3, at("08:15"), at("09:10"))
    assert rounds.evidence["rate"] == {"value": "50", "unit": "mL/h"}, "the latest round stays"


@pytest.mark.rows("LX08", "MX20")
def test_a_whole_tube_is_entered_from_paper() -> None:
    story = tube()
    story.record(
        "L4",
        "07:20",
        entered="09:00",
        result="collected",
        source=Source.DOWNTIME,
        reason="paper record 3",
    )
    story.record(
        "L6",
        "07:40",
        entered="09:01",
        result="accepted",
        source=Source.DOWNTIME,
        reason="paper record 3",
    )
    story.record("L5", "07:25", entered="09:02", source=Source.DOWNTIME, reason="paper record 3")
    story.record(
        "L7",
        "07:45",
        entered="09:03",
        result="in_house",
        source=Source.DOWNTIME,
        reason="paper record 3",
    )
    story.record(
        "L8",
        "08:00",
        entered="09:04",
        result="measured",
        source=Source.DOWNTIME,
        reason="paper record 3",
    )
    story.record("L9", "08:10", entered="09:05", source=Source.DOWNTIME, reason="paper record 3")
    assert story.task.state.value == "closed"
    assert not story.task.gaps


@pytest.mark.rows("decision-5", "E10")
def test_a_draft_is_given_to_nobody() -> None:
    story = Story("medication", MEDICATION)
    story.make(dose("08:00"))
    with refused("STEP_NOT_READY") as caught:
        story.record("M10", "08:00")
    assert "M10 waits for M1." in caught.text
    assert story.ready(story.task) == set()
    assert story.due(story.task) == {}
