"""Odd input of people and programs: refused with its field named, never a fault."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from domain.entered import parse_day, parse_instant, require_born, require_text
from domain.errors import InvalidInput

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["1900-01-01T00:00:00+08:00", "2201-07-05T10:00:00Z", "2299-12-31T23:59:59-12:00"]
)
def test_an_instant_of_mimic_or_of_long_ago_is_one(text: str) -> None:
    assert parse_instant("at", text) == datetime.fromisoformat(text)


@pytest.mark.parametrize(
    "text",
    [
        "noon",
        "2026-11-24T08:00:00",
        "9999-12-31T23:59:59-12:00",
        "0001-01-01T00:00:00+14:00",
        "1899-12-31T23:59:59+08:00",
        "2300-01-01T00:00:00+08:00",
        "2026-11-24T08:00:00+08:00\ud800",
    ],
)
def test_an_instant_that_cannot_be_meant_names_its_field(text: str) -> None:
    with pytest.raises(InvalidInput) as wrong:
        parse_instant("start", text)
    assert wrong.value.field == "start"


@pytest.mark.parametrize("text", ["14-Mar-1958", "1879-12-31", "2300-01-01", "2026-02-30"])
def test_a_day_that_cannot_be_meant_names_its_field(text: str) -> None:
    with pytest.raises(InvalidInput) as wrong:
        parse_day("expiry", text)
    assert wrong.value.field == "expiry"


def test_a_day_is_a_day() -> None:
    assert parse_day("expiry", "2027-05-31") == date(2027, 5, 31)


def test_half_a_character_is_no_text() -> None:
    require_text("comment", "王 😀 é")
    with pytest.raises(InvalidInput) as wrong:
        require_text("comment", "ok \ud83d")
    assert wrong.value.field == "comment"


def test_a_child_born_this_morning_in_the_far_east_is_born() -> None:
    require_born("birth_date", date(2026, 11, 25), now=NOW)
    require_born("birth_date", date(1880, 1, 1), now=NOW)
    require_born("birth_date", None, now=NOW)


@pytest.mark.parametrize("born", [date(2026, 11, 26), date(2126, 1, 1), date(1879, 12, 31)])
def test_nobody_is_born_tomorrow_or_under_the_first_emperor(born: date) -> None:
    with pytest.raises(InvalidInput) as wrong:
        require_born("birth_date", born, now=NOW)
    assert wrong.value.field == "birth_date"
