"""CLORS, vector by vector and row by row of the specification (rules 2.3, 2.4), in milli-units."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest

from domain.errors import InvalidInput
from rules.risk import OpenStep, OrderRisk, RiskInputs, Weight, risk_of, shipped_model
from tests.risk_cases import VECTORS, Vector, step

QUIET = RiskInputs()


def hazards(inputs: RiskInputs) -> dict[str, int]:
    """The hazard of each cause."""
    return {cause.cause: cause.hazard for cause in risk_of(inputs).causes}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"vector {vector.no}")
def test_each_vector_has_its_hazard_score_band_and_points(vector: Vector) -> None:
    risk = risk_of(vector.inputs)
    assert (risk.hazard, risk.score, risk.band.value) == (
        vector.hazard,
        vector.score,
        vector.band,
    )
    assert tuple(cause.points for cause in risk.causes) == vector.points


def test_the_table_of_thresholds_is_the_formula() -> None:
    thresholds = shipped_model().thresholds
    assert [thresholds[edge - 1] for edge in (20, 40, 60)] == [10_846, 25_127, 45_194]
    assert thresholds == tuple(
        math.ceil(-50_000 * math.log(1 - (s - 0.5) / 100)) for s in range(1, 100)
    )


@pytest.mark.parametrize(
    ("news2", "hazard"),
    list(enumerate((0, 2, 4, 7, 11, 26, 32, 46, 52, 58, 64, 68, 72, 72, 72))),
)
def test_news2_counts_by_its_table_and_stands_unmodified(news2: int, hazard: int) -> None:
    assert risk_of(RiskInputs(news2=news2)).hazard == hazard * 1000


def test_one_red_parameter_counts_at_least_20_below_5_and_nothing_more_above() -> None:
    assert [risk_of(RiskInputs(news2=n, news2_red=True)).hazard for n in (3, 4, 5, 7)] == [
        20_000,
        20_000,
        26_000,
        46_000,
    ]


def test_a_red_parameter_in_an_incomplete_set_counts_already() -> None:
    risk = risk_of(RiskInputs(news2_red=True))
    assert (risk.hazard, risk.acute_computed) == (20_000, True)


def test_an_incomplete_set_counts_what_it_means_at_least() -> None:
    assert risk_of(RiskInputs(news2_partial_min=10)).hazard == 64_000
    assert risk_of(RiskInputs(news2=2, news2_partial_min=7)).hazard == 46_000
    assert risk_of(RiskInputs(news2=7, news2_partial_min=2)).hazard == 46_000


def test_a_child_has_no_news2_and_the_rest_of_the_score_stands() -> None:
    risk = risk_of(
        RiskInputs(
            age_years=9,
            news2=9,
            news2_red=True,
            news2_change_12h=5,
            news2_excluded=True,
            aki_stage=1,
            open_steps=(step("T1", "high", limit=60, late=60),),
        )
    )
    assert not risk.acute_computed
    assert {cause.cause: cause.hazard for cause in risk.causes} == {"aki": 4000, "open_step": 16000}


def test_a_patient_never_measured_is_said_to_be_so() -> None:
    assert not risk_of(QUIET).acute_computed
    assert QUIET.missing == ("age_years", "charlson", "egfr", "aki_stage", "news2")
    assert (
        RiskInputs(age_years=9, charlson=0, egfr=90, aki_stage=0, news2_excluded=True).missing == ()
    )


def test_the_other_acute_rows() -> None:
    assert [
        hazards(RiskInputs(news2_change_12h=rise)).get("news2_change", 0)
        for rise in (-5, 1, 2, 3, 8)
    ] == [0, 0, 4000, 8000, 8000]
    assert [hazards(RiskInputs(aki_stage=n)).get("aki", 0) for n in range(4)] == [
        0,
        4000,
        8000,
        14_000,
    ]
    assert hazards(RiskInputs(observations_overdue=True, critical_value_open=True)) == {
        "observations_overdue": 5000,
        "critical_value_open": 8000,
    }


def test_the_baseline_rows_and_their_cuts() -> None:
    ages = [hazards(RiskInputs(age_years=age)).get("age", 0) for age in (64, 65, 74, 75, 84, 85)]
    assert ages == [0, 1500, 1500, 3000, 3000, 4500]
    charlson = [hazards(RiskInputs(charlson=n)).get("charlson", 0) for n in range(7)]
    assert charlson == [0, 1500, 1500, 3000, 3000, 5000, 5000]
    assert hazards(RiskInputs(egfr=Decimal("29.9"))) == {"egfr": 2000}
    assert hazards(RiskInputs(egfr=30, braden=13, morse=44)) == {}
    assert hazards(RiskInputs(braden=12, morse=45)) == {"braden": 1000, "morse": 1000}


@pytest.mark.parametrize(
    ("kind", "hazard"),
    [
        ("high_alert_a", 6), ("high_alert_b", 4), ("high_alert_c", 2), ("dose_over_100", 5),
        ("dose_over_150", 12), ("renal_adjust", 5), ("renal_contraindicated", 12),
        ("duplicate", 3), ("duplicate_critical", 8), ("ddi_contraindicated", 14),
        ("ddi_major", 6), ("ddi_moderate", 1), ("allergy_s1", 26), ("allergy_s2", 12),
        ("allergy_s3", 3), ("pregnancy_contraindicated", 14), ("iv_incompatible", 8),
        ("qtc_500", 14), ("qtc_470", 6), ("potassium_severe", 14), ("potassium_moderate", 6),
        ("transfusion_running", 5), ("reaction_open", 26),
    ],
)  # fmt: skip
def test_an_order_risk_counts_by_its_row_less_when_overridden(kind: str, hazard: int) -> None:
    found = [
        risk_of(RiskInputs(order_risks=(OrderRisk("O1", kind, override),))).hazard
        for override in ("none", "monitored", "countersigned")
    ]
    assert found == [hazard * 1000, hazard * 500, hazard * 250]


def test_the_graver_order_risk_counts_whole_whichever_came_first() -> None:
    risk = risk_of(
        RiskInputs(order_risks=(OrderRisk("O1", "high_alert_c"), OrderRisk("O2", "allergy_s1")))
    )
    assert risk.hazard == 26_000 + 1_600
    assert [(cause.id, cause.hazard, cause.rule) for cause in risk.causes] == [
        ("allergy_s1:O2", 26_000, "orders.allergy_s1"),
        ("high_alert_c:O1", 2_000, "orders.high_alert_c"),
    ]


@pytest.mark.parametrize(
    ("late", "hazard"),
    [
        (-1, 200), (0, 8000), (899, 8000), (900, 10_400), (1800, 12_800), (3600, 16_000),
        (7200, 20_800), (10_800, 24_000), (17_999, 24_000), (18_000, 28_800), (25_200, 32_000),
        (900_000, 32_000),
    ],
)  # fmt: skip
def test_a_step_counts_more_by_steps_of_its_limit(late: int, hazard: int) -> None:
    steps = (OpenStep("T1", Weight.HIGH, 3600, late),)
    assert risk_of(RiskInputs(open_steps=steps)).hazard == hazard


def test_a_limit_below_five_minutes_counts_as_five() -> None:
    for limit in (0, 60, 300):
        steps = (OpenStep("T1", Weight.MEDIUM, limit, 300),)
        assert risk_of(RiskInputs(open_steps=steps)).hazard == 6000


@pytest.mark.parametrize(
    ("news2", "hazard", "cause"),
    [
        (4, 12_800, "open_step"),
        (5, 14_720, "open_step_deteriorating"),
        (7, 16_640, "open_step_deteriorating"),
    ],
)
def test_late_while_deteriorating_counts_more(news2: int, hazard: int, cause: str) -> None:
    inputs = RiskInputs(news2=news2, open_steps=(step("T1", "high", limit=60, late=30),))
    assert hazards(inputs)[cause] == hazard


def test_steps_on_time_count_a_little_and_together_at_most_three_units() -> None:
    def on_time(count: int) -> int:
        steps = tuple(step(f"T{n}", "critical", limit=60, late=-10) for n in range(count))
        return risk_of(RiskInputs(open_steps=steps)).hazard

    assert [on_time(count) for count in (1, 5, 14, 15, 40)] == [200, 1000, 2800, 3000, 3000]


def test_a_late_step_beside_steps_on_time() -> None:
    steps = (
        step("T0", "high", limit=60, late=0),
        *(step(f"T{n}", "high", limit=60, late=-1) for n in range(1, 6)),
    )
    risk = risk_of(RiskInputs(open_steps=steps))
    assert risk.hazard == 8000 + 5 * 200
    assert [(cause.id, cause.hazard) for cause in risk.causes] == [
        ("open_step:T0", 8000),
        ("on_time_steps", 1000),
    ]


def test_ten_trivial_steps_are_less_than_one_grave_one() -> None:
    trivial = tuple(step(f"T{n}", "low", limit=60, late=0) for n in range(40))
    grave = (step("T1", "high", limit=60, late=0),)
    assert risk_of(RiskInputs(open_steps=trivial)).hazard < 8000
    assert risk_of(RiskInputs(open_steps=grave)).hazard == 8000


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("news2", {"news2": 21}),
        ("news2_partial_min", {"news2_partial_min": -1}),
        ("aki_stage", {"aki_stage": 4}),
        ("braden", {"braden": 5}),
        ("age_years", {"age_years": 131}),
    ],
)
def test_a_number_that_cannot_be_meant_names_its_field(field: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as raised:
        RiskInputs(**wrong)
    assert raised.value.field == field


def test_an_unknown_kind_or_override_is_refused() -> None:
    for field, risk in (
        ("kind", OrderRisk("O1", "odd")),
        ("override", OrderRisk("O1", "ddi_major", "verbally")),
    ):
        with pytest.raises(InvalidInput) as raised:
            risk_of(RiskInputs(order_risks=(risk,)))
        assert raised.value.field == field
