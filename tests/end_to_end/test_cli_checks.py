"""Checks at the command line: a penicillin before anybody asked, and blood for a patient."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end import hospital
from tests.end_to_end.command_line import Wardloop


@pytest.fixture
def wardloop(tmp_path: Path) -> Wardloop:
    made = Wardloop(tmp_path)
    hospital.set_up(made)
    return made


def drafted(wardloop: Wardloop) -> str:
    made: Any = wardloop.does("order", "draft", given=hospital.AMOXICILLIN, user="chen.wei")
    return str(made["order"])


def findings(wardloop: Wardloop, order: str) -> list[dict[str, Any]]:
    """What refuses the signature of an order; nothing where it is signed."""
    said = wardloop("order", "sign", "--json", given={"order": order}, user="chen.wei")
    found: list[dict[str, Any]] = json.loads(said.err)["error"]["findings"] if said.code else []
    return found


def test_a_penicillin_waits_until_somebody_asked_for_allergies(wardloop: Wardloop) -> None:
    stay = wardloop.does("patient", "admit", given=hospital.PATIENT, user="li.na")["encounter"]
    order = drafted(wardloop)
    (never,) = findings(wardloop, order)
    assert (never["check"], never["severity"]) == ("allergy", "reason")
    assert "never asked" in never["message"]
    known = {"encounter": stay, "none_known": True}
    wardloop.does("allergy", "record", given=known, user="li.na")
    assert findings(wardloop, order) == []


def test_an_allergy_to_penicillins_is_found_and_overridden_with_a_reason(
    wardloop: Wardloop,
) -> None:
    stay = wardloop.does("patient", "admit", given=hospital.PATIENT, user="li.na")["encounter"]
    told = {"encounter": stay, "substance": "penicillins", "reaction": "rash"}
    wardloop.does("allergy", "record", given=told, user="li.na")
    order = drafted(wardloop)
    (found,) = findings(wardloop, order)
    assert found["check"] == "allergy"
    assert found["source"]
    why = [{"check": "allergy", "reason": "tolerated since, told by the allergist"}]
    signed = wardloop.does(
        "order", "sign", given={"order": order, "override": why}, user="chen.wei"
    )
    assert signed["orders"] == [order]


def test_blood_for_a_patient_line_by_line(wardloop: Wardloop) -> None:
    lines = (
        {"component": "red_cells", "patient": "O+", "unit": "A+"},
        {"component": "plasma", "patient": "O+", "unit": "AB+"},
        {"component": "red_cells", "patient": "A-", "unit": "A+", "sex": "M", "age_years": 40},
        {"component": "red_cells", "patient": "A+", "unit": "A+", "sexx": "M"},
    )
    said = wardloop("blood", "compatible", text="".join(f"{json.dumps(one)}\n" for one in lines))
    assert said.code == 0
    answers = [json.loads(line) for line in said.out.splitlines()]
    assert [one.get("verdict") for one in answers] == ["stop", "compatible", "second_person", None]
    assert answers[3]["error"]["field"] == "sexx"
