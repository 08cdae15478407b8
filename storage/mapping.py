"""Orders and tasks: rows to frozen values and back. No row leaves `storage`."""

from __future__ import annotations

import json
from functools import lru_cache, reduce
from operator import itemgetter, or_
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar, cast

from domain.ids import TaskId
from domain.loops.case import Case
from domain.loops.deadlines import Deadline
from domain.orders import Order, OrderState, Priority
from domain.tasks import Task, TaskState
from domain.worklists import Outlook, ReadyStep
from storage import statements as sql
from storage.codec import canonical, decode, decode_fields, json_value, parsed
from storage.types import (
    deadline,
    deadline_or_none,
    instant,
    instant_or_none,
    micros,
    micros_or_none,
    role_mask,
)
from storage.written import quoted, written_changed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.ids import EncounterId, OrderId
    from storage.engine import Driver, Row, Values

CONTAINER: Final = "container"
"""The field of a task, or of one of its records, that names its tube or box (decision 8)."""
_ORDER_COLUMNS: Final = frozenset(
    {
        "id", "encounter_id", "patient_id", "loop", "loop_version", "author", "priority", "state",
        "outcome", "placed_at", "stop_at", "seq", "version", "fields",
    }
)  # fmt: skip
_TASK_COLUMNS: Final = frozenset(
    {
        "id", "order_id", "encounter_id", "loop", "state", "outcome", "parent", "made_at", "due_at",
        "seq", "version", "fields",
    }
)  # fmt: skip
NO_OUTLOOK: Final = Outlook()
_STORED: Final = itemgetter("next_due_at", "next_limit", "ready", "watch")
"""Of the columns of an outlook those that are read with its order or task, in that order."""


class Loaded(NamedTuple):
    """A case as it was read, and its rows, which end with the outlooks that are stored."""

    case: Case
    rows: dict[str, Row]


# ---------------------------------------------------------------- orders and tasks
@lru_cache(maxsize=8192)
def _progress(kind: type, text: str) -> Mapping[str, object]:
    # untouched occurrences of one order share their text: it is read once
    return MappingProxyType(decode_fields(kind, parsed(text)))


_REMEMBERED: Final = 32_768
"""More open tasks than a ward has; those of a hospital take about 40 MB."""
_TEXTS: Final[dict[int, tuple[Mapping[str, object], str]]] = {}
"""The text of fields that were read, by their identity: they are seldom changed."""


@lru_cache(maxsize=8192)
def _open_fields(text: str) -> Mapping[str, object]:
    fields = MappingProxyType(parsed(text))
    if len(_TEXTS) >= _REMEMBERED:
        _TEXTS.clear()
    _TEXTS[id(fields)] = (fields, text)
    return fields


def fields_text(fields: Mapping[str, object]) -> str:
    """The fields of an order or a task as they are stored."""
    found = _TEXTS.get(id(fields))
    return canonical(json_value(fields)) if found is None else found[1]


_K = TypeVar("_K")
_V = TypeVar("_V")
_ORDERS: Final[dict[object, tuple[Row, Order]]] = {}
_TASKS: Final[dict[str, tuple[Row, Task]]] = {}


def order_of(row: Row) -> Order:
    """An order from `statements.ORDER_COLUMNS`; not made anew where its row did not change."""
    known = _ORDERS.get(row[0])
    if known is not None and known[0] == row:
        return known[1]
    order = _new_order(row)
    _keep(_ORDERS, row[0], (row, order))
    return order


def _new_order(row: Row) -> Order:
    return Order(**order_arguments(row))  # type: ignore[arg-type]  # the codec checked each by its hint


def order_arguments(row: Row) -> dict[str, object]:
    """The constructor arguments of an order."""
    (key, loop, loop_version, encounter, patient, author, priority, fields, placed_at, state,
     outcome, stop_at, seq, version, progress) = cast("tuple[Any, ...]", row)  # fmt: skip
    return {
        "id": key,
        "loop": loop,
        "loop_version": loop_version,
        "encounter_id": encounter,
        "patient_id": patient,
        "author": author,
        "priority": Priority(priority),
        "fields": _open_fields(fields),
        "placed_at": instant(placed_at),
        "state": OrderState(state),
        "outcome": outcome,
        "stop_at": instant_or_none(stop_at),
        "seq": seq,
        "version": version,
        **_progress(Order, progress),
    }


_READ_OF_ORDER: Final = itemgetter(*(column.name for column in sql.ORDER_COLUMNS))
_READ_OF_TASK: Final = itemgetter(*(column.name for column in sql.TASK_COLUMNS))


def written_order(order: Order, values: Values) -> None:
    """An order was stored as these columns: as long as its row reads so, it is this one."""
    _keep(_ORDERS, order.id, (_READ_OF_ORDER(values), order))


def written_task(task: Task, values: Values) -> None:
    """A task was stored as these columns: as long as its row reads so, it is this one."""
    _keep(_TASKS, task.id, (_READ_OF_TASK(values), task))


def _keep(kept: dict[_K, _V], key: _K, value: _V) -> None:
    if len(kept) >= _REMEMBERED:
        kept.clear()
    kept[key] = value


_QUICKLY: Final = itemgetter(3, 4, 5, 0)
"""Time made, due time, sequence and id of a task's row."""


def task_of(row: Row, order: OrderId, encounter: EncounterId) -> Task:
    """A task from `statements.TASK_COLUMNS`.

    A task is frozen and follows from its row alone: one whose row did not change is not made anew.
    """
    key = cast("str", row[0])
    known = _TASKS.get(key)
    # two databases of one process may hold one id (a copy, a restored backup)
    if known is not None and known[0] == row and known[1].encounter_id == encounter:
        return known[1]
    task = _new_task(row, order, encounter)
    _keep(_TASKS, key, (row, task))
    return task


def _new_task(row: Row, order: OrderId, encounter: EncounterId) -> Task:
    (key, loop, state, made_at, due_at, seq, fields, outcome, parent, version, progress) = cast(
        "tuple[Any, ...]", row
    )
    return Task(
        id=key,
        order_id=order,
        encounter_id=encounter,
        loop=loop,
        state=TaskState(state),
        made_at=instant(made_at),
        due_at=instant_or_none(due_at),
        seq=seq,
        fields=_open_fields(fields),
        outcome=outcome,
        parent=parent,
        version=version,
        **_progress(Task, progress),  # type: ignore[arg-type]  # the codec checked each by its hint
    )


def load_case(
    driver: Driver, order: OrderId, task: TaskId | None = None, *, whole: bool = False
) -> Loaded | None:
    """The order with its open tasks and the named one; `whole`: with all that ever were."""
    row = driver.row(sql.ORDER, order_id=order)
    if row is None:
        return None
    rows = driver.rows(sql.ALL_TASKS if whole else sql.OPEN_TASKS, order_id=order)
    if task is not None and all(found[0] != task for found in rows):
        rows += driver.rows(sql.TASK, order_id=order, task_id=task)
    # not sorted by SQL: that costs as much as reading them; equal on every database
    try:
        rows.sort(key=_QUICKLY)
    except TypeError:  # made at one instant, one with a due time and one without
        rows.sort(key=_made_first)
    found = order_of(row[: -sql.OUTLOOKS])
    stay = found.encounter_id
    tasks = [task_of(each[: -sql.OUTLOOKS], order, stay) for each in rows]
    by_key = {cast("str", each[0]): each for each in (row, *rows)}
    return Loaded(Case(found, MappingProxyType({one.id: one for one in tasks})), by_key)


def _made_first(row: Row) -> tuple[int, int, int, str]:
    key, _, _, made_at, due_at, seq = cast("tuple[str, str, str, int, int | None, int]", row[:6])
    return made_at, due_at or 0, seq, key


def order_row(order: Order) -> Values:
    """The columns of an order that follow from its fold: no ward, outlook, configuration."""
    return {
        "id": order.id,
        "encounter_id": order.encounter_id,
        "patient_id": order.patient_id,
        "loop": order.loop,
        "loop_version": order.loop_version,
        "author": order.author,
        "priority": str(order.priority),
        "state": str(order.state),
        "outcome": order.outcome,
        "is_open": int(not order.state.terminal),
        "incomplete": int(bool(order.gaps) and not order.state.terminal),
        "placed_at": micros(order.placed_at),
        "stop_at": micros_or_none(order.stop_at),
        "seq": order.seq,
        "version": order.version,
        "fields": fields_text(order.fields),
        "progress": written_changed(order, without=_ORDER_COLUMNS),
    }


def task_row(task: Task) -> Values:
    """The columns of a task that follow from its fold: no ward, outlook, configuration."""
    return {
        "id": task.id,
        "order_id": task.order_id,
        "encounter_id": task.encounter_id,
        "loop": task.loop,
        "state": str(task.state),
        "outcome": task.outcome,
        "is_open": int(not task.state.terminal),
        "incomplete": int(task.incomplete),
        "parent": task.parent,
        "container": container_of(task),
        "made_at": micros(task.made_at),
        "due_at": micros_or_none(task.due_at),
        "seq": task.seq,
        "version": task.version,
        "fields": fields_text(task.fields),
        "progress": written_changed(task, without=_TASK_COLUMNS),
    }


def container_of(task: Task) -> str | None:
    """The tube or box that a task travels in, once it has one."""
    for source in (task.fields, *(record.evidence for record in task.steps.values())):
        found = source.get(CONTAINER)
        if isinstance(found, str):
            return found
    return None


_mask: Final = lru_cache(maxsize=1024)(role_mask)
"""Of the roles of a step: loops name few sets of them."""


def outlook_row(outlook: Outlook) -> Values:
    """The columns of an outlook."""
    waiting = outlook.waiting
    return {
        "next_due_at": deadline(outlook.next_due_at),
        "next_limit": outlook.next_limit,
        "roles": reduce(or_, [_mask(step.roles) for step in waiting], 0),
        "ready": f"[{','.join(map(written_changed, waiting))}]" if waiting else "[]",
        "watch": _watch_text(outlook.deadlines),
    }


def outlook_of(
    next_due_at: object,
    next_limit: object,
    ready: object,
    deadlines: tuple[Deadline, ...] = (),
) -> Outlook:
    """The outlook that stands beside an order or a task; a worklist needs no `deadlines`."""
    steps, acts = _waiting(cast("str", ready))
    return Outlook(
        next_due_at=deadline_or_none(cast("int", next_due_at)),
        next_limit=cast("str | None", next_limit),
        ready=steps,
        acts=acts,
        deadlines=deadlines,
    )


def stands(row: Row, values: Values) -> bool:
    """Whether a row of `statements.ORDER` or of `TASK` ends with the columns of this outlook."""
    stored: tuple[object, ...] = _STORED(values)
    return row[-sql.OUTLOOKS :] == stored


def _watch_text(deadlines: tuple[Deadline, ...]) -> str:
    """All running limits, compactly: limit, rule, step, start, end, opening; empty: none."""
    if not deadlines:
        return ""
    rows = []
    for one in deadlines:
        opens = "null" if one.opens_at is None else micros(one.opens_at)
        words = f"{quoted(one.limit)},{quoted(one.rule)},{quoted(one.step)}"
        rows.append(f"[{words},{micros(one.starts_at)},{micros(one.at)},{opens}]")
    return f"[{','.join(rows)}]"


def deadlines_of(stream: object, watch: object) -> tuple[Deadline, ...]:
    """All running limits of an order or a task."""
    return _deadlines(cast("str", stream), cast("str", watch)) if watch else ()


@lru_cache(maxsize=8192)
def _deadlines(stream: str, text: str) -> tuple[Deadline, ...]:
    return tuple(
        Deadline(
            stream=stream,
            limit=limit,
            step=step,
            at=instant(at),
            starts_at=instant(starts_at),
            opens_at=instant_or_none(opens_at),
            rule=rule,
        )
        for limit, rule, step, starts_at, at, opens_at in json.loads(text)
    )


@lru_cache(maxsize=8192)
def _waiting(text: str) -> tuple[tuple[ReadyStep, ...], tuple[ReadyStep, ...]]:
    """The steps that are ready, and the acts."""
    waiting = [decode(ReadyStep, step) for step in json.loads(text)]
    return (
        tuple(one for one in waiting if not one.is_act),
        tuple(one for one in waiting if one.is_act),
    )


def open_fields(text: object) -> Mapping[str, object]:
    """The fields of an order, a task or a catalogue item."""
    return _open_fields(cast("str", text))
