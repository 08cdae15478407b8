"""Which doses, tubes, visits and units an order asks for."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from domain.errors import InvalidInput, NotFound
from domain.loops.checks import IDENTITY_CHECKS
from domain.services.workplace import WardSettings
from rules.loops.loader import load_loops
from tests.fakes import FakeClock
from tests.shift import OTHER_WARD, WARD, Shift, fake_app, fake_shift, local

NINTH = Path(__file__).parents[1] / "loops"


@pytest.fixture
def shift() -> Shift:
    return fake_shift()


# ---------------------------------------------------------------- what is made
def test_one_stat_dose_and_its_end_ends_the_order(shift: Shift) -> None:
    order = shift.ordered(shift.drug(frequency="st", order_class="STAT", priority="STAT"))
    assert shift.due(order) == ["24 07:00"]
    shift.do("li.na", order=order, step="nurse_verified", result="verified")
    shift.give(shift.tasks(order)[0].id)
    shift.do("ph.qian", order=order, step="pharm_reviewed", result="approved")
    assert shift.case(order).order.stopped_by == "last_task"
    shift.do("dr.chen", order=order, step="physician_confirmed")
    assert shift.order_state(order) == "closed"


def test_v9_a_standby_dose_nobody_needed_lapses_after_12_hours(shift: Shift) -> None:
    shift.at("20:00")
    order = shift.ordered(shift.drug(frequency="sos", order_class="SOS", priority="PRN"))
    (dose,) = shift.tasks(order)
    assert dose.due_at is None
    shift.at("07:59", 1)
    shift.app.one_pass(now=shift.clock.at)
    assert shift.order_state(order) == "in_progress"
    shift.at("08:01", 1)
    shift.app.one_pass(now=shift.clock.at)
    assert shift.states(order) == ["voided:lapsed"]
    assert shift.order_state(order) == "voided"


def test_an_sos_frequency_without_its_class_makes_one_dose_too(shift: Shift) -> None:
    order = shift.ordered(shift.drug(frequency="sos", order_class="TEMP"))
    assert [task.due_at for task in shift.tasks(order)] == [None]


def test_three_doses_and_no_more(shift: Shift) -> None:
    order = shift.ordered(shift.drug(dose_count=3))
    assert len(shift.tasks(order)) == 3
    assert shift.case(order).order.tally.complete


def test_a_course_of_one_day_is_complete(shift: Shift) -> None:
    order = shift.ordered(shift.drug(frequency="q8h x 1 d", order_class="SPECIAL"))
    assert shift.due(order) == ["24 08:00", "24 16:00", "25 00:00"]
    assert shift.case(order).order.tally.complete


def test_a_course_that_ends_beyond_the_horizon_goes_on_until_then(shift: Shift) -> None:
    order = shift.ordered(shift.drug(stop=local("12:00", 3).isoformat()))
    assert not shift.case(order).order.tally.complete
    shift.at("20:00")
    shift.app.one_pass(now=shift.clock.at)
    assert not shift.case(order).order.tally.complete
    shift.at("10:00", 1)
    shift.app.one_pass(now=shift.clock.at)
    assert shift.due(order)[-1] == "27 08:00"
    assert shift.case(order).order.tally.complete


def test_insulin_before_meals_is_time_critical(shift: Shift) -> None:
    fields = shift.drug("INS", dose="6 [iU]", route="SC", frequency="ac")
    order = shift.ordered(fields)
    assert shift.due(order)[:2] == ["24 11:00", "24 17:00"]
    assert {task.window_class for task in shift.tasks(order)} == {"time_critical"}


def test_an_infusion_by_its_rate(shift: Shift) -> None:
    fields = shift.drug("PARA500", dose="1 g", route="IV", rate="100 mL/h", frequency="cont")
    order = shift.ordered(fields)
    (bag,) = shift.tasks(order)
    assert bag.fields["infusion"] is True


def test_ward_stock_is_what_this_ward_keeps(shift: Shift) -> None:
    elsewhere = shift.admit("0099", "01", ward=OTHER_WARD)
    here = shift.ordered(shift.drug())
    there = shift.ordered(shift.drug(), stay=elsewhere)
    everywhere = shift.ordered(shift.drug("NACL", dose="500 mL", route="IV"), stay=elsewhere)
    assert shift.tasks(here)[0].fields["ward_stock"] is True
    assert shift.tasks(there)[0].fields["ward_stock"] is False
    assert shift.tasks(everywhere)[0].fields["ward_stock"] is True
    assert "transported" not in shift.tasks(there)[0].fields


def test_tests_share_tubes_by_their_container(shift: Shift) -> None:
    fields = {
        "tests": ["K", "NA", "CBC"],
        "specimen_type": "blood",
        "timing": "random",
        "priority": "ROUTINE",
    }
    order = shift.ordered(fields, kind="test")
    tubes = shift.tasks(order)
    assert [tube.fields["container_type"] for tube in tubes] == ["gold", "lavender"]
    assert all(tube.due_at is None for tube in tubes)
    assert shift.case(order).order.tally.complete


def test_daily_bloods_at_six_have_their_own_times(shift: Shift) -> None:
    fields = {
        "tests": ["K"],
        "timing": "timed",
        "priority": "ROUTINE",
        "frequency": "DAILY06",
        "start": local("07:00").isoformat(),
    }
    order = shift.ordered(fields, kind="test")
    assert shift.due(order) == ["25 06:00", "26 06:00"]
    assert all(tube.fields["scheduled"] is True for tube in shift.tasks(order))


def test_troponin_every_six_hours_from_now(shift: Shift) -> None:
    fields = {"tests": ["K"], "timing": "timed", "priority": "URGENT", "frequency": "q6h x 2 doses"}
    order = shift.ordered(fields, kind="test")
    assert shift.due(order) == ["24 12:00", "24 18:00"]
    assert shift.case(order).order.tally.complete


def test_two_sets_of_tubes_and_a_bedside_test(shift: Shift) -> None:
    fields = {"tests": ["K"], "timing": "random", "priority": "ROUTINE", "tube_count": 2}
    assert len(shift.tasks(shift.ordered(fields, kind="test"))) == 2
    fields = {"tests": ["GLUPOC"], "timing": "random", "priority": "ROUTINE", "point_of_care": True}
    assert len(shift.tasks(shift.ordered(fields, kind="test"))) == 1


def test_a_trough_level_is_due_at_its_start(shift: Shift) -> None:
    start = local("19:30").isoformat()
    fields = {"tests": ["K"], "timing": "trough", "priority": "TIMED", "start": start}
    assert shift.due(shift.ordered(fields, kind="test")) == ["24 19:30"]


def test_an_examination_is_one_visit_with_what_the_catalogue_asks(shift: Shift) -> None:
    fields = {"exam": "CTABDC", "clinical_question": "abscess?", "priority": "URGENT"}
    order = shift.ordered(fields, kind="examination")
    assert len(shift.tasks(order)) == 1
    assert shift.case(order).order.fields["consent_required"] is True
    assert shift.case(order).order.fields["modality"] == "CT"


def test_units_of_blood_are_one_task_each(shift: Shift) -> None:
    fields = {
        "component": "red_cells",
        "units": 2,
        "order_volume": "400 mL",
        "indication": "Hb 58 g/L",
        "priority": "URGENT",
        "approval_level": "senior",
    }
    order = shift.draft(fields, kind="transfusion")
    shift.do("dr.chen", order=order, step="assessed", evidence={"indication": "Hb 58 g/L"})
    shift.do(
        "dr.chen",
        order=order,
        step="consented",
        result="consented",
        co_signer="patient",
        evidence={"form_id": "F1"},
    )
    shift.do("dr.chen", order=order, step="ordered")
    assert len(shift.tasks(order)) == 2
    assert shift.case(order).order.tally.complete


def test_an_order_kind_that_is_only_opened_by_a_result(shift: Shift) -> None:
    with pytest.raises(InvalidInput):
        shift.draft({}, kind="critical_value")
    with pytest.raises(NotFound):
        shift.draft({}, kind="nursing")


def test_a_ninth_loop_needs_no_code(tmp_path: Path) -> None:
    for name in ("human_milk.toml", "feeding_reaction.toml"):
        shutil.copy(NINTH / name, tmp_path / name)
    clock = FakeClock()
    wards = {WARD: WardSettings({"milk_storage": "fridge", "fresh_at_breast": False})}
    loops = load_loops(folders=[tmp_path], checks=IDENTITY_CHECKS)
    shift = Shift(fake_app(clock, loops=loops, wards=wards), clock)
    fields = {
        "priority": "ROUTINE",
        "frequency": "q3h",
        "start": local("07:00").isoformat(),
        "stop": local("13:00").isoformat(),
        "milk_kind": "own_mother",
        "feed_volume": "30 mL",
        "by_tube": True,
    }
    order = shift.ordered(fields, kind="human_milk")
    assert shift.due(order) == ["24 07:00", "24 10:00"]
    assert shift.tasks(order)[0].fields == {"milk_storage": "fridge", "fresh_at_breast": False}
    with pytest.raises(InvalidInput) as wrong:
        shift.draft(fields, kind="human_milk", verbal=True)
    assert wrong.value.field == "verbal"
