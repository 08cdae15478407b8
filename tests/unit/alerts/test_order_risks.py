"""Risks of active orders: asked for when what they rest on has changed, never by time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from domain.clinical import Allergy
from domain.conditions import CONDITIONS
from domain.ids import EncounterId, PractitionerId
from domain.standing import StandingFact
from rules import order_risks
from rules.alerts.loader import load_rules
from rules.order_risks import OrderRisks
from rules.rulebook import Rules
from tests.spec.alert_facts import WELL, active, at, done, observed, order, stay, task

if TYPE_CHECKING:
    from datetime import datetime

    import pytest

    from domain.clinical import Clinical
    from domain.situation import Situation


@dataclass
class Checks:
    """Prescribing checks that find one risk, and note when they were asked."""

    asked: list[datetime] = field(default_factory=list)

    def __call__(self, clinical: Clinical, now: datetime) -> tuple[tuple[str, str, str], ...]:
        self.asked.append(now)
        return tuple((one.id, "ddi_major", "none") for one in clinical.orders)


def ward(**values: str) -> Situation:
    clinical = observed((5, values), (9, WELL), orders=(active("heparin", signed=3),))
    return stay(order("medication", steps=done(M1=3)), task("medication"), clinical=clinical)


def test_they_are_asked_once_while_nothing_they_look_at_changes() -> None:
    checks = Checks()
    rules = Rules(load_rules(), risks=checks)
    first = rules.assess(ward(potassium="4.0"), at(10)).risk
    assert [one.subject for one in first.causes if one.cause == "ddi_major"] == ["order-1"]
    assert rules.assess(ward(potassium="4.0"), at(600)).risk.hazard == first.hazard
    assert checks.asked == [at(5)], "the instant of the last result, not of the question"


def test_a_result_an_allergy_an_order_or_a_fact_asks_anew() -> None:
    checks = Checks()
    risks = OrderRisks(checks)
    situation = ward(potassium="4.0")
    allergic = replace(situation.clinical, allergies=(Allergy("penicillins"),))
    stopped = replace(situation.streams[0], state="on_hold")
    for other in (
        situation,
        ward(potassium="6.1"),
        replace(situation, clinical=allergic),
        replace(situation, flags=frozenset({"pregnant"})),
        replace(situation, streams=(stopped,)),
    ):
        asked = len(checks.asked)
        risks.of(other)
        assert len(checks.asked) == asked + 1


def test_an_earlier_creatinine_of_another_stay_asks_anew() -> None:
    """The injury is judged against it, though the last value is the same."""
    checks = Checks()
    risks = OrderRisks(checks)
    orders = (active("heparin", signed=3),)
    for before in ("170", "80"):
        clinical = observed((1, {"creatinine": before}), (5, {"creatinine": "170"}), orders=orders)
        risks.of(stay(order("medication", steps=done(M1=3)), clinical=clinical))
    assert len(checks.asked) == 2


def test_an_illness_asks_anew() -> None:
    checks = Checks()
    risks = OrderRisks(checks)
    situation = ward(potassium="4.0")
    said = StandingFact(CONDITIONS, "listed", at(4), PractitionerId("dr.chen"), {"listed": ["chf"]})
    ill = replace(situation.clinical, facts={CONDITIONS: said})
    risks.of(situation)
    risks.of(replace(situation, clinical=ill))
    assert len(checks.asked) == 2


def test_what_no_check_looks_at_asks_nothing() -> None:
    checks = Checks()
    risks = OrderRisks(checks)
    situation = ward(potassium="4.0")
    found = risks.of(situation)
    due = replace(situation.streams[0], due_at=at(60))
    assert risks.of(replace(situation, streams=(due,))) == found
    assert len(checks.asked) == 1


def test_no_order_for_a_drug_asks_nothing() -> None:
    checks = Checks()
    assert OrderRisks(checks).of(stay(order("test"), task("medication"))) == ()
    assert checks.asked == []


def test_what_a_situation_brings_itself_counts() -> None:
    checks = Checks()
    given = replace(ward(), order_risks=(("order-1", "allergy_s1", "none"),))
    causes = Rules(load_rules(), risks=checks).assess(given, at(10)).risk.causes
    assert [one.cause for one in causes if one.domain == "O"] == ["allergy_s1"]
    assert checks.asked == []


def test_no_more_stays_are_remembered_than_there_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_risks, "REMEMBERED", 1)
    checks = Checks()
    risks = OrderRisks(checks)
    other = replace(ward(), encounter=EncounterId("stay-2"))
    for situation in (ward(), other, ward()):
        risks.of(situation)
    assert len(checks.asked) == 3


def test_the_hash_of_all_that_is_in_force_may_come_from_outside() -> None:
    assert Rules(load_rules(), sha256="all").sha256 == "all"


def test_an_earlier_result_that_is_compared_asks_anew() -> None:
    checks = Checks()
    risks = OrderRisks(checks)
    orders = (active("heparin", signed=3),)
    for before in ("420", "460", "460"):
        clinical = observed((1, {"qtc": before}), (5, {"qtc": "490"}), orders=orders)
        risks.of(stay(order("medication", steps=done(M1=3)), clinical=clinical))
    assert len(checks.asked) == 2
