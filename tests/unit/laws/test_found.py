"""What the laws and the proof by running found, each as the story in which it went wrong."""

from __future__ import annotations

from dataclasses import replace

from domain.commands import (
    AnswerAsk,
    ChangeFields,
    HoldWork,
    NewTask,
    PassTime,
    ReleaseWork,
)
from domain.loops.case import Case
from domain.loops.loops import Loops
from domain.people import Role
from domain.records import Source
from tests.openings import (
    MEDICATION,
    TRANSFUSION,
    blood,
    dose,
    issue,
    medication,
    tube,
    visit,
)
from tests.story import Story, at, loops, person, refused

RETRO = Source.RETRO


def reaction() -> Story:
    """A dose that was stopped for a reaction, and a second one still to come."""
    story = medication(dose("08:00", last=False), dose("16:00"))
    story.record("M10", "08:00")
    story.record("M11", "08:01", result="stopped_reaction", reason="rash")
    return story


# ---------------------------------------------------------------------- silence


def test_a_reaction_keeps_its_clock_while_its_order_is_on_hold() -> None:
    story = reaction()

    assert story.order.state.value == "on_hold"
    assert "TA5" in story.due(story.child("adverse_reaction"))


def test_a_question_that_an_ended_task_asked_is_late_on_the_order() -> None:
    story = visit()
    story.exit("no_show", "09:40", by=Role.IMAGING)

    assert story.task.state.terminal
    assert "EX04" in story.due()


def test_a_unit_held_by_itself_has_the_clock_of_its_hold() -> None:
    story = blood()
    story.entry(HoldWork, "08:00", task=story.task.id, reason="fever")

    assert story.due(story.task)["TT21"] == at("08:00", 1)


def test_a_verbal_order_is_to_be_signed_within_six_hours() -> None:
    story = Story("medication", {**MEDICATION, "verbal": True}, verbal=True)
    assert story.due() == {"TM27": at("13:00")}

    story.record("M1", "07:30")

    assert "TM27" not in story.due()


def test_an_order_that_was_stopped_before_its_first_dose_still_asks_for_confirmation() -> None:
    story = Story("medication", MEDICATION)
    story.record("M1", "07:05")
    story.stop("discontinue", "07:30", stop_at=at("12:00"))

    assert story.due()["TM19"] == at("12:00", 1)


def test_a_confirmation_that_came_before_the_nurse_verified_has_still_to_close() -> None:
    story = Story("test", {"tests": ["K"], "specimen_type": "BLOOD", "timing": "random"})
    story.record("L1", "07:00")
    story.make(NewTask(last=True))
    story.exit("refused", "07:20")
    story.record("L11", "07:30")
    story.record("L2", "07:40", result="verified")

    assert story.order.state.value == "in_progress"
    assert story.due()["TL16"] == at("07:20", 1)
    assert "L11" in story.ready()
    story.record("L11", "07:50")
    assert story.order.state.value == "closed"


def test_what_is_still_due_after_an_accepted_gap_has_a_clock() -> None:
    story = tube()
    story.record("L7", "08:00", result="in_house", source=RETRO, reason="analyser told")
    story.exit("gap_accepted", "08:10", by=Role.CHARGE_NURSE, reason="slip lost")

    assert not story.task.state.terminal
    assert story.due(story.task)


def test_a_sub_loop_is_not_put_on_hold() -> None:
    story = reaction()
    with refused("NOT_HELD"):
        story.entry(HoldWork, "08:10", task=story.child("adverse_reaction").id, reason="later")


def test_the_consent_to_blood_in_an_emergency_is_asked_for_until_it_is_made_up() -> None:
    story = Story("transfusion", {**TRANSFUSION, "component": "cryoprecipitate", "emergency": True})
    story.record("T1", "07:00")
    story.record("T3", "07:03")
    story.record("T4", "07:06", result="approved")
    story.record("T5", "07:08", result="verified")
    story.record("T6", "07:09", witness=Role.NURSE)
    story.record("T7", "07:10", result="accepted")
    story.record("T8", "07:12", result="matched", witness=Role.BLOOD_BANK)
    story.record("T9", "07:15")

    assert "T2" in story.ready()
    assert story.due() == {"TT26": at("13:00")}
    story.record("T2", "09:00", result="consented", co_signer="the daughter")
    assert not story.due()


def test_a_rerun_leaves_the_result_missing_that_a_report_passed_over() -> None:
    """The report was told by telephone; the analyser measures again, so there is no result yet."""
    story = tube()
    story.record("L9", "09:00", source=RETRO, reason="told by telephone")
    assert "L8" in story.task.gaps

    story.record("L8", "09:10", result="rerun", source=RETRO, reason="delta too large")

    assert "L8" in story.task.gaps
    assert "L8" not in story.task.steps
    story.record("L8", "09:20", result="measured", source=RETRO, reason="second run")
    assert "L8" not in story.task.gaps


def test_an_accepted_gap_asks_for_nothing_before_the_start() -> None:
    """A reported examination does not wait for the patient to leave the ward."""
    story = visit(bedside=False)
    story.record("E12", "10:00", source=RETRO, reason="from the archive")
    story.exit("gap_accepted", "10:30", by=Role.CHARGE_NURSE, reason="slip lost")

    assert story.task.exit is not None
    assert story.task.exit.still == ("E10",)
    assert story.ready(story.task) == {"E10"}
    story.record("E10", "10:40")
    assert story.task.outcome == "gap_accepted"


def test_what_an_accepted_gap_left_due_keeps_its_clock_when_the_unit_ends_by_a_result() -> None:
    story = blood()
    issue(story, "08:00")
    story.record("T16", "08:30", source=RETRO, reason="start was not written down")
    story.entry(ChangeFields, "08:40", task=story.task.id, fields={"transferred": True})
    story.exit("gap_accepted", "08:50", by=Role.CHARGE_NURSE, reason="sheet lost")
    for no, result in (("T18", "partial"), ("T19", None), ("T20", None), ("T20b", None)):
        story.record(no, "09:00", result=result, reason="vein lost")

    assert story.ready(story.task) == {"T14b"}
    assert story.due(story.task) == {"TT22": at("09:15")}


# ---------------------------------------------------------------------- dead ends


def test_a_dose_that_becomes_one_act_can_be_ended_after_its_start_was_given_up() -> None:
    story = medication(dose("08:00", infusion=True))
    story.record("M12", "08:30", source=RETRO, reason="round on paper")
    story.exit("gap_accepted", "09:00", by=Role.CHARGE_NURSE, reason="start not written down")
    story.entry(ChangeFields, "09:10", task=story.task.id, fields={"infusion": False})

    story.record("M13", "09:20", result="complete")

    assert "M11" not in story.task.steps
    assert story.task.state.terminal


def test_a_dose_that_has_no_step_is_not_made() -> None:
    story = medication(dose("08:00"))
    nothing = dose("12:00", ward_stock=True, take_home=True)
    with refused("INVALID_INPUT"):
        story.make(nothing)
    with refused("INVALID_INPUT"):
        story.entry(ChangeFields, "07:20", task=story.task.id, fields={"take_home": True})


def test_fields_do_not_ask_for_a_step_that_was_passed() -> None:
    """A dose that was received without a porter would wait for the porter for ever, silently."""
    story = medication(dose("08:00", ward_stock=False))
    for no in ("M5", "M6", "M8"):
        story.record(no, "07:20")
    with refused("PASSED_OVER") as told:
        story.entry(ChangeFields, "07:30", task=story.task.id, fields={"transported": True})
    assert "M7" in told.text


def test_a_draft_cannot_be_cancelled_for_later() -> None:
    story = Story("medication", MEDICATION)
    story.stop("discontinue", "07:10", stop_at=at("12:00"))

    assert story.order.state.value == "voided"
    assert story.order.outcome == "cancelled"


def test_an_order_whose_tubes_all_ended_does_not_wait_for_their_report() -> None:
    story = Story("test", {"tests": ["K"], "specimen_type": "BLOOD", "timing": "random"})
    story.record("L1", "07:00")
    story.record("L2", "07:05", result="verified")
    story.make(NewTask(last=True))
    story.record("L11", "07:10", source=RETRO, reason="told by telephone")
    assert story.order.gaps == {"L9"}

    story.exit("refused", "07:20")

    assert not story.order.gaps
    story.record("L11", "07:30")
    assert story.order.state.value == "closed"


def looser() -> Loops:
    """A configuration under which no effect has to be assessed."""
    base = loops()
    loop = base.get("medication")
    steps = {**loop.steps, "M14": replace(loop.steps["M14"], required=False)}
    return replace(base, loops={**base.loops, "medication": replace(loop, steps=steps)})


def test_time_closes_nothing_that_a_new_configuration_left_without_steps() -> None:
    story = medication(dose("08:00", effect_required=True))
    story.record("M10", "08:00")
    story.record("M11", "08:01", result="complete")
    story.loops = looser()

    story.entry(PassTime, "09:00", actor=person(Role.SYSTEM))
    assert story.task.state.value == "in_progress"

    story.record("M16", "09:10")
    assert story.task.state.value == "closed"
    assert story.order.state.value == "closed"


# ---------------------------------------------------------------------- lawful states


def test_a_dose_that_is_voided_is_not_on_hold_any_more() -> None:
    story = medication(dose("08:00"), dose("16:00"))
    story.entry(HoldWork, "07:30", task=story.task.id, reason="vomiting")
    story.stop("discontinue", "07:40")

    assert story.task.state.value == "voided"
    assert story.task.hold is None


def test_a_dose_with_a_gap_is_not_closed_as_held_when_its_order_is_released() -> None:
    story = medication(dose("08:00", ward_mixed=True))
    story.entry(HoldWork, "07:30", reason="vomiting")
    story.record("M10", "07:20", source=RETRO, reason="checked before", entered=at("07:40"))
    assert story.task.gaps == {"M9"}

    story.entry(ReleaseWork, "13:00", reason="eats again")

    assert story.task.state.value == "in_progress"
    assert story.task.gaps == {"M9"}


def test_a_visit_whose_end_was_recorded_cannot_be_rescheduled_or_voided() -> None:
    story = visit()
    story.record("E9", "09:30", result="complete", source=RETRO, reason="from the device")
    with refused("EXIT_NOT_NOW"):
        story.exit("rescheduled", "09:40", by=Role.IMAGING)

    story.stop("discontinue", "09:50")

    assert story.task.started
    assert story.task.state.value == "in_progress"


def test_a_late_truth_is_told_by_one_task_only() -> None:
    """The store reads open tasks and the one that is named: the first successor is not there."""
    story = medication(dose("08:00", last=False), dose("16:00"))
    first = story.task
    story.exit("refused", "07:30", task=first)
    story.record("M18", "07:35", task=first)
    for step, result in (("M10", None), ("M11", "complete")):
        story.record(step, "08:00", task=first, result=result, source=RETRO, reason="given")
    successor = next(one for one in story.case.tasks.values() if one.instead_of == first.id)
    assert successor.state.value == "closed"

    kept = {ident: one for ident, one in story.case.tasks.items() if ident != successor.id}
    story.case = Case(story.order, kept)

    with refused("TASK_ENDED") as told:
        story.record("M10", "08:05", task=first, source=RETRO, reason="given again?")
    assert successor.id in told.text


def test_what_was_done_on_a_cancelled_draft_must_be_signed() -> None:
    story = Story("medication", MEDICATION)
    story.make(dose("08:00"))
    story.stop("cancel", "07:30")
    assert story.order.state.value == "voided"

    story.record("M18", "07:20", source=RETRO, reason="told at once", entered=at("07:40"))

    assert story.order.state.value == "verbal"
    assert "TM27" in story.due()


# ---------------------------------------------------------------------- refusals


def test_an_unknown_act_is_bad_input_that_names_the_acts() -> None:
    story = medication()
    with refused("INVALID_INPUT") as told:
        story.stop("no_such_act", "08:00")
    assert "discontinue" in told.text


def test_nobody_is_the_second_person_of_their_own_answer() -> None:
    story = Story("medication", MEDICATION)
    story.record("M1", "07:05")
    story.record("M2", "07:10", result="returned")
    physician = person(Role.PHYSICIAN)
    with refused("WITNESS_IS_ACTOR"):
        story.entry(
            AnswerAsk, "07:20", code="MX01", answer="cancel", witness=physician, actor=physician
        )
