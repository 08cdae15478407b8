"""A day with one drug: given on time, late, early, together, as an infusion, as needed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.commands import MakeTasks, NewTask
from domain.orders import OrderState, Priority
from domain.people import Role
from tests.openings import MEDICATION, dose, medication
from tests.story import Story, at, person, refused


@pytest.mark.rows("M1", "M2", "M3", "M10", "M11", "M13", "M16", "E31", "E14")
def test_a_tablet_is_one_act_and_the_physician_ends_the_order() -> None:
    story = medication()
    story.record("M10", "08:00")
    story.record("M11", "08:02", result="complete")
    started, ended = story.task.steps["M11"], story.task.steps["M13"]
    assert (started.at, ended.at, ended.result) == (at("08:02"), at("08:02"), "complete")
    assert started.result is None
    assert started.evidence["dose"] == {"value": "5", "unit": "mg"}
    assert story.task.state.value == "closed"
    assert story.task.outcome == "completed"
    assert story.order.state.value == "in_progress"
    assert story.ready() == {"M16"}
    story.record("M16", "09:00")
    assert (story.order.state, story.order.outcome) == (OrderState.CLOSED, "completed")


@pytest.mark.rows("E31")
def test_either_name_of_the_one_act_records_both() -> None:
    story = medication()
    story.record("M10", "08:00")
    story.record("M13", "08:02", result="complete")
    assert set(story.task.steps) == {"M10", "M11", "M13"}


@pytest.mark.rows("E31", "M12", "TM13", "TM14")
def test_an_infusion_is_two_acts_with_rounds_between() -> None:
    story = medication(dose("08:00", infusion=True))
    story.record("M10", "08:00")
    story.record("M11", "08:02", expected_end="2026-11-24T10:00:00+00:00")
    assert story.task.state.value == "in_progress"
    assert story.due(story.task) == {"TM13": at("08:17"), "TM14": at("10:30")}
    story.record("M12", "08:15", reaction=False)
    assert story.due(story.task) == {"TM13r": at("09:15"), "TM14": at("10:30")}
    story.record("M12", "09:10", reaction=False)
    assert story.task.steps["M12"].count == 2
    assert story.task.steps["M12"].first_at == at("08:15")
    story.record("M13", "10:05", result="complete")
    assert story.task.state.value == "closed"


@pytest.mark.rows("TM13", "TM13r")
@pytest.mark.parametrize(
    ("level", "minutes"), [("special", 60), ("I", 60), ("II", 120), ("III", 180)]
)
def test_the_care_level_says_how_often_a_nurse_looks(level: str, minutes: int) -> None:
    story = medication(dose("08:00", infusion=True, care_level=level))
    story.record("M10", "08:00")
    story.record("M11", "08:00")
    story.record("M12", "08:15", reaction=False)
    assert story.due(story.task)["TM13r"] == at("08:15") + timedelta(minutes=minutes)


@pytest.mark.rows("V6", "V7", "TM07", "TM09")
@pytest.mark.parametrize(
    ("kind", "given", "late"),
    [
        ("up_to_every_4h", "09:00", None),
        ("up_to_every_4h", "09:05", (5, "TM09")),
        ("time_critical", "08:30", None),
        ("time_critical", "08:31", (1, "TM07")),
        ("daily_or_rarer", "10:00", None),
        ("daily_or_rarer", "10:01", (1, "TM08")),
    ],
)
def test_how_late_a_dose_is_stands_in_its_record(
    kind: str, given: str, late: tuple[int, str] | None
) -> None:
    story = medication(dose("08:00", kind=kind))
    story.record("M10", given)
    events = story.record("M11", given, result="complete")
    record = events[0].body
    assert (record.late_by_minutes, record.limit) == (late or (None, None))  # type: ignore[union-attr]  # the first event is the record


@pytest.mark.rows("V8", "TM10")
def test_a_window_in_percent_follows_the_interval() -> None:
    frequent = NewTask(
        due_at=at("10:00"),
        window_class="above_every_4h",
        interval_minutes=120,
        fields={"ward_stock": True},
    )
    story = medication(frequent)
    assert story.due(story.task) == {"TM10": at("10:30")}
    unknown = NewTask(due_at=at("10:00"), window_class="above_every_4h")
    assert "TM10" not in medication(unknown).due(None)


@pytest.mark.rows("TM06", "TM12")
def test_a_stat_dose_starts_within_fifteen_minutes_and_within_five_of_its_check() -> None:
    story = Story("medication", {**MEDICATION, "order_class": "STAT"}, Priority.STAT)
    story.record("M1", "08:00")
    story.record("M2", "08:01", result="verified")
    story.make(dose(None, kind="none", first_task=True))
    assert story.due(story.task) == {"TM06": at("08:15")}
    story.record("M10", "08:05")
    assert story.due(story.task) == {"TM12": at("08:10"), "TM06": at("08:15")}


@pytest.mark.rows("E5", "E38")
def test_mixing_early_begins_the_work_and_is_no_effect_on_the_patient() -> None:
    story = medication(dose("12:00", ward_mixed=True))
    story.record("M9", "10:30")
    assert story.task.state.value == "in_progress"
    assert not story.task.started
    assert story.order.tally.effects == 0
    story.stop("cancel", "10:40")
    assert story.task.state.value == "voided"
    assert story.order.state.value == "voided"


@pytest.mark.rows("E12", "E13")
def test_a_dose_of_the_pharmacy_waits_for_each_hand_it_goes_through() -> None:
    story = medication(dose("08:00", ward_stock=False, transported=True))
    assert story.ready(story.task) == {"M5"}
    with refused("STEP_NOT_READY") as caught:
        story.record("M10", "07:10")
    assert "M10 waits for M8" in caught.text
    for no, by in (("M5", Role.PHARMACY_TECHNICIAN), ("M6", Role.PHARMACIST), ("M7", Role.PORTER)):
        story.record(no, "07:20", by=by)
    story.record("M8", "07:40")
    assert story.ready(story.task) == {"M10"}


@pytest.mark.rows("E11", "E33", "M15")
def test_a_drug_to_take_home_ends_when_it_is_handed_over() -> None:
    story = medication(dose(None, ward_stock=False, take_home=True))
    story.record("M5", "07:20", by=Role.PHARMACY_TECHNICIAN)
    story.record("M6", "07:30")
    story.record("M8", "08:00")
    assert story.task.state.value == "closed"
    assert story.order.steps["M15"].result == "last_task"


@pytest.mark.rows("M14", "TM15")
def test_a_dose_whose_effect_matters_waits_for_the_effect() -> None:
    story = medication(dose("08:00", effect_required=True), route="IV")
    story.record("M10", "08:00")
    story.record("M11", "08:00", result="complete")
    assert story.task.state.value == "in_progress"
    assert story.due(story.task) == {"TM15": at("08:30")}
    story.record("M14", "08:20", effective=True, reaction=False)
    assert story.task.state.value == "closed"


def _as_needed(**fields: object) -> Story:
    story = Story("medication", {**MEDICATION, "order_class": "PRN_LONG", **fields}, Priority.PRN)
    story.record("M1", "07:00")
    story.record("M2", "07:00", result="verified")
    story.record("M3", "07:00", result="approved")
    return story


def _need(story: Story, clock: str, seq: int) -> None:
    story.do(
        MakeTasks(
            order=story.order.id,
            actor=person(Role.NURSE),
            at=at(clock),
            tasks=(NewTask(seq=seq, fields={"ward_stock": True}),),
            for_need=True,
        )
    )


def _give(story: Story, clock: str) -> None:
    task = next(one for one in story.case.tasks.values() if not one.state.terminal)
    story.record("M10", clock, task=task)
    story.record("M11", clock, task=task, result="complete")


@pytest.mark.rows("X6", "TM16", "E36")
def test_an_as_needed_dose_keeps_its_least_interval_and_its_most_a_day() -> None:
    story = _as_needed(min_interval=240, max_per_day=2)
    _need(story, "08:00", 1)
    assert story.due(story.task) == {"TM16": at("09:00")}
    with refused("DOSE_OPEN"):
        _need(story, "08:01", 2)
    _give(story, "08:05")
    assert story.due() == {}, "the physician is not late between two as-needed doses (TM19)"
    with refused("TOO_SOON") as caught:
        _need(story, "12:04", 2)
    assert "2026-11-24T12:05" in caught.text
    _need(story, "12:05", 2)
    _give(story, "12:10")
    with refused("TOO_SOON") as caught:
        _need(story, "17:00", 3)
    assert "2026-11-25T08:05" in caught.text
    story.now = at("08:05", day=1)
    _need_tomorrow = MakeTasks(
        order=story.order.id,
        actor=person(Role.NURSE),
        at=at("08:06", day=1),
        tasks=(NewTask(seq=3),),
        for_need=True,
    )
    story.do(_need_tomorrow)
    assert story.order.tally.open == 1


@pytest.mark.rows("X6")
def test_an_as_needed_order_must_be_signed_and_may_have_no_limits() -> None:
    draft = Story("medication", {**MEDICATION, "order_class": "PRN_LONG"}, Priority.PRN)
    with refused("NOT_SIGNED"):
        _need(draft, "08:00", 1)
    story = _as_needed()
    _need(story, "08:00", 1)
    _give(story, "08:01")
    _need(story, "08:02", 2)
    assert story.order.tally.open == 1


@pytest.mark.rows("X6", "E41")
def test_a_struck_dose_is_no_dose_for_the_least_interval() -> None:
    from domain.commands import EnterInError

    story = _as_needed(min_interval=240)
    _need(story, "08:00", 1)
    _give(story, "08:05")
    story.entry(
        EnterInError, "08:10", actor=person(Role.NURSE), task=story.task.id, reason="wrong patient"
    )
    _need(story, "08:15", 2)
    assert story.order.tally.open == 1


@pytest.mark.rows("X1", "X3", "V5")
def test_making_tasks_again_makes_nothing_and_nothing_after_the_stop() -> None:
    story = medication(dose("08:00"), dose("16:00"), stop="2026-11-24T16:00:00+00:00")
    assert story.order.tally.made == 1
    story.make(dose("08:00"))
    assert story.order.tally.made == 1
    story.record("M10", "08:00")
    story.record("M11", "08:00", result="complete")
    story.record("M16", "09:00")
    with refused("ORDER_ENDED"):
        story.make(dose("12:00"))


@pytest.mark.rows("X9")
def test_a_dose_waits_for_the_premedication_it_depends_on() -> None:
    first = medication(dose("08:00"))
    second = dose("08:30", depends_on=str(first.task.id))
    first.make(second)
    other = next(one for one in first.case.tasks.values() if one.due_at == at("08:30"))
    first.record("M10", "08:00", task=other)
    with refused("STEP_NOT_READY") as caught:
        first.record("M11", "08:01", task=other, result="complete")
    assert f"task {first.task.id}" in caught.text
    assert "M11" not in first.ready(other)
    first.record("M10", "08:01")
    first.record("M11", "08:02", result="complete")
    assert "M11" in first.ready(other)
    first.record("M11", "08:04", task=other, result="complete")
