"""Backups: copies of the database file that were proved by restoring them, kept for a time.

A backup is a database file (or a sealed one, `sealed_file`), named after the database and its
instant: `ward-20261124T080500Z.wlb`. It bears that name only once it was restored into a scratch
place and held there; what a dead process left behind bears another and is swept away.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, TypeAlias

from domain.errors import StorageError
from storage import sealed_file, sqlite
from storage.copies import copy_online, sync_folder, to_disk
from storage.locks import hold_alone
from storage.sealed_file import SealKey

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Prove: TypeAlias = Callable[[str], None]
"""Opens the database of an address and proves that it holds; raises StorageError where not."""

SUFFIX: Final = ".wlb"
_SCRATCH: Final = ".wardloop-scratch-"
_STAMP: Final = "%Y%m%dT%H%M%SZ"
_NAME: Final = re.compile(r"(?P<stem>.+)-(?P<at>\d{8}T\d{6}Z)\.wlb")


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that held when it was made.

    Attributes:
        made_at: the instant of its name.
        size: bytes.
        key_id: the id of the key that opens it; None: it is not sealed.
    """

    file: Path
    made_at: datetime
    size: int
    key_id: str | None


def backups_in(folder: Path, stem: str) -> tuple[Backup, ...]:
    """The backups of a database in a folder, the latest first.

    Args:
        stem: the name of the database's file without its ending.
    """
    try:
        files = tuple(folder.iterdir())
    except OSError:  # not there, or not to be read now: none can be had from it
        return ()
    found = [one for file in files if (one := _backup(file, stem)) is not None]
    return tuple(sorted(found, key=lambda one: one.made_at, reverse=True))


def _backup(file: Path, stem: str) -> Backup | None:
    named = _NAME.fullmatch(file.name)
    if named is None or named["stem"] != stem:
        return None
    try:
        at = datetime.strptime(named["at"], _STAMP).replace(tzinfo=UTC)
        key_id = sealed_file.key_id_of(file) if sealed_file.is_sealed(file) else None
        return Backup(file, at, file.stat().st_size, key_id)
    except (ValueError, OSError, StorageError):  # no instant, gone meanwhile, or damaged
        return None


def back_up(
    database: Path,
    folder: Path,
    *,
    at: datetime,
    key: bytes | None,
    seal: SealKey | None,
    prove: Prove,
) -> Backup:
    """Copy a database while it is in use, restore the copy into a scratch place, prove it there.

    Args:
        at: the instant that it is named by.
        key: opens the database, where it is encrypted.
        seal: seals the backup; None: it is a plain copy of the file, only its owner can read it.
        prove: whether what was restored holds.

    Raises:
        StorageError: another process makes a backup of this database, there is no room, or the
            copy does not hold; then there is no new backup, and the older ones stay.
        OSError: a file cannot be written.
    """
    sqlite.refuse_bad_file(database, key=key)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{database.stem}-{at.astimezone(UTC):{_STAMP}}{SUFFIX}"
    if file.exists():
        raise StorageError("BACKUP_EXISTS", f"{file} is there already; try again in a second")
    with hold_alone(database.with_name(f".{database.name}.backup-lock")) as alone:
        if not alone:
            raise StorageError(
                "BACKUP_RUNNING", f"Another process makes a backup of {database}; wait for it"
            )
        _sweep(database, folder)
        part = folder / f".{file.name}.part"
        try:
            with scratch_beside(database) as scratch, named_instead(scratch, database):
                copy, restored = scratch / "copy.db", scratch / "restored.db"
                copy_online(database, copy, key=key)
                _write(copy, part, seal)
                copy.unlink()
                take_out(part, restored, seal=seal)
                prove(f"sqlite:///{restored}")
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
        sync_folder(folder)
    made_at = at.astimezone(UTC).replace(microsecond=0)  # as its name says it
    return Backup(file, made_at, file.stat().st_size, None if seal is None else seal.id)


def take_out(backup: Path, target: Path, *, seal: SealKey | None) -> None:
    """Write the database file that a backup holds; nothing of it stays where it does not hold.

    Raises:
        StorageError: it is sealed and its key is not given, or it was changed or cut off.
    """
    if not sealed_file.is_sealed(backup):
        _copied(backup, target)
    elif seal is None:
        raise StorageError("NO_KEY", f"{backup} is sealed; it needs the key 'backup'")
    else:
        sealed_file.unseal(backup, target, seal)


def _write(copy: Path, part: Path, seal: SealKey | None) -> None:
    if seal is None:
        _copied(copy, part)
    else:
        sealed_file.seal(copy, part, seal)
        sync_folder(part.parent)


def _copied(source: Path, target: Path) -> None:
    with source.open("rb") as one, sealed_file.owner_only(target) as other:
        shutil.copyfileobj(one, other, sealed_file.CHUNK)
    to_disk(target)


@contextmanager
def scratch_beside(database: Path) -> Iterator[Path]:
    """A folder for a time that only its owner can enter, on the disk of the database.

    Not in the folder of backups: that may be on a network, and what lies here is not sealed.
    """
    with TemporaryDirectory(
        prefix=f"{_SCRATCH}{database.name}-", dir=database.parent, ignore_cleanup_errors=True
    ) as name:
        yield Path(name)


@contextmanager
def named_instead(scratch: Path, file: Path) -> Iterator[None]:
    """Let an error name the file that a person knows: the scratch one is gone when it is read."""
    try:
        yield
    except StorageError as error:
        there = re.compile(re.escape(str(scratch)) + r"[^ ]*\.db")
        raise StorageError(error.code, there.sub(str(file), error.message)) from error


def _sweep(database: Path, folder: Path) -> None:
    """Take away what a process left that died while it made a backup; whoever sweeps is alone."""
    for left in database.parent.iterdir():
        if left.name.startswith(f"{_SCRATCH}{database.name}-"):
            shutil.rmtree(left, ignore_errors=True)
    for part in folder.glob(".*.part"):
        named = _NAME.fullmatch(part.name.removeprefix(".").removesuffix(".part"))
        if named is not None and named["stem"] == database.stem:
            part.unlink(missing_ok=True)


# ---------------------------------------------------------------- for how long
@dataclass(frozen=True, slots=True)
class Retention:
    """How long backups are kept: all of the last hours, then the last one of each day (UTC)."""

    all_for: timedelta = timedelta(hours=24)
    daily_for: timedelta = timedelta(days=30)


def outdated(
    backups: Sequence[Backup], *, now: datetime, retention: Retention
) -> tuple[Backup, ...]:
    """Which backups need not be kept any longer; never the latest."""
    latest_first = sorted(backups, key=lambda one: one.made_at, reverse=True)
    gone: list[Backup] = []
    days: set[str] = set()
    for place, one in enumerate(latest_first):
        day = f"{one.made_at:%Y%m%d}"
        first_of_day = day not in days
        days.add(day)
        age = now - one.made_at
        kept = age < retention.all_for or (first_of_day and age < retention.daily_for)
        if place > 0 and not kept:
            gone.append(one)
    return tuple(gone)


def forget(backups: Sequence[Backup]) -> None:
    """Take files of backups away."""
    for one in backups:
        one.file.unlink(missing_ok=True)
