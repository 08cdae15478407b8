"""How one value of a JSON line becomes one input of a score. Each reader raises InvalidInput."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final, TypeAlias

from domain.entered import parse_instant
from domain.errors import InvalidInput
from domain.quantities import Quantity, parse_decimal
from rules.scores.gcs import NOT_TESTABLE
from rules.scores.kdigo_aki import Creatinine
from rules.scores.measures import MEASURES, in_stored_unit, require_possible, ucum

Read: TypeAlias = Callable[[str, object], object]
"""A field's name and its value, never null, to the input."""


def amount(name: str, value: object, *, measure: str | None = None) -> Quantity:
    """A number in the unit of the measure, or `{"value", "unit"}` as received; possible at all.

    Raises:
        InvalidInput: no number, a unit of something else, or beyond what can be true.
    """
    known = MEASURES[measure or name]
    if isinstance(value, Mapping):
        unit = value.get("unit")
        if set(value) != {"value", "unit"} or not isinstance(unit, str):
            raise InvalidInput(name, "an amount has a value and a unit", right=_right(known.unit))
        given = Quantity(_exact(name, value["value"], known.unit), ucum(unit) or "?")
    elif isinstance(value, str):
        raise InvalidInput(name, f"{value!r} is text", right=_right(known.unit))
    else:
        given = Quantity(_exact(name, value, known.unit), known.unit)
    try:
        require_possible(measure or name, in_stored_unit(measure or name, given))
    except InvalidInput as error:
        raise InvalidInput(name, error.message) from None
    return given


def number(name: str, value: object) -> int | Decimal:
    """The number of a measure in its own unit; an integer where only whole ones are charted.

    An age may have a fraction; it means completed years.
    """
    exact = in_stored_unit(name, amount(name, value))
    return int(exact) if MEASURES[name].whole or name == "age_years" else exact


def micromoles(name: str, value: object) -> Decimal:
    """A creatinine, in umol/L."""
    return in_stored_unit("creatinine", amount(name, value, measure="creatinine"))


def _exact(name: str, value: object, unit: str) -> Decimal:
    """The number as it was written: a float has the shortest text that means it."""
    try:
        return parse_decimal(name, repr(value) if isinstance(value, float) else value)
    except InvalidInput:
        said = value if isinstance(value, Decimal) else repr(value)
        raise InvalidInput(name, f"{said} is no number", right=_right(unit)) from None


def _right(unit: str) -> str:
    return f'a number in {unit}, or {{"value": 1.2, "unit": "{unit}"}}'


def truth(name: str, value: object) -> bool:
    """True or false and nothing like them."""
    if isinstance(value, bool):
        return value
    raise InvalidInput(name, f"{value!r} is neither", right="true or false")


def word(*known: str | int) -> Read:
    """A reader of one of the words; a number may stand for a word of digits."""

    def read(name: str, value: object) -> object:
        found = next((one for one in known if one == value and not isinstance(value, bool)), None)
        if found is None and isinstance(value, int) and str(value) in known:
            found = str(value)
        if found is None:
            raise InvalidInput(name, f"{value!r} is not known", right=", ".join(map(str, known)))
        return found

    return read


def response(highest: int) -> Read:
    """A reader of one part of the Glasgow Coma Scale: 1 to the highest, or NT."""
    return word(NOT_TESTABLE, *range(1, highest + 1))


def names(known: Callable[[], Mapping[str, str]]) -> Read:
    """A reader of a list of names, each counted once; `known` gives the name each stands for."""

    def read(name: str, value: object) -> frozenset[str]:
        taken = known()
        found = set()
        for one in _list(name, value):
            if not isinstance(one, str) or one not in taken:
                right = ", ".join(sorted(set(taken.values())))
                raise InvalidInput(name, f"{one!r} is not known", right=right)
            found.add(taken[one])
        return frozenset(found)

    return read


def codes(name: str, value: object) -> tuple[str, ...]:
    """A list of codes; whether they are codes is for the score to say."""
    found = []
    for one in _list(name, value):
        if not isinstance(one, str):
            raise InvalidInput(name, f"{one!r} is no ICD-10 code", right='"I21.9"')
        found.append(one)
    return tuple(found)


_PARTS: Final = frozenset(("at", "value", "unit"))
_SERIES: Final = '[{"at": "2026-11-24T08:05:00+08:00", "value": 88}]'


def creatinines(name: str, value: object) -> tuple[Creatinine, ...]:
    """A list of values with their instants, in umol/L; a unit may stand beside the value."""
    return tuple(_creatinine(name, one) for one in _list(name, value))


def _creatinine(name: str, entry: object) -> Creatinine:
    if not isinstance(entry, Mapping) or not {"at", "value"} <= set(entry) <= _PARTS:
        raise InvalidInput(name, f"{entry!r} is not a value and its time", right=_SERIES)
    at, value = entry["at"], entry["value"]
    if not isinstance(at, str):
        raise InvalidInput(f"{name}.at", f"{at!r} is not a time", right=_SERIES)
    if "unit" in entry:
        value = {"value": value, "unit": entry["unit"]}
    return Creatinine(parse_instant(f"{name}.at", at), micromoles(name, value))


def _list(name: str, value: object) -> list[object]:
    if isinstance(value, list):
        return value
    raise InvalidInput(name, f"{value!r} is not a list", right="[…]")
