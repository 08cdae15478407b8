"""One line of `wardloop score clors`: a JSON object in, a JSON object out.

The score prioritises work; it is no probability.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import Final, TypeVar

from domain.errors import InvalidInput
from rules.risk import OpenStep, OrderRisk, RiskInputs, Weight, risk_of
from rules.scores.entries import truth
from rules.scores.measures import ucum

ACUTE_EXCLUDED: Final = "EXCLUDED_NEWS2"
"""The acute domain has no NEWS2: a child, or pregnancy. The rest of the score stands."""
_LARGEST: Final = 10**9
_WHOLE: Final = (
    "age_years",
    "charlson",
    "braden",
    "morse",
    "news2",
    "news2_partial_min",
    "news2_change_12h",
    "aki_stage",
)
_FLAGS: Final = ("news2_red", "news2_excluded", "observations_overdue", "critical_value_open")
_FIELDS: Final = (*_WHOLE, "egfr", *_FLAGS, "order_risks", "open_steps")
_MINUTES: Final = {"min": 60, "s": 1, "h": 3600, "d": 86_400}
_UNITS: Final[dict[str, dict[str, int]]] = {
    "age_years": {"a": 1},
    "egfr": {"mL/min/{1.73_m2}": 1, "mL/min/1.73 m2": 1, "mL/min/1.73m2": 1},
    "limit_minutes": _MINUTES,
    "late_minutes": _MINUTES,
}
_COUNTS: Final = {"1": 1, "{score}": 1}
Row = TypeVar("Row", OrderRisk, OpenStep)


def clors_line(line: Mapping[str, object]) -> dict[str, object]:
    """The answer to one line of `wardloop score clors`: work prioritisation, no probability.

    In: the fields of `RiskInputs`; `order_risks` with `id`, `kind`, `override`; `open_steps` with
    `id`, `severity`, `limit_minutes`, `late_minutes`; null is absent.
    Out: `score`, `band`, `complete`, `missing`, `components` {cause: points}, `excluded_reason`,
    `hazard`, `causes` [{`cause`, `domain`, `points`, `hazard`}]. A cause about an order or step is
    written with its id (`open_step:T1`). A hazard is a number of units with three decimals at most
    (34.745), exact as written: it is a whole number of milli-units divided by 1000, once.

    Raises:
        InvalidInput: names the field and what would be right.
    """
    inputs = read_inputs(line)
    risk = risk_of(inputs)
    components: dict[str, int] = {}
    for cause in risk.causes:
        components[cause.id] = components.get(cause.id, 0) + cause.points
    return {
        "score": risk.score,
        "band": risk.band.value,
        "complete": not inputs.missing and not inputs.news2_excluded,
        "missing": list(inputs.missing),
        "components": components,
        "excluded_reason": ACUTE_EXCLUDED if inputs.news2_excluded else None,
        "hazard": risk.hazard / 1000,
        "causes": [
            {
                "cause": cause.id,
                "domain": cause.domain,
                "points": cause.points,
                "hazard": cause.hazard / 1000,
            }
            for cause in risk.causes
        ],
    }


# ---------------------------------------------------------------------- a line read


def read_inputs(line: Mapping[str, object]) -> RiskInputs:
    """What a line says.

    Raises:
        InvalidInput: names the field (`open_steps[1].severity`) and what would be right.
    """
    _require_fields("", line, _FIELDS)
    whole = {name: _whole(name, line.get(name)) for name in _WHOLE}
    return RiskInputs(
        **whole,
        egfr=_number("egfr", line.get("egfr")),
        news2_red=_flag(line, "news2_red"),
        news2_excluded=_flag(line, "news2_excluded"),
        observations_overdue=_flag(line, "observations_overdue"),
        critical_value_open=_flag(line, "critical_value_open"),
        order_risks=tuple(_each(line, "order_risks", _order_risk)),
        open_steps=tuple(_each(line, "open_steps", _open_step)),
    )


def _order_risk(at: str, row: Mapping[str, object]) -> OrderRisk:
    _require_fields(at, row, ("id", "kind", "override"))
    risk = OrderRisk(
        id=_text(at, row, "id"),
        kind=_text(at, row, "kind"),
        override=_text(at, row, "override", default="none"),
    )
    try:
        risk_of(RiskInputs(order_risks=(risk,)))
    except InvalidInput as error:
        raise InvalidInput(f"{at}{error.field}", error.message) from None
    return risk


def _open_step(at: str, row: Mapping[str, object]) -> OpenStep:
    _require_fields(at, row, ("id", "severity", "limit_minutes", "late_minutes"))
    severity = _text(at, row, "severity")
    if severity not in tuple(Weight):
        raise InvalidInput(f"{at}severity", f"{severity!r} is not known", right=", ".join(Weight))
    limit = _seconds(at, row, "limit_minutes")
    if limit < 0:
        raise InvalidInput(f"{at}limit_minutes", "a limit is not negative", right="0 or more")
    return OpenStep(
        id=_text(at, row, "id"),
        severity=Weight(severity),
        limit_seconds=limit,
        late_seconds=_seconds(at, row, "late_minutes"),
    )


def _each(
    line: Mapping[str, object], name: str, read: Callable[[str, Mapping[str, object]], Row]
) -> list[Row]:
    rows = line.get(name)
    if rows is None:
        return []
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        raise InvalidInput(name, "no list", right="a list of objects")
    found = []
    for at, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise InvalidInput(f"{name}[{at}]", f"{row!r} is no object", right='{"id": ...}')
        found.append(read(f"{name}[{at}].", row))
    return found


def _require_fields(at: str, row: Mapping[str, object], known: tuple[str, ...]) -> None:
    for name in row:
        if name not in known:
            raise InvalidInput(f"{at}{name}", "no field of clors", right=", ".join(known))


def _text(at: str, row: Mapping[str, object], name: str, *, default: str | None = None) -> str:
    value = row.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, str) or not value:
        raise InvalidInput(f"{at}{name}", "missing or no text", right="text")
    return value


def _flag(line: Mapping[str, object], name: str) -> bool:
    value = line.get(name)
    return value is not None and truth(name, value)


def _seconds(at: str, row: Mapping[str, object], name: str) -> int:
    """A span rounded down to whole seconds, so that one just before its time is on time."""
    value = row.get(name)
    number = _number(name, value, at=at)
    if number is None:
        raise InvalidInput(f"{at}{name}", "missing", right="a number of minutes")
    times = 1 if isinstance(value, Mapping) else 60
    return int((number * times).to_integral_value(ROUND_FLOOR))


def _whole(name: str, value: object) -> int | None:
    number = _number(name, value)
    if number is None:
        return None
    if name == "age_years":  # completed years
        number = number.to_integral_value(ROUND_FLOOR)
    if number != int(number):
        raise InvalidInput(name, f"{number} is not whole", right="a whole number")
    return int(number)


def _number(name: str, value: object, *, at: str = "") -> Decimal | None:
    """The number, in the field's own unit; of a span given with its unit, in seconds."""
    times = 1
    if isinstance(value, Mapping):
        times = _times(f"{at}{name}", value, _UNITS.get(name, _COUNTS))
        value = value["value"]
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise InvalidInput(f"{at}{name}", f"{value!r} is no number", right="a number, or null")
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite() or abs(number) >= _LARGEST:
        raise InvalidInput(f"{at}{name}", f"{value} cannot be meant", right="a smaller number")
    return number * times


def _times(field: str, value: Mapping[str, object], units: Mapping[str, int]) -> int:
    known = ", ".join(units)
    if set(value) != {"value", "unit"}:
        raise InvalidInput(field, "not an amount", right=f'{{"value": 1, "unit": "..."}}: {known}')
    unit = value["unit"]
    times = units.get(ucum(unit)) if isinstance(unit, str) else None
    if times is None:
        raise InvalidInput(field, f"{unit!r} is no unit of it", right=known)
    return times
