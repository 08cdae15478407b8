"""The contract of trust: credentials and the audit trail, in memory and in SQLite alike."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from domain.auditing import AuditAction, AuditEntry
from domain.credentials import Credential, Method
from domain.happenings import CredentialSet, Happening, Noun
from domain.ids import PatientId, PractitionerId
from domain.trust import Trust
from tests.any_store import SEVEN, AnyStore
from tests.fake_trust import CHEAP, trust_of
from tests.fakes import FakeClock, FakeStore
from tests.stores import new_store
from tests.wards import Hospital

LINA, WANG = PractitionerId("li.na"), PractitionerId("dr.wang")
ZHAO = PatientId("patient-zhao")


@pytest.fixture(params=["memory", "sqlite"])
def trust(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> Iterator[Trust]:
    if request.param == "memory":
        yield FakeStore(clock).trust
        return
    store = new_store(tmp_path, clock)
    yield trust_of(store, clock)
    store.close()


def _read(user: PractitionerId, minute: int, patient: PatientId | None = ZHAO) -> AuditEntry:
    at = SEVEN + timedelta(minutes=minute)
    return AuditEntry(AuditAction.READ, user, at, "order.show", patient=patient, detail={"n": 1})


def test_a_new_database_has_no_secrets(trust: Trust) -> None:
    assert not trust.credentials.secured()
    assert trust.credentials.of(LINA) is None


def _set(hospital: Hospital, kept: Credential, *, commit: bool = True) -> None:
    with hospital.units.begin(hospital.meta("secret.set")) as transaction:
        transaction.keep_secret(kept)
        body = CredentialSet(LINA, kept.method, kept.fingerprint, kept.must_change, WANG)
        told = Happening(Noun.PRACTITIONER, LINA, body, WANG, SEVEN, transaction.now)
        transaction.tell([told])
        if commit:
            transaction.commit()


def test_a_secret_is_kept_with_the_event_that_tells_of_it(
    any_store: AnyStore, hospital: Hospital
) -> None:
    secrets = any_store.credentials
    first = Credential(LINA, Method.PIN, "a hash", SEVEN, must_change=True)
    _set(hospital, first, commit=False)
    assert not secrets.secured()
    assert secrets.of(LINA) is None
    assert secrets.journalled(LINA) is None

    _set(hospital, first)
    assert secrets.secured()
    assert secrets.of(LINA) == first
    assert secrets.journalled(LINA) == first.fingerprint
    assert secrets.journalled(WANG) is None

    second = replace(first, encoded="another", must_change=False)
    _set(hospital, second)
    assert secrets.of(LINA) == second
    assert secrets.journalled(LINA) == second.fingerprint != first.fingerprint


def test_tries_are_counted_before_they_are_looked_at(
    any_store: AnyStore, hospital: Hospital
) -> None:
    secrets = any_store.credentials
    assert not secrets.claim_try(LINA, now=SEVEN)
    _set(hospital, Credential(LINA, Method.PIN, "a hash", SEVEN))
    assert [secrets.claim_try(LINA, now=SEVEN) for _ in range(4)] == [True, True, True, False]
    kept = secrets.of(LINA)
    assert kept is not None
    assert (kept.failures, kept.locked_until) == (3, SEVEN + timedelta(seconds=30))
    assert secrets.claim_try(LINA, now=SEVEN + timedelta(seconds=30))
    secrets.clear_tries(LINA)
    kept = secrets.of(LINA)
    assert kept is not None
    assert (kept.failures, kept.locked_until) == (0, None)


def test_who_looked_at_a_patient_is_told_the_latest_first(trust: Trust) -> None:
    trust.trail.write([_read(LINA, 1), _read(WANG, 2)])
    trust.trail.write([_read(LINA, 3, patient=None)])

    rows = trust.trail.rows(patient=ZHAO)
    assert [row.entry.user for row in rows] == [WANG, LINA]
    assert [row.chain_seq for row in rows] == [2, 1]
    assert rows[0].entry == _read(WANG, 2)
    assert len(trust.trail.rows(user=LINA)) == 2
    assert trust.trail.rows(actions=frozenset({AuditAction.PRINT})) == ()
    assert len(trust.trail.rows(since=SEVEN + timedelta(minutes=2), limit=1)) == 1
    assert len(trust.trail.rows(until=SEVEN + timedelta(minutes=2))) == 1


def test_the_hash_of_a_secret_opens_to_that_secret_only() -> None:
    encoded = CHEAP.hash("4711")
    assert CHEAP.verify(encoded, "4711")
    assert not CHEAP.verify(encoded, "4712")
    assert not CHEAP.verify("damaged", "4711")
