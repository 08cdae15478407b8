"""The order: a request, and all that its own journal says about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from domain.values import quickly_made

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from domain.ids import EncounterId, OrderId, PatientId, PractitionerId
    from domain.people import Role
    from domain.records import Hold, Record
    from domain.situation import Mark


class Priority(StrEnum):
    """How soon (loop specification 1.8; FHIR request-priority).

    Attributes:
        column: in a limit: STAT 0, URGENT 1, all others 2 (decision 15).
    """

    STAT = "STAT"
    URGENT = "URGENT"
    TIMED = "TIMED"
    ROUTINE = "ROUTINE"
    PRN = "PRN"

    def __init__(self, word: str) -> None:
        self.column = {"STAT": 0, "URGENT": 1}.get(word, 2)


class OrderState(StrEnum):
    """The stored states of an order (E11). Whether it is late is never stored.

    Attributes:
        terminal: it is at its end; a closed order may be re-opened by E16 and E41 only.
        unsigned: nobody has signed it yet.
    """

    DRAFT = "draft"
    VERBAL = "verbal"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    CLOSED = "closed"
    VOIDED = "voided"
    ENTERED_IN_ERROR = "entered_in_error"

    def __init__(self, word: str) -> None:
        self.terminal = word in ("closed", "voided", "entered_in_error")
        self.unsigned = word in ("draft", "verbal")


@dataclass(frozen=True, slots=True)
class Ask:
    """A question that work was sent back with, open until a person answers it (E21).

    Attributes:
        code: the return's code in the loop file (`MX02`).
        step: the step whose result asked.
        answers: the words that answer it.
        by: who may answer.
        second: who must agree when the answer is to insist.
        at: since when it is open.
        undone: the steps that wait for the answer.
        task: the task it was asked on; None for a question about the order itself.
    """

    code: str
    step: str
    answers: tuple[str, ...]
    by: tuple[Role, ...]
    second: tuple[Role, ...]
    at: datetime
    undone: tuple[str, ...]
    task: str | None = None


@quickly_made
@dataclass(frozen=True, slots=True)
class Tally:
    """What an order knows of all its own tasks, the ended ones too (E1).

    Folded from the task events that raise the order's version, so that no decision needs history.

    Attributes:
        made: tasks ever made.
        ended: tasks that reached an end.
        nothing: tasks that came to nothing: voided or entered in error.
        struck: tasks that were entered in error.
        effects: tasks that had an effect on the patient.
        complete: no more tasks will be made by themselves.
        last_ended_at: when the last of them ended.
        outcomes: how many ended with each outcome word.
        steps: the latest instant of each task step that an order step or an order limit looks at.
        starts: starts of the last 24 hours, for the limits of as-needed doses.
        children: sub-loops and repeated tasks ever opened, by "parent:code".
    """

    made: int = 0
    ended: int = 0
    nothing: int = 0
    struck: int = 0
    effects: int = 0
    complete: bool = False
    last_ended_at: datetime | None = None
    outcomes: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    steps: Mapping[str, datetime] = field(default_factory=lambda: MappingProxyType({}))
    starts: tuple[datetime, ...] = ()
    children: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def open(self) -> int:
        """Tasks that have not ended."""
        return self.made - self.ended


@quickly_made
@dataclass(frozen=True, slots=True)
class Order:
    """A request, as the fold of its events.

    Attributes:
        loop: the id of its loop (`medication`), which is also its kind.
        loop_version: the version of the graph it is pinned to (decision 13).
        author: who wrote it.
        fields: what the loop file's `order_fields` declare, JSON values.
        steps: the last record of each order step.
        asks: questions not answered yet, by code, with the task where one asked.
        gaps: required steps passed over by a later record.
        stop_at: from when nothing more is due.
        replaces: the order that this one replaces.
        report_version: reports, amendments, other endings and sub-loops so far (E15).
        reported: whether any report was made.
        signed_at: when the step that activates it was done.
        not_recorded: steps that its source cannot record; not applicable (decision 30).
        marks: what alert rules look for in its own records.
        seq: events on its own stream.
        version: rises with each event that other work must see (E4).
    """

    id: OrderId
    loop: str
    loop_version: int
    encounter_id: EncounterId
    patient_id: PatientId
    author: PractitionerId
    priority: Priority
    fields: Mapping[str, object]
    placed_at: datetime
    state: OrderState
    outcome: str | None = None
    steps: Mapping[str, Record] = field(default_factory=lambda: MappingProxyType({}))
    asks: Mapping[str, Ask] = field(default_factory=lambda: MappingProxyType({}))
    gaps: frozenset[str] = frozenset()
    hold: Hold | None = None
    stop_at: datetime | None = None
    stopped_by: str | None = None
    replaces: OrderId | None = None
    report_version: int = 0
    reported: bool = False
    signed_at: datetime | None = None
    ended_at: datetime | None = None
    not_recorded: frozenset[str] = frozenset()
    tally: Tally = field(default_factory=Tally)
    marks: tuple[Mark, ...] = ()
    seq: int = 0
    version: int = 0
