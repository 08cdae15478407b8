"""The open work of one stay as rules look at it: read whole once, then only what was written to.

Streams are frozen and follow from their rows alone: those whose rows did not change since they were
last read are not made anew (decision 24).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import select

from domain.ids import OrderId
from domain.loops.streams import order_stream, task_stream
from domain.orders import Priority
from storage.mapping import deadlines_of, order_of, task_of
from storage.memory import Work
from storage.statements import ORDER_COLUMNS, TASK_COLUMNS, Statement, is_open, word
from storage.tables import orders, tasks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.ids import EncounterId
    from domain.situation import Stream
    from storage.engine import Driver, Row
    from storage.memory import Known

_ORDERS = select(*ORDER_COLUMNS, orders.c.watch)
_TASKS = select(*TASK_COLUMNS, tasks.c.order_id, tasks.c.watch)
ORDERS: Final = Statement(
    _ORDERS.where(orders.c.encounter_id == word("encounter_id"), is_open(orders))
)
TASKS: Final = Statement(_TASKS.where(tasks.c.encounter_id == word("encounter_id"), is_open(tasks)))
ORDER: Final = Statement(_ORDERS.where(orders.c.id == word("order_id"), is_open(orders)))
TASKS_OF_ORDER: Final = Statement(
    _TASKS.where(tasks.c.order_id == word("order_id"), is_open(tasks))
)
_PRIORITY: Final = Statement(select(orders.c.priority).where(orders.c.id == word("order_id")))
_PRIORITIES: Final = {priority.value: priority for priority in Priority}
_REMEMBERED: Final = 32_768
"""More open orders and tasks than a ward has."""
_STREAMS: Final[dict[str, tuple[Row, Priority, Stream]]] = {}


def open_work(driver: Driver, encounter: EncounterId, known: Known) -> dict[OrderId, Work]:
    """What is open of each order of a stay."""
    if known.work is None:
        found = driver.rows(ORDERS, encounter_id=encounter)
        tasks_found = driver.rows(TASKS, encounter_id=encounter)
        known.work = _by_order(driver, encounter, found, tasks_found)
        known.moved.clear()
    while known.moved:
        order = known.moved.pop()
        found = driver.rows(ORDER, order_id=order)
        tasks_found = driver.rows(TASKS_OF_ORDER, order_id=order)
        known.work.pop(order, None)
        known.work |= _by_order(driver, encounter, found, tasks_found)
    return known.work


def open_streams(driver: Driver, encounter: EncounterId, known: Known) -> tuple[Stream, ...]:
    """The open orders, each before its open tasks, in the order of their ids."""
    # the same order on every database, or a rebuild would not give the same bytes
    work = open_work(driver, encounter, known)
    return tuple(one for order in sorted(work) for one in work[order].streams)


def _by_order(
    driver: Driver, encounter: EncounterId, order_rows: Iterable[Row], task_rows: Iterable[Row]
) -> dict[OrderId, Work]:
    rows = {OrderId(cast("str", row[0])): row for row in order_rows}
    priorities = {order: _PRIORITIES[cast("str", row[6])] for order, row in rows.items()}
    streams: dict[OrderId, list[Stream]] = {
        order: [_order(row, priorities[order])] for order, row in rows.items()
    }
    for row in task_rows:
        order = OrderId(cast("str", row[-2]))
        if order not in priorities:  # a sub-loop of an order that has ended
            ended = cast("Row", driver.row(_PRIORITY, order_id=order))
            priorities[order] = _PRIORITIES[cast("str", ended[0])]
            streams[order] = []
        streams[order].append(_task(row, order, encounter, priorities[order]))
    for found in streams.values():
        found.sort(key=_by_task)
    return {order: Work(rows.get(order), tuple(found)) for order, found in streams.items()}


def _by_task(stream: Stream) -> str:
    return stream.task or ""


def _order(row: Row, priority: Priority) -> Stream:
    key = cast("str", row[0])
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
