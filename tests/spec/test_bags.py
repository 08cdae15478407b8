"""Infusions that go on (rule X7): a task for each bag, the next one due when the last is empty."""

from __future__ import annotations

from decimal import Decimal

import pytest

from domain.quantities import Quantity, parse_quantity
from domain.timing import runs_for
from tests.shift import Shift, fake_shift

BAGS = """code,name,name_zh,route,high_alert,skin_test,ward_stock,infusion,container_minutes
KCL1L,Glucose 5 % with potassium 1 L,葡萄糖氯化钾,IV,false,false,*,true,720
"""


@pytest.fixture
def shift() -> Shift:
    found = fake_shift()
    found.app.import_catalogue(user="admin", command=found.new(), kind="drug", text=BAGS)
    return found


def infusion(shift: Shift, product: str = "NACL", **fields: object) -> dict[str, object]:
    plain = {"dose": "1000 mL", "route": "IV", "frequency": "cont", "rate": "125 mL/h"}
    return shift.drug(product, **plain | fields)


@pytest.mark.rows("X7")
def test_a_litre_at_125_an_hour_is_a_bag_every_eight_hours_until_the_stop(shift: Shift) -> None:
    order = shift.ordered(infusion(shift, stop="2026-11-25T10:00:00+08:00"))
    assert shift.due(order) == ["24 07:00", "24 15:00", "24 23:00", "25 07:00"]
    assert all(task.fields["infusion"] is True for task in shift.tasks(order))
    assert shift.case(order).order.tally.complete


@pytest.mark.rows("X7")
def test_one_bag_ends_and_the_next_one_begins_each_with_its_own_amount(shift: Shift) -> None:
    order = shift.ordered(infusion(shift, dose_count=2))
    shift.verified(order)
    first, second = shift.tasks(order)
    for task, begin, end in ((first, "07:05", "14:55"), (second, "15:00", "23:00")):
        shift.at(begin)
        shift.check(task.id)
        hung = {"dose": "1000 mL", "rate": "125 mL/h"}
        shift.do("li.na", task=task.id, step="admin_started", evidence=hung)
        shift.at(end)
        ended = {"amount": "1000 mL"}
        shift.do("li.na", task=task.id, step="admin_completed", result="complete", evidence=ended)
    assert shift.states(order) == ["closed:completed", "closed:completed"]
    assert shift.case(order).order.stopped_by == "last_task", "two bags were asked for"


@pytest.mark.rows("X7")
@pytest.mark.parametrize(
    ("fields", "due"),
    [
        ({"rate": "100 mL/h"}, ["24 07:00", "24 17:00", "25 03:00", "25 13:00", "25 23:00"]),
        ({"rate": None}, ["24 07:00", "24 19:00", "25 07:00", "25 19:00"]),
        ({"rate": "2 mg/h"}, ["24 07:00", "24 19:00", "25 07:00", "25 19:00"]),
    ],
    ids=["the ordered rate", "as usual for this bag", "another unit: as usual"],
)
def test_the_ordered_rate_says_more_than_the_usual_time_of_a_bag(
    shift: Shift, fields: dict[str, object], due: list[str]
) -> None:
    order = shift.ordered(infusion(shift, "KCL1L", **fields))
    assert shift.due(order) == due


@pytest.mark.rows("X7")
def test_a_bag_of_which_nothing_says_how_long_it_runs_is_one_task(shift: Shift) -> None:
    order = shift.ordered(infusion(shift, rate=None))
    assert shift.due(order) == ["24 07:00"]


@pytest.mark.rows("X7")
@pytest.mark.parametrize(
    ("amount", "rate", "minutes"),
    [
        ("500 mL", "125 mL/h", 240),
        ("50 mL", "2.4 mL/h", 1250),
        ("1 g", "1 g/d", 1440),
        ("30 mL", "1 mL/min", 30),
        ("500 mL", "125 g/h", None),
        ("500 mL", "125 mL", None),
        ("500 mL", "0 mL/h", None),
        ("10 mL", "100 mL/h", None),
        ("500 mL", "1 mL/h", None),
    ],
)
def test_how_long_a_bag_runs(amount: str, rate: str, minutes: int | None) -> None:
    found = runs_for(parse_quantity("dose", amount), parse_quantity("rate", rate))
    assert (None if found is None else found.total_seconds() / 60) == minutes


def test_a_bag_of_nothing_runs_for_no_time() -> None:
    assert runs_for(Quantity(Decimal(0), "mL"), Quantity(Decimal(10), "mL/h")) is None
