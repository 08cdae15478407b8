"""Padua on the medical ward, Caprini before surgery."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from rules.scores.caprini import BANDS, FACTORS, SAME, SURGERY, CapriniInputs, caprini
from rules.scores.padua import PaduaInputs, padua
from rules.scores.result import ScoreResult
from tests.scoring import Value, but

ITEMS = {
    "active_cancer": 3,
    "previous_vte": 3,
    "reduced_mobility": 3,
    "thrombophilia": 3,
    "recent_trauma_or_surgery": 2,
    "heart_or_respiratory_failure": 1,
    "acute_mi_or_stroke": 1,
    "acute_infection_or_rheumatologic": 1,
    "hormonal_treatment": 1,
}
NOTHING = PaduaInputs(**dict.fromkeys(ITEMS, False), age_years=50, bmi=Decimal(22))


def points(result: ScoreResult) -> dict[str, int]:
    return {one.name: one.points for one in result.components}


def whole(result: ScoreResult) -> int:
    assert isinstance(result.value, int)
    return result.value


@pytest.mark.parametrize(("item", "worth"), ITEMS.items())
def test_each_item_of_padua_has_its_points(item: str, worth: int) -> None:
    found = padua(but(NOTHING, **{item: True}))
    assert (found.value, found.complete, found.assumed_absent) == (worth, True, ())


@pytest.mark.parametrize(
    ("values", "score"),
    [
        ({"age_years": 69}, 0),
        ({"age_years": 70}, 1),
        ({"bmi": Decimal("29.9")}, 0),
        ({"bmi": Decimal(30)}, 1),
    ],
)
def test_padua_counts_age_and_weight(values: dict[str, Value], score: int) -> None:
    assert padua(but(NOTHING, **values)).value == score


@pytest.mark.parametrize("item", [*ITEMS, "bmi"])
def test_what_nobody_documented_counts_as_absent_and_is_told(item: str) -> None:
    found = padua(but(but(NOTHING, previous_vte=True), **{item: None}))
    if item == "reduced_mobility":
        assert (found.value, found.band, found.missing) == (None, None, (item,))
        return
    assert found.value == (0 if item == "previous_vte" else 3)
    assert (found.complete, found.assumed_absent, found.missing) == (False, (item,), ())


def test_padua_needs_the_age_but_is_high_as_soon_as_that_is_certain() -> None:
    found = padua(but(NOTHING, age_years=None))
    assert (found.value, found.band, found.missing) == (None, None, ("age_years",))
    ill = padua(but(NOTHING, age_years=None, active_cancer=True, acute_mi_or_stroke=True))
    assert (ill.value, ill.band) == (None, "high")


def test_padua_is_high_from_four() -> None:
    three = but(NOTHING, thrombophilia=True)
    four = but(three, bmi=Decimal(30))
    assert (padua(three).band, padua(four).band) == ("low", "high")


@given(st.sets(st.sampled_from(sorted(ITEMS))), st.sets(st.sampled_from(sorted(ITEMS))))
def test_a_further_item_never_lowers_padua(some: set[str], more: set[str]) -> None:
    less = padua(but(NOTHING, **dict.fromkeys(some, True)))
    both = padua(but(NOTHING, **dict.fromkeys(some | more, True)))
    assert whole(less) <= whole(both)


# ---------------------------------------------------------------------- Caprini

FIT = CapriniInputs(age_years=30, surgery="none", factors=frozenset())


def with_factors(*names: str, **values: Value) -> CapriniInputs:
    return but(FIT, factors=frozenset(names), **values)


@pytest.mark.parametrize(
    ("age", "worth"), [(40, 0), (41, 1), (60, 1), (61, 2), (74, 2), (75, 3), (100, 3)]
)
def test_caprini_has_one_age_band(age: int, worth: int) -> None:
    assert caprini(but(FIT, age_years=age)).value == worth


@pytest.mark.parametrize(("factor", "worth"), FACTORS.items())
def test_each_factor_of_caprini_has_its_points(factor: str, worth: int) -> None:
    found = caprini(with_factors(factor))
    assert (found.value, points(found)[factor]) == (worth, worth)


def test_the_factors_by_points_are_those_of_the_paper() -> None:
    counted = [list(FACTORS.values()).count(worth) for worth in (1, 2, 3, 5)]
    assert counted == [14, 4, 9, 5]
    assert set(SAME.values()) <= set(FACTORS)
    assert not set(SAME) & set(FACTORS)


@pytest.mark.parametrize(("kind", "worth"), SURGERY.items())
def test_one_operation_counts_once_unless_it_is_a_factor_of_its_own(kind: str, worth: int) -> None:
    assert caprini(but(FIT, surgery=kind)).value == worth
    knee = caprini(with_factors("elective_major_lower_limb_arthroplasty", surgery=kind))
    assert (knee.value, points(knee)["surgery"]) == (5, 0)
    hip = caprini(with_factors("hip_pelvis_leg_fracture", surgery=kind))
    assert hip.value == 5 + worth


def test_three_days_in_bed_take_the_place_of_bed_rest() -> None:
    found = caprini(with_factors("bed_over_72_h", "medical_patient_at_bed_rest"))
    assert points(found) == {"age_years": 0, "surgery": 0, "bed_over_72_h": 2}


@pytest.mark.parametrize("name", ["age_years", "surgery", "factors"])
def test_caprini_needs_all_three_but_the_highest_risk_can_be_certain(name: str) -> None:
    found = caprini(but(FIT, **{name: None}))
    assert (found.value, found.band, found.missing) == (None, None, (name,))
    ill = with_factors("stroke", "hit", age_years=80, surgery="major_open")
    assert caprini(but(ill, **{name: None})).band == "highest"


@pytest.mark.parametrize(
    ("names", "published", "accp"),
    [
        ((), "low", "very_low"),
        (("ibd",), "low", "low"),
        (("malignancy",), "moderate", "low"),
        (("hit",), "high", "moderate"),
        (("hit", "ibd"), "high", "moderate"),
        (("stroke",), "highest", "high"),
    ],
)
def test_a_hospital_chooses_its_bands(names: tuple[str, ...], published: str, accp: str) -> None:
    assert caprini(with_factors(*names)).band == published
    assert caprini(with_factors(*names, band_scheme="accp2012")).band == accp
    assert set(BANDS) == {"caprini2005", "accp2012"}


@pytest.mark.parametrize("name", ["ocp_hrt", "pregnancy_or_post_partum", "stillbirth_or_abortions"])
def test_factors_of_women_are_refused_for_a_man(name: str) -> None:
    with pytest.raises(InvalidInput, match=name) as refused:
        caprini(with_factors(name, sex="M"))
    assert refused.value.field == "factors"
    assert caprini(with_factors(name, sex="F")).value == 1
    assert caprini(with_factors("ibd", sex="M")).value == 1


SOME = st.lists(st.sampled_from(sorted(FACTORS)), unique=True)


@given(SOME, st.randoms(use_true_random=False), st.sampled_from(sorted(SURGERY)))
def test_the_order_of_factors_changes_nothing(
    names: list[str], random: Value, surgery: str
) -> None:
    shuffled = list(names)
    random.shuffle(shuffled)
    first = caprini(with_factors(*names, surgery=surgery))
    assert caprini(with_factors(*shuffled, surgery=surgery)) == first


@given(SOME, st.sampled_from(sorted(FACTORS)), st.sampled_from(sorted(SURGERY)))
def test_a_further_factor_never_lowers_caprini(names: list[str], more: str, surgery: str) -> None:
    less = caprini(with_factors(*names, surgery=surgery))
    assert whole(less) <= whole(caprini(with_factors(*names, more, surgery=surgery)))
