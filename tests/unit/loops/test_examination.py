"""Examinations: visits, reports, amendments, repeats."""

from __future__ import annotations

import pytest

from domain.commands import Amend, EnterInError, NewTask, OpenChild
from domain.orders import OrderState, Priority
from domain.people import Role
from domain.records import Source
from domain.tasks import TaskState
from tests.openings import EXAMINATION, visit
from tests.story import Story, at, person, refused


def _done(story: Story, *, critical: bool = False, repeat_needed: bool = False) -> Story:
    story.record("E6", "08:40", by=Role.NURSE)
    story.record("E7", "08:55", result="arrived")
    story.record("E8", "09:00", result="started")
    story.record("E9", "09:10", result="complete", reaction=False, repeat_needed=repeat_needed)
    story.record("E10", "09:50", reaction=False)
    story.record("E12", "10:00", critical=critical)
    return story


@pytest.mark.rows("E1", "E12", "E13", "E14", "E15", "EX14")
def test_the_order_is_closed_by_the_physician_who_has_the_report() -> None:
    story = _done(visit())
    assert story.task.state.value == "closed"
    assert story.order.report_version == 1
    assert {"E13", "E14"} <= story.ready()
    assert story.due()["TE12"] == at("10:00", 1)
    story.record("E14", "10:30")
    assert story.order.state.value == "in_progress", "nobody has opened the report yet"
    story.record("E13", "10:40", by=Role.NURSE)
    assert story.order.state.value == "in_progress", "a nurse does not close the order (E46)"
    assert "E14" in story.ready()
    story.record("E14", "10:45")
    assert (story.order.state, story.order.outcome) == (OrderState.CLOSED, "completed")


@pytest.mark.rows("V16", "E16", "EX11", "E15")
def test_a_corrected_report_opens_the_order_again() -> None:
    story = _done(visit())
    story.record("E13", "10:10")
    story.record("E14", "10:15")
    assert story.order.outcome == "completed"
    radiologist = person(Role.IMAGING_PHYSICIAN)
    with refused("INVALID_INPUT"):
        story.entry(Amend, "11:00", actor=radiologist, task=story.task.id, step="E9", reason="x")
    with refused("NOT_AUTHORISED"):
        story.entry(Amend, "11:00", task=story.task.id, step="E12", reason="x")
    with refused("REASON_MISSING"):
        story.entry(Amend, "11:00", actor=radiologist, task=story.task.id, step="E12")
    with refused("INVALID_INPUT"):
        story.entry(
            Amend,
            "11:00",
            actor=radiologist,
            task=story.task.id,
            step="E12",
            reason="x",
            result="better",
        )
    story.entry(
        Amend,
        "11:00",
        actor=radiologist,
        task=story.task.id,
        step="E12",
        reason="nodule seen",
        evidence={"report_text": "nodule, 8 mm"},
    )
    assert story.task.state.value == "closed"
    assert story.task.steps["E12"].evidence["report_text"] == "nodule, 8 mm"
    assert story.order.state.value == "in_progress"
    assert story.order.report_version == 2
    assert {"E13", "E14"} <= story.ready()
    assert story.order.steps["E14"].version == 1, "the earlier acknowledgement is kept"
    story.record("E13", "11:10")
    story.record("E14", "11:15")
    assert story.order.state.value == "closed"


@pytest.mark.rows("E16", "E8")
def test_a_machine_amends_by_the_id_of_its_message() -> None:
    story = _done(visit())
    story.entry(
        Amend,
        "11:00",
        actor=person(Role.IMAGING_PHYSICIAN),
        task=story.task.id,
        step="E12",
        source=Source.INTERFACE,
        source_id="oru-9",
        evidence={"critical": True, "critical_item": "PNEUMOTHORAX"},
    )
    assert story.child("critical_value").fields["critical_item"] == "PNEUMOTHORAX"
    with refused("INVALID_INPUT") as caught:
        story.entry(Amend, "11:05", step="E12", reason="x")
    assert "E12" in caught.text


@pytest.mark.rows("E16", "EX12")
def test_a_report_that_was_struck_is_not_amended() -> None:
    story = _done(visit())
    radiologist = person(Role.IMAGING_PHYSICIAN)
    story.entry(
        EnterInError, "10:10", actor=radiologist, task=story.task.id, reason="wrong patient"
    )
    with refused("TASK_ENDED"):
        story.entry(Amend, "11:00", actor=radiologist, task=story.task.id, step="E12", reason="x")


@pytest.mark.rows("EX10", "E24", "E29")
def test_a_repeat_is_a_second_visit_and_one_only() -> None:
    story = _done(visit(), repeat_needed=True)
    assert story.order.tally.made == 2
    again = next(one for one in story.case.tasks.values() if one.opened_code == "EX10")
    assert again.parent is None, "a visit of the order, not a sub-loop"
    assert "accession" not in again.fields
    story.record("E13", "10:10")
    story.record("E14", "10:15")
    assert story.order.state.value == "in_progress"


@pytest.mark.rows("EX03", "E38")
def test_rescheduled_voids_the_old_visit_and_opens_a_new_one() -> None:
    story = visit()
    story.exit("rescheduled", "08:30", by=Role.IMAGING)
    assert (story.task.state, story.task.outcome) == (TaskState.VOIDED, "rescheduled")
    new = next(one for one in story.case.tasks.values() if one.opened_code == "EX03")
    assert {"E3"} <= story.ready(new)
    assert story.order.state.value == "in_progress"


@pytest.mark.rows("E4", "E10", "TE03", "TE02")
def test_consent_and_booking_may_come_in_either_order() -> None:
    story = Story("examination", {**EXAMINATION, "consent_required": True})
    story.record("E1", "07:00")
    story.make()
    assert {"E3", "E4"} <= story.ready(story.task)
    assert story.due(story.task)["TE02"] == at("11:00")
    story.record("E4", "07:10", result="consented", co_signer="daughter")
    story.record("E3", "07:20", result="booked")
    assert "TE02" not in story.due(story.task)


@pytest.mark.rows("TE14", "TE06", "EX09")
def test_a_patient_with_contrast_is_watched_for_half_an_hour() -> None:
    story = visit(contrast=True)
    story.record("E6", "08:40", by=Role.NURSE)
    story.record("E7", "08:55", result="arrived")
    story.record("E8", "09:00", result="started")
    story.record("E9", "09:10", result="complete", reaction=False)
    with refused("FINDINGS") as caught:
        story.record("E10", "09:35", reaction=False)
    assert caught.checks == ["too_early"]
    story.record("E10", "09:40", reaction=True)
    assert story.child("adverse_reaction").opened_by == story.task.id


@pytest.mark.rows("EX09", "E17")
def test_an_examination_stopped_for_a_reaction_is_still_reported() -> None:
    story = visit()
    story.record("E6", "08:40", by=Role.NURSE)
    story.record("E7", "08:55", result="arrived")
    story.record("E8", "09:00", result="started")
    story.record("E9", "09:10", result="stopped_reaction", reaction=True, reason="anaphylaxis")
    assert sum(one.loop == "adverse_reaction" for one in story.case.tasks.values()) == 1
    assert "TE07" in story.due(story.task)
    story.record("E10", "09:50", reaction=True)
    story.record("E12", "10:00", critical=False)
    assert (story.task.state, story.task.outcome) == (TaskState.CLOSED_BY_EXIT, "stopped_reaction")


@pytest.mark.rows("E11", "E13", "E32")
def test_a_preliminary_report_is_seen_and_the_final_one_again() -> None:
    story = visit(bedside=True)
    story.record("E7", "08:55", result="arrived")
    story.record("E8", "09:00", result="started")
    story.record("E9", "09:10", result="complete", reaction=False)
    story.record("E11", "09:20", result="by_physician", critical=False)
    assert story.order.reported
    story.record("E13", "09:30")
    assert story.due().get("TE11p") is None
    story.record("E12", "10:00", critical=False)
    assert "TE11" in story.due()


@pytest.mark.rows("EX16", "V15")
def test_a_critical_finding_keeps_the_order_open() -> None:
    story = _done(visit(), critical=True)
    story.record("E13", "10:10")
    story.record("E14", "10:15")
    assert story.order.state.value == "in_progress"


@pytest.mark.rows("E30")
def test_a_reaction_reported_by_hand_hangs_from_a_started_visit() -> None:
    story = visit()
    nurse = person(Role.NURSE)
    with refused("NOT_STARTED"):
        story.entry(OpenChild, "08:00", actor=nurse, task=story.task.id, code="EX09")
    with refused("INVALID_INPUT"):
        story.entry(OpenChild, "08:00", actor=nurse, code="EX09")
    with refused("INVALID_INPUT") as caught:
        story.entry(OpenChild, "08:00", actor=nurse, task=story.task.id, code="EX10")
    assert "EX09" in caught.text


@pytest.mark.rows("TE03", "TE08")
@pytest.mark.parametrize(
    ("modality", "priority", "minutes"),
    [("CT", Priority.ROUTINE, 4320), ("XR", Priority.ROUTINE, 2880), ("CT", Priority.URGENT, 240)],
)
def test_how_long_an_examination_may_wait(modality: str, priority: Priority, minutes: int) -> None:
    story = Story("examination", {**EXAMINATION, "modality": modality}, priority)
    story.record("E1", "07:00")
    story.make(NewTask(last=True))
    found = story.due(story.task)["TE03"] - at("07:00")
    assert found.total_seconds() // 60 == minutes
