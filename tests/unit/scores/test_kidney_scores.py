"""Acute kidney injury by KDIGO, clearance by Cockcroft-Gault, eGFR by CKD-EPI 2021."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.quantities import Quantity
from rules.scores.ckd_epi_2021 import ckd_epi_2021
from rules.scores.cockcroft_gault import (
    CockcroftGaultInputs,
    adjusted_weight,
    cockcroft_gault,
    ideal_weight,
)
from rules.scores.kdigo_aki import Creatinine, KdigoInputs, kdigo_aki
from rules.scores.kidney_function import KidneyInputs
from tests.scoring import Value, but

START = datetime(2026, 3, 1, tzinfo=UTC)


def taken(*values: tuple[float, str | int]) -> tuple[Creatinine, ...]:
    """Values in umol/L with the hour of each."""
    return tuple(
        Creatinine(START + timedelta(hours=hour), Decimal(value)) for hour, value in values
    )


def stage(*values: tuple[float, str | int], **more: Value) -> int | Decimal | None:
    return kdigo_aki(KdigoInputs(creatinine=taken(*values), **more)).value


# ---------------------------------------------------------------------- KDIGO


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("149.9", 0),
        (150, 1),
        ("199.9", 1),
        (200, 2),
        ("299.9", 2),
        (300, 3),
    ],
)
def test_the_ratio_is_compared_without_rounding(value: str | int, expected: int) -> None:
    assert stage((0, value), baseline=Decimal(100)) == expected


@pytest.mark.parametrize(
    ("hours", "value", "expected"),
    [(48, "106.5", 1), (48, "106.4", 0), (48.1, "106.5", 0), (1, 107, 1)],
)
def test_a_rise_of_26_5_within_48_hours_is_stage_1(hours: float, value: str, expected: int) -> None:
    assert stage((0, 80), (hours, value)) == expected


def test_a_rise_still_counts_when_a_later_value_confirms_it_and_ends_with_recovery() -> None:
    assert stage((0, 80), (24, 110), (96, 108)) == 1
    assert stage((0, 80), (24, 110), (96, 85)) == 0
    assert stage((0, 80), (24, 110), (24 * 7, 108)) == 1
    # the rise is older than a week and its baseline out of sight
    assert stage((0, 80), (24, 110), (24 * 9, 112)) == 0


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (((0, 330), (36, "353.5")), 0),
        (((0, 327), (36, "353.5")), 1),
        (((0, 327), (36, "353.6")), 3),
        (((0, 340), (36, "353.6")), 0),  # high, but no acute injury
        (((0, 200), (120, "353.6")), 3),
    ],
)
def test_353_6_is_stage_3_only_where_the_definition_is_met(
    values: tuple[tuple[float, str | int], ...], expected: int
) -> None:
    assert stage(*values) == expected


@pytest.mark.parametrize(
    ("rate", "hours", "expected"),
    [
        ("0.5", 48, 0),
        ("0.49", "5.9", 0),
        ("0.49", 6, 1),
        ("0.49", "11.9", 1),
        ("0.49", 12, 2),
        ("0.3", 24, 2),
        ("0.29", "23.9", 2),
        ("0.29", 24, 3),
        ("0", "11.9", 1),
        ("0", 12, 3),
    ],
)
def test_the_stage_by_urine(rate: str, hours: str | int, expected: int) -> None:
    urine = {"urine_ml_kg_h": Decimal(rate), "urine_hours": Decimal(hours)}
    assert stage((0, 80), **urine) == expected


def test_the_worse_of_creatinine_and_urine_counts() -> None:
    urine: dict[str, Value] = {"urine_ml_kg_h": Decimal("0.4"), "urine_hours": Decimal(8)}
    found = kdigo_aki(KdigoInputs(creatinine=taken((0, 80), (72, 160)), **urine))
    assert (found.value, found.band) == (2, "stage_2")
    assert {one.name: one.points for one in found.components} == {"creatinine": 2, "urine": 1}


@pytest.mark.parametrize(
    ("values", "baseline", "source"),
    [
        (((0, 90),), 90, "admission"),
        (((0, 90), (48, 70), (24 * 7, 100)), 70, "lowest_7_days"),
        (((0, 60), (24, 80), (48, 90), (24 * 30, 200)), 80, "median_8_365_days"),
        (((0, 60), (24, 80), (24 * 30, 200)), 70, "median_8_365_days"),
        (((0, 60), (24 * 7, 100)), 60, "lowest_7_days"),
        (((0, 60), (24 * 7.5, 100)), 60, "admission"),
        (((0, 60), (24 * 8, 100)), 60, "median_8_365_days"),
        (((0, 60), (24 * 365, 100)), 60, "median_8_365_days"),
        (((0, 60), (24 * 366, 100)), 60, "admission"),
    ],
)
def test_where_the_baseline_comes_from(
    values: tuple[tuple[float, int], ...], baseline: int, source: str
) -> None:
    found = kdigo_aki(KdigoInputs(creatinine=taken(*values)))
    assert (found.baseline, found.baseline_source) == (Decimal(baseline), source)
    given_one = kdigo_aki(KdigoInputs(creatinine=taken(*values), baseline=Decimal(50)))
    assert (given_one.baseline, given_one.baseline_source) == (Decimal(50), "given")


@pytest.mark.parametrize(
    ("inputs", "value", "least", "missing"),
    [
        (KdigoInputs(), None, 0, ("creatinine",)),
        (KdigoInputs(creatinine=()), None, 0, ("creatinine",)),
        (
            KdigoInputs(urine_ml_kg_h=Decimal("0.4"), urine_hours=Decimal(12)),
            *(None, 2, ("creatinine",)),
        ),
        (KdigoInputs(urine_ml_kg_h=Decimal(0), urine_hours=Decimal(24)), 3, 3, ()),
        (KdigoInputs(creatinine=taken((0, 80)), urine_hours=Decimal(6)), 0, 0, ("urine_ml_kg_h",)),
        (KdigoInputs(creatinine=taken((0, 80)), urine_ml_kg_h=Decimal(1)), 0, 0, ("urine_hours",)),
        (KdigoInputs(creatinine=taken((0, 80))), 0, 0, ()),
        (KdigoInputs(rrt=True), 3, 3, ()),
        (KdigoInputs(creatinine=taken((0, 80)), rrt=False), 0, 0, ()),
    ],
)
def test_without_creatinine_there_is_no_stage_but_what_is_certain_is_told(
    inputs: KdigoInputs, value: int | None, least: int, missing: tuple[str, ...]
) -> None:
    found = kdigo_aki(inputs)
    assert (found.value, found.partial_min, found.missing) == (value, least, missing)
    assert found.complete is (not missing)
    assert (found.band is None) is (value is None)


@pytest.mark.parametrize(
    ("age", "egfr", "expected"), [(17, "34.9", 3), (17, "35", 0), (18, "20", 0), (None, "20", 0)]
)
def test_a_childs_egfr_below_35_is_stage_3(age: int | None, egfr: str, expected: int) -> None:
    assert stage((0, 80), age_years=age, egfr=Decimal(egfr)) == expected
    assert stage((0, 80), age_years=age) == 0


SERIES = st.lists(
    st.tuples(st.integers(0, 24 * 20), st.integers(20, 900)), min_size=1, max_size=8, unique=True
)


@given(SERIES, st.randoms(use_true_random=False))
def test_the_order_of_the_values_changes_nothing(
    values: list[tuple[int, int]], random: Value
) -> None:
    shuffled = list(values)
    random.shuffle(shuffled)
    assert stage(*shuffled) == stage(*values)


@given(SERIES, st.integers(0, 500), st.integers(20, 400))
def test_a_higher_last_value_never_lowers_the_stage(
    values: list[tuple[int, int]], more: int, baseline: int
) -> None:
    last = max(values)
    raised = [one for one in values if one != last] + [(last[0], last[1] + more)]
    known = {"baseline": Decimal(baseline)}
    less, after = stage(*values, **known), stage(*raised, **known)
    assert less is not None
    assert after is not None
    assert less <= after


# ---------------------------------------------------------------------- both formulas


def mg(value: str) -> Quantity:
    return Quantity(Decimal(value), "mg/dL")


MAN = CockcroftGaultInputs(age_years=60, sex="M", creatinine=mg("1.0"), weight=Decimal(72))
PATIENT = KidneyInputs(age_years=50, sex="M", creatinine=mg("1.0"))


def clearance(inputs: CockcroftGaultInputs) -> Decimal:
    value = cockcroft_gault(inputs).value
    assert isinstance(value, Decimal)
    return value


def egfr(inputs: KidneyInputs) -> Decimal:
    value = ckd_epi_2021(inputs).value
    assert isinstance(value, Decimal)
    return value


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"age_years": 15}, "EXCLUDED_PAEDIATRIC"),
        ({"age_years": 17}, "EXCLUDED_UNDER_18"),
        ({"age_years": 18}, None),
        ({"pregnant": True}, "EXCLUDED_PREGNANCY"),
        ({"rrt": True}, "NOT_VALID_ON_RRT"),
        ({"rrt": False, "pregnant": False}, None),
    ],
)
def test_for_whom_neither_formula_holds(values: dict[str, Value], reason: str | None) -> None:
    for found in (
        cockcroft_gault(but(MAN, **values)),
        ckd_epi_2021(but(PATIENT, **values)),
    ):
        assert found.excluded_reason == reason
        assert (found.value is None) is (reason is not None)


@pytest.mark.parametrize(
    ("values", "unstable"),
    [
        ({}, None),
        ({"aki_stage": 0}, False),
        ({"aki_stage": 1}, True),
        ({"creatinine_change_48h": Decimal("26.4")}, False),
        ({"creatinine_change_48h": Decimal("26.5")}, True),
        ({"creatinine_change_48h": Decimal("-26.5")}, True),
        ({"aki_stage": 0, "creatinine_change_48h": Decimal(30)}, True),
    ],
)
def test_an_unsteady_creatinine_is_told(values: dict[str, Value], unstable: bool | None) -> None:
    assert cockcroft_gault(but(MAN, **values)).unstable is unstable
    assert ckd_epi_2021(but(PATIENT, **values)).unstable is unstable


def test_a_woman_who_may_be_pregnant_is_warned_of() -> None:
    woman = {"sex": "F", "age_years": 30}
    assert "pregnancy_unknown" in cockcroft_gault(but(MAN, **woman)).warnings
    assert ckd_epi_2021(but(PATIENT, **woman)).warnings == ("pregnancy_unknown",)


@pytest.mark.parametrize("name", ["age_years", "sex", "creatinine", "weight"])
def test_nothing_is_computed_where_an_input_is_missing(name: str) -> None:
    found = cockcroft_gault(but(MAN, **{name: None}))
    assert (found.value, found.complete, found.missing) == (None, False, (name,))
    if name != "weight":
        rate = ckd_epi_2021(but(PATIENT, **{name: None}))
        assert (rate.value, rate.band, rate.missing) == (None, None, (name,))


@pytest.mark.parametrize(
    ("sex", "value", "expected"),
    [
        ("M", "0.2", "197.5"),
        ("F", "0.2", "171.6"),
        ("M", "12", "5.6"),
        ("F", "12", "4.2"),
    ],
)
def test_the_exponents_far_from_the_knot(sex: str, value: str, expected: str) -> None:
    found = egfr(KidneyInputs(age_years=20, sex=sex, creatinine=mg(value)))
    assert round(found, 1) == Decimal(expected)


@given(st.decimals("0.2", "15", places=2), st.integers(18, 100), st.sampled_from("FM"))
def test_both_units_of_creatinine_give_the_same(value: Decimal, age: int, sex: str) -> None:
    in_mg, in_umol = Quantity(value, "mg/dL"), Quantity(value * Decimal("88.4"), "umol/L")
    one, other = (but(MAN, age_years=age, sex=sex, creatinine=c) for c in (in_mg, in_umol))
    assert clearance(one) == clearance(other)
    first, second = (but(PATIENT, age_years=age, sex=sex, creatinine=c) for c in (in_mg, in_umol))
    assert egfr(first) == egfr(second)


@given(
    st.decimals("0.2", "15", places=2),
    st.decimals("0", "5", places=2),
    st.integers(18, 110),
    st.integers(0, 20),
)
def test_more_creatinine_or_age_never_means_more_filtration(
    value: Decimal, more: Decimal, age: int, years: int
) -> None:
    young = {"age_years": age, "creatinine": Quantity(value, "mg/dL")}
    old = {"age_years": age + years, "creatinine": Quantity(value + more, "mg/dL")}
    assert clearance(but(MAN, **old)) <= clearance(but(MAN, **young))
    assert egfr(but(PATIENT, **old)) <= egfr(but(PATIENT, **young))


@pytest.mark.parametrize(
    ("target", "band"),
    [
        ("90.0", "G1"),
        ("89.9", "G2"),
        ("60.0", "G2"),
        ("59.9", "G3a"),
        ("45.0", "G3a"),
        ("44.9", "G3b"),
        ("30.0", "G3b"),
        ("29.9", "G4"),
        ("15.0", "G4"),
        ("14.9", "G5"),
    ],
)
def test_the_category_of_a_filtration_rate(target: str, band: str) -> None:
    """The creatinine of a man of 50 with just that rate, found by halving."""
    low, high = Decimal("0.9"), Decimal(30)
    for _ in range(60):
        middle = (low + high) / 2
        creatinine = Quantity(middle, "mg/dL")
        enough = egfr(but(PATIENT, creatinine=creatinine)) >= Decimal(target)
        low, high = (middle, high) if enough else (low, middle)
    found = ckd_epi_2021(but(PATIENT, creatinine=Quantity(low, "mg/dL")))
    assert found.band == band


# ---------------------------------------------------------------------- the weight of a dose


@pytest.mark.parametrize(
    ("sex", "height", "weight", "ideal", "adjusted"),
    [
        ("F", 170, 100, "61.4", "76.9"),
        ("M", 180, 120, "75.0", "93.0"),
        ("F", 160, 80, "52.4", "63.4"),
    ],
)
def test_ideal_and_adjusted_weight(
    sex: str, height: int, weight: int, ideal: str, adjusted: str
) -> None:
    lean = ideal_weight(Decimal(height), sex)
    assert round(lean, 1) == Decimal(ideal)
    assert round(adjusted_weight(Decimal(weight), lean), 1) == Decimal(adjusted)
    found = cockcroft_gault(
        but(MAN, sex=sex, height=Decimal(height), weight=Decimal(weight), pregnant=False)
    )
    assert found.weight_used is not None
    assert (round(found.weight_used, 1), found.weight_kind) == (Decimal(adjusted), "adjusted")


@pytest.mark.parametrize(
    ("weight", "height", "kind"),
    [
        ("73.9", 200, "actual"),  # BMI 18.475
        ("74", 200, "ideal"),  # 18.5
        ("99.9", 200, "ideal"),
        ("100", 200, "adjusted"),  # 25
        ("40", "129.9", "actual"),
        ("40", "130", "ideal"),
    ],
)
def test_the_body_mass_index_chooses_the_weight(weight: str, height: str | int, kind: str) -> None:
    inputs = but(MAN, weight=Decimal(weight), height=Decimal(height))
    found = cockcroft_gault(inputs)
    assert found.weight_kind == kind
    short = Decimal(height) < 130
    assert found.warnings == (("height_below_130_cm",) if short else ())


def test_a_hospital_may_keep_the_actual_weight_of_the_lean() -> None:
    lean = but(MAN, height=Decimal(180), normal_weight="actual")
    assert cockcroft_gault(lean).weight_kind == "actual"
    heavy = but(lean, height=Decimal(200), weight=Decimal(100))  # BMI 25
    assert cockcroft_gault(heavy).weight_kind == "adjusted"


def test_without_a_height_the_actual_weight_is_used_and_told() -> None:
    found = cockcroft_gault(MAN)
    assert found.weight_used == 72
    assert (found.weight_kind, found.warnings) == ("actual", ("no_height",))


def test_a_creatinine_in_a_foreign_unit_is_refused() -> None:
    with pytest.raises(InvalidInput, match="umol/L, mg/dL, mmol/L"):
        ckd_epi_2021(but(PATIENT, creatinine=Quantity(Decimal(1), "g/L")))
