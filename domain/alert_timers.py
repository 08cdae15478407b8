"""What time alone does to an open alert: it climbs, and what a person put aside comes back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from domain.alert_events import AlertEscalated, AlertReopened, Reopening
from domain.alert_fold import reopened_alert

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from domain.alerts import Alert, AlertRule, AlertSeverity, Rung


def next_alert_at(alert: Alert, rule: AlertRule | None) -> datetime | None:
    """When time alone next moves an open alert; None where nothing does."""
    if alert.awaits_signature or alert.silent:
        return None
    if alert.quiet_since is not None:
        ends = (_quiet_until(alert), _doubles_at(alert))
        return min((at for at in ends if at is not None), default=None)
    rungs = _ladder(alert.severity, rule)
    later = (_reached_at(alert, rung) for rung in rungs[alert.tier + 1 :])
    return min(later, default=None)


def by_time(
    alert: Alert, rule: AlertRule | None, now: datetime
) -> Iterator[AlertReopened | AlertEscalated]:
    """What time alone does to an alert that stays open."""
    if alert.awaits_signature or alert.silent:
        return
    while (why := _speaks_again(alert, now)) is not None:
        body = _reopening(alert, why, rule, now)
        yield body
        alert = reopened_alert(alert, body)
    if alert.quiet_since is not None:
        return
    rungs = _ladder(alert.severity, rule)
    tier = max(
        (place for place, rung in enumerate(rungs) if _reached_at(alert, rung) <= now), default=0
    )
    if tier > alert.tier:
        roles = [role for rung in rungs[alert.tier + 1 : tier + 1] for role in rung.roles]
        yield AlertEscalated(tier, tuple(dict.fromkeys(roles)))


def let_be(alert: Alert, now: datetime) -> bool:
    """Whether a person's override of an alert still stands at an instant."""
    return alert.override is not None and _speaks_again(alert, now) is None


def _speaks_again(alert: Alert, now: datetime) -> Reopening | None:
    """Why time brings an alert back that a person had put aside; None where it does not yet."""
    if alert.quiet_since is None:
        return None
    if _passed(_doubles_at(alert), now):
        return Reopening.DOUBLED
    if not _passed(_quiet_until(alert), now):
        return None
    if alert.override is not None:
        return Reopening.OVERRIDE
    return Reopening.ACTION if alert.snoozed_until is None else Reopening.SNOOZE


def _quiet_until(alert: Alert) -> datetime | None:
    """Until when a person has put it aside; None: until the facts resolve it."""
    if alert.override is not None:
        return alert.override.until
    return alert.action_until if alert.snoozed_until is None else alert.snoozed_until


def _doubles_at(alert: Alert) -> datetime | None:
    """When it is twice as late, where nobody knew of that who put it aside."""
    since, at = alert.quiet_since, alert.doubled_at
    return at if since is not None and at is not None and since < at else None


def goes_on_from(alert: Alert, rule: AlertRule | None, now: datetime) -> datetime:
    """From when the ladder counts of one that is brought back before its time.

    What was only put off keeps its first age: it never climbs later for having come back sooner.
    """
    if alert.acknowledged_at is None and alert.override is None:
        return alert.climbs_from or alert.raised_at
    return climbing_from(alert.severity, rule, alert.tier, now)


def _reopening(
    alert: Alert, why: Reopening, rule: AlertRule | None, now: datetime
) -> AlertReopened:
    if why is Reopening.SNOOZE:  # with its first age: the ladder goes on from where it would be
        return AlertReopened(why, alert.tier, alert.occurrences)
    rungs = _ladder(alert.severity, rule)
    tier = alert.tier
    if why is Reopening.ACTION:
        tier = max(tier, min(tier + 1, len(rungs) - 1))
    return AlertReopened(
        why=why,
        tier=tier,
        occurrences=alert.occurrences + 1,
        roles=rungs[tier].roles if tier > alert.tier else (),
        climbs_from=(
            goes_on_from(alert, rule, now)
            if why is Reopening.DOUBLED
            else climbing_from(alert.severity, rule, tier, now)
        ),
    )


def climbing_from(
    severity: AlertSeverity, rule: AlertRule | None, tier: int, now: datetime
) -> datetime:
    """From when the ladder counts, so that its rung `tier` is reached just now."""
    rungs = _ladder(severity, rule)
    minutes = rungs[tier].after_minutes if tier < len(rungs) else 0
    return now - timedelta(minutes=minutes)


def _ladder(severity: AlertSeverity, rule: AlertRule | None) -> tuple[Rung, ...]:
    return () if rule is None else rule.ladder.get(severity, ())


def _reached_at(alert: Alert, rung: Rung) -> datetime:
    return (alert.climbs_from or alert.raised_at) + timedelta(minutes=rung.after_minutes)


def _passed(until: datetime | None, now: datetime) -> bool:
    return until is not None and until <= now
