"""How values lie in the tables: text and whole numbers. An instant is microseconds UTC (20a)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from domain.errors import StorageError
from domain.people import Role

if TYPE_CHECKING:
    from collections.abc import Iterable

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY: Final = 86_400_000_000
_SECOND: Final = 1_000_000

NEVER: Final = 253_402_300_799_999_999
"""Stands where no clock runs, so that one index sorts undated work last: the end of year 9999."""

# Roles lie in a bit mask so that a worklist tests them without a join. New roles go to the end of
# `Role`; the mask is a projection, so that `db rebuild` mends any other change.
_BITS: Final = {role: 1 << place for place, role in enumerate(Role)}


def micros(at: datetime) -> int:
    """An aware instant as microseconds since 1970 UTC.

    Raises:
        StorageError: the instant has no zone.
    """
    return _micros(at)


@lru_cache(maxsize=4096)  # one instant stands in many columns
def _micros(at: datetime) -> int:
    if at.tzinfo is None:
        raise StorageError("NAIVE_TIME", f"{at.isoformat()} has no zone; give an aware instant")
    since = at - _EPOCH
    return since.days * _DAY + since.seconds * _SECOND + since.microseconds


def instant(value: int) -> datetime:
    """The aware UTC instant of microseconds since 1970."""
    return _instant(value)


@lru_cache(maxsize=4096)
def _instant(value: int) -> datetime:
    return _EPOCH + timedelta(microseconds=value)


def micros_or_none(at: datetime | None) -> int | None:
    """Like `micros`, with None for none."""
    return None if at is None else micros(at)


def instant_or_none(value: int | None) -> datetime | None:
    """Like `instant`, with None for none."""
    return None if value is None else instant(value)


def deadline(at: datetime | None) -> int:
    """An instant for a sorted column: NEVER where no clock runs."""
    return NEVER if at is None else micros(at)


def deadline_or_none(value: int) -> datetime | None:
    """The instant of a sorted column."""
    return None if value == NEVER else instant(value)


def role_mask(roles: Iterable[Role]) -> int:
    """The bit mask of some roles."""
    mask = 0
    for role in roles:
        mask |= _BITS[role]
    return mask
