"""What is known of a patient, read when it is asked for: most steps ask for nothing of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import cached_property, lru_cache
from operator import attrgetter, itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeVar, cast

from sqlalchemy import select, text

from domain.clinical import WASHED_OUT, Allergy, AllergyKind, Clinical, standing_allergies
from domain.errors import NotFound
from domain.happenings import Noun
from domain.ids import EncounterId, PatientId, PractitionerId
from domain.loops.active import DRUGS, active_order, stopped_drug
from domain.observations import Observation
from domain.orders import OrderState
from domain.patients import Sex
from domain.standing import ALLERGIES_REVIEWED, NOTE, StandingFact, holding
from storage import questions as ask
from storage.care_mapping import birth_date_of
from storage.catalogue import item_at, product_at
from storage.codec import parsed
from storage.mapping import order_of
from storage.memory import Memory, Person
from storage.open_work import open_work
from storage.statements import ORDER_COLUMNS, Statement, number, word
from storage.tables import (
    allergies,
    encounters,
    observations,
    orders,
    patients,
    standing_facts,
)
from storage.types import instant, micros

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import ColumnElement

    from domain.clinical import ActiveOrder
    from storage.engine import Driver, Row
    from storage.memory import Known

T = TypeVar("T")

LOOKED_BACK: Final = timedelta(days=8)
"""How far back earlier values are given."""
LOOKED_BACK_LONG: Final[Mapping[str, timedelta]] = {"creatinine": timedelta(days=365)}
"""Values of which other stays count too: the baseline of a kidney injury."""
_OF_STAY: Final = f"{Noun.ENCOUNTER.value}:"
"""How the streams begin that are of the stay itself; all others are of an order or a task."""
_REST = (
    observations.c.value, observations.c.unit, observations.c.observed_at, observations.c.source,
    observations.c.detail, observations.c.stream,
)  # fmt: skip
# one seek for each name and one for its last value, however many values it has
LATEST: Final = Statement(
    text(
        "WITH RECURSIVE names(name) AS ("
        "SELECT min(name) FROM observations WHERE encounter_id = :encounter_id UNION ALL "
        "SELECT (SELECT min(name) FROM observations AS later WHERE "
        "later.encounter_id = :encounter_id AND later.name > names.name) "
        "FROM names WHERE names.name IS NOT NULL) "
        "SELECT one.name, one.value, one.unit, one.observed_at, one.source, one.detail, one.stream "
        "FROM names CROSS JOIN observations AS one WHERE one.encounter_id = :encounter_id "
        "AND one.name = names.name AND (one.observed_at, one.seq) = ("
        "SELECT last.observed_at, last.seq FROM observations AS last "
        "WHERE last.encounter_id = :encounter_id AND last.name = names.name "
        "ORDER BY last.observed_at DESC, last.seq DESC LIMIT 1)"
    )
)


def _since(*where: ColumnElement[bool]) -> Statement:
    return Statement(
        select(observations.c.name, *_REST)
        .where(*where, observations.c.observed_at >= number("since"))
        .order_by(observations.c.observed_at.desc(), observations.c.seq.desc())
    )


_SERIES: Final = _since(
    observations.c.encounter_id == word("encounter_id"), observations.c.name == word("name")
)
_SERIES_OF_PATIENT: Final = _since(
    observations.c.name == word("name"),
    observations.c.encounter_id.in_(
        select(encounters.c.id).where(encounters.c.patient_id == word("patient_id"))
    ),
)
_PERSON: Final = Statement(
    select(patients)
    .select_from(encounters.join(patients, patients.c.id == encounters.c.patient_id))
    .where(encounters.c.id == word("encounter_id"))
)
_LINKED: Final = Statement(select(patients.c.id).where(patients.c.merged_into == word("id")))
_ALLERGIES: Final = Statement(
    select(allergies)
    .where(allergies.c.patient_id == word("patient_id"))
    .order_by(allergies.c.stated_at, allergies.c.recorded_at, allergies.c.encounter_id)
)
_FACTS: Final = Statement(
    select(standing_facts)
    .where(standing_facts.c.patient_id == word("patient_id"))
    .order_by(
        standing_facts.c.stated_at, standing_facts.c.recorded_at, standing_facts.c.encounter_id,
        standing_facts.c.seq,
    )
)  # fmt: skip
# `is_open` stands as text, as in the partial indexes; orders are found by their stay
STOPPED: Final = Statement(
    select(*ORDER_COLUMNS)
    .select_from(encounters.join(orders, orders.c.encounter_id == encounters.c.id))
    .where(
        encounters.c.patient_id == word("patient_id"),
        text("(encounters.ended_at IS NULL OR encounters.ended_at >= :since)"),
        orders.c.loop == word("loop"),
        text("orders.is_open = 0 AND (orders.stop_at IS NULL OR orders.stop_at >= :since)"),
    )
)
_ORDERED: Final = (("exam", "examination"), ("component", "component"))
"""Fields of orders that name an item of a catalogue beside `product`, and its kind."""
_DRAFT: Final = OrderState.DRAFT.value
_NOTHING: Final[Mapping[str, object]] = MappingProxyType({})


class StoredClinical(Clinical):
    """A clinical snapshot that reads each part when it is asked for, unless it is known.

    It holds under the transaction's lock, or inside one reading; `frozen` is good for longer.
    """

    @classmethod
    def of(
        cls,
        driver: Driver,
        encounter: EncounterId,
        now: datetime,
        memory: Memory | None = None,
    ) -> StoredClinical:
        """The snapshot of a stay.

        Args:
            memory: what the connection has read before, in a transaction that has looked at it.
        """
        made = object.__new__(cls)
        vars(made).update(_driver=driver, _encounter=encounter, _now=now)
        vars(made).update(_memory=memory or Memory())
        return made

    def frozen(self) -> Clinical:
        """The same as plain values, all of it read."""
        return Clinical(
            sex=self.sex,
            birth_date=self.birth_date,
            latest=MappingProxyType(dict(self.latest)),
            series=MappingProxyType(dict(self.series)),
            allergies=self.allergies,
            orders=self.orders,
            stopped=self.stopped,
            facts=self.facts,
        )

    _driver: Driver
    _encounter: EncounterId
    _now: datetime
    _memory: Memory

    @property
    def _known(self) -> Known:
        return self._memory.stay(self._encounter)

    @property
    def _person(self) -> Person:
        known = self._known
        if known.person is None:
            known.person = self._read_person()
        return known.person

    def _read_person(self) -> Person:
        row = self._driver.row(_PERSON, encounter_id=self._encounter)
        if row is None:
            raise NotFound("encounter", self._encounter)
        passed: set[object] = set()
        while row[-1] is not None and row[0] not in passed:
            passed.add(row[0])
            row = cast("Row", self._driver.row(ask.PATIENT, id=row[-1]))
        found = [row[0]]
        for record in found:
            linked = self._driver.rows(_LINKED, id=record)
            found += [one for (one,) in linked if one not in found]
        records = tuple(PatientId(cast("str", one)) for one in found)
        return Person(Sex(cast("str", row[4])), birth_date_of(row[5]), records)

    @cached_property
    def sex(self) -> Sex:
        """Of the record that counts."""
        return self._person.sex

    @cached_property
    def birth_date(self) -> date | None:
        """Of the record that counts."""
        return self._person.birth_date

    @cached_property
    def latest(self) -> Mapping[str, Observation]:
        """The last value of each name in this stay."""
        known = self._known
        if known.latest is None:
            rows = self._driver.rows(LATEST, encounter_id=self._encounter)
            found = {cast("str", row[0]): _observation(row) for row in rows}
            known.latest = MappingProxyType({name: found[name] for name in sorted(found)})
        return known.latest

    @cached_property
    def series(self) -> Mapping[str, tuple[Observation, ...]]:
        """Earlier values too, each name when it is asked for."""
        return _ByName(self._series, lambda: sorted({*self.latest, *LOOKED_BACK_LONG}))

    def _series(self, name: str) -> tuple[Observation, ...] | None:
        if name not in LOOKED_BACK_LONG and name not in self.latest:
            return None
        since = micros(self._now - LOOKED_BACK_LONG.get(name, LOOKED_BACK))
        known = self._known.series
        found = known.get(name)
        if found is None or since < found[0]:
            found = known[name] = since, self._read_series(name, since)
        rows = [row for row in found[1] if cast("int", row[3]) >= since]
        return tuple(map(_observation, rows)) or None

    def _read_series(self, name: str, since: int) -> list[Row]:
        if name not in LOOKED_BACK_LONG:
            return self._driver.rows(_SERIES, encounter_id=self._encounter, name=name, since=since)
        rows = [
            row
            for record in self._person.records
            for row in self._driver.rows(
                _SERIES_OF_PATIENT, patient_id=record, name=name, since=since
            )
        ]
        rows.sort(key=lambda row: cast("int", row[3]), reverse=True)
        return rows

    @cached_property
    def facts(self) -> Mapping[str, StandingFact]:
        """What holds now."""
        return holding(self._stated(), self._encounter)

    def notes(self) -> tuple[StandingFact, ...]:
        """The free notes of all stays, the latest first."""
        return tuple(fact for _, fact in reversed(self._stated()) if fact.name == NOTE)

    def _stated(self) -> list[tuple[EncounterId, StandingFact]]:
        known = self._known
        if known.stated is None:
            known.stated = self._of_all_records(_FACTS)
            known.stated.sort(key=lambda row: (row[3], row[8], row[1], row[4]))
        return [_fact(row) for row in known.stated]

    def _of_all_records(self, statement: Statement) -> list[Row]:
        return [
            row
            for record in self._person.records
            for row in self._driver.rows(statement, patient_id=record)
        ]

    @cached_property
    def allergies(self) -> tuple[Allergy, ...] | None:
        """None: nobody has asked."""
        known = self._known
        if known.allergies is None:
            known.allergies = self._of_all_records(_ALLERGIES)
            known.allergies.sort(key=lambda row: (row[4], row[10], row[1], row[5]))
        said = [_allergy(row) for row in known.allergies]
        asked = bool(said) or ALLERGIES_REVIEWED in self.facts
        return standing_allergies(said, asked=asked)

    @cached_property
    def orders(self) -> tuple[ActiveOrder, ...]:
        """What counts for checks: signed or spoken, and not ended."""
        work = open_work(self._driver, self._encounter, self._known).values()
        rows = [one.order for one in work if one.order is not None and one.order[9] != _DRAFT]
        rows.sort(key=itemgetter(8, 0))
        return tuple(map(self._active, rows))

    @cached_property
    def stopped(self) -> tuple[ActiveOrder, ...]:
        """What was given until lately, in whatever stay."""
        since = self._now - WASHED_OUT
        words = {"loop": DRUGS, "since": micros(since)}
        rows = [
            row
            for record in self._person.records
            for row in self._driver.rows(STOPPED, patient_id=record, **words)
        ]
        found = (
            stopped_drug(order, self._product(order.fields), since=since)
            for order in sorted(map(order_of, rows), key=attrgetter("id"))
        )
        return tuple(one for one in found if one is not None)

    def _active(self, row: Row) -> ActiveOrder:
        order = order_of(row[:-1])
        product = self._product(order.fields)
        known = self._known.active
        made = known.get(order.id)
        if made is None or made[0] is not row or made[1] is not product:
            made = known[order.id] = row, product, active_order(order, product)
        return made[2]

    def _product(self, fields: Mapping[str, object]) -> Mapping[str, object]:
        found = None
        if isinstance(code := fields.get("product"), str):
            found = product_at(self._driver, self._memory, code, self._now)
        for name, kind in _ORDERED:
            if found is None and isinstance(code := fields.get(name), str):
                found = item_at(self._driver, self._memory, kind, code, self._now)
        return _NOTHING if found is None else found


class _ByName(Mapping[str, T]):
    """What there is of each name, read when it is asked for; None is not there."""

    def __init__(self, read: Callable[[str], T | None], names: Callable[[], list[str]]) -> None:
        self._one = read
        self._names = names
        self._read: dict[str, T | None] = {}

    def __getitem__(self, name: str) -> T:
        if name not in self._read:
            self._read[name] = self._one(name)
        found = self._read[name]
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._names() if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


@lru_cache(maxsize=8192)
def _observation(row: Row) -> Observation:
    name, value, unit, observed_at, source, detail, stream = row
    return Observation(
        name=cast("str", name),
        value=cast("str | bool", json.loads(cast("str", value))),
        unit=cast("str", unit),
        at=instant(cast("int", observed_at)),
        source=cast("str", source),
        of_order=not cast("str", stream).startswith(_OF_STAY),
        **cast("dict[str, str]", parsed(cast("str", detail)) if detail else {}),
    )


def _fact(row: Row) -> tuple[EncounterId, StandingFact]:
    _, stay, name, stated_at, _, value, detail, stated_by, _ = row
    fact = StandingFact(
        name=cast("str", name).partition(":")[0],
        value=cast("str | bool", json.loads(cast("str", value))),
        at=instant(cast("int", stated_at)),
        by=PractitionerId(cast("str", stated_by)),
        detail=MappingProxyType(parsed(cast("str", detail))),
    )
    return EncounterId(cast("str", stay)), fact


def _allergy(row: Row) -> Allergy:
    _, _, substance, kind, _, _, reaction, severity, certainty, verified_by, recorded_at = row
    return Allergy(
        substance=cast("str", substance),
        kind=AllergyKind(cast("str", kind)),
        reaction=cast("str", reaction),
        severity=cast("str", severity),
        certainty=cast("str", certainty),
        verified_by=PractitionerId(cast("str", verified_by)) if verified_by else None,
        recorded_at=instant(cast("int", recorded_at)),
    )
