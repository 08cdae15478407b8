"""At what instant a command is recorded: true times rise along a chain, set ones do not lift them.

A clock set by `--now` is a means of the demo, of tests and of imported records (decision 25). On a
patient's true record it may neither stand far ahead nor go back; in a secured database it writes
nothing there: who dates an act signs for the true time.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from domain.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from domain.clock import Clock

AHEAD: Final = timedelta(hours=12)
"""So far after the last true entry a set clock may still write: one shift, no more."""
SKEW: Final = timedelta(minutes=5)
"""So far a true clock follows an entry of a set clock; one further ahead is passed by."""


def recording_time(
    clock: Clock,
    *,
    last: datetime,
    last_true: Callable[[], datetime | None],
    secured: Callable[[], bool],
    rewind: bool,
) -> datetime:
    """The instant of a command on some chains, entries of an import left out.

    Args:
        last: the latest entry of the chains.
        last_true: the latest one that was not recorded by a set clock; only asked where it counts.
        secured: whether anybody's secret was ever set in this database.
        rewind: a set clock may stand before the last entry, where no entry is true.

    Raises:
        Refused: a set clock stands where it may not write.
    """
    now = clock.now()
    if clock.simulated:
        true = last_true()
        if true is not None and secured():
            raise _true_record(now)
        _refuse_set_clock(now, last, true, rewind=rewind)
        return now
    if now >= last:
        return now
    if last - now <= SKEW:
        return last
    true = last_true()
    return now if true is None else max(now, true)


def _true_record(now: datetime) -> Refused:
    return Refused(
        "SIMULATED_CLOCK",
        f"--now {now.isoformat()}: this record is kept by the true clock, in a secured database",
        next_step="Work without --now; what was done before is told with its time (at)",
        field="now",
    )


def _refuse_set_clock(
    now: datetime, last: datetime, true: datetime | None, *, rewind: bool
) -> None:
    if true is not None and not true <= now <= true + AHEAD:
        raise Refused(
            "SIMULATED_CLOCK",
            f"--now {now.isoformat()} is not within 12 hours after the last entry of this record,"
            f" which was made by a true clock at {true.isoformat()}",
            next_step="Work on demo data, or without --now",
            field="now",
        )
    if now < last and (true is not None or not rewind):
        rewound = "" if true is not None else ", or --rewind on demo data"
        raise Refused(
            "CLOCK_BEHIND",
            f"--now {now.isoformat()} is before the journal's last entry, {last.isoformat()}",
            next_step=f"Give a later --now{rewound}",
            field="now",
        )
