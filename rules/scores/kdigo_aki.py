"""KDIGO stage of acute kidney injury.

Source: KDIGO Clinical Practice Guideline for Acute Kidney Injury. Kidney Int Suppl 2012;2:1-138
(stages as in its table 2). Ratios are compared without rounding: 1.49 is no stage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Final

from rules.scores.guards import ADULT
from rules.scores.result import ScoreResult, components_of
from rules.scores.tables import Number, Steps, reached

_ID: Final = "kdigo_aki"
_VERSION: Final = "kdigo_aki@1"
_RATIOS: Final[Steps] = ((Decimal("1.5"), 1), (Decimal("2.0"), 2), (Decimal("3.0"), 3))
_RISE: Final = Decimal("26.5")
"""umol/L within 48 hours (0.3 mg/dL)."""
_SEVERE: Final = Decimal("353.6")
"""umol/L (4.0 mg/dL): stage 3, but only where the definition of the injury is met."""
_SHORT: Final = timedelta(hours=48)
_WEEK: Final = timedelta(days=7)
_DAY_8: Final = timedelta(days=8)
_YEAR: Final = timedelta(days=365)
_WORST: Final = 3
_CHILD_EGFR: Final = 35
BANDS: Final = ("none", "stage_1", "stage_2", "stage_3")


@dataclass(frozen=True, slots=True)
class Creatinine:
    """One value in umol/L and when it was taken."""

    at: datetime
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class KdigoInputs:
    """What is known of the kidneys; None: not known.

    Attributes:
        creatinine: values up to now, in any order; the last is staged.
        baseline: umol/L; without it the lowest of the 7 days before, else the median of the days
            8 to 365 before, else the first.
        urine_ml_kg_h: the mean over the last `urine_hours`.
        rrt: on renal replacement therapy, stage 3 by definition; None: there is no record of it.
        egfr: mL/min/{1.73_m2}, of a patient under 18.
    """

    creatinine: tuple[Creatinine, ...] | None = None
    baseline: Decimal | None = None
    urine_ml_kg_h: Decimal | None = None
    urine_hours: Decimal | None = None
    rrt: bool | None = None
    age_years: int | None = None
    egfr: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KdigoResult(ScoreResult):
    """The stage 0 to 3.

    Attributes:
        baseline: umol/L, what the last value was compared with.
        baseline_source: `given`, `lowest_7_days`, `median_8_365_days`, or `admission` (the first
            value: it may itself be raised, so the stage may be too low).
        partial_min: the stage that is certain without the missing values.
    """

    baseline: Decimal | None = None
    baseline_source: str | None = None
    partial_min: int | None = None


def kdigo_aki(inputs: KdigoInputs) -> KdigoResult:
    """The worse of the stages by creatinine and by urine.

    Without urine the creatinine alone stages completely; without creatinine there is no stage but
    3, by urine, dialysis or a child's eGFR.
    """
    values = sorted(inputs.creatinine or (), key=lambda one: (one.at, one.value))
    baseline, source = _baseline(inputs.baseline, values)
    points: dict[str, int] = {}
    if values and baseline is not None:
        points["creatinine"] = _by_creatinine(values, baseline)
    urine = _by_urine(inputs)
    if urine is not None:
        points["urine"] = urine
    if inputs.rrt:
        points["rrt"] = _WORST
    if _child_in_failure(inputs):
        points["egfr"] = _WORST
    stage = max(points.values(), default=0)
    missing = () if stage == _WORST else _missing(inputs, values)
    known = "creatinine" not in missing
    return KdigoResult(
        score_id=_ID,
        version=_VERSION,
        value=stage if known else None,
        band=BANDS[stage] if known else None,
        complete=not missing,
        missing=missing,
        components=components_of(points),
        baseline=baseline,
        baseline_source=source,
        partial_min=stage,
    )


def _missing(inputs: KdigoInputs, values: Sequence[Creatinine]) -> tuple[str, ...]:
    """No creatinine; or half of what the urine needs: its rate, or over how many hours."""
    missing = [] if values else ["creatinine"]
    halves = ("urine_ml_kg_h", "urine_hours")
    absent = [name for name in halves if getattr(inputs, name) is None]
    return tuple(missing + (absent if len(absent) == 1 else []))


def _baseline(
    given: Decimal | None, values: Sequence[Creatinine]
) -> tuple[Decimal | None, str | None]:
    if given is not None:
        return given, "given"
    if not values:
        return None, None
    last, earlier = values[-1], values[:-1]
    week = [one.value for one in earlier if last.at - one.at <= _WEEK]
    if week:
        return min(week), "lowest_7_days"
    year = [one.value for one in earlier if _DAY_8 <= last.at - one.at <= _YEAR]
    if year:
        return median(year), "median_8_365_days"
    return values[0].value, "admission"


def _by_creatinine(values: Sequence[Creatinine], baseline: Decimal) -> int:
    last = values[-1].value
    stage = reached(last / baseline, _RATIOS, below=0)
    if not stage and _rose(values):
        stage = 1
    return _WORST if stage and last >= _SEVERE else stage


def _rose(values: Sequence[Creatinine]) -> bool:
    """Whether it rose by 26.5 umol/L within 48 hours of the last week, and has not fallen back."""
    last = values[-1]
    recent = [one for one in values if last.at - one.at <= _WEEK]
    return any(
        later.at - one.at <= _SHORT
        and later.value - one.value >= _RISE
        and last.value - one.value >= _RISE
        for index, one in enumerate(recent)
        for later in recent[index + 1 :]
    )


def _by_urine(inputs: KdigoInputs) -> int | None:
    rate, hours = inputs.urine_ml_kg_h, inputs.urine_hours
    if rate is None or hours is None:
        return None
    if (rate < Decimal("0.3") and hours >= 24) or (rate == 0 and hours >= 12):
        return _WORST
    by_hours: tuple[tuple[Number, int], ...] = ((6, 1), (12, 2))
    return reached(hours, by_hours, below=0) if rate < Decimal("0.5") else 0


def _child_in_failure(inputs: KdigoInputs) -> bool:
    return (
        inputs.age_years is not None
        and inputs.age_years < ADULT
        and inputs.egfr is not None
        and inputs.egfr < _CHILD_EGFR
    )
