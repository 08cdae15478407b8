"""The band that a screen shows rises at once and falls late (rules specification 2.5)."""

from __future__ import annotations

from rules.risk import Band, highest_settled, shown_band

QUARTER = 15 * 60


def test_the_first_band_is_that_of_the_score() -> None:
    edges = (0, 19, 20, 39, 40, 59, 60, 99)
    assert [shown_band(score, shown=None).value for score in edges] == [
        *("low", "low", "moderate", "moderate"),
        *("high", "high", "critical", "critical"),
    ]


def test_a_rise_is_shown_at_once() -> None:
    assert shown_band(60, shown=Band.LOW) is Band.CRITICAL


def test_a_score_just_below_the_edge_does_not_let_the_band_fall() -> None:
    assert shown_band(58, shown=Band.CRITICAL, settled_seconds=10 * QUARTER) is Band.CRITICAL


def test_a_score_three_below_the_edge_falls_after_a_quarter_of_an_hour() -> None:
    assert highest_settled(Band.CRITICAL) == 57
    assert shown_band(57, shown=Band.CRITICAL, settled_seconds=QUARTER - 1) is Band.CRITICAL
    assert shown_band(57, shown=Band.CRITICAL, settled_seconds=QUARTER) is Band.HIGH
    assert shown_band(12, shown=Band.CRITICAL, settled_seconds=QUARTER) is Band.LOW


def test_a_closed_step_or_a_new_news2_lets_it_fall_at_once() -> None:
    assert shown_band(59, shown=Band.CRITICAL, causal_event=True) is Band.HIGH
    assert shown_band(60, shown=Band.CRITICAL, causal_event=True) is Band.CRITICAL


def test_low_stays_low() -> None:
    assert shown_band(3, shown=Band.LOW, settled_seconds=QUARTER) is Band.LOW
