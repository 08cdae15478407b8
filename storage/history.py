"""What the journal tells of the past: which configuration came last, and the lives of orders."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import or_, select, text

from domain.events import Event
from domain.ids import EncounterId, OrderId
from storage import questions as ask
from storage.journal import named, recorded, system_chain
from storage.statements import Statement, is_open, number, word
from storage.tables import journal, orders, tasks
from storage.types import micros

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from storage.store import Store

_LAST_CONFIGURATION: Final = Statement(
    select(journal.c.config_hash, journal.c.chain_seq)
    .where(journal.c.chain == word("chain"), journal.c.kind == word("kind"))
    .order_by(journal.c.chain_seq.desc())
    .suffix_with(text("LIMIT 1"))
)
_TOUCHED: Final = select(journal.c.stream).where(journal.c.recorded_at >= number("since"))
_ORDERS: Final = Statement(
    select(orders.c.id, orders.c.encounter_id)
    .where(
        or_(
            is_open(orders),
            orders.c.id.in_(_TOUCHED),
            orders.c.id.in_(select(tasks.c.order_id).where(tasks.c.id.in_(_TOUCHED))),
        )
    )
    .order_by(orders.c.encounter_id, orders.c.id)
)


@dataclass(frozen=True, slots=True)
class OrderHistory:
    """The life of an order and its tasks.

    Attributes:
        commands: its events, those of one command together.
    """

    order: OrderId
    encounter: EncounterId
    commands: tuple[tuple[Event, ...], ...]


def last_configuration(store: Store, workstation: str) -> tuple[str, int]:
    """The hash that a workstation took last, and the place of that event on its chain.

    ("", 0) where it took none yet.
    """
    rows = store.database.ask(
        _LAST_CONFIGURATION, {"chain": system_chain(workstation), "kind": "configuration_taken"}
    )
    return (cast("str", rows[0][0]), cast("int", rows[0][1])) if rows else ("", 0)


def order_histories(store: Store, *, since: datetime) -> Iterator[OrderHistory]:
    """The orders that are open, or of which something was recorded from an instant on."""
    for order, encounter in store.database.ask(_ORDERS, {"since": micros(since)}):
        rows = [named(row) for row in store.database.ask(ask.JOURNAL_OF, {"order_id": order})]
        commands = (
            tuple(said for said in map(recorded, of_one) if isinstance(said, Event))
            for _, of_one in groupby(rows, key=lambda row: row["command_id"])
        )
        yield OrderHistory(
            cast("OrderId", order),
            cast("EncounterId", encounter),
            tuple(one for one in commands if one),
        )
