"""Read rows: frozen answers for screens and commands. Never written, never decided on."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from domain.values import quickly_made

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from domain.alerts import Alert
    from domain.ids import EncounterId, OrderId, PatientId, PractitionerId, TaskId, WardId
    from domain.loops.deadlines import Deadline
    from domain.orders import Priority
    from domain.people import Role
    from domain.signatures import StoredSignature


ANSWER: Final = "answer"
"""What waits is no step but the answer to an open question."""
RELEASE: Final = "release"
"""What waits is no step but the end of a hold."""


@quickly_made
@dataclass(frozen=True, slots=True)
class ReadyStep:
    """A step that can be recorded now, or an act that the work waits for.

    Attributes:
        step: its number; `answer` or `release` for an act.
        roles: who may record it.
        deadline: the earliest running limit that ends at it.
        limit: that limit's id.
        amber_at: when 80 % of the limit's interval has passed (decision 33).
        again_at: it is done; from this instant it has expired and is to be done anew.
        code: the question that an answer is for (`MX02`).
    """

    step: str
    roles: tuple[Role, ...]
    deadline: datetime | None = None
    limit: str | None = None
    amber_at: datetime | None = None
    again_at: datetime | None = None
    code: str | None = None

    @property
    def is_act(self) -> bool:
        """Whether it is an answer or a release, not a step."""
        return self.step in (ANSWER, RELEASE)


@quickly_made
@dataclass(frozen=True, slots=True)
class Outlook:
    """What comes next on an order or a task, as stored beside it and re-computed from the fold.

    Attributes:
        next_due_at: the earliest instant at which it next becomes late; None where no clock runs.
        next_limit: the limit that runs out then.
        ready: the steps that can be recorded now.
        acts: the open questions, each to be answered, and the hold to be ended.
        deadlines: every limit that is running, the earliest first: what alert rules look at.
    """

    next_due_at: datetime | None = None
    next_limit: str | None = None
    ready: tuple[ReadyStep, ...] = ()
    acts: tuple[ReadyStep, ...] = ()
    deadlines: tuple[Deadline, ...] = ()

    @property
    def waiting(self) -> tuple[ReadyStep, ...]:
        """All that somebody can do now."""
        return (*self.ready, *self.acts)


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One line of a worklist: a task or an order that waits for somebody.

    Attributes:
        loop: the loop that it follows.
        order_loop: the loop of its order, which is another where a sub-loop was opened.
    """

    order: OrderId
    task: TaskId | None
    encounter: EncounterId
    patient: PatientId
    patient_name: str
    patient_name_zh: str
    mrn: str
    birth_date: date | None
    ward: WardId
    bed: str
    loop: str
    priority: Priority
    state: str
    due_at: datetime | None
    incomplete: bool
    outlook: Outlook
    order_fields: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    task_fields: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    nurse: PractitionerId | None = None
    parent: str | None = None
    order_loop: str = ""


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert of a list, with whom it is about.

    Attributes:
        loop: the loop of its order, where it is about one.
        due_at: when its task is due.
    """

    alert: Alert
    ward: WardId
    bed: str
    patient: PatientId
    patient_name: str
    patient_name_zh: str
    mrn: str
    birth_date: date | None
    loop: str | None = None
    order_fields: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BedRow:
    """One occupied bed of the ward board, with its counts of open work.

    Attributes:
        open_by_loop: open tasks and orders by the loop that they follow.
        overdue_by_loop: those of them that are late.
        open_by_kind: the same by the loop of their order: a critical value counts as its test.
        overdue_by_kind: those of them that are late.
    """

    ward: WardId
    bed: str
    encounter: EncounterId
    patient: PatientId
    patient_name: str
    patient_name_zh: str
    mrn: str
    birth_date: date | None
    sex: str
    diagnosis: str
    nurse: PractitionerId | None
    open_by_loop: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    overdue_by_loop: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    open_by_kind: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    overdue_by_kind: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    incomplete: int = 0
    next_due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One event as it stands in the journal, for pictures of a loop and for the trail."""

    chain: str
    chain_seq: int
    stream: str
    stream_seq: int
    kind: str
    actor: PractitionerId
    event_at: datetime
    recorded_at: datetime
    source: str
    payload: Mapping[str, object]
    command_id: str
    n: int
    signatures: tuple[StoredSignature, ...] = ()
