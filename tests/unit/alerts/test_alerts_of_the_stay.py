"""Alerts of the patient's state: NEWS2, observations due, the band of risk, silent sources."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.alerts import Alert, AlertKey, AlertSeverity
from domain.people import Role
from tests.spec.alert_facts import STAY, WELL, at, deadline, mark, observed, order, stay, task
from tests.unit.alerts.asking import assess, said, wanted

ILL = {**WELL, "respiratory_rate": "26", "spo2": "90", "pulse": "95"}
URGENT = {**WELL, "respiratory_rate": "22", "pulse": "115", "temperature": "38.5"}
RED = {**WELL, "consciousness": "C"}


@pytest.mark.parametrize(
    ("values", "rules"),
    [(WELL, {}), (RED, {"X-NEWS-RED": "S2"}), (URGENT, {"X-NEWS-URG": "S2"}),
     (ILL, {"X-NEWS-EMER": "S1", "X-03": "S2"})],
)  # fmt: skip
def test_one_alert_for_how_ill_the_patient_is(
    values: dict[str, str | bool], rules: dict[str, str]
) -> None:
    assert said(stay(clinical=observed((0, values))), 5) == rules


def test_comfort_care_raises_no_escalation() -> None:
    situation = stay(clinical=observed((0, ILL)), flags=("comfort_care",))
    assert said(situation, 9999) == {}
    assert assess(situation, 0).risk.news2["score"] == 7


def test_who_has_left_is_observed_no_more() -> None:
    gone = stay(clinical=observed((0, ILL)), active=False, ended=5)
    assert said(gone, 9999) == {}


@pytest.mark.parametrize("flag", ["pregnant", "post_partum"])
def test_news2_does_not_hold_in_pregnancy(flag: str) -> None:
    found = assess(stay(clinical=observed((0, ILL)), flags=(flag,)), 5)
    assert found.wanted == ()
    assert found.risk.news2["excluded_reason"] == "EXCLUDED_PREGNANCY"


def test_an_incomplete_set_that_is_bad_enough_speaks_at_once() -> None:
    some = {"respiratory_rate": "26", "spo2": "90", "systolic_bp": "95"}
    alert = wanted(stay(clinical=observed((0, some))), 0)["X-NEWS-EMER"]
    assert alert.evidence == {"news2": "8", "complete": "false"}


def test_values_an_hour_apart_make_no_set() -> None:
    apart = observed((-61, {"respiratory_rate": "26", "spo2": "90"}), (0, {"systolic_bp": "95"}))
    assert said(stay(clinical=apart), 0) == {}
    together = observed((-60, {"respiratory_rate": "26", "spo2": "90"}), (0, {"systolic_bp": "95"}))
    assert "X-NEWS-EMER" in said(stay(clinical=together), 0)


def test_a_value_that_a_device_could_only_bound_is_missing() -> None:
    clinical = observed((0, {**WELL, "spo2": "<50"}))
    assert assess(stay(clinical=clinical), 0).risk.news2["missing"] == ["spo2"]


def test_an_episode_lasts_while_the_patient_stays_so_ill() -> None:
    first = stay(clinical=observed((0, ILL)))
    open_alert = Alert(
        id="alert-1",
        key=wanted(first, 0)["X-NEWS-EMER"].key,
        encounter=STAY,
        severity=AlertSeverity.S1,
        since=at(0),
        raised_at=at(0),
        roles=(Role.NURSE,),
    )
    later = replace(stay(clinical=observed((0, ILL), (60, ILL))), alerts=(open_alert,))
    alert = wanted(later, 60)["X-NEWS-EMER"]
    assert (alert.key, alert.since) == (open_alert.key, at(0))
    closed = replace(later, alerts=(replace(open_alert, resolved_at=at(30)),))
    assert wanted(closed, 60)["X-NEWS-EMER"].since == at(60)


@pytest.mark.parametrize(
    ("values", "minutes", "severity"),
    [(WELL, 900, "S3"), (RED, 75, "S3"), (URGENT, 75, "S2"), (ILL, 75, "S1")],
)
def test_the_next_observations_are_late_by_a_quarter_of_their_interval(
    values: dict[str, str | bool], minutes: float, severity: str
) -> None:
    situation = stay(clinical=observed((0, values)))
    assert "X-OBS" not in said(situation, minutes - 1)
    before, after = assess(situation, minutes - 1), assess(situation, minutes)
    assert before.wake_at == at(minutes)
    assert said(situation, minutes)["X-OBS"] == severity
    assert after.risk.hazard == before.risk.hazard + 5000
    overdue = [one for one in after.risk.causes if one.cause == "observations_overdue"]
    assert [one.since for one in overdue] == [at(minutes)]


def test_an_incomplete_set_says_nothing_of_the_next() -> None:
    assert said(stay(clinical=observed((0, {"pulse": "70"}))), 9999) == {}


CRITICAL = task("critical_value", deadline("L-06", 20, step="C3"))


def test_a_critical_score_is_told_once_in_four_hours() -> None:
    situation = stay(CRITICAL)
    assert "X-03" not in said(situation, 29)
    alert = wanted(situation, 30)["X-03"]
    assert alert.key == AlertKey("X-03", STAY, at(-120).isoformat())
    assert alert.since == at(30)
    told = Alert(
        id="alert-1",
        key=alert.key,
        encounter=STAY,
        severity=AlertSeverity.S2,
        since=at(30),
        raised_at=at(30),
        roles=(Role.CHARGE_NURSE,),
    )
    days_later = wanted(replace(situation, alerts=(told,)), 3000)["X-03"]
    assert (days_later.key, days_later.since) == (alert.key, at(30))


def test_a_score_that_is_critical_by_orders_alone_dates_from_them() -> None:
    risks = tuple((f"order-{n}", "allergy_s1", "none") for n in range(9))
    assert "X-03" in said(stay(order("medication"), risks=risks), 5)
    undated = stay(risks=risks)
    assert assess(undated, 5).risk.band == "critical"
    assert said(undated, 5) == {}, "nothing says since when"


def test_a_silent_interface_and_an_orphan_are_counted_and_shown_to_nobody() -> None:
    flags = ("fall_risk", f"source_silent@{at(0).isoformat()}")
    found = wanted(
        stay(task("medication", marks=(mark("orphan", ""), mark("incident", ""))), flags=flags), 10
    )
    assert {rule: one.silent for rule, one in found.items()} == {"X-01": True, "X-04": True}


def test_a_gram_positive_culture() -> None:
    marks = (mark("gram_positive", "L9p"), mark("incident", ""))
    assert said(stay(order("test", marks=marks)), 60) == {"L-13": "S1"}
