"""The open steps of a stay as its score counts them: of each order or task its worst limit."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from domain.values import quickly_made
from rules.alerts.remembered import EVER, kept
from rules.alerts.view import interval_seconds
from rules.risk_values import OpenStep, Weight

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from domain.loops.deadlines import Deadline
    from rules.alerts.claims import Claim
    from rules.alerts.plan import Limits
    from rules.alerts.remembered import Passed
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


@quickly_made
@dataclass(frozen=True, slots=True)
class Counted:
    """How the limits of a stream that have run out count, from an instant until another.

    Attributes:
        worst: the limit that counts; how late it is said to be holds at `begin`.
        next_at: when one of them next counts more.
        last_at: when one last did.
    """

    passed: Passed
    begin: datetime
    until: datetime
    worst: LateStep
    next_at: datetime | None
    last_at: datetime


def open_work(
    limits: Limits, model: RiskModel, now: datetime, known: dict[int, Counted]
) -> OpenWork:
    """The open steps at an instant; one whose rule is off counts as the lightest.

    Args:
        known: how what has passed counted when it was last asked for.
    """
    found = OpenWork()
    for stream, passed in limits.late:
        last = known.get(id(passed))
        if last is None or last.passed is not passed or not last.begin <= now < last.until:
            last = _counted(stream.id, passed, model, now)
            kept(known, id(passed), last)
        found.late[stream.id] = last.worst
        found.steps.append(last.worst.step)
        if last.next_at is not None:
            found.next_at = min(found.next_at or last.next_at, last.next_at)
        found.last_at = max(found.last_at or last.last_at, last.last_at)
    found.steps += [ON_TIME] * len(limits.on_time)
    return found


def _counted(subject: str, passed: Passed, model: RiskModel, now: datetime) -> Counted:
    rows = [_late(subject, row, model, now) for row in passed]
    worst = max((step for step, *_ in rows), key=_order)
    stages = [claim.next_stage(now) for _, claims in passed for claim in claims]
    next_at = min((at for _, at, _ in rows if at is not None), default=None)
    until = min((at for at in (next_at, *stages) if at is not None), default=EVER)
    return Counted(passed, now, until, worst, next_at, max(last for *_, last in rows))


def _order(one: LateStep) -> tuple[int, Weight, str]:
    return one.hazard, one.step.severity, one.deadline.limit


def _late(
    subject: str, passed: tuple[Deadline, Sequence[Claim]], model: RiskModel, now: datetime
) -> tuple[LateStep, datetime | None, datetime]:
    """A limit that has run out as it counts now; when it next counts more, and when it last did."""
    deadline, claims = passed
    weight, rule = _gravest(claims, now) or (Weight.INFO, deadline.rule)
    interval, at = interval_seconds(deadline), deadline.at
    late = (now - at) // SECOND
    limit = max(interval, model.shortest_limit)
    quarters = 4 * late // limit
    place = bisect_right(model.late_quarters, quarters)
    last, *later = (
        at + -(-one * limit // 4) * SECOND for one in model.late_quarters[place - 1 : place + 1]
    )
    row = model.late[0][weight][1]
    step = OpenStep(subject, weight, interval, late)
    counts = LateStep(step, deadline, rule, row[min(quarters, len(row) - 1)])
    return counts, later[0] if later else None, last


def _gravest(claims: Sequence[Claim], now: datetime) -> tuple[Weight, str] | None:
    """The gravest claim that holds, of several the first by rule."""
    held = [
        (severity.rank, claim.rule.id, severity.weight)
        for claim in claims
        if (severity := claim.severity_at(now)) is not None
    ]
    best = min(held, default=None)
    return None if best is None else (_WEIGHTS[best[2]], best[1])
