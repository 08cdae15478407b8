"""A critical result that no order asked for: no loop follows it, so the alert does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from domain.clinical import Clinical
from domain.people import Role
from rules.alerts.loader import load_rules
from rules.rulebook import Rules
from tests.spec.alert_clock import Clock
from tests.spec.alert_facts import STAY, at, deadline, order, resulted, stay, task
from tests.story import loops
from tests.unit.alerts.asking import assess, said, wanted

if TYPE_CHECKING:
    from domain.situation import Situation

HIGH = (0.0, "6.9", "> 6.2")


def heard(*results: tuple[float, str, str], of_order: bool = False) -> Situation:
    return stay(clinical=resulted(Clinical(), *results, of_order=of_order))


def test_a_critical_potassium_that_nobody_ordered_is_told_at_once() -> None:
    alert = wanted(heard(HIGH), 0)["L-06"]
    assert (alert.severity, alert.since, alert.roles) == ("S1", at(0), (Role.LABORATORY,))
    assert (alert.key.subject, alert.key.cause) == (STAY, f"{at(0).isoformat()}:potassium")
    assert alert.evidence["evidence"] == "potassium 6.9 mmol/L"
    assert alert.evidence["critical_limit"] == "> 6.2"


def test_a_result_within_limits_asks_for_nothing() -> None:
    assert said(heard((0, "4.1", "")), 0) == {}
    assert said(heard(HIGH, (30, "4.1", "")), 30) == {}, "a later one within limits answers it"


def test_the_critical_result_of_an_order_is_told_by_its_loop_alone() -> None:
    assert said(heard(HIGH, of_order=True), 0) == {}
    loop = task("critical_value", deadline("L-06", 10, step="C3"))
    known = resulted(Clinical(), HIGH, of_order=True)
    late = assess(stay(order("test"), loop, clinical=known), 10).wanted
    assert [(one.key.rule, one.task) for one in late] == [("L-06", loop.task)]


def test_the_result_of_an_order_takes_over_from_the_one_before_it() -> None:
    own = resulted(Clinical(), HIGH)
    ordered = resulted(own, (30, "7.0", "> 6.2"), of_order=True)
    assert said(stay(clinical=own), 30) == {"L-06": "S1"}
    assert said(stay(clinical=ordered), 30) == {}


def test_another_critical_result_is_another_episode() -> None:
    again = assess(heard(HIGH, (30, "7.1", "> 6.2")), 30).wanted
    assert [one.key.cause for one in again] == [f"{at(30).isoformat()}:potassium"]
    assert again[0].evidence["evidence"] == "potassium 7.1 mmol/L"


def test_after_the_stay_nothing_new_is_told() -> None:
    assert said(replace(heard(HIGH), active=False, ended_at=at(5)), 5) == {}


def test_the_trace_says_whether_an_order_asked_for_it() -> None:
    rules = Rules(load_rules(), loops=loops())
    seen = [(one.fact, one.seen, one.result) for one in rules.trace(heard(HIGH), "L-06", at(0))]
    assert ("latest.of_order", False, False) in seen


def test_who_let_it_be_is_told_again_by_the_next_critical_result_and_freed_by_a_good_one() -> None:
    clock = Clock(Rules(load_rules(), loops=loops()), heard(HIGH))
    clock.run(5)
    first = clock.alert("L-06")
    assert first is not None
    assert first.tier == 1, "after five minutes the physician is told too"
    clock.override("L-06")
    clock.change(heard(HIGH, (8, "7.1", "> 6.2")))
    clock.run(9)
    second = clock.alert("L-06")
    assert second is not None
    assert second.key.cause == f"{at(8).isoformat()}:potassium"
    assert second.override is None
    clock.change(heard(HIGH, (8, "7.1", "> 6.2"), (20, "4.4", "")))
    clock.run(20)
    assert clock.alert("L-06") is None
