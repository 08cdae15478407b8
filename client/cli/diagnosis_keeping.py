"""What `wardloop doctor` says of backups and keys: whether a dead workstation would lose much."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Final

from client.cli.diagnosis import Line, State
from client.cli.errors import message_of
from domain.errors import WardloopError

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from client.settings import Settings

_MINUTES_TO_HOURS: Final = 120
_HOURS_TO_DAYS: Final = 48


def examine_keeping(settings: Settings) -> list[Line]:
    """The lines of an embedded database; none where it is on a server."""
    from client.databases import file_of

    if file_of(settings.database) is None:
        return []
    return [_backups(settings), _seals(settings), _keys(settings)]


def _backups(settings: Settings) -> Line:
    from client.backups import Backups
    from client.wiring import SystemClock

    clock = SystemClock()
    state = Backups(settings, clock).state()
    if not state.wanted:
        to_do = "name a folder on another disk in the settings: [backup] folder"
        return Line("backups", State.ATTENTION, "no folder for them is named", to_do)
    to_do = "see that a window or `wardloop watch` runs; `wardloop db backup` makes one now"
    failed = _failed(settings)
    if state.made_at is None:
        return Line("backups", State.ATTENTION, f"there is none{failed}", to_do)
    age = _age(clock.now(), state.made_at)
    said = f"the last one that held is {age} old, in {settings.backup.folder}{failed}"
    well = not state.late and not failed
    return Line("backups", State.OK if well else State.ATTENTION, said, "" if well else to_do)


def _failed(settings: Settings) -> str:
    """What the watch told of its last try, if that failed."""
    from client.databases import open_database
    from client.watch import LEASE, health
    from client.wiring import SystemClock

    clock = SystemClock()
    try:
        with closing(open_database(settings, clock)) as store:
            told = health(store.leases.show(LEASE), clock.now())
    except WardloopError:  # the line of the database says why
        return ""
    return f"; the last try failed: {told.backup_failed}" if told.backup_failed else ""


def _seals(settings: Settings) -> Line:
    """Whether what was recorded is sealed: without seals a history could be written anew."""
    from client.databases import open_database, seals_of
    from client.watch import LEASE, health
    from client.wiring import SystemClock

    clock = SystemClock()
    try:
        with closing(open_database(settings, clock)) as store:
            last = seals_of(settings, store).last_at()
            failed = health(store.leases.show(LEASE), clock.now()).seal_failed
    except WardloopError:  # the line of the database says why
        return Line("seals", State.ATTENTION, "cannot be looked at", "see the database")
    if failed:
        to_do = "`wardloop audit seal` says why; docs/security.md"
        return Line("seals", State.ATTENTION, f"nothing can be sealed: {failed}", to_do)
    if last is None:
        to_do = "a window or `wardloop watch` seals every 15 minutes; `wardloop audit seal` now"
        return Line("seals", State.ATTENTION, "there is none", to_do)
    return Line("seals", State.OK, f"the last one is {_age(clock.now(), last)} old")


def _age(now: datetime, then: datetime) -> str:
    age: timedelta = now - then
    minutes = int(age.total_seconds() // 60)
    if minutes < _MINUTES_TO_HOURS:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < _HOURS_TO_DAYS else f"{hours // 24} days"


def _keys(settings: Settings) -> Line:
    """Where keys lie: a file is as safe as its disk."""
    from client.databases import keys_of
    from client.keys import NAMES

    keys = keys_of(settings)
    try:
        found = [key for name in NAMES if (key := keys.find(name)) is not None]
    except WardloopError as error:
        return Line("keys", State.STOPS_WORK, message_of(error), "do what the message says")
    names = ", ".join(key.name for key in found) or "none yet"
    files = [str(key.file) for key in found if key.file is not None]
    if not files:
        return Line("keys", State.OK, names)
    said = f"{names}; in files, not in a system keyring: {', '.join(files)}"
    to_do = "see that this disk is encrypted; keep a copy of each key elsewhere (keys export)"
    return Line("keys", State.ATTENTION, said, to_do)
