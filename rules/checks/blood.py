"""ABO and RhD: which unit may go to which patient. Code, never a draft (decision 37).

Source: rules specification 4.10, loop specification 6.5 (Lifeblood; for China 临床输血技术规范).
Red cells must carry no antigen against which the patient has antibodies; plasma must carry no
antibody against the patient's red cells.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.errors import InvalidInput

GROUPS: Final = ("O+", "O-", "A+", "A-", "B+", "B-", "AB+", "AB-")
UNKNOWN: Final = "unknown"
COMPONENTS: Final = ("red_cells", "whole_blood", "plasma", "platelets", "cryoprecipitate")
SEXES: Final = {"F": "F", "M": "M", "female": "F", "male": "M"}
COMPATIBLE: Final = "compatible"
STRICT: Final = "strict_same_group"
POLICIES: Final = (COMPATIBLE, STRICT)
"""`strict_same_group`: another ABO group of red cells in an emergency only, with the blood bank."""

CHILDBEARING_UNTIL: Final = 50
"""Women up to this age, in years, keep off RhD antibodies."""
ADULT: Final = 18
_ABO: Final = {"O": frozenset[str](), "A": frozenset("A"), "B": frozenset("B"),
               "AB": frozenset("AB")}  # fmt: skip


class Answer(StrEnum):
    """What the engine says of a unit for a patient."""

    IDENTICAL = "identical"
    COMPATIBLE = "compatible"
    SECOND_PERSON = "second_person"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer and why."""

    verdict: Answer
    reason: str


@dataclass(frozen=True, slots=True)
class _Case:
    """A patient and a unit, taken apart."""

    abo: str
    positive: bool
    unit_abo: str
    unit_positive: bool
    known: bool
    same: bool
    sex: str | None
    age: int | None
    emergency: bool
    policy: str
    low_titre_a: bool


def compatible(
    component: str,
    patient: str,
    unit: str,
    *,
    sex: str | None = None,
    age_years: int | None = None,
    emergency: bool = False,
    policy: str = COMPATIBLE,
    allow_low_titre_a: bool = False,
) -> Verdict:
    """Whether a unit may go to a patient.

    Args:
        component: one of `COMPONENTS`.
        patient: `O+` to `AB-`, or `unknown`.
        unit: `O+` to `AB-`, as its label says.
        sex: `F` or `M`; where it matters and is not known, the careful answer is given.
        emergency: released uncrossmatched, or to save a life.
        policy: one of `POLICIES`.
        allow_low_titre_a: low-titre A plasma for an unknown patient in an emergency.

    Raises:
        InvalidInput: a word that is not one of these; names the field.
    """
    _one_of("component", component, COMPONENTS)
    _one_of("patient", patient, (*GROUPS, UNKNOWN))
    _one_of("unit", unit, GROUPS)
    _one_of("policy", policy, POLICIES)
    if sex is not None:
        _one_of("sex", sex, tuple(SEXES))
    known = patient != UNKNOWN
    case = _Case(
        abo=patient.rstrip("+-") if known else "",
        positive=patient.endswith("+"),
        unit_abo=unit.rstrip("+-"),
        unit_positive=unit.endswith("+"),
        known=known,
        same=patient == unit,
        sex=None if sex is None else SEXES[sex],
        age=age_years,
        emergency=emergency,
        policy=policy,
        low_titre_a=allow_low_titre_a,
    )
    return _RULES[component](case)


def _one_of(field: str, value: str, words: tuple[str, ...]) -> None:
    if value not in words:
        raise InvalidInput(field, f"{value!r} is not known", right=f"one of {', '.join(words)}")


# ------------------------------------------------------------------ red cells, whole blood
def _red_cells(case: _Case) -> Verdict:
    if not case.known:
        return _red_cells_unknown(case)
    if not _ABO[case.unit_abo] <= _ABO[case.abo]:
        return Verdict(
            Answer.STOP, f"{case.unit_abo} red cells are destroyed in a patient of {case.abo}"
        )
    rhd = _rhd(case)
    if rhd is not None:
        return rhd
    if case.unit_abo == case.abo:
        return _same(case, "RhD negative red cells for an RhD positive patient")
    if case.policy == STRICT:
        return _strict(case)
    return Verdict(Answer.COMPATIBLE, f"{case.unit_abo} red cells are compatible with {case.abo}")


def _strict(case: _Case) -> Verdict:
    if case.emergency:
        return Verdict(
            Answer.SECOND_PERSON,
            "another compatible group in an emergency: the blood bank must agree",
        )
    return Verdict(Answer.STOP, "this hospital gives the same ABO group outside an emergency")


def _red_cells_unknown(case: _Case) -> Verdict:
    if case.unit_abo != "O":
        return Verdict(Answer.STOP, "the patient's group is not known: O red cells only")
    if not case.emergency:
        return Verdict(Answer.STOP, "determine the patient's group first: this is no emergency")
    if case.unit_positive and not _may_have_positive(case):
        return Verdict(
            Answer.SECOND_PERSON,
            "RhD negative first: for women up to 50, men up to 18 and where sex or age is not"
            " known; RhD positive to save a life, a physician must agree",
        )
    return Verdict(Answer.COMPATIBLE, "O red cells in an emergency, the group not known")


def _may_have_positive(case: _Case) -> bool:
    """Men over 18 and women over 50."""
    if case.age is None:
        return False
    if case.sex == "F":
        return case.age > CHILDBEARING_UNTIL
    return case.sex == "M" and case.age > ADULT


def _rhd(case: _Case) -> Verdict | None:
    """What RhD says of red cells whose ABO fits; None where nothing."""
    if case.positive or not case.unit_positive:
        return None
    if case.emergency or _may_have_positive(case):
        return Verdict(
            Answer.SECOND_PERSON,
            "RhD positive red cells for an RhD negative patient: a physician must agree; think of"
            " anti-D",
        )
    return Verdict(
        Answer.STOP,
        "RhD positive red cells for an RhD negative patient: outside an emergency for men over 18"
        " and women over 50 only",
    )


def _whole_blood(case: _Case) -> Verdict:
    if not case.known:
        return Verdict(Answer.STOP, "whole blood needs a known group")
    if case.abo != case.unit_abo:
        return Verdict(Answer.STOP, "whole blood of the same ABO group only")
    return _rhd(case) or _same(case, "RhD negative whole blood for an RhD positive patient")


def _same(case: _Case, otherwise: str) -> Verdict:
    if case.same:
        return Verdict(Answer.IDENTICAL, "the same ABO and RhD group")
    return Verdict(Answer.COMPATIBLE, otherwise)


# ------------------------------------------------------------------ plasma, platelets, cryo
def _plasma_fits(case: _Case) -> bool:
    """Whether the unit's plasma has no antibody against the patient's cells.

    A patient who is not known may have A and B.
    """
    antigens = _ABO[case.abo] if case.known else _ABO["AB"]
    return antigens <= _ABO[case.unit_abo]


def _plasma(case: _Case) -> Verdict:
    if case.known and case.abo == case.unit_abo:
        return Verdict(Answer.IDENTICAL, "the same ABO group; RhD does not matter for plasma")
    if _plasma_fits(case):
        return Verdict(Answer.COMPATIBLE, f"{case.unit_abo} plasma has no antibody that harms")
    low_titre = not case.known and case.unit_abo == "A" and case.emergency and case.low_titre_a
    if low_titre:
        return Verdict(
            Answer.SECOND_PERSON, "low-titre A plasma in an emergency: confirm the titre"
        )
    return Verdict(
        Answer.STOP, f"{case.unit_abo} plasma has antibodies against the patient's cells"
    )


def _platelets(case: _Case) -> Verdict:
    if not case.known and not _plasma_fits(case):
        return _against(case, "the patient's group is not known")
    if case.known and not _plasma_fits(case):
        return _against(case, f"{case.unit_abo} plasma has antibodies against {case.abo}")
    if not case.positive and case.unit_positive and _may_bear(case):
        return Verdict(
            Answer.SECOND_PERSON,
            "RhD positive platelets for a woman who may bear children: anti-D within 72 h",
        )
    if not case.known or case.abo != case.unit_abo:
        return Verdict(Answer.COMPATIBLE, "another ABO group of platelets: they may last shorter")
    return _same(case, "the same ABO group of platelets, another RhD")


def _against(case: _Case, why: str) -> Verdict:
    if case.age is not None and case.age < ADULT:
        return Verdict(Answer.STOP, f"{why}: not for a child")
    return Verdict(
        Answer.SECOND_PERSON, f"{why}: low-titre or resuspended only, the blood bank must agree"
    )


def _may_bear(case: _Case) -> bool:
    """A woman up to 50; whose sex is not known may be one."""
    return case.sex != "M" and (case.age is None or case.age <= CHILDBEARING_UNTIL)


def _cryoprecipitate(case: _Case) -> Verdict:
    if case.known and case.abo == case.unit_abo:
        return Verdict(Answer.IDENTICAL, "the same ABO group; RhD does not matter")
    if _plasma_fits(case):
        return Verdict(Answer.COMPATIBLE, f"{case.unit_abo} plasma has no antibody that harms")
    if case.age is not None and case.age < ADULT:
        return Verdict(Answer.SECOND_PERSON, "another ABO group for a child: the blood bank agrees")
    return Verdict(Answer.COMPATIBLE, "another ABO group is allowed in adults")


_RULES: Final = {
    "red_cells": _red_cells,
    "whole_blood": _whole_blood,
    "plasma": _plasma,
    "platelets": _platelets,
    "cryoprecipitate": _cryoprecipitate,
}
