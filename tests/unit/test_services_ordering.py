"""Orders written, signed and changed, on a ward in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.errors import InvalidInput, NotAuthorised, NotFound, Refused
from domain.ids import CommandId, EncounterId, OrderId
from domain.records import Source
from domain.services.drafting import NewOrder
from domain.services.planning import begins_at
from tests.shift import Shift, fake_shift, local

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


def test_another_product_brings_what_is_true_of_it(shift: Shift) -> None:
    order = shift.draft(shift.drug())
    change = {"product": "HEP5000", "dose": "5000 [iU]", "frequency": "Q6H:PRN"}
    change["order_class"] = "PRN_LONG"
    shift.app.revise_order(user="dr.chen", command=shift.new(), order=order, fields=change)
    fields = shift.case(order).order.fields
    assert (fields["high_alert"], fields["min_interval"]) == (True, 360)
    faster = {"frequency": "Q4H:PRN"}
    shift.app.revise_order(user="dr.chen", command=shift.new(), order=order, fields=faster)
    assert shift.case(order).order.fields["min_interval"] == 240
