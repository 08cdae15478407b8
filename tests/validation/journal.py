"""What a journal tells of each stay, for replays: read once, chain by chain, after an import."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from domain.events import Event, OrderPlaced, TaskMade
from domain.happenings import Admitted, Happening
from domain.ids import EncounterId, OrderId, PatientId
from domain.orders import Priority
from domain.patients import Sex
from domain.services.planning import HORIZON
from storage import questions as ask
from storage.journal import named, recorded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from storage.store import Store

JUST: Final = timedelta(microseconds=1)
"""So long before a record is made, the world is as it was without it."""


@dataclass(frozen=True, slots=True)
class Story:
    """One stay: its own events, and those of its orders by the time at which they happened."""

    encounter: EncounterId
    patient: PatientId
    sex: Sex
    events: tuple[Event, ...]
    happenings: tuple[Happening, ...]


def read_stories(store: Store) -> Iterator[Story]:
    """Every stay of a database, the chains in their order."""
    with store.database.reading() as driver:
        rows = map(named, driver.stream(ask.CHAINS))
        for _, group in groupby(rows, key=itemgetter("chain")):
            told = [recorded(row) for row in group if row["encounter_id"] is not None]
            happenings = tuple(one for one in told if isinstance(one, Happening))
            stay = next((one.body for one in happenings if isinstance(one.body, Admitted)), None)
            if stay is None:
                continue
            patient = store.reads.patient(stay.encounter.patient_id)
            yield Story(
                encounter=stay.encounter.id,
                patient=stay.encounter.patient_id,
                sex=Sex.UNKNOWN if patient is None else patient.sex,
                events=as_it_happened([one for one in told if isinstance(one, Event)]),
                happenings=happenings,
            )


def as_it_happened(events: Sequence[Event]) -> tuple[Event, ...]:
    """The events of a chain by the time at which they happened.

    Two things are put where they were at the bedside. A scheduled dose is known from 48 h before
    it is due, as planning makes it (an import makes it with its first record). And a stop stands at
    its own time, though the import plays it last.
    """
    placed: dict[OrderId, datetime] = {}
    on_need: set[OrderId] = set()
    timed: list[tuple[datetime, int, Event]] = []
    for number, event in enumerate(events):
        first = placed.setdefault(event.order_id, event.at)
        body = event.body
        at = event.at
        if isinstance(body, OrderPlaced) and body.priority is Priority.PRN:
            on_need.add(event.order_id)
        if isinstance(body, TaskMade) and body.due_at is not None and event.order_id not in on_need:
            at = min(at, body.due_at - HORIZON)
        at = max(at, first)
        known = replace(event, at=at) if isinstance(body, TaskMade) else event
        timed.append((at, number, known))
    timed.sort(key=itemgetter(0, 1))
    return tuple(event for *_, event in timed)
