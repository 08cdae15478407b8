"""Charlson comorbidity index.

Source: Charlson ME et al. J Chronic Dis 1987;40:373-383 (weights and, from age 50, a point for each
decade: Charlson M et al. J Clin Epidemiol 1994;47:1245-1251); Quan H et al. Am J Epidemiol
2011;173:676-682 (newer weights). ICD-10: Quan H et al. Med Care 2005;43:1130-1139.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from domain.conditions import ICD9
from rules.scores.comorbidities import conditions_of, weighed
from rules.scores.guards import too_young
from rules.scores.result import ScoreResult, components_of
from rules.scores.tables import Steps, reached

_ID: Final = "charlson"
VARIANTS: Final[Mapping[str, tuple[str, str]]] = {
    "1987": ("charlson@1987", "y1987"),
    "age_adjusted": ("charlson@1987_age_adjusted", "y1987"),
    "quan2011": ("charlson@quan2011", "quan2011"),
}
"""The version of each variant and its table of weights."""
_AGE: Final[Steps] = ((50, 1), (60, 2), (70, 3), (80, 4))


@dataclass(frozen=True, slots=True, kw_only=True)
class CharlsonInputs:
    """The problem list; None: there is none, which is not the same as an empty one.

    Attributes:
        conditions: names of `rules/knowledge/charlson_icd10.toml`, the first of each.
        icd10: codes, with or without point; added to `conditions`.
        icd9: codes of ICD-9-CM, of sources that have no others.
        variant: a name of `VARIANTS`.
    """

    conditions: frozenset[str] | None = None
    icd10: tuple[str, ...] | None = None
    icd9: tuple[str, ...] | None = None
    age_years: int | None = None
    variant: str = "1987"


def charlson(inputs: CharlsonInputs) -> ScoreResult:
    """The sum of weights; without a problem list there is none.

    Raises:
        InvalidInput: a text is no code of its system.
    """
    version, table = VARIANTS[inputs.variant]
    reason = too_young(inputs.age_years, adults_only=True)
    if reason is not None:
        return ScoreResult.excluded(_ID, version, reason)
    missing = []
    points: dict[str, int] = {}
    if inputs.conditions is None and inputs.icd10 is None and inputs.icd9 is None:
        missing.append("conditions")
    else:
        coded = conditions_of(inputs.icd10 or ()) | conditions_of(inputs.icd9 or (), ICD9)
        points |= weighed((inputs.conditions or frozenset()) | coded, table)
    if inputs.variant == "age_adjusted":
        if inputs.age_years is None:
            missing.append("age_years")
        else:
            points["age_years"] = reached(inputs.age_years, _AGE, below=0)
    return ScoreResult(
        score_id=_ID,
        version=version,
        value=None if missing else sum(points.values()),
        complete=not missing,
        missing=tuple(missing),
        components=components_of(points),
    )


def charlson_lace(conditions: frozenset[str]) -> int:
    """The comorbidity sum with the weights of LACE, its C; not the Charlson index."""
    return sum(weighed(conditions, "lace").values())
