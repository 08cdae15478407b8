"""The look at every start: a damaged file is not written to, but shown to who looks into it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from client.settings import Settings
from client.wiring import build
from domain.errors import StorageError
from storage import soundness
from storage.soundness import refuse_damaged
from storage.store import open_store
from tests.busy_day import a_busy_day, tamper
from tests.fakes import FakeClock
from tests.stores import new_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from storage.store import Store

LAST_HASH = (
    "UPDATE journal SET hash = 'x' WHERE chain_seq ="
    " (SELECT max(chain_seq) FROM journal AS ends WHERE ends.chain = journal.chain)"
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = new_store(tmp_path, FakeClock())
    a_busy_day(store)
    yield store
    store.close()


def refused(store: Store) -> str:
    with pytest.raises(StorageError) as caught:
        refuse_damaged(store.database)
    assert caught.value.code == "DAMAGED"
    return caught.value.message


def torn(store: Store) -> None:
    """A page of the journal's index that came back from the disk as something else."""
    with closing(sqlite3.connect(store.database.file)) as opened:
        (page,) = opened.execute(
            "SELECT rootpage FROM sqlite_master WHERE type = 'index' AND tbl_name = 'journal'"
        ).fetchone()
        (size,) = opened.execute("PRAGMA page_size").fetchone()
    with store.database.file.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xa5" * 600)


def test_a_sound_database_is_let_through(store: Store) -> None:
    refuse_damaged(store.database)


def test_a_torn_file_is_refused(store: Store) -> None:
    store.close()
    torn(store)
    with closing(open_store(store.database.url, clock=FakeClock())) as again:
        assert "ward.db is damaged" in refused(again)


def test_a_chain_that_lost_its_end_is_refused(store: Store) -> None:
    tamper(store, "DELETE FROM journal WHERE chain LIKE '%-%' AND chain_seq > 3")
    assert "restore the latest backup" in refused(store)


def test_of_a_large_file_only_the_ends_of_chains_are_looked_at(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(soundness, "WHOLE_UP_TO", 0)
    refuse_damaged(store.database)
    tamper(store, LAST_HASH)
    refused(store)


def test_the_program_does_not_start_on_it_but_shows_it_to_who_looks_into_it(
    store: Store,
) -> None:
    tamper(store, "DELETE FROM journal WHERE chain LIKE '%-%' AND chain_seq > 3")
    store.close()
    settings = Settings(database=store.database.url)
    with pytest.raises(StorageError, match="No backup is known here"):
        build(settings)
    build(settings, damaged=True).close()
