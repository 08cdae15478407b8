"""`watch`: the passing of time, as a process or as one pass."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING

from client.cli.errors import FoundWanting
from client.cli.output import counted

if TYPE_CHECKING:
    from types import FrameType

    from client.cli.call import Call
    from client.cli.parser import Commands
    from client.watch import Health


def add(commands: Commands) -> None:
    """Put the command on the command line."""
    watch = commands.command(
        "watch",
        run,
        "let time pass: make tasks, lapses, stops; raise and escalate alerts",
        more="Without an option it goes on until it is stopped (Ctrl+C, SIGTERM). Of several\n"
        "watches on one database one works; another takes over within 30 seconds.",
    )
    which = watch.add_mutually_exclusive_group()
    which.add_argument("--once", action="store_true", help="one pass, then end")
    which.add_argument("--show", action="store_true", help="who watches, and how it is")


def run(call: Call) -> int:
    """`wardloop watch`."""
    if call.options.once:
        return watch_once(call)
    return show_health(call) if call.options.show else watch_on(call)


def watch_on(call: Call) -> int:
    """Watch until a signal comes."""
    from client.watch import Watch
    from client.wiring import SystemClock

    app = call.app(running=True)
    stopped = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    holder = f"{call.settings().workstation}:{os.getpid()}"
    watch = Watch(app, leases=app.leases, clock=SystemClock(), holder=holder)
    before = {one: signal.signal(one, stop) for one in (signal.SIGINT, signal.SIGTERM)}
    call.say(f"Watching as {holder}; Ctrl+C ends it.")
    watch.start()
    try:
        stopped.wait()
    finally:
        watch.stop()
        for one, handler in before.items():
            signal.signal(one, handler)
    return call.answer({"holder": holder, "ended": True}, "The watch has ended.")


def show_health(call: Call) -> int:
    """`wardloop watch --show`."""
    from client.watch import LEASE, health
    from client.wiring import SystemClock

    app = call.app()
    lease = None if app.leases is None else app.leases.show(LEASE)
    found = health(lease, SystemClock().now())
    words = "Nobody watches this database: start `wardloop watch` or a window."
    if found.alive:
        words = f"{found.holder} watches; {found.behind_seconds} s behind"
        words += f", {counted(found.failures, 'stay')} failed." if found.failures else "."
        words += _backups_in_words(found)
    code = call.answer(found, words)
    if not found.alive:
        raise FoundWanting("NO_WATCH", words, findings=[])
    return code


def _backups_in_words(found: Health) -> str:
    words = ""
    if found.backup_at is not None:
        words = f" The last backup that held is of {found.backup_at:%Y-%m-%d %H:%M:%SZ}."
    if found.backup_failed:
        words += f" The last try to make one failed: {found.backup_failed}."
    elif found.backup_late:
        words += " Backups are late."
    return words


def watch_once(call: Call) -> int:
    """`wardloop watch --once`."""
    app = call.app()
    changes = app.one_pass(now=app.now())
    data = {
        "at": app.now(),
        "orders": list(changes.orders),
        "tasks": list(changes.tasks),
        "encounters": list(changes.encounters),
    }
    orders, tasks = counted(len(changes.orders), "order"), counted(len(changes.tasks), "task")
    code = call.answer(data, f"One pass moved {orders} and {tasks}.")
    if changes.failures:
        raise FoundWanting(
            "PASS_FAILED",
            f"The pass failed for {counted(len(changes.failures), 'stay')}; the others are done",
            findings=[
                {"encounter": stay, "code": error.code, "message": error.message}
                for stay, error in changes.failures.items()
            ],
        )
    return code
