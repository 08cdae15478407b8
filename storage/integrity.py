"""What must hold of the records themselves: hashes, numbers, ends, and the guards over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import select, text

from domain.errors import StorageError
from domain.sealing import Fault
from storage import audit as trail
from storage import questions as ask
from storage import sqlite
from storage.journal import FIRST_HASH, named, seal
from storage.statements import Statement, number, word
from storage.tables import journal
from storage.trust_tables import audit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from storage.engine import Driver, Row, Values

Place = tuple[int, str]
"""A place on a chain, and the hash of the record there."""


@dataclass(frozen=True, slots=True)
class Chained:
    """A table of records that stand on hash chains.

    Attributes:
        all: every record, by chain and place.
        rest: those of one chain after a place.
        ends: each chain with its last place.
        at: the hash at a place.
    """

    name: str
    all: Statement
    rest: Statement
    ends: Statement
    at: Statement
    values: Callable[[Row], Values]
    hash: Callable[[Mapping[str, object], str], str]


def _trail_values(row: Row) -> Values:
    return dict(zip(trail.COLUMNS, row, strict=True))


JOURNAL: Final = Chained(
    "journal",
    ask.CHAINS,
    Statement(
        select(journal)
        .where(journal.c.chain == word("chain"), journal.c.chain_seq > number("after"))
        .order_by(journal.c.chain_seq)
    ),
    Statement(text("SELECT chain, max(chain_seq) FROM journal GROUP BY chain ORDER BY chain")),
    Statement(
        select(journal.c.hash).where(
            journal.c.chain == word("chain"), journal.c.chain_seq == number("seq")
        )
    ),
    named,
    seal,
)
AUDIT: Final = Chained(
    "audit",
    Statement(select(audit).order_by(audit.c.chain, audit.c.chain_seq)),
    Statement(
        select(audit)
        .where(audit.c.chain == word("chain"), audit.c.chain_seq > number("after"))
        .order_by(audit.c.chain_seq)
    ),
    Statement(text("SELECT chain, max(chain_seq) FROM audit GROUP BY chain ORDER BY chain")),
    Statement(
        select(audit.c.hash).where(
            audit.c.chain == word("chain"), audit.c.chain_seq == number("seq")
        )
    ),
    _trail_values,
    trail.sealed,
)
_TRIGGERS: Final = Statement(
    text("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
)
# a machine's record and an import name the person who acted, not who sent them (decision 48)
_OTHER_ACTOR: Final = Statement(
    text(
        "SELECT command_id FROM command WHERE events > 0 AND NOT EXISTS (SELECT 1 FROM journal "
        "WHERE journal.command_id = command.command_id AND (journal.actor = command.actor "
        "OR journal.source IN ('interface', 'import'))) ORDER BY command_id"
    )
)
# the records of 0.1 do not say as what they were sent
_OTHER_KIND: Final = Statement(
    text(
        "SELECT command.command_id FROM command JOIN journal "
        "ON journal.command_id = command.command_id "
        "WHERE json_extract(journal.payload, '$.command') <> command.kind "
        "ORDER BY command.command_id"
    )
)
_OTHER_WORKSTATION: Final = Statement(
    text(
        "SELECT command.command_id FROM command JOIN journal "
        "ON journal.command_id = command.command_id WHERE journal.encounter_id IS NULL "
        "AND journal.chain LIKE 'system:%' AND journal.chain <> 'system:' || command.workstation "
        "ORDER BY command.command_id"
    )
)
_COMMANDS: Final = (
    (_OTHER_ACTOR, "none of its records is by its actor"),
    (_OTHER_KIND, "its records were sent as another command"),
    (_OTHER_WORKSTATION, "its records are on another workstation's chain"),
)


@dataclass(frozen=True, slots=True)
class Walked:
    """How far the records of a table were read.

    Attributes:
        chains: chains that were read.
        records: records whose hash was worked out.
    """

    chains: int
    records: int
    fault: Fault | None = None


def walk(driver: Driver, of: Chained) -> Walked:
    """Work out the hash of every record, chain by chain."""
    return _walked(of, driver.stream(of.all), {})


def walk_on(driver: Driver, of: Chained, known: Mapping[str, Place]) -> Walked:
    """Work out the hashes of the records after the places that are known to hold."""

    def rows() -> Iterator[Row]:
        for row in driver.rows(of.ends):
            chain, last = cast("tuple[str, int]", row)
            after = known.get(chain, (0, FIRST_HASH))[0]
            if last > after:
                yield from driver.stream(of.rest, chain=chain, after=after)

    return _walked(of, rows(), known)


def _walked(of: Chained, rows: Iterable[Row], known: Mapping[str, Place]) -> Walked:
    chain, seq, prev_hash = "", 0, FIRST_HASH
    chains = records = 0
    for row in map(of.values, rows):
        if row["chain"] != chain:
            chain = cast("str", row["chain"])
            seq, prev_hash = known.get(chain, (0, FIRST_HASH))
            chains += 1
        seq += 1
        prev_hash, what = _next(of, row, seq, prev_hash)
        if what:
            return Walked(chains, records, Fault(chain, seq, what))
        records += 1
    return Walked(chains, records)


def _next(of: Chained, row: Values, seq: int, prev_hash: str) -> tuple[str, str]:
    """The hash of a record, and what is wrong with it; empty where nothing is."""
    if row["chain_seq"] != seq:
        return "", "this record is missing"
    if row["prev_hash"] != prev_hash:
        return "", "it is not sealed onto the one before it"
    try:
        found = of.hash(row, prev_hash)
    except (TypeError, StorageError):  # a value of a kind that was never written
        return "", "its content was changed after it was sealed"
    if row["hash"] != found:
        return "", "its content was changed after it was sealed"
    return found, ""


def numbers(driver: Driver) -> Fault | None:
    """What the hashes cannot tell: gaps inside a stream, rows cut off the end of a chain."""
    if (row := driver.row(ask.ORPHAN)) is not None:
        return Fault(str(row[0]), cast("int", row[1]), f"its command {row[2]} is missing")
    if (row := driver.row(ask.BROKEN_COMMAND)) is not None:
        return Fault("command", 0, f"{row[0]} wrote {row[1]} events, {row[2]} are there")
    for statement, what in _COMMANDS:
        if (row := driver.row(statement)) is not None:
            return Fault("command", 0, f"{row[0]}: {what}")
    if (row := driver.row(ask.BROKEN_STREAM)) is not None:
        return Fault(str(row[1]), 0, f"stream {row[0]} has {row[2]} events, the last is {row[3]}")
    return None


def guards(driver: Driver) -> Fault | None:
    """Whether the database itself still refuses to change what was recorded."""
    standing = {row[0]: row[1:] for row in driver.rows(_TRIGGERS)}
    for name, table in sqlite.GUARDS.items():
        on, body = standing.get(name, ("", ""))
        if on != table or not _refuses(name, table, str(body)):
            return Fault(
                table,
                0,
                f"the trigger {name} is missing, records could be changed unseen; find out who"
                " dropped it, restore the latest backup",
            )
    return None


def _refuses(name: str, table: str, body: str) -> bool:
    """Whether a trigger still refuses whatever it is there to refuse, without a condition."""
    words = " ".join(body.split())
    act = name.rpartition("_")[2]
    no = "BEGIN SELECT RAISE(ABORT, '"
    if act != "replace":
        return words.startswith(f"CREATE TRIGGER {name} BEFORE {act.upper()} ON {table} {no}")
    there = f"CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM "  # noqa: S608 - compared, not run
    return words.startswith(f"{there}{table} WHERE ") and f"rowid = NEW.rowid) {no}" in words
