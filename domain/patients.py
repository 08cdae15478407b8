"""The patient, the stay in hospital (encounter), and where the patient lies."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from domain.ids import EncounterId, PatientId, WardId


class Sex(StrEnum):
    """Administrative sex (FHIR administrative-gender)."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


class EncounterState(StrEnum):
    """Whether the patient is in hospital."""

    IN_PROGRESS = "in_progress"
    DISCHARGED = "discharged"
    DIED = "died"


@dataclass(frozen=True, slots=True)
class Patient:
    """A person in care.

    Attributes:
        mrn: the record number: with name and birth date the identity, never the bed.
        name: `WANG, Xiaoming`.
        name_zh: in Chinese characters, empty where there is none.
        birth_date: None where it is not known; it is then said in words.
        merged_into: the patient that this record was linked to.
    """

    id: PatientId
    mrn: str
    name: str
    sex: Sex
    birth_date: date | None
    name_zh: str = ""
    merged_into: PatientId | None = None


@dataclass(frozen=True, slots=True)
class Encounter:
    """One stay.

    Attributes:
        ward: where the patient lies now.
        bed: a place, never an identifier.
        band_instance: the wristband that counts; an older one is refused (loop specification 11.1).
        diagnosis: in words, for lists and reports.
    """

    id: EncounterId
    patient_id: PatientId
    state: EncounterState
    ward: WardId
    bed: str
    admitted_at: datetime
    band_instance: int = 1
    diagnosis: str = ""
    ended_at: datetime | None = None

    @property
    def active(self) -> bool:
        """Whether orders may be placed and fulfilled."""
        return self.state is EncounterState.IN_PROGRESS


@dataclass(frozen=True, slots=True)
class Ward:
    """A ward: its name, its time zone and its beds in order."""

    id: WardId
    name: str
    name_zh: str
    time_zone: str
    beds: tuple[str, ...]
