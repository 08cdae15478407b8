"""What people and programs enter, held to what can be meant: text, instants, days.

One place for all ways in, so that no fault of the program follows from odd input.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

from domain.errors import InvalidInput

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2299
"""MIMIC-IV moves its patients to the years 2110 to 2201; later is a slip of the hand."""
_FIRST_BIRTH: Final = date(1880, 1, 1)
_RIGHT: Final = '"2026-11-24T08:05:00+08:00"'


def parse_instant(name: str, text: str) -> datetime:
    """An instant with its zone.

    Raises:
        InvalidInput: it is no time, has no zone, or lies in a year that cannot be meant.
    """
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput(name, f"{text!r} is not a time", right=_RIGHT) from None
    if read.tzinfo is None:
        raise InvalidInput(name, f"{text!r} has no time zone", right=f'"{text}+08:00"')
    _require_year(name, read.year)
    return read


def parse_day(name: str, text: str) -> date:
    """A day of the calendar.

    Raises:
        InvalidInput: it is no date, or lies in a year that cannot be meant.
    """
    try:
        read = date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(name, f"{text!r} is no date", right='"2026-11-24"') from None
    _require_year(name, read.year, first=_FIRST_BIRTH.year)
    return read


def require_text(name: str, text: str) -> None:
    """Refuse text that no file and no database can hold: half of a character.

    Raises:
        InvalidInput: names the field.
    """
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        raise InvalidInput(name, "the text holds half a character", right="text in UTF-8")


def require_born(name: str, born: date | None, *, now: datetime) -> None:
    """Refuse a day of birth that nobody in hospital can have.

    Raises:
        InvalidInput: it lies in the future, or before 1880.
    """
    # east of Greenwich the day has begun already: the last zone is 14 hours ahead
    if born is not None and not _FIRST_BIRTH <= born <= _last_day(now):
        raise InvalidInput(name, f"nobody here was born on {born}", right="the day of birth")


def _last_day(now: datetime) -> date:
    return date.fromordinal(now.astimezone(UTC).date().toordinal() + 1)


def _require_year(name: str, year: int, *, first: int = FIRST_YEAR) -> None:
    if not first <= year <= LAST_YEAR:
        raise InvalidInput(
            name, f"the year {year} cannot be meant", right=f"{first} to {LAST_YEAR}"
        )
