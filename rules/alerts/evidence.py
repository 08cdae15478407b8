"""The newest laboratory result that bears on the cause of an alert.

Who put a critical value aside did so by what was known then. When another result of the same item
comes, the alert is told anew (rules specification 3.1: re-fire on new evidence), by
`domain.reconciling`; here stands only which results bear on which rule.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from domain.alerts import EVIDENCE, EVIDENCE_AT
from domain.analytes import ALIASES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from domain.alerts import Wanted
    from domain.situation import Situation

ITEM: Final = "critical_item"
"""In the evidence of an alert of a critical value without an order: the name of the result."""
_OF_A_CRITICAL_VALUE: Final = frozenset({"L-06", "L-07", "L-08", "L-09", "L-10", "L-11"})
_NAMED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "E-02": ("creatinine", "egfr"),  # the kidneys, before contrast
        "T-15": ("fibrinogen", "haemoglobin", "inr", "platelets"),  # what a transfusion changes
    }
)
"""Rules that rest on results by name."""


def with_results(wanted: tuple[Wanted, ...], situation: Situation) -> tuple[Wanted, ...]:
    """The alerts, each that rests on results with the newest of them among its evidence."""
    if not any(one.key.rule in _OF_A_CRITICAL_VALUE or one.key.rule in _NAMED for one in wanted):
        return wanted
    return tuple(_with_newest(one, _names(one, situation), situation) for one in wanted)


def _names(one: Wanted, situation: Situation) -> Iterable[str]:
    """The results that bear on an alert."""
    if one.key.rule not in _OF_A_CRITICAL_VALUE:
        return _NAMED.get(one.key.rule, ())
    if one.order is None:  # observed without an order: it says itself which result it is
        return (one.evidence.get(ITEM, ""),)
    stream = next((held for held in situation.streams if held.task == one.task), None)
    item = "" if stream is None else str(stream.fields.get("critical_item", "")).lower()
    return (ALIASES.get(item, item),)


def _with_newest(one: Wanted, names: Iterable[str], situation: Situation) -> Wanted:
    latest = situation.clinical.latest
    found = [latest[name] for name in names if name in latest]
    if not found:
        return one
    newest = max(found, key=lambda value: (value.at, value.name))
    said = {
        **one.evidence,
        EVIDENCE: f"{newest.name} {newest.value} {newest.unit}".strip(),
        EVIDENCE_AT: newest.at.isoformat(),
    }
    return replace(one, evidence=MappingProxyType(said))
