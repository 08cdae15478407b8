"""What a row of a table of exits, returns or sub-loops says, and how it comes about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from domain.commands import RecordStep, TakeExit
from domain.loops.grammar import Scope, StepRef
from domain.records import Source
from tests.spec.cases import NOW, OWN, Standing, conditions, example, minutes, refs, somebody

if TYPE_CHECKING:
    from datetime import datetime

    from domain.events import Event
    from domain.loops.definition import Exit as DefinedExit
    from domain.people import Role
    from tests.story import Story


NOTHING: Final[Mapping[str, object]] = {}
WAITS: Final = {"M4": 16, "T16": 12}
"""Minutes that a step must come after the one before it, where that is not at once."""


@dataclass(frozen=True, slots=True)
class Exit:
    """A lawful way to end a task otherwise.

    Attributes:
        at: the steps of which one must be pending; or `on`: the results that fix the outcome.
        by: who takes it, by short codes.
        fields: what it asks for; those with `?` may be left out.
        still: the steps that are due all the same.
        not_before: the step (or `window_end`) and the minutes after it from which it is lawful.
        sources: only records that came in one of these ways.
        given: conditions that the case needs beside `when`.
        intl_fields: what the international profile asks for, where it differs.
    """

    code: str
    word: str
    by: str
    at: str = ""
    on: str = ""
    when: str = ""
    fields: str = ""
    still: str = ""
    witness: str = ""
    voids: bool = False
    not_before: tuple[str, int] | None = None
    sources: str = ""
    given: str = ""
    intl_fields: str = ""


@dataclass(frozen=True, slots=True)
class Return:
    """A result that sends work back, and the question that it asks.

    Attributes:
        undo: the steps that are pending again.
        asks: who answers; `second`: who must agree to go on against advice.
        within: minutes for the answer, STAT, URGENT, ROUTINE.
        holds: the order is held until then.
    """

    code: str
    on: str
    undo: str = ""
    asks: str = ""
    answers: str = ""
    second: str = ""
    within: tuple[int, int, int] | None = None
    rule: str = "X-LATE"
    holds: bool = False
    when: str = ""
    given: str = ""


@dataclass(frozen=True, slots=True)
class Child:
    """A sub-loop, or another task of the order, that a result opens.

    Attributes:
        makes: the loop, or `task`.
        blocks: the order's step that waits for it.
        by: who may open it by hand on a started task.
        keeps_clock: it keeps the first clock.
        sets: fields that it gets.
        due: the fields that say when it is due.
    """

    code: str
    on: str
    makes: str
    blocks: str = ""
    by: str = ""
    when: str = ""
    given: str = ""
    keeps_clock: bool = False
    sets: Mapping[str, object] = field(default_factory=dict)
    due: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The three tables of one loop."""

    loop: str
    exits: tuple[Exit, ...] = ()
    returns: tuple[Return, ...] = ()
    children: tuple[Child, ...] = ()


def perform(
    story: Story, no: str, *, result: str | None = None, evidence: Mapping[str, object] = NOTHING
) -> tuple[Event, ...]:
    """Record a step as a good team would, with this result and evidence."""
    step = next(loop.steps[no] for loop in story.loops if no in loop.steps)
    asked = {use.name: example(use.name) for use in step.fields if not use.optional}
    usual = {"noscan_reason": "scanner down", "reject_reason": example("reject_reason")}
    return story.do(
        RecordStep(
            order=story.order.id,
            actor=somebody(step.by[0]),
            at=NOW,
            task=OWN,
            step=no,
            result=result or (step.results[0] if step.results else None),
            witness=None if step.witness is None else somebody(step.witness.by[0], "second"),
            co_signer="the patient",
            reason="said so",
            evidence={**usual, **asked, **evidence},
        )
    )


def take(
    story: Story,
    row: DefinedExit,
    *,
    role: Role | None = None,
    when: datetime = NOW,
    without: str | None = None,
    witness: Role | None = None,
    alone: bool = False,
    live: bool = False,
) -> tuple[Event, ...]:
    """Take an exit as a good team would, but for what is said otherwise."""
    asked = {use.name: example(use.name) for use in row.fields if use.name != without}
    needed = row.witness.by[0] if row.witness is not None else None
    second = None if alone else witness or needed
    source = Source(row.sources[0]) if row.sources and not live else Source.LIVE
    story.now = when
    return story.do(
        TakeExit(
            order=story.order.id,
            actor=somebody(role or row.by[0]),
            at=when,
            task=OWN,
            exit=row.id,
            code=row.code,
            reason=None if without == "reason" else "said so",
            witness=None if second is None else somebody(second, "second"),
            source=source,
            source_id="row-1",
            evidence=asked,
        )
    )


def pending(loop: str, no: str, given: str, *, profile: str = "cn") -> Standing:
    """A case in which a step is next."""
    standing = Standing(loop, profile=profile, recorded_at=NOW - minutes(WAITS.get(no, 2)))
    step = standing.definition.steps[no]
    standing.where(conditions(given)).where(step.when)
    standing.before(no)
    named = [one for one in conditions(given) if one.scope is Scope.STEP and not one.negated]
    standing.upto(*(StepRef(one.name, one.values) for one in named))
    standing.where(conditions(given))
    standing.done.pop(no, None)
    active = standing.definition.activating
    if (
        active is not None
        and active.no != no
        and active.no not in standing.definition.descendants[no]
    ):
        standing.done.setdefault(active.no, None)
    return standing


def triggers(text: str) -> list[str]:
    """The triggers of a table's cell, one result or word at a time."""
    found = []
    for word in text.split():
        head, colon, tail = word.partition(":")
        found += [f"{head}:{one}" for one in tail.split("|")] if colon else [word]
    return found


def fire(loop: str, trigger: str, given: str, standing: Standing | None = None) -> Story:
    """The story just after a result, field, exit or act set something off."""
    if trigger in ("cancel", "discontinue"):
        story = (standing or pending(loop, "M10", given)).story()
        story.stop(trigger, "10:00")
        return story
    head, _, word = trigger.partition(":")
    if head == "exit":
        definition = Standing(loop).definition
        row = next(one for one in definition.exits if one.id == word and _fits(one, given))
        story = (standing or leaving(loop, row, given)).story()
        take(story, row)
        return story
    said = trigger.partition(".")[2]
    (ref,) = refs(trigger.split(".", maxsplit=1)[0])
    story = (standing or pending(loop, ref.step, given)).story()
    perform(story, ref.step, result=word or None, evidence={said: True} if said else {})
    return story


def _fits(row: DefinedExit, given: str) -> bool:
    """Whether the conditions of a case ask for this of the rows that share a word."""
    marks = {"L4": "LX07", "!L4": "LX04", "!L6:rejected": "LX13"}
    named = [code for mark, code in marks.items() if mark in given.split()]
    return bool(row.at) and (not named or row.code in named)


def leaving(loop: str, row: DefinedExit, given: str, at: str | None = None) -> Standing:
    """A case in which an exit is lawful from now on."""
    needed = f"{given} {' '.join(str(one) for one in row.when)}"
    standing = pending(loop, at or row.at[-1], needed)
    rule = row.not_before
    if rule is not None and rule.origin == "window_end":
        standing.due_at = NOW - minutes(60)  # an hour is the window of a dose of no class
    elif rule is not None:
        no, _, name = rule.origin.partition(".")
        standing.done.setdefault(no, None)
        standing.times[no] = NOW - minutes(rule.minutes)
        if name:
            standing.evidence[no] = {name: standing.times[no].isoformat()}
    return standing
