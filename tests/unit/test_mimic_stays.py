"""Patients, stays, movements and vital signs, with the traps of the source."""

from __future__ import annotations

from datetime import timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from client.gateway.mimic import stays
from client.gateway.mimic.identities import ward_id
from client.gateway.mimic.stays import ADMISSIONS, PATIENTS, TRANSFERS, VITAL_SIGNS
from domain.happenings import (
    Admitted,
    Happening,
    MovedTo,
    Observed,
    PatientRegistered,
    StayEnded,
    WardSet,
)
from domain.patients import Sex
from tests.mimic_folder import STAY, SUBJECT, ZONE, TinyFolder, aside, at, local


@pytest.fixture
def folder(tmp_path: Path) -> TinyFolder:
    return TinyFolder(tmp_path)


def told(folder: TinyFolder) -> list[Happening]:
    plan = folder.plan()
    patient = plan.patients[0]
    return stays.happenings(patient.row, patient.stays, plan.times)


def move(folder: TinyFolder, kind: str, unit: str, clock: str, stay: str = STAY) -> None:
    folder.add(TRANSFERS, hadm_id=stay, eventtype=kind, careunit=unit, intime=local(clock))


def sign(folder: TinyFolder, what: str, value: str, clock: str = "08:00") -> None:
    folder.add(VITAL_SIGNS, hadm_id=STAY, charttime=local(clock), what=what, value=value)


def observed(folder: TinyFolder) -> list[object]:
    return [dict(one.body.values) for one in told(folder) if isinstance(one.body, Observed)]


def test_a_stay_from_the_emergency_room_to_its_end(folder: TinyFolder) -> None:
    move(folder, "discharge", "", "23:00")
    move(folder, "transfer", "Medicine", "09:00")
    move(folder, "ED", "Emergency Department", "05:00")
    move(folder, "ED", "Emergency Department", "05:00", stay="")
    plan = folder.plan()
    bodies = [(one.at, one.body) for one in told(folder)]
    assert aside(plan, TRANSFERS) == {"no admission": 1}
    registered, admitted, moved, ended = bodies
    assert isinstance(registered[1], PatientRegistered)
    assert isinstance(admitted[1], Admitted)
    assert admitted[0] == at("06:00")
    assert admitted[1].encounter.ward == "mimic-emergency-department"
    assert moved == (at("09:00"), MovedTo(ward_id("Medicine"), ""))
    assert ended == (at("12:00", 9), StayEnded("discharge", "HOME"))


def test_no_birth_date_is_made_up(folder: TinyFolder) -> None:
    body = told(folder)[0].body
    assert isinstance(body, PatientRegistered)
    assert (body.patient.birth_date, body.patient.sex) == (None, Sex.FEMALE)
    assert body.patient.mrn == SUBJECT


def test_a_death_ends_the_stay_as_such(folder: TinyFolder) -> None:
    folder.rows[ADMISSIONS][0]["deathtime"] = local("11:00", 9)
    last = told(folder)[-1]
    assert (last.at, last.body) == (at("11:00", 9), StayEnded("death", "HOME"))


def test_a_stay_that_goes_on_has_no_end(folder: TinyFolder) -> None:
    folder.rows[ADMISSIONS][0]["dischtime"] = ""
    assert isinstance(told(folder)[-1].body, Admitted)


def test_values_of_one_time_are_one_observation(folder: TinyFolder) -> None:
    sign(folder, "pulse", "80.0")
    sign(folder, "temperature", "36.7")
    sign(folder, "oxygen_device", "nasal_cannula")
    sign(folder, "pulse", "82.0", "09:00")
    assert observed(folder) == [
        {"pulse": 80, "temperature": "36.7", "oxygen_device": "nasal_cannula"},
        {"pulse": 82},
    ]


def test_a_value_charted_twice_at_one_time_is_not_lost(folder: TinyFolder) -> None:
    sign(folder, "pulse", "80.0")
    sign(folder, "spo2", "97.0")
    sign(folder, "pulse", "82.0")
    assert observed(folder) == [{"pulse": 80, "spo2": 97}, {"pulse": 82}]


def test_a_temperature_in_fahrenheit_says_so(folder: TinyFolder) -> None:
    sign(folder, "temperature", "98.6")
    assert observed(folder) == [{"temperature": {"value": "98.6", "unit": "[degF]"}}]


def test_an_intubated_patient_is_never_taken_for_alert(folder: TinyFolder) -> None:
    sign(folder, "gcs_verbal", "0.0")
    sign(folder, "gcs_total", "15.0")
    sign(folder, "gcs_verbal", "5.0", "09:00")
    sign(folder, "gcs_total", "15.0", "09:00")
    assert observed(folder) == [
        {"gcs_verbal": "NT", "gcs_total_untestable": 15},
        {"gcs_verbal": 5, "gcs_total": 15},
    ]


def test_rows_of_nobody_are_set_aside(folder: TinyFolder) -> None:
    folder.add(PATIENTS, subject_id="2", gender="M")
    folder.add(ADMISSIONS, subject_id="3", hadm_id="30", admittime=local("06:00"))
    folder.add(ADMISSIONS, subject_id=SUBJECT, hadm_id=STAY, admittime=local("06:00"))
    folder.add(VITAL_SIGNS, hadm_id="30", charttime=local("06:00"), what="pulse", value="80")
    plan = folder.plan()
    assert len(plan.patients) == 1
    assert aside(plan, PATIENTS) == {"no admission": 1}
    assert aside(plan, ADMISSIONS) == {"no patient": 1, "the same admission again": 1}
    assert aside(plan, VITAL_SIGNS) == {"no admission": 1}


def test_every_care_unit_is_a_ward(folder: TinyFolder) -> None:
    move(folder, "admit", "Medicine", "06:00")
    move(folder, "transfer", "", "09:00")
    bodies = [one.body for one in stays.wards(folder.plan().stays, ZONE)]
    wards = [body.ward for body in bodies if isinstance(body, WardSet)]
    assert [(ward.id, ward.time_zone) for ward in wards] == [
        ("mimic-medicine", "Etc/GMT+5"),
        ("mimic-unknown", "Etc/GMT+5"),
    ]


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        (timezone(timedelta(hours=8)), "Etc/GMT-8"),
        (timezone(timedelta(0)), "Etc/UTC"),
        (timezone(timedelta(hours=5, minutes=30)), "UTC+05:30"),
        (ZoneInfo("Asia/Shanghai"), "Asia/Shanghai"),
    ],
)
def test_a_zone_is_named_as_the_ward_reads_it(zone: timezone, name: str) -> None:
    assert stays.zone_name(zone) == name
