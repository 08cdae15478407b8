"""What Cockcroft-Gault and CKD-EPI share: for whom they hold, and when creatinine is unsteady."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from domain.quantities import Quantity
from rules.scores.guards import DIALYSIS, too_young, with_child
from rules.scores.measures import in_stored_unit
from rules.scores.result import ScoreResult

_UMOL_PER_MG_DL: Final = Decimal("88.4")
_UNSTEADY: Final = Decimal("26.5")


@dataclass(frozen=True, slots=True, kw_only=True)
class KidneyInputs:
    """What both formulas need of a patient; None: not known.

    Attributes:
        sex: F or M.
        creatinine: umol/L or mg/dL.
        pregnant: or up to 6 weeks after birth.
        rrt: on renal replacement therapy.
        aki_stage: KDIGO 0 to 3.
        creatinine_change_48h: umol/L, up or down.
    """

    age_years: int | None = None
    sex: str | None = None
    creatinine: Quantity | None = None
    pregnant: bool | None = None
    rrt: bool | None = None
    aki_stage: int | None = None
    creatinine_change_48h: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KidneyResult(ScoreResult):
    """A filtration rate; `unstable`: creatinine is not in steady state, dose more cautiously.

    `unstable` is None where neither a KDIGO stage nor a change is known.
    """

    unstable: bool | None = None


def kidney_exclusion(inputs: KidneyInputs) -> str | None:
    """G-PED, G-ADO, G-PREG and G-RRT of the rules specification 1.1."""
    return (
        too_young(inputs.age_years, adults_only=True)
        or with_child(inputs.pregnant)
        or (DIALYSIS if inputs.rrt else None)
    )


def is_unstable(inputs: KidneyInputs) -> bool | None:
    """G-AKI: KDIGO stage 1 or more, or a change of 26.5 umol/L in 48 hours."""
    stage, change = inputs.aki_stage, inputs.creatinine_change_48h
    if stage is None and change is None:
        return None
    return bool(stage) or (change is not None and abs(change) >= _UNSTEADY)


def in_mg_per_dl(creatinine: Quantity) -> Decimal:
    """Creatinine in mg/dL, unrounded.

    Raises:
        InvalidInput: its unit is not one of creatinine's.
    """
    return in_stored_unit("creatinine", creatinine) / _UMOL_PER_MG_DL
