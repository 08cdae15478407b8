"""The laws of the engine (engine, section 4), as assertions about one case and about one step."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from domain.commands import Amend, EnterInError, MakeTasks, PassTime, RecordStep
from domain.errors import InvalidInput, Refused
from domain.events import Answered, ExitRecorded, Moved, StepRecorded, TaskMade
from domain.ids import TaskId
from domain.loops.applies import Place, missing_required
from domain.loops.definition import Level
from domain.loops.evolve import evolve_case
from domain.orders import OrderState
from domain.tasks import TaskState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.commands import Command
    from domain.errors import WardloopError
    from domain.events import Event
    from domain.loops.case import Case
    from domain.loops.loops import Loops
    from domain.orders import Order
    from domain.tasks import Task

DONE = (TaskState.CLOSED, TaskState.CLOSED_BY_EXIT)


def check_case(loops: Loops, case: Case) -> None:
    """Law b: whatever was entered, the state is a lawful one. Law i: closed means no gap."""
    _check_order(loops, case)
    for task in case.tasks.values():
        _check_task(loops, case, task)
    _check_tally(case)


def _check_order(loops: Loops, case: Case) -> None:
    order = case.order
    loop = loops.get(order.loop)
    assert order.state.terminal is (order.ended_at is not None)
    assert order.state.terminal is (order.outcome is not None)
    if order.state.unsigned:
        assert order.signed_at is None
    if order.state in (OrderState.IN_PROGRESS, OrderState.ON_HOLD):
        assert order.signed_at is not None, "in progress without a signature"
        assert (order.state is OrderState.ON_HOLD) is (order.hold is not None)
    if order.state.terminal:
        assert not case.own_open(), "an ended order has an open task"
        assert order.hold is None, "an ended order is on hold"
    if order.state is OrderState.CLOSED:
        assert order.signed_at is not None
        assert not order.gaps, "closed with a gap"
        assert not order.asks, "closed with an open question"
        assert loop.closing is not None
        assert loop.closing.no in order.steps
        assert not order.steps[loop.closing.no].undone
    for no, record in order.steps.items():
        assert loop.steps[no].level is Level.ORDER
        assert record.result is None or record.result in loop.steps[no].results
        assert record.witness != record.actor, "witness and actor are one person"


def _check_task(loops: Loops, case: Case, task: Task) -> None:
    loop = loops.get(task.loop)
    live = [record for record in task.steps.values() if not record.undone]
    assert task.state.terminal is (task.ended_at is not None)
    assert task.state.terminal is (task.outcome is not None)
    assert task.order_id == case.order.id
    if task.parent is not None:
        assert task.parent == case.order.id or task.parent in case.tasks
    if task.state is TaskState.PLANNED:
        assert not live or task.hold is not None, "planned, yet something was done"
        assert not task.started
    if not task.state.terminal:
        assert (task.state is TaskState.ON_HOLD) is (task.hold is not None)
    else:
        assert not task.gaps, "ended with a gap"
        assert task.hold is None, "ended and on hold"
    if task.state is TaskState.CLOSED:
        assert task.exit is None
        assert task.outcome == "completed"
        assert live
    if task.state is TaskState.CLOSED_BY_EXIT:
        assert task.exit is not None
        assert task.outcome == task.exit.outcome
    if task.state is TaskState.VOIDED:
        assert not task.started, "voided after an effect on the patient"
    for no, record in task.steps.items():
        assert loop.steps[no].level is Level.TASK
        assert record.result is None or record.result in loop.steps[no].results
        assert record.witness != record.actor, "witness and actor are one person"


def _check_tally(case: Case) -> None:
    """The order's tally is what counting all tasks ever made would give."""
    tally = case.order.tally
    own = [task for task in case.tasks.values() if task.parent is None]
    ended = [task for task in own if task.state.terminal]
    nothing = (TaskState.VOIDED, TaskState.ENTERED_IN_ERROR)
    struck = TaskState.ENTERED_IN_ERROR
    assert tally.made == len(own)
    assert tally.ended == len(ended)
    assert tally.nothing == sum(task.state in nothing for task in own)
    assert tally.effects == sum(task.started and task.state is not struck for task in own)
    assert sum(tally.outcomes.values()) == len(ended)
    instants = [task.ended_at for task in ended if task.ended_at is not None]
    assert tally.last_ended_at == max(instants, default=None)
    opened = Counter(
        f"{task.opened_by}:{task.opened_code}"
        for task in case.tasks.values()
        if task.opened_code is not None
    )
    assert dict(tally.children) == dict(opened)


def check_step(
    loops: Loops, before: Case, after: Case, command: Command, events: Iterable[Event]
) -> None:
    """The laws of one accepted command."""
    assert after.order.seq >= before.order.seq
    assert after.order.version >= before.order.version
    for ident, task in after.tasks.items():
        old = before.tasks.get(ident)
        _check_task_step(loops, after, old, task, command)
    _check_order_step(loops, before.order, after, command)
    so_far = before
    for event in events:
        body = event.body
        moved = so_far.tasks.get(TaskId(event.stream))
        assert not isinstance(body, TaskMade) or moved is None, "a task was made twice"
        if moved is not None and isinstance(body, Moved) and body.state in DONE:
            assert not moved.gaps, "closed with a gap"  # its end empties the list
        so_far = evolve_case(so_far, event)
        if isinstance(body, (StepRecorded, ExitRecorded)):
            assert body.witness != event.actor, "witness and actor are one person"
        if isinstance(body, Answered):
            assert body.second != event.actor, "witness and actor are one person"


def _check_task_step(
    loops: Loops, case: Case, old: Task | None, task: Task, command: Command
) -> None:
    was = TaskState.PLANNED if old is None else old.state
    assert old is None or task.version >= old.version
    if was.terminal and task.state is not was:
        assert task.state is TaskState.ENTERED_IN_ERROR, "an ended task came back"
    if was.terminal and old is not None and task.state is was:
        assert (task.outcome, task.ended_at) == (old.outcome, old.ended_at)
    if was is task.state:
        return
    if isinstance(command, (PassTime, MakeTasks)):
        assert task.state not in DONE, "time closed a task"
    if task.state is TaskState.CLOSED:
        place = Place(loops.get(task.loop), case, task)
        assert not missing_required(place, Level.TASK), "closed with required steps missing"
    if task.state is TaskState.ENTERED_IN_ERROR:
        assert isinstance(command, EnterInError)


def _check_order_step(loops: Loops, old: Order, case: Case, command: Command) -> None:
    order = case.order
    if old.state is order.state:
        return
    if order.state is OrderState.CLOSED:
        assert not [child for child in case.open_children() if child.blocks]
        closing = loops.get(order.loop).closing
        assert closing is not None
        assert isinstance(command, RecordStep), "closed by something else than its closing step"
        assert loops.get(order.loop).find_step(command.step) is closing
    if old.state is OrderState.CLOSED:
        assert isinstance(command, (Amend, EnterInError)), "a closed order came back"
    if old.state is OrderState.VOIDED:
        assert isinstance(command, RecordStep), "a voided order came back"
        assert command.task is not None
    assert old.state is not OrderState.ENTERED_IN_ERROR


def check_refusal(error: WardloopError) -> None:
    """Law k: a refusal has a code, a sentence, and what to do next or what would be right."""
    assert error.code
    assert error.code.isupper()
    assert error.message
    if isinstance(error, Refused):
        assert error.next_step.strip()
        assert error.next_step.strip() != "Needs:", "nobody is named who may"
    if isinstance(error, InvalidInput):
        assert error.field
