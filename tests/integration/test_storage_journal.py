"""The journal: sealed, append-only, rebuilt to the same bytes, honest about the first bad row."""

import random
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from domain.events import Moved, StepRecorded
from domain.ids import EncounterId
from domain.orders import OrderState
from storage.journal import FIRST_HASH, named, seal
from storage.rebuild import BrokenRecordError, rebuild
from storage.store import Store
from storage.verify import Fault, verify
from tests.busy_day import EIGHT, a_busy_day, dumped, raw, tamper
from tests.fakes import FakeClock, SeededIds
from tests.stores import new_store
from tests.wards import Hospital, outlook


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = new_store(tmp_path, FakeClock())
    yield store
    store.close()


@pytest.fixture
def stay(store: Store) -> EncounterId:
    """The first of two stays with everything that can happen to them."""
    return a_busy_day(store)


# ---------------------------------------------------------------- append-only
REPLACE_BY_ROW_NUMBER = """
    REPLACE INTO journal(
        rowid, chain, chain_seq, stream, stream_seq, command_id, n, actor, kind, event_at,
        recorded_at, source, simulated, loop_hash, config_hash, payload, signature, prev_hash, hash)
    SELECT
        rowid, 'x', 1, 'x', 1, 'x', 1, actor, kind, event_at,
        recorded_at, source, simulated, loop_hash, config_hash, payload, signature, prev_hash, hash
    FROM journal LIMIT 1
"""


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET actor = 'somebody.else'",
        "DELETE FROM journal",
        "INSERT OR REPLACE INTO journal SELECT * FROM journal LIMIT 1",
        "UPDATE OR REPLACE journal SET chain_seq = 1",
        REPLACE_BY_ROW_NUMBER,
        "UPDATE command SET actor = 'somebody.else'",
        "DELETE FROM command",
        "INSERT OR REPLACE INTO command SELECT * FROM command LIMIT 1",
    ],
)
@pytest.mark.parametrize("recursive_triggers", ["ON", "OFF"])
def test_the_database_itself_refuses_to_change_what_was_recorded(
    store: Store, stay: EncounterId, statement: str, recursive_triggers: str
) -> None:
    assert stay
    with raw(store) as connection:
        connection.execute(f"PRAGMA recursive_triggers = {recursive_triggers}")
        before = connection.execute("SELECT * FROM journal").fetchall()
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(statement)
        assert connection.execute("SELECT * FROM journal").fetchall() == before


# ---------------------------------------------------------------- rebuild
def test_a_rebuild_gives_the_same_bytes(store: Store, stay: EncounterId) -> None:
    before = dumped(store)
    done = rebuild(store, outlook)
    assert dumped(store) == before
    assert done.chains == 5
    assert {name for name, rows in before.items() if not rows} == set()
    with raw(store) as connection:
        assert done.events == connection.execute("SELECT count(*) FROM journal").fetchone()[0]
        heart_rates = connection.execute(
            "SELECT value FROM observations WHERE encounter_id = ? AND name = 'heart_rate'"
            " ORDER BY observed_at DESC",
            (stay,),
        ).fetchall()
    assert heart_rates == [('"88"',), ('"120"',)]


def test_a_rebuild_mends_projections_that_were_damaged(store: Store, stay: EncounterId) -> None:
    before = dumped(store)
    with raw(store) as connection:
        connection.execute("UPDATE tasks SET state = 'closed', is_open = 0")
        connection.execute("DELETE FROM observations")
        connection.execute("UPDATE encounters SET bed = '9' WHERE id = ?", (stay,))
    assert dumped(store) != before
    rebuild(store, outlook)
    assert dumped(store) == before


def test_a_rebuild_that_cannot_read_a_row_changes_nothing(store: Store, stay: EncounterId) -> None:
    before = dumped(store)
    tamper(store, "UPDATE journal SET kind = 'teleported' WHERE kind = 'order_placed'")
    with pytest.raises(BrokenRecordError, match="teleported") as caught:
        rebuild(store, outlook)
    assert caught.value.chain == stay
    assert dumped(store) == before


# ---------------------------------------------------------------- verify
def test_a_sound_database_is_counted_and_found_sound(store: Store, stay: EncounterId) -> None:
    before = dumped(store)
    verdict = verify(store, outlook)
    assert verdict.holds, verdict.fault
    with raw(store) as connection:
        counts = [
            connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608 - names of our own
            for name in ("journal", "command")
        ]
    assert [verdict.events, verdict.commands] == counts
    assert verdict.rows == sum(map(len, before.values()))
    assert verdict.chains == 5
    assert dumped(store) == before
    assert stay


def fault_of(store: Store) -> Fault:
    fault = verify(store, outlook).fault
    assert fault is not None
    return fault


def test_a_changed_record_is_named(store: Store, stay: EncounterId) -> None:
    tamper(store, "UPDATE journal SET actor = 'x' WHERE chain = ? AND chain_seq = 4", stay)
    assert fault_of(store) == Fault(stay, 4, "its content was changed after it was sealed")


def test_a_record_that_was_changed_and_sealed_anew_does_not_fit_the_next(
    store: Store, stay: EncounterId
) -> None:
    tamper(store, "UPDATE journal SET hash = 'f' WHERE chain = ? AND chain_seq = 4", stay)
    assert fault_of(store).seq == 4
    tamper(store, "UPDATE journal SET prev_hash = 'f' WHERE chain = ? AND chain_seq = 2", stay)
    assert fault_of(store) == Fault(stay, 2, "it is not sealed onto the one before it")


def test_a_missing_record_is_named(store: Store, stay: EncounterId) -> None:
    tamper(store, "DELETE FROM journal WHERE chain = ? AND chain_seq = 4", stay)
    assert fault_of(store) == Fault(stay, 4, "this record is missing")


def test_records_cut_off_at_the_end_of_a_chain_are_missed(store: Store, stay: EncounterId) -> None:
    assert stay
    tamper(
        store,
        "DELETE FROM journal WHERE chain LIKE 'system:%' AND chain_seq ="
        " (SELECT max(chain_seq) FROM journal WHERE chain LIKE 'system:%')",
    )
    fault = fault_of(store)
    assert fault.chain == "system:ward-pc-1"
    assert "records are missing at the end of chain system:ward-pc-1" in fault.what
    assert "do not rebuild" in fault.what


def test_a_command_that_vanished_is_named(store: Store, stay: EncounterId) -> None:
    tamper(
        store,
        "DELETE FROM command WHERE command_id IN"
        " (SELECT command_id FROM journal WHERE chain = ? AND chain_seq = 3)",
        stay,
    )
    fault = fault_of(store)
    assert (fault.chain, fault.seq) == (stay, 3)


def test_a_gap_inside_a_stream_is_named(store: Store, stay: EncounterId) -> None:
    resealed(store, stay)
    fault = fault_of(store)
    assert fault.chain == stay
    assert "the last is 99" in fault.what


def resealed(store: Store, stay: EncounterId) -> None:
    """Number a stream wrongly, and seal the chain anew: what only somebody with the code can do."""
    with raw(store) as connection:
        chosen = "SELECT * FROM journal WHERE chain = ? ORDER BY chain_seq"
        rows = [named(row) for row in connection.execute(chosen, (stay,))]
    rows[-1]["stream_seq"] = 99
    prev = FIRST_HASH
    for row in rows:
        sealed = seal(row, prev)
        change = "UPDATE journal SET stream_seq = ?, prev_hash = ?, hash = ? WHERE chain = ?"
        place = (stay, row["chain_seq"])
        tamper(store, f"{change} AND chain_seq = ?", row["stream_seq"], prev, sealed, *place)
        prev = sealed


@pytest.mark.parametrize(
    ("damage", "table", "what"),
    [
        ("UPDATE tasks SET state = 'voided'", "tasks", "state"),
        ("UPDATE orders SET next_due_at = 1 WHERE state = 'verbal'", "orders", "next_due_at"),
        ("DELETE FROM movements", "movements", "missing"),
        ("UPDATE encounter_state SET recorded_at = 1", "encounter_state", "recorded_at"),
        (
            "INSERT INTO observations VALUES ('a', 'pulse', 1, 1, 's', 1, '1', '/min', 'live', '')",
            "observations",
            "rows differ",
        ),
        ("UPDATE patients SET name = 'LI, Gang'", "patients", "name"),
    ],
)
def test_a_projection_that_does_not_follow_is_named(
    store: Store, stay: EncounterId, damage: str, table: str, what: str
) -> None:
    assert stay
    with raw(store) as connection:
        connection.execute(damage)
    fault = fault_of(store)
    assert fault.chain == table
    assert what in fault.what
    assert "LI, Gang" not in fault.what
    assert fault.seq == 0


def test_a_changed_payload_is_named(store: Store, stay: EncounterId) -> None:
    hospital = Hospital(
        store.units, FakeClock(EIGHT + timedelta(hours=9)), ids=SeededIds(random.Random(8), 1)
    )
    hospital.encounter_of.update(dict.fromkeys(store.reads.orders_of(stay), stay))
    order = store.reads.orders_of(stay)[0]
    hospital.append(order, (order, StepRecorded("M3")), (order, Moved(OrderState.ON_HOLD)))
    damaged = "UPDATE journal SET payload = replace(payload, 'on_hold', 'on_fire')"
    tamper(store, f"{damaged} WHERE payload LIKE '%on_hold%'")
    fault = fault_of(store)
    assert fault.chain == stay
    assert "changed after it was sealed" in fault.what
