"""Conditions on the stay as a whole: NEWS2, observations due, the band of risk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from domain.alerts import AlertSeverity
from rules.alerts.observing import observations_due_at
from rules.alerts.registry import on_stay
from rules.alerts.view import MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rules.alerts.claims import Claim
    from rules.alerts.rule import Rule
    from rules.alerts.view import View
    from rules.alerts.vital_sets import VitalSet

URGENT: Final = 5
EMERGENCY: Final = 7
_ROUTINE: Final = 2
"""The column of a severity that no order's priority chooses."""


@on_stay("news2_red", "vitals", "active", "flags.comfort_care")
def news2_red(view: View, rule: Rule) -> Iterable[Claim]:
    """One vital sign alone has 3 points, and the total is not urgent already."""
    vitals = _spoken(view)
    if vitals is None or not vitals.score.red_parameter or (vitals.least or 0) >= URGENT:
        return ()
    return _told(view, rule, vitals)


@on_stay("news2_urgent", "vitals", "active", "flags.comfort_care")
def news2_urgent(view: View, rule: Rule) -> Iterable[Claim]:
    """NEWS2 is 5 or 6, or an incomplete set is at least that."""
    vitals = _spoken(view)
    if vitals is None or not view.test("news2", "in", (5, 6), vitals.least):
        return ()
    return _told(view, rule, vitals)


@on_stay("news2_emergency", "vitals", "active", "flags.comfort_care")
def news2_emergency(view: View, rule: Rule) -> Iterable[Claim]:
    """NEWS2 is 7 or more, or an incomplete set is at least that."""
    vitals = _spoken(view)
    if vitals is None or not view.test("news2", ">=", EMERGENCY, vitals.least or 0):
        return ()
    return _told(view, rule, vitals)


def _spoken(view: View) -> VitalSet | None:
    """The newest set where NEWS2 may raise an alert."""
    vitals = view.vitals
    if vitals is None or not view.watched or vitals.least is None:
        return None
    return vitals


def _told(view: View, rule: Rule, vitals: VitalSet) -> Iterable[Claim]:
    """One episode lasts while NEWS2 stays so: a further set of the same kind tells nobody anew."""
    severity = rule.severity[_ROUTINE]
    cause, since = view.open_cause(rule) or (vitals.at.isoformat(), vitals.at)
    return view.of_stay(
        rule,
        [(since, severity)],
        cause=cause,
        minutes=int(rule.params["minutes"]),
        evidence={"news2": str(vitals.least), "complete": str(vitals.score.complete).lower()},
    )


@on_stay("observations_due", "vitals")
def observations_due(view: View, rule: Rule) -> Iterable[Claim]:
    """The next set of vital signs is overdue by a quarter of its interval."""
    at = observations_due_at(view, int(rule.params["percent"]))
    vitals = view.vitals
    if at is None or vitals is None:
        return ()
    least = vitals.least or 0
    severity = rule.severity[_ROUTINE]
    if view.test("news2", ">=", EMERGENCY, least):
        severity = AlertSeverity.S1
    elif view.test("news2", ">=", URGENT, least):
        severity = AlertSeverity.S2
    return view.of_stay(rule, [(at, severity)], cause=at.isoformat(), evidence={"last": str(least)})


@on_stay("critical_band", "risk", "active", "flags.comfort_care", after_risk=True)
def critical_band(view: View, rule: Rule) -> Iterable[Claim]:
    """The patient's risk is in the band critical: told once in four hours.

    Not in comfort care, where NEWS2 alone would raise it (G-EOL), nor after the stay; alerts of
    open work are not less.
    """
    severity = rule.severity[_ROUTINE]
    since, risk = view.risk_since, view.risk
    if risk is None or not view.test("risk", "is", "critical", risk.band.value):
        return ()
    if since is None or not view.watched:
        return ()
    told = view.open_cause(rule)
    hours = int(rule.params["hours"])
    start = since.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    start -= timedelta(hours=start.hour % hours)
    cause, since = told or (start.isoformat(), since)
    return view.of_stay(
        rule,
        [(since, severity)],
        cause=cause,
        minutes=int(rule.params["minutes"]),
        evidence={"score": str(risk.score)},
    )


@on_stay("source_silent", "flags.source_silent")
def source_silent(view: View, rule: Rule) -> Iterable[Claim]:
    """An interface or device has said nothing for longer than is usual for it."""
    severity = rule.severity[_ROUTINE]
    for flag in sorted(view.situation.flags):
        name, _, since = flag.partition("@")
        if view.test("flags.source_silent", "is", "source_silent", name):
            at = datetime.fromisoformat(since) + int(rule.params["minutes"]) * MINUTE
            yield from view.of_stay(rule, [(at, severity)], cause=flag)
