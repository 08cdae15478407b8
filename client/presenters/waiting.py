"""What of an order or task waits for somebody: a step, the answer to a question, a release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.presenters.titles import said, step_name
from domain.services.worklists import first_step
from domain.worklists import RELEASE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from client.presenters.formats import Formats
    from domain.loops.definition import LoopDefinition
    from domain.loops.loops import Loops
    from domain.people import Role
    from domain.worklists import ReadyStep, WorkRow


def waiting(
    row: WorkRow, roles: frozenset[Role], definition: LoopDefinition, now: datetime
) -> Iterator[ReadyStep]:
    """What waits for these roles: the step that is late first, and every act."""
    first = first_step(row.outlook, roles, definition, now)
    if first is not None:
        yield first
    yield from (act for act in row.outlook.acts if not roles.isdisjoint(act.roles))


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
