"""Lasting illnesses, the score and names alike at the command line: what a ward reads of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end import hospital
from tests.end_to_end.command_line import Wardloop

MRN = "0012345678"


@pytest.fixture
def wardloop(tmp_path: Path) -> Wardloop:
    made = Wardloop(tmp_path)
    hospital.set_up(made)
    made.does("patient", "admit", given=hospital.PATIENT, user="li.na")
    return made


def record(wardloop: Wardloop, **entry: object) -> str:
    said = wardloop("condition", "record", given={"mrn": MRN, **entry}, user="chen.wei")
    assert said.code == 0, said.err
    return said.out


def risk(wardloop: Wardloop) -> dict[str, Any]:
    found: dict[str, Any] = wardloop.does("risk", "show", "--patient", MRN, user="sun.li")
    return found


def test_conditions_are_said_by_name_or_code_and_taken_off_again(wardloop: Wardloop) -> None:
    out = record(wardloop, conditions=["heart_failure"], icd10=["N18.5"], icd9=["250.00"])
    assert "Conditions: chf, icd10:N185, icd9:25000." in out
    out = record(wardloop, remove=["chf", "N18.5", "icd9:250.00"], note="of bed 02")
    assert "No condition is known." in out
    assert "No condition is known." in record(wardloop, none_known=True)
    record(wardloop, conditions=["copd"])
    shown = wardloop("observe", "show", "--mrn", MRN, user="sun.li").out
    assert "chronic_pulmonary (chen.wei, 2026-11-24" in shown
    assert wardloop("db", "verify").code == 0
    assert wardloop("db", "rebuild").code == 0
    assert wardloop("db", "verify").code == 0
    assert "chronic_pulmonary" in wardloop("observe", "show", "--mrn", MRN, user="sun.li").out


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({}, "conditions"),
        ({"conditions": ["old age"]}, "conditions"),
        ({"icd10": ["heart failure"]}, "icd10"),
        ({"icd9": ["I50"]}, "icd9"),
        ({"remove": ["chf"], "note": "wrong"}, "remove"),
        ({"remove": ["icd9:I50"], "note": "wrong"}, "icd9"),
        ({"conditions": "chf"}, "conditions"),
    ],
)
def test_what_is_wrong_is_named(wardloop: Wardloop, entry: dict[str, object], field: str) -> None:
    before = wardloop.events()
    given = {"mrn": MRN, **entry}
    said = wardloop("condition", "record", "--json", given=given, user="chen.wei")
    assert (said.code, said.error["field"]) == (1, field)
    assert wardloop.events() == before


def test_the_score_says_what_it_does_not_know_and_why_each_point(wardloop: Wardloop) -> None:
    found = risk(wardloop)
    assert found["complete"] is False
    assert found["missing"] == ["charlson", "egfr", "aki_stage", "news2"]
    record(wardloop, conditions=["chf", "dementia", "copd"])
    found = risk(wardloop)
    assert "charlson" not in found["missing"]
    (cause,) = [one for one in found["causes"] if one["cause"] == "charlson"]
    assert (cause["hazard"], cause["since"]) == (3.0, "2026-11-24T00:00:00+00:00")
    assert cause["words"] == {
        "en": "Lasting illnesses (Charlson index 3 or more)",
        "zh": "慢性疾病(Charlson指数≥3)",
    }
    shown = wardloop("risk", "show", "--patient", MRN, user="sun.li").out
    assert "Lasting illnesses (Charlson index 3 or more)" in shown
    assert "Not known: kidney function, course of creatinine, a whole set of vital signs." in shown
    assert "it is no probability" in shown


def test_a_ward_reads_the_heaviest_cause_in_its_own_language(wardloop: Wardloop) -> None:
    record(wardloop, conditions=["aids"])
    listed = wardloop("risk", "show", "--ward", "3A", user="sun.li").out
    assert "Lasting illnesses (Charlson index 5 or more)" in listed
    wardloop.settings.write_text('workstation = "test"\nlanguage = "zh"\n', encoding="utf-8")
    listed = wardloop("risk", "show", "--ward", "3A", user="sun.li").out
    assert "慢性疾病(Charlson指数≥5)" in listed


def test_patients_who_are_called_alike_are_named_beside_each_other(wardloop: Wardloop) -> None:
    alike = {**hospital.PATIENT, "mrn": "0012345680", "name": "WANG, Xiaomin", "name_zh": "王晓明"}
    other = {**hospital.PATIENT, "mrn": "0012345681", "name": "LI, Hua", "name_zh": "李华"}
    wardloop.does("patient", "admit", given={**alike, "bed": "02"}, user="li.na")
    wardloop.does("patient", "admit", given={**other, "bed": "03"}, user="li.na")
    listed: Any = wardloop.does("patient", "list", user="li.na")
    assert [one["name_like"] for one in listed] == [["0012345680"], [MRN], []]
    lines = wardloop("patient", "list", user="li.na").out.splitlines()
    assert "3A 02" in lines[1]
    assert "3A 01" in lines[2]
    gone = {"mrn": "0012345680", "destination": "home"}
    wardloop.does("patient", "discharge", given=gone, user="chen.wei")
    listed = wardloop.does("patient", "list", "--all", user="li.na")
    assert all(one["name_like"] == [] for one in listed)
