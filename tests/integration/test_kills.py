"""A process that dies while it alerts, backs up or migrates: nothing it had done is lost or halved.

The workstation that dies while a person records is in `test_storage_kill.py`.
"""

from __future__ import annotations

import gzip
import random
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from client.app import App
from domain.errors import StorageError
from domain.loops.outlook import outlooks
from domain.services.workplace import Workplace
from rules.alerts.loader import load_rules
from rules.rulebook import Rules
from storage.backup import back_up, backups_in, take_out
from storage.migrate import REVISION, revision_of, upgrade
from storage.store import Store, open_store
from storage.verify import verify
from tests.fake_trust import trust_of
from tests.fakes import FakeClock, SeededIds
from tests.killed import killed_at_random
from tests.shift import WARD, WARDS, Shift, local, real_loops
from tests.stores import new_file
from tests.wards import Hospital

if TYPE_CHECKING:
    from collections.abc import Callable

FIXTURE = Path(__file__).parents[1] / "fixtures" / "wardloop-0.1.sqlite3.gz"
OUTLOOK = partial(outlooks, real_loops())
PASSES = 24
ENDLESS = count()


@cache
def rules() -> Rules:
    return Rules(load_rules(), loops=real_loops())


def program(store: Store, clock: FakeClock, seed: int = 0) -> App:
    place = Workplace(
        uow=store.units,
        reads=store.reads,
        loops=real_loops(),
        ids=SeededIds(random.Random(seed), seed * 1_000_000),
        workstation="ws-1",
        config_hash="c" * 64,
        trust=trust_of(store, clock),
        wards=WARDS,
        rulebook=rules(),
    )
    return App(place, clock=clock)


def prove(url: str) -> None:
    with closing(open_store(url, clock=FakeClock())) as store:
        fault = verify(store, OUTLOOK, rulebook=rules()).fault
    if fault is not None:
        raise StorageError("DOES_NOT_HOLD", fault.what)


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ward at seven with orders that nobody will look at."""
    folder = tmp_path_factory.mktemp("morning")
    clock = FakeClock()
    store = open_store(new_file(folder), clock=clock)
    shift = Shift(program(store, clock), clock)
    for product, more in (("PARA500", {}), ("HEP5000", {"route": "SC"})):
        shift.ordered(shift.drug(product, frequency="q4h", **more))
    shift.ordered({"tests": ["K"], "timing": "random", "priority": "STAT"}, kind="test")
    store.close()
    return store.database.file


# ---------------------------------------------------------------- alerting
def instant(n: int) -> datetime:
    return local("07:00") + timedelta(minutes=10 * n)


def watches(
    url: str, confirm: Callable[[str], None], *, first: int = 1, ends: bool = False
) -> None:
    """Let time pass in steps of ten minutes; somebody acknowledges what is new."""
    clock = FakeClock()
    store = open_store(url, clock=clock)
    app = program(store, clock, seed=first + 1)
    for n in range(first, PASSES + 1):
        clock.at = instant(n)
        assert app.one_pass(now=clock.at).failures == {}
        confirm(f"passed {n}")
        for row in app.reads.alerts(ward=WARD):
            if row.alert.acknowledged_at is None:
                app.acknowledge_alert(user="sun.li", command=app.new_command(), alert=row.alert.id)
                confirm(f"acknowledged {row.alert.id}")
                break
    if not ends:
        for _ in ENDLESS:  # the kill comes
            app.one_pass(now=clock.at)
    store.close()


def told(file: Path, kind: str) -> Counter[str]:
    """How often the journal says it of each alert."""
    with closing(sqlite3.connect(file)) as opened:
        rows = opened.execute("SELECT stream FROM journal WHERE kind = ?", (kind,)).fetchall()
    return Counter(str(stream).removeprefix("alert:") for (stream,) in rows)


def killed_while_alerting(folder: Path, morning: Path, kills: int) -> None:
    whole = copied(morning, folder / "whole.db")
    watches(whole, lambda _: None, ends=True)
    wanted = told(folder / "whole.db", "alert_raised")
    assert wanted
    assert set(wanted.values()) == {1}
    file = folder / "ward.db"
    for n in range(kills):
        url = copied(morning, file)
        said = killed_at_random(partial(watches, url), seed=n, most=2 * PASSES, wait_ms=20)
        prove(url)
        passed = max((int(one.split()[1]) for one in said if one.startswith("passed")), default=0)
        acknowledged = {one.split()[1] for one in said if one.startswith("acknowledged")}
        assert acknowledged <= set(told(file, "alert_acknowledged"))
        watches(url, lambda _: None, first=passed + 1, ends=True)
        assert told(file, "alert_raised") == wanted, "each alert once, whoever raised it"


def copied(source: Path, target: Path) -> str:
    for beside in ("-wal", "-shm"):
        target.with_name(target.name + beside).unlink(missing_ok=True)
    shutil.copyfile(source, target)
    return f"sqlite:///{target}"


def test_no_alert_is_lost_or_doubled_by_fifty_kills(tmp_path: Path, morning: Path) -> None:
    killed_while_alerting(tmp_path, morning, 50)


@pytest.mark.long
def test_no_alert_is_lost_or_doubled_by_a_thousand_kills(tmp_path: Path, morning: Path) -> None:
    killed_while_alerting(tmp_path, morning, 1000)


# ---------------------------------------------------------------- backing up
def backs_up(file: Path, folder: Path, seed: int, confirm: Callable[[str], None]) -> None:
    """One backup after the other, a record between them."""
    clock = FakeClock(datetime(2026, 11, 25, tzinfo=UTC) + timedelta(minutes=seed))
    store = open_store(f"sqlite:///{file}", clock=clock)
    ids = SeededIds(random.Random(seed), (seed + 7) * 1_000_000)
    hospital = Hospital(store.units, clock, ids=ids)
    for _ in ENDLESS:
        clock.tick(seconds=1)
        hospital.ward(WARD, *("01", "02", "03", "04"))
        confirm(f"recorded {hospital.last_command}")
        made = back_up(file, folder, at=clock.at, key=None, seal=None, prove=prove)
        confirm(f"backed-up {made.file.name}")


def killed_while_backing_up(folder: Path, morning: Path, kills: int) -> None:
    file, out = folder / "ward.db", folder / "out"
    url = copied(morning, file)
    for n in range(kills):
        said = killed_at_random(partial(backs_up, file, out, n), seed=n, most=4, wait_ms=150)
        prove(url)
        there = {one.file.name for one in backups_in(out, "ward")}
        assert {one.split()[1] for one in said if one.startswith("backed-up")} <= there
        recorded = [one.split()[1] for one in said if one.startswith("recorded")]
        with closing(sqlite3.connect(file)) as opened:
            for command in recorded:
                row = opened.execute("SELECT 1 FROM command WHERE command_id = ?", (command,))
                assert row.fetchone() is not None
        for backup in backups_in(out, "ward"):
            whole = folder / "restored.db"
            take_out(backup.file, whole, seal=None)
            prove(f"sqlite:///{whole}")
            for left in (whole, backup.file):
                left.unlink()
    at = datetime(2026, 12, 24, tzinfo=UTC)
    back_up(file, out, at=at, key=None, seal=None, prove=prove)
    names = [one.name for one in (*folder.iterdir(), *out.iterdir())]
    assert not [name for name in names if "scratch" in name or name.endswith(".part")]


def test_what_counts_as_a_backup_is_whole_after_fifty_kills(tmp_path: Path, morning: Path) -> None:
    killed_while_backing_up(tmp_path, morning, 50)


@pytest.mark.long
def test_what_counts_as_a_backup_is_whole_after_a_thousand_kills(
    tmp_path: Path, morning: Path
) -> None:
    killed_while_backing_up(tmp_path, morning, 1000)


# ---------------------------------------------------------------- migrating
def migrates(url: str, confirm: Callable[[str], None]) -> None:
    confirm("begun")
    upgrade(url)
    confirm("upgraded")
    for _ in ENDLESS:  # the kill comes
        revision_of(url)


def content(file: Path) -> str:
    """All that a database holds, its schema too; in what order it was made does not matter."""
    with closing(sqlite3.connect(file)) as opened:
        return "\n".join(sorted(opened.iterdump()))


def killed_while_migrating(folder: Path, kills: int) -> None:
    released = folder / "released.db"
    released.write_bytes(gzip.decompress(FIXTURE.read_bytes()))
    old = content(released)
    whole = copied(released, folder / "whole.db")
    upgrade(whole)
    new = content(folder / "whole.db")
    file = folder / "ward.db"
    seen = Counter[str | None]()
    for n in range(kills):
        url = copied(released, file)
        said = killed_at_random(partial(migrates, url), seed=n, most=2, wait_ms=900)
        revision = revision_of(url)
        seen[revision] += 1
        assert content(file) == (new if revision == REVISION else old), "all of it, or nothing"
        assert "upgraded" not in said or revision == REVISION
        upgrade(url)
        assert content(file) == new
    assert len(seen) > 1, f"all kills came before or after: {seen}"


def test_a_schema_is_the_old_one_or_the_new_one_after_fifty_kills(tmp_path: Path) -> None:
    killed_while_migrating(tmp_path, 50)


@pytest.mark.long
def test_a_schema_is_the_old_one_or_the_new_one_after_a_thousand_kills(tmp_path: Path) -> None:
    killed_while_migrating(tmp_path, 1000)
