"""Making tasks: by timing, need, count or hand, and late in place of one that had ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from domain.errors import InvalidInput, Refused
from domain.events import FieldsChanged, HeldBack, Moved, OrderRevised, TaskMade
from domain.ids import TaskId, derived, task_id
from domain.loops.applies import Place, applies
from domain.loops.evidence import checked
from domain.loops.follow_ups import open_child
from domain.loops.refusals import order_ended, require_role, task_ended
from domain.orders import OrderState, Priority
from domain.tasks import Task, TaskState

if TYPE_CHECKING:
    from datetime import datetime

    from domain.commands import ChangeFields, MakeTasks, NewTask, OpenChild, ReviseDraft
    from domain.loops.decision import Decision
    from domain.orders import Order

INSTEAD: Final = "instead"
"""Under which code the tally counts the tasks that carry a late truth."""


def make_tasks(decision: Decision, command: MakeTasks) -> None:
    """Make the tasks that are not there; after a stop nothing is made (X1, X3).

    Raises:
        Refused: the order has ended; an as-needed dose is not allowed yet (X6).
    """
    order = decision.order
    if order.state.terminal:
        raise order_ended(order.id, order.state.value)
    if command.for_need:
        _require_need_allowed(decision, command)
    for new in command.tasks:
        ident = task_id(order.id, due_at=new.due_at, seq=new.seq)
        late = order.stop_at is not None and (new.due_at or command.at) >= order.stop_at
        if ident not in decision.case.tasks and not late:
            _make(decision, ident, new)


def _make(decision: Decision, ident: TaskId, new: NewTask) -> None:
    order = decision.order
    fields = checked(
        new.fields, uses=(), fields=decision.loops.fields, path="task_fields", require=False
    )
    planned = Task(
        id=ident,
        order_id=order.id,
        encounter_id=order.encounter_id,
        loop=order.loop,
        state=TaskState.PLANNED,
        made_at=decision.now,
        fields=fields,
    )
    _require_something_to_do(decision, planned, "task_fields")
    body = TaskMade(
        order_id=order.id,
        encounter_id=order.encounter_id,
        loop=order.loop,
        due_at=new.due_at,
        seq=new.seq,
        window_class=new.window_class,
        interval_minutes=new.interval_minutes,
        fields=fields,
        last=new.last,
    )
    decision.on_task(ident, body)
    held = order.hold
    if held is None or (
        held.until is not None and new.due_at is not None and new.due_at >= held.until
    ):
        return
    decision.on_task(ident, HeldBack(held.reason, held.until, whole_order=True))
    decision.on_task(ident, Moved(TaskState.ON_HOLD))


def _require_something_to_do(decision: Decision, task: Task, path: str) -> None:
    """A task in which no required step applies could neither be done nor ever end."""
    loop = decision.loops.get(task.loop)
    place = Place(loop, decision.case, task)
    if not any(step.required and applies(step, place) for step in loop.task_steps):
        raise InvalidInput(
            path,
            f"no step of the loop {loop.id} applies to a {loop.unit} with these fields",
            right="fields that do not exclude each other",
        )


def _require_nothing_passed(decision: Decision, task: Task, changed: Task) -> None:
    """A step that was no part of the task cannot become one once what follows it is done."""
    loop = decision.loops.get(task.loop)
    before, after = (Place(loop, decision.case, one) for one in (task, changed))
    passed = [
        step.no
        for step in loop.task_steps
        if step.required
        and applies(step, after)
        and not applies(step, before)
        and any(before.record(no) is not None for no in loop.descendants[step.no])
    ]
    if passed:
        raise Refused(
            "PASSED_OVER",
            f"With these fields task {task.id} would lack {', '.join(passed)}",
            next_step="Leave the fields as they were when what follows was done",
            field="fields",
        )


def _require_need_allowed(decision: Decision, command: MakeTasks) -> None:
    order = decision.order
    if order.state.unsigned and order.state is not OrderState.VERBAL:
        raise Refused(
            "NOT_SIGNED",
            f"Order {order.id} is not signed",
            next_step="The physician must sign it first",
            field="order",
        )
    if decision.case.own_open():
        raise Refused(
            "DOSE_OPEN",
            "An earlier dose of this order is not decided yet",
            next_step="Decide that dose first",
            field="order",
        )
    allowed_at = next_need(order, command.at)
    if allowed_at is not None and allowed_at > command.at:
        raise Refused(
            "TOO_SOON",
            "The least interval or the highest number of doses in 24 hours is reached",
            next_step=f"Possible from {allowed_at.isoformat(timespec='minutes')}",
            field="order",
        )


def next_need(order: Order, at: datetime) -> datetime | None:
    """From when the next as-needed dose is allowed (X6); None where the order sets no limit.

    Reads the order fields `min_interval` (minutes) and `max_per_day` (doses) and the starts of the
    24 hours before, which the order's tally keeps.
    """
    starts = [start for start in order.tally.starts if start > at - timedelta(hours=24)]
    least = order.fields.get("min_interval")
    most = order.fields.get("max_per_day")
    earliest: list[datetime] = []
    if starts and isinstance(least, int):
        earliest.append(max(starts) + timedelta(minutes=least))
    if isinstance(most, int) and len(starts) >= most > 0:
        earliest.append(starts[-most] + timedelta(hours=24))
    return max(earliest, default=None)


def change_fields(decision: Decision, command: ChangeFields) -> None:
    """Change what the world says of a task (E27).

    Raises:
        InvalidInput: no task is named, or a field is not one of the loop's task fields.
    """
    if command.task is None:
        raise InvalidInput("task", "fields belong to a task", right="the id of a task")
    task = decision.task(command.task)
    if task.state.terminal:
        raise task_ended(task)
    known = {use.name for use in decision.place(task).loop.task_fields}
    for name in command.fields:
        if name not in known:
            raise InvalidInput(f"fields.{name}", "is no task field", right=", ".join(sorted(known)))
    fields = checked(
        command.fields, uses=(), fields=decision.loops.fields, path="fields", require=False
    )
    changed = replace(task, fields={**task.fields, **fields})
    _require_something_to_do(decision, changed, "fields")
    _require_nothing_passed(decision, task, changed)
    decision.on_task(task.id, FieldsChanged(fields))


def open_by_hand(decision: Decision, command: OpenChild) -> None:
    """Open a sub-loop on a started task in any state (E30).

    Raises:
        InvalidInput: the loop has no such child that opens by hand.
        Refused: the task has not started.
    """
    if command.task is None:
        raise InvalidInput("task", "a sub-loop hangs from a task", right="the id of a task")
    task = decision.task(command.task)
    rows = [row for row in decision.place(task).loop.children if row.by]
    row = next((one for one in rows if one.code == command.code), None)
    if row is None:
        codes = ", ".join(one.code for one in rows) or "none here"
        raise InvalidInput("code", f"{command.code!r} does not open by hand", right=codes)
    require_role(command.actor, row.by, f"the sub-loop {row.code}")
    if not task.started:
        raise Refused(
            "NOT_STARTED",
            f"Task {task.id} has had no effect yet",
            next_step="Take an exit instead",
            field="task",
        )
    before = len(decision.events)
    evidence = checked(
        command.evidence, uses=(), fields=decision.loops.fields, path="evidence", require=False
    )
    open_child(decision, row, task, evidence)
    if len(decision.events) == before:
        raise Refused(
            "CHILD_OPEN",
            f"A sub-loop {row.code} is open already",
            next_step="Record its steps",
            field="code",
        )


def instead_of(decision: Decision, task: Task) -> TaskId:
    """The task that carries the late truth of one that had ended without effect (E9).

    Raises:
        Refused: it had an effect, its order is closed, or another task carried it and has ended.
    """
    order = decision.order
    ident = TaskId(derived("instead", task.id))
    if ident in decision.case.tasks:
        return ident
    late = task.state in (TaskState.VOIDED, TaskState.CLOSED_BY_EXIT) and not task.started
    if not late or task.parent is not None:
        raise task_ended(task)
    if order.tally.children.get(f"{task.id}:{INSTEAD}"):
        raise Refused(
            "TASK_ENDED",
            f"What was done for task {task.id} is told by task {ident}, which has ended too",
            next_step="Correct that task, or enter it in error and place a new order",
            field="task",
        )
    if order.state in (OrderState.CLOSED, OrderState.ENTERED_IN_ERROR):
        raise Refused(
            "ORDER_ENDED",
            f"Order {order.id} is {order.state.value}",
            next_step="Enter the wrong exit in error first; that opens the order again",
            field="order",
        )
    body = TaskMade(
        order_id=order.id,
        encounter_id=order.encounter_id,
        loop=task.loop,
        due_at=task.due_at,
        seq=task.seq + 1,
        window_class=task.window_class,
        interval_minutes=task.interval_minutes,
        fields=task.fields,
        opened_code=INSTEAD,
        opened_by=task.id,
        instead_of=task.id,
    )
    decision.on_task(ident, body)
    if order.state is OrderState.VOIDED:  # what was done on an unsigned order must still be signed
        signed = order.signed_at is not None
        decision.on_order(Moved(OrderState.IN_PROGRESS if signed else OrderState.VERBAL))
    return ident


def revise_draft(decision: Decision, command: ReviseDraft) -> None:
    """Change an order before its signature.

    Raises:
        Refused: it is signed (a change is a new order that replaces it), or somebody else's.
    """
    order = decision.order
    if not order.state.unsigned:
        raise Refused(
            "SIGNED",
            f"Order {order.id} is signed and cannot be changed",
            next_step="Place a new order that replaces it",
            field="order",
        )
    if command.actor.user != order.author:
        raise Refused(
            "NOT_AUTHOR",
            f"The draft {order.id} is somebody else's",
            next_step="Its author may change it",
            field="actor",
        )
    fields = checked(
        command.fields,
        uses=decision.loop.order_fields,
        fields=decision.loops.fields,
        path="fields",
    )
    priority = order.priority if command.priority is None else Priority(command.priority)
    decision.on_order(OrderRevised(priority, fields))
