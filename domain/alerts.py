"""Alerts: what should be open by the rules, and what is open. Raised, acknowledged, resolved.

An alert is level-triggered: a rule says what holds now (`Wanted`), and `reconcile` compares it with
what is open. One row is one episode: `rule : subject : cause` (decision 34).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from domain.ids import derived
from domain.values import quickly_made

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from domain.ids import EncounterId, OrderId, PractitionerId, TaskId
    from domain.people import Role


class AlertSeverity(StrEnum):
    """How grave (rules specification 3.1). `S1` interrupts, `S5` is for the dashboard only."""

    S1 = "S1"
    S2 = "S2"
    S3 = "S3"
    S4 = "S4"
    S5 = "S5"

    def __init__(self, word: str) -> None:
        self.weight = {
            "S1": "critical", "S2": "high", "S3": "medium", "S4": "low", "S5": "info"
        }[word]  # fmt: skip
        self.rank = int(word[1])


@quickly_made
@dataclass(frozen=True, slots=True)
class AlertKey:
    """What makes two alerts one: the rule, whom it is about, and its cause.

    Attributes:
        rule: `M-05`.
        subject: a task, order, encounter or group id.
        cause: the due instant (ISO) or the id of the event.
    """

    rule: str
    subject: str
    cause: str

    @property
    def id(self) -> str:
        """The alert's id, the same on every machine (decision 21)."""
        return _alert_id(self.rule, self.subject, self.cause)


@lru_cache(maxsize=8192)  # asked for of every alert whenever its patient is settled
def _alert_id(rule: str, subject: str, cause: str) -> str:
    return derived("alert", rule, subject, cause)


HIDES: Final = "hides"
"""In the evidence of an alert: the rules whose alerts it stands for, with commas between."""
MEMBERS: Final = "members"
"""In the evidence of a card: the tasks or orders that it is about, with commas between."""
ALSO: Final = "also"
"""In the evidence of an alert: of these, the rules that wait for another step than it does."""
EVIDENCE_AT: Final = "evidence_at"
"""In the evidence of an alert: when the newest that bears on its cause came (ISO 8601, UTC).

A result that another critical value has, a further report that nobody has read. When it is later
than before, who had put the alert aside is told anew (rules specification 3.1).
"""
EVIDENCE: Final = "evidence"
"""In the evidence of an alert: that result, as name, value and unit."""
SHORTEST_LIMIT: Final = timedelta(minutes=5)
"""The least interval that lateness is measured by (rules specification 2.3: max(limit, 5 min))."""


@quickly_made
@dataclass(frozen=True, slots=True)
class Wanted:
    """What a rule says should be open now.

    Attributes:
        since: when its condition began to hold: the limit passed, the event happened.
        starts_at: when the interval began that has now passed; None where there was none.
        limit: the loop's limit that passed.
        step: the step that would resolve it.
        roles: who is told first.
        evidence: what was seen and what is asked, ids and numbers only, by name.
        minutes: the allowed interval, for the risk score; None where the rule has none.
        silent: raised, kept and counted, shown to nobody.
        lasting: it is about what happened, not about what is missing: it stays when its task has
            ended, until a person answers for it, its record is struck or the stay ends.
    """

    key: AlertKey
    encounter: EncounterId
    severity: AlertSeverity
    since: datetime
    roles: tuple[Role, ...]
    order: OrderId | None = None
    task: TaskId | None = None
    starts_at: datetime | None = None
    limit: str | None = None
    step: str | None = None
    evidence: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    minutes: int | None = None
    silent: bool = False
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung of an escalation ladder: after so many minutes unacknowledged, tell these too."""

    after_minutes: int
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class AlertRule:
    """What a rule says beside its condition (rules specification 3.1; decision 36).

    Attributes:
        title: what the alert says, in `en` and `zh`.
        action: what to do, in `en` and `zh`.
        ladder: by severity, rung 0 first; S4 and S5 climb no ladder.
        action_minutes: by severity, how long an acknowledged alert may wait for its action.
        snooze_minutes: by severity, the longest snooze; 0: none.
        snooze_times: by severity, how often.
        override_hours: an override expires with its order or task, and after so many at the latest.
        silent: why nobody is shown it; empty: it is live.
        source: where the rule comes from.
    """

    id: str
    title: Mapping[str, str]
    action: Mapping[str, str]
    ladder: Mapping[AlertSeverity, tuple[Rung, ...]]
    action_minutes: Mapping[AlertSeverity, int]
    snooze_minutes: Mapping[AlertSeverity, int]
    snooze_times: Mapping[AlertSeverity, int]
    override_hours: int
    silent: str = ""
    source: str = ""


class Resolution(StrEnum):
    """How an alert came to its end."""

    BY_STEP = "by_step"
    BY_EXIT = "by_exit"
    HIDDEN = "hidden"
    """Another alert stands for it by now; it is raised again where that one ends before it."""
    OVERRIDDEN = "overridden"
    ENCOUNTER_END = "encounter_end"


@dataclass(frozen=True, slots=True)
class AlertOverride:
    """Why a person lets an alert be, and who agreed."""

    reason: str
    by: PractitionerId
    at: datetime
    text: str = ""
    second: PractitionerId | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """One episode, as the fold of its events.

    Attributes:
        raised_at: when the program raised it; `late_by_minutes` after its condition began.
        tier: the rung of the ladder that was reached; 0 the first role (decision 33).
        told: who was told beside the first role, by the rungs that were reached.
        climbs_from: the instant that the ladder's minutes count from.
        occurrences: how often its condition was met anew.
        acknowledged_at: somebody has seen it; that is not done.
        first_acknowledged_at: when somebody first did; it stays when the alert speaks again.
        action_until: when the action timer ends that the acknowledgement started.
        snoozed_until: it is quiet until then; the score does not change.
        snoozed_at: when it was put off.
        snoozes: how often it was put off.
        override: why a person lets it be; while it stands, the alert is quiet.
        first_overridden_at: when somebody first did; it stays when the alert speaks again.
        reviewed_at: when a pharmacist last looked at it.
        awaits_signature: the stay has ended; a physician must sign before it is resolved (S1).
        resolved_at: when the facts resolved it.
        resolved_by: the event (`chain:seq` or command id) that did.
    """

    id: str
    key: AlertKey
    encounter: EncounterId
    severity: AlertSeverity
    since: datetime
    raised_at: datetime
    roles: tuple[Role, ...]
    order: OrderId | None = None
    task: TaskId | None = None
    starts_at: datetime | None = None
    limit: str | None = None
    step: str | None = None
    evidence: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    minutes: int | None = None
    silent: bool = False
    lasting: bool = False
    tier: int = 0
    told: tuple[Role, ...] = ()
    climbs_from: datetime | None = None
    occurrences: int = 1
    last_seen_at: datetime | None = None
    late_by_minutes: int = 0
    acknowledged_at: datetime | None = None
    acknowledged_by: PractitionerId | None = None
    first_acknowledged_at: datetime | None = None
    action_until: datetime | None = None
    snoozed_until: datetime | None = None
    snoozed_at: datetime | None = None
    snoozes: int = 0
    override: AlertOverride | None = None
    first_overridden_at: datetime | None = None
    reviewed_at: datetime | None = None
    reviewed_by: PractitionerId | None = None
    awaits_signature: bool = False
    resolved_at: datetime | None = None
    resolution: Resolution | None = None
    resolved_by: str | None = None
    config_hash: str = ""

    @property
    def open(self) -> bool:
        """Whether it still asks for something."""
        return self.resolved_at is None

    @property
    def quiet_since(self) -> datetime | None:
        """When a person last said that it may wait; None while nobody does."""
        override, snoozed = self.override, self.snoozed_until
        if override is None and snoozed is None:
            return self.acknowledged_at  # asked of every open alert at every step
        said = (
            self.acknowledged_at,
            None if snoozed is None else self.snoozed_at,
            None if override is None else override.at,
        )
        return max((at for at in said if at is not None), default=None)

    @property
    def doubled_at(self) -> datetime | None:
        """When it is as late as it was allowed to take: g(r) is 2 then (rules specification 2.3).

        None where nothing is late by an interval: an alert about what happened, or about the stay.
        """
        if self.minutes is None or self.starts_at is None:
            return None
        allowed = timedelta(minutes=self.minutes)
        due = self.since
        if self.starts_at < due:  # an early stage speaks before the limit itself has passed
            due = max(due, self.starts_at + allowed)
        return due + max(allowed, SHORTEST_LIMIT)

    @property
    def audience(self) -> tuple[Role, ...]:
        """All who have been told of it, the first role first."""
        return tuple(dict.fromkeys((*self.roles, *self.told)))
