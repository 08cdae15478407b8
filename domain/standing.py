"""What holds of a patient until it is set anew: comfort care, dialysis, pregnancy, ...

Some outlive the stay (dialysis); what a physician decides for a stay ends with it: comfort care or
a resuscitation status that nobody confirmed again must not silence an alert of the next stay.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from domain.people import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from domain.ids import EncounterId, PractitionerId

ALLERGIES_REVIEWED: Final = "allergies_reviewed"
"""The patient was asked; `none`: they know of none."""
PREGNANCY: Final = "pregnancy"
NOTE: Final = "note"
"""Free text; notes stand beside each other."""
SPO2_SCALE: Final = "spo2_scale"
"""Which SpO2 scale of NEWS2 counts; `2` with a prescribed target of 88-92 %."""
RESULTS_OWNER: Final = "results_owner"
"""Who reads the results that come after the stay, and tells the patient (rule L-14)."""
POST_PARTUM: Final = timedelta(weeks=6)
"""So long after a birth NEWS2 does not hold (rules specification 1.1)."""
LONGEST_PREGNANCY_WEEKS: Final = 45
"""A pregnancy that was recorded cannot last longer than this; it must be recorded anew."""
_DEFAULT_WEEKS: Final = 4

_BEDSIDE: Final = (Role.PHYSICIAN, Role.NURSE, Role.SYSTEM)
_DECIDED: Final = (Role.PHYSICIAN,)


@dataclass(frozen=True, slots=True)
class FactKind:
    """What may be said of a fact.

    Attributes:
        words: the words that are right; empty: yes or no.
        by: who may say it.
        of_stay: ends with the stay.
        person: its value is the user name of a member of staff.
        after_end: may be said after the stay has ended, too.
    """

    by: tuple[Role, ...] = _BEDSIDE
    words: tuple[str, ...] = ()
    of_stay: bool = False
    person: bool = False
    after_end: bool = False


FACTS: Final[Mapping[str, FactKind]] = MappingProxyType(
    {
        "comfort_care": FactKind(_DECIDED, of_stay=True),
        "resuscitation": FactKind(_DECIDED, ("full", "limited", "none"), of_stay=True),
        "on_dialysis": FactKind(),
        "spinal_cord_injury": FactKind(),
        "infection_suspected": FactKind(of_stay=True),
        "isolation": FactKind(words=("none", "contact", "droplet", "airborne"), of_stay=True),
        "fall_risk": FactKind(of_stay=True),
        "difficult_access": FactKind(),
        RESULTS_OWNER: FactKind(_DECIDED, of_stay=True, person=True, after_end=True),
    }
)
"""What `note record` sets, by name."""
_OF_STAY: Final = frozenset({SPO2_SCALE, *(name for name, kind in FACTS.items() if kind.of_stay)})


@dataclass(frozen=True, slots=True)
class StandingFact:
    """What holds now, and who said so when.

    Attributes:
        detail: what belongs to it: `gestation_weeks`, `post_partum`, `lactating`, `note`.
    """

    name: str
    value: str | bool
    at: datetime
    by: PractitionerId
    detail: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


def holding(
    stated: Iterable[tuple[EncounterId, StandingFact]], encounter: EncounterId
) -> Mapping[str, StandingFact]:
    """What holds in a stay of all that was stated of its patient, the earliest first."""
    found = {
        fact.name: fact
        for stay, fact in stated
        if fact.name != NOTE and (stay == encounter or fact.name not in _OF_STAY)
    }
    return MappingProxyType(found)


def flags(facts: Mapping[str, StandingFact], now: datetime) -> frozenset[str]:
    """The standing facts as words that rules ask for, at an instant.

    Facts of yes or no under their own name; `pregnant`, `pregnancy_unknown`, `post_partum`,
    `lactating`, `no_resuscitation`, `spo2_scale_2`, `isolation`, and `results_owner`.
    """
    found = {name for name, fact in facts.items() if fact.value is True and name in FACTS}
    if (fact := facts.get("resuscitation")) is not None and fact.value == "none":
        found.add("no_resuscitation")
    if (fact := facts.get("isolation")) is not None and fact.value != "none":
        found.add("isolation")
    if RESULTS_OWNER in facts:
        found.add(RESULTS_OWNER)
    if (fact := facts.get(SPO2_SCALE)) is not None and fact.value == "2":
        found.add("spo2_scale_2")
    if (fact := facts.get(PREGNANCY)) is not None:
        found |= _of_pregnancy(fact, now)
    return frozenset(found)


def _of_pregnancy(fact: StandingFact, now: datetime) -> set[str]:
    found = set()
    if fact.value == "yes":
        found.add("pregnant" if now < _latest_birth(fact) else "pregnancy_unknown")
    elif fact.value == "unknown":
        found.add("pregnancy_unknown")
    born = fact.detail.get("post_partum")
    if isinstance(born, str) and (now.date() - date.fromisoformat(born)) <= POST_PARTUM:
        found.add("post_partum")
    if fact.detail.get("lactating") is True:
        found.add("lactating")
    return found


def _latest_birth(fact: StandingFact) -> datetime:
    weeks = fact.detail.get("gestation_weeks")
    passed = weeks if isinstance(weeks, int) else _DEFAULT_WEEKS
    return fact.at + timedelta(weeks=LONGEST_PREGNANCY_WEEKS - passed)
