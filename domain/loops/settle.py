"""After the command's own events: move every stream that must move, until nothing does (E3)."""

from __future__ import annotations

from operator import is_
from typing import TYPE_CHECKING, Final

from domain.events import GapsMended, Moved, SentBack, StepRecorded, Stopped
from domain.loops.applies import applies, due_still, met
from domain.loops.closing import closable
from domain.loops.definition import Level
from domain.loops.follow_ups import by_act, raise_version
from domain.loops.grammar import StepRef
from domain.loops.validity import last_instant
from domain.orders import OrderState
from domain.tasks import TaskState

if TYPE_CHECKING:
    from datetime import datetime

    from domain.loops.applies import Place
    from domain.loops.case import Case
    from domain.loops.decision import Decision
    from domain.loops.loops import Loops
    from domain.tasks import Task

_REMEMBERED: Final = 8192
"""So many orders are known to be settled: more than a hospital has at work."""
RESULT_OF_ACT: Final = {
    "discontinue": "discontinued",
    "stop_reached": "stop_reached",
    "last_task": "last_task",
}


def is_settled(loops: Loops, case: Case) -> bool:
    """Whether a case is as a decision by these loops left it, so that nothing of it can move.

    Only what the same process decided and read back unchanged is known: else it is settled anew.
    """
    known = loops.settled.get(case.order.id)
    if known is None or known[0] is not case.order:
        return False
    left = _open(case)
    return len(left) == len(known[1]) and all(map(is_, left, known[1]))


def keep_settled(loops: Loops, case: Case) -> None:
    """Remember that nothing of a case can move, unless time moves it (a stop that is to come)."""
    if case.order.stopped_by not in (None, "last_task"):
        return
    if len(loops.settled) >= _REMEMBERED:
        loops.settled.clear()
    loops.settled[case.order.id] = (case.order, _open(case))


def _open(case: Case) -> tuple[Task, ...]:
    return tuple([task for task in case.tasks.values() if not task.state.terminal])


def settle(decision: Decision) -> None:
    """Move tasks, then automatic order steps, then the order, until nothing moves."""
    while True:
        before = len(decision.events)
        _mend_gaps(decision)
        for task in tuple(decision.case.tasks.values()):
            # one that nothing was recorded on stays as it is
            if not task.state.terminal and (task.steps or task.exit is not None):
                _settle_task(decision, decision.case.tasks[task.id])
        _automatic(decision)
        _settle_order(decision)
        if len(decision.events) == before:
            return


def _mend_gaps(decision: Decision) -> None:
    """Steps that had been passed over and are there now leave the lists (E47)."""
    if decision.order.gaps:
        order_gaps = tuple(sorted(no for no in decision.order.gaps if _there(decision, no, None)))
        if order_gaps:
            decision.on_order(GapsMended(order_gaps))
    for task in tuple(decision.case.tasks.values()):
        if not task.gaps:
            continue
        mended = tuple(sorted(no for no in task.gaps if _there(decision, no, task)))
        if mended and not task.state.terminal:
            decision.on_task(task.id, GapsMended(mended))


def _there(decision: Decision, no: str, task: Task | None) -> bool:
    place = decision.place(task)
    step = place.loop.steps.get(no)
    if step is None:
        return decision.order.tally.open == 0
    if step.level is Level.TASK and task is None:
        return met(StepRef(no), place, level=Level.ORDER)
    return place.record(no) is not None


def _settle_task(decision: Decision, task: Task) -> None:
    if task.state is TaskState.PLANNED and any(not one.undone for one in task.steps.values()):
        decision.on_task(task.id, Moved(TaskState.IN_PROGRESS))
        task = decision.case.tasks[task.id]
    state, outcome = _end(decision, task)
    if state is None or (decision.by_time and state is not TaskState.VOIDED):
        return
    decision.on_task(task.id, Moved(state, outcome), at=last_instant(task))
    if state is not TaskState.CLOSED and task.parent is None and not decision.order.state.terminal:
        raise_version(decision, f"ended:{outcome}")
    if task.parent is not None and task.blocks:
        raise_version(decision, f"child_ended:{task.opened_code}")


def _end(decision: Decision, task: Task) -> tuple[TaskState | None, str | None]:
    """The state and outcome at which a task has arrived, if it has (decision 4, E6, E17)."""
    if task.gaps:
        return None, None
    place = decision.place(task)
    if task.exit is not None:
        if any(place.record(no) is None for no in task.exit.still):
            return None, None
        state = TaskState.VOIDED if task.exit.voids else TaskState.CLOSED_BY_EXIT
        return state, task.exit.outcome
    if task.state is TaskState.ON_HOLD or not task.steps or _waits(decision, place, task):
        return None, None
    return TaskState.CLOSED, "completed"


def _waits(decision: Decision, place: Place, task: Task) -> bool:
    """Whether something that belongs to the task is still to come."""
    if task.parent is None and decision.order.state.unsigned:
        return True
    if any(due_still(step, place) for step in place.loop.required_task_steps):
        return True
    children = decision.case.children_of(task.id)
    return any(_blocks_task(decision, task, child) for child in children) or any(
        ask.task == task.id for ask in decision.order.asks.values()
    )


def _blocks_task(decision: Decision, task: Task, child: Task) -> bool:
    steps = decision.place(task).loop.steps
    return any(no in steps and steps[no].level is Level.TASK for no in child.blocks)


def _automatic(decision: Decision) -> None:
    """Order steps that follow an act by themselves (E33)."""
    order = decision.order
    if order.state.terminal or order.state.unsigned or not decision.loop.automatic:
        return
    place = decision.place(None)
    for step in decision.loop.automatic:
        if not applies(step, place) or place.record(step.no) is not None:
            continue
        act = _act(decision)
        if act is None or not any(map(by_act(act), step.on)):
            continue
        if order.stopped_by is None:
            decision.on_order(Stopped(act, _stop_time(decision)))
        result = RESULT_OF_ACT[act] if RESULT_OF_ACT[act] in step.results else None
        decision.on_order(
            StepRecorded(step.no, result, version=order.report_version, by_system=True)
        )


def _act(decision: Decision) -> str | None:
    """The act that ended the order, if one has."""
    order = decision.order
    if order.stopped_by is not None:
        person = order.stopped_by in ("discontinue", "replace")
        return "discontinue" if person else "stop_reached"
    tally = order.tally
    if tally.complete and tally.made and tally.open == 0:
        return "last_task"
    return None


def _stop_time(decision: Decision) -> datetime:
    return decision.order.tally.last_ended_at or decision.entry.at


def _settle_order(decision: Decision) -> None:
    order = decision.order
    if order.state.terminal:
        return
    if order.state.unsigned and order.signed_at is not None:
        decision.on_order(Moved(OrderState.IN_PROGRESS))
        return
    if order.state is OrderState.IN_PROGRESS and order.hold is not None:
        decision.on_order(Moved(OrderState.ON_HOLD))
        return
    if order.state is OrderState.ON_HOLD and order.hold is None:
        decision.on_order(Moved(OrderState.IN_PROGRESS))
        return
    outcome = _came_to_nothing(decision)
    if outcome is not None:
        decision.on_order(Moved(OrderState.VOIDED, outcome))
    elif decision.closing_recorded and closable(decision.place(None)):
        decision.on_order(Moved(OrderState.CLOSED, "completed"))


def _came_to_nothing(decision: Decision) -> str | None:
    """The outcome of an order that had no effect and will have none (E11)."""
    order = decision.order
    tally = order.tally
    stopped = order.stopped_by is not None and order.stopped_by != "last_task"
    no_more = stopped or (tally.complete and tally.made > 0)
    if not no_more or tally.effects or tally.open or tally.nothing < tally.made:
        return None
    if stopped and order.stop_at is not None and order.stop_at > decision.now:
        return None
    if (order.asks or tally.struck) and not stopped:
        return None  # a person decides: the question, or the task to be made anew (E41)
    if stopped:
        return outcome_of_stop(order.stopped_by or "")
    return next(iter(tally.outcomes), "cancelled")


def outcome_of_stop(act: str) -> str:
    """The outcome word of what a stop leaves undone."""
    if act == "cancel":
        return "cancelled"
    return "transferred_out" if act in ("transfer", "discharge", "death") else "discontinued"


def reopen(decision: Decision, why: str) -> None:
    """A closed order goes on: an amended report, or a task entered in error (E16, E41)."""
    if decision.order.state is not OrderState.CLOSED:
        return
    decision.on_order(Moved(OrderState.IN_PROGRESS))
    closing = decision.loop.closing
    if closing is not None and not closing.per_version:
        decision.on_order(SentBack(why, (closing.no,)))
