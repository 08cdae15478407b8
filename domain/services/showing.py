"""One order as it is, with all that was recorded: the value of `order show --json`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.errors import NotFound
from domain.loops.deadlines import order_deadlines, task_deadlines
from domain.loops.outlook import order_outlook, task_outlook
from domain.services.authorising import authorised
from domain.services.exceptions import exceptions_in
from domain.services.undersigning import about_as_recorded, holds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from domain.alerts import Alert
    from domain.ids import OrderId
    from domain.loops.case import Case
    from domain.loops.deadlines import Deadline
    from domain.loops.loops import Loops
    from domain.orders import Order
    from domain.services.exceptions import OrderException
    from domain.services.workplace import Workplace
    from domain.tasks import Task
    from domain.worklists import JournalRow, Outlook

Json = dict[str, object]


def show_order(place: Workplace, *, user: str, order: OrderId, now: datetime) -> Json:
    """The order, its steps, its tasks with theirs, what comes next, and the running limits.

    Raises:
        NotFound: there is no such order.
    """
    authorised(place.reads, user, "order.show", order=order)
    case = place.reads.case(order, whole=True)
    if case is None:
        raise NotFound("order", order, right="the id of an order")
    stay = place.reads.encounter(case.order.encounter_id)
    loops = place.loops if stay is None else place.loops.for_ward(stay.ward)
    journal = place.reads.journal(order=order)
    recorded = _by_stream(journal)
    about = about_as_recorded(journal, order)
    alerts = place.reads.alerts(encounter=case.order.encounter_id, open_only=False)
    outlook = order_outlook(loops, case)
    return {
        "order": _order(case.order),
        "steps": [_step(row, about) for row in recorded.get(order, [])],
        "tasks": [
            _task(loops, case, task, [_step(row, about) for row in recorded.get(task.id, [])], now)
            for task in sorted(case.tasks.values(), key=_in_time)
        ],
        "next": _next(outlook),
        "deadlines": _deadlines(order_deadlines(loops, case)),
        "alerts": [_alert(row.alert) for row in alerts if row.alert.order == order],
        "exceptions": [_exception(one) for one in exceptions_in(journal)],
    }


def _alert(alert: Alert) -> Json:
    return {
        "id": alert.id,
        "rule": alert.key.rule,
        "severity": alert.severity.value,
        "task": alert.task,
        "limit": alert.limit,
        "step": alert.step,
        "since": alert.since.isoformat(),
        "raised_at": alert.raised_at.isoformat(),
        "tier": alert.tier,
        "acknowledged_at": _iso(alert.acknowledged_at),
        "overridden": alert.override is not None,
        "silent": alert.silent,
        "resolved_at": _iso(alert.resolved_at),
        "resolution": None if alert.resolution is None else alert.resolution.value,
    }


def _exception(one: OrderException) -> Json:
    return {
        "stream": one.stream,
        "at": one.at.isoformat(),
        "what": one.what,
        "step": one.step or None,
        "detail": one.detail or None,
        "minutes": one.minutes,
    }


def _in_time(task: Task) -> tuple[float, int, str]:
    return ((task.due_at or task.made_at).timestamp(), task.seq, task.id)


def _by_stream(rows: Iterable[JournalRow]) -> dict[str, list[JournalRow]]:
    """The rows that record or mend a step, by the order or task that they stand on."""
    found: dict[str, list[JournalRow]] = {}
    for row in rows:
        if row.kind in STEP_KINDS:
            found.setdefault(row.stream, []).append(row)
    return found


STEP_KINDS = frozenset({"step_recorded", "corrected", "amended", "exit_recorded"})


def _order(order: Order) -> Json:
    return {
        "id": order.id,
        "kind": order.loop,
        "encounter": order.encounter_id,
        "patient": order.patient_id,
        "author": order.author,
        "priority": order.priority.value,
        "state": order.state.value,
        "outcome": order.outcome,
        "fields": dict(order.fields),
        "placed_at": order.placed_at.isoformat(),
        "signed_at": _iso(order.signed_at),
        "stop_at": _iso(order.stop_at),
        "stopped_by": order.stopped_by,
        "ended_at": _iso(order.ended_at),
        "on_hold": None if order.hold is None else order.hold.reason,
        "replaces": order.replaces,
        "report_version": order.report_version,
        "gaps": sorted(order.gaps),
        "asks": [
            {"code": ask.code, "task": ask.task, "answers": list(ask.answers), "at": _iso(ask.at)}
            for ask in order.asks.values()
        ],
    }


def _task(loops: Loops, case: Case, task: Task, steps: list[Json], now: datetime) -> Json:
    outlook = task_outlook(loops, case, task)
    late = outlook.next_due_at is not None and outlook.next_due_at < now
    return {
        "id": task.id,
        "kind": task.loop,
        "state": task.state.value,
        "outcome": task.outcome,
        "due_at": _iso(task.due_at),
        "due": not task.state.terminal and task.due_at is not None and task.due_at <= now,
        "overdue": late,
        "incomplete": task.incomplete,
        "gaps": sorted(task.gaps),
        "parent": task.parent,
        "fields": dict(task.fields),
        "steps": steps,
        "next": _next(outlook),
        "deadlines": _deadlines(task_deadlines(loops, case, task)),
    }


def _step(row: JournalRow, about: Mapping[str, object]) -> Json:
    said: Mapping[str, object] = row.payload
    exit_taken = said.get("exit")
    return {
        "step": said.get("step"),
        "exit": exit_taken.get("outcome") if isinstance(exit_taken, dict) else None,
        "result": said.get("result"),
        "at": row.event_at.isoformat(),
        "recorded_at": row.recorded_at.isoformat(),
        "actor": row.actor,
        "witness": said.get("witness"),
        "source": row.source,
        "late_by_minutes": said.get("late_by_minutes"),
        "evidence": said.get("evidence") or {},
        "reason": said.get("reason"),
        "corrects": said.get("of_seq"),
        "seq": row.stream_seq,
        "signatures": signatures_under(row, about),
    }


def signatures_under(row: JournalRow, about: Mapping[str, object]) -> list[Json]:
    """Who signed an event, as what, and whether it still holds; `about` is empty for an alert."""
    return [
        {
            "signer": one.signature.signer,
            "meaning": one.signature.meaning.value,
            "method": one.signature.method.value,
            "at": one.signature.at.isoformat(),
            "holds": holds(one, row, about),
        }
        for one in row.signatures
    ]


def _next(outlook: Outlook) -> list[str]:
    return [step.step for step in outlook.ready]


def _deadlines(rows: Iterable[Deadline]) -> list[Json]:
    return [{"limit": row.limit, "step": row.step, "at": row.at.isoformat()} for row in rows]


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
