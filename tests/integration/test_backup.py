"""Backups of a ward that goes on working, and what comes back from them."""

import os
import random
import shutil
import signal
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from domain.errors import StorageError
from domain.ids import WardId
from storage import sqlite
from storage.backup import Backup, back_up, backups_in, take_out
from storage.copies import copy_online
from storage.locks import hold_alone
from storage.restore import Place, Restored, copy, extent_of, restore
from storage.sealed_file import SealKey
from storage.store import Store, open_store
from storage.verify import verify
from tests.busy_day import a_busy_day, tamper
from tests.fakes import FakeClock, SeededIds
from tests.stores import KEY, new_store
from tests.wards import WARD, Hospital, outlook

NIGHT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
SEAL = SealKey("seal-1", bytes(reversed(range(32))))
FIRST = count()


def proves(key: bytes | None = None):  # type: ignore[no-untyped-def]  # noqa: ANN201 - a Prove
    """What `db verify` checks."""

    def prove(url: str) -> None:
        with closing(open_store(url, clock=FakeClock(), key=key)) as store:
            fault = verify(store, outlook).fault
        if fault is not None:
            raise StorageError("DOES_NOT_HOLD", f"{url}: {fault.what}")

    return prove


class Ward:
    """A database with a busy day in it, a folder for backups, and an hour that goes on."""

    def __init__(self, folder: Path, key: bytes | None = None) -> None:
        self.folder, self.key = folder, key
        self.clock = FakeClock()
        self.store = new_store(folder, self.clock, key=key)
        self.file = self.store.database.file
        self.out = folder / "backups"
        self.at = NIGHT

    def backup(self, *, seal: SealKey | None = None) -> Backup:
        self.at += timedelta(hours=1)
        prove = proves(self.key)
        return back_up(self.file, self.out, at=self.at, key=self.key, seal=seal, prove=prove)

    def restore(self, backup: Path, place: Place, *, seal: SealKey | None = None) -> Restored:
        prove = proves(place.key)
        return restore(backup, place, at=self.at, seal=seal, key=KEY, prove=prove)

    def backups(self) -> list[str]:
        return [one.file.name for one in backups_in(self.out, "ward")]


@pytest.fixture(params=["plain", "encrypted"])
def ward(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ward]:
    ward = Ward(tmp_path, KEY if request.param == "encrypted" else None)
    a_busy_day(ward.store)
    yield ward
    ward.store.close()


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Ward]:
    ward = Ward(tmp_path)
    a_busy_day(ward.store)
    yield ward
    ward.store.close()


def refused(code: str):  # type: ignore[no-untyped-def]  # noqa: ANN201 - pytest's own type
    return pytest.raises(StorageError, check=lambda error: error.code == code)


def next_day(store: Store) -> Hospital:
    ids = SeededIds(random.Random(9), 1_000_000)
    return Hospital(store.units, FakeClock(NIGHT + timedelta(days=1)), ids=ids)


def stays(file: Path, key: bytes | None = None) -> int:
    with closing(open_store(f"sqlite:///{file}", clock=FakeClock(), key=key)) as store:
        return len(store.reads.encounters())


# ---------------------------------------------------------------- making one
@pytest.mark.parametrize("seal", [None, SEAL], ids=["open", "sealed"])
def test_a_backup_comes_back_whole(ward: Ward, seal: SealKey | None) -> None:
    made = ward.backup(seal=seal)
    assert made.file.name == "ward-20261124T030000Z.wlb"
    assert (made.made_at, made.size) == (ward.at, made.file.stat().st_size)
    assert made.key_id == (None if seal is None else "seal-1")
    assert backups_in(ward.out, "ward") == (made,)
    new = ward.folder / "new.db"
    done = ward.restore(made.file, Place(new, ward.key), seal=seal)
    assert done == Restored(extent_of(ward.file, ward.key), None, None, upgraded=False)
    assert stays(new, ward.key) == 1
    for file in (made.file, new):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, "only its owner can read it"
    assert {one.name for one in ward.folder.iterdir()} >= {"ward.db", "new.db", "backups"}
    assert not [one for one in ward.folder.iterdir() if "scratch" in one.name]


def test_no_name_of_a_patient_lies_open_in_what_is_encrypted(tmp_path: Path) -> None:
    ward = Ward(tmp_path, KEY)
    a_busy_day(ward.store)
    made = ward.backup()
    ward.store.close()
    for file in (ward.file, made.file):
        content = file.read_bytes()
        assert b"SQLite" not in content
        assert b"amoxicillin" not in content


@contextmanager
def colleague(ward: Ward) -> Iterator[None]:
    """Another process that records without a pause."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        with closing(open_store(ward.store.database.url, clock=FakeClock(), key=ward.key)) as own:
            hospital = next_day(own)
            for n in FIRST:
                hospital.ward(WARD, f"bed-{n}")
                os.write(writer, b".")
    os.close(writer)
    os.read(reader, 1)
    try:
        yield
        assert os.read(reader, 1), "it still records"
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(reader)


def test_a_backup_neither_waits_for_a_colleague_who_records_nor_keeps_them_from_it(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.copies.PAGES", 5)
    with colleague(ward):
        for _ in range(3):
            ward.backup()
    assert len(ward.backups()) == 3


def test_no_commit_of_a_colleague_makes_the_copy_begin_anew(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.copies.PAGES", 20)
    remaining: list[int] = []
    hospital = next_day(ward.store)

    def at_each_step(_status: int, left: int, _total: int) -> None:
        remaining.append(left)
        assert len(remaining) < 1000, "it never ends"
        hospital.ward(WARD, f"{len(remaining):02}")

    copy = ward.folder / "copy.db"
    before = extent_of(ward.file, ward.key)
    copy_online(ward.file, copy, key=ward.key, progress=at_each_step)
    assert len(remaining) > 3
    assert remaining == sorted(set(remaining), reverse=True), "on and on, never from the start"
    assert extent_of(copy, ward.key) == before, "as it was when it began"


def test_what_is_recorded_after_a_backup_began_is_in_the_next_one(ward: Ward) -> None:
    first = ward.backup().file
    next_day(ward.store).ward(WardId("9Z"))
    second = ward.backup().file
    sizes = []
    for place, backup in enumerate((first, second)):
        file = ward.folder / f"{place}.db"
        sizes.append(ward.restore(backup, Place(file, ward.key)).extent.entries)
    assert sizes[1] == sizes[0] + 1


def test_a_database_that_does_not_hold_gives_no_backup_and_takes_none_away(plain: Ward) -> None:
    plain.backup()
    tamper(plain.store, "UPDATE journal SET payload = '{}' WHERE chain_seq = 2")
    with refused("DOES_NOT_HOLD") as caught:
        plain.backup()
    assert str(plain.file) in caught.value.message
    assert "scratch" not in caught.value.message
    assert plain.backups() == ["ward-20261124T030000Z.wlb"]
    assert [one.name for one in plain.out.iterdir()] == plain.backups(), "no part of one is left"


def test_two_backups_at_once_are_one(plain: Ward) -> None:
    with hold_alone(plain.file.with_name(".ward.db.backup-lock")) as alone:
        assert alone
        with refused("BACKUP_RUNNING"):
            plain.backup()
    plain.backup()
    plain.at -= timedelta(hours=1)
    with refused("BACKUP_EXISTS"):
        plain.backup()


def test_what_a_dead_process_left_is_swept_away_and_nothing_else(plain: Ward) -> None:
    plain.out.mkdir()
    dead = plain.out / ".ward-20261123T030000Z.wlb.part"
    others = plain.out / ".ward-icu-20261123T030000Z.wlb.part"
    scratch = plain.folder / ".wardloop-scratch-ward.db-dead"
    scratch.mkdir()
    for one in (dead, others, scratch / "copy.db"):
        one.write_bytes(b"half")
    plain.backup()
    assert not dead.exists()
    assert not scratch.exists()
    assert others.exists()


def test_only_backups_of_this_database_are_listed(plain: Ward) -> None:
    made = plain.backup()
    shutil.copy(made.file, plain.out / "ward-icu-20261124T030000Z.wlb")
    shutil.copy(made.file, plain.out / "ward-20269924T030000Z.wlb")
    (plain.out / "ward-20261124T030001Z.wlb").write_bytes(b"WARDLOOP SEALED\nxx")
    (plain.out / "notes.txt").write_text("for the night")
    assert backups_in(plain.out, "ward") == (made,)
    assert backups_in(plain.out / "none", "ward") == ()


def test_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    with refused("NO_DATABASE"):
        file = tmp_path / "none.db"
        back_up(file, tmp_path / "out", at=NIGHT, key=None, seal=None, prove=proves())
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- putting it back
def test_what_stood_there_is_kept_and_what_is_lost_is_counted(ward: Ward) -> None:
    backup = ward.backup().file
    hospital = next_day(ward.store)
    ward.clock.at = NIGHT + timedelta(days=1)
    for bed in ("1", "2", "3"):
        hospital.ward(WardId("9Z"), bed)
    with refused("STANDS_THERE"):
        ward.restore(backup, Place(ward.file, ward.key))
    with refused("IN_USE"):
        ward.restore(backup, Place(ward.file, ward.key, replace=True))
    ward.store.close()
    done = ward.restore(backup, Place(ward.file, ward.key, replace=True))
    assert done.lost == 3
    assert done.replaced is not None
    assert done.replaced.last_at == NIGHT + timedelta(days=1)
    assert done.kept is not None
    assert extent_of(done.kept, ward.key) == done.replaced
    assert stays(ward.file, ward.key) == stays(done.kept, ward.key) == 1


def test_readers_of_before_read_anew(ward: Ward) -> None:
    here = ward.store.feed.here()
    backup = ward.backup().file
    ward.store.close()
    ward.restore(backup, Place(ward.file, ward.key, replace=True))
    url = f"sqlite:///{ward.file}"
    with closing(open_store(url, clock=FakeClock(), key=ward.key)) as store:
        assert store.feed.since(here).reread
        assert store.feed.here().position == 0


def test_a_damaged_database_is_replaced_and_its_wal_is_not_played_into_the_new_one(
    plain: Ward,
) -> None:
    backup = plain.backup().file
    plain.store.close()
    with plain.file.open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * 8000)
    wal = plain.file.with_name("ward.db-wal")
    wal.write_bytes(b"of another life")
    done = plain.restore(backup, Place(plain.file, None, replace=True))
    assert done.replaced is None
    assert done.kept is not None
    assert done.kept.with_name(done.kept.name + "-wal").read_bytes() == b"of another life"
    assert not wal.exists()
    assert stays(plain.file) == 1


def test_a_backup_that_does_not_hold_changes_nothing(plain: Ward) -> None:
    backup = plain.backup().file
    with closing(sqlite3.connect(backup)) as opened, opened:
        opened.execute("DROP TRIGGER journal_no_update")
        opened.execute("UPDATE journal SET payload = '{}' WHERE chain_seq = 2")
    before = extent_of(plain.file, None)
    plain.store.close()
    with refused("DOES_NOT_HOLD") as caught:
        plain.restore(backup, Place(plain.file, None, replace=True))
    assert str(backup) in caught.value.message
    assert extent_of(plain.file, None) == before


def test_a_sealed_backup_needs_its_key(plain: Ward) -> None:
    backup = plain.backup(seal=SEAL).file
    with refused("NO_KEY"):
        take_out(backup, plain.folder / "new.db", seal=None)
    assert not (plain.folder / "new.db").exists()


def test_a_place_without_a_folder_is_named(plain: Ward) -> None:
    backup = plain.backup().file
    with refused("NO_FOLDER"):
        plain.restore(backup, Place(plain.folder / "no" / "ward.db", None))


def test_a_backup_goes_into_an_encrypted_place_and_back(plain: Ward) -> None:
    secret, again = plain.folder / "secret.db", plain.folder / "again.db"
    plain.restore(plain.backup().file, Place(secret, KEY))
    assert not sqlite.is_plain(secret)
    assert stays(secret, KEY) == 1
    copy(secret, Place(again, None), at=NIGHT, key=KEY, prove=proves())
    assert sqlite.is_plain(again)
    assert extent_of(again, None) == extent_of(plain.file, None)
    inner = back_up(secret, plain.out, at=NIGHT, key=KEY, seal=None, prove=proves(KEY)).file
    with refused("NO_KEY"):
        place = Place(plain.folder / "third.db", None)
        restore(inner, place, at=NIGHT, seal=None, key=None, prove=proves())


def test_a_copy_of_an_encrypted_database_keeps_its_guards(ward: Ward) -> None:
    target = ward.folder / "copy.db"
    copy(ward.file, Place(target, KEY), at=NIGHT, key=ward.key, prove=proves(KEY))
    with closing(sqlite.connect(target, key=KEY)) as opened, pytest.raises(sqlite.refusals()):
        opened.execute("DELETE FROM journal")


def test_a_disk_that_is_full_while_it_copies_is_told(
    plain: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object, **_kwargs: object) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorname = "SQLITE_FULL"
        raise error

    monkeypatch.setattr("storage.copies._alone", full)
    with refused("DISK_FULL"):
        copy_online(plain.file, plain.folder / "copy.db", key=None)


def test_of_an_encrypted_database_nothing_is_told_without_its_key(tmp_path: Path) -> None:
    store: Store = new_store(tmp_path, FakeClock(), key=KEY)
    url = store.database.url
    store.close()
    with refused("NOT_A_DATABASE") as caught:
        open_store(url, clock=FakeClock())
    assert "encrypted = true" in caught.value.message
    with refused("WRONG_KEY") as caught:
        open_store(url, clock=FakeClock(), key=bytes(32))
    assert "wardloop keys import" in caught.value.message
    plain = new_store(tmp_path, FakeClock()).database
    with refused("NOT_ENCRYPTED") as caught:
        open_store(plain.url, clock=FakeClock(), key=KEY)
    assert "wardloop db copy" in caught.value.message


def test_without_the_package_it_is_said_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sqlcipher3", None)
    with refused("NO_CIPHER") as caught:
        new_store(tmp_path, FakeClock(), key=KEY[::-1])
    assert "wardloop[encryption]" in caught.value.message
