"""What alert rules look for on an order or a task, beside its running limits: folded, not asked.

A mark stands while the record that it is about stands: an undone step takes its marks with it, a
record that was entered in error all of them. Marks of an ended task stay on it; an alert about them
goes on by itself (decision record 0010).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.situation import Mark
from domain.values import changed as replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.events import (
        Corrected,
        Event,
        ExitRecorded,
        IncidentReported,
        StepRecorded,
        VersionRaised,
    )
    from domain.findings import Finding

GAP: Final = "gap"
"""A required step that was passed over; `step` is that step."""
INCIDENT: Final = "incident"
EXIT: Final = "exit:"
"""Before the outcome of an exit whose clocks still run; `step` is its code, `value` what is due."""
AMENDED: Final = "amended"
"""A report was changed after it was out; `step` is the report. It stands on the order."""
OVERRIDE: Final = "override:"
"""Before the name of a check that a person passed over; `value` is their reason."""

Marks = tuple[Mark, ...]


def of_record(marks: Marks, body: StepRecorded, event: Event, *, seq: int) -> Marks:
    """With what was found when a step was recorded, and what it passed over."""
    if not (marks or body.findings or body.overrides or body.gaps):
        return marks
    at = event.at
    found = [
        *_found(body.step, body.findings, event, seq=seq),
        *(Mark(OVERRIDE + one.check, body.step, at, seq, one.reason) for one in body.overrides),
        *(Mark(GAP, missing, at, seq) for missing in body.gaps),
    ]
    return _with(marks, found)


def of_exit(marks: Marks, body: ExitRecorded, event: Event, *, seq: int) -> Marks:
    """With an exit that was taken, and what was found then."""
    taken = body.exit
    exited = Mark(EXIT + taken.outcome, taken.code, event.at, seq, ",".join(taken.still))
    return _with(marks, [exited, *_found(taken.code, body.findings, event, seq=seq)])


def of_incident(marks: Marks, body: IncidentReported, event: Event, *, seq: int) -> Marks:
    """With something that went wrong."""
    return (*marks, Mark(INCIDENT, "", event.at, seq, body.severity or ""))


def of_version(marks: Marks, body: VersionRaised, event: Event, *, seq: int) -> Marks:
    """With a report that was changed after it was out."""
    why, _, step = body.why.partition(":")
    return (*marks, Mark(AMENDED, step, event.at, seq)) if why == AMENDED else marks


def of_correction(marks: Marks, body: Corrected, event: Event, *, seq: int) -> Marks:
    """A corrected record was judged anew: what was found before counts no more (E40)."""
    kept = tuple(mark for mark in marks if mark.step != body.step or not _is_finding(mark))
    return (*kept, *_found(body.step, body.findings, event, seq=seq))


def without_gaps(marks: Marks, gaps: frozenset[str]) -> Marks:
    """Only with those gaps that are still there."""
    if not marks:
        return marks
    return tuple(mark for mark in marks if mark.what != GAP or mark.step in gaps)


def without_steps(marks: Marks, undone: Iterable[str]) -> Marks:
    """Without what was found about steps that became pending again."""
    if not marks:
        return marks
    return tuple(mark for mark in marks if mark.what == GAP or mark.step not in undone)


def _found(step: str, findings: Iterable[Finding], event: Event, *, seq: int) -> tuple[Mark, ...]:
    return tuple(
        Mark(finding.check, step, event.at, seq, finding.severity.value) for finding in findings
    )


def _is_finding(mark: Mark) -> bool:
    return mark.what not in (GAP, INCIDENT, AMENDED) and not mark.what.startswith((EXIT, OVERRIDE))


def _with(marks: Marks, found: Iterable[Mark]) -> Marks:
    """With new marks; the same found again is the same mark, seen later."""
    by_name = {(mark.what, mark.step): mark for mark in marks}
    for mark in found:
        earlier = by_name.get((mark.what, mark.step))
        if earlier is not None:
            later = max(earlier.at, mark.at)
            mark = replace(earlier, at=later, value=mark.value)  # noqa: PLW2901 - the same mark
        by_name[mark.what, mark.step] = mark
    return tuple(by_name.values())
