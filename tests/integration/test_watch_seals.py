"""The watch seals what was recorded: at its start, every 15 minutes, and when it stops."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from client.settings import Settings
from client.watch import LEASE, Watch, health
from client.wiring import build
from storage.store import open_store
from tests.busy_day import tamper
from tests.fakes import FakeClock
from tests.shift import Shift, local

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Wall:
    """The workstation's true clock, in hand."""

    simulated = False

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(database=f"sqlite:///{tmp_path / 'ward.db'}", keys=tmp_path / "keys")


@pytest.fixture
def shift(settings: Settings) -> Iterator[Shift]:
    clock = FakeClock(at=local("07:00"))
    app = build(settings, clock=clock)
    yield Shift(app, clock)
    app.close()


def seals(shift: Shift) -> int:
    found = shift.app.prove_trail(user="admin", full=True)
    assert found.holds
    return found.seals


def watching(shift: Shift, wall: Wall) -> Watch:
    return Watch(shift.app, leases=shift.app.leases, clock=wall, holder="ws:1")


def test_a_quarter_of_an_hour_is_the_longest_that_a_record_stays_unsealed(shift: Shift) -> None:
    wall = Wall()
    watch = watching(shift, wall)
    watch.tick()
    assert seals(shift) == 1
    shift.ordered(shift.drug())
    wall.at += timedelta(minutes=14)
    watch.tick()
    assert seals(shift) == 1
    wall.at += timedelta(minutes=1)
    watch.tick()
    assert seals(shift) == 2


def test_what_came_last_is_sealed_when_the_watch_stops_whoever_holds_the_lease(
    shift: Shift,
) -> None:
    shift.ordered(shift.drug())
    watching(shift, Wall()).stop()
    assert seals(shift) == 1


@pytest.mark.expected_logs("nothing could be sealed: SEALS_LOST")
def test_a_database_that_is_not_the_one_that_was_sealed_is_told_and_watched_on(
    shift: Shift, settings: Settings
) -> None:
    wall = Wall()
    watch = watching(shift, wall)
    watch.tick()
    store = open_store(settings.database, clock=shift.clock)
    tamper(store, "DELETE FROM seals")
    store.close()
    wall.at += timedelta(minutes=15)
    watch.tick()
    assert shift.app.leases is not None
    told = health(shift.app.leases.show(LEASE), wall.now())
    assert told.seal_failed == "SEALS_LOST"
    assert told.passed_at == shift.clock.at
