"""What the worklist offers next, and when it turns amber."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.commands import HoldWork, NewTask, ReleaseWork
from domain.loops.outlook import order_outlook, outlooks, task_outlook
from domain.people import Role
from domain.worklists import Outlook
from tests.openings import MEDICATION, blood, dose, issue, medication, tube, visit
from tests.story import Story, at, loops, person


def _next(story: Story) -> Outlook:
    return task_outlook(story.loops, story.case, story.task)


@pytest.mark.rows("E1", "decision-33", "TM12")
def test_a_step_turns_amber_at_four_fifths_of_its_time() -> None:
    story = medication(dose("08:00", infusion=True))
    story.record("M10", "08:00")
    found = _next(story)
    step = next(one for one in found.ready if one.step == "M11")
    assert (step.limit, step.deadline, step.amber_at) == ("TM12", at("08:05"), at("08:04"))
    assert step.roles == (Role.NURSE,)
    assert (found.next_limit, found.next_due_at) == ("TM12", at("08:05"))


@pytest.mark.rows("E26", "E25")
def test_what_expires_is_offered_again_from_then_on() -> None:
    story = blood()
    story.record("T13", "07:40")
    found = next(one for one in _next(story).ready if one.step == "T13")
    assert found.again_at == at("08:40")
    issue(story, "08:00")
    story.record("T14", "08:20", witness=Role.NURSE)
    story.record("T15", "08:21")
    assert "T13" not in story.ready(story.task)


@pytest.mark.rows("decision-2")
def test_nothing_is_next_on_what_has_ended() -> None:
    story = medication()
    story.record("M10", "08:00")
    story.record("M11", "08:00", result="complete")
    story.record("M16", "09:00")
    assert _next(story) == Outlook()
    assert order_outlook(story.loops, story.case) == Outlook()
    assert set(outlooks(story.loops, story.case)) == {story.order.id, story.task.id}


@pytest.mark.rows("E46")
def test_the_confirmation_is_offered_when_it_can_close() -> None:
    story = medication()
    assert "M16" not in story.ready()
    story.record("M10", "08:00")
    story.record("M11", "08:00", result="complete")
    assert story.ready() == {"M16"}


@pytest.mark.rows("E19")
def test_a_missing_step_is_offered_until_it_is_entered() -> None:
    story = medication(dose("08:00", infusion=True))
    story.record("M13", "09:00", late=True, entered="09:30", result="complete")
    assert "M11" in story.ready(story.task)


@pytest.mark.rows("E32")
def test_a_round_is_offered_until_the_end() -> None:
    story = medication(dose("08:00", infusion=True, effect_required=True))
    story.record("M10", "08:00")
    story.record("M11", "08:00")
    story.record("M12", "08:15", reaction=False)
    assert {"M12", "M13"} <= story.ready(story.task)
    story.record("M13", "08:20", result="complete")
    assert story.ready(story.task) == {"M14"}


@pytest.mark.rows("E21")
def test_what_waits_for_an_answer_is_not_offered() -> None:
    story = tube()
    story.record("L4", "07:30", result="collected")
    assert {"L5", "L6"} <= story.ready(story.task)
    assert len(loops()) == 9
    assert {one.id for one in loops()} >= {"medication", "test"}


def _acts(outlook: Outlook) -> list[tuple[object, ...]]:
    return [(one.step, one.code, one.roles, one.limit, one.deadline) for one in outlook.acts]


@pytest.mark.rows("E21", "MX02")
def test_a_question_of_the_pharmacist_waits_for_the_physician() -> None:
    story = Story("medication", MEDICATION)
    story.record("M1", "07:00")
    story.record("M2", "07:05", result="verified")
    story.record("M3", "07:10", result="intervened", category="dose")
    asked = order_outlook(story.loops, story.case)
    assert _acts(asked) == [("answer", "MX02", (Role.PHYSICIAN,), "MX02", at("09:10"))]
    assert asked.acts[0].amber_at == at("08:46")
    assert asked.waiting == (*asked.ready, *asked.acts)
    assert [one.is_act for one in asked.acts] == [True]
    assert not any(one.is_act for one in asked.ready)
    second = person(Role.PHARMACIST)
    story.answer("MX02", "insist", "07:20", reason="renal dose is right", witness=second)
    assert order_outlook(story.loops, story.case).acts == ()


@pytest.mark.rows("E21", "EX01")
def test_a_question_about_a_visit_waits_on_that_visit() -> None:
    story = Story("examination", {"exam": "CT", "modality": "CT", "clinical_question": "?"})
    story.record("E1", "07:00")
    story.make(NewTask(), NewTask(seq=1, last=True))
    first, second = list(story.case.tasks.values())
    story.record("E3", "07:10", task=first, result="returned")
    found = outlooks(story.loops, story.case)
    assert _acts(found[first.id]) == [("answer", "EX01b", (Role.PHYSICIAN,), "EX01b", at("11:10"))]
    assert found[second.id].acts == found[story.order.id].acts == ()


@pytest.mark.rows("E39", "EX04")
def test_what_an_ended_visit_asked_waits_on_the_order() -> None:
    story = visit(checklist=True)
    story.exit("no_show", "09:30", by=Role.IMAGING)
    assert story.again(story.task).state.terminal
    assert _acts(order_outlook(story.loops, story.case)) == [
        ("answer", "EX04", (Role.PHYSICIAN,), "EX04", at("09:30", 1))
    ]


@pytest.mark.rows("MX16", "X5", "TM24")
def test_an_order_on_hold_waits_for_its_release() -> None:
    story = medication()
    story.entry(HoldWork, "07:30", reason="vomiting")
    found = outlooks(story.loops, story.case)
    day_later = at("07:30", 1)
    assert _acts(found[story.order.id]) == [("release", None, (Role.PHYSICIAN,), "TM24", day_later)]
    assert found[story.task.id].acts == (), "the dose ends its hold with the order's"
    story.entry(ReleaseWork, "07:40")
    assert order_outlook(story.loops, story.case).acts == ()


@pytest.mark.rows("TX11", "TT21")
def test_a_unit_on_hold_waits_for_its_release() -> None:
    story = blood()
    story.record("T13", "07:40")
    issue(story, "08:00")
    story.record("T14", "08:20", witness=Role.NURSE)
    story.record("T15", "08:21")
    story.entry(HoldWork, "08:25", task=story.task.id, reason="fever", until=at("08:55"))
    assert _acts(_next(story)) == [
        ("release", None, (Role.PHYSICIAN, Role.NURSE), "TT21", at("08:55"))
    ]


@pytest.mark.rows("E35")
def test_nobody_releases_where_a_loop_names_nobody() -> None:
    story = medication()
    story.entry(HoldWork, "07:30", reason="vomiting")
    loop = story.loops.get("medication")
    bare = {name: act for name, act in loop.common.items() if name not in ("hold", "release")}
    changed = replace(
        story.loops, loops={**story.loops.loops, "medication": replace(loop, common=bare)}
    )
    assert order_outlook(changed, story.case).acts == ()


@pytest.mark.rows("E35")
def test_a_hold_without_a_limit_waits_without_a_deadline() -> None:
    story = medication()
    story.entry(HoldWork, "07:30", reason="vomiting")
    loop = story.loops.get("medication")
    limits = tuple(one for one in loop.limits if one.to != "release")
    changed = replace(
        story.loops, loops={**story.loops.loops, "medication": replace(loop, limits=limits)}
    )
    (act,) = order_outlook(changed, story.case).acts
    assert (act.step, act.deadline, act.limit) == ("release", None, None)
