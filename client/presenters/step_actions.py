"""What may be done on an order or task now, by this person, and why not where it may not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from client.presenters.titles import exit_word, said, step_name
from domain.loops.applies import Place
from domain.loops.exits import earliest_time, fits
from domain.loops.outlook import order_outlook, task_outlook

if TYPE_CHECKING:
    from datetime import datetime

    from client.presenters.formats import Formats
    from client.texts import Texts
    from domain.ids import TaskId
    from domain.loops.case import Case
    from domain.loops.definition import Exit, LoopDefinition
    from domain.loops.loops import Loops
    from domain.people import Actor, Role
    from domain.tasks import Task
    from domain.worklists import ReadyStep


@dataclass(frozen=True, slots=True)
class StepAction:
    """A step that is open now.

    Attributes:
        task: the task it is recorded on; None for a step of the order.
        reason: why this person may not record it; empty where they may.
        missing: it was passed over: a later step is recorded already.
    """

    step: str
    name: str
    task: TaskId | None
    reason: str = ""
    missing: bool = False
    required: bool = True

    @property
    def allowed(self) -> bool:
        """Whether this person may record it."""
        return not self.reason


@dataclass(frozen=True, slots=True)
class ExitAction:
    """A lawful way to end the task that fits what is open.

    Attributes:
        reason: why not now or not by this person; empty where they may.
    """

    code: str
    id: str
    name: str
    word: str
    reason: str = ""

    @property
    def allowed(self) -> bool:
        """Whether this person may take it now."""
        return not self.reason


def place_of(loops: Loops, case: Case, task: TaskId | None) -> Place:
    """Where questions about a task, or about the order itself, are asked."""
    found = None if task is None else case.tasks.get(task)
    return Place(loops.get(case.order.loop if found is None else found.loop), case, found)


def step_actions(
    loops: Loops,
    case: Case,
    task: TaskId | None,
    *,
    actor: Actor,
    now: datetime,
    formats: Formats,
) -> tuple[StepAction, ...]:
    """Every step that is open on the task (or else on the order), in the order of the file."""
    place = place_of(loops, case, task)
    found = place.task
    outlook = order_outlook(loops, case) if found is None else task_outlook(loops, case, found)
    gaps = case.order.gaps if found is None else found.gaps
    return tuple(
        StepAction(
            step=ready.step,
            name=step_name(place.loop.steps[ready.step], formats),
            task=None if found is None else found.id,
            reason=not_by(actor, ready.roles, formats.texts),
            missing=ready.step in gaps,
            required=place.loop.steps[ready.step].required,
        )
        for ready in outlook.ready
        if _open(ready, now)
    )


def _open(ready: ReadyStep, now: datetime) -> bool:
    return ready.again_at is None or ready.again_at <= now


def exit_actions(
    loops: Loops,
    case: Case,
    task: TaskId | None,
    *,
    actor: Actor,
    now: datetime,
    formats: Formats,
) -> tuple[ExitAction, ...]:
    """The exits that fit what is open on a task; those only for machines are left out."""
    place = place_of(loops, case, task)
    if place.task is None or place.task.state.terminal:
        return ()
    rows = (row for row in place.loop.exits if not row.sources and not _by_machine(row))
    return tuple(_exit(row, place, actor, now, formats) for row in rows if fits(row, place))


def _by_machine(row: Exit) -> bool:
    return bool(row.by) and {role.value for role in row.by} == {"system"}


def _exit(row: Exit, place: Place, actor: Actor, now: datetime, formats: Formats) -> ExitAction:
    reason = not_by(actor, row.by, formats.texts)
    earliest = earliest_time(place, row)
    if not reason and earliest is not None and now < earliest:
        time = formats.moment(earliest, now=now)
        reason = formats.texts("worklist.from_time", time=time)
    name, word = said(row.text, formats), exit_word(row.id, formats.texts)
    return ExitAction(row.code, row.id, name, word, reason)


def not_by(actor: Actor, roles: tuple[Role, ...], texts: Texts) -> str:
    """Why this person may not: which role may; empty where they hold one."""
    if actor.holds(roles):
        return ""
    return texts("worklist.needs", role=role_words(roles, texts))


def role_words(roles: tuple[Role, ...], texts: Texts) -> str:
    """Roles in words: `nurse / physician`."""
    return " / ".join(texts(f"role.{role.value}") for role in roles)


def act_of(place: Place, no: str) -> tuple[str, ...]:
    """The steps that are recorded together with one, itself too, that are not recorded yet."""
    from domain.loops.applies import all_hold, applies

    loop: LoopDefinition = place.loop
    for group in loop.together:
        if no in group.steps and all_hold(group.when, place):
            members = (loop.steps[one] for one in group.steps)
            return tuple(
                one.no
                for one in members
                if one.no == no or (applies(one, place) and place.record(one.no) is None)
            )
    return (no,)


def ended(task: Task | None) -> bool:
    """Whether nothing more is recorded on a task."""
    return task is not None and task.state.terminal
