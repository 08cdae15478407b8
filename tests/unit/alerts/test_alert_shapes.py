"""What is shown of what holds: hidden by what is upstream, as one, later, on one card."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.alerts import Alert, AlertKey, AlertOverride, AlertSeverity, Wanted
from domain.ids import EncounterId
from domain.orders import Priority
from domain.people import Role
from rules.alerts.grouping import cards
from rules.alerts.loader import load_rules
from rules.alerts.quiet import Quiet
from rules.rulebook import Rules
from tests.spec.alert_clock import NURSE
from tests.spec.alert_facts import STAY, T0, at, deadline, order, stay, task
from tests.unit.alerts.asking import assess, said, wanted

REVIEW = deadline("M-01", 5, step="M3", stream="order-1")
DISPENSE = deadline("M-03", 10, step="M6")
GIVE = deadline("M-05", 15, step="M11")
STAT = Priority.STAT


def test_not_dispensed_hides_not_given_and_is_as_grave() -> None:
    dose = stay(task("medication", DISPENSE, GIVE, priority=STAT))
    assert said(dose, 10) == {"M-03": "S2"}
    assert said(dose, 15) == {"M-03": "S1"}
    assert wanted(dose, 15)["M-03"].evidence == {"hides": "M-05", "also": "M-05"}


def test_what_is_hidden_hides_on_and_the_first_is_shown() -> None:
    dose = stay(
        order("medication", REVIEW, priority=STAT),
        task("medication", DISPENSE, GIVE, priority=STAT),
    )
    assert said(dose, 15) == {"M-01": "S1"}
    hidden = "M-03,M-05"
    assert wanted(dose, 15)["M-01"].evidence == {"hides": hidden, "also": hidden}
    assert wanted(dose, 12)["M-01"].evidence == {"hides": "M-03", "also": "M-03"}


@pytest.mark.parametrize(("rule", "minutes"), [("M-06", 30), ("M-07", 60), ("M-09", 45)])
def test_a_first_dose_that_is_late_is_one_alert_not_its_round_s_too(
    rule: str, minutes: float
) -> None:
    first = task("medication", GIVE, deadline(rule, minutes, step="M11"), key="task-1")
    later = task("medication", deadline(rule, minutes, step="M11", stream="task-2"), key="task-2")
    assert said(stay(first), minutes) == {"M-05": "S2"}
    found = wanted(stay(first), minutes)["M-05"]
    assert found.evidence == {"hides": rule}, "nothing else is late: it is the same dose"
    assert set(said(stay(first, later), minutes)) == {"M-05", rule}
    assert assess(stay(first, later), minutes).risk == assess(stay(later, first), minutes).risk


def test_the_nurse_is_told_that_a_stat_dose_is_late_whatever_it_waits_for() -> None:
    dose = stay(
        task("medication", deadline("M-01", 10), deadline("M-05", 15), priority=Priority.STAT)
    )
    found = wanted(dose, 15)["M-01"]
    assert found.severity is AlertSeverity.S1
    assert {Role.PHARMACIST, Role.NURSE} <= set(found.roles)
    before = wanted(dose, 12)["M-01"]
    assert Role.NURSE not in before.roles, "nothing that she could do is late yet"


def test_another_task_of_the_order_is_not_hidden() -> None:
    first = task("medication", DISPENSE, key="task-1")
    second = task("medication", deadline("M-05", 15, stream="task-2"), key="task-2")
    assert set(said(stay(first, second), 15)) == {"M-03", "M-05"}
    elsewhere = task("medication", GIVE, order="order-2")
    assert set(said(stay(order("medication", REVIEW), elsewhere), 15)) == {"M-01", "M-05"}


def overridden(rule: str, subject: str, cause: str) -> Alert:
    return Alert(
        id="alert-1",
        key=AlertKey(rule, subject, cause),
        encounter=STAY,
        severity=AlertSeverity.S2,
        since=at(10),
        raised_at=at(10),
        roles=(),
        override=AlertOverride("alternative_unavailable", NURSE, at(11)),
    )


def test_what_a_person_has_let_be_hides_nothing() -> None:
    dose = stay(task("medication", DISPENSE, GIVE, priority=STAT))
    let_be = overridden("M-03", "task-1", at(10).isoformat())
    assert said(replace(dose, alerts=(let_be,)), 15) == {"M-03": "S2", "M-05": "S1"}
    other = overridden("M-03", "task-9", at(10).isoformat())
    assert said(replace(dose, alerts=(other,)), 15) == {"M-03": "S1"}


SHANGHAI = ZoneInfo("Asia/Shanghai")
WARD = Quiet((time(8), time(18, 10)), SHANGHAI)  # T0 is 18:00 there


@pytest.mark.parametrize(
    ("local", "until"),
    [
        ("2026-11-24 07:44:59", None),
        ("2026-11-24 07:45:00", "08:15"),
        ("2026-11-24 08:14:59", "08:15"),
        ("2026-11-24 08:15:00", None),
        ("2026-11-24 17:56:00", "18:25"),
    ],
)
def test_a_handover_is_a_quarter_of_an_hour_before_and_after(local: str, until: str | None) -> None:
    instant = datetime.fromisoformat(local).replace(tzinfo=SHANGHAI)
    found = WARD.until(instant.astimezone(UTC))
    assert (None if found is None else found.astimezone(SHANGHAI).strftime("%H:%M")) == until


def test_a_handover_at_midnight_reaches_into_both_days() -> None:
    ward = Quiet((time(0),), SHANGHAI)
    midnight = datetime(2026, 11, 25, tzinfo=SHANGHAI)
    for minutes in (-15, 14):
        end = ward.until((midnight + timedelta(minutes=minutes)).astimezone(UTC))
        assert end == midnight + timedelta(minutes=15)


def test_small_alerts_wait_for_the_end_of_a_handover_and_grave_ones_do_not() -> None:
    rules = Rules(load_rules(), quiet={"7": WARD})
    small = stay(task("medication", deadline("M-09", 10)))
    assert said(small, 24, rules) == {}
    assert assess(small, 24, rules).wake_at == at(25)
    assert said(small, 25, rules) == {"M-09": "S3"}
    assert wanted(small, 25, rules)["M-09"].since == at(10)
    grave = stay(task("medication", deadline("M-06", 10)))
    assert said(grave, 10, rules) == {"M-06": "S2"}
    elsewhere = stay(task("medication", deadline("M-09", 10)), ward="8")
    assert said(elsewhere, 10, rules) == {"M-09": "S3"}
    assert assess(small, 24, rules).risk == assess(small, 24).risk, "the score does not wait"


def card(rule: str, severity: str, patient: str = "stay-1") -> Wanted:
    return Wanted(
        AlertKey(rule, "task-1", "x"), EncounterId(patient), AlertSeverity(severity), T0, ()
    )


def test_from_three_small_alerts_on_a_patient_has_one_card() -> None:
    small = [card("M-09", "S3"), card("L-04", "S3"), card("E-03", "S3")]
    other = [card("M-05", "S1"), card("L-01", "S4"), card("M-09", "S3", "stay-2")]
    found = cards([*other, *small])
    assert [(one.encounter, one.collapsed, len(one.alerts)) for one in found] == [
        ("stay-1", False, 1),
        ("stay-1", True, 3),
        ("stay-2", False, 1),
        ("stay-1", False, 1),
    ]
    assert {one.key.rule for one in found[1].alerts} == {"M-09", "L-04", "E-03"}
    assert cards([*small, *other]) == found
    assert not any(one.collapsed for one in cards([*other, *small[:2]]))
