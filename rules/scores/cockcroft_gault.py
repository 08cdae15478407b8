"""Creatinine clearance by Cockcroft and Gault, for dosing: the labels of drugs used it.

Source: Cockcroft DW, Gault MH. Nephron 1976;16:31-41. Ideal weight: Devine BJ. Drug Intell Clin
Pharm 1974;8:650-655. Choice of weight: Winter MA et al. Pharmacotherapy 2012;32:604-612.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from rules.scores.guards import pregnancy_warning
from rules.scores.kidney_function import (
    KidneyInputs,
    KidneyResult,
    in_mg_per_dl,
    is_unstable,
    kidney_exclusion,
)
from rules.scores.result import missing_of

_ID: Final = "cockcroft_gault"
_VERSION: Final = "cg@1"
_WOMEN: Final = Decimal("0.85")
_UNDERWEIGHT: Final = Decimal("18.5")
_OVERWEIGHT: Final = 25
_INCH: Final = Decimal("2.54")
_IDEAL_AT_60_INCHES: Final = {"M": Decimal(50), "F": Decimal("45.5")}
_IDEAL_PER_INCH: Final = Decimal("2.3")
_SHORTEST: Final = 130
"""cm. Devine's formula is carried on below 60 inches, but not to where it ends in nothing [C]."""
NO_HEIGHT: Final = "no_height"
TOO_SHORT: Final = "height_below_130_cm"


@dataclass(frozen=True, slots=True, kw_only=True)
class CockcroftGaultInputs(KidneyInputs):
    """An adult; None: not known.

    Attributes:
        weight: kg, actual.
        height: cm; without it the actual weight is used, with a warning.
        normal_weight: `ideal` or `actual`, for a BMI from 18.5 to below 25; a hospital's choice.
    """

    weight: Decimal | None = None
    height: Decimal | None = None
    normal_weight: str = "ideal"


@dataclass(frozen=True, slots=True, kw_only=True)
class CockcroftGaultResult(KidneyResult):
    """mL/min with the weight used, in kg, and its kind: `actual`, `ideal` or `adjusted`."""

    weight_used: Decimal | None = None
    weight_kind: str | None = None


def cockcroft_gault(inputs: CockcroftGaultInputs) -> CockcroftGaultResult:
    """(140 - age) x weight x (0.85 if female) / (72 x creatinine in mg/dL), unrounded.

    A low creatinine is not rounded up.

    Raises:
        InvalidInput: creatinine has a unit that is not one of its own.
    """
    reason = kidney_exclusion(inputs)
    if reason is not None:
        return CockcroftGaultResult.excluded(_ID, _VERSION, reason)
    missing = missing_of(inputs, ("age_years", "sex", "weight", "creatinine"))
    value, weight, kind = None, None, None
    warnings = pregnancy_warning(
        sex=inputs.sex, age_years=inputs.age_years, pregnant=inputs.pregnant
    )
    if inputs.weight is not None and inputs.sex is not None:
        weight, kind, warned = _dosing_weight(
            inputs.weight, inputs.height, inputs.sex, inputs.normal_weight
        )
        warnings += warned
        if inputs.age_years is not None and inputs.creatinine is not None:
            share = _WOMEN if inputs.sex == "F" else 1
            creatinine = in_mg_per_dl(inputs.creatinine)
            value = (140 - inputs.age_years) * weight * share / (72 * creatinine)
    return CockcroftGaultResult(
        score_id=_ID,
        version=_VERSION,
        value=value,
        complete=not missing,
        missing=missing,
        warnings=warnings,
        unstable=is_unstable(inputs),
        weight_used=weight,
        weight_kind=kind,
    )


def ideal_weight(height: Decimal, sex: str) -> Decimal:
    """Devine: 50 kg (M) or 45.5 kg (F) and 2.3 kg for each inch over 60; height in cm."""
    return _IDEAL_AT_60_INCHES[sex] + _IDEAL_PER_INCH * (height / _INCH - 60)


def adjusted_weight(weight: Decimal, ideal: Decimal) -> Decimal:
    """Ideal weight and 0.4 of what is above it; kg."""
    return ideal + Decimal("0.4") * (weight - ideal)


def _dosing_weight(
    weight: Decimal, height: Decimal | None, sex: str, normal: str
) -> tuple[Decimal, str, tuple[str, ...]]:
    """The weight by BMI, its kind, and what the reader must know of it."""
    if height is None:
        return weight, "actual", (NO_HEIGHT,)
    if height < _SHORTEST:
        return weight, "actual", (TOO_SHORT,)
    bmi = weight / (height / 100) ** 2
    if bmi < _UNDERWEIGHT or (bmi < _OVERWEIGHT and normal == "actual"):
        return weight, "actual", ()
    ideal = ideal_weight(height, sex)
    if bmi < _OVERWEIGHT:
        return ideal, "ideal", ()
    return adjusted_weight(weight, ideal), "adjusted", ()
