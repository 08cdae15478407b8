"""What was done to the file behind Wardloop's back is found, and a rebuild does not hide it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.ids import EncounterId
from storage import sqlite
from storage.journal import named, seal
from storage.rebuild import BrokenRecordError, rebuild
from storage.store import Store
from storage.verify import Fault, verify
from tests.busy_day import a_busy_day, dumped, raw, tamper
from tests.fakes import FakeClock
from tests.stores import new_store
from tests.wards import Hospital, outlook


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = new_store(tmp_path, FakeClock())
    yield store
    store.close()


@pytest.fixture
def stay(store: Store) -> EncounterId:
    return a_busy_day(store)


def fault_of(store: Store) -> Fault:
    fault = verify(store, outlook).fault
    assert fault is not None
    return fault


def cut(store: Store, stay: EncounterId) -> None:
    """Take away the last thing that was recorded on a stay, and that anybody ever recorded it."""
    last = "SELECT command_id FROM journal WHERE chain = ? ORDER BY chain_seq DESC LIMIT 1"
    with raw(store) as connection:
        (command,) = connection.execute(last, (stay,)).fetchone()
    tamper(store, "DELETE FROM journal WHERE command_id = ?", command)
    tamper(store, "DELETE FROM command WHERE command_id = ?", command)


def test_a_rebuild_does_not_hide_that_the_last_records_of_a_patient_are_gone(
    store: Store, stay: EncounterId
) -> None:
    cut(store, stay)
    before = dumped(store)
    with pytest.raises(BrokenRecordError, match="restore the latest backup") as caught:
        rebuild(store, outlook)
    assert caught.value.chain == stay
    assert dumped(store) == before
    fault = fault_of(store)
    assert (fault.chain, fault.seq) == (stay, caught.value.seq)
    assert f"records are missing at the end of chain {stay}" in fault.what
    assert "run db rebuild" not in fault.what


def test_a_last_record_that_was_written_anew_is_found_and_stays_found(
    store: Store, stay: EncounterId
) -> None:
    with raw(store) as connection:
        chosen = "SELECT * FROM journal WHERE chain = ? ORDER BY chain_seq DESC LIMIT 1"
        row = named(connection.execute(chosen, (stay,)).fetchone())
    row["event_at"] = 1
    sealed = seal(row, str(row["prev_hash"]))
    tamper(
        store,
        "UPDATE journal SET event_at = 1, hash = ? WHERE chain = ? AND chain_seq = ?",
        sealed,
        stay,
        row["chain_seq"],
    )
    fault = fault_of(store)
    assert (fault.chain, fault.seq) == (stay, row["chain_seq"])
    assert "not the record that chain" in fault.what
    with pytest.raises(BrokenRecordError, match="not the record"):
        rebuild(store, outlook)


@pytest.mark.parametrize("guard", sorted(sqlite.GUARDS))
def test_a_guard_of_the_journal_that_was_taken_away_is_named(
    store: Store, stay: EncounterId, guard: str
) -> None:
    assert stay
    with raw(store) as connection:
        connection.execute(f"DROP TRIGGER {guard}")
    fault = fault_of(store)
    assert fault.chain == sqlite.GUARDS[guard]
    assert guard in fault.what


@pytest.mark.parametrize(
    ("guard", "body"),
    [
        ("journal_no_update", "BEFORE UPDATE ON journal BEGIN SELECT 1; END"),
        (
            "journal_no_update",
            "BEFORE UPDATE ON journal WHEN 0 BEGIN SELECT RAISE(ABORT, 'never'); END",
        ),
        (
            "audit_no_replace",
            "BEFORE INSERT ON audit WHEN EXISTS (SELECT 1) BEGIN SELECT RAISE(ABORT, ''); END",
        ),
    ],
)
def test_a_guard_that_guards_nothing_any_more_is_named(
    store: Store, stay: EncounterId, guard: str, body: str
) -> None:
    assert stay
    with raw(store) as connection:
        connection.execute(f"DROP TRIGGER {guard}")
        connection.execute(f"CREATE TRIGGER {guard} {body}")
    assert guard in fault_of(store).what


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        ("UPDATE command SET actor = 'nobody' WHERE kind = 'place'", "by its actor"),
        ("UPDATE command SET kind = 'step.record' WHERE kind = 'place'", "another command"),
        ("UPDATE command SET workstation = 'elsewhere'", "another workstation"),
        ("UPDATE command SET events = events + 1 WHERE kind = 'place'", "are there"),
    ],
)
def test_who_sent_a_command_and_from_where_is_compared_with_its_records(
    store: Store, stay: EncounterId, damage: str, what: str
) -> None:
    assert stay
    tamper(store, damage)
    fault = fault_of(store)
    assert fault.chain == "command"
    assert what in fault.what


def test_a_command_that_recorded_nothing_holds(store: Store, stay: EncounterId) -> None:
    hospital = Hospital(store.units, FakeClock())
    with store.units.begin(hospital.meta(command="nothing"), encounters=[stay]) as transaction:
        transaction.commit()
    assert verify(store, outlook).holds
