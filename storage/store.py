"""A store: everything that the rest of the program gets of a database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage import sqlite
from storage.audit import SqlAuditTrail
from storage.credentials import SqlCredentials
from storage.engine import Database
from storage.feed import Feed
from storage.last_entries import LastEntries
from storage.leases import SqlLeases
from storage.migrate import refuse_other_schema
from storage.reads import SqlReads
from storage.safety import SqlSafetyRecords
from storage.seals import SqlSeals
from storage.unit_of_work import SqlUnitOfWork

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.clock import Clock
    from storage.receipts import Receipts
    from storage.seals import SealingKey


@dataclass(frozen=True, slots=True)
class Store:
    """One database, open.

    Attributes:
        units: where transactions come from.
        reads: questions without a lock.
        feed: what changed, from here and from other workstations.
        leases: who does the work that one process does for all.
        credentials: by what people prove who they are.
        safety: near misses, incidents and approved configurations.
    """

    database: Database
    units: SqlUnitOfWork
    reads: SqlReads
    feed: Feed
    leases: SqlLeases
    credentials: SqlCredentials
    safety: SqlSafetyRecords

    def trail(self, workstation: str) -> SqlAuditTrail:
        """The audit trail, as one workstation writes it."""
        return SqlAuditTrail(self.database, workstation)

    def seals(
        self, workstation: str, *, key: Callable[[], SealingKey], receipts: Receipts
    ) -> SqlSeals:
        """The seals, as one workstation makes them: by its key, remembered beside it."""
        return SqlSeals(self.database, workstation, key=key, receipts=receipts)

    @property
    def ends(self) -> LastEntries:
        """Where the records end."""
        return LastEntries(self.database)

    def close(self) -> None:
        """Let go of the file."""
        self.database.close()


def open_store(
    url: str,
    *,
    clock: Clock,
    key: bytes | None = None,
    wait_seconds: int = sqlite.WAIT_SECONDS,
) -> Store:
    """Open the database of an address such as `sqlite:////var/lib/wardloop/ward.db`.

    Args:
        url: names a file.
        clock: the workstation's, or a frozen one.
        key: 32 bytes that open an encrypted database; None: it is not encrypted.
        wait_seconds: how long a write waits for another workstation's before it gives up.

    Raises:
        StorageError: there is no such file, it is no database, it may not be written to, or its
            schema is older or newer than this program's; the message says what to do.
    """
    sqlite.refuse_bad_file(sqlite.file_of(url), key=key)
    refuse_other_schema(url, key=key)
    database = Database(url, key=key, wait_seconds=wait_seconds)
    return Store(
        database,
        SqlUnitOfWork(database, clock),
        SqlReads(database, clock),
        Feed(database),
        SqlLeases(database),
        SqlCredentials(database),
        SqlSafetyRecords(database),
    )
