"""Repairing the record: corrections, amendments, entered in error, incidents."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from domain.errors import InvalidInput, NotAuthorised, Refused
from domain.events import (
    Amended,
    Corrected,
    IncidentReported,
    Moved,
    Nullified,
    VersionRaised,
)
from domain.loops.evidence import checked
from domain.loops.follow_ups import by_record, open_children, raise_version
from domain.loops.judging import resting_findings, step_findings
from domain.loops.refusals import order_ended, reason_missing, require_role, task_ended
from domain.loops.settle import reopen
from domain.loops.validity import TOLERANCE, last_instant
from domain.orders import OrderState
from domain.tasks import TaskState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.commands import Amend, Correct, EnterInError, Entry, ReportIncident
    from domain.findings import Finding
    from domain.loops.applies import Place
    from domain.loops.decision import Decision
    from domain.loops.definition import Step
    from domain.records import Record
    from domain.tasks import Task


def correct(decision: Decision, command: Correct) -> None:
    """Correct the time or the evidence of a record; the state stays.

    Raises:
        InvalidInput: nothing to correct, or nothing of the record is changed.
        NotAuthorised: the record is somebody else's.
    """
    task = None if command.task is None else decision.task(command.task)
    place = decision.place(task)
    step, record = _recorded(place, command.step)
    _require_author(decision, "correct", {record.actor}, command)
    if not command.reason:
        raise reason_missing("A correction")
    if command.new_at is None and not command.evidence:
        raise InvalidInput("evidence", "nothing is corrected", right="a new time or new evidence")
    new_at = command.new_at or record.at
    if new_at > decision.now + TOLERANCE:
        raise InvalidInput("at", "the corrected time is in the future", right="when it happened")
    evidence = checked(
        command.evidence,
        uses=step.fields,
        fields=decision.loops.fields,
        path="evidence",
        require=False,
    )
    moved = replace(record, at=new_at, evidence={**record.evidence, **evidence})
    body = Corrected(
        step.no,
        record.seq,
        command.reason,
        command.new_at,
        evidence or None,
        _findings_anew(decision, step, task, moved),
        starts=step.starts,
        tallied=task is not None and task.parent is None and step.no in place.loop.tallied,
    )
    if task is None:
        decision.on_order(body)
    else:
        decision.on_task(task.id, body)


def _findings_anew(
    decision: Decision, step: Step, task: Task | None, moved: Record
) -> tuple[Finding, ...]:
    """What the checks find about a corrected record, and about what rested on it (E40)."""
    kept = decision.entry
    decision.entry = replace(kept, at=moved.at, evidence=moved.evidence)
    found = step_findings(decision, step, task, together=frozenset({step.no}))
    decision.entry = kept
    place = decision.place(task)
    # nothing is scanned for a correction: that there was no scan says nothing of the record
    own = tuple(
        one for one in found if kept.scans or one.check not in ("right_patient", "right_item")
    )
    return (*own, *resting_findings(place, step, moved))


def amend(decision: Decision, command: Amend) -> None:
    """Amend a report wherever it is done; a closed order goes on (E16).

    Raises:
        InvalidInput: the step is no report, or its result is not known.
    """
    task = None if command.task is None else decision.task(command.task)
    place = decision.place(task)
    step, _record = _recorded(place, command.step)
    if task is not None and task.state is TaskState.ENTERED_IN_ERROR:
        raise task_ended(task)
    if not step.reports or task is None:
        raise InvalidInput("step", f"{step.no} is no report", right=_reports(place))
    require_role(command.actor, step.by, step.no)
    reason = command.reason or (command.source_id if decision.source.from_machine else None)
    if not reason:
        raise reason_missing("An amendment")
    if command.result is not None and command.result not in step.results:
        raise InvalidInput(
            "result", f"{command.result!r} is no result of {step.no}", right=", ".join(step.results)
        )
    evidence = checked(
        command.evidence,
        uses=step.fields,
        fields=decision.loops.fields,
        path="evidence",
        require=False,
    )
    decision.on_task(task.id, Amended(step.no, command.result, evidence, reason))
    version = decision.order.report_version + 1
    decision.on_order(VersionRaised(version, f"amended:{step.no}", report=True))
    reopen(decision, f"amended:{step.no}")
    open_children(decision, task, by_record(step.no, command.result, evidence), evidence)


def _reports(place: Place) -> str:
    return ", ".join(step.no for step in place.loop.task_steps if step.reports) or "none here"


def _recorded(place: Place, name: str) -> tuple[Step, Record]:
    step = place.loop.find_step(name)
    record = None if step is None else place.raw(step.no)
    if step is None or record is None:
        known = [no for no in place.loop.steps if place.raw(no) is not None]
        raise InvalidInput("step", f"{name!r} has no record here", right=", ".join(known))
    return step, record


def enter_in_error(decision: Decision, command: EnterInError) -> None:
    """Strike a task, or an order without effect, through; all of it stays readable.

    Raises:
        Refused: it is voided or struck already; the order had an effect; the reason is missing.
        NotAuthorised: it is somebody else's.
    """
    if not command.reason:
        raise reason_missing("Entered in error")
    if command.task is None:
        _order_in_error(decision, command)
        return
    task = decision.task(command.task)
    if task.state in (TaskState.VOIDED, TaskState.ENTERED_IN_ERROR):
        raise task_ended(task)
    authors = {record.actor for record in task.steps.values()}
    if task.exit is not None and task.exit.by is not None:
        authors.add(task.exit.by)
    authors = authors or {decision.order.author}
    _require_author(decision, "entered_in_error", authors, command)
    _strike(decision, task, command.reason)
    reopen(decision, "nullified")
    if not decision.order.state.terminal:
        raise_version(decision, "ended:entered_in_error")


def _strike(decision: Decision, task: Task, reason: str) -> None:
    decision.on_task(task.id, Nullified(reason))
    moved = Moved(TaskState.ENTERED_IN_ERROR, "entered_in_error")
    decision.on_task(task.id, moved, at=last_instant(task))


def _order_in_error(decision: Decision, command: EnterInError) -> None:
    order = decision.order
    if order.state.terminal:
        raise order_ended(order.id, order.state.value)
    if order.tally.effects or order.tally.ended > order.tally.nothing:
        raise Refused(
            "HAS_EFFECT",
            f"Order {order.id} has tasks that were carried out",
            next_step="Enter those tasks in error, or discontinue the order",
            field="order",
        )
    _require_author(decision, "entered_in_error", {order.author}, command)
    decision.on_order(Nullified(command.reason or ""))
    for task in decision.case.own_open():
        _strike(decision, task, command.reason or "")
    decision.on_order(Moved(OrderState.ENTERED_IN_ERROR, "entered_in_error"))


def report_incident(decision: Decision, command: ReportIncident) -> None:
    """Report that something went wrong; nothing changes its state.

    Raises:
        InvalidInput: what happened is not said.
    """
    text = command.reason or command.evidence.get("text")
    if not isinstance(text, str) or not text:
        raise InvalidInput("reason", "what happened is missing", right="one or two sentences")
    severity = command.evidence.get("severity")
    body = IncidentReported(text, severity if isinstance(severity, str) else None)
    if command.task is None:
        decision.on_order(body)
    else:
        decision.on_task(decision.task(command.task).id, body)


def _require_author(decision: Decision, act: str, authors: Iterable[str], command: Entry) -> None:
    rule = decision.loop.common.get(act)
    actor = command.actor
    if rule is None:
        raise NotAuthorised(f"{act} is not known in this loop", needs="another act", field="act")
    allowed = rule.anyone or (rule.author and actor.user in authors) or actor.holds(rule.by)
    if not allowed:
        who = " or ".join((*(["its author"] if rule.author else []), *rule.by))
        raise NotAuthorised(f"{actor.user} may not {act} this", needs=who)
