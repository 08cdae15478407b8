"""What the format allows and none of the eight loops uses: told with a loop changed for it."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from domain.loops.applies import Place, holds
from domain.loops.deadlines import limit_minutes
from domain.loops.definition import Bounds, Return, Text
from domain.loops.grammar import parse_condition, parse_trigger
from domain.people import Role
from tests.openings import MEDICATION, dose, medication, tube, visit
from tests.story import Story, at, loops, refused

if TYPE_CHECKING:
    from domain.loops.definition import LoopDefinition

WORDS = Text("Asked", "询问")


def _with(loop: LoopDefinition, story: Story) -> Story:
    story.loops = replace(story.loops, loops={**story.loops.loops, loop.id: loop})
    return story


@pytest.mark.rows("decision-9")
def test_a_sub_loop_may_hold_back_a_step_of_its_dose() -> None:
    loop = loops().get("medication")
    rows = tuple(
        replace(row, blocks=("M13", "M14")) if row.code == "MX11" else row for row in loop.children
    )
    story = _with(replace(loop, children=rows), medication(dose("08:00", infusion=True)))
    story.record("M10", "08:00")
    story.record("M11", "08:00")
    story.record("M12", "08:10", reaction=True)
    child = story.child("adverse_reaction")
    with refused("STEP_NOT_READY") as caught:
        story.record("M13", "08:20", result="complete")
    assert "adverse_reaction" in caught.text
    assert "M13" not in story.ready(story.task)
    story.record("M13", "08:20", late=True, result="complete")
    assert story.task.state.value == "in_progress", "the sub-loop keeps the dose open"
    for no, result in (("A1", "by_physician"), ("A3", "not_severe"), ("A4", None), ("A5", None)):
        by = Role.PHYSICIAN
        story.record(no, "08:25", task=child, by=by, result=result)
    assert story.task.outcome == "completed"


@pytest.mark.rows("E21")
def test_a_question_may_be_answered_against_advice_without_a_second_person() -> None:
    loop = loops().get("medication")
    rows = tuple(replace(row, second=()) if row.code == "MX02" else row for row in loop.returns)
    story = _with(replace(loop, returns=rows), medication())
    for no in ("M3",):
        assert no in story.order.steps
    other = _with(replace(loop, returns=rows), Story("medication", story.fields))
    other.record("M1", "07:00")
    other.record("M3", "07:05", result="intervened")
    with refused("REASON_MISSING"):
        other.answer("MX02", "insist", "07:10")
    other.answer("MX02", "insist", "07:10", reason="the dose is right")
    assert other.order.asks == {}


@pytest.mark.rows("E21", "E28")
def test_a_sub_loop_may_send_its_own_work_back() -> None:
    loop = loops().get("critical_value")
    on = parse_trigger("C4:by_physician")
    assert on is not None
    row = Return("CX02", (on,), WORDS, undo=("C2", "C3"))
    story = _with(replace(loop, returns=(row,)), tube())
    for no, result in (("L4", "collected"), ("L5", None), ("L6", "accepted"), ("L7", "in_house")):
        story.record(no, "07:30", result=result)
    story.record("L8", "08:00", result="measured", critical=True)
    child = story.child("critical_value")
    story.record("C1", "08:01", task=child, by=Role.SYSTEM)
    story.record(
        "C2", "08:02", task=child, by=Role.LABORATORY, result="confirmed", witness=Role.LABORATORY
    )
    story.record("C3", "08:03", task=child, by=Role.LABORATORY)
    story.record("C4", "08:04", task=child, by=Role.PHYSICIAN, result="by_physician")
    assert story.again(child).steps["C2"].undone
    assert story.again(child).steps["C3"].undone
    assert not story.task.steps["L7"].undone


@pytest.mark.rows("E27")
def test_a_condition_of_the_order_sees_whether_any_task_did_a_step() -> None:
    story = visit(bedside=True)
    place = Place(story.loops.get("examination"), story.case)
    condition = parse_condition("E12")
    assert condition is not None
    assert not holds(condition, place)
    for no, result in (("E7", "arrived"), ("E8", "started"), ("E9", "complete")):
        story.record(no, "09:00", result=result, reaction=False)
    story.record("E12", "10:00", critical=False)
    assert holds(condition, Place(story.loops.get("examination"), story.case))
    assert holds(parse_condition("!order.contrast") or condition, place)


@pytest.mark.rows("decision-14", "E2")
def test_an_overlay_that_frees_a_step_shows_it_at_once() -> None:
    loop = loops().get("medication")
    effect = replace(loop.steps["M14"], when=())
    changed = replace(loop, steps=MappingProxyType({**loop.steps, "M14": effect}))
    story = _with(changed, medication())
    story.record("M10", "08:00")
    story.record("M11", "08:00", result="complete")
    assert story.ready(story.task) == {"M14"}
    assert story.due(story.task)["TM15"] == at("09:00")


@pytest.mark.rows("E49", "decision-15")
def test_a_check_asks_for_the_minutes_of_a_limit_by_its_id() -> None:
    story = medication()
    place = Place(story.loops.get("medication"), story.case, story.task)
    assert limit_minutes("TM12", place) == 5
    assert limit_minutes("TM21", place) == 20
    assert limit_minutes("TM10", place) is None, "percent of an interval are no minutes"
    assert limit_minutes("TM99", place) is None


@pytest.mark.rows("E36", "decision-15")
def test_a_question_without_a_limit_for_its_priority_runs_no_clock() -> None:
    loop = loops().get("medication")
    free = Bounds(5, 15, None)
    rows = tuple(replace(row, within=free) if row.code == "MX01" else row for row in loop.returns)
    story = _with(replace(loop, returns=rows), Story("medication", MEDICATION))
    story.record("M1", "07:00")
    story.record("M2", "07:05", result="returned")
    assert "MX01" not in story.due()
