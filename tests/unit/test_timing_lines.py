"""One line of `wardloop timing expand`: what hospital IT sends and what it gets back."""

import json

import pytest

from domain.errors import InvalidInput
from domain.timing import expand_line

LINE: dict[str, object] = {
    "frequency": "BID",
    "start": "2026-03-02T07:10",
    "until": "2026-03-03T07:10",
    "time_zone": "Asia/Shanghai",
}
EIGHT, FOUR = "2026-03-02T08:00:00+08:00", "2026-03-02T16:00:00+08:00"


def test_due_times_come_with_the_wards_offset() -> None:
    answer = expand_line(LINE)
    assert answer == {"due": [EIGHT, FOUR], "window_class": "up_to_every_4h", "as_needed": False}
    assert json.loads(json.dumps(answer)) == answer


@pytest.mark.parametrize(
    "changes",
    [
        {"start": "2026-03-01T23:10:00Z", "until": "2026-03-02T23:10:00+00:00"},
        {"time_zone": "+08:00"},
        {"time_zone": "+0800"},
        {"stop": None, "count": None, "duration": None, "site_times": None, "first_dose_now": None},
        {"first_dose_now": False},
        {"duration": "P1D"},
        {"until": "2026-04-03T07:10", "count": 2},
        {"until": "2026-04-03T07:10", "stop": "2026-03-02T20:00"},
        {"until": "2026-04-03T07:10", "duration": "P1D"},
        {"until": "2026-04-03T07:10", "duration": "PT12H30M"},
        {"until": "2026-04-03T07:10", "duration": "1 d"},
        {"until": "2026-04-03T07:10", "duration": "24h"},
        {"until": "2026-04-03T07:10", "duration": {"value": 720, "unit": "min"}},
    ],
)
def test_the_same_order_said_otherwise(changes: dict[str, object]) -> None:
    assert expand_line({**LINE, **changes})["due"] == [EIGHT, FOUR]


def test_a_zone_west_of_greenwich() -> None:
    answer = expand_line({**LINE, "time_zone": "-05:00"})
    assert answer["due"] == ["2026-03-02T08:00:00-05:00", "2026-03-02T16:00:00-05:00"]


def test_a_week_of_daily_doses() -> None:
    line = {**LINE, "frequency": "qd", "until": "2026-05-01T00:00", "duration": "P1W"}
    assert len(expand_line(line)["due"]) == 7  # type: ignore[arg-type]  # a list in JSON


def test_a_first_dose_now() -> None:
    answer = expand_line({**LINE, "start": "2026-03-02T10:00", "first_dose_now": True})
    assert answer["due"] == ["2026-03-02T10:00:00+08:00", FOUR]


def test_the_wards_own_times() -> None:
    answer = expand_line({**LINE, "site_times": {"bid": ["09:00", "21:00"]}})
    assert answer["due"] == ["2026-03-02T09:00:00+08:00", "2026-03-02T21:00:00+08:00"]


def test_as_needed_has_no_due_times() -> None:
    answer = expand_line({**LINE, "frequency": "BID:PRN"})
    assert answer == {"due": [], "window_class": "none", "as_needed": True}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"frequency": "ASDIR"}, "frequency"),
        ({"frequency": None}, "frequency"),
        ({"frequency": 8}, "frequency"),
        ({"start": "2026-03-02"}, "start"),  # a day is no time
        ({"start": "soon"}, "start"),
        ({"start": "0001-01-01T00:00"}, "start"),
        ({"start": "0001-01-01T00:00Z"}, "start"),
        ({"until": None}, "until"),
        ({"until": "2026-03-01T07:10"}, "until"),
        ({"stop": "2026-03-01T07:10"}, "stop"),
        ({"time_zone": "China"}, "time_zone"),
        ({"time_zone": "+24:00"}, "time_zone"),
        ({"time_zone": "../etc"}, "time_zone"),
        ({"time_zone": ""}, "time_zone"),
        ({"time_zone": "America"}, "time_zone"),  # a folder of zones
        ({"first_dose_now": "yes"}, "first_dose_now"),
        ({"count": 0}, "count"),
        ({"count": True}, "count"),
        ({"count": "3"}, "count"),
        ({"duration": 3}, "duration"),  # three what?
        ({"duration": "P"}, "duration"),
        ({"duration": "P1DT"}, "duration"),
        ({"duration": "3 moons"}, "duration"),
        ({"duration": "P0D"}, "duration"),
        ({"duration": "999999 wk"}, "duration"),
        ({"duration": {"value": 3}}, "duration"),
        ({"site_times": "08:00"}, "site_times"),
        ({"site_times": {"bid": "late"}}, "site_times.bid"),
        ({"first_dose": True}, "first_dose"),
    ],
)
def test_a_bad_line_names_its_field(changes: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        expand_line({**LINE, **changes})
    assert caught.value.field == field
    assert caught.value.message
