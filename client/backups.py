"""Backups as the settings say: made, proved, listed, kept for a time, and put back."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from client.approving import agreed
from client.configuring import configuration, outlook_of
from client.databases import database_key, file_of, keys_of, open_database
from domain.auditing import AuditAction, AuditEntry
from domain.errors import InvalidInput, StorageError, WardloopError
from domain.ids import PractitionerId
from domain.services.authorising import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from client.settings import Settings
    from domain.clock import Clock
    from storage.backup import Backup, Prove
    from storage.restore import Restored
    from storage.sealed_file import SealKey

KEY: Final = "backup"
AGAIN: Final = timedelta(minutes=5)
"""How long after one that failed the next is tried."""
_DAMAGED: Final = frozenset({"DAMAGED", "NOT_A_DATABASE", "WRONG_KEY"})
LATE: Final = 3
"""A backup is late once it is so many times as old as backups are made."""


def database_file(settings: Settings) -> Path:
    """The file that backups are made of.

    Raises:
        InvalidInput: the database is on a server, which is backed up by the server's own tools.
    """
    file = file_of(settings.database)
    if file is None:
        raise InvalidInput(
            "database",
            "it is on a server; back it up by the server's own tools",
            right="sqlite:////var/lib/wardloop/ward.db",
        )
    return file


def back_up(
    settings: Settings,
    clock: Clock,
    *,
    folder: Path | None = None,
    encrypted: bool | None = None,
    by: str = "",
) -> Backup:
    """Make a backup of the database, prove it, and take away those whose time is over.

    Args:
        by: who asked for it and proved it, for the audit trail; empty: the program itself.
        folder: else the one of the settings.
        encrypted: whether only the key `backup` opens it; else as the settings say.

    Raises:
        InvalidInput: no folder is named.
        StorageError: there is no new backup, for the reason that the message names.
    """
    from storage.backup import Retention, backups_in, forget, outdated
    from storage.backup import back_up as made

    chosen = folder or settings.backup.folder
    if chosen is None:
        raise InvalidInput(
            "backup.folder", "no folder for backups is named", right='folder = "/mnt/backups"'
        )
    file = database_file(settings)
    key = database_key(settings)
    sealed = settings.backup.encrypted if encrypted is None else encrypted
    backup = made(
        file,
        chosen,
        at=clock.now(),
        key=key,
        seal=_seal_key(settings, make=True) if sealed else None,
        prove=proving(settings, clock, key),
    )
    with closing(open_database(settings, clock)) as store:
        store.trail(settings.workstation).write([_entry(clock, "db.backup", by, backup.file)])
    kept = settings.backup
    retention = Retention(timedelta(hours=kept.keep_hours), timedelta(days=kept.keep_days))
    all_of_it = backups_in(chosen, file.stem)
    forget(outdated(all_of_it, now=clock.now(), retention=retention))
    return backup


def list_backups(settings: Settings, folder: Path | None = None) -> tuple[Backup, ...]:
    """The backups of the database, the latest first; none where no folder is named."""
    from storage.backup import backups_in

    chosen = folder or settings.backup.folder
    file = file_of(settings.database)
    return () if chosen is None or file is None else backups_in(chosen, file.stem)


def restore(
    settings: Settings,
    clock: Clock,
    *,
    backup: Path,
    to: Path,
    replace: bool = False,
    by: str = "",
) -> Restored:
    """Put the database of a backup in its place, encrypted as the settings say.

    Raises:
        StorageError: nothing was changed, for the reason that the message names.
    """
    from storage.restore import Place
    from storage.restore import restore as restored
    from storage.sealed_file import is_sealed

    if not backup.is_file():
        raise InvalidInput("file", f"{backup} is no file", right="one of `wardloop db backup list`")
    place = Place(to, _key_for(settings, encrypted=settings.encrypted), replace)
    return restored(
        backup,
        place,
        at=clock.now(),
        seal=_seal_key(settings, make=False) if is_sealed(backup) else None,
        key=_key_here(settings),
        prove=proving(settings, clock, place.key, entry=_entry(clock, "db.restore", by, backup)),
    )


def copy_database(
    settings: Settings,
    clock: Clock,
    *,
    to: Path,
    encrypted: bool,
    replace: bool = False,
    by: str = "",
) -> Restored:
    """Copy the database to another place, encrypted there or not.

    Raises:
        StorageError: nothing was changed, for the reason that the message names.
    """
    from storage.restore import Place, copy

    place = Place(to, _key_for(settings, encrypted=encrypted), replace)
    source = database_file(settings)
    if not source.exists():
        raise InvalidInput("database", f"{source} does not exist")
    return copy(
        source,
        place,
        at=clock.now(),
        key=database_key(settings),
        prove=proving(settings, clock, place.key, entry=_entry(clock, "db.copy", by, source)),
    )


def with_latest(error: StorageError, settings: Settings) -> StorageError:
    """The error; of a damaged database also the latest backup, and how it is put back."""
    file = file_of(settings.database)
    if error.code not in _DAMAGED or file is None:
        return error
    found = list_backups(settings)
    if not found:
        way = "No backup is known here: put one back by `wardloop db restore FILE --replace`"
    else:
        latest = found[0]
        way = (
            f"The latest backup that held is of {latest.made_at:%Y-%m-%d %H:%M:%SZ}; put it back by"
            f" `wardloop db restore {latest.file} --to {file} --replace`"
        )
    return StorageError(error.code, f"{error.message.rstrip('.')}. {way}")


def proving(
    settings: Settings, clock: Clock, key: bytes | None, *, entry: AuditEntry | None = None
) -> Prove:
    """Proves a copy: what `db verify` checks, once its open work is of the present configuration.

    That would come with the next start of the program; it records nothing.

    Args:
        entry: what the audit trail of a copy that holds says of its coming. Whom it names has not
            proved it where the copy is secured: then the program stands there, the name beside it.
    """

    def prove(url: str) -> None:
        from storage.rebuild import refresh
        from storage.store import open_store
        from storage.verify import verify

        with closing(open_store(url, clock=clock, key=key)) as store:
            decides = configuration(agreed(settings, store).settings, clock.now())
            outlook = outlook_of(decides.loops, store.reads)
            refresh(store, outlook, decides.sha256, rulebook=decides.rules)
            fault = verify(store, outlook, rulebook=decides.rules).fault
            if fault is not None:
                where = f"{fault.chain} {fault.seq}" if fault.seq else fault.chain
                raise StorageError(
                    "DOES_NOT_HOLD", f"The copy does not hold: {where}: {fault.what}"
                )
            if entry is not None:
                said = _unproved(entry) if store.credentials.secured() else entry
                store.trail(settings.workstation).write([said])

    return prove


def _unproved(entry: AuditEntry) -> AuditEntry:
    return replace(entry, user=SYSTEM.user, detail={"named": entry.user})


def _entry(clock: Clock, what: str, by: str, target: Path) -> AuditEntry:
    """Only the file's name: its folder may name a person."""
    user = PractitionerId(by or SYSTEM.user)
    return AuditEntry(AuditAction.BACKUP, user, clock.now(), what, target=target.name)


def _seal_key(settings: Settings, *, make: bool) -> SealKey:
    from storage.sealed_file import SealKey

    keys = keys_of(settings)
    key = keys.make(KEY) if make else keys.need(KEY)
    return SealKey(key.id, key.secret)


def _key_for(settings: Settings, *, encrypted: bool) -> bytes | None:
    return keys_of(settings).make("database").secret if encrypted else None


def _key_here(settings: Settings) -> bytes | None:
    found = keys_of(settings).find("database")
    return None if found is None else found.secret


# ---------------------------------------------------------------- on a schedule
@dataclass(frozen=True, slots=True)
class BackupState:
    """How the backups of a database are.

    Attributes:
        wanted: whether the settings name a folder for them.
        made_at: when the last one that held was made.
        late: there is none that is young enough.
    """

    wanted: bool
    made_at: datetime | None = None
    late: bool = False


class Backups:
    """The backups of one database, made by whoever watches it."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        """Look after them.

        Args:
            clock: the workstation's true one, never a frozen one.
        """
        self._settings: Final = settings
        self._clock: Final = clock
        self._every: Final = timedelta(minutes=settings.backup.every_minutes)
        self._failed_at: datetime | None = None
        self._failure = ""

    def state(self) -> BackupState:
        """How they are, by what lies in their folder."""
        if self._settings.backup.folder is None or file_of(self._settings.database) is None:
            return BackupState(wanted=False)
        found = list_backups(self._settings)
        made_at = found[0].made_at if found else None
        late = made_at is None or self._clock.now() - made_at > LATE * self._every
        return BackupState(wanted=True, made_at=made_at, late=late)

    def run(self) -> Mapping[str, object]:
        """Make one where its time has come; how they are then, for the health of the watch.

        One that failed is tried again after five minutes, or sooner where they are made sooner.
        """
        if not self.state().wanted:
            return {}
        try:
            if self._due():
                back_up(self._settings, self._clock)
                self._failed_at, self._failure = None, ""
        except (WardloopError, OSError) as error:
            self._failed_at = self._clock.now()
            self._failure = error.code if isinstance(error, WardloopError) else "SYSTEM"
        state = self.state()
        last, failed_at = state.made_at, self._failed_at
        if last and failed_at and last >= failed_at.replace(microsecond=0):
            self._failed_at, self._failure = None, ""  # somebody made one by hand meanwhile
        made_at = None if last is None else last.isoformat()
        return {
            "backup_at": made_at,
            "backup_late": state.late,
            "backup_failed": self._failure,
        }

    def _due(self) -> bool:
        now, failed_at = self._clock.now(), self._failed_at
        if failed_at is not None and failed_at <= now < failed_at + min(self._every, AGAIN):
            return False
        # those of the future are of a clock that was set back since
        past = [one.made_at for one in list_backups(self._settings) if one.made_at <= now]
        return not past or now >= past[0] + self._every
