"""A database from a backup, or from another database: proved before it takes its place."""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, cast

from domain.errors import StorageError
from storage import sqlite
from storage.backup import named_instead, scratch_beside, take_out
from storage.copies import copy_converted, copy_online, sync_folder, to_disk
from storage.engine import Database
from storage.feed import Feed
from storage.migrate import upgrade
from storage.types import instant

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from storage.backup import Prove
    from storage.sealed_file import SealKey

_BESIDE: Final = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Extent:
    """How far a journal goes.

    Attributes:
        entries: how many records it has.
        last_at: when the last of them was recorded; None: it is empty.
    """

    entries: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Restored:
    """A database that took its place.

    Attributes:
        extent: of the database that stands now.
        replaced: of the one that stood before; None: there was none, or it cannot be read.
        kept: where the one that stood before lies now.
        upgraded: whether its schema was an older one.
    """

    extent: Extent
    replaced: Extent | None
    kept: Path | None
    upgraded: bool

    @property
    def lost(self) -> int:
        """How many records the database had that the backup has not."""
        return 0 if self.replaced is None else max(0, self.replaced.entries - self.extent.entries)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a database is to stand.

    Attributes:
        key: by which it is to be encrypted; None: it is not.
        replace: whether one that stands there may be put aside.
    """

    file: Path
    key: bytes | None
    replace: bool = False


def restore(
    backup: Path,
    place: Place,
    *,
    at: datetime,
    seal: SealKey | None,
    key: bytes | None,
    prove: Prove,
) -> Restored:
    """Put the database of a backup in its place, once it has been proved.

    Args:
        at: names the database that is put aside.
        seal: opens a sealed backup.
        key: opens the database inside, where it is encrypted.
        prove: whether the database holds, opened by the key of the place.

    Raises:
        StorageError: the backup does not hold, a database stands there and may not be replaced,
            or somebody uses it; then everything stays as it is.
    """
    _refuse_standing(place)
    with scratch_beside(place.file) as scratch:
        inside = scratch / "inside.db"
        take_out(backup, inside, seal=seal)
        return _take_place(scratch, backup, place, key=key, at=at, prove=prove)


def copy(source: Path, place: Place, *, at: datetime, key: bytes | None, prove: Prove) -> Restored:
    """Put a copy of a database in another place, encrypted otherwise where the place says so.

    Raises:
        StorageError: as `restore`.
    """
    _refuse_standing(place)
    with scratch_beside(place.file) as scratch:
        inside = scratch / "inside.db"
        copy_online(source, inside, key=key)
        return _take_place(scratch, source, place, key=key, at=at, prove=prove)


def _refuse_standing(place: Place) -> None:
    if not place.file.parent.is_dir():
        raise StorageError(
            "NO_FOLDER", f"{place.file.parent} does not exist; make the folder first"
        )
    if place.file.exists() and not place.replace:
        raise StorageError(
            "STANDS_THERE",
            f"{place.file} is there already; name another file, or put that one aside by --replace",
        )


def _take_place(
    scratch: Path, source: Path, place: Place, *, key: bytes | None, at: datetime, prove: Prove
) -> Restored:
    with named_instead(scratch, source):
        ready = _converted(scratch, source, place, key)
        url = f"sqlite:///{ready}"
        upgraded = upgrade(url, key=place.key)
        prove(url)
        database = Database(url, key=place.key)
        Feed(database).begin_epoch()  # readers hold places of another life of this database
        database.close()
        extent = extent_of(ready, place.key)
        _one_file(ready, place.key)
    replaced, kept = _put_aside(place, ready, at)
    sync_folder(place.file.parent)
    return Restored(extent, replaced, kept, upgraded)


def _converted(scratch: Path, source: Path, place: Place, key: bytes | None) -> Path:
    """The database as the place wants it: with its key, with another, or without."""
    inside, ready = scratch / "inside.db", scratch / "ready.db"
    plain = bool(sqlite.is_plain(inside))
    if not plain and key is None:
        raise StorageError(
            "NO_KEY",
            f"{source} is encrypted, or damaged; bring the key here by `wardloop keys import"
            " database --file FILE`",
        )
    has = None if plain else key
    if has == place.key:
        return inside
    copy_converted(inside, ready, key=has, target_key=place.key)
    return ready


def extent_of(file: Path, key: bytes | None) -> Extent:
    """How far the journal of a database goes.

    Raises:
        StorageError: it cannot be read.
    """
    try:
        with closing(sqlite.connect(file, key=key)) as connection:
            return _extent(connection)
    except sqlite.errors() as error:
        raise sqlite.explained(error, file, key=key) from error


def _extent(connection: sqlite3.Connection) -> Extent:
    row = connection.execute("SELECT count(*), max(recorded_at) FROM journal").fetchone()
    entries, last = cast("tuple[int, int | None]", row)
    return Extent(entries, None if last is None else instant(last))


def _one_file(file: Path, key: bytes | None) -> None:
    with closing(sqlite.connect(file, key=key)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    to_disk(file)


def _put_aside(place: Place, ready: Path, at: datetime) -> tuple[Extent | None, Path | None]:
    """Let the new file take the place; at no instant is there none, or half of one."""
    if not place.file.exists():
        _leave_nothing_beside(place.file)
        ready.replace(place.file)
        return None, None
    kept = place.file.with_name(f"{place.file.name}.before-{at:%Y%m%dT%H%M%SZ}")
    extent = _held_alone(place)
    _keep(place.file, kept)
    _leave_nothing_beside(place.file)
    ready.replace(place.file)
    return extent, kept


def _held_alone(place: Place) -> Extent | None:
    """How far the old database goes, all of it in its one file; None where it cannot be read.

    Raises:
        StorageError: somebody uses it.
    """
    key = None if sqlite.is_plain(place.file) else place.key
    try:
        with closing(sqlite.connect(place.file, key=key, look_only=True)) as old:
            extent = _extent(old)
        with closing(sqlite.connect(place.file, key=key, wait_seconds=1)) as old:
            # takes in what stands in the WAL; refused while anybody else has the file open
            old.execute("PRAGMA journal_mode = DELETE")
    except sqlite.errors() as error:
        if sqlite.explained(error, place.file).code != "LOCKED":
            return None  # damaged: that is why it is replaced
        raise StorageError(
            "IN_USE",
            f"{place.file} is in use; close every window, watch and gateway on it, then try again",
        ) from error
    return extent


def _keep(file: Path, kept: Path) -> None:
    """A second name for the old file, its WAL too where that could not be taken in."""
    for ending in ("", *_BESIDE):
        one = file.with_name(file.name + ending)
        if not one.exists():
            continue
        other = kept.with_name(kept.name + ending)
        try:
            os.link(one, other)
        except OSError:  # a file system without second names
            shutil.copy2(one, other)


def _leave_nothing_beside(file: Path) -> None:
    """A WAL of the old database would be played into the new one."""
    for ending in _BESIDE:
        file.with_name(file.name + ending).unlink(missing_ok=True)
