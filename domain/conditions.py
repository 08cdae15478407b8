"""The lasting illnesses of a patient: the list from which the Charlson index is worked out.

One list for a patient, which outlives the stay; what proves wrong is taken off by a new entry. An
entry is a code of ICD-10 or ICD-9-CM, as a source has it, or the name of one of the illnesses that
the index counts. A code that the index does not count stands in the list all the same.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from domain.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from domain.standing import StandingFact

CONDITIONS: Final = "conditions"
"""The standing fact; its value is `listed`, or `none` where the patient was asked and has none."""
LISTED: Final = "listed"
NONE: Final = "none"
ICD10: Final = "icd10"
ICD9: Final = "icd9"
MOST: Final = 300
"""More entries than a patient has."""
NAMES: Final = (
    "mi", "chf", "pvd", "cerebrovascular", "dementia", "chronic_pulmonary",
    "connective_tissue_disease", "peptic_ulcer", "mild_liver_disease", "uncomplicated_diabetes",
    "diabetes_with_end_organ_damage", "hemiplegia", "moderate_severe_renal", "tumour",
    "moderate_severe_liver_disease", "metastatic_solid_tumour", "aids",
)  # fmt: skip
"""The illnesses of the Charlson index (rules specification 1.14), each by its first name."""
_SHAPES: Final = {
    ICD10: re.compile(r"[A-Z]\d[0-9A-Z](?:\.?[0-9A-Z]{1,8})?[+*]?"),
    ICD9: re.compile(r"(?:\d{3}|V\d{2})(?:\.?\d{1,2})?|E\d{3}(?:\.?\d)?"),
}
_RIGHT: Final = {ICD10: '"I50.0"', ICD9: '"428.0"'}


class Conditions(NamedTuple):
    """A list, taken apart: names, and codes without their point."""

    names: tuple[str, ...]
    icd10: tuple[str, ...]
    icd9: tuple[str, ...]


def entries(
    *, names: Iterable[str] = (), icd10: Iterable[str] = (), icd9: Iterable[str] = ()
) -> tuple[str, ...]:
    """Entries as a list keeps them: names, and codes with their system (`icd10:I500`), each once.

    Raises:
        InvalidInput: a name or code that is none; names the field and what would be right.
    """
    found = dict.fromkeys(_name(one) for one in names)
    for system, codes in ((ICD10, icd10), (ICD9, icd9)):
        found.update(dict.fromkeys(f"{system}:{plain_code(one, system)}" for one in codes))
    return tuple(found)


def plain_code(text: str, system: str = ICD10) -> str:
    """A code in capitals without its point.

    Raises:
        InvalidInput: it is none.
    """
    plain = text.strip().upper()
    if not _SHAPES[system].fullmatch(plain):
        word = {ICD10: "ICD-10", ICD9: "ICD-9-CM"}[system]
        raise InvalidInput(system, f"{text!r} is no {word} code", right=_RIGHT[system])
    return plain.replace(".", "")


def _name(text: str) -> str:
    if text not in NAMES:
        message = f"conditions: {text!r} is not known"
        right = f"a code in icd10, or one of {', '.join(NAMES)}"
        raise InvalidInput("conditions", message, right=right)
    return text


def listed(facts: Mapping[str, StandingFact]) -> tuple[str, ...] | None:
    """The entries that stand; None: nobody has asked yet, which is not the same as none."""
    fact = facts.get(CONDITIONS)
    if fact is None:
        return None
    found = fact.detail.get(LISTED)
    return tuple(map(str, found)) if isinstance(found, (list, tuple)) else ()


def taken_apart(found: Iterable[str]) -> Conditions:
    """A list by what its entries are."""
    parts: dict[str, list[str]] = {"": [], ICD10: [], ICD9: []}
    for entry in found:
        system, _, code = entry.rpartition(":")
        parts[system].append(code)
    return Conditions(tuple(parts[""]), tuple(parts[ICD10]), tuple(parts[ICD9]))
