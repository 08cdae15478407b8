"""How a row of the table of alert rules is written: its life, and the facts that begin it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.spec.alert_facts import (
    WELL,
    deadline,
    mark,
    observed,
    order,
    stay,
    task,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from domain.orders import Priority
    from domain.situation import Situation

LADDERS = {
    "S1": "5 CN MD; 10 SR; 20 MA NM",
    "S2": "15 CN; 30 MD SR; 60 NM",
    "S3": "60 CN; 180 NM",
    "S4": "",
}
"""Minutes after it was raised, and who is told then (rules specification 3.1)."""
ACTION = {"S1": 30, "S2": 60, "S3": 240, "S4": 480}


def nothing(_: Priority) -> Situation:
    """What was late has been done."""
    return stay()


@dataclass(frozen=True)
class Life:
    """One rule.

    Attributes:
        severity: when it is raised, for STAT/URGENT/ROUTINE; one word for all.
        roles: who is told first.
        minutes: after T0, when it is raised, for STAT/URGENT/ROUTINE.
        facts: what is known.
        stages: later severities, by minute after T0.
        gone: what is known once it is resolved.
        ladder: by severity, where it differs from `LADDERS`.
        climb: the whole climb in minutes after T0, where stages change the ladder on the way.
        about: the kind of its subject.
        lasting: it stays when its task has ended.
        silent: it has no source yet: raised, shown to nobody.
        twice: minutes after T0 when it is as late as it was allowed to take (g(r) is 2), for
            STAT/URGENT/ROUTINE; None where it has no interval.
    """

    rule: str
    severity: str
    roles: str
    minutes: tuple[float, float, float]
    facts: Callable[[Priority], Situation]
    stages: tuple[tuple[float, str], ...] = ()
    gone: Callable[[Priority], Situation] = nothing
    ladder: Mapping[str, str] = field(default_factory=dict)
    climb: str | None = None
    about: str = "task"
    lasting: bool = False
    silent: bool = False
    twice: tuple[float, float, float] | None = None

    def severity_for(self, priority: Priority) -> str:
        words = self.severity.split("/")
        return words[min(priority.column, len(words) - 1)]

    def minute_for(self, priority: Priority) -> float:
        return self.minutes[priority.column]

    def twice_for(self, priority: Priority) -> float | None:
        return None if self.twice is None else self.twice[priority.column]


def again(minutes: tuple[float, float, float]) -> tuple[float, float, float]:
    """Intervals from T0 on, and as long again, five minutes at least."""
    stat, urgent, routine = (one + max(one, 5) for one in minutes)
    return stat, urgent, routine


def same(minutes: float) -> tuple[float, float, float]:
    return (minutes, minutes, minutes)


def limit(
    rule: str,
    severity: str,
    roles: str,
    minutes: tuple[float, float, float],
    loop: str,
    *,
    step: str = "",
    named: str = "",
    level: str = "task",
    fields: Mapping[str, object] | None = None,
    stages: tuple[tuple[float, str], ...] = (),
    ladder: Mapping[str, str] | None = None,
    climb: str | None = None,
    about: str = "",
    runs_out: float | None = None,
    limit_id: str = "TX99",
) -> Life:
    """A rule whose loop limit runs from T0; `runs_out` where a stage comes before its end."""

    def facts(priority: Priority) -> Situation:
        ends = minutes[priority.column] if runs_out is None else runs_out
        row = deadline(named or rule, ends, step=step, limit=limit_id)
        make = order if level == "order" else task
        return stay(make(loop, row, priority=priority, fields=fields))

    return Life(
        rule,
        severity,
        roles,
        minutes,
        facts,
        stages,
        nothing,
        ladder or {},
        climb,
        about or level,
        twice=again(minutes if runs_out is None else same(runs_out)),
    )


def marked(
    rule: str,
    severity: str,
    roles: str,
    loop: str,
    *,
    what: str,
    step: str = "",
    value: str = "",
    fields: Mapping[str, object] | None = None,
    after: float = 0,
    lasting: bool = True,
    silent: bool = False,
    incomplete: bool = False,
    level: str = "task",
) -> Life:
    """A rule about what was recorded at minute 5; `after` minutes later."""
    make = order if level == "order" else task

    def facts(priority: Priority) -> Situation:
        one = mark(what, step, value, minutes=5)
        return stay(
            make(loop, marks=(one,), priority=priority, fields=fields, incomplete=incomplete)
        )

    def struck(priority: Priority) -> Situation:
        return stay(make(loop, priority=priority, fields=fields))

    return Life(
        rule,
        severity,
        roles,
        same(5 + after),
        facts,
        gone=struck,
        about=level,
        lasting=lasting,
        silent=silent,
        twice=same(5 + 2 * after) if after else None,
    )


def vitals(
    rule: str,
    severity: str,
    roles: str,
    *,
    minute: float = 5,
    ladder: Mapping[str, str] | None = None,
    **values: str,
) -> Life:
    """A rule about the vital signs of minute 5."""
    return Life(
        rule,
        severity,
        roles,
        same(minute),
        lambda _: stay(clinical=observed((5, {**WELL, **values}))),
        gone=lambda _: stay(clinical=observed((5, {**WELL, **values}), (9999, WELL))),
        ladder=ladder or {},
        about="stay",
    )
