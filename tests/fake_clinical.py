"""What a store in memory knows of a patient beside orders."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from domain.clinical import WASHED_OUT, Allergy, Clinical, standing_allergies
from domain.errors import NotFound
from domain.events import Amended, Corrected, ExitRecorded, Nullified, StepRecorded
from domain.happenings import (
    AllergyRecorded,
    ObservationsWithdrawn,
    Observed,
    StandingFactSet,
)
from domain.ids import EncounterId
from domain.loops.active import active_order, stopped_drug
from domain.standing import ALLERGIES_REVIEWED, NOTE, StandingFact, holding
from domain.told import of_evidence, of_observed
from storage.clinical_projection import VOIDING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from domain.clinical import ActiveOrder
    from domain.events import Event
    from domain.happenings import Happening
    from domain.ids import PatientId
    from domain.loops.case import Case
    from domain.observations import Observation
    from domain.told import Told
    from domain.worklists import JournalRow
    from tests.fakes import FakeState


@dataclass(frozen=True)
class Value:
    """A value with the event that tells it."""

    encounter: EncounterId
    stream: str
    stream_seq: int
    seq: int
    source: str
    told: Told


@dataclass(frozen=True)
class FakeKnowledge:
    """All that was told, in the order in which it was."""

    values: tuple[Value, ...] = ()
    allergies: tuple[tuple[datetime, datetime, PatientId, Allergy], ...] = ()
    facts: tuple[tuple[datetime, datetime, PatientId, EncounterId, StandingFact], ...] = ()
    waiting: tuple[tuple[Event, JournalRow], ...] = field(default=(), repr=False)

    def with_happening(self, said: Happening, row: JournalRow) -> FakeKnowledge:
        """With what an event beside orders tells."""
        body = said.body
        if isinstance(body, Observed):
            return self.with_told(of_observed(body.values, said.at), row)
        if isinstance(body, ObservationsWithdrawn):
            return self._withdrawn(body, row)
        if isinstance(body, AllergyRecorded):
            known = replace(body.allergy, recorded_at=said.recorded_at)
            entry = (said.at, said.recorded_at, body.patient, known)
            return replace(self, allergies=(*self.allergies, entry))
        if isinstance(body, StandingFactSet) and said.encounter is not None:
            fact = StandingFact(body.name, body.value, said.at, body.by, body.detail)
            stated = (said.at, said.recorded_at, body.patient, said.encounter, fact)
            return replace(self, facts=(*self.facts, stated))
        return self

    def _withdrawn(self, body: ObservationsWithdrawn, row: JournalRow) -> FakeKnowledge:
        rest = tuple(
            value
            for value in self.values
            if value.stream != row.stream
            or value.told.name not in body.names
            or value.told.at != body.observed_at
        )
        return replace(self, values=rest)

    def with_case(self, case: Case) -> FakeKnowledge:
        """With what the appended events of a case tell, once it is kept."""
        known = replace(self, waiting=())
        for event, row in self.waiting:
            if event.order_id == case.order.id:
                known = known.with_event(case, event, row)
            else:
                known = replace(known, waiting=(*known.waiting, (event, row)))
        return known

    def with_event(self, case: Case, event: Event, row: JournalRow) -> FakeKnowledge:
        """With what one event of a case tells, or takes back."""
        match event.body:
            case StepRecorded() as body if body.done:
                return self.with_told(of_evidence(body.evidence, event.at), row)
            case Amended() as body:
                return self._amended(of_evidence(body.evidence, event.at), row)
            case Corrected() as body:
                return self._corrected(case, body, row)
            case Nullified():
                return self._without(row)
            case ExitRecorded() as body:
                return self._without(row) if body.exit.outcome in VOIDING else self
            case _:
                return self

    def _corrected(self, case: Case, body: Corrected, row: JournalRow) -> FakeKnowledge:
        place = next((one for key, one in case.tasks.items() if key == row.stream), None)
        record = (case.order if place is None else place).steps[body.step]
        if record.seq != body.of_seq:
            return self
        told = of_evidence(record.evidence, record.at)
        return self._without(row, seq=body.of_seq).with_told(told, row, seq=body.of_seq)

    def _amended(self, told: Iterable[Told], row: JournalRow) -> FakeKnowledge:
        known = self
        for one in told:
            old = [
                value
                for value in known.values
                if value.stream == row.stream and value.told.name == one.name
            ]
            at = min((value.told.at for value in old), default=one.at)
            rest = tuple(value for value in known.values if value not in old)
            known = replace(known, values=rest).with_told([replace(one, at=at)], row)
        return known

    def with_told(
        self, told: Iterable[Told], row: JournalRow, *, seq: int | None = None
    ) -> FakeKnowledge:
        """With some values."""
        place = row.stream_seq if seq is None else seq
        stay = EncounterId(row.chain)
        new = [Value(stay, row.stream, place, row.chain_seq, row.source, one) for one in told]
        return replace(self, values=(*self.values, *new))

    def _without(self, row: JournalRow, *, seq: int | None = None) -> FakeKnowledge:
        rest = tuple(
            value
            for value in self.values
            if value.stream != row.stream or seq not in (None, value.stream_seq)
        )
        return replace(self, values=rest)


def clinical_of(state: FakeState, encounter: EncounterId, now: datetime) -> Clinical:
    """What is known of the patient of a stay."""
    people = _records(state, encounter)
    person = state.patients[people[0]]
    stays = {key for key, stay in state.stays.items() if stay.patient_id in people}
    values = sorted(
        (one for one in state.known.values if one.encounter in stays),
        key=lambda one: (one.told.at, one.seq),
        reverse=True,
    )
    latest: dict[str, Observation] = {}
    series: dict[str, tuple[Observation, ...]] = {}
    for value in values:
        of_order = not value.stream.startswith("encounter:")
        name, seen = value.told.name, value.told.observation(value.source, of_order=of_order)
        own, long = value.encounter == encounter, name == "creatinine"
        if own:
            latest.setdefault(name, seen)
        back = timedelta(days=365 if long else 8)
        if (own or long) and seen.at >= now - back:
            series[name] = (*series.get(name, ()), seen)
    facts = holding(_stated(state, people), encounter)
    said = [one for *_, one in sorted(_of(state.known.allergies, people), key=lambda one: one[:2])]
    return Clinical(
        sex=person.sex,
        birth_date=person.birth_date,
        latest=latest,
        series=series,
        allergies=standing_allergies(said, asked=bool(said) or ALLERGIES_REVIEWED in facts),
        orders=tuple(_orders(state, encounter, now)),
        stopped=tuple(_stopped(state, stays, now)),
        facts=facts,
    )


def notes_of(state: FakeState, encounter: EncounterId) -> tuple[StandingFact, ...]:
    """The notes, the latest first."""
    stated = _stated(state, _records(state, encounter))
    return tuple(fact for _, fact in reversed(stated) if fact.name == NOTE)


def _of(
    entries: Iterable[tuple[datetime, datetime, PatientId, Allergy]], people: list[PatientId]
) -> list[tuple[datetime, datetime, PatientId, Allergy]]:
    return [one for one in entries if one[2] in people]


def _stated(state: FakeState, people: list[PatientId]) -> list[tuple[EncounterId, StandingFact]]:
    found = [one for one in state.known.facts if one[2] in people]
    return [(stay, fact) for *_, stay, fact in sorted(found, key=lambda one: one[:2])]


def _records(state: FakeState, encounter: EncounterId) -> list[PatientId]:
    """The record that counts, and those that are read as it."""
    stay = state.stays.get(encounter)
    if stay is None:
        raise NotFound("encounter", encounter)
    root = _root(state, stay.patient_id)
    return [root, *(one for one in state.patients if one != root and _root(state, one) == root)]


def _root(state: FakeState, patient: PatientId) -> PatientId:
    into = state.patients[patient].merged_into
    return patient if into is None else _root(state, into)


def _orders(state: FakeState, encounter: EncounterId, now: datetime) -> Iterable[ActiveOrder]:
    cases = sorted(state.cases.values(), key=lambda case: (case.order.placed_at, case.order.id))
    for case in cases:
        order = case.order
        if order.encounter_id == encounter and order.state.value != "draft":
            if order.state.terminal:
                continue
            yield active_order(order, _product(state, order.fields, now))


def _stopped(state: FakeState, stays: set[EncounterId], now: datetime) -> Iterable[ActiveOrder]:
    for _, case in sorted(state.cases.items()):
        order = case.order
        if order.encounter_id in stays:
            product = _product(state, order.fields, now)
            found = stopped_drug(order, product, since=now - WASHED_OUT)
            if found is not None:
                yield found


def _product(state: FakeState, fields: Mapping[str, object], now: datetime) -> Mapping[str, object]:
    for name, kinds in (
        ("product", ("drug", "component")),
        ("exam", ("examination",)),
        ("component", ("component",)),
    ):
        code = fields.get(name)
        found = state.item(kinds, code, now) if isinstance(code, str) else None
        if found is not None:
            return found
    return {}
