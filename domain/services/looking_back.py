"""At what instant a reading may look: never before what it would show (decisions 25 and 26)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from domain.errors import Refused

if TYPE_CHECKING:
    from datetime import datetime

    from domain.ids import EncounterId


class Ends(Protocol):
    """Where the records end; without a stay, those of all stays. Entries of imports left out."""

    def last(self, stay: EncounterId | None) -> datetime | None:
        """The last entry by any clock."""
        ...

    def last_true(self, stay: EncounterId | None) -> datetime | None:
        """The last entry by a clock that was not set."""
        ...


def require_not_before(
    ends: Ends, now: datetime, *, stay: EncounterId | None, rewind: bool
) -> None:
    """Refuse a set clock before the last entry: what it shows was not so then.

    Args:
        stay: whose record is read; None: everybody's.
        rewind: it may, where no entry was made by a true clock.

    Raises:
        Refused: CLOCK_BEHIND.
    """
    last = ends.last(stay)
    if last is None or now >= last:
        return
    true = ends.last_true(stay) is not None
    if rewind and not true:
        return
    raise Refused(
        "CLOCK_BEHIND",
        f"--now {now.isoformat()} is before the journal's last entry, {last.isoformat()}",
        next_step=f"Give a later --now{'' if true else ', or --rewind on demo data'}",
        field="now",
    )
