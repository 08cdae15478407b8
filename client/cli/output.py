"""What a command answers: one JSON document for programs, or aligned columns for people."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import tzinfo

GAP: Final = "  "
WIDE: Final = frozenset("WF")
"""East Asian characters that take two columns of a terminal."""


def plain(value: object) -> object:
    """A value as JSON has it: instants in ISO 8601 with offset, amounts as text, sets in order."""
    if isinstance(value, (Enum, datetime, date, Decimal)):
        return _scalar(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, AbstractSet):
        return sorted((plain(one) for one in value), key=str)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(one) for one in value]
    return value


def _scalar(value: Enum | datetime | date | Decimal) -> object:
    if isinstance(value, Enum):
        return value.value
    return format(value, "f") if isinstance(value, Decimal) else value.isoformat()


def as_json(value: object) -> str:
    """One JSON document, readable by people too."""
    return json.dumps(plain(value), ensure_ascii=False, indent=2, allow_nan=False)


def as_line(value: object) -> str:
    """A JSON document on one line."""
    return json.dumps(plain(value), ensure_ascii=False, allow_nan=False)


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, empty: str = "") -> str:
    """Aligned columns under a head; `empty` is said where there is no row."""
    if not rows:
        return empty or "Nothing."
    lines = [tuple(head), *(tuple(row) for row in rows)]
    widths = [max(width(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        GAP.join(
            cell + " " * (room - width(cell)) for cell, room in zip(line, widths, strict=True)
        ).rstrip()
        for line in lines
    )


def pairs(rows: Sequence[tuple[str, str]]) -> str:
    """Names and values, aligned; a value that is empty is left out."""
    shown = [row for row in rows if row[1]]
    room = max((width(name) for name, _ in shown), default=0)
    return "\n".join(f"{name}{' ' * (room - width(name))}{GAP}{value}" for name, value in shown)


def width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(
        0 if unicodedata.combining(char) else 1 + (unicodedata.east_asian_width(char) in WIDE)
        for char in text
    )


def moment(at: datetime | None, zone: tzinfo) -> str:
    """An instant on the ward's clock: date and 24-hour time; empty where there is none."""
    return "" if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def minutes(count: int) -> str:
    """A span in words: `45 min`, `3 h 05 min`, `2 d 4 h`."""
    hours, left = divmod(abs(count), 60)
    days, hours_left = divmod(hours, 24)
    if days:
        return f"{days} d {hours_left} h"
    return f"{hours} h {left:02d} min" if hours else f"{left} min"


def counted(count: int, one: str, many: str = "") -> str:
    """A number with its noun: `1 dose`, `2 doses`."""
    return f"{count} {one}" if count == 1 else f"{count} {many or one + 's'}"
