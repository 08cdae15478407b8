"""When an as-needed drug may be given again (X6), and windows that make no sense."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.quantities import Quantity
from domain.timing import Block, PrnAnswer, Use, next_prn_allowed, window_of

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
EIGHT = datetime(2026, 3, 2, 8, tzinfo=UTC)
MOST = Quantity(Decimal(4), "g")


def gram(text: str) -> Quantity:
    return Quantity(Decimal(text), "g")


def test_a_first_dose_may_be_given_at_once() -> None:
    answer = next_prn_allowed([], now=EIGHT, min_interval=6 * HOUR, max_per_24h=4)
    assert answer == PrnAnswer(EIGHT, ())


def test_the_least_interval_must_have_passed() -> None:
    uses = [Use(EIGHT - 4 * HOUR)]
    answer = next_prn_allowed(uses, now=EIGHT, min_interval=6 * HOUR)
    assert answer == PrnAnswer(EIGHT + 2 * HOUR, (Block.MIN_INTERVAL,))
    assert next_prn_allowed(uses, now=EIGHT + 2 * HOUR, min_interval=6 * HOUR).blocks == ()


def test_the_fifth_of_four_doses_waits_for_the_first_to_be_a_day_old() -> None:
    uses = [Use(EIGHT - n * HOUR) for n in (20, 15, 10, 5)]
    answer = next_prn_allowed(uses, now=EIGHT, max_per_24h=4)
    assert answer == PrnAnswer(EIGHT + 4 * HOUR, (Block.MAX_PER_24H,))


def test_the_sum_of_doses_counts_the_one_to_be_given() -> None:
    uses = [Use(EIGHT - 20 * HOUR, gram("1")), Use(EIGHT - 5 * HOUR, gram("2.5"))]
    at_once = next_prn_allowed(uses, now=EIGHT, dose=gram("0.5"), max_dose_24h=MOST)
    assert at_once == PrnAnswer(EIGHT, ())
    later = next_prn_allowed(uses, now=EIGHT, dose=gram("1"), max_dose_24h=MOST)
    assert later == PrnAnswer(EIGHT + 4 * HOUR, (Block.MAX_DOSE_24H,))


def test_the_last_block_to_fall_decides() -> None:
    uses = [Use(EIGHT - HOUR, gram("2")), Use(EIGHT - 7 * HOUR, gram("2"))]
    answer = next_prn_allowed(
        uses,
        now=EIGHT,
        min_interval=6 * HOUR,
        max_per_24h=2,
        dose=gram("1"),
        max_dose_24h=MOST,
    )
    assert answer.blocks == (Block.MIN_INTERVAL, Block.MAX_PER_24H, Block.MAX_DOSE_24H)
    assert answer.allowed_at == EIGHT + 17 * HOUR


def test_a_dose_above_the_most_of_a_day_is_never_allowed() -> None:
    answer = next_prn_allowed([], now=EIGHT, dose=gram("5"), max_dose_24h=MOST)
    assert answer == PrnAnswer(None, (Block.MAX_DOSE_24H,))


def test_an_interval_longer_than_a_day_looks_farther_back() -> None:
    uses = [Use(EIGHT - 30 * HOUR)]
    answer = next_prn_allowed(uses, now=EIGHT, min_interval=48 * HOUR)
    assert answer.allowed_at == EIGHT + 18 * HOUR


@pytest.mark.parametrize("dose", [None, Quantity(Decimal(500), "mg")])
def test_doses_that_cannot_be_added_are_refused(dose: Quantity | None) -> None:
    with pytest.raises(InvalidInput, match="an amount in g"):
        next_prn_allowed([], now=EIGHT, dose=dose, max_dose_24h=MOST)


@given(
    st.lists(st.integers(0, 72 * 60), max_size=12),
    st.integers(0, 36 * 60),
    st.integers(1, 6),
)
def test_law_waiting_as_told_is_enough_and_no_longer_than_needed(
    ages: list[int], interval: int, most: int
) -> None:
    uses = [Use(EIGHT - age * MINUTE) for age in ages]
    bounds = {"min_interval": interval * MINUTE, "max_per_24h": most}
    answer = next_prn_allowed(uses, now=EIGHT, **bounds)  # type: ignore[arg-type]  # a mixed table
    assert answer.allowed_at is not None
    then = next_prn_allowed(uses, now=answer.allowed_at, **bounds)  # type: ignore[arg-type]  # as above
    assert then.blocks == ()
    if answer.blocks:
        before = answer.allowed_at - MINUTE
        assert next_prn_allowed(uses, now=before, **bounds).blocks  # type: ignore[arg-type]  # as above


def test_a_window_in_percent_needs_an_interval() -> None:
    with pytest.raises(InvalidInput, match="needs one"):
        window_of(EIGHT, low=Fraction(-1, 4), high=Fraction(1, 4))


def test_a_window_opens_before_it_closes() -> None:
    with pytest.raises(InvalidInput, match="closes before it opens"):
        window_of(EIGHT, low=HOUR, high=-HOUR)
