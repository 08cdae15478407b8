"""Hashes of secrets by argon2id (RFC 9106), by argon2-cffi."""

from __future__ import annotations

from typing import Final

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

MEMORY_KIB: Final = 65_536
ROUNDS: Final = 3
LANES: Final = 4
"""RFC 9106, second recommended option: 64 MiB, three passes, four lanes."""


class Argon2Hash:
    """argon2id; tests take lower costs."""

    def __init__(
        self, *, memory_kib: int = MEMORY_KIB, rounds: int = ROUNDS, lanes: int = LANES
    ) -> None:
        self._hasher: Final = PasswordHasher(
            time_cost=rounds, memory_cost=memory_kib, parallelism=lanes, type=Type.ID
        )

    def hash(self, secret: str) -> str:
        """The hash of a secret, with a new salt."""
        return self._hasher.hash(secret)

    def verify(self, encoded: str, secret: str) -> bool:
        """Whether it is the hash of this secret; one that is damaged is of none."""
        try:
            return self._hasher.verify(encoded, secret)
        except (VerificationError, InvalidHashError):
            return False
