"""A rulebook of three rules, small enough to be held in the head, for tests of what stands on one.

LATE: the nurse's check of an order is late (S2, after twice its interval S1). WRONG: a code that
nobody can read was scanned and the work went on (S1, lasting). HOT: a patient with fever (S3, about
the stay).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from domain.alerts import AlertKey, AlertRule, AlertSeverity, Rung, Wanted
from domain.people import Role
from domain.situation import Assessment, RiskCause, RiskScore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from domain.situation import Situation, Stream

CHECKED = "TM01"
S1, S2, S3 = AlertSeverity.S1, AlertSeverity.S2, AlertSeverity.S3
LADDERS = {
    S1: (
        Rung(0, ()),
        Rung(5, (Role.CHARGE_NURSE, Role.PHYSICIAN)),
        Rung(10, (Role.SENIOR_PHYSICIAN,)),
        Rung(20, (Role.MEDICAL_AFFAIRS, Role.NURSING_MANAGER)),
    ),
    S2: (
        Rung(0, ()),
        Rung(15, (Role.CHARGE_NURSE,)),
        Rung(30, (Role.PHYSICIAN,)),
        Rung(60, (Role.NURSING_MANAGER,)),
    ),
    S3: (Rung(0, ()), Rung(60, (Role.CHARGE_NURSE,))),
}


def small_rule(name: str) -> AlertRule:
    """A rule with the ladders of the specification."""
    return AlertRule(
        id=name,
        title={"en": name, "zh": name},
        action={"en": "Do it", "zh": "处理"},
        ladder=LADDERS,
        action_minutes={S1: 30, S2: 60, S3: 240},
        snooze_minutes={S1: 0, S2: 15, S3: 60},
        snooze_times={S1: 0, S2: 1, S3: 2},
        override_hours=24,
    )


@dataclass(frozen=True)
class SmallRulebook:
    """Three rules, and a score of ten for each alert that should be open."""

    sha256: str = "rules-1"
    fever: int = 39
    wakes: int = 0
    """Wake so many minutes later, whatever there is; 0: only when a limit passes."""

    def rule(self, rule: str, ward: str = "") -> AlertRule | None:  # noqa: ARG002 - the same on all
        return small_rule(rule) if rule in ("LATE", "WRONG", "HOT") else None

    def assess(self, situation: Situation, now: datetime) -> Assessment:
        wanted = [one for stream in situation.streams for one in _of_stream(situation, stream, now)]
        heat = situation.clinical.latest.get("temperature")
        if heat is not None and (heat.number or 0) >= self.fever and situation.active:
            key = AlertKey("HOT", situation.encounter, heat.at.isoformat())
            wanted.append(Wanted(key, situation.encounter, S3, heat.at, (Role.PHYSICIAN,)))
        late = [
            at
            for stream in situation.streams
            for row in stream.deadlines
            if row.limit == CHECKED
            for at in (row.at, _grave_at(row.starts_at, row.at))
            if at > now
        ]
        causes = tuple(
            RiskCause(one.key.rule, "L", 10, 1000, one.key.subject, one.key.rule, one.since)
            for one in wanted
        )
        score = 10 * len(wanted)
        band = "high" if score >= 20 else "low"
        risk = RiskScore(score, band, 1000 * len(wanted), causes, "small", self.sha256)
        if self.wakes:
            late.append(now + timedelta(minutes=self.wakes))
        return Assessment(tuple(wanted), risk, min(late, default=None))


def _of_stream(situation: Situation, stream: Stream, now: datetime) -> Iterator[Wanted]:
    for row in stream.deadlines:
        if row.limit == CHECKED and row.at <= now:
            grave = _grave_at(row.starts_at, row.at) <= now
            yield Wanted(
                key=AlertKey("LATE", stream.id, row.at.isoformat()),
                encounter=situation.encounter,
                severity=S1 if grave else S2,
                since=row.at,
                roles=(Role.NURSE,),
                order=stream.order,
                task=stream.task,
                starts_at=row.starts_at,
                limit=row.limit,
                step=row.step,
            )
    for mark in stream.marks:
        if (mark.what, mark.value) == ("scan_readable", "stop"):
            yield Wanted(
                key=AlertKey("WRONG", stream.id, f"{stream.id}:{mark.seq}"),
                encounter=situation.encounter,
                severity=S1,
                since=mark.at,
                roles=(Role.CHARGE_NURSE,),
                order=stream.order,
                task=stream.task,
                step=mark.step,
                evidence={"check": mark.what},
                lasting=True,
            )


def _grave_at(start: datetime, end: datetime) -> datetime:
    return start + 2 * max(end - start, timedelta(minutes=1))
