"""Why an alert is open, and why not: every fact that was asked for, by the code that decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.alerts import HIDES
from rules.alerts.registry import CONDITIONS, LimitCondition
from rules.alerts.view import Test, View

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from domain.alerts import Wanted
    from domain.situation import Assessment
    from rules.alerts.claims import Claim
    from rules.alerts.rule import Rule


def trace_of(
    view: View, rule: Rule, claims: Iterable[Claim], assessment: Assessment, now: datetime
) -> tuple[Test, ...]:
    """The facts of one rule at an instant, in the order in which they were asked.

    First whether the rule is on and which limits it reads, then what its conditions asked, then
    from when on each of its alerts holds, and last whether it is shown.

    Args:
        view: one that kept what this rule's conditions asked for.
        claims: of this rule.
    """
    found = [*_limits(view, rule, now), *(view.tests or ())]
    for claim in claims:
        found.append(
            Test("since", "<=", now.isoformat(), claim.since.isoformat(), claim.since <= now)
        )
        found += _quiet(claim, now)
        found += _shown(claim, assessment, now)
    found.append(Test("silent", "is", "", rule.definition.silent, not rule.silent))
    return tuple(found)


def _limits(view: View, rule: Rule, now: datetime) -> Iterator[Test]:
    conditions = [CONDITIONS[name] for name in rule.conditions]
    named = {
        one
        for condition in conditions
        if isinstance(condition, LimitCondition)
        for one in condition.of or (rule.id,)
    }
    for stream in view.situation.streams:
        severity = rule.severity_for(stream.priority)
        rows = [row for row in stream.deadlines if row.rule in named]
        if rows:
            word = "off" if severity is None else severity.value
            yield Test(f"severity of {stream.id}", "is not", "off", word, severity is not None)
        for row in rows:
            at = row.at.isoformat()
            yield Test(f"{row.limit} of {stream.id}", "<=", now.isoformat(), at, row.at <= now)


def _quiet(claim: Claim, now: datetime) -> Iterator[Test]:
    if claim.quiet_until is not None:
        until = claim.quiet_until.isoformat()
        yield Test("handover until", "<=", now.isoformat(), until, claim.quiet_until <= now)


def _shown(claim: Claim, assessment: Assessment, now: datetime) -> Iterator[Test]:
    wanted = claim.wanted(now)
    if wanted is None:
        return
    hiding = sorted(one.key.rule for one in assessment.wanted if claim.rule.id in _hides(one))
    yield Test("hidden by", "is", "", ",".join(hiding), not hiding)


def _hides(one: Wanted) -> list[str]:
    return one.evidence.get(HIDES, "").split(",")
