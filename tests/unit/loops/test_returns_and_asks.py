"""Work that is sent back with a question, and who answers it how."""

from __future__ import annotations

import pytest

from domain.commands import MakeTasks, NewTask
from domain.orders import OrderState, Priority
from domain.people import Role
from domain.records import Source
from domain.tasks import TaskState
from tests.openings import MEDICATION, blood, dose, issue, medication, tube, visit
from tests.story import Story, at, person, refused


def _signed() -> Story:
    story = Story("medication", MEDICATION)
    story.record("M1", "07:00")
    story.make(dose("10:00", ward_stock=False))
    return story


@pytest.mark.rows("MX02", "E21", "TM03", "E36")
def test_a_pharmacist_intervenes_and_the_physician_insists() -> None:
    story = _signed()
    story.record("M2", "07:05", result="verified")
    story.record("M3", "07:10", result="intervened", category="dose")
    assert "M3" not in story.order.steps
    assert story.due()["MX02"] == at("09:10")
    assert "M3" not in story.ready()
    with refused("ASK_OPEN"):
        story.record("M3", "07:11", result="approved")
    with refused("ASK_OPEN"):
        story.record("M5", "07:11", by=Role.PHARMACIST)
    with refused("REASON_MISSING"):
        story.answer("MX02", "insist", "07:20", witness=person(Role.PHARMACIST))
    with refused("WITNESS_MISSING"):
        story.answer("MX02", "insist", "07:20", reason="renal dose is right")
    with refused("NOT_AUTHORISED"):
        story.answer("MX02", "insist", "07:20", reason="x", witness=person(Role.NURSE))
    physician = person(Role.PHYSICIAN)
    with refused("WITNESS_IS_ACTOR"):
        story.answer("MX02", "insist", "07:20", reason="x", witness=physician)
    story.answer(
        "MX02", "insist", "07:20", reason="renal dose is right", witness=person(Role.PHARMACIST)
    )
    assert story.order.asks == {}
    story.record("M3", "07:25", result="approved")
    story.record("M5", "07:30", by=Role.PHARMACY_TECHNICIAN)


@pytest.mark.rows("E21", "E8")
def test_a_machine_records_past_an_open_question() -> None:
    story = _signed()
    story.record("M3", "07:10", result="intervened")
    story.record("M3", "07:12", result="auto_passed", source=Source.INTERFACE, by=Role.SYSTEM)
    assert story.order.steps["M3"].result == "auto_passed"


@pytest.mark.rows("E21", "MX01", "MX03")
def test_two_questions_stand_beside_each_other() -> None:
    story = _signed()
    story.record("M2", "07:05", result="returned")
    story.record("M3", "07:10", result="returned")
    assert set(story.order.asks) == {"MX01", "MX03"}
    story.answer("MX01", "cancel", "07:20", reason="wrong drug")
    assert (story.order.state, story.order.outcome) == (OrderState.VOIDED, "cancelled")
    story.answer("MX03", "cancel", "07:25", reason="wrong drug")
    assert story.order.asks == {}, "on a stopped order an answer is only recorded"


@pytest.mark.rows("E21", "MX01", "MX19")
def test_returned_after_an_emergency_dose_ends_as_discontinued() -> None:
    story = Story("medication", {**MEDICATION, "order_class": "STAT"}, Priority.STAT)
    story.record("M1", "07:00")
    story.record("M2", "07:01", result="verified")
    story.make(dose("07:00", kind="none"), dose("12:00", last=True))
    story.record("M10", "07:02")
    story.record("M11", "07:02", result="complete")
    story.record("M3", "07:10", result="returned")
    story.answer("MX03", "cancel", "07:20", reason="wrong drug")
    assert story.order.stopped_by == "discontinue"
    assert [one.state for one in story.case.tasks.values()] == [TaskState.CLOSED, TaskState.VOIDED]


@pytest.mark.rows("E21", "EX01", "E10")
def test_a_question_of_the_department_is_about_its_visit() -> None:
    story = Story("examination", {"exam": "CT", "modality": "CT", "clinical_question": "?"})
    story.record("E1", "07:00")
    story.make(NewTask(), NewTask(seq=1, last=True))
    first, second = list(story.case.tasks.values())
    story.record("E3", "07:10", task=first, result="returned")
    assert story.due(first)["EX01b"] == at("11:10")
    with refused("ASK_OPEN"):
        story.record("E3", "07:12", task=first, result="booked")
    story.record("E3", "07:12", task=second, result="booked")
    with refused("INVALID_INPUT"):
        story.answer("EX01b", "cancel", "07:20", reason="no")
    story.answer("EX01b", "replace", "07:20", reason="no", task=first.id)
    assert story.order.stopped_by == "replace"
    assert story.order.state.value == "voided"


@pytest.mark.rows("EX06", "E22")
def test_a_patient_who_is_not_ready_is_prepared_again() -> None:
    story = visit(checklist=True)
    story.record("E5", "08:00", result="ready")
    story.record("E7", "08:50", result="not_ready")
    assert story.task.steps["E5"].undone
    assert "E7" not in story.task.steps
    assert "E5" in story.ready(story.task)


@pytest.mark.rows("EX07", "E22", "E21")
def test_a_safety_stop_starts_nothing_and_asks_two_physicians() -> None:
    story = visit(checklist=True)
    story.record("E5", "08:00", result="ready")
    story.record("E7", "08:50", result="arrived")
    story.record("E8", "09:00", result="safety_stop")
    assert not story.task.started
    assert "E8" not in story.task.steps
    with refused("WITNESS_MISSING"):
        story.answer(
            "EX07",
            "proceed",
            "09:05",
            by=Role.IMAGING_PHYSICIAN,
            reason="needed",
            task=story.task.id,
        )
    story.answer(
        "EX07",
        "proceed",
        "09:05",
        by=Role.IMAGING_PHYSICIAN,
        reason="needed",
        task=story.task.id,
        witness=person(Role.PHYSICIAN),
    )
    story.record("E5", "09:10", result="ready")
    story.record("E8", "09:15", result="started")
    assert story.task.started


@pytest.mark.rows("TX01", "E21")
def test_the_approver_and_the_nurse_return_a_request_for_blood() -> None:
    story = blood(upto="T3")
    story.record("T4", "07:10", result="returned")
    story.record("T5", "07:11", result="returned")
    assert set(story.order.asks) == {"TX01", "TX01b"}
    with refused("ASK_OPEN"):
        story.record("T6", "07:12", witness=Role.NURSE)


@pytest.mark.rows("TX08", "E39", "TX09", "decision-35")
@pytest.mark.parametrize(("answer", "units"), [("again", 2), ("enough", 1)])
def test_a_unit_sent_back_unused_asks_for_another(answer: str, units: int) -> None:
    story = blood()
    issue(story, "08:00")
    story.exit("returned", "08:20", witness=Role.BLOOD_BANK)
    ended = story.task
    assert ended.state.value == "closed_by_exit"
    assert story.due()["TX08"] == at("08:20", 1), "the question of an ended unit is the order's"
    story.answer("TX08", answer, "08:30", task=ended.id)
    assert story.order.tally.made == units
    new = [one for one in story.case.tasks.values() if one.opened_code == "TX08"]
    assert len(new) == units - 1
    for one in new:
        assert (one.opened_by, one.seq, "din" in one.fields) == (ended.id, ended.seq, False)
        assert "T10" in story.ready(one)


@pytest.mark.rows("E39", "E34")
def test_no_other_unit_once_the_request_is_stopped() -> None:
    story = blood()
    issue(story, "08:00")
    story.exit("returned", "08:20", witness=Role.BLOOD_BANK)
    story.stop("discontinue", "08:25")
    story.answer("TX08", "again", "08:30", task=story.task.id)
    assert story.order.tally.made == 1


@pytest.mark.rows("LX04", "E39")
def test_a_missed_trough_is_collected_at_a_new_time() -> None:
    story = tube(timing="trough")
    with refused("INVALID_INPUT"):
        story.exit("missed", "08:00", reason=None)
    story.exit("missed", "08:00")
    story.answer("LX04", "again", "08:10", task=story.task.id)
    assert story.order.tally.made == 2
    with refused("STEP_NOT_READY"):
        story.record("L11", "08:11")


@pytest.mark.rows("E21")
def test_only_an_open_question_is_answered() -> None:
    story = medication()
    with refused("INVALID_INPUT") as caught:
        story.answer("MX02", "cancel", "08:00")
    assert "none is open" in caught.text


@pytest.mark.rows("LX01", "E11", "E21")
def test_an_order_with_an_open_question_is_not_void_by_itself() -> None:
    story = blood()
    story.exit("lapsed", at("07:30", 3), by=Role.SYSTEM)
    assert story.task.state.value == "voided"
    assert story.order.state.value == "in_progress"
    story.answer("TX17", "enough", at("08:00", 3), task=story.task.id)
    assert (story.order.state, story.order.outcome) == (OrderState.VOIDED, "lapsed")


@pytest.mark.rows("X3")
def test_need_on_a_stopped_order_makes_nothing() -> None:
    story = medication(dose("08:00", last=False), stop="2026-11-24T09:00:00+00:00")
    command = MakeTasks(
        order=story.order.id, actor=person(Role.NURSE), at=at("09:00"), tasks=(NewTask(seq=4),)
    )
    assert story.do(command) == ()
