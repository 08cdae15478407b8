"""For how long backups are kept: all of a day, then one a day, and never none."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from storage.backup import Backup, Retention, outdated

NOON = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def backups(*ages: timedelta) -> tuple[Backup, ...]:
    return tuple(Backup(Path(str(age)), NOON - age, 1, None) for age in ages)


def kept(all_of_them: tuple[Backup, ...], retention: Retention) -> list[timedelta]:
    gone = outdated(all_of_them, now=NOON, retention=retention)
    return sorted(NOON - one.made_at for one in all_of_them if one not in gone)


def test_hourly_backups_of_forty_days_leave_one_day_whole_and_one_of_each_day_before() -> None:
    hourly = backups(*(HOUR * n for n in range(24 * 40)))
    left = kept(hourly, Retention())
    assert left[:24] == [HOUR * n for n in range(24)]
    older = [NOON - age for age in left[24:]]
    assert {one.hour for one in older} == {23}, "the last one of each day"
    assert len(older) == 29
    assert max(left) < timedelta(days=30)


def test_the_latest_one_is_kept_however_old_it_is() -> None:
    assert kept(backups(timedelta(days=400), timedelta(days=401)), Retention()) == [
        timedelta(days=400)
    ]


def test_a_site_may_keep_less() -> None:
    short = Retention(timedelta(hours=2), timedelta(days=2))
    ages = [HOUR * n for n in (0, 1, 2, 13, 14, 37, 61)]
    assert kept(backups(*ages), short) == [HOUR * n for n in (0, 1, 13, 37)]


@given(st.lists(st.integers(0, 60 * 24 * 60), max_size=60, unique=True))
def test_who_keeps_often_keeps_the_same(minutes: list[int]) -> None:
    all_of_them = backups(*(timedelta(minutes=one) for one in minutes))
    left = set(kept(all_of_them, Retention()))
    once_more = backups(*left)
    assert set(kept(once_more, Retention())) == left
    assert bool(left) == bool(minutes)
