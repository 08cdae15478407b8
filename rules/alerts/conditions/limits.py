"""Conditions on a running limit: it runs out at an instant that the engine has worked out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.alerts import AlertSeverity
from domain.worklists import ANSWER
from rules.alerts.registry import on_limit
from rules.alerts.view import MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from domain.loops.deadlines import Deadline
    from domain.situation import Stream
    from rules.alerts.claims import Claim
    from rules.alerts.rule import Rule
    from rules.alerts.view import View

EMERGENCY: Final = 7
"""From this NEWS2 on a patient does not travel without a physician's word."""


def from_first_stage(
    _view: View, _stream: Stream, deadline: Deadline, rule: Rule
) -> datetime | None:
    """From when a row's first stage may hold; None where it has no stages."""
    if not rule.stages:
        return None
    return deadline.starts_at + rule.stages[0].minutes * MINUTE


@on_limit("late", "deadlines", leads=from_first_stage, alone=True)
def late(view: View, stream: Stream, deadline: Deadline, rule: Rule) -> Iterable[Claim]:
    """A limit has run out, or a stage of its interval is reached."""
    return view.of_limit(rule, stream, deadline)


@on_limit("not_dispensed", "deadlines", "open questions", leads=from_first_stage, alone=True)
def not_dispensed(view: View, stream: Stream, deadline: Deadline, rule: Rule) -> Iterable[Claim]:
    """A reviewed drug has not left the pharmacy; not while its order was sent back with a question.

    Then whoever must answer is told: what the order will be is not known before (MX01).
    """
    order = view.orders.get(stream.order)
    waiting = (*stream.deadlines, *(() if order is None else order.deadlines))
    if not view.lacks("open questions", any(one.step == ANSWER for one in waiting)):
        return ()
    return view.of_limit(rule, stream, deadline)


@on_limit("late_step", "deadlines", "step_roles", of=("X-LATE",), alone=True)
def late_step(view: View, stream: Stream, deadline: Deadline, rule: Rule) -> Iterable[Claim]:
    """A limit without a rule of its own has run out: whose step it is, is told.

    One rule speaks of many steps here, of many people: two steps that are late from one instant on
    are two alerts, each resolved by its own step.
    """
    roles = view.step_roles.get((stream.loop, deadline.limit))
    return view.of_limit(rule, stream, deadline, roles=roles, about=deadline.step)


def controlled_from(view: View, stream: Stream, deadline: Deadline, rule: Rule) -> datetime | None:
    """From when a controlled drug is out of sight too long; None for any other."""
    if view.field(stream, "controlled") is not True:
        return None
    return deadline.starts_at + rule.minutes("controlled_minutes")


@on_limit("custody_gap", "deadlines", "fields.controlled", leads=controlled_from, alone=True)
def custody_gap(view: View, stream: Stream, deadline: Deadline, rule: Rule) -> Iterable[Claim]:
    """A drug is on its way too long; a controlled one is grave after its own minutes."""
    at = controlled_from(view, stream, deadline, rule)
    if not view.holds("fields.controlled", at is not None) or at is None:
        return view.of_limit(rule, stream, deadline)
    return view.of_limit(rule, stream, deadline, extra=((at, AlertSeverity.S1),))


@on_limit("not_arrived", "deadlines", "news2")
def not_arrived(view: View, stream: Stream, deadline: Deadline, rule: Rule) -> Iterable[Claim]:
    """Not at the appointment; a patient with NEWS2 of 7 or more is not hurried there."""
    least = 0 if view.vitals is None else view.vitals.least or 0
    if view.test("news2", ">=", EMERGENCY, least):
        return ()
    return view.of_limit(rule, stream, deadline)


@on_limit("report_late", "deadlines", "fields.modality", "fields.body_part", alone=True)
def report_late(view: View, stream: Stream, deadline: Deadline, rule: Rule) -> Iterable[Claim]:
    """No report in time; the computed tomography of a head at once is graver (stroke, trauma)."""
    head = (view.field(stream, "modality"), view.field(stream, "body_part"))
    urgent = stream.priority.column == 0
    if view.test("fields.body_part", "is", ("CT", "HEAD"), head) and urgent:
        return view.of_limit(rule, stream, deadline, severity=AlertSeverity.S1)
    return view.of_limit(rule, stream, deadline)


@on_limit("crossmatch_late", "deadlines", "fields.massive", alone=True)
def crossmatch_late(view: View, stream: Stream, deadline: Deadline, rule: Rule) -> Iterable[Claim]:
    """No compatible blood in time; in a massive transfusion that is grave at once."""
    if view.holds("fields.massive", view.field(stream, "massive") is True):
        return view.of_limit(rule, stream, deadline, severity=AlertSeverity.S1)
    return view.of_limit(rule, stream, deadline)


def before_slot(_view: View, _stream: Stream, deadline: Deadline, rule: Rule) -> datetime | None:
    """From when an open screen matters before the appointment."""
    return None if deadline.rule == rule.id else deadline.starts_at - rule.minutes("before_minutes")


@on_limit(
    "safety_screen", "deadlines", "done.E5", "done.E6", of=("E-02", "E-04"), leads=before_slot
)
def safety_screen(view: View, stream: Stream, deadline: Deadline, rule: Rule) -> Iterable[Claim]:
    """A safety question waits too long, or the screen is open an hour before the appointment."""
    if deadline.rule == rule.id:
        return view.of_limit(rule, stream, deadline)
    left = stream.done.get("E6")
    of_the_slot = left is None or left[0] != deadline.starts_at
    if not of_the_slot or view.field(stream, "checklist") is not True:
        return ()
    if not view.lacks("done.E5", "E5" in stream.done):
        return ()
    slot = deadline.starts_at
    ahead = rule.minutes("before_minutes")
    return view.of_stream(
        rule, stream, slot - ahead, cause=slot.isoformat(), step="E5", minutes=ahead // MINUTE
    )
