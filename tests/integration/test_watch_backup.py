"""Whoever watches makes the backups: when their time has come, and everybody sees how it went."""

from __future__ import annotations

import shutil
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from client import backups as client_backups
from client.backups import AGAIN, Backups
from client.settings import Backups as BackupSettings
from client.settings import Settings
from client.watch import LEASE, Watch, health
from client.wiring import SystemClock, build
from domain.errors import StorageError
from storage.backup import backups_in
from tests.fakes import FakeClock

if TYPE_CHECKING:
    from pathlib import Path

    from client.app import App

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(
        database=f"sqlite:///{tmp_path / 'ward.db'}",
        keys=tmp_path / "keys",
        backup=BackupSettings(folder=tmp_path / "copies", every_minutes=60),
    )
    build(made).close()
    return made


def made(settings: Settings) -> list[datetime]:
    assert settings.backup.folder is not None
    return [one.made_at for one in backups_in(settings.backup.folder, "ward")]


def test_one_is_made_each_hour_and_no_sooner(settings: Settings) -> None:
    clock = FakeClock(NOON)
    backups = Backups(settings, clock)
    told = {"backup_at": NOON.isoformat(), "backup_late": False, "backup_failed": ""}
    for minutes in (0, 1, 59):
        clock.at = NOON + timedelta(minutes=minutes)
        assert backups.run() == told
    clock.at = NOON + HOUR
    assert backups.run()["backup_at"] == clock.at.isoformat()
    assert made(settings) == [NOON + HOUR, NOON]


def test_one_that_failed_is_told_and_tried_again_in_five_minutes(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FakeClock(NOON)
    backups = Backups(settings, clock)
    folder = settings.backup.folder
    assert folder is not None
    folder.write_text("the disk is not mounted")
    failed = {"backup_at": None, "backup_late": True, "backup_failed": "SYSTEM"}
    assert backups.run() == failed
    folder.unlink()
    clock.tick(minutes=4)
    assert backups.run() == failed
    clock.at = NOON + AGAIN
    assert backups.run()["backup_failed"] == ""
    assert made(settings) == [clock.at]

    def full(*_args: object, **_kwargs: object) -> None:
        raise StorageError("DISK_FULL", "no space")

    monkeypatch.setattr(client_backups, "back_up", full)
    clock.tick(hours=1)
    assert backups.run()["backup_failed"] == "DISK_FULL"
    assert not backups.state().late
    clock.tick(hours=3)
    assert backups.state().late, "the last one is four hours old"


def test_a_clock_that_was_set_back_makes_one_at_once(settings: Settings) -> None:
    clock = FakeClock(NOON)
    backups = Backups(settings, clock)
    backups.run()
    clock.at = NOON - HOUR
    assert backups.run()["backup_at"] == NOON.isoformat(), "the latest by name"
    clock.tick(minutes=1)
    backups.run()
    assert made(settings) == [NOON, NOON - HOUR], "and one only"


def test_those_whose_time_is_over_are_taken_away(settings: Settings) -> None:
    clock = FakeClock(NOON)
    backups = Backups(settings, clock)
    backups.run()
    folder = settings.backup.folder
    assert folder is not None
    (first,) = folder.iterdir()
    for days in (1, 2, 29, 30, 31, 400):
        at = NOON - timedelta(days=days)
        shutil.copy(first, folder / f"ward-{at:%Y%m%dT%H%M%SZ}.wlb")
    clock.at = NOON + HOUR
    backups.run()
    ages = [(clock.at - at).days for at in made(settings)]
    assert ages == [0, 0, 1, 2, 29]


def test_without_a_folder_none_is_made(settings: Settings) -> None:
    nowhere = settings.model_copy(update={"backup": BackupSettings()})
    assert Backups(nowhere, FakeClock(NOON)).run() == {}
    assert not Backups(nowhere, FakeClock(NOON)).state().wanted


def watch_of(app: App, *, shared: bool) -> Watch:
    leases = app.leases if shared else None
    return Watch(app, leases=leases, clock=SystemClock(), holder="ws-1:7")


@pytest.mark.parametrize("shared", [True, False])
def test_the_watch_makes_them_and_its_health_tells_all(settings: Settings, *, shared: bool) -> None:
    with closing(build(settings)) as app:
        watch = watch_of(app, shared=shared)
        watch.back_up()
        assert made(settings) == [], "who does not hold the lease makes none"
        watch.tick()
        watch.back_up()
        watch.tick()
        told = watch.health()
        assert [told.backup_at] == made(settings)
        assert (told.backup_late, told.backup_failed) == (False, "")
        if shared:
            assert app.leases is not None
            assert health(app.leases.show(LEASE), SystemClock().now()) == told


@pytest.mark.expected_logs(r"^no backup could be made: SYSTEM$")
def test_a_backup_that_fails_is_logged_by_its_code(settings: Settings) -> None:
    assert settings.backup.folder is not None
    settings.backup.folder.write_text("not a folder")
    with closing(build(settings)) as app:
        watch = watch_of(app, shared=False)
        watch.tick()
        watch.back_up()
        told = watch.health()
        assert told.backup_failed == "SYSTEM"
        assert told.backup_late


def test_the_scheduler_looks_for_backups_beside_the_alerts(settings: Settings) -> None:
    with closing(build(settings)) as app:
        watch = watch_of(app, shared=True)
        watch.start()
        try:
            jobs = {job.id: job.executor for job in watch._scheduler.get_jobs()}  # noqa: SLF001 - its only trace
        finally:
            watch.stop()
    assert jobs["backup"] == "backup"
    assert jobs["sweep"] == "default"
