"""Admitting patients: who they are, and a bed that is free."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

from domain.entered import require_born
from domain.errors import InvalidInput, NotFound, Refused
from domain.happenings import (
    Admitted,
    Happening,
    Noun,
    PatientRegistered,
)
from domain.ids import EncounterId, PatientId
from domain.loops.validity import TOLERANCE
from domain.patients import Encounter, EncounterState, Patient, Sex
from domain.services.authorising import authorised, require_ward
from domain.services.chosen_ids import require_safe
from domain.services.writing import carry_out

if TYPE_CHECKING:
    from datetime import date, datetime

    from domain.happenings import CareBody
    from domain.ids import CommandId, WardId
    from domain.ports import Reads
    from domain.services.workplace import Changes, Workplace
    from domain.services.writing import Writing


@dataclass(frozen=True, slots=True)
class Admission:
    """A patient who comes in, as the desk writes it.

    Attributes:
        mrn: known already, or registered now with the name and the rest.
        encounter: the id of the stay, where another system has chosen one.
    """

    mrn: str
    ward: WardId
    bed: str
    name: str = ""
    name_zh: str = ""
    sex: Sex = Sex.UNKNOWN
    birth_date: date | None = None
    diagnosis: str = ""
    encounter: EncounterId | None = None
    at: datetime | None = None


def admit(place: Workplace, *, user: str, command: CommandId, admission: Admission) -> Changes:
    """Begin a stay; `Changes.encounters` has its id.

    Raises:
        InvalidInput: no record number; an unknown patient without a name; an unknown ward or bed;
            a day of birth that cannot be.
        Refused: the patient is in hospital already, or the bed is taken.
    """
    actor = authorised(place.reads, user, "patient.admit", ward=admission.ward)
    require_safe("encounter", admission.encounter)
    encounter = admission.encounter or EncounterId(place.ids.new())
    new_patient = PatientId(place.ids.new())

    def act(writing: Writing) -> None:
        require_ward(actor, admission.ward)
        patient = _known_or_new(place.reads, admission, new_patient)
        _require_not_here(place.reads, patient)
        require_born("birth_date", admission.birth_date, now=writing.now)
        require_free_bed(place.reads, admission.ward, admission.bed)
        _begin_stay(writing, admission, encounter, patient, is_new=patient.id == new_patient)

    return carry_out(
        place,
        command=command,
        actor=actor,
        kind="patient.admit",
        encounters=(encounter,),
        act=act,
        said=admission,
    )


def _require_not_here(reads: Reads, patient: Patient) -> None:
    present = stay_of(reads, patient)
    if present is not None and present.active:
        raise Refused(
            "ALREADY_ADMITTED",
            f"The patient is on ward {present.ward}, bed {present.bed}",
            next_step="Transfer them instead",
            field="mrn",
        )


def stay_of(reads: Reads, patient: Patient) -> Encounter | None:
    """The present stay of a person under any of their linked records, else the last of this one."""
    own = reads.encounter_of_patient(patient.id)
    if own is not None and own.active:
        return own
    person = _read_as(reads, patient).id
    for stay in reads.encounters():
        record = cast("Patient", reads.patient(stay.patient_id))
        if _read_as(reads, record).id == person:
            return stay
    return own


def _read_as(reads: Reads, patient: Patient) -> Patient:
    """The record that a record is read as; `link` makes no circle and names known records."""
    while patient.merged_into is not None:
        patient = cast("Patient", reads.patient(patient.merged_into))
    return patient


def _begin_stay(
    writing: Writing,
    admission: Admission,
    encounter: EncounterId,
    patient: Patient,
    *,
    is_new: bool,
) -> None:
    at = moment_of(writing, admission.at)
    stay = Encounter(
        id=encounter,
        patient_id=patient.id,
        state=EncounterState.IN_PROGRESS,
        ward=admission.ward,
        bed=admission.bed,
        admitted_at=at,
        diagnosis=admission.diagnosis,
    )
    tell = partial(told, writing, encounter=encounter, at=at)
    registered = tell(PatientRegistered(patient), noun=Noun.PATIENT, stream=patient.id)
    admitted = tell(Admitted(stay), noun=Noun.ENCOUNTER, stream=encounter)
    writing.tell([registered, admitted] if is_new else [admitted])


def _known_or_new(reads: Reads, admission: Admission, new: PatientId) -> Patient:
    if not admission.mrn:
        raise InvalidInput("mrn", "the record number is missing", right="0012345678")
    known = reads.patient_by_mrn(admission.mrn)
    if known is not None:
        return known
    if not admission.name:
        raise InvalidInput("name", "an unknown patient is registered by name", right="WANG, Ming")
    return Patient(
        id=new,
        mrn=admission.mrn,
        name=admission.name,
        name_zh=admission.name_zh,
        sex=admission.sex,
        birth_date=admission.birth_date,
    )


def require_free_bed(
    reads: Reads, ward: WardId, bed: str, *, leaving: EncounterId | None = None
) -> None:
    """Refuse a bed that there is not, or that somebody else lies in.

    Raises:
        NotFound: no such ward or bed.
        Refused: it is taken.
    """
    known = {one.id: one for one in reads.wards()}
    if ward not in known:
        raise NotFound("ward", ward, right=f"one of {', '.join(sorted(known))}")
    if bed not in known[ward].beds:
        raise NotFound("bed", bed, right=f"one of {', '.join(known[ward].beds)}")
    for stay in reads.encounters(ward=ward):
        if stay.bed == bed and stay.id != leaving:
            raise Refused(
                "BED_TAKEN",
                f"Bed {bed} of ward {ward} is taken",
                next_step="Choose a free bed",
                field="bed",
            )


def moment_of(writing: Writing, at: datetime | None) -> datetime:
    """When something happened; now when it is not said.

    Raises:
        InvalidInput: it lies in the future.
    """
    if at is not None and at > writing.now + TOLERANCE:
        raise InvalidInput("at", "the time is in the future", right="when it really happened")
    return at or writing.now


def told(
    writing: Writing,
    body: CareBody,
    *,
    noun: Noun,
    stream: str,
    encounter: EncounterId | None,
    at: datetime,
) -> Happening:
    """What is told to the journal by this write's actor."""
    return Happening(
        noun=noun,
        stream=stream,
        body=body,
        actor=writing.actor.user,
        at=at,
        recorded_at=writing.now,
        encounter=encounter,
    )
