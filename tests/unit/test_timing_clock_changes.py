"""Due times where the clocks change, and the ward's day: rules X13 and X14."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from domain.timing import DEFAULT_TIMES, Occurrence, expand, parse_frequency, ward_day

WARD = ZoneInfo("Asia/Shanghai")
BERLIN, SAMOA = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Apia")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TID, Q8H = parse_frequency("tid"), parse_frequency("q8h")


def at(day: int, clock: str, zone: ZoneInfo = WARD) -> datetime:
    return datetime.combine(date(2026, 3, day), time.fromisoformat(clock), zone)


def clocks(due: tuple[Occurrence, ...], zone: ZoneInfo) -> list[str]:
    return [o.due_at.astimezone(zone).strftime("%d %H:%M") for o in due]


@pytest.mark.rows("X13")
def test_x13_clock_times_stay_on_the_wall_when_the_clocks_change() -> None:
    found = expand(Q8H, start=at(28, "09:00", BERLIN), until=at(30, "00:00", BERLIN), zone=BERLIN)
    assert clocks(found.due, BERLIN) == ["28 16:00", "29 00:00", "29 08:00", "29 16:00"]
    assert found.due[2].due_at - found.due[1].due_at == 7 * HOUR


@pytest.mark.rows("X13")
@pytest.mark.parametrize("hours", [1, 2, 3, 4, 5, 7, 36])
@pytest.mark.parametrize(
    ("zone", "day"),
    [
        (BERLIN, date(2026, 3, 28)),
        (BERLIN, date(2026, 10, 24)),
        (SAMOA, date(2011, 12, 28)),  # 30 December was skipped
    ],
)
def test_x13_doses_by_the_hour_keep_their_true_distance(
    hours: int, zone: ZoneInfo, day: date
) -> None:
    start = datetime.combine(day, time(20), zone)
    found = expand(parse_frequency(f"q{hours}h"), start=start, until=start + 4 * DAY, zone=zone)
    times = [o.due_at for o in found.due]
    assert {b - a for a, b in pairwise(times)} == {hours * HOUR}


@pytest.mark.rows("X13")
def test_x13_a_day_without_a_date_has_no_doses_of_its_own() -> None:
    found = expand(
        TID,
        start=datetime(2011, 12, 29, 13, tzinfo=SAMOA),
        until=datetime(2011, 12, 31, 14, tzinfo=SAMOA),
        zone=SAMOA,
    )
    assert clocks(found.due, SAMOA) == ["29 16:00", "31 08:00", "31 12:00"]


@pytest.mark.rows("X13")
def test_x13_a_time_moved_past_midnight_hides_none_after_it() -> None:
    toronto = ZoneInfo("America/Toronto")  # 30 March 1919: from 23:30 to 00:30 of the next day
    start = datetime(1919, 3, 30, 20, tzinfo=toronto)
    night = parse_frequency("AT 00:35, 23:45")
    due = expand(night, start=start, until=start + 5 * HOUR, zone=toronto).due
    assert clocks(due, toronto) == ["31 00:35", "31 00:45"]
    before = datetime(1919, 3, 31, 0, 40, tzinfo=toronto)
    assert expand(night, start=start, until=before, zone=toronto).due == due[:1]


@pytest.mark.rows("X13", "X2")
def test_x13_a_first_dose_after_the_skipped_day_stands_for_the_morning_dose() -> None:
    morning = datetime(2011, 12, 31, 7, tzinfo=SAMOA)
    found = expand(TID, start=morning, until=morning + DAY, zone=SAMOA, first_dose_now=True)
    assert clocks(found.due, SAMOA) == ["31 07:00", "31 12:00", "31 16:00"]


@pytest.mark.rows("X13")
def test_x13_a_time_that_the_clocks_skip_moves_forward() -> None:
    at_half_past_two = parse_frequency("daily at 02:30")
    found = expand(
        at_half_past_two, start=at(28, "12:00", BERLIN), until=at(31, "00:00", BERLIN), zone=BERLIN
    )
    assert clocks(found.due, BERLIN) == ["29 03:30", "30 02:30"]


@pytest.mark.rows("X13")
def test_x13_a_time_that_comes_twice_is_taken_once_the_first_time() -> None:
    at_half_past_two = parse_frequency("daily at 02:30")
    start = datetime(2026, 10, 24, 12, tzinfo=BERLIN)
    found = expand(at_half_past_two, start=start, until=start + DAY, zone=BERLIN)
    assert [o.due_at for o in found.due] == [datetime(2026, 10, 25, 0, 30, tzinfo=UTC)]


@pytest.mark.rows("X13")
def test_x13_an_order_that_begins_in_the_repeated_hour_does_not_end_before_it() -> None:
    second_twenty_to_three = datetime(2026, 10, 25, 1, 40, tzinfo=UTC)
    found = expand(
        parse_frequency("daily at 03:00"),
        start=second_twenty_to_three,
        until=second_twenty_to_three + DAY,
        zone=BERLIN,
        duration=HOUR,
    )
    assert [o.due_at for o in found.due] == [datetime(2026, 10, 25, 2, tzinfo=UTC)]


@pytest.mark.rows("X13")
def test_x13_two_times_that_fall_together_are_one_dose() -> None:
    half_hours = parse_frequency("AT 02:30, 03:30")
    found = expand(
        half_hours, start=at(29, "00:00", BERLIN), until=at(30, "00:00", BERLIN), zone=BERLIN
    )
    assert clocks(found.due, BERLIN) == ["29 03:30"]


def test_a_ward_half_an_hour_off_counts_its_own_full_hours() -> None:
    kolkata = ZoneInfo("Asia/Kolkata")
    found = expand(
        parse_frequency("q2h"),
        start=at(2, "09:10", kolkata),
        until=at(2, "13:00", kolkata),
        zone=kolkata,
    )
    assert clocks(found.due, kolkata) == ["02 10:00", "02 12:00"]


@pytest.mark.rows("X14")
def test_x14_the_ward_day_begins_at_its_own_hour() -> None:
    begins, ends = ward_day(at(2, "07:59"), zone=WARD, begins=DEFAULT_TIMES.day_start)
    assert (begins, ends) == (at(1, "08:00"), at(2, "08:00"))
    assert ward_day(at(2, "08:00"), zone=WARD, begins=time(8))[0] == at(2, "08:00")
    begins, ends = ward_day(at(29, "12:00", BERLIN), zone=BERLIN, begins=time(0))
    assert ends - begins == 23 * HOUR
