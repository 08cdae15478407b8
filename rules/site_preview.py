"""What a configuration would have raised, on orders and alerts as they were recorded.

Each order is folded from its journal, command by command, as it was. After each command its running
limits are worked out under the loops that are tried; a limit that runs past its end before the step
that it waits for was recorded is late, and raises its rule's alert once.

Rules that look at observations, results, marks and scores are not asked again: a store keeps the
present facts, not those of each past minute. What they raised on those days is counted as the tried
rules would have it: on, off or silent, by the severity of its priority. A rule that raised nothing
because it was off has nothing to count; nor are other parameters, later stages of a severity,
escalation, and what suppression and grouping hide.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from domain.alerts import Alert, AlertSeverity
from domain.events import Event
from domain.loops.case import Case
from domain.loops.deadlines import Deadline, deadlines
from domain.loops.evolve import evolve_case
from domain.loops.loops import Loops
from domain.orders import Priority
from rules.alerts.loader import RuleTable
from rules.alerts.rule import LATE

DAY_SECONDS: Final = 86_400


@dataclass(frozen=True, slots=True)
class Late:
    """A limit that ran out before its step was done.

    Attributes:
        stream: the task or order that was late.
        at: when the limit ran out.
    """

    stream: str
    limit: str
    rule: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Kind:
    """Alerts of one rule and severity."""

    rule: str
    severity: AlertSeverity
    silent: bool


@dataclass
class Tally:
    """What was late under one configuration.

    Attributes:
        streams: the tasks and orders that were late at least once.
        alerts: how often each rule's limit passed, by rule and severity.
    """

    streams: set[str] = field(default_factory=set)
    alerts: Counter[Kind] = field(default_factory=Counter)

    def add_raised(
        self, alert: Alert, priority: Priority, tables: Sequence[RuleTable], table: RuleTable
    ) -> None:
        """Count an alert that was raised beside all limits, as a table has it.

        A severity that the rule's row gives for the priority is that of the table's row; one that
        its condition has chosen (a result that is critical) stays.

        Args:
            priority: of its order; ROUTINE where it is about the stay.
            tables: whose rows may have given its severity.
        """
        name, column = alert.key.rule, priority.column
        rule = table.rules.get(name)
        severity = None if rule is None else rule.severity[column]
        if rule is None or severity is None:
            return
        given = {one.rules[name].severity[column] for one in tables if name in one.rules}
        said = severity if alert.severity in given else alert.severity
        self.alerts[Kind(name, said, rule.silent)] += 1

    def add(self, found: Iterable[Late], case: Case, table: RuleTable) -> None:
        """Count what was late of one order, by the rules that hold where its patient lies."""
        for late in found:
            self.streams.add(late.stream)
            rule = table.rules.get(late.rule, table.rules[LATE])
            severity = rule.severity_for(case.order.priority)
            if severity is not None:
                self.alerts[Kind(rule.id, severity, rule.silent)] += 1


def replayed(commands: Sequence[Sequence[Event]]) -> tuple[tuple[Case, datetime], ...]:
    """An order with its open tasks as it was after each command, with when that happened."""
    found: list[tuple[Case, datetime]] = []
    case: Case | None = None
    for events in commands:
        for event in events:
            case = evolve_case(case, event)
        if case is not None:
            tasks = {key: one for key, one in case.tasks.items() if not one.state.terminal}
            live = Case(case.order, MappingProxyType(tasks))
            found.append((live, max(event.at for event in events)))
    return tuple(found)


def late_limits(
    life: Sequence[tuple[Case, datetime]], loops: Loops, *, since: datetime, until: datetime
) -> tuple[Late, ...]:
    """The limits of an order that ran out between two instants, under some loops."""
    running: dict[tuple[str, str, datetime], Deadline] = {}
    found: list[Late] = []

    def end(over: Mapping[tuple[str, str, datetime], Deadline], at: datetime) -> None:
        found.extend(
            Late(one.stream, one.limit, one.rule, one.at)
            for one in over.values()
            if one.at < at and since <= one.at < until
        )

    for case, at in life:
        now = {(one.stream, one.limit, one.starts_at): one for one in deadlines(loops, case)}
        end({key: one for key, one in running.items() if key not in now}, at)
        running = now
    end(running, until)
    return tuple(found)


def per_day(count: int, *, since: datetime, until: datetime) -> Decimal:
    """So many in a span, as so many a day; two decimals. A span counts as one day at least."""
    seconds = max(int((until - since).total_seconds()), DAY_SECONDS)
    return (Decimal(count * DAY_SECONDS) / seconds).quantize(Decimal("0.01"))
