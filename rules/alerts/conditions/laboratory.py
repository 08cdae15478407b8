"""Conditions of laboratory work, and of critical values wherever they come from."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from domain.alerts import AlertSeverity
from domain.standing import RESULTS_OWNER
from rules.alerts.evidence import ITEM
from rules.alerts.registry import on_limit, on_stay, on_stream
from rules.alerts.view import MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from domain.loops.deadlines import Deadline
    from domain.situation import Stream
    from rules.alerts.claims import Claim
    from rules.alerts.rule import Rule
    from rules.alerts.view import View

CRITICAL: Final = "critical_value"
_IMAGE: Final = "examination"
CULTURE: Final = "culture"
"""The class of tests whose hours the limits TL11 and TL11f hold (L-03)."""
_OF: Final = ("L-06", "L-07", "L-08", "L-09")
NEVER_DEMOTED: Final = frozenset({"K", "POTASSIUM", "TROP", "TROPONIN"})
"""Values that are never known well enough: potassium, and a first troponin (L-11)."""
_GLUCOSE: Final = frozenset({"GLU", "GLUCOSE"})
ACTED: Final = "C7"
AMENDED: Final = "amended"
"""The mark of a report that was changed after it was out."""
ACKNOWLEDGED: Final = "C6"
_ROUTINE: Final = 2
"""The column of a severity that no order's priority chooses."""


@on_limit("critical_late", "deadlines", "fields.critical_item", "done.C7")
def critical_late(view: View, stream: Stream, deadline: Deadline, rule: Rule) -> Iterable[Claim]:
    """A critical value waits too long for its next person."""
    if view.holds("known and no worse", known_repeat(view, stream)):
        return ()
    if _of_an_image(view, stream, deadline):
        return ()
    return view.of_limit(rule, stream, deadline)


@on_limit("critical_image", "deadlines", of=("L-06",))
def critical_image(view: View, stream: Stream, deadline: Deadline, rule: Rule) -> Iterable[Claim]:
    """A critical finding of an examination has been told to nobody."""
    if not _of_an_image(view, stream, deadline):
        return ()
    return view.of_limit(rule, stream, deadline)


@on_stay("critical_observed", "active", "latest.critical", "latest.of_order")
def critical_observed(view: View, rule: Rule) -> Iterable[Claim]:
    """The last value of a name is critical and no order asked for it: no loop will follow it.

    A later value of the name, within limits or of an order, ends it; another critical one is a new
    episode. There is no step to wait for, so it is told at once.
    """
    if not view.situation.active:
        return
    for name, value in view.situation.clinical.latest.items():
        if not value.critical or view.holds("latest.of_order", value.of_order):
            continue
        evidence = {ITEM: name, "critical_limit": value.critical}
        yield from view.of_stay(
            rule,
            [(value.at, rule.severity[_ROUTINE])],
            cause=f"{value.at.isoformat()}:{name}",
            evidence=evidence,
        )


def ecg_from(_view: View, _stream: Stream, deadline: Deadline, rule: Rule) -> datetime:
    """From when a critical electrocardiogram must have been seen."""
    return deadline.starts_at + rule.minutes("minutes")


@on_limit("critical_ecg", "deadlines", "fields.modality", of=("L-09",), leads=ecg_from)
def critical_ecg(view: View, stream: Stream, deadline: Deadline, rule: Rule) -> Iterable[Claim]:
    """No physician has looked at a critical electrocardiogram."""
    if not _of_an_ecg(view, stream, deadline):
        return ()
    severity = rule.severity_for(stream.priority)
    at = min(deadline.starts_at + rule.minutes("minutes"), deadline.at)
    extra = () if severity is None else ((at, severity),)
    return view.of_limit(rule, stream, deadline, extra=extra)


@on_limit("known_critical", "deadlines", "fields.critical_item", "done.C7", of=_OF)
def known_critical(view: View, stream: Stream, deadline: Deadline, rule: Rule) -> Iterable[Claim]:
    """A critical value that is known and no worse: told quietly instead (L-11)."""
    known = view.holds("known and no worse", known_repeat(view, stream))
    return view.of_limit(rule, stream, deadline) if known else ()


def _of_an_image(view: View, stream: Stream, deadline: Deadline) -> bool:
    """Whether a rule for examinations speaks of this limit instead of the laboratory's."""
    if deadline.rule == "L-06":
        return view.loop_of_order(stream) == _IMAGE
    return _of_an_ecg(view, stream, deadline)


def _of_an_ecg(view: View, stream: Stream, deadline: Deadline) -> bool:
    order = view.orders.get(stream.order)
    return (
        deadline.rule == "L-09"
        and deadline.step == ACKNOWLEDGED
        and order is not None
        and order.fields.get("modality") == "ECG"
    )


def known_repeat(view: View, stream: Stream) -> bool:
    """Whether a critical value is an earlier one again: same item, no worse, acted on, under 24 h.

    Only an earlier loop that is still open is looked at; where none is, the value is new: the safe
    side. Potassium, low glucose and troponin are never demoted.
    """
    item = str(stream.fields.get("critical_item", "")).upper()
    value = _number(stream.fields.get("critical_value"))
    if not item or item in NEVER_DEMOTED or value is None:
        return False
    high = not str(stream.fields.get("critical_limit", "")).strip().startswith("<")
    if item in _GLUCOSE and not high:
        return False
    return any(
        _answers_for(one, stream, value, high=high)
        for one in view.situation.streams
        if one.loop == CRITICAL and str(one.fields.get("critical_item", "")).upper() == item
    )


def _answers_for(earlier: Stream, stream: Stream, value: Decimal, *, high: bool) -> bool:
    acted = earlier.done.get(ACTED)
    before = _number(earlier.fields.get("critical_value"))
    if earlier.id == stream.id or acted is None or before is None:
        return False
    if acted[0] > stream.since or stream.since - earlier.since >= 24 * 60 * MINUTE:
        return False
    return value <= before if high else value >= before


def _number(value: object) -> Decimal | None:
    """The number of a result as it was written (`7.1`, `> 7.1 mmol/L`); None where it has none."""
    words = str(value).replace("<", " ").replace(">", " ").split()
    try:
        return Decimal(words[0]) if words else None
    except InvalidOperation:
        return None


@on_stream(
    "turnaround", "since", "due_at", "done.L9", "fields.test_class", loops=("test",), level="task"
)
def turnaround(view: View, stream: Stream, rule: Rule) -> Iterable[Claim]:
    """From request to result it has taken too long as a whole; a culture grows for days."""
    if view.test("fields.test_class", "is", CULTURE, stream.fields.get("test_class")):
        return ()
    if not view.lacks("done.L9", "L9" in stream.done):
        return ()
    start = stream.since if stream.due_at is None else max(stream.since, stream.due_at)
    column = ("stat_minutes", "urgent_minutes", "routine_minutes")[stream.priority.column]
    allowed = rule.minutes(column)
    return view.of_stream(
        rule, stream, start + allowed, starts_at=start, step="L9", minutes=allowed // MINUTE
    )


@on_stream(
    "pending_at_discharge",
    "active",
    "ended_at",
    "done.L9",
    "flags.results_owner",
    loops=("test",),
    level="task",
)
def pending_at_discharge(view: View, stream: Stream, rule: Rule) -> Iterable[Claim]:
    """The patient has left, a result is still to come, and nobody is named who reads it."""
    situation = view.situation
    if not view.lacks("active", situation.active):
        return ()
    if not view.lacks("done.L9", "L9" in stream.done):
        return ()
    if not view.lacks("flags.results_owner", RESULTS_OWNER in situation.flags):
        return ()
    return view.of_stream(rule, stream, situation.ended_at or stream.since, step="L9")


@on_stream("amended_report", "marks.amended", "done.L10", loops=("test",), marked=True)
def amended_report(view: View, stream: Stream, rule: Rule) -> Iterable[Claim]:
    """A result was changed after it was out and nobody has read it since.

    It is graver where the new result is critical: then it has opened a critical value loop.
    """
    order = view.orders.get(stream.order)
    read = None if order is None else order.done.get("L10")
    allowed = rule.minutes("minutes")
    claims: list[Claim] = []
    for mark in stream.marks:
        if mark.what != AMENDED or (read is not None and read[0] >= mark.at):
            continue
        critical = view.holds("streams.critical_value", _opened(view, stream, mark.at))
        claims += view.of_stream(
            rule,
            stream,
            mark.at + allowed,
            cause=f"{stream.id}:{mark.seq}",
            severity=AlertSeverity.S1 if critical else None,
            step="L10",
            starts_at=mark.at,
            minutes=allowed // MINUTE,
        )
    return claims


def _opened(view: View, stream: Stream, at: datetime) -> bool:
    """Whether a critical value of the order has been opened since."""
    return any(
        one.loop == CRITICAL and one.order == stream.order and one.since >= at
        for one in view.situation.streams
    )
