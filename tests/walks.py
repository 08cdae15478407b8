"""An order on which anything may be tried, and the laws that must hold whatever it is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import TYPE_CHECKING

from domain.commands import (
    MakeTasks,
    NewTask,
)
from domain.errors import InvalidInput, Refused
from domain.events import Event, OrderPlaced, StreamKind
from domain.ids import OrderId, PractitionerId, task_id
from domain.loops.case import Case, Facts
from domain.loops.decide import decide
from domain.loops.evolve import evolve_all
from domain.loops.loops import Loops
from domain.orders import Priority
from domain.people import Role
from domain.records import Source
from rules.loops.combinations import WINDOW_CLASS, condition_values
from rules.loops.examples import example
from rules.loops.running import silent
from rules.loops.team import Team
from tests.laws import check_case, check_refusal, check_step
from tests.story import ENCOUNTER, PATIENT, at, loops, person

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from domain.commands import Command
    from domain.loops.definition import LoopDefinition

PLACED = at("07:00")
KINDS = ("medication", "test", "examination", "transfusion")


@cache
def changed_loops() -> tuple[Loops, ...]:
    """The loops under other configurations: stricter, looser, and of the other profile."""
    return (
        _altered(strict=True),
        _altered(strict=False),
        loops("intl"),
    )


def _altered(*, strict: bool) -> Loops:
    conditional = ("M14", "E5", "E10", "C9", "T14b", "L5", "A2")
    base = loops()
    altered = {}
    for loop in base:
        steps = {
            no: (replace(step, when=step.when[1:]) if strict else replace(step, required=False))
            if no in conditional
            else step
            for no, step in loop.steps.items()
        }
        altered[loop.id] = replace(loop, steps=steps, limits=loop.limits)
    return replace(base, loops=altered)


def narrowed(case: Case, command: Command) -> Case:
    """The case as the store reads it: open tasks, and the ended ones that the command names."""
    named = {command.task}
    if isinstance(command, MakeTasks):
        order = case.order.id
        named |= {task_id(order, due_at=one.due_at, seq=one.seq) for one in command.tasks}
    tasks = {
        ident: task
        for ident, task in case.tasks.items()
        if not task.state.terminal or ident in named
    }
    return Case(case.order, tasks)


@dataclass
class Walk:
    """One order, its whole history, and everything that was tried on it."""

    kind: str
    placed: OrderPlaced
    loops: Loops = field(default_factory=loops)
    now: datetime = PLACED
    events: list[Event] = field(default_factory=list)
    tried: list[tuple[datetime, Loops, Command]] = field(default_factory=list)
    case: Case = field(init=False)
    accepted: int = 0

    def __post_init__(self) -> None:
        event = Event(
            stream_kind=StreamKind.ORDER,
            stream="order-1",
            order_id=OrderId("order-1"),
            body=self.placed,
            actor=PractitionerId("physician1"),
            at=self.now,
            recorded_at=self.now,
        )
        self.events.append(event)
        case = evolve_all(None, [event])
        assert case is not None
        self.case = case

    @property
    def facts(self) -> Facts:
        return Facts(ENCOUNTER, PATIENT, mrn="0012345678")

    @property
    def loop(self) -> LoopDefinition:
        return self.loops.get(self.kind)

    def give(self, command: Command) -> tuple[Event, ...] | None:
        """Try a command; accepted or refused, the laws must hold."""
        self.tried.append((self.now, self.loops, command))
        before = self.case
        try:
            events = decide(self.loops, narrowed(before, command), command, self.facts, self.now)
        except (InvalidInput, Refused) as error:
            check_refusal(error)
            return None
        self.accept(command, events)
        return events

    def accept(self, command: Command, events: tuple[Event, ...]) -> None:
        """Fold the events of an accepted command and hold the laws against them."""
        before = self.case
        after = evolve_all(before, events)
        part = evolve_all(narrowed(before, command), events)
        assert after is not None
        assert part is not None
        self.events.extend(events)
        self.case = after
        self.accepted += 1
        assert part.order == after.order, "the ended tasks change what the order becomes"
        assert all(after.tasks[ident] == task for ident, task in part.tasks.items())
        check_step(self.loops, before, after, command, events)
        check_case(self.loops, after)
        if not any(
            self.loops is one for one in changed_loops()[:2]
        ):  # these have no limits of their own
            assert not silent(self.loops, after), f"silent: {silent(self.loops, after)}"

    def team(self, rng: Random | None = None) -> LawfulTeam:
        """A team that goes on from here; with a source of chance its good results vary."""
        return LawfulTeam(self, rng)


class LawfulTeam(Team):
    """The competent team, under the eyes of the laws."""

    def __init__(self, walk: Walk, rng: Random | None) -> None:
        word = "" if rng is None else rng.choice(("", "again", "replace", "cancel", "proceed"))
        super().__init__(walk.loops, walk.case, walk.now, answers=word)
        self.walk = replace_walk(walk)
        if rng is not None:
            self.choose = lambda _step, results: rng.choice(results)

    def do(self, command: Command) -> tuple[Event, ...]:
        events = decide(
            self.loops, narrowed(self.case, command), command, self.walk.facts, self.now
        )
        self.walk.accept(command, events)
        self.case = self.walk.case
        self.now += timedelta(minutes=1)
        return events


def replace_walk(walk: Walk) -> Walk:
    """A copy that may go another way."""
    copy = Walk(walk.kind, walk.placed, walk.loops)
    copy.case, copy.now, copy.events = walk.case, walk.now, list(walk.events)
    return copy


# ---------------------------------------------------------------------- orders


def begin(kind: str, rng: Random) -> Walk:
    """An order of a kind with fields by chance, placed as a draft or, if it may be, verbally."""
    base = loops()
    loop = base.get(kind)
    fields: dict[str, object] = {
        use.name: example(base.fields[use.name]) for use in loop.order_fields if not use.optional
    }
    values = condition_values(loop, base.fields)
    fields |= {
        name: _pick(rng, found) for (scope, name), found in values.items() if scope == "order"
    }
    priority = Priority(str(fields.pop("priority")))
    if kind == "medication" and rng.random() < 0.3:
        fields |= {"min_interval": 60, "max_per_day": 2}
    placed = OrderPlaced(
        loop=kind,
        loop_version=loop.version,
        patient_id=PATIENT,
        encounter_id=ENCOUNTER,
        priority=priority,
        fields=fields,
        verbal=bool(fields.get("verbal")),
    )
    walk = Walk(kind, placed)
    walk.give(make(walk, rng))
    return walk


def _pick(rng: Random, values: Sequence[object]) -> object:
    if values == (False, True):
        return rng.random() < 0.3
    return rng.choice(values)


def make(walk: Walk, rng: Random) -> MakeTasks:
    """One to three tasks, due through the day where timing or a field says so."""
    loop = walk.loop
    values = condition_values(loop, walk.loops.fields)
    count = rng.choice((1, 2, 2, 3)) if walk.kind == "medication" else rng.choice((1, 2, 2))
    last = rng.random() < 0.8
    fields = {name: _pick(rng, found) for (scope, name), found in values.items() if scope == "task"}
    timed = walk.kind == "medication" or fields.get("scheduled") is True
    tasks = tuple(
        NewTask(
            due_at=at("10:00") + timedelta(hours=5 * number) if timed else None,
            seq=number,
            window_class=str(rng.choice(values.get(WINDOW_CLASS, ("none",)))),
            interval_minutes=300,
            fields=fields,
            last=last and number == count - 1,
        )
        for number in range(count)
    )
    return MakeTasks(
        order=walk.case.order.id,
        actor=person(Role.SYSTEM, "timing"),
        at=walk.now,
        tasks=tasks,
        for_need=rng.random() < 0.2,
    )


# ---------------------------------------------------------------------- counter-examples


def shortest(walk: Walk, fails: Callable[[Walk], bool]) -> Walk:
    """The walk with everything left out that is not needed for it to fail."""
    tried = list(walk.tried)
    size = max(1, len(tried) // 2)
    while size:
        start = 0
        while start < len(tried):
            fewer = tried[:start] + tried[start + size :]
            if fails(_again(walk, fewer)):
                tried = fewer
            else:
                start += size
        size //= 2
    return _again(walk, tried)


def _again(walk: Walk, tried: list[tuple[datetime, Loops, Command]]) -> Walk:
    copy = Walk(walk.kind, walk.placed)
    copy.tried = list(tried)
    return copy


def replay(walk: Walk) -> Walk:
    """The same commands at the same times, on a fresh order."""
    fresh = Walk(walk.kind, walk.placed)
    for now, used, command in walk.tried:
        fresh.now, fresh.loops = now, used
        fresh.give(command)
    return fresh


def told(walk: Walk) -> str:
    """The commands of a walk, one a line, for the person who has to mend what it found."""
    lines = [f"{walk.kind} {walk.placed.priority} {dict(walk.placed.fields)}"]
    for now, used, command in walk.tried:
        which = "" if used is loops() else " (changed configuration)"
        kind = type(command).__name__
        shown = {
            name: getattr(command, name)
            for name in ("step", "result", "exit", "code", "answer", "act", "task", "source")
            if getattr(command, name, None) not in (None, Source.LIVE)
        }
        lines.append(f"  {now:%d %H:%M} {kind} {shown} by {command.actor.user}{which}")
    return "\n".join(lines)
