"""Dose tables (rule X9): `40 mg 3 d; 30 mg 3 d; 20 mg 5 doses; 10 mg`."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from domain.errors import InvalidInput
from domain.quantities import parse_quantity
from domain.timing.expanding import DoseStep

if TYPE_CHECKING:
    from collections.abc import Sequence

EXAMPLE: Final = "40 mg 3 d; 30 mg 3 d; 20 mg 5 doses"
_ROW: Final = re.compile(
    r"(?P<dose>[0-9.]+ [^\s;0-9]\S*)(?: x)?"
    r"(?: (?P<number>[1-9][0-9]{0,2}) ?(?P<of>d|days?|天|日|doses?|次))?"
)
_DAYS: Final = ("d", "day", "days", "天", "日")
_BETWEEN: Final = re.compile("[;；]")


def parse_taper(field: str, text: str) -> tuple[DoseStep, ...]:
    """The rows of a dose table; only the last may hold until the order ends.

    Raises:
        InvalidInput: a row is not understood for certain, or the rows have different units.
    """
    rows = tuple(_row(field, " ".join(part.split())) for part in _BETWEEN.split(text))
    if any(row.days is None and row.doses is None for row in rows[:-1]):
        raise InvalidInput(field, "a row before the last one does not end", right=EXAMPLE)
    if len({row.dose.unit for row in rows}) > 1:
        raise InvalidInput(field, "the rows have different units", right=EXAMPLE)
    return rows


def _row(field: str, text: str) -> DoseStep:
    found = _ROW.fullmatch(text)
    if found is None:
        raise InvalidInput(field, f"the row {text!r} is not understood", right=EXAMPLE)
    dose = parse_quantity(field, found["dose"])
    if dose.value <= 0:
        raise InvalidInput(field, f"the row {text!r} gives nothing", right=EXAMPLE)
    if found["number"] is None:
        return DoseStep(dose)
    number = int(found["number"])
    if found["of"] in _DAYS:
        return DoseStep(dose, days=number)
    return DoseStep(dose, doses=number)


def longest(rows: Sequence[DoseStep], interval: timedelta) -> timedelta | None:
    """Within which time a dose table is used up for certain; None where its last row goes on."""
    if rows[-1].days is None and rows[-1].doses is None:
        return None
    days = sum(row.days or 0 for row in rows)
    doses = sum(row.doses or 0 for row in rows)
    # a day more for each row: it may begin late on one day and end early on another
    return timedelta(days=days + len(rows)) + doses * max(interval, timedelta(days=1)) * 2
