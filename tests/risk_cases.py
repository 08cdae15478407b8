"""Patients of the risk score's tests: the vectors of the specification (2.4), and any patient."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from rules.risk import OpenStep, OrderRisk, RiskInputs, Weight, shipped_model

KINDS = tuple(dict.fromkeys(kind for kind, _ in shipped_model().orders))
OVERRIDES = ("none", "monitored", "countersigned")


def step(name: str, severity: str, *, limit: int, late: int) -> OpenStep:
    """A step by its limit and lateness in minutes."""
    return OpenStep(name, Weight(severity), limit * 60, late * 60)


@dataclass(frozen=True)
class Vector:
    """One row of 2.4; the hazard in milli-units."""

    no: int
    inputs: RiskInputs
    hazard: int
    score: int
    band: str
    points: tuple[int, ...]


def _critical_value(late: int) -> RiskInputs:
    return RiskInputs(
        critical_value_open=True, open_steps=(step("told", "critical", limit=15, late=late),)
    )


def _ten(severity: str, *, limit: int, late: int) -> RiskInputs:
    return RiskInputs(
        open_steps=tuple(step(f"T{n}", severity, limit=limit, late=late) for n in range(10))
    )


VECTORS = (
    Vector(1, RiskInputs(age_years=50), 0, 0, "low", ()),
    Vector(2, RiskInputs(age_years=88, charlson=5, egfr=25), 10_000, 18, "low", (7, 8, 3)),
    Vector(3, RiskInputs(news2=3, news2_red=True), 20_000, 33, "moderate", (33,)),
    Vector(4, RiskInputs(news2=5), 26_000, 41, "high", (41,)),
    Vector(5, RiskInputs(news2=7), 46_000, 60, "critical", (60,)),
    Vector(6, RiskInputs(news2=12, aki_stage=3, age_years=80), 83_000, 81, "critical", (65, 13, 3)),
    Vector(
        7,
        RiskInputs(
            order_risks=(
                OrderRisk("warfarin", "ddi_contraindicated"),
                OrderRisk("insulin", "high_alert_b"),
                OrderRisk("morphine", "high_alert_c"),
            )
        ),
        18_480,
        31,
        "moderate",
        (24, 5, 2),
    ),
    Vector(8, _critical_value(0), 34_000, 49, "high", (12, 37)),
    Vector(9, _critical_value(15), 60_000, 70, "critical", (9, 61)),
    Vector(10, _critical_value(60), 78_000, 79, "critical", (8, 71)),
    Vector(11, _ten("low", limit=60, late=1), 4_455, 9, "low", (2, 2, 1, 1, 1, 1, 1, 0, 0, 0)),
    Vector(
        12, _ten("medium", limit=60, late=120), 34_745, 50, "high", (11, 9, 7, 6, 5, 4, 3, 2, 2, 1)
    ),
    Vector(
        13,
        RiskInputs(
            news2=6,
            age_years=70,
            charlson=3,
            open_steps=(step("antibiotic", "high", limit=60, late=30),),
        ),
        51_220,
        64,
        "critical",
        (40, 18, 2, 4),
    ),
    Vector(
        14,
        RiskInputs(
            order_risks=(OrderRisk("red cells", "transfusion_running"),),
            open_steps=(step("15 minutes", "high", limit=15, late=10),),
        ),
        17_800,
        30,
        "moderate",
        (8, 22),
    ),
    Vector(
        15,
        RiskInputs(
            news2=8,
            critical_value_open=True,
            order_risks=(OrderRisk("amoxicillin", "allergy_s1"),),
            open_steps=(
                step("potassium", "critical", limit=15, late=120),
                *(step(f"T{n}", "high", limit=60, late=60) for n in range(3)),
            ),
            age_years=86,
            charlson=6,
        ),
        165_500,
        96,
        "critical",
        (30, 5, 15, 31, 4, 3, 2, 3, 3),
    ),
)

STEPS = st.builds(
    OpenStep,
    st.sampled_from([f"T{n}" for n in range(8)]),
    st.sampled_from(Weight),
    st.integers(0, 4 * 3600) | st.sampled_from([299, 300, 301, 900, 3600]),
    st.integers(-3600, 12 * 3600) | st.sampled_from([-1, 0, 75, 900, 3600, 86_400 * 40]),
)
RISKS = st.builds(
    OrderRisk,
    st.sampled_from([f"O{n}" for n in range(4)]),
    st.sampled_from(KINDS),
    st.sampled_from(OVERRIDES),
)


def _maybe(least: int, most: int) -> st.SearchStrategy[int | None]:
    return st.none() | st.integers(least, most)


PATIENTS = st.builds(
    RiskInputs,
    age_years=_maybe(0, 110),
    charlson=_maybe(0, 12),
    egfr=_maybe(5, 120),
    braden=_maybe(6, 23),
    morse=_maybe(0, 125),
    news2=_maybe(0, 20),
    news2_red=st.booleans(),
    news2_partial_min=_maybe(0, 20),
    news2_excluded=st.booleans(),
    news2_change_12h=_maybe(-10, 10),
    observations_overdue=st.booleans(),
    aki_stage=_maybe(0, 3),
    critical_value_open=st.booleans(),
    order_risks=st.lists(RISKS, max_size=6).map(tuple),
    open_steps=(st.lists(STEPS, max_size=5) | st.lists(STEPS, min_size=12, max_size=25)).map(tuple),
)
"""Any patient, also one whom nobody will ever meet."""
