"""From a frequency to its occurrences: rules X1 to X3, X8, X9 and X11 to X14 of `loops.md` 7.3."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from itertools import islice
from typing import Final

from domain.errors import InvalidInput
from domain.quantities import Quantity
from domain.timing.frequencies import Frequency, Kind, WindowClass
from domain.timing.site_times import DEFAULT_TIMES, SiteTimes
from domain.timing.standard_times import standard_times
from domain.timing.wall_clock import DAY, aware, later


class Part(StrEnum):
    """What is due."""

    GIVE = "give"
    APPLY = "apply"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class DoseStep:
    """One row of a dose table (taper): this dose for so many doses or so many days of the ward.

    With neither number the row holds until the order ends.
    """

    dose: Quantity
    doses: int | None = None
    days: int | None = None

    def __post_init__(self) -> None:
        """Refuse a row that says both, or a number below one."""
        numbers = [n for n in (self.doses, self.days) if n is not None]
        if len(numbers) > 1 or any(n < 1 for n in numbers):
            raise InvalidInput("doses", "a row counts doses or days, from 1", right="days: 3")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One thing to do at one time. `(order, due_at, seq)` is its key (X1).

    Attributes:
        due_at: UTC.
        seq: numbers what falls due at one instant, from 1; it does not count the order's doses, so
            that a ward may change its clock times without renaming the doses already planned.
        number: the dose of the order that it belongs to, from 1; a removal has its patch's number.
        window_class: which administration window applies to it.
        interval: the usual time to the next dose, for windows in percent of it.
        part: give; for patches apply or remove.
        dose: from the dose table, when there is one.
        off_at: for an application, when this patch comes off.
    """

    due_at: datetime
    seq: int
    number: int
    window_class: WindowClass
    interval: timedelta | None
    part: Part = Part.GIVE
    dose: Quantity | None = None
    off_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Occurrences:
    """What an order asks for inside a horizon.

    Attributes:
        due: in order of `(due_at, seq)`.
        undated: tasks to make at the signature without a due time (`sos`, E37); 0 when the order's
            start lies outside the horizon.
        window_class: of the scheduled doses.
        interval: of the frequency.
        as_needed: nothing falls due by itself.
    """

    due: tuple[Occurrence, ...]
    undated: int
    window_class: WindowClass
    interval: timedelta | None
    as_needed: bool


_LONGEST: Final = timedelta(days=3653)
_PART_ORDER: Final = {Part.REMOVE: 0, Part.GIVE: 1, Part.APPLY: 1}  # the old patch comes off first


def expand(
    frequency: Frequency,
    *,
    start: datetime,
    until: datetime,
    zone: tzinfo,
    since: datetime | None = None,
    first_dose_now: bool = False,
    stop: datetime | None = None,
    duration: timedelta | None = None,
    count: int | None = None,
    site_times: SiteTimes = DEFAULT_TIMES,
    time_critical: bool = False,
    each: int = 1,
    worn_for: timedelta | None = None,
    container_lasts: timedelta | None = None,
    doses: Sequence[DoseStep] = (),
) -> Occurrences:
    """The occurrences with `since <= due_at < until`. The same input always gives the same keys.

    Args:
        frequency: what `parse_frequency` understood.
        start: when the order was verified. No standard time before it is used (X2).
        until: end of the horizon, left out itself.
        zone: the ward's; clock times are its wall-clock times (X13).
        since: begin of the horizon; `start` when not given. Expanding piece by piece with one
            `start` gives the same keys as expanding at once.
        first_dose_now: one dose more at `start`; a standard time that follows it closer than half
            the time between standard times is skipped (X2).
        stop: nothing is due at or after it (X3), but the removal of a patch that is still worn.
        duration: the order ends so long after `start`; full days count on the wall clock.
        count: so many doses of the whole order and no more.
        site_times: the ward's clock times.
        time_critical: the drug is on the hospital's time-critical list (TM07).
        each: occurrences per due time: units of blood (X12), tubes (X10).
        worn_for: a patch: each application is paired with a removal after this time (X8), or when
            the next one goes on, whichever comes first.
        container_lasts: continuous: when a bag or syringe is predicted to be empty.
        doses: the dose table (X9); when its rows are used up the order has ended.

    Raises:
        InvalidInput: names the argument that is wrong.
    """
    start, until = aware("start", start), aware("until", until)
    begin = start if since is None else aware("since", since)
    _check(frequency, first_dose_now=first_dose_now, count=count, each=each)
    ends = [_end(frequency, start, zone, length) for length in (duration, frequency.duration)]
    ends.append(None if stop is None else aware("stop", stop))
    end = min((moment for moment in ends if moment is not None), default=None)
    seen = until if worn_for is None else until + max(worn_for, timedelta(0))  # its next patch
    last = seen if end is None else min(seen, end)
    times = _due_times(
        frequency,
        start=start,
        until=last,
        zone=zone,
        site_times=site_times,
        first_dose_now=first_dose_now,
        container_lasts=container_lasts,
    )
    limits = [limit for limit in (count, frequency.count) if limit is not None]
    given = _with_doses(islice(times, min(limits, default=None)), doses, zone)
    window = _window_class(frequency, time_critical=time_critical)
    planned = _planned(given, frequency, window, first_dose_now=first_dose_now, each=each)
    if worn_for is not None:
        planned = _paired(planned, worn_for, zone, end)
    due = tuple(o for o in _numbered(planned) if begin <= o.due_at < until)
    undated = frequency.tasks_at_signing if begin <= start < min(last, until) else 0
    return Occurrences(due, undated, window, frequency.interval, frequency.as_needed)


def _planned(
    given: Iterable[tuple[datetime, Quantity | None]],
    frequency: Frequency,
    window: WindowClass,
    *,
    first_dose_now: bool,
    each: int,
) -> Iterator[Occurrence]:
    for number, (due_at, dose) in enumerate(given, start=1):
        # a first dose stands outside the scheduled windows [S4]: TM06 is its limit
        fits = WindowClass.NONE if first_dose_now and number == 1 else window
        for _ in range(each):
            yield Occurrence(due_at, 1, number, fits, frequency.interval, dose=dose)


def _check(frequency: Frequency, *, first_dose_now: bool, count: int | None, each: int) -> None:
    if first_dose_now and frequency.as_needed:
        raise InvalidInput(
            "first_dose_now", "an as-needed order has no first dose", right="a dose ordered as st"
        )
    if count is not None and count < 1:
        raise InvalidInput("count", f"{count} doses are no order", right="1 or more")
    if each < 1:
        raise InvalidInput("each", f"{each} at each time are no order", right="1 or more")


def _end(
    frequency: Frequency, start: datetime, zone: tzinfo, length: timedelta | None
) -> datetime | None:
    if length is None:
        return None
    if not timedelta(0) < length <= _LONGEST:
        raise InvalidInput(
            "duration", f"{length} cannot be meant", right="more than 0, at most 10 a"
        )
    if frequency.elapsed:
        return start + length
    # full days by the wall clock, what is left in true hours
    days = length // DAY * DAY
    return later(start, days, zone) + (length - days)


def _window_class(frequency: Frequency, *, time_critical: bool) -> WindowClass:
    if time_critical and frequency.window_class is not WindowClass.NONE:
        return WindowClass.TIME_CRITICAL
    return frequency.window_class


def _due_times(
    frequency: Frequency,
    *,
    start: datetime,
    until: datetime,
    zone: tzinfo,
    site_times: SiteTimes,
    first_dose_now: bool,
    container_lasts: timedelta | None,
) -> Iterator[datetime]:
    if frequency.as_needed or start >= until:
        return iter(())
    if frequency.kind is Kind.ONCE:
        return iter((start,))
    if frequency.kind is Kind.CONTINUOUS:
        return _containers(start, until, container_lasts)
    times = standard_times(
        frequency,
        start=start,
        until=until,
        zone=zone,
        site_times=site_times,
        from_first_day=first_dose_now,
    )
    coming = [moment for moment in times if moment >= start]
    if first_dose_now:
        coming = [start, *_after_first_dose(start, times, coming)]
    return iter(coming)


def _after_first_dose(
    start: datetime, times: Sequence[datetime], coming: Sequence[datetime]
) -> Sequence[datetime]:
    """What is left when a dose is given at `start`: not the next one when it is too near (X2)."""
    if not coming:
        return ()
    before = max(moment for moment in times if moment < start)
    too_near = (coming[0] - start) * 2 < coming[0] - before
    return coming[1:] if too_near else coming


def _containers(start: datetime, until: datetime, lasts: timedelta | None) -> Iterator[datetime]:
    if lasts is None:
        yield start
        return
    if lasts <= timedelta(0):
        raise InvalidInput("container_lasts", "a bag lasts some time", right="a positive time")
    hung = start
    while hung < until:
        yield hung
        hung += lasts


def _with_doses(
    times: Iterable[datetime], steps: Sequence[DoseStep], zone: tzinfo
) -> Iterator[tuple[datetime, Quantity | None]]:
    if not steps:
        yield from ((moment, None) for moment in times)
        return
    waiting = iter(steps)
    step, used, first_day = next(waiting), 0, None
    for moment in times:
        day = moment.astimezone(zone).date()
        first_day = first_day or day
        while (step.doses is not None and used >= step.doses) or (
            step.days is not None and day >= first_day + step.days * DAY
        ):
            # days of the table are calendar days of the ward: a day without a dose is used up too
            first_day = day if step.days is None else first_day + step.days * DAY
            following = next(waiting, None)
            if following is None:
                return
            step, used = following, 0
        used += 1
        yield moment, step.dose


def _paired(
    applied: Iterable[Occurrence], worn_for: timedelta, zone: tzinfo, end: datetime | None
) -> Iterator[Occurrence]:
    """Each application with its removal: a new patch or the order's end takes it off (X3, X8)."""
    if worn_for <= timedelta(0):
        raise InvalidInput("worn_for", "a patch is worn some time", right="a positive time")
    at: datetime | None = None
    next_at: datetime | None = None
    for patch in reversed(tuple(applied)):
        if at is not None and patch.due_at < at:
            next_at = at
        at = patch.due_at
        ends = (later(patch.due_at, worn_for, zone), end, next_at)
        off = min(moment for moment in ends if moment is not None)
        yield replace(patch, part=Part.APPLY, off_at=off)
        yield replace(patch, due_at=off, part=Part.REMOVE, dose=None)


def _numbered(planned: Iterable[Occurrence]) -> Iterator[Occurrence]:
    at, seq = None, 0
    for occurrence in sorted(planned, key=lambda o: (o.due_at, _PART_ORDER[o.part], o.number)):
        seq = seq + 1 if occurrence.due_at == at else 1
        at = occurrence.due_at
        yield replace(occurrence, seq=seq)
