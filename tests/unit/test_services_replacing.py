"""One order in place of another: once, of the same patient, and without giving anything twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.errors import InvalidInput, NotFound, Refused
from domain.ids import OrderId
from domain.records import Source
from domain.services.drafting import NewOrder
from tests.shift import Shift, fake_shift, local


@pytest.fixture
def shift() -> Shift:
    return fake_shift()


def revised(shift: Shift, order: OrderId, *, sign: bool = False, **fields: object) -> OrderId:
    """The order that replaces another."""
    new = OrderId(f"new-{shift.new()}")
    shift.app.revise_order(
        user="dr.chen",
        command=shift.new(),
        order=order,
        fields=fields,
        new_order=new,
        sign_too=sign,
    )
    return new


def given_first(shift: Shift, **fields: object) -> OrderId:
    """A tablet order whose first dose, at once, has been given."""
    order = shift.ordered(shift.drug(first_dose_now=True, **fields))
    shift.verified(order)
    shift.give(shift.tasks(order)[0].id)
    return order


# ---------------------------------------------------------------- once
def test_x4_two_replacements_of_one_order_never_run_side_by_side(shift: Shift) -> None:
    old = given_first(shift)
    six, eight = revised(shift, old, dose="6 mg"), revised(shift, old, dose="8 mg")
    shift.sign(six)
    with pytest.raises(Refused) as refused:
        shift.sign(eight)
    assert refused.value.code == "REPLACED_ALREADY"
    assert six in refused.value.next_step
    assert shift.order_state(eight) == "draft"
    assert shift.tasks(eight) == []


def test_x4_a_spoken_order_is_replaced_once_too(shift: Shift) -> None:
    old = shift.draft(shift.drug(), by="li.na", verbal=True)
    six, eight = revised(shift, old, dose="6 mg"), revised(shift, old, dose="8 mg")
    shift.sign(six)
    assert shift.order_state(old) == "voided"
    with pytest.raises(Refused) as refused:
        shift.do("dr.chen", order=eight, step="prescribed")
    assert refused.value.code == "REPLACED_ALREADY"


def test_x4_a_replacement_entered_in_error_leaves_room_for_another(shift: Shift) -> None:
    old = shift.ordered(shift.drug())
    six, eight = revised(shift, old, dose="6 mg"), revised(shift, old, dose="8 mg")
    shift.sign(six)
    shift.do("dr.chen", order=six, act="entered_in_error", reason="wrong dose typed")
    shift.sign(eight)
    assert shift.order_state(eight) == "in_progress"


# ---------------------------------------------------------------- what may be replaced
def replacing(shift: Shift, replaced: str, **more: object) -> NewOrder:
    new = NewOrder(shift.stay, "medication", shift.drug(), replaces=OrderId(replaced))
    return replace(new, **more)  # type: ignore[arg-type]  # fields of the order


def test_only_an_order_that_is_there_is_replaced(shift: Shift) -> None:
    with pytest.raises(NotFound) as wrong:
        shift.app.draft_order(user="dr.chen", command=shift.new(), new=replacing(shift, "nonsense"))
    assert wrong.value.field == "replaces"


def test_no_order_of_another_patient_or_kind_is_replaced(shift: Shift) -> None:
    neighbour = shift.admit("0099", "02")
    theirs = shift.ordered(shift.drug(), stay=neighbour)
    film = {"exam": "CXR", "clinical_question": "infiltrate?", "priority": "ROUTINE"}
    other_kind = shift.ordered(film, kind="examination")
    for replaced in (theirs, other_kind):
        with pytest.raises(InvalidInput) as wrong:
            shift.app.draft_order(
                user="dr.chen", command=shift.new(), new=replacing(shift, replaced)
            )
        assert wrong.value.field == "replaces"
    assert shift.order_state(theirs) == "in_progress"


def test_an_ended_order_is_not_replaced_but_what_was_is_told_afterwards(shift: Shift) -> None:
    old = shift.ordered(shift.drug())
    shift.app.cancel_order(user="dr.chen", command=shift.new(), order=old, reason="wrong patient")
    with pytest.raises(Refused) as refused:
        shift.app.draft_order(user="dr.chen", command=shift.new(), new=replacing(shift, old))
    assert refused.value.code == "ORDER_ENDED"
    told = replacing(shift, old, source=Source.DOWNTIME)
    assert shift.app.draft_order(user="dr.chen", command=shift.new(), new=told).orders


# ---------------------------------------------------------------- what is left to do
def test_x4_what_was_given_is_not_given_again(shift: Shift) -> None:
    old = given_first(shift, dose_count=3)
    shift.at("07:20")
    new = revised(shift, old, sign=True, dose="250 mg")
    fields = shift.case(new).order.fields
    assert fields["dose_count"] == 2
    assert "first_dose_now" not in fields
    assert shift.due(new) == ["24 08:00", "24 16:00"]


def test_x4_a_first_dose_not_given_yet_is_still_given_first(shift: Shift) -> None:
    old = shift.ordered(shift.drug(first_dose_now=True, dose_count=3))
    new = revised(shift, old, sign=True, dose="250 mg")
    assert shift.case(new).order.fields["dose_count"] == 3
    assert shift.due(new)[0] == "24 07:00"


def test_x4_what_the_change_says_itself_holds(shift: Shift) -> None:
    old = given_first(shift, dose_count=3)
    shift.at("09:00")
    new = revised(shift, old, sign=True, dose_count=3, first_dose_now=True)
    assert shift.case(new).order.fields["dose_count"] == 3
    assert shift.due(new)[0] == "24 09:00"


@pytest.mark.parametrize(("frequency", "count"), [("st", None), ("q8h x1", None), ("q8h", 1)])
def test_x4_when_all_was_given_the_change_says_how_much_more(
    shift: Shift, frequency: str, count: int | None
) -> None:
    old = shift.ordered(shift.drug(frequency=frequency, dose_count=count))
    shift.verified(old)
    shift.check(shift.tasks(old)[0].id)
    amounts = {"dose": "500 mg", "amount": "500 mg"}
    given = {"step": "admin_completed", "result": "complete", "evidence": amounts}
    shift.do("li.na", task=shift.tasks(old)[0].id, **given)
    with pytest.raises(Refused) as refused:
        revised(shift, old, sign=True, dose="250 mg")
    assert (refused.value.code, refused.value.field) == ("NOTHING_LEFT", "fields.dose_count")


def test_x4_an_order_without_a_number_goes_on_without_one(shift: Shift) -> None:
    old = given_first(shift)
    new = revised(shift, old, sign=True, dose="250 mg")
    assert "dose_count" not in shift.case(new).order.fields


# ---------------------------------------------------------------- times
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"start": local("07:00", -400).isoformat()}, "fields.start"),
        ({"start": local("07:00", 800).isoformat()}, "fields.start"),
        ({"stop": local("06:00").isoformat()}, "fields.stop"),
    ],
)
def test_a_start_lies_near_and_a_stop_after_it(
    shift: Shift, fields: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as wrong:
        shift.draft(shift.drug(**fields))
    assert wrong.value.field == field


def test_an_order_is_not_stopped_before_it_was_written(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    with pytest.raises(InvalidInput) as wrong:
        shift.app.discontinue_order(
            user="dr.chen", command=shift.new(), order=order, stop_at=local("06:00")
        )
    assert wrong.value.field == "stop_at"
    assert shift.order_state(order) == "in_progress"
