"""Questions of time: is an earlier step too old, is this record too early, how late is it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from domain.findings import Finding, Severity
from domain.loops.applies import waits_for
from domain.loops.deadlines import allowed, clock_start, limit_applies, limit_minutes
from domain.loops.definition import Level, OriginKind

if TYPE_CHECKING:
    from domain.loops.applies import Place
    from domain.loops.definition import Limit, Step
    from domain.records import Record
    from domain.tasks import Task

_TASK: Final = Level.TASK
TOLERANCE: Final = timedelta(minutes=1)
"""Clocks of two devices may differ by this much before their order is doubted (1.4)."""


def renewable(step: Step, place: Place, at: datetime) -> bool:
    """Whether a done step has expired or stands against a stop, or leads straight to such (E26).

    Not on a task that has started: what it rested on then is history.
    """
    record = place.record(step.no)
    if record is None or is_history(step, place):
        return False
    if record.stopped or (step.valid is not None and expired(step, record, place, at)):
        return True
    return any(
        (later := place.record(other.no)) is not None and expired(other, later, place, at)
        for other in place.loop.lasting_after[step.no]
    )


def is_history(step: Step, place: Place) -> bool:
    """Whether a task step's record is what the patient was given by: it is not done anew (E26)."""
    return step.level is _TASK and place.task is not None and place.task.started


def against_a_stop(step: Step, place: Place) -> bool:
    """Whether a step was entered after the fact against a stop, and is to be recorded again."""
    record = place.record(step.no)
    return record is not None and record.stopped and not is_history(step, place)


def resting_on_a_stop(step: Step, place: Place) -> tuple[str, ...]:
    """What this step waits for and was entered against a stop: nothing live goes on from it (E8).

    What does not apply passes on its own `after` here too; what was given already is history.
    """
    if not place.stops:
        return ()
    stopped = [no for no, one in place.loop.steps.items() if against_a_stop(one, place)]
    rests_on = {ref.step for ref in (*step.after, *waits_for(step, place))}
    return tuple(no for no in stopped if no in rests_on)


def expired(step: Step, record: Record, place: Place, at: datetime) -> bool:
    """Whether a done step is too old at an instant (E25)."""
    until = expires_at(step, record, place)
    return until is not None and at > until


def expires_at(step: Step, record: Record, place: Place) -> datetime | None:
    """Until when a done step counts: `valid_until` in its evidence, else its limit's minutes."""
    until = record.evidence.get("valid_until")
    if isinstance(until, str) and until:
        return datetime.fromisoformat(until)
    minutes = limit_minutes(step.valid or "", place)
    return None if minutes is None else record.at + timedelta(minutes=minutes)


def lateness(place: Place, step: Step, at: datetime) -> tuple[int, str] | None:
    """By how many minutes a record misses the tightest of the limits that it ends."""
    worst: tuple[int, str] | None = None
    for limit in place.loop.ending_at[step.no]:
        if not limit_applies(limit, place) or _met_before(limit, step, place):
            continue
        start = clock_start(limit, place)
        span = None if start is None else allowed(limit, place, start)
        if span is None:
            continue
        over = int((at - span[1]).total_seconds() // 60)
        if over > 0 and (worst is None or over > worst[0]):
            worst = (over, limit.id)
    return worst


def _met_before(limit: Limit, step: Step, place: Place) -> bool:
    """Whether an earlier round ended this limit: only the one from round to round runs on."""
    repeated = step.repeats and place.record(step.no) is not None
    return repeated and all(origin.step != step.no for origin in limit.origins)


def too_early(place: Place, step: Step, at: datetime) -> Finding | None:
    """A record before the window of a limit that runs from an earlier step (TM21, TT11)."""
    for limit in place.loop.ending_at[step.no]:
        if limit.window is None or any(one.kind is OriginKind.DUE for one in limit.origins):
            continue
        start = clock_start(limit, place) if limit_applies(limit, place) else None
        span = None if start is None else allowed(limit, place, start)
        if span is not None and span[0] is not None and at < span[0]:
            return Finding(
                "too_early",
                Severity.REASON,
                f"{step.no} is earlier than {limit.id} allows",
                f"wait until {span[0].isoformat(timespec='minutes')}, or give a reason",
                params=(("limit", limit.id),),
            )
    return None


def last_instant(task: Task) -> datetime:
    """The latest instant recorded on a task, whatever the order of entry."""
    instants = [record.at for record in task.steps.values() if not record.undone]
    if task.exit is not None:
        instants.append(task.exit.at)
    return max(instants, default=task.made_at)
