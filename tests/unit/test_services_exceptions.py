"""A physician confirms an order with its exceptions in view, and not otherwise."""

from __future__ import annotations

import pytest

from domain.errors import InvalidInput, Refused
from tests.shift import Shift, fake_shift

PLAIN = {"noscan_reason": "scanner down"}


@pytest.fixture
def shift() -> Shift:
    return fake_shift()


def confirm(shift: Shift, order: str, **evidence: object) -> None:
    shift.do("dr.chen", order=order, step="M16", evidence=evidence)


def test_a_dose_refused_is_an_exception_that_must_be_seen(shift: Shift) -> None:
    order = shift.ordered(shift.drug(dose_count=2))
    shift.verified(order)
    first, second = (task.id for task in shift.tasks(order))
    shift.at("08:05")
    shift.give(first)
    shift.at("16:05")
    shift.do("li.na", task=second, exit="refused", evidence={"reason": "nausea"}, reason="nausea")
    shift.do("li.na", task=second, step="M18", evidence={"told_to": "dr.chen"})
    exceptions = shift.shown(order)["exceptions"]
    assert [one["detail"] for one in exceptions if one["what"] == "exit"] == ["refused"]
    with pytest.raises(Refused, match=f"Exceptions of this order: {len(exceptions)}; seen: 0"):
        confirm(shift, order)
    with pytest.raises(Refused, match="seen: 9"):
        confirm(shift, order, exceptions_seen=9)
    with pytest.raises(InvalidInput, match="number"):
        confirm(shift, order, exceptions_seen="all")
    confirm(shift, order, exceptions_seen=len(exceptions))
    assert shift.order_state(order) == "closed"


def test_an_incident_and_a_late_dose_are_told_with_their_minutes(shift: Shift) -> None:
    order = shift.ordered(shift.drug(dose_count=1))
    shift.verified(order)
    (dose,) = (task.id for task in shift.tasks(order))
    shift.at("10:00")
    shift.give(dose)
    shift.do("li.na", act="incident", task=dose, reason="the cup fell and was filled again")
    exceptions = shift.shown(order)["exceptions"]
    late = [one for one in exceptions if one["what"] == "late"]
    assert late
    assert all(isinstance(one["minutes"], int) and one["minutes"] > 0 for one in late)
    assert [one["what"] for one in exceptions][-1] == "incident"
