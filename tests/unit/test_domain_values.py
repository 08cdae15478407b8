"""Amounts, ids, people and errors: the small values everything else is made of."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from domain import clock, happenings, ports, worklists
from domain.errors import Conflict, DefinitionError, InvalidInput, Refused, StorageError
from domain.ids import (
    CommandId,
    EncounterId,
    PatientId,
    PractitionerId,
    WardId,
    event_id,
    imported_id,
    uuid7,
)
from domain.patients import Encounter, EncounterState, Patient, Sex, Ward
from domain.people import Practitioner, Role, parse_role
from domain.quantities import Quantity, parse_decimal, parse_quantity

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.mark.parametrize("value", ["2.50 mg", {"value": "2.50", "unit": "mg"}, " 2.50  mg "])
def test_an_amount_keeps_its_digits_and_its_unit(value: object) -> None:
    found = parse_quantity("dose", value)
    assert found == Quantity(Decimal("2.50"), "mg")
    assert found.to_json() == {"value": "2.50", "unit": "mg"}


@pytest.mark.parametrize(
    "value",
    [
        "2.5",
        2.5,
        {"value": "2.5"},
        {"value": "2.5", "unit": ""},
        {"value": 2.5, "unit": "mg"},
        None,
    ],
)
def test_an_amount_without_a_unit_or_with_a_float_is_none(value: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_quantity("dose", value)
    assert caught.value.field.startswith("dose")


@pytest.mark.parametrize("value", [3, "3", Decimal(3)])
def test_a_number_is_exact(value: object) -> None:
    assert parse_decimal("x", value) == 3


@pytest.mark.parametrize(
    "value", ["1e999999", "-1e999999", "1e-999999", 10**18, "0.1234567890123456789", "1" * 19]
)
def test_a_number_with_more_than_18_digits_is_no_measurement(value: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_decimal("dose", value)
    assert caught.value.field == "dose"
    assert parse_decimal("dose", "123456789.123456789") == Decimal("123456789.123456789")


@pytest.mark.parametrize("value", [True, 1.5, "three", "NaN", Decimal("Infinity")])
def test_what_is_no_exact_number_is_refused(value: object) -> None:
    with pytest.raises(InvalidInput):
        parse_decimal("x", value)


def test_an_amount_is_finite_and_has_a_unit() -> None:
    with pytest.raises(InvalidInput):
        Quantity(Decimal("NaN"), "mg")
    with pytest.raises(InvalidInput):
        Quantity(Decimal(1), "")


def test_ids_of_equal_things_are_equal() -> None:
    assert event_id(CommandId("c"), 1) == event_id(CommandId("c"), 1)
    assert event_id(CommandId("c"), 1) != event_id(CommandId("c"), 2)
    assert imported_id("mimic", "7") != imported_id("his", "7")
    made = uuid.UUID(uuid7(milliseconds=1_764_000_000_000, randomness=(1 << 74) - 1))
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == 1_764_000_000_000


def test_people_hold_what_their_roles_include() -> None:
    li = Practitioner(PractitionerId("li"), "LI, Na", frozenset({Role.CHARGE_NURSE}), student=True)
    actor = li.actor()
    assert actor.holds((Role.NURSE,))
    assert actor.student
    assert not actor.is_system
    assert parse_role("RN") is Role.NURSE
    assert parse_role("porter") is Role.PORTER
    assert parse_role("king") is None


def test_errors_say_who_was_first_and_where_a_file_is_wrong() -> None:
    conflict = Conflict(who="nurse1", what="M11", when=NOW)
    assert isinstance(conflict, Refused)
    assert "nurse1 recorded M11 at 2026-11-24T08:00+00:00" in str(conflict)
    wrong = DefinitionError("medication.toml", 12, "no such step")
    assert str(wrong) == "medication.toml:12: no such step"
    assert StorageError("JOURNAL", "torn").code == "JOURNAL"


def test_a_stay_is_active_until_it_ends() -> None:
    ward = Ward(WardId("MED1"), "Medicine 1", "内科一", "Asia/Shanghai", ("1", "2"))
    patient = Patient(PatientId("p"), "0012345678", "WANG, Xiaoming", Sex.MALE, None)
    stay = Encounter(
        EncounterId("e"), patient.id, EncounterState.IN_PROGRESS, ward.id, "1", admitted_at=NOW
    )
    assert stay.active
    gone = Encounter(
        EncounterId("e"), patient.id, EncounterState.DIED, ward.id, "1", admitted_at=NOW
    )
    assert not gone.active


def test_the_doors_and_rows_of_the_domain_are_named() -> None:
    assert worklists.Outlook() == worklists.Outlook(ready=())
    assert (
        ports.CommandMeta(
            CommandId("c"), PractitionerId("li"), "step.record", "ws1", "l", "c"
        ).batch_id
        is None
    )
    assert happenings.BandReplaced(2).band_instance == 2
    assert hasattr(clock.Clock, "now")
