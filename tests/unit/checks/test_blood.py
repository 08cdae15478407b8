"""ABO and RhD: every pair of groups, the special cases, and `wardloop blood compatible`."""

from __future__ import annotations

import pytest

from domain.errors import InvalidInput
from rules.blood_lines import compatible_line
from rules.checks.blood import GROUPS, STRICT, Answer, compatible

ABO = ("O", "A", "B", "AB")
RED_CELLS = {  # rules specification 4.10; rows are patients: O A B AB of the unit
    "O": "= x x x",
    "A": "o = x x",
    "B": "o x = x",
    "AB": "o o o =",
}
PLASMA = {
    "O": "= o o o",
    "A": "x = x o",
    "B": "x x = o",
    "AB": "x x x =",
    "unknown": "x x x o",
}
WORDS = {"=": "identical", "o": "compatible", "x": "stop"}


def says(component: str, patient: str, unit: str, **more: object) -> str:
    return compatible(component, patient, unit, **more).verdict.value  # type: ignore[arg-type]  # named freely


def table(rows: dict[str, str]) -> list[tuple[str, str, str]]:
    return [
        (patient, unit, WORDS[mark])
        for patient, marks in rows.items()
        for unit, mark in zip(ABO, marks.split(), strict=True)
    ]


@pytest.mark.rows("V12")
@pytest.mark.parametrize(("patient", "unit", "right"), table(RED_CELLS))
@pytest.mark.parametrize("rhd", ["++", "+-", "-+", "--"])
def test_every_pair_of_red_cells(patient: str, unit: str, right: str, rhd: str) -> None:
    said = says("red_cells", patient + rhd[0], unit + rhd[1])
    if right == "stop" or rhd == "-+":
        assert said == "stop"
    elif right == "identical" and rhd == "+-":
        assert said == "compatible"  # the same ABO group, and D negative for a D positive patient
    else:
        assert said == right


@pytest.mark.rows("V12")
@pytest.mark.parametrize(("patient", "unit", "right"), table(PLASMA))
@pytest.mark.parametrize("rhd", ["++", "+-", "-+", "--"])
def test_every_pair_of_plasma_whatever_rhd(patient: str, unit: str, right: str, rhd: str) -> None:
    known = patient if patient == "unknown" else patient + rhd[0]
    assert says("plasma", known, unit + rhd[1]) == right


@pytest.mark.parametrize("patient", GROUPS)
@pytest.mark.parametrize("unit", GROUPS)
def test_whole_blood_is_of_the_same_abo_group_only(patient: str, unit: str) -> None:
    said = says("whole_blood", patient, unit)
    if patient == unit:
        assert said == "identical"
    elif patient[:-1] == unit[:-1] and unit.endswith("-"):
        assert said == "compatible"
    else:
        assert said == "stop"
    assert says("whole_blood", "unknown", unit, emergency=True) == "stop"


@pytest.mark.parametrize("patient", GROUPS)
@pytest.mark.parametrize("unit", GROUPS)
def test_platelets_go_across_groups_but_not_against_a_child(patient: str, unit: str) -> None:
    against = WORDS[PLASMA[patient[:-1]].split()[ABO.index(unit[:-1])]] == "stop"
    child = says("platelets", patient, unit, sex="M", age_years=9)
    man = says("platelets", patient, unit, sex="M", age_years=40)
    assert (child == "stop") is against
    assert (man == "second_person") is against
    assert (man == "identical") is (patient == unit)


@pytest.mark.parametrize("unit", GROUPS)
def test_cryoprecipitate_may_be_of_another_group_in_adults(unit: str) -> None:
    adult = says("cryoprecipitate", "A+", unit, age_years=40)
    child = says("cryoprecipitate", "A+", unit, age_years=17)
    group = unit[:-1]
    assert adult == ("identical" if group == "A" else "compatible")
    right = {"A": "identical", "AB": "compatible"}.get(group, "second_person")
    assert child == right


@pytest.mark.rows("V13")
@pytest.mark.parametrize(
    ("sex", "age", "emergency", "right"),
    [
        ("female", 30, False, "stop"),
        ("female", 30, True, "second_person"),
        ("F", 50, False, "stop"),
        ("F", 51, False, "second_person"),
        ("male", 40, False, "second_person"),
        ("M", 18, False, "stop"),
        ("M", 19, False, "second_person"),
        ("M", None, False, "stop"),
        (None, 40, False, "stop"),
        (None, None, True, "second_person"),
    ],
)
def test_d_positive_red_cells_for_a_d_negative_patient(
    sex: str | None, age: int | None, emergency: bool, right: str
) -> None:
    more = {"sex": sex, "age_years": age, "emergency": emergency}
    assert says("red_cells", "A-", "A+", **more) == right


@pytest.mark.parametrize(
    ("unit", "sex", "age", "emergency", "right"),
    [
        ("O-", "F", 30, True, "compatible"),
        ("O+", "F", 30, True, "second_person"),
        ("O+", "F", 51, True, "compatible"),
        ("O+", "M", 18, True, "second_person"),
        ("O+", "M", 19, True, "compatible"),
        ("O+", None, None, True, "second_person"),
        ("O-", "M", 40, False, "stop"),
        ("A-", "M", 40, True, "stop"),
        ("AB-", "M", 40, True, "stop"),
    ],
)
def test_red_cells_where_the_group_is_not_known(
    unit: str, sex: str | None, age: int | None, emergency: bool, right: str
) -> None:
    more = {"sex": sex, "age_years": age, "emergency": emergency}
    assert says("red_cells", "unknown", unit, **more) == right


def test_low_titre_a_plasma_is_a_hospitals_choice_in_an_emergency() -> None:
    assert says("plasma", "unknown", "A+", emergency=True, allow_low_titre_a=True) == (
        "second_person"
    )
    assert says("plasma", "unknown", "A+", allow_low_titre_a=True) == "stop"
    assert says("plasma", "unknown", "A+", emergency=True) == "stop"
    assert says("plasma", "unknown", "O+", emergency=True, allow_low_titre_a=True) == "stop"


def test_platelets_where_the_group_is_not_known() -> None:
    assert says("platelets", "unknown", "AB-") == "compatible"
    assert says("platelets", "unknown", "A-", age_years=40) == "second_person"
    assert says("platelets", "unknown", "O-", age_years=9) == "stop"


@pytest.mark.parametrize(
    ("sex", "age", "right"),
    [("F", 50, "second_person"), ("F", 51, "compatible"), ("M", 30, "compatible"),
     (None, None, "second_person")],
)  # fmt: skip
def test_d_positive_platelets_for_a_woman_who_may_bear_children(
    sex: str | None, age: int | None, right: str
) -> None:
    assert says("platelets", "B-", "B+", sex=sex, age_years=age) == right


def test_a_hospital_that_gives_the_same_group_keeps_others_for_emergencies() -> None:
    assert says("red_cells", "A+", "O+", policy=STRICT) == "stop"
    assert says("red_cells", "A+", "O+", policy=STRICT, emergency=True) == "second_person"
    assert says("red_cells", "A+", "A-", policy=STRICT) == "compatible"
    assert says("red_cells", "A+", "B+", policy=STRICT, emergency=True) == "stop"


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("component", {"component": "granulocytes"}),
        ("patient", {"patient": "C+"}),
        ("unit", {"unit": "unknown"}),
        ("sex", {"sex": "X"}),
        ("policy", {"policy": "any"}),
    ],
)
def test_a_word_that_is_not_known_is_no_group(field: str, given: dict[str, str]) -> None:
    right: dict[str, object] = {"component": "red_cells", "patient": "A+", "unit": "A+"}
    with pytest.raises(InvalidInput) as said:
        compatible(**(right | given))  # type: ignore[arg-type]  # named freely
    assert said.value.field == field


def test_a_line_is_answered_by_verdict_and_reason() -> None:
    line = {"component": "red_cells", "patient": "AB+", "unit": "A-"}
    assert compatible_line(line) == {
        "verdict": Answer.COMPATIBLE.value,
        "reason": "A red cells are compatible with AB",
    }
    emergency = {"component": "red_cells", "patient": "unknown", "unit": "O-", "emergency": True}
    assert compatible_line({**emergency, "sex": "F", "age_years": 30})["verdict"] == "compatible"
    strict = {"component": "red_cells", "patient": "A+", "unit": "O+", "policy": STRICT}
    assert compatible_line(strict)["verdict"] == "stop"


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("unit", {"unit": None}),
        ("patient", {"patient": 7}),
        ("emergancy", {"emergancy": True}),
        ("emergency", {"emergency": "yes"}),
        ("age_years", {"age_years": -1}),
        ("age_years", {"age_years": 131}),
        ("age_years", {"age_years": True}),
        ("age_years", {"age_years": "40"}),
        ("sex", {"sex": 1}),
        ("component", {"component": "blood"}),
    ],
)
def test_a_bad_line_names_its_field(field: str, given: dict[str, object]) -> None:
    right = {"component": "red_cells", "patient": "A+", "unit": "A+"}
    said = compatible_line(right | given)
    assert said["error"]["field"] == field  # type: ignore[index]  # named freely
