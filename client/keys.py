"""Keys of this workstation: in the system keyring, else in a file that only its owner can read.

A key is 32 random bytes with a name: `site` seals the journal, `backup` opens encrypted backups,
`database` opens an encrypted database (docs/administration.md).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from domain.errors import InvalidInput, StorageError

if TYPE_CHECKING:
    from pathlib import Path

SIZE: Final = 32
"""Bytes of a key: what AES-256, SQLCipher and HMAC-SHA256 take."""
NAMES: Final = ("site", "backup", "database")
_SERVICE: Final = "wardloop"
_ID_DIGITS: Final = 12
_OWNER_ONLY: Final = 0o600
_OTHERS: Final = 0o077


@dataclass(frozen=True, slots=True)
class Key:
    """A key, and where it lies.

    Attributes:
        secret: its bytes; never printed by `repr`.
        file: the file in which it lies; None: in the system keyring.
    """

    name: str
    secret: bytes = field(repr=False)
    file: Path | None = None

    @property
    def id(self) -> str:
        """What tells this key from another, and gives nothing of it away."""
        return hashlib.sha256(b"wardloop key id\0" + self.secret).hexdigest()[:_ID_DIGITS]

    @property
    def warning(self) -> str:
        """What a person should know of where it lies; empty where all is well."""
        if self.file is None:
            return ""
        return (
            f"The key '{self.name}' lies in {self.file}, which only its owner can read, because"
            " there is no system keyring here: whoever copies this disk has the key, too"
        )


class Keys:
    """The keys of one person on one workstation."""

    def __init__(self, folder: Path, *, keyring: bool = True) -> None:
        """Look into the system keyring, and into a folder.

        Args:
            folder: where key files lie; made when the first one is.
            keyring: whether to ask the system keyring at all.
        """
        self._folder: Final = folder
        self._keyring: Final = keyring

    def find(self, name: str) -> Key | None:
        """The key of that name; None where there is none.

        Raises:
            StorageError: its file may be read by others or is damaged, or the keyring is locked.
        """
        file = self._folder / f"{name}.key"
        if file.exists():
            return Key(name, _read(file), file)
        text = self._asked(name)
        return None if text is None else Key(name, _decoded(text, "the system keyring"))

    def need(self, name: str) -> Key:
        """The key of that name.

        Raises:
            StorageError: there is none here, or it cannot be read; the message says what to do.
        """
        found = self.find(name)
        if found is None:
            raise StorageError(
                "NO_KEY",
                f"The key '{name}' is not on this workstation; bring it here by"
                f" `wardloop keys import {name} --file FILE`",
            )
        return found

    def make(self, name: str) -> Key:
        """The key of that name; a new one where there is none yet.

        Raises:
            StorageError: as `find`; or a new one cannot be written.
        """
        return self.find(name) or self.put(name, secrets.token_bytes(SIZE))

    def put(self, name: str, secret: bytes) -> Key:
        """Keep a key under a name that is free; the one that is there where another was quicker.

        Raises:
            InvalidInput: it is not 32 bytes.
            StorageError: there is another key of that name, or it cannot be written.
        """
        if len(secret) != SIZE:
            raise InvalidInput("key", f"a key has {SIZE} bytes, this one {len(secret)}")
        here = self.find(name)
        if here is not None:
            if here.secret == secret:
                return here
            raise StorageError(
                "OTHER_KEY",
                f"Another key '{name}' is here already ({here.id}); export it and take it away"
                " first, what it protects cannot be opened without it",
            )
        if self._kept_in_keyring(name, secret):
            return self.need(name)
        return self._kept_in_file(name, secret)

    # ------------------------------------------------------------------ the system keyring
    def _asked(self, name: str) -> str | None:
        if not self._keyring:
            return None
        import keyring
        from keyring.errors import KeyringError, KeyringLocked

        try:
            return keyring.get_password(_SERVICE, name)
        except KeyringLocked:
            raise StorageError(
                "KEYRING_LOCKED", "The system keyring is locked; unlock it, then try again"
            ) from None
        except KeyringError:  # there is none on this machine
            return None

    def _kept_in_keyring(self, name: str, secret: bytes) -> bool:
        if not self._keyring:
            return False
        import keyring
        from keyring.errors import KeyringError

        try:
            keyring.set_password(_SERVICE, name, _encoded(secret))
        except KeyringError:
            return False
        return True

    # ------------------------------------------------------------------ files
    def _kept_in_file(self, name: str, secret: bytes) -> Key:
        file = self._folder / f"{name}.key"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_key_file(file, secret)
        except OSError as error:
            if file.exists():  # another process made one in the same moment
                return self.need(name)
            raise StorageError(
                "KEY_NOT_KEPT", f"{file} cannot be written: {error.strerror or error}"
            ) from None
        return Key(name, secret, file)


def write_key_file(file: Path, secret: bytes) -> None:
    """Write a key to a new file that only its owner can read, whole or not at all.

    Raises:
        FileExistsError: there is a file of that name.
        OSError: it cannot be written there.
    """
    part = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as opened:
            opened.write(_encoded(secret) + "\n")
            opened.flush()
            os.fsync(opened.fileno())
        os.link(part, file)  # unlike a rename, it refuses where another has been quicker
    finally:
        part.unlink(missing_ok=True)


def read_key_file(file: Path) -> bytes:
    """The key that a file holds, as `keys export` wrote it.

    Raises:
        StorageError: others may read it, it cannot be read, or it holds no key.
    """
    return _read(file)


def _read(file: Path) -> bytes:
    try:
        mode = file.stat().st_mode
        text = file.read_text("ascii")
    except OSError as error:
        raise StorageError("NO_KEY", f"{file} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise StorageError("BAD_KEY", f"{file} holds no key") from None
    if sys.platform != "win32" and mode & _OTHERS:
        raise StorageError(
            "KEY_OPEN_TO_OTHERS",
            f"{file} can be read by others; take that right away: chmod 600 {file}",
        )
    return _decoded(text, str(file))


def _encoded(secret: bytes) -> str:
    return base64.b64encode(secret).decode("ascii")


def _decoded(text: str, place: str) -> bytes:
    try:
        secret = base64.b64decode(text.strip(), validate=True)
    except (ValueError, binascii.Error):
        secret = b""
    if len(secret) != SIZE:
        raise StorageError(
            "BAD_KEY", f"{place} holds no key; import it again from where it is kept"
        )
    return secret
