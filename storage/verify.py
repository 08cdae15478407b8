"""Does the database hold what it should? Reads everything, writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import text

from storage import questions as ask
from storage import sqlite
from storage.heads import cut_off, replaced
from storage.journal import FIRST_HASH, named, seal
from storage.rebuild import BrokenRecordError, replay
from storage.risks import ACTIVE, RISK_COLUMNS, weigh_all
from storage.scratch import scratch
from storage.statements import Statement
from storage.tables import PROJECTIONS, encounter_state, orders, tasks

if TYPE_CHECKING:
    from sqlalchemy import Table

    from domain.ports import Rulebook
    from storage.engine import Driver, Row
    from storage.heads import LostEnd
    from storage.rebuild import OutlookOf
    from storage.store import Store


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

_UNSEEN: Final = ("config_hash", "next_due_at", "next_limit", "roles", "ready", "watch")


_COMMANDS: Final = (
    (_OTHER_ACTOR, "none of its records is by its actor"),
    (_OTHER_KIND, "its records were sent as another command"),
    (_OTHER_WORKSTATION, "its records are on another workstation's chain"),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """The first record that does not hold. Names no content: a fault may be shown to anybody.

    Attributes:
        chain: the chain of the journal, or the name of the table where a projection differs.
        seq: the place on the chain; 0 where no single row can be named.
        what: what is wrong.
    """

    chain: str
    seq: int
    what: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was compared, and the first fault, if there is one.

    Attributes:
        chains: chains read whole.
        events: rows of the journal whose hash was worked out.
        commands: commands whose events were counted.
        rows: rows of projections compared.
    """

    chains: int = 0
    events: int = 0
    commands: int = 0
    rows: int = 0
    fault: Fault | None = None

    @property
    def holds(self) -> bool:
        """Whether everything is as it should be."""
        return self.fault is None


def verify(store: Store, outlook: OutlookOf, *, rulebook: Rulebook | None = None) -> Verdict:
    """Check every hash and number of the journal, then compare every projection with its fold.

    What comes next on open work is compared with what follows from the present configuration, and
    so is the score of each patient in hospital.

    Args:
        rulebook: what scores follow from; None: they are not compared.
    """
    with store.database.reading() as driver:
        chains, events, fault = _chains(driver)
        fault = fault or _ends(cut_off(driver)) or _numbers(driver) or _ends(replaced(driver))
        commands = cast("int", (driver.row(ask.COMMANDS) or (0,))[0])
        rows = 0
        if fault is None:
            rows, fault = _projections(driver, outlook, rulebook)
            fault = fault or _guards(driver)
    return Verdict(chains, events, commands, rows, fault)


def _chains(driver: Driver) -> tuple[int, int, Fault | None]:
    chain, seq, prev_hash = "", 0, FIRST_HASH
    chains = events = 0
    for row in map(named, driver.stream(ask.CHAINS)):
        if row["chain"] != chain:
            chain, seq, prev_hash = cast("str", row["chain"]), 0, FIRST_HASH
            chains += 1
        seq += 1
        if row["chain_seq"] != seq:
            return chains, events, Fault(chain, seq, "this record is missing")
        if row["prev_hash"] != prev_hash:
            return chains, events, Fault(chain, seq, "it is not sealed onto the one before it")
        prev_hash = seal(row, prev_hash)
        if row["hash"] != prev_hash:
            return chains, events, Fault(chain, seq, "its content was changed after it was sealed")
        events += 1
    return chains, events, None


def _ends(lost: LostEnd | None) -> Fault | None:
    return None if lost is None else Fault(lost.chain, lost.seq, lost.what)


def _guards(driver: Driver) -> Fault | None:
    """Whether the database itself still refuses to change what was recorded."""
    standing = {row[0]: row[1:] for row in driver.rows(_TRIGGERS)}
    for name, table in sqlite.GUARDS.items():
        on, body = standing.get(name, ("", ""))
        if on != table or "RAISE(ABORT" not in str(body):
            return Fault(
                table,
                0,
                f"the trigger {name} is missing, records could be changed unseen; find out who"
                " dropped it, restore the latest backup",
            )
    return None


def _numbers(driver: Driver) -> Fault | None:
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


def _projections(
    driver: Driver, outlook: OutlookOf, rulebook: Rulebook | None
) -> tuple[int, Fault | None]:
    with scratch() as target:
        try:
            replay(driver, target, outlook)
        except BrokenRecordError as broken:
            return 0, Fault(broken.chain, broken.seq, broken.what)
        weighed = set()
        if rulebook is not None:
            weigh_all(target, driver, rulebook)
            weighed = {row[0] for row in driver.rows(ACTIVE)}
        rows = 0
        for table in PROJECTIONS:
            statement = ask.whole(table)
            pairs = zip_longest(driver.stream(statement), target.stream(statement))
            for stored, folded in pairs:
                if stored != folded and not _alike(table, stored, folded, weighed):
                    return rows, _difference(table, stored, folded)
                rows += 1
    return rows, None


def _alike(table: Table, stored: Row | None, folded: Row | None, weighed: set[object]) -> bool:
    """Whether rows differ only in what is not in the journal.

    Open work: the configuration under which it was last looked at (`refresh`); what follows from
    the configuration is compared, unless nobody has looked since the schema was made. Stays: a
    score that rests on another chain, and that of a patient who has left.
    """
    if stored is None or folded is None or table not in (orders, tasks, encounter_state):
        return False
    one = dict(zip(table.columns.keys(), stored, strict=True))
    other = dict(zip(table.columns.keys(), folded, strict=True))
    if table is encounter_state:
        if one["risk_seq"] is not None and one["encounter_id"] in weighed:
            return False
        left_out: tuple[str, ...] = RISK_COLUMNS
    elif not one["is_open"]:
        return False
    else:
        left_out = ("config_hash",) if one["config_hash"] else _UNSEEN
    return {**one, **dict.fromkeys(left_out)} == {**other, **dict.fromkeys(left_out)}


def _difference(table: Table, stored: Row | None, folded: Row | None) -> Fault:
    keys = [table.columns.keys().index(column.name) for column in table.primary_key]

    def key(row: Row) -> str:
        return " ".join(str(row[place]) for place in keys)

    if stored is None and folded is not None:
        return Fault(table.name, 0, f"{key(folded)} is missing; run db rebuild")
    if stored is not None and (folded is None or key(stored) != key(folded)):
        return Fault(table.name, 0, f"near {key(stored)} rows differ; run db rebuild")
    names = [
        column.name
        for column, one, other in zip(table.columns, stored or (), folded or (), strict=False)
        if one != other
    ]
    where = "" if stored is None else key(stored)
    return Fault(
        table.name,
        0,
        f"{where}: {', '.join(names)} do not follow from the journal under this configuration;"
        " run db rebuild",
    )
