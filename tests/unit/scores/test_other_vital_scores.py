"""qSOFA, MEWS and the Glasgow Coma Scale: edges, what is missing, for whom they are not made."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.scores.gcs import GcsInputs, Response, acvpu, dropped, gcs
from rules.scores.mews import MewsInputs, mews
from rules.scores.qsofa import QsofaInputs, qsofa
from rules.scores.result import ScoreResult
from tests.scoring import but

WELL = MewsInputs(
    systolic_bp=120, pulse=80, respiratory_rate=14, temperature=Decimal(37), consciousness="A"
)


def points(result: ScoreResult) -> dict[str, int]:
    return {one.name: one.points for one in result.components}


# ---------------------------------------------------------------------- qSOFA


@pytest.mark.parametrize(
    ("values", "score"),
    [
        ({"respiratory_rate": 21, "systolic_bp": 101, "gcs": 15}, 0),
        ({"respiratory_rate": 22, "systolic_bp": 101, "gcs": 15}, 1),
        ({"respiratory_rate": 21, "systolic_bp": 100, "gcs": 15}, 1),
        ({"respiratory_rate": 21, "systolic_bp": 101, "gcs": 14}, 1),
        ({"respiratory_rate": 21, "systolic_bp": 101, "consciousness": "A"}, 0),
        ({"respiratory_rate": 21, "systolic_bp": 101, "consciousness": "C"}, 1),
        ({"respiratory_rate": 21, "systolic_bp": 101, "gcs": 15, "consciousness": "V"}, 1),
    ],
)
def test_qsofa_counts_breaths_pressure_and_mentation(values: dict[str, Any], score: int) -> None:
    found = qsofa(QsofaInputs(**values))
    assert (found.value, found.partial_min, found.complete) == (score, score, True)
    assert found.band == "low"


@pytest.mark.parametrize("name", ["respiratory_rate", "systolic_bp", "gcs"])
def test_two_points_of_qsofa_are_high_although_the_third_is_missing(name: str) -> None:
    whole = QsofaInputs(respiratory_rate=30, systolic_bp=80, gcs=10)
    found = qsofa(but(whole, **{name: None}))
    assert (found.value, found.partial_min, found.band) == (None, 2, "high")
    assert (found.missing, found.complete) == ((name,), False)
    well = qsofa(but(QsofaInputs(respiratory_rate=16, systolic_bp=120, gcs=15), **{name: None}))
    assert (well.value, well.partial_min, well.band) == (None, 0, None)


@pytest.mark.parametrize(("age", "reason"), [(15, "EXCLUDED_PAEDIATRIC"), (16, None), (18, None)])
def test_qsofa_and_mews_are_not_made_for_children(age: int, reason: str | None) -> None:
    assert qsofa(QsofaInputs(gcs=10, age_years=age)).excluded_reason == reason
    assert mews(but(WELL, age_years=age)).excluded_reason == reason


# ---------------------------------------------------------------------- MEWS


@pytest.mark.parametrize(
    ("name", "bands"),
    [
        ("systolic_bp", {3: (0, 70), 2: (71, 80), 1: (81, 100), 0: (101, 199)}),
        ("systolic_bp", {2: (200, 320)}),
        ("pulse", {2: (0, 40), 1: (41, 50), 0: (51, 100), 3: (130, 300)}),
        ("pulse", {1: (101, 110), 2: (111, 129)}),
        ("respiratory_rate", {2: (0, 8), 0: (9, 14), 1: (15, 20), 3: (30, 80)}),
        ("respiratory_rate", {2: (21, 29)}),
        ("temperature", {2: ("25", "34.9"), 0: ("35.0", "38.4")}),
        ("temperature", {2: ("38.5", "45"), 0: ("38.44", "38.49")}),
        ("consciousness", {0: ("A",), 1: ("V",), 2: ("P",), 3: ("U",)}),
    ],
)
def test_each_band_of_mews_has_its_points_at_both_ends(name: str, bands: dict[int, Any]) -> None:
    for worth, ends in bands.items():
        for end in ends:
            value = Decimal(end) if name == "temperature" else end
            assert points(mews(but(WELL, **{name: value})))[name] == worth, end


@pytest.mark.parametrize(
    "name", ["systolic_bp", "pulse", "respiratory_rate", "temperature", "consciousness"]
)
def test_mews_needs_all_five_but_is_critical_as_soon_as_that_is_certain(name: str) -> None:
    found = mews(but(WELL, **{name: None}))
    assert (found.value, found.band, found.missing) == (None, None, (name,))
    ill = MewsInputs(
        systolic_bp=70,
        pulse=130,
        respiratory_rate=30,
        temperature=Decimal(34),
        consciousness="U",
    )
    assert mews(but(ill, **{name: None})).band == "critical"


def test_mews_is_critical_from_five() -> None:
    four = but(WELL, pulse=130, respiratory_rate=15)
    assert (mews(four).value, mews(four).band) == (4, "low")
    five = but(WELL, pulse=130, respiratory_rate=21)
    assert (mews(five).value, mews(five).band) == (5, "critical")


def test_mews_is_not_made_in_pregnancy() -> None:
    assert mews(but(WELL, pregnant=True)).excluded_reason == "EXCLUDED_PREGNANCY"


# ---------------------------------------------------------------------- Glasgow Coma Scale


@pytest.mark.parametrize(
    ("eye", "verbal", "motor", "total", "band"),
    [
        (2, 2, 4, 8, "severe"),
        (2, 2, 5, 9, "moderate"),
        (3, 4, 5, 12, "moderate"),
        (3, 4, 6, 13, "mild"),
    ],
)
def test_the_bands_of_the_coma_scale(
    eye: int, verbal: int, motor: int, total: int, band: str
) -> None:
    found = gcs(GcsInputs(eye=eye, verbal=verbal, motor=motor))
    assert (found.value, found.band) == (total, band)
    assert found.display == f"E{eye} V{verbal} M{motor}"


def test_what_cannot_be_tested_is_shown_as_such_and_never_as_one() -> None:
    found = gcs(GcsInputs(eye=4, verbal="NT", motor=6))
    assert (found.value, found.band, found.complete) == (None, None, False)
    assert (found.display, found.not_testable) == ("E4 VNT M6", ("verbal",))
    assert points(found) == {"eye": 4, "motor": 6}
    assert found.missing == ()


@pytest.mark.parametrize("name", ["eye", "verbal", "motor"])
def test_a_part_that_nobody_charted_is_missing(name: str) -> None:
    found = gcs(but(GcsInputs(eye=4, verbal=5, motor=6), **{name: None}))
    assert (found.value, found.missing, found.not_testable) == (None, (name,), ())
    assert "?" in found.display


@pytest.mark.parametrize(
    ("before", "after", "alert"),
    [
        ((4, 5, 6), (3, 4, 6), True),
        ((4, 5, 6), (3, 5, 6), False),
        ((4, "NT", 6), (3, "NT", 5), True),
        ((4, 5, 6), (4, "NT", 6), False),  # a tube is no drop
        ((4, "NT", 6), (3, 2, 5), False),
        (("NT", "NT", "NT"), ("NT", "NT", "NT"), False),
        ((3, 4, 6), (4, 5, 6), False),
    ],
)
def test_a_fall_by_two_of_the_same_parts_is_an_alert(
    before: tuple[Response, ...], after: tuple[Response, ...], alert: bool
) -> None:
    was, is_now = (GcsInputs(eye=e, verbal=v, motor=m) for e, v, m in (before, after))
    assert dropped(was, is_now) is alert


@pytest.mark.parametrize(
    ("total", "new", "as_before"),
    [
        (15, "A", "A"),
        (14, "C", "A"),
        (13, "C", "A"),
        (12, "V", "V"),
        (9, "V", "V"),
        (8, "P", "P"),
        (4, "P", "P"),
        (3, "U", "U"),
    ],
)
def test_a_coma_scale_stands_in_for_acvpu_that_nobody_charted(
    total: int, new: str, as_before: str
) -> None:
    assert acvpu(total, newly_reduced=True) == new
    assert acvpu(total, newly_reduced=False) == as_before


@given(
    st.integers(0, 320),
    st.integers(101, 300),
    st.integers(9, 80),
    st.sampled_from("AVPU"),
    st.data(),
)
def test_a_faster_pulse_never_lowers_mews_nor_more_breaths_qsofa(
    pressure: int, pulse: int, breaths: int, awake: str, data: st.DataObject
) -> None:
    faster, more = data.draw(st.integers(pulse, 300)), data.draw(st.integers(breaths, 80))
    first = but(WELL, systolic_bp=pressure, pulse=pulse, consciousness=awake)
    slow, fast = mews(first).value, mews(but(first, pulse=faster)).value
    assert isinstance(slow, int)
    assert isinstance(fast, int)
    assert slow <= fast
    few = qsofa(QsofaInputs(respiratory_rate=breaths, systolic_bp=pressure, consciousness=awake))
    many = qsofa(QsofaInputs(respiratory_rate=more, systolic_bp=pressure, consciousness=awake))
    assert (few.partial_min or 0) <= (many.partial_min or 0)
