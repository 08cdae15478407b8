"""When each dose should have been started, straight from the rows of the source.

Written without the engine, the loop files and the reader of frequencies, so that the replay has
something to disagree with: the ward's windows by the source's own `doses_per_24_hrs`.
"""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

Row = dict[str, str]

GIVEN: Final = (
    "Administered", "Flushed", "Administered Bolus from IV Drip", "Partial Administered",
    "Applied", "Removed", "Removed Existing / Applied New", "Started",
)  # fmt: skip
"""What says that a dose was begun; before it may stand `Delayed`, after it where."""
BY_ITSELF: Final = ("", "Assessed")
"""Rows that are about no dose: whose order's first dose is yet to come."""
ONCE: Final = ("ONCE", "NOW", "X1", "1X", "2X", "MR")
"""Frequencies of doses that have no interval, by their beginning."""
RARER: Final = ("WEEK", "EVERY OTHER DAY", "Q48H", "Q36H", "Q72H", "QMO", "QTH", "QSA", "QSU")
"""Of frequencies that the source counts as 0 a day: those that have an interval all the same."""
EVENING_OR_MEAL: Final = ("HS", "QHS", "BREAKFAST", "LUNCH", "DINNER")
"""Once a day, but held to the hour by the loop specification (`hs`, `ac`, `pc`)."""
MINUTE: Final = timedelta(minutes=1)
A_DAY: Final = 24 * 60
MOST_OFTEN: Final = 6
"""Doses a day, up to which a window is an hour; above it, it is a quarter of the interval."""


@dataclass(frozen=True, slots=True)
class Due:
    """One dose that was begun, and until when it should have been.

    Attributes:
        window: `first`, `daily`, `hour`, `quarter`, `once` or `as needed`.
        until: None where there is no window: it was given on need.
        later_until: until when, if a first dose had the window of the later ones.
    """

    emar_id: str
    charted: datetime
    scheduled: datetime
    frequency: str
    window: str
    until: datetime | None
    later_until: datetime | None

    @property
    def late(self) -> bool:
        """Charted after its window; the window's last instant still belongs to it."""
        return self.until is not None and self.charted > self.until

    @property
    def by_the_later_window(self) -> bool:
        """Whether it would have been in time by the window of the order's later doses."""
        return self.later_until is not None and self.charted <= self.later_until


def doses_due(folder: Path) -> dict[str, Due]:
    """Every row of the eMAR that begins a scheduled dose, by its `emar_id`."""
    orders = {row["poe_id"]: row for row in _rows(folder, "hosp/poe")}
    by_order: dict[str, Row] = {}
    by_number: dict[str, Row] = {}
    for row in _rows(folder, "hosp/pharmacy"):
        by_order.setdefault(row["poe_id"], row)
        by_number[row["pharmacy_id"]] = row
    kinds = {
        row["emar_id"]: row["administration_type"]
        for row in _rows(folder, "hosp/emar_detail")
        if not row["parent_field_ordinal"]
    }
    charted: dict[str, list[Row]] = defaultdict(list)
    for row in _rows(folder, "hosp/emar"):
        if row["poe_id"] in orders and _verb(row) not in BY_ITSELF:
            charted[row["poe_id"]].append(row)
    found: dict[str, Due] = {}
    for poe, rows in charted.items():
        rows.sort(key=lambda row: (row["charttime"], int(row["emar_seq"])))
        for row in rows:
            if _verb(row) in GIVEN and row["scheduletime"]:
                said = by_number.get(row["pharmacy_id"]) or by_order.get(poe) or {}
                first = _dose(row, kinds) == _dose(rows[0], kinds)
                found[row["emar_id"]] = _due(row, said, orders[poe]["ordertime"], first=first)
    return found


def _due(row: Row, said: Mapping[str, str], ordered: str, *, first: bool) -> Due:
    scheduled = _at(row["scheduletime"])
    frequency = said.get("frequency", "")
    window, minutes = window_of(frequency, said.get("doses_per_24_hrs", ""))
    later = None if minutes is None else scheduled + minutes * MINUTE
    until = later
    if first and window != "as needed":
        window, until = "first", max(_at(ordered), scheduled)
    return Due(
        emar_id=row["emar_id"],
        charted=_at(row["charttime"]),
        scheduled=scheduled,
        frequency=frequency,
        window=window,
        until=until,
        later_until=later,
    )


def window_of(frequency: str, daily: str) -> tuple[str, float | None]:
    """The ward's window of a dose after the first, and its minutes after the due time."""
    if "PRN" in frequency:
        return "as needed", None
    if any(word in frequency for word in RARER):
        return "daily", 120
    if frequency.startswith(ONCE):
        return "once", 60
    often = int(daily or 0)
    if often > MOST_OFTEN:
        return "quarter", A_DAY / often / 4
    if often > 1 or frequency in EVENING_OR_MEAL:
        return "hour", 60
    return ("daily", 120) if often == 1 else ("once", 60)


def _dose(row: Row, kinds: Mapping[str, str]) -> tuple[str, str | None]:
    """Rows of one due time and one kind are about one dose: held at first, then given."""
    return row["scheduletime"], kinds.get(row["emar_id"])


def _verb(row: Row) -> str:
    return row["event_txt"].removeprefix("Delayed ").removesuffix(" in Other Location").strip()


def _at(text: str) -> datetime:
    # both sides of each comparison are the hospital's local time; only the difference counts
    return datetime.fromisoformat(text + "+00:00")


def _rows(folder: Path, table: str) -> Iterator[Row]:
    packed = folder / f"{table}.csv.gz"
    if packed.exists():
        with gzip.open(packed, "rt", encoding="utf-8", newline="") as lines:
            yield from csv.DictReader(lines)
    elif packed.with_suffix("").exists():
        with packed.with_suffix("").open(encoding="utf-8", newline="") as lines:
            yield from csv.DictReader(lines)
