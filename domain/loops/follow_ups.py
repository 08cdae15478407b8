"""What follows from a result, a field, an exit or an act: work sent back, questions, sub-loops."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from domain.events import (
    Asked,
    ExitRecorded,
    HeldBack,
    Moved,
    Released,
    SentBack,
    TaskMade,
    VersionRaised,
)
from domain.ids import child_id
from domain.loops.applies import all_hold, applies, current, truth
from domain.loops.evidence import checked
from domain.loops.grammar import GAP_ACCEPTED, TriggerKind
from domain.loops.refusals import reason_missing
from domain.orders import Ask
from domain.tasks import PendingExit, TaskState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from domain.loops.applies import Place
    from domain.loops.decision import Decision
    from domain.loops.definition import Child, Exit, Return, Step
    from domain.loops.grammar import Trigger
    from domain.tasks import Task

    Fires = Callable[[Trigger], bool]


def by_record(step: str, result: str | None, evidence: Mapping[str, object]) -> Fires:
    """Whether a record sets off a trigger: by its result, or by a field that says yes."""

    def fires(trigger: Trigger) -> bool:
        if trigger.step != step:
            return False
        if trigger.kind is TriggerKind.FIELD:
            return truth(evidence.get(trigger.words[0]))
        return not trigger.words or result in trigger.words

    return fires


def by_exit(outcome: str) -> Fires:
    """Whether an exit sets off a trigger."""
    return lambda trigger: (
        trigger.kind is TriggerKind.EXIT and (not trigger.words or outcome in trigger.words)
    )


def by_act(act: str) -> Fires:
    """Whether an act upon the order sets off a trigger."""
    return lambda trigger: trigger.kind is TriggerKind.ACT and act in trigger.words


def undoes_itself(
    place: Place, step: Step, result: str | None, evidence: Mapping[str, object]
) -> bool:
    """Whether a record sends its own step back, so that the step is not done by it (E22)."""
    if step.no not in place.loop.fired_by:
        return False
    fires = by_record(step.no, result, evidence)
    return any(
        step.no in row.undo and any(map(fires, row.on)) and all_hold(row.when, place)
        for row in place.loop.returns
    )


def after_record(
    decision: Decision,
    step: Step,
    task: Task | None,
    result: str | None,
    evidence: Mapping[str, object],
) -> None:
    """All that a record sets off: exits by result, returns, sub-loops, in this order."""
    if step.no not in decision.place(task).loop.fired_by:
        return
    fires = by_record(step.no, result, evidence)
    if task is not None:
        _exits_by_result(decision, task, fires)
    send_back(decision, task, step.no, fires)
    open_children(decision, task, fires, evidence)


def _exits_by_result(decision: Decision, task: Task, fires: Fires) -> None:
    place = decision.place(task)
    for row in place.loop.exits_by_result:
        if any(map(fires, row.on)) and all_hold(row.when, place):
            record_exit(decision, task, row)


def record_exit(
    decision: Decision, task: Task, row: Exit, *, accepts_gaps: bool = False
) -> Mapping[str, object]:
    """Fix a task's outcome by an exit; what is still due stays due (E17). An exit ends a hold.

    Returns:
        The evidence of the exit, as it is kept.

    Raises:
        InvalidInput: a field of the exit is missing.
        Refused: no reason is given by a person.
    """
    entry = decision.entry
    given = dict(entry.evidence)
    if entry.reason is not None:
        given.setdefault("reason", entry.reason)
    by_person = not (decision.source.from_machine or entry.actor.is_system)
    evidence = checked(
        given, uses=row.fields, fields=decision.loops.fields, path="evidence", require=by_person
    )
    reason = entry.reason or evidence.get("reason")
    if by_person and not reason:
        raise reason_missing(f"The exit {row.id}")
    taken = _outcome(decision, decision.case.tasks[task.id], row)
    body = ExitRecorded(
        exit=taken,
        accepts_gaps=accepts_gaps,
        evidence=evidence,
        reason=str(reason) if reason else None,
        witness=None if entry.witness is None else entry.witness.user,
        overrides=entry.overrides,
    )
    if task.hold is not None:
        end_hold(decision, task, row.id)
    decision.on_task(task.id, body)
    return evidence


def _outcome(decision: Decision, task: Task, row: Exit) -> PendingExit:
    """The outcome by an exit, and what is still due; the first outcome stays (E17)."""
    entry, place, before = decision.entry, decision.place(task), task.exit
    asked = row.still if before is None else tuple(no for no in before.still if no not in row.at)
    still = tuple(
        no
        for no in asked
        if applies(place.loop.steps[no], place) and not current(place.loop.steps[no], place)
    )
    given_up = before is not None and before.code == GAP_ACCEPTED  # and stays so
    return PendingExit(
        code=GAP_ACCEPTED if given_up else row.code,
        outcome=row.id if before is None else before.outcome,
        still=still,
        at=entry.at,
        voids=row.voids,
        by=entry.actor.user,
    )


def send_back(decision: Decision, task: Task | None, step: str, fires: Fires) -> None:
    """Undo steps, ask the question and hold the order, as the returns that fire say (E21)."""
    place = decision.place(task)
    for row in place.loop.returns:
        if not any(map(fires, row.on)) or not all_hold(row.when, place):
            continue
        undo(decision, row.code, row.undo, task)
        if row.asks:
            _ask(decision, row, task, step)
        if row.holds and decision.order.hold is None:
            hold_order(decision, row.code)


def hold_order(decision: Decision, reason: str, until: datetime | None = None) -> None:
    """Hold the order, with its tasks not started that are due inside the hold (E35)."""
    decision.on_order(HeldBack(reason, until, whole_order=True))
    for task in decision.case.own_open():
        inside = until is None or task.due_at is None or task.due_at < until
        if inside and not task.started and task.hold is None and task.exit is None:
            decision.on_task(task.id, HeldBack(reason, until, whole_order=True))
            decision.on_task(task.id, Moved(TaskState.ON_HOLD))


def end_hold(decision: Decision, task: Task, reason: str | None) -> None:
    """Let a held task go on where it was."""
    decision.on_task(task.id, Released(reason))
    begun = any(not record.undone for record in task.steps.values())
    decision.on_task(task.id, Moved(TaskState.IN_PROGRESS if begun else TaskState.PLANNED))


def _ask(decision: Decision, row: Return, task: Task | None, step: str) -> None:
    ask = Ask(
        code=row.code,
        step=step,
        answers=row.answers,
        by=row.asks,
        second=row.second,
        at=decision.entry.at,
        undone=row.undo,
        task=None if task is None else task.id,
    )
    decision.on_order(Asked(ask_key(row.code, ask.task), ask))


def ask_key(code: str, task: str | None) -> str:
    """Under which key an order keeps a question: its code, with the task that asked."""
    return code if task is None else f"{code}/{task}"


def undo(decision: Decision, code: str, steps: tuple[str, ...], task: Task | None) -> None:
    """Make steps pending again: on the order, on this task, or on all tasks not started."""
    if task is not None and task.loop != decision.order.loop:
        _undo_on(decision, code, steps, task)
        return
    mine = decision.order.steps
    on_order = tuple(no for no in steps if no in mine and not mine[no].undone)
    if on_order:
        decision.on_order(SentBack(code, on_order))
    tasks = (task,) if task is not None else decision.case.own_open()
    for one in tasks:
        if task is not None or not one.started:
            _undo_on(decision, code, steps, one)


def _undo_on(decision: Decision, code: str, steps: tuple[str, ...], task: Task) -> None:
    records = decision.case.tasks[task.id].steps
    undone = tuple(no for no in steps if no in records and not records[no].undone)
    if undone:
        decision.on_task(task.id, SentBack(code, undone))


def renew(decision: Decision, step: Step, task: Task | None) -> None:
    """A step is done anew: what rests on it becomes pending where nothing was started (E26)."""
    place = decision.place(task)
    after = tuple(no for no in place.loop.steps if no in place.loop.descendants[step.no])
    undo(decision, step.valid or step.no, after, task)


def open_children(
    decision: Decision, task: Task | None, fires: Fires, evidence: Mapping[str, object]
) -> None:
    """Open the sub-loops and repeated tasks that fire."""
    place = decision.place(task)
    for row in place.loop.children:
        if any(map(fires, row.on)) and all_hold(row.when, place):
            open_child(decision, row, task, evidence)


def open_child(
    decision: Decision, row: Child, task: Task | None, evidence: Mapping[str, object]
) -> None:
    """Open one child, unless one of the same code is open on the same parent (E29)."""
    order = decision.order
    parent = order.id if task is None else task.id
    for other in decision.case.tasks.values():
        same = other.opened_code == row.code and other.opened_by == parent
        if same and not other.state.terminal:
            return
    repeated = row.makes == "task"
    if repeated and decision.stopped:
        return  # the order is stopped: what was rejected or lost is not collected again
    nth = order.tally.children.get(f"{parent}:{row.code}", 0)
    loop = order.loop if repeated else row.makes
    own = {} if task is None else task.fields
    inherited = _child_fields(decision, loop, task, evidence, repeated=repeated)
    fields = {**inherited, **row.sets}
    body = TaskMade(
        order_id=order.id,
        encounter_id=order.encounter_id,
        loop=loop,
        due_at=_child_due(row, decision.entry.at, (evidence, own, order.fields)),
        seq=0 if task is None else task.seq,
        window_class="none",
        fields=fields,
        parent=None if repeated else parent,
        opened_code=row.code,
        opened_by=parent,
        blocks=() if repeated else row.blocks,
        clock_from=_first_clock(task) if row.keeps_clock else None,
    )
    decision.on_task(child_id(parent, code=row.code, nth=nth), body)
    if row.blocks and not repeated:
        raise_version(decision, f"child:{row.code}")


def _child_due(
    row: Child, opened: datetime, sources: tuple[Mapping[str, object], ...]
) -> datetime | None:
    """When a child with an appointed time is due: never before it was opened."""
    if not row.due:
        return None
    for name in row.due:
        said = next((source[name] for source in sources if source.get(name) is not None), None)
        at = opened
        if isinstance(said, int):
            at = opened + timedelta(minutes=said)
        elif isinstance(said, str):
            at = datetime.fromisoformat(said)
        if at > opened:
            return at
    return opened


def _first_clock(task: Task | None) -> datetime | None:
    return None if task is None else task.clock_from or task.made_at


def _child_fields(
    decision: Decision,
    loop: str,
    task: Task | None,
    evidence: Mapping[str, object],
    *,
    repeated: bool,
) -> dict[str, object]:
    """A child's fields: from what opened it, else its parent's, else the order's (E28)."""
    own = {} if task is None else task.fields
    sources = (own,) if repeated else (evidence, own, decision.order.fields)
    names = [use.name for use in decision.loops.get(loop).task_fields]
    dropped = {"container", "din", "dose_label", "accession"} if repeated else set[str]()
    fields: dict[str, object] = {}
    for name in names:
        value = next((source[name] for source in sources if source.get(name) is not None), None)
        if value is not None and name not in dropped:
            fields[name] = value
    return fields


def raise_version(decision: Decision, why: str) -> None:
    """Give the order something new to acknowledge, where its loop acknowledges at all (E15)."""
    if any(step.per_version for step in decision.loop.order_steps):
        decision.on_order(VersionRaised(decision.order.report_version + 1, why))
