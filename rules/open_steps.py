"""The open steps of a stay as its score counts them: of each order or task its worst limit."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from domain.values import quickly_made
from rules.alerts.view import interval_seconds
from rules.risk import next_change_seconds
from rules.risk_values import OpenStep, Weight

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from domain.loops.deadlines import Deadline
    from rules.alerts.claims import Claim
    from rules.alerts.plan import Limits
    from rules.risk_table import RiskModel

SECOND: Final = timedelta(seconds=1)
ON_TIME: Final = OpenStep("on_time", Weight.INFO, 0, -1)
"""A step of which nothing is late: only their number counts."""


@quickly_made
@dataclass(frozen=True, slots=True)
class LateStep:
    """A limit that has run out, as the score counts it.

    Attributes:
        rule: the alert rule that speaks of it; the one that the limit names where none is wanted.
    """

    step: OpenStep
    deadline: Deadline
    rule: str
    hazard: int


@dataclass(slots=True)
class OpenWork:
    """All open steps.

    Attributes:
        late: by order or task, the limit that counts.
        next_at: when a limit that has run out next counts more.
        last_at: when one last did.
    """

    steps: list[OpenStep] = field(default_factory=list)
    late: dict[str, LateStep] = field(default_factory=dict)
    next_at: datetime | None = None
    last_at: datetime | None = None


def open_work(limits: Limits, model: RiskModel, now: datetime) -> OpenWork:
    """The open steps at an instant; one whose rule is off counts as the lightest."""
    found = OpenWork()
    for stream, passed in limits.late:
        steps = [_late(stream.id, deadline, claims, model, now) for deadline, claims in passed]
        for one in steps:
            _time(found, one, model)
        worst = max(steps, key=_order)
        found.late[stream.id] = worst
        found.steps.append(worst.step)
    found.steps += [ON_TIME] * len(limits.on_time)
    return found


def _order(one: LateStep) -> tuple[int, Weight, str]:
    return one.hazard, one.step.severity, one.deadline.limit


def _late(
    subject: str, deadline: Deadline, claims: Sequence[Claim], model: RiskModel, now: datetime
) -> LateStep:
    held = [
        (severity, claim.rule.id)
        for claim in claims
        if (severity := claim.severity_at(now)) is not None
    ]
    severity, rule = min(held, key=lambda one: (one[0].rank, one[1]), default=(None, deadline.rule))
    weight = Weight.INFO if severity is None else Weight(severity.weight)
    limit = interval_seconds(deadline)
    step = OpenStep(subject, weight, limit, (now - deadline.at) // SECOND)
    row = model.late[0][weight][1]
    quarters = 4 * step.late_seconds // max(limit, model.shortest_limit)
    return LateStep(step, deadline, rule, row[min(quarters, len(row) - 1)])


def _time(found: OpenWork, one: LateStep, model: RiskModel) -> None:
    """When it next counts more, and when it last did."""
    step, at = one.step, one.deadline.at
    change = next_change_seconds(step)
    if change is not None:
        following = at + (step.late_seconds + change) * SECOND
        found.next_at = following if found.next_at is None else min(found.next_at, following)
    limit = max(step.limit_seconds, model.shortest_limit)
    reached = max(q for q in model.late_quarters if 4 * step.late_seconds >= q * limit)
    last = at + -(-reached * limit // 4) * SECOND
    found.last_at = last if found.last_at is None else max(found.last_at, last)
