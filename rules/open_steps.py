"""The open steps of a stay as its score counts them: of each order or task its worst limit."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from domain.values import quickly_made
from rules.alerts.view import interval_seconds
from rules.risk_values import OpenStep, Weight

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from domain.loops.deadlines import Deadline
    from rules.alerts.claims import Claim
    from rules.alerts.plan import Limits
    from rules.risk_table import RiskModel

SECOND: Final = timedelta(seconds=1)
_WEIGHTS: Final = {weight.value: weight for weight in Weight}
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
        worst: LateStep | None = None
        for row in passed:
            one = _late(found, stream.id, row, model, now)
            if worst is None or _order(one) > _order(worst):
                worst = one
        if worst is not None:
            found.late[stream.id] = worst
            found.steps.append(worst.step)
    found.steps += [ON_TIME] * len(limits.on_time)
    return found


def _order(one: LateStep) -> tuple[int, Weight, str]:
    return one.hazard, one.step.severity, one.deadline.limit


def _late(
    found: OpenWork,
    subject: str,
    passed: tuple[Deadline, Sequence[Claim]],
    model: RiskModel,
    now: datetime,
) -> LateStep:
    """A limit that has run out as it counts now; and when it next does more, and last did."""
    deadline, claims = passed
    weight, rule = _gravest(claims, now) or (Weight.INFO, deadline.rule)
    interval, at = interval_seconds(deadline), deadline.at
    late = (now - at) // SECOND
    limit = max(interval, model.shortest_limit)
    quarters = 4 * late // limit
    following = bisect_right(model.late_quarters, quarters)
    last = at + -(-model.late_quarters[following - 1] * limit // 4) * SECOND
    if found.last_at is None or last > found.last_at:
        found.last_at = last
    if following < len(model.late_quarters):
        change = at + -(-model.late_quarters[following] * limit // 4) * SECOND
        if found.next_at is None or change < found.next_at:
            found.next_at = change
    row = model.late[0][weight][1]
    step = OpenStep(subject, weight, interval, late)
    return LateStep(step, deadline, rule, row[min(quarters, len(row) - 1)])


def _gravest(claims: Sequence[Claim], now: datetime) -> tuple[Weight, str] | None:
    """The gravest claim that holds, of several the first by rule."""
    best: tuple[int, str, str] | None = None
    for claim in claims:
        severity = claim.severity_at(now)
        if severity is not None:
            one = (severity.rank, claim.rule.id, severity.weight)
            best = one if best is None else min(best, one)
    return None if best is None else (_WEIGHTS[best[2]], best[1])
