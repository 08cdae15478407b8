"""The one composition root: settings in, a program out. The only place that reads the clock."""

from __future__ import annotations

import random
import secrets
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Final

from client.app import App
from client.approving import agreed
from client.backups import Backups, with_latest
from client.configuring import configuration, outlook_of
from client.databases import make_database, open_database, seals_of
from client.hashing import Argon2Hash
from domain.errors import InvalidInput, Refused, StorageError
from domain.happenings import ConfigurationTaken, Happening, Noun
from domain.ids import CommandId, WardId, derived, uuid7
from domain.ports import CommandMeta
from domain.services.authorising import SYSTEM
from domain.services.workplace import WardSettings, Workplace
from domain.timing import DEFAULT_TIMES
from domain.trust import Trust

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from client.configuring import Configuration
    from client.settings import Settings
    from domain.clock import Clock
    from domain.ids import EncounterId, Ids
    from domain.ports import Transaction, UnitOfWork
    from storage.store import Store

_RANDOM_BITS: Final = 74


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
    """Puts a configuration that is new to the journal there before the first write under it.

    New is also one that was in force before, where another came between: it was taken back.
    """

    def __init__(
        self,
        inner: UnitOfWork,
        *,
        meta: Callable[[], CommandMeta | None],
        summary: str,
    ) -> None:
        """Stand before a store.

        Args:
            meta: the command that takes the configuration; None: it came last here, too.
            summary: what the journal says of it to a reader.
        """
        self._inner = inner
        self._meta = meta
        self._summary = summary
        self._taken = False

    def begin(
        self, meta: CommandMeta, *, encounters: Sequence[EncounterId] = ()
    ) -> AbstractContextManager[Transaction]:
        """A transaction, under a configuration that the journal knows."""
        self.take()
        return self._inner.begin(meta, encounters=encounters)

    def take(self) -> None:
        """Tell the journal of the configuration, unless it was told."""
        if self._taken:
            return
        meta = self._meta()
        try:
            if meta is not None:
                with self._inner.begin(meta) as transaction:
                    if not transaction.seen():
                        transaction.tell([_taken(meta, self._summary, transaction.now)])
                        transaction.commit()
        except Refused:
            # a frozen clock before this workstation's last entry: every event names the hash too
            return
        self._taken = True


def _taken(meta: CommandMeta, summary: str, now: datetime) -> Happening:
    return Happening(
        noun=Noun.SITE,
        stream=meta.config_hash,
        body=ConfigurationTaken(meta.config_hash, meta.loop_hash, summary),
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
    damaged: bool = False,
    played: bool = False,
) -> App:
    """The program for some settings, its database open. A new database file is made.

    Open work that was left under other settings is looked at anew: no event, but new deadlines.

    Args:
        now: freeze the clock at this instant.
        ids: where new ids come from; random where not given.
        clock: instead of `now`: the demo's clock.
        rewind: allow a frozen clock before the journal's last entry, on demo data only.
        damaged: open also a database that does not hold, to see what is wrong with it.
        played: simulated staff act: the audit trail does not hear of each of their readings.

    Raises:
        InvalidInput: `now` has no zone; a setting names what is not there.
        DefinitionError: a loop or site file is wrong: file, line, reason.
        StorageError: the database cannot be used; the message says what to do.
    """
    used = clock or _clock(now)
    make_database(settings)
    store = _opened(settings, used, damaged=damaged)
    try:
        decides = configuration(agreed(settings, store).settings, used.now())
        place = _place(store, decides, ids or RandomIds(used), rewind=rewind)
        place = _played(place, used) if played else place
    except BaseException:
        store.close()
        raise
    return App(
        place,
        clock=used,
        feed=store.feed,
        leases=store.leases,
        close=store.close,
        renewed=_Renewal(settings, store, used, decides, place),
        back_up=Backups(settings, SystemClock()).run,
        ends=store.ends,
    )


def _opened(settings: Settings, clock: Clock, *, damaged: bool) -> Store:
    """The database, looked at before it is used; one that is damaged names the latest backup."""
    from storage.soundness import refuse_damaged

    try:
        store = open_database(settings, clock)
    except StorageError as error:
        raise with_latest(error, settings) from error
    try:
        if not damaged:
            refuse_damaged(store.database)
    except StorageError as error:
        store.close()
        raise with_latest(error, settings) from error
    return store


def _place(store: Store, decides: Configuration, ids: Ids, *, rewind: bool) -> Workplace:
    """The workplace under a configuration; open work that was left under another is renewed."""
    from rules.knowledge.result_limits import result_limits
    from storage.rebuild import refresh

    settings, loops = decides.settings, decides.loops
    outlook = outlook_of(loops, store.reads)
    refresh(store, outlook, decides.sha256, rulebook=decides.rules)
    return Workplace(
        uow=ConfiguredUnitOfWork(
            store.units,
            meta=lambda: _configuring(store, decides),
            summary=decides.summary,
        ),
        reads=store.reads,
        loops=loops,
        ids=ids,
        workstation=settings.workstation,
        config_hash=decides.sha256,
        trust=_trust(store, settings),
        wards=ward_settings(settings),
        time_zone=settings.time_zone,
        rewind=rewind,
        rulebook=decides.rules,
        result_limits=result_limits(cache(decides.knowledge)),
        time_critical=frozenset(decides.lists.time_critical),
    )


def _trust(store: Store, settings: Settings) -> Trust:
    """Always by the true clock: `--now` shortens no wait after wrong secrets, and dates no look."""
    trail, seals = store.trail(settings.workstation), seals_of(settings, store)
    return Trust(store.credentials, Argon2Hash(), trail, store.safety, SystemClock(), seals)


def _played(place: Workplace, clock: Clock) -> Workplace:
    """A place for simulated staff: their readings are no news, their near misses are of their day.

    Nothing of it is sealed: the same seed plays the same, without this workstation's key.
    """
    return replace(place, audits_reading=False, trust=replace(place.trust, clock=clock, seals=None))


class _Renewal:
    """Looks whether another configuration has come into force, and makes the place under it."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        clock: Clock,
        decides: Configuration,
        place: Workplace,
    ) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._until = decides.until
        self._place = place

    def __call__(self) -> Workplace | None:
        now = self._clock.now()
        if self._until is None or now < self._until:
            return None
        decides = configuration(agreed(self._settings, self._store).settings, now)
        before = self._place
        place = _place(self._store, decides, before.ids, rewind=before.rewind)
        place = replace(place, trust=before.trust, audits_reading=before.audits_reading)
        if isinstance(place.uow, ConfiguredUnitOfWork):
            place.uow.take()
        self._until = decides.until
        self._place = place
        return place


def _clock(now: datetime | None) -> Clock:
    if now is None:
        return SystemClock()
    if now.tzinfo is None:
        raise InvalidInput("now", "the time has no zone", right="2026-11-24T08:05:00+08:00")
    return FrozenClock(now.astimezone(UTC))


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


def _configuring(store: Store, decides: Configuration) -> CommandMeta | None:
    """The command that takes a configuration here; None where it is the one taken last.

    It is the same for two processes of the workstation that take it at one time.
    """
    from storage.history import last_configuration

    workstation = decides.settings.workstation
    last, seq = last_configuration(store, workstation)
    if last == decides.sha256:
        return None
    return CommandMeta(
        command_id=CommandId(derived("configuration", decides.sha256, workstation, str(seq))),
        actor=SYSTEM.user,
        kind="site.configure",
        workstation=workstation,
        loop_hash=decides.loops.sha256,
        config_hash=decides.sha256,
    )
