"""What the contract of a store is told of: its two faces, and the morning of its stories."""

from datetime import UTC, datetime
from typing import Protocol

from domain.credentials import Credentials
from domain.people import Role
from domain.ports import Reads, UnitOfWork

NURSES = frozenset({Role.NURSE})
SEVEN = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


class AnyStore(Protocol):
    """Both faces of a store."""

    @property
    def units(self) -> UnitOfWork: ...
    @property
    def reads(self) -> Reads: ...
    @property
    def credentials(self) -> Credentials: ...


def at(hour: int, minute: int = 0) -> datetime:
    return SEVEN.replace(hour=hour, minute=minute)
