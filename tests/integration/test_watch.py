"""The watch on a database file: one passes of many, a jump begins anew, a night comes once."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from client.app import App
from client.settings import Settings
from client.watch import BEAT, LASTS, LEASE, Health, Watch, health
from client.wiring import build
from tests.fakes import FakeClock
from tests.shift import WARD, Shift, local
from tests.small_rulebook import SmallRulebook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(database=f"sqlite:///{tmp_path / 'ward.db'}")


def opened(settings: Settings, clock: FakeClock) -> App:
    """The program with the small rulebook in place of the hospital's."""
    app = build(settings, clock=clock)
    place = replace(app.place, rulebook=SmallRulebook())
    return App(place, clock=clock, feed=app.feed, leases=app.leases, close=app.close)


@pytest.fixture
def shift(settings: Settings) -> Iterator[Shift]:
    clock = FakeClock(at=local("07:00"))
    app = opened(settings, clock)
    yield Shift(app, clock)
    app.close()


class Wall:
    """The workstation's true clock, in hand."""

    simulated = False

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


def watch_of(shift: Shift, wall: Wall, holder: str) -> Watch:
    return Watch(shift.app, leases=shift.app.leases, clock=wall, holder=holder)


def open_alerts(shift: Shift) -> list[tuple[str, int, int]]:
    items = shift.app.list_alerts(user="li.na", now=shift.clock.at, ward=WARD)
    return [
        (str(one.alert.step), one.alert.tier, one.alert.late_by_minutes)
        for one in items
        if one.alert.step == "M2"
    ]


def stat(shift: Shift) -> None:
    shift.ordered(shift.drug(frequency="st", order_class="STAT", priority="STAT"))


def test_one_of_two_watches_passes_and_the_other_takes_over_when_it_is_gone(shift: Shift) -> None:
    wall = Wall()
    first, second = (watch_of(shift, wall, name) for name in ("ws-1:7", "ws-2:9"))
    stat(shift)
    shift.at("07:06")
    first.tick()
    second.tick()
    assert (first.holds, second.holds) == (True, False)
    assert [step for step, _, _ in open_alerts(shift)] == ["M2"]
    assert shift.app.leases is not None
    told = health(shift.app.leases.show(LEASE), wall.now())
    assert told == Health("ws-1:7", alive=True, passed_at=shift.clock.at, behind_seconds=60)
    wall.at += LASTS
    second.renew()
    assert second.holds
    lease = shift.app.leases.show(LEASE)
    assert lease is not None
    assert (lease.holder, lease.fencing) == ("ws-2:9", 2)
    first.renew()
    assert not first.holds


def test_two_that_both_believe_to_hold_it_raise_each_alert_once(shift: Shift) -> None:
    wall = Wall()
    both = [Watch(shift.app, leases=None, clock=wall, holder=name) for name in ("a", "b")]
    stat(shift)
    for clock in ("07:06", "07:20", "07:40"):
        shift.at(clock)
        for watch in both:
            watch.tick()
    assert len(open_alerts(shift)) == 1


def test_a_missed_night_is_caught_up_once_and_without_a_flood(shift: Shift) -> None:
    stat(shift)
    shift.at("07:00", day=1)
    watch = watch_of(shift, Wall(), "ws-1:7")
    watch.tick()
    ((step, _tier, late),) = open_alerts(shift)
    assert step == "M2"
    assert late >= 23 * 60, "it says how late it was found"
    item = next(
        one
        for one in shift.app.list_alerts(user="li.na", now=shift.clock.at, ward=WARD)
        if one.alert.step == "M2"
    )
    shown = shift.app.show_alert(user="li.na", alert=item.alert.id)
    assert [row.kind for row in shown.trail] == ["alert_raised"], "one event, not one a minute"
    watch.tick()
    again = shift.app.show_alert(user="li.na", alert=item.alert.id)
    assert again.trail == shown.trail


@pytest.mark.expected_logs(r"^the clock jumped, or the computer slept: the watch begins anew$")
def test_a_clock_that_jumps_or_a_computer_that_slept_begins_the_watch_anew(shift: Shift) -> None:
    wall = Wall()
    watch = watch_of(shift, wall, "ws-1:7")
    for step in range(1, 4):
        assert not watch.beat(wall.at + step * BEAT)
    assert watch.beat(wall.at - timedelta(hours=1)), "set back by an hour"
    assert watch.beat(wall.at + timedelta(hours=8)), "woken in the morning"


def test_the_scheduler_wakes_it_and_it_lets_go_when_it_stops(shift: Shift) -> None:
    from client.wiring import SystemClock

    ticked = threading.Event()
    stat(shift)
    shift.at("07:06")
    watch = Watch(
        shift.app,
        leases=shift.app.leases,
        clock=SystemClock(),
        holder="ws-1:7",
        ticked=ticked.set,
    )
    watch.start()
    try:
        assert ticked.wait(20)
    finally:
        watch.stop()
    assert [step for step, _, _ in open_alerts(shift)] == ["M2"]
    assert shift.app.leases is not None
    told = health(shift.app.leases.show(LEASE), SystemClock().now())
    assert not told.alive, "the next one need not wait"


def test_nobody_has_ever_watched() -> None:
    assert health(None, Wall().now()) == Health("", alive=False)
