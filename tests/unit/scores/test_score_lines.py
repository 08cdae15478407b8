"""What a line of `wardloop score NAME` may hold, and how a wrong one is told."""

from __future__ import annotations

from decimal import Decimal

import pytest

from domain.errors import NotFound
from rules.scores.forms import FORMS
from rules.scores.lines import SCORES, score_line
from rules.scores.measures import MEASURES, OTHER_UNITS
from tests.score_vectors import COCKCROFT_GAULT, VECTORS, WELL
from tests.scoring import Line, Value, creatinines, mg_dl

MAN = {"age_years": 60, "sex": "M", "creatinine": 88.4, "weight": 72}
KDIGO = {"creatinine": creatinines((0, 80), (24, 107))}


def refusal(name: str, line: Line) -> tuple[str, str]:
    answer = score_line(name, line)
    assert set(answer) == {"error"}, answer
    error: Value = answer["error"]
    return error["field"], error["message"]


def test_every_name_of_the_command_is_there() -> None:
    assert list(SCORES) == [
        *("news2", "qsofa", "sofa", "mews", "gcs", "padua", "caprini", "kdigo_aki"),
        *("cockcroft_gault", "ckd_epi_2021", "charlson", "lace", "curb65", "clors"),
    ]
    with pytest.raises(NotFound, match="news2, qsofa"):
        score_line("braden", {})


@pytest.mark.parametrize("name", FORMS)
def test_a_field_that_the_score_does_not_know_is_refused_by_name(name: str) -> None:
    field, message = refusal(name, {"wieght": 70})
    assert field == "wieght"
    assert ", ".join(FORMS[name].fields) in message


@pytest.mark.parametrize("name", FORMS)
def test_null_is_absent(name: str) -> None:
    assert score_line(name, dict.fromkeys(FORMS[name].fields)) == score_line(name, {})


@pytest.mark.parametrize("name", FORMS)
def test_of_nothing_there_is_no_score(name: str) -> None:
    answer = score_line(name, {})
    assert (answer["score"], answer["complete"], answer["components"]) == (None, False, {})
    assert answer["missing"]


@pytest.mark.parametrize("field", ["respiratory_rate", "spo2", "systolic_bp", "pulse"])
@pytest.mark.parametrize("value", [70.5, "70", True, [70], {}, {"value": 70}])
def test_a_whole_number_is_whole_and_a_number(field: str, value: Value) -> None:
    assert refusal("news2", {**WELL, field: value})[0] == field


def test_a_whole_number_may_be_written_with_a_point_or_with_its_unit() -> None:
    for pulse in (70.0, Decimal("70.0"), {"value": 70, "unit": "/min"}):
        assert score_line("news2", {**WELL, "pulse": pulse})["score"] == 0
    for text in ({"value": "70", "unit": "1/min"}, {"value": 120, "unit": "mmHg"}):
        field = "pulse" if text["unit"] == "1/min" else "systolic_bp"
        assert score_line("news2", {**WELL, field: text})["score"] == 0


@pytest.mark.parametrize(
    ("field", "lowest", "highest"),
    [
        ("respiratory_rate", 0, 80),
        ("spo2", 0, 100),
        ("systolic_bp", 0, 320),
        ("pulse", 0, 300),
        ("temperature", 25, 45),
    ],
)
def test_what_no_patient_has_is_refused(field: str, lowest: int, highest: int) -> None:
    for value in (lowest, highest):
        assert score_line("news2", {**WELL, field: value})["complete"] is True
    for value in (lowest - 1, highest + 1):
        told, message = refusal("news2", {**WELL, field: value})
        assert told == field
        assert f"{lowest} to {highest}" in message


@pytest.mark.parametrize(
    ("celsius", "fahrenheit", "points"),
    [("35.0", "95", 3), ("36.0", "96.8", 1), ("38.0", "100.4", 0), ("39.0", "102.2", 1)],
)
def test_a_temperature_in_fahrenheit_is_banded_exactly(
    celsius: str, fahrenheit: str, points: int
) -> None:
    given = {"value": Decimal(fahrenheit), "unit": "[degF]"}
    for value in (Decimal(celsius), given):
        answer: Value = score_line("news2", {**WELL, "temperature": value})
        assert answer["components"]["temperature"] == points


@pytest.mark.parametrize("value", ["true", 1, 0, "yes", []])
def test_a_truth_is_true_or_false(value: Value) -> None:
    assert refusal("news2", {**WELL, "supplemental_oxygen": value})[0] == "supplemental_oxygen"


@pytest.mark.parametrize(
    ("name", "line", "field"),
    [
        ("news2", {"consciousness": "a"}, "consciousness"),
        ("news2", {"consciousness": "alert"}, "consciousness"),
        ("news2", {"spo2_scale": 3}, "spo2_scale"),
        ("news2", {"spo2_scale": True}, "spo2_scale"),
        ("mews", {"consciousness": "C"}, "consciousness"),
        ("gcs", {"eye": 5}, "eye"),
        ("gcs", {"verbal": 0}, "verbal"),
        ("gcs", {"verbal": 6}, "verbal"),
        ("gcs", {"motor": 7}, "motor"),
        ("gcs", {"motor": "nt"}, "motor"),
        ("caprini", {"surgery": "keyhole"}, "surgery"),
        ("caprini", {"factors": ["fate"]}, "factors"),
        ("caprini", {"factors": "stroke"}, "factors"),
        ("caprini", {"factors": [1]}, "factors"),
        ("caprini", {"sex": "M", "factors": ["ocp_hrt"]}, "factors"),
        ("charlson", {"variant": 1988}, "variant"),
        ("charlson", {"conditions": ["gout"]}, "conditions"),
        ("charlson", {"icd10": [21]}, "icd10"),
        ("charlson", {"icd10": "I21"}, "icd10"),
        ("charlson", {"icd10": ["heart"]}, "icd10"),
        ("cockcroft_gault", {**MAN, "sex": "male"}, "sex"),
        ("cockcroft_gault", {**MAN, "creatinine": 0}, "creatinine"),
        ("cockcroft_gault", {**MAN, "creatinine": {"value": 1, "unit": "g/L"}}, "creatinine"),
        ("cockcroft_gault", {**MAN, "creatinine": {"value": 1, "unit": ""}}, "creatinine"),
        ("cockcroft_gault", {**MAN, "creatinine": {"value": 1, "unit": 1}}, "creatinine"),
        ("cockcroft_gault", {**MAN, "creatinine": {"value": None, "unit": "mg/dL"}}, "creatinine"),
        ("cockcroft_gault", {**MAN, "creatinine": float("inf")}, "creatinine"),
        ("cockcroft_gault", {**MAN, "age_years": -1}, "age_years"),
        ("kdigo_aki", {"creatinine": 80}, "creatinine"),
        ("kdigo_aki", {"creatinine": [80]}, "creatinine"),
        ("kdigo_aki", {"creatinine": [{"value": 80}]}, "creatinine"),
        ("kdigo_aki", {"creatinine": [{**KDIGO["creatinine"][0], "of": 1}]}, "creatinine"),
        ("kdigo_aki", {"creatinine": [{"at": 8, "value": 80}]}, "creatinine.at"),
        ("kdigo_aki", {"creatinine": [{"at": "2026-03-01T08:00", "value": 80}]}, "creatinine.at"),
        (
            *("kdigo_aki", {"creatinine": [{"at": "2026-03-01T08:00Z", "value": "80"}]}),
            "creatinine",
        ),
        ("kdigo_aki", {**KDIGO, "baseline": {"value": 1, "unit": "g/L"}}, "baseline"),
    ],
)
def test_a_wrong_value_is_told_by_its_field(name: str, line: Line, field: str) -> None:
    told, message = refusal(name, line)
    assert told == field
    assert "right would be" in message


def test_the_message_names_the_units_that_are_right() -> None:
    line = {**MAN, "creatinine": {"value": 1, "unit": "mg/L"}}
    assert "umol/L, mg/dL, mmol/L" in refusal("cockcroft_gault", line)[1]
    assert "umol/L" in refusal("cockcroft_gault", {**MAN, "creatinine": Decimal("1e400")})[1]


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("creatinine", {"value": 1, "unit": "mg/dL"}),
        ("creatinine", {"value": 88.4, "unit": "µmol/L"}),
        ("creatinine", {"value": 88.4, "unit": "μmol/L"}),
        ("creatinine", {"value": "0.0884", "unit": "mmol/L"}),
        ("weight", {"value": 72000, "unit": "g"}),
        ("weight", {"value": 72, "unit": "kg"}),
    ],
)
def test_the_same_patient_in_other_units_has_the_same_clearance(
    field: str, given: dict[str, Value]
) -> None:
    answer = score_line("cockcroft_gault", {**MAN, field: given})
    assert (answer["score"], answer["weight_used"]) == (80.0, 72.0)


@pytest.mark.parametrize(("height", "unit"), [(170, "cm"), (1.7, "m"), ("66.9291338583", "[in_i]")])
def test_a_height_in_other_units_gives_the_same_weight(height: Value, unit: str) -> None:
    line = {**MAN, "sex": "F", "weight": 100, "height": {"value": height, "unit": unit}}
    assert score_line("cockcroft_gault", line)["weight_used"] == 76.9


def test_the_other_units_of_the_intensive_care_unit() -> None:
    line = {
        "platelets": {"value": 90, "unit": "10^3/uL"},
        "urine": {"value": 0.4, "unit": "L/d"},
        "pao2_fio2": {"value": 33, "unit": "kPa"},
    }
    answer: Value = score_line("sofa", line)
    assert answer["components"] == {"respiration": 2, "coagulation": 2, "renal": 3}
    assert score_line("lace", {"length_of_stay_days": {"value": 96, "unit": "h"}})[
        "components"
    ] == {"length_of_stay_days": 4}


@pytest.mark.parametrize("creatinine", [107, {"value": 107, "unit": "umol/L"}])
def test_a_creatinine_may_have_its_unit_within_or_beside(creatinine: Value) -> None:
    series = creatinines((0, 80), (24, creatinine))
    assert score_line("kdigo_aki", {"creatinine": series})["score"] == 1
    pairs = zip(series, (1, 2), strict=True)
    beside = [{**one, "value": value, "unit": "mg/dL"} for one, value in pairs]
    assert score_line("kdigo_aki", {"creatinine": beside})["score"] == 2
    assert score_line("kdigo_aki", {"creatinine": series, "baseline": mg_dl(0.5)})["score"] == 2


def test_an_age_with_a_fraction_means_completed_years() -> None:
    assert score_line("curb65", {"age_years": 64.9})["components"] == {"age_years": 0}
    assert score_line("news2", {**WELL, "age_years": 15.9})["excluded_reason"] is not None


def test_a_name_may_be_said_in_another_way_and_counts_once() -> None:
    line = {"age_years": 30, "surgery": "none", "factors": ["pneumonia", "serious_lung_disease"]}
    assert score_line("caprini", line)["score"] == 1
    known = {"conditions": ["myocardial_infarction", "mi"], "variant": 1987}
    assert score_line("charlson", known)["components"] == {"mi": 1}


def test_a_number_is_rounded_for_the_reader_only() -> None:
    line = dict(COCKCROFT_GAULT[2].line)
    exact = FORMS["cockcroft_gault"].result(line).value
    assert isinstance(exact, Decimal)
    assert round(exact, 3) == Decimal("23.611")
    assert score_line("cockcroft_gault", line)["score"] == 23.6
    assert score_line("gcs", {"eye": 4, "verbal": "NT", "motor": 6})["not_testable"] == ["verbal"]


def test_every_number_that_a_score_reads_has_a_unit_and_a_range() -> None:
    assert set(OTHER_UNITS) <= set(MEASURES)
    for vector in VECTORS:
        assert "error" not in score_line(vector.score, vector.line)
    assert all(one.low < one.high and one.unit for one in MEASURES.values())
