"""Amounts and codes of the source in the words of ours: UCUM units, no float, nothing guessed."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Final

from domain.errors import InvalidInput

_UNITS: Final = {
    "UNIT": "[iU]",
    "UNITS": "[iU]",
    "UNITS/HOUR": "[iU]/h",
    "MCG": "ug",
    "GM": "g",
    "G": "g",
    "GRAMS": "g",
    "MG": "mg",
    "ML": "mL",
    "L": "L",
    "MEQ": "meq",
    "MMOL": "mmol",
    "KG": "kg",
    "MIN": "min",
    "H": "h",
    "HR": "h",
    "HOUR": "h",
    "%": "%",
    "TAB": "{tablet}",
    "CAP": "{capsule}",
}


@cache
def unit(text: str) -> str:
    """The UCUM unit of a unit as written; what is no unit of measure becomes an annotation."""
    parts = [_UNITS.get(part.strip().upper()) for part in text.split("/")]
    known = [part for part in parts if part is not None]
    if len(known) == len(parts):
        return "/".join(known)
    return "{" + re.sub(r"[^\x21-\x7e]|[{}]", "_", text.strip()) + "}"


@cache
def number(text: str) -> str | None:
    """The exact number of a cell (`500,000` is one), or None where it is none (`50-100`)."""
    plain = text.replace(",", "") if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", text) else text
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return None
    return format(value, "f") if value.is_finite() else None


def quantity(value: str, unit_text: str) -> dict[str, str] | None:
    """An amount as JSON, or None where the source has no number with a unit."""
    exact = number(value.strip())
    if exact is None or not unit_text.strip():
        return None
    return {"value": exact, "unit": unit(unit_text)}


def whole(text: str, field: str) -> int:
    """The whole number of a cell that numbers its row.

    Raises:
        InvalidInput: names the column and what was read there.
    """
    try:
        return int(text)
    except ValueError:
        raise InvalidInput(field, f"{text!r} is not a whole number", right="1") from None


@cache
def code(text: str) -> str:
    """A text with only the characters that a code may have."""
    return re.sub(r"[^A-Za-z0-9_.+\-:/ ]", "_", text)
