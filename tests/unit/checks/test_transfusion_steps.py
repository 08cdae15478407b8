"""The checks of a transfusion: request, sample, group, unit, its time, the patient."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.barcodes import din_flags, specimen_label
from domain.clinical import Clinical
from domain.patients import Sex
from rules.checks.blood import STRICT
from rules.checks.registry import clinical_checks
from tests.unit.checks.patient_record import (
    NOW,
    At,
    Free,
    active,
    checks,
    knowledge,
    patient,
    value,
)

DIN = "W000026123456"
UNIT = f"={DIN}{din_flags(DIN)}"
GROUPS = {"O+": "=%5100", "A+": "=%6200", "O-": "=%9500"}


def unit(step: str, clinical: Clinical | None = None, **fields: Free) -> At:
    task: dict[str, object] | None = None if step in ("T3", "T6", "T7", "T8") else {}
    said = {"component": "red_cells", "approval_level": "senior", **fields}
    return At("transfusion", step, fields=said, task=task, clinical=clinical)


def blood(haemoglobin: str, indication: str = "anaemia", component: str = "red_cells") -> list[str]:
    at = unit("T3", component=component, indication=indication).after("T1", haemoglobin=haemoglobin)
    return at.severities("transfusion_request")


@pytest.mark.parametrize(
    ("haemoglobin", "indication", "told"),
    [
        ("69 g/L", "anaemia", False),
        ("70 g/L", "anaemia", True),
        ("74 g/L", "after heart surgery", False),
        ("79 g/L", "coronary disease", False),
        ("80 g/L", "冠心病", True),
        ("99 g/L", "acute myocardial infarction", False),
        ("110 g/L", "major bleeding", False),
    ],
)
def test_a_threshold_is_advice_and_never_in_the_way(
    haemoglobin: str, indication: str, told: bool
) -> None:
    assert blood(haemoglobin, indication) == (["warning"] if told else [])


def test_thresholds_of_other_components() -> None:
    def asked(component: str, *values: object, indication: str = "") -> list[str]:
        of = patient(*values)  # type: ignore[arg-type]  # named freely
        return unit("T3", of, component=component, indication=indication).severities(
            "transfusion_request"
        )

    assert asked("platelets", value("platelets", 10)) == []
    assert asked("platelets", value("platelets", 11)) == ["warning"]
    assert asked("platelets", value("platelets", 49), indication="surgery") == []
    assert asked("plasma", value("inr", "1.6")) == []
    assert asked("plasma", value("inr", "1.5")) == ["warning"]
    assert asked("cryoprecipitate", value("fibrinogen", "1.4")) == []
    assert asked("red_cells") == ["info"]
    assert asked("whole_blood") == []
    assert unit("T3").severities("transfusion_request") == ["info"]


@pytest.mark.parametrize(
    ("volume", "level", "binds"),
    [
        ("799 mL", "senior", []),
        ("800 mL", "senior", ["stop"]),
        ("800 mL", "department", []),
        ("1600 mL", "department", ["stop"]),
        ("1600 mL", "affairs", []),
    ],
)
def test_who_approves_so_much_blood(volume: str, level: str, binds: list[str]) -> None:
    at = unit("T3", order_volume=volume, approval_level=level).after("T1", haemoglobin="60 g/L")
    assert at.severities("transfusion_request") == binds


def test_the_blood_of_a_day_is_added_and_an_emergency_goes_first() -> None:
    other = active("x", loop="transfusion", order_volume="600 mL")
    of = patient(orders=(other, active("y", loop="test")))
    at = unit("T3", of, order_volume="200 mL").after("T1", haemoglobin="60 g/L")
    assert at.severities("transfusion_request") == ["stop"]
    first = unit("T3", of, order_volume="200 mL", emergency=True).after("T1", haemoglobin="60 g/L")
    assert first.severities("transfusion_request") == []


# ------------------------------------------------------------------ the sample
def test_the_tube_at_the_bedside() -> None:
    tube = specimen_label("261124000001")
    at = unit("T6")
    assert at.severities("sample_label", container="261124000001", scans=(tube,)) == []
    assert at.severities("sample_label", container="261124000002", scans=(tube,)) == ["stop"]
    assert at.severities("sample_label", container="261124000001") == ["warning"]


def grouped(group: str) -> Clinical:
    return patient(value("abo_rhd", group, unit=""))


def test_a_first_patient_gives_two_samples() -> None:
    assert unit("T6").severities("second_sample") == ["warning"]
    assert unit("T6", patient()).severities("second_sample") == ["warning"]
    assert unit("T6", grouped("A+")).severities("second_sample") == []


@pytest.mark.parametrize(
    ("found", "result", "binds"),
    [
        ("A+", "matched", []),
        ("B+", "matched", ["stop"]),
        ("A-", "matched", ["stop"]),
        ("B+", "discrepancy", []),
        ("unknown", "matched", []),
    ],
)
def test_todays_group_is_the_one_of_before(found: str, result: str, binds: list[str]) -> None:
    at = unit("T8", grouped("A+"))
    assert at.severities("group_history", abo_rhd=found, result=result) == binds


def test_a_group_that_was_only_stated() -> None:
    at = unit("T8", abo_rhd="A+")
    assert at.severities("group_history", abo_rhd="B+", result="matched") == ["reason"]
    assert at.severities("group_history", abo_rhd="A+", result="matched") == ["info"]


@pytest.mark.parametrize(
    ("hours", "exposure", "binds"), [(72, "yes", []), (73, "yes", ["stop"]), (73, "no", ["stop"])]
)
def test_the_sample_behind_the_unit_is_valid(hours: int, exposure: str, binds: list[str]) -> None:
    at = unit("T11", recent_exposure=exposure).after("T6", hours * 60)
    assert at.severities("sample_validity") == binds
    assert unit("T11").severities("sample_validity") == ["info"]
    assert unit("T11", emergency=True).severities("sample_validity") == ["warning"]


def test_the_sample_that_arrives() -> None:
    at = unit("T7").after("T6", 30, container="261124000001")
    assert at.severities("specimen_age", container="261124000001", result="accepted") == []
    assert at.severities("specimen_age", container="261124000009", result="accepted") == ["stop"]
    assert at.severities("specimen_age", container="261124000009", result="rejected") == []
    assert unit("T7").severities("specimen_age", result="accepted") == ["info"]
    old = unit("T7").after("T6", 73 * 60, container="261124000001")
    assert old.severities("specimen_age", result="accepted") == ["reason"]


# ------------------------------------------------------------------ the unit
@pytest.mark.parametrize(
    ("patient_group", "unit_group", "binds"),
    [("A+", "A+", []), ("A+", "O-", ["info"]), ("A+", "B+", ["stop"]), ("A-", "A+", ["stop"])],
)
@pytest.mark.parametrize("step", ["T10", "T11", "T14"])
def test_trap_the_wrong_blood_is_stopped_at_every_hand_over(
    step: str, patient_group: str, unit_group: str, binds: list[str]
) -> None:
    at = unit(step).after("T8", abo_rhd=patient_group)
    assert at.severities("blood_compatible", blood_group=unit_group) == binds


def test_the_group_is_read_from_the_label_and_from_earlier_records() -> None:
    at = unit("T14").after("T8", abo_rhd="A+").after("T11", blood_group="A+")
    assert at.severities("blood_compatible") == []
    assert at.severities("blood_compatible", blood_group="O+") == ["stop"]  # stated in two ways
    assert at.severities("blood_compatible", scans=(UNIT, GROUPS["A+"])) == []
    assert unit("T14").after("T8", abo_rhd="A+").severities("blood_compatible") == ["warning"]
    odd = unit("T14", component="albumin").after("T8", abo_rhd="A+")
    assert odd.severities("blood_compatible", blood_group="A+") == ["warning"]


def test_trap_a_patient_whose_group_is_not_known_in_an_emergency() -> None:
    woman = patient(sex=Sex.FEMALE)
    assert unit("T11", woman, emergency=True).severities("blood_compatible", blood_group="O-") == [
        "info"
    ]
    assert unit("T11", emergency=True).severities("blood_compatible", blood_group="A-") == ["stop"]
    assert unit("T11").severities("blood_compatible", blood_group="O-") == ["stop"]
    other = patient(sex=Sex.OTHER)
    assert unit("T11", other, emergency=True).severities("blood_compatible", blood_group="O+") == [
        "second_person"
    ]


def test_a_hospitals_policy_binds_the_check() -> None:
    strict = clinical_checks(knowledge, blood_policy=STRICT)
    context = unit("T10").after("T8", abo_rhd="A+").context(blood_group="O+")
    said = strict["blood_compatible"](context)
    assert said is not None
    assert checks().keys() == strict.keys()


def test_special_needs_are_met() -> None:
    at = unit("T10", special_needs=["irradiated", "washed"])
    assert at.severities("special_needs") == ["reason"]
    assert at.severities("special_needs", special_needs=["irradiated"]) == ["stop"]
    assert at.severities("special_needs", special_needs=["irradiated", "washed"]) == []
    assert unit("T10").severities("special_needs") == []


def test_platelets_that_are_matched_are_confirmed_at_the_issue() -> None:
    """They have no crossmatch: the label is read where they leave the blood bank."""
    wanted: dict[str, Any] = {
        "component": "platelets",
        "special_needs": ["hla_matched", "irradiated"],
    }
    assert unit("T11", **wanted).severities("special_needs") == ["reason"]
    at = unit("T11", **wanted)
    (said,) = at.finds("special_needs", special_needs=["irradiated"])
    assert (said.severity.value, said.right) == ("stop", "a unit hla_matched")
    assert at.severities("special_needs", special_needs=["irradiated", "hla_matched"]) == []


def test_what_was_confirmed_at_the_crossmatch_is_not_asked_for_again() -> None:
    at = unit("T11", special_needs=["washed"])
    assert at.severities("special_needs") == ["reason"]
    assert at.after("T10", special_needs=["washed"]).severities("special_needs") == []
    assert at.severities("special_needs", special_needs=["irradiated"]) == ["stop"]


def test_only_platelets_are_matched() -> None:
    def told(component: str) -> bool:
        at = unit("T3", component=component, special_needs=["hla_matched"])
        said = at.after("T1", haemoglobin="60 g/L", platelet_count="5 10*9/L")
        return any("HLA" in one.message for one in said.finds("transfusion_request"))

    assert told("red_cells")
    assert not told("platelets")


def test_the_unit_lasts_until_it_is_needed() -> None:
    needed: dict[str, Any] = {"needed_by": (NOW + timedelta(days=2)).isoformat()}
    assert unit("T10", **needed).severities("unit_expiry", expiry="2026-11-26") == []
    assert unit("T10", **needed).severities("unit_expiry", expiry="2026-11-25") == ["stop"]
    assert unit("T10").severities("unit_expiry", expiry="2026-11-23") == ["stop"]
    assert unit("T10").severities("unit_expiry") == ["info"]
    assert unit("T10").severities("unit_expiry", scans=("&>0263652359",)) == []


def test_a_unit_that_does_not_look_right() -> None:
    assert unit("T11").severities("appearance", appearance="abnormal") == ["stop"]
    assert unit("T11").severities("appearance", appearance="normal") == []


def test_the_unit_is_the_one_that_was_allocated() -> None:
    at = unit("T12").after("T11", din=DIN)
    assert at.severities("right_unit", din=DIN) == []
    assert at.severities("right_unit", scans=(UNIT,)) == []
    assert at.severities("right_unit", din="W000026999999") == ["stop"]
    assert unit("T11").severities("right_unit", din=DIN) == []
    crossed = unit("T11").after("T10", din=DIN, product_code="E0336V00")
    assert crossed.severities("right_unit", product_code="E0336V00") == []
    assert crossed.severities("right_unit", product_code="E0001V00") == ["stop"]
    assert crossed.severities("right_unit", scans=("=<E0001V00",)) == ["stop"]


# ------------------------------------------------------------------ on the ward
@pytest.mark.parametrize(
    ("component", "warmth", "condition", "minutes", "binds"),
    [
        ("red_cells", "5", "intact", 20, []),
        ("red_cells", "10", "intact", 21, ["warning"]),
        ("red_cells", "10.1", "intact", 5, ["stop"]),
        ("red_cells", "0.9", "intact", 5, ["stop"]),
        ("red_cells", None, "bag torn", 5, ["stop"]),
        ("red_cells", None, "no leak", 5, []),
        ("platelets", "22", "intact", 5, []),
        ("platelets", "19.9", "intact", 5, ["stop"]),
        ("cryoprecipitate", "30", "intact", 5, []),
    ],
)
def test_the_way_of_a_unit(
    component: str, warmth: str | None, condition: str, minutes: int, binds: list[str]
) -> None:
    at = unit("T12", component=component).after("T11", minutes)
    entered = {} if warmth is None else {"box_temperature": warmth}
    assert at.severities("transit", condition=condition, **entered) == binds


def test_a_unit_whose_issue_is_not_recorded() -> None:
    assert unit("T12").severities("transit", condition="intact") == []
    assert unit("T14").severities("storage_time") == ["info"]
    assert unit("T18").severities("unit_time", result="complete") == []


WELL: dict[str, Any] = {
    "temperature": "36.8",
    "pulse": 80,
    "respiratory_rate": 16,
    "systolic_bp": 120,
    "diastolic_bp": 70,
    "spo2": 97,
}


@pytest.mark.parametrize(
    ("changed", "binds"),
    [
        ({}, []),
        ({"temperature": "38.0"}, []),
        ({"temperature": "38.1"}, ["reason"]),
        ({"systolic_bp": 89}, ["reason"]),
        ({"pulse": 131}, ["reason"]),
        ({"spo2": 91}, ["reason"]),
        ({"spo2": None}, []),
    ],
)
def test_the_patient_is_well_enough_to_begin(changed: dict[str, Any], binds: list[str]) -> None:
    assert unit("T13").severities("baseline_vitals", **(WELL | changed)) == binds


@pytest.mark.parametrize(
    ("component", "minutes", "binds"),
    [
        ("red_cells", 30, []),
        ("red_cells", 31, ["second_person"]),
        ("red_cells", 240, ["stop"]),
        ("platelets", 11, ["second_person"]),
        ("cryoprecipitate", 10, []),
    ],
)
def test_a_unit_out_of_its_storage(component: str, minutes: int, binds: list[str]) -> None:
    assert unit("T15", component=component).after("T11", minutes).severities("storage_time") == (
        binds
    )


def test_blood_runs_through_a_filter() -> None:
    assert unit("T15").severities("line_and_filter", filter_set=True) == []
    assert unit("T15").severities("line_and_filter") == ["warning"]


@pytest.mark.parametrize(
    ("changed", "binds"),
    [
        ({}, []),
        ({"temperature": "38.0"}, ["warning"]),
        ({"temperature": "37.9"}, []),
        ({"systolic_bp": 90}, ["warning"]),
        ({"systolic_bp": 91}, []),
        ({"systolic_bp": 150}, ["warning"]),
        ({"temperature": "39", "reaction": True}, []),
        ({"temperature": None, "systolic_bp": None}, []),
    ],
)
def test_signs_of_a_reaction(changed: dict[str, Any], binds: list[str]) -> None:
    at = unit("T16").after("T13", **WELL)
    assert at.severities("reaction_signs", **(WELL | {"reaction": False} | changed)) == binds
    assert unit("T16").severities("reaction_signs", **(WELL | {"reaction": False})) == ["info"]


def test_a_fever_from_before_is_no_rise() -> None:
    at = unit("T19").after("T13", **(WELL | {"temperature": "37.6"}))
    assert at.severities("reaction_signs", **(WELL | {"temperature": "38.4"})) == []


@pytest.mark.parametrize(
    ("minutes", "result", "binds"),
    [
        (240, "complete", []),
        (241, "complete", ["reason"]),
        (241, "time_limit", []),
        (241, "stopped_reaction", []),
    ],
)
def test_a_unit_ends_in_four_hours(minutes: int, result: str, binds: list[str]) -> None:
    assert unit("T18").after("T11", minutes).severities("unit_time", result=result) == binds
