"""One line of `wardloop blood compatible`: a JSON object in, a JSON object out.

In: `component`, `patient`, `unit`; optional `sex`, `age_years`, `emergency`, `policy`,
`allow_low_titre_a`. Unknown fields are refused: a misspelt `emergency` must not pass for none.
Out: `verdict` and `reason`, or `{"error": {"field", "message"}}`.
"""

from collections.abc import Mapping
from typing import Final

from domain.errors import InvalidInput
from rules.checks.blood import COMPATIBLE, Verdict, compatible

_NEEDED: Final = ("component", "patient", "unit")
_FIELDS: Final = (*_NEEDED, "sex", "age_years", "emergency", "policy", "allow_low_titre_a")
_OLDEST: Final = 130


def compatible_line(line: Mapping[str, object]) -> dict[str, object]:
    """The answer to one line, an error included: it never raises for what stands in the line."""
    try:
        found = _answer(line)
    except InvalidInput as error:
        return {"error": {"field": error.field, "message": error.message}}
    return {"verdict": found.verdict.value, "reason": found.reason}


def _answer(line: Mapping[str, object]) -> Verdict:
    for field in line:
        if field not in _FIELDS:
            raise InvalidInput(field, f"unknown field {field!r}", right=", ".join(_FIELDS))
    component, patient, unit = (_text(line, field) for field in _NEEDED)
    return compatible(
        component,
        patient,
        unit,
        sex=None if line.get("sex") is None else _text(line, "sex"),
        age_years=_age(line.get("age_years")),
        emergency=_truth(line, "emergency"),
        policy=COMPATIBLE if line.get("policy") is None else _text(line, "policy"),
        allow_low_titre_a=_truth(line, "allow_low_titre_a"),
    )


def _text(line: Mapping[str, object], field: str) -> str:
    value = line.get(field)
    if not isinstance(value, str):
        raise InvalidInput(field, f"{field} is missing or no text", right="a word as in the help")
    return value


def _age(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _OLDEST:
        raise InvalidInput("age_years", f"{value!r} is no age", right=f"0 to {_OLDEST}")
    return value


def _truth(line: Mapping[str, object], field: str) -> bool:
    value = line.get(field)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise InvalidInput(field, f"{value!r} is neither", right="true or false")
    return value
