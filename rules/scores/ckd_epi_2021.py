"""eGFR by CKD-EPI 2021, without race.

Source: Inker LA et al. New creatinine- and cystatin C-based equations to estimate GFR without race.
N Engl J Med 2021;385:1737-1749. Categories: KDIGO 2012 (CKD), G1 to G5.
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
from rules.scores.tables import Steps, reached

_ID: Final = "ckd_epi_2021"
_VERSION: Final = "ckdepi2021@1"
_BANDS: Final = ("G5", "G4", "G3b", "G3a", "G2", "G1")
_FROM: Final[Steps] = ((15, 1), (30, 2), (45, 3), (60, 4), (90, 5))
_AGEING: Final = Decimal("0.9938")
_STEEP: Final = Decimal("-1.200")


@dataclass(frozen=True, slots=True)
class _Sex:
    kappa: Decimal
    alpha: Decimal
    factor: Decimal


_SEXES: Final = {
    "F": _Sex(Decimal("0.7"), Decimal("-0.241"), Decimal("1.012")),
    "M": _Sex(Decimal("0.9"), Decimal("-0.302"), Decimal(1)),
}


def ckd_epi_2021(inputs: KidneyInputs) -> KidneyResult:
    """mL/min/{1.73_m2}, unrounded, and its category.

    Raises:
        InvalidInput: creatinine has a unit that is not one of its own.
    """
    reason = kidney_exclusion(inputs)
    if reason is not None:
        return KidneyResult.excluded(_ID, _VERSION, reason)
    missing = missing_of(inputs, ("age_years", "sex", "creatinine"))
    value = None
    if inputs.age_years is not None and inputs.sex is not None and inputs.creatinine is not None:
        value = _rate(inputs.age_years, _SEXES[inputs.sex], in_mg_per_dl(inputs.creatinine))
    return KidneyResult(
        score_id=_ID,
        version=_VERSION,
        value=value,
        band=None if value is None else _BANDS[reached(value, _FROM, below=0)],
        complete=not missing,
        missing=missing,
        warnings=pregnancy_warning(
            sex=inputs.sex, age_years=inputs.age_years, pregnant=inputs.pregnant
        ),
        unstable=is_unstable(inputs),
    )


def _rate(age_years: int, sex: _Sex, mg_per_dl: Decimal) -> Decimal:
    ratio = mg_per_dl / sex.kappa
    low, high = min(ratio, Decimal(1)), max(ratio, Decimal(1))
    return 142 * low**sex.alpha * high**_STEEP * _AGEING**age_years * sex.factor
