"""Padua prediction score: venous thromboembolism in medical patients.

Source: Barbar S et al. J Thromb Haemost 2010;8:2450-2457. 4 and more is high: 11 % had a
thromboembolism without prophylaxis, against 0.3 % below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from rules.scores.result import ScoreResult, components_of, missing_of

_FACTORS: Final[Mapping[str, int]] = {
    "active_cancer": 3,
    "previous_vte": 3,
    "reduced_mobility": 3,
    "thrombophilia": 3,
    "recent_trauma_or_surgery": 2,
    "age_years": 1,
    "heart_or_respiratory_failure": 1,
    "acute_mi_or_stroke": 1,
    "acute_infection_or_rheumatologic": 1,
    "bmi": 1,
    "hormonal_treatment": 1,
}
_NEEDED: Final = ("reduced_mobility", "age_years")
_ELDERLY: Final = 70
_OBESE: Final = 30
_HIGH: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PaduaInputs:
    """What is documented of a medical patient; None: not documented.

    Attributes:
        active_cancer: metastases, or chemotherapy or radiotherapy within 6 months.
        previous_vte: superficial vein thrombosis does not count.
        reduced_mobility: bed rest with bathroom privileges for 3 days or more.
        recent_trauma_or_surgery: within a month.
        bmi: kg/m2.
    """

    active_cancer: bool | None = None
    previous_vte: bool | None = None
    reduced_mobility: bool | None = None
    thrombophilia: bool | None = None
    recent_trauma_or_surgery: bool | None = None
    age_years: int | None = None
    heart_or_respiratory_failure: bool | None = None
    acute_mi_or_stroke: bool | None = None
    acute_infection_or_rheumatologic: bool | None = None
    bmi: Decimal | None = None
    hormonal_treatment: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaduaResult(ScoreResult):
    """The sum; `assumed_absent` names what nobody documented, then `complete` is false."""

    assumed_absent: tuple[str, ...] = ()


def padua(inputs: PaduaInputs) -> PaduaResult:
    """The sum of eleven. Age and mobility must be known; the rest counts as absent if unknown."""
    points: dict[str, int] = {}
    absent = []
    for name, worth in _FACTORS.items():
        present = _present(inputs, name)
        if present is not None:
            points[name] = worth * present
        elif name not in _NEEDED:
            absent.append(name)
    missing = missing_of(inputs, _NEEDED)
    total = sum(points.values())
    high = total >= _HIGH
    return PaduaResult(
        score_id="padua",
        version="padua@1",
        value=None if missing else total,
        band="high" if high else None if missing else "low",
        complete=not missing and not absent,
        missing=missing,
        components=components_of(points),
        assumed_absent=tuple(absent),
    )


def _present(inputs: PaduaInputs, name: str) -> bool | None:
    value: bool | int | Decimal | None = getattr(inputs, name)
    if value is None or isinstance(value, bool):
        return value
    return value >= (_ELDERLY if name == "age_years" else _OBESE)
