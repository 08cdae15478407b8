"""The checks of samples, results, reports and examinations."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from domain.barcodes import specimen_label, wristband
from domain.clinical import Clinical
from domain.patients import Sex
from domain.people import Role
from tests.unit.checks.patient_record import (
    NOW,
    At,
    Free,
    active,
    allergy,
    flag,
    patient,
    pregnancy,
    value,
)


def tube(step: str = "L6", **more: Free) -> At:
    task = {"specimen_class": "serum", "container_type": "gold", "container": "261124000001"}
    given = more.pop("task", task)
    return At("test", step, task=given, **more)


# ------------------------------------------------------------------ request, tube, sample
@pytest.mark.parametrize(
    ("tests", "hours", "told"),
    [(["K"], 1, True), (["K"], 2, False), (["NA"], 1, False)],
)
def test_the_same_test_a_moment_ago(tests: list[str], hours: int, told: bool) -> None:
    signed = NOW - timedelta(hours=hours)
    of = patient(orders=(active("x", loop="test", tests=tests, signed=signed),))
    at = At("test", "L1", fields={"tests": ["K", "CREA"]}, task=None, clinical=of)
    assert at.severities("test_request") == (["warning"] if told else [])
    planned = At("test", "L1", fields={"tests": ["K"], "start": "2026-11-25T06:00:00+08:00"},
                 task=None, clinical=of)  # fmt: skip
    assert planned.severities("test_request") == []
    assert At("test", "L1", fields={"tests": ["K"]}, task=None).severities("test_request") == [
        "info"
    ]


def test_the_tube_is_the_one_for_the_test() -> None:
    assert tube("L3").severities("container_type", container_type="gold") == []
    assert tube("L3").severities("container_type", container_type="blue") == ["stop"]
    assert tube("L3").severities("container_type") == []
    assert tube("L3", task=None).severities("container_type", container_type="blue") == []


def test_a_sample_is_taken_fasting_and_away_from_the_drip() -> None:
    fasting = {"timing": "fasting"}
    at = tube("L4", fields=fasting)
    assert at.severities("collection", result="collected", fasting=False) == ["reason"]
    assert at.severities("collection", result="collected", fasting=True) == []
    assert at.severities("collection", result="failed", fasting=False) == []
    assert tube("L4").severities("collection", site="left arm with infusion") == ["warning"]
    assert tube("L4").after("L3", 121).severities("collection") == ["warning"]
    assert tube("L4").after("L3", 120).severities("collection") == []


@pytest.mark.parametrize(
    ("kind", "minutes", "binds"),
    [
        ("serum", 120, []),
        ("serum", 121, ["reason"]),
        ("blood_gas", 16, ["reason"]),
        ("culture", 120, []),
        ("something", 121, ["reason"]),
        (None, 121, ["reason"]),
    ],
)
def test_a_sample_ages_by_its_class(kind: str | None, minutes: int, binds: list[str]) -> None:
    at = tube(task={"specimen_class": kind}).after("L4", minutes, "collected")
    assert at.severities("specimen_age", result="accepted") == binds
    assert at.severities("specimen_age", result="rejected") == []


def test_a_bad_sample_and_one_of_unknown_age() -> None:
    at = tube().after("L4", 5, "collected")
    assert at.severities("specimen_age", result="accepted", quality="haemolysed") == ["reason"]
    assert at.severities("specimen_age", result="accepted", quality="no clots") == []
    assert tube().severities("specimen_age", result="accepted") == ["info"]


# ------------------------------------------------------------------ results
def named(name: str, number: str, unit: str) -> dict[str, object]:
    return {name: {"value": number, "unit": unit}}


@pytest.mark.parametrize(
    ("entered", "binds"),
    [
        ({"results": named("potassium", "4.1", "mmol/L")}, []),
        ({"results": named("potassium", "16", "mmol/L")}, ["reason"]),
        ({"results": named("potassium", "0.9", "mmol/L")}, ["reason"]),
        ({"values": "K 16 mmol/L; Na 140 mmol/L"}, ["reason"]),
        ({"values": "K 41 mg"}, []),
        ({"values": "no growth so far"}, []),
        ({"results": {"potassium": ">20"}}, ["reason"]),
        ({"results": {"culture": "positive"}}, []),
        ({"values": 7}, []),
    ],
)
def test_a_result_can_be_true(entered: dict[str, object], binds: list[str]) -> None:
    assert tube("L8").severities("plausibility", **entered) == binds


def test_controls_and_a_jump_against_the_last_result() -> None:
    assert tube("L8").after("L7", qc_ok=False).severities("plausibility") == ["reason"]
    assert tube("L8").after("L7", qc_ok=True).severities("plausibility") == []
    of = patient(value("potassium", "3.0"))
    at = tube("L8", clinical=of)
    high = {"results": named("potassium", "5.0", "mmol/L")}
    assert at.severities("plausibility", **high) == ["warning"]
    small = {"results": named("potassium", "4.9", "mmol/L")}
    assert at.severities("plausibility", **small) == []
    word = patient(value("potassium", "pending"))
    assert tube("L8", clinical=word).severities("plausibility", **high) == []


CRITICAL = (  # values, whether they are critical
    ("K 2.8 mmol/L", False),
    ("K 2.7 mmol/L", True),
    ("K 6.2 mmol/L", False),
    ("K 6.3 mmol/L", True),
    ("Na 119 mmol/L", True),
    ("Hb 69 g/L", True),
    ("PLT 19 10*9/L", True),
    ("glucose 27.0 mmol/L", True),
    ("INR 5.1", True),
    ("creatinine 84 umol/L", False),
)


@pytest.mark.parametrize(("values", "critical"), CRITICAL)
def test_no_critical_result_is_released_in_silence(values: str, critical: bool) -> None:
    at = tube("L9").after("L8", values=values, critical=False)
    assert at.severities("critical_record", critical=False) == (["reason"] if critical else [])
    assert tube("L9").severities("critical_record", critical=False, values=values) == (
        ["reason"] if critical else []
    )
    assert at.severities("critical_record", critical=True, critical_item="K") == []
    assert at.severities("critical_record", critical=True) == ["stop"]


def test_a_result_that_was_called_critical_stays_so() -> None:
    at = tube("L9").after("L8", values="K 2.6 mmol/L", critical=True)
    assert at.severities("critical_record", critical=True) == []
    assert at.severities("critical_record", critical=False)[0] == "stop"
    assert tube("L9").severities("critical_record", critical=False) == []


def test_the_report_is_of_this_patient_and_this_tube() -> None:
    at = tube("L9")
    assert at.severities("right_report") == []
    assert at.severities("right_report", scans=(wristband("0012345678", 1),)) == []
    assert at.severities("right_report", scans=(wristband("0099999999", 1),)) == ["stop"]
    assert at.severities("right_report", scans=(specimen_label("261124000001"),)) == []
    assert at.severities("right_report", scans=(specimen_label("261124000002"),)) == ["stop"]
    bare = tube("L9", task={})
    assert bare.severities("right_report", scans=(specimen_label("261124000002"),)) == []
    report = At("examination", "E12", task={"accession": "EX1"})
    assert report.severities("right_report", scans=("EX1",)) == []
    assert report.severities("right_report", scans=("EX2",)) == ["stop"]


def test_what_is_confirmed_is_the_latest_version() -> None:
    at = At("test", "L11", task=None, version=2)
    assert at.severities("latest_version", version=1) == ["stop"]
    assert at.severities("latest_version", version=2) == []
    assert at.severities("latest_version") == []


def test_a_critical_value_is_received_by_a_clinician() -> None:
    at = At("critical_value", "C4")
    assert at.severities("clinician") == []
    assert at.severities("clinician", role=Role.PHYSICIAN) == []
    assert at.severities("clinician", role=Role.PORTER) == ["stop"]


# ------------------------------------------------------------------ examinations
WOMAN: dict[str, Any] = {"sex": Sex.FEMALE, "born": date(1990, 1, 1)}


def film(step: str = "E1", clinical: Clinical | None = None, **fields: Free) -> At:
    said = {"exam": "CXR", "modality": "XR", "body_part": "CHEST", **fields}
    task = None if step == "E1" else {"accession": "EX1"}
    return At("examination", step, fields=said, task=task, clinical=clinical or patient())


@pytest.mark.parametrize(
    ("part", "side", "binds"),
    [
        ("KNEE", None, ["stop"]),
        ("knee", "none", ["stop"]),
        ("KNEE", "left", []),
        ("CHEST", None, []),
    ],
)
def test_a_paired_part_has_a_side(part: str, side: str | None, binds: list[str]) -> None:
    assert film(body_part=part, side=side).severities("exam_request") == binds


@pytest.mark.parametrize(
    ("more", "facts", "fields", "binds"),
    [
        (WOMAN, (), {}, ["stop"]),
        (WOMAN, (), {"pregnancy_status": "unknown"}, ["stop"]),
        (WOMAN, (), {"pregnancy_status": "not_pregnant"}, []),
        (WOMAN, (), {"pregnancy_status": "pregnant"}, ["second_person"]),
        (WOMAN, (pregnancy("no"),), {}, []),
        (WOMAN, (pregnancy("unknown"),), {}, ["stop"]),
        (WOMAN, (pregnancy("yes"),), {}, ["second_person"]),
        (WOMAN, (), {"modality": "US"}, []),
        (WOMAN, (), {"modality": "MR"}, []),
        (WOMAN, (), {"modality": "MR", "contrast": True}, ["stop"]),
        ({"sex": Sex.FEMALE, "born": date(1975, 11, 24)}, (), {}, []),  # 51
        ({"sex": Sex.FEMALE, "born": date(1975, 11, 25)}, (), {}, ["stop"]),  # 50
        ({"sex": Sex.FEMALE, "born": None}, (), {}, ["stop"]),
        ({}, (), {}, []),
    ],
)
def test_before_radiation_it_is_known_whether_she_is_pregnant(
    more: dict[str, object],
    facts: tuple[object, ...],
    fields: dict[str, Any],
    binds: list[str],
) -> None:
    of = patient(facts=facts, **more)  # type: ignore[arg-type]  # named freely
    assert film(clinical=of, **fields).severities("exam_request") == binds


def test_the_same_examination_in_24_hours() -> None:
    recent = active("x", loop="examination", exam="CXR", signed=NOW - timedelta(hours=23))
    assert film(clinical=patient(orders=(recent,))).severities("exam_request") == ["warning"]
    older = active("x", loop="examination", exam="CXR", signed=NOW - timedelta(hours=24))
    assert film(clinical=patient(orders=(older,))).severities("exam_request") == []
    unread = At("examination", "E1", fields={"exam": "CXR", "modality": "XR"}, task=None)
    assert unread.severities("exam_request") == ["info"]


def test_the_appointment_lies_ahead() -> None:
    at = film("E3")
    past, ahead = NOW - timedelta(minutes=1), NOW + timedelta(minutes=1)
    assert at.severities("appointment", result="booked", slot=past.isoformat()) == ["warning"]
    assert at.severities("appointment", result="booked", slot=ahead.isoformat()) == []
    assert at.severities("appointment", result="returned", slot=past.isoformat()) == []
    assert at.severities("appointment", result="booked") == []


def safe(clinical: Clinical | None = None, *, entered: dict[str, Any] | None = None,
         **fields: Free) -> list[str]:  # fmt: skip
    at = film("E5", clinical, **fields)
    return at.severities("exam_safety", result="ready", **(entered or {}))


def test_metal_and_a_positive_test_are_cleared_first() -> None:
    assert safe(modality="MR") == ["stop"]
    assert safe(modality="MR", entered={"metal_screen": True}) == []
    assert safe(entered={"pregnancy_test": "positive"}) == ["second_person"]
    at = film("E5", modality="MR")
    assert at.severities("exam_safety", result="safety_stop") == []


def test_fasting_before_sedation_and_bleeding_before_a_puncture() -> None:
    six = (NOW - timedelta(hours=6)).isoformat()
    five = (NOW - timedelta(hours=5, minutes=59)).isoformat()
    assert safe(sedation=True) == ["warning"]
    assert safe(sedation=True, entered={"fasting_since": six}) == []
    assert safe(sedation=True, entered={"fasting_since": five}) == ["reason"]
    assert safe(invasive=True) == ["info"]
    assert safe(patient(value("inr", "1.5")), invasive=True) == []
    assert safe(patient(value("inr", "1.6")), invasive=True) == ["reason"]
    assert safe(patient(value("platelets", 49)), invasive=True) == ["reason"]
    unread = At("examination", "E5", fields={"invasive": True}, task={"accession": "EX1"})
    assert unread.severities("exam_safety", result="ready") == ["info"]


@pytest.mark.parametrize(
    ("egfr", "binds"),
    [("45", []), ("44.9", ["warning"]), ("30", ["warning"]), ("29.9", ["reason"])],
)
def test_contrast_and_the_kidney(egfr: str, binds: list[str]) -> None:
    assert safe(patient(value("egfr", egfr)), contrast=True, modality="CT") == binds
    entered = {"egfr": {"value": egfr, "unit": "mL/min/{1.73_m2}"}}
    assert safe(contrast=True, modality="CT", entered=entered) == binds


def test_contrast_without_an_egfr_on_dialysis_and_with_metformin() -> None:
    assert safe(contrast=True, modality="CT") == ["info"]
    dialysis = patient(facts=(flag("on_dialysis"),))
    assert safe(dialysis, contrast=True, modality="CT") == []
    of = patient(value("egfr", 25), orders=(active("metformin"), active("x", loop="test")))
    assert safe(of, contrast=True, modality="CT") == ["reason", "warning"]
    unread = At("examination", "E5", fields={"contrast": True}, task={"accession": "EX1"})
    assert unread.severities("exam_safety", result="ready") == ["info"]


def medium(product: str | None, clinical: Clinical | None = None, **fields: Free) -> list[str]:
    said = {"contrast": True, "modality": "CT", **fields}
    at = film("E8", clinical or patient(value("egfr", 80)), **said)
    return at.severities("contrast", **({} if product is None else {"contrast_product": product}))


def test_the_medium_is_ordered_named_and_borne() -> None:
    assert medium("iohexol 350") == []
    assert medium(None) == ["warning"]
    assert medium("iohexol 350", contrast=False) == ["reason"]
    reacted = patient(value("egfr", 80), allergies=(allergy("iohexol", "urticaria"),))
    assert medium("iopamidol", reacted) == ["reason"]
    dust = patient(value("egfr", 80), allergies=(allergy("house dust"),))
    assert medium("iohexol", dust) == []  # compared by eye when it was ordered
    assert medium("something", reacted) == ["reason"]  # whatever its name: of the same class
    assert safe(reacted, contrast=True, modality="CT") == ["reason"]
    assert medium("gadobutrol", reacted, modality="MR") == []


def test_gadolinium_of_group_one_is_not_for_weak_kidneys() -> None:
    weak = patient(value("egfr", 25))
    assert medium("gadodiamide", weak, modality="MR") == ["reason"]
    assert medium("gadobutrol", weak, modality="MR") == []
    assert medium("gadoxetate", weak, modality="MR") == ["reason"]
    assert medium(None, weak, modality="MR") == ["warning"]
    dialysis = patient(facts=(flag("on_dialysis"),))
    assert medium("gadodiamide", dialysis, modality="MR") == ["reason"]
    prepared = film("E8", patient(), contrast=True, modality="CT").after("E5", egfr="25 mL/min")
    assert prepared.severities("contrast", contrast_product="iohexol") == ["reason"]


def test_the_time_out_says_part_and_side() -> None:
    at = film("E8", side="left", body_part="KNEE")
    assert at.severities("time_out", side="left", body_part="knee") == []
    assert at.severities("time_out", side="right") == ["stop"]
    assert at.severities("time_out", side="left", body_part="HIP") == ["stop"]
    assert at.severities("time_out") == ["warning"]
    assert film("E8").severities("time_out") == []


@pytest.mark.parametrize(
    ("loop", "step", "no", "fields"),
    [
        ("examination", "E8", "E4", {"consent_required": True}),
        ("transfusion", "T14", "T2", {"component": "red_cells"}),
    ],
)
def test_without_consent_nothing_is_begun(
    loop: str, step: str, no: str, fields: dict[str, object]
) -> None:
    def at(**more: Free) -> At:
        return At(loop, step, fields={**fields, **more})

    assert at().severities("consent") == ["stop"]
    assert at().after(no, result="consented").severities("consent") == []
    assert at().after(no, result="refused").severities("consent") == ["stop"]
    assert at(emergency=True).severities("consent") == ["second_person"]
    assert at(emergency=True).after(no, result="refused").severities("consent") == ["stop"]


def test_an_examination_without_consent_to_be_asked() -> None:
    assert film("E8").severities("consent") == []
