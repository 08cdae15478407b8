"""Every vector of the rules specification on the function that the command calls."""

from __future__ import annotations

import pytest

from rules.scores.forms import FORMS
from rules.scores.lines import as_json
from tests.score_vectors import VECTORS
from tests.scoring import Vector


@pytest.mark.parametrize("vector", VECTORS, ids=str)
def test_the_score_is_that_of_the_specification(vector: Vector) -> None:
    result = FORMS[vector.score].result(vector.line)
    answer = as_json(result)
    assert {key: answer[key] for key in vector.answer} == vector.answer
    if isinstance(result.value, int) and result.components and vector.score != "kdigo_aki":
        assert sum(one.points for one in result.components) == result.value
