"""The proof by running: every loop that ships can be done to its end, and is never silent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.loops.definition import LoopDefinition
from domain.loops.loops import Loops
from rules.loops.combinations import condition_values, settings
from rules.loops.document import Fault
from rules.loops.running import prove_by_running, turns
from tests.story import loops

ALL = tuple(loops().loops)


def told(loop: LoopDefinition, faults: tuple[Fault, ...]) -> list[str]:
    """Each fault with its step, as `loops check` says it."""
    numbers = [fault.path[1] for fault in faults]
    steps = list(loop.steps)
    return [
        f"{steps[number]}: {fault.reason}"
        for number, fault in zip(numbers, faults, strict=True)
        if isinstance(number, int)
    ]


def changed(base: Loops, loop: LoopDefinition) -> Loops:
    return replace(base, loops={**base.loops, loop.id: loop})


@pytest.mark.parametrize("name", ALL)
def test_the_loop_can_be_run_to_its_end(name: str) -> None:
    base = loops()
    loop = base.get(name)

    assert told(loop, prove_by_running(base, loop, thorough=False)) == []


@pytest.mark.long
@pytest.mark.parametrize("profile", ["cn", "intl"])
@pytest.mark.parametrize("name", ALL)
def test_the_loop_can_be_run_to_its_end_in_every_way(name: str, profile: str) -> None:
    base = loops(profile)
    loop = base.get(name)

    assert told(loop, prove_by_running(base, loop)) == []


def test_a_missing_clock_is_found_where_it_is_missing() -> None:
    loop = loops().get("test")
    mute = replace(loop, limits=tuple(one for one in loop.limits if one.to != "L9"))

    found = told(mute, prove_by_running(changed(loops(), mute), mute, thorough=False))

    assert any(line.startswith("L7: after L6 no limit is running") for line in found)


def test_a_clock_that_starts_from_a_step_that_does_not_apply_is_found() -> None:
    """POCT: L6 is not applicable, so that the limit from it to the report never ran (trial)."""
    loop = loops().get("test")
    mute = replace(loop, limits=tuple(one for one in loop.limits if one.id != "TL09p"))

    found = told(mute, prove_by_running(changed(loops(), mute), mute, thorough=False))

    assert any("after L4 no limit is running" in line for line in found)


def test_a_dead_end_is_found_with_the_step_that_stands_still() -> None:
    """A positive skin test that only holds, and asks nobody, leaves the order for ever."""
    loop = loops().get("transfusion")
    kept = tuple(row for row in loop.returns if row.code != "TX04")
    dead = replace(loop, returns=kept)

    found = told(dead, prove_by_running(changed(loops(), dead), dead, thorough=False))

    assert any("no team can finish it" in line and "T8 discrepancy" in line for line in found)


def test_a_dead_end_of_a_sub_loop_is_found_on_an_order_that_opens_it() -> None:
    loop = loops().get("critical_value")
    dead = replace(loop, exits=())

    found = told(dead, prove_by_running(changed(loops(), dead), dead, thorough=False))

    assert any("no team can finish it" in line and "C2 not_confirmed" in line for line in found)


def test_every_result_field_exit_and_answer_is_a_turn() -> None:
    told_turns = {str(turn) for turn in turns(loops().get("medication"))}

    assert {"M2 returned", "M8 shortage", "M10 MX07", "M13 stopped_reaction, answered release"} <= (
        told_turns
    )


def test_what_conditions_read_is_met_in_every_pair_of_values() -> None:
    base = loops()
    loop = base.get("medication")
    values = condition_values(loop, base.fields)

    rows = settings(loop, base.fields)

    keys = list(values)
    for left in keys:
        for right in keys:
            if left < right:
                met = {(row.values[left], row.values[right]) for row in rows}
                assert met == {(a, b) for a in values[left] for b in values[right]}
    assert values["order", "priority"] == ("STAT", "URGENT", "ROUTINE")
    assert values["order", "order_class"][:2] == ("PRN_LONG", "SOS")


def test_few_combinations_are_all_run() -> None:
    base = loops()

    rows = settings(base.get("adverse_reaction"), base.fields)

    assert [str(row) for row in rows] == ["priority=STAT", "priority=URGENT", "priority=ROUTINE"]
