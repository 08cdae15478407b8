"""Patients, stays, movements and vital signs as events beside the orders."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from client.gateway.mimic.amounts import number
from client.gateway.mimic.identities import MACHINE, encounter_id, patient_id, ward_id
from domain.conditions import CONDITIONS, LISTED
from domain.happenings import (
    Admitted,
    Happening,
    MovedTo,
    Noun,
    Observed,
    PatientRegistered,
    StandingFactSet,
    StayEnded,
    WardSet,
)
from domain.patients import Encounter, EncounterState, Patient, Sex, Ward
from domain.records import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime, tzinfo

    from client.gateway.mimic.accounting import Account
    from client.gateway.mimic.tables import LocalTimes
    from domain.happenings import CareBody
    from domain.ids import EncounterId

PATIENTS: Final = "hosp/patients"
ADMISSIONS: Final = "hosp/admissions"
TRANSFERS: Final = "hosp/transfers"
VITAL_SIGNS: Final = "vital_signs"
UNKNOWN_UNIT: Final = "Unknown"
HOTTEST: Final = Decimal(50)
"""A temperature above this many degrees Celsius is one in Fahrenheit, and is said as such."""


class PatientRow(NamedTuple):
    """The columns that are read."""

    subject_id: str
    gender: str


class AdmissionRow(NamedTuple):
    """The columns that are read."""

    subject_id: str
    hadm_id: str
    admittime: str
    dischtime: str
    deathtime: str
    discharge_location: str


class TransferRow(NamedTuple):
    """The columns that are read."""

    hadm_id: str
    eventtype: str
    careunit: str
    intime: str


class VitalRow(NamedTuple):
    """The columns that are read."""

    hadm_id: str
    charttime: str
    what: str
    value: str


@dataclass(slots=True)
class Stay:
    """A stay as it is put together."""

    row: AdmissionRow
    id: EncounterId
    at: datetime
    units: list[tuple[datetime, str]] = field(default_factory=list)
    observed: dict[datetime, list[dict[str, object]]] = field(default_factory=dict)
    coded: dict[str, None] = field(default_factory=dict)

    @property
    def first_unit(self) -> str:
        """Where it began."""
        return min(self.units)[1] if self.units else UNKNOWN_UNIT


def read_stays(
    patients: Sequence[PatientRow],
    admissions: Sequence[AdmissionRow],
    *,
    accounts: tuple[Account, Account],
    times: LocalTimes,
) -> dict[str, Stay]:
    """The stays by `hadm_id`; one of a patient who is not in the table is set aside.

    Args:
        accounts: of `hosp/patients` and of `hosp/admissions`.
    """
    known = {row.subject_id for row in patients}
    admitted = {row.subject_id for row in admissions}
    for patient in patients:
        if patient.subject_id in admitted:
            accounts[0].take()
        else:
            accounts[0].set_aside("no admission")
    stays: dict[str, Stay] = {}
    for row in admissions:
        if row.subject_id not in known:
            accounts[1].set_aside("no patient")
        elif row.hadm_id in stays:
            accounts[1].set_aside("the same admission again")
        else:
            accounts[1].take()
            at = times.at(row.admittime, f"{ADMISSIONS}.admittime")
            stays[row.hadm_id] = Stay(row, encounter_id(row.hadm_id), at)
    return stays


def move(
    rows: Sequence[TransferRow],
    *,
    stays: Mapping[str, Stay],
    account: Account,
    times: LocalTimes,
) -> None:
    """Add the movements to the stays; that of a discharge is the end of its stay."""
    for row in rows:
        stay = stays.get(row.hadm_id)
        if stay is None:
            account.set_aside("no admission")
            continue
        account.take()
        if row.eventtype != "discharge":
            at = times.at(row.intime, f"{TRANSFERS}.intime")
            stay.units.append((at, row.careunit or UNKNOWN_UNIT))


def observe(
    rows: Sequence[VitalRow],
    *,
    stays: Mapping[str, Stay],
    account: Account,
    times: LocalTimes,
) -> None:
    """Add the vital signs to the stays: all of one time together (decision 20b).

    A value that was charted twice at one time stands in a second observation of that time.
    """
    for row in rows:
        stay = stays.get(row.hadm_id)
        if stay is None:
            account.set_aside("no admission")
            continue
        account.take()
        at = times.at(row.charttime, f"{VITAL_SIGNS}.charttime")
        sets = stay.observed.setdefault(at, [{}])
        free = next((values for values in sets if row.what not in values), None)
        if free is None:
            free = {}
            sets.append(free)
        free[row.what] = value_of(row.what, row.value)
    for stay in stays.values():
        for sets in stay.observed.values():
            for values in sets:
                _without_untestable_total(values)


def value_of(what: str, text: str) -> object:
    """A charted value: a whole number, else exact text; what is no number stays as it is."""
    exact = number(text)
    if exact is None:
        return text
    value = Decimal(exact)
    if what == "gcs_verbal" and not value:
        return "NT"  # intubated: not testable, and never a score of 0
    if what == "temperature" and value > HOTTEST:
        return {"value": exact, "unit": "[degF]"}
    return int(value) if value == value.to_integral_value() else exact


def _without_untestable_total(values: dict[str, object]) -> None:
    """A Glasgow total whose verbal part was not testable must not be taken for an alert patient."""
    if values.get("gcs_verbal") == "NT" and "gcs_total" in values:
        values["gcs_total_untestable"] = values.pop("gcs_total")


def wards(stays: Iterable[Stay], zone: tzinfo) -> list[Happening]:
    """Every care unit as a ward without beds: the source knows none."""
    found: dict[str, datetime] = {}
    for stay in stays:
        for at, unit in [*stay.units, (stay.at, stay.first_unit)]:
            found[unit] = min(at, found.get(unit, at))
    return [
        _happening(
            Noun.WARD,
            ward_id(unit),
            WardSet(
                Ward(
                    id=ward_id(unit),
                    name=unit,
                    name_zh=unit,
                    time_zone=zone_name(zone),
                    beds=(),
                )
            ),
            at,
            ward=unit,
        )
        for unit, at in sorted(found.items())
    ]


def zone_name(zone: tzinfo) -> str:
    """The name of a zone as the IANA table has it: a fixed offset of whole hours is `Etc/GMT+5`."""
    key = getattr(zone, "key", None)
    if isinstance(key, str):
        return key
    offset = zone.utcoffset(None) or timedelta()
    hours, rest = divmod(int(offset.total_seconds()), 3600)
    if rest:
        return str(zone)
    return f"Etc/GMT{-hours:+d}" if hours else "Etc/UTC"


def happenings(patient: PatientRow, stays: Sequence[Stay], times: LocalTimes) -> list[Happening]:
    """The patient, and each stay from its beginning to its end."""
    key = patient_id(patient.subject_id)
    sex = {"F": Sex.FEMALE, "M": Sex.MALE}.get(patient.gender, Sex.UNKNOWN)
    # the source has an age and a shifted year, never a birth date: none is made up
    registered = PatientRegistered(
        Patient(
            id=key,
            mrn=patient.subject_id,
            name=f"MIMIC, {patient.subject_id}",
            sex=sex,
            birth_date=None,
        )
    )
    first = min(stay.at for stay in stays)
    told = [_happening(Noun.PATIENT, key, registered, first)]
    coded: dict[str, None] = {}
    for stay in sorted(stays, key=lambda stay: stay.at):
        coded |= stay.coded
        told += _of_stay(stay, times, tuple(coded) if stay.coded else ())
    return told


def _of_stay(stay: Stay, times: LocalTimes, coded: tuple[str, ...]) -> list[Happening]:
    row = stay.row
    admitted = Admitted(
        Encounter(
            id=stay.id,
            patient_id=patient_id(row.subject_id),
            state=EncounterState.IN_PROGRESS,
            ward=ward_id(stay.first_unit),
            bed="",
            admitted_at=stay.at,
        )
    )
    timed: dict[datetime, list[CareBody]] = defaultdict(list)
    for at, unit in sorted(stay.units)[1:]:
        timed[at].append(MovedTo(ward_id(unit), ""))
    for at, sets in stay.observed.items():
        timed[at] += [Observed(values) for values in sets]
    bodies: list[tuple[datetime, CareBody]] = [(stay.at, admitted)]
    bodies += [(at, body) for at in sorted(timed) for body in timed[at]]
    died = times.or_none(row.deathtime, f"{ADMISSIONS}.deathtime")
    left = died or times.or_none(row.dischtime, f"{ADMISSIONS}.dischtime")
    if left is not None:
        how = "discharge" if died is None else "death"
        if coded:
            detail = {LISTED: list(coded)}
            patient = patient_id(row.subject_id)
            bodies.append((left, StandingFactSet(patient, CONDITIONS, LISTED, MACHINE, detail)))
        bodies.append((left, StayEnded(how, row.discharge_location)))
    return [_happening(Noun.ENCOUNTER, stay.id, body, at, encounter=stay.id) for at, body in bodies]


def _happening(
    noun: Noun,
    stream: str,
    body: CareBody,
    at: datetime,
    *,
    encounter: EncounterId | None = None,
    ward: str | None = None,
) -> Happening:
    return Happening(
        noun=noun,
        stream=stream,
        body=body,
        actor=MACHINE,
        at=at,
        recorded_at=at,
        encounter=encounter,
        ward=None if ward is None else ward_id(ward),
        source=Source.IMPORT,
    )
