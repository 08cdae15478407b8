"""What a connection has read of stays and catalogues, kept as long as nobody can have changed it.

It holds from one transaction to the next of the same connection while `Driver.version` is the one
that its last commit left behind: then no other connection has committed, and this one has written
nothing but what its transactions have taken out of here. Else all of it is forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from domain.happenings import (
    Assigned,
    ConfigurationTaken,
    ObservationsWithdrawn,
    Observed,
    PractitionerSet,
    WatchPassed,
)
from domain.ids import EncounterId

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from domain.clinical import ActiveOrder
    from domain.happenings import Happening
    from domain.ids import OrderId, PatientId
    from domain.loops.case import Facts
    from domain.observations import Observation
    from domain.patients import Sex
    from domain.situation import Stream
    from storage.engine import Driver, Row

REMEMBERED: Final = 4096
"""More stays, and more codes of catalogues, than a hospital uses in a shift."""


class Version(NamedTuple):
    """The state of a database as one connection sees it.

    Attributes:
        others: changes with every commit of another connection, on whatever workstation.
        own: how many rows this connection has changed, those that were undone included.
    """

    others: int
    own: int


@dataclass(frozen=True, slots=True)
class Person:
    """Whose stay it is: the record that counts, and all records that are read as it."""

    sex: Sex
    birth_date: date | None
    records: tuple[PatientId, ...]


class Work(NamedTuple):
    """What is open of one order: its row, if it is open itself, and the streams of both."""

    order: Row | None
    streams: tuple[Stream, ...]


@dataclass(slots=True)
class Known:
    """What was read of one stay; None, and what is missing: not read yet.

    Attributes:
        stay: patient, ward, state, end.
        facts: the row of the frozen facts of its orders.
        frozen: these facts by product, each with what the catalogue says of that.
        stated: the rows of standing facts.
        allergies: the rows of allergies.
        latest: the last value of each name.
        series: the rows of each name, with the instant from which on they were read.
        work: what is open, by order.
        moved: orders that were written to since `work` was read.
        active: the active orders, each with the row and the product that it was made of.
        alerts: the open ones by id, as they are stored.
    """

    stay: Row | None = None
    facts: Row | None = None
    frozen: dict[str | None, tuple[Mapping[str, object] | None, Facts]] = field(
        default_factory=dict
    )
    person: Person | None = None
    stated: list[Row] | None = None
    allergies: list[Row] | None = None
    latest: Mapping[str, Observation] | None = None
    series: dict[str, tuple[int, list[Row]]] = field(default_factory=dict)
    work: dict[OrderId, Work] | None = None
    moved: set[OrderId] = field(default_factory=set)
    active: dict[object, tuple[Row, Mapping[str, object], ActiveOrder]] = field(
        default_factory=dict
    )
    alerts: dict[str, str] | None = None

    def forget_values(self) -> None:
        """An observation came or went."""
        self.latest = None
        self.series.clear()


class Memory:
    """Of one connection, by one transaction at a time."""

    def __init__(self) -> None:
        self._version: Version | None = None
        self._stays: dict[EncounterId, Known] = {}
        self._items: dict[tuple[str, str], list[Row]] = {}

    def begin(self, driver: Driver) -> None:
        """Forget what may have changed; under the lock, before anything is read."""
        version = driver.version()
        if version != self._version:
            self.forget()
        self._version = version

    def committed(self, driver: Driver) -> None:
        """What this transaction wrote was taken out of here already."""
        if self._version is not None:  # under the lock nobody else has written
            self._version = Version(self._version.others, driver.changes)

    def forget(self) -> None:
        """Something of patients, stays, wards or catalogues changed."""
        self._stays.clear()
        self._items.clear()

    def stay(self, encounter: EncounterId) -> Known:
        """What is known of a stay."""
        found = self._stays.get(encounter)
        if found is None:
            if len(self._stays) >= REMEMBERED:
                self._stays.clear()
            found = self._stays[encounter] = Known()
        return found

    def observed(self, encounter: EncounterId) -> None:
        """A value of a stay came or went: it may count in other stays of the same patient, too."""
        of = self.stay(encounter).person
        for known in self._stays.values():
            other = known.person
            if of is None or other is None or not set(of.records).isdisjoint(other.records):
                known.forget_values()

    def told(self, happening: Happening) -> None:
        """What an event beside orders, tasks and alerts changes; mostly all of it."""
        body = happening.body
        if isinstance(body, Observed | ObservationsWithdrawn):
            self.observed(EncounterId(happening.stream))
        elif not isinstance(body, WatchPassed | ConfigurationTaken | Assigned | PractitionerSet):
            self.forget()

    def alerted(self, encounter: EncounterId, row: Mapping[str, object]) -> None:
        """An alert of a stay was raised, moved or resolved: its row."""
        alerts = self.stay(encounter).alerts
        if alerts is None:
            return
        if row["is_open"]:
            alerts[str(row["id"])] = str(row["data"])
        else:
            alerts.pop(str(row["id"]), None)

    def items(self) -> dict[tuple[str, str], list[Row]]:
        """The versions of catalogue items by kind and code, the latest first."""
        if len(self._items) >= REMEMBERED:
            self._items.clear()
        return self._items
