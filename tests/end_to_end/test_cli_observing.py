"""What is observed and what stands of a patient, told by commands; and what is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end import hospital
from tests.end_to_end.command_line import Wardloop

MRN = "0012345678"
VITALS = {
    "mrn": MRN,
    "respiratory_rate": 22,
    "spo2": 94,
    "supplemental_oxygen": False,
    "systolic_bp": 105,
    "pulse": 95,
    "consciousness": "A",
    "temperature": 38.5,
}
WRONG = {
    "mrn": MRN,
    "at": "2026-11-24T08:00:00+08:00",
    "names": ["pulse"],
    "reason": "of the patient in bed 02",
}
POTASSIUM = {"mrn": MRN, "name": "potassium", "value": 4.1, "unit": "mmol/L", "low": 3.5}


def admitted(folder: Path, **changes: object) -> Wardloop:
    """A ward with one patient whom nobody has asked anything."""
    wardloop = hospital.told_hospital(folder)
    wardloop.does("patient", "admit", given={**hospital.PATIENT, **changes}, user="li.na")
    return wardloop


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Wardloop:
    """A ward with a patient of whom nothing is known. Nothing here may change it."""
    return admitted(tmp_path_factory.mktemp("ward"))


@pytest.fixture
def wardloop(tmp_path: Path) -> Wardloop:
    return admitted(tmp_path)


@dataclass(frozen=True)
class Bad:
    """A command, what is wrong with it, and which field must be named."""

    words: str
    entry: Mapping[str, object]
    field: str
    user: str = "li.na"
    code: str = "INVALID_INPUT"


BAD = (
    Bad("observe vitals", {"mrn": MRN}, "respiratory_rate"),
    Bad("observe vitals", {"pulse": 80}, "encounter"),
    Bad("observe vitals", {**VITALS, "colour": "red"}, "colour"),
    Bad("observe vitals", {**VITALS, "actor": "sun.li"}, "actor", code="NOT_AUTHORISED"),
    Bad("observe vitals", {**VITALS, "mrn": "0000000000"}, "mrn", code="NOT_FOUND"),
    Bad("observe vitals", {"encounter": "nobody", "pulse": 80}, "encounter", code="NOT_FOUND"),
    Bad("observe vitals", {**VITALS, "at": "2026-11-24T09:00:00"}, "at"),
    Bad("observe vitals", {**VITALS, "at": "2026-11-24T09:00:00+08:00"}, "at"),
    Bad("observe vitals", {**VITALS, "source": "gossip"}, "source"),
    Bad("observe vitals", {**VITALS, "source": "interface"}, "source", code="NOT_AUTHORISED"),
    Bad("observe vitals", {**VITALS, "respiratory_rate": 81}, "respiratory_rate"),
    Bad("observe vitals", {**VITALS, "spo2": "ninety"}, "spo2"),
    Bad("observe vitals", {**VITALS, "systolic_bp": 120.5}, "systolic_bp"),
    Bad("observe vitals", {**VITALS, "diastolic_bp": 140}, "diastolic_bp"),
    Bad("observe vitals", {**VITALS, "pulse": 301}, "pulse"),
    Bad("observe vitals", {**VITALS, "consciousness": "awake"}, "consciousness"),
    Bad("observe vitals", {**VITALS, "supplemental_oxygen": 0}, "supplemental_oxygen"),
    Bad("observe vitals", {**VITALS, "oxygen_flow": 3}, "oxygen_flow"),
    Bad("observe vitals", {**VITALS, "temperature": 98.6}, "temperature"),
    Bad("observe vitals", {**VITALS, "spo2_scale": 2}, "spo2_scale_by"),
    Bad("observe vitals", {**VITALS, "spo2_scale": 2, "spo2_scale_by": 7}, "spo2_scale_by"),
    Bad(
        "observe vitals",
        {**VITALS, "spo2_scale": 2, "spo2_scale_by": "sun.li"},
        "spo2_scale_by",
        code="NOT_AUTHORISED",
    ),
    Bad("observe vitals", VITALS, "actor", "wu.min", "NOT_AUTHORISED"),
    Bad("observe result", {**POTASSIUM, "name": None}, "name"),
    Bad("observe result", {**POTASSIUM, "name": "K"}, "name"),
    Bad("observe result", {**POTASSIUM, "value": None}, "value"),
    Bad("observe result", {**POTASSIUM, "value": "41"}, "value"),
    Bad("observe result", {**POTASSIUM, "unit": None}, "unit"),
    Bad("observe result", {**POTASSIUM, "unit": 1}, "unit"),
    Bad("observe result", {**POTASSIUM, "unit": "mg/dL"}, "unit"),
    Bad("observe result", {**POTASSIUM, "low": 6, "high": 5}, "low"),
    Bad("observe result", {**POTASSIUM, "flag": "very"}, "flag"),
    Bad("observe result", {**POTASSIUM, "order": "any"}, "order", code="RESULT_OF_ORDER"),
    Bad("observe result", {**POTASSIUM, "task": "any"}, "order", code="RESULT_OF_ORDER"),
    Bad("observe withdraw", {**WRONG, "at": None}, "at"),
    Bad("observe withdraw", {**WRONG, "at": "2026-11-24T08:00:00"}, "at"),
    Bad("observe withdraw", {**WRONG, "names": None}, "names"),
    Bad("observe withdraw", {**WRONG, "names": "pulse"}, "names"),
    Bad("observe withdraw", {**WRONG, "reason": None}, "reason"),
    Bad("observe withdraw", WRONG, "names", code="NOT_FOUND"),
    Bad("observe withdraw", WRONG, "actor", "wu.min", "NOT_AUTHORISED"),
    Bad("allergy record", {"mrn": MRN}, "substance"),
    Bad("allergy record", {"mrn": MRN, "substance": "latex", "reviewed": True}, "reviewed"),
    Bad("allergy record", {"mrn": MRN, "none_known": True, "reaction": "rash"}, "reaction"),
    Bad("allergy record", {"mrn": MRN, "none_known": "yes"}, "none_known"),
    Bad("allergy record", {"mrn": MRN, "reviewed": True}, "reviewed", code="NO_ALLERGY_RECORDED"),
    Bad("allergy record", {"mrn": MRN, "substance": "latex", "kind": "fear"}, "kind"),
    Bad("allergy record", {"mrn": MRN, "substance": "latex", "severity": "bad"}, "severity"),
    Bad("allergy record", {"mrn": MRN, "substance": "latex", "certainty": "no"}, "certainty"),
    Bad("allergy record", {"mrn": MRN, "substance": "latex", "certainty": "refuted"}, "note"),
    Bad("weight record", {"mrn": MRN}, "weight"),
    Bad("weight record", {"mrn": MRN, "weight": "heavy"}, "weight"),
    Bad("weight record", {"mrn": MRN, "height": 1.72}, "height"),
    Bad("pregnancy record", {"mrn": MRN}, "pregnant"),
    Bad("pregnancy record", {"mrn": MRN, "pregnant": "yes"}, "pregnant"),  # the patient is a man
    Bad("pregnancy record", {"mrn": MRN, "pregnant": "maybe"}, "pregnant"),
    Bad(
        "pregnancy record",
        {"mrn": MRN, "pregnant": "no", "gestation_weeks": "20"},
        "gestation_weeks",
    ),
    Bad("pregnancy record", {"mrn": MRN, "pregnant": "no", "post_partum": "soon"}, "post_partum"),
    Bad("pregnancy record", {"mrn": MRN, "pregnant": "no", "lactating": "no"}, "lactating"),
    Bad("note record", {"mrn": MRN}, "fact"),
    Bad("note record", {"mrn": MRN, "fact": "mood", "value": True}, "fact"),
    Bad("note record", {"mrn": MRN, "fact": "on_dialysis", "value": "yes"}, "value"),
    Bad("note record", {"mrn": MRN, "value": True}, "fact"),
    Bad("note record", {"mrn": MRN, "note": 7}, "note"),
    Bad(
        "note record",
        {"mrn": MRN, "fact": "comfort_care", "value": True},
        "actor",
        code="NOT_AUTHORISED",
    ),
)


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: f"{bad.words}: {bad.field} {bad.code}")
def test_what_is_wrong_is_named_and_nothing_is_written(ward: Wardloop, bad: Bad) -> None:
    before = ward.events()
    said = ward(*bad.words.split(), "--json", given=bad.entry, user=bad.user)
    assert said.code == 1, said.out or said.err
    assert said.out == ""
    assert (said.error["field"], said.error["code"]) == (bad.field, bad.code)
    assert ward.events() == before


def test_vital_signs_answer_with_what_they_mean(wardloop: Wardloop) -> None:
    answer: Any = wardloop.does("observe", "vitals", given=VITALS, user="sun.li")
    assert answer["stored"]["pulse"] == 95
    assert (answer["news2"]["score"], answer["news2"]["band"]) == (6, "medium")
    assert answer["news2"]["observe_every_minutes"] == 60
    said = wardloop("observe", "vitals", given={"mrn": MRN, "pulse": 70}, user="sun.li")
    assert "NEWS2 5, medium" in said.out
    scale = {"mrn": MRN, "spo2": 90, "spo2_scale": 2, "spo2_scale_by": "chen.wei"}
    answer = wardloop.does("observe", "vitals", given=scale, user="sun.li")
    assert answer["news2"]["components"]["spo2"] == 0


def test_a_part_of_a_set_bounds_the_score(wardloop: Wardloop) -> None:
    said = wardloop("observe", "vitals", given={"mrn": MRN, "spo2": 90}, user="sun.li")
    assert "NEWS2 3 to" in said.out
    assert "missing: respiratory_rate" in said.out


def test_a_switch_of_scale_alone_has_no_score(wardloop: Wardloop) -> None:
    scale = {"mrn": MRN, "spo2_scale": 2, "spo2_scale_by": "chen.wei"}
    answer = wardloop.does("observe", "vitals", given=scale, user="sun.li")
    assert "news2" not in answer


def test_a_child_has_no_news2(tmp_path: Path) -> None:
    wardloop = admitted(tmp_path, birth_date="2020-01-01")
    said = wardloop("observe", "vitals", given=VITALS, user="sun.li")
    assert "No NEWS2: EXCLUDED_PAEDIATRIC" in said.out


def test_a_critical_result_is_said_to_be_critical(wardloop: Wardloop) -> None:
    high = {**POTASSIUM, "value": "6.8", "flag": "HH"}
    said = wardloop("observe", "result", given=high, user="chen.wei")
    assert "CRITICAL: potassium > 6.2" in said.out
    assert "tell the physician now" in said.out, "no order, so no loop runs that would ask for it"
    assert "alert L-06" in said.out
    answer: Any = wardloop.does("observe", "result", given=high, user="chen.wei")
    assert answer["critical"] is True
    assert answer["result"]["critical"] == "> 6.2"
    assert answer["result"]["flag"] == "HH"
    assert "CRITICAL" not in wardloop("observe", "result", given=POTASSIUM, user="chen.wei").out


def open_alerts(wardloop: Wardloop) -> list[tuple[str, str, str]]:
    found: Any = wardloop.does("alerts", "list", user="chen.wei")
    return [(one["rule"], one["severity"], one["evidence"]["evidence"]) for one in found]


def test_a_critical_result_that_nobody_ordered_stands_among_the_alerts(wardloop: Wardloop) -> None:
    high = {**POTASSIUM, "value": "6.9", "at": "2026-11-24T08:00:00+08:00"}
    wardloop.does("observe", "result", given=high, user="chen.wei")
    assert open_alerts(wardloop) == [("L-06", "S1", "potassium 6.9 mmol/L")]
    listed = wardloop("alerts", "list", user="chen.wei").out
    assert "Critical value not notified [potassium 6.9 mmol/L]" in listed
    wardloop.environ["WARDLOOP_LANGUAGE"] = "zh"
    assert "危急值未通知 [钾 6.9 mmol/L]" in wardloop("alerts", "list", user="chen.wei").out
    wardloop.now = "2026-11-24T08:40:00+08:00"
    wardloop.does("observe", "result", given=POTASSIUM, user="chen.wei")
    assert open_alerts(wardloop) == [], "the next one is within limits"
    good = {"mrn": MRN, "at": wardloop.now, "names": ["potassium"], "reason": "wrong tube"}
    wardloop.does("observe", "withdraw", given=good, user="chen.wei")
    assert open_alerts(wardloop) == [("L-06", "S1", "potassium 6.9 mmol/L")]
    wardloop.does("observe", "withdraw", given={**good, "at": high["at"]}, user="chen.wei")
    assert open_alerts(wardloop) == []
    assert wardloop("db", "verify").code == 0
    assert wardloop("db", "rebuild").code == 0
    assert wardloop("db", "verify").code == 0


def test_the_physician_answers_for_a_critical_result_that_nobody_ordered(
    wardloop: Wardloop,
) -> None:
    wardloop.does("observe", "result", given={**POTASSIUM, "value": "6.9"}, user="chen.wei")
    found: Any = wardloop.does("alerts", "list", user="chen.wei")
    seen = {"alert": found[0]["alert"]}
    wardloop.does("alerts", "acknowledge", given=seen, user="chen.wei")
    found = wardloop.does("alerts", "list", user="chen.wei")
    assert [one["acknowledged_by"] for one in found] == ["chen.wei"], "it stays until facts end it"


def test_what_is_known_of_a_patient_is_shown(wardloop: Wardloop) -> None:
    shown = wardloop("observe", "show", "--mrn", MRN, user="sun.li").out
    assert "Nothing was observed." in shown
    assert "nobody has asked" in shown
    none = {"mrn": MRN, "none_known": True}
    wardloop.does("allergy", "record", given=none, user="sun.li")
    assert "none known" in wardloop("observe", "show", "--mrn", MRN, user="sun.li").out
    for command, user, entry in (
        ("observe vitals", "sun.li", VITALS),
        ("observe result", "chen.wei", {**POTASSIUM, "value": "6.8"}),
        ("weight record", "sun.li", {"weight": 70.5, "height": "172"}),
        ("allergy record", "wu.min", {"substance": "Penicillins", "reaction": "anaphylaxis"}),
        ("allergy record", "wu.min", {"substance": "codeine", "kind": "intolerance"}),
        ("allergy record", "wu.min", {"reviewed": True}),
        ("pregnancy record", "sun.li", {"pregnant": "no", "lactating": False}),
        ("note record", "chen.wei", {"fact": "comfort_care", "value": True, "note": "family"}),
        ("note record", "sun.li", {"note": "hears badly"}),
    ):
        wardloop.does(*command.split(), given={"mrn": MRN, **entry}, user=user)
    shown = wardloop("observe", "show", "--mrn", MRN, user="sun.li").out
    for words in (
        "6.8 mmol/L",
        "> 6.2",
        "70.5 kg",
        "supplemental_oxygen  no",
        "penicillins (allergy, anaphylaxis)",
        "codeine (intolerance)",
        "comfort_care",
        "hears badly (sun.li)",
    ):
        assert words in shown
    known: Any = wardloop.does("observe", "show", "--mrn", MRN, user="sun.li")
    assert known["flags"] == ["comfort_care"]
    assert {one["substance"] for one in known["allergies"]} == {"penicillins", "codeine"}
    encounter = str(known["encounter"])
    assert wardloop.does("observe", "show", "--encounter", encounter, user="sun.li") == known


def test_what_was_entered_in_error_is_withdrawn(wardloop: Wardloop) -> None:
    wardloop.does("observe", "vitals", given=VITALS, user="sun.li")
    said = wardloop("observe", "withdraw", given=WRONG, user="sun.li")
    assert "Withdrawn: pulse." in said.out
    known: Any = wardloop.does("observe", "show", "--mrn", MRN, user="sun.li")
    assert "pulse" not in known["latest"]
    assert known["latest"]["spo2"]["value"] == "94"
    assert wardloop("db", "verify").code == 0


def test_a_second_sending_observes_nothing_twice(wardloop: Wardloop) -> None:
    once = {**VITALS, "command_id": "vitals-at-eight"}
    wardloop.does("observe", "vitals", given=once, user="sun.li")
    before = wardloop.events()
    answer = wardloop.does("observe", "vitals", given=json.dumps(once), user="sun.li")
    assert answer["repeated"] is True
    assert wardloop.events() == before


def test_what_was_observed_holds_and_is_rebuilt(wardloop: Wardloop) -> None:
    wardloop.does("observe", "vitals", given=VITALS, user="sun.li")
    wardloop.does("allergy", "record", given={"mrn": MRN, "substance": "latex"}, user="sun.li")
    known = wardloop.does("observe", "show", "--mrn", MRN, user="sun.li")
    assert wardloop("db", "verify").code == 0
    assert wardloop("db", "rebuild").code == 0
    assert wardloop("db", "verify").code == 0
    assert wardloop.does("observe", "show", "--mrn", MRN, user="sun.li") == known
