"""A situation as conditions look at it: with what several of them ask, worked out once."""

from __future__ import annotations

import operator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from domain.alerts import AlertSeverity
from rules.alerts.claims import Claim, rising
from rules.alerts.vital_sets import VitalSet, newest_set

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from domain.clinical import ActiveOrder
    from domain.loops.deadlines import Deadline
    from domain.people import Role
    from domain.situation import Situation, Stream
    from rules.alerts.claims import Stages
    from rules.alerts.rule import Rule
    from rules.risk_values import Risk

OPERATORS: Final[Mapping[str, Callable[[object, object], bool]]] = MappingProxyType(
    {
        "is": operator.eq,
        "is not": operator.ne,
        ">=": operator.ge,  # type: ignore[dict-item] # both sides are of one ordered kind
        "<=": operator.le,  # type: ignore[dict-item] # as above
        "in": lambda seen, wanted: seen in wanted,  # type: ignore[operator] # wanted is a collection
    }
)
MINUTE: Final = timedelta(minutes=1)
COMFORT_CARE: Final = "comfort_care"
"""The flag under which NEWS2 raises no escalation (G-EOL)."""


@dataclass(frozen=True, slots=True)
class Test:
    """One fact that a condition asked for: what it wanted, what it saw, and whether it held."""

    fact: str
    op: str
    wanted: object
    seen: object
    result: bool


@dataclass(kw_only=True)
class View:
    """A situation with its orders by id, its vital signs and, once it is known, its risk.

    Attributes:
        step_roles: whose step each limit waits for, by loop and limit.
        tests: the facts that were asked for; None while nobody wants to know.
        faults: rules of which a condition failed, with the kind of the failure.
        order_risks: of active orders, where the situation does not bring them itself.
    """

    situation: Situation
    step_roles: Mapping[tuple[str, str], tuple[Role, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    tests: list[Test] | None = None
    order_risks: tuple[tuple[str, str, str], ...] = ()
    faults: dict[str, tuple[Rule, str]] = field(default_factory=dict)
    risk: Risk | None = None
    risk_since: datetime | None = None

    @cached_property
    def orders(self) -> Mapping[str, Stream]:
        """The orders' own streams by order id."""
        return {one.order: one for one in self.situation.streams if one.task is None}

    @cached_property
    def active(self) -> Mapping[str, ActiveOrder]:
        """The active orders with their products, by id."""
        return {one.id: one for one in self.situation.clinical.orders}

    @cached_property
    def vitals(self) -> VitalSet | None:
        """The newest set of vital signs with its NEWS2; None where nothing was observed."""
        return newest_set(self.situation)

    @property
    def watched(self) -> bool:
        """Whether NEWS2 may raise anything: here, and not in comfort care (G-EOL)."""
        return self.situation.active and COMFORT_CARE not in self.situation.flags

    def field(self, stream: Stream, name: str) -> object:
        """A field of the task, else of its order; None where neither says it."""
        if name in stream.fields:
            return stream.fields[name]
        order = self.orders.get(stream.order)
        return None if order is None else order.fields.get(name)

    def loop_of_order(self, stream: Stream) -> str:
        """The loop of the order that a stream belongs to; its own where that is not open."""
        order = self.orders.get(stream.order)
        return stream.loop if order is None else order.loop

    def test(self, fact: str, op: str, wanted: object, seen: object) -> bool:
        """Whether a fact is as wanted; kept for the trace where there is one."""
        result = OPERATORS[op](seen, wanted)
        if self.tests is not None:
            self.tests.append(Test(fact, op, wanted, seen, result))
        return result

    def holds(self, fact: str, seen: object) -> bool:
        """Whether a fact is true."""
        return self.test(fact, "is", wanted=True, seen=seen)

    def lacks(self, fact: str, seen: object) -> bool:
        """Whether a fact is false."""
        return self.test(fact, "is", wanted=False, seen=seen)

    def of_limit(
        self,
        rule: Rule,
        stream: Stream,
        deadline: Deadline,
        *,
        extra: Stages = (),
        severity: AlertSeverity | None = None,
        roles: tuple[Role, ...] | None = None,
        about: str = "",
    ) -> Iterable[Claim]:
        """The claim of a limit: from when it runs out, or from the first of its stages on.

        Args:
            extra: further stages, beside those of the row.
            severity: instead of the row's for this priority.
            roles: instead of the row's.
            about: what makes it another alert beside one that runs out at the same instant.
        """
        first = severity or rule.severity_for(stream.priority)
        if first is None:
            return ()
        stages = [(deadline.at, first), *extra]
        for number, stage in enumerate(rule.stages):
            at = deadline.starts_at + stage.minutes * MINUTE
            stages.append((min(at, deadline.at) if number == 0 else at, stage.severity))
        claim = Claim(
            rule,
            stream.id,
            f"{deadline.at.isoformat()}:{about}" if about else deadline.at.isoformat(),
            self.situation.encounter,
            rising(stages),
            roles or rule.roles,
            stream.order,
            stream.task,
            deadline.starts_at,
            deadline.limit,
            deadline.step,
            interval_seconds(deadline) // 60,
            MappingProxyType({}),
            deadline,
        )
        return (claim,)

    def of_stream(
        self,
        rule: Rule,
        stream: Stream,
        at: datetime,
        *,
        cause: str = "",
        severity: AlertSeverity | None = None,
        step: str | None = None,
        starts_at: datetime | None = None,
        minutes: int | None = None,
        lasting: bool = False,
        evidence: Mapping[str, str] | None = None,
        later: Stages = (),
    ) -> Iterable[Claim]:
        """The claim of an order or task from an instant on; none where the rule is off for it.

        Args:
            cause: what makes this episode another one; the instant where it is not said.
            later: stages after the first.
        """
        first = severity or rule.severity_for(stream.priority)
        if first is None:
            return ()
        claim = Claim(
            rule,
            stream.id,
            cause or at.isoformat(),
            self.situation.encounter,
            rising([(at, first), *later]),
            rule.roles,
            stream.order,
            stream.task,
            starts_at,
            None,
            step,
            minutes,
            MappingProxyType(dict(evidence or {})),
            lasting=lasting,
        )
        return (claim,)

    def of_stay(
        self,
        rule: Rule,
        stages: Iterable[tuple[datetime, AlertSeverity | None]],
        *,
        cause: str,
        minutes: int | None = None,
        evidence: Mapping[str, str] | None = None,
    ) -> Iterable[Claim]:
        """The claim of the stay; none where the rule is off."""
        held = rising([(at, severity) for at, severity in stages if severity is not None])
        if not held:
            return ()
        encounter = self.situation.encounter
        claim = Claim(
            rule,
            encounter,
            cause,
            encounter,
            held,
            rule.roles,
            minutes=minutes,
            evidence=MappingProxyType(dict(evidence or {})),
        )
        return (claim,)

    def open_cause(self, rule: Rule) -> tuple[str, datetime] | None:
        """The cause and the beginning of the rule's alert of this stay, where one is open."""
        for alert in self.situation.alerts:
            key = alert.key
            if alert.open and key.rule == rule.id and key.subject == self.situation.encounter:
                return key.cause, alert.since
        return None


def interval_seconds(deadline: Deadline) -> int:
    """The interval that a limit allows, in whole seconds.

    A window that closes before its origin (a dose dispensed for its due time) is as long as it was
    open.
    """
    start = deadline.starts_at
    if deadline.at <= start and deadline.opens_at is not None:
        start = deadline.opens_at
    return max(0, int((deadline.at - start).total_seconds()))
