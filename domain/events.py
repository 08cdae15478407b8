"""The journal's events: what happened, in the past tense, enough to be folded without a loop file.

An `Event` is the envelope; its `body` says what happened. Conclusions (a state, a gap) stand
in the events too, written by `decide` (E2): `evolve` only applies them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from domain.records import Source
from domain.values import quickly_made

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from domain.findings import Finding
    from domain.ids import EncounterId, OrderId, PatientId, PractitionerId, TaskId
    from domain.orders import Ask, OrderState, Priority
    from domain.signatures import Signed
    from domain.tasks import PendingExit, TaskState

_EMPTY: Mapping[str, object] = MappingProxyType({})


class StreamKind(StrEnum):
    """Which aggregate an event belongs to."""

    ORDER = "order"
    TASK = "task"


@dataclass(frozen=True, slots=True)
class Override:
    """A finding that a person passed over, with their reason and who agreed (E44)."""

    check: str
    reason: str
    second: PractitionerId | None = None


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    """An order was written: a draft, or a verbal order that waits for its signature."""

    loop: str
    loop_version: int
    patient_id: PatientId
    encounter_id: EncounterId
    priority: Priority
    fields: Mapping[str, object]
    verbal: bool = False
    replaces: OrderId | None = None
    not_recorded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderRevised:
    """A draft was changed before its signature. A signed order is never revised, it is replaced."""

    priority: Priority
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class TaskMade:
    """A task came into being."""

    order_id: OrderId
    encounter_id: EncounterId
    loop: str
    due_at: datetime | None = None
    seq: int = 0
    window_class: str = "none"
    interval_minutes: int | None = None
    fields: Mapping[str, object] = field(default_factory=lambda: _EMPTY)
    parent: str | None = None
    opened_code: str | None = None
    opened_by: str | None = None
    blocks: tuple[str, ...] = ()
    instead_of: TaskId | None = None
    clock_from: datetime | None = None
    last: bool = False
    """No more tasks will be made by themselves after this one."""


@quickly_made
@dataclass(frozen=True, slots=True)
class StepRecorded:
    """A step was done.

    Attributes:
        gaps: missing steps that this record passed over, as judged now and never again (E47).
        fills: gaps that this record mends.
        done: False where the result sends its own step back: recorded, but not done (E22).
        starts: this was the first effect on the patient.
        tallied: an order step or an order limit looks at this task step.
        activates: this signs the order.
    """

    step: str
    result: str | None = None
    evidence: Mapping[str, object] = field(default_factory=lambda: _EMPTY)
    witness: PractitionerId | None = None
    co_signer: str | None = None
    scans: tuple[str, ...] = ()
    reason: str | None = None
    source_id: str | None = None
    overrides: tuple[Override, ...] = ()
    findings: tuple[Finding, ...] = ()
    gaps: tuple[str, ...] = ()
    late_by_minutes: int | None = None
    limit: str | None = None
    version: int = 0
    done: bool = True
    starts: bool = False
    tallied: bool = False
    activates: bool = False
    by_system: bool = False


@dataclass(frozen=True, slots=True)
class ExitRecorded:
    """A lawful way to end a task without its normal close was taken."""

    exit: PendingExit
    accepts_gaps: bool = False
    evidence: Mapping[str, object] = field(default_factory=lambda: _EMPTY)
    reason: str | None = None
    witness: PractitionerId | None = None
    findings: tuple[Finding, ...] = ()
    overrides: tuple[Override, ...] = ()


@quickly_made
@dataclass(frozen=True, slots=True)
class Moved:
    """The state of an order or a task changed, with the outcome it has from now on."""

    state: TaskState | OrderState
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class SentBack:
    """Steps became pending again: by a result, or because what they rested on was done anew."""

    code: str
    undone: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """Work was sent back with a question. Stands on the order's stream."""

    key: str
    ask: Ask


@dataclass(frozen=True, slots=True)
class Answered:
    """A question was answered. `key` is the one under which the order keeps it."""

    key: str
    code: str
    answer: str
    reason: str | None = None
    second: PractitionerId | None = None


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Put on hold."""

    reason: str
    until: datetime | None = None
    whole_order: bool = False


@dataclass(frozen=True, slots=True)
class Released:
    """A hold ended."""

    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Stopped:
    """The order is stopped from an instant on.

    Attributes:
        act: `cancel` (before any effect), `discontinue`, `replace`, `stop_reached`, `last_task`,
            `transfer`, `discharge` or `death`.
    """

    act: str
    stop_at: datetime
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class GapsMended:
    """Steps that had been passed over were entered since."""

    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VersionRaised:
    """The order has something new to acknowledge (E15): a report, an ending, a sub-loop."""

    version: int
    why: str
    report: bool = False


@dataclass(frozen=True, slots=True)
class FieldsChanged:
    """What the world says of a task changed by an event (transferred, ward stock)."""

    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Corrected:
    """Time or evidence of a record was wrong. The earlier record stays in the journal (E40)."""

    step: str
    of_seq: int
    reason: str
    at: datetime | None = None
    evidence: Mapping[str, object] | None = None
    findings: tuple[Finding, ...] = ()
    starts: bool = False
    tallied: bool = False


@dataclass(frozen=True, slots=True)
class Amended:
    """A report was amended: same step, new content, the task's state stays (E16)."""

    step: str
    result: str | None
    evidence: Mapping[str, object]
    reason: str


@dataclass(frozen=True, slots=True)
class Nullified:
    """A record as a whole was entered in error. It stays, struck through."""

    reason: str


@dataclass(frozen=True, slots=True)
class IncidentReported:
    """Something went wrong. Changes no state: it is seen by alerts and the shift report."""

    text: str
    severity: str | None = None


@dataclass(frozen=True, slots=True)
class NoteAdded:
    """A note, such as a dose that was put off before it was given."""

    kind: str
    text: str


Body = (
    OrderPlaced
    | OrderRevised
    | TaskMade
    | StepRecorded
    | ExitRecorded
    | Moved
    | SentBack
    | Asked
    | Answered
    | HeldBack
    | Released
    | Stopped
    | GapsMended
    | VersionRaised
    | FieldsChanged
    | Corrected
    | Amended
    | Nullified
    | IncidentReported
    | NoteAdded
)


@quickly_made
@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to one order or task.

    Attributes:
        stream_kind: order or task.
        stream: the id of that order or task.
        order_id: the order it belongs to, its own id for an order's event.
        body: what happened.
        actor: who did it.
        at: when it happened, aware UTC.
        recorded_at: when it was stored.
        source: how it came.
        raises: whether it raises the order's version (E4).
        signed: the signatures under it; None in an open database, and under what nobody signs.
    """

    stream_kind: StreamKind
    stream: str
    order_id: OrderId
    body: Body
    actor: PractitionerId
    at: datetime
    recorded_at: datetime
    source: Source = Source.LIVE
    raises: bool = False
    signed: Signed | None = None
