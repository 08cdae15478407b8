"""Which illnesses of the Charlson index a patient has, as scores and checks see it alike."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from domain.conditions import ICD9, listed, taken_apart
from rules.scores.charlson import CharlsonInputs, charlson
from rules.scores.comorbidities import conditions_of
from rules.scores.guards import ADULT

if TYPE_CHECKING:
    from domain.clinical import Clinical


def illnesses(clinical: Clinical) -> frozenset[str] | None:
    """The conditions by name, from names and codes; None where nobody has asked."""
    found = listed(clinical.facts)
    return None if found is None else _named(found)


def charlson_index(clinical: Clinical, age: int | None) -> int | None:
    """The index of 1987 without points for age; None where nobody has asked, and of a child."""
    found = illnesses(clinical)
    if found is None or (age is not None and age < ADULT):
        return None
    return int(charlson(CharlsonInputs(conditions=found)).value or 0)


@lru_cache(maxsize=4096)
def _named(found: tuple[str, ...]) -> frozenset[str]:
    names, icd10, icd9 = taken_apart(found)
    return frozenset(names) | conditions_of(icd10) | conditions_of(icd9, ICD9)
