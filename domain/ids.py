"""Typed ids, and how ids are derived.

Roots (patients, encounters, orders, commands) get a UUIDv7 from the `Ids` port. The rest is derived
by UUIDv5 from what it is: generation, replay and downtime entry are idempotent (decision 21).
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final, NewType, Protocol

if TYPE_CHECKING:
    from datetime import datetime

PatientId = NewType("PatientId", str)
EncounterId = NewType("EncounterId", str)
OrderId = NewType("OrderId", str)
TaskId = NewType("TaskId", str)
CommandId = NewType("CommandId", str)
EventId = NewType("EventId", str)
PractitionerId = NewType("PractitionerId", str)
"""The user name: unique, never re-used, safe to write in a log."""
WardId = NewType("WardId", str)
ContainerId = NewType("ContainerId", str)

_NAMESPACE: Final = uuid.UUID("6f1d1a6e-7f0b-5a55-9a52-7761726c6f6f")
_MS_BITS: Final = 48


class Ids(Protocol):
    """Where new root ids come from: random in life, seeded in the demo and in tests."""

    def new(self) -> str:
        """A new UUIDv7 as text."""
        ...


def uuid7(*, milliseconds: int, randomness: int) -> str:
    """A UUIDv7 (RFC 9562) of an instant in milliseconds since 1970 and 74 random bits."""
    value = (milliseconds & ((1 << _MS_BITS) - 1)) << 80
    value |= 0x7 << 76
    value |= ((randomness >> 62) & 0xFFF) << 64
    value |= 0b10 << 62
    value |= randomness & ((1 << 62) - 1)
    return str(uuid.UUID(int=value))


def derived(*parts: str) -> str:
    """The UUIDv5 of some parts; equal parts give equal ids, on every machine and for ever."""
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join(parts)))


def task_id(order: OrderId, *, due_at: datetime | None, seq: int) -> TaskId:
    """The id of an occurrence: (order, due instant, sequence)."""
    due = "" if due_at is None else due_at.isoformat()
    return TaskId(derived("task", order, due, str(seq)))


def child_id(parent: str, *, code: str, nth: int) -> TaskId:
    """The id of the n-th sub-loop that one code opened on one parent (E29)."""
    return TaskId(derived("child", parent, code, str(nth)))


def event_id(command: CommandId, n: int) -> EventId:
    """The id of the n-th event of a command."""
    return EventId(derived("event", command, str(n)))


def imported_id(source: str, identity: str) -> str:
    """The id of something read from another system: (source, its id there)."""
    return derived("import", source, identity)
