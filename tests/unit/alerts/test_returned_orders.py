"""An order that the nurse sent back: who must answer is told, nobody is asked to dispense it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from domain.errors import Refused
from domain.loops.deadlines import Deadline
from domain.people import Role
from rules.alerts.loader import load_rules
from rules.rulebook import Rules
from tests.fakes import FakeClock
from tests.shift import WARD, Shift, fake_app, real_loops
from tests.spec.alert_facts import T0, at, deadline, order, stay, task
from tests.unit.alerts.asking import said, wanted

if TYPE_CHECKING:
    from domain.ids import OrderId

BOX = deadline("M-03", 10, step="M6")
GIVE = deadline("M-05", 25, step="M11")
QUESTION = deadline("X-LATE", 20, start=5, step="answer", limit="MX01", stream="order-1")


@pytest.fixture
def shift() -> Shift:
    clock = FakeClock()
    rules = Rules(load_rules(), loops=real_loops())
    return Shift(fake_app(clock, rulebook=rules), clock)


def told(shift: Shift, moment: str) -> dict[tuple[str, str | None], tuple[Role, ...]]:
    """Who is told of what is open about orders, by rule and step, after the watch has passed."""
    shift.at(moment)
    assert shift.app.pass_due(now=shift.clock.at).failures == {}
    alerts = [row.alert for row in shift.app.reads.alerts(ward=WARD)]
    return {(one.key.rule, one.step): one.roles for one in alerts if one.order is not None}


def stat_drug(shift: Shift, nurse: str) -> OrderId:
    """A STAT drug from the pharmacy, signed at 07:00; at 07:05 nurse and pharmacist look at it."""
    drug = shift.drug(
        "CEF1G", dose="1 g", route="IV", frequency="st", order_class="STAT", priority="STAT"
    )
    order_id = shift.ordered(drug)
    shift.at("07:02")
    shift.do("ph.qian", order=order_id, step="pharm_reviewed", result="approved")
    shift.do("li.na", order=order_id, step="nurse_verified", result=nurse)
    return order_id


def test_a_reviewed_drug_that_nobody_dispenses_is_the_pharmacist_s(shift: Shift) -> None:
    stat_drug(shift, "verified")
    assert told(shift, "07:40") == {("M-03", "M6"): (Role.PHARMACIST, Role.NURSE)}


def test_an_order_that_the_nurse_returned_waits_for_the_physician(shift: Shift) -> None:
    sent_back = stat_drug(shift, "returned")
    assert ("X-LATE", "answer") not in told(shift, "07:06"), "the physician has five minutes"
    now = told(shift, "07:40")
    assert {rule for rule, _ in now} == {"X-LATE"}, "nobody is asked to dispense or to give it"
    assert now["X-LATE", "answer"] == (Role.PHYSICIAN, Role.NURSE), "she knows that it is late"
    with pytest.raises(Refused, match="MX01"):
        shift.do("ph.qian", task=shift.tasks(sent_back)[0].id, step="prepared")


def test_a_return_takes_back_what_the_pharmacist_was_asked() -> None:
    dose = task("medication", BOX)
    assert said(stay(order("medication"), dose), 12) == {"M-03": "S3"}
    assert said(stay(order("medication", QUESTION), dose), 12) == {}
    assert said(stay(order("medication", QUESTION, key="order-9"), dose), 12) == {"M-03": "S3"}, (
        "the question is about another order"
    )
    own = Deadline("task-1", "MX99", "answer", at(20), T0, None, "X-LATE")
    assert said(stay(order("medication"), task("medication", BOX, own)), 12) == {}
    assert said(stay(dose), 12) == {"M-03": "S3"}, "its order has ended"


def test_a_late_answer_stands_for_the_doses_that_wait_for_it_and_another_late_step_does_not() -> (
    None
):
    dose = task("medication", BOX, GIVE)
    asked = wanted(stay(order("medication", QUESTION), dose), 26)
    assert asked.keys() == {"X-LATE"}
    assert asked["X-LATE"].evidence == {"hides": "M-05", "also": "M-05"}
    verify = deadline("X-LATE", 20, step="M2", limit="TM01", stream="order-1")
    late = wanted(stay(order("medication", verify), dose), 26)
    assert late.keys() == {"X-LATE", "M-03"}
    assert late["X-LATE"].evidence == {}
