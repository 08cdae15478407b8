"""qSOFA, the quick SOFA of Sepsis-3.

Source: Singer M et al. The Third International Consensus Definitions for Sepsis and Septic Shock.
JAMA 2016;315:801-810. For information only: the Surviving Sepsis Campaign 2021 advises against it
as the single screening tool. In pregnancy omqSOFA is meant; it is not computed here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rules.scores.guards import too_young
from rules.scores.result import ScoreResult, components_of

_ID: Final = "qsofa"
_VERSION: Final = "qsofa@1"
_HIGH: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class QsofaInputs:
    """Breaths per minute, mm[Hg], and how awake: the GCS total or ACVPU; None: not observed."""

    respiratory_rate: int | None = None
    systolic_bp: int | None = None
    gcs: int | None = None
    consciousness: str | None = None
    age_years: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QsofaResult(ScoreResult):
    """qSOFA; `partial_min` is what is certain although something is missing."""

    partial_min: int | None = None


def qsofa(inputs: QsofaInputs) -> QsofaResult:
    """One point each: 22 breaths or more, 100 mm[Hg] or less, altered mentation. 2 is high."""
    reason = too_young(inputs.age_years)
    if reason is not None:
        return QsofaResult.excluded(_ID, _VERSION, reason)
    breaths, pressure, altered = inputs.respiratory_rate, inputs.systolic_bp, _altered(inputs)
    found = {
        "respiratory_rate": None if breaths is None else breaths >= 22,
        "systolic_bp": None if pressure is None else pressure <= 100,
        "gcs": altered,
    }
    points = {name: int(one) for name, one in found.items() if one is not None}
    missing = tuple(name for name, one in found.items() if one is None)
    least = sum(points.values())
    band = "high" if least >= _HIGH else "low"
    return QsofaResult(
        score_id=_ID,
        version=_VERSION,
        value=None if missing else least,
        band=band if least >= _HIGH or not missing else None,
        complete=not missing,
        missing=missing,
        components=components_of(points),
        partial_min=least,
    )


def _altered(inputs: QsofaInputs) -> bool | None:
    """Altered by either scale; None where neither was charted."""
    scales = []
    if inputs.gcs is not None:
        scales.append(inputs.gcs < 15)
    if inputs.consciousness is not None:
        scales.append(inputs.consciousness != "A")
    return any(scales) if scales else None
