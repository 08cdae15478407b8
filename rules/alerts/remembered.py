"""What was found out of orders, tasks and limits that are still the same: they are frozen.

Most of a stay is the same from one step to the next, and storage gives the same objects for it
(`storage.situations`). What follows from such an object and its order alone is worked out once.
Objects are known by identity: one that is equal but another is looked at anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeVar

from domain.alert_timers import next_alert_at
from domain.values import quickly_made

if TYPE_CHECKING:
    from domain.alerts import Alert, AlertKey, AlertRule, AlertSeverity, Wanted
    from domain.ids import EncounterId
    from domain.loops.deadlines import Deadline
    from domain.situation import Stream
    from rules.alerts.claims import Claim
    from rules.open_steps import Counted

    Passed = tuple[tuple[Deadline, tuple[Claim, ...]], ...]
    Asked = tuple[tuple[Wanted, ...], frozenset[AlertKey]]

K = TypeVar("K")
V = TypeVar("V")
MOST: Final = 65_536
"""More open orders and tasks than a hospital has; beyond it, all is forgotten."""
EVER: Final = datetime.max.replace(tzinfo=UTC)
"""Until then a stream says nothing of which nothing runs."""


@quickly_made
@dataclass(frozen=True, slots=True)
class Late:
    """What the limits of an order or task say of which one has run out, from an instant on.

    Attributes:
        until: the next instant at which they say something else.
        claims: of limits that have run out or lead.
        passed: each limit that has run out, with the claims about it.
    """

    stream: Stream
    order: Stream | None
    begin: datetime
    until: datetime
    claims: tuple[Claim, ...]
    passed: Passed

    def holds(self, stream: Stream, order: Stream | None, now: datetime) -> bool:
        """Whether it still says so."""
        same = self.stream is stream and self.order is order
        return same and self.begin <= now < self.until


@dataclass(slots=True)
class Remembered:
    """What the plan of a ward's rules has found out.

    Attributes:
        streams: by the identity of a stream: what its limits say since one has run out.
        late: by the identity of what has passed: how it counts in the score.
        wanted: by the identity of a limit's claim: the alert that it asks for at a severity.
        told: by stay: the alerts that were asked for, those that hide nothing, and what was told.
        moved: by the identity of an open alert: when time alone next moves it.
    """

    streams: dict[int, Late] = field(default_factory=dict)
    late: dict[int, Counted] = field(default_factory=dict)
    wanted: dict[int, tuple[Claim, AlertSeverity | None, Wanted | None]] = field(
        default_factory=dict
    )
    told: dict[EncounterId, tuple[Asked, tuple[Wanted, ...]]] = field(default_factory=dict)
    moved: dict[int, tuple[Alert, datetime | None]] = field(default_factory=dict)

    def asked_for(self, claim: Claim, now: datetime) -> Wanted | None:
        """The alert that a claim asks for at an instant; None before it begins."""
        if claim.deadline is None or claim.quiet_until is not None:
            return claim.wanted(now)
        severity = claim.severity_at(now)
        known = self.wanted.get(id(claim))
        if known is None or known[0] is not claim or known[1] is not severity:
            known = claim, severity, claim.wanted(now)
            kept(self.wanted, id(claim), known)
        return known[2]

    def moves_at(self, alert: Alert, rule: AlertRule | None) -> datetime | None:
        """When time alone next moves an open alert; None where nothing does."""
        known = self.moved.get(id(alert))
        if known is not None and known[0] is alert:
            return known[1]
        at = next_alert_at(alert, rule)
        kept(self.moved, id(alert), (alert, at))
        return at


def kept(known: dict[K, V], key: K, value: V) -> None:
    """Keep a value; all others are forgotten where there are too many."""
    if len(known) >= MOST:
        known.clear()
    known[key] = value
