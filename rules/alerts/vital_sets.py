"""Sets of vital signs: which values belong together, and the NEWS2 of each set.

A set is all values within 60 minutes of its newest one (rules specification 1.2): older ones are
shown elsewhere, never summed. Nothing here asks for the time: a set has the age and the guards of
the instant at which it was observed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from rules.scores.news2 import PARAMETERS, News2Inputs, News2Result, news2

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from domain.observations import Observation
    from domain.situation import Situation

TOGETHER: Final = timedelta(minutes=60)
"""Values further apart make no set."""
HALF_DAY: Final = timedelta(hours=12)
LEAST_RISE: Final = 2
"""A rise that counts (CLORS)."""
SCALE_2: Final = "spo2_scale_2"
PREGNANT: Final = frozenset({"pregnant", "post_partum"})
SPINAL: Final = "spinal_cord_injury"
_WHOLE: Final = frozenset({"respiratory_rate", "spo2", "systolic_bp", "pulse"})

Value = str | bool | None
Values = tuple[Value, ...]
Patient = tuple[int | None, str | None, bool, bool, bool]


@dataclass(frozen=True, slots=True)
class VitalSet:
    """The values of one set, at its newest instant.

    Attributes:
        started_at: when the set's first value was observed.
    """

    at: datetime
    started_at: datetime
    values: Values
    score: News2Result

    @property
    def least(self) -> int | None:
        """What NEWS2 is at least; None where it does not hold for this patient."""
        return self.score.partial_min


@lru_cache(maxsize=8192)
def _scored(values: Values, patient: Patient) -> News2Result:
    """Kept by value: most assessments look at the set that the last one looked at."""
    age, sex, pregnant, scale_2, spinal = patient
    given = {name: _read(name, value) for name, value in zip(PARAMETERS, values, strict=True)}
    inputs = News2Inputs(
        **given,  # type: ignore[arg-type] # named and typed by PARAMETERS
        spo2_scale=2 if scale_2 else 1,
        age_years=age,
        sex=sex,
        pregnant=True if pregnant else None,
        spinal_cord_injury=spinal,
    )
    return news2(inputs)


def _read(name: str, value: Value) -> object:
    """The value as NEWS2 takes it; None for a number that a device could only bound (`>100`)."""
    if not isinstance(value, str) or name == "consciousness":
        return value
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return int(number) if name in _WHOLE else number


def _patient(situation: Situation, at: datetime) -> Patient:
    sex = {"female": "F", "male": "M"}.get(situation.clinical.sex.value)
    flags = situation.flags
    age = situation.clinical.age_years(at)
    return age, sex, not PREGNANT.isdisjoint(flags), SCALE_2 in flags, SPINAL in flags


def _made(situation: Situation, found: Mapping[str, Observation]) -> VitalSet:
    at = max([one.at for one in found.values()])
    oldest = at - TOGETHER
    started = at
    values: list[Value] = []
    for name in PARAMETERS:
        one = found.get(name)
        if one is None or one.at < oldest:
            values.append(None)
        else:
            values.append(one.value)
            started = min(started, one.at)
    held = tuple(values)
    return VitalSet(at, started, held, _scored(held, _patient(situation, at)))


def newest_set(situation: Situation) -> VitalSet | None:
    """The newest set, complete or not; None where no vital sign was observed."""
    latest = situation.clinical.latest
    found = {name: latest[name] for name in PARAMETERS if name in latest}
    return _made(situation, found) if found else None


def last_complete(situation: Situation, newest: VitalSet) -> VitalSet | None:
    """The last set that has all seven values; it is kept until another one is complete."""
    if newest.score.complete or newest.score.excluded_reason is not None:
        return newest if newest.score.complete else None
    rows = _rows(situation)
    instants = sorted({one.at for row in rows.values() for one in row if one.at < newest.at})
    sets = (_as_of(situation, rows, at) for at in reversed(instants))
    return next((one for one in sets if one.score.complete), None)


def change_in_12_hours(situation: Situation, newest: VitalSet) -> int | None:
    """How much a complete NEWS2 differs from the earliest complete one of the 12 hours before.

    A NEWS2 of 0 or 1 has risen by less than counts: earlier sets are not read then.
    """
    value = newest.score.value
    if value is None or value < LEAST_RISE:
        return None
    rows = _rows(situation)
    instants: set[datetime] = set()
    for row in rows.values():
        recent = takewhile(lambda one: one.at >= newest.at - HALF_DAY, row)
        instants.update(one.at for one in recent if one.at < newest.at)
    for at in sorted(instants):
        earlier = _as_of(situation, rows, at).score
        if earlier.value is not None:
            return int(value) - int(earlier.value)
    return None


Rows = dict[str, tuple["Observation", ...]]


def _rows(situation: Situation) -> Rows:
    series = situation.clinical.series
    return {name: series[name] for name in PARAMETERS if name in series}


def _as_of(situation: Situation, rows: Rows, at: datetime) -> VitalSet:
    """The set of an instant at which something was observed; each row is newest first."""
    found = {}
    for name, row in rows.items():
        one = next((one for one in row if one.at <= at), None)
        if one is not None:
            found[name] = one
    return _made(situation, found)
