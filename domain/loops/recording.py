"""Recording a step: what refuses it, what it means, and the event that says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.errors import InvalidInput, Refused
from domain.events import StepRecorded, VersionRaised
from domain.loops import follow_ups
from domain.loops.applies import (
    all_hold,
    applies,
    blocked_by_ask,
    current,
    one_act,
    passed_by_exit,
    unmet,
)
from domain.loops.checks import bound, read_scans
from domain.loops.closing import closable, closing_waits_for
from domain.loops.definition import Level
from domain.loops.evidence import checked
from domain.loops.judging import require_passed, step_findings
from domain.loops.persons import require_persons
from domain.loops.refusals import already_done, not_ready, order_ended, require_role, task_ended
from domain.loops.validity import lateness, renewable
from domain.orders import OrderState
from domain.tasks import TaskState

if TYPE_CHECKING:
    from domain.commands import RecordStep
    from domain.findings import Finding
    from domain.loops.applies import Place
    from domain.loops.decision import Decision
    from domain.loops.definition import LoopDefinition, Step
    from domain.tasks import Task


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found out about a record before it is written.

    Attributes:
        gaps: steps that it passes over.
        findings: of the checks and of time, with those that were overridden.
        late: minutes over the tightest limit that it ended, and that limit.
    """

    gaps: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    late: tuple[int, str] | None = None


def record_step(decision: Decision, command: RecordStep) -> None:
    """Record a step (with those that are one act with it) and all that follows from its result."""
    task = None if command.task is None else decision.task(command.task)
    loop = decision.place(task).loop
    step = _named(loop, command.step)
    if step.on:
        raise Refused(
            "AUTOMATIC",
            f"{step.no} follows its act by itself",
            next_step="Stop the order (act discontinue) instead",
            field="step",
        )
    if step.level is Level.ORDER:
        task = None
    elif task is None:
        raise InvalidInput("task", f"{step.no} is recorded on a task", right="the id of a task")
    group = one_act(step, decision.place(task))
    first = group[0]
    _require_readable(decision, command)
    _require_meaning(group, command.result)
    require_persons(decision, first, task, command.result)
    judged = [_judge(decision, one, task, command, group) for one in group]
    for one, verdict in zip(group, judged, strict=True):
        _write(decision, one, task, command, verdict)


def _named(loop: LoopDefinition, name: str) -> Step:
    step = loop.find_step(name)
    if step is None:
        raise InvalidInput(
            "step",
            f"{name!r} is no step of the loop {loop.id}",
            right=f"one of {', '.join(loop.steps)}",
        )
    return step


def _require_readable(decision: Decision, command: RecordStep) -> None:
    """Refuse wrong values before a check reads them."""
    fields = decision.loops.fields
    read = checked(command.evidence, uses=(), fields=fields, path="evidence", require=False)
    decision.evidence = read


def _judge(
    decision: Decision,
    step: Step,
    task: Task | None,
    command: RecordStep,
    group: tuple[Step, ...],
) -> Judged:
    place = decision.place(task)
    _require_open(decision, step, task)
    require_role(command.actor, group[0].by, step.no)
    _require_result(step, command.result)
    gap = step.no in (place.order.gaps if task is None else task.gaps)
    if not gap:
        _require_pending(decision, step, place)
    _require_free(decision, step, place, gap=gap)
    together = {one.no for one in group}
    missing = tuple(no for no in unmet(step, place) if no not in together)
    if missing and not decision.source.after_the_fact:
        raise not_ready(step.no, missing)
    if step is decision.loop.closing and not step.per_version:
        _require_closable(decision, step)
    findings = step_findings(decision, step, task, together=frozenset(together))
    require_passed(decision, findings)
    late = lateness(place, step, command.at)
    return Judged(gaps=missing, findings=findings, late=late)


def _require_open(decision: Decision, step: Step, task: Task | None) -> None:
    order = decision.order
    if task is None or task.parent is None:
        if order.state is OrderState.DRAFT and _downstream(decision.loop, step):
            raise not_ready(step.no, ((decision.loop.activating or step).no,))
        if order.state.terminal and task is None:
            raise order_ended(order.id, order.state.value)
    if task is None:
        return
    if task.state.terminal:
        raise task_ended(task)
    if task.exit is not None and passed_by_exit(step.no, task):
        raise task_ended(task, "an exit was taken")
    live = not decision.source.after_the_fact
    if task.state is TaskState.ON_HOLD and live:
        raise Refused(
            "ON_HOLD",
            f"Task {task.id} is on hold",
            next_step="Release it first (act release)",
            field="task",
        )


def _downstream(loop: LoopDefinition, step: Step) -> bool:
    active = loop.activating
    return active is not None and active.no in loop.ancestors[step.no]


def _require_meaning(group: tuple[Step, ...], result: str | None) -> None:
    """Refuse a result that no step of the act has: it must never be dropped."""
    if result is not None and not any(step.results for step in group):
        raise InvalidInput(
            "result", f"{group[0].no} has no results", right="no result; an exit says why not"
        )


def _require_result(step: Step, result: str | None) -> None:
    if step.results and result is None:
        raise InvalidInput(
            "result", f"{step.no} needs a result", right=f"one of {', '.join(step.results)}"
        )
    if step.results and result not in step.results:
        raise InvalidInput(
            "result",
            f"{result!r} is no result of {step.no}",
            right=f"one of {', '.join(step.results)}",
        )


def _require_pending(decision: Decision, step: Step, place: Place) -> None:
    """Refuse a step that does not apply, or is done and neither repeats nor has expired."""
    if not applies(step, place) and not _still_due(step, place.task):
        raise Refused(
            "NOT_APPLICABLE",
            f"{step.no} is not part of this order",
            next_step="Record the step that is next",
            field="step",
        )
    until = step.repeats_until
    if until is not None:
        ended = place.record(until)
        if ended is not None and not decision.source.after_the_fact:
            raise already_done(until, ended)
        return
    done = place.record(step.no)
    if done is not None and current(step, place) and not renewable(step, place, decision.entry.at):
        if step is decision.loop.closing and closable(place):
            return
        raise already_done(step.no, done)


def _still_due(step: Step, task: Task | None) -> bool:
    return task is not None and task.exit is not None and step.no in task.exit.still


def _require_free(decision: Decision, step: Step, place: Place, *, gap: bool) -> None:
    code = blocked_by_ask(step.no, place)
    if code is not None and not (gap or decision.source.from_machine):
        raise Refused(
            "ASK_OPEN",
            f"{step.no} waits for the answer to {code}",
            next_step=f"Answer it first (answer with code {code})",
            field="step",
        )
    task = place.task
    if task is None or decision.source.after_the_fact:
        return
    for child in place.case.children_of(task.id):
        if step.no in child.blocks:
            raise not_ready(step.no, (f"{child.loop} {child.id}",))
    _require_turn(step, place, task)


def _require_turn(step: Step, place: Place, task: Task) -> None:
    """The next unit waits for the one before it (X12); a dose for the one it depends on (X9)."""
    others = [one for one in place.case.own_open() if one.id != task.id]
    for rule in place.loop.next_task_after:
        if rule.step != step.no or not all_hold(rule.when, place):
            continue
        for other in others:
            done = {no for no, record in other.steps.items() if not record.undone}
            if rule.step in done and rule.after not in done:
                raise not_ready(step.no, (f"{rule.after} of task {other.id}",))
    awaited = task.fields.get("depends_on")
    if step.starts and any(other.id == awaited for other in others):
        raise not_ready(step.no, (f"task {awaited}",))


def _require_closable(decision: Decision, step: Step) -> None:
    missing = closing_waits_for(decision.place(None))
    if missing:
        raise not_ready(step.no, missing)


def _write(
    decision: Decision, step: Step, task: Task | None, command: RecordStep, verdict: Judged
) -> None:
    place = decision.place(task)
    result = command.result if step.results else None
    if renewable(step, place, command.at):
        follow_ups.renew(decision, step, task)
    body = _body(decision, step, place, command, verdict)
    if task is None:
        decision.on_order(body)
    else:
        decision.on_task(task.id, body)
    if step.reports and body.done:
        version = decision.order.report_version + 1
        decision.on_order(VersionRaised(version, f"report:{step.no}", report=True))
    if step is decision.loop.closing and task is None:
        decision.closing_recorded = True
    follow_ups.after_record(decision, step, task, result, body.evidence)


def _body(
    decision: Decision, step: Step, place: Place, command: RecordStep, verdict: Judged
) -> StepRecorded:
    task = place.task
    result = command.result if step.results else None
    sent_back = follow_ups.undoes_itself(place, step, result, command.evidence)
    evidence = checked(
        {**bound(read_scans(command, place)[0]), **command.evidence},
        uses=step.fields,
        fields=decision.loops.fields,
        path="evidence",
        require=not decision.source.from_machine,
        read_before=decision.evidence,
    )
    late, limit = (None, None) if verdict.late is None else verdict.late
    return StepRecorded(
        step=step.no,
        result=result,
        evidence=evidence,
        witness=None if command.witness is None else command.witness.user,
        co_signer=command.co_signer,
        scans=command.scans,
        reason=command.reason,
        source_id=command.source_id,
        overrides=command.overrides,
        findings=verdict.findings,
        gaps=verdict.gaps,
        late_by_minutes=late,
        limit=limit,
        version=place.order.report_version,
        done=not sent_back,
        starts=_has_effect(step, place) and not sent_back and not (task and task.started),
        tallied=task is not None and task.parent is None and step.no in place.loop.tallied,
        activates=step.activates,
        by_system=command.actor.is_system,
    )


def _has_effect(step: Step, place: Place) -> bool:
    """Whether a record tells of an effect on the patient: the first itself, or what follows it."""
    return any(applies(one, place) for one in place.loop.effects[step.no])
