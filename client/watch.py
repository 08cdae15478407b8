"""The watch: wakes at the earliest deadline, lets time pass, and tells all how it is (decision 28).

One process of all on a database watches, by a lease; two that both believe to hold it do no harm.
The next instant is one indexed read, so there is no queue here: a date trigger wakes it, a sweep
each minute finds what a trigger missed, and a beat notices a clock that jumped or a computer that
slept, and begins anew.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from domain.errors import WardloopError
from domain.sealing import EVERY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from client.app import App
    from domain.clock import Clock
    from domain.leases import Lease, Leases

_log = logging.getLogger(__name__)

LEASE: Final = "watch"
LASTS: Final = timedelta(seconds=30)
"""How long the lease outlives its last renewal."""
RENEWED: Final = timedelta(seconds=10)
SWEPT: Final = timedelta(seconds=60)
BEAT: Final = timedelta(seconds=5)
JUMP: Final = timedelta(seconds=5)
"""A clock that is so far from where a beat should find it has jumped, or the computer slept."""
HORIZON: Final = timedelta(hours=1)
"""How often the doses up to the horizon are made for every patient."""
BATCH: Final = 200
"""The most stays of one tick; there is another at once where there are more."""


@dataclass(frozen=True, slots=True)
class Health:
    """How the watch of a database is.

    Attributes:
        holder: who watches; empty where nobody does.
        alive: its lease has not run out.
        passed_at: when it last let time pass.
        behind_seconds: by how much the earliest of what was due was late then.
        failures: stays for which it failed; the others were passed.
        backup_at: when the last backup that held was made; None: none is there, or none is wanted.
        backup_late: the last one is too old, or there is none.
        backup_failed: the code of what went wrong with the last try; empty where nothing did.
        seal_failed: the code of why what was recorded could not be sealed; empty where it was.
    """

    holder: str
    alive: bool
    passed_at: datetime | None = None
    behind_seconds: int = 0
    failures: int = 0
    backup_at: datetime | None = None
    backup_late: bool = False
    backup_failed: str = ""
    seal_failed: str = ""


def health(lease: Lease | None, now: datetime) -> Health:
    """What a lease tells of the watch at an instant of the workstation's true clock."""
    if lease is None:
        return Health("", alive=False)
    return _told(lease.health, holder=lease.holder, alive=lease.expires_at > now)


def _told(told: Mapping[str, object], *, holder: str, alive: bool) -> Health:
    return Health(
        holder=holder,
        alive=alive,
        passed_at=_instant(told, "passed_at"),
        behind_seconds=_number(told, "behind_seconds"),
        failures=_number(told, "failures"),
        backup_at=_instant(told, "backup_at"),
        backup_late=bool(told.get("backup_late", False)),
        backup_failed=str(told.get("backup_failed", "")),
        seal_failed=str(told.get("seal_failed", "")),
    )


def _instant(told: Mapping[str, object], name: str) -> datetime | None:
    value = told.get(name)
    return datetime.fromisoformat(value) if isinstance(value, str) else None


def _number(told: Mapping[str, object], name: str) -> int:
    value = told.get(name)
    return value if isinstance(value, int) else 0


class Watch:
    """The watch of one process.

    Args:
        app: the program; its clock is the one by which things are late.
        leases: where the lease is kept; None: this process is alone on its database.
        clock: the workstation's true clock, by which the scheduler wakes.
        holder: workstation and process.
        ticked: told after each tick, on the watch's thread.
    """

    def __init__(
        self,
        app: App,
        *,
        leases: Leases | None,
        clock: Clock,
        holder: str,
        ticked: Callable[[], None] | None = None,
    ) -> None:
        self._app = app
        self._leases = leases
        self._clock = clock
        self._holder = holder
        self._ticked = ticked
        self._scheduler = BackgroundScheduler(
            jobstores={"default": MemoryJobStore()},
            # a backup may take minutes: it keeps nobody from being alerted
            executors={"default": ThreadPoolExecutor(1), "backup": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone="UTC",
        )
        self._stopped = threading.Event()
        self._beating = threading.Thread(target=self._beats, name="watch-beat", daemon=True)
        self._passing = threading.Lock()
        self._failures = 0
        self._backups: Mapping[str, object] = {}
        self._sealed_at: datetime | None = None
        self._seal_failed = ""
        self._seen: datetime | None = None
        self._planned: datetime | None = None
        self._beat_at = clock.now()
        self.holds = False

    # ------------------------------------------------------------------ its life
    def start(self) -> None:
        """Begin to watch, on a thread of its own."""
        self._arm()
        self._scheduler.start()
        self._beating.start()

    def stop(self) -> None:
        """Finish the tick that is under way, seal what was recorded, and let go of the lease."""
        self._stopped.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
        if self._beating.is_alive():
            self._beating.join()
        self.seal()  # also where another process watches: it may be gone before its next seal
        if self.holds and self._leases is not None:
            self._leases.give_back(LEASE, self._holder)
        self.holds = False

    def beat(self, now: datetime) -> bool:
        """Look at the clock; where it jumped, begin anew.

        Returns:
            whether it jumped.
        """
        jumped = abs(now - self._beat_at - BEAT) > JUMP
        self._beat_at = now
        if jumped:
            _log.warning("the clock jumped, or the computer slept: the watch begins anew")
            self._seen = None
            self._arm()
        return jumped

    def _beats(self) -> None:
        while not self._stopped.wait(BEAT.total_seconds()):
            self.beat(self._clock.now())

    # ------------------------------------------------------------------ its work
    def tick(self) -> None:
        """Let time pass for what is due, where this process holds the lease; then plan the next."""
        with self._passing:
            self._renew()
            try:
                self.holds = self._hold()
                if self.holds:
                    self._seal_in_time()
                    self._pass()
            except WardloopError as error:
                self._failures = 1
                _log.warning("the watch could not pass: %s", error.code)
            self._plan()
        if self._ticked is not None:
            self._ticked()

    def health(self) -> Health:
        """How the watch of this database is, whoever holds it."""
        if self._leases is None:
            seen = None if self._seen is None else self._seen.isoformat()
            told: dict[str, object] = {"passed_at": seen, "failures": self._failures}
            told |= {"seal_failed": self._seal_failed, **self._backups}
            return _told(told, holder=self._holder, alive=True)
        try:
            return health(self._leases.show(LEASE), self._clock.now())
        except WardloopError as error:
            _log.warning("the watch's lease: %s", error.code)
            return Health("", alive=False)

    def _renew(self) -> None:
        """Take a site's configuration whose instant has come, also where another process watches.

        One that is wrong is left where it is: what was in force stays so, and is told each minute.
        """
        try:
            if self._app.renew():
                self._seen = None  # what the new limits make late now may lie behind
        except WardloopError as error:
            _log.warning("the site's configuration could not be taken: %s", error.code)

    def renew(self) -> None:
        """Keep the lease, or take it where its holder is gone."""
        held = self.holds
        try:
            self.holds = self._hold()
        except WardloopError as error:
            _log.warning("the watch's lease: %s", error.code)
            return
        if self.holds and not held:
            self.tick()

    def _hold(self) -> bool:
        if self._leases is None:
            return True
        taken = self._leases.take(LEASE, self._holder, now=self._clock.now(), lasts=LASTS)
        return taken.holder == self._holder

    def _pass(self) -> None:
        now = self._app.now()
        due = self._app.next_instant(now=self._seen or now)
        behind = max(timedelta(), now - due) if due is not None else timedelta()
        if self._planned is None or now >= self._planned:
            passed = self._app.one_pass(now=now)
            self._planned = now + HORIZON
        else:
            passed = self._app.pass_due(now=now, since=self._seen, most=BATCH)
        for stay, error in passed.failures.items():
            _log.warning("no pass of time for stay %s: %s", stay, error.code)
        self._failures = len(passed.failures)
        self._seen = now
        if self._leases is not None:
            self._leases.tell(
                LEASE,
                self._holder,
                {
                    "passed_at": now.isoformat(),
                    "behind_seconds": int(behind.total_seconds()),
                    "failures": self._failures,
                    "seal_failed": self._seal_failed,
                    **self._backups,
                },
            )

    def _seal_in_time(self) -> None:
        now = self._clock.now()
        if self._sealed_at is None or abs(now - self._sealed_at) >= EVERY:
            self._sealed_at = now
            self.seal()

    def seal(self) -> None:
        """Seal what came since the last seal; what keeps it from being sealed is told."""
        try:
            self._app.seal()
        except WardloopError as error:
            self._seal_failed = error.code
            _log.warning("nothing could be sealed: %s", error.code)
        else:
            self._seal_failed = ""

    def back_up(self) -> None:
        """Make a backup where its time has come, where this process holds the lease."""
        if not self.holds or self._app.back_up is None:
            return
        told = self._app.back_up()
        if failed := told.get("backup_failed"):
            _log.warning("no backup could be made: %s", failed)
        self._backups = told

    # ------------------------------------------------------------------ when
    def _arm(self) -> None:
        """All jobs anew: a trigger keeps wall time, which may have jumped."""
        for job in self._scheduler.get_jobs():
            job.remove()
        add = self._scheduler.add_job
        add(self.renew, "interval", seconds=RENEWED.total_seconds(), id="renew")
        add(self.tick, "interval", seconds=SWEPT.total_seconds(), id="sweep")
        add(self.tick, "date", run_date=self._clock.now(), id="next")
        if self._app.back_up is not None:
            every = SWEPT.total_seconds()
            add(self.back_up, "interval", seconds=every, id="backup", executor="backup")

    def _plan(self) -> None:
        """Wake at the next instant; a clock that was set by `--now` is followed by its distance."""
        if not self.holds or not self._scheduler.running:
            return
        now = self._app.now()
        try:
            at = self._app.next_instant(now=now)
        except WardloopError as error:
            _log.warning("the watch cannot see what comes next: %s", error.code)
            return
        if at is None or at - now >= SWEPT:
            return  # the sweep comes first
        wait = max(at - now, timedelta(seconds=1))
        run_date = self._clock.now() + wait
        self._scheduler.add_job(
            self.tick, "date", run_date=run_date, id="next", replace_existing=True
        )
