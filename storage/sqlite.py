"""What only SQLite needs: its settings, its locks, its words for what went wrong."""

from __future__ import annotations

import os
import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.pool import StaticPool

from domain.errors import StorageError

if TYPE_CHECKING:
    from types import ModuleType

    from sqlalchemy.engine import Connection

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
PLAIN: Final = b"SQLite format 3\x00"
"""How a database begins that is not encrypted."""
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


def writer(url: str, *, key: bytes | None = None, wait_seconds: int = WAIT_SECONDS) -> Engine:
    """The engine that writes."""
    return _engine(url, key, query_only=False, wait_seconds=wait_seconds)


def reader(url: str, *, key: bytes | None = None, wait_seconds: int = WAIT_SECONDS) -> Engine:
    """The engine that cannot write."""
    return _engine(url, key, query_only=True, wait_seconds=wait_seconds)


def _engine(url: str, key: bytes | None, *, query_only: bool, wait_seconds: int) -> Engine:
    file = file_of(url)

    def opened() -> sqlite3.Connection:
        connection = connect(file, key=key, wait_seconds=wait_seconds)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        # without it INSERT OR REPLACE would pass by the triggers that protect the journal
        connection.execute("PRAGMA recursive_triggers = ON")
        if query_only:
            connection.execute("PRAGMA query_only = ON")
        return connection

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(BEGIN_READ if query_only else BEGIN_WRITE)

    engine = create_engine(url, paramstyle="named", module=module(key), creator=opened)
    event.listen(engine, "begin", begin)
    return engine


def module(key: bytes | None) -> ModuleType:
    """The driver: Python's own, or the one that encrypts.

    Raises:
        StorageError: it is not installed.
    """
    if key is None:
        return sqlite3
    try:
        from sqlcipher3 import dbapi2
    except ImportError:
        raise StorageError(
            "NO_CIPHER",
            "An encrypted database needs the package sqlcipher3; install Wardloop with it:"
            " pip install 'wardloop[encryption]'",
        ) from None
    return cast("ModuleType", dbapi2)


def errors() -> tuple[type[sqlite3.Error], ...]:
    """What the drivers raise: the one that encrypts has classes of its own."""
    return _of_drivers("Error")


def refusals() -> tuple[type[sqlite3.Error], ...]:
    """What the drivers raise where a row breaks a rule of its table."""
    return _of_drivers("IntegrityError")


def _of_drivers(name: str) -> tuple[type[sqlite3.Error], ...]:
    loaded = (sqlite3, sys.modules.get("sqlcipher3.dbapi2"))
    return tuple(getattr(one, name) for one in loaded if one is not None)


def connect(
    file: Path,
    *,
    key: bytes | None = None,
    wait_seconds: int = WAIT_SECONDS,
    look_only: bool = False,
) -> sqlite3.Connection:
    """A connection of the driver itself, in which transactions begin where we say so.

    Args:
        key: 32 bytes that open an encrypted file; None: it is not encrypted.
        look_only: nothing of the file, or of the WAL beside it, may be changed.

    Raises:
        StorageError: the driver that encrypts is not installed.
    """
    name = f"{file.absolute().as_uri()}?mode={'ro' if look_only else 'rwc'}"
    # one thread at a time uses it, but not always the one that opened it (`_Drivers`)
    opened = module(key).connect(
        name, uri=True, isolation_level=None, timeout=wait_seconds, check_same_thread=False
    )
    if key is not None:
        opened.execute("PRAGMA cipher_log_level = NONE")  # it would write to standard error
        # a raw key: it is random already, a slow derivation from a password adds nothing
        opened.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    return cast("sqlite3.Connection", opened)


def scratch(*, in_memory: bool = False) -> Engine:
    """An engine on a private database that vanishes when it is let go.

    Args:
        in_memory: nothing of it may come to a disk, because its source is encrypted.
    """
    name = ":memory:" if in_memory else ""
    return create_engine(
        "sqlite://",
        paramstyle="named",
        poolclass=StaticPool,
        creator=lambda: sqlite3.connect(name, isolation_level=None),
    )


def explained(error: Exception, file: Path, *, key: bytes | None = None) -> StorageError:
    """What a driver's error means for the person, and what to do."""
    name = getattr(error, "sqlite_errorname", "") or ""
    if key is not None and name.startswith("SQLITE_NOTADB"):
        return StorageError(
            "WRONG_KEY",
            f"{file} cannot be opened by the key 'database' of this workstation: it was encrypted"
            " by another one (`wardloop keys import`), or it is damaged (restore the latest"
            " backup)",
        )
    for start, (code, text) in _WORDS.items():
        if name.startswith(start):
            return StorageError(code, text.format(file=file, folder=file.parent))
    return StorageError("DATABASE", f"{file}: {error}. Run `wardloop db verify`")


_WORDS: Final = {
    "SQLITE_NOTADB": (
        "NOT_A_DATABASE",
        "{file} is not a database, or an encrypted one (`encrypted = true`); else restore a backup",
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


def is_plain(file: Path) -> bool | None:
    """Whether a file is a database that is not encrypted; None where it is empty."""
    with file.open("rb") as opened:
        head = opened.read(len(PLAIN))
    return head == PLAIN if head else None


def refuse_bad_file(file: Path, *, key: bytes | None = None) -> None:
    """Say what is wrong with a file before anything is opened.

    Raises:
        StorageError: the file is no database, or it or its folder may not be written to, or the
            settings say otherwise than the file whether it is encrypted.
    """
    if not file.exists():
        raise StorageError("NO_DATABASE", f"{file} does not exist; run `wardloop db upgrade` first")
    if not os.access(file, os.W_OK) or not os.access(file.parent, os.W_OK):
        code, text = _WORDS["SQLITE_READONLY"]
        raise StorageError(code, text.format(file=file, folder=file.parent))
    plain = is_plain(file)
    if plain is True and key is not None:
        raise StorageError(
            "NOT_ENCRYPTED",
            f"{file} is not encrypted, though the settings say `encrypted = true`; make an"
            " encrypted copy by `wardloop db copy --to FILE --encrypted`",
        )
    if plain is False and key is None:
        code, text = _WORDS["SQLITE_NOTADB"]
        raise StorageError(code, text.format(file=file, folder=file.parent))
