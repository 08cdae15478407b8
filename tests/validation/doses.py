"""Each dose as the engine and the rules saw it just before it was charted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from domain.events import StepRecorded
from domain.ids import TaskId, WardId
from domain.loops.case import Case
from domain.loops.deadlines import order_deadlines, task_deadlines
from domain.loops.evolve import evolve_case
from domain.loops.streams import order_stream, task_stream
from domain.situation import Situation
from rules.alerts.loader import RuleTable
from rules.rulebook import Rules
from tests.validation.journal import JUST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from domain.events import Event
    from domain.ids import OrderId
    from domain.loops.loops import Loops
    from tests.validation.journal import Story

GIVE: Final = "M11"
"""The step that begins a dose."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One dose with a due time that was begun.

    Attributes:
        emar_id: the row of the source.
        limits: which limits of the step were running, by id.
        until: when the first of them ran out; None where none was running.
        wanted: the rules that wanted an alert about the step, before suppression and grouping.
        late_by: what the engine itself wrote into the journal when the step was recorded.
    """

    emar_id: str
    task: TaskId
    charted: datetime
    limits: tuple[str, ...]
    until: datetime | None
    wanted: tuple[str, ...]
    late_by: int | None

    @property
    def late(self) -> bool:
        """A rule wanted an alert because it had not been begun in time."""
        return bool(self.wanted)


def one_by_one(table: RuleTable, loops: Loops) -> Rules:
    """The rules as they find things, before anything is hidden or put together."""
    rules = {
        name: replace(rule, suppressed_by=(), grouped="") for name, rule in table.rules.items()
    }
    return Rules(RuleTable(MappingProxyType(rules), table.sha256), loops=loops)


def judge(story: Story, loops: Loops, rules: Rules) -> Iterator[Judged]:
    """Every dose of a stay that had a due time, in the order in which they were charted."""
    cases: dict[OrderId, Case] = {}
    for event in story.events:
        body = event.body
        case = cases.get(event.order_id)
        if isinstance(body, StepRecorded) and body.step == GIVE and case is not None:
            found = _judged(story, case, event, loops, rules)
            if found is not None:
                yield found
        cases[event.order_id] = evolve_case(case, event)


def _judged(story: Story, case: Case, event: Event, loops: Loops, rules: Rules) -> Judged | None:
    task = case.tasks[TaskId(event.stream)]
    body = event.body
    if task.due_at is None or not isinstance(body, StepRecorded):
        return None
    alone = Case(case.order, MappingProxyType({task.id: task}))
    running = tuple(one for one in task_deadlines(loops, alone, task) if one.step == GIVE)
    before = event.at - JUST
    situation = Situation(
        encounter=story.encounter,
        patient=story.patient,
        ward=WardId(""),
        active=True,
        streams=(
            order_stream(case.order, order_deadlines(loops, case)),
            task_stream(task, case.order.priority, running),
        ),
    )
    wanted = rules.assess(situation, before).wanted
    return Judged(
        emar_id=body.source_id or "",
        task=task.id,
        charted=event.at,
        limits=tuple(one.limit for one in running),
        until=min((one.at for one in running), default=None),
        wanted=tuple(one.key.rule for one in wanted if one.step == GIVE),
        late_by=body.late_by_minutes,
    )
