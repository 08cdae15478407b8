"""The alerts that a ward would have been shown of the same doses: hidden and put together."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from domain.events import ExitRecorded, StepRecorded
from domain.ids import TaskId, WardId
from domain.loops.case import Case
from domain.loops.deadlines import order_deadlines, task_deadlines
from domain.loops.evolve import evolve_case
from domain.loops.streams import order_stream, task_stream
from domain.situation import Situation
from tests.validation.doses import GIVE
from tests.validation.journal import JUST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from domain.alerts import AlertKey, Wanted
    from domain.events import Event
    from domain.ids import OrderId
    from domain.loops.loops import Loops
    from domain.situation import Stream
    from rules.rulebook import Rules
    from tests.validation.journal import Story

Cases = dict["OrderId", Case]


@dataclass(frozen=True, slots=True)
class Late:
    """A dose that was late for a while.

    Attributes:
        since: when its limit ran out.
        until: when it was begun, or ended without that.
    """

    order: OrderId
    task: TaskId
    since: datetime
    until: datetime
    given: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """What would have been shown.

    Attributes:
        alerts: by rule.
        of_given: those of them that are about a dose which was given then.
        late_tasks: doses that were late for a while, given or not.
    """

    alerts: Counter[str]
    of_given: Counter[str]
    late_tasks: int


def shown(stories: Iterable[Story], loops: Loops, rules: Rules) -> Shown:
    """The alerts about doses not begun, each episode once, over all stays.

    Looked at when a limit runs out and just before a dose is begun or ended: what is hidden at
    both instants counts as hidden. A dose on need is known with its first record, not before.
    """
    found = Shown(Counter(), Counter(), 0)
    tasks = 0
    for story in stories:
        late = tuple(late_doses(story, loops))
        tasks += len(late)
        given = {one.task for one in late if one.given}
        for key, subjects in _episodes(story, late, loops, rules).items():
            found.alerts[key.rule] += 1
            found.of_given[key.rule] += not given.isdisjoint(subjects)
    return Shown(found.alerts, found.of_given, tasks)


def late_doses(story: Story, loops: Loops) -> Iterator[Late]:
    """Every dose of a stay that was begun, or ended without that, after its limit."""
    cases: Cases = {}
    for event in story.events:
        case = cases.get(event.order_id)
        if case is not None:
            yield from _late(case, event, loops)
        cases[event.order_id] = evolve_case(case, event)


def _late(case: Case, event: Event, loops: Loops) -> Iterator[Late]:
    body = event.body
    given = isinstance(body, StepRecorded) and body.step == GIVE
    task = case.tasks.get(TaskId(event.stream))
    if task is None or task.due_at is None or not (given or isinstance(body, ExitRecorded)):
        return
    alone = Case(case.order, MappingProxyType({task.id: task}))
    ends = [one.at for one in task_deadlines(loops, alone, task) if one.step == GIVE]
    if ends and min(ends) < event.at:
        yield Late(event.order_id, task.id, min(ends), event.at, given)


def _episodes(
    story: Story, late: tuple[Late, ...], loops: Loops, rules: Rules
) -> dict[AlertKey, set[str]]:
    """The alerts of a stay and the tasks that each is about."""
    instants = sorted({at for one in late for at in (one.since, one.until - JUST)})
    events = iter(story.events)
    event = next(events, None)
    cases: Cases = {}
    found: dict[AlertKey, set[str]] = {}
    for now in instants:
        while event is not None and event.at <= now:
            cases[event.order_id] = evolve_case(cases.get(event.order_id), event)
            event = next(events, None)
        open_now = [one for one in late if one.since <= now < one.until and _known(one, cases)]
        situation = Situation(
            encounter=story.encounter,
            patient=story.patient,
            ward=WardId(""),
            active=True,
            streams=tuple(_streams(open_now, cases, loops)),
        )
        for one in rules.assess(situation, now).wanted:
            if one.step == GIVE and not one.silent:
                found.setdefault(one.key, set()).update(_subjects(one))
    return found


def _known(one: Late, cases: Cases) -> bool:
    """Whether it was ordered and planned by then: some were due before their order was written."""
    return one.order in cases and one.task in cases[one.order].tasks


def _streams(late: Iterable[Late], cases: Cases, loops: Loops) -> Iterator[Stream]:
    orders: set[OrderId] = set()
    for one in late:
        case = cases[one.order]
        if one.order not in orders:
            orders.add(one.order)
            yield order_stream(case.order, order_deadlines(loops, case))
        task = case.tasks[one.task]
        yield task_stream(task, case.order.priority, task_deadlines(loops, case, task))


def _subjects(one: Wanted) -> set[str]:
    return set(one.evidence.get("members", one.key.subject).split(","))
