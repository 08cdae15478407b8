"""One sample ward for all tests that only look at it, and what they look with."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from dataclasses import replace
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from client.presenters.formats import Formats
from client.presenters.judging import Bedside, read_bedside
from client.presenters.loop_page import LoopData, read_loop
from client.texts import Language, Texts
from client.wiring import SeededIds, build
from domain.ids import PractitionerId
from tests.desktop.ward_sample import ZONE, MovingClock, Sample, sample_ward

if TYPE_CHECKING:
    from domain.tasks import Task

_seeds = count(100)


@cache
def ward() -> Sample:
    """The ward at 08:05, read only: whoever records takes a `sample_ward` of their own."""
    return sample_ward(Path(tempfile.mkdtemp(prefix="wardloop-ward-")))


def own_ward(folder: Path) -> Sample:
    """A copy of the ward for a test that records."""
    return copied(ward(), folder)


def copied(played: Sample, folder: Path) -> Sample:
    """A copy of a ward that was played before, as its file stands."""
    file = folder / "ward.db"
    with (
        closing(sqlite3.connect(played.settings.database.removeprefix("sqlite:///"))) as source,
        closing(sqlite3.connect(file)) as copy,
    ):
        source.backup(copy)
    settings = played.settings.model_copy(update={"database": f"sqlite:///{file}"})
    clock = MovingClock(played.clock.instant)
    app = build(settings, clock=clock, ids=SeededIds(next(_seeds), clock))
    return replace(played, app=app, clock=clock, settings=settings)


def formats(language: Language = "en") -> Formats:
    """The formatters of the ward."""
    return Formats(Texts.load(language), ZONE)


def bedside(name: str, user: str = "li.na") -> Bedside:
    """What a person reads of an order."""
    found = read_bedside(ward().app, ward().orders[name], user=PractitionerId(user))
    assert found is not None
    return found


def loop(name: str, user: str = "li.na") -> LoopData:
    """What the loop page reads of an order."""
    found = read_loop(ward().app, ward().orders[name], user=PractitionerId(user))
    assert found is not None
    return found


def task(name: str, number: int = 0) -> Task:
    """One of an order's own tasks."""
    return ward().tasks(name)[number]
