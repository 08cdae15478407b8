"""What did not go as ordered: what a physician sees before they confirm that an order is complete.

Doses refused, held or missed; steps done late; findings that were passed over; steps passed over
and entered later; incidents. A stop that voids what was never begun is no exception.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from domain.errors import InvalidInput, Refused
from domain.loops.definition import Level

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from domain.loops.definition import LoopDefinition
    from domain.worklists import JournalRow

SEEN: Final = "exceptions_seen"
"""The field in which a physician says how many exceptions they saw."""


@dataclass(frozen=True, slots=True)
class OrderException:
    """One thing that did not go as ordered.

    Attributes:
        stream: the task or order that it is about.
        what: `exit`, `late`, `override`, `gap` or `incident`.
        step: the step it is about; empty for exits and incidents.
        detail: the exit's word, the check that was overridden; empty otherwise.
        minutes: by how much it was late.
    """

    stream: str
    at: datetime
    what: str
    step: str = ""
    detail: str = ""
    minutes: int | None = None


def exceptions_in(rows: Iterable[JournalRow]) -> tuple[OrderException, ...]:
    """The exceptions that the events of an order and its tasks tell of, as they came."""
    return tuple(one for row in rows for one in _of_row(row))


def _of_row(row: JournalRow) -> Iterator[OrderException]:
    said = row.payload
    if row.kind == "exit_recorded":
        taken = said.get("exit")
        word = str(taken.get("outcome")) if isinstance(taken, dict) else ""
        yield OrderException(row.stream, row.event_at, "exit", detail=word)
    elif row.kind == "incident_reported":
        yield OrderException(row.stream, row.event_at, "incident")
    elif row.kind == "step_recorded":
        yield from _of_step(row, said)


def _of_step(row: JournalRow, said: Mapping[str, object]) -> Iterator[OrderException]:
    step, late = str(said.get("step")), said.get("late_by_minutes")
    if isinstance(late, int) and late > 0:
        yield OrderException(row.stream, row.event_at, "late", step, minutes=late)
    for check in _named(said.get("overrides"), "check"):
        yield OrderException(row.stream, row.event_at, "override", step, check)
    gaps = said.get("gaps")
    for gap in gaps if isinstance(gaps, list) else ():
        yield OrderException(row.stream, row.event_at, "gap", str(gap))


def _named(value: object, name: str) -> Iterator[str]:
    for one in value if isinstance(value, list) else ():
        if isinstance(one, dict):
            yield str(one.get(name))


def require_seen(
    loop: LoopDefinition,
    step: str,
    evidence: Mapping[str, object],
    rows: Callable[[], Iterable[JournalRow]],
) -> None:
    """Let a physician confirm an order only with its exceptions in view.

    Raises:
        InvalidInput: the number is none.
        Refused: there are exceptions and they were not seen, or others than those that were.
    """
    closing = loop.closing
    found = loop.find_step(step)
    if closing is None or found is not closing or found.level is not Level.ORDER:
        return
    if SEEN not in {use.name for use in found.fields}:
        return  # a hospital's own loop, which does not ask for it
    exceptions = exceptions_in(rows())
    seen = evidence.get(SEEN)
    if seen is None and not exceptions:
        return
    if seen is not None and (not isinstance(seen, int) or isinstance(seen, bool)):
        raise InvalidInput(f"evidence.{SEEN}", "is no number", right=str(len(exceptions)))
    if seen != len(exceptions):
        raise Refused(
            "EXCEPTIONS_NOT_SEEN",
            f"Exceptions of this order: {len(exceptions)}; seen: {seen or 0}",
            next_step=f"Look at them (order show), then confirm with {SEEN} {len(exceptions)}",
            field=f"evidence.{SEEN}",
        )
