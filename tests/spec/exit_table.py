"""The questions that hold the tables of exits, returns and sub-loops to the loop files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from domain.commands import AnswerAsk, OpenChild
from domain.errors import InvalidInput, Refused
from domain.loops.deadlines import deadlines
from domain.loops.grammar import StepRef, TriggerKind
from domain.orders import OrderState
from domain.people import Role
from domain.tasks import TaskState
from tests.spec.cases import (
    BEGUN,
    NOW,
    OWN,
    PRIORITIES,
    Standing,
    conditions,
    minutes,
    roles,
    somebody,
)
from tests.spec.exit_rows import (
    Child,
    Exit,
    Return,
    Table,
    fire,
    leaving,
    pending,
    perform,
    take,
    triggers,
)
from tests.story import loops, refused

if TYPE_CHECKING:
    from domain.loops.definition import Exit as DefinedExit
    from domain.loops.grammar import Trigger
    from domain.tasks import Task
    from tests.story import Story


def _exit(loop: str, row: Exit, profile: str = "cn") -> DefinedExit:
    return next(one for one in loops(profile).get(loop).exits if one.code == row.code)


def exit_is_taken_by_its_roles(loop: str, row: Exit) -> None:
    """At each of its steps by each of its roles, and by nobody else; with its second person."""
    defined = _exit(loop, row)
    assert set(defined.by) == set(roles(row.by))
    assert set(defined.at) == set(row.at.split())
    for no in row.at.split():
        for role in Role:
            story = leaving(loop, defined, row.given, no).story()
            if role in roles(row.by):
                assert take(story, defined, role=role), f"{row.code} at {no} by {role}"
            else:
                with refused("NOT_AUTHORISED"):
                    take(story, defined, role=role)
    if not row.witness:
        assert defined.witness is None
        return
    with refused("WITNESS_MISSING"):
        take(leaving(loop, defined, row.given).story(), defined, alone=True)
    for role in Role:
        story = leaving(loop, defined, row.given).story()
        if role in roles(row.witness):
            assert take(story, defined, witness=role)
        else:
            with refused("NOT_AUTHORISED"):
                take(story, defined, witness=role)


def exit_is_lawful_only_there(loop: str, row: Exit) -> None:
    """Not where its conditions fail, before its time, from another source, or when all is done."""
    defined = _exit(loop, row)
    assert {str(one) for one in defined.when} == {str(one) for one in conditions(row.when)}
    assert defined.sources == tuple(row.sources.split())
    if not row.at:
        return
    for condition in conditions(row.when):
        with refused("EXIT_NOT_NOW"):
            take(leaving(loop, defined, row.given).where_not(condition).story(), defined)
    past = leaving(loop, defined, row.given)
    past.done.update({no: past.result_of(StepRef(no)) for no in row.at.split()})
    with pytest.raises(Refused) as found:
        take(past.story(), defined)
    assert found.value.code in ("EXIT_NOT_NOW", "TASK_ENDED")
    assert (defined.not_before is not None) is (row.not_before is not None)
    if row.not_before is not None and defined.not_before is not None:
        said = (defined.not_before.origin, defined.not_before.minutes)
        assert said == row.not_before
        with refused("EXIT_TOO_EARLY"):
            take(leaving(loop, defined, row.given).story(), defined, when=NOW - minutes(1))
    if row.sources:
        with refused("EXIT_BY_SOURCE"):
            take(leaving(loop, defined, row.given).story(), defined, live=True)


def exit_asks_for_its_fields(loop: str, row: Exit) -> None:
    """It misses no field that must be there, in either profile."""
    for profile in ("cn", "intl"):
        defined = _exit(loop, row, profile)
        fields = row.intl_fields if profile == "intl" and row.intl_fields else row.fields
        assert {(use.name, use.optional) for use in defined.fields} == {
            (name.removesuffix("?"), name.endswith("?")) for name in fields.split()
        }
        if not row.at or Role.SYSTEM in roles(row.by):
            continue
        for name in (one for one in fields.split() if not one.endswith("?")):
            standing = leaving(loop, defined, row.given)
            standing.profile = profile
            with pytest.raises(InvalidInput) as found:
                take(standing.story(), defined, without=name)
            assert found.value.field == f"evidence.{name}"


def exit_leads_where_it_says(loop: str, row: Exit) -> None:
    """Its outcome, what is still due, and the state in which the task ends."""
    defined = _exit(loop, row)
    assert _said(defined.on) == set(triggers(row.on))
    for trigger in triggers(row.on) or [""]:
        if trigger:
            story = fire(loop, trigger, f"{row.given} {row.when}")
        else:
            story = leaving(loop, defined, row.given).story()
            take(story, defined)
        task = story.again(OWN)
        assert task.exit is not None
        assert (task.exit.code, task.exit.outcome) == (row.code, row.word)
        assert task.exit.still == tuple(row.still.split())
        assert task.exit.voids is row.voids
        _finish(story, task)
        task = story.again(OWN)
        ends = TaskState.VOIDED if row.voids else TaskState.CLOSED_BY_EXIT
        assert (task.state, task.outcome) == (ends, row.word)


def _finish(story: Story, task: Task) -> None:
    """Do what is still due, each as soon as it is offered."""
    assert task.exit is not None
    for _ in task.exit.still:
        ready = story.ready(task) & set(task.exit.still)
        assert ready or task.state.terminal, f"{task.exit.code}: nothing is offered"
        for no in sorted(ready):
            perform(story, no)
            task = story.again(task)


def return_sends_back(loop: str, row: Return) -> None:
    """Its steps are pending again, and the order is held where it says so."""
    defined = next(one for one in loops().get(loop).returns if one.code == row.code)
    assert set(defined.undo) == set(row.undo.split())
    assert {str(one) for one in defined.when} == {str(one) for one in conditions(row.when)}
    for trigger in triggers(row.on):
        story = fire(loop, trigger, f"{row.given} {row.when}")
        for no in row.undo.split():
            on = story.order.steps if no in story.order.steps else story.again(OWN).steps
            assert no not in on or on[no].undone, f"{row.code} leaves {no} done"
        assert (story.order.state is OrderState.ON_HOLD) is row.holds
        assert bool(_asked(story, row)) is bool(row.asks), f"{row.code} after {trigger}"
    assert _said(defined.on) == set(triggers(row.on))
    for condition in conditions(row.when):
        other = (
            pending(loop, triggers(row.on)[0].split(":")[0], row.given)
            if "exit" not in row.on
            else None
        )
        if other is not None:
            story = fire(loop, triggers(row.on)[0], row.given, other.where_not(condition))
            assert not _asked(story, row)
            assert all(not one.undone for one in story.order.steps.values())


def _said(rows: tuple[Trigger, ...]) -> set[str]:
    """The triggers of a loop file, one result or word at a time, as a table's cell has them."""
    found: list[str] = []
    for one in rows:
        if one.kind is TriggerKind.ACT:
            found += one.words
        elif one.kind is TriggerKind.FIELD:
            found.append(f"{one.step}.{one.words[0]}")
        else:
            head = "exit" if one.kind is TriggerKind.EXIT else one.step
            found += [f"{head}:{word}" for word in one.words] or [head]
    return set(found)


def _asked(story: Story, row: Return) -> list[str]:
    return [key for key, ask in story.order.asks.items() if ask.code == row.code]


def return_waits_for_its_answer(loop: str, row: Return) -> None:
    """Who answers, with which words, in how many minutes, and what each answer does."""
    if not row.asks:
        assert row.within is None
        return
    assert row.within is not None
    given = f"{row.given} {row.when}"
    trigger = triggers(row.on)[0]
    for priority, count in zip(PRIORITIES, row.within, strict=True):
        story = fire(loop, trigger, given, _with(loop, trigger, given, priority))
        (found,) = (one for one in deadlines(story.loops, story.case) if one.step == "answer")
        assert (found.limit, found.rule) == (row.code, row.rule)
        assert found.at == NOW + minutes(count), f"{row.code}, {priority}"
    for role in Role:
        story = fire(loop, trigger, given)
        if role in roles(row.asks):
            assert _answer(story, row, row.answers.split()[0], role)
        else:
            with refused("NOT_AUTHORISED"):
                _answer(story, row, row.answers.split()[0], role)
    with pytest.raises(InvalidInput) as wrong:
        _answer(fire(loop, trigger, given), row, "perhaps", roles(row.asks)[0])
    assert wrong.value.right == f"one of {', '.join(row.answers.split())}"
    for answer in row.answers.split():
        _answer_does(loop, row, trigger, answer)


def _with(loop: str, trigger: str, given: str, priority: object) -> Standing:
    if trigger.startswith("exit:"):
        rows = (one for one in loops().get(loop).exits if one.id == trigger[5:] and one.at)
        row = next(one for one in rows if "!L4" not in given.split() or one.code == "LX04")
        standing = leaving(loop, row, given)
    else:
        standing = pending(loop, trigger.split(":", maxsplit=1)[0].split(".", maxsplit=1)[0], given)
    standing.priority = priority  # type: ignore[assignment]  # one of PRIORITIES
    return standing


def _answer(
    story: Story,
    row: Return,
    answer: str,
    role: Role,
    *,
    second: Role | None = None,
    reason: bool = True,
) -> bool:
    (key,) = _asked(story, row)
    agreed = second or (roles(row.second)[0] if row.second else None)
    return bool(
        story.entry(
            AnswerAsk,
            NOW,
            actor=somebody(role),
            code=row.code,
            task=story.order.asks[key].task,
            answer=answer,
            reason="said so" if reason else None,
            witness=None if agreed is None else somebody(agreed, "second"),
        )
    )


def _answer_does(loop: str, row: Return, trigger: str, answer: str) -> None:
    role = roles(row.asks)[0]
    story = fire(loop, trigger, f"{row.given} {row.when}")
    tasks = len(story.case.tasks)
    started = story.order.tally.effects > 0
    _answer(story, row, answer, role)
    assert not _asked(story, row)
    if answer in ("replace", "cancel", "discontinue"):
        stopped = "discontinue" if answer == "cancel" and started else answer
        assert story.order.stopped_by == stopped
    else:
        assert story.order.stopped_by is None
    assert len(story.case.tasks) == tasks + (answer == "again")
    if answer == "release":
        assert story.order.state is OrderState.IN_PROGRESS
    if answer in ("insist", "proceed"):
        with refused("REASON_MISSING"):
            _answer(fire(loop, trigger, row.given), row, answer, role, reason=False)
        for second in set(Role) - set(roles(row.second)):
            with refused("NOT_AUTHORISED"):
                _answer(fire(loop, trigger, row.given), row, answer, role, second=second)


def child_opens(loop: str, row: Child) -> None:
    """Each of its triggers opens it, as the table says, and nothing else does."""
    defined = next(one for one in loops().get(loop).children if one.code == row.code)
    assert {str(one) for one in defined.when} == {str(one) for one in conditions(row.when)}
    assert _said(defined.on) == set(triggers(row.on))
    for trigger in triggers(row.on):
        story = fire(loop, trigger, f"{row.given} {row.when}")
        (child,) = _opened(story, row)
        assert child.loop == (loop if row.makes == "task" else row.makes), trigger
        assert child.blocks == (() if row.makes == "task" else tuple(row.blocks.split()))
        assert (child.parent is None) is (row.makes == "task")
        assert child.clock_from == (BEGUN if row.keeps_clock else None)
        assert all(child.fields[name] == value for name, value in row.sets.items())
        assert (child.due_at is not None) is bool(row.due)
    assert set(defined.blocks) == set(row.blocks.split())
    assert dict(defined.sets) == dict(row.sets)
    assert defined.due == tuple(row.due.split())


def _opened(story: Story, row: Child) -> list[Task]:
    return [one for one in story.case.tasks.values() if one.opened_code == row.code]


def child_is_opened_by_hand(loop: str, row: Child) -> None:
    """On a started task by its roles and by nobody else."""
    starts = next((one.no for one in loops().get(loop).task_steps if one.starts), None)
    assert starts is not None
    for role in Role:
        standing = pending(loop, starts, "infusion")
        standing.done[starts] = None
        story = standing.story()
        if role in roles(row.by):
            story.entry(OpenChild, NOW, actor=somebody(role), task=OWN, code=row.code)
            assert len(_opened(story, row)) == 1
        else:
            with pytest.raises((Refused, InvalidInput)):
                story.entry(OpenChild, NOW, actor=somebody(role), task=OWN, code=row.code)


EXITS = (
    exit_is_taken_by_its_roles,
    exit_is_lawful_only_there,
    exit_asks_for_its_fields,
    exit_leads_where_it_says,
)
RETURNS = (return_sends_back, return_waits_for_its_answer)
CHILDREN = (child_opens, child_is_opened_by_hand)


def is_whole(table: Table, held: tuple[str, ...]) -> None:
    """The tables have every row of the loop file, and the file every one of theirs."""
    loop = loops().get(table.loop)
    assert [row.code for row in table.exits] == [row.code for row in loop.exits]
    assert [row.code for row in table.returns] == [row.code for row in loop.returns]
    assert [row.code for row in table.children] == [row.code for row in loop.children]
    codes = {row.code for rows in (table.exits, table.returns, table.children) for row in rows}
    assert codes <= set(held)
