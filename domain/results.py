"""A result that comes without an order here, as it is entered: name, value, unit, range, flag."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from domain.analytes import ALIASES, UNITLESS, UNITS, in_stored_unit, units_of
from domain.entered import require_text
from domain.errors import InvalidInput
from domain.observations import VITALS
from domain.quantities import parse_decimal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.analytes import ResultLimits

FLAGS: Final = ("N", "L", "H", "LL", "HH", "A", "AA", "<", ">")
"""HL7 table 0078, as far as results of patients use it."""
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_BOUND: Final = re.compile(r"([<>])=?\s*(.+)", re.DOTALL)
_LONGEST_WORD: Final = 200
_NAME_AND_VALUE: Final = 2
_KEYS: Final = ("value", "unit", "low", "high", "flag", "critical")
_RIGHT: Final = "potassium 4.1 mmol/L; sodium 151 mmol/L H"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A result as it is entered.

    Attributes:
        name: `potassium`; of one that rules do not know, any name in lower case.
        value: a number, `>10` where it could not be measured, or a word (`positive`).
        unit: UCUM; may be absent only for words and for what has no unit.
        low: the lower end of the laboratory's reference range.
        high: its upper end.
        flag: one of `FLAGS`.
    """

    name: str
    value: object
    unit: str = ""
    low: object = None
    high: object = None
    flag: str = ""


def checked(result: Result, limits: ResultLimits | None) -> Mapping[str, object]:
    """The value as `Observed` keeps it, in the unit of its name, with the limit that it crosses.

    Args:
        limits: the critical limits of the name, in its stored unit.

    Raises:
        InvalidInput: names the field and what would be right.
    """
    _check_name(result.name)
    if result.flag and result.flag not in FLAGS:
        raise InvalidInput("flag", f"{result.flag!r} is not known", right=", ".join(FLAGS))
    if result.value is None:
        raise InvalidInput("value", "value is missing", right='"4.1", ">10" or "positive"')
    sign, number = _value(result)
    kept: dict[str, object] = {}
    if number is None:
        kept["value"] = _word(result)
    else:
        unit = _unit(result)
        number = _stored(result.name, "value", number, unit)
        _require_possible(result, number, limits)
        kept |= {"value": f"{sign}{number:f}", "unit": UNITS.get(result.name, unit)}
        crossed = limits and limits.crossed(number, above=sign == ">", below=sign == "<")
        kept |= {"critical": crossed} if crossed else {}
        kept |= _range(result, unit)
    return kept | ({"flag": result.flag} if result.flag else {})


def _check_name(name: str) -> None:
    known = ALIASES.get(name.lower())
    if known is not None and name.lower() != known:
        raise InvalidInput("name", f"{name!r} is a short name", right=known)
    if name in VITALS:
        raise InvalidInput(
            "name", f"{name} is a vital sign, no result", right="`wardloop observe vitals`"
        )
    if not _NAME.fullmatch(name):
        right = "lower case letters, digits and _: potassium"
        raise InvalidInput("name", f"{name!r} is no name of a result", right=right)


def _value(result: Result) -> tuple[str, Decimal | None]:
    """The sign of a value that is only bounded, and its number; None for a word."""
    value, sign = result.value, ""
    if isinstance(value, bool):
        raise InvalidInput("value", f"{value!r} is no result", right='"4.1", ">10" or "positive"')
    if isinstance(value, str) and (bound := _BOUND.fullmatch(value.strip())):
        sign, value = bound[1], bound[2]
    try:
        return sign, parse_decimal("value", value)
    except InvalidInput:
        if sign or not isinstance(value, str) or result.name in UNITS:
            right = 'a number as text: "4.1"'
            raise InvalidInput("value", f"{result.value!r} is no number", right=right) from None
        return "", None


def _word(result: Result) -> str:
    word = str(result.value).strip()
    require_text("value", word)
    if not word or len(word) > _LONGEST_WORD:
        right = f"a number, or up to {_LONGEST_WORD} characters"
        raise InvalidInput("value", "the value is empty or too long", right=right)
    for name in ("unit", "low", "high"):
        if getattr(result, name) not in ("", None):
            raise InvalidInput(name, f"a word has no {name}", right="a number as value")
    return word


def _unit(result: Result) -> str:
    if result.unit or result.name in UNITLESS:
        return result.unit
    right = " or ".join(units_of(result.name)) or "a UCUM unit such as mmol/L; 1 for none"
    raise InvalidInput("unit", "unit is missing", right=right)


def _stored(name: str, field: str, value: Decimal, unit: str) -> Decimal:
    stored = in_stored_unit(name, value, unit)
    if stored is None:
        right = " or ".join(units_of(name))
        field = "unit" if field == "value" else field
        raise InvalidInput(field, f"{unit!r} is no unit of {name} here", right=right)
    return stored


def _require_possible(result: Result, number: Decimal, limits: ResultLimits | None) -> None:
    if limits is not None and not limits.possible(number):
        low, high = limits.possible_low, limits.possible_high
        right = f"{low} to {high} {UNITS.get(result.name, result.unit)}"
        raise InvalidInput("value", f"{result.name}: {number} cannot be true", right=right)


def _range(result: Result, unit: str) -> dict[str, object]:
    found: dict[str, Decimal] = {}
    for field, value in (("low", result.low), ("high", result.high)):
        if value is not None:
            found[field] = _stored(result.name, field, parse_decimal(field, value), unit)
    if len(found) > 1 and found["low"] > found["high"]:
        raise InvalidInput("low", "the reference range ends before it begins", right="low to high")
    return {field: format(value, "f") for field, value in found.items()}


def results_by_name(field: str, entered: object) -> dict[str, object]:
    """The results of a step by their name, as its evidence keeps them.

    Args:
        field: its path, for errors.
        entered: `{"potassium": {"value": "4.1", "unit": "mmol/L"}}`, each with `low`, `high` and
            `flag` where there are any; or as a person writes it:
            `potassium 4.1 mmol/L; sodium 151 mmol/L H`.

    Raises:
        InvalidInput: names the field and what would be right.
    """
    named = _written(field, entered) if isinstance(entered, str) else entered
    if not isinstance(named, dict) or not named:
        raise InvalidInput(field, f"{field}: no result is given", right=_RIGHT)
    return {str(name): _named(field, str(name), value) for name, value in named.items()}


def _named(field: str, name: str, value: object) -> dict[str, object]:
    given = value if isinstance(value, dict) else {"value": value}
    for key in given:
        if key not in _KEYS:
            right = ", ".join(_KEYS)
            raise InvalidInput(field, f"{field}.{name}: {key!r} is not known", right=right)
    result = Result(
        name=name,
        value=given.get("value"),
        unit=str(given.get("unit") or ""),
        low=given.get("low"),
        high=given.get("high"),
        flag=str(given.get("flag") or ""),
    )
    try:
        kept = dict(checked(result, None))
    except InvalidInput as wrong:
        raise InvalidInput(field, f"{field}.{name}: {wrong.message}") from wrong
    return kept | ({"critical": str(given["critical"])} if given.get("critical") else {})


def _written(field: str, text: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for part in filter(None, (part.strip() for part in re.split(r"[;；\n]", text))):
        words = part.split()
        flag = words.pop() if len(words) > _NAME_AND_VALUE and words[-1] in FLAGS else ""
        if not _NAME_AND_VALUE <= len(words) <= _NAME_AND_VALUE + 1:
            raise InvalidInput(field, f"{field}: {part!r} cannot be read", right=_RIGHT)
        name, value, *unit = words
        if name in found:
            raise InvalidInput(field, f"{field}: {name} stands twice", right="each name once")
        found[name] = {"value": value, "unit": "".join(unit), "flag": flag}
    return found
