"""Doses that change by a table (rule X9): a steroid that is taken back."""

from __future__ import annotations

import pytest

from domain.errors import InvalidInput, Refused
from domain.timing import parse_taper
from tests.shift import Shift, fake_shift

TAPER = "40 mg 2 d; 30 mg 1 d; 20 mg 2 doses"


@pytest.fixture
def shift() -> Shift:
    return fake_shift()


def steroid(shift: Shift, **fields: object) -> dict[str, object]:
    plain = {"dose": "40 mg", "frequency": "qd", "taper": TAPER}
    return shift.drug(**plain | fields)


def doses(shift: Shift, order: object) -> list[str]:
    """The dose of each day: `24 08:00 40`."""
    found = shift.tasks(order)  # type: ignore[arg-type]  # an order id
    return [f"{_day(task.due_at)} {_value(task.fields['dose'])}" for task in found]


def _day(due_at: object) -> str:
    return str(due_at)[8:10]


def _value(dose: object) -> str:
    assert isinstance(dose, dict)
    return f"{dose['value']} {dose['unit']}"


@pytest.mark.rows("X9")
def test_each_dose_of_a_taper_is_the_one_of_its_day_and_the_last_ends_the_order(
    shift: Shift,
) -> None:
    order = shift.ordered(steroid(shift))
    for day in (1, 2, 3, 4):
        shift.at("06:00", day)
        shift.app.pass_due(now=shift.clock.at)
    assert doses(shift, order) == ["24 40 mg", "25 40 mg", "26 30 mg", "27 20 mg", "28 20 mg"]
    assert shift.case(order).order.tally.complete


@pytest.mark.rows("X9", "M10")
def test_the_dose_that_was_right_yesterday_is_not_right_today(shift: Shift) -> None:
    order = shift.ordered(steroid(shift, taper="40 mg 1 d; 30 mg"))
    shift.verified(order)
    first, second = shift.tasks(order)[:2]
    assert _value(first.fields["dose"]) == "40 mg"
    assert _value(second.fields["dose"]) == "30 mg"
    assert not shift.case(order).order.tally.complete, "the last row goes on"


@pytest.mark.rows("X9")
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"taper": "40 mg; 30 mg 3 d"}, "fields.taper"),
        ({"taper": "40 mg 3 d; 30 g"}, "fields.taper"),
        ({"taper": "less every day"}, "fields.taper"),
        ({"taper": "0 mg 3 d; 30 mg"}, "fields.taper"),
        ({"taper": "60 mg 3 d; 30 mg"}, "fields.dose"),
        ({"frequency": "st", "order_class": "STAT"}, "fields.taper"),
        ({"frequency": "prn", "order_class": "PRN_LONG", "min_interval": 60}, "fields.taper"),
    ],
)
def test_a_table_that_is_not_certain_is_refused_when_it_is_written(
    shift: Shift, fields: dict[str, object], field: str
) -> None:
    with pytest.raises((InvalidInput, Refused)) as refused:
        shift.draft(steroid(shift, **fields))
    assert refused.value.field == field


def test_a_table_is_read_as_it_is_written_in_both_languages() -> None:
    chinese = parse_taper("taper", "40 mg 3天；20 mg 5次；10 mg")
    assert chinese == parse_taper("taper", "40 mg x 3 days; 20 mg 5 doses; 10 mg")
    assert [(row.days, row.doses) for row in chinese] == [(3, None), (None, 5), (None, None)]
