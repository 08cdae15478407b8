"""What the checks find about a record, and whether it may go on all the same."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from domain.errors import Refused
from domain.findings import Finding, Severity, worst_first
from domain.loops.applies import waived
from domain.loops.checks import CheckContext, read_scans
from domain.loops.deadlines import limit_minutes
from domain.loops.validity import TOLERANCE, expired, resting_on_a_stop, too_early

if TYPE_CHECKING:
    from domain.loops.applies import Place
    from domain.loops.decision import Decision
    from domain.loops.definition import Step
    from domain.records import Record
    from domain.tasks import Task


def step_findings(
    decision: Decision, step: Step, task: Task | None, *, together: frozenset[str]
) -> tuple[Finding, ...]:
    """All findings about a record of a step, worst first.

    The checks that the loop file names and that are registered; unreadable codes; the order of
    time; the validity of the steps that it rests on; too early for a window.
    """
    place = decision.place(task)
    found = [
        *_validity(place, step, decision),
        *_resting_on_a_stop(place, step),
        *_time_order(place, step, decision, together),
    ]
    early = too_early(place, step, decision.entry.at)
    if early is not None:
        found.append(early)
    if not decision.source.from_machine:
        found.extend(check_findings(decision, step, task))
    return worst_first(tuple(found))


def check_findings(decision: Decision, step: Step, task: Task | None) -> tuple[Finding, ...]:
    """What the registered checks of a step and its scans find."""
    place = decision.place(task)
    scans, unreadable = read_scans(decision.entry, place)
    context = CheckContext(
        step=step,
        place=place,
        entry=decision.entry,
        facts=decision.facts,
        now=decision.now,
        scans=scans,
        limit_minutes=partial(limit_minutes, place=place),
    )
    known = (decision.loops.checks.get(name) for name in step.checks)
    results = (check(context) for check in known if check is not None)
    return (*unreadable, *(finding for result in results for finding in _several(result)))


def _several(result: Finding | tuple[Finding, ...] | None) -> tuple[Finding, ...]:
    """What a check found, however many things that are."""
    if result is None:
        return ()
    return (result,) if isinstance(result, Finding) else result


def _validity(place: Place, step: Step, decision: Decision) -> tuple[Finding, ...]:
    """Steps named in `after` that are done and too old by now (E25)."""
    at = decision.entry.at
    return tuple(
        _expired(earlier)
        for ref in step.after
        if (earlier := place.loop.steps.get(ref.step)) is not None
        and earlier.valid is not None
        and (record := place.record(earlier.no)) is not None
        and expired(earlier, record, place, at)
    )


def _resting_on_a_stop(place: Place, step: Step) -> tuple[Finding, ...]:
    """That a step rests on one that was entered after the fact against a stop.

    Such a record is taken, for it tells what happened (E8); nothing live goes on from it.
    """
    return tuple(
        Finding(
            "earlier_stop",
            Severity.STOP,
            f"{no} was entered against a stop",
            f"record {no} again, live",
            params=(("step", no),),
        )
        for no in resting_on_a_stop(step, place)
    )


def _expired(step: Step) -> Finding:
    return Finding(
        "validity",
        Severity.STOP,
        f"{step.no} has expired",
        f"record {step.no} again",
        params=(("step", step.no), ("limit", step.valid or "")),
    )


def resting_findings(place: Place, step: Step, record: Record) -> tuple[Finding, ...]:
    """That a record, as it is now known, was too old for a step that rested on it."""
    later = (
        place.record(one.no)
        for one in place.loop.steps.values()
        if step.valid is not None and any(ref.step == step.no for ref in one.after)
    )
    late = any(one is not None and expired(step, record, place, one.at) for one in later)
    return (_expired(step),) if late else ()


def _time_order(
    place: Place, step: Step, decision: Decision, together: frozenset[str]
) -> tuple[Finding, ...]:
    """An event earlier than a step before it, or later than a step after it (1.4, V3)."""
    at = decision.entry.at
    for no in sorted(place.loop.related[step.no].intersection(place.done) - together):
        other = place.done[no]
        if _loose(place, step, place.loop.steps[no]):
            continue
        before = no in place.loop.ancestors[step.no]
        gone_wrong = (
            at < (other.first_at or other.at) - TOLERANCE if before else at > other.at + TOLERANCE
        )
        if gone_wrong and not _renewed(place, step, no):
            return (_out_of_order(step.no, no, before=before, live=_live(decision)),)
    return ()


def _loose(place: Place, step: Step, other: Step) -> bool:
    """Whether the order of two steps in time means nothing: done later by right, or per version."""
    if step.per_version or other.per_version:
        return True
    first = other if other.no in place.loop.ancestors[step.no] else step
    return waived(first, place)


def _live(decision: Decision) -> bool:
    return not decision.source.after_the_fact


def _renewed(place: Place, step: Step, other: str) -> bool:
    """A record that renews or repeats comes after what rested on the earlier one."""
    after = other in place.loop.descendants[step.no]
    return after and (step.repeats or step.per_version or place.raw(step.no) is not None)


def _out_of_order(no: str, other: str, *, before: bool, live: bool) -> Finding:
    word = "earlier" if before else "later"
    return Finding(
        "time_order",
        Severity.STOP if live else Severity.WARNING,
        f"{no} is {word} than {other}",
        "give its true time; what was done long ago is entered with source retro and a reason",
        params=(("step", no), ("other", other)),
    )


def require_passed(decision: Decision, findings: tuple[Finding, ...]) -> None:
    """Refuse a live record whose findings block and are not overridden (1.5, E8, E44).

    Raises:
        Refused: with all findings, worst first.
    """
    if decision.source.after_the_fact:
        return
    blocking = tuple(one for one in findings if one.blocks and not _overridden(decision, one))
    if blocking:
        worst = blocking[0]
        raise Refused(
            "FINDINGS",
            worst.message,
            next_step=_next(worst),
            field="override" if worst.severity is not Severity.STOP else worst.check,
            findings=findings,
        )


def _next(finding: Finding) -> str:
    what = finding.right[:1].upper() + finding.right[1:]
    match finding.severity:
        case Severity.SECOND_PERSON:
            return f"{what}; or override with a reason and a second person"
        case Severity.REASON:
            return f"{what}; or override with a reason"
        case _:
            return what


def _overridden(decision: Decision, finding: Finding) -> bool:
    """Whether the person gave what the finding's severity asks for; a stop is never overridden."""
    if finding.severity is Severity.STOP:
        return False
    for override in decision.entry.overrides:
        if override.check != finding.check or not override.reason.strip():
            continue
        if finding.severity is Severity.REASON:
            return True
        second = decision.entry.seconds.get(override.second or "")
        if second is not None and not second.student and second.user != decision.entry.actor.user:
            return True
    return False
