"""What people were granted for a time: one suite for the fake and for SQLite."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from domain.credentials import Credential, Method
from domain.grants import Grant, GrantKind, Review, Verdict
from domain.happenings import AccessReviewed, CredentialSet, Granted, GrantTakenBack, Noun
from domain.ids import EncounterId, PractitionerId
from domain.people import Role
from domain.ports import Reads
from tests.any_store import SEVEN, at
from tests.fakes import FakeClock
from tests.wards import NURSE, WARD, Hospital

HEAD = PractitionerId("sun.li")
SHIFT = Grant(
    "grant-1", GrantKind.SHIFT, NURSE, HEAD, SEVEN, at(15), "short of staff", Role.NURSE, WARD
)


def test_a_grant_runs_from_its_beginning_to_its_end(
    hospital: Hospital, reads: Reads, clock: FakeClock
) -> None:
    later = replace(SHIFT, id="grant-2", starts_at=at(19), ends_at=at(23), ward=None)
    for grant in (SHIFT, later):
        hospital.tell(Noun.GRANT, grant.id, Granted(grant), ward=grant.ward)
    for hour, running in ((7, (SHIFT,)), (14, (SHIFT,)), (15, ()), (19, (later,)), (23, ())):
        clock.at = at(hour)
        assert reads.running_grants(NURSE) == running, hour
    assert reads.running_grants(HEAD) == ()
    assert reads.grants() == (later, SHIFT)
    assert reads.grants(user=HEAD) == ()
    assert reads.grant("grant-2") == later
    assert reads.grant("no-such-grant") is None


def test_nobody_goes_back_to_a_grant_by_a_clock_that_was_set(
    hospital: Hospital, reads: Reads, clock: FakeClock
) -> None:
    hospital.tell(Noun.GRANT, SHIFT.id, Granted(SHIFT), ward=WARD)
    clock.simulated = True
    assert reads.running_grants(NURSE) == (SHIFT,)
    kept = Credential(HEAD, Method.PASSWORD, "a hash", SEVEN)
    body = CredentialSet(HEAD, kept.method, kept.fingerprint, must_change=False, by=HEAD)
    hospital.tell(Noun.PRACTITIONER, HEAD, body)
    assert reads.running_grants(NURSE) == ()
    clock.simulated = False
    assert reads.running_grants(NURSE) == (SHIFT,)


def test_a_grant_that_was_taken_back_runs_no_more(
    hospital: Hospital, reads: Reads, clock: FakeClock
) -> None:
    hospital.tell(Noun.GRANT, SHIFT.id, Granted(SHIFT), ward=WARD)
    clock.tick(minutes=30)
    hospital.tell(Noun.GRANT, SHIFT.id, GrantTakenBack(SHIFT.id), ward=WARD)
    assert reads.running_grants(NURSE) == ()
    assert reads.grant(SHIFT.id) == replace(SHIFT, ends_at=SEVEN + timedelta(minutes=30))


def test_an_opened_stay_is_kept_with_its_review(
    hospital: Hospital, reads: Reads, stay: EncounterId
) -> None:
    opened = Grant(
        "grant-3", GrantKind.BREAK_GLASS, NURSE, NURSE, SEVEN, at(11), "called", encounter=stay
    )
    hospital.tell(Noun.GRANT, opened.id, Granted(opened), encounter=stay)
    hospital.tell(Noun.GRANT, SHIFT.id, Granted(SHIFT), ward=WARD)
    assert reads.grants(kind=GrantKind.BREAK_GLASS) == (opened,)
    review = Review(HEAD, at(9), Verdict.JUSTIFIED, "asked the ward")
    reviewed = AccessReviewed(opened.id, review)
    hospital.tell(Noun.GRANT, opened.id, reviewed, encounter=stay)
    assert reads.grant(opened.id) == replace(opened, review=review)
