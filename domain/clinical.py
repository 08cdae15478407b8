"""What is known of a patient beside one order: what clinical checks and rules look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from domain import standing
from domain.patients import Sex

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from domain.ids import OrderId, PractitionerId
    from domain.observations import Observation
    from domain.orders import Priority
    from domain.standing import StandingFact


REFUTED: Final = "refuted"
WASHED_OUT: Final = timedelta(days=90)
"""After so long no drug that was stopped counts any more, whatever a table says of it."""


class AllergyKind(StrEnum):
    """Whether the immune system answers, or the patient merely tolerates it badly."""

    ALLERGY = "allergy"
    INTOLERANCE = "intolerance"


@dataclass(frozen=True, slots=True)
class Allergy:
    """One allergy or intolerance (FHIR AllergyIntolerance).

    Attributes:
        substance: an ingredient (`amoxicillin`) or a group (`penicillins`) of the knowledge files.
        reaction: what happened, in words (`anaphylaxis`, `rash`).
        severity: `mild`, `moderate`, `severe` or empty where it is not known.
        certainty: `confirmed`, `suspected` or `refuted`; a refuted one counts no more.
        verified_by: who asked the patient.
    """

    substance: str
    kind: AllergyKind = AllergyKind.ALLERGY
    reaction: str = ""
    severity: str = ""
    certainty: str = "confirmed"
    verified_by: PractitionerId | None = None
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ActiveOrder:
    """An order of the same stay that counts for checks: signed and not ended, or just stopped.

    Attributes:
        product: the catalogue's data of what is ordered (ingredients, ATC code, route, ...).
        stop_at: from when nothing more is due; None while it runs.
        overridden: how findings about it were passed over, by the name of the check: `monitored`,
            `countersigned`; a check that is not named here counts whole.
    """

    id: OrderId
    loop: str
    priority: Priority
    fields: Mapping[str, object]
    product: Mapping[str, object]
    signed_at: datetime | None
    stop_at: datetime | None = None
    overridden: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Clinical:
    """A frozen snapshot of one patient's stay. What is missing is missing, never normal.

    Attributes:
        latest: the last value of each name.
        series: earlier values too, newest first, as far back as rules look (8 days; creatinine
            365 days).
        allergies: None: nobody has asked; empty: asked, and there are none.
        orders: the active orders of the stay.
        stopped: the drugs of any stay of which a dose was given and whose orders ended within
            `WASHED_OUT`, by id; `stop_at` says when.
        facts: what stands of the patient, by name (`domain.standing`).
    """

    sex: Sex = Sex.UNKNOWN
    birth_date: date | None = None
    latest: Mapping[str, Observation] = field(default_factory=lambda: MappingProxyType({}))
    series: Mapping[str, tuple[Observation, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    allergies: tuple[Allergy, ...] | None = None
    orders: tuple[ActiveOrder, ...] = ()
    stopped: tuple[ActiveOrder, ...] = ()
    facts: Mapping[str, StandingFact] = field(default_factory=lambda: MappingProxyType({}))

    def flags(self, now: datetime) -> frozenset[str]:
        """The standing facts as words at an instant: `pregnant`, `comfort_care`, ..."""
        return standing.flags(self.facts, now)

    def age_years(self, now: datetime) -> int | None:
        """Completed years at an instant; None where the birth date is not known."""
        born = self.birth_date
        if born is None:
            return None
        before_birthday = (now.month, now.day) < (born.month, born.day)
        return now.year - born.year - before_birthday


def standing_allergies(said: Iterable[Allergy], *, asked: bool) -> tuple[Allergy, ...] | None:
    """The allergies that hold, of all that was said of them, the earliest first.

    Args:
        asked: somebody asked the patient, whatever they answered.
    """
    latest = {(one.substance, one.kind): one for one in said}
    if not latest and not asked:
        return None
    return tuple(one for one in latest.values() if one.certainty != REFUTED)
