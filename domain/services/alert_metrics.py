"""How well alerts serve: overrides, times to answer, how many were acted on, burden (rules 3.7)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from domain.alerts import AlertSeverity, Resolution
from domain.people import Role
from domain.services.alert_lists import MOST
from domain.services.authorising import authorised

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from domain.alerts import Alert
    from domain.ids import PractitionerId, WardId
    from domain.services.workplace import Workplace
    from domain.worklists import AlertRow

NOISE: Final = timedelta(minutes=5)
"""Resolved by itself within so short a time, before anybody saw it: noise."""
SHIFT: Final = timedelta(hours=8)
_NURSES: Final = (Role.NURSE, Role.CHARGE_NURSE)
_FACTS: Final = (Resolution.BY_STEP, Resolution.BY_EXIT)


@dataclass(frozen=True, slots=True)
class Served:
    """The figures of one rule, or of all rules.

    Attributes:
        acted: resolved by a step or exit within the action limit: these count for the PPV.
        noise: resolved before anybody acknowledged them, within five minutes.
        ppv: acted by raised; None where nothing was raised.
        override_rate: overridden by those that anybody answered.
        ack_median: minutes from raised to acknowledged; None where nobody acknowledged.
        act_median: minutes from raised to resolved by a step or exit.
        escalation_rate: part that reached the second rung of its ladder.
    """

    raised: int
    acknowledged: int
    overridden: int
    resolved: int
    acted: int
    noise: int
    ppv: float | None
    override_rate: float | None
    ack_median: float | None
    ack_p90: float | None
    act_median: float | None
    act_p90: float | None
    escalation_rate: float | None


@dataclass(frozen=True, slots=True)
class Burden:
    """What nurses heard.

    Attributes:
        nurse_shifts: nurses at work times shifts of eight hours, by the assignments.
        s1: S1 alerts told to nurses per nurse-shift; None where nobody was assigned.
        s2: the same of S2.
        interruptive: the part of all alerts that interrupts (S1).
    """

    nurse_shifts: int
    s1: float | None
    s2: float | None
    interruptive: float | None


@dataclass(frozen=True, slots=True)
class AlertMetrics:
    """All figures of a span; silent alerts are counted apart and not among them."""

    since: datetime
    until: datetime
    whole: Served
    by_rule: Mapping[str, Served]
    burden: Burden
    silent: int


def alert_metrics(
    place: Workplace, *, user: str, since: datetime, until: datetime, ward: WardId | None = None
) -> AlertMetrics:
    """The figures of the alerts that were raised in a span.

    Raises:
        NotFound: nobody bears the user's name.
    """
    authorised(place.reads, user, "alert.metrics")
    rows = place.reads.alerts(ward=ward, open_only=False, silent=True, since=since, limit=MOST)
    every = [row for row in rows if row.alert.raised_at < until]
    shown = [row for row in every if not row.alert.silent]
    by_rule: dict[str, list[AlertRow]] = defaultdict(list)
    for row in shown:
        by_rule[row.alert.key.rule].append(row)
    return AlertMetrics(
        since=since,
        until=until,
        whole=_served(place, shown),
        by_rule={rule: _served(place, found) for rule, found in sorted(by_rule.items())},
        burden=_burden(place, [row.alert for row in shown], since=since, until=until, ward=ward),
        silent=len(every) - len(shown),
    )


def _served(place: Workplace, rows: list[AlertRow]) -> Served:
    alerts = [row.alert for row in rows]
    wards = {row.alert.id: row.ward for row in rows}
    acknowledged = [one for one in alerts if one.first_acknowledged_at is not None]
    overridden = [one for one in alerts if one.first_overridden_at is not None]
    answered = {one.id for one in (*acknowledged, *overridden)}
    resolved = [one for one in alerts if one.resolved_at is not None]
    by_facts = [one for one in resolved if one.resolution in _FACTS]
    noise = [one for one in by_facts if one.id not in answered and _span(one) <= NOISE]
    silenced = {one.id for one in noise}
    acted = [
        one for one in by_facts if one.id not in silenced and _in_time(place, one, wards[one.id])
    ]
    ack = sorted(_minutes(one.raised_at, one.first_acknowledged_at) for one in acknowledged)
    act = sorted(_minutes(one.raised_at, one.resolved_at) for one in by_facts)
    climbed = sum(one.tier > 0 for one in alerts)
    return Served(
        raised=len(alerts),
        acknowledged=len(acknowledged),
        overridden=len(overridden),
        resolved=len(resolved),
        acted=len(acted),
        noise=len(noise),
        ppv=_part(len(acted), len(alerts)),
        override_rate=_part(len(overridden), len(answered)),
        ack_median=_at(ack, 50),
        ack_p90=_at(ack, 90),
        act_median=_at(act, 50),
        act_p90=_at(act, 90),
        escalation_rate=_part(climbed, len(alerts)),
    )


def _span(alert: Alert) -> timedelta:
    return (alert.resolved_at or alert.raised_at) - alert.raised_at


def _in_time(place: Workplace, alert: Alert, ward: str) -> bool:
    """Whether what it asked for came within its action limit; S4 and S5 have none."""
    rule = None if place.rulebook is None else place.rulebook.rule(alert.key.rule, ward)
    minutes = None if rule is None else rule.action_minutes.get(alert.severity)
    return minutes is None or _span(alert) <= timedelta(minutes=minutes)


def _minutes(start: datetime, end: datetime | None) -> float:
    return ((end or start) - start).total_seconds() / 60


def _at(ordered: list[float], percent: int) -> float | None:
    """The nearest-rank percentile of ordered values."""
    if not ordered:
        return None
    rank = -(-len(ordered) * percent // 100)
    return round(ordered[max(1, rank) - 1], 1)


def _part(some: int, all_of_them: int) -> float | None:
    return round(some / all_of_them, 3) if all_of_them else None


def _burden(
    place: Workplace, alerts: list[Alert], *, since: datetime, until: datetime, ward: WardId | None
) -> Burden:
    wards = [ward] if ward is not None else [one.id for one in place.reads.wards()]
    shifts = sum(
        len(_at_work(place, one, middle)) for one in wards for middle in _middles(since, until)
    )
    heard = [one for one in alerts if not set(_NURSES).isdisjoint(one.audience)]
    counts = {
        severity: sum(one.severity is severity for one in heard)
        for severity in (AlertSeverity.S1, AlertSeverity.S2)
    }
    return Burden(
        nurse_shifts=shifts,
        s1=_part(counts[AlertSeverity.S1], shifts),
        s2=_part(counts[AlertSeverity.S2], shifts),
        interruptive=_part(sum(one.severity is AlertSeverity.S1 for one in alerts), len(alerts)),
    )


def _middles(since: datetime, until: datetime) -> Iterator[datetime]:
    """The middle of each shift of eight hours; a shorter rest counts as one."""
    start = since
    while start < until:
        end = min(start + SHIFT, until)
        yield start + (end - start) / 2
        start = end


def _at_work(place: Workplace, ward: WardId, at: datetime) -> frozenset[PractitionerId]:
    return frozenset(place.reads.assignments(ward, at=at).values())
