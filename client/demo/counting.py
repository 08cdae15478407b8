"""What the demo has come to: orders, tasks and events, counted in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.loops.outlook import task_outlook
from domain.services.alert_lists import MOST
from domain.tasks import TaskState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from client.app import App
    from domain.ids import OrderId
    from domain.loops.case import Case
    from domain.tasks import Task

KINDS: Final = ("medication", "examination", "test", "transfusion")
BANDS: Final = ("low", "moderate", "high", "critical")
WORDS: Final = ("closed", "closed_by_exit", "open", "overdue", "voided")


def counted(app: App, orders: Sequence[OrderId], *, now: datetime) -> dict[str, object]:
    """Patients, orders and tasks by kind, and the events of all orders.

    A task is closed, closed by an exit, open or voided; entered in error counts as voided, and
    those that are overdue are open too. Sub-loops are not counted.
    """
    by_kind = dict.fromkeys(KINDS, 0)
    tasks = {kind: dict.fromkeys(WORDS, 0) for kind in KINDS}
    events = 0
    for order in orders:
        case = app.reads.case(order, whole=True)
        if case is None:
            continue
        kind = case.order.loop
        by_kind[kind] += 1
        events += len(app.reads.journal(order=order))
        for task in case.tasks.values():
            if task.parent is None:
                _count(app, case, task, tasks[kind], now)
    patients = len(app.reads.encounters(active=False))
    return {"patients": patients, "orders": by_kind, "tasks": tasks, "events": events}


def alerts_counted(app: App) -> dict[str, object]:
    """What became of the alerts that anybody was shown, and the patients by their risk band.

    One alert can be acknowledged and then overridden or resolved: it counts under each.
    """
    alerts = [row.alert for row in app.reads.alerts(open_only=False, limit=MOST)]
    bands = dict.fromkeys(BANDS, 0)
    for ward in app.reads.wards():
        for standing in app.reads.risks(ward.id).values():
            bands[standing.risk.band] += 1
    return {
        "alerts": {
            "raised": len(alerts),
            "acknowledged": sum(one.acknowledged_at is not None for one in alerts),
            "resolved": sum(not one.open for one in alerts),
            "overridden": sum(one.override is not None for one in alerts),
            "open": sum(one.open for one in alerts),
        },
        "risk": bands,
    }


def _count(app: App, case: Case, task: Task, words: dict[str, int], now: datetime) -> None:
    if task.state is TaskState.CLOSED:
        words["closed"] += 1
    elif task.state is TaskState.CLOSED_BY_EXIT:
        words["closed_by_exit"] += 1
    elif task.state.terminal:
        words["voided"] += 1
    else:
        words["open"] += 1
        due = task_outlook(app.loops, case, task).next_due_at
        words["overdue"] += due is not None and due < now
