"""What the rules remember of a stay: never more than there may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.alerts import remembered
from rules.alerts.loader import load_rules
from rules.rulebook import Rules
from tests.spec.alert_facts import deadline, order, stay, task
from tests.story import loops
from tests.unit.alerts.asking import said

if TYPE_CHECKING:
    import pytest


def test_all_is_forgotten_before_it_becomes_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "MOST", 2)
    known: dict[str, int] = {}
    for number, key in enumerate(("stay-1", "stay-2", "stay-3")):
        remembered.kept(known, key, number)
    assert known == {"stay-3": 2}


def test_a_late_dose_is_looked_at_anew_when_its_next_limit_runs_out() -> None:
    rules = Rules(load_rules(), loops=loops())
    dose = task("medication", deadline("M-03", 10), deadline("M-14", 20))
    situation = stay(order("medication"), dose)
    told = {minute: set(said(situation, minute, rules)) for minute in (15, 25, 15, 5)}
    assert told == {15: {"M-03"}, 25: {"M-03", "M-14"}, 5: set()}


def test_a_late_box_is_looked_at_anew_when_its_order_is_another() -> None:
    rules = Rules(load_rules(), loops=loops())
    box = task("medication", deadline("M-04", 60, step="M8"))
    plain, controlled = order("medication"), order("medication", fields={"controlled": True})
    assert said(stay(plain, box), 61, rules) == {"M-04": "S3"}
    assert said(stay(controlled, box), 61, rules) == {"M-04": "S1"}
