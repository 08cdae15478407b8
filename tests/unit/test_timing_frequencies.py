"""What a prescriber wrote, and what the ward understands by it."""

import csv
import gzip
from datetime import time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.timing import Days, Kind, Meal, Relation, UnknownFrequency, WindowClass, parse_frequency

PHARMACY = Path("/work/shared/data/mimic-iv-demo/hosp/pharmacy.csv.gz")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

ONE_MEANING = [
    ("once", "ONCE", "st", "STAT", "NOW", "NOW X1", "1X", "X1", "立即"),
    ("qd", "DAILY", "Q24H", "Q 24H", "q.d.", "once daily", "每日一次", "1X/DAY", "Q1D", "7X/WEEK"),
    ("bid", "BID", "b.i.d.", "twice daily", "2 times a day", "每日两次", "2ID"),
    ("tid", "3X/DAY", "three times a day"),
    ("qid", "4X/DAY", "4ID"),
    ("q8h", "Q 8H", "Q8HR", "every 8 hours", "Ｑ8Ｈ", "每8小时一次", "Q480MIN"),
    ("qh", "Q1H", "hourly", "Q60MIN"),
    ("hs", "QHS", "BED", "at bedtime", "睡前"),
    ("qod", "QOD", "Q2D", "EVERY OTHER DAY", "Q48H", "隔日一次"),
    ("qw", "Q1W", "weekly", "1X/WEEK", "Q7D"),
    ("biw", "2X/WEEK", "twice a week"),
    ("tiw", "3X/WEEK", "3 times per week"),
    ("ac", "QAC", "before meals", "饭前"),
    ("TID W/MEALS", "TID W/ MEALS", "with meals"),
    ("QIDACHS", "ACHS", "AC & HS"),
    ("CM", "BREAKFAST"),
    ("QTHUR", "Q1J4", "QJ4", "every Thursday"),
    ("QMOWEFR", "Q MON/WED/FRI", "Q1J135"),
    ("prn", "as needed", "必要时"),
    ("Q6H:PRN", "PRNQ6H", "q6h prn", "PRN Q6H", "every 6 hours as needed"),
    ("cont", "C", "INFUSION", "continuous"),
    ("DAILY16", "DAILY@16:00", "QD AT 1600"),
    ("bid at 09:00,21:00", "BID @ 9 21", "BID@0900, 2100"),
]


@pytest.mark.parametrize("spellings", ONE_MEANING, ids=lambda s: str(s[0]))
def test_spellings_of_one_frequency_are_equal(spellings: tuple[str, ...]) -> None:
    meanings = {parse_frequency(spelling) for spelling in spellings}
    assert len(meanings) == 1


def test_different_frequencies_differ() -> None:
    assert len({parse_frequency(spellings[0]) for spellings in ONE_MEANING}) == len(ONE_MEANING)


WINDOWS = {
    WindowClass.NONE: ["st", "sos", "prn", "bid prn", "cont", "ONCE MR1"],
    WindowClass.DAILY_OR_RARER: [
        *("qd", "qod", "biw", "qw", "Q21D1", "Q3D", "Q36H", "qam", "noon", "DAILY16", "QSAT"),
        "AT 09:00",
    ],
    WindowClass.UP_TO_EVERY_4H: [
        *("bid", "tid", "qid", "q4h", "q6h", "q8h", "q12h", "q5h", "qn", "hs", "qpm", "qshift"),
        *("ac", "pcv", "5ID", "6ID", "Q250MIN", "AT 09:00,21:00"),
    ],
    WindowClass.ABOVE_EVERY_4H: ["q1h", "q2h", "q3h", "q15min", "Q90M", "8ID"],
}


@pytest.mark.parametrize(
    ("text", "window"), [(text, window) for window, texts in WINDOWS.items() for text in texts]
)
def test_window_class(text: str, window: WindowClass) -> None:
    assert parse_frequency(text).window_class is window


def test_as_needed_gives_the_least_time_between_two_doses() -> None:
    every_six_hours = parse_frequency("Q6H:PRN")
    assert every_six_hours.as_needed
    assert every_six_hours.min_interval == 6 * HOUR
    assert every_six_hours.most_per_24h is None
    assert parse_frequency("Q48H:PRN").min_interval == 2 * DAY


def test_as_needed_gives_the_most_doses_in_a_day() -> None:
    assert parse_frequency("BID:PRN").most_per_24h == 2
    assert parse_frequency("DAILY:PRN").most_per_24h == 1
    assert parse_frequency("AC PRN").most_per_24h == 3
    assert parse_frequency("BID:PRN").min_interval is None


def test_as_needed_once_is_one_dose() -> None:
    assert [parse_frequency(t).count for t in ("X1:PRN", "ONCE:PRN", "MRX1:PRN", "MR X1")] == [
        1
    ] * 4
    assert parse_frequency("MR X2").count == 2
    assert parse_frequency("ONCE MR1:PRN").count == 2
    on_call = parse_frequency("ON CALL")
    assert (on_call.kind, on_call.count) == (Kind.AS_NEEDED, 1)


def test_may_repeat_is_one_dose_now_and_one_on_need() -> None:
    once = parse_frequency("ONCE MR1")
    assert (once.kind, once.as_needed, once.may_repeat) == (Kind.ONCE, False, 1)


def test_sos_is_one_task_without_a_due_time_for_twelve_hours() -> None:
    sos = parse_frequency("sos")
    assert (sos.as_needed, sos.tasks_at_signing, sos.valid_for) == (True, 1, 12 * HOUR)
    assert parse_frequency("sos prn") == sos
    assert parse_frequency("prn").tasks_at_signing == 0


def test_a_number_of_doses_or_days_is_read_with_the_frequency() -> None:
    assert parse_frequency("qh x 3").count == 3
    assert parse_frequency("q8h x 6 doses").count == 6
    assert parse_frequency("Q6H X 3 DAYS").duration == 3 * DAY
    assert parse_frequency("q4h for 24 hours").duration == DAY


def test_days_of_a_cycle() -> None:
    assert parse_frequency("Q21D1").days == Days(every=21, only=(1,))
    assert parse_frequency("Q28D1,8,15").days.only == (1, 8, 15)
    assert parse_frequency("Q21D1-5").days.only == (1, 2, 3, 4, 5)
    assert parse_frequency("Q21D1").kind is Kind.CYCLIC
    assert parse_frequency("Q2J2").days == Days(weekdays=(1,), weeks=2)


@pytest.mark.parametrize(
    ("code", "meal", "relation"),
    [
        ("ACM", Meal.BREAKFAST, Relation.BEFORE),
        ("ACD", Meal.LUNCH, Relation.BEFORE),
        ("ACV", Meal.DINNER, Relation.BEFORE),
        ("PCM", Meal.BREAKFAST, Relation.AFTER),
        ("CD", Meal.LUNCH, Relation.WITH),
        ("LUNCH", Meal.LUNCH, Relation.WITH),
        ("ICV", Meal.DINNER, Relation.BETWEEN),
    ],
)
def test_meal_codes_of_hl7(code: str, meal: Meal, relation: Relation) -> None:
    assert parse_frequency(code).meals == ((meal, relation),)


def test_with_meals_twice_a_day_is_breakfast_and_dinner() -> None:
    meals = [meal for meal, _ in parse_frequency("BID W/MEALS").meals]
    assert meals == [Meal.BREAKFAST, Meal.DINNER]


def test_the_order_may_name_its_own_clock_times() -> None:
    assert parse_frequency("DAILY16").clock == (time(16),)
    assert parse_frequency("BID @ 0830,2030").clock == (time(8, 30), time(20, 30))


REFUSED = {
    "": "no frequency",
    "   ": "no frequency",
    "ASDIR": "names no time",
    "TITRATE TO RASS": "a goal, not a time",
    "Q2H PER MOVIPREP PROTOCOL": "the protocol decides",
    "HD PROTOCOL": "the protocol decides",
    "2X": "not when",
    "ONCE PER LUMEN (2 LUMEN)": "one order for each",
    "DAYS": "without a number",
    "OD": "right eye",
    "Q1L": "lunar",
    "Q30S": "infusion",
    "Q4-6H": "no known code",  # a range leaves the nurse to choose
    "Q MON-FRI": "no known code",  # two days or five?
    "Q0H": "no known code",
    "Q400D": "no known code",
    "Q0J2": "no known code",
    "Q8J8": "no known code",
    "Q21D22": "no known code",  # a day beyond its cycle
    "Q21D5-1": "no known code",
    "Q0D1": "no known code",
    "0X/DAY": "no known code",
    "25X/DAY": "no known code",
    "8X/WEEK": "no known code",
    "BID AT 08:00": "no known code",  # one time for two doses
    "FOO AT 08:00": "no known code",
    "DAILY25": "no known code",
    "QD 0800": "no known code",
    "Q8H X 0": "no known code",
    "Q8H FOR 3": "no known code",  # three what?
    "ONCE X 3": "a single dose, and yet",
    "SOS X 2": "a single dose, and yet",
    "QD MR1": "belongs to a single dose",
    "QSAT PRN": "as needed, and yet",
    "CONT PRN": "as needed, and yet",
    "Q21D1 PRN": "as needed, and yet",
    "每月": "no known code",
}


@pytest.mark.parametrize(("text", "reason"), REFUSED.items())
def test_what_is_not_understood_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(UnknownFrequency, match=reason) as caught:
        parse_frequency(text)
    assert caught.value.field == "frequency"
    assert caught.value.text == text
    assert "q8h" in caught.value.message


@given(st.text(max_size=30))
def test_any_text_is_understood_or_refused(text: str) -> None:
    try:
        understood = parse_frequency(text)
    except UnknownFrequency:
        return
    assert understood.text == text
    assert parse_frequency(f" {text.lower()} ") == understood


@given(st.integers(1, 23))
def test_every_n_hours_is_read_exactly(hours: int) -> None:
    assert parse_frequency(f"q{hours}h").interval == hours * HOUR
    assert parse_frequency(f"Q{hours}H:PRN").min_interval == hours * HOUR


# What no program can turn into times without guessing; everything else in the file is understood.
NOT_UNDERSTOOD = {
    "",
    "2X",
    "ASDIR",
    "DAYS",
    "HD PROTOCOL",
    "ONCE PER LUMEN (2 LUMEN)",
    "Q1H PER MOVIPREP PROTOCOL",
    "Q2H PER MOVIPREP PROTOCOL",
    "TITRATE TO",
    "TITRATE TO RASS",
}


@pytest.mark.skipif(not PHARMACY.exists(), reason="the MIMIC-IV demo is not on this machine")
def test_real_orders_of_a_hospital() -> None:
    with gzip.open(PHARMACY, "rt", encoding="utf-8", newline="") as file:
        spellings = {row["frequency"] for row in csv.DictReader(file)}
    assert len(spellings) == 79
    refused = set()
    for spelling in spellings:
        try:
            parse_frequency(spelling)
        except UnknownFrequency:
            refused.add(spelling)
    assert refused == NOT_UNDERSTOOD
