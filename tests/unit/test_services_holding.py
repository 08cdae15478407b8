"""Orders held, ended, and given on need."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.errors import NotAuthorised, Refused
from tests.shift import Shift, fake_shift, local

NINTH = Path(__file__).parents[1] / "loops"


@pytest.fixture
def shift() -> Shift:
    return fake_shift()


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
