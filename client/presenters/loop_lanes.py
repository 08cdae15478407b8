"""Which steps and tasks of an order a loop picture shows, lane by lane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.loops.applies import applies
from domain.loops.definition import Level, MadeBy
from domain.loops.grammar import TASKS_ENDED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from client.presenters.loop_nodes import LaneFrame
    from domain.ids import TaskId
    from domain.loops.applies import Place
    from domain.loops.case import Case
    from domain.loops.definition import LoopDefinition, Step
    from domain.tasks import Task

MOST_COLUMNS: Final = 12
_BATCH: Final = 2


def own_tasks(case: Case) -> tuple[Task, ...]:
    """The order's own tasks in the order of time."""
    own = (task for task in case.tasks.values() if task.parent is None)
    return tuple(sorted(own, key=lambda task: (task.due_at or task.made_at, task.seq, task.id)))


def chosen_task(case: Case, wanted: TaskId | None) -> Task | None:
    """The task that is drawn: the one that is asked for, else the first open, else the last.

    Of a sub-loop it is the task that it hangs from.
    """
    asked = None if wanted is None else case.tasks.get(wanted)
    if asked is not None and asked.parent is not None:
        parents = (task for task in case.tasks.values() if task.id == asked.parent)
        asked = next(parents, None)
    if asked is not None:
        return asked
    tasks = own_tasks(case)
    opened = (task for task in tasks if not task.state.terminal)
    return next(opened, tasks[-1] if tasks else None)


def order_steps(place: Place) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """The steps of the order before its tasks, and those after them."""
    loop = place.loop
    after: list[Step] = []
    for step in loop.order_steps:
        late = bool(step.on) or step.closes or step.per_version
        late = late or any(_behind(ref.step, loop, after) for ref in step.after)
        if late:
            after.append(step)
    before = [step for step in loop.order_steps if step not in after]
    shown = [step for step in before if applies(step, place) or place.raw(step.no)]
    if len(before) + len(after) <= MOST_COLUMNS:
        shown = before
    ends = [step for step in after if applies(step, place) or place.raw(step.no)]
    return tuple(shown), tuple(ends)


def _behind(no: str, loop: LoopDefinition, after: Sequence[Step]) -> bool:
    if no == TASKS_ENDED or loop.steps[no].level is Level.TASK:
        return True
    return any(step.no == no for step in after)


def task_steps(frame: LaneFrame) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """The steps that are done for a batch in one act, and the rest."""
    loop = frame.place.loop
    shown = shown_steps(loop.task_steps, frame)
    batch = tuple(step for step in shown if step.batch is not None)
    if loop.made_by is not MadeBy.TIMING or len(batch) < _BATCH:
        return (), shown
    if not any(applies(step, frame.place) or frame.place.raw(step.no) for step in batch):
        return (), tuple(step for step in shown if step.batch is None)
    return batch, tuple(step for step in shown if step.batch is None)


def shown_steps(steps: Iterable[Step], frame: LaneFrame) -> tuple[Step, ...]:
    """The steps worth a node: not what is optional, has not been done and need not be."""
    place = frame.place
    still = () if place.task is None or place.task.exit is None else place.task.exit.still
    kept = [
        step
        for step in steps
        if step.required or step.repeats or place.raw(step.no) or step.no in still
    ]
    if len(kept) > MOST_COLUMNS - 1:
        kept = [step for step in kept if applies(step, place) or place.raw(step.no)]
    return tuple(kept)


def child_of(case: Case, chosen: Task | None) -> Task | None:
    """The sub-loop that is drawn: an open one of the task or of the order, else the last one."""
    parents = {case.order.id, "" if chosen is None else chosen.id}
    children = [task for task in case.tasks.values() if task.parent in parents]
    children.sort(key=lambda task: (task.state.terminal, -task.made_at.timestamp()))
    return children[0] if children else None
