"""CURB-65, and CRB-65 where urea is missing: severity of community-acquired pneumonia.

Source: Lim WS et al. Thorax 2003;58:377-382. Only for patients with pneumonia.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from domain.quantities import Quantity
from rules.scores.guards import too_young
from rules.scores.measures import in_stored_unit, ucum
from rules.scores.result import ScoreResult, components_of

_ID: Final = "curb65"
_VERSION: Final = "curb65@1"
_WITHOUT_UREA_ID: Final = "crb65"
_WITHOUT_UREA_VERSION: Final = "crb65@1"
_BANDS: Final = ("low", "low", "intermediate", "severe")
_BANDS_WITHOUT_UREA: Final = ("low", "intermediate", "intermediate", "severe")
_SEVERE: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Curb65Inputs:
    """A patient with pneumonia; None: not known.

    Attributes:
        confusion: new.
        urea: mmol/L; an amount in mg/dL is urea nitrogen (BUN).
        respiratory_rate: breaths per minute.
        systolic_bp: mm[Hg], as `diastolic_bp`.
    """

    confusion: bool | None = None
    urea: Quantity | None = None
    respiratory_rate: int | None = None
    systolic_bp: int | None = None
    diastolic_bp: int | None = None
    age_years: int | None = None


def curb65(inputs: Curb65Inputs) -> ScoreResult:
    """One point each. Without urea the answer is CRB-65, under its own id and bands.

    Raises:
        InvalidInput: urea has a unit that is not one of its own.
    """
    reason = too_young(inputs.age_years)
    if reason is not None:
        return ScoreResult.excluded(_ID, _VERSION, reason)
    breaths, age = inputs.respiratory_rate, inputs.age_years
    found = {
        "confusion": inputs.confusion,
        "urea": None if inputs.urea is None else _urea_is_high(inputs.urea),
        "respiratory_rate": None if breaths is None else breaths >= 30,
        "blood_pressure": _pressure_is_low(inputs),
        "age_years": None if age is None else age >= 65,
    }
    points = {name: int(one) for name, one in found.items() if one is not None}
    missing = tuple(_missing(inputs, found))
    without_urea = inputs.urea is None
    known = not set(missing) - {"urea"}
    total = sum(points.values())
    words = _BANDS_WITHOUT_UREA if without_urea else _BANDS
    return ScoreResult(
        score_id=_WITHOUT_UREA_ID if without_urea else _ID,
        version=_WITHOUT_UREA_VERSION if without_urea else _VERSION,
        value=total if known else None,
        band=words[min(total, _SEVERE)] if known or total >= _SEVERE else None,
        complete=not missing,
        missing=missing,
        components=components_of(points),
    )


def _urea_is_high(urea: Quantity) -> bool:
    """Over 7 mmol/L, or over 19 mg/dL of urea nitrogen: in the unit received, as published."""
    if ucum(urea.unit) == "mg/dL":
        return urea.value > 19
    return in_stored_unit("urea", urea) > 7


def _pressure_is_low(inputs: Curb65Inputs) -> bool | None:
    """Systolic below 90 or diastolic 60 and less; one low pressure is enough to know."""
    found = []
    if inputs.systolic_bp is not None:
        found.append(inputs.systolic_bp < 90)
    if inputs.diastolic_bp is not None:
        found.append(inputs.diastolic_bp <= 60)
    return True if any(found) else False if len(found) == 2 else None


def _missing(inputs: Curb65Inputs, found: dict[str, bool | None]) -> list[str]:
    missing = []
    for name, one in found.items():
        if one is None and name == "blood_pressure":
            pressures = ("systolic_bp", "diastolic_bp")
            missing += [each for each in pressures if getattr(inputs, each) is None]
        elif one is None:
            missing.append(name)
    return missing
