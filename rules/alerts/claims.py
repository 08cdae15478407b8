"""What a condition says: not whether an alert holds now, but from when on it does.

A condition never asks for the time. It answers with instants, as the facts stand; so the next
instant at which anything changes is known exactly, and nothing changes between two of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from domain.alerts import AlertKey, Wanted
from domain.values import quickly_made
from rules.alerts.quiet import DELAYED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from domain.alerts import AlertSeverity
    from domain.ids import EncounterId, OrderId, TaskId
    from domain.loops.deadlines import Deadline
    from domain.people import Role
    from rules.alerts.rule import Rule

Stages = tuple[tuple["datetime", "AlertSeverity"], ...]


@quickly_made
@dataclass(frozen=True, slots=True)
class Claim:
    """An alert and the instants of its severities, the earliest first.

    Attributes:
        stages: from when on it has which severity; a later one is never milder.
        deadline: the limit that it is about.
        lasting: it is about what happened, not about what is missing.
        quiet_until: its small severities are told from then on only.
    """

    rule: Rule
    subject: str
    cause: str
    encounter: EncounterId
    stages: Stages
    roles: tuple[Role, ...]
    order: OrderId | None = None
    task: TaskId | None = None
    starts_at: datetime | None = None
    limit: str | None = None
    step: str | None = None
    minutes: int | None = None
    evidence: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    deadline: Deadline | None = None
    lasting: bool = False
    quiet_until: datetime | None = None

    @property
    def since(self) -> datetime:
        """When it begins to hold."""
        return self.stages[0][0]

    def severity_at(self, now: datetime) -> AlertSeverity | None:
        """How severe it is at an instant; None before it begins."""
        found, quiet = None, self.quiet_until
        for at, severity in self.stages:
            if (at if quiet is None else self._from(at, severity)) <= now:
                found = severity
        return found

    def next_stage(self, now: datetime) -> datetime | None:
        """When it next begins or becomes more severe."""
        if self.quiet_until is None:  # the earliest comes first
            for at, _ in self.stages:
                if at > now:
                    return at
            return None
        later = (self._from(at, severity) for at, severity in self.stages)
        return min((at for at in later if at > now), default=None)

    def _from(self, at: datetime, severity: AlertSeverity) -> datetime:
        """From when a stage is told: a small one waits for the end of a handover."""
        quiet = self.quiet_until
        return max(at, quiet) if quiet is not None and severity in DELAYED else at

    def wanted(self, now: datetime) -> Wanted | None:
        """The alert as it should be open at an instant; None before it begins."""
        severity = self.severity_at(now)
        if severity is None:
            return None
        return Wanted(
            key=AlertKey(self.rule.id, self.subject, self.cause),
            encounter=self.encounter,
            severity=severity,
            since=self.since,
            roles=self.roles,
            order=self.order,
            task=self.task,
            starts_at=self.starts_at,
            limit=self.limit,
            step=self.step,
            evidence=self.evidence,
            minutes=self.minutes,
            silent=self.rule.silent,
            lasting=self.lasting,
        )


def rising(stages: Iterable[tuple[datetime, AlertSeverity]]) -> Stages:
    """Stages in the order of time, without those that are milder than one before them."""
    found: list[tuple[datetime, AlertSeverity]] = []
    for at, severity in sorted(stages, key=lambda one: (one[0], one[1].rank)):
        if not found or severity.rank < found[-1][1].rank:
            found.append((at, severity))
    return tuple(found)
