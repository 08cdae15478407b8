"""Checks of a unit on the ward: its way, its time out of storage, the patient while it runs."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from domain.findings import Finding
from domain.loops.applies import truth
from domain.loops.checks import CheckContext
from rules.checks.findings import not_checked
from rules.checks.reading import (
    decimal,
    minutes_since,
    reason,
    recorded,
    result_of,
    says,
    second,
    stop,
    text,
    warning,
)

_COLD: Final = (Decimal(1), Decimal(10))
"""Degrees Celsius of red cells on their way."""
_WARM: Final = (Decimal(20), Decimal(24))
"""Degrees Celsius of platelets on their way."""
_BROKEN: Final = (
    "leak", "torn", "damag", "clot", "haemoly", "hemoly", "discolo", "破", "漏", "渗", "凝块",
    "溶血", "变色",
)  # fmt: skip
_FEVER: Final = Decimal(38)
_RISE: Final = Decimal(1)
_PRESSURE_CHANGE: Final = 30
_ENDED_EARLY: Final = ("time_limit", "stopped_reaction")


def transit(context: CheckContext) -> tuple[Finding, ...]:
    """The unit came quickly, cold and whole."""
    return tuple(_transit(context))


def _transit(context: CheckContext) -> Iterator[Finding]:
    if says(text(context, "condition"), _BROKEN):
        yield stop("transit", "the unit is not whole", "send it back to the blood bank")
    component = context.place.order.fields.get("component")
    low, high = _WARM if component == "platelets" else _COLD
    warmth = decimal(context.entry.evidence, "box_temperature")
    if warmth is not None and component != "cryoprecipitate" and not low <= warmth <= high:
        yield stop(
            "transit",
            "the unit came too warm or too cold",
            f"{low} to {high} degrees Celsius: send it back to the blood bank",
        )
    most, took = context.limit_minutes("TT07"), minutes_since(context, "T11")
    if most is not None and took is not None and took > most:
        yield warning(
            "transit", f"the unit was {took} min on its way", "start it soon or send it back"
        )


def baseline_vitals(context: CheckContext) -> Finding | None:
    """The patient is well enough to begin: no fever, a stable pressure."""
    values = context.entry.evidence
    bounds = (
        ("temperature", None, _FEVER),
        ("systolic_bp", Decimal(90), None),
        ("pulse", Decimal(40), Decimal(130)),
        ("respiratory_rate", Decimal(8), Decimal(24)),
        ("spo2", Decimal(92), None),
    )
    off = [
        name
        for name, low, high in bounds
        if (value := decimal(values, name)) is not None
        and ((low is not None and value < low) or (high is not None and value > high))
    ]
    if not off:
        return None
    return reason(
        "baseline_vitals",
        f"the patient is not stable: {', '.join(off).replace('_', ' ')}",
        "ask the physician whether to begin",
        ("values", ", ".join(off)),
    )


def storage_time(context: CheckContext) -> Finding | None:
    """The unit is not too long out of its storage (TX10)."""
    out = minutes_since(context, "T11")
    if out is None:
        return not_checked("storage_time", "it is not known when the unit left its storage")
    at_most, in_all = context.limit_minutes("TT08"), context.limit_minutes("TT13")
    if in_all is not None and out >= in_all:
        return stop(
            "storage_time",
            f"the unit is {out} min out of its storage: it cannot end in time",
            "send it back to the blood bank",
            ("minutes", str(out)),
        )
    if at_most is not None and out > at_most:
        return second(
            "storage_time",
            f"the unit is {out} min out of its storage: more than {at_most} min",
            "send it back; never put it into a refrigerator of the ward",
            ("minutes", str(out)),
        )
    return None


def line_and_filter(context: CheckContext) -> Finding | None:
    """Blood runs through a filter set, with nothing but sodium chloride 0.9 % in its line."""
    if context.entry.evidence.get("filter_set") is True:
        return None
    return warning(
        "line_and_filter",
        "no filter set is recorded",
        "a set with a filter of 170 to 200 um, and nothing but sodium chloride 0.9 % in the line",
    )


def reaction_signs(context: CheckContext) -> Finding | None:
    """The vital signs beside those before it began (loop specification 6.3, R1)."""
    if truth(context.entry.evidence.get("reaction")):
        return None
    before = recorded(context, "T13")
    if before is None:
        return not_checked("reaction_signs", "there are no vital signs from before it began")
    signs = _signs(context, before.evidence)
    if not signs:
        return None
    return warning(
        "reaction_signs",
        f"this may be a reaction: {', '.join(signs)}",
        "stop the transfusion and record a reaction (TX13), or say that it is none",
        ("signs", ", ".join(signs)),
    )


def _signs(context: CheckContext, base: Mapping[str, object]) -> list[str]:
    now = context.entry.evidence
    found = []
    warm, was = decimal(now, "temperature"), decimal(base, "temperature")
    if warm is not None and was is not None and warm >= _FEVER and warm - was >= _RISE:
        found.append("temperature")
    pressure, earlier = decimal(now, "systolic_bp"), decimal(base, "systolic_bp")
    change = None if pressure is None or earlier is None else abs(pressure - earlier)
    if change is not None and change >= _PRESSURE_CHANGE:
        found.append("systolic pressure")
    return found


def unit_time(context: CheckContext) -> Finding | None:
    """The unit ended within its time out of storage (TX12)."""
    most, took = context.limit_minutes("TT13"), minutes_since(context, "T11")
    if most is None or took is None or took <= most or result_of(context) in _ENDED_EARLY:
        return None
    return reason(
        "unit_time",
        f"the unit ran until {took} min after it left its storage: {most} min at most",
        "record that it was stopped at the time limit, with the volume given",
        ("minutes", str(took)),
    )
