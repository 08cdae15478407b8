"""A ward's own clock times: set, changed, and refused when they cannot be right."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.errors import InvalidInput
from domain.timing import DEFAULT_TIMES, MIMIC_TIMES, Occurrence, SiteTimes, expand, parse_frequency

WARD = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
MONDAY = datetime(2026, 3, 2, 9, 10, tzinfo=WARD)
TID, Q8H = parse_frequency("tid"), parse_frequency("q8h")


def at(day: int, clock: str) -> datetime:
    return datetime.combine(date(2026, 3, day), time.fromisoformat(clock), WARD)


def clocks(due: tuple[Occurrence, ...]) -> list[str]:
    return [o.due_at.astimezone(WARD).strftime("%d %H:%M") for o in due]


def test_the_hospital_behind_mimic_has_its_own_times() -> None:
    found = expand(
        TID, start=at(2, "07:00"), until=at(3, "00:00"), zone=WARD, site_times=MIMIC_TIMES
    )
    assert clocks(found.due) == ["02 08:00", "02 14:00", "02 20:00"]


def test_a_ward_may_set_times_that_are_not_evenly_spread() -> None:
    ward = DEFAULT_TIMES.changed({"q8h": ["06:00", "14:00", "21:00"], "Q4H": ["02:00", "22:00"]})
    found = expand(Q8H, start=at(2, "05:00"), until=at(3, "07:00"), zone=WARD, site_times=ward)
    assert clocks(found.due) == ["02 06:00", "02 14:00", "02 21:00", "03 06:00"]
    q4h = parse_frequency("q4h x 2")
    found = expand(q4h, start=at(2, "23:00"), until=at(3, "23:00"), zone=WARD, site_times=ward)
    assert clocks(found.due) == ["03 02:00", "03 06:00"]


def test_five_times_a_day_needs_the_wards_five_times() -> None:
    five = parse_frequency("5ID")
    with pytest.raises(InvalidInput, match="5id") as caught:
        expand(five, start=MONDAY, until=MONDAY + DAY, zone=WARD)
    assert caught.value.field == "site_times"
    times = ["06:00", "10:00", "14:00", "18:00", "22:00"]
    ward = DEFAULT_TIMES.changed({"5id": times})
    assert len(expand(five, start=MONDAY, until=MONDAY + DAY, zone=WARD, site_times=ward).due) == 5


@pytest.mark.parametrize(
    ("changes", "frequency", "due"),
    [
        ({"meals": {"lunch": "12:00"}, "before_meal_minutes": 15}, "ACD", "02 11:45"),
        ({"after_meal_minutes": 60}, "PCD", "02 12:30"),
        ({"weekdays": {"2": ["tue", "fri"]}}, "biw", "03 08:00"),
        ({"hs": "22:00"}, "hs", "02 22:00"),
        ({"hs": "22:00"}, "icv", "02 19:45"),
    ],
)
def test_a_ward_changes_its_times(changes: dict[str, object], frequency: str, due: str) -> None:
    ward = DEFAULT_TIMES.changed(changes)
    found = expand(
        parse_frequency(frequency), start=MONDAY, until=MONDAY + 2 * DAY, zone=WARD, site_times=ward
    )
    assert clocks(found.due)[0] == due


def test_a_ward_changes_the_start_of_its_day() -> None:
    assert DEFAULT_TIMES.changed({"day_start": "07:30"}).day_start == time(7, 30)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"bidd": ["08:00"]}, "site_times.bidd"),
        ({"id": ["08:00"]}, "site_times.id"),
        ({"bid": ["8 o'clock"]}, "site_times.bid"),
        ({"bid": ["08:00+01:00"]}, "site_times.bid"),
        ({"bid": ["08:00", "08:00"]}, "site_times.bid"),
        ({"bid": []}, "site_times.bid"),
        ({"bid": 8}, "site_times.bid"),
        ({"meals": ["07:00"]}, "site_times.meals"),
        ({"meals": {"tea": "16:00"}}, "site_times.meals.tea"),
        ({"before_meal_minutes": 181}, "site_times.before_meal_minutes"),
        ({"after_meal_minutes": True}, "site_times.after_meal_minutes"),
        ({"weekdays": {"2": ["tue"]}}, "site_times.weekdays.2"),
        ({"weekdays": {"2": ["tue", "tue"]}}, "site_times.weekdays.2"),
        ({"weekdays": {"2": "tue"}}, "site_times.weekdays.2"),
        ({"weekdays": {"2": ["tue", "frei"]}}, "site_times.weekdays.2"),
    ],
)
def test_a_wrong_entry_is_named(changes: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        DEFAULT_TIMES.changed(changes)
    assert caught.value.field == field


def test_site_times_are_a_value() -> None:
    changed: SiteTimes = DEFAULT_TIMES.changed({"hs": "22:00"})
    assert changed != DEFAULT_TIMES
    assert changed == DEFAULT_TIMES.changed({"HS": ["22:00"]})
