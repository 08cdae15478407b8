"""Random walks of an order: good and bad commands, jumps of the clock, changes of configuration."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import TYPE_CHECKING

from domain.commands import (
    Amend,
    AnswerAsk,
    ChangeFields,
    Correct,
    EnterInError,
    HoldWork,
    MakeTasks,
    NewTask,
    OpenChild,
    PassTime,
    RecordStep,
    ReleaseWork,
    ReportIncident,
    ReviseDraft,
    StopOrder,
    TakeExit,
)
from domain.errors import InvalidInput, Refused
from domain.events import Event, OrderPlaced, StreamKind
from domain.ids import OrderId, PractitionerId, TaskId, task_id
from domain.loops.case import Case, Facts
from domain.loops.decide import decide
from domain.loops.evolve import evolve_all
from domain.loops.loops import Loops
from domain.orders import Priority
from domain.people import Actor, Role
from domain.records import Source
from rules.loops.combinations import WINDOW_CLASS, condition_values
from rules.loops.running import silent
from rules.loops.team import Team, example
from tests.laws import check_case, check_refusal, check_step
from tests.story import ENCOUNTER, PATIENT, at, loops, person

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from domain.commands import Command, Entry
    from domain.loops.definition import LoopDefinition, Step
    from domain.tasks import Task

KINDS = ("medication", "test", "examination", "transfusion")
PEOPLE = tuple(person(role, f"{role.value}{n}") for role in Role for n in (1, 2)) + (
    person(Role.NURSE, "student", student=True),
    Actor(PractitionerId("nobody"), frozenset()),
)
JUMPS = (1, 4, 10, 20, 45, 240, 720, 1500, 4400)
"""Minutes by which the clock may jump."""
ACTS = ("cancel", "discontinue", "replace", "transfer", "discharge", "death", "no_such_act")
NONSENSE: tuple[object, ...] = ("", "no such thing", 7, True, None, [], {}, "2026-13-45", ["x"])


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
    now: datetime = at("07:00")
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
        if not any(self.loops is one for one in changed_loops()[:2]):  # these have no limits of their own
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
    fields |= {name: _pick(rng, found) for (scope, name), found in values.items() if scope == "order"}
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


# ---------------------------------------------------------------------- commands


def step_on(walk: Walk, rng: Random, count: int = 40) -> None:
    """So many random things: most of them what a team would do, some of them not."""
    for _ in range(count):
        if rng.random() < 0.12:
            walk.now += timedelta(minutes=rng.choice(JUMPS))
        if rng.random() < 0.02:
            walk.loops = rng.choice((loops(), *changed_loops()))
        kind = rng.choices(tuple(MOVES), weights=tuple(MOVES.values()))[0]
        command = kind(walk, rng)
        if command is None:
            continue
        if rng.random() < 0.15:
            command = spoiled(command, rng)
        walk.give(command)
        walk.now += timedelta(minutes=rng.choice((0, 1, 1, 3)))


def _tasks(walk: Walk) -> list[Task]:
    return list(walk.case.tasks.values())


def _ready(walk: Walk, rng: Random) -> Command | None:
    team = Team(walk.loops, walk.case, walk.now)
    ready = list(team.ready())
    return _entry(walk, rng, team, *rng.choice(ready)) if ready else None


def _any_step(walk: Walk, rng: Random) -> Command | None:
    """Any step of any loop on any task, ended ones too, live or after the fact."""
    team = Team(walk.loops, walk.case, walk.now)
    task = rng.choice([None, *_tasks(walk)])
    loop = walk.loops.get(walk.kind if task is None else task.loop)
    step = rng.choice(tuple(loop.steps.values()))
    entry = _entry(walk, rng, team, loop, step, task)
    if rng.random() < 0.5:
        return entry
    ago = timedelta(minutes=rng.choice((0, 20, 90, 600)))
    source = rng.choice((Source.RETRO, Source.RETRO, Source.DOWNTIME, Source.IMPORT))
    return replace(entry, source=source, at=entry.at - ago, source_id="row-9")


def _entry(
    walk: Walk, rng: Random, team: Team, loop: LoopDefinition, step: Step, task: Task | None
) -> RecordStep:
    group = next((row.steps for row in loop.together if step.no in row.steps), (step.no,))
    flags = [
        use.name
        for no in group
        for use in loop.steps[no].fields
        if walk.loops.fields[use.name].type == "bool"
    ]
    yes = [name for name in flags if rng.random() < 0.12]
    results = [word for no in group for word in loop.steps[no].results]
    result = rng.choice(results) if results and rng.random() < 0.35 else None
    entry = team.entry(loop, step, task, result=result, yes=yes)
    instants = {
        use.name: (walk.now + timedelta(minutes=rng.choice((-60, 5, 240)))).isoformat()
        for use in step.fields
        if walk.loops.fields[use.name].type == "instant" and rng.random() < 0.3
    }
    return replace(entry, evidence={**entry.evidence, **instants})


def _exit(walk: Walk, rng: Random) -> Command | None:
    tasks = _tasks(walk)
    if not tasks:
        return None
    task = rng.choice(tasks)
    rows = walk.loops.get(task.loop).exits
    if not rows or rng.random() < 0.2:
        return TakeExit(
            order=walk.case.order.id,
            actor=person(Role.CHARGE_NURSE),
            at=walk.now,
            task=task.id,
            exit="gap_accepted",
            reason="it will not come",
        )
    return Team(walk.loops, walk.case, walk.now).exit_entry(task, rng.choice(rows).code)


def _answer(walk: Walk, rng: Random) -> Command | None:
    asks = list(walk.case.order.asks.values())
    if not asks:
        return None
    ask = rng.choice(asks)
    return Team(walk.loops, walk.case, walk.now).answer_entry(ask, rng.choice(ask.answers))


def _some(walk: Walk, rng: Random) -> TaskId | None:
    tasks = _tasks(walk)
    return None if not tasks or rng.random() < 0.4 else rng.choice(tasks).id


def _base(walk: Walk, role: Role = Role.PHYSICIAN) -> dict[str, object]:
    return {
        "order": walk.case.order.id,
        "actor": person(role),
        "at": walk.now,
        "reason": "as it was",
    }


def _of(kind: type[Entry], walk: Walk, **more: object) -> Command:
    given = {**_base(walk), **more}
    return kind(**given)  # type: ignore[arg-type, return-value]  # a walk names fields freely


def _hold(walk: Walk, rng: Random) -> Command:
    until = rng.choice((None, walk.now + timedelta(hours=rng.choice((1, 6, 30)))))
    return _of(HoldWork, walk, task=_some(walk, rng), until=until)


def _release(walk: Walk, rng: Random) -> Command:
    missed = rng.random() < 0.5
    return _of(ReleaseWork, walk, task=_some(walk, rng), missed_are_held=missed)


def _stop(walk: Walk, rng: Random) -> Command:
    when = rng.choice((None, walk.now, walk.now + timedelta(hours=rng.choice((-5, 2, 8)))))
    return _of(StopOrder, walk, act=rng.choice(ACTS), stop_at=when)


def _recorded(walk: Walk, rng: Random) -> tuple[TaskId | None, str, PractitionerId] | None:
    found = [(None, no, one.actor) for no, one in walk.case.order.steps.items()]
    found += [
        (task.id, no, one.actor)  # type: ignore[misc]  # the first part is None or a task
        for task in _tasks(walk)
        for no, one in task.steps.items()
    ]
    return rng.choice(found) if found else None


def _correct(walk: Walk, rng: Random) -> Command | None:
    found = _recorded(walk, rng)
    if found is None:
        return None
    task, step, author = found
    new_at = walk.now - timedelta(minutes=rng.choice((0, 30, 300)))
    actor = Actor(author, frozenset({Role.NURSE}))
    return _of(Correct, walk, task=task, step=step, actor=actor, new_at=new_at)


def _amend(walk: Walk, rng: Random) -> Command | None:
    found = _recorded(walk, rng)
    if found is None:
        return None
    task, step, _ = found
    role = rng.choice((Role.LABORATORY_VERIFIER, Role.IMAGING_PHYSICIAN))
    evidence = {"critical": rng.random() < 0.3, "report_text": "amended"}
    return _of(Amend, walk, task=task, step=step, actor=person(role), evidence=evidence)


def _in_error(walk: Walk, rng: Random) -> Command:
    found = _recorded(walk, rng)
    task = _some(walk, rng) if found is None else found[0]
    author = walk.case.order.author if found is None or task is None else found[2]
    return _of(EnterInError, walk, task=task, actor=Actor(author, frozenset({Role.NURSE})))


def _incident(walk: Walk, rng: Random) -> Command:
    return _of(ReportIncident, walk, task=_some(walk, rng))


def _child(walk: Walk, rng: Random) -> Command | None:
    task = _some(walk, rng)
    rows = walk.loop.children
    return _of(OpenChild, walk, task=task, code=rng.choice(rows).code) if rows else None


def _time(walk: Walk, _rng: Random) -> Command:
    return _of(PassTime, walk, actor=person(Role.SYSTEM, "watch"), reason=None)


def _fields(walk: Walk, rng: Random) -> Command:
    names = [use.name for use in walk.loop.task_fields]
    kinds = walk.loops.fields
    flags = [name for name in names if kinds[name].type == "bool"]
    fields = {name: rng.random() < 0.5 for name in rng.sample(flags, min(2, len(flags)))}
    return _of(ChangeFields, walk, task=_some(walk, rng), fields=fields)


def _revise(walk: Walk, rng: Random) -> Command:
    fields = {**walk.case.order.fields}
    flags = [name for name, value in fields.items() if isinstance(value, bool)]
    if flags:
        fields[rng.choice(flags)] = rng.random() < 0.5
    return _of(ReviseDraft, walk, fields=fields, priority=rng.choice((None, "STAT", "URGENT")))


MOVES: Mapping[Callable[[Walk, Random], Command | None], int] = {
    _ready: 50,
    _any_step: 14,
    _exit: 7,
    _answer: 6,
    _hold: 2,
    _release: 3,
    _stop: 2,
    _correct: 2,
    _amend: 2,
    _in_error: 1,
    _incident: 1,
    _child: 2,
    _time: 4,
    make: 2,
    _fields: 1,
    _revise: 1,
}


def spoiled(command: Command, rng: Random) -> Command:
    """The command with one thing wrong in it."""
    changes: list[dict[str, object]] = [
        {"actor": rng.choice(PEOPLE)},
        {"witness": rng.choice((None, command.actor, *PEOPLE))},
        {"co_signer": None},
        {"reason": None},
        {"at": command.at + timedelta(minutes=rng.choice((-5000, -300, -16, 1, 5, 600)))},
        {"source": rng.choice(tuple(Source)), "source_id": rng.choice((None, "row-2"))},
        {"overrides": (), "seconds": {}},
        {"scans": (rng.choice(("P0012345678", "P0000000001", "]C1?", "", "(01)123")),)},
        {"evidence": {}},
        {"evidence": {**command.evidence, _name(command, rng): rng.choice(NONSENSE)}},
        {"task": rng.choice((None, TaskId("no such task")))},
    ]
    for name in ("step", "result", "exit", "code", "answer", "act", "priority"):
        if hasattr(command, name):
            changes.append({name: rng.choice((None, "nonsense", "", "M10", "E9", "complete"))})
    if hasattr(command, "fields"):
        changes.append({"fields": {**command.fields, "critical": rng.choice(NONSENSE)}})
    change = rng.choice(changes)
    if change.get("step", "") is None or change.get("answer", "") is None:
        return command
    if any(change.get(name, "") is None for name in ("act",)):
        return command
    if isinstance(command, (AnswerAsk, OpenChild)) and change.get("code", "") is None:
        return command
    return replace(command, **change)  # type: ignore[arg-type]  # what is wrong is the point


def _name(command: Command, rng: Random) -> str:
    known = ("valid_until", "expiry", "expected_end", "noscan_reason", "critical", "unheard_of")
    return rng.choice((*command.evidence, *known))


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
