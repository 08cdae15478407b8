"""What `wardloop doctor` looks at: each thing is well, needs attention, or stops work."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from client.cli.errors import message_of
from client.cli.opening import has_display
from domain.errors import WardloopError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from client.cli.call import Call
    from client.settings import Settings

_WAIT_SECONDS: Final = 30
_GIB: Final = 1024**3
_LOW: Final = 2 * _GIB
_EMPTY: Final = _GIB // 20
"""A shift of a large ward writes a few MiB: below 50 MiB nothing is safe."""
_SQLITE: Final = "sqlite:///"


class State(StrEnum):
    """How a thing stands."""

    OK = "ok"
    ATTENTION = "attention"
    STOPS_WORK = "stops work"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing: what it is, how it stands, what was found, what to do."""

    what: str
    state: State
    found: str
    to_do: str = ""


def examine(call: Call) -> list[Line]:
    """Look at everything; nothing is written, and no finding ends the look."""
    from client.cli.diagnosis_keeping import examine_keeping

    lines = [_settings(call)]
    settings = None if lines[0].state is State.STOPS_WORK else call.settings()
    window = _window(call.environ)
    lines += [_display(call.environ, window), _fonts(window), _printers(window), _clock(settings)]
    if settings is not None:
        lines += [_loops(settings), _site(settings, call.now())]
        lines += [_disk(settings), _database(settings), *examine_keeping(settings)]
        lines += _trusted(settings)
    return lines


def _tried(what: str, look: Callable[[], Line], to_do: str) -> Line:
    try:
        return look()
    except WardloopError as error:
        return Line(what, State.STOPS_WORK, message_of(error), to_do)
    except OSError as error:
        return Line(what, State.STOPS_WORK, error.strerror or str(error), to_do)


def _settings(call: Call) -> Line:
    def look() -> Line:
        found = call.settings()
        said = f"workstation {found.workstation}, profile {found.profile}, {found.language}"
        return Line("settings", State.OK, said)

    return _tried("settings", look, "mend the settings; `wardloop settings example` shows them")


def _loops(settings: Settings) -> Line:
    from client.configuring import read_loops
    from rules.loops.proofs import unregistered_checks

    def look() -> Line:
        loops = read_loops(settings)
        named = dict.fromkeys(
            one for loop in loops for one in unregistered_checks(loop, loops.checks)
        )
        missing = f"; not yet registered: {', '.join(named)}" if named else ""
        return Line("loops", State.OK, f"{len(loops)} loops hold{missing}")

    return _tried("loops", look, "`wardloop loops check FILE` proves a loop file")


def _site(settings: Settings, now: datetime) -> Line:
    """What the hospital changes, and whether the file that waits for its instant holds."""
    from client.configuring import configuration

    check = "`wardloop site check FILE` tells every fault"

    def look() -> Line:
        decides = configuration(settings, now)
        said = f"{decides.summary}; configuration {decides.sha256}"
        if decides.until is None:
            return Line("site", State.OK, said)
        try:
            configuration(settings, decides.until)
        except WardloopError as error:
            waits = f"{said}; what waits until {decides.until.isoformat()} is wrong: "
            return Line("site", State.ATTENTION, waits + message_of(error), check)
        return Line("site", State.OK, f"{said}; another waits until {decides.until.isoformat()}")

    return _tried("site", look, check)


# ------------------------------------------------------------------ the window system
def _window(environ: Mapping[str, str]) -> Mapping[str, object]:
    """What the window system says, asked in a process of its own: a broken one may abort."""
    own = dict(environ) if has_display(environ) else {**environ, "QT_QPA_PLATFORM": "offscreen"}
    root = str(Path(__file__).parents[2])
    own["PYTHONPATH"] = os.pathsep.join(filter(None, (root, environ.get("PYTHONPATH"))))
    try:
        done = subprocess.run(
            [sys.executable, "-m", "client.desktop.inspection"],
            capture_output=True,
            check=False,
            encoding="utf-8",
            errors="replace",
            env=own,
            timeout=_WAIT_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return {"error": "it does not answer"}
    except OSError as error:
        return {"error": str(error)}
    if done.returncode != 0:
        return {"error": _reason(done.stderr)}
    return cast("Mapping[str, object]", json.loads(done.stdout))


def _reason(stderr: str) -> str:
    """The line that says why: a library that is missing, else what Qt says first."""
    said = [line for line in stderr.splitlines() if line.strip()]
    missing = [line for line in said if line.startswith("ImportError")]
    return (missing or said or ["it ended without a word"])[0]


def _display(environ: Mapping[str, str], window: Mapping[str, object]) -> Line:
    if "error" in window:
        return Line(
            "display",
            State.ATTENTION,
            f"the window system cannot be used: {window['error']}",
            "install the libraries that the message names; commands work without them",
        )
    if not has_display(environ):
        return Line(
            "display",
            State.ATTENTION,
            "there is none",
            "the desktop needs one; commands, interfaces and the demo work without",
        )
    return Line("display", State.OK, f"{window['platform']}, {', '.join(_list(window, 'screens'))}")


def _fonts(window: Mapping[str, object]) -> Line:
    if "error" in window:
        return Line("fonts", State.ATTENTION, "cannot be seen without the window system")
    chinese = _list(window, "chinese_fonts")
    if not chinese:
        return Line(
            "fonts",
            State.ATTENTION,
            "none has Chinese characters",
            "install one, such as Noto Sans CJK SC",
        )
    return Line("fonts", State.OK, f"Chinese: {', '.join(chinese[:3])}")


def _printers(window: Mapping[str, object]) -> Line:
    if "error" in window:
        return Line("printers", State.ATTENTION, "cannot be seen without the window system")
    names = _list(window, "printers")
    if not names:
        to_do = "set one up in the system for labels and reports; without it they become files"
        return Line("printers", State.ATTENTION, "there is none", to_do)
    return Line("printers", State.OK, ", ".join(names))


def _list(window: Mapping[str, object], name: str) -> list[str]:
    value = window.get(name, [])
    return [str(one) for one in value] if isinstance(value, list) else []


# ------------------------------------------------------------------ the machine
def _clock(settings: Settings | None) -> Line:
    from zoneinfo import ZoneInfo

    from client.wiring import SystemClock

    name = "Asia/Shanghai" if settings is None else settings.time_zone
    local = SystemClock().now().astimezone(ZoneInfo(name))
    said = f"{local:%Y-%m-%d %H:%M:%S} {name}"
    kept = _kept_right()
    if kept is None:
        to_do = "see that the system sets its clock by a time server"
        return Line("clock", State.ATTENTION, f"{said}; who sets it is not known", to_do)
    if not kept:
        to_do = "switch the system's time synchronisation on"
        return Line("clock", State.ATTENTION, f"{said}; no time server sets it", to_do)
    return Line("clock", State.OK, f"{said}, set by a time server")


def _kept_right() -> bool | None:
    """Whether a time server sets the clock; None where the system does not say."""
    program = shutil.which("timedatectl")
    if program is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command of the system
            [program, "show", "--property=NTPSynchronized", "--value"],
            capture_output=True,
            check=False,
            text=True,
            timeout=_WAIT_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return {"yes": True, "no": False}.get(done.stdout.strip())


def _disk(settings: Settings) -> Line:
    def look() -> Line:
        folder = _folder_of(settings.database)
        if folder is None:
            return Line("disk", State.OK, "the database is on a server")
        while not folder.exists():
            folder = folder.parent
        free = shutil.disk_usage(folder).free
        said = f"{free / _GIB:.1f} GiB free in {folder}"
        if free < _EMPTY:
            return Line("disk", State.STOPS_WORK, said, "free space before anything is recorded")
        if free < _LOW:
            return Line("disk", State.ATTENTION, said, "free space soon")
        return Line("disk", State.OK, said)

    return _tried("disk", look, "check that the folder of the database is there")


def _database(settings: Settings) -> Line:
    url = settings.database

    def look() -> Line:
        from client.databases import open_database
        from client.wiring import SystemClock

        folder = _folder_of(url)
        if folder is not None and not Path(url.removeprefix(_SQLITE)).exists():
            return _not_yet(url, folder)
        store = open_database(settings, SystemClock())
        try:
            with store.database.writing():
                pass  # the lock was had, and nothing was written under it
        finally:
            store.close()
        return Line("database", State.OK, f"{url} can be read and written, schema as it should be")

    return _tried("database", look, "do what the message says; `wardloop db verify` then checks it")


def _trusted(settings: Settings) -> list[Line]:
    """Whether people prove who they are, and two persons agreed to what the site changes."""
    from client.approving import agreed
    from client.databases import open_database
    from client.wiring import SystemClock

    folder = _folder_of(settings.database)
    if folder is not None and not Path(settings.database.removeprefix(_SQLITE)).exists():
        return []
    try:
        store = open_database(settings, SystemClock())
    except WardloopError:
        return []  # the line of the database says it
    try:
        secured = store.credentials.secured()
        found = agreed(settings, store)
    finally:
        store.close()
    if not secured:
        said = "nobody has a secret: anybody can act in any name"
        return [Line("secrets", State.ATTENTION, said, "wardloop user secret, as administrator")]
    lines = [Line("secrets", State.OK, "nobody acts without one"), *_open_to_all(settings)]
    for what, names in (
        ("changed after two persons agreed, used as agreed to", found.changed),
        ("left out, two persons have not agreed", found.left_out),
    ):
        if names:
            said = f"{what}: {', '.join(names)}"
            lines.append(Line("approval", State.ATTENTION, said, "wardloop site approve FILE"))
    return lines


def _open_to_all(settings: Settings) -> list[Line]:
    """Whether everybody on this computer reads the file: patients, and hashes to guess PINs by."""
    file = Path(settings.database.removeprefix(_SQLITE))
    if os.name != "posix" or not settings.database.startswith(_SQLITE) or not file.exists():
        return []
    if not file.stat().st_mode & stat.S_IRWXO:
        return []
    said = f"everybody on this computer may read {file}"
    return [Line("file", State.ATTENTION, said, f"chmod o-rwx {file}")]


def _not_yet(url: str, folder: Path) -> Line:
    nearest = folder
    while not nearest.exists():
        nearest = nearest.parent
    if not os.access(nearest, os.W_OK):
        to_do = "give this user the right to write there, or name another database"
        return Line("database", State.STOPS_WORK, f"{nearest} may not be written to", to_do)
    return Line("database", State.OK, f"{url} is not there yet; it is made at the first use")


def _folder_of(url: str) -> Path | None:
    return Path(url.removeprefix(_SQLITE)).parent if url.startswith(_SQLITE) else None
