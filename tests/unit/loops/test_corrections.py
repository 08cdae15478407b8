"""Records that were wrong: corrected, struck, and what follows for the order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.commands import Correct, EnterInError, NewTask
from domain.events import Corrected
from domain.people import Role
from domain.tasks import TaskState
from tests.openings import MEDICATION, dose, medication, tube, visit
from tests.story import Story, at, person, refused

NURSE = person(Role.NURSE)


def _given(*, last: bool = True) -> Story:
    story = medication(dose("08:00", last=last))
    story.record("M10", "08:00")
    story.record("M11", "08:02", result="complete")
    return story


def _correct(story: Story, step: str, **more: object) -> Corrected:
    given: dict[str, object] = {"actor": NURSE, "task": story.task.id, "reason": "typing error"}
    events = story.entry(Correct, "10:00", step=step, **{**given, **more})
    body = events[0].body
    assert isinstance(body, Corrected)
    return body


@pytest.mark.rows("V4", "E40")
def test_a_correction_keeps_the_old_record_and_the_state() -> None:
    story = _given()
    seq = story.task.steps["M11"].seq
    body = _correct(story, "M11", evidence={"site": "left arm"}, new_at=at("08:04"))
    assert (body.step, body.of_seq, body.reason) == ("M11", seq, "typing error")
    record = story.task.steps["M11"]
    assert (record.at, record.first_at, record.evidence["site"]) == (
        at("08:04"),
        at("08:04"),
        "left arm",
    )
    assert record.evidence["dose"] == {"value": "5", "unit": "mg"}
    assert story.task.state.value == "closed"
    assert story.order.tally.starts == (at("08:04"),), "the next as-needed dose counts from it"


@pytest.mark.rows("E40", "TM12")
def test_the_checks_look_at_a_corrected_record_and_at_what_rested_on_it() -> None:
    story = _given()
    body = _correct(story, "M10", new_at=at("07:02"))
    assert [(one.check, one.message) for one in body.findings] == [
        ("time_order", "M10 is earlier than M1"),
        ("validity", "M10 has expired"),
    ]
    assert story.task.state.value == "closed"
    fine = _correct(_given(), "M10", new_at=at("08:01"))
    assert fine.findings == ()


@pytest.mark.rows("E40")
def test_only_its_author_corrects_a_record_with_a_reason_and_a_change() -> None:
    story = _given()
    with refused("NOT_AUTHORISED"):
        _correct(story, "M11", actor=person(Role.NURSE, "nurse9"), new_at=at("08:04"))
    with refused("REASON_MISSING"):
        _correct(story, "M11", reason=None, new_at=at("08:04"))
    with refused("INVALID_INPUT"):
        _correct(story, "M11")
    with refused("INVALID_INPUT"):
        _correct(story, "M12", new_at=at("08:04"))
    with refused("INVALID_INPUT"):
        _correct(story, "M99", new_at=at("08:04"))
    with refused("INVALID_INPUT") as caught:
        _correct(story, "M11", new_at=at("11:00"))
    assert "future" in caught.text


@pytest.mark.rows("E40")
def test_an_order_step_is_corrected_too() -> None:
    story = _given()
    body = _correct(
        story, "M3", task=None, actor=person(Role.PHARMACIST), evidence={"advice": "with food"}
    )
    assert body.at is None
    assert story.order.steps["M3"].evidence["advice"] == "with food"


@pytest.mark.rows("E40", "E14")
def test_a_corrected_report_time_moves_the_clock_of_the_physician() -> None:
    story = tube()
    story.record("L4", "07:30", result="collected")
    story.record("L5", "07:31")
    story.record("L6", "07:40", result="accepted")
    story.record("L7", "07:45", result="in_house")
    story.record("L8", "08:00", result="measured", critical=False)
    story.record("L9", "08:10", critical=False)
    _correct(story, "L9", actor=person(Role.LABORATORY_VERIFIER), new_at=at("08:20"))
    assert story.order.tally.steps["L9"] == at("08:20")
    assert story.due()["TL13"] == at("20:20")


@pytest.mark.rows("E41")
def test_the_only_dose_of_a_closed_order_was_for_somebody_else() -> None:
    story = _given()
    story.record("M16", "09:00")
    story.entry(EnterInError, "09:10", actor=NURSE, task=story.task.id, reason="wrong patient")
    assert story.task.state.value == "entered_in_error"
    assert story.order.state.value == "in_progress"
    assert story.order.steps["M16"].undone
    assert story.order.tally.effects == 0
    story.make(NewTask(due_at=at("08:00"), seq=1, fields={"ward_stock": True}))
    again = next(one for one in story.case.tasks.values() if one.seq == 1)
    story.record("M10", "09:20", task=again)
    story.record("M11", "09:21", task=again, result="complete")
    story.record("M16", "09:30")
    assert story.order.state.value == "closed"


@pytest.mark.rows("E41", "E11")
def test_an_order_whose_only_dose_was_struck_waits_for_a_person() -> None:
    story = _given()
    story.entry(EnterInError, "08:10", actor=NURSE, task=story.task.id, reason="wrong patient")
    assert story.order.state.value == "in_progress"
    with refused("TASK_ENDED"):
        story.entry(EnterInError, "08:15", actor=NURSE, task=story.task.id, reason="twice")
    story.stop("cancel", "08:20")
    assert (story.order.state.value, story.order.outcome) == ("voided", "cancelled")


@pytest.mark.rows("E41", "E15")
def test_a_struck_visit_opens_its_closed_order_again() -> None:
    story = visit(bedside=True)
    story.record("E7", "08:55", result="arrived")
    story.record("E8", "09:00", result="started")
    story.record("E9", "09:10", result="complete", reaction=False)
    story.record("E12", "10:00", critical=False)
    story.record("E13", "10:10")
    story.record("E14", "10:15")
    assert story.order.outcome == "completed"
    radiologist = person(Role.IMAGING_PHYSICIAN)
    story.entry(
        EnterInError, "11:00", actor=radiologist, task=story.task.id, reason="images of another"
    )
    assert story.order.state.value == "in_progress"
    assert story.order.report_version == 2


@pytest.mark.rows("E9", "EX12", "decision-17")
def test_who_took_the_wrong_exit_strikes_it() -> None:
    story = medication(dose("08:00", last=False))
    story.exit("missed", "09:30", by=Role.CHARGE_NURSE)
    story.record("M18", "09:31", by=person(Role.NURSE, "nurse9"), told_to="physician1")
    with refused("REASON_MISSING"):
        story.entry(EnterInError, "09:40", actor=person(Role.CHARGE_NURSE), task=story.task.id)
    with refused("NOT_AUTHORISED") as caught:
        story.entry(EnterInError, "09:40", actor=NURSE, task=story.task.id, reason="was given")
    assert "its author" in caught.text
    story.entry(
        EnterInError,
        "09:40",
        actor=person(Role.CHARGE_NURSE),
        task=story.task.id,
        reason="was given",
    )
    assert story.task.state.value == "entered_in_error"


def _strike_order(story: Story, **more: object) -> None:
    given: dict[str, object] = {"reason": "wrong patient"}
    story.entry(EnterInError, "10:00", **{**given, **more})


@pytest.mark.rows("decision-2")
def test_an_order_without_effect_is_struck_with_its_doses() -> None:
    story = medication(dose("08:00"), dose("12:00"))
    with refused("NOT_AUTHORISED"):
        _strike_order(story, actor=NURSE)
    _strike_order(story)
    assert story.order.state.value == "entered_in_error"
    assert {one.state for one in story.case.tasks.values()} == {TaskState.ENTERED_IN_ERROR}
    with refused("ORDER_ENDED"):
        _strike_order(story)
    given = _given()
    with refused("HAS_EFFECT"):
        _strike_order(given)


@pytest.mark.rows("E40", "V4")
def test_an_act_that_a_loop_does_not_know_is_refused() -> None:
    story = Story("medication", MEDICATION)
    bare = dict(story.loops.get("medication").common)
    del bare["correct"]
    loop = replace(story.loops.get("medication"), common=bare)
    story.loops = replace(story.loops, loops={**story.loops.loops, "medication": loop})
    story.record("M1", "07:00")
    with refused("NOT_AUTHORISED") as caught:
        story.entry(Correct, "07:10", step="M1", new_at=at("07:01"), reason="x")
    assert "not known" in caught.text
