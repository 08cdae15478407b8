"""A file that only its key opens, and that tells when a byte of it was changed or cut off.

AES-256-GCM in chunks, in the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizar 2015): each
chunk is sealed under its number and whether it is the last, so that none can be changed, moved or
left out. The head (version, key id, salt) is sealed with every chunk; each file has a key of its
own, derived from the given one (HKDF-SHA-256, RFC 5869).
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Final

from domain.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC: Final = b"WARDLOOP SEALED\n"
VERSION: Final = 1
CHUNK: Final = 1 << 20
_LARGEST_CHUNK: Final = 1 << 24
_TAG: Final = 16
_SALT: Final = 32
_LONGEST_HEAD: Final = 4096
_LENGTH: Final = 4


@dataclass(frozen=True, slots=True)
class SealKey:
    """A key of 32 bytes, and the id by which a file names it.

    Attributes:
        secret: never printed by `repr`.
    """

    id: str
    secret: bytes = field(repr=False)


def is_sealed(file: Path) -> bool:
    """Whether a file was written by `seal`."""
    with file.open("rb") as opened:
        return opened.read(len(MAGIC)) == MAGIC


def key_id_of(file: Path) -> str:
    """The id of the key that opens a sealed file.

    Raises:
        StorageError: its head is damaged.
    """
    with file.open("rb") as opened:
        _, told = _head(opened, file)
    return str(told["key"])


def seal(source: Path, target: Path, key: SealKey) -> None:
    """Write a new file that only the key opens, on the disk before this returns.

    Raises:
        OSError: it cannot be written.
    """
    salt = secrets.token_bytes(_SALT)
    told = {"version": VERSION, "key": key.id, "salt": salt.hex(), "chunk": CHUNK}
    text = json.dumps(told, sort_keys=True).encode("ascii")
    head = MAGIC + len(text).to_bytes(_LENGTH, "big") + text
    cipher = _cipher(key, salt)
    with source.open("rb") as plain, owner_only(target) as sealed:
        sealed.write(head)
        for number, chunk, last in _chunks(plain, CHUNK):
            sealed.write(cipher.encrypt(_nonce(number, last=last), chunk, head))
        settle(sealed)


def unseal(source: Path, target: Path, key: SealKey) -> None:
    """Write what a sealed file holds; nothing of it is left where it does not hold.

    Raises:
        StorageError: another key sealed it, or it was changed or cut off.
        OSError: a file cannot be read or written.
    """
    from cryptography.exceptions import InvalidTag

    try:
        with source.open("rb") as sealed, owner_only(target) as plain:
            head, told = _head(sealed, source)
            _refuse_other_key(told, key, source)
            cipher = _cipher(key, bytes.fromhex(str(told["salt"])))
            for number, chunk, last in _chunks(sealed, int(str(told["chunk"])) + _TAG):
                plain.write(cipher.decrypt(_nonce(number, last=last), chunk, head))
            settle(plain)
    except InvalidTag:
        target.unlink(missing_ok=True)
        raise _changed(source) from None
    except StorageError:
        target.unlink(missing_ok=True)
        raise


def _head(opened: BinaryIO, file: Path) -> tuple[bytes, dict[str, object]]:
    start = opened.read(len(MAGIC) + _LENGTH)
    size = int.from_bytes(start[len(MAGIC) :], "big")
    if not start.startswith(MAGIC) or not 0 < size <= _LONGEST_HEAD:
        raise _changed(file)
    text = opened.read(size)
    try:
        told = json.loads(text)
        known = told["version"] == VERSION
        bytes.fromhex(told["salt"])
        sound = isinstance(told["key"], str) and 0 < int(told["chunk"]) <= _LARGEST_CHUNK
    except (ValueError, KeyError, TypeError):
        raise _changed(file) from None
    if not known:
        raise StorageError(
            "NEWER_FILE", f"{file} was written by a newer Wardloop; use that one to open it"
        )
    if not sound:
        raise _changed(file)
    return start + text, told


def _refuse_other_key(told: dict[str, object], key: SealKey, file: Path) -> None:
    if told["key"] != key.id:
        raise StorageError(
            "OTHER_KEY",
            f"{file} is opened by the key {told['key']}, this workstation has {key.id};"
            " bring the right one here by `wardloop keys import backup --file FILE`",
        )


def _changed(file: Path) -> StorageError:
    return StorageError(
        "BACKUP_CHANGED",
        f"{file} was changed or cut off since it was written; nothing of it is used. Take another"
        " backup (`wardloop db backup list`)",
    )


def _cipher(key: SealKey, salt: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    derived = HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"wardloop sealed file 1")
    return AESGCM(derived.derive(key.secret))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _chunks(source: BinaryIO, size: int) -> Iterator[tuple[int, bytes, bool]]:
    """The pieces of a file, each with its number and whether it is the last; at least one."""
    number, piece = 0, source.read(size)
    while following := source.read(size):
        yield number, piece, False
        number, piece = number + 1, following
    yield number, piece, True


def owner_only(file: Path) -> BinaryIO:
    """A new file, open, that only its owner can read.

    Raises:
        FileExistsError: there is one of that name.
    """
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def settle(opened: BinaryIO) -> None:
    """Bring a file that was written to the disk."""
    opened.flush()
    os.fsync(opened.fileno())
