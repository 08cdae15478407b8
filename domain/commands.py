"""What a person or device asks for. `decide` answers with events or a refusal."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from domain.records import Source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from domain.events import Override
    from domain.ids import OrderId, TaskId
    from domain.people import Actor

_EMPTY: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What every entry about an order or a task carries.

    Attributes:
        actor: who did it.
        at: when it happened, aware UTC.
        source: how it comes; live unless it says otherwise.
        reason: why, where something unusual needs one. It overrides no finding (E44).
        source_id: the id of the message or row that a machine read.
    """

    order: OrderId
    actor: Actor
    at: datetime
    task: TaskId | None = None
    source: Source = Source.LIVE
    reason: str | None = None
    source_id: str | None = None
    witness: Actor | None = None
    co_signer: str | None = None
    scans: tuple[str, ...] = ()
    evidence: Mapping[str, object] = field(default_factory=lambda: _EMPTY)
    overrides: tuple[Override, ...] = ()
    seconds: Mapping[str, Actor] = field(default_factory=lambda: MappingProxyType({}))
    """The second persons named by overrides, by user name, with their roles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordStep(Entry):
    """Record a step by its number or id."""

    step: str
    result: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeExit(Entry):
    """End a task by an exit: its word, its code, or both where the word is not enough."""

    exit: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerAsk(Entry):
    """Answer what a return asked."""

    answer: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldWork(Entry):
    """Hold the order (its tasks not started) or one task."""

    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseWork(Entry):
    """End a hold of the order or of one task."""

    missed_are_held: bool = True
    """Doses whose window passed inside the hold close as `held` (X5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopOrder(Entry):
    """Stop an order: `cancel`, `discontinue`, `replace`, `transfer`, `discharge` or `death`."""

    act: str
    stop_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviseDraft(Entry):
    """Change an order that nobody has signed."""

    fields: Mapping[str, object]
    priority: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Correct(Entry):
    """Correct the time or the evidence of an earlier record, never what it said (E40)."""

    step: str
    new_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Amend(Entry):
    """Amend a report that is done (E16)."""

    step: str
    result: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterInError(Entry):
    """Say that a task (or, without one, an order without effect) was entered in error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportIncident(Entry):
    """Report that something went wrong, at any time, by anyone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenChild(Entry):
    """Open a sub-loop by hand on a started task in any state (E30)."""

    code: str


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task to be made, as timing, need, count or a schedule worked it out."""

    due_at: datetime | None = None
    seq: int = 0
    window_class: str = "none"
    interval_minutes: int | None = None
    fields: Mapping[str, object] = field(default_factory=lambda: _EMPTY)
    last: bool = False
    """No more will come by themselves after this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeTasks(Entry):
    """Make the tasks that are not there yet; those that are, are left alone (X1)."""

    tasks: tuple[NewTask, ...]
    for_need: bool = False
    """A person stated the need for an as-needed dose: the limits of X6 are tested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeFields(Entry):
    """Change what the world says of a task (transferred)."""

    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class PassTime(Entry):
    """Let time pass: lapses and reached stops. Never closes anything (decision 3)."""


Command = (
    RecordStep
    | TakeExit
    | AnswerAsk
    | HoldWork
    | ReleaseWork
    | StopOrder
    | ReviseDraft
    | Correct
    | Amend
    | EnterInError
    | ReportIncident
    | OpenChild
    | MakeTasks
    | ChangeFields
    | PassTime
)
