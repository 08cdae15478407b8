"""A workstation that dies in the middle of a record loses nothing that it had confirmed."""

import os
import random
import select
import signal
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from domain.errors import WardloopError
from storage import statements as sql
from storage.store import Store, open_store
from storage.verify import verify
from tests.fakes import FakeClock, SeededIds
from tests.stored_team import StoredTeam, real_outlook
from tests.stores import new_file
from tests.wards import WARD, Hospital

SEVEN = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
FIELDS = {"product": "amoxicillin", "route": "oral"}
ENDLESS = count()


def record_until_killed(url: str, seed: int, pipe: int) -> None:
    """In the child: play order after order; each command is confirmed once it is committed."""
    clock = FakeClock(SEVEN)
    store = open_store(url, clock=clock)
    hospital = Hospital(store.units, clock, ids=SeededIds(random.Random(seed), seed * 1_000_000))
    stay = hospital.admit()
    confirm(pipe, hospital)
    for _ in ENDLESS:
        team = StoredTeam(store, hospital, stay, "medication", FIELDS)
        confirm(pipe, hospital)
        team.make_tasks(4)
        confirm(pipe, hospital)
        while not team.ended and team.go_on():
            confirm(pipe, hospital)


def confirm(pipe: int, hospital: Hospital) -> None:
    os.write(pipe, f"{hospital.last_command}\n".encode())


def killed_at_random(url: str, seed: int) -> list[str]:
    """Let a child record, kill it at a random instant; the commands that it had confirmed."""
    chance = random.Random(seed)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reader)
            record_until_killed(url, seed, writer)
        except (OSError, WardloopError):
            code = 2
        finally:
            os._exit(code)  # no teardown of the parent's test run in the child
    os.close(writer)
    wanted = chance.randrange(1, 40)
    heard = b""
    while heard.count(b"\n") < wanted and (piece := os.read(reader, 4096)):
        heard += piece
    poll = select.poll()
    poll.register(reader, select.POLLERR)  # never comes: it only ends after a part of a commit
    poll.poll(chance.random() * 4)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    while piece := os.read(reader, 4096):
        heard += piece
    os.close(reader)
    assert os.WIFSIGNALED(status), f"the child ended by itself: {os.waitstatus_to_exitcode(status)}"
    return [line for line in heard.decode().split("\n") if len(line) == 36]


def opened(url: str) -> Store:
    return open_store(url, clock=FakeClock(SEVEN))


def a_ward(folder: Path, name: str) -> str:
    url = new_file(folder, name)
    store = opened(url)
    Hospital(store.units, FakeClock(SEVEN)).ward(WARD)
    store.close()  # the child opens the file for itself
    return url


def kill_and_look(folder: Path, *, kills: int, per_file: int) -> int:
    confirmed = 0
    url = ""
    for n in range(kills):
        if n % per_file == 0:
            url = a_ward(folder, f"{n}.db")
        commands = killed_at_random(url, seed=n + 10)
        assert commands
        confirmed += len(commands)
        store = opened(url)
        with store.database.reading() as driver:
            lost = [one for one in commands if driver.row(sql.SEEN, command_id=one) is None]
        verdict = verify(store, real_outlook)
        store.close()
        assert lost == []
        assert verdict.holds, verdict.fault
    return confirmed


def test_nothing_confirmed_is_lost_by_fifty_kills(tmp_path: Path) -> None:
    assert kill_and_look(tmp_path, kills=50, per_file=10) > 50


@pytest.mark.long
def test_nothing_confirmed_is_lost_by_a_thousand_kills(tmp_path: Path) -> None:
    assert kill_and_look(tmp_path, kills=1000, per_file=20) > 1000


def test_a_survivor_goes_on_where_the_dead_one_stopped(tmp_path: Path) -> None:
    url = a_ward(tmp_path, "ward.db")
    killed_at_random(url, seed=3)
    store = opened(url)
    (stay,) = store.reads.encounters()
    order = store.reads.orders_of(stay.id)[-1]
    before = len(store.reads.journal(order=order))
    hospital = Hospital(store.units, FakeClock(SEVEN), ids=SeededIds(random.Random(4), 1))
    hospital.encounter_of[order] = stay.id
    hospital.task(order, seq=99)
    assert len(store.reads.journal(order=order)) == before + 1
    store.close()
