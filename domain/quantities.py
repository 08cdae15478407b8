"""Amounts: a decimal number with a UCUM unit. Never a float, never without a unit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from domain.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping

DIGITS: Final = 18
"""Of a number, before its point and behind it; what has more is no measurement."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount in a UCUM unit (`mg`, `mL`, `mL/h`, `[iU]`, `{tablet}`)."""

    value: Decimal
    unit: str

    def __post_init__(self) -> None:
        """Refuse an infinite or missing number and a missing unit."""
        if not self.value.is_finite():
            raise InvalidInput("value", f"{self.value} is not an amount", right="a finite number")
        if not self.unit:
            raise InvalidInput("unit", "an amount needs a unit", right="a UCUM unit such as mg")

    def to_json(self) -> dict[str, str]:
        """The amount with its number as text, as it stands in the journal."""
        return {"value": format(self.value, "f"), "unit": self.unit}


def parse_decimal(field: str, value: object) -> Decimal:
    """The exact decimal of an integer or of text.

    Raises:
        InvalidInput: for a float (it has lost digits already), a bool, anything that is no number,
            and for a number with more digits than `DIGITS`.
    """
    number = _number(field, value)
    if number is None or not number.is_finite():
        raise InvalidInput(
            field, f"{value!r} is not an exact number", right='an integer or text: "2.5"'
        )
    places = number.as_tuple()
    behind = -places.exponent if isinstance(places.exponent, int) else 0
    if len(places.digits) > DIGITS or behind > DIGITS or number.adjusted() >= DIGITS:
        raise InvalidInput(field, "the number has too many digits", right=f"at most {DIGITS}")
    return number


def _number(field: str, value: object) -> Decimal | None:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if not isinstance(value, str):
        return None
    try:
        return Decimal(value)
    except InvalidOperation:
        raise InvalidInput(field, f"{value!r} is not a number", right='"2.5"') from None


def parse_quantity(field: str, value: object) -> Quantity:
    """The amount of `{"value": "2.5", "unit": "mg"}` or of text `2.5 mg`.

    Raises:
        InvalidInput: names the field and what would be right.
    """
    right = '{"value": "2.5", "unit": "mg"}'
    if isinstance(value, str):
        number, _, unit = value.strip().partition(" ")
        if not unit:
            raise InvalidInput(field, f"{value!r} has no unit", right='"2.5 mg"')
        return Quantity(parse_decimal(field, number), unit.strip())
    if isinstance(value, dict):
        return _from_mapping(field, value, right)
    raise InvalidInput(field, f"{value!r} is not an amount", right=right)


def _from_mapping(field: str, value: Mapping[str, object], right: str) -> Quantity:
    unit = value.get("unit")
    if set(value) != {"value", "unit"} or not isinstance(unit, str) or not unit:
        raise InvalidInput(field, "an amount has a value and a unit", right=right)
    return Quantity(parse_decimal(f"{field}.value", value["value"]), unit)
