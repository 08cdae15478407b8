"""The fold of an alert: what it is, given what happened to it. No rule, no clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from domain.alert_events import (
    AlertAcknowledged,
    AlertChanged,
    AlertEscalated,
    AlertOverridden,
    AlertRaised,
    AlertReopened,
    AlertResolved,
    AlertReviewed,
    AlertSignatureAsked,
    AlertSnoozed,
    Reopening,
)
from domain.alerts import Alert
from domain.errors import StorageError
from domain.ids import EncounterId
from domain.values import changed as replace

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from domain.alert_events import AlertAct, AlertBody, AlertSaid
    from domain.happenings import Happening
    from domain.people import Role

_MINUTE: Final = 60


def evolve_alert(alert: Alert | None, body: AlertBody, happening: Happening) -> Alert:
    """The alert after one event.

    Args:
        alert: as it was; None where it was never raised.
        happening: the envelope of the body: whose act it was, when, on which stay.

    Raises:
        StorageError: an event of an alert that was never raised.
    """
    if isinstance(body, AlertRaised):
        return _raised(alert, body, happening)
    if alert is None:
        what = type(body).__name__
        raise StorageError("JOURNAL", f"{what} of alert {happening.stream} has nothing before it")
    return _after(alert, body, happening)


def _raised(before: Alert | None, body: AlertRaised, happening: Happening) -> Alert:
    """A new episode; one of a key that was there before counts on."""
    if happening.encounter is None:
        raise StorageError("JOURNAL", f"alert {happening.stream} stands on no stay")
    said, at = body.said, happening.recorded_at
    late = int((at - body.since).total_seconds()) // _MINUTE
    return Alert(
        id=happening.stream,
        key=body.key,
        encounter=EncounterId(happening.encounter),
        severity=said.severity,
        since=body.since,
        raised_at=at,
        roles=said.roles,
        order=body.order,
        task=body.task,
        starts_at=body.starts_at,
        limit=said.limit,
        step=said.step,
        evidence=said.evidence,
        minutes=said.minutes,
        silent=said.silent,
        lasting=said.lasting,
        climbs_from=at,
        occurrences=1 if before is None else before.occurrences + 1,
        last_seen_at=said.seen_at,
        late_by_minutes=max(0, late),
        config_hash=body.config,
    )


def _after(alert: Alert, body: AlertAct, happening: Happening) -> Alert:  # noqa: PLR0911 - one arm a kind
    at = happening.at
    match body:
        case AlertChanged():
            return changed_alert(alert, body)
        case AlertEscalated():
            return replace(alert, tier=body.tier, told=_told(alert, body.roles))
        case AlertAcknowledged():
            until = body.action_until
            by = happening.actor
            return replace(
                alert,
                acknowledged_at=at,
                acknowledged_by=by,
                first_acknowledged_at=alert.first_acknowledged_at or at,
                action_until=until,
            )
        case AlertSnoozed():
            return replace(
                alert, snoozed_until=body.until, snoozed_at=at, snoozes=alert.snoozes + 1
            )
        case AlertOverridden():
            first = alert.first_overridden_at or at
            return replace(alert, override=body.override, first_overridden_at=first)
        case AlertReopened():
            return reopened_alert(alert, body)
        case AlertSignatureAsked():
            return replace(alert, awaits_signature=True)
        case AlertResolved():
            return replace(alert, resolved_at=at, resolution=body.resolution, resolved_by=body.by)
        case AlertReviewed():
            return _reviewed(alert, body, happening)
    assert_never(body)


def changed_alert(alert: Alert, body: AlertChanged) -> Alert:
    """The alert once its rule says something else; of something graver nobody has been told yet."""
    after = replace(_said(alert, body.said), occurrences=body.occurrences)
    if not body.again:
        return after
    return replace(_unseen(after, body.climbs_from), override=None)


def _said(alert: Alert, said: AlertSaid) -> Alert:
    return replace(
        alert,
        severity=said.severity,
        last_seen_at=said.seen_at,
        roles=said.roles,
        limit=said.limit,
        step=said.step,
        evidence=said.evidence,
        minutes=said.minutes,
        silent=said.silent,
        lasting=said.lasting,
    )


def _unseen(alert: Alert, climbs_from: datetime | None) -> Alert:
    return replace(
        alert,
        acknowledged_at=None,
        acknowledged_by=None,
        action_until=None,
        snoozed_until=None,
        snoozed_at=None,
        climbs_from=climbs_from,
    )


def reopened_alert(alert: Alert, body: AlertReopened) -> Alert:
    """The alert once it speaks again."""
    if body.why is Reopening.SNOOZE:
        return replace(alert, snoozed_until=None, snoozed_at=None)
    after = replace(
        _unseen(alert, body.climbs_from),
        tier=body.tier,
        occurrences=body.occurrences,
        told=_told(alert, body.roles),
    )
    return after if body.why is Reopening.ACTION else replace(after, override=None)


def _reviewed(alert: Alert, body: AlertReviewed, happening: Happening) -> Alert:
    after = replace(alert, reviewed_at=happening.at, reviewed_by=happening.actor)
    if body.tier is None:
        return after
    return replace(after, tier=max(alert.tier, body.tier), told=_told(alert, body.roles))


def _told(alert: Alert, roles: Iterable[Role]) -> tuple[Role, ...]:
    return tuple(dict.fromkeys((*alert.told, *roles)))
