"""How fast a step is recorded and a worklist read, beside the bare SQL of the same work.

`record_mean`, `record_median`: the whole use case (300 encounters, 20 to 80 open tasks each,
200,000 old events) against its own statements, taken down in a run before and played by sqlite3
alone on a copy of the same file; `record_of_bare_insert`: against one durable insert of a journal
row. These without rules; `record_ruled_*` with the shipped ones, which settle alerts and risk in
the same transaction. They take turns in rounds, so that noise hits all three. `worklist_1m`: the
worklist of a ward (the whole use case, 200 lines) among a million tasks, against its bare indexed
query; without the entry of the audit trail, which is one durable write an opening (windows poll
without it).
"""

import gc
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from statistics import fmean, median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from sqlalchemy import event
from sqlalchemy.engine import Engine

from client.app import App
from client.wiring import build
from domain.events import Event, StepRecorded, StreamKind
from domain.ids import CommandId, EncounterId, OrderId, PractitionerId, derived
from domain.people import Role
from domain.ports import CommandMeta
from domain.services.worklists import worklist as use_case
from storage import statements as sql
from storage.chains import Chains
from storage.engine import Database
from storage.journal import event_values
from storage.types import micros, role_mask
from tests.bench.hospital import ENCOUNTERS, WARDS, Act, Hospital, settings
from tests.bench.tape import Player, Statement, Tape, listen
from tests.fakes import FakeClock
from tests.shift import local

OLD_EVENTS = 200_000
WARM = 300
STEPS = 2500
ROUND = 50
TASKS = 1_000_000
OPEN = 20_000
NURSES = frozenset({Role.NURSE})


# ---------------------------------------------------------------- the fresh state
def filled(file: Path) -> list[Act]:
    """A hospital at work, with its past; and what is recorded next."""

    def hurry(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA synchronous = OFF")

    event.listen(Engine, "connect", hurry)
    clock = FakeClock()
    app = build(settings(f"sqlite:///{file}"), clock=clock)
    hospital = Hospital(app, clock)
    hospital.found()
    past(Database(f"sqlite:///{file}"), [bed.stay for bed in hospital.beds])
    hospital.order()
    acts = hospital.acts()
    app.close()
    event.remove(Engine, "connect", hurry)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("ANALYZE")
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return acts


def past(database: Database, stays: list[EncounterId]) -> None:
    """The 200,000 events of earlier days, on the chains of these stays."""
    at = local("06:30")
    body = StepRecorded("M10", evidence={"noscan_reason": "scanner down"}, scans=("WL1|P|1|1",))
    each = -(-OLD_EVENTS // ENCOUNTERS)
    for stay in stays:
        meta = CommandMeta(
            command_id=CommandId(derived("old", stay)),
            actor=PractitionerId("li.na"),
            kind="step.record",
            workstation="workstation-1",
            loop_hash="l" * 64,
            config_hash="c" * 64,
        )
        with database.writing() as driver:
            chains = Chains(driver, (stay,), workstation=meta.workstation)
            rows = []
            for number in range(each):
                task = derived("old", stay, str(number // 6))
                order = OrderId(derived("old order", stay, str(number // 60)))
                told = Event(StreamKind.TASK, task, order, body, meta.actor, at, at)
                chains.begin_stream(task)
                values = event_values(told, meta, simulated=False)
                rows.append(chains.placed(values, chains.locked(stay)))
            driver.write_all(sql.APPEND, rows)
            chains.write_heads()
            command = {"command_id": meta.command_id, "kind": meta.kind, "actor": meta.actor}
            more = {"workstation": meta.workstation, "recorded_at": micros(at), "events": each}
            more |= {"content": meta.content}
            driver.write(sql.ADD_COMMAND, command | more)
            driver.commit()
    database.close()


# ---------------------------------------------------------------- recording
class Recorder:
    """The program on a file, recording one act after the other."""

    def __init__(self, file: Path, *, ruled: bool) -> None:
        self._clock = FakeClock(at=local("08:00"))
        app = build(settings(f"sqlite:///{file}"), clock=self._clock)
        self.app = app
        if not ruled:
            place = replace(app.place, rulebook=None)
            self.app = App(place, clock=self._clock, close=app.close)

    def record(self, act: Act) -> float:
        """The seconds that the use case takes."""
        self._clock.at = act.at
        begin = perf_counter()
        changes = self.app.record_step(user=act.user, entry=act.entry)
        seconds = perf_counter() - begin
        assert changes.orders
        return seconds


def taken_down(file: Path, acts: list[Act], *, ruled: bool) -> list[list[Statement]]:
    """The statements of each act."""
    tape = Tape()
    end = listen(tape)
    recorder = Recorder(file, ruled=ruled)
    recorder.app.worklist(user="li.na", now=local("08:00"), ward=WARDS[0])
    for act in acts:
        tape.begin()
        recorder.record(act)
    recorder.app.close()
    end()
    return tape.acts


def appended(act: list[Statement]) -> list[Statement]:
    """A transaction that does nothing but insert the first event of an act."""
    text, rows = next((text, rows) for _, text, rows, many in act if many)
    transaction = [(False, word, (), False) for word in ("BEGIN IMMEDIATE", "COMMIT")]
    return [transaction[0], (False, text, rows[0], False), transaction[1]]


def heads(file: Path) -> list[tuple[str, str]]:
    """The ends of all chains: equal where the same events were recorded."""
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(
            "SELECT encounter_id, hash FROM encounter_state ORDER BY encounter_id"
        ).fetchall()


def record(fresh: Path, acts: list[Act], *, ruled: bool) -> list[str]:
    """The three figures of recording, with rules or without."""
    name = "record_ruled" if ruled else "record"
    files = [fresh.with_name(f"{name}_{lane}.db") for lane in ("tape", "ours", "replay", "bare")]
    for file in files:
        shutil.copyfile(fresh, file)
    tape = taken_down(files[0], acts, ruled=ruled)
    recorder = Recorder(files[1], ruled=ruled)
    player, inserter = Player(files[2]), Player(files[3])
    cpu = 0.0
    lanes: tuple[tuple[list[float], Callable[[int], float]], ...] = (
        ([], lambda number: recorder.record(acts[number])),
        ([], lambda number: player.play(tape[number])),
        ([], lambda number: inserter.play(appended(tape[number]))),
    )
    gc.collect()
    gc.freeze()
    for first in range(0, len(acts), ROUND):
        for seconds, run in lanes:
            begin = process_time()
            seconds += [run(number) for number in range(first, min(first + ROUND, len(acts)))]
            if seconds is lanes[0][0] and first >= WARM:
                cpu += process_time() - begin
    for one in (recorder.app, player, inserter):
        one.close()
    assert heads(files[1]) == heads(files[2])
    ours, bare, insert = (seconds[WARM:] for seconds, _ in lanes)
    count = sum(map(len, tape)) / len(tape)
    note = f"{1 / fmean(ours):,.0f} steps/s, {1 / fmean(bare):,.0f} bare, {count:.1f} statements"
    middle = f"{median(ours) * 1e3:.2f} ms, {median(bare) * 1e3:.2f} ms bare"
    middle += f", {cpu / len(ours) * 1e3:.2f} ms of CPU"
    rows = f"{1 / fmean(insert):,.0f} inserts/s"
    return [
        f"{name}_mean {fmean(bare) / fmean(ours):.3f} {note}",
        f"{name}_median {median(bare) / median(ours):.3f} {middle}",
        f"{name}_of_bare_insert {fmean(insert) / fmean(ours):.3f} {rows}",
    ]


# ---------------------------------------------------------------- the worklist
WORKLIST = (
    "SELECT id, order_id, next_due_at, ready, fields FROM tasks WHERE is_open = 1 AND ward_id = ?"
    " AND (roles & ?) <> 0 ORDER BY next_due_at, id LIMIT 200"
)


def crowd(file: Path) -> None:
    """A million tasks more, 2 % of them open, on one of our wards and on 39 others."""
    with closing(sqlite3.connect(file)) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(tasks)")]
        changed = {
            "id": "'crowd-' || n.value",
            "ward_id": f"iif(n.value % 40 = 0, '{WARDS[0]}', 'W' || (n.value % 40))",
            "is_open": f"n.value < {OPEN}",
            "next_due_at": "next_due_at + n.value * 1000",
        }
        chosen = ", ".join(changed.get(name, name) for name in columns)
        connection.execute(
            "WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n"  # noqa: S608 - names of our own
            f" WHERE value < {TASKS}) INSERT INTO tasks SELECT {chosen} FROM n,"
            " (SELECT * FROM tasks WHERE is_open = 1 AND loop = 'medication' LIMIT 1)"
        )
        connection.commit()
        connection.execute("ANALYZE")
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def worklist(file: Path) -> str:
    """The figure of the worklist."""
    crowd(file)
    app = Recorder(file, ruled=False).app
    ours, bare, at = [], [], local("08:00")
    with closing(sqlite3.connect(file)) as connection:
        for _ in range(60):
            begin = perf_counter()
            connection.execute(WORKLIST, (WARDS[0], role_mask(NURSES))).fetchall()
            bare.append(perf_counter() - begin)
            begin = perf_counter()
            found = use_case(app.place, user="li.na", now=at, ward=WARDS[0], limit=200)
            ours.append(perf_counter() - begin)
            assert len(found) == 200
    app.close()
    note = f"{median(ours) * 1e3:.2f} ms, {median(bare) * 1e3:.2f} ms bare"
    return f"worklist_1m {median(bare) / median(ours):.3f} {note}"


def main() -> int:
    """Print the figures."""
    with TemporaryDirectory() as name:
        fresh = Path(name) / "fresh.db"
        acts = filled(fresh)[: WARM + STEPS]
        for ruled in (False, True):
            print("\n".join(record(fresh, acts, ruled=ruled)), flush=True)
        print(worklist(fresh))
    return 0


if __name__ == "__main__":
    sys.exit(main())
