"""Rarer turns of the same stories."""

from __future__ import annotations

import pytest

from domain.barcodes import wristband
from domain.commands import (
    EnterInError,
    HoldWork,
    MakeTasks,
    NewTask,
    OpenChild,
    PassTime,
    ReleaseWork,
    ReportIncident,
)
from domain.events import Override
from domain.ids import PractitionerId
from domain.orders import Priority
from domain.people import Actor, Role
from tests.openings import (
    EXAMINATION,
    MEDICATION,
    TEST,
    blood,
    dose,
    issue,
    medication,
    transfuse,
    tube,
    units_of,
    visit,
)
from tests.story import MRN, Story, at, person, refused

NURSE = person(Role.NURSE)


@pytest.mark.rows("T6")
def test_a_sample_with_a_torn_label_stops() -> None:
    story = blood(upto="T5")
    with refused("FINDINGS") as caught:
        story.record("T6", "07:10", witness=Role.NURSE, scans=(f"P{MRN}", "1234567890"))
    assert "scan_readable" in caught.checks


@pytest.mark.rows("E26", "V11")
def test_a_new_sample_leaves_the_unit_that_runs_alone() -> None:
    story = blood(2, massive=True)
    first, second = units_of(story)
    issue(story, "08:00", first)
    transfuse(story, "08:15", first)
    story.record("T6", at("07:10", 3), witness=Role.NURSE)
    assert not story.again(first).steps["T10"].undone
    assert story.again(second).steps["T10"].undone


@pytest.mark.rows("TE16", "TE04", "E36")
def test_a_clock_runs_from_a_time_that_was_written_down() -> None:
    story = visit(checklist=True)
    rows = story.due(story.task)
    assert rows["TE04"] == at("09:30")
    assert rows["TE16"] == at("07:00")
    assert "TE16u" not in rows, "no limit for this priority"
    urgent = Story("examination", {**EXAMINATION, "checklist": True}, Priority.URGENT)
    urgent.record("E1", "07:00")
    urgent.make()
    urgent.record("E3", "07:10", result="booked")
    assert urgent.due(urgent.task)["TE16u"] == at("08:10")
    assert "TE04" not in urgent.due(urgent.task), "no time was appointed"


@pytest.mark.rows("TM04", "decision-15")
@pytest.mark.parametrize(("due", "ends"), [("08:30", "07:30"), ("20:00", "11:05")])
def test_the_earlier_of_four_hours_and_an_hour_before_the_dose(due: str, ends: str) -> None:
    story = medication(dose(due, ward_stock=False, first_task=True))
    assert story.due(story.task)["TM04"] == at(ends)


@pytest.mark.rows("TM06", "TM07")
@pytest.mark.parametrize("profile", ["cn", "intl"])
def test_the_first_dose_of_a_routine_order_is_due_at_its_time(profile: str) -> None:
    story = medication(dose("10:00", kind="none", first_task=True))
    assert story.due(story.task)["TM06"] == at("10:00")
    assert profile in {"cn", "intl"}
    undated = medication(dose(None, kind="none", first_task=True))
    assert undated.due(undated.task)["TM06"] == at("07:05")


@pytest.mark.rows("MX21")
def test_a_standby_dose_that_nobody_signed_does_not_lapse() -> None:
    story = Story("medication", {**MEDICATION, "order_class": "SOS"})
    story.make(dose(None, kind="none"))
    assert story.entry(PassTime, at("20:00", 1), actor=person(Role.SYSTEM)) == ()


@pytest.mark.rows("MX09", "TM10")
def test_a_window_in_percent_without_an_interval_ends_when_due() -> None:
    story = medication(NewTask(due_at=at("10:00"), window_class="above_every_4h"))
    assert story.due(story.task).get("TM10") is None
    story.record("M5", "07:20", by=Role.PHARMACIST)
    story.exit("missed", "10:00", by=Role.CHARGE_NURSE)
    assert story.task.exit is not None


@pytest.mark.rows("X5", "TX11")
def test_releasing_the_order_leaves_a_unit_that_was_interrupted_by_itself() -> None:
    story = blood(2)
    first, second = units_of(story)
    issue(story, "08:00", first)
    transfuse(story, "08:15", first)
    story.entry(HoldWork, "08:20", actor=NURSE, task=first.id, reason="line lost")
    story.entry(HoldWork, "08:21", reason="theatre")
    assert story.again(second).state.value == "on_hold"
    story.entry(ReleaseWork, "08:30")
    assert story.again(first).state.value == "on_hold"
    assert story.again(second).state.value == "in_progress"


@pytest.mark.rows("E28")
def test_a_reaction_is_never_held() -> None:
    story = medication()
    story.record("M10", "08:00")
    story.record("M11", "08:00", result="stopped_reaction", reason="rash")
    with refused("NOT_HELD"):
        story.entry(HoldWork, "08:10", task=story.child("adverse_reaction").id, reason="no time")


@pytest.mark.rows("E38")
def test_a_task_in_which_nothing_is_to_be_done_is_not_made() -> None:
    story = medication()
    with refused("INVALID_INPUT") as caught:
        story.make(dose("12:00", take_home=True))
    assert "fields that do not exclude each other" in caught.text


@pytest.mark.rows("decision-2")
def test_nothing_is_recorded_on_an_order_that_has_ended() -> None:
    story = medication()
    story.stop("cancel", "07:30")
    with refused("ORDER_ENDED"):
        story.record("M2", "07:40", result="verified")
    draft = Story("medication", MEDICATION)
    with refused("INVALID_INPUT") as caught:
        draft.stop("forget", "07:30")
    assert "discontinue" in caught.text


@pytest.mark.rows("E41", "E28")
def test_a_reaction_entered_in_error_opens_no_void_order() -> None:
    story = blood()
    issue(story, "08:00")
    transfuse(story, "08:15")
    story.record("T16", "08:31", reaction=True)
    child = story.child("transfusion_reaction")
    story.record("R1", "08:31", task=child)
    story.entry(EnterInError, "08:40", actor=NURSE, task=story.task.id, reason="wrong record")
    story.stop("cancel", "08:41")
    story.entry(EnterInError, "08:45", actor=NURSE, task=child.id, reason="no reaction")
    assert story.again(child).state.value == "entered_in_error"
    assert story.order.state.value == "voided"


@pytest.mark.rows("E47", "E14", "V1")
def test_a_confirmation_written_before_its_report_is_a_gap_of_the_order() -> None:
    story = tube()
    story.record("L4", "07:30", result="collected")
    story.record("L5", "07:31")
    story.record("L6", "07:40", result="accepted")
    story.record("L11", "07:50", late=True)
    assert story.order.gaps == {"L9"}
    story.record("L7", "07:51", result="in_house")
    story.record("L8", "08:00", result="measured", critical=False)
    story.record("L9", "08:10", critical=False)
    assert not story.order.gaps
    unit = blood()
    unit.record("T21", "07:40", late=True)
    assert unit.order.gaps == {"tasks:ended"}
    unit.exit("wasted", "07:50", witness=Role.NURSE)
    assert not unit.order.gaps


@pytest.mark.rows("X6")
def test_a_dose_struck_long_after_changes_no_sum_of_today() -> None:
    story = Story("medication", {**MEDICATION, "order_class": "PRN_LONG"}, Priority.PRN)
    story.record("M1", "07:00")
    story.record("M2", "07:00", result="verified")
    story.record("M3", "07:00", result="approved")
    for seq, when in ((1, at("08:00")), (2, at("09:00", 1))):
        story.do(
            MakeTasks(
                order=story.order.id,
                actor=NURSE,
                at=when,
                tasks=(NewTask(seq=seq, fields={"ward_stock": True}),),
                for_need=True,
            )
        )
        task = next(one for one in story.case.tasks.values() if one.seq == seq)
        story.record("M10", when, task=task)
        story.record("M11", when, task=task, result="complete")
    first = next(one for one in story.case.tasks.values() if one.seq == 1)
    story.entry(EnterInError, at("09:10", 1), actor=NURSE, task=first.id, reason="not given")
    assert story.order.tally.starts == (at("09:00", 1),)


@pytest.mark.rows("E9", "MX14")
def test_the_truth_about_one_dose_is_told_once() -> None:
    story = medication(dose("10:00", last=False), dose("12:00"))
    old = story.task
    story.exit("refused", "09:00")
    story.record("M18", "09:05", told_to="physician1")
    story.record("M10", "09:30", task=old, entered="10:10", late=True)
    story.record("M11", "09:30", task=old, entered="10:11", result="complete", late=True)
    ended = {one.id: one for one in story.case.tasks.values() if not one.instead_of}
    story.case = type(story.case)(story.order, ended)  # as it is read later: without what ended
    with refused("TASK_ENDED") as caught:
        story.record("M10", "09:35", task=old, entered="10:20", late=True)
    assert "has ended too" in caught.text
    assert isinstance(story.entry(ReportIncident, "10:30", reason="told twice"), tuple)
    with refused("NOT_STARTED"):
        story.entry(OpenChild, "10:31", actor=NURSE, task=old.id, code="MX11")


@pytest.mark.rows("E46", "E39", "LX15")
def test_a_question_keeps_the_order_open_though_the_physician_has_confirmed() -> None:
    story = tube()
    story.record("L4", "07:30", result="collected")
    story.record("L6", "07:40", result="accepted")
    story.exit("not_available", "07:50", by=Role.LABORATORY)
    story.record("L11", "07:55")
    assert story.order.state.value == "in_progress"
    story.answer("LX15", "enough", "08:00", task=story.task.id)
    assert story.order.state.value == "in_progress", "the order closes by its closing step alone"
    assert "L11" in story.ready()
    story.record("L11", "08:05")
    assert story.order.outcome == "completed"


@pytest.mark.rows("E44", "M10")
def test_two_persons_together_do_not_pass_a_wrong_patient() -> None:
    story = medication()
    second = person(Role.CHARGE_NURSE)
    why = Override("right_patient", "we know him", second.user)
    with refused("FINDINGS") as caught:
        story.record(
            "M10",
            "08:00",
            scans=(wristband("0099999999", 1),),
            noscan_reason="x",
            overrides=(why,),
            seconds=(second,),
        )
    assert "right_patient" in caught.checks


@pytest.mark.rows("L9", "decision-11")
def test_what_a_device_entered_is_nobodys_own_work() -> None:
    story = tube()
    story.record("L4", "07:30", result="collected")
    story.record("L5", "07:31")
    story.record("L6", "07:40", result="accepted")
    story.record("L7", "07:45", result="in_house")
    shared = PractitionerId("analyser")
    story.record("L8", "08:00", by=Actor(shared, frozenset({Role.SYSTEM})), result="by_hand")
    story.record("L9", "08:01", by=Actor(shared, frozenset({Role.LABORATORY_VERIFIER})))
    assert story.task.outcome == "completed"


@pytest.mark.rows("V1", "E6", "E17")
def test_a_tube_whose_request_nobody_verified_is_incomplete_though_reported() -> None:
    story = Story("test", TEST)
    story.record("L1", "07:00")
    story.make(NewTask(last=True))
    story.record("L3", "07:10", late=True, container="1234567890")
    for no, result in (("L4", "collected"), ("L5", None), ("L6", "accepted"), ("L7", "in_house")):
        story.record(no, "07:30", result=result)
    story.record("L8", "08:00", result="measured", critical=False)
    story.record("L9", "08:10", critical=False)
    assert story.task.gaps == {"L2"}
    assert story.task.state.value == "in_progress"
    story.record("L2", "08:20", result="verified")
    assert story.task.outcome == "completed"


@pytest.mark.rows("E11", "E34")
def test_nothing_is_confirmed_of_an_order_that_a_later_stop_left_empty() -> None:
    story = medication(dose("12:00", last=False))
    story.stop("discontinue", "09:00", stop_at=at("11:00"))
    assert story.order.state.value == "in_progress"
    assert "M16" not in story.ready()
