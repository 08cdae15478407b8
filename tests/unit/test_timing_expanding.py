"""From an order to the doses of the ward's days: rules X1 to X3, X7 to X9 and X12."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from domain.errors import InvalidInput
from domain.quantities import Quantity
from domain.timing import (
    DEFAULT_TIMES,
    DoseStep,
    Occurrence,
    Part,
    WindowClass,
    expand,
    parse_frequency,
)

WARD = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MONDAY = datetime(2026, 3, 2, 9, 10, tzinfo=WARD)
TID, Q8H, QD = parse_frequency("tid"), parse_frequency("q8h"), parse_frequency("qd")


def at(day: int, clock: str, zone: ZoneInfo = WARD) -> datetime:
    return datetime.combine(date(2026, 3, day), time.fromisoformat(clock), zone)


def clocks(due: tuple[Occurrence, ...], zone: ZoneInfo = WARD) -> list[str]:
    return [o.due_at.astimezone(zone).strftime("%d %H:%M") for o in due]


# ---------------------------------------------------------------- X2: the first day


@pytest.mark.rows("X2")
@pytest.mark.parametrize(
    ("frequency", "start", "due"),
    [
        # 12:00 is nearer than half of the four hours since 08:00: left out
        ("tid", "10:30", ["02 10:30", "02 16:00", "03 08:00"]),
        # exactly half: kept
        ("tid", "10:00", ["02 10:00", "02 12:00", "02 16:00", "03 08:00"]),
        ("q8h", "13:00", ["02 13:00", "03 00:00", "03 08:00"]),
        ("q8h", "11:00", ["02 11:00", "02 16:00", "03 00:00", "03 08:00"]),
        ("q8h", "08:00", ["02 08:00", "02 16:00", "03 00:00", "03 08:00"]),
        ("qd", "09:10", ["02 09:10", "03 08:00"]),
        ("qd", "21:00", ["02 21:00"]),
        ("qod", "09:10", ["02 09:10", "04 08:00"]),
        ("qw", "09:10", ["02 09:10"]),
        ("q2h x 3", "09:10", ["02 09:10", "02 12:00", "02 14:00"]),
        ("q15min x 2", "09:10", ["02 09:10", "02 09:25"]),
        ("q4h x 2", "11:00", ["02 11:00", "02 16:00"]),
        ("Q2J2", "09:10", ["02 09:10"]),
    ],
)
def test_x2_first_dose_now(frequency: str, start: str, due: list[str]) -> None:
    until = at(3, "08:01") if frequency != "qod" else at(4, "08:01")
    found = expand(
        parse_frequency(frequency),
        start=at(2, start),
        until=until,
        zone=WARD,
        first_dose_now=True,
    )
    assert clocks(found.due) == due
    assert found.due[0].window_class is WindowClass.NONE
    assert {o.window_class for o in found.due[1:]} <= {found.window_class}


@pytest.mark.rows("X2")
def test_x2_a_short_horizon_holds_the_first_dose_alone() -> None:
    found = expand(QD, start=MONDAY, until=MONDAY + HOUR, zone=WARD, first_dose_now=True)
    assert clocks(found.due) == ["02 09:10"]


@pytest.mark.rows("X2")
def test_x2_a_ward_whose_night_has_no_dose_still_gives_every_four_hours() -> None:
    waking = DEFAULT_TIMES.changed({"q4h": ["06:00", "10:00", "14:00", "18:00", "22:00"]})
    found = expand(
        parse_frequency("q4h"),
        start=at(2, "22:30"),
        until=at(3, "11:00"),
        zone=WARD,
        site_times=waking,
        first_dose_now=True,
    )
    assert clocks(found.due) == ["02 22:30", "03 02:00", "03 06:00", "03 10:00"]


def test_an_as_needed_order_has_no_first_dose() -> None:
    with pytest.raises(InvalidInput, match="no first dose") as caught:
        expand(
            parse_frequency("bid prn"),
            start=MONDAY,
            until=MONDAY + DAY,
            zone=WARD,
            first_dose_now=True,
        )
    assert caught.value.field == "first_dose_now"


# ---------------------------------------------------------------- X3: the last day


@pytest.mark.rows("X3")
def test_x3_nothing_is_due_at_or_after_the_stop() -> None:
    found = expand(TID, start=MONDAY, until=MONDAY + 2 * DAY, zone=WARD, stop=at(3, "12:00"))
    assert clocks(found.due) == ["02 12:00", "02 16:00", "03 08:00"]


@pytest.mark.rows("X3")
def test_x3_a_stop_at_the_start_leaves_nothing() -> None:
    once = expand(parse_frequency("st"), start=MONDAY, until=MONDAY + DAY, zone=WARD, stop=MONDAY)
    assert once.due == ()


def test_the_earliest_end_counts() -> None:
    found = expand(
        parse_frequency("q8h x 5 days"),
        start=MONDAY,
        until=MONDAY + 9 * DAY,
        zone=WARD,
        duration=2 * DAY,
        stop=MONDAY + 3 * DAY,
    )
    assert len(found.due) == 6
    assert len(expand(Q8H, start=MONDAY, until=MONDAY + 9 * DAY, zone=WARD, count=4).due) == 4


def test_a_duration_in_days_goes_by_the_wall_clock_and_hours_by_true_hours() -> None:
    start = at(28, "08:00", BERLIN)  # clocks go forward in the night
    daily = expand(QD, start=start, until=start + 5 * DAY, zone=BERLIN, duration=2 * DAY)
    assert clocks(daily.due, BERLIN) == ["28 08:00", "29 08:00"]
    hourly = parse_frequency("q1h for 24 hours")
    assert len(expand(hourly, start=start, until=start + 5 * DAY, zone=BERLIN).due) == 24


# ---------------------------------------------------------------- X7: containers


@pytest.mark.rows("X7")
def test_x7_the_next_bag_is_due_when_the_last_one_is_empty() -> None:
    found = expand(
        parse_frequency("cont"),
        start=MONDAY,
        until=MONDAY + DAY,
        zone=WARD,
        container_lasts=8 * HOUR,
    )
    assert clocks(found.due) == ["02 09:10", "02 17:10", "03 01:10"]
    assert found.window_class is WindowClass.NONE


# ---------------------------------------------------------------- X8: patches


@pytest.mark.rows("X8")
def test_x8_a_patch_worn_by_day_comes_off_in_the_evening() -> None:
    found = expand(QD, start=at(2, "08:00"), until=at(4, "00:00"), zone=WARD, worn_for=12 * HOUR)
    assert clocks(found.due) == ["02 08:00", "02 20:00", "03 08:00", "03 20:00"]
    assert [o.part for o in found.due] == [Part.APPLY, Part.REMOVE] * 2
    assert [o.number for o in found.due] == [1, 1, 2, 2]


@pytest.mark.rows("X8")
def test_x8_the_old_patch_comes_off_before_the_new_one_goes_on() -> None:
    every_three_days = parse_frequency("q72h")
    found = expand(
        every_three_days, start=at(2, "08:00"), until=at(6, "00:00"), zone=WARD, worn_for=3 * DAY
    )
    changed = [(o.part, o.seq, o.number) for o in found.due if o.due_at == at(5, "08:00")]
    assert changed == [(Part.REMOVE, 1, 1), (Part.APPLY, 2, 2)]


@pytest.mark.rows("X8")
def test_x8_a_removal_at_the_end_of_the_horizon_belongs_to_the_next_one() -> None:
    eight, evening = at(2, "08:00"), at(2, "20:00")
    now = expand(QD, start=eight, until=evening, zone=WARD, worn_for=12 * HOUR)
    assert clocks(now.due) == ["02 08:00"]
    then = expand(
        QD, start=eight, since=evening, until=evening + HOUR, zone=WARD, worn_for=12 * HOUR
    )
    assert [(o.part, o.number) for o in then.due] == [(Part.REMOVE, 1)]


@pytest.mark.rows("X8")
def test_x8_a_stopped_order_takes_its_patch_off_at_the_stop() -> None:
    found = expand(
        parse_frequency("q72h"),
        start=at(2, "08:00"),
        until=at(9, "00:00"),
        zone=WARD,
        worn_for=3 * DAY,
        stop=at(3, "10:00"),
    )
    assert clocks(found.due) == ["02 08:00", "03 10:00"]
    assert [o.part for o in found.due] == [Part.APPLY, Part.REMOVE]


@pytest.mark.rows("X8")
def test_x8_a_first_patch_put_on_at_once_comes_off_when_the_next_one_goes_on() -> None:
    """Never two at once: the first is worn for a shorter time, until the ward's hour."""
    found = expand(
        QD,
        start=at(2, "13:00"),
        until=at(3, "08:00"),
        zone=WARD,
        worn_for=DAY,
        first_dose_now=True,
    )
    (patch,) = found.due
    assert patch.part is Part.APPLY
    assert patch.off_at == at(3, "08:00"), "the next patch lies behind the horizon, and counts"


# ---------------------------------------------------------------- X9: dose tables


def mg(value: int) -> Quantity:
    return Quantity(Decimal(value), "mg")


@pytest.mark.rows("X9")
def test_x9_a_taper_gives_each_dose_and_ends() -> None:
    taper = (DoseStep(mg(40), days=2), DoseStep(mg(20), days=1), DoseStep(mg(10), doses=2))
    found = expand(QD, start=at(2, "07:00"), until=at(30, "00:00"), zone=WARD, doses=taper)
    assert [o.dose for o in found.due] == [mg(40), mg(40), mg(20), mg(10), mg(10)]


@pytest.mark.rows("X9")
def test_x9_days_of_a_table_are_days_of_the_ward() -> None:
    taper = (DoseStep(mg(8), doses=1), DoseStep(mg(4), days=1), DoseStep(mg(2)))
    found = expand(TID, start=at(2, "13:00"), until=at(4, "09:00"), zone=WARD, doses=taper)
    assert [(o.due_at.astimezone(WARD).day, o.dose) for o in found.due] == [
        (2, mg(8)),
        (3, mg(4)),
        (3, mg(4)),
        (3, mg(4)),
        (4, mg(2)),
    ]


@pytest.mark.rows("X9")
def test_x9_days_without_a_dose_use_up_the_table_too() -> None:
    taper = (DoseStep(mg(8), days=2), DoseStep(mg(4), days=2), DoseStep(mg(2), days=2))
    every_three_days = parse_frequency("q72h")
    found = expand(
        every_three_days, start=at(2, "07:00"), until=at(30, "00:00"), zone=WARD, doses=taper
    )
    assert [(o.due_at.astimezone(WARD).day, o.dose) for o in found.due] == [(2, mg(8)), (5, mg(4))]


@pytest.mark.rows("X9")
def test_x9_a_removal_carries_no_dose() -> None:
    found = expand(
        QD,
        start=at(2, "07:00"),
        until=at(3, "00:00"),
        zone=WARD,
        doses=(DoseStep(mg(5)),),
        worn_for=12 * HOUR,
    )
    assert [o.dose for o in found.due] == [mg(5), None]


# ---------------------------------------------------------------- X12: several at one time


@pytest.mark.rows("X12")
def test_x12_three_units_of_blood_are_three_occurrences() -> None:
    found = expand(parse_frequency("once"), start=MONDAY, until=MONDAY + DAY, zone=WARD, each=3)
    assert [(o.due_at, o.seq) for o in found.due] == [(MONDAY, 1), (MONDAY, 2), (MONDAY, 3)]


# ---------------------------------------------------------------- wrong arguments


@pytest.mark.parametrize(
    ("frequency", "arguments", "field"),
    [
        ("qd", {"count": 0}, "count"),
        ("qd", {"each": 0}, "each"),
        ("qd", {"duration": timedelta(0)}, "duration"),
        ("qd", {"duration": 4000 * DAY}, "duration"),
        ("qd", {"worn_for": timedelta(0)}, "worn_for"),
        ("cont", {"container_lasts": timedelta(0)}, "container_lasts"),
        ("qd", {"start": MONDAY.replace(tzinfo=None)}, "start"),
        ("qd", {"until": MONDAY.replace(year=2500)}, "until"),
        ("q5min", {"until": MONDAY + 1000 * DAY}, "until"),
    ],
)
def test_a_wrong_argument_is_named(
    frequency: str, arguments: dict[str, object], field: str
) -> None:
    usual: dict[str, object] = {"start": at(2, "07:00"), "until": at(5, "07:00"), "zone": WARD}
    with pytest.raises(InvalidInput) as caught:
        expand(parse_frequency(frequency), **{**usual, **arguments})  # type: ignore[arg-type]  # wrong on purpose
    assert caught.value.field == field


@pytest.mark.parametrize("numbers", [{"doses": 1, "days": 1}, {"doses": 0}, {"days": 0}])
def test_a_row_of_a_dose_table_counts_doses_or_days(numbers: dict[str, int]) -> None:
    with pytest.raises(InvalidInput, match="doses or days"):
        DoseStep(mg(5), **numbers)
