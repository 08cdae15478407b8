"""The laws of the engine over random walks: whatever is entered, whenever, by whomever.

A walk that breaks a law is shortened to the commands that it needs, and told one a line.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from domain.commands import PassTime
from domain.loops.evolve import evolve_all
from domain.orders import Order, OrderState
from domain.people import Role
from domain.tasks import Task, TaskState
from storage.codec import decode, parsed
from storage.written import written
from tests.moves import step_on
from tests.story import person
from tests.walks import (
    KINDS,
    Walk,
    begin,
    changed_loops,
    replace_walk,
    replay,
    shortest,
    told,
)

if TYPE_CHECKING:
    from collections.abc import Callable

SEEDS = st.integers(0, 2**48)
WALKS = 3
"""Walks of one example: Hypothesis costs more than a walk."""
drawn = settings(phases=[Phase.explicit, Phase.generate])  # a seed cannot be shrunk, a walk can


def walked(kind: str, seed: int, steps: int, law: Callable[[Walk], None]) -> Walk:
    """A walk, and a law at its end; a failure is told by the shortest walk that still fails."""
    rng = Random(f"{kind} {seed}")
    walk = begin(kind, rng)
    try:
        step_on(walk, rng, steps)
        law(walk)
    except Exception as error:
        story = told(shortest(walk, partial(_fails, law, type(error), str(error)[:40])))
        raise AssertionError(f"{error}\nseed {seed}, the shortest way there:\n{story}") from error
    return walk


def _fails(law: Callable[[Walk], None], kind: type[Exception], text: str, walk: Walk) -> bool:
    try:
        law(replay(walk))
    except Exception as error:  # noqa: BLE001 - whatever broke the walk is what is sought
        return type(error) is kind and str(error).startswith(text)
    return False


def can_be_finished(walk: Walk) -> None:
    team = walk.team()
    assert team.finish(), f"no team can finish it; last refused: {team.refusals[-5:]}"


def is_the_fold_of_its_events(walk: Walk) -> None:
    assert evolve_all(None, walk.events) == walk.case


@pytest.mark.parametrize("kind", KINDS)
@drawn
@given(seed=SEEDS)
def test_any_walk_is_lawful_and_a_competent_team_can_finish_it(kind: str, seed: int) -> None:
    for number in range(WALKS):
        walked(kind, seed + number, 40, can_be_finished)


@pytest.mark.parametrize("kind", KINDS)
@settings(drawn, max_examples=25)
@given(seed=SEEDS)
def test_the_state_is_the_fold_of_the_events_also_through_json(kind: str, seed: int) -> None:
    walk = walked(kind, seed, 60, is_the_fold_of_its_events)

    read = [
        replace(event, body=decode(type(event.body), parsed(written(event.body))))
        for event in walk.events
    ]
    order = decode(Order, parsed(written(walk.case.order)))
    tasks = {ident: decode(Task, parsed(written(task))) for ident, task in walk.case.tasks.items()}

    assert read == walk.events
    assert evolve_all(None, read) == walk.case
    assert order == walk.case.order
    assert tasks == walk.case.tasks


@pytest.mark.parametrize("kind", KINDS)
@settings(drawn, max_examples=25)
@given(seed=SEEDS)
def test_another_configuration_changes_nothing_that_is_stored(kind: str, seed: int) -> None:
    walk = walked(kind, seed, 60, is_the_fold_of_its_events)
    for other in changed_loops():
        later = replace_walk(walk)
        later.loops = other
        later.give(PassTime(order=walk.case.order.id, actor=person(Role.SYSTEM), at=walk.now))
        for ident, task in walk.case.tasks.items():
            after = later.case.tasks[ident]
            lapsed = after.state is TaskState.VOIDED and not task.started
            assert after == task or lapsed or after.state is task.state
        kept = walk.case.order.state is later.case.order.state
        assert kept or later.case.order.state is OrderState.VOIDED


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
@drawn
@given(seed=SEEDS)
def test_any_long_walk_is_lawful_and_can_be_finished(kind: str, seed: int) -> None:
    walked(kind, seed, 40, can_be_finished)
    walked(kind, seed, 150, can_be_finished)
