"""What only SQLite needs: its settings, its locks, its words for what went wrong."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.pool import StaticPool

from domain.errors import StorageError

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection
    from sqlalchemy.pool import ConnectionPoolEntry

BEGIN_WRITE: Final = "BEGIN IMMEDIATE"
"""Takes the write lock at once: a lock taken later cannot be waited for (tech.md 3)."""
BEGIN_READ: Final = "BEGIN"
OTHERS: Final = "PRAGMA data_version"
"""A number that changes when another connection, of this process or not, has committed."""
GUARDS: Final = {
    f"{table}_no_{act}": table
    for table in ("journal", "command", "audit", "seals")
    for act in ("update", "delete", "replace")
}
"""The triggers that keep what was recorded, and the table that each stands on."""
WAIT_SECONDS: Final = 10
"""How long a write waits for another one before it gives up."""


def file_of(url: str) -> Path:
    """The file of an address such as `sqlite:////var/lib/wardloop/ward.db`.

    Raises:
        StorageError: the address names no file.
    """
    name = make_url(url).database
    if not name or name == ":memory:":
        raise StorageError(
            "NO_FILE", f"{url} names no file; right would be sqlite:////path/ward.db"
        )
    return Path(name)


def writer(url: str, *, wait_seconds: int = WAIT_SECONDS) -> Engine:
    """The engine that writes."""
    return _engine(url, query_only=False, wait_seconds=wait_seconds)


def reader(url: str, *, wait_seconds: int = WAIT_SECONDS) -> Engine:
    """The engine that cannot write."""
    return _engine(url, query_only=True, wait_seconds=wait_seconds)


def _engine(url: str, *, query_only: bool, wait_seconds: int) -> Engine:
    engine = create_engine(
        url,
        paramstyle="named",
        # None: transactions begin where we say so, not where the driver guesses
        connect_args={"isolation_level": None, "timeout": wait_seconds},
    )

    def prepare(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        # without it INSERT OR REPLACE would pass by the triggers that protect the journal
        connection.execute("PRAGMA recursive_triggers = ON")
        if query_only:
            connection.execute("PRAGMA query_only = ON")

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(BEGIN_READ if query_only else BEGIN_WRITE)

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return engine


def scratch() -> Engine:
    """An engine on a private database that vanishes when it is let go."""
    return create_engine(
        "sqlite://",
        paramstyle="named",
        poolclass=StaticPool,
        creator=lambda: sqlite3.connect("", isolation_level=None),
    )


def explained(error: sqlite3.Error, file: Path) -> StorageError:
    """What a driver's error means for the person, and what to do."""
    name = getattr(error, "sqlite_errorname", "") or ""
    for start, (code, text) in _WORDS.items():
        if name.startswith(start):
            return StorageError(code, text.format(file=file, folder=file.parent))
    return StorageError("DATABASE", f"{file}: {error}. Run `wardloop db verify`")


_WORDS: Final = {
    "SQLITE_NOTADB": (
        "NOT_A_DATABASE",
        "{file} is not a database; name another file or restore a backup",
    ),
    "SQLITE_CORRUPT": (
        "DAMAGED",
        "{file} is damaged; do not write to it, restore the latest backup",
    ),
    "SQLITE_FULL": (
        "DISK_FULL",
        "No space is left in {folder}; nothing of this record was written. Free space, try again",
    ),
    "SQLITE_IOERR": (
        "DISK",
        "The disk of {file} does not answer; nothing of this record was written. Check the disk",
    ),
    "SQLITE_READONLY": (
        "READ_ONLY",
        "{folder} may not be written to; give this user the right to write there",
    ),
    "SQLITE_CANTOPEN": (
        "CANNOT_OPEN",
        "{file} cannot be opened; check that {folder} exists and may be written to",
    ),
    "SQLITE_BUSY": (
        "LOCKED",
        "Another program keeps {file} locked; nothing was written. Try again, then close it",
    ),
    "SQLITE_LOCKED": (
        "LOCKED",
        "Another program keeps {file} locked; nothing was written. Try again, then close it",
    ),
}


def refuse_bad_file(file: Path) -> None:
    """Say what is wrong with a file before anything is opened.

    Raises:
        StorageError: the file is no database, or it or its folder may not be written to.
    """
    if not file.exists():
        raise StorageError("NO_DATABASE", f"{file} does not exist; run `wardloop db upgrade` first")
    if not os.access(file, os.W_OK) or not os.access(file.parent, os.W_OK):
        code, text = _WORDS["SQLITE_READONLY"]
        raise StorageError(code, text.format(file=file, folder=file.parent))
    with file.open("rb") as begin:
        head = begin.read(16)
    if head and head != b"SQLite format 3\x00":
        code, text = _WORDS["SQLITE_NOTADB"]
        raise StorageError(code, text.format(file=file, folder=file.parent))
