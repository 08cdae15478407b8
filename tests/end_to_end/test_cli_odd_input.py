"""Odd input from programs and slips of the hand: always refused with its field, never a fault."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from tests.end_to_end import hospital
from tests.end_to_end.command_line import Wardloop


@pytest.fixture
def wardloop(tmp_path: Path) -> Wardloop:
    made = hospital.told_hospital(tmp_path)
    hospital.admitted(made)
    return made


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("start", "9999-12-31T23:59:59-12:00"),
        ("start", "0001-01-01T00:00:00+14:00"),
        ("stop", "9999-12-31T23:59:59-12:00"),
        ("dose", "0 mg"),
        ("dose", "-5 mg"),
        ("dose", {"value": "1e999999", "unit": "mg"}),
        ("rate", "0 mL/h"),
        ("dose_count", 10**30),
        ("dose_count", 1001),
        ("dose_count", 0),
        ("min_interval", 10**30),
        ("comment", "\ud800"),
    ],
)
def test_an_order_that_cannot_be_meant(wardloop: Wardloop, name: str, value: object) -> None:
    given = {**hospital.AMOXICILLIN, "fields": {**hospital.DOSE, name: value}}
    before = wardloop.events()
    said = wardloop("order", "draft", "--json", given=given, user="chen.wei")
    assert (said.code, said.out) == (1, "")
    assert said.error["code"] == "INVALID_INPUT"
    assert name in said.error["field"]
    assert wardloop.events() == before


@pytest.mark.parametrize("units", [0, -1, 101, 5000])
def test_units_of_blood_are_1_to_100(wardloop: Wardloop, units: int) -> None:
    blood = cast("dict[str, object]", hospital.TRANSFUSION["fields"])
    fields = {**blood, "units": units}
    given = {**hospital.TRANSFUSION, "fields": fields}
    said = wardloop("order", "draft", "--json", given=given, user="chen.wei")
    assert (said.code, said.error["field"]) == (1, "fields.units")


@pytest.mark.parametrize("entry", [{"command_id": "\ud800"}, {"evidence": {"\ud800": 1}}])
def test_half_a_character_in_a_record(wardloop: Wardloop, entry: dict[str, object]) -> None:
    order, _dose = hospital.signed(wardloop)
    line = {"command_id": "c1", "order": order, "step": "M2", "result": "verified", **entry}
    said = wardloop("step", "record", "--json", given=line, user="li.na")
    assert (said.code, said.error["code"]) == (1, "INVALID_INPUT")


@pytest.mark.parametrize("limit", ["0", "-1", "10001", "99999999999999999999", "ten"])
def test_a_worklist_has_1_to_10000_rows(wardloop: Wardloop, limit: str) -> None:
    said = wardloop("worklist", "--limit", limit, "--json", user="li.na")
    assert (said.code, said.out) == (2, "")
    assert said.error["code"] == "USAGE"
    assert wardloop("worklist", "--limit", "10000", user="li.na").code == 0


def test_a_clock_is_set_to_a_year_that_can_be_meant(wardloop: Wardloop) -> None:
    wardloop.now = "9999-12-31T23:00:00+00:00"
    said = wardloop("worklist", "--json", user="li.na")
    assert (said.code, said.error["field"]) == (2, "now")
