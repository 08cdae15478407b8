"""The standard times of a frequency on one ward: every instant at which a dose could fall due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, tzinfo
from itertools import islice
from typing import Final

from domain.errors import InvalidInput
from domain.timing.frequencies import Days, Frequency, Kind
from domain.timing.site_times import SiteTimes
from domain.timing.wall_clock import DAY, HOUR, earliest, instant, next_full_hour

_MOST_TIMES: Final = 200_000  # more than q5min for a year: the end is a slip
_WEEK: Final = 7


def standard_times(
    frequency: Frequency,
    *,
    start: datetime,
    until: datetime,
    zone: tzinfo,
    site_times: SiteTimes,
    from_first_day: bool = False,
) -> tuple[datetime, ...]:
    """Standard times before `until`, ascending, with at least one before `start` where one exists.

    Args:
        frequency: one with clock times or an interval.
        start: when the order begins; periods and intervals count from here.
        until: left out itself.
        zone: the ward's.
        site_times: the ward's.
        from_first_day: the first dose is given at `start`, so periods count from that day.

    Raises:
        InvalidInput: the ward has set no clock times for it, or `until` is absurdly far.
    """
    if frequency.kind is Kind.EVERY and frequency.elapsed:
        stream = _steps(frequency, start, until, zone, site_times)
    else:
        stream = _clock_times(
            frequency, start, until, zone, site_times, from_first_day=from_first_day
        )
    found = tuple(islice(stream, _MOST_TIMES))
    if len(found) == _MOST_TIMES:
        raise InvalidInput("until", "too many doses before it", right="an end nearer to the start")
    # a time that the clocks skip may pass the next one, or fall together with it
    return tuple(sorted({moment for moment in found if moment < until}))


def _steps(
    frequency: Frequency, start: datetime, until: datetime, zone: tzinfo, site_times: SiteTimes
) -> Iterator[datetime]:
    """True hours from the first step on, from the last one before `start` (X13)."""
    interval = frequency.interval or DAY
    moment = _first_step(frequency, start, zone, site_times)
    moment -= ((moment - start) // interval + 1) * interval
    while moment < until:
        yield moment
        moment += interval


def _first_step(
    frequency: Frequency, start: datetime, zone: tzinfo, site_times: SiteTimes
) -> datetime:
    if frequency.slot is None:
        minutes = frequency.interval is None or frequency.interval % HOUR
        return start if minutes else next_full_hour(start, zone)
    times = site_times.times_of(frequency)
    day = start.astimezone(zone).date()
    near = (instant(day + n * DAY, clock, zone) for n in (0, 1, 2) for clock in times)
    return min(moment for moment in near if moment >= start)


def _clock_times(
    frequency: Frequency,
    start: datetime,
    until: datetime,
    zone: tzinfo,
    site_times: SiteTimes,
    *,
    from_first_day: bool,
) -> Iterator[datetime]:
    times = site_times.times_of(frequency)
    weekdays = site_times.weekdays_of(frequency)
    days = frequency.days
    today = start.astimezone(zone).date()
    first = today
    if not (from_first_day or days.from_start_day):
        first = _first_day(today, start, times, weekdays, zone)
    # a first dose now wants the standard time before it (X2); two periods back, for the time of
    # the last period may be one that the clocks skipped and moved past `start`
    day = today - 2 * max(days.every, _WEEK * days.weeks if weekdays else 1) * DAY
    while earliest(day, zone) < until:
        if _counts(day, first, days, weekdays):
            yield from sorted(instant(day, clock, zone) for clock in times)
        day += DAY


def _first_day(
    today: date,
    start: datetime,
    times: tuple[time, ...],
    weekdays: tuple[int, ...],
    zone: tzinfo,
) -> date:
    """The first day with a due time that has not passed."""
    open_today = any(instant(today, clock, zone) >= start for clock in times)
    day = today if open_today else today + DAY
    while weekdays and day.weekday() not in weekdays:
        day += DAY
    return day


def _counts(day: date, first: date, days: Days, weekdays: tuple[int, ...]) -> bool:
    if weekdays:
        monday = first - first.weekday() * DAY
        return day.weekday() in weekdays and (day - monday).days // _WEEK % days.weeks == 0
    return (day - first).days % days.every + 1 in days.only
