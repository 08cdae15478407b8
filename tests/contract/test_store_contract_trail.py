"""The contract of the trail: what the journal tells an auditor, in memory and in SQLite alike."""

from datetime import timedelta

import pytest

from domain.auditing import AuditTrail, Deed
from domain.happenings import Noun, PatientLinked
from domain.ids import EncounterId, PatientId, PractitionerId
from storage.store import Store
from tests.any_store import SEVEN, AnyStore
from tests.fakes import FakeStore
from tests.wards import NURSE, Hospital


@pytest.fixture
def trail(any_store: AnyStore) -> AuditTrail:
    if isinstance(any_store, FakeStore):
        return any_store.trust.trail
    assert isinstance(any_store, Store)
    return any_store.trail("ws-1")


def kinds(deeds: tuple[Deed, ...]) -> list[str]:
    return [deed.row.kind for deed in deeds]


def test_what_was_changed_of_a_patient_is_told_the_latest_first_their_linked_record_too(
    trail: AuditTrail, hospital: Hospital, stay: EncounterId
) -> None:
    old = hospital.patient("0000000001")
    now = hospital.patient_of[stay]
    other = hospital.admit(bed="2")
    hospital.tell(Noun.PATIENT, old, PatientLinked(old, now))
    hospital.clock.tick(hours=1)
    order = hospital.place(stay)

    records = trail.records_of(now)
    assert records == {now, old}
    assert trail.records_of(old) == {old}
    found = trail.deeds(patients=records)
    assert {"order_placed", "moved"} < set(kinds(found)[:3])
    assert found[0].encounter == stay
    assert found[0].row.stream == order
    assert "patient_linked" in kinds(found)
    assert hospital.patient_of[other] not in {deed.row.stream for deed in found}
    assert other not in {deed.encounter for deed in found}
    assert len(trail.deeds(patients=records, limit=1)) == 1
    assert trail.deeds(patients=frozenset({PatientId("nobody")})) == ()


def test_what_a_person_changed_in_a_span(
    trail: AuditTrail, hospital: Hospital, stay: EncounterId
) -> None:
    hospital.clock.tick(hours=1)
    hospital.place(stay)
    later = SEVEN + timedelta(minutes=30)
    assert "order_placed" in kinds(trail.deeds(user=NURSE, since=later))
    assert "order_placed" not in kinds(trail.deeds(user=NURSE, until=later))
    assert "admitted" in kinds(trail.deeds(user=NURSE, until=later))
    assert trail.deeds(user=PractitionerId("nobody")) == ()
