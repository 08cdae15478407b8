"""Patients, places and people: rows to frozen values and back."""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from domain.happenings import Assigned
from domain.ids import EncounterId, PatientId, PractitionerId, WardId
from domain.patients import Encounter, EncounterState, Patient, Sex, Ward
from domain.people import Practitioner, Role
from storage.codec import canonical
from storage.types import instant, instant_or_none, micros, micros_or_none

if TYPE_CHECKING:
    from storage.engine import Row, Values


@lru_cache(maxsize=4096)
def birth_date_of(text: object) -> date | None:
    """The date of a birth date as it is stored."""
    return None if text is None else date.fromisoformat(cast("str", text))


def patient_row(patient: Patient) -> Values:
    """The columns of a patient."""
    return {
        "id": patient.id,
        "mrn": patient.mrn,
        "name": patient.name,
        "name_zh": patient.name_zh,
        "sex": patient.sex.value,
        "birth_date": None if patient.birth_date is None else patient.birth_date.isoformat(),
        "merged_into": patient.merged_into,
    }


def patient_of(row: Row) -> Patient:
    """A patient from all columns of their table."""
    key, mrn, name, name_zh, sex, birth_date, merged_into = row
    return Patient(
        id=PatientId(cast("str", key)),
        mrn=cast("str", mrn),
        name=cast("str", name),
        sex=Sex(cast("str", sex)),
        birth_date=birth_date_of(birth_date),
        name_zh=cast("str", name_zh),
        merged_into=None if merged_into is None else PatientId(cast("str", merged_into)),
    )


def encounter_row(encounter: Encounter) -> Values:
    """The columns of a stay."""
    return {
        "id": encounter.id,
        "patient_id": encounter.patient_id,
        "state": encounter.state.value,
        "ward_id": encounter.ward,
        "bed": encounter.bed,
        "admitted_at": micros(encounter.admitted_at),
        "band_instance": encounter.band_instance,
        "diagnosis": encounter.diagnosis,
        "ended_at": micros_or_none(encounter.ended_at),
    }


def encounter_of(row: Row) -> Encounter:
    """A stay from all columns of its table."""
    key, patient, state, ward, bed, admitted_at, band_instance, diagnosis, ended_at = row
    return Encounter(
        id=EncounterId(cast("str", key)),
        patient_id=PatientId(cast("str", patient)),
        state=EncounterState(cast("str", state)),
        ward=WardId(cast("str", ward)),
        bed=cast("str", bed),
        admitted_at=instant(cast("int", admitted_at)),
        band_instance=cast("int", band_instance),
        diagnosis=cast("str", diagnosis),
        ended_at=instant_or_none(cast("int | None", ended_at)),
    )


def ward_row(ward: Ward) -> Values:
    """The columns of a ward."""
    return {
        "id": ward.id,
        "name": ward.name,
        "name_zh": ward.name_zh,
        "time_zone": ward.time_zone,
        "beds": canonical(list(ward.beds)),
    }


def ward_of(row: Row) -> Ward:
    """A ward from all columns of its table."""
    key, name, name_zh, time_zone, beds = cast("tuple[str, str, str, str, str]", row)
    return Ward(
        id=WardId(key),
        name=name,
        name_zh=name_zh,
        time_zone=time_zone,
        beds=tuple(json.loads(beds)),
    )


def practitioner_row(person: Practitioner) -> Values:
    """The columns of a practitioner."""
    return {
        "user_id": person.user,
        "name": person.name,
        "name_zh": person.name_zh,
        "roles": canonical(sorted(role.value for role in person.roles)),
        "wards": canonical(sorted(person.wards)),
        "badge": person.badge,
        "student": int(person.student),
        "active": int(person.active),
    }


@lru_cache(maxsize=1024)
def practitioner_of(row: Row) -> Practitioner:
    """A practitioner from all columns of their table."""
    user, name, name_zh, roles, wards, badge, student, active = row
    return Practitioner(
        user=PractitionerId(cast("str", user)),
        name=cast("str", name),
        roles=frozenset(Role(role) for role in json.loads(cast("str", roles))),
        name_zh=cast("str", name_zh),
        wards=frozenset(WardId(ward) for ward in json.loads(cast("str", wards))),
        badge=cast("str | None", badge),
        student=bool(student),
        active=bool(active),
    )


def assigned_of(row: Row) -> Assigned:
    """An assignment from all columns of its table."""
    kind, ward, _, starts_at, ends_at, practitioner, encounter = row
    return Assigned(
        kind=cast("str", kind),
        practitioner=PractitionerId(cast("str", practitioner)),
        ward=WardId(cast("str", ward)),
        encounter=None if encounter is None else EncounterId(cast("str", encounter)),
        starts_at=instant(cast("int", starts_at)),
        ends_at=instant(cast("int", ends_at)),
    )
