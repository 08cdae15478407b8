"""One line of `wardloop score clors`: each field read exactly, each wrong one named."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest

from domain.errors import InvalidInput
from rules.risk import RiskInputs, risk_of
from rules.risk_lines import clors_line, read_inputs
from tests.risk_cases import VECTORS, Vector

STEP = {"id": "T1", "severity": "high", "limit_minutes": 60, "late_minutes": 30}
RISK = {"id": "O1", "kind": "ddi_major"}


def as_line(inputs: RiskInputs) -> dict[str, object]:
    """The line of a vector: minutes as a ward writes them."""
    line = asdict(inputs)
    line["open_steps"] = [
        {
            "id": one.id,
            "severity": one.severity.value,
            "limit_minutes": one.limit_seconds // 60,
            "late_minutes": one.late_seconds // 60,
        }
        for one in inputs.open_steps
    ]
    return dict(json.loads(json.dumps(line)))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"vector {vector.no}")
def test_each_vector_comes_out_of_its_line(vector: Vector) -> None:
    answer = clors_line(as_line(vector.inputs))
    assert (answer["hazard"], answer["score"], answer["band"]) == (
        vector.hazard / 1000,
        vector.score,
        vector.band,
    )
    causes: Any = answer["causes"]
    assert tuple(cause["points"] for cause in causes) == vector.points
    components: Any = answer["components"]
    assert sum(components.values()) == vector.score


def test_an_answer_has_its_fields_and_no_others() -> None:
    answer = clors_line(
        {
            "age_years": 70,
            "news2": 6,
            "charlson": 3,
            "egfr": None,
            "aki_stage": 0,
            "open_steps": [STEP],
        }
    )
    assert answer == {
        "score": 64,
        "band": "critical",
        "complete": False,
        "missing": ["egfr"],
        "components": {"news2": 40, "open_step_deteriorating:T1": 18, "age": 2, "charlson": 4},
        "excluded_reason": None,
        "hazard": 51.22,
        "causes": [
            {"cause": "news2", "domain": "A", "points": 40, "hazard": 32.0},
            {
                "cause": "open_step_deteriorating:T1",
                "domain": "L",
                "points": 18,
                "hazard": 14.72,
            },
            {"cause": "age", "domain": "B", "points": 2, "hazard": 1.5},
            {"cause": "charlson", "domain": "B", "points": 4, "hazard": 3.0},
        ],
    }


def test_a_hazard_has_three_decimals_and_no_more() -> None:
    vector = VECTORS[11]
    assert '"hazard": 34.745,' in json.dumps(clors_line(as_line(vector.inputs)))


def test_a_score_without_news2_says_what_is_missing_or_why() -> None:
    known = {"age_years": 9, "charlson": 0, "egfr": 90, "aki_stage": 0}
    assert clors_line(known)["missing"] == ["news2"]
    partial = clors_line({**known, "news2_partial_min": 5})
    assert (partial["complete"], partial["missing"], partial["score"]) == (False, ["news2"], 41)
    child = clors_line({**known, "news2_excluded": True, "news2": 9})
    assert (child["complete"], child["missing"], child["score"]) == (False, [], 0)
    assert child["excluded_reason"] == "EXCLUDED_NEWS2"
    assert clors_line({**known, "news2": 0})["complete"] is True


def test_two_limits_of_one_task_are_two_causes_and_one_component() -> None:
    answer = clors_line({"open_steps": [STEP, {**STEP, "severity": "low"}]})
    causes: Any = answer["causes"]
    assert [cause["cause"] for cause in causes] == ["open_step:T1", "open_step:T1"]
    assert answer["components"] == {"open_step:T1": answer["score"]}


@pytest.mark.rows("P11")
@pytest.mark.parametrize(
    ("one", "same"),
    [
        (60, {"value": 1, "unit": "h"}),
        (60, {"value": 60, "unit": "min"}),
        (60, {"value": 3600, "unit": "s"}),
        (1440, {"value": 1, "unit": "d"}),
        (90, {"value": 1.5, "unit": "h"}),
    ],
)
def test_law_p11_a_span_in_another_unit_gives_the_same_score(one: object, same: object) -> None:
    for name in ("limit_minutes", "late_minutes"):
        lines = [clors_line({"open_steps": [{**STEP, name: value}]}) for value in (one, same)]
        assert lines[0] == lines[1]


def test_a_step_just_before_its_time_is_on_time() -> None:
    inputs = read_inputs({"open_steps": [{**STEP, "late_minutes": -0.001}]})
    assert inputs.open_steps[0].late_seconds == -1
    inputs = read_inputs({"open_steps": [{**STEP, "late_minutes": 7.5, "limit_minutes": 7.5}]})
    assert (inputs.open_steps[0].late_seconds, inputs.open_steps[0].limit_seconds) == (450, 450)


def test_an_age_means_completed_years_and_units_are_taken_as_spelt() -> None:
    inputs = read_inputs(
        {
            "age_years": {"value": 74.9, "unit": "a"},
            "egfr": {"value": 29.9, "unit": "mL/min/1.73 m2"},
            "news2": {"value": 4, "unit": "1"},
            "morse": 45.0,
        }
    )
    assert (inputs.age_years, str(inputs.egfr), inputs.news2, inputs.morse) == (74, "29.9", 4, 45)
    assert [cause.hazard for cause in risk_of(inputs).causes] == [11_000, 1500, 2000, 1000]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("colour", {"colour": "red"}),
        ("news2", {"news2": 21}),
        ("news2", {"news2": 3.5}),
        ("news2", {"news2": "3"}),
        ("news2", {"news2": True}),
        ("news2", {"news2": float("inf")}),
        ("news2", {"news2": float("nan")}),
        ("news2", {"news2": 10**400}),
        ("news2", {"news2": {"value": 3}}),
        ("news2", {"news2": {"value": 3, "unit": "min"}}),
        ("egfr", {"egfr": {"value": 90, "unit": "mL/min"}}),
        ("egfr", {"egfr": {"value": 90, "unit": 5}}),
        ("age_years", {"age_years": -0.5}),
        ("news2_red", {"news2_red": 1}),
        ("order_risks", {"order_risks": "none"}),
        ("order_risks", {"order_risks": {}}),
        ("order_risks[0]", {"order_risks": ["ddi_major"]}),
        ("order_risks[0].id", {"order_risks": [{"kind": "ddi_major"}]}),
        ("order_risks[0].id", {"order_risks": [{**RISK, "id": 7}]}),
        ("order_risks[1].kind", {"order_risks": [RISK, {**RISK, "kind": "odd"}]}),
        ("order_risks[0].override", {"order_risks": [{**RISK, "override": "yes"}]}),
        ("order_risks[0].why", {"order_risks": [{**RISK, "why": "so"}]}),
        ("open_steps[0].severity", {"open_steps": [{**STEP, "severity": "S1"}]}),
        ("open_steps[0].limit_minutes", {"open_steps": [{**STEP, "limit_minutes": -5}]}),
        ("open_steps[0].limit_minutes", {"open_steps": [{**STEP, "limit_minutes": None}]}),
        ("open_steps[0].late_minutes", {"open_steps": [{"id": "T", **STEP, "late_minutes": "5"}]}),
        (
            "open_steps[0].late_minutes",
            {"open_steps": [{**STEP, "late_minutes": {"value": None, "unit": "min"}}]},
        ),
        ("open_steps[0].late", {"open_steps": [{**STEP, "late": 5}]}),
    ],
)
def test_a_wrong_line_names_its_field(field: str, wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as raised:
        clors_line(wrong)
    assert raised.value.field == field
    assert raised.value.message


def test_nulls_are_absent() -> None:
    names = ("age_years", "news2", "egfr", "news2_red", "order_risks", "open_steps")
    assert clors_line(dict.fromkeys(names)) == clors_line({})
    step = {**STEP, "severity": "low"}
    none = clors_line({"order_risks": [{**RISK, "override": None}], "open_steps": [step]})
    assert none == clors_line({"order_risks": [RISK], "open_steps": [step]})
