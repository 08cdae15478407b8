"""A set of vital signs as it is entered: each value checked against what can be true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from domain.errors import InvalidInput
from domain.observations import CONSCIOUSNESS, VITALS
from domain.quantities import parse_decimal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.observations import Measure

OXYGEN: Final = "supplemental_oxygen"
FLOW: Final = "oxygen_flow"
AWAKE: Final = "consciousness"
SCALE: Final = "spo2_scale"
SCALE_BY: Final = "spo2_scale_by"
_MOST_FLOW: Final = 100
"""Litres a minute; high-flow devices give up to 80."""
VALUES: Final = (*VITALS, OXYGEN, FLOW, AWAKE)
"""What is kept of a set, by name."""
ENTERED: Final = (*VALUES, SCALE, SCALE_BY)
"""What an entry may hold."""


@dataclass(frozen=True, slots=True)
class VitalSigns:
    """A set that was checked.

    Attributes:
        values: as `Observed` keeps them.
        scale: the SpO2 scale of NEWS2 that counts from now on; None: as before.
        scale_by: the physician who prescribed its target.
    """

    values: Mapping[str, object]
    scale: int | None = None
    scale_by: str | None = None


def checked(entered: Mapping[str, object]) -> VitalSigns:
    """The vital signs of an entry; any part of a set may be absent.

    Raises:
        InvalidInput: names the value and its range, or what contradicts it.
    """
    for name in entered:
        if name not in ENTERED:
            raise InvalidInput(name, f"{name} is no vital sign", right=", ".join(ENTERED))
    given = {name: value for name, value in entered.items() if value is not None}
    values: dict[str, object] = {
        name: _measured(name, measure, given[name])
        for name, measure in VITALS.items()
        if name in given
    }
    _add_oxygen(values, given)
    if AWAKE in given:
        values[AWAKE] = _awake(given[AWAKE])
    _compare_pressures(values)
    scale, by = _scale(given)
    if not values and scale is None:
        right = f"one of {', '.join(VALUES)}"
        raise InvalidInput("respiratory_rate", "no vital sign is given", right=right)
    return VitalSigns(values, scale, by)


def _measured(name: str, measure: Measure, value: object) -> str:
    unit = "" if measure.unit == "1" else f" {measure.unit}"
    kind = "a whole number, " if measure.whole else ""
    right = f"{kind}{measure.low} to {measure.high}{unit}"
    try:
        number = parse_decimal(name, value)
    except InvalidInput as wrong:
        raise InvalidInput(name, f"{name}: {value!r} is no number", right=right) from wrong
    if measure.whole and number != number.to_integral_value():
        raise InvalidInput(name, f"{name}: {number} is not a whole number", right=right)
    if not measure.low <= number <= measure.high:
        raise InvalidInput(name, f"{name}: {number} cannot be true", right=right)
    return format(number.to_integral_value() if measure.whole else number, "f")


def _add_oxygen(values: dict[str, object], given: Mapping[str, object]) -> None:
    oxygen = given.get(OXYGEN)
    if oxygen is not None:
        if not isinstance(oxygen, bool):
            raise InvalidInput(OXYGEN, f"{OXYGEN}: {oxygen!r} is neither", right="true or false")
        values[OXYGEN] = oxygen
    if FLOW not in given:
        return
    right = f"0 to {_MOST_FLOW} L/min"
    try:
        flow = parse_decimal(FLOW, given[FLOW])
    except InvalidInput as wrong:
        raise InvalidInput(FLOW, f"{FLOW}: {given[FLOW]!r} is no number", right=right) from wrong
    if not 0 <= flow <= _MOST_FLOW:
        raise InvalidInput(FLOW, f"{FLOW}: {flow} cannot be true", right=right)
    if oxygen is None:
        raise InvalidInput(OXYGEN, f"{OXYGEN} is missing beside {FLOW}", right="true or false")
    if oxygen is not (flow > 0):
        raise InvalidInput(
            FLOW, f"{FLOW} {flow} contradicts {OXYGEN}", right="a flow with oxygen, none on air"
        )
    values[FLOW] = format(flow, "f")


def _awake(value: object) -> str:
    if not isinstance(value, str) or value not in CONSCIOUSNESS:
        right = "A (alert), C (new confusion), V (voice), P (pain) or U (unresponsive)"
        raise InvalidInput(AWAKE, f"{AWAKE}: {value!r} is not known", right=right)
    return value


def _compare_pressures(values: Mapping[str, object]) -> None:
    high, low = values.get("systolic_bp"), values.get("diastolic_bp")
    if isinstance(high, str) and isinstance(low, str) and int(low) > int(high):
        raise InvalidInput(
            "diastolic_bp",
            f"diastolic_bp {low} is above systolic_bp {high}",
            right="the lower of the two pressures",
        )


def _scale(given: Mapping[str, object]) -> tuple[int | None, str | None]:
    scale, by = given.get(SCALE), given.get(SCALE_BY)
    if scale is None:
        if by is not None:
            raise InvalidInput(SCALE, f"{SCALE} is missing beside {SCALE_BY}", right="1 or 2")
        return None, None
    if isinstance(scale, bool) or scale not in (1, 2):
        right = "1, or 2 with a prescribed target of 88-92 %"
        raise InvalidInput(SCALE, f"{SCALE}: {scale!r} is not known", right=right)
    if not isinstance(by, str) or not by:
        raise InvalidInput(
            SCALE_BY, f"{SCALE_BY} is missing", right="the physician who prescribed the target"
        )
    return int(str(scale)), by
