"""Seals: what stood in the database at an instant, under a key that does not lie in it.

A hash chain shows that a record was changed; it does not show that somebody wrote a whole chain
anew. A seal does: whoever has the database and not the key cannot make one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from datetime import datetime

EVERY: Final = timedelta(minutes=15)
"""The longest that what was recorded stays without a seal while a watch runs."""
FULLY_EVERY: Final = timedelta(days=7)
"""After so long all is read again, also what was proved before [C]."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A seal that stands.

    Attributes:
        seq: its number, counted from 1.
        records: of journal and audit trail, in all, that it covers.
        made: False where nothing had come since the last one, which is told then.
        key_warning: what a person should know of where the key lies; empty where all is well.
    """

    seq: int
    sealed_at: datetime
    records: int
    made: bool
    key_warning: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """The first record that does not hold. Names no content: a fault may be shown to anybody.

    Attributes:
        chain: of the journal or of the audit trail; the name of a table where it is another one.
        seq: the place on it; 0 where no single record can be named.
        what: what is wrong.
    """

    chain: str
    seq: int
    what: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What was read and compared, and the first fault, if there is one.

    Attributes:
        journal: records whose hash was worked out.
        audit: entries of the audit trail, likewise.
        commands: commands compared with what was sealed.
        seals: seals whose code was worked out.
        sealed_at: of the last seal; None where there is none.
        unsealed: records and entries since then: of them a change may go unseen.
        full: all was read; else only what came after `proved_at`.
        proved_at: when the rest was last read and held.
        anew: the numbers of the seals that took what was there without comparing it (`seal` with
            `anew`): what came before each may be another database's.
        older_told: whether an older copy of the database would be noticed: what the last seal was
            is known outside of it.
    """

    journal: int = 0
    audit: int = 0
    commands: int = 0
    seals: int = 0
    sealed_at: datetime | None = None
    unsealed: int = 0
    full: bool = True
    proved_at: datetime | None = None
    older_told: bool = False
    anew: tuple[int, ...] = ()
    fault: Fault | None = None

    @property
    def holds(self) -> bool:
        """Whether everything is as it was sealed."""
        return self.fault is None


class Seals(Protocol):
    """Where seals are kept, and what they prove."""

    def seal(self, *, now: datetime, anew: bool = False) -> Sealed:
        """Seal what came since the last seal; at once, and without reading the rest.

        Args:
            anew: where this is not the database that was sealed here last (restored from a backup,
                or new at the same place): take it as it is from now on.

        Raises:
            Refused: SEALS_LOST: it is not, and `anew` is not said.
            StorageError: the key cannot be had, or the database cannot be written to.
        """
        ...

    def prove(self, *, now: datetime, full: bool = False) -> Proof:
        """Whether journal, audit trail, commands and secrets are what was sealed.

        Args:
            full: read all again; else only what came since all was last read.

        Raises:
            StorageError: the key cannot be had, or the database cannot be read.
        """
        ...
