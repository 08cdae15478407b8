"""The proof by running: every loop that ships can be done to its end, and is never silent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.loops.definition import LoopDefinition
from domain.loops.loops import Loops
from domain.loops.rows import Bounds
from rules.loops.combinations import condition_values, settings
from rules.loops.document import Fault
from rules.loops.running import prove_by_running, silent, turns
from rules.loops.team import Team
from tests.openings import dose, medication, tube
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


def test_a_screening_that_is_out_of_date_at_once_goes_round_for_ever_and_is_found() -> None:
    """Contrast asks for an eGFR of the last month; no eGFR is as recent as this very minute."""
    loop = loops().get("examination")
    recent = replace(loop.limit["TE13"], within=Bounds(0, 0, 0))
    round_and_round = replace(
        loop, limits=tuple(recent if one.id == recent.id else one for one in loop.limits)
    )

    found = told(
        round_and_round,
        prove_by_running(changed(loops(), round_and_round), round_and_round, thorough=False),
    )

    assert any(line.startswith("E5: after E5 no team can finish it") for line in found)


def test_an_order_to_which_more_doses_may_come_is_ended_by_who_may_stop_it() -> None:
    story = medication(dose("08:00", last=False))
    acts = story.loops.get("medication").common
    kept = {act: row for act, row in acts.items() if act not in ("discontinue", "cancel")}
    endless = changed(story.loops, replace(story.loops.get("medication"), common=kept))

    assert Team(story.loops, story.case, story.now).finish()
    assert not Team(endless, story.case, story.now).finish()


def test_a_sub_loop_answers_for_its_own_silence_not_for_that_of_its_order() -> None:
    mute = loops()
    for name in ("examination", "critical_value"):  # an examination opens it
        mute = changed(mute, replace(mute.get(name), limits=()))
    loop = mute.get("critical_value")

    found = told(loop, prove_by_running(mute, loop, thorough=False))

    assert any(line.startswith("C1: after the start no limit is running") for line in found)
    assert {line.split(":")[0] for line in found} <= set(loop.steps)


def test_a_team_that_runs_out_of_time_has_not_finished() -> None:
    story = medication(dose("08:00", last=True))
    team = Team(story.loops, story.case, story.now)

    assert not team.finish(within=2)
    assert len(team.acts) == 2
    assert not team.case.order.state.terminal
    assert team.finish()


def test_what_a_new_configuration_leaves_done_is_settled_by_the_next_entry() -> None:
    """A bedside test that was to be sent to the laboratory, until the hospital changed its mind."""
    loop = loops().get("test")
    sent = replace(loop, steps={**loop.steps, "L5": replace(loop.steps["L5"], when=())})
    story = tube(point_of_care=True)
    story.loops = changed(loops(), sent)
    for no, result in (("L4", "collected"), ("L8", "measured"), ("L9", None)):
        story.record(no, "08:00", result=result)
    story.record("L10", "08:10")
    story.record("L11", "08:15")
    assert story.ready(story.task) == {"L5"}

    story.loops = loops()

    assert not story.ready(story.task)
    assert not silent(story.loops, story.case)
    story.record("L11", "08:20")
    assert story.task.state.value == "closed"


def test_every_result_field_exit_and_answer_is_a_turn() -> None:
    told_turns = {str(turn) for turn in turns(loops().get("medication"))}

    assert {"M2 returned", "M8 shortage", "M10 MX07", "M13 stopped_reaction, answered release"} <= (
        told_turns
    )


def test_a_question_about_a_field_is_answered_in_every_way() -> None:
    """A hospital may ask what to do about a shortage; the shipped loop dispenses again."""
    loop = loops().get("medication")
    asked = tuple(
        replace(row, answers=("replace", "cancel")) if row.code == "MX06" else row
        for row in loop.returns
    )

    told_turns = {str(turn) for turn in turns(replace(loop, returns=asked))}

    assert {"M8 shortage, answered replace", "M8 shortage, answered cancel"} <= told_turns


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
