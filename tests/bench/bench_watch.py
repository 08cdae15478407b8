"""What a tick of the watch costs among a million open tasks, against among a thousand.

`watch_1m`: cost among 1,000 / cost among 1,000,000, the same 25 stays due in both, on files as they
are shipped; the issue allows 1.5 times the cost, so the goal is 1 / 1.5 = 0.67. `watch_1m_cpu`: the
same without the wait for the disk (no sync), where nothing hides what the program itself does.
A tick is what the watch does: one pass of what is due, then one look at what comes next.
"""

from __future__ import annotations

import gc
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Final

from sqlalchemy import event
from sqlalchemy.engine import Engine

from client.watch import BATCH
from client.wiring import build
from tests.bench.crowded import STAYS, Ward, copied
from tests.bench.hospital import settings
from tests.fakes import FakeClock
from tests.shift import local

if TYPE_CHECKING:
    from datetime import datetime

WARM: Final = 4
TICKS: Final = 24
LOOKS: Final = 200


@dataclass
class Side:
    """The program on one of the two files, ticking."""

    file: Path
    clock: FakeClock
    seconds: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Open it."""
        self.app = build(settings(f"sqlite:///{self.file}"), clock=self.clock)

    def tick(self, at: datetime, seen: datetime) -> datetime:
        """One tick; when the next is due."""
        begin = perf_counter()
        passed = self.app.pass_due(now=at, since=seen, most=BATCH)
        following = self.app.next_instant(now=at)
        self.seconds.append(perf_counter() - begin)
        assert not passed.failures
        assert len(passed.encounters) == STAYS, "the same number is due"
        assert following is not None
        assert following > at, "one tick settles all"
        return following

    def looks(self, at: datetime) -> float:
        """The seconds of one look at what comes next."""
        begin = perf_counter()
        for _ in range(LOOKS):
            self.app.next_instant(now=at)
        return (perf_counter() - begin) / LOOKS

    def count(self, of: str) -> int:
        """How many rows there are."""
        with closing(sqlite3.connect(self.file)) as connection:
            return int(connection.execute(f"SELECT count(*) FROM {of}").fetchone()[0])  # noqa: S608 - names of our own


@dataclass(frozen=True)
class Ticked:
    """What some ticks came to."""

    ratio: float
    tick: tuple[float, float]
    look: tuple[float, float]
    raised: int
    until: datetime


def hurry(connection: sqlite3.Connection, _record: object) -> None:
    """Do not wait for the disk."""
    connection.execute("PRAGMA synchronous = OFF")


def ticks(few: Path, many: Path, begin: datetime) -> Ticked:
    """Both tick at the same instants and take turns at being first."""
    clock = FakeClock(at=begin)
    sides = [Side(few, clock), Side(many, clock)]
    before = [side.count("alerts") for side in sides]
    seen, at = begin, sides[0].app.next_instant(now=begin)
    assert at is not None
    gc.collect()
    gc.freeze()
    looks: list[list[float]] = [[], []]
    for number in range(WARM + TICKS):
        clock.at = at
        turns = sides if number % 2 else sides[::-1]
        following = {side.tick(at, seen) for side in turns}
        assert len(following) == 1, "both wait for the same instant"
        for side, took in zip(sides, looks, strict=True):
            took.append(side.looks(at))
        seen, at = at, following.pop()
    raised = [side.count("alerts") - count for side, count in zip(sides, before, strict=True)]
    assert raised[0] == raised[1] > 0, "alerts were raised, as many on both"
    for side in sides:
        assert side.count("alerts WHERE is_open = 1 AND tier > 0") > 0, "ladders were climbed"
        side.app.close()
    one, other = (side.seconds[WARM:] for side in sides)
    ratio = median(small / large for small, large in zip(one, other, strict=True))
    tick, look = (median(one), median(other)), (median(looks[0]), median(looks[1]))
    return Ticked(ratio, tick, look, raised[0], seen)


def figure(name: str, found: Ticked) -> str:
    """The line of a figure."""
    few, many = (seconds * 1e3 for seconds in found.tick)
    times = f"{few:.0f} ms of 1,000, {many:.0f} ms of 1,000,000"
    looks = "next instant {:.0f} and {:.0f} us".format(*(seconds * 1e6 for seconds in found.look))
    return (
        f"{name} {found.ratio:.3f} cost(1,000)/cost(1,000,000), goal 0.67: {times};"
        f" {STAYS} stays due, {found.raised} alerts raised; {looks}"
    )


def main() -> int:
    """Print the figures."""
    with TemporaryDirectory() as name:
        few, many = Path(name) / "few.db", Path(name) / "many.db"
        event.listen(Engine, "connect", hurry)
        clock = FakeClock()
        app = build(settings(f"sqlite:///{few}"), clock=clock)
        Ward(app, clock).fill()
        app.close()
        copied(few, many)
        quick = ticks(few, many, local("07:31"))
        event.remove(Engine, "connect", hurry)
        found = ticks(few, many, quick.until)
        print(figure("watch_1m", found))
        print(figure("watch_1m_cpu", quick))
    return 0


if __name__ == "__main__":
    sys.exit(main())
