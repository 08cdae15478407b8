"""Seals tell what the hash chains cannot: a chain that was written anew, an older copy."""

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from domain.credentials import Credential, Method
from domain.errors import Refused, StorageError
from domain.happenings import CredentialSet, Happening, Noun
from domain.ids import PractitionerId
from domain.sealing import FULLY_EVERY, Proof
from storage.receipts import Receipts
from storage.store import Store, open_store
from tests.busy_day import a_busy_day, raw, tamper
from tests.fakes import FakeClock
from tests.sealed_day import NOON, look, seals_of
from tests.stores import KEY, new_store
from tests.wards import NURSE, Hospital


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = new_store(tmp_path, FakeClock())
    yield store
    store.close()


def sealed_day(store: Store, keys: Path) -> None:
    a_busy_day(store)
    look(store, "ws-1", minute=1)
    seals_of(store, keys).seal(now=NOON)


def proof(store: Store, keys: Path, *, full: bool = False, days: int = 0) -> Proof:
    return seals_of(store, keys).prove(now=NOON + timedelta(days=days), full=full)


def test_a_day_that_was_sealed_holds_and_says_what_is_not_sealed_yet(
    store: Store, keys: Path
) -> None:
    sealed_day(store, keys)
    look(store, "ws-2", minute=2)
    found = proof(store, keys)
    assert found.holds
    assert (found.seals, found.sealed_at, found.unsealed) == (1, NOON, 1)
    assert found.journal > 10
    assert found.audit == 2
    assert found.commands > 10
    assert found.older_told


def test_a_database_that_was_never_sealed_says_so(store: Store, keys: Path) -> None:
    look(store, "ws-1", minute=1)
    found = proof(store, keys)
    assert found.holds
    assert (found.seals, found.sealed_at, found.unsealed, found.older_told) == (0, None, 1, False)


def test_an_encrypted_database_is_sealed_and_proved_alike(tmp_path: Path, keys: Path) -> None:
    store = new_store(tmp_path, FakeClock(), key=KEY)
    sealed_day(store, keys)
    found = proof(store, keys)
    assert found.holds
    assert (found.seals, found.unsealed) == (1, 0)
    store.close()


def test_nothing_new_needs_no_new_seal(store: Store, keys: Path) -> None:
    sealed_day(store, keys)
    seals = seals_of(store, keys)
    again = seals.seal(now=NOON + timedelta(minutes=15))
    assert (again.seq, again.made, again.sealed_at) == (1, False, NOON)
    look(store, "ws-1", minute=16)
    later = seals.seal(now=NOON + timedelta(minutes=30))
    assert (later.seq, later.made) == (2, True)
    assert later.records == again.records + 1
    assert "only its owner can read" in later.key_warning


def test_an_older_copy_in_the_place_of_the_database_is_told_and_not_sealed_over(
    store: Store, keys: Path, tmp_path: Path
) -> None:
    sealed_day(store, keys)
    with raw(store) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copyfile(store.database.file, tmp_path / "older.db")
    look(store, "ws-1", minute=20)
    seals_of(store, keys).seal(now=NOON + timedelta(minutes=20))
    store.close()
    for left in tmp_path.glob("ward.db*"):
        left.unlink()
    shutil.copyfile(tmp_path / "older.db", tmp_path / "ward.db")

    older = open_store(f"sqlite:///{tmp_path / 'ward.db'}", clock=FakeClock())
    fault = proof(older, keys).fault
    assert fault is not None
    assert (fault.chain, fault.seq) == ("seals", 2)
    assert "an older copy was put in its place" in fault.what
    seals = seals_of(older, keys)
    with pytest.raises(Refused, match="audit seal --anew") as refused:
        seals.seal(now=NOON + timedelta(hours=1))
    assert refused.value.code == "SEALS_LOST"

    assert seals.seal(now=NOON + timedelta(hours=1), anew=True).seq == 2
    found = proof(older, keys)
    assert found.holds
    assert found.anew == (2,)
    older.close()


def test_a_database_whose_seals_were_all_taken_away_is_not_taken_for_a_new_one(
    store: Store, keys: Path
) -> None:
    sealed_day(store, keys)
    tamper(store, "DELETE FROM seals")
    fault = proof(store, keys).fault
    assert fault is not None
    assert (fault.chain, fault.seq) == ("seals", 1)
    with pytest.raises(Refused, match="not the database that was sealed here last"):
        seals_of(store, keys).seal(now=NOON)


def test_a_seal_made_with_another_key_proves_nothing(
    store: Store, keys: Path, tmp_path: Path
) -> None:
    sealed_day(store, keys)
    fault = proof(store, tmp_path / "thief").fault
    assert fault is not None
    assert (fault.chain, fault.seq) == ("seals", 1)
    assert "another key" in fault.what


def test_nobody_seals_with_a_key_of_their_own_what_the_site_has_sealed(
    store: Store, keys: Path, tmp_path: Path
) -> None:
    sealed_day(store, keys)
    look(store, "ws-1", minute=16)
    with pytest.raises(Refused, match="another site key") as refused:
        seals_of(store, tmp_path / "thief").seal(now=NOON + timedelta(minutes=16))
    assert refused.value.code == "OTHER_SITE_KEY"
    seals_of(store, keys).seal(now=NOON + timedelta(minutes=17))
    assert proof(store, keys, full=True).holds


def test_the_second_proof_reads_only_what_came_since_the_first(store: Store, keys: Path) -> None:
    sealed_day(store, keys)
    first = proof(store, keys)
    assert first.full
    look(store, "ws-1", minute=30)
    seals_of(store, keys).seal(now=NOON + timedelta(minutes=30))
    second = proof(store, keys)
    assert second.holds
    assert (second.full, second.proved_at) == (False, NOON)
    assert (second.journal, second.audit, second.commands) == (0, 1, 0)
    assert second.seals == 2
    assert proof(store, keys, full=True).journal == first.journal
    assert proof(store, keys, days=FULLY_EVERY.days + 1).full


def test_a_change_to_what_was_proved_is_found_where_it_moves_an_end_else_by_the_full_proof(
    store: Store, keys: Path
) -> None:
    sealed_day(store, keys)
    assert proof(store, keys).holds
    with raw(store) as connection:
        guards = [
            sql
            for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'")
        ]
    tamper(store, "UPDATE audit SET target = 'somebody else' WHERE chain_seq = 1")
    with raw(store) as connection:
        for guard in guards:
            connection.execute(guard)
    assert proof(store, keys).holds, "what was proved before is not read again"
    fault = proof(store, keys, full=True).fault
    assert fault is not None
    assert (fault.chain, fault.seq) == ("audit:ws-1", 1)
    tamper(store, "DELETE FROM audit")
    fault = proof(store, keys).fault
    assert fault is not None
    assert (fault.chain, fault.seq) == ("audit:ws-1", 1)
    assert "seal 1 holds 1 records" in fault.what


def test_a_proved_command_that_was_taken_away_is_found_without_reading_all(
    store: Store, keys: Path
) -> None:
    with raw(store) as connection:  # a command that recorded nothing leaves no trace elsewhere
        connection.execute("INSERT INTO command VALUES ('nothing', 'x', 'x', 'x', 1, 0, '')")
    sealed_day(store, keys)
    assert proof(store, keys).holds
    tamper(store, "DELETE FROM command WHERE command_id = 'nothing'")
    fault = proof(store, keys).fault
    assert fault is not None
    assert fault.chain == "command"
    assert "not all are there" in fault.what


def test_what_is_remembered_of_a_seal_that_is_not_there_any_more_counts_for_nothing(
    store: Store, keys: Path
) -> None:
    sealed_day(store, keys)
    assert proof(store, keys).holds
    tamper(store, "DELETE FROM seals")
    found = proof(store, keys)
    assert found.full
    assert not found.holds


def test_a_guard_that_was_taken_away_is_named(store: Store, keys: Path) -> None:
    sealed_day(store, keys)
    with raw(store) as connection:
        connection.execute("DROP TRIGGER audit_no_delete")
    fault = proof(store, keys).fault
    assert fault is not None
    assert "audit_no_delete" in fault.what


def set_secret(store: Store, name: str, encoded: str) -> None:
    """A secret, and the event that tells of it."""
    hospital = Hospital(store.units, FakeClock())
    kept = Credential(PractitionerId(name), Method.PIN, encoded, NOON)
    body = CredentialSet(kept.user, kept.method, kept.fingerprint, must_change=False, by=kept.user)
    with store.units.begin(hospital.meta("secret.set", command=encoded)) as transaction:
        transaction.keep_secret(kept)
        told = Happening(Noun.PRACTITIONER, name, body, NURSE, NOON, transaction.now)
        transaction.tell([told])
        transaction.commit()


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        ("UPDATE credentials SET encoded = 'of the thief' WHERE user_id = 'li.na'", "li.na is not"),
        ("UPDATE credentials SET method = 'none' WHERE user_id = 'li.na'", "li.na is not"),
        ("DELETE FROM credentials WHERE user_id = 'li.na'", "li.na is missing"),
        ("INSERT INTO credentials VALUES ('thief', 'pin', 'x', 1, 0, 0, NULL)", "thief is not"),
        ("UPDATE credentials SET must_change = 1 WHERE user_id = 'li.na'", "li.na is not"),
        ("UPDATE credentials SET failures = 2", ""),
    ],
)
def test_a_secret_that_was_exchanged_behind_the_program_is_named_a_wrong_try_is_none(
    store: Store, keys: Path, damage: str, named: str
) -> None:
    for name, encoded in (("li.na", "a"), ("li.na", "b"), ("wang.fang", "c")):
        set_secret(store, name, encoded)
    sealed_day(store, keys)
    assert proof(store, keys).holds
    with raw(store) as connection:
        connection.execute(damage)
    fault = proof(store, keys).fault
    if not named:
        assert fault is None
        return
    assert fault is not None
    assert fault.chain == "credentials"
    assert named in fault.what


def test_a_later_seal_of_another_process_stays_the_last_known_one(keys: Path) -> None:
    receipts = Receipts(keys)
    receipts.keep_seal("ward.db", seq=6, mac="six")
    receipts.keep_seal("ward.db", seq=5, mac="five")
    known = receipts.of("ward.db")
    assert known is not None
    assert (known.seq, known.mac) == (6, "six")
    receipts.keep_seal("ward.db", seq=2, mac="two", anew=True)
    known = receipts.of("ward.db")
    assert known is not None
    assert known.seq == 2
    assert receipts.of("other.db") is None


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StorageError, match="cannot be"):
        Receipts(tmp_path / "file").keep_seal("ward.db", seq=1, mac="one")


def test_commands_that_were_exchanged_for_others_of_the_same_mark_are_found_by_their_sum(
    store: Store, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed_day(store, keys)
    with raw(store) as connection:
        (heads,) = connection.execute("SELECT heads FROM seals").fetchone()
    whole = str(json.loads(heads)["commands"])
    marks = [whole[at : at + 8] for at in range(0, len(whole), 8)]
    monkeypatch.setattr("storage.seal_proof.mark_of", lambda _: marks.pop(0))
    tamper(store, "UPDATE command SET content = 'x' WHERE rowid = 2")
    fault = proof(store, keys).fault
    assert fault is not None
    assert fault.chain == "command"
    assert "up to here" in fault.what


def test_a_value_of_a_kind_that_was_never_written_is_a_change(store: Store, keys: Path) -> None:
    sealed_day(store, keys)
    tamper(store, "UPDATE audit SET detail = x'00' WHERE chain_seq = 1")
    fault = proof(store, keys).fault
    assert fault is not None
    assert "changed after it was sealed" in fault.what


def test_receipts_that_cannot_be_read_are_told_not_made_anew(store: Store, keys: Path) -> None:
    sealed_day(store, keys)
    (keys / "seals.json").write_text("[1]")
    with pytest.raises(StorageError, match="cannot be read"):
        proof(store, keys)
    (keys / "seals.json").unlink()
    (keys / "seals.json").mkdir()
    with pytest.raises(StorageError, match=r"seals\.json cannot be read"):
        seals_of(store, keys).seal(now=NOON)
