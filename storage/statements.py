"""The statements of the write path: built by Core, compiled once for each kind of database.

Only text and whole numbers go in and out, so that the driver may be asked directly (tech.md 9.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import (
    BigInteger,
    Table,
    Text,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from storage.tables import (
    assignments,
    catalogue_items,
    command,
    encounter_state,
    encounters,
    feed,
    feed_epoch,
    journal,
    movements,
    orders,
    patients,
    practitioners,
    tasks,
    wards,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import BindParameter, ColumnElement
    from sqlalchemy.engine import Dialect
    from sqlalchemy.sql.compiler import SQLCompiler
    from sqlalchemy.sql.elements import ClauseElement

_NEVER_CHANGES: Final = {
    "orders": {"id", "encounter_id", "patient_id", "ward_id", "loop", "loop_version", "author",
               "placed_at"},
    "tasks": {"id", "order_id", "encounter_id", "ward_id", "loop", "parent", "made_at", "due_at",
              "seq"},
}  # fmt: skip
_OUTLOOK: Final = ("next_due_at", "next_limit", "roles", "ready", "watch")


class Statement:
    """A statement with named values, and its text for each kind of database."""

    def __init__(self, construct: ClauseElement, *, columns: Iterable[str] | None = None) -> None:
        self._construct = construct
        self._columns = None if columns is None else list(columns)
        self._texts: dict[str, str] = {}

    def sql(self, dialect: Dialect) -> str:
        """The text, compiled at the first use.

        Raises:
            TypeError: a value stands in the statement itself; it would be lost. Write it as text.
        """
        found = self._texts.get(dialect.name)
        if found is None:
            compiled = self._construct.compile(dialect=dialect, column_keys=self._columns)
            binds = cast("SQLCompiler", compiled).binds
            fixed = [name for name, bind in binds.items() if not bind.required]
            if fixed:
                raise TypeError(f"values inside the statement: {fixed}")
            found = self._texts[dialect.name] = str(compiled)
        return found


def inserting(table: Table) -> Statement:
    """Insert a row with all its columns."""
    names = [column.name for column in table.columns if column.name != "position"]
    return Statement(insert(table), columns=names)


def putting(table: Table) -> Statement:
    """Insert a row, or replace the one with its key."""
    names = [column.name for column in table.columns]
    keys = [column.name for column in table.primary_key]
    rest = ", ".join(f"{name} = excluded.{name}" for name in names if name not in keys)
    values = ", ".join(f":{name}" for name in names)
    return Statement(
        text(
            f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({values}) "  # noqa: S608 - our own names
            f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {rest}"
        )
    )


def truth(words: str) -> ColumnElement[bool]:
    """A condition in words of SQL."""
    # text renders as it stands; a typed literal would become "... = 1" and miss the partial index
    return cast("ColumnElement[bool]", text(words))


def is_open(table: Table) -> ColumnElement[bool]:
    """The predicate of the partial indexes, word for word, or they are not used."""
    return truth(f"{table.name}.is_open = 1")


def number(name: str) -> BindParameter[int]:
    """A named whole number."""
    return bindparam(name, type_=BigInteger())


def word(name: str) -> BindParameter[str]:
    """A named text."""
    return bindparam(name, type_=Text())


# ---------------------------------------------------------------- journal
HEAD: Final = Statement(
    select(encounter_state.c.seq, encounter_state.c.hash, encounter_state.c.recorded_at).where(
        encounter_state.c.encounter_id == word("chain")
    )
)
STREAM_HEAD: Final = Statement(
    select(func.max(journal.c.stream_seq)).where(journal.c.stream == word("stream"))
)
SEEN: Final = Statement(select(command.c.content).where(command.c.command_id == word("command_id")))
APPEND: Final = inserting(journal)
BEGIN_STATE: Final = inserting(encounter_state)
MOVE_STATE: Final = Statement(
    update(encounter_state).where(
        encounter_state.c.encounter_id == word("chain"), encounter_state.c.seq == number("seen")
    ),
    columns=(
        "seq",
        "hash",
        "recorded_at",
        "score",
        "band",
        "as_of",
        "risk_seq",
        "causes",
        "config_hash",
        "wake_at",
    ),
)
ADD_COMMAND: Final = inserting(command)
ADD_FEED: Final = inserting(feed)
_OTHERS = journal.c.command_id != word("command_id")
LAST_OF_TASK: Final = Statement(
    select(journal.c.actor, journal.c.kind, journal.c.event_at, journal.c.payload)
    .where(journal.c.stream == word("stream"), _OTHERS)
    .order_by(journal.c.stream_seq.desc())
)
LAST_OF_ORDER: Final = Statement(
    select(journal.c.actor, journal.c.kind, journal.c.event_at, journal.c.payload)
    .where(
        or_(
            journal.c.stream == word("stream"),
            journal.c.stream.in_(select(tasks.c.id).where(tasks.c.order_id == word("stream"))),
        ),
        _OTHERS,
    )
    .order_by(journal.c.chain_seq.desc())
)

# ---------------------------------------------------------------- orders and tasks
ORDER_COLUMNS: Final = (
    orders.c.id, orders.c.loop, orders.c.loop_version, orders.c.encounter_id, orders.c.patient_id,
    orders.c.author, orders.c.priority, orders.c.fields, orders.c.placed_at, orders.c.state,
    orders.c.outcome, orders.c.stop_at, orders.c.seq, orders.c.version, orders.c.progress,
)  # fmt: skip
TASK_COLUMNS: Final = (
    tasks.c.id, tasks.c.loop, tasks.c.state, tasks.c.made_at, tasks.c.due_at, tasks.c.seq,
    tasks.c.fields, tasks.c.outcome, tasks.c.parent, tasks.c.version, tasks.c.progress,
)  # fmt: skip


OUTLOOKS: Final = 4
"""So many columns of outlook follow upon those of an order or a task."""


def _of_order(*more: ColumnElement[bool]) -> Statement:
    outlook = (tasks.c.next_due_at, tasks.c.next_limit, tasks.c.ready, tasks.c.watch)
    return Statement(
        select(*TASK_COLUMNS, *outlook).where(tasks.c.order_id == word("order_id"), *more)
    )


ORDER: Final = Statement(
    select(
        *ORDER_COLUMNS, orders.c.next_due_at, orders.c.next_limit, orders.c.ready, orders.c.watch
    ).where(orders.c.id == word("order_id"))
)
OPEN_TASKS: Final = _of_order(is_open(tasks))
ALL_TASKS: Final = _of_order()
TASK: Final = _of_order(tasks.c.id == word("task_id"))
ORDER_VERSION: Final = Statement(select(orders.c.version).where(orders.c.id == word("order_id")))
ORDER_ENCOUNTER: Final = Statement(
    select(orders.c.encounter_id).where(orders.c.id == word("order_id"))
)
OPEN_ORDERS: Final = Statement(
    select(orders.c.id)
    .where(
        orders.c.encounter_id == word("encounter_id"),
        or_(
            is_open(orders),
            orders.c.id.in_(
                select(tasks.c.order_id).where(
                    tasks.c.encounter_id == word("encounter_id"), is_open(tasks)
                )
            ),
        ),
    )
    .order_by(orders.c.placed_at, orders.c.id)
)
WARD_OF: Final = Statement(select(encounters.c.ward_id).where(encounters.c.id == word("id")))


def _moving(table: Table, counter: str, *, outlook: bool) -> Statement:
    """An update of a row whose stream moved, unless somebody was there before."""
    own = table.c[counter] == number("own_seq")
    stamped = case((own, table.c.config_hash), else_=word("config"))
    names = [
        column.name
        for column in table.columns
        if column.name not in _NEVER_CHANGES[table.name] | {"config_hash"}
        and (outlook or column.name not in _OUTLOOK)
    ]
    return Statement(
        update(table)
        .where(table.c.id == word("key"), table.c.version == number("seen"))
        .values(config_hash=stamped),
        columns=[*names, "config_hash"],
    )


ADD_ORDER: Final = inserting(orders)
ADD_TASK: Final = inserting(tasks)
MOVE_ORDER: Final = _moving(orders, "seq", outlook=True)
MOVE_ORDER_ONLY: Final = _moving(orders, "seq", outlook=False)
MOVE_TASK: Final = _moving(tasks, "version", outlook=True)
MOVE_TASK_ONLY: Final = _moving(tasks, "version", outlook=False)
ORDER_OUTLOOK: Final = Statement(update(orders).where(orders.c.id == word("key")), columns=_OUTLOOK)
TASK_OUTLOOK: Final = Statement(update(tasks).where(tasks.c.id == word("key")), columns=_OUTLOOK)


def _carrying(table: Table, *where: ColumnElement[bool]) -> Statement:
    return Statement(update(table).where(*where), columns=("ward_id",))


# an open order or task lies where its patient lies; an ended one stays where it ended
CARRY_ORDERS: Final = _carrying(orders, orders.c.encounter_id == word("stay"), is_open(orders))
CARRY_TASKS: Final = _carrying(tasks, tasks.c.encounter_id == word("stay"), is_open(tasks))
CARRY_ORDER: Final = _carrying(orders, orders.c.id == word("key"))
CARRY_TASK: Final = _carrying(tasks, tasks.c.id == word("key"))

# ---------------------------------------------------------------- the rest
FACTS: Final = Statement(
    select(
        encounters.c.state, encounters.c.ended_at, encounters.c.band_instance, patients.c.id,
        patients.c.mrn, wards.c.time_zone,
    )
    .select_from(
        encounters.join(patients, patients.c.id == encounters.c.patient_id).outerjoin(
            wards, wards.c.id == encounters.c.ward_id
        )
    )
    .where(encounters.c.id == word("encounter_id"))
)  # fmt: skip
_VERSIONS = select(catalogue_items.c.effective_from, catalogue_items.c.data)
_LATEST_FIRST = catalogue_items.c.effective_from.desc()
PRODUCT: Final = Statement(
    _VERSIONS.where(
        catalogue_items.c.code == word("code"),
        text("catalogue_items.kind IN ('drug', 'component')"),
    ).order_by(_LATEST_FIRST)
)
"""All versions of what is given, the latest first."""
ITEM: Final = Statement(
    _VERSIONS.where(
        catalogue_items.c.kind == word("kind"), catalogue_items.c.code == word("code")
    ).order_by(_LATEST_FIRST)
)
PUT_WARD: Final = putting(wards)
PUT_PRACTITIONER: Final = putting(practitioners)
PUT_PATIENT: Final = putting(patients)
PUT_ASSIGNMENT: Final = putting(assignments)
PUT_CATALOGUE_ITEM: Final = putting(catalogue_items)
ADD_ENCOUNTER: Final = inserting(encounters)
ADD_MOVEMENT: Final = inserting(movements)
LINK_PATIENT: Final = Statement(
    update(patients).where(patients.c.id == word("key")), columns=("merged_into",)
)
MOVE_ENCOUNTER: Final = Statement(
    update(encounters).where(encounters.c.id == word("key")), columns=("ward_id", "bed")
)
END_ENCOUNTER: Final = Statement(
    update(encounters).where(encounters.c.id == word("key")), columns=("state", "ended_at")
)
BAND: Final = Statement(
    update(encounters).where(encounters.c.id == word("key")), columns=("band_instance",)
)
EPOCH: Final = Statement(select(feed_epoch.c.epoch))
TRIM_FEED: Final = Statement(
    text(
        "DELETE FROM feed WHERE position <= (SELECT max(feed.position) FROM feed JOIN journal "
        "ON journal.chain = feed.encounter_id AND journal.chain_seq = feed.last_seq "
        "WHERE journal.recorded_at < :before)"
    )
)
EMPTY_FEED: Final = Statement(delete(feed))
NEW_EPOCH: Final = Statement(update(feed_epoch), columns=("epoch",))
