"""Charlson and its codes, LACE at discharge, CURB-65 at the door."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.quantities import Quantity
from rules.scores.charlson import VARIANTS, CharlsonInputs, charlson, charlson_lace
from rules.scores.comorbidities import condition_names, conditions, conditions_of
from rules.scores.curb65 import Curb65Inputs, curb65
from rules.scores.lace import LaceInputs, lace
from rules.scores.result import ScoreResult
from tests.scoring import Value, but

WEIGHTS = {  # rules specification 1.14: 1987, Quan 2011; and of LACE, 1.15
    "mi": (1, 0, 1),
    "pvd": (1, 0, 1),
    "cerebrovascular": (1, 0, 1),
    "peptic_ulcer": (1, 0, 0),
    "uncomplicated_diabetes": (1, 0, 1),
    "chf": (1, 2, 2),
    "dementia": (1, 2, 3),
    "mild_liver_disease": (1, 2, 2),
    "chronic_pulmonary": (1, 1, 2),
    "connective_tissue_disease": (1, 1, 3),
    "hemiplegia": (2, 2, 0),
    "tumour": (2, 2, 2),
    "moderate_severe_renal": (2, 1, 4),
    "diabetes_with_end_organ_damage": (2, 1, 2),
    "moderate_severe_liver_disease": (3, 4, 4),
    "metastatic_solid_tumour": (6, 6, 6),
    "aids": (6, 4, 4),
}
CODES = {
    "mi": ("I21.9", "I22", "I25.2"),
    "chf": ("I50.0", "I42.5", "I42.9", "I11.0", "P29.0"),
    "pvd": ("I70.2", "I71.4", "K55.1", "Z95.8"),
    "cerebrovascular": ("I60", "I69.3", "G45.9", "H34.0"),
    "dementia": ("F00.1", "F03", "F05.1", "G30.9"),
    "chronic_pulmonary": ("J44.1", "J40", "J67.9", "J68.4"),
    "connective_tissue_disease": ("M05.8", "M32.1", "M34.0", "M36.0"),
    "peptic_ulcer": ("K25.0", "K28.9"),
    "mild_liver_disease": ("B18.1", "K70.3", "K74.6", "K76.0"),
    "uncomplicated_diabetes": ("E11.9", "E10.0", "E14.8"),
    "diabetes_with_end_organ_damage": ("E11.2", "E10.5", "E14.7"),
    "hemiplegia": ("G81.9", "G82.2", "G83.4", "G04.1"),
    "moderate_severe_renal": ("N18.5", "N19", "N03.2", "N05.7", "Z99.2"),
    "tumour": ("C00", "C26.9", "C34.9", "C50.9", "C76", "C81.9", "C92.0", "C97"),
    "moderate_severe_liver_disease": ("K72.9", "I85.0", "K76.5", "K76.7"),
    "metastatic_solid_tumour": ("C77.0", "C80"),
    "aids": ("B20.1", "B22", "B24"),
}
NEITHER = (
    *("I42.1", "I42.4", "I73.0", "I59", "J48", "J68.3", "K24", "K70.8", "K76.1", "E15"),
    *("G83.5", "N03.1", "N03.8", "N17.9", "C27", "C35", "C42", "C44.9", "C59", "C86", "C98"),
    *("B23", "F04", "E10", "U07.1", "Z00.0"),
)


def whole(result: ScoreResult) -> int:
    assert isinstance(result.value, int)
    return result.value


def index(*names: str, variant: str = "1987") -> int:
    return whole(charlson(CharlsonInputs(conditions=frozenset(names), variant=variant)))


@pytest.mark.parametrize(("name", "weights"), WEIGHTS.items())
def test_each_condition_has_its_weight_in_each_table(
    name: str, weights: tuple[int, int, int]
) -> None:
    found = (index(name), index(name, variant="quan2011"), charlson_lace(frozenset({name})))
    assert found == weights


def test_the_conditions_are_the_seventeen() -> None:
    assert {one.name for one in conditions()} == set(WEIGHTS)
    assert set(condition_names().values()) == set(WEIGHTS)
    assert condition_names()["leukaemia"] == condition_names()["lymphoma"] == "tumour"


@pytest.mark.parametrize(("name", "codes"), CODES.items())
def test_each_code_means_its_condition_and_no_other(name: str, codes: tuple[str, ...]) -> None:
    for code in codes:
        assert conditions_of([code]) == {name}, code
        assert conditions_of([code.replace(".", "").lower()]) == {name}, code


@pytest.mark.parametrize("code", NEITHER)
def test_a_code_beside_the_ranges_means_none(code: str) -> None:
    assert conditions_of([code]) == frozenset()


def test_codes_as_chinese_hospitals_write_them() -> None:
    assert conditions_of(["I21.900x001", "E11.201+", "C34.900"]) == {
        *("mi", "diabetes_with_end_organ_damage", "tumour"),
    }


@pytest.mark.parametrize("code", ["", "I", "21.9", "heart failure", "I21.", "I21.9/"])
def test_a_text_that_is_no_code_is_refused(code: str) -> None:
    with pytest.raises(InvalidInput, match="ICD-10") as refused:
        charlson(CharlsonInputs(icd10=("I21", code)))
    assert refused.value.field == "icd10"


def test_codes_and_names_add_up_and_count_once() -> None:
    found = charlson(CharlsonInputs(conditions=frozenset({"mi"}), icd10=("I21.9", "I50.0")))
    assert {one.name: one.points for one in found.components} == {"mi": 1, "chf": 1}


@pytest.mark.parametrize(
    ("age", "points"),
    [(49, 0), (50, 1), (59, 1), (60, 2), (69, 2), (70, 3), (79, 3), (80, 4), (100, 4)],
)
def test_age_counts_only_where_it_is_asked_for(age: int, points: int) -> None:
    aids = CharlsonInputs(conditions=frozenset({"mi"}), age_years=age)
    assert charlson(but(aids, variant="age_adjusted")).value == 1 + points
    assert charlson(aids).value == 1


def test_no_problem_list_is_not_an_empty_one() -> None:
    none = charlson(CharlsonInputs(age_years=60))
    assert (none.value, none.complete, none.missing) == (None, False, ("conditions",))
    assert charlson(CharlsonInputs(conditions=frozenset())).value == 0
    assert charlson(CharlsonInputs(icd10=())).value == 0
    ageless = charlson(CharlsonInputs(icd10=("I21",), variant="age_adjusted"))
    assert (ageless.value, ageless.missing) == (None, ("age_years",))


@pytest.mark.parametrize(
    ("age", "reason"), [(15, "EXCLUDED_PAEDIATRIC"), (17, "EXCLUDED_UNDER_18"), (18, None)]
)
def test_charlson_is_made_for_adults(age: int, reason: str | None) -> None:
    found = charlson(CharlsonInputs(conditions=frozenset({"mi"}), age_years=age))
    assert (found.excluded_reason, found.version) == (reason, "charlson@1987")


SOME = st.frozensets(st.sampled_from(sorted(WEIGHTS)))


@given(SOME, SOME, st.sampled_from(sorted(VARIANTS)))
def test_a_further_condition_never_lowers_the_index(
    some: frozenset[str], more: frozenset[str], variant: str
) -> None:
    known: dict[str, Value] = {"age_years": 64, "variant": variant}
    less = charlson(CharlsonInputs(conditions=some, **known))
    both = charlson(CharlsonInputs(conditions=some | more, **known))
    assert whole(less) <= whole(both)
    assert charlson_lace(some) <= charlson_lace(some | more)


# ---------------------------------------------------------------------- LACE

STAY = LaceInputs(
    length_of_stay_days=Decimal(1), acute_admission=False, charlson_lace=0, ed_visits_6_months=0
)


@pytest.mark.parametrize(
    ("days", "points"),
    [
        ("0.99", 0),
        ("1", 1),
        ("1.9", 1),
        ("2", 2),
        ("3", 3),
        ("3.9", 3),
        ("4", 4),
        ("6.9", 4),
        ("7", 5),
        ("13.9", 5),
        ("14", 7),  # not 6: that is the modified LACE
        ("90", 7),
    ],
)
def test_the_days_of_lace(days: str, points: int) -> None:
    assert lace(but(STAY, length_of_stay_days=Decimal(days))).value == points


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("charlson_lace", {0: 0, 1: 1, 2: 2, 3: 3, 4: 5, 9: 5}),
        ("ed_visits_6_months", {0: 0, 3: 3, 4: 4, 5: 4}),
        ("acute_admission", {False: 0, True: 3}),
    ],
)
def test_the_other_parts_of_lace(name: str, values: dict[int, int]) -> None:
    for value, points in values.items():
        assert lace(but(STAY, **{name: value})).value == 1 + points


@pytest.mark.parametrize(
    ("visits", "days", "band"), [(0, 4, "low"), (1, 4, "moderate"), (4, 7, "moderate")]
)
def test_the_bands_of_lace(visits: int, days: int, band: str) -> None:
    stay = but(STAY, ed_visits_6_months=visits, length_of_stay_days=Decimal(days))
    assert lace(stay).band == band
    assert lace(but(stay, charlson_lace=9, acute_admission=True)).band == "high"


@pytest.mark.parametrize(
    "name", ["length_of_stay_days", "acute_admission", "charlson_lace", "ed_visits_6_months"]
)
def test_lace_needs_all_four_but_can_be_high_before(name: str) -> None:
    found = lace(but(STAY, **{name: None}))
    assert (found.value, found.band, found.missing) == (None, None, (name,))
    worst = LaceInputs(
        length_of_stay_days=Decimal(20),
        acute_admission=True,
        charlson_lace=9,
        ed_visits_6_months=9,
    )
    assert lace(but(worst, **{name: None})).band == "high"


@pytest.mark.parametrize(("age", "reason"), [(15, "EXCLUDED_PAEDIATRIC"), (16, None)])
def test_lace_and_curb65_are_not_made_for_children(age: int, reason: str | None) -> None:
    assert lace(but(STAY, age_years=age)).excluded_reason == reason
    assert curb65(but(WELL, age_years=age)).excluded_reason == reason


# ---------------------------------------------------------------------- CURB-65


def urea(value: str, unit: str = "mmol/L") -> Quantity:
    return Quantity(Decimal(value), unit)


WELL = Curb65Inputs(
    confusion=False,
    urea=urea("5"),
    respiratory_rate=20,
    systolic_bp=120,
    diastolic_bp=75,
    age_years=40,
)


@pytest.mark.parametrize(
    ("values", "score"),
    [
        ({}, 0),
        ({"confusion": True}, 1),
        ({"urea": urea("7.0")}, 0),
        ({"urea": urea("7.01")}, 1),
        ({"urea": urea("19", "mg/dL")}, 0),
        ({"urea": urea("20", "mg/dL")}, 1),
        ({"respiratory_rate": 29}, 0),
        ({"respiratory_rate": 30}, 1),
        ({"systolic_bp": 90}, 0),
        ({"systolic_bp": 89}, 1),
        ({"diastolic_bp": 61}, 0),
        ({"diastolic_bp": 60}, 1),
        ({"systolic_bp": 80, "diastolic_bp": 50}, 1),
        ({"age_years": 64}, 0),
        ({"age_years": 65}, 1),
    ],
)
def test_each_part_of_curb65_on_both_sides(values: dict[str, Value], score: int) -> None:
    found = curb65(but(WELL, **values))
    assert (found.value, found.version, found.complete) == (score, "curb65@1", True)
    assert len(found.components) == 5


@pytest.mark.parametrize(
    ("count", "with_urea", "without"),
    [
        (0, "low", "low"),
        (1, "low", "intermediate"),
        (2, "intermediate", "intermediate"),
        (3, "severe", "severe"),
    ],
)
def test_without_urea_it_is_crb65_with_its_own_bands(
    count: int, with_urea: str, without: str
) -> None:
    ill = {"confusion": True, "respiratory_rate": 30, "age_years": 65}
    inputs = but(WELL, **dict(list(ill.items())[:count]))
    assert curb65(inputs).band == with_urea
    found = curb65(but(inputs, urea=None))
    assert (found.score_id, found.version) == ("crb65", "crb65@1")
    assert (found.value, found.band) == (count, without)
    assert (found.complete, found.missing) == (False, ("urea",))


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({"confusion": None}, ("confusion",)),
        ({"respiratory_rate": None}, ("respiratory_rate",)),
        ({"systolic_bp": None}, ("systolic_bp",)),
        ({"diastolic_bp": None}, ("diastolic_bp",)),
        ({"systolic_bp": None, "diastolic_bp": None}, ("systolic_bp", "diastolic_bp")),
        ({"age_years": None}, ("age_years",)),
    ],
)
def test_any_other_missing_part_leaves_no_score(
    values: dict[str, Value], missing: tuple[str, ...]
) -> None:
    found = curb65(but(WELL, **values))
    assert (found.value, found.band, found.missing) == (None, None, missing)


def test_one_low_pressure_is_enough_to_know() -> None:
    assert curb65(but(WELL, systolic_bp=None, diastolic_bp=50)).value == 1
    assert curb65(but(WELL, systolic_bp=80, diastolic_bp=None)).value == 1


def test_pneumonia_is_severe_as_soon_as_three_points_are_certain() -> None:
    ill = but(WELL, confusion=True, respiratory_rate=30, urea=urea("9"), age_years=None)
    assert (curb65(ill).value, curb65(ill).band) == (None, "severe")


@given(
    st.integers(0, 80), st.integers(0, 320), st.integers(0, 250), st.integers(16, 110), st.data()
)
def test_a_worse_finding_never_lowers_curb65_nor_a_longer_stay_lace(
    breaths: int, systolic: int, diastolic: int, age: int, data: st.DataObject
) -> None:
    better = but(
        WELL,
        respiratory_rate=breaths,
        systolic_bp=systolic,
        diastolic_bp=diastolic,
        age_years=age,
    )
    worse = but(
        better,
        respiratory_rate=data.draw(st.integers(breaths, 80)),
        systolic_bp=data.draw(st.integers(0, systolic)),
        diastolic_bp=data.draw(st.integers(0, diastolic)),
        age_years=data.draw(st.integers(age, 120)),
    )
    assert whole(curb65(better)) <= whole(curb65(worse))
    shorter, longer = sorted(data.draw(st.lists(st.integers(0, 60), min_size=2, max_size=2)))
    assert whole(lace(but(STAY, length_of_stay_days=Decimal(shorter)))) <= whole(
        lace(but(STAY, length_of_stay_days=Decimal(longer)))
    )
