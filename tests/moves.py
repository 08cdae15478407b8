"""What is tried on a walk: most of it what a team would do, some of it wrong in one thing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from domain.commands import (
    Amend,
    AnswerAsk,
    ChangeFields,
    Correct,
    EnterInError,
    HoldWork,
    OpenChild,
    PassTime,
    ReleaseWork,
    ReportIncident,
    ReviseDraft,
    StopOrder,
    TakeExit,
)
from domain.ids import PractitionerId, TaskId
from domain.loops.applies import Place, one_act
from domain.people import Actor, Role
from domain.records import Source
from rules.loops.team import Team
from tests.story import loops, person
from tests.walks import changed_loops, make

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

    from domain.commands import Command, Entry, RecordStep
    from domain.loops.definition import LoopDefinition, Step
    from domain.tasks import Task
    from tests.walks import Walk

PEOPLE = (
    *(person(role, f"{role.value}{n}") for role in Role for n in (1, 2)),
    person(Role.NURSE, "student", student=True),
    Actor(PractitionerId("nobody"), frozenset()),
)
JUMPS = (1, 4, 10, 20, 45, 240, 720, 1500, 4400)
"""Minutes by which the clock may jump."""
ACTS = ("cancel", "discontinue", "replace", "transfer", "discharge", "death", "no_such_act")
NONSENSE: tuple[object, ...] = ("", "no such thing", 7, True, None, [], {}, "2026-13-45", ["x"])


# ---------------------------------------------------------------------- commands


def step_on(
    walk: Walk,
    rng: Random,
    count: int = 40,
    moves: Mapping[Callable[[Walk, Random], Command | None], int] | None = None,
) -> None:
    """So many random things: most of them what a team would do, some of them not.

    Given its moves, nothing is spoiled and the configuration stays.
    """
    chosen = MOVES if moves is None else moves
    for _ in range(count):
        if rng.random() < 0.12:
            walk.now += timedelta(minutes=rng.choice(JUMPS))
        if moves is None and rng.random() < 0.02:
            walk.loops = rng.choice((loops(), *changed_loops()))
        kind = rng.choices(tuple(chosen), weights=tuple(chosen.values()))[0]
        command = kind(walk, rng)
        if command is None:
            continue
        if moves is None and rng.random() < 0.15:
            command = spoiled(command, rng)
        walk.give(command)
        walk.now += timedelta(minutes=rng.choice((0, 1, 1, 3)))


def _tasks(walk: Walk) -> list[Task]:
    return list(walk.case.tasks.values())


def _ready(walk: Walk, rng: Random) -> Command | None:
    team = Team(walk.loops, walk.case, walk.now)
    ready = list(team.ready())
    return _entry(walk, rng, *rng.choice(ready)) if ready else None


def _any_step(walk: Walk, rng: Random) -> Command | None:
    """Any step of any loop on any task, ended ones too, live or after the fact."""
    task = rng.choice([None, *_tasks(walk)])
    loop = walk.loops.get(walk.kind if task is None else task.loop)
    step = rng.choice(tuple(loop.steps.values()))
    entry = _entry(walk, rng, loop, step, task)
    if rng.random() < 0.5:
        return entry
    ago = timedelta(minutes=rng.choice((0, 20, 90, 600)))
    source = rng.choice((Source.RETRO, Source.RETRO, Source.DOWNTIME, Source.IMPORT))
    return replace(entry, source=source, at=entry.at - ago, source_id="row-9")


def _entry(
    walk: Walk, rng: Random, loop: LoopDefinition, step: Step, task: Task | None
) -> RecordStep:
    group = [one.no for one in one_act(step, Place(loop, walk.case, task))]
    flags = [
        use.name
        for no in group
        for use in loop.steps[no].fields
        if walk.loops.fields[use.name].type == "bool"
    ]
    yes = [name for name in flags if rng.random() < 0.12]
    results = [word for no in group for word in loop.steps[no].results]
    result = rng.choice(results) if results and rng.random() < 0.35 else None
    team = Team(walk.loops, walk.case, walk.now)
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

UPRIGHT = {
    move: weight
    for move, weight in MOVES.items()
    if move not in (_any_step, _correct, _amend, _in_error, _fields)
}
"""Moves that tell everything live and once."""


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
    changes.extend(
        {name: rng.choice((None, "nonsense", "", "M10", "E9", "complete"))}
        for name in ("step", "result", "exit", "code", "answer", "act", "priority")
        if hasattr(command, name)
    )
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
