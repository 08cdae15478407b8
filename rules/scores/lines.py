"""One line of `wardloop score NAME`: a JSON object in, a JSON object out.

The fields of each score are those of its inputs, in the unit of `measures.py`; null is absent. A
field that the score does not know is refused: a misspelt one must not become a missing value.
Out: `score`, `band`, `complete`, `missing`, `components` {name: points}, `excluded_reason`,
`version`, `warnings`, and what the score adds. Numbers are rounded to 0.1 here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, TypeAlias

from domain.errors import InvalidInput, NotFound
from rules.risk_lines import clors_line
from rules.scores.forms import FORMS, Form
from rules.scores.result import ScoreResult

Answer: TypeAlias = Callable[[Mapping[str, object]], dict[str, object]]
_OF_ALL: Final = frozenset(one.name for one in fields(ScoreResult))


def _answer(form: Form) -> Answer:
    return lambda line: as_json(form.result(line))


SCORES: Final[Mapping[str, Answer]] = {
    **{name: _answer(form) for name, form in FORMS.items()},
    "clors": clors_line,
}
"""Every score by the NAME of the command. A further one is one more entry."""


def score_line(name: str, line: Mapping[str, object]) -> dict[str, object]:
    """The answer to one line, an error included: it never raises for what stands in the line.

    Raises:
        NotFound: there is no score of this name.
    """
    answer = SCORES.get(name)
    if answer is None:
        raise NotFound("name", name, right=", ".join(SCORES))
    try:
        return answer(line)
    except InvalidInput as error:
        return {"error": {"field": error.field, "message": error.message}}


def as_json(result: ScoreResult) -> dict[str, object]:
    """A result as JSON values."""
    of_all: dict[str, object] = {
        "score": _plain(result.value),
        "band": result.band,
        "complete": result.complete,
        "missing": list(result.missing),
        "components": {one.name: one.points for one in result.components},
        "excluded_reason": result.excluded_reason,
        "version": result.version,
        "warnings": list(result.warnings),
    }
    added = [one.name for one in fields(result) if one.name not in _OF_ALL]
    return of_all | {name: _plain(getattr(result, name)) for name in added}


def _plain(value: object) -> object:
    """A number as JSON has it, rounded to what can be read off; a tuple as a list."""
    if isinstance(value, Decimal):
        return float(value.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP))
    return list(value) if isinstance(value, tuple) else value
