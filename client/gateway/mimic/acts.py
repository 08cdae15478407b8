"""What the source says that happened, in the order's own words, before the engine has judged it."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from domain.orders import Priority

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from domain.ids import EncounterId, OrderId, PatientId, TaskId
    from domain.people import Actor

_EMPTY: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """A task that the source shows. It is made when its first act is played."""

    id: TaskId
    due_at: datetime | None = None
    seq: int = 0
    window_class: str = "none"
    interval_minutes: int | None = None
    fields: Mapping[str, object] = field(default_factory=lambda: _EMPTY)


@dataclass(frozen=True, slots=True)
class Step:
    """A step was done."""

    no: str
    result: str | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """A task ended by an exit."""

    exit: str
    code: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something that changes no state, but must not be lost."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Stop:
    """The order was stopped: `discontinue` or `replace`."""

    act: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing that happened.

    Attributes:
        at: when it happened.
        stored: when the source stored it; it may lie before `at` (decision 30, I12).
        number: the source's own sequence, which orders acts of one instant.
        task: the occurrence it belongs to; None for the order itself.
        rows: how many rows of which tables stand behind it, to be given back if it is refused.
    """

    at: datetime
    stored: datetime
    number: int
    actor: Actor
    what: Step | Ending | Note | Stop
    source_id: str
    task: Occurrence | None = None
    evidence: Mapping[str, object] = field(default_factory=lambda: _EMPTY)
    reason: str | None = None
    rows: tuple[tuple[str, int], ...] = ()


@dataclass(slots=True, kw_only=True)
class PlannedOrder:
    """An order of the source with all that happened to it, as it is put together.

    Attributes:
        source_id: its `poe_id`.
        number: its `poe_seq`, which orders orders of one instant.
        signed: whether the source has the order itself; else it is only known by its fulfilment.
        ended_at: when it was first discontinued or replaced.
    """

    source_id: str
    id: OrderId
    kind: str
    subtype: str
    encounter: EncounterId
    patient: PatientId
    at: datetime
    number: int
    actor: Actor
    not_recorded: tuple[str, ...]
    replaces: OrderId | None = None
    priority: Priority = Priority.ROUTINE
    signed: bool = True
    ended_at: datetime | None = None
    fields: dict[str, object] = field(default_factory=dict)
    acts: list[Act] = field(default_factory=list)

    @property
    def rank(self) -> tuple[datetime, int]:
        """Its place among the orders of its patient."""
        return self.at, self.number

    def live_at(self, at: datetime) -> bool:
        """Whether it had not been discontinued or replaced by then."""
        return self.ended_at is None or self.ended_at > at
