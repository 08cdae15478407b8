"""What of an order or task waits for somebody: a step, the answer to a question, a release."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from client.presenters.titles import said, step_name
from domain.worklists import RELEASE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from client.presenters.formats import Formats
    from domain.loops.definition import LoopDefinition
    from domain.loops.loops import Loops
    from domain.people import Role
    from domain.worklists import ReadyStep, WorkRow

_FAR: Final = 10**12


def waiting(
    row: WorkRow, roles: frozenset[Role], definition: LoopDefinition, now: datetime
) -> Iterator[ReadyStep]:
    """What waits for these roles: the step that is late first, and every act."""
    first = _first_step(row, roles, definition, now)
    if first is not None:
        yield first
    yield from (act for act in row.outlook.acts if not roles.isdisjoint(act.roles))


def _first_step(
    row: WorkRow, roles: frozenset[Role], definition: LoopDefinition, now: datetime
) -> ReadyStep | None:
    """Of the steps that wait for these roles, the one that is late first.

    A step that is optional and has no running limit makes no work; nor does one that was done and
    has not expired yet.
    """
    waiting = [one for one in row.outlook.ready if not roles.isdisjoint(one.roles)]
    waiting = [one for one in waiting if one.again_at is None or one.again_at <= now]
    timed = [one for one in waiting if one.deadline is not None]
    if timed:
        return min(timed, key=lambda one: one.deadline.timestamp() if one.deadline else _FAR)
    needed = (one for one in waiting if _needed(one.step, definition))
    return next(needed, None)


def _needed(no: str, definition: LoopDefinition) -> bool:
    step = definition.steps.get(no)
    return step is not None and step.required


def may_sign(row: WorkRow, roles: frozenset[Role], loops: Loops) -> bool:
    """Whether the signature of the order waits for one of these roles."""
    step = loops.get(row.loop).activating
    return step is not None and any(
        one.step == step.no and not roles.isdisjoint(one.roles) for one in row.outlook.ready
    )


def act_key(ready: ReadyStep) -> str:
    """What tells the line of an act from that of the steps of the same task."""
    return f"/{ready.step}/{ready.code or ''}" if ready.is_act else ""


def waits_words(row: WorkRow, ready: ReadyStep, loops: Loops, formats: Formats) -> str:
    """The name of the step that waits, or the words of the act: the question to be answered."""
    if ready.step == RELEASE:
        return formats.texts("worklist.release")
    if ready.code is None:
        return step_name(loops.get(row.loop).steps[ready.step], formats)
    asked = loops.question(row.loop, ready.code)
    question = ready.code if asked is None else said(asked.text, formats)
    return formats.texts("worklist.answer", question=question)
