"""The task: one occurrence to fulfil. A dose, a tube, a visit, a blood unit, a sub-loop."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from domain.values import quickly_made

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from domain.ids import EncounterId, OrderId, PractitionerId, TaskId
    from domain.records import Hold, Record
    from domain.situation import Mark


class TaskState(StrEnum):
    """The stored states of a task (decision 2). Due, overdue and incomplete are never stored.

    Attributes:
        terminal: it is at its end; then it changes only to entered_in_error.
    """

    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    CLOSED = "closed"
    CLOSED_BY_EXIT = "closed_by_exit"
    VOIDED = "voided"
    ENTERED_IN_ERROR = "entered_in_error"

    def __init__(self, word: str) -> None:
        self.terminal = word not in ("planned", "in_progress", "on_hold")


@dataclass(frozen=True, slots=True)
class PendingExit:
    """An outcome that is fixed while some steps are still due (E17).

    Attributes:
        code: the exit's code (`MX07`).
        outcome: its word (`refused`).
        still: the steps that are due all the same.
        at: when the exit was recorded.
        voids: whether the task ends voided.
        by: who took it, its author; None where time did.
    """

    code: str
    outcome: str
    still: tuple[str, ...]
    at: datetime
    voids: bool = False
    by: PractitionerId | None = None


@quickly_made
@dataclass(frozen=True, slots=True)
class Task:
    """One occurrence, as the fold of its events.

    Attributes:
        loop: the id of the loop it runs through; a sub-loop's own, else its order's.
        due_at: when it is due; None for work without an appointed time.
        seq: tells occurrences with one due time apart.
        window_class: which administration window applies, `none` outside the schedule rule.
        interval_minutes: the time to the next occurrence, for windows in percent.
        fields: what the loop file's `task_fields` declare, frozen when the task was made (E27).
        steps: the last record of each task step.
        gaps: required steps passed over by a later record; empty again once they are entered.
        parent: the task (or order) that this sub-loop hangs from.
        opened_code: the child row that opened it.
        blocks: the parent's steps that wait for it.
        started: whether it had an effect on the patient.
        exit: an outcome fixed by an exit whose clocks still run.
        instead_of: the ended task whose late truth this one carries (E9).
        clock_from: the first clock, kept by a recollection.
        marks: what alert rules look for in its records.
        version: events on its stream.
    """

    id: TaskId
    order_id: OrderId
    encounter_id: EncounterId
    loop: str
    state: TaskState
    made_at: datetime
    due_at: datetime | None = None
    seq: int = 0
    window_class: str = "none"
    interval_minutes: int | None = None
    fields: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    outcome: str | None = None
    steps: Mapping[str, Record] = field(default_factory=lambda: MappingProxyType({}))
    gaps: frozenset[str] = frozenset()
    hold: Hold | None = None
    parent: str | None = None
    opened_code: str | None = None
    opened_by: str | None = None
    blocks: tuple[str, ...] = ()
    started: bool = False
    exit: PendingExit | None = None
    ended_at: datetime | None = None
    instead_of: TaskId | None = None
    clock_from: datetime | None = None
    marks: tuple[Mark, ...] = ()
    version: int = 0

    @property
    def incomplete(self) -> bool:
        """Whether a required step was passed over and not entered since (X-GAP)."""
        return bool(self.gaps) and not self.state.terminal
