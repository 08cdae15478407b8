"""SOFA, the Sequential Organ Failure Assessment.

Source: Vincent JL et al. Intensive Care Med 1996;22:707-710, as in Sepsis-3 (Singer M et al. JAMA
2016;315:801-810). SOFA-2 (JAMA 2025) is another score and does not replace this one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from domain.quantities import Quantity
from rules.scores.guards import too_young
from rules.scores.measures import MEASURES, in_stored_unit, ucum
from rules.scores.result import ScoreResult, components_of
from rules.scores.tables import Number, Steps, reached, up_to

_ID: Final = "sofa"
_VERSION: Final = "sofa@1"
_WORST: Final = 4


@dataclass(frozen=True, slots=True)
class _Column:
    """The bands of one organ in one unit: each step from its number on, 4 only beyond `above`."""

    steps: Steps
    above: Number | None = None

    def points(self, value: Number) -> int:
        if self.above is not None and value > self.above:
            return _WORST
        return reached(value, self.steps, below=0)


_RESPIRATION: Final[Mapping[str, Steps]] = {
    "mm[Hg]": ((100, 3), (200, 2), (300, 1), (400, 0)),
    "kPa": (
        *((Decimal("13.3"), 3), (Decimal("26.7"), 2)),
        *((Decimal(40), 1), (Decimal("53.3"), 0)),
    ),
}
_BILIRUBIN: Final[Mapping[str, _Column]] = {
    "umol/L": _Column(((20, 1), (33, 2), (102, 3)), above=204),
    "mg/dL": _Column(((Decimal("1.2"), 1), (2, 2), (6, 3), (12, 4))),
}
_CREATININE: Final[Mapping[str, _Column]] = {
    "umol/L": _Column(((110, 1), (171, 2), (300, 3)), above=440),
    "mg/dL": _Column(((Decimal("1.2"), 1), (2, 2), (Decimal("3.5"), 3), (5, 4))),
}
_PLATELETS: Final[Steps] = ((20, 3), (50, 2), (100, 1), (150, 0))
_GCS: Final[Steps] = ((5, 4), (9, 3), (12, 2), (14, 1))
_URINE: Final[Steps] = ((200, 3), (500, 0))
_UNSUPPORTED: Final = 2
"""3 and 4 points of respiration need respiratory support; without it the same ratio gives 2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SofaInputs:
    """The worst values of the last 24 hours; None: not measured.

    A catecholamine that is None is not running: an infusion leaves a record, a value does not.

    Attributes:
        pao2_fio2: mm[Hg] or kPa, judged in the unit received, like bilirubin and creatinine.
        respiratory_support: ventilated, invasively or not.
        platelets: 10*9/L.
        bilirubin: umol/L or mg/dL.
        mean_arterial_pressure: mm[Hg].
        dopamine: ug/kg/min for at least an hour; so the other three.
        urine: mL/d.
    """

    pao2_fio2: Quantity | None = None
    respiratory_support: bool | None = None
    platelets: Decimal | None = None
    bilirubin: Quantity | None = None
    mean_arterial_pressure: Decimal | None = None
    dopamine: Decimal | None = None
    dobutamine: Decimal | None = None
    noradrenaline: Decimal | None = None
    adrenaline: Decimal | None = None
    gcs: int | None = None
    creatinine: Quantity | None = None
    urine: Decimal | None = None
    age_years: int | None = None


def sofa(inputs: SofaInputs) -> ScoreResult:
    """The sum over six organs.

    An organ that was not measured counts 0, as in published research; then `complete` is false and
    the value a lower bound. Where nothing was measured there is no value.

    Raises:
        InvalidInput: an amount has a unit that is not one of its measure's.
    """
    reason = too_young(inputs.age_years, adults_only=True)
    if reason is not None:
        return ScoreResult.excluded(_ID, _VERSION, reason)
    organs = {
        "respiration": _respiration(inputs),
        "coagulation": _coagulation(inputs),
        "liver": None
        if inputs.bilirubin is None
        else _in_column("bilirubin", inputs.bilirubin, _BILIRUBIN),
        "cardiovascular": _circulation(inputs),
        "cns": None if inputs.gcs is None else up_to(inputs.gcs, _GCS, above=0),
        "renal": _kidneys(inputs),
    }
    points = {name: one for name, one in organs.items() if one is not None}
    missing = tuple(_missing(inputs, organs))
    return ScoreResult(
        score_id=_ID,
        version=_VERSION,
        value=sum(points.values()) if points else None,
        complete=not missing,
        missing=missing,
        components=components_of(points),
    )


def _in_column(name: str, amount: Quantity, columns: Mapping[str, _Column]) -> int:
    """The points by the column of the unit received; any other unit is converted first."""
    column = columns.get(ucum(amount.unit))
    if column is not None:
        return column.points(amount.value)
    return columns[MEASURES[name].unit].points(in_stored_unit(name, amount))


def _respiration(inputs: SofaInputs) -> int | None:
    """The points of the ratio; without known support never more than 2."""
    points = _ratio(inputs)
    if points is None or inputs.respiratory_support:
        return points
    return min(points, _UNSUPPORTED)


def _ratio(inputs: SofaInputs) -> int | None:
    """The points of the ratio as if breathing were supported."""
    ratio = inputs.pao2_fio2
    if ratio is None:
        return None
    unit = ucum(ratio.unit)
    if unit not in _RESPIRATION:
        in_stored_unit("pao2_fio2", ratio)  # says which units are right
    return reached(ratio.value, _RESPIRATION[unit], below=_WORST)


def _coagulation(inputs: SofaInputs) -> int | None:
    if inputs.platelets is None:
        return None
    return reached(inputs.platelets, _PLATELETS, below=4)


def _circulation(inputs: SofaInputs) -> int | None:
    """The strongest support counts, else the pressure."""
    drugs = max(_dopamine(inputs), _noradrenaline(inputs), 2 if inputs.dobutamine else 0)
    if drugs or inputs.mean_arterial_pressure is None:
        return drugs or None
    return int(inputs.mean_arterial_pressure < 70)


def _dopamine(inputs: SofaInputs) -> int:
    dose = inputs.dopamine or 0
    return up_to(dose, ((0, 0), (5, 2), (15, 3)), above=4)


def _noradrenaline(inputs: SofaInputs) -> int:
    """Of noradrenaline and adrenaline the larger dose."""
    dose = max(inputs.noradrenaline or 0, inputs.adrenaline or 0)
    return up_to(dose, ((0, 0), (Decimal("0.1"), 3)), above=4)


def _kidneys(inputs: SofaInputs) -> int | None:
    """The worse of creatinine and urine."""
    points = []
    if inputs.creatinine is not None:
        points.append(_in_column("creatinine", inputs.creatinine, _CREATININE))
    if inputs.urine is not None:
        points.append(reached(inputs.urine, _URINE, below=4))
    return max(points, default=None)


def _missing(inputs: SofaInputs, organs: Mapping[str, int | None]) -> list[str]:
    """What is not there and could still raise the sum."""
    missing = []
    if organs["respiration"] is None:
        missing.append("pao2_fio2")
    elif inputs.respiratory_support is None and _ratio(inputs) != organs["respiration"]:
        missing.append("respiratory_support")
    missing += [name for name in ("platelets", "bilirubin") if getattr(inputs, name) is None]
    if organs["cardiovascular"] is None:
        missing.append("mean_arterial_pressure")
    if inputs.gcs is None:
        missing.append("gcs")
    if organs["renal"] != _WORST:
        missing += [name for name in ("creatinine", "urine") if getattr(inputs, name) is None]
    return missing
