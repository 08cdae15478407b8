"""Alerts of one kind that are one matter: a round of doses, all unread reports of a patient.

And how a list shows a patient with many small alerts: as one card.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

from domain.alerts import EVIDENCE_AT, MEMBERS, AlertKey, AlertSeverity, Wanted
from domain.ids import derived

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from domain.ids import EncounterId
    from rules.alerts.rule import Rule

MANY: Final = 3
"""From so many S3 alerts on one patient on, a list shows one card (rules specification 3.1)."""
_NAMED: Final = 20
"""Members that a group's evidence names; all are counted."""


def grouped(wanted: Iterable[Wanted], rules: Mapping[str, Rule]) -> tuple[Wanted, ...]:
    """The alerts with those of grouped rules put together, in the order of their keys."""
    found: list[Wanted] = []
    groups: dict[tuple[str, str], list[Wanted]] = {}
    for one in wanted:
        how = rules[one.key.rule].grouped
        if how:
            cause = one.key.cause if how == "round" else ""
            groups.setdefault((one.key.rule, cause), []).append(one)
        else:
            found.append(one)
    found += [_together(members, rules) for members in groups.values()]
    return tuple(sorted(found, key=lambda one: (one.key.rule, one.key.subject, one.key.cause)))


@lru_cache(maxsize=8192)  # asked for of every group whenever its patient is settled
def group_subject(encounter: EncounterId, rule: str) -> str:
    """The subject of a patient's grouped alerts of a rule."""
    return derived("group", encounter, rule)


def _together(members: Sequence[Wanted], rules: Mapping[str, Rule]) -> Wanted:
    ordered = sorted(members, key=lambda one: (one.since, one.key.cause, one.key.subject))
    first = ordered[0]
    subjects = sorted({one.key.subject for one in members})
    roles = dict.fromkeys(role for one in ordered for role in one.roles)
    evidence = {"count": str(len(subjects)), MEMBERS: ",".join(subjects[:_NAMED])}
    if rules[first.key.rule].grouped == "patient":  # who put three aside has not seen a fourth
        evidence[EVIDENCE_AT] = ordered[-1].since.isoformat()
    return Wanted(
        key=AlertKey(
            first.key.rule, group_subject(first.encounter, first.key.rule), first.key.cause
        ),
        encounter=first.encounter,
        severity=min((one.severity for one in members), key=lambda one: one.rank),
        since=first.since,
        roles=tuple(roles),
        starts_at=first.starts_at,
        limit=first.limit,
        step=first.step,
        evidence=MappingProxyType(evidence),
        minutes=first.minutes,
        silent=first.silent,
    )


class Listed(Protocol):
    """An alert or a wanted one, as a list shows it."""

    @property
    def key(self) -> AlertKey:
        """Its key."""
        ...

    @property
    def encounter(self) -> EncounterId:
        """Whose it is."""
        ...

    @property
    def severity(self) -> AlertSeverity:
        """How grave it is."""
        ...


A = TypeVar("A", bound=Listed)


@dataclass(frozen=True, slots=True)
class Card(Generic[A]):
    """What a list shows as one: an alert, or all S3 alerts of a patient with many."""

    encounter: EncounterId
    alerts: tuple[A, ...]

    @property
    def collapsed(self) -> bool:
        """Whether it stands for several."""
        return len(self.alerts) > 1


def cards(alerts: Iterable[A]) -> tuple[Card[A], ...]:
    """The alerts as cards: from `MANY` on, S3 alerts of one patient are one; others stand alone.

    Only how they are shown: each stays an episode of its own, so that its acknowledgement, its
    ladder and its end are not lost when a third one joins. The order is that of the alerts.
    """
    listed = sorted(alerts, key=lambda one: (one.severity.rank, one.encounter, one.key.id))
    small: dict[EncounterId, list[A]] = {}
    for one in listed:
        if one.severity is AlertSeverity.S3:
            small.setdefault(one.encounter, []).append(one)
    found: list[Card[A]] = []
    shown: set[EncounterId] = set()
    for one in listed:
        mine = small.get(one.encounter, [])
        if one.severity is not AlertSeverity.S3 or len(mine) < MANY:
            found.append(Card(one.encounter, (one,)))
        elif one.encounter not in shown:
            shown.add(one.encounter)
            found.append(Card(one.encounter, tuple(mine)))
    return tuple(found)
