"""Doses and tubes that end otherwise: who may say so, when, and what is still due."""

from __future__ import annotations

import pytest

from domain.commands import NewTask, PassTime, TakeExit
from domain.orders import OrderState
from domain.people import Actor, Role
from domain.records import Source
from domain.tasks import TaskState
from tests.openings import EXAMINATION, MEDICATION, dose, medication, tube, visit
from tests.story import Story, at, person, refused

SYSTEM = person(Role.SYSTEM)


@pytest.mark.rows("MX07", "M18", "TM17", "E17", "E18", "E20")
def test_tonights_dose_is_refused_at_noon_and_the_prescriber_is_told() -> None:
    story = medication(dose("20:00"))
    story.exit("refused", "12:00")
    assert story.task.state.value == "planned"
    assert story.task.exit is not None
    assert story.due(story.task) == {"TM17": at("14:00")}
    assert story.ready(story.task) == {"M18"}
    with refused("TASK_ENDED"):
        story.record("M10", "12:10")
    with refused("TASK_ENDED"):
        story.exit("held", "12:10")
    story.record("M18", "12:30", told_to="physician1")
    assert (story.task.state, story.task.outcome) == (TaskState.CLOSED_BY_EXIT, "refused")
    with refused("TASK_ENDED"):
        story.exit("held", "12:40")


@pytest.mark.rows("MX07", "decision-19")
def test_the_word_or_the_code_picks_the_exit() -> None:
    story = medication()
    with refused("INVALID_INPUT") as caught:
        story.do(_bare(story, reason="asleep"))
    assert "refused (MX07)" in caught.text
    with refused("INVALID_INPUT"):
        story.do(_bare(story, exit="tired", reason="asleep"))
    with refused("INVALID_INPUT"):
        story.do(_bare(story, code="MX08", evidence={"told_to": "physician1"}))
    story.do(_bare(story, code="MX08", reason="pulse 48"))
    assert story.task.exit is not None
    assert story.task.exit.outcome == "held"


def _bare(story: Story, **more: object) -> TakeExit:
    given: dict[str, object] = {
        "order": story.order.id,
        "actor": person(Role.NURSE),
        "at": story.now,
        "task": story.task.id,
        **more,
    }
    return TakeExit(**given)  # type: ignore[arg-type]  # a story names fields freely


@pytest.mark.rows("MX07")
def test_an_exit_names_its_task_and_its_reason() -> None:
    story = medication()
    with refused("INVALID_INPUT") as caught:
        story.do(_bare(story, exit="refused", reason="no", task=None))
    assert "the id of a task" in caught.text
    with refused("INVALID_INPUT"):
        story.do(_bare(story, exit="refused"))
    with refused("NOT_FOUND"):
        story.do(_bare(story, exit="refused", reason="no", task="another"))


@pytest.mark.rows("MX09", "E36")
@pytest.mark.parametrize(
    ("kind", "end"), [("up_to_every_4h", "09:00"), ("none", "09:00"), ("time_critical", "08:30")]
)
def test_a_dose_is_missed_only_once_its_window_has_closed(kind: str, end: str) -> None:
    story = medication(dose("08:00", kind=kind))
    with refused("NOT_AUTHORISED"):
        story.exit("missed", end, by=Role.NURSE)
    before = at(end).replace(minute=at(end).minute - 1 if at(end).minute else 59)
    before = before if at(end).minute else before.replace(hour=at(end).hour - 1)
    with refused("EXIT_TOO_EARLY") as caught:
        story.exit("missed", before, by=Role.CHARGE_NURSE)
    assert end in caught.text
    story.exit("missed", end, by=Role.CHARGE_NURSE)
    assert story.task.exit is not None


@pytest.mark.rows("MX09", "E37")
def test_what_has_no_appointed_time_has_no_window_to_miss() -> None:
    story = medication(dose(None))
    story.exit("missed", "07:10", by=Role.CHARGE_NURSE)
    assert story.task.exit is not None


@pytest.mark.rows("E18", "MX10")
def test_what_has_started_cannot_be_refused_any_more() -> None:
    story = medication(dose("08:00", infusion=True))
    story.record("M10", "08:00")
    story.record("M11", "08:00")
    with refused("EXIT_NOT_NOW") as caught:
        story.exit("refused", "08:10")
    assert "none" in caught.text


@pytest.mark.rows("MX10", "E17", "TM15")
def test_a_dose_partly_given_keeps_the_clock_of_its_effect() -> None:
    story = medication(dose("08:00", effect_required=True), route="IM")
    story.record("M10", "08:00")
    with refused("INVALID_INPUT"):
        story.record("M11", "08:05", result="partial", amount="2 mL")
    story.record("M11", "08:05", result="partial", amount="2 mL", reason="vomited")
    assert story.task.state.value == "in_progress"
    assert story.due(story.task) == {"TM15": at("08:50")}
    story.record("M14", "08:40", effective=False, reaction=False)
    assert (story.task.state, story.task.outcome) == (TaskState.CLOSED_BY_EXIT, "completed_partial")


@pytest.mark.rows("MX04", "MX06", "E24", "E22")
def test_a_shortage_is_dispensed_again_and_not_given_twice() -> None:
    story = medication(dose("10:00", ward_stock=False))
    story.record("M5", "07:20", by=Role.PHARMACY_TECHNICIAN)
    story.record("M6", "07:30")
    story.record("M8", "07:40", shortage=True)
    assert story.ready(story.task) == {"M5"}
    assert "M8" not in story.task.steps
    assert story.order.tally.made == 1
    story.record("M5", "07:50", by=Role.PHARMACY_TECHNICIAN)
    story.record("M6", "07:55")
    story.record("M8", "08:00")
    assert story.ready(story.task) == {"M10"}


@pytest.mark.rows("MX04", "MX06")
def test_one_word_is_two_rows_and_what_is_pending_picks_one() -> None:
    story = medication(dose("10:00", ward_stock=False))
    story.exit("not_available", "07:20", by=Role.PHARMACIST, code="MX04", reason="out of stock")
    assert story.task.exit is not None
    assert story.task.exit.code == "MX04"
    other = medication(dose("10:00", ward_stock=False))
    with refused("INVALID_INPUT") as caught:
        other.exit("not_available", "07:20", by=Role.PHARMACIST, reason="out of stock")
    assert "MX04" in caught.text
    assert "MX06" in caught.text


@pytest.mark.rows("V9", "MX21", "E11", "E37", "TM26")
def test_a_temporary_standby_dose_lapses_after_twelve_hours() -> None:
    story = Story("medication", {**MEDICATION, "order_class": "SOS"}, placed=at("20:00"))
    story.record("M1", "20:00")
    story.record("M2", "20:05", result="verified")
    story.record("M3", "20:10", result="approved")
    story.make(dose(None, kind="none"))
    story.entry(PassTime, at("07:59", 1), actor=SYSTEM)
    assert story.task.state.value == "planned"
    story.entry(PassTime, at("08:00", 1), actor=SYSTEM)
    assert (story.task.state, story.task.outcome) == (TaskState.VOIDED, "lapsed")
    assert (story.order.state, story.order.outcome) == (OrderState.VOIDED, "lapsed")
    assert story.task.ended_at == at("08:00", 1)


@pytest.mark.rows("V9", "E37")
def test_a_standby_dose_that_was_given_does_not_lapse() -> None:
    story = Story("medication", {**MEDICATION, "order_class": "SOS"})
    story.record("M1", "07:00")
    story.record("M2", "07:05", result="verified")
    story.record("M3", "07:10", result="approved")
    story.make(dose(None, kind="none", infusion=True))
    story.record("M10", "18:00")
    story.record("M11", "18:00")
    story.entry(PassTime, "20:00", actor=SYSTEM)
    assert story.task.state.value == "in_progress"


@pytest.mark.rows("decision-3")
def test_time_ends_no_dose_but_a_standby_one() -> None:
    story = medication()
    assert story.entry(PassTime, at("08:00", 5), actor=SYSTEM) == ()
    assert story.task.state.value == "planned"


@pytest.mark.rows("MX12", "MX08")
def test_a_patient_away_is_tried_again_until_the_window_closes() -> None:
    story = medication()
    with refused("EXIT_TOO_EARLY"):
        story.exit("patient_absent", "08:10")
    story.exit("patient_absent", "09:00")
    story.record("M18", "09:05", told_to="physician1")
    assert story.task.outcome == "patient_absent"


@pytest.mark.rows("MX23")
def test_only_an_imported_dose_may_be_not_given_without_a_reason() -> None:
    story = medication()
    with refused("EXIT_BY_SOURCE"):
        story.do(_bare(story, exit="not_given", actor=SYSTEM, reason="none"))
    story.do(_bare(story, exit="not_given", actor=SYSTEM, source=Source.IMPORT, source_id="emar-7"))
    assert (story.task.state, story.task.outcome) == (TaskState.CLOSED_BY_EXIT, "not_given")


@pytest.mark.rows("LX09", "E17")
def test_a_tube_already_collected_is_cancelled_only_if_the_laboratory_agrees() -> None:
    story = tube()
    story.record("L4", "07:30", result="collected")
    with refused("WITNESS_MISSING"):
        story.exit("cancelled", "07:40", by=Role.PHYSICIAN)
    story.exit("cancelled", "07:40", by=Role.PHYSICIAN, witness=Role.LABORATORY)
    assert story.task.state.value == "closed_by_exit"
    assert story.order.state.value == "in_progress"


@pytest.mark.rows("EX05", "EX02")
def test_a_visit_refused_at_the_department_is_an_exit_not_a_void() -> None:
    story = visit()
    story.exit("refused", "08:00", by=Role.NURSE)
    assert story.task.state.value == "closed_by_exit"
    assert story.order.report_version == 1


@pytest.mark.rows("E41", "E11")
def test_two_outcomes_of_an_order_that_came_to_nothing() -> None:
    story = medication(NewTask(due_at=at("08:00")), NewTask(due_at=at("12:00"), last=True))
    story.stop("discontinue", "07:30")
    assert (story.order.state, story.order.outcome) == (OrderState.VOIDED, "discontinued")
    assert {one.outcome for one in story.case.tasks.values()} == {"discontinued"}
    with refused("ORDER_ENDED"):
        story.stop("discontinue", "07:40")


@pytest.mark.rows("MX08")
def test_a_held_dose_whose_hold_began_elsewhere_ends_its_hold() -> None:
    story = medication()
    story.do(_hold(story))
    assert story.task.state.value == "on_hold"
    story.exit("refused", "08:00")
    assert story.task.hold is None
    assert story.due(story.task) == {"TM17": at("10:00")}
    story.record("M18", "08:10", told_to="physician1")
    assert story.task.outcome == "refused"


def _hold(story: Story, actor: Actor | None = None):  # type: ignore[no-untyped-def]  # noqa: ANN202 - a command
    from domain.commands import HoldWork

    return HoldWork(
        order=story.order.id,
        actor=actor or person(Role.PHYSICIAN),
        at=at("07:30"),
        reason="going to theatre",
    )


@pytest.mark.rows("EX04")
def test_a_visit_without_a_slot_has_no_time_to_be_missed_at() -> None:
    story = Story("examination", EXAMINATION)
    story.record("E1", "07:00")
    story.make(NewTask(last=True))
    story.record("E3", "07:10", result="booked")
    story.exit("no_show", "07:20", by=Role.IMAGING)
    assert story.task.outcome == "no_show"


@pytest.mark.rows("EX04", "E39")
def test_a_patient_who_did_not_come_is_booked_again_or_not() -> None:
    story = visit()
    with refused("EXIT_TOO_EARLY"):
        story.exit("no_show", "09:29", by=Role.IMAGING)
    story.exit("no_show", "09:30", by=Role.IMAGING)
    assert story.task.state.value == "closed_by_exit"
    story.answer("EX04", "again", "09:40", task=story.task.id)
    assert story.order.tally.made == 2


@pytest.mark.rows("MX13", "MX08")
def test_a_fasting_patients_dose_is_held_and_the_prescriber_asked() -> None:
    story = medication(dose("08:00", last=False))
    story.exit("held", "08:00", reason="npo")
    assert story.ready(story.task) == {"M18"}
    story.record("M18", "08:10", told_to="physician1")
    assert story.task.outcome == "held"
