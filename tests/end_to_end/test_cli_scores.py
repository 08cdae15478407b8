"""`wardloop score NAME`: every vector of the specification through the command, one line each."""

from __future__ import annotations

import json
from itertools import groupby

import pytest

from tests.end_to_end.command_line import say
from tests.score_vectors import VECTORS, WELL
from tests.scoring import Vector

BY_SCORE = {name: tuple(one) for name, one in groupby(VECTORS, key=lambda vector: vector.score)}
OF_ALL = ("score", "band", "complete", "missing", "components", "excluded_reason", "version")


@pytest.mark.parametrize("name", BY_SCORE)
def test_every_vector_of_a_score_is_answered_in_its_order(name: str) -> None:
    vectors: tuple[Vector, ...] = BY_SCORE[name]
    said = say("score", name, text="".join(json.dumps(one.line) + "\n" for one in vectors))
    assert (said.code, said.err) == (0, "")
    answers = [json.loads(line) for line in said.out.splitlines()]
    found = [
        {key: answer[key] for key in one.answer}
        for one, answer in zip(vectors, answers, strict=True)
    ]
    assert found == [one.answer for one in vectors]
    assert all(answer.keys() >= set(OF_ALL) for answer in answers)


def test_a_bad_line_names_its_field_and_the_next_is_scored() -> None:
    lines = [
        json.dumps({**WELL, "pulse": 70.5}),
        json.dumps({**WELL, "pulse": "70"}),
        json.dumps({**WELL, "puls": 70}),
        json.dumps({**WELL, "supplemental_oxygen": 0}),
        json.dumps({**WELL, "temperature": {"value": 37, "unit": "K"}}),
        json.dumps({**WELL, "temperature": 37.0}).replace("37.0", "1e400"),
        "[]",
        '{"pulse": 70, "pulse": 40}',
        json.dumps(WELL),
    ]
    said = say("score", "news2", text="\n".join(lines) + "\n")
    assert said.code == 0
    *bad, good = [json.loads(line) for line in said.out.splitlines()]
    fields = ["pulse", "pulse", "puls", "supplemental_oxygen", "temperature", "temperature"]
    assert [one["error"]["field"] for one in bad] == [*fields, "line", "pulse"]
    assert all(one["error"]["message"] for one in bad)
    assert good["score"] == 0


def test_a_number_is_taken_as_it_was_written() -> None:
    # as a float 35.0000000000000001 would be 35.0 and give 3 points
    line = json.dumps({**WELL, "temperature": 0}).replace(
        '"temperature": 0', '"temperature": 35.0000000000000001'
    )
    assert say("score", "news2", text=line).json["components"]["temperature"] == 1


def test_a_name_that_is_no_score_is_wrong_usage_and_told_which_there_are() -> None:
    said = say("score", "nwes2")
    assert said.code == 2
    assert "news2, qsofa, sofa" in said.err
    assert "clors" in said.err
    assert say("score").code == 2


def test_the_work_priority_is_reached_by_the_same_command() -> None:
    said = say("score", "clors", text='{"news2": 7, "age_years": 50}\n')
    assert (said.json["score"], said.json["band"]) == (60, "critical")


def test_help_lists_every_score() -> None:
    from rules.scores.lines import SCORES

    shown = say("score", "--help").out
    assert all(name in shown for name in SCORES)
