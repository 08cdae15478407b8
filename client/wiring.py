"""The one composition root: settings in, a program out. The only place that reads the clock."""

from __future__ import annotations

import hashlib
import json
import random
import secrets
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from client.app import App
from domain.errors import InvalidInput, Refused
from domain.happenings import ConfigurationTaken, Happening, Noun
from domain.ids import CommandId, WardId, derived, uuid7
from domain.loops.checks import IDENTITY_CHECKS
from domain.loops.outlook import outlooks
from domain.ports import CommandMeta
from domain.services.authorising import SYSTEM
from domain.services.workplace import WardSettings, Workplace
from domain.timing import DEFAULT_TIMES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from client.settings import Settings
    from domain.clock import Clock
    from domain.ids import EncounterId, Ids
    from domain.loops.case import Case
    from domain.loops.loops import Loops
    from domain.ports import Reads, Transaction, UnitOfWork
    from domain.worklists import Outlook
    from rules.knowledge.tables import Knowledge

_RANDOM_BITS: Final = 74
_SQLITE: Final = "sqlite:///"


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The workstation's clock."""

    def now(self) -> datetime:
        """The present instant, UTC."""
        return datetime.now(UTC)

    @property
    def simulated(self) -> bool:
        """It is the true time."""
        return False


@dataclass(frozen=True, slots=True)
class FrozenClock:
    """A clock that stands (`--now`); what is recorded by it is marked."""

    instant: datetime

    def now(self) -> datetime:
        """The instant at which it stands."""
        return self.instant

    @property
    def simulated(self) -> bool:
        """It is not the true time."""
        return True


class RunningClock:
    """A clock set to an instant that runs on from there: a window opened with `--now`."""

    def __init__(self, instant: datetime) -> None:
        self._ahead = instant - datetime.now(UTC)

    def now(self) -> datetime:
        """The instant, and what has passed since it was set."""
        return datetime.now(UTC) + self._ahead

    @property
    def simulated(self) -> bool:
        """It is not the true time."""
        return True


@dataclass(frozen=True, slots=True)
class RandomIds:
    """Ids that nobody can guess or meet twice."""

    clock: Clock

    def new(self) -> str:
        """A new UUIDv7."""
        return uuid7(
            milliseconds=int(self.clock.now().timestamp() * 1000),
            randomness=secrets.randbits(_RANDOM_BITS),
        )


class SeededIds:
    """The same ids again for the same seed: the demo, and tests."""

    def __init__(self, seed: int, clock: Clock) -> None:
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose, no secret
        self._clock = clock

    def new(self) -> str:
        """The next UUIDv7 of the seed."""
        return uuid7(
            milliseconds=int(self._clock.now().timestamp() * 1000),
            randomness=self._random.getrandbits(_RANDOM_BITS),
        )


class ConfiguredUnitOfWork:
    """Puts a configuration that is new to the journal there before the first write under it."""

    def __init__(self, inner: UnitOfWork, *, meta: CommandMeta, summary: str) -> None:
        self._inner = inner
        self._meta = meta
        self._summary = summary
        self._taken = False

    def begin(
        self, meta: CommandMeta, *, encounters: Sequence[EncounterId] = ()
    ) -> AbstractContextManager[Transaction]:
        """A transaction, under a configuration that the journal knows."""
        if not self._taken:
            self._take()
        return self._inner.begin(meta, encounters=encounters)

    def _take(self) -> None:
        try:
            with self._inner.begin(self._meta) as transaction:
                if not transaction.seen():
                    transaction.tell([self._happening(transaction.now)])
                    transaction.commit()
        except Refused:
            # a frozen clock before this workstation's last entry: every event names the hash too
            return
        self._taken = True

    def _happening(self, now: datetime) -> Happening:
        meta = self._meta
        return Happening(
            noun=Noun.SITE,
            stream=meta.config_hash,
            body=ConfigurationTaken(meta.config_hash, meta.loop_hash, self._summary),
            actor=meta.actor,
            at=now,
            recorded_at=now,
        )


def build(
    settings: Settings,
    *,
    now: datetime | None = None,
    ids: Ids | None = None,
    clock: Clock | None = None,
    rewind: bool = False,
) -> App:
    """The program for some settings, its database open. A new database file is made.

    Open work that was left under other settings is looked at anew: no event, but new deadlines.

    Args:
        now: freeze the clock at this instant.
        ids: where new ids come from; random where not given.
        clock: instead of `now`: the demo's clock.
        rewind: allow a frozen clock before the journal's last entry, on demo data only.

    Raises:
        InvalidInput: `now` has no zone; a setting names what is not there.
        DefinitionError: a loop or site file is wrong: file, line, reason.
        StorageError: the database cannot be used; the message says what to do.
    """
    from storage.rebuild import refresh
    from storage.store import open_store

    used = clock or _clock(now)
    loops = read_loops(settings)
    config_hash = hash_of(settings, loops)
    make_database(settings.database)
    store = open_store(settings.database, clock=used)
    refresh(store, outlook_of(loops, store.reads), config_hash)
    uow = ConfiguredUnitOfWork(
        store.units, meta=_configuration(settings, loops, config_hash), summary=settings.profile
    )
    from rules.knowledge.result_limits import result_limits

    place = Workplace(
        uow=uow,
        reads=store.reads,
        loops=loops,
        ids=ids or RandomIds(used),
        workstation=settings.workstation,
        config_hash=config_hash,
        wards=ward_settings(settings),
        time_zone=settings.time_zone,
        rewind=rewind,
        result_limits=result_limits(cache(lambda: read_knowledge(settings))),
    )
    return App(place, clock=used, feed=store.feed, leases=store.leases, close=store.close)


def _clock(now: datetime | None) -> Clock:
    if now is None:
        return SystemClock()
    if now.tzinfo is None:
        raise InvalidInput("now", "the time has no zone", right="2026-11-24T08:05:00+08:00")
    return FrozenClock(now.astimezone(UTC))


def read_loops(settings: Settings) -> Loops:
    """The loops of a site, with every check that they name.

    Raises:
        InvalidInput: a file or folder that the settings name is not there.
        DefinitionError: a file is wrong: file, line, reason.
    """
    from rules.checks.registry import CLINICAL, clinical_checks
    from rules.loops.loader import load_loops

    for name, paths in (("site", settings.site), ("loops", settings.loops)):
        for path in paths:
            if not path.exists():
                raise InvalidInput(name, f"{path} is not there", right="a path that exists")
    return load_loops(
        profile=settings.profile,
        folders=settings.loops,
        overlays=settings.site,
        checks={
            **IDENTITY_CHECKS,
            **clinical_checks(cache(lambda: read_knowledge(settings))),
        },
        clinical_checks=CLINICAL,
    )


def read_knowledge(settings: Settings) -> Knowledge:
    """The clinical knowledge, as the site changes it.

    Raises:
        DefinitionError: a file is wrong: file, line, reason.
    """
    from rules.knowledge.loading import load_knowledge

    return load_knowledge(overlays=settings.site)


def outlook_of(loops: Loops, reads: Reads) -> Callable[[Case], Mapping[str, Outlook]]:
    """What comes next on a case, by the loops as they hold where its patient lies."""

    def found(case: Case) -> Mapping[str, Outlook]:
        stay = reads.encounter(case.order.encounter_id) if loops.wards else None
        return outlooks(loops if stay is None else loops.for_ward(stay.ward), case)

    return found


def make_database(url: str) -> None:
    """Make an embedded database that is not there yet, its folder too."""
    if not url.startswith(_SQLITE):
        return
    file = Path(url.removeprefix(_SQLITE))
    if not file.exists():
        from storage.migrate import upgrade

        file.parent.mkdir(parents=True, exist_ok=True)
        upgrade(url)


def ward_settings(settings: Settings) -> Mapping[WardId, WardSettings]:
    """What the settings say of wards.

    Raises:
        InvalidInput: clock times that are wrong; names the ward.
    """
    found: dict[WardId, WardSettings] = {}
    for ward, given in settings.wards.items():
        times = given.get("site_times", {})
        if not isinstance(times, dict):
            raise InvalidInput(f"wards.{ward}.site_times", "is no table", right='bid = ["08:00"]')
        try:
            site_times = DEFAULT_TIMES.changed(times)
        except InvalidInput as error:
            raise InvalidInput(f"wards.{ward}.{error.field}", error.message) from None
        data = {name: value for name, value in given.items() if name != "site_times"}
        found[WardId(ward)] = WardSettings(data, site_times)
    return found


def hash_of(settings: Settings, loops: Loops) -> str:
    """The hash of all that decides: profile, zone, wards, loops. Not where the database is."""
    said = {
        "profile": settings.profile,
        "time_zone": settings.time_zone,
        "wards": settings.wards,
        "loops": loops.sha256,
        "overlaid": {ward: own.sha256 for ward, own in sorted(loops.wards.items())},
    }
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _configuration(settings: Settings, loops: Loops, config_hash: str) -> CommandMeta:
    """The command that takes a configuration: the same one for the same hash and workstation."""
    return CommandMeta(
        command_id=CommandId(derived("configuration", config_hash, settings.workstation)),
        actor=SYSTEM.user,
        kind="site.configure",
        workstation=settings.workstation,
        loop_hash=loops.sha256,
        config_hash=config_hash,
    )
