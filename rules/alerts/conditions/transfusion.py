"""Conditions of transfusion beside its limits: papers, and the signs of a reaction."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from rules.alerts.registry import on_stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from domain.observations import Observation
    from domain.situation import Stream
    from rules.alerts.claims import Claim
    from rules.alerts.rule import Rule
    from rules.alerts.view import View

BEGUN: Final = "T15"
ENDED: Final = "T18"
REACTION: Final = "transfusion_reaction"
_UNMET: Final = frozenset({"second_sample", "consent"})
_BLOCKS: Final = ("stop", "second_person", "reason")
"""Findings that were passed over; what is only told is none."""


@on_stream(
    "request_incomplete",
    "done.T1",
    "done.T2",
    "done.T3",
    "marks",
    loops=("transfusion",),
    level="order",
)
def request_incomplete(view: View, stream: Stream, rule: Rule) -> Iterable[Claim]:
    """Blood was asked for without consent, indication or a second group sample."""
    signed = stream.done.get("T3")
    if signed is None or view.field(stream, "emergency") is True:
        return ()
    for step, wanted in (("T1", None), ("T2", "consented")):
        result = stream.done.get(step, (signed[0], "missing"))[1]
        if step in stream.not_recorded or view.test(f"done.{step}", "is", wanted, result):
            continue
        return view.of_stream(rule, stream, signed[0], cause=f"{stream.id}:{step}", step=step)
    for mark in stream.marks:
        if mark.what in _UNMET and view.test("marks", "in", _BLOCKS, mark.value):
            at = max(mark.at, signed[0])
            return view.of_stream(
                rule, stream, at, cause=f"{stream.id}:{mark.seq}", step=mark.step or None
            )
    return ()


@dataclass(frozen=True, slots=True)
class Sign:
    """One vital sign of a reaction: how it differs from before the unit, or where it must not be.

    Attributes:
        grave: whether a value is a sign, given the value before (None where none was taken).
    """

    name: str
    grave: Callable[[Mapping[str, Decimal], Decimal, Decimal | None], bool]


def _fever(params: Mapping[str, Decimal], seen: Decimal, before: Decimal | None) -> bool:
    hot = seen >= params["fever"]
    return hot and (before is None or seen - before >= params["temperature_rise"])


def _pressure(params: Mapping[str, Decimal], seen: Decimal, before: Decimal | None) -> bool:
    low = seen < params["systolic_low"] and (before is None or before >= params["systolic_low"])
    return low or (before is not None and before - seen >= params["systolic_drop"])


def _saturation(params: Mapping[str, Decimal], seen: Decimal, before: Decimal | None) -> bool:
    low = seen < params["spo2_low"] and (before is None or before >= params["spo2_low"])
    return low or (before is not None and before - seen >= params["spo2_drop"])


def _breathing(params: Mapping[str, Decimal], seen: Decimal, before: Decimal | None) -> bool:
    return before is not None and seen - before >= params["breathing_rise"]


SIGNS: Final = (
    Sign("temperature", _fever),
    Sign("systolic_bp", _pressure),
    Sign("spo2", _saturation),
    Sign("respiratory_rate", _breathing),
)
"""The vital signs of a transfusion reaction (rules specification T-13)."""


@on_stream(
    "reaction_signs",
    "done.T15",
    "series",
    "streams.reaction",
    loops=("transfusion",),
    level="started",
)
def reaction_signs(view: View, stream: Stream, rule: Rule) -> Iterable[Claim]:
    """Since the unit was started a vital sign has changed as in a reaction, and none is open yet.

    Signs count while the unit runs and some hours after its end; once the reaction loop is open,
    its own limits speak.
    """
    begun = stream.done.get(BEGUN)
    if begun is None or _reaction_open(view, stream):
        return ()
    ended = stream.done.get(ENDED)
    until = None if ended is None else ended[0] + rule.minutes("after_minutes")
    first: tuple[datetime, str] | None = None
    for sign in SIGNS:
        found = _first_sign(view, rule, sign, begun[0], until)
        if found is not None and (first is None or (found.at, found.name) < first):
            first = (found.at, found.name)
    seen = "" if first is None else first[1]
    if not view.test("series", "is not", "", seen) or first is None:
        return ()
    at, name = first
    return view.of_stream(
        rule, stream, at, cause=f"signs:{at.isoformat()}", step=ENDED, evidence={"sign": name}
    )


def _reaction_open(view: View, stream: Stream) -> bool:
    return any(one.loop == REACTION and one.order == stream.order for one in view.situation.streams)


def _first_sign(
    view: View, rule: Rule, sign: Sign, begun: datetime, until: datetime | None
) -> Observation | None:
    """The first value after the start that is a sign, against the last one before it."""
    row = view.situation.clinical.series.get(sign.name, ())
    before = next((one.number for one in row if one.at <= begun), None)
    found = None
    for one in row:  # newest first
        if one.at <= begun:
            break
        seen = one.number
        in_time = until is None or one.at <= until
        if in_time and seen is not None and sign.grave(rule.params, seen, before):
            found = one
    return found
