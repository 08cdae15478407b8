"""CLORS and NEWS2 every 12 h of a stay, beside death in hospital and transfer to intensive care."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from tests.validation.auroc import Point
from tests.validation.bedside import Bedside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from domain.loops.loops import Loops
    from domain.situation import RiskScore
    from rules.rulebook import Rules
    from tests.validation.journal import Story

EVERY: Final = timedelta(hours=12)
FRESH: Final = timedelta(hours=12)
"""Vital signs older than this say nothing of a patient on a ward (rules specification 0)."""
SOON: Final = timedelta(hours=24)
NEVER_RECORDED: Final = frozenset({"M16", "E12", "E14", "L11", "T22"})
"""Last words on orders that this source has for none of them: their limits run out for all."""
INTENSIVE: Final = re.compile(r"icu|ccu|intensive-care")


@dataclass(frozen=True, slots=True)
class Moment:
    """One point in time of a stay.

    Attributes:
        fresh: vital signs were charted in the 12 h before.
        complete: all seven of NEWS2.
        moved_soon: to intensive care in the next 24 h, from a ward.
    """

    patient: str
    stay: str
    risk: RiskScore
    fresh: bool
    complete: bool
    intensive: bool
    died: bool
    moved_soon: bool


def moments(
    stories: Iterable[Story],
    loops: Loops,
    rules: Rules,
    *,
    unrecorded: frozenset[str] = NEVER_RECORDED,
) -> Iterator[Moment]:
    """Each 12 h of each stay, from 12 h after its beginning to its end.

    Args:
        unrecorded: steps whose limits are left out.
    """
    for story in stories:
        bedside = Bedside(story, loops, unrecorded=unrecorded)
        if bedside.ended_at is None:
            continue
        now = bedside.wards[0][0] + EVERY
        while now < bedside.ended_at:
            yield _moment(story, bedside, rules, now)
            now += EVERY


def _moment(story: Story, bedside: Bedside, rules: Rules, now: datetime) -> Moment:
    risk = rules.assess(bedside.at(now), now).risk
    at = risk.news2.get("at")
    intensive = bool(INTENSIVE.search(bedside.ward_at(now)))
    return Moment(
        patient=story.patient,
        stay=story.encounter,
        risk=risk,
        fresh=isinstance(at, str) and now - datetime.fromisoformat(at) <= FRESH,
        complete=risk.news2.get("complete") is True,
        intensive=intensive,
        died=bedside.died,
        moved_soon=not intensive
        and any(now < at <= now + SOON and INTENSIVE.search(ward) for at, ward in bedside.wards),
    )


def points(found: Iterable[Moment], score: str, outcome: str) -> list[Point]:
    """What a score said where vital signs were fresh, beside one outcome.

    Args:
        outcome: `died`: of all such moments; `moved_soon`: of those on a ward.
    """
    value = SCORES[score]
    return [
        Point(one.patient, value(one.risk), bool(getattr(one, outcome)))
        for one in found
        if one.fresh and (outcome == "died" or not one.intensive)
    ]


def _news2(risk: RiskScore) -> int:
    """NEWS2, or what it is at least where values are missing."""
    for name in ("score", "partial_min"):
        value = risk.news2.get(name)
        if isinstance(value, int):
            return value
    return 0


def _acute(risk: RiskScore) -> int:
    # its hazard: its points are its share of a whole that late steps fill as well
    return sum(one.hazard for one in risk.causes if one.domain == "A")


def _whole(risk: RiskScore) -> int:
    return risk.score


SCORES: Final[dict[str, Callable[[RiskScore], int]]] = {
    "NEWS2": _news2,
    "CLORS, acute part": _acute,
    "CLORS": _whole,
}
