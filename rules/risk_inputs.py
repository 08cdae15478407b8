"""What CLORS is asked about a stay: the parts of a situation that do not hang on alert rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from domain.analytes import UNITS
from domain.quantities import Quantity
from rules.alerts.vital_sets import PREGNANT, VitalSet, change_in_12_hours, last_complete
from rules.comorbidity import charlson_index
from rules.kidneys import CREATININE, UMOL, aki_stage
from rules.risk_values import OrderRisk, RiskInputs
from rules.scores.ckd_epi_2021 import ckd_epi_2021
from rules.scores.kidney_function import KidneyInputs

if TYPE_CHECKING:
    from domain.observations import Observation
    from domain.situation import Situation
    from rules.alerts.view import View
    from rules.open_steps import OpenWork
    from rules.risk_table import RiskModel

ON_DIALYSIS: Final = "on_dialysis"
BAND_AGES: Final = (16, 65, 75, 85)
"""Birthdays at which a score changes: NEWS2 begins, and the steps of the baseline."""
_HIGHEST_RATE: Final = Decimal(300)


_OLDEST: Final = 130


def risk_inputs(
    view: View, work: OpenWork, model: RiskModel, *, overdue: bool, now: datetime
) -> RiskInputs:
    """All that the score of a stay rests on at an instant.

    A birth date that cannot be true gives no age; a kind of order risk that the model does not know
    is left out: a score never keeps a record from being stored.
    """
    situation = view.situation
    age = situation.clinical.age_years(now)
    acute = acute_of(situation, view.vitals)
    given = (OrderRisk(*one) for one in situation.order_risks or view.order_risks)
    known = [one for one in given if (one.kind, one.override) in model.orders]
    return RiskInputs(
        age_years=age if age is not None and 0 <= age <= _OLDEST else None,
        charlson=charlson_index(situation.clinical, age),
        egfr=filtration(situation),
        news2=acute.news2,
        news2_red=acute.red,
        news2_partial_min=acute.partial_min,
        news2_excluded=acute.excluded,
        news2_change_12h=acute.change,
        observations_overdue=overdue,
        aki_stage=aki_stage(situation.clinical, rrt=ON_DIALYSIS in situation.flags),
        critical_value_open=critical_since(situation) is not None,
        order_risks=(*known, *loop_risks(situation)),
        open_steps=tuple(work.steps),
    )


@dataclass(frozen=True, slots=True)
class Acute:
    """The acute domain of a stay's score.

    Attributes:
        news2: of the last complete set.
        red: one vital sign of the newest set has 3 points.
        partial_min: of the newest set, where it is incomplete.
    """

    news2: int | None = None
    red: bool = False
    partial_min: int | None = None
    excluded: bool = False
    change: int | None = None


def acute_of(situation: Situation, vitals: VitalSet | None) -> Acute:
    """What the vital signs say."""
    if vitals is None:
        return Acute()
    score = vitals.score
    if score.excluded_reason is not None:
        return Acute(excluded=True)
    kept = last_complete(situation, vitals)
    value = None if kept is None else kept.score.value
    return Acute(
        news2=None if value is None else int(value),
        red=bool(score.red_parameter),
        partial_min=None if score.complete else score.partial_min,
        change=change_in_12_hours(situation, vitals),
    )


def loop_risks(situation: Situation) -> tuple[OrderRisk, ...]:
    """The order risks that stand in the open work itself: blood that runs, a reaction."""
    found = []
    for stream in situation.streams:
        if stream.task is None:
            continue
        if stream.loop == "transfusion_reaction":
            found.append(OrderRisk(stream.order, "reaction_open"))
        elif stream.loop == "transfusion" and "T15" in stream.done and "T18" not in stream.done:
            found.append(OrderRisk(stream.order, "transfusion_running"))
    return tuple(dict.fromkeys(found))


def critical_since(situation: Situation) -> datetime | None:
    """Since when a critical value waits for its action; None where none does."""
    return min(
        (
            one.since
            for one in situation.streams
            if one.loop == "critical_value" and one.task is not None and "C7" not in one.done
        ),
        default=None,
    )


def filtration(situation: Situation) -> Decimal | None:
    """eGFR: as the laboratory gave it, else by CKD-EPI 2021 from the last creatinine."""
    latest = situation.clinical.latest
    given, creatinine = latest.get("egfr"), latest.get(CREATININE)
    if given is not None and given.unit == UNITS["egfr"] and given.number is not None:
        return min(given.number, _HIGHEST_RATE)
    if creatinine is None or creatinine.unit != UMOL or creatinine.number is None:
        return None
    return _estimated(situation, creatinine, creatinine.number)


def _estimated(situation: Situation, taken: Observation, value: Decimal) -> Decimal | None:
    sex = {"female": "F", "male": "M"}.get(situation.clinical.sex.value)
    age = situation.clinical.age_years(taken.at)
    flags = situation.flags
    guards = not PREGNANT.isdisjoint(flags), ON_DIALYSIS in flags
    return _rated(Quantity(value, taken.unit), age, sex, guards)


@lru_cache(maxsize=4096)
def _rated(
    creatinine: Quantity, age: int | None, sex: str | None, guards: tuple[bool, bool]
) -> Decimal | None:
    pregnant, rrt = guards
    inputs = KidneyInputs(
        age_years=age, sex=sex, creatinine=creatinine, pregnant=pregnant or None, rrt=rrt or None
    )
    found = ckd_epi_2021(inputs).value
    return None if found is None else Decimal(found)


def next_birthday(situation: Situation, now: datetime) -> datetime | None:
    """When the patient's age next moves a score; None where the birth date is not known or never.

    Midnight UTC, as ages are counted (`domain.clinical`); who was born on 29 February is a year
    older on 1 March where there is no such day.
    """
    born = situation.clinical.birth_date
    if born is None:
        return None
    for age in BAND_AGES:
        year, leap_day = born.year + age, (born.month, born.day) == (2, 29)
        is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        month, day = (3, 1) if leap_day and not is_leap else (born.month, born.day)
        at = datetime(year, month, day, tzinfo=UTC)
        if at > now:
            return at
    return None
