"""A rule that fails is told, and stops nothing else."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from domain.errors import InvalidInput
from domain.observations import Observation
from domain.people import Role
from rules.alerts.loader import load_rules
from rules.alerts.registry import CONDITIONS
from rules.order_risks import OrderRisks
from rules.rulebook import Rules
from tests.spec.alert_facts import (
    WELL,
    active,
    at,
    deadline,
    done,
    mark,
    observed,
    order,
    stay,
    task,
)
from tests.unit.alerts.asking import assess, said, shipped, wanted

if TYPE_CHECKING:
    from datetime import datetime

    from domain.clinical import Clinical


def broken(*_: object) -> tuple[()]:
    raise ZeroDivisionError


def broken_at(condition: str, monkeypatch: pytest.MonkeyPatch) -> Rules:
    """The shipped rules, one condition of which fails."""
    found = copy(CONDITIONS[condition])
    object.__setattr__(found, "run", broken)
    monkeypatch.setitem(CONDITIONS, condition, found)
    return Rules(load_rules())


@pytest.mark.parametrize(
    ("condition", "rule"),
    [
        ("critical_late", "L-06"),
        ("critical_ecg", "E-11"),
        ("turnaround", "L-04"),
        ("orphan", "X-01"),
        ("observations_due", "X-OBS"),
        ("critical_band", "X-03"),
    ],
)
def test_a_rule_that_fails_is_told_beside_the_others(
    condition: str, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped()  # made before anything is broken
    rules = broken_at(condition, monkeypatch)
    situation = stay(
        order("examination", fields={"modality": "ECG"}, key="order-2"),
        task("critical_value", deadline("L-06", 10, step="C3"), order="order-2"),
        task("critical_value", deadline("L-06", 10, step="C3"), key="task-2"),
        task("critical_value", deadline("L-09", 99, step="C6"), key="task-3", order="order-2"),
        task("test", key="task-4"),
        task("medication", marks=(mark("orphan", ""),), key="task-5"),
        task("medication", deadline("M-05", 15, stream="task-6"), key="task-6"),
        clinical=observed((0, {**WELL, "respiratory_rate": "26", "spo2": "90", "pulse": "95"})),
    )
    alert = wanted(situation, 60, rules)[rule]
    assert alert.evidence == {"fault": "ZeroDivisionError"}
    assert alert.roles == (Role.ADMINISTRATOR,)
    assert (str(alert.severity), alert.key.cause) == ("S2", "fault")
    others = set(said(situation, 60)) - {"L-06", "E-11", "L-04", "X-01", "X-OBS", "X-03"}
    assert others <= set(said(situation, 60, rules))
    assert rules.assess(situation, at(60)) == rules.assess(situation, at(60))


def test_a_fault_dates_from_the_vital_signs_where_no_work_is_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rules = broken_at("observations_due", monkeypatch)
    assert wanted(stay(clinical=observed((3, WELL))), 5, rules)["X-OBS"].since == at(3)
    assert said(stay(), 5, rules) == {}


def test_a_result_in_an_unknown_unit_says_nothing() -> None:
    latest = {
        "creatinine": Observation("creatinine", "999", "furlong", at(0)),
        "egfr": Observation("egfr", "5", "furlong", at(0)),
    }
    series = {name: (one,) for name, one in latest.items()}
    clinical = replace(observed(), latest=latest, series=series)
    assert assess(stay(clinical=clinical), 0).risk.score == 0


def test_checks_that_cannot_read_a_value_find_no_risk() -> None:
    def find(_clinical: Clinical, _now: datetime) -> tuple[tuple[str, str, str], ...]:
        raise InvalidInput("creatinine", "'furlong' is no unit of creatinine")

    clinical = observed(orders=(active("heparin"),))
    assert OrderRisks(find).of(stay(order("medication", steps=done(M1=3)), clinical=clinical)) == ()
