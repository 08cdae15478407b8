"""From the clock on the ward's wall to an instant, and back (X13)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from domain.errors import InvalidInput

FIRST_YEAR, LAST_YEAR = 1900, 2400  # shifted research dates reach 2201; beyond this it is a slip

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def instant(day: date, clock: time, zone: tzinfo) -> datetime:
    """When the ward's wall clock shows this time.

    A time that a change of clocks skips is read with the offset before the change, so it moves
    forward by what was skipped; a time that comes twice is taken once, the first time.
    """
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


def earliest(day: date, zone: tzinfo) -> datetime:
    """No wall clock time of this day, nor of any later day, is an instant before this one.

    Instants do not rise with the wall clock where times are skipped: what moves forward out of the
    gap overtakes the first times after it (in Samoa a whole day of them).
    """
    midnight = datetime.combine(day, time.min, tzinfo=zone)
    return min(midnight.replace(fold=fold).astimezone(UTC) for fold in (0, 1))


def later(moment: datetime, by: timedelta, zone: tzinfo) -> datetime:
    """The moment that long after, on the wall clock."""
    # adding to a zoned datetime moves its wall clock; a wall time that comes twice is then read as
    # its first: never let that run backwards
    return max(moment, (moment.astimezone(zone) + by).astimezone(UTC))


def next_full_hour(moment: datetime, zone: tzinfo) -> datetime:
    """The moment itself when the wall clock shows a full hour, else the next full hour."""
    wall = moment.astimezone(zone)
    past = timedelta(minutes=wall.minute, seconds=wall.second, microseconds=wall.microsecond)
    return moment + (HOUR - past if past else past)


def aware(name: str, moment: datetime) -> datetime:
    """The moment in UTC.

    Raises:
        InvalidInput: it has no zone, or lies outside the years a ward can mean.
    """
    if moment.tzinfo is None:
        raise InvalidInput(name, "the time has no zone", right="an instant with its offset")
    if not FIRST_YEAR < moment.year < LAST_YEAR:
        raise InvalidInput(name, f"the year {moment.year} cannot be meant", right="1901 to 2399")
    return moment.astimezone(UTC)


def ward_day(moment: datetime, *, zone: tzinfo, begins: time) -> tuple[datetime, datetime]:
    """The ward's day around a moment: first instant, and first instant of the next day (X14)."""
    day = moment.astimezone(zone).date()
    if instant(day, begins, zone) > moment:
        day -= DAY
    return instant(day, begins, zone), instant(day + DAY, begins, zone)
