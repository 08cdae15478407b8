"""The passing of time for many patients: what is wrong with one keeps no other from their doses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from tests.fakes import FakeClock, FakeStore
from tests.shift import Shift, fake_app

if TYPE_CHECKING:
    from domain.ids import OrderId


def damaged(shift: Shift, order: OrderId) -> None:
    """An order whose frequency nobody reads any more, as after a fault of the disk."""
    store = cast("FakeStore", shift.app.reads._store)  # type: ignore[attr-defined]  # noqa: SLF001 - a fake
    case = store.state.cases[order]
    fields = {**case.order.fields, "frequency": "whenever"}
    store.state.cases[order] = replace(case, order=replace(case.order, fields=fields))


def test_one_stay_that_fails_does_not_stop_the_others() -> None:
    clock = FakeClock()
    shift = Shift(fake_app(clock), clock)
    neighbour = shift.admit("0099", "02")
    broken = shift.ordered(shift.drug())
    whole = shift.ordered(shift.drug(), stay=neighbour)
    damaged(shift, broken)
    shift.at("08:30", 1)
    passed = shift.app.one_pass(now=shift.clock.at)
    assert whole in passed.orders
    assert "27 08:00" in shift.due(whole), "the neighbour has the doses of the day after tomorrow"
    assert list(passed.failures) == [shift.stay]
    assert passed.failures[shift.stay].field == "frequency"
    assert broken not in passed.orders
