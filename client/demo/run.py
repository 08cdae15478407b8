"""`wardloop demo`: a ward of our own, a whole simulated shift, and what became of it."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Final

from client.demo.answering import Answering
from client.demo.clock import DemoClock
from client.demo.content import content
from client.demo.counting import alerts_counted, counted
from client.demo.crew import Crew
from client.demo.evidence import Evidence
from client.demo.founding import MAIN_WARD, evening_begins, found
from client.demo.hands import Hands
from client.demo.pacing import Pacing
from client.demo.rounds import Rounds
from client.demo.simulation import Simulation
from client.demo.story import Story
from client.demo.vital_rows import answering_rows, vital_rows
from client.settings import Settings
from client.wiring import SeededIds, build
from domain.errors import InvalidInput

__all__ = ["MAIN_WARD", "VIEWER", "demo_settings", "describe", "play", "simulate"]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

    from client.app import App
    from client.demo.content import Content
    from domain.ids import EncounterId

    Shots = Callable[[App, Path], Iterable[Path | str]]
    Progress = Callable[[int, int], None]

_LOG: Final = logging.getLogger(__name__)
DATABASE: Final = "ward.sqlite3"
SUMMARY: Final = "summary.json"
SEED, BEDS, HOURS = 7, 32, 8
VIEWER: Final = "li.na"
"""The nurse through whose eyes the demo is shown."""
_LONGEST: Final = 24
_WORKSTATION: Final = "demo"


def play(
    out: Path,
    *,
    seed: int = SEED,
    beds: int = BEDS,
    hours: int = HOURS,
    shots: Shots | None = None,
    progress: Progress | None = None,
) -> dict[str, object]:
    """Play the demo into a folder: the database, the summary, the screens.

    The same seed, beds and hours write the same journal and the same summary, byte for byte.

    Args:
        out: an empty folder, or one that is not there yet.
        beds: how many patients, from bed 1 on.
        hours: of the shift, from midnight; the evening before is played too.
        shots: draws the main screens of the program as it is at the end into a folder, and says
            which files it wrote, in the order in which they are told; the caller has it, for the
            demo knows no screens. `VIEWER` on `MAIN_WARD` is who may look.
        progress: told the seconds played and the seconds in all.

    Returns:
        What stands in `summary.json`.

    Raises:
        InvalidInput: the folder is not empty; a number is out of range.
    """
    _check(out, beds, hours)
    out.mkdir(parents=True, exist_ok=True)
    told = content()
    clock = DemoClock(evening_begins(told))
    end = told.instant(told.shift_from) + timedelta(hours=hours)
    app = build(demo_settings(out), clock=clock, ids=SeededIds(seed, clock), played=True)
    try:
        simulation = simulate(app, clock, told, seed=seed, beds=beds, end=end, progress=progress)
        summary: dict[str, object] = {
            "seed": seed,
            "beds": beds,
            **counted(app, tuple(simulation.plans), now=end),
            **alerts_counted(app),
            "screens": _screens(app, out, shots),
        }
    finally:
        app.close()
    text = json.dumps(summary, indent=2, ensure_ascii=False) + "\n"
    (out / SUMMARY).write_text(text, encoding="utf-8", newline="\n")
    return summary


def demo_settings(out: Path) -> Settings:
    """The settings of the demo: nothing of this machine's own, so that all machines play alike."""
    return Settings(database=f"sqlite:///{out / DATABASE}", workstation=_WORKSTATION)


def simulate(
    app: App,
    clock: DemoClock,
    told: Content,
    *,
    seed: int,
    beds: int,
    end: datetime,
    progress: Progress | None = None,
) -> Simulation:
    """Found the ward in an empty database and let its staff work until an instant."""
    rng = Random(seed)
    stays = found(app, told, beds)
    crew = Crew(told, rng)
    hands = Hands(app, told, crew, Evidence(told, crew, rng))
    pacing = Pacing(told, rng)
    simulation = Simulation(
        app, clock=clock, content=told, pacing=pacing, hands=hands, rng=rng, end=end
    )
    Story(simulation, content=told, crew=crew, rng=rng, stays=stays).tell()
    _on_alerts(simulation, told, stays, seed)
    midnight = told.instant(told.shift_from)
    simulation.agenda.put(midnight, lambda: simulation.see(app.one_pass(now=app.now())))
    simulation.run(progress)
    app.pass_due(now=end)
    for refused in hands.refused:
        _LOG.warning("the program refused what the demo's staff meant to do: %s", refused)
    return simulation


def _on_alerts(
    simulation: Simulation, told: Content, stays: Mapping[str, EncounterId], seed: int
) -> None:
    """Vital signs and answers to alerts, with chances of their own."""
    rng = Random(f"{seed} alerts")
    crew = Crew(told, rng)
    rounds = Rounds(simulation, content=told, rows=vital_rows(), crew=crew, rng=rng, stays=stays)
    rounds.begin()
    Answering(
        simulation,
        content=told,
        rows=answering_rows(),
        crew=crew,
        rng=rng,
        stays=stays,
        rounds=rounds,
    ).begin()


def _check(out: Path, beds: int, hours: int) -> None:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InvalidInput("out", f"{out} is not empty", right="a new folder, or an empty one")
    most = content().wards[0].beds
    if not 1 <= beds <= most:
        raise InvalidInput("beds", f"{beds} beds cannot be played", right=f"1 to {most}")
    if not 1 <= hours <= _LONGEST:
        raise InvalidInput("hours", f"{hours} hours cannot be played", right=f"1 to {_LONGEST}")


def _screens(app: App, out: Path, shots: Shots | None) -> list[str]:
    if shots is None:
        return []
    drawn = (out / path for path in shots(app, out))  # an absolute path stays what it is
    return [path.relative_to(out).as_posix() for path in drawn]


def describe(out: Path, summary: Mapping[str, object]) -> tuple[str, ...]:
    """What was played and where it lies, in lines for people."""
    orders, tasks = summary["orders"], summary["tasks"]
    assert isinstance(orders, dict)  # noqa: S101 - as `play` makes it
    assert isinstance(tasks, dict)  # noqa: S101 - as `play` makes it
    total, events, seed = sum(orders.values()), summary["events"], summary["seed"]
    lines = [f"{summary['patients']} patients, {total} orders, {events} events (seed {seed})"]
    for kind, number in orders.items():
        said = ", ".join(f"{count} {word.replace('_', ' ')}" for word, count in tasks[kind].items())
        lines.append(f"{kind}: {number} orders; tasks: {said}")
    for word in ("alerts", "risk"):
        counts = summary[word]
        assert isinstance(counts, dict)  # noqa: S101 - as `play` makes it
        lines.append(f"{word}: {', '.join(f'{count} {name}' for name, count in counts.items())}")
    screens = summary["screens"]
    written = [DATABASE, SUMMARY, *(screens if isinstance(screens, list) else [])]
    return (*lines, *(str(out / name) for name in written))
