"""A workstation that dies in the middle of a record loses nothing that it had confirmed."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from storage import statements as sql
from storage.store import Store, open_store
from storage.verify import verify
from tests.fakes import FakeClock, SeededIds
from tests.killed import killed_at_random
from tests.stored_team import StoredTeam, real_outlook
from tests.stores import KEY, new_file
from tests.wards import WARD, Hospital

SEVEN = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
FIELDS = {"product": "amoxicillin", "route": "oral"}
ENDLESS = count()


def record(url: str, seed: int, key: bytes | None, confirm: Callable[[str], None]) -> None:
    """In the child: play order after order; each command is confirmed once it is committed."""
    clock = FakeClock(SEVEN)
    store = open_store(url, clock=clock, key=key)
    hospital = Hospital(store.units, clock, ids=SeededIds(random.Random(seed), seed * 1_000_000))
    stay = hospital.admit()
    confirm(hospital.last_command)
    for _ in ENDLESS:
        team = StoredTeam(store, hospital, stay, "medication", FIELDS)
        confirm(hospital.last_command)
        team.make_tasks(4)
        confirm(hospital.last_command)
        while not team.ended and team.go_on():
            confirm(hospital.last_command)


def killed_while_recording(url: str, seed: int, key: bytes | None = None) -> list[str]:
    return killed_at_random(partial(record, url, seed, key), seed=seed)


def opened(url: str, key: bytes | None = None) -> Store:
    return open_store(url, clock=FakeClock(SEVEN), key=key)


def a_ward(folder: Path, name: str, key: bytes | None = None) -> str:
    url = new_file(folder, name, key=key)
    store = opened(url, key)
    Hospital(store.units, FakeClock(SEVEN)).ward(WARD)
    store.close()  # the child opens the file for itself
    return url


def kill_and_look(folder: Path, *, kills: int, per_file: int, key: bytes | None = None) -> int:
    confirmed = 0
    url = ""
    for n in range(kills):
        if n % per_file == 0:
            url = a_ward(folder, f"{n}.db", key)
        commands = killed_while_recording(url, n + 10, key)
        confirmed += len(commands)
        store = opened(url, key)
        with store.database.reading() as driver:
            lost = [one for one in commands if driver.row(sql.SEEN, command_id=one) is None]
        verdict = verify(store, real_outlook)
        store.close()
        assert lost == []
        assert verdict.holds, verdict.fault
    return confirmed


def test_nothing_confirmed_is_lost_by_fifty_kills(tmp_path: Path) -> None:
    assert kill_and_look(tmp_path, kills=50, per_file=10) > 50


def test_nothing_confirmed_is_lost_from_an_encrypted_database(tmp_path: Path) -> None:
    assert kill_and_look(tmp_path, kills=15, per_file=15, key=KEY) > 15


@pytest.mark.long
@pytest.mark.parametrize("key", [None, KEY], ids=["plain", "encrypted"])
def test_nothing_confirmed_is_lost_by_a_thousand_kills(tmp_path: Path, key: bytes | None) -> None:
    assert kill_and_look(tmp_path, kills=1000, per_file=20, key=key) > 1000


def test_a_survivor_goes_on_where_the_dead_one_stopped(tmp_path: Path) -> None:
    url = a_ward(tmp_path, "ward.db")
    killed_while_recording(url, seed=3)
    store = opened(url)
    (stay,) = store.reads.encounters()
    order = store.reads.orders_of(stay.id)[-1]
    before = len(store.reads.journal(order=order))
    hospital = Hospital(store.units, FakeClock(SEVEN), ids=SeededIds(random.Random(4), 1))
    hospital.encounter_of[order] = stay.id
    hospital.task(order, seq=99)
    assert len(store.reads.journal(order=order)) == before + 1
    store.close()
