"""What alert rules look at, read under the encounter's lock: four questions, whatever its length.

Streams are frozen and follow from their rows alone: those whose rows did not change since they were
last read are not made anew (decision 24).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import select

from domain.errors import NotFound
from domain.ids import OrderId, PatientId, WardId
from domain.loops.streams import order_stream, task_stream
from domain.orders import Priority
from domain.patients import EncounterState
from domain.situation import Situation
from domain.standing import flags
from storage.alert_mapping import alert_of
from storage.clinical import StoredClinical
from storage.mapping import deadlines_of, order_of, task_of
from storage.statements import ORDER_COLUMNS, TASK_COLUMNS, Statement, is_open, word
from storage.tables import alerts, encounters, orders, tasks
from storage.types import deadline, instant_or_none, micros
from storage.written import written

if TYPE_CHECKING:
    from datetime import datetime

    from domain.alerts import Alert
    from domain.ids import EncounterId
    from domain.situation import RiskScore, Stream
    from storage.engine import Driver, Row, Values

_STAY: Final = Statement(
    select(
        encounters.c.patient_id, encounters.c.ward_id, encounters.c.state, encounters.c.ended_at
    ).where(encounters.c.id == word("encounter_id"))
)
ORDERS: Final = Statement(
    select(*ORDER_COLUMNS, orders.c.watch).where(
        orders.c.encounter_id == word("encounter_id"), is_open(orders)
    )
)
TASKS: Final = Statement(
    select(*TASK_COLUMNS, tasks.c.order_id, tasks.c.watch).where(
        tasks.c.encounter_id == word("encounter_id"), is_open(tasks)
    )
)
_PRIORITY: Final = Statement(select(orders.c.priority).where(orders.c.id == word("order_id")))
ALERTS: Final = Statement(
    select(alerts.c.data)
    .where(alerts.c.encounter_id == word("encounter_id"), is_open(alerts))
    .order_by(alerts.c.severity, alerts.c.since, alerts.c.id)
)
_PRIORITIES: Final = {priority.value: priority for priority in Priority}
_REMEMBERED: Final = 32_768
"""More open orders and tasks than a ward has."""
_STREAMS: Final[dict[str, tuple[Row, Priority, Stream]]] = {}


def load_situation(driver: Driver, encounter: EncounterId, now: datetime) -> Situation:
    """One stay as it is by now: its open work, what is known of the patient, its open alerts.

    Raises:
        NotFound: the encounter was never admitted.
    """
    row = driver.row(_STAY, encounter_id=encounter)
    if row is None:
        raise NotFound("encounter", encounter)
    patient, ward, state, ended_at = cast("tuple[str, str, str, int | None]", row)
    clinical = StoredClinical.of(driver, encounter, now)
    return Situation(
        encounter=encounter,
        patient=PatientId(patient),
        ward=WardId(ward),
        active=state == EncounterState.IN_PROGRESS,
        streams=_streams(driver, encounter),
        clinical=clinical,
        alerts=open_alerts(driver, encounter),
        flags=flags(clinical.facts, now),
        ended_at=instant_or_none(ended_at),
    )


def open_alerts(driver: Driver, encounter: EncounterId) -> tuple[Alert, ...]:
    """The open alerts of a stay, by id."""
    rows = driver.rows(ALERTS, encounter_id=encounter)
    found = [alert_of(cast("str", row[0])) for row in rows]
    found.sort(key=_by_id)
    return tuple(found)


def _by_id(alert: Alert) -> str:
    return alert.id


def risk_row(risk: RiskScore, *, as_of: datetime, wake_at: datetime | None, config: str) -> Values:
    """The columns of a stay's risk; whose chain's place is left to who writes its end."""
    return {
        "score": risk.score,
        "band": risk.band,
        "as_of": micros(as_of),
        "causes": written(risk),
        "config_hash": config,
        "wake_at": deadline(wake_at),
    }


def _streams(driver: Driver, encounter: EncounterId) -> tuple[Stream, ...]:
    found = [_order(row) for row in driver.rows(ORDERS, encounter_id=encounter)]
    priorities = {one.order: one.priority for one in found}
    for row in driver.rows(TASKS, encounter_id=encounter):
        order = OrderId(cast("str", row[-2]))
        if order not in priorities:  # a sub-loop of an order that has ended
            ended = cast("Row", driver.row(_PRIORITY, order_id=order))
            priorities[order] = _PRIORITIES[cast("str", ended[0])]
        found.append(_task(row, order, encounter, priorities[order]))
    # the same order on every database, or a rebuild would not give the same bytes
    found.sort(key=_by_ids)
    return tuple(found)


def _by_ids(stream: Stream) -> tuple[str, str]:
    return stream.order, stream.task or ""


def _order(row: Row) -> Stream:
    key, priority = cast("str", row[0]), _PRIORITIES[cast("str", row[6])]
    known = _STREAMS.get(key)
    if known is not None and known[0] == row:
        return known[2]
    stream = order_stream(order_of(row[:-1]), deadlines_of(key, row[-1]))
    return _remember(key, row, priority, stream)


def _task(row: Row, order: OrderId, encounter: EncounterId, priority: Priority) -> Stream:
    key = cast("str", row[0])
    known = _STREAMS.get(key)
    if known is not None and known[0] == row and known[1] is priority:
        return known[2]
    task = task_of(row[:-2], order, encounter)
    stream = task_stream(task, priority, deadlines_of(key, row[-1]))
    return _remember(key, row, priority, stream)


def _remember(key: str, row: Row, priority: Priority, stream: Stream) -> Stream:
    if len(_STREAMS) >= _REMEMBERED:
        _STREAMS.clear()
    _STREAMS[key] = (row, priority, stream)
    return stream
