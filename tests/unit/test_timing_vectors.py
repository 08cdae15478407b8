"""The vectors of `loops.md` (V5 to V9) and the table of 7.2, one row each: a specification.

Each row: what is ordered, when it was verified, until when we look, and what is due. The ward is in
Shanghai (no daylight saving) unless the row says.
"""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from domain.timing import (
    WindowClass,
    expand,
    expand_line,
    lapses_at,
    may_start_until,
    parse_frequency,
    window_of,
)

WARD = ZoneInfo("Asia/Shanghai")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

# frequency | verified (day 2 is Monday 2 March 2026) | until | due (day HH:MM)
TABLE = """
once        | 02 09:10 | 04 09:10 | 02 09:10
st          | 02 09:10 | 04 09:10 | 02 09:10
qd          | 02 07:10 | 04 07:10 | 02 08:00, 03 08:00
bid         | 02 07:10 | 03 07:10 | 02 08:00, 02 16:00
tid         | 02 07:10 | 03 07:10 | 02 08:00, 02 12:00, 02 16:00
qid         | 02 07:10 | 03 07:10 | 02 08:00, 02 12:00, 02 16:00, 02 20:00
q4h         | 02 09:10 | 03 09:10 | 02 12:00, 02 16:00, 02 20:00, 03 00:00, 03 04:00, 03 08:00
q6h         | 02 09:10 | 03 09:10 | 02 12:00, 02 18:00, 03 00:00, 03 06:00
q8h         | 02 09:10 | 03 09:10 | 02 16:00, 03 00:00, 03 08:00
q12h        | 02 09:10 | 03 09:10 | 02 20:00, 03 08:00
q1h         | 02 09:10 | 02 13:00 | 02 10:00, 02 11:00, 02 12:00
q2h         | 02 09:10 | 02 16:00 | 02 10:00, 02 12:00, 02 14:00
q2h         | 02 09:00 | 02 12:00 | 02 09:00, 02 11:00
q3h         | 02 09:10 | 02 18:00 | 02 10:00, 02 13:00, 02 16:00
q5h         | 02 09:10 | 02 21:00 | 02 10:00, 02 15:00, 02 20:00
q36h        | 02 09:10 | 05 09:00 | 02 10:00, 03 22:00
q15min      | 02 09:10 | 02 09:50 | 02 09:10, 02 09:25, 02 09:40
qn          | 02 09:10 | 03 09:10 | 02 20:00
hs          | 02 09:10 | 03 09:10 | 02 21:00
qam         | 02 09:10 | 04 07:00 | 03 08:00
noon        | 02 09:10 | 03 09:10 | 02 12:00
qpm         | 02 09:10 | 03 09:10 | 02 20:00
qshift      | 02 09:10 | 03 09:10 | 02 16:00, 03 00:00, 03 08:00
qod         | 02 07:10 | 07 07:10 | 02 08:00, 04 08:00, 06 08:00
qod         | 02 09:10 | 07 07:10 | 03 08:00, 05 08:00
q72h        | 02 09:10 | 10 07:10 | 03 08:00, 06 08:00, 09 08:00
biw         | 02 07:10 | 10 07:10 | 02 08:00, 05 08:00, 09 08:00
qw          | 02 07:10 | 17 07:10 | 02 08:00, 09 08:00, 16 08:00
qw          | 02 09:10 | 17 07:10 | 09 08:00, 16 08:00
3x/week     | 02 09:10 | 10 07:10 | 04 08:00, 06 08:00, 09 08:00
Q1J2        | 02 09:10 | 17 09:10 | 03 08:00, 10 08:00, 17 08:00
Q2J2        | 02 09:10 | 18 09:10 | 03 08:00, 17 08:00
Q2J2        | 03 09:10 | 18 09:10 | 10 08:00
QMOWEFR     | 02 09:10 | 09 07:10 | 04 08:00, 06 08:00
ac          | 02 06:00 | 03 06:00 | 02 06:30, 02 11:00, 02 17:00
pc          | 02 06:00 | 03 06:00 | 02 07:30, 02 12:00, 02 18:00
tid w/meals | 02 06:00 | 03 06:00 | 02 07:00, 02 11:30, 02 17:30
qidachs     | 02 06:00 | 03 06:00 | 02 06:30, 02 11:00, 02 17:00, 02 21:00
acm         | 02 06:00 | 03 06:00 | 02 06:30
icm         | 02 06:00 | 03 06:00 | 02 09:15
icv         | 02 06:00 | 03 06:00 | 02 19:15
breakfast   | 02 06:00 | 03 06:00 | 02 07:00
daily16     | 02 09:10 | 04 09:10 | 02 16:00, 03 16:00
Q7D1,3      | 02 07:10 | 12 07:10 | 02 08:00, 04 08:00, 09 08:00, 11 08:00
Q7D1        | 02 09:10 | 12 07:10 | 03 08:00, 10 08:00
prn         | 02 09:10 | 04 09:10 |
bid:prn     | 02 09:10 | 04 09:10 |
sos         | 02 09:10 | 04 09:10 |
cont        | 02 09:10 | 04 09:10 | 02 09:10
qh x 3      | 02 09:10 | 03 09:10 | 02 10:00, 02 11:00, 02 12:00
q8h x 1 day | 02 09:10 | 04 09:10 | 02 16:00, 03 00:00, 03 08:00
"""


def _at(day_and_time: str) -> datetime:
    return datetime.strptime(f"2026-03-{day_and_time} +0800", "%Y-%m-%d %H:%M %z")


def _rows() -> list[tuple[str, str, str, list[str]]]:
    rows = []
    for line in TABLE.strip().splitlines():
        frequency, start, until, due = (cell.strip() for cell in line.split("|"))
        rows.append((frequency, start, until, [cell.strip() for cell in due.split(",") if cell]))
    return rows


@pytest.mark.parametrize(("frequency", "start", "until", "due"), _rows())
def test_frequency_table(frequency: str, start: str, until: str, due: list[str]) -> None:
    found = expand(parse_frequency(frequency), start=_at(start), until=_at(until), zone=WARD)
    assert [o.due_at.astimezone(WARD).strftime("%d %H:%M") for o in found.due] == due


@pytest.mark.rows("V5")
def test_v5_a_stop_next_day_leaves_its_own_dose_out() -> None:
    line = {
        "frequency": "q8h",
        "start": "2026-03-02T09:10",
        "until": "2026-03-04T09:10",
        "stop": "2026-03-03T16:00",
        "time_zone": "Asia/Shanghai",
    }
    assert expand_line(line) == {
        "due": [
            "2026-03-02T16:00:00+08:00",
            "2026-03-03T00:00:00+08:00",
            "2026-03-03T08:00:00+08:00",
        ],
        "window_class": "up_to_every_4h",
        "as_needed": False,
    }


@pytest.mark.rows("V6")
@pytest.mark.parametrize(
    ("given", "minutes"), [("09:05", 5), ("09:00", 0), ("08:00", 0), ("07:00", 0), ("06:59", -1)]
)
def test_v6_a_bid_dose_due_at_eight(given: str, minutes: int) -> None:
    assert parse_frequency("bid").window_class is WindowClass.UP_TO_EVERY_4H
    window = window_of(_at("02 08:00"), low=-60 * MINUTE, high=60 * MINUTE)
    assert window.off_by(_at(f"02 {given}")) == minutes * MINUTE


@pytest.mark.rows("V7")
def test_v7_insulin_before_lunch_is_a_minute_late() -> None:
    insulin = expand(
        parse_frequency("AT 11:30"),
        start=_at("02 09:00"),
        until=_at("02 12:00"),
        zone=WARD,
        time_critical=True,
    )
    (dose,) = insulin.due
    assert dose.window_class is WindowClass.TIME_CRITICAL
    window = window_of(dose.due_at, low=-30 * MINUTE, high=30 * MINUTE)
    assert window.off_by(_at("02 12:01")) == MINUTE


@pytest.mark.rows("V8")
@pytest.mark.parametrize(("text", "minutes"), [("q1h", 15), ("q2h", 30), ("q3h", 45)])
def test_v8_the_window_of_a_frequent_drug_is_a_quarter_of_its_interval(
    text: str, minutes: int
) -> None:
    every = parse_frequency(text)
    assert every.window_class is WindowClass.ABOVE_EVERY_4H
    due_at = _at("02 10:00")
    window = window_of(due_at, low=Fraction(-1, 4), high=Fraction(1, 4), interval=every.interval)
    assert window.opens_at == due_at - minutes * MINUTE
    assert window.closes_at == due_at + minutes * MINUTE


@pytest.mark.rows("V9")
def test_v9_sos_of_the_evening_lapses_in_the_morning() -> None:
    sos = parse_frequency("sos")
    signed = _at("02 20:00")
    tasks = expand(sos, start=signed, until=signed + 48 * HOUR, zone=WARD)
    assert (tasks.due, tasks.undated, tasks.as_needed) == ((), 1, True)
    assert lapses_at(sos, signed) == _at("03 08:00")
    assert lapses_at(parse_frequency("prn"), signed) is None


@pytest.mark.rows("E34")
def test_e34_a_dose_before_a_stop_may_start_until_the_stop() -> None:
    window = window_of(_at("02 10:00"), low=-60 * MINUTE, high=60 * MINUTE)
    assert may_start_until(window, _at("02 10:30")) == _at("02 10:30")
    assert may_start_until(window, _at("02 16:00")) == _at("02 11:00")
    assert may_start_until(window, None) == _at("02 11:00").astimezone(UTC)
