"""Copies of a database file: taken while others write, or into another encryption."""

from __future__ import annotations

import os
import sys
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Final

from storage import sqlite

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path

PAGES: Final = 150
"""Pages of one step (600 KiB): the disk is held for some milliseconds at a time (tech.md 3)."""


def copy_online(
    source: Path,
    target: Path,
    *,
    key: bytes | None,
    progress: Callable[[int, int, int], None] | None = None,
) -> None:
    """Copy a database into a new file as it is at one instant, while others go on writing.

    The source is read within one transaction, which nobody waits for under WAL, so that writers
    cannot make the copy begin anew again and again. The copy is one file, without a WAL.

    Args:
        key: opens the source; the copy is encrypted by it, too.
        progress: told after each step: SQLite's status, pages that remain, pages in all.

    Raises:
        StorageError: the source is damaged, or there is no room for the copy.
    """
    make_private(target)
    try:
        with (
            closing(sqlite.connect(source, key=key)) as one,
            closing(sqlite.connect(target, key=key)) as other,
        ):
            one.execute("PRAGMA query_only = ON")
            one.execute(sqlite.BEGIN_READ)
            one.execute("SELECT count(*) FROM sqlite_master").fetchone()
            one.backup(other, pages=PAGES, progress=progress)
            one.execute("ROLLBACK")
            _alone(other)
    except sqlite.errors() as error:
        raise sqlite.explained(error, source, key=key) from error
    to_disk(target)


def copy_converted(
    source: Path, target: Path, *, key: bytes | None, target_key: bytes | None
) -> None:
    """Copy a database that nobody writes to into a new file with another key, or with none.

    Raises:
        StorageError: sqlcipher3 is not installed, or the source cannot be read.
    """
    make_private(target)
    driver = sqlite.module(key if target_key is None else target_key)
    opened: sqlite3.Connection = driver.connect(str(source), isolation_level=None)
    try:
        with closing(opened) as one:
            one.execute("PRAGMA cipher_log_level = NONE")
            if key is not None:
                one.execute(f'PRAGMA key = "{_literal(key)}"')
            one.execute(f'ATTACH DATABASE ? AS target KEY "{_literal(target_key)}"', (str(target),))
            one.execute("SELECT sqlcipher_export('target')").fetchone()
            one.execute("DETACH DATABASE target")
    except sqlite.errors() as error:
        raise sqlite.explained(error, source, key=key) from error
    to_disk(target)


def _literal(key: bytes | None) -> str:
    return "" if key is None else f"x'{key.hex()}'"


def make_private(file: Path) -> None:
    """Make an empty file that only its owner can read; SQLite keeps its rights.

    Raises:
        FileExistsError: there is one of that name.
    """
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _alone(connection: sqlite3.Connection) -> None:
    """One file: no WAL beside it."""
    connection.execute("PRAGMA journal_mode = DELETE")


def to_disk(file: Path) -> None:
    """Bring a file, and that it is there, to the disk."""
    with file.open("r+b") as opened:  # Windows settles only what may be written to
        os.fsync(opened.fileno())
    sync_folder(file.parent)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk, where the system can."""
    if sys.platform == "win32":
        return
    with suppress(OSError):  # some network folders refuse it, and settle names themselves
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
