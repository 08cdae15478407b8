"""What follows for a stay once its alerts are settled: its score, and when time next changes it.

One function for live writes, for `db rebuild` and `db verify`: what stands beside a stay is always
what this says of the stay as it is by the last event of its chain.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from domain.alert_timers import next_alert_at
from domain.reconciling import Occasion, reconcile

if TYPE_CHECKING:
    from datetime import datetime

    from domain.ports import Rulebook
    from domain.situation import Assessment, RiskScore, Situation

SOONEST: Final = timedelta(minutes=1)
"""A rule that asks to be asked at once is asked again by the next sweep of the watch."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What is stored beside a stay.

    Attributes:
        wake_at: the next instant at which time alone changes a score, an alert or a ladder.
    """

    risk: RiskScore
    wake_at: datetime | None


def settled(rulebook: Rulebook, situation: Situation, now: datetime) -> Settled:
    """What follows from a stay at an instant, its alerts as they are."""
    return following(rulebook, situation, rulebook.assess(situation, now), now)


def following(
    rulebook: Rulebook, situation: Situation, assessment: Assessment, now: datetime
) -> Settled:
    """The same where the situation was assessed already."""
    rule = partial(rulebook.rule, ward=situation.ward)
    instants = [next_alert_at(one, rule(one.key.rule)) for one in situation.alerts]
    if assessment.wake_at is not None:
        soonest = assessment.wake_at if assessment.wake_at > now else now + SOONEST
        instants.append(soonest)
    left = reconcile(assessment.wanted, situation.alerts, rule=rule, occasion=whole(situation, now))
    if left:  # a command settles what it touched; the watch takes the rest at once
        instants.append(now)
    return Settled(assessment.risk, min((at for at in instants if at is not None), default=None))


def whole(
    situation: Situation, now: datetime, *, by: str = "", config: str = "", ladders: bool = False
) -> Occasion:
    """The occasion of looking at all of a stay."""
    return Occasion(
        now=now,
        by=by,
        config=config,
        active=situation.active,
        streams=frozenset(stream.id for stream in situation.streams),
        ladders=ladders,
    )
