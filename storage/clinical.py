"""What is known of a patient, read when it is asked for: most steps ask for nothing of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeVar, cast

from sqlalchemy import select, text

from domain.clinical import (
    ActiveOrder,
    Allergy,
    AllergyKind,
    Clinical,
    standing_allergies,
)
from domain.errors import NotFound
from domain.ids import EncounterId, PatientId, PractitionerId
from domain.observations import Observation
from domain.patients import Sex
from domain.standing import ALLERGIES_REVIEWED, NOTE, StandingFact, holding
from storage import questions as ask
from storage import statements as sql
from storage.care_mapping import birth_date_of
from storage.codec import parsed
from storage.mapping import open_fields, order_of
from storage.statements import Statement, is_open, number, truth, word
from storage.tables import allergies, encounters, observations, orders, patients, standing_facts
from storage.types import instant, micros

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import ColumnElement

    from domain.orders import Order
    from storage.engine import Driver, Row

T = TypeVar("T")

LOOKED_BACK: Final = timedelta(days=8)
"""How far back earlier values are given."""
LOOKED_BACK_LONG: Final[Mapping[str, timedelta]] = {"creatinine": timedelta(days=365)}
"""Values of which other stays count too: the baseline of a kidney injury."""
_REST = (
    observations.c.value, observations.c.unit, observations.c.observed_at, observations.c.source,
    observations.c.detail,
)  # fmt: skip
# one seek for each name, however many values it has
_NAMES: Final = Statement(
    text(
        "WITH RECURSIVE names(name) AS ("
        "SELECT min(name) FROM observations WHERE encounter_id = :encounter_id UNION ALL "
        "SELECT (SELECT min(name) FROM observations AS later WHERE "
        "later.encounter_id = :encounter_id AND later.name > names.name) "
        "FROM names WHERE names.name IS NOT NULL) SELECT name FROM names WHERE name IS NOT NULL"
    )
)
_LATEST: Final = Statement(
    select(observations.c.name, *_REST)
    .where(observations.c.encounter_id == word("encounter_id"), observations.c.name == word("name"))
    .order_by(observations.c.observed_at.desc(), observations.c.seq.desc())
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
_ORDERS: Final = Statement(
    select(*sql.ORDER_COLUMNS)
    .where(
        orders.c.encounter_id == word("encounter_id"),
        is_open(orders),
        truth("orders.state <> 'draft'"),
    )
    .order_by(orders.c.placed_at, orders.c.id)
)
_ORDERED: Final = (("exam", "examination"), ("component", "component"))
"""Fields of orders that name an item of a catalogue beside `product`, and its kind."""
_NOTHING: Final[Mapping[str, object]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Person:
    """Whose stay it is: the record that counts, and all records that are read as it."""

    sex: Sex
    birth_date: date | None
    records: tuple[PatientId, ...]


class StoredClinical(Clinical):
    """A clinical snapshot that reads each part once, when it is asked for.

    It holds under the transaction's lock, or inside one reading; `frozen` is good for longer.
    """

    @classmethod
    def of(cls, driver: Driver, encounter: EncounterId, now: datetime) -> StoredClinical:
        """The snapshot of a stay."""
        made = object.__new__(cls)
        vars(made).update(_driver=driver, _encounter=encounter, _now=now)
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
            facts=self.facts,
        )

    _driver: Driver
    _encounter: EncounterId
    _now: datetime

    @cached_property
    def _person(self) -> _Person:
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
        return _Person(Sex(cast("str", row[4])), birth_date_of(row[5]), records)

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
        """The last value of each name in this stay, read when it is asked for."""
        return _ByName(self._read_latest, self._names)

    def _read_latest(self, name: str) -> Observation | None:
        row = self._driver.row(_LATEST, encounter_id=self._encounter, name=name)
        return None if row is None else _observation(row)

    def _names(self) -> list[str]:
        rows = self._driver.rows(_NAMES, encounter_id=self._encounter)
        return [cast("str", name) for (name,) in rows]

    @cached_property
    def series(self) -> Mapping[str, tuple[Observation, ...]]:
        """Earlier values too, each name when it is asked for."""
        return _ByName(self._read_series, lambda: sorted({*self._names(), *LOOKED_BACK_LONG}))

    def _read_series(self, name: str) -> tuple[Observation, ...] | None:
        if name in LOOKED_BACK_LONG:
            since = micros(self._now - LOOKED_BACK_LONG[name])
            rows = [
                row
                for record in self._person.records
                for row in self._driver.rows(
                    _SERIES_OF_PATIENT, patient_id=record, name=name, since=since
                )
            ]
            rows.sort(key=lambda row: cast("int", row[3]), reverse=True)
        else:
            since = micros(self._now - LOOKED_BACK)
            rows = self._driver.rows(_SERIES, encounter_id=self._encounter, name=name, since=since)
        return tuple(map(_observation, rows)) or None

    @cached_property
    def facts(self) -> Mapping[str, StandingFact]:
        """What holds now."""
        return holding(self._stated(), self._encounter)

    def notes(self) -> tuple[StandingFact, ...]:
        """The free notes of all stays, the latest first."""
        return tuple(fact for _, fact in reversed(self._stated()) if fact.name == NOTE)

    def _stated(self) -> list[tuple[EncounterId, StandingFact]]:
        found = [
            row
            for record in self._person.records
            for row in self._driver.rows(_FACTS, patient_id=record)
        ]
        found.sort(key=lambda row: (row[3], row[8], row[1], row[4]))
        return [_fact(row) for row in found]

    @cached_property
    def allergies(self) -> tuple[Allergy, ...] | None:
        """None: nobody has asked."""
        found = [
            row
            for record in self._person.records
            for row in self._driver.rows(_ALLERGIES, patient_id=record)
        ]
        found.sort(key=lambda row: (row[4], row[10], row[1], row[5]))
        said = [_allergy(row) for row in found]
        asked = bool(said) or ALLERGIES_REVIEWED in self.facts
        return standing_allergies(said, asked=asked)

    @cached_property
    def orders(self) -> tuple[ActiveOrder, ...]:
        """What counts for checks: signed or spoken, and not ended."""
        rows = self._driver.rows(_ORDERS, encounter_id=self._encounter)
        return tuple(self._active(order_of(row)) for row in rows)

    def _active(self, order: Order) -> ActiveOrder:
        return ActiveOrder(
            id=order.id,
            loop=order.loop,
            priority=order.priority,
            fields=order.fields,
            product=self._product(order.fields),
            signed_at=order.signed_at,
            stop_at=order.stop_at,
        )

    def _product(self, fields: Mapping[str, object]) -> Mapping[str, object]:
        at = micros(self._now)
        row = None
        if isinstance(code := fields.get("product"), str):
            row = self._driver.row(sql.PRODUCT, code=code, at=at)
        for name, kind in _ORDERED:
            if row is None and isinstance(code := fields.get(name), str):
                row = self._driver.row(ask.CATALOGUE_ITEM, kind=kind, code=code, at=at)
        return _NOTHING if row is None else open_fields(row[0])


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
    name, value, unit, observed_at, source, detail = row
    return Observation(
        name=cast("str", name),
        value=cast("str | bool", json.loads(cast("str", value))),
        unit=cast("str", unit),
        at=instant(cast("int", observed_at)),
        source=cast("str", source),
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
