"""What the checks ask of a patient: values that are fresh enough, kidney function, age."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from domain.clinical import Clinical
from domain.observations import Observation
from domain.patients import Sex
from domain.quantities import Quantity
from rules.kidneys import aki_stage
from rules.scores.ckd_epi_2021 import ckd_epi_2021
from rules.scores.cockcroft_gault import CockcroftGaultInputs, cockcroft_gault
from rules.scores.kidney_function import KidneyInputs

CREATININE_HOURS: Final = 48
"""A creatinine for dosing is not older (rules specification 0)."""
WEIGHT_HOURS: Final = 7 * 24
_LETTER: Final = {Sex.FEMALE: "F", Sex.MALE: "M"}
NEONATE_DAYS: Final = 28


def fresh(clinical: Clinical, name: str, now: datetime, hours: int) -> Observation | None:
    """The latest value of a name that is no older than so many hours."""
    found = clinical.latest.get(name)
    if found is None or found.at < now - timedelta(hours=hours):
        return None
    return found


def number(clinical: Clinical, name: str, now: datetime, hours: int) -> Decimal | None:
    """The same as a number."""
    found = fresh(clinical, name, now, hours)
    return None if found is None else found.number


def weight(clinical: Clinical, now: datetime) -> Decimal | None:
    """Kilograms, measured in the last seven days."""
    return number(clinical, "weight", now, WEIGHT_HOURS)


def creatinine_clearance(clinical: Clinical, now: datetime) -> Decimal | None:
    """mL/min by Cockcroft-Gault; None where something for it is missing or it does not hold."""
    found = fresh(clinical, "creatinine", now, CREATININE_HOURS)
    if found is None or found.number is None:
        return None
    said = cockcroft_gault(
        CockcroftGaultInputs(
            age_years=clinical.age_years(now),
            sex=_LETTER.get(clinical.sex),
            creatinine=Quantity(found.number, found.unit),
            weight=weight(clinical, now),
            height=number(clinical, "height", now, 24 * 365),
        )
    )
    return None if said.value is None else Decimal(said.value)


def filtration_rate(clinical: Clinical, now: datetime) -> Decimal | None:
    """mL/min/1.73 m2: as the laboratory says it, else by CKD-EPI 2021."""
    measured = number(clinical, "egfr", now, CREATININE_HOURS)
    found = fresh(clinical, "creatinine", now, CREATININE_HOURS)
    if measured is not None or found is None or found.number is None:
        return measured
    said = ckd_epi_2021(
        KidneyInputs(
            age_years=clinical.age_years(now),
            sex=_LETTER.get(clinical.sex),
            creatinine=Quantity(found.number, found.unit),
        )
    )
    return None if said.value is None else Decimal(said.value)


def kidney_injury(clinical: Clinical, now: datetime) -> int | None:
    """The KDIGO stage, for what kidneys that are failing now mean for a drug.

    None where no creatinine is fresh enough, and on dialysis: that has rules of its own.
    """
    if on_dialysis(clinical, now):
        return None
    found = fresh(clinical, "creatinine", now, CREATININE_HOURS)
    return None if found is None else aki_stage(clinical, rrt=False)


def on_dialysis(clinical: Clinical, now: datetime) -> bool:
    """Whether the patient is on dialysis."""
    return "on_dialysis" in clinical.flags(now)


def is_neonate(clinical: Clinical, now: datetime) -> bool:
    """Whether the patient is no older than 28 days."""
    born = clinical.birth_date
    return born is not None and (now.date() - born).days <= NEONATE_DAYS


def grew_by(clinical: Clinical, name: str) -> Decimal | None:
    """By how much the latest value is above the one before it."""
    values = [one.number for one in clinical.series.get(name, ()) if one.number is not None]
    return values[0] - values[1] if len(values) > 1 else None


def words_in(text: str, words: Iterable[str]) -> bool:
    """Whether a text has any of some words, however it is written."""
    lower = text.lower()
    return any(word.lower() in lower for word in words)
