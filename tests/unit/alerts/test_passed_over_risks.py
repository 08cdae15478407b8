"""What was found about an order weighs less once somebody watches it, and less again for two."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from domain.errors import Refused
from domain.loops.active import MONITORED
from domain.services.step_entry import parse_step_entry
from tests.checked_ward import checked_shift
from tests.shift import Shift, reasons_for

if TYPE_CHECKING:
    from domain.events import Override
    from domain.ids import OrderId


@pytest.fixture
def shift() -> Shift:
    return checked_shift()


def why(error: Refused, reason: str) -> tuple[Override, ...]:
    return tuple(replace(one, reason=reason) for one in reasons_for(error))


def signed(shift: Shift, reason: str) -> OrderId:
    """Paracetamol, 2 g every 6 hours: twice the most of a day."""
    order = shift.draft(shift.drug(dose="2 g", frequency="q6h"))
    said: dict[str, Any] = {"user": "dr.chen", "order": order}
    with pytest.raises(Refused) as caught:
        shift.app.sign_order(**said, command=shift.new())
    told = why(caught.value, reason)
    shift.app.sign_order(**said, command=shift.new(), overrides=told)
    return order


def hazard(shift: Shift, cause: str = "dose_over_150") -> int:
    """What the dose adds to the score, and that what is kept is what a first look finds."""
    risk = shift.app.show_risk(user="li.na", encounter=shift.stay, now=shift.clock.at).risk
    kept = shift.app.reads.risk(shift.stay)
    assert kept is not None
    assert kept.risk == risk
    return sum(one.hazard for one in risk.causes if one.cause == cause)


def test_a_dose_above_the_most_counts_whole_with_a_reason_alone(shift: Shift) -> None:
    signed(shift, "has taken as much at home")
    assert hazard(shift) == 12_000


def test_it_counts_half_where_the_physician_says_that_it_is_watched(shift: Shift) -> None:
    signed(shift, f"{MONITORED}: transaminases every day")
    assert hazard(shift) == 6_000


def test_it_counts_a_quarter_once_the_pharmacist_has_passed_over_it_too(shift: Shift) -> None:
    order = signed(shift, "has taken as much at home")
    shift.do("li.na", order=order, step="nurse_verified", result="verified")
    line = {"order": order, "step": "pharm_reviewed", "result": "approved"}
    entry = parse_step_entry({"command_id": shift.new(), **line})
    with pytest.raises(Refused) as caught:
        shift.app.record_step(user="ph.qian", entry=entry)
    told = why(caught.value, "agreed with the physician, three days")
    shift.app.record_step(user="ph.qian", entry=replace(entry, overrides=told))
    assert hazard(shift) == 3_000


def test_a_review_that_was_sent_back_countersigns_nothing(shift: Shift) -> None:
    order = signed(shift, "has taken as much at home")
    returned = {"order": order, "step": "pharm_reviewed", "result": "returned"}
    shift.do("ph.qian", **returned, reason="too much")
    assert hazard(shift) == 12_000
