"""The database that the settings name: made, opened by its key where it is encrypted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from client.keys import Keys
from client.settings import default_keys

if TYPE_CHECKING:
    from client.keys import Key
    from client.settings import Settings
    from domain.clock import Clock
    from storage.seals import SqlSeals
    from storage.store import Store

SQLITE: Final = "sqlite:///"


def keys_of(settings: Settings) -> Keys:
    """Where this workstation's keys lie: the folder that the settings name, else the keyring."""
    if settings.keys is not None:
        return Keys(settings.keys, keyring=False)
    return Keys(default_keys())


def file_of(url: str) -> Path | None:
    """The file of an embedded database; None where it is on a server."""
    return Path(url.removeprefix(SQLITE)) if url.startswith(SQLITE) else None


def database_key(settings: Settings) -> bytes | None:
    """What opens the database; None where the settings do not say that it is encrypted.

    Raises:
        StorageError: the database is there, and its key is not on this workstation.
    """
    file = file_of(settings.database)
    if not settings.encrypted or file is None:
        return None
    keys = keys_of(settings)
    return (keys.need if file.exists() else keys.make)("database").secret


def make_database(settings: Settings) -> None:
    """Make an embedded database that is not there yet, its folder too."""
    file = file_of(settings.database)
    if file is None or file.exists():
        return
    from storage.migrate import upgrade

    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    upgrade(settings.database, key=database_key(settings))


def open_database(settings: Settings, clock: Clock) -> Store:
    """The database, open.

    Raises:
        StorageError: it cannot be used, or its key is not here; the message says what to do.
    """
    from storage.store import open_store

    return open_store(settings.database, clock=clock, key=database_key(settings))


def seals_of(settings: Settings, store: Store) -> SqlSeals:
    """The seals of a database, under the site key: made at the first seal, later brought here."""
    from storage.receipts import Receipts

    def key() -> Key:
        keys = keys_of(settings)
        return (keys.make if seals.last_at() is None else keys.need)("site")

    folder = default_keys() if settings.keys is None else settings.keys
    seals = store.seals(settings.workstation, key=key, receipts=Receipts(folder))
    return seals
