"""Windows around a due time, and when an as-needed drug may be given again.

No minutes stand here: they are the loop's limits (TM07 to TM10) and come from the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Final

from domain.errors import InvalidInput
from domain.quantities import Quantity
from domain.timing.frequencies import Frequency

_DAY: Final = timedelta(hours=24)

Bound = timedelta | Fraction
"""A bound of a window, signed: a time, or a fraction of the dose's interval (TM10: 1/4)."""


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when a dose is on time; both ends belong to it."""

    opens_at: datetime
    closes_at: datetime

    def off_by(self, at: datetime) -> timedelta:
        """How far outside: negative when early, positive when late, zero when on time."""
        if at < self.opens_at:
            return at - self.opens_at
        return max(at - self.closes_at, timedelta(0))


def window_of(
    due_at: datetime, *, low: Bound, high: Bound, interval: timedelta | None = None
) -> Window:
    """The window of a dose.

    Args:
        due_at: when it is due.
        low: where the window opens, from `due_at` (`timedelta(minutes=-30)`, `Fraction(-1, 4)`).
        high: where it closes.
        interval: of the occurrence; needed when a bound is a fraction of it.

    Raises:
        InvalidInput: a fraction without an interval, or a window that closes before it opens.
    """
    opens_at = due_at + _length(low, interval)
    closes_at = due_at + _length(high, interval)
    if closes_at < opens_at:
        raise InvalidInput("window", "it closes before it opens", right="low, then high")
    return Window(opens_at, closes_at)


def _length(bound: Bound, interval: timedelta | None) -> timedelta:
    if isinstance(bound, timedelta):
        return bound
    if interval is None:
        raise InvalidInput("interval", "a window in percent needs one", right="the dose's interval")
    return interval * bound.numerator / bound.denominator


def may_start_until(window: Window, stop: datetime | None) -> datetime:
    """The last instant at which a dose that was due before the stop may be started (X3, E34)."""
    return window.closes_at if stop is None else min(window.closes_at, stop)


def lapses_at(frequency: Frequency, signed_at: datetime) -> datetime | None:
    """When an order that nobody carried out is void: `sos` after 12 h; None for all others."""
    return None if frequency.valid_for is None else signed_at + frequency.valid_for


class Block(StrEnum):
    """Why an as-needed dose must wait."""

    MIN_INTERVAL = "min_interval"
    MAX_PER_24H = "max_per_24h"
    MAX_DOSE_24H = "max_dose_24h"


@dataclass(frozen=True, slots=True)
class Use:
    """One time the drug was started, and how much of it."""

    at: datetime
    dose: Quantity | None = None


@dataclass(frozen=True, slots=True)
class PrnAnswer:
    """Whether an as-needed dose may be given.

    Attributes:
        allowed_at: the earliest lawful instant, `now` when it may be given at once; None when it
            never may, because the dose alone is more than is allowed in 24 h.
        blocks: what stands in the way now; empty when nothing does.
    """

    allowed_at: datetime | None
    blocks: tuple[Block, ...]


def next_prn_allowed(
    starts: Sequence[Use],
    *,
    now: datetime,
    min_interval: timedelta | None = None,
    max_per_24h: int | None = None,
    dose: Quantity | None = None,
    max_dose_24h: Quantity | None = None,
) -> PrnAnswer:
    """When an as-needed dose may be given (X6), looking back over 24 h from each instant.

    Args:
        starts: earlier starts, in any order; one exactly 24 h ago no longer counts.
        now: the instant asked for.
        min_interval: least time from start to start.
        max_per_24h: most starts in any 24 h, this one counted.
        dose: how much is to be given now; needed with `max_dose_24h`.
        max_dose_24h: most that may be given in any 24 h, this dose counted.

    Raises:
        InvalidInput: a dose is missing, or stands in another unit than the most in 24 h.
    """

    def blocks(at: datetime) -> tuple[Block, ...]:
        recent = [use for use in starts if use.at > at - _DAY]
        found = []
        if min_interval is not None and any(use.at + min_interval > at for use in starts):
            found.append(Block.MIN_INTERVAL)
        if max_per_24h is not None and len(recent) >= max_per_24h:
            found.append(Block.MAX_PER_24H)
        if max_dose_24h is not None and _sum([dose, *(use.dose for use in recent)], max_dose_24h):
            found.append(Block.MAX_DOSE_24H)
        return tuple(found)

    waits = [timedelta(0), _DAY] if min_interval is None else [timedelta(0), _DAY, min_interval]
    moments = sorted({now, *(use.at + wait for use in starts for wait in waits)})
    allowed = (at for at in moments if at >= now and not blocks(at))
    return PrnAnswer(next(allowed, None), blocks(now))


def _sum(doses: Sequence[Quantity | None], most: Quantity) -> bool:
    """Whether the doses together are more than the most."""
    total = most.value * 0
    for dose in doses:
        if dose is None or dose.unit != most.unit:
            raise InvalidInput(
                "dose", "cannot be added to the dose of 24 h", right=f"an amount in {most.unit}"
            )
        total += dose.value
    return total > most.value
