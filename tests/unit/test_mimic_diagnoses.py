"""Coded diagnoses of the source: known once a stay is over, and from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from client.gateway.mimic import stays
from client.gateway.mimic.diagnoses import TABLE
from client.gateway.mimic.stays import ADMISSIONS
from domain.conditions import CONDITIONS
from domain.happenings import StandingFactSet, StayEnded
from tests.mimic_folder import STAY, SUBJECT, TinyFolder, aside, at, local

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> TinyFolder:
    return TinyFolder(tmp_path)


def coded(folder: TinyFolder, code: str, version: str, stay: str = STAY) -> None:
    folder.add(TABLE, hadm_id=stay, icd_code=code, icd_version=version)


def told(folder: TinyFolder) -> list[tuple[datetime, object]]:
    """The lists, each with the time from which it is known."""
    patient = folder.plan().patients[0]
    happened = stays.happenings(patient.row, patient.stays, folder.plan().times)
    return [
        (one.at, one.body.detail["listed"])
        for one in happened
        if isinstance(one.body, StandingFactSet) and one.body.name == CONDITIONS
    ]


def test_the_codes_of_a_stay_are_told_at_its_end_and_before_it(folder: TinyFolder) -> None:
    coded(folder, "4280", "9")
    coded(folder, "N186", "10")
    coded(folder, "4280 ", "9")
    assert told(folder) == [(at("12:00", 9), ["icd9:4280", "icd10:N186"])]
    patient = folder.plan().patients[0]
    *_, known, ended = stays.happenings(patient.row, patient.stays, folder.plan().times)
    assert isinstance(known.body, StandingFactSet)
    assert isinstance(ended.body, StayEnded)


def test_a_later_stay_knows_the_earlier_codes_too(folder: TinyFolder) -> None:
    folder.add(
        ADMISSIONS,
        subject_id=SUBJECT,
        hadm_id="later",
        admittime=local("06:00", 20),
        dischtime=local("12:00", 22),
    )
    coded(folder, "I500", "10", stay="later")
    coded(folder, "25000", "9")
    assert told(folder) == [
        (at("12:00", 9), ["icd9:25000"]),
        (at("12:00", 22), ["icd9:25000", "icd10:I500"]),
    ]


def test_what_is_no_code_or_of_no_stay_is_set_aside(folder: TinyFolder) -> None:
    folder.add(ADMISSIONS, subject_id=SUBJECT, hadm_id="open", admittime=local("06:00", 20))
    coded(folder, "4280", "9", stay="elsewhere")
    coded(folder, "I50", "11")
    coded(folder, "I50", "9")
    coded(folder, "I50", "10", stay="open")
    assert aside(folder.plan(), TABLE) == {
        "no admission": 1,
        "neither ICD-9 nor ICD-10": 1,
        "no code of its version": 1,
        "the stay has no end": 1,
    }
    assert told(folder) == []
