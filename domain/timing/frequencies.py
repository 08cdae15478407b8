"""What an order's frequency means, apart from any ward's clock times."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time, timedelta
from enum import StrEnum

from domain.errors import InvalidInput

RIGHT_FREQUENCY = "a code such as q8h, bid, qd, qod, ac, prn, st, Q1J2, or DAILY16, 3X/WEEK"


class Kind(StrEnum):
    """How the due times of a frequency come about."""

    ONCE = "once"  # at the order's own time
    AT_TIMES = "at_times"  # standard clock times, every day
    MEALS = "meals"  # clock times that hang on meals, every day
    EVERY = "every"  # steps of an interval
    DAYS = "days"  # clock times, not every day
    CYCLIC = "cyclic"  # clock times on listed days of a cycle
    AS_NEEDED = "as_needed"  # no due times: an occurrence is made when the need is recorded
    CONTINUOUS = "continuous"  # one occurrence per bag or syringe


class WindowClass(StrEnum):
    """Which administration window applies: TM07 to TM10 of `loops.md` 2.3, or none of them."""

    NONE = "none"  # first, STAT, one-time, as needed, continuous [S4]
    TIME_CRITICAL = "time_critical"  # TM07
    DAILY_OR_RARER = "daily_or_rarer"  # TM08
    UP_TO_EVERY_4H = "up_to_every_4h"  # TM09
    ABOVE_EVERY_4H = "above_every_4h"  # TM10


class Meal(StrEnum):
    """The meals of the ward's day."""

    BREAKFAST = "breakfast"
    LUNCH = "lunch"
    DINNER = "dinner"


class Relation(StrEnum):
    """Where a dose stands to its meal (HL7 table 0335: ante, cum, post, inter)."""

    BEFORE = "before"
    WITH = "with"
    AFTER = "after"
    BETWEEN = "between"  # between this meal and the next, between dinner and sleep


class UnknownFrequency(InvalidInput):
    """A frequency that is not understood. Nothing is guessed in its place.

    Attributes:
        text: the frequency as it was written.
    """

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(
            "frequency",
            f"{text!r} is not understood: {reason}",
            right=RIGHT_FREQUENCY,
            code="UNKNOWN_FREQUENCY",
        )
        self.text = text


@dataclass(frozen=True, slots=True)
class Days:
    """The days on which clock times apply; every day where nothing is said.

    Attributes:
        every: length of the period in days.
        only: days of the period that count, from 1.
        weekdays: Monday is 0; when given, `every` and `only` say nothing.
        per_week: so many days a week, on the weekdays that the ward has set for that number.
        weeks: every so many weeks, with `weekdays`.
        from_start_day: the period counts from the day of the order, even when that day's clock
            time has passed (`qw`: "start weekday"). Otherwise from the first day with a due time,
            so that a patch every 72 h does not begin three days late.
    """

    every: int = 1
    only: tuple[int, ...] = (1,)
    weekdays: tuple[int, ...] = ()
    per_week: int | None = None
    weeks: int = 1
    from_start_day: bool = False


EVERY_DAY = Days()


@dataclass(frozen=True, slots=True)
class Frequency:
    """A frequency, understood. Two spellings of one frequency are equal.

    Attributes:
        text: as written; does not count for equality.
        kind: how due times come about.
        as_needed: given on need, with no due times of its own.
        interval: the usual time from one dose to the next, where there is one.
        window_class: the administration window of its scheduled doses.
        slot: the name under which `SiteTimes` keeps the clock times (`bid`, `q6h`, `hs`).
        clock: clock times written in the order itself (`DAILY16`); they win over `slot`.
        meals: meals and where the dose stands to them.
        days: the days on which the clock times apply.
        elapsed: steps in true hours, also over a change of clocks (X13): q1h to q4h, minutes, and
            every other number of hours for which the ward keeps no clock times (q5h, q36h).
        count: so many doses and no more.
        duration: so long and no longer.
        may_repeat: so many more doses on need (`ONCE MR1`: may repeat once).
        valid_for: lapses when not given in this time (`sos`: 12 h).
        min_interval: as needed: not before this time since the last dose (X6).
        most_per_24h: as needed: so many doses in 24 h (X6).
    """

    text: str = field(compare=False)
    kind: Kind
    window_class: WindowClass = WindowClass.NONE
    interval: timedelta | None = None
    slot: str | None = None
    clock: tuple[time, ...] = ()
    meals: tuple[tuple[Meal, Relation], ...] = ()
    days: Days = EVERY_DAY
    elapsed: bool = False
    count: int | None = None
    duration: timedelta | None = None
    may_repeat: int = 0
    valid_for: timedelta | None = None
    min_interval: timedelta | None = None
    most_per_24h: int | None = None

    @property
    def as_needed(self) -> bool:
        """Whether a dose waits for a need instead of a time."""
        return self.kind is Kind.AS_NEEDED

    @property
    def tasks_at_signing(self) -> int:
        """How many tasks without a due time are made at the signature (E37: one for `sos`)."""
        return 1 if self.valid_for is not None else 0
