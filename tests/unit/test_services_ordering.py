"""Orders written, signed, changed, held and ended, on a ward in memory."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from domain.errors import InvalidInput, NotAuthorised, NotFound, Refused
from domain.ids import CommandId, EncounterId, OrderId
from domain.loops.checks import IDENTITY_CHECKS
from domain.records import Source
from domain.services.drafting import NewOrder
from domain.services.planning import begins_at
from domain.services.workplace import WardSettings
from rules.loops.loader import load_loops
from tests.fakes import FakeClock
from tests.shift import OTHER_WARD, WARD, Shift, fake_app, fake_shift, local

NINTH = Path(__file__).parents[1] / "loops"


@pytest.fixture
def shift() -> Shift:
    return fake_shift()


# ---------------------------------------------------------------- writing
def test_an_order_is_a_draft_until_it_is_signed_and_has_no_doses(shift: Shift) -> None:
    order = shift.draft(shift.drug())
    assert shift.order_state(order) == "draft"
    assert shift.tasks(order) == []
    shift.sign(order)
    assert shift.order_state(order) == "in_progress"
    assert shift.due(order) == [
        "24 08:00", "24 16:00", "25 00:00", "25 08:00", "25 16:00", "26 00:00",
    ]  # fmt: skip


def test_v5_q8h_verified_at_0910_stops_next_day_at_1600(shift: Shift) -> None:
    shift.at("09:10")
    order = shift.ordered(shift.drug(stop=local("16:00", 1).isoformat()))
    assert shift.due(order) == ["24 16:00", "25 00:00", "25 08:00"]


def test_the_catalogue_says_what_the_physician_need_not(shift: Shift) -> None:
    order = shift.draft(shift.drug("HEP5000", dose="5000 [iU]", route="SC", frequency="bid"))
    fields = shift.case(order).order.fields
    assert fields["high_alert"] is True
    assert fields["controlled"] is False


def test_nobody_orders_away_that_a_drug_is_high_alert(shift: Shift) -> None:
    with pytest.raises(InvalidInput) as wrong:
        shift.draft(shift.drug("HEP5000", high_alert=False))
    assert wrong.value.field == "fields.high_alert"


def test_a_drug_that_the_formulary_does_not_have(shift: Shift) -> None:
    with pytest.raises(NotFound) as wrong:
        shift.draft(shift.drug("PARA5000"))
    assert wrong.value.field == "fields.product"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"frequency": "whenever"}, "fields.frequency"),
        ({"dose": None}, "fields.dose"),
        ({"dose": 2.5}, "fields.dose.value"),
        ({"route": "PO", "colour": "red"}, "fields.colour"),
        ({"priority": "SOON"}, "fields.priority"),
        ({"start": "2026-11-24T09:00:00"}, "fields.start"),
        ({"order_class": "PRN_LONG", "frequency": "prn"}, "fields.min_interval"),
    ],
)
def test_a_wrong_field_is_named(shift: Shift, fields: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as wrong:
        shift.draft(shift.drug(**fields))
    assert wrong.value.field.startswith(field.removesuffix(".value"))
    assert shift.app.reads.orders_of(shift.stay) == ()


def test_only_a_physician_writes_drug_orders(shift: Shift) -> None:
    with pytest.raises(NotAuthorised):
        shift.draft(shift.drug(), by="li.na")
    with pytest.raises(NotAuthorised):
        shift.draft(shift.drug(), by="porter.ma", verbal=True)
    with pytest.raises(NotAuthorised):
        shift.draft(shift.drug(), by="admin")


def test_a_nurse_writes_down_a_verbal_order_whose_dose_exists_at_once(shift: Shift) -> None:
    fields = shift.drug("MORPH10", dose="5 mg", route="IV", frequency="st", order_class="STAT")
    order = shift.draft(fields | {"priority": "STAT"}, by="li.na", verbal=True)
    assert shift.order_state(order) == "verbal"
    assert shift.due(order) == ["24 07:00"]
    shift.at("07:20")
    shift.sign(order)
    assert shift.due(order) == ["24 07:00"], "the signature makes no second dose"


def test_a_signature_moves_nothing_of_a_verbal_order(shift: Shift) -> None:
    spoken = shift.at("07:00")
    order = shift.draft(shift.drug(first_dose_now=True), by="li.na", verbal=True)
    shift.at("07:20")
    shift.sign(order)
    assert shift.due(order)[:2] == ["24 07:00", "24 16:00"]
    assert begins_at(shift.case(order).order) == spoken


def test_a_kind_of_order_without_verbal_field_cannot_be_spoken(shift: Shift) -> None:
    with pytest.raises(InvalidInput) as wrong:
        shift.draft({"component": "red_cells"}, kind="transfusion", verbal=True)
    assert wrong.value.field == "verbal"


def test_an_order_needs_a_patient_in_hospital(shift: Shift) -> None:
    with pytest.raises(NotFound):
        shift.draft(shift.drug(), stay=EncounterId("nobody"))
    shift.app.discharge(user="dr.chen", command=shift.new(), encounter=shift.stay)
    with pytest.raises(Refused) as refused:
        shift.draft(shift.drug())
    assert refused.value.code == "STAY_ENDED"


def test_an_order_told_afterwards_for_a_stay_that_has_ended(shift: Shift) -> None:
    earlier = shift.at("08:00")
    shift.at("09:00")
    shift.app.discharge(user="dr.chen", command=shift.new(), encounter=shift.stay)
    new = NewOrder(
        shift.stay,
        "medication",
        shift.drug(frequency="st", order_class="STAT"),
        at=earlier,
        source=Source.DOWNTIME,
        order=OrderId("paper-1"),
    )
    changes = shift.app.draft_order(user="dr.chen", command=shift.new(), new=new)
    assert changes.orders == ("paper-1",)
    assert shift.case(OrderId("paper-1")).order.placed_at == earlier


def test_nothing_is_ordered_in_the_future(shift: Shift) -> None:
    new = NewOrder(shift.stay, "medication", shift.drug(), at=local("08:00"))
    with pytest.raises(InvalidInput) as wrong:
        shift.app.draft_order(user="dr.chen", command=shift.new(), new=new)
    assert wrong.value.field == "at"


def test_the_same_command_twice_writes_one_order(shift: Shift) -> None:
    new = NewOrder(shift.stay, "medication", shift.drug())
    once = shift.app.draft_order(user="dr.chen", command=CommandId("c"), new=new)
    twice = shift.app.draft_order(user="dr.chen", command=CommandId("c"), new=new)
    assert len(once.orders) == 1
    assert twice.orders == ()
    assert len(shift.app.reads.orders_of(shift.stay)) == 1


# ---------------------------------------------------------------- signing
def test_an_order_is_signed_once(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    with pytest.raises(Refused):
        shift.sign(order)


def test_an_unknown_order_cannot_be_signed(shift: Shift) -> None:
    with pytest.raises(NotFound) as wrong:
        shift.sign(OrderId("nothing"))
    assert wrong.value.field == "order"


def test_an_order_before_surgery_ends_the_long_orders(shift: Shift) -> None:
    long = shift.ordered(shift.drug())
    once = shift.ordered(shift.drug("CEF1G", frequency="once", order_class="TEMP"))
    shift.at("07:30")
    preop = shift.drug("CEF1G", frequency="st", order_class="PREOP", priority="STAT")
    ended = shift.ordered(preop)
    assert shift.order_state(long) == "voided"
    assert shift.order_state(once) == "in_progress"
    assert shift.order_state(ended) == "in_progress"


# ---------------------------------------------------------------- changing
def test_a_draft_changes_in_place(shift: Shift) -> None:
    order = shift.draft(shift.drug())
    shift.app.revise_order(
        user="dr.chen",
        command=shift.new(),
        order=order,
        fields={"frequency": "bid", "priority": "URGENT"},
    )
    changed = shift.case(order).order
    assert changed.fields["frequency"] == "bid"
    assert changed.priority == "URGENT"


def test_x4_a_new_dose_is_a_new_order_that_ends_the_old_one_when_signed(shift: Shift) -> None:
    old = shift.ordered(shift.drug())
    shift.at("09:00")
    changes = shift.app.revise_order(
        user="dr.chen", command=shift.new(), order=old, fields={"dose": "250 mg"}
    )
    (new,) = changes.orders
    assert shift.order_state(old) == "in_progress", "the old one goes on until the signature"
    shift.sign(new)
    assert shift.order_state(old) == "voided"
    assert shift.case(new).order.replaces == old
    assert shift.due(new)[0] == "24 16:00"


def test_a_change_may_be_signed_with_it(shift: Shift) -> None:
    old = shift.ordered(shift.drug())
    changes = shift.app.revise_order(
        user="dr.chen",
        command=shift.new(),
        order=old,
        fields={"dose": "250 mg", "start": local("20:00").isoformat()},
        new_order=OrderId("new"),
        sign_too=True,
    )
    assert "new" in changes.orders
    assert shift.order_state(old) == "voided"
    assert shift.due(OrderId("new"))[0] == "25 00:00"


def test_a_replaced_order_that_has_ended_meanwhile_is_left_alone(shift: Shift) -> None:
    old = shift.ordered(shift.drug())
    changes = shift.app.revise_order(
        user="dr.chen", command=shift.new(), order=old, fields={"dose": "250 mg"}
    )
    shift.app.discontinue_order(user="dr.chen", command=shift.new(), order=old)
    shift.sign(changes.orders[0])
    assert shift.case(old).order.stopped_by == "discontinue"


def test_an_ended_order_is_not_changed(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    shift.app.cancel_order(user="dr.chen", command=shift.new(), order=order, reason="wrong patient")
    with pytest.raises(Refused) as refused:
        shift.app.revise_order(
            user="dr.chen", command=shift.new(), order=order, fields={"dose": "250 mg"}
        )
    assert refused.value.code == "ORDER_ENDED"


def test_a_laboratory_order_without_a_start_is_changed_without_one(shift: Shift) -> None:
    fields = {"tests": ["K"], "timing": "random", "priority": "ROUTINE"}
    old = shift.ordered(fields, kind="test")
    changes = shift.app.revise_order(
        user="dr.chen",
        command=shift.new(),
        order=old,
        fields={"tests": ["K", "CBC"], "specimen_type": "blood"},
    )
    assert "start" not in shift.case(changes.orders[0]).order.fields


# ---------------------------------------------------------------- holding
def test_x5_doses_missed_in_a_hold_close_as_held_the_others_go_on(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    shift.verified(order)
    shift.app.hold_order(user="dr.chen", command=shift.new(), order=order, reason="fasting")
    assert set(shift.states(order)) == {"on_hold"}
    assert shift.order_state(order) == "on_hold"
    shift.at("20:00")
    shift.app.release_order(user="dr.chen", command=shift.new(), order=order, reason="eats again")
    assert shift.states(order)[:3] == [
        "closed_by_exit:held", "closed_by_exit:held", "planned",
    ]  # fmt: skip
    assert shift.due(order)[-1] == "26 16:00", "the horizon has moved on with the time"


def test_a_hold_until_tomorrow_leaves_the_doses_after_it(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    until = local("00:00", 1)
    shift.app.hold_order(
        user="dr.chen", command=shift.new(), order=order, reason="surgery", until=until
    )
    assert shift.states(order)[:3] == ["on_hold", "on_hold", "planned"]


def test_a_porter_holds_nothing(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    with pytest.raises(NotAuthorised):
        shift.app.hold_order(user="porter.ma", command=shift.new(), order=order, reason="x")


# ---------------------------------------------------------------- ending
def test_x3_a_stop_to_come_voids_what_is_due_after_it(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    shift.app.discontinue_order(
        user="dr.chen", command=shift.new(), order=order, stop_at=local("12:00")
    )
    assert shift.due(order) == ["24 08:00"]


def test_an_order_cancelled_before_any_effect_is_void(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    shift.app.cancel_order(user="dr.chen", command=shift.new(), order=order, reason="wrong patient")
    assert shift.order_state(order) == "voided"
    assert shift.due(order) == []


# ---------------------------------------------------------------- need
PRN = {
    "frequency": "prn",
    "order_class": "PRN_LONG",
    "min_interval": 240,
    "max_per_day": 2,
    "priority": "PRN",
}


def test_x6_a_pain_dose_when_it_is_needed_and_not_too_soon(shift: Shift) -> None:
    order = shift.ordered(shift.drug(**PRN))
    shift.verified(order)
    assert shift.tasks(order) == [], "no dose before a need"
    changes = shift.app.state_need(
        user="li.na", command=shift.new(), order=order, reason="pain 6 of 10"
    )
    (dose,) = changes.tasks
    assert shift.tasks(order)[0].fields["need_reason"] == "pain 6 of 10"
    with pytest.raises(Refused) as open_still:
        shift.app.state_need(user="li.na", command=shift.new(), order=order)
    assert open_still.value.code == "DOSE_OPEN"
    shift.give(dose)
    shift.do(
        "li.na",
        task=dose,
        step="response_assessed",
        evidence={"effective": True, "reaction": False},
    )
    shift.at("09:00")
    with pytest.raises(Refused) as too_soon:
        shift.app.state_need(user="li.na", command=shift.new(), order=order)
    assert too_soon.value.code == "TOO_SOON"
    shift.at("11:00")
    changes = shift.app.state_need(user="li.na", command=shift.new(), order=order)
    shift.give(changes.tasks[0])
    shift.do(
        "li.na",
        task=changes.tasks[0],
        step="response_assessed",
        evidence={"effective": True, "reaction": False},
    )
    shift.at("16:00")
    with pytest.raises(Refused) as too_often:
        shift.app.state_need(user="li.na", command=shift.new(), order=order)
    assert too_often.value.code == "TOO_SOON"


def test_the_frequency_says_how_soon_and_how_often(shift: Shift) -> None:
    order = shift.draft(shift.drug(frequency="Q6H:PRN", order_class="PRN_LONG"))
    assert shift.case(order).order.fields["min_interval"] == 360
    order = shift.draft(shift.drug(frequency="TID:PRN", order_class="PRN_LONG"))
    assert shift.case(order).order.fields["max_per_day"] == 3


def test_a_scheduled_order_has_no_need(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    with pytest.raises(Refused) as refused:
        shift.app.state_need(user="li.na", command=shift.new(), order=order)
    assert refused.value.code == "NOT_AS_NEEDED"


def test_a_need_is_stated_by_those_at_the_bedside(shift: Shift) -> None:
    order = shift.ordered(shift.drug(**PRN))
    with pytest.raises(NotAuthorised):
        shift.app.state_need(user="ph.qian", command=shift.new(), order=order)
    with pytest.raises(NotAuthorised):
        shift.do("ph.qian", order=order, act="need", reason="pain")
    assert shift.do("li.na", order=order, act="need", reason="pain").tasks


def test_no_need_after_the_stop(shift: Shift) -> None:
    order = shift.ordered(shift.drug(**PRN, stop=local("12:00").isoformat()))
    shift.at("12:01")
    with pytest.raises(Refused) as refused:
        shift.app.state_need(user="li.na", command=shift.new(), order=order)
    assert refused.value.code == "STOPPED"


def test_one_dose_on_need_and_no_more_ends_the_order(shift: Shift) -> None:
    order = shift.ordered(shift.drug(**PRN | {"dose_count": 1, "max_per_day": None}))
    shift.verified(order)
    (dose,) = shift.app.state_need(user="li.na", command=shift.new(), order=order).tasks
    shift.give(dose)
    shift.do(
        "li.na",
        task=dose,
        step="response_assessed",
        evidence={"effective": True, "reaction": False},
    )
    assert "M15" in shift.case(order).order.steps


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
