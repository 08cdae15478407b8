"""A small hospital told through the use cases, and the same among a thousand copies of itself."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final

from storage.types import NEVER
from tests.bench.hospital import EIGHT, Hospital
from tests.shift import local

if TYPE_CHECKING:
    from pathlib import Path

STAYS: Final = 25
TASKS_OF_STAY: Final = 40
COPIES: Final = 1000
"""With the stays themselves a million open tasks."""
LATER: Final = 40 * 24 * 3600 * 1_000_000
"""By so many microseconds the copies are due later: nothing of them is due while time is taken."""
SHARED: Final = {"start": EIGHT.isoformat(), "priority": "ROUTINE", "order_class": "LONG"}
ORDERS: Final = tuple(
    SHARED | {"product": product, "dose": dose, "route": route, "frequency": frequency}
    for product, dose, route, frequency in (
        ("NACL", "100 mL", "IV", "q4h"),
        ("PARA500", "500 mg", "PO", "q4h"),
        ("HEP5000", "5000 [iU]", "SC", "q6h"),
        ("CEF1G", "1 g", "IV", "q6h"),
    )
)
"""12, 12, 8 and 8 doses of two days."""
NAMED: Final = {
    "patients": ("id", "mrn"),
    "encounters": ("id", "patient_id"),
    "movements": ("encounter_id",),
    "encounter_state": ("encounter_id",),
    "orders": ("id", "encounter_id", "patient_id"),
    "tasks": ("id", "order_id", "encounter_id"),
    "command": ("command_id",),
    "journal": ("chain", "encounter_id", "stream", "command_id"),
}
"""The columns of each table that name somebody's own: each copy has its own names there."""
TIMED: Final = {
    "encounter_state": ("wake_at",),
    "orders": ("next_due_at", "stop_at"),
    "tasks": ("next_due_at", "due_at"),
}
BLOCK: Final = {
    "patients": "id = (SELECT patient_id FROM few.encounters WHERE id = block.stay)",
    "encounters": "id = block.stay",
    "movements": "encounter_id = block.stay",
    "encounter_state": "encounter_id = block.stay",
    "orders": "id = block.piece",
    "tasks": "order_id = block.piece",
    "command": "command_id IN (SELECT command_id FROM few.journal WHERE chain = block.stay)",
    "journal": "chain = block.stay",
}
"""What is written side by side: a patient's work lies scattered, order by order, as it does."""


class Ward(Hospital):
    """25 patients with 40 open tasks each."""

    def fill(self) -> None:
        """Tell it; the beds of the other wards stay without orders."""
        self.found()
        self.clock.at = local("07:30")
        for bed in self.beds[:STAYS]:
            for plan in ORDERS:
                order = self._ordered(bed, "medication", plan)
                self._do("li.na", order=order, step="nurse_verified", result="verified")
                self._do("ph.qian", order=order, step="pharm_reviewed", result="approved")


def copied(few: Path, many: Path) -> None:
    """Write `many`: the stays of `few` among copies of themselves that are due later.

    One copy of each stay, somewhere among the others, is due when the stay itself is; the stays
    themselves are due later there. So both files hold the same due work under other names.
    """
    shutil.copyfile(few, many)
    chance = random.Random(20261124)
    with closing(sqlite3.connect(many)) as connection:
        for setting in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -1500000"):
            connection.execute(f"PRAGMA {setting}")
        connection.execute("ATTACH ? AS few", (str(few),))
        asked = "SELECT DISTINCT encounter_id FROM few.orders ORDER BY encounter_id"
        stays = [row[0] for row in connection.execute(asked)]
        due = {stay: chance.randrange(1, COPIES) for stay in stays}
        for table in NAMED:
            _blocks(connection, table, due, chance)
            _copy(connection, table)
        for table, columns in TIMED.items():
            changes = ", ".join(f"{name} = {_moved(name, str(LATER))}" for name in columns)
            mine = "encounter_id IN (SELECT encounter_id FROM few.orders)"
            connection.execute(f"UPDATE main.{table} SET {changes} WHERE {mine}")  # noqa: S608 - names of our own
        connection.commit()


def _blocks(
    connection: sqlite3.Connection, table: str, due: dict[str, int], chance: random.Random
) -> None:
    """What is written side by side, in the order in which it is written."""
    connection.execute("DROP TABLE IF EXISTS temp.block")
    connection.execute(
        "CREATE TEMP TABLE block (stay TEXT, piece TEXT, nth INTEGER, later INTEGER)"
    )
    each = "id" if table in ("orders", "tasks") else "encounter_id"
    asked = f"SELECT DISTINCT encounter_id, {each} FROM few.orders ORDER BY encounter_id, {each}"  # noqa: S608 - a name of our own
    rows = [
        (stay, name, n, 0 if due[stay] == n else LATER)
        for stay, name in connection.execute(asked)
        for n in range(1, COPIES)
    ]
    chance.shuffle(rows)
    connection.executemany("INSERT INTO block VALUES (?, ?, ?, ?)", rows)


def _copy(connection: sqlite3.Connection, table: str) -> None:
    columns = [row[1] for row in connection.execute(f"PRAGMA main.table_info({table})")]
    changed = {name: f"{name} || '-' || block.nth" for name in NAMED[table]}
    changed |= {name: _moved(name, "block.later") for name in TIMED.get(table, ())}
    chosen = ", ".join(changed.get(name, name) for name in columns)
    connection.execute(
        f"INSERT INTO main.{table} SELECT {chosen} FROM temp.block AS block"  # noqa: S608 - names of our own
        f" CROSS JOIN few.{table} AS one WHERE one.{BLOCK[table]}"
    )


def _moved(name: str, by: str) -> str:
    """A time that is later; one that never comes stays so."""
    return f"iif({name} < {NEVER}, {name} + {by}, {name})"
