"""What was decided a moment ago is not settled once more, unless something has changed since."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.ids import OrderId
from domain.loops import loops as of_a_site
from domain.loops import settle
from domain.loops.settle import is_settled
from tests.openings import dose, medication
from tests.story import Story, at, loops


def given(story: Story) -> Story:
    story.record("M10", "08:00")
    story.record("M13", "08:05", result="complete")
    return story


def test_an_order_that_was_just_decided_on_rests_until_it_moves() -> None:
    story = medication(dose("08:00"), dose("14:00"))
    assert not is_settled(story.loops, story.case), "time made the doses, nobody decided"
    story.record("M10", "08:00")
    assert is_settled(story.loops, story.case)
    assert not is_settled(story.loops, replace(story.case, order=replace(story.order)))
    first, *others = story.case.tasks.values()
    moved = {task.id: task for task in (replace(first), *others)}
    assert not is_settled(story.loops, replace(story.case, tasks=moved))
    assert not is_settled(story.loops, replace(story.case, tasks={first.id: first}))


def test_a_dose_that_lacks_nothing_by_a_new_configuration_closes_at_the_next_entry() -> None:
    loop = loops().get("medication")
    steps = {**loop.steps, "M14": replace(loop.steps["M14"], required=True, when=())}
    asks_more = replace(loops(), loops={**loops().loops, loop.id: replace(loop, steps=steps)})
    story = medication(dose("08:00"), dose("14:00"))
    story.loops = asks_more
    first = given(story).task
    assert first.state.value == "in_progress", "its effect has not been looked at"
    assert is_settled(asks_more, story.case)
    story.loops = loops()
    assert not is_settled(story.loops, story.case)
    later = next(task for task in story.case.tasks.values() if task.id != first.id)
    story.record("M10", "14:00", task=later)
    assert story.again(first).state.value == "closed"


def test_an_order_that_is_stopped_is_looked_at_again_for_its_stop_may_be_to_come() -> None:
    story = medication(dose("08:00"), dose("14:00"))
    story.stop("discontinue", "08:00", stop_at=at("13:00"))
    assert not is_settled(story.loops, story.case)


def test_what_is_settled_is_forgotten_before_it_fills_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settle, "_REMEMBERED", 1)
    story = medication(dose("08:00"))
    story.record("M10", "08:00")
    story.loops.settled[OrderId("another")] = story.loops.settled[story.order.id]
    story.record("M13", "08:05", result="complete")
    assert list(story.loops.settled) == [story.order.id]


def test_names_of_steps_that_nobody_knows_do_not_fill_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    site = replace(loops(), clinical_checks=frozenset({"allergy"}))
    monkeypatch.setattr(of_a_site, "_NAMES", 1)
    for name in ("M10", "M99", "M99"):
        assert not site.needs_clinical("medication", name)
    assert len(site.looking) == 1
