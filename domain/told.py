"""Which values an event tells of a patient: observations, and steps whose evidence holds results.

A result of an order is its step (decision 49), and so are the vital signs of a transfusion: their
values count for scores and checks like those that were observed by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from domain.analytes import ALIASES, UNITS, in_stored_unit
from domain.observations import VITALS, Observation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RESULTS: Final = "results"
"""The field of a step that holds results by name."""
DETAILS: Final = ("low", "high", "flag", "critical")
"""What may stand beside a value."""
_FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **{name: name for name in VITALS},
        "haemoglobin": "haemoglobin",
        "platelet_count": "platelets",
        "inr": "inr",
        "fibrinogen": "fibrinogen",
        "egfr": "egfr",
    }
)
"""Fields of steps that hold one value, and the name of the value."""
_TIMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "haemoglobin": "results_at",
        "platelet_count": "results_at",
        "inr": "results_at",
        "fibrinogen": "results_at",
        "egfr": "egfr_at",
        RESULTS: "results_at",
    }
)
"""Fields that say when such a value was measured."""
_HOLDING: Final = frozenset({*_FIELDS, RESULTS})


@dataclass(frozen=True, slots=True)
class Told:
    """One value.

    Attributes:
        value: as in `Observation`.
        at: when it was observed; earlier than the event where that tells of an earlier result.
        detail: of `DETAILS`, what is there.
    """

    name: str
    value: str | bool
    unit: str
    at: datetime
    detail: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def observation(self, source: str, *, of_order: bool = False) -> Observation:
        """The value as rules see it."""
        return Observation(
            self.name, self.value, self.unit, self.at, source, of_order=of_order, **self.detail
        )


def of_observed(values: Mapping[str, object], at: datetime) -> tuple[Told, ...]:
    """The values of an `Observed` event."""
    return tuple(_read(name, value, at) for name, value in values.items() if value is not None)


def holds_values(evidence: Mapping[str, object]) -> bool:
    """Whether the evidence of a step tells any value."""
    return bool(evidence) and not _HOLDING.isdisjoint(evidence)


def of_evidence(evidence: Mapping[str, object], at: datetime) -> tuple[Told, ...]:
    """The values that the evidence of a step tells."""
    return tuple(_of_evidence(evidence, at)) if holds_values(evidence) else ()


def _of_evidence(evidence: Mapping[str, object], at: datetime) -> Iterator[Told]:
    results = evidence.get(RESULTS)
    named = results if isinstance(results, dict | MappingProxyType) else {}
    critical = _critical(evidence)
    measured = _measured_at(evidence, RESULTS) or at
    for name, value in named.items():
        told = _read(ALIASES.get(name, name), value, measured)
        marked = critical in (told.name, "") and "critical" not in told.detail
        if marked and (critical or len(named) == 1):
            limit = str(evidence.get("critical_limit") or "critical")
            told = replace(told, detail=MappingProxyType({**told.detail, "critical": limit}))
        yield told
    for held, name in _FIELDS.items():
        if evidence.get(held) is not None and name not in named:
            yield _read(name, evidence[held], _measured_at(evidence, held) or at)


def _critical(evidence: Mapping[str, object]) -> str | None:
    """Which of the results is critical; empty: the step does not say which; None: none is."""
    if evidence.get("critical") is not True:
        return None
    item = str(evidence.get("critical_item") or "").lower()
    return ALIASES.get(item, item)


def _measured_at(evidence: Mapping[str, object], held: str) -> datetime | None:
    said = evidence.get(_TIMES.get(held, ""))
    return datetime.fromisoformat(said).astimezone(UTC) if isinstance(said, str) else None


def _read(name: str, value: object, at: datetime) -> Told:
    if isinstance(value, bool):
        return Told(name, value, "", at)
    detail: dict[str, str] = {}
    unit = UNITS.get(name, "")
    if isinstance(value, dict | MappingProxyType):
        detail = {key: str(value[key]) for key in DETAILS if value.get(key)}
        unit = str(value.get("unit") or unit)
        value = value.get("value")
    if isinstance(value, bool):
        return Told(name, value, "", at, MappingProxyType(detail))
    number = _exact(value)
    if number is None:
        bounded = str(value)[:1] in ("<", ">")
        return Told(name, str(value), unit if bounded else "", at, MappingProxyType(detail))
    stored = in_stored_unit(name, number, unit)
    if stored is not None:
        number, unit = stored, UNITS.get(name, unit)
    return Told(name, format(number, "f"), unit, at, MappingProxyType(detail))


def _exact(value: object) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
