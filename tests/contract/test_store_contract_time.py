"""At what time a command is recorded: one suite for the fake and for SQLite."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.credentials import Credential, Method
from domain.errors import Refused
from domain.happenings import BandReplaced, CredentialSet, Happening, Noun
from domain.ids import EncounterId
from domain.records import Source
from tests.any_store import SEVEN, AnyStore, at
from tests.wards import NURSE, Hospital


def test_the_clock_of_a_slow_workstation_is_raised_to_the_chain(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    hospital.place(stay)
    hospital.clock.tick(minutes=-20)
    with any_store.units.begin(hospital.meta(), encounters=[stay]) as transaction:
        assert transaction.now == SEVEN
    elsewhere = replace(hospital, workstation="ward-pc-2")
    with any_store.units.begin(elsewhere.meta()) as transaction:
        assert transaction.now == at(6, 40)


@pytest.fixture
def demo_stay(hospital: Hospital) -> EncounterId:
    """A patient all of whose record was made by a set clock."""
    hospital.clock.simulated = True
    return hospital.admit(bed="2")


def refused_at(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId, when: datetime, *, rewind: bool
) -> Refused:
    hospital.clock.at = when
    meta = replace(hospital.meta(), rewind=rewind)
    with (
        pytest.raises(Refused) as caught,
        any_store.units.begin(meta, encounters=[stay]),
    ):
        pass
    return caught.value


def test_a_frozen_clock_before_the_journal_is_refused_unless_it_rewinds(
    hospital: Hospital, any_store: AnyStore, demo_stay: EncounterId
) -> None:
    refused = refused_at(hospital, any_store, demo_stay, at(6), rewind=False)
    assert refused.code == "CLOCK_BEHIND"
    assert "--rewind" in refused.message
    rewinding = replace(hospital.meta(), rewind=True)
    with any_store.units.begin(rewinding, encounters=[demo_stay]) as transaction:
        assert transaction.now == at(6)


@pytest.mark.parametrize("rewind", [False, True])
@pytest.mark.parametrize("hours", [-1, 13, 24 * 365])
def test_a_set_clock_far_from_a_patients_true_record_writes_nothing_there(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId, hours: int, *, rewind: bool
) -> None:
    hospital.place(stay)
    hospital.clock.simulated = True
    far = SEVEN + timedelta(hours=hours)
    refused = refused_at(hospital, any_store, stay, far, rewind=rewind)
    assert refused.code == "SIMULATED_CLOCK"
    assert "without --now" in refused.message
    hospital.clock.at = SEVEN + timedelta(hours=12)
    with any_store.units.begin(hospital.meta(), encounters=[stay]) as transaction:
        assert transaction.now == hospital.clock.at


def test_in_a_secured_ward_no_act_is_dated_by_a_set_clock(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId, demo_stay: EncounterId
) -> None:
    """Who is late says so: neither a dose nor an alert comes at an hour that somebody chose."""
    hospital.clock.simulated = False
    kept = Credential(NURSE, Method.PIN, "a hash", SEVEN)
    with any_store.units.begin(hospital.meta("secret.set")) as transaction:
        transaction.keep_secret(kept)
        body = CredentialSet(NURSE, kept.method, kept.fingerprint, must_change=False, by=NURSE)
        told = Happening(Noun.PRACTITIONER, NURSE, body, NURSE, SEVEN, transaction.now)
        transaction.tell([told])
        transaction.commit()
    hospital.clock.simulated = True
    for when in (SEVEN, SEVEN + timedelta(minutes=20), SEVEN + timedelta(hours=11)):
        refused = refused_at(hospital, any_store, stay, when, rewind=True)
        assert refused.code == "SIMULATED_CLOCK"
        assert "without --now" in refused.message
    with any_store.units.begin(hospital.meta(), encounters=[demo_stay]) as transaction:
        assert transaction.now == hospital.clock.at


def test_set_clocks_do_not_carry_a_true_record_away_shift_by_shift(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    hospital.clock.simulated = True
    hospital.clock.tick(hours=12)
    hospital.new_band(stay, 2)
    further = SEVEN + timedelta(hours=24)
    assert refused_at(hospital, any_store, stay, further, rewind=False).code == "SIMULATED_CLOCK"
    # nor do they go back among themselves: one entry is true
    between = SEVEN + timedelta(hours=6)
    refused = refused_at(hospital, any_store, stay, between, rewind=True)
    assert refused.code == "CLOCK_BEHIND"
    assert "--rewind" not in refused.message


def test_the_hour_of_a_dose_is_true_whatever_a_set_clock_wrote_before(
    hospital: Hospital, any_store: AnyStore, demo_stay: EncounterId
) -> None:
    hospital.clock.at = datetime(2028, 1, 1, tzinfo=UTC)
    hospital.place(demo_stay)
    hospital.clock.simulated = False
    hospital.clock.at = at(9)
    with any_store.units.begin(hospital.meta(), encounters=[demo_stay]) as transaction:
        assert transaction.now == at(9)
    hospital.new_band(demo_stay, 2)
    hospital.clock.at = at(8, 30)
    with any_store.units.begin(hospital.meta(), encounters=[demo_stay]) as transaction:
        assert transaction.now == at(9)


def test_a_true_clock_a_little_behind_a_set_one_follows_it(
    hospital: Hospital, any_store: AnyStore, demo_stay: EncounterId
) -> None:
    hospital.clock.simulated = False
    hospital.clock.tick(minutes=-4)
    with any_store.units.begin(hospital.meta(), encounters=[demo_stay]) as transaction:
        assert transaction.now == SEVEN


def test_a_rewound_entry_does_not_let_the_next_one_go_back(
    hospital: Hospital, any_store: AnyStore, demo_stay: EncounterId
) -> None:
    hospital.clock.at = at(6)
    rewinding = replace(hospital.meta(), rewind=True)
    with any_store.units.begin(rewinding, encounters=[demo_stay]) as transaction:
        body = BandReplaced(2)
        now = transaction.now
        told = Happening(Noun.ENCOUNTER, demo_stay, body, NURSE, now, now, encounter=demo_stay)
        transaction.tell([told])
        transaction.commit()
    refused = refused_at(hospital, any_store, demo_stay, at(6, 30), rewind=False)
    assert refused.code == "CLOCK_BEHIND"


def test_commands_on_imported_records_take_a_set_clock(
    hospital: Hospital, any_store: AnyStore
) -> None:
    hospital.clock.at = datetime(2153, 3, 1, tzinfo=UTC)
    hospital.source = Source.IMPORT
    stay = hospital.admit(bed="2")
    hospital.place(stay)
    hospital.source = Source.LIVE
    hospital.clock.simulated = True
    hospital.clock.tick(hours=1)
    with any_store.units.begin(hospital.meta(), encounters=[stay]) as transaction:
        assert transaction.now == hospital.clock.at


def test_imported_records_of_another_century_do_not_move_the_clock(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    hospital.place(stay)
    hospital.source = Source.IMPORT
    hospital.clock.at = datetime(2153, 3, 1, tzinfo=UTC)
    hospital.place(stay)
    hospital.clock.at = at(7, 30)
    with any_store.units.begin(hospital.meta(), encounters=[stay]) as transaction:
        assert transaction.now == at(7, 30)
