"""Taking an exit by hand: which row is meant, and whether it is lawful now."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from domain.errors import InvalidInput, Refused
from domain.loops.applies import Place, all_hold, applies, missing_required
from domain.loops.deadlines import allowed, clock_start, limit_applies, origin_at
from domain.loops.definition import Exit, Level, Origin, OriginKind, Text
from domain.loops.follow_ups import by_exit, open_children, record_exit, send_back
from domain.loops.grammar import GAP_ACCEPTED
from domain.loops.persons import require_witness, witness_needed
from domain.loops.refusals import require_role, task_ended
from domain.loops.validity import expires_at

if TYPE_CHECKING:
    from datetime import datetime

    from domain.commands import TakeExit
    from domain.loops.decision import Decision
    from domain.tasks import Task


def take_exit(decision: Decision, command: TakeExit) -> None:
    """End a task by an exit.

    Raises:
        InvalidInput: no such exit, or two fit and the code is missing.
        Refused: not lawful now.
    """
    if command.task is None:
        raise InvalidInput("task", "an exit ends a task", right="the id of a task")
    task = decision.task(command.task)
    if task.state.terminal:
        raise task_ended(task)
    if GAP_ACCEPTED in (command.exit, command.code):
        _accept_gaps(decision, task)
        return
    place = decision.place(task)
    if task.exit is not None and not any(fits(row, place) for row in place.loop.exits):
        raise task_ended(task, "an exit was taken")
    row = choose(place, command)
    require_role(command.actor, row.by, f"the exit {row.id}")
    if row.sources and decision.source.value not in row.sources:
        raise Refused(
            "EXIT_BY_SOURCE",
            f"The exit {row.id} is only for records of another system",
            next_step="Take the exit that says why",
            field="exit",
        )
    if row.witness is not None and witness_needed(row.witness, decision.place(task), None):
        require_witness(command, row.witness, f"the exit {row.id}")
    _require_time(decision.place(task), row, command.at)
    evidence = record_exit(decision, task, row)
    fires = by_exit(row.id)
    send_back(decision, task, row.code, fires)
    open_children(decision, task, fires, evidence)


def choose(place: Place, command: TakeExit) -> Exit:
    """The one exit row that a word or code means, given what is pending (engine, section 3).

    Raises:
        InvalidInput: none is known by that name, none fits now, or more than one does.
    """
    word = command.exit or command.code
    if word is None:
        raise InvalidInput("exit", "the exit is missing", right=_names(place.loop.exits))
    named = [
        row
        for row in place.loop.exits
        if (command.exit is None or row.id == command.exit)
        and (command.code is None or row.code == command.code)
    ]
    if not named:
        raise InvalidInput(
            "exit",
            f"{word!r} is no exit of the loop {place.loop.id}",
            right=_names(place.loop.exits),
        )
    fitting = [row for row in named if fits(row, place)]
    if not fitting:
        fit = tuple(row for row in place.loop.exits if fits(row, place))
        raise Refused(
            "EXIT_NOT_NOW",
            f"The exit {word} does not fit what is pending",
            next_step=f"Possible now: {_names(fit) or 'none'}",
            field="exit",
        )
    if len(fitting) > 1:
        raise InvalidInput("code", f"{word!r} fits more than one row", right=_names(tuple(fitting)))
    return fitting[0]


def _names(rows: tuple[Exit, ...]) -> str:
    return ", ".join(f"{row.id} ({row.code})" for row in rows)


def fits(row: Exit, place: Place) -> bool:
    """Whether a row's `at` and `when` fit what is pending (E18)."""
    return all_hold(row.when, place) and any(_replaceable(no, place) for no in row.at)


def _replaceable(no: str, place: Place) -> bool:
    step, task = place.loop.steps[no], place.task
    if not applies(step, place) or place.record(no) is not None:
        return False
    if task is not None and task.exit is not None and no not in task.exit.still:
        return False
    starts = [one.no for one in place.loop.task_steps if one.starts and applies(one, place)]
    before = [one for one in starts if one in place.loop.ancestors[no]]
    if before:
        return all(place.record(one) is not None for one in before)
    return task is None or not task.started


def _require_time(place: Place, row: Exit, at: datetime) -> None:
    earliest = earliest_time(place, row)
    if earliest is not None and at < earliest:
        raise Refused(
            "EXIT_TOO_EARLY",
            f"The exit {row.id} is lawful from {earliest.isoformat(timespec='minutes')}",
            next_step="Wait until then, or take the exit that says why it is not done",
            field="exit",
        )


def earliest_time(place: Place, row: Exit) -> datetime | None:
    """From when an exit with `not_before` is lawful; None where time does not matter."""
    rule = row.not_before
    if rule is None:
        return None
    if rule.origin == "window_end":
        return window_end(place)
    no, _, name = rule.origin.partition(".")
    if name:  # a visit that was booked without a slot has no time to be missed at
        instant = origin_at(Origin(OriginKind.FIELD, no, field=name), place)
        return None if instant is None else instant + timedelta(minutes=rule.minutes)
    step, record = place.loop.steps[no], place.record(no)
    if record is None:
        return None
    if step.valid is not None and record.evidence.get("valid_until"):
        return expires_at(step, record, place)  # a reservation says itself how long it holds (E25)
    return record.at + timedelta(minutes=rule.minutes)


def window_end(place: Place) -> datetime | None:
    """When the task's administration window closes: the latest end of its limits from due."""
    task = place.task
    if task is None or task.due_at is None:
        return None
    ends = [task.due_at]
    for limit in place.loop.limits:
        kinds = {origin.kind for origin in limit.origins}
        if kinds != {OriginKind.DUE} or not limit_applies(limit, place):
            continue
        start = clock_start(limit, place)
        span = None if start is None else allowed(limit, place, start)
        if span is not None:
            ends.append(span[1])
    return max(ends)


def _accept_gaps(decision: Decision, task: Task) -> None:
    """The charge nurse ends a task whose missing record will not come (E7)."""
    act = decision.place(task).loop.common.get(GAP_ACCEPTED)
    if not task.gaps:
        raise Refused(
            "NO_GAP",
            f"Task {task.id} has no gap",
            next_step="Take the exit that says why it is not done",
            field="exit",
        )
    require_role(decision.entry.actor, () if act is None else act.by, "the exit gap_accepted")
    outcome = GAP_ACCEPTED if task.exit is None else task.exit.outcome
    still = _still_to_come(decision, task) if task.exit is None else task.exit.still
    row = Exit(
        code=GAP_ACCEPTED,
        id=outcome,
        by=() if act is None else act.by,
        text=Text("Gap accepted", "缺节点确认"),
        at=tuple(sorted(task.gaps)),
        still=still,
    )
    record_exit(decision, task, row, accepts_gaps=True)


def _still_to_come(decision: Decision, task: Task) -> tuple[str, ...]:
    """What runs must still be ended: the steps after its start that nothing recorded is after."""
    if not task.started:
        return ()
    place = decision.place(task)
    starts = {step.no for step in place.loop.task_steps if step.starts}
    return tuple(
        no
        for no in missing_required(place, Level.TASK)
        if not starts.isdisjoint(place.loop.ancestors[no])
        and not any(place.record(later) is not None for later in place.loop.descendants[no])
    )
