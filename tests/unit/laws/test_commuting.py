"""Law h: the order in which independent steps are entered does not matter. And what is offered.

Independent: neither is an ancestor of the other, nor what ends its repetition, nor its turn
(`next_task_after`); neither ends its task or the order; none of the results sets anything off; and
not a step per report version beside a step that may raise the version. Equal: but for the place of
the records on their stream, and the report version of a step that answers none.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from domain.commands import ReleaseWork
from domain.errors import InvalidInput, Refused
from domain.ids import TaskId
from domain.loops.decide import decide
from domain.loops.definition import Level
from domain.loops.evolve import evolve_all
from domain.loops.outlook import outlooks
from rules.loops.team import Team
from tests.moves import UPRIGHT, step_on
from tests.story import person
from tests.unit.laws.test_walks import SEEDS, drawn
from tests.walks import KINDS, begin, narrowed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from domain.commands import Command, RecordStep
    from domain.loops.case import Case
    from domain.loops.definition import LoopDefinition, Step
    from domain.loops.loops import Loops
    from domain.loops.marks import Marks
    from domain.records import Record
    from domain.tasks import Task
    from tests.walks import Walk

Ready = tuple["LoopDefinition", "Step", "Task | None"]


def independent(one: Ready, other: Ready) -> bool:
    (loop, a, task), (loop_b, b, task_b) = one, other
    for x, y in ((a, b), (b, a)):
        if x.per_version and y.level is Level.TASK:
            return False
    if loop is not loop_b:
        return True
    if loop.closing in (a, b):
        return False
    if any({a.no, b.no} <= {row.step, row.after} for row in loop.next_task_after):
        return False
    if task is not task_b and task is not None and task_b is not None:
        return True
    related = a.no in loop.ancestors[b.no] or b.no in loop.ancestors[a.no]
    return not related and a.no != b.repeats_until and b.no != a.repeats_until


EXPECTED = {"validity", "not_stopped"}
"""Findings that no offer can foresee: they come with the clock."""


def refusal(walk: Walk, command: Command) -> Refused | None:
    try:
        decide(walk.loops, narrowed(walk.case, command), command, walk.facts, walk.now)
    except Refused as refused:
        return refused
    return None


def accepted(walk: Walk, case: Case, command: Command) -> Case | None:
    try:
        events = decide(walk.loops, narrowed(case, command), command, walk.facts, walk.now)
    except (InvalidInput, Refused):
        return None
    return evolve_all(case, events)


def goes_on(walk: Walk, case: Case | None) -> bool:
    """Whether a step was accepted and ended neither its task nor the order."""
    return (
        case is not None
        and case.order.state.terminal is walk.case.order.state.terminal
        and case.order.tally.ended == walk.case.order.tally.ended
    )


def bare(loops: Loops, case: Case) -> object:
    """The case without what only says in which order things were entered."""

    def records(loop: str, steps: Mapping[str, Record]) -> dict[str, Record]:
        rows = loops.get(loop).steps
        return {
            no: replace(one, seq=0, version=one.version if rows[no].per_version else 0)
            for no, one in steps.items()
        }

    def marked(marks: Marks) -> Marks:
        return tuple(sorted((replace(mark, seq=0) for mark in marks), key=repr))

    order = replace(
        case.order,
        steps=records(case.order.loop, case.order.steps),
        marks=marked(case.order.marks),
    )
    tasks = {
        ident: replace(task, steps=records(task.loop, task.steps), marks=marked(task.marks))
        for ident, task in case.tasks.items()
    }
    return order, tasks


def entries(walk: Walk) -> Iterator[tuple[Ready, RecordStep]]:
    """What is offered and not a step passed over or done before, as a team would enter it."""
    team = Team(walk.loops, walk.case, walk.now)
    for loop, step, task in team.ready():
        gaps = walk.case.order.gaps if task is None else task.gaps
        done = walk.case.order.steps if task is None else task.steps
        if step.no not in gaps and step.no not in done:
            yield (loop, step, task), team.entry(loop, step, task)


@pytest.mark.parametrize("kind", KINDS)
@settings(drawn, max_examples=30)
@given(seed=SEEDS)
def test_independent_steps_may_be_entered_in_any_order(kind: str, seed: int) -> None:
    rng = Random(f"{kind} {seed}")
    walk = begin(kind, rng)
    for _ in range(10):
        step_on(walk, rng, 4)
        for (one, first), (other, second) in combinations(tuple(entries(walk)), 2):
            ready = accepted(walk, walk.case, first), accepted(walk, walk.case, second)
            if not independent(one, other) or not all(goes_on(walk, case) for case in ready):
                continue
            ways = [
                accepted(walk, case, then)
                for case, then in zip(ready, (second, first), strict=True)
                if case
            ]
            assert None not in ways, f"{first.step} and {second.step} hinder each other"
            here, there = (bare(walk.loops, case) for case in ways if case is not None)
            assert here == there, f"{first.step} and {second.step} do not commute"


def acts(walk: Walk) -> Iterator[Command]:
    """Every answer to a question that is offered, and every release, by the first who may."""
    asks = walk.case.order.asks.values()
    team = Team(walk.loops, walk.case, walk.now)
    for stream, outlook in outlooks(walk.loops, walk.case).items():
        task = None if stream == walk.case.order.id else TaskId(stream)
        for act in outlook.acts:
            if act.code is None:
                yield ReleaseWork(
                    order=walk.case.order.id,
                    actor=person(act.roles[0]),
                    at=walk.now,
                    reason="better",
                    task=task,
                )
            for ask in asks:
                if ask.code == act.code and (task is None or ask.task == task):
                    yield from (team.answer_entry(ask, word) for word in ask.answers)


@pytest.mark.parametrize("kind", KINDS)
@settings(drawn, max_examples=30)
@given(seed=SEEDS)
def test_what_a_worklist_offers_is_accepted(kind: str, seed: int) -> None:
    """Law l, where nothing was entered after the fact; what rests on an expired step is not."""
    rng = Random(f"{kind} {seed}")
    walk = begin(kind, rng)
    for _ in range(20):
        step_on(walk, rng, 3, moves=UPRIGHT)
        if walk.case.order.stop_at is not None and walk.case.order.stop_at <= walk.now:
            break  # the stop was reached since: the next entry ends what came to nothing
        for _, entry in entries(walk):
            refused = refusal(walk, entry)
            found = () if refused is None else refused.findings
            assert refused is None or EXPECTED & {one.check for one in found}, (
                f"{entry.step}: {refused.message}"
            )
        for act in acts(walk):
            refused = refusal(walk, act)
            assert refused is None, f"{act}: {refused.message}"


NOT_NOW = {"ALREADY_DONE", "STEP_NOT_READY", "NOT_APPLICABLE", "TASK_ENDED"}
"""Refusals that say that something should not have been offered."""


@pytest.mark.parametrize("kind", KINDS)
@settings(drawn, max_examples=30)
@given(seed=SEEDS)
def test_nothing_is_offered_that_is_done_or_rests_on_a_stop(kind: str, seed: int) -> None:
    """Law l after any entries; a gap is offered too, to be entered after the fact."""
    rng = Random(f"{kind} {seed}")
    walk = begin(kind, rng)
    for _ in range(10):
        step_on(walk, rng, 4)
        team = Team(walk.loops, walk.case, walk.now)
        for loop, step, task in team.ready():
            gaps = walk.case.order.gaps if task is None else task.gaps
            refused = None if step.no in gaps else refusal(walk, team.entry(loop, step, task))
            if refused is not None:
                assert refused.code not in NOT_NOW, f"{step.no}: {refused.message}"
                assert all(one.check != "earlier_stop" for one in refused.findings), step.no
