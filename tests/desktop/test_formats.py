"""Names, times and amounts as they must stand on a screen."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.presenters.banner import banner_of
from client.presenters.formats import (
    Formats,
    PersonName,
    drug_line,
    number,
    record_number,
)
from client.presenters.tone import Tone
from client.texts import Texts
from domain.ids import PatientId
from domain.patients import Patient, Sex
from domain.quantities import Quantity

SHANGHAI = ZoneInfo("Asia/Shanghai")
EN = Formats(Texts.load("en"), SHANGHAI)
ZH = Formats(Texts.load("zh"), SHANGHAI)
NOW = datetime(2026, 11, 24, 0, 5, 12, tzinfo=UTC)  # 08:05 in Shanghai
TODAY = date(2026, 11, 24)


def spaced(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_a_date_is_written_alike_whatever_the_workstation_says() -> None:
    assert EN.full_date(date(1961, 8, 4)) == "04-Aug-1961"
    assert ZH.full_date(date(1961, 8, 4)) == "1961-08-04"


def test_a_time_carries_its_date_as_soon_as_it_is_not_today() -> None:
    assert EN.moment(NOW, now=NOW) == "08:05"
    assert EN.moment(NOW - timedelta(hours=14), now=NOW) == "23-Nov 18:05"
    assert ZH.moment(NOW - timedelta(hours=14), now=NOW) == "11-23 18:05"
    assert EN.moment(NOW - timedelta(days=400), now=NOW) == "20-Oct-2025 08:05"
    assert EN.clock(NOW, seconds=True) == "08:05:12"
    assert EN.weekday_date(NOW) == "Tue 24-Nov-2026"
    assert ZH.weekday_date(NOW) == "2026-11-24 周二"


def test_midnight_belongs_to_the_new_day() -> None:
    midnight = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    assert EN.moment(midnight, now=NOW) == "00:00"


@pytest.mark.parametrize(
    ("minutes", "english", "chinese"),
    [
        (0, "0 min", "0 分钟"),
        (12, "12 min", "12 分钟"),
        (60, "1 h", "1 小时"),
        (72, "1 h 12 min", "1 小时 12 分"),
        (-35, "35 min", "35 分钟"),
        (1440, "1 day", "1 天"),
        (3060, "2 days 3 h", "2 天 3 小时"),
    ],
)
def test_a_span_is_said_in_two_units_at_most(minutes: int, english: str, chinese: str) -> None:
    assert EN.duration(timedelta(minutes=minutes, seconds=0)) == english
    assert ZH.duration(timedelta(minutes=minutes)) == chinese


@pytest.mark.parametrize(
    ("tone", "minutes", "english", "chinese"),
    [
        (Tone.OVERDUE_2, 35, "OVERDUE 35 min", "超时 35 分钟"),
        (Tone.DUE_SOON, 6, "6 min left", "剩 6 分钟"),
        (Tone.PLANNED, 85, "in 1 h 25 min", "1 小时 25 分后"),
        (Tone.DONE_LATE, 7, "done, 7 min late", "超时完成 +7 分钟"),
        (Tone.DUE, 7, "due now", "到期"),
        (Tone.RUNNING, None, "running", "执行中"),
    ],
)
def test_a_state_is_told_with_its_span(
    tone: Tone, minutes: int | None, english: str, chinese: str
) -> None:
    span = None if minutes is None else timedelta(minutes=minutes)
    assert EN.state(tone, span=span) == english
    assert ZH.state(tone, span=span) == chinese


def test_a_done_step_is_told_with_its_time() -> None:
    assert EN.state(Tone.DONE, time="08:04") == "done 08:04"
    assert ZH.state(Tone.DONE, time="08:04") == "已完成 08:04"
    assert EN.state(Tone.DONE) == "done"


def test_an_interval_stands_beside_its_limit() -> None:
    used = EN.used_of_limit(timedelta(minutes=67), timedelta(hours=1))
    assert used == "67/60 min"


@pytest.mark.parametrize(
    ("birth", "age"),
    [
        (date(1961, 8, 14), "65y"),
        (date(1961, 12, 14), "64y"),
        (date(2025, 9, 24), "14m"),
        (date(2026, 10, 27), "0m"),
        (date(2026, 11, 12), "12d"),
    ],
)
def test_age_is_counted_in_what_matters_at_that_age(birth: date, age: str) -> None:
    assert EN.age(birth, today=TODAY) == age


def test_an_unknown_birth_date_is_said_in_words() -> None:
    assert EN.born(None, today=TODAY) == "Not known"
    assert spaced(EN.born(date(1961, 8, 14), today=TODAY)) == "14-Aug-1961 (65y)"
    assert spaced(ZH.born(date(1961, 8, 14), today=TODAY)) == "1961-08-14 (65岁)"


def test_a_name_has_one_form_in_each_language() -> None:
    assert EN.name("WANG, Xiaoming", "王小明") == PersonName("WANG, Xiaoming", "王小明")
    assert ZH.name("WANG, Xiaoming", "王小明") == PersonName("王小明")
    assert ZH.name("SMITH, John") == PersonName("SMITH, John")


@pytest.mark.parametrize(
    ("value", "unit", "english", "chinese"),
    [
        ("0.50", "mg", "0.5 mg", "0.5 mg"),
        ("1.0", "mg", "1 mg", "1 mg"),
        ("5000", "[iU]", "5,000 international units", "5,000 国际单位"),
        ("6", "{unit}", "6 units", "6 单位"),
        ("250", "ug", "250 microgram", "250 微克"),
        ("167", "mL/h", "167 mL per hour", "167 mL/小时"),
        ("3.4", "mmol/L", "3.4 mmol/L", "3.4 mmol/L"),
        ("2", "foo", "2 foo", "2 foo"),
        ("2", "mg/foo", "2 mg/foo", "2 mg/foo"),
    ],
)
def test_a_dose_is_written_as_ismp_asks(value: str, unit: str, english: str, chinese: str) -> None:
    amount = Quantity(Decimal(value), unit)
    assert spaced(EN.dose(amount)) == english
    assert spaced(ZH.dose(amount)) == chinese
    assert " " not in EN.dose(Quantity(Decimal(value), "mg"))


@given(st.decimals(min_value="0.001", max_value="99999", places=3))
def test_a_number_has_a_leading_and_no_trailing_zero_and_loses_nothing(value: Decimal) -> None:
    text = number(value)
    assert not text.startswith(".")
    assert "." not in text or text[-1] not in "0."
    assert Decimal(text.replace(",", "")) == value


@pytest.mark.parametrize(
    ("mrn", "written"),
    [
        ("0012345678", "0012 345 678"),
        ("12345678", "12 345 678"),
        ("123456", "123 456"),
        ("1234", "1234"),
        ("A12345678", "A12345678"),
    ],
)
def test_a_record_number_is_read_in_groups(mrn: str, written: str) -> None:
    assert spaced(record_number(mrn)) == written


def test_a_drug_line_breaks_between_its_parts_and_never_in_a_dose() -> None:
    line = drug_line("insulin aspart", "", "DOSE 6 units", "before breakfast and the evening meal")
    assert spaced(line) == "insulin aspart — DOSE 6 units — before breakfast and the evening meal"
    assert "DOSE\u00a06\u00a0units" in line
    assert "before breakfast and" in line


def test_the_banner_always_holds_the_whole_identity() -> None:
    patient = Patient(PatientId("p1"), "0012345678", "WANG, Xiaoming", Sex.MALE, None, "王小明")
    view = banner_of(patient, bed="12", today=TODAY, formats=EN)
    said = [(fact.label, spaced(fact.value)) for fact in view.identity]
    assert said == [
        ("Born", "Not known"),
        ("Gender", "Male"),
        ("Record no.", "0012 345 678"),
        ("Bed", "12"),
    ]
    assert EN.sex("female", short=True) == "F"
