"""What happened to an alert: the bodies of its events, on the chain of its encounter.

Rules raise, change, escalate, re-open and resolve; persons acknowledge, put off, override, review.
Nothing is ever deleted: an alert that is resolved stays, with how it came to its end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from domain.alerts import AlertKey, AlertOverride, AlertSeverity, Resolution
    from domain.ids import OrderId, TaskId
    from domain.people import Role


@dataclass(frozen=True, slots=True)
class AlertSaid:
    """What a rule says of an alert at one moment: the part of it that may change.

    Attributes:
        seen_at: when its condition was last met anew.
    """

    severity: AlertSeverity
    seen_at: datetime
    roles: tuple[Role, ...]
    limit: str | None = None
    step: str | None = None
    evidence: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    minutes: int | None = None
    silent: bool = False
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class AlertRaised:
    """A rule's condition holds. The same key again, after it was resolved, re-opens its row.

    Attributes:
        config: the hash of the rules that said so.
    """

    key: AlertKey
    said: AlertSaid
    since: datetime
    config: str
    order: OrderId | None = None
    task: TaskId | None = None
    starts_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertChanged:
    """What the rule says has changed: a severity stage, a repeat, the members of a group.

    Attributes:
        occurrences: how often the condition was met, this time included.
        again: it is graver than before, or a new result bears on it: whoever had seen it, put it
            off or let it be is told anew.
        climbs_from: where the ladder counts from, when it is told anew.
    """

    said: AlertSaid
    occurrences: int
    again: bool = False
    climbs_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertEscalated:
    """Nobody acknowledged it in time: the next rung of the ladder is told too."""

    tier: int
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class AlertAcknowledged:
    """Somebody has seen it. That is not done: the action timer runs until `action_until`."""

    action_until: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class AlertSnoozed:
    """Somebody put it off, with a reason. Neither its age nor the score changes."""

    until: datetime
    reason: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class AlertOverridden:
    """A person lets it be, with a reason."""

    override: AlertOverride


class Reopening(StrEnum):
    """Why an alert speaks again."""

    ACTION = "action"
    """It was acknowledged, and its action did not come in time."""
    SNOOZE = "snooze"
    """The time for which it was put off has passed."""
    OVERRIDE = "override"
    """The override has expired."""
    DOUBLED = "doubled"
    """It is as late by now as it was allowed to take."""


@dataclass(frozen=True, slots=True)
class AlertReopened:
    """It speaks again, by time alone."""

    why: Reopening
    tier: int
    occurrences: int
    roles: tuple[Role, ...] = ()
    climbs_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertSignatureAsked:
    """The stay has ended with this S1 open: a physician must sign before it is resolved."""


@dataclass(frozen=True, slots=True)
class AlertResolved:
    """The facts resolved it, or the person who answered for it.

    Attributes:
        by: the command that brought the facts.
    """

    resolution: Resolution
    by: str


@dataclass(frozen=True, slots=True)
class AlertReviewed:
    """A person looked at it and says what they think of it: `accepted`, `commented`, `escalated`.

    Attributes:
        text: their words; they stay in the journal only.
        tier: the rung that they hand it to.
        roles: whom they tell by that.
    """

    verdict: str
    text: str = ""
    tier: int | None = None
    roles: tuple[Role, ...] = ()


AlertAct = (
    AlertChanged
    | AlertEscalated
    | AlertAcknowledged
    | AlertSnoozed
    | AlertOverridden
    | AlertReopened
    | AlertSignatureAsked
    | AlertResolved
    | AlertReviewed
)
"""What can happen to an alert that was raised."""

AlertBody = (
    AlertRaised
    | AlertChanged
    | AlertEscalated
    | AlertAcknowledged
    | AlertSnoozed
    | AlertOverridden
    | AlertReopened
    | AlertSignatureAsked
    | AlertResolved
    | AlertReviewed
)
