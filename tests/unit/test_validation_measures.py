"""What validation measures with: the ward's windows by the source's words, and AUROC."""

from __future__ import annotations

import pytest

from tests.validation.auroc import Point, auroc
from tests.validation.truth import window_of


@pytest.mark.parametrize(
    ("frequency", "daily", "window", "minutes"),
    [
        ("DAILY", "1", "daily", 120),
        ("EVERY OTHER DAY", "0", "daily", 120),
        ("2X/WEEK", "0", "daily", 120),
        ("BID", "2", "hour", 60),
        ("Q4H", "6", "hour", 60),
        ("HS", "1", "hour", 60),
        ("Q3H", "8", "quarter", 45),
        ("Q2H", "12", "quarter", 30),
        ("ONCE", "1", "once", 60),
        ("NOW X1", "0", "once", 60),
        ("ASDIR", "", "once", 60),
        ("", "", "once", 60),
        ("Q6H:PRN", "4", "as needed", None),
    ],
)
def test_the_wards_window_of_a_frequency(
    frequency: str, daily: str, window: str, minutes: float | None
) -> None:
    assert window_of(frequency, daily) == (window, minutes)


def points(*rows: tuple[int, bool]) -> list[Point]:
    return [Point(str(number), score, outcome) for number, (score, outcome) in enumerate(rows)]


def test_a_score_that_tells_all_apart_has_an_area_of_one() -> None:
    assert auroc(points((1, False), (2, False), (3, True), (4, True))).value == 1.0
    assert auroc(points((4, False), (3, False), (2, True), (1, True))).value == 0.0


def test_ties_count_half() -> None:
    assert auroc(points((2, False), (2, True))).value == 0.5
    # pairs: 1<2 counts, 3>2 does not, 2=2 is half
    assert auroc(points((1, False), (3, False), (2, False), (2, True))).value == 0.5


def test_without_both_classes_there_is_no_area() -> None:
    for found in (auroc([]), auroc(points((1, True), (2, True)))):
        assert (found.value, found.low, found.high) == (None, None, None)


def test_the_interval_holds_the_area_and_is_the_same_again() -> None:
    rows = points(*((score, score % 3 == 0) for score in range(30)))
    found = auroc(rows)
    assert found == auroc(rows)
    assert found.low is not None
    assert found.value is not None
    assert found.high is not None
    assert found.low <= found.value <= found.high


def test_patients_are_drawn_and_not_their_points() -> None:
    """Ten points of one patient say no more than one: the interval does not shrink."""
    rows = points((1, False), (4, False), (2, True), (5, True), (3, False), (6, True))
    assert auroc(rows * 10) == auroc(rows)
