"""What a record says, as the checks read it: evidence, earlier records, results written as text."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from domain.errors import InvalidInput
from domain.findings import Finding, Severity
from domain.loops.checks import CheckContext
from domain.quantities import Quantity, parse_decimal
from domain.records import Record
from rules.checks.drugs import quantity

_NEGATED: Final = re.compile(
    r"\b(?:no|not|without|never)\s+[\w-]+|[无未没不][^,,;;。]{0,4}", re.IGNORECASE
)
_RESULT: Final = re.compile(
    r"(?P<name>[^\d<>=:;,]+?)[\s:=]*(?P<value>\d+(?:\.\d+)?)\s*(?P<unit>[^\s;,]*)"
)


@dataclass(frozen=True, slots=True)
class Result:
    """One value of a laboratory result."""

    name: str
    value: Decimal
    unit: str


def text(context: CheckContext, name: str) -> str:
    """A field of the record as text; empty where it is not given."""
    value = context.entry.evidence.get(name)
    return value.strip() if isinstance(value, str) else ""


def amount(context: CheckContext, name: str) -> Quantity | None:
    """A field of the record as a quantity."""
    return quantity(context.entry.evidence.get(name))


def decimal(values: Mapping[str, object], name: str) -> Decimal | None:
    """A number among some fields, whether it stands alone or with a unit."""
    value = values.get(name)
    if value is None:
        return None
    found = quantity(value)
    if found is not None:
        return found.value
    try:
        return parse_decimal(name, value)
    except InvalidInput:
        return None


def instant(value: object) -> datetime | None:
    """An instant of a field."""
    return datetime.fromisoformat(value) if isinstance(value, str) and value else None


def recorded(context: CheckContext, step: str) -> Record | None:
    """The record of an earlier step that counts; None where the loop has no such step."""
    return context.place.record(step) if step in context.place.loop.steps else None


def result_of(context: CheckContext) -> str | None:
    """The result that is about to be recorded."""
    found = getattr(context.entry, "result", None)
    return found if isinstance(found, str) else None


def minutes_since(context: CheckContext, step: str) -> int | None:
    """Whole minutes from an earlier step to this record."""
    record = recorded(context, step)
    if record is None:
        return None
    return int((context.entry.at - record.at).total_seconds() // 60)


def says(text: str, words: Iterable[str]) -> bool:
    """Whether a text says one of some words and does not deny it (`not red`)."""
    left = _NEGATED.sub(" ", text.lower())
    return any(word in left for word in words)


def results(evidence: Mapping[str, object]) -> Iterator[Result]:
    """The values of a result: by name, or in words (`K 2.6 mmol/L; creatinine 84 umol/L`).

    A value that is only bounded (`>10`) counts as its bound.
    """
    named = evidence.get("results")
    for name, row in named.items() if isinstance(named, Mapping) else ():
        given = row if isinstance(row, Mapping) else {"value": row}
        value = decimal({"value": str(given.get("value", "")).lstrip("<>= ")}, "value")
        if value is not None:
            yield Result(str(name), value, str(given.get("unit") or ""))
    written = evidence.get("values")
    for part in re.split(r"[;;\n]", written) if isinstance(written, str) else ():
        found = _RESULT.match(part.strip())
        if found is not None:
            yield Result(found["name"].strip(), Decimal(found["value"]), found["unit"])


def stop(check: str, message: str, right: str, *params: tuple[str, str]) -> Finding:
    """A finding that nobody passes over."""
    return Finding(check, Severity.STOP, message, right, params=params)


def second(check: str, message: str, right: str, *params: tuple[str, str]) -> Finding:
    """A finding for a reason and a second person."""
    return Finding(check, Severity.SECOND_PERSON, message, right, params=params)


def reason(check: str, message: str, right: str, *params: tuple[str, str]) -> Finding:
    """A finding for a reason."""
    return Finding(check, Severity.REASON, message, right, params=params)


def warning(check: str, message: str, right: str, *params: tuple[str, str]) -> Finding:
    """A finding that is shown."""
    return Finding(check, Severity.WARNING, message, right, params=params)
