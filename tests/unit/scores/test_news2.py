"""NEWS2 at the bedside: every band at both edges, what is missing, for whom it is not made."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.scores.guards import pregnancy_warning
from rules.scores.news2 import CONTINUOUS, PARAMETERS, News2Inputs, News2Result, news2
from tests.scoring import Value, but

WELL = News2Inputs(
    respiratory_rate=16,
    spo2=98,
    supplemental_oxygen=False,
    systolic_bp=120,
    pulse=70,
    consciousness="A",
    temperature=Decimal("37.0"),
)
MOST = dict.fromkeys(PARAMETERS, 3) | {"supplemental_oxygen": 2}


def points(result: News2Result) -> dict[str, int]:
    return {one.name: one.points for one in result.components}


def changed(**values: Value) -> News2Inputs:
    return but(WELL, **values)


@pytest.mark.parametrize(
    ("name", "bands"),
    [
        ("respiratory_rate", {3: (0, 8), 1: (9, 11), 0: (12, 20), 2: (21, 24)}),
        ("respiratory_rate", {3: (25, 80)}),
        ("spo2", {3: (0, 91), 2: (92, 93), 1: (94, 95), 0: (96, 100)}),
        ("systolic_bp", {3: (0, 90), 2: (91, 100), 1: (101, 110), 0: (111, 219)}),
        ("systolic_bp", {3: (220, 320)}),
        ("pulse", {3: (0, 40), 1: (41, 50), 0: (51, 90), 2: (111, 130)}),
        ("pulse", {1: (91, 110), 3: (131, 300)}),
        ("temperature", {3: ("25", "35.0"), 1: ("35.1", "36.0"), 0: ("36.1", "38.0")}),
        ("temperature", {1: ("38.1", "39.0"), 2: ("39.1", "45")}),
        # between two charted numbers: never rounded into the better band
        ("temperature", {1: ("35.04", "35.04"), 0: ("36.01", "37.96"), 2: ("39.04", "39.05")}),
    ],
)
def test_each_band_has_its_points_at_both_ends(name: str, bands: dict[int, Any]) -> None:
    for worth, ends in bands.items():
        for end in ends:
            value = Decimal(end) if isinstance(end, str) else end
            assert points(news2(changed(**{name: value})))[name] == worth, (name, end)


@pytest.mark.parametrize(
    ("on_oxygen", "bands"),
    [
        (False, {3: (0, 83), 2: (84, 85), 1: (86, 87), 0: (88, 100)}),
        (True, {3: (0, 83), 2: (84, 85), 1: (86, 87), 0: (88, 92)}),
        (True, {1: (93, 94), 2: (95, 96), 3: (97, 100)}),
    ],
)
def test_on_scale_2_too_much_saturation_counts_on_oxygen_only(
    on_oxygen: bool, bands: dict[int, Any]
) -> None:
    for worth, ends in bands.items():
        for end in ends:
            found = news2(changed(spo2=end, spo2_scale=2, supplemental_oxygen=on_oxygen))
            assert points(found)["spo2"] == worth, end


@pytest.mark.parametrize(("word", "worth"), [("A", 0), ("C", 3), ("V", 3), ("P", 3), ("U", 3)])
def test_whoever_is_not_alert_scores_three(word: str, worth: int) -> None:
    found = news2(changed(consciousness=word))
    assert points(found)["consciousness"] == worth
    assert found.red_parameter is (worth == 3)


def test_a_recorded_zero_is_the_worst_value_and_not_a_missing_one() -> None:
    arrest = news2(changed(respiratory_rate=0, pulse=0, systolic_bp=0, spo2=0))
    assert (arrest.value, arrest.complete, arrest.band) == (12, True, "high")


def test_oxygen_alone_is_no_red_parameter() -> None:
    found = news2(changed(supplemental_oxygen=True))
    assert (found.value, found.red_parameter, found.band) == (2, False, "low")


@pytest.mark.parametrize(
    ("values", "score", "band", "minutes"),
    [
        ({}, 0, "none", 720),
        ({"pulse": 91}, 1, "low", 360),
        ({"pulse": 111}, 2, "low", 360),
        ({"pulse": 111, "spo2": 95}, 3, "low", 240),
        ({"pulse": 111, "spo2": 93}, 4, "low", 240),
        ({"pulse": 131}, 3, "low_medium", 60),
        ({"pulse": 131, "spo2": 95}, 4, "low_medium", 60),
        ({"pulse": 111, "spo2": 93, "systolic_bp": 110}, 5, "medium", 60),
        ({"pulse": 131, "spo2": 93}, 5, "medium", 60),
        ({"pulse": 111, "spo2": 93, "systolic_bp": 100}, 6, "medium", 60),
        ({"pulse": 131, "spo2": 93, "respiratory_rate": 21}, 7, "high", CONTINUOUS),
    ],
)
def test_the_score_says_how_soon_to_look_again(
    values: dict[str, Any], score: int, band: str, minutes: int
) -> None:
    found = news2(changed(**values))
    assert (found.value, found.band, found.observe_every_minutes) == (score, band, minutes)
    assert (found.partial_min, found.partial_max) == (score, score)


@pytest.mark.parametrize("name", PARAMETERS)
def test_without_one_of_the_seven_there_is_no_score_but_its_bounds(name: str) -> None:
    found = news2(changed(**{name: None}))
    assert (found.value, found.band, found.complete) == (None, None, False)
    assert found.missing == (name,)
    assert name not in points(found)
    assert (found.partial_min, found.partial_max) == (0, MOST[name])
    assert found.observe_every_minutes is None  # 12 hours would be a false comfort


def test_with_nothing_observed_every_bound_is_open() -> None:
    found = news2(News2Inputs())
    assert (found.value, found.partial_min, found.partial_max) == (None, 0, 20)
    assert found.missing == PARAMETERS
    assert found.red_parameter is False


def test_a_red_parameter_of_an_incomplete_set_already_calls_for_hourly_looks() -> None:
    found = news2(changed(pulse=131, temperature=None))
    assert (found.value, found.red_parameter, found.observe_every_minutes) == (None, True, 60)
    urgent = news2(changed(pulse=111, spo2=92, systolic_bp=101, temperature=None))
    assert (urgent.partial_min, urgent.red_parameter, urgent.band) == (5, False, None)
    assert urgent.observe_every_minutes == 60


def test_on_scale_2_a_high_saturation_hangs_on_the_oxygen_that_nobody_charted() -> None:
    found = news2(changed(spo2=97, spo2_scale=2, supplemental_oxygen=None))
    assert found.missing == ("supplemental_oxygen",)
    assert "spo2" not in points(found)
    assert (found.partial_min, found.partial_max, found.red_parameter) == (0, 5, False)
    low = news2(changed(spo2=86, spo2_scale=2, supplemental_oxygen=None))
    assert points(low)["spo2"] == 1
    assert (low.partial_min, low.partial_max) == (1, 3)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"age_years": 15}, "EXCLUDED_PAEDIATRIC"),
        ({"age_years": 16}, None),
        ({"age_years": 17}, None),
        ({"pregnant": True}, "EXCLUDED_PREGNANCY"),
        ({"pregnant": False}, None),
        ({"age_years": 15, "pregnant": True}, "EXCLUDED_PAEDIATRIC"),
    ],
)
def test_it_is_not_made_for_children_nor_in_pregnancy(
    values: dict[str, Any], reason: str | None
) -> None:
    found = news2(changed(pulse=131, **values))
    assert found.excluded_reason == reason
    if reason is not None:
        assert (found.value, found.band, found.complete) == (None, None, False)
        assert (found.components, found.partial_min, found.red_parameter) == ((), None, None)


@pytest.mark.parametrize(
    ("values", "warned"),
    [
        ({"sex": "F", "age_years": 11}, False),
        ({"sex": "F", "age_years": 12}, False),  # a child: excluded before
        ({"sex": "F", "age_years": 16}, True),
        ({"sex": "F", "age_years": 55}, True),
        ({"sex": "F", "age_years": 56}, False),
        ({"sex": "F"}, True),
        ({"sex": "F", "age_years": 30, "pregnant": False}, False),
        ({"sex": "M", "age_years": 30}, False),
    ],
)
def test_where_a_pregnancy_is_possible_and_nobody_has_said_it_warns(
    values: dict[str, Any], warned: bool
) -> None:
    assert ("pregnancy_unknown" in news2(changed(**values)).warnings) is warned


@pytest.mark.parametrize(("age", "warned"), [(11, False), (12, True), (55, True), (56, False)])
def test_the_warning_is_for_women_of_12_to_55(age: int, warned: bool) -> None:
    found = pregnancy_warning(sex="F", age_years=age, pregnant=None)
    assert found == (("pregnancy_unknown",) if warned else ())


def test_a_cord_injury_is_scored_with_a_caution() -> None:
    found = news2(changed(spinal_cord_injury=True))
    assert (found.value, found.warnings) == (0, ("spinal_cord_injury",))


SETS = st.builds(
    News2Inputs,
    respiratory_rate=st.integers(0, 80),
    spo2=st.integers(0, 100),
    spo2_scale=st.sampled_from([1, 2]),
    supplemental_oxygen=st.booleans(),
    systolic_bp=st.integers(0, 320),
    pulse=st.integers(0, 300),
    consciousness=st.sampled_from("ACVPU"),
    temperature=st.decimals("25", "45", places=1),
)


@given(SETS, st.sets(st.sampled_from(PARAMETERS)))
def test_whatever_is_missing_the_true_score_lies_within_the_bounds(
    whole: News2Inputs, gone: set[str]
) -> None:
    true = news2(whole)
    part = news2(but(whole, **dict.fromkeys(gone)))
    assert part.partial_min is not None
    assert part.partial_max is not None
    assert isinstance(true.value, int)
    assert part.partial_min <= true.value <= part.partial_max
    assert part.missing == tuple(name for name in PARAMETERS if name in gone)
    assert true.red_parameter or not part.red_parameter
    assert part.band in {None, true.band}


@given(SETS, st.sets(st.sampled_from(PARAMETERS)), st.sampled_from(PARAMETERS))
def test_one_more_missing_value_never_narrows_the_bounds(
    whole: News2Inputs, gone: set[str], name: str
) -> None:
    before = news2(but(whole, **dict.fromkeys(gone)))
    after = news2(but(whole, **dict.fromkeys(gone | {name})))
    assert (after.partial_max or 0) >= (before.partial_max or 0)
    assert (after.partial_min or 0) <= (before.partial_min or 0)


@given(SETS, st.data())
def test_away_from_the_normal_band_it_only_rises(whole: News2Inputs, data: st.DataObject) -> None:
    name, normal, end = data.draw(
        st.sampled_from(
            [
                *(("respiratory_rate", 20, 80), ("respiratory_rate", 12, 0)),
                *(("pulse", 90, 300), ("pulse", 51, 0), ("systolic_bp", 111, 0)),
                *(("systolic_bp", 219, 320), ("spo2", 88, 0)),
            ]
        )
    )
    near = data.draw(st.integers(min(normal, end), max(normal, end)))
    far = data.draw(st.integers(min(near, end), max(near, end)))
    less, more = (news2(but(whole, **{name: one})) for one in (near, far))
    assert isinstance(less.value, int)
    assert isinstance(more.value, int)
    assert less.value <= more.value


@given(SETS)
def test_the_points_are_the_score_and_no_other_input_changes_it(whole: News2Inputs) -> None:
    found = news2(whole)
    assert sum(points(found).values()) == found.value
    assert found.value in range(21)
    assert news2(but(whole, sex="M", age_years=70, pregnant=False)) == found
    assert {one.name for one in fields(whole)} >= set(PARAMETERS)
