"""How fast the store writes and lists, beside the bare SQL of the same work on the same file.

`storage.record`: one recorded step (lock, an order with 40 open tasks, two events, projections,
commit), against the same statements replayed by the driver alone. `storage.worklist`: a ward's
worklist of 200 rows among a million tasks, against its bare indexed query.
"""

import gc
import random
import shutil
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from domain.events import StepRecorded
from domain.ids import EncounterId, OrderId, TaskId
from domain.loops.evolve import evolve_all
from domain.people import Role
from domain.ports import Kept
from domain.worklists import Outlook, ReadyStep
from storage.engine import Driver
from storage.questions import WORK_OF_WARD
from storage.store import Store
from storage.types import role_mask
from tests.fakes import FakeClock
from tests.stores import new_store
from tests.wards import WARD, Hospital

STEPS = 1500
BATCH = 100
TASKS = 1_000_000
OPEN = 20_000
NURSES = frozenset({Role.NURSE})
SETTINGS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "recursive_triggers = ON",
)


@dataclass
class Written:
    """Everything that a transaction sent to the database, and how long it took."""

    sent: list[tuple[str, object]] = field(default_factory=list)
    seconds: float = 0.0


class Listening:
    """Takes note of what a driver is asked to do."""

    def __init__(self) -> None:
        self.written = Written()
        self._originals = {name: getattr(Driver, name) for name in ("row", "rows", "write")}
        self._many, self._commit = Driver.write_all, Driver.commit

    def start(self) -> None:
        for name, original in self._originals.items():
            setattr(Driver, name, self._heard(original))
        many, commit, said = self._many, self._commit, self._said

        def write_all(driver: Driver, statement: object, values: object) -> None:
            said(driver, statement, values)
            many(driver, statement, values)  # type: ignore[arg-type]  # passed on as it came

        def committed(driver: Driver) -> None:
            self.written.sent.append(("COMMIT", {}))
            commit(driver)

        setattr(Driver, "write_all", write_all)  # noqa: B010 - a method is replaced for a while
        setattr(Driver, "commit", committed)  # noqa: B010 - as above

    def stop(self) -> None:
        for name, original in (*self._originals.items(), ("write_all", self._many)):
            setattr(Driver, name, original)
        setattr(Driver, "commit", self._commit)  # noqa: B010 - put back

    def _said(self, driver: Driver, statement: object, values: object) -> None:
        sql = statement.sql(driver.dialect)  # type: ignore[attr-defined]  # a Statement
        self.written.sent.append((sql, values))

    def _heard(self, original: object) -> object:
        said = self._said

        def call(driver: Driver, statement: object, *values: object, **named: object) -> object:
            said(driver, statement, values[0] if values else named)
            return original(driver, statement, *values, **named)  # type: ignore[operator]  # a method

        return call


@dataclass
class Ward:
    """Orders with forty open tasks each."""

    store: Store
    hospital: Hospital
    orders: list[tuple[EncounterId, OrderId, list[TaskId]]]
    chance: random.Random = field(default_factory=lambda: random.Random(1))

    def step(self) -> float:
        """Record a step of a random task; the seconds without the engine's own work."""
        stay, order, tasks = self.chance.choice(self.orders)
        task = self.chance.choice(tasks)
        hospital = self.hospital
        meta = hospital.meta("record")
        late = hospital.clock.now() + timedelta(hours=1)
        ready = ReadyStep("M11", (Role.NURSE, Role.CHARGE_NURSE), late, "TM06", late)
        outlook = Outlook(late, "TM06", (ready,))
        evidence = {"container": "1234567890", "noscan_reason": "scanner down"}
        begin = perf_counter()
        with self.store.units.begin(meta, encounters=[stay]) as transaction:
            transaction.seen()
            case = transaction.case(order, task)
            assert case is not None
            transaction.facts(case)
            apart = perf_counter()
            events = [
                hospital.event(order, task, StepRecorded("M10", evidence=evidence)),
                hospital.event(order, task, StepRecorded("M12")),
            ]
            after = evolve_all(case, events)
            assert after is not None
            apart = perf_counter() - apart
            transaction.append(events)
            transaction.keep(Kept(case, after, {task: outlook}))
            transaction.commit()
        return perf_counter() - begin - apart


def a_ward(folder: Path) -> Ward:
    clock = FakeClock()
    store = new_store(folder, clock)
    hospital = Hospital(store.units, clock)
    hospital.ward()
    hospital.item("amoxicillin", {"gtins": ["06912345678901"]}, since=clock.now())
    orders = []
    for bed in range(20):
        stay = hospital.admit(bed=str(bed))
        order = hospital.place(stay)
        hours = [clock.now() + timedelta(hours=n) for n in range(40)]
        orders.append((stay, order, [hospital.task(order, due) for due in hours]))
    return Ward(store, hospital, orders)


def checkpoint(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def record(folder: Path) -> tuple[float, str]:
    ward = a_ward(folder)
    for _ in range(200):
        ward.step()
    checkpoint(ward.store.database.file)
    copy = folder / "replay.db"
    shutil.copyfile(ward.store.database.file, copy)
    listening = Listening()
    listening.start()
    sent = []
    for _ in range(STEPS):
        listening.written = Written()
        ward.step()
        sent.append(listening.written.sent)
    listening.stop()
    gc.collect()
    gc.freeze()
    ours, bare = [], []
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        for setting in SETTINGS:
            connection.execute(f"PRAGMA {setting}")
        for first in range(0, STEPS, BATCH):  # side by side: the machine is shared
            ours += [ward.step() for _ in range(BATCH)]
            bare += [replay(connection, each) for each in sent[first : first + BATCH]]
    ward.store.close()
    statements = sum(map(len, sent)) / STEPS
    rates = f"{1 / median(ours):,.0f} steps/s, {1 / median(bare):,.0f} bare"
    note = f"{rates}, {statements:.1f} statements"
    return median(bare) / median(ours), note


def replay(connection: sqlite3.Connection, sent: list[tuple[str, object]]) -> float:
    begin = perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    for sql, values in sent:
        if isinstance(values, list):
            connection.executemany(sql, values)
        else:
            connection.execute(sql, values).fetchall()  # type: ignore[arg-type]  # as it was sent
    return perf_counter() - begin


def worklist(folder: Path) -> tuple[float, str]:
    ward = a_ward(folder)
    file = ward.store.database.file
    ward.store.close()
    crowd(file)
    clock = FakeClock()
    from storage.store import open_store

    store = open_store(f"sqlite:///{file}", clock=clock)
    bare_sql = (
        "SELECT id, order_id, next_due_at, ready, fields FROM tasks WHERE is_open = 1 AND"
        " ward_id = ? AND (roles & ?) <> 0 ORDER BY next_due_at, id LIMIT 200"
    )
    ours, bare = [], []
    with closing(sqlite3.connect(file)) as connection:
        values = (WARD, role_mask(NURSES))
        for _ in range(60):
            begin = perf_counter()
            connection.execute(bare_sql, values).fetchall()
            bare.append(perf_counter() - begin)
            begin = perf_counter()
            found = store.reads.work(roles=NURSES, ward=WARD)
            ours.append(perf_counter() - begin)
            assert len(found) == 200
    store.close()
    assert WORK_OF_WARD
    note = f"{median(ours) * 1e3:.2f} ms, {median(bare) * 1e3:.2f} ms bare, {TASKS:,} tasks"
    return median(bare) / median(ours), note


def crowd(file: Path) -> None:
    """Fill up to a million tasks, 2 % of them open, on this and 39 other wards."""
    with closing(sqlite3.connect(file)) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(tasks)")]
        changed = {
            "id": "'crowd-' || n.value",
            "ward_id": "CASE WHEN n.value % 40 = 0 THEN ward_id ELSE 'W' || (n.value % 40) END",
            "is_open": f"n.value < {OPEN}",
            "next_due_at": "next_due_at + n.value * 1000",
        }
        chosen = ", ".join(changed.get(name, name) for name in columns)
        connection.execute(
            "WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n"  # noqa: S608 - names of our own
            f" WHERE value < {TASKS}) INSERT INTO tasks SELECT {chosen} FROM n,"
            " (SELECT * FROM tasks LIMIT 1)"
        )
        connection.commit()
        connection.execute("ANALYZE")


def main() -> int:
    for name, measure in (("storage.record", record), ("storage.worklist", worklist)):
        with TemporaryDirectory() as folder:
            ratio, note = measure(Path(folder))
        sys.stdout.write(f"{name} {ratio:.3f} {note}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
