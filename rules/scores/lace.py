"""LACE: death or readmission within 30 days of discharge.

Source: van Walraven C et al. CMAJ 2010;182:551-557. A "modified LACE" gives 6 for 14 days and more;
it is another score. Before discharge, with the days so far, the score is a lower bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from rules.scores.guards import too_young
from rules.scores.result import ScoreResult, components_of, missing_of
from rules.scores.tables import Steps, reached, up_to

_ID: Final = "lace"
_VERSION: Final = "lace@1"
_DAYS: Final[Steps] = ((1, 1), (2, 2), (3, 3), (4, 4), (7, 5), (14, 7))
_COMORBIDITY: Final[Steps] = ((0, 0), (1, 1), (2, 2), (3, 3))
_VISITS: Final = 4
_BANDS: Final = ("low", "moderate", "high")
_INPUTS: Final = ("length_of_stay_days", "acute_admission", "charlson_lace", "ed_visits_6_months")


@dataclass(frozen=True, slots=True, kw_only=True)
class LaceInputs:
    """One stay; None: not known.

    Attributes:
        length_of_stay_days: days, parts of a day allowed.
        charlson_lace: the comorbidity sum with the weights of LACE
            (`rules.scores.charlson.charlson_lace`), not the Charlson index itself.
        ed_visits_6_months: visits to an emergency department, this one not counted.
    """

    length_of_stay_days: Decimal | None = None
    acute_admission: bool | None = None
    charlson_lace: int | None = None
    ed_visits_6_months: int | None = None
    age_years: int | None = None


def lace(inputs: LaceInputs) -> ScoreResult:
    """0 to 19, none without all four; from 5 moderate, from 10 high."""
    reason = too_young(inputs.age_years)
    if reason is not None:
        return ScoreResult.excluded(_ID, _VERSION, reason)
    points: dict[str, int] = {}
    if inputs.length_of_stay_days is not None:
        points["length_of_stay_days"] = reached(inputs.length_of_stay_days, _DAYS, below=0)
    if inputs.acute_admission is not None:
        points["acute_admission"] = 3 if inputs.acute_admission else 0
    if inputs.charlson_lace is not None:
        points["charlson_lace"] = up_to(inputs.charlson_lace, _COMORBIDITY, above=5)
    if inputs.ed_visits_6_months is not None:
        points["ed_visits_6_months"] = min(inputs.ed_visits_6_months, _VISITS)
    missing = missing_of(inputs, _INPUTS)
    total = sum(points.values())
    band = reached(total, ((5, 1), (10, 2)), below=0)
    return ScoreResult(
        score_id=_ID,
        version=_VERSION,
        value=None if missing else total,
        band=_BANDS[band] if not missing or _BANDS[band] == "high" else None,
        complete=not missing,
        missing=missing,
        components=components_of(points),
    )
