"""The database file: its settings, its schema, and what is said when it cannot be used."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from domain.errors import StorageError
from domain.ids import EncounterId
from storage import sqlite
from storage.engine import Database
from storage.feed import Cursor
from storage.migrate import REVISION, drift, revision_of, upgrade
from storage.statements import Statement, inserting, truth
from storage.store import Store, open_store
from storage.tables import command, metadata
from tests.fakes import FakeClock
from tests.stores import new_file, new_store
from tests.wards import WARD, Hospital


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = new_store(tmp_path, FakeClock())
    yield store
    store.close()


def edited(url: str, *statements: str) -> None:
    with closing(sqlite3.connect(sqlite.file_of(url), isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


# ---------------------------------------------------------------- schema
def test_a_new_database_is_made_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ward.db'}"
    assert upgrade(url)
    assert revision_of(url) == REVISION
    assert not upgrade(url)


def test_the_schema_of_the_migrations_is_the_schema_of_the_program(tmp_path: Path) -> None:
    drift(new_file(tmp_path))


def test_a_schema_that_drifted_is_told(tmp_path: Path) -> None:
    url = new_file(tmp_path)
    edited(url, "DROP INDEX ix_tasks_open_ward")
    with pytest.raises(StorageError, match="ix_tasks_open_ward"):
        drift(url)


def test_the_program_s_revision_is_the_newest_migration() -> None:
    folder = Path(__file__).parents[2] / "storage" / "migrations"
    config = Config()
    config.set_main_option("script_location", str(folder))
    assert ScriptDirectory.from_config(config).get_heads() == [REVISION]


def test_alembic_is_not_loaded_to_open_a_database(tmp_path: Path) -> None:
    url = new_file(tmp_path)
    code = (
        "import sys; from storage.migrate import upgrade; from storage.store import open_store;"
        "from tests.fakes import FakeClock;"
        f"upgrade({url!r}); open_store({url!r}, clock=FakeClock());"
        "sys.exit(any(name.startswith(('alembic', 'psycopg')) for name in sys.modules))"
    )
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


def test_the_first_migration_can_be_undone(tmp_path: Path) -> None:
    from alembic import command as alembic_command

    from storage.migrate import configured

    url = new_file(tmp_path)
    with configured(url) as config:
        alembic_command.downgrade(config, "base")
    with closing(sqlite3.connect(sqlite.file_of(url))) as connection:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    assert not {name for (name,) in rows} & set(metadata.tables)


# ---------------------------------------------------------------- settings
def test_every_connection_has_the_settings_that_keep_a_record(store: Store) -> None:
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "busy_timeout": 10_000,
    }
    with store.database.writing() as writer, store.database.reading() as reader:
        for name, value in wanted.items():
            assert writer.row(Statement(truth(f"PRAGMA {name}"))) == (value,)
            assert reader.row(Statement(truth(f"PRAGMA {name}"))) == (value,)


def test_the_reader_cannot_write(store: Store) -> None:
    row = {"command_id": "c", "kind": "k", "actor": "a", "workstation": "w"}
    with (
        pytest.raises(StorageError, match="may not be written"),
        store.database.reading() as driver,
    ):
        driver.write(inserting(command), row | {"recorded_at": 1, "content": "", "events": 0})


def test_a_reader_keeps_its_snapshot_while_others_write(store: Store) -> None:
    hospital = Hospital(store.units, FakeClock())
    counting = Statement(truth("SELECT count(*) FROM journal"))
    with store.database.reading() as driver:
        assert driver.row(counting) == (0,)
        hospital.ward(WARD)
        assert driver.row(counting) == (0,)
    with store.database.reading() as driver:
        assert driver.row(counting) == (1,)


def test_a_statement_with_a_value_inside_is_refused() -> None:
    engine = sqlite.scratch()
    statement = Statement(command.select().where(command.c.kind == "fixed"))
    with pytest.raises(TypeError, match="kind_1"):
        statement.sql(engine.dialect)
    engine.dispose()


# ---------------------------------------------------------------- what goes wrong
def refused(url: str) -> StorageError:
    with pytest.raises(StorageError) as caught:
        open_store(url, clock=FakeClock())
    return caught.value


def test_an_address_must_name_a_file() -> None:
    assert refused("sqlite://").code == "NO_FILE"
    assert refused("sqlite:///:memory:").code == "NO_FILE"


def test_a_missing_file_is_not_made_by_opening_it(tmp_path: Path) -> None:
    found = refused(f"sqlite:///{tmp_path / 'nothing.db'}")
    assert found.code == "NO_DATABASE"
    assert "wardloop db upgrade" in found.message
    assert not (tmp_path / "nothing.db").exists()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="make the folder first"):
        upgrade(f"sqlite:///{tmp_path / 'no' / 'ward.db'}")


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear colleague, " * 100)
    found = refused(f"sqlite:///{file}")
    assert found.code == "NOT_A_DATABASE"
    with pytest.raises(StorageError, match="not a database"):
        upgrade(f"sqlite:///{file}")
    assert file.read_text().startswith("Dear colleague")


def test_a_damaged_database_is_told_apart(tmp_path: Path) -> None:
    url = new_file(tmp_path)
    file = sqlite.file_of(url)
    content = file.read_bytes()
    file.write_bytes(content[:100] + b"\xff" * 4000 + content[4100:])
    found = refused(url)
    assert found.code in {"DAMAGED", "NOT_A_DATABASE"}
    assert "restore" in found.message


def test_an_older_schema_asks_for_an_upgrade(tmp_path: Path) -> None:
    url = new_file(tmp_path)
    edited(url, "DELETE FROM alembic_version")
    assert refused(url).code == "OLD_SCHEMA"
    edited(url, "DROP TABLE alembic_version")
    assert "wardloop db upgrade" in refused(url).message


def test_a_newer_schema_asks_for_a_newer_program(tmp_path: Path) -> None:
    url = new_file(tmp_path)
    edited(url, "UPDATE alembic_version SET version_num = '9999'")
    found = refused(url)
    assert found.code == "NEW_SCHEMA"
    assert "update Wardloop" in found.message
    with pytest.raises(StorageError, match="9999"):
        upgrade(url)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_named(tmp_path: Path) -> None:
    url = new_file(tmp_path)
    tmp_path.chmod(0o500)
    try:
        found = refused(url)
    finally:
        tmp_path.chmod(0o700)
    assert found.code == "READ_ONLY"


def test_a_read_only_place_is_named_whoever_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = new_file(tmp_path)
    monkeypatch.setattr(os, "access", lambda *_args: False)
    found = refused(url)
    assert found.code == "READ_ONLY"
    assert str(tmp_path) in found.message


def test_a_full_disk_is_told_and_nothing_is_half_written(tmp_path: Path) -> None:
    url = new_file(tmp_path)
    database = Database(url)
    store = open_store(url, clock=FakeClock())
    hospital = Hospital(store.units, FakeClock())
    hospital.ward(WARD)
    with store.database.writing() as driver:
        (pages,) = driver.row(Statement(truth("PRAGMA page_count"))) or (0,)
        driver.rows(Statement(truth(f"PRAGMA max_page_count = {pages}")))
    beds = [f"bed number {n}" for n in range(20_000)]
    with pytest.raises(StorageError) as caught:
        hospital.ward(WARD, *beds)
    assert caught.value.code == "DISK_FULL"
    assert "nothing of this record was written" in caught.value.message
    assert [len(ward.beds) for ward in store.reads.wards()] == [3]
    store.close()
    database.close()


def test_a_locked_database_is_told(tmp_path: Path) -> None:
    store = open_store(new_file(tmp_path), clock=FakeClock(), wait_seconds=0)
    hospital = Hospital(store.units, FakeClock())
    with closing(sqlite3.connect(store.database.file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError) as caught:
            hospital.ward(WARD)
        other.execute("ROLLBACK")
    assert caught.value.code == "LOCKED"
    assert store.reads.wards() == ()
    hospital.ward(WARD)
    store.close()


def test_an_error_without_a_word_of_its_own_points_to_verify(store: Store) -> None:
    with (
        pytest.raises(StorageError, match="wardloop db verify") as caught,
        store.database.reading() as driver,
    ):
        driver.row(Statement(truth("SELECT * FROM no_such_table")))
    assert caught.value.code == "DATABASE"


# ---------------------------------------------------------------- feed
def test_each_transaction_leaves_what_it_touched(store: Store) -> None:
    hospital = Hospital(store.units, FakeClock())
    begin = store.feed.here()
    hospital.ward(WARD)
    stay = hospital.admit()
    order = hospital.place(stay)
    hospital.task(order)
    news = store.feed.since(begin)
    assert not news.reread
    assert [(change.encounter, change.first_seq, change.last_seq) for change in news.changes] == [
        (None, 1, 1),
        (None, 1, 1),
        (stay, 1, 1),
        (stay, 2, 4),
        (stay, 5, 5),
    ]
    assert store.feed.since(news.cursor).changes == ()
    first = store.feed.since(begin, limit=2)
    assert store.feed.since(first.cursor).changes == news.changes[2:]


def test_a_command_that_wrote_nothing_leaves_nothing(store: Store) -> None:
    hospital = Hospital(store.units, FakeClock())
    begin = store.feed.here()
    with store.units.begin(hospital.meta(command="nothing"), encounters=[]) as transaction:
        transaction.commit()
    assert store.feed.since(begin).changes == ()
    with store.units.begin(hospital.meta(command="nothing")) as transaction:
        assert transaction.seen()


def test_a_restored_database_makes_its_readers_read_anew(store: Store) -> None:
    hospital = Hospital(store.units, FakeClock())
    hospital.ward(WARD)
    old = store.feed.here()
    store.feed.begin_epoch()
    news = store.feed.since(old)
    assert news.reread
    assert news.cursor.epoch != old.epoch
    hospital.ward(WARD)
    assert len(store.feed.since(news.cursor).changes) == 1


def test_old_rows_are_trimmed_and_places_keep_their_numbers(store: Store) -> None:
    hospital = Hospital(store.units, FakeClock())
    hospital.ward(WARD)
    stay = hospital.admit()
    begin = Cursor(store.feed.here().epoch, 0)
    hospital.clock.tick(days=31)
    assert store.feed.trim(before=hospital.clock.now() - timedelta(days=30)) == 3
    hospital.place(stay)
    changes = store.feed.since(begin).changes
    assert [change.encounter for change in changes] == [EncounterId(stay)]
    assert store.feed.here().position == 4
