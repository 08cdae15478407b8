"""A case as it stands at a known instant, for the tables of the loop specification."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from domain.ids import OrderId, PractitionerId, TaskId
from domain.loops.applies import Place, applies
from domain.loops.case import Case
from domain.loops.grammar import TASKS_ENDED, Scope, StepRef, parse_condition, parse_ref
from domain.orders import OrderState, Priority, Tally
from domain.people import ALIASES, Actor, Role
from domain.records import Record
from domain.tasks import Task, TaskState
from tests.openings import EXAMINATION, MEDICATION, TEST, TRANSFUSION
from tests.story import ENCOUNTER, EXAMPLES, Story, at, loops

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from domain.loops.definition import LoopDefinition
    from domain.loops.grammar import Condition
    from domain.records import Hold
    from domain.tasks import PendingExit

NOW: Final = at("10:00")
"""When the step that a row is about is recorded, or was."""

BEGUN: Final = at("07:00")
"""When the order was placed and its task made."""

OWN: Final = TaskId("task-1")
"""The task that a row is about."""

_ORDERS: Final[Mapping[str, Mapping[str, object]]] = {
    "medication": MEDICATION,
    "examination": EXAMINATION,
    "test": TEST,
    "transfusion": TRANSFUSION,
}
_PARENTS: Final[Mapping[str, str]] = {
    "adverse_reaction": "medication",
    "critical_value": "test",
    "medication_return": "medication",
    "patch_removal": "medication",
    "transfusion_reaction": "transfusion",
}
PRIORITIES: Final = (Priority.STAT, Priority.URGENT, Priority.ROUTINE)


@dataclass(slots=True)
class Standing:
    """How the case stands: what is recorded, when, and what is said of order and task.

    Attributes:
        done: the recorded steps, each with its result.
        times: when a step was recorded, where that is not `recorded_at`.
        evidence: what a step's record holds.
        ended: the order's task has ended, at that instant.
    """

    loop: str
    priority: Priority = Priority.ROUTINE
    profile: str = "cn"
    done: dict[str, str | None] = field(default_factory=dict)
    times: dict[str, datetime] = field(default_factory=dict)
    evidence: dict[str, Mapping[str, object]] = field(default_factory=dict)
    order: dict[str, object] = field(default_factory=dict)
    task: dict[str, object] = field(default_factory=dict)
    recorded_at: datetime = NOW
    made_at: datetime = BEGUN
    due_at: datetime | None = None
    window_class: str = "none"
    interval: int | None = None
    verbal: bool = False
    stopped_at: datetime | None = None
    order_hold: Hold | None = None
    task_hold: Hold | None = None
    exit: PendingExit | None = None
    ended: datetime | None = None

    @property
    def definition(self) -> LoopDefinition:
        """The loop, as this profile has it."""
        return loops(self.profile).get(self.loop)

    def where(self, conditions: str | Iterable[Condition]) -> Standing:
        """Make conditions hold."""
        for condition in _parsed(conditions):
            self._make(condition, holds=not condition.negated)
        return self

    def where_not(self, condition: Condition) -> Standing:
        """Make one condition not hold."""
        self._make(condition, holds=condition.negated)
        return self

    def _make(self, condition: Condition, *, holds: bool) -> None:
        first = condition.values[0] if condition.values else True
        if condition.scope is Scope.STEP:
            before = self.done.pop(condition.name, "") if condition.name in self.done else ""
            if holds:
                self.done[condition.name] = self.result_of(
                    StepRef(condition.name, condition.values)
                )
            elif condition.values and before != "":
                self.done[condition.name] = "another" if before in condition.values else before
        elif condition.scope is Scope.REPORTED:
            reports = next(s.no for s in self.definition.steps.values() if s.reports and s.required)
            self.done.pop(reports, None)
            if holds:
                self.done[reports] = None
        elif condition.scope is Scope.ORDER and condition.name == "priority":
            self.priority = Priority(str(first)) if holds else Priority.TIMED
        else:
            fields = self.order if condition.scope is Scope.ORDER else self.task
            fields[condition.name] = first if holds else _other(condition)

    def result_of(self, ref: StepRef) -> str | None:
        results = ref.results or self.definition.steps[ref.step].results
        return results[0] if results else None

    def upto(self, *refs: StepRef) -> Standing:
        """Record all that lies on the way to these steps, and they themselves."""
        for ref in refs:
            self._walk(ref)
        place = self.place()
        for no in [no for no in self.done if not applies(self.definition.steps[no], place)]:
            self.done.pop(no)
        return self

    def before(self, no: str) -> Standing:
        """Record all that a step waits for."""
        step = self.definition.steps[no]
        if any(ref.step == TASKS_ENDED for ref in step.after):
            self.ended = self.recorded_at
        return self.upto(*(ref for ref in step.after if ref.step != TASKS_ENDED))

    def _walk(self, ref: StepRef) -> None:
        if ref.step not in self.done or ref.results:
            self.done[ref.step] = self.result_of(ref)
        for one in self.definition.steps[ref.step].after:
            if one.step == TASKS_ENDED:
                self.ended = self.recorded_at
            elif one.step not in self.done or one.results:
                self._walk(one)

    def place(self) -> Place:
        """Where the engine asks its questions about the task (or its order)."""
        case = self.story().case
        return Place(self.definition, case, case.tasks.get(OWN))

    def story(self) -> Story:
        """The story that goes on from here."""
        kind = _PARENTS.get(self.loop, self.loop)
        story = Story(
            kind,
            {**_ORDERS[kind], **self.order},
            priority=self.priority,
            loops=loops(self.profile),
            placed=self.made_at,
            verbal=self.verbal,
        )
        story.case = self._case(story)
        story.now = NOW
        return story

    def _case(self, story: Story) -> Case:
        definition, own = self.definition, self._task()
        is_child = self.loop in _PARENTS
        order_nos = {step.no for step in definition.order_steps}
        active = definition.activating
        signed = is_child or (active is not None and active.no in self.done)
        effects = 1 if own.started or is_child else 0
        tally = Tally(
            made=1,
            ended=0 if self.ended is None else 1,
            effects=effects,
            last_ended_at=self.ended,
            outcomes={} if self.ended is None else {"completed": 1},
            steps={}
            if is_child
            else {no: self._at(no) for no in definition.tallied & {*self.done}},
        )
        unsigned = OrderState.VERBAL if self.verbal else OrderState.DRAFT
        state = OrderState.IN_PROGRESS if signed else unsigned
        order = replace(
            story.case.order,
            state=OrderState.ON_HOLD if self.order_hold is not None else state,
            hold=self.order_hold,
            steps={no: self._record(no) for no in self.done if no in order_nos},
            signed_at=self.made_at if signed else None,
            stop_at=self.stopped_at,
            stopped_by=None if self.stopped_at is None else "discontinue",
            reported=any(definition.steps[no].reports for no in self.done),
            tally=tally,
        )
        tasks = {OWN: own} if self.ended is None or is_child else {}
        if is_child:
            parent = replace(self._parent(story.kind), started=True)
            tasks = {parent.id: parent, OWN: own}
        return Case(order=order, tasks=tasks)

    def _task(self) -> Task:
        nos = [step.no for step in self.definition.task_steps if step.no in self.done]
        begun = TaskState.IN_PROGRESS if nos else TaskState.PLANNED
        return Task(
            id=OWN,
            order_id=OrderId("order-1"),
            encounter_id=ENCOUNTER,
            loop=self.loop,
            state=TaskState.ON_HOLD if self.task_hold is not None else begun,
            made_at=self.made_at,
            due_at=self.due_at,
            window_class=self.window_class,
            interval_minutes=self.interval,
            fields=self.task,
            steps={no: self._record(no) for no in nos},
            hold=self.task_hold,
            parent=TaskId("parent-1") if self.loop in _PARENTS else None,
            opened_by="parent-1" if self.loop in _PARENTS else None,
            started=any(self.definition.steps[no].starts for no in nos),
            exit=self.exit,
        )

    def _parent(self, kind: str) -> Task:
        return replace(
            self._task(),
            id=TaskId("parent-1"),
            loop=kind,
            state=TaskState.IN_PROGRESS,
            steps={},
            parent=None,
            opened_by=None,
            hold=None,
            exit=None,
        )

    def _at(self, no: str) -> datetime:
        return self.times.get(no, self.recorded_at)

    def _record(self, no: str) -> Record:
        return Record(
            step=no,
            at=self._at(no),
            recorded_at=self._at(no),
            actor=PractitionerId("somebody"),
            result=self.done[no],
            evidence=self.evidence.get(no, {}),
            first_at=self._at(no),
        )


def _parsed(conditions: str | Iterable[Condition]) -> Iterable[Condition]:
    if not isinstance(conditions, str):
        return conditions
    found = [parse_condition(word) for word in conditions.split()]
    return [one for one in found if one is not None]


def conditions(text: str) -> list[Condition]:
    """The conditions of a table's cell."""
    return list(_parsed(text))


def refs(text: str) -> list[StepRef]:
    """The steps of a table's cell, each perhaps with results."""
    found = [parse_ref(word) for word in text.split()]
    assert all(one is not None for one in found), text
    return [one for one in found if one is not None]


def roles(text: str) -> tuple[Role, ...]:
    """The roles that a table's cell means by its short codes."""
    return tuple(ALIASES[word] for word in text.split())


def somebody(role: Role, user: str = "actor") -> Actor:
    """A person with this one role and no other."""
    return Actor(PractitionerId(user), frozenset({role}))


def minutes(count: float) -> timedelta:
    """So many minutes."""
    return timedelta(minutes=count)


def example(name: str) -> object:
    """Something right for a field."""
    kind = loops().fields[name]
    if kind.choices:
        return [kind.choices[0]] if kind.type == "codes" else kind.choices[0]
    return EXAMPLES[kind.type]


def _other(condition: Condition) -> object:
    """A value for which a condition's words are not met."""
    return "another" if condition.values else False
