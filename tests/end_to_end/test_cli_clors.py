"""`wardloop score clors`: the vectors of the specification as lines, and wrong lines in between."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from rules.risk import RiskInputs
from tests.end_to_end.command_line import Json, say
from tests.risk_cases import VECTORS


def line(inputs: RiskInputs) -> str:
    """A patient as a hospital's program would write one; what is not known is left out."""
    known: Json = {name: value for name, value in asdict(inputs).items() if value is not None}
    known["open_steps"] = [
        {
            "id": one.id,
            "severity": one.severity.value,
            "limit_minutes": one.limit_seconds / 60,
            "late_minutes": one.late_seconds / 60,
        }
        for one in inputs.open_steps
    ]
    return json.dumps(known)


def score(name: str, *lines: str) -> list[Json]:
    said = say("score", name, text="\n".join(lines) + "\n")
    assert (said.code, said.err) == (0, "")
    return [json.loads(answer) for answer in said.out.splitlines()]


def test_every_vector_comes_out_of_the_command() -> None:
    answers = score("clors", *(line(vector.inputs) for vector in VECTORS))
    assert [
        (answer["hazard"], answer["score"], answer["band"], [one["points"] for one in causes])
        for answer in answers
        for causes in [answer["causes"]]
    ] == [
        (vector.hazard / 1000, vector.score, vector.band, list(vector.points)) for vector in VECTORS
    ]


def test_a_wrong_line_is_answered_in_its_place_and_the_rest_go_on() -> None:
    wrong = {"open_steps": [{"id": "T1", "severity": "grave", "limit_minutes": 5}]}
    answers = score("clors", '{"news2": 7}', json.dumps(wrong), "{", '{"news2": 5}')
    assert [answer.get("score") for answer in answers] == [60, None, None, 41]
    assert answers[1]["error"]["field"] == "open_steps[0].severity"
    assert "critical" in answers[1]["error"]["message"]


@pytest.mark.rows("P11")
@pytest.mark.parametrize(("umol", "mg"), [(176.8, 2.0), (221, 2.5), (265.2, 3.0), (353.6, 4.0)])
def test_law_p11_the_same_patient_in_other_units_has_the_same_score(umol: float, mg: float) -> None:
    """From the laboratory's creatinine by way of eGFR and AKI stage to the score."""

    def whole(creatinine: object, baseline: object, unit: dict[str, str]) -> Json:
        person = {"age_years": 72, "sex": "F"}
        (egfr,) = score("ckd_epi_2021", json.dumps({**person, "creatinine": creatinine}))
        at = "2026-11-24T08:00:00+08:00"
        value = creatinine["value"] if isinstance(creatinine, dict) else creatinine
        series = {"creatinine": [{"at": at, "value": value, **unit}], "baseline": baseline}
        (aki,) = score("kdigo_aki", json.dumps({**series, "age_years": 72}))
        known = {"age_years": 72, "egfr": egfr["score"], "aki_stage": aki["score"]}
        return score("clors", json.dumps(known))[0]

    si = whole(umol, 88.4, {})
    conventional = whole(
        {"value": mg, "unit": "mg/dL"}, {"value": 1.0, "unit": "mg/dL"}, {"unit": "mg/dL"}
    )
    assert si == conventional
    assert {"aki", "egfr"} <= set(si["components"])
