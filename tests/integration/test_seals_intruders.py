"""Whoever has the file and not the key cannot change what was sealed without being told of."""

import random
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from storage.store import open_store
from tests.busy_day import a_busy_day
from tests.fakes import FakeClock
from tests.intruder import Intruder
from tests.sealed_day import NOON, look, seals_of
from tests.stores import new_store


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    """A day with three seals; nothing came after the last."""
    store = new_store(tmp_path, FakeClock())
    seals = seals_of(store, tmp_path / "keys")
    look(store, "ws-1", minute=0)
    seals.seal(now=NOON)
    a_busy_day(store)
    for minute in range(1, 6):
        look(store, f"ws-{minute % 2 + 1}", minute=minute)
    seals.seal(now=NOON + timedelta(minutes=15))
    look(store, "ws-2", minute=20, who="wang.fang")
    seals.seal(now=NOON + timedelta(minutes=30))
    assert seals.prove(now=NOON, full=True).holds
    store.close()
    return tmp_path


def strikes(folder: Path, number: int) -> list[str]:
    """Strike a fresh copy of the file so many times; what was not found, or not named."""
    file, before = folder / "ward.db", folder / "before.db"
    shutil.copyfile(file, before)
    missed = []
    for seed in range(number):
        for left in folder.glob("ward.db*"):
            left.unlink()
        shutil.copyfile(before, file)
        done = Intruder(file, random.Random(seed)).strike()
        store = open_store(f"sqlite:///{file}", clock=FakeClock())
        proof = seals_of(store, folder / "keys").prove(now=NOON, full=True)
        store.close()
        if not done.is_told_by(proof.fault):
            missed.append(f"{seed}: {done} was told as {proof.fault}")
    return missed


def test_a_hundred_changes_behind_the_program_are_each_found_and_named(sealed: Path) -> None:
    assert strikes(sealed, 100) == []


@pytest.mark.long
def test_a_thousand_changes_behind_the_program_are_each_found_and_named(sealed: Path) -> None:
    assert strikes(sealed, 1000) == []
