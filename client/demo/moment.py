"""One piece of work as the simulated staff see it: a step of an order, for one patient, now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from domain.loops.applies import Place, all_hold

if TYPE_CHECKING:
    from datetime import datetime

    from client.demo.rows import OrderRow, PatientRow, Turn
    from domain.ids import EncounterId, OrderId
    from domain.loops.case import Case
    from domain.loops.definition import LoopDefinition, Step
    from domain.records import Record
    from domain.tasks import Task


@dataclass(slots=True)
class Plan:
    """What the simulation remembers of an order beside what the program knows.

    Attributes:
        came: the streams that came to each step, in their order, by which turns count.
        used: turns that were played.
        answers: the answer to what a step or exit asks, by its number or code.
    """

    order: OrderId
    encounter: EncounterId
    row: OrderRow
    patient: PatientRow
    came: dict[str, list[str]] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)
    answers: dict[str, str] = field(default_factory=dict)

    def turn_at(self, step: str, stream: str, seq: int) -> Turn | None:
        """The turn of the data file for a step on this stream, not played yet."""
        came = self.came.setdefault(step, [])
        if stream not in came:
            came.append(stream)
        nth = came.index(stream) + 1
        for number, turn in enumerate(self.row.turns):
            fits = turn.step == step and number not in self.used
            if fits and turn.nth in (None, nth) and turn.seq in (None, seq):
                return turn
        return None

    def play(self, turn: Turn) -> None:
        """Remember that a turn was played; what follows it is played at once with it."""
        self.used.update(number for number, one in enumerate(self.row.turns) if one is turn)
        if turn.answer is not None:
            self.answers[turn.code or turn.step] = turn.answer


@dataclass(frozen=True, slots=True)
class Moment:
    """A step that can be done now.

    Attributes:
        task: None for a step of the order itself.
        others: how many tasks the same act is for.
        turn: what happens instead of the usual.
    """

    plan: Plan
    case: Case
    loop: LoopDefinition
    step: Step
    task: Task | None
    at: datetime
    turn: Turn | None = None
    others: int = 1

    @property
    def stream(self) -> str:
        """The id of the order or task."""
        return self.plan.order if self.task is None else self.task.id

    @property
    def place(self) -> Place:
        """Where the loop's questions are asked."""
        return Place(self.loop, self.case, self.task)

    def record(self, no: str) -> Record | None:
        """The record of a step of the same loop, if it counts."""
        return self.place.record(no) if no in self.loop.steps else None

    def said(self, name: str) -> object:
        """What was entered last under a name, on the task or else on the order."""
        sources = [] if self.task is None else list(self.task.steps.values())
        for record in reversed([*self.case.order.steps.values(), *sources]):
            if record.evidence.get(name) is not None and not record.undone:
                return record.evidence[name]
        if self.task is not None and self.task.fields.get(name) is not None:
            return self.task.fields[name]
        return self.case.order.fields.get(name)

    @property
    def group(self) -> tuple[Step, ...]:
        """The steps that are one act with this one."""
        for row in self.loop.together:
            if self.step.no in row.steps and all_hold(row.when, self.place):
                return tuple(self.loop.steps[no] for no in row.steps)
        return (self.step,)
