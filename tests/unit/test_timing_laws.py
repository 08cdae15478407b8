"""Laws of due times, on any ward, over any change of clocks."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from domain.quantities import Quantity
from domain.timing import DoseStep, Frequency, Occurrence, Part, expand, parse_frequency

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TID = parse_frequency("tid")


def mg(value: int) -> Quantity:
    return Quantity(Decimal(value), "mg")


ZONES = st.sampled_from(
    [
        *("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Beirut"),
        *("Australia/Lord_Howe", "America/Sao_Paulo", "America/Goose_Bay", "Pacific/Apia"),
    ]
).map(ZoneInfo)
SAMOA = ZoneInfo("Pacific/Apia")
# Changes of clocks where they are oddest: at midnight, by half an hour, by a whole day.
CHANGES = st.sampled_from(
    [
        datetime(2026, 3, 28, 20, tzinfo=UTC),  # Berlin forward
        datetime(2026, 10, 24, 20, tzinfo=UTC),  # Berlin back
        datetime(2022, 3, 26, 18, tzinfo=UTC),  # Beirut forward at midnight
        datetime(2018, 11, 3, 22, tzinfo=UTC),  # Sao Paulo forward at midnight
        datetime(2026, 10, 3, 10, tzinfo=UTC),  # Lord Howe forward by half an hour
        datetime(2011, 3, 13, 0, tzinfo=UTC),  # Goose Bay forward at a minute past midnight
        datetime(2010, 11, 6, 22, tzinfo=UTC),  # Goose Bay back from there into the day before
        datetime(2011, 12, 30, 5, tzinfo=UTC),  # Samoa: no 30 December
    ]
)
BEGINNING = datetime(2011, 1, 1, tzinfo=UTC)
ANY_INSTANTS = st.timedeltas(min_value=timedelta(0), max_value=19 * 365 * DAY).map(
    BEGINNING.__add__
)
INSTANTS = ANY_INSTANTS | st.builds(
    lambda change, before: change - before,
    CHANGES,
    st.timedeltas(min_value=-2 * DAY, max_value=4 * DAY),
)
SPANS = st.timedeltas(min_value=timedelta(0), max_value=9 * DAY)
FREQUENCIES = st.sampled_from(
    [
        *("st", "qd", "bid", "tid", "qid", "q4h", "q6h", "q8h", "q12h", "q1h", "q2h", "q3h", "q5h"),
        *("q36h", "q30min", "hs", "qod", "biw", "qw", "ac", "pc", "QIDACHS", "Q7D1,3", "Q2J25"),
        *(
            "3x/week",
            "qshift",
            "prn",
            "sos",
            "cont",
            "qh x 3",
            "q8h x 2 days",
            "AT 01:30,02:30,03:30",
        ),
    ]
).map(parse_frequency)
ORDERS = st.fixed_dictionaries(
    {},
    optional={
        "stop": INSTANTS,
        "duration": st.timedeltas(min_value=HOUR, max_value=7 * DAY),
        "count": st.integers(1, 5),
        "each": st.integers(1, 3),
        "worn_for": st.sampled_from([12 * HOUR, DAY, 3 * DAY]),
        "doses": st.just((DoseStep(mg(4), days=2), DoseStep(mg(2), doses=3), DoseStep(mg(1)))),
    },
)


def keys(due: tuple[Occurrence, ...]) -> list[tuple[datetime, int]]:
    return [(o.due_at, o.seq) for o in due]


@given(FREQUENCIES, ZONES, INSTANTS, st.tuples(SPANS, SPANS, st.booleans()), ORDERS)
@example(  # the doses of the skipped day stood between those of the next
    parse_frequency("q5h"), SAMOA, datetime(2011, 12, 30, 5, tzinfo=UTC), (DAY, DAY, False), {}
)
@example(  # of the days around the skip, each has its own date: 29 and 31 December
    parse_frequency("qod"), SAMOA, datetime(2011, 12, 29, 5, tzinfo=UTC), (DAY, 2 * DAY, True), {}
)
def test_law_piece_by_piece_is_the_same_as_at_once(
    frequency: Frequency,
    zone: ZoneInfo,
    a: datetime,
    horizon: tuple[timedelta, timedelta, bool],
    order: dict[str, Any],
) -> None:
    first, second, now = horizon
    order["first_dose_now"] = now and not frequency.as_needed
    b, c = a + first, a + first + second
    whole = expand(frequency, start=a, until=c, zone=zone, **order)
    early = expand(frequency, start=a, until=b, zone=zone, **order)
    late = expand(frequency, start=a, since=b, until=c, zone=zone, **order)
    assert whole.due == early.due + late.due
    assert whole.undated == early.undated + late.undated
    assert whole == expand(frequency, start=a, until=c, zone=zone, **order)


@given(FREQUENCIES, ZONES, INSTANTS, SPANS, ORDERS)
def test_law_keys_are_unique_increasing_and_inside(
    frequency: Frequency, zone: ZoneInfo, a: datetime, span: timedelta, order: dict[str, Any]
) -> None:
    due = expand(frequency, start=a, until=a + span, zone=zone, **order).due
    assert keys(due) == sorted(set(keys(due)))
    assert all(a <= o.due_at < a + span for o in due)
    stop = order.get("stop")
    if stop is not None:
        assert all(o.due_at < stop for o in due if o.part is not Part.REMOVE)


@given(ZONES, INSTANTS, st.integers(1, 20))
def test_law_daylight_three_doses_on_each_whole_day(zone: ZoneInfo, a: datetime, days: int) -> None:
    due = expand(TID, start=a, until=a + (days + 2) * DAY, zone=zone).due
    per_day = Counter(o.due_at.astimezone(zone).date() for o in due)
    whole_days = [a.astimezone(zone).date() + n * DAY for n in range(1, days + 1)]
    # Samoa had no 30 December 2011 at all
    real_days = [d for d in whole_days if (str(zone), d) != ("Pacific/Apia", date(2011, 12, 30))]
    assert all(per_day[day] == 3 for day in real_days)


@given(st.sampled_from(["bid", "q8h", "ac", "3x/week"]), ZONES, INSTANTS, SPANS, SPANS)
def test_law_clock_times_do_not_depend_on_when_the_order_began(
    text: str, zone: ZoneInfo, a: datetime, first: timedelta, second: timedelta
) -> None:
    frequency = parse_frequency(text)
    b, c = a + first, a + first + second
    old = expand(frequency, start=a, since=b, until=c, zone=zone).due
    new = expand(frequency, start=b, until=c, zone=zone).due
    assert keys(old) == keys(new)


@given(ZONES, INSTANTS, SPANS)
# on the first morning after the skip the standard times before it are those of 29 December
@example(SAMOA, datetime(2011, 12, 30, 16, tzinfo=UTC), DAY)
def test_law_a_first_dose_now_loses_no_more_than_one_standard_time(
    zone: ZoneInfo, a: datetime, span: timedelta
) -> None:
    plain = keys(expand(TID, start=a, until=a + span, zone=zone).due)
    now = keys(expand(TID, start=a, until=a + span, zone=zone, first_dose_now=True).due)
    assert now[:1] == ([(a, 1)] if span else [])
    assert now[1:] in (plain, plain[1:])
