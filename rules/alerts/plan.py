"""Rules laid out for speed: which functions to call for which limit, order, task and stay.

Most of what is recorded makes nothing late. So each limit is looked at once, and a condition is
called only where one has run out, or may hold before it does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Final

from rules.alerts.registry import CONDITIONS, LimitCondition, StreamCondition
from rules.alerts.remembered import EVER, Late, Remembered, kept
from rules.alerts.rule import LATE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from domain.loops.deadlines import Deadline
    from domain.situation import Stream
    from rules.alerts.claims import Claim
    from rules.alerts.registry import Gate, OnLead, OnLimit, OnStay, OnStream
    from rules.alerts.remembered import Passed
    from rules.alerts.rule import Rule
    from rules.alerts.view import View


LEVELS: Final = {"": (0, 1, 2), "order": (0,), "task": (1, 2), "started": (2,)}
"""Which streams a condition on one level looks at."""


def asked(
    view: View, rule: Rule, run: Callable[..., Iterable[Claim]], *about: object
) -> tuple[Claim, ...]:
    """What a condition says; none where it fails.

    A rule that fails is faulted (`view.faults`) and says so by an alert of its own: it neither
    keeps a record from being stored nor silences the other rules (rules specification 5.2).
    """
    try:
        return tuple(run(view, *about, rule))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told
        view.faults[rule.id] = rule, type(error).__name__
        return ()


@dataclass(slots=True)
class Plan:
    """The functions of a table's rules.

    Attributes:
        limits: by the rule that a loop file names for a limit.
        leading: those that may hold before their limit runs out, with from when on.
        streams: by loop and level (0 an order, 1 a task, 2 one that has begun).
        marked: by loop, for those with marks or gaps; under "" those of every loop.
        looking: the rules of `limits` that look beyond the limit, its stream and their order.
    """

    limits: dict[str, list[tuple[Rule, OnLimit]]] = field(default_factory=dict)
    leading: dict[str, list[tuple[Rule, OnLimit, OnLead]]] = field(default_factory=dict)
    streams: dict[tuple[str, int], list[tuple[Rule, OnStream, Gate | None]]] = field(
        default_factory=dict
    )
    marked: dict[str, list[tuple[Rule, OnStream]]] = field(default_factory=dict)
    stays: list[tuple[Rule, OnStay]] = field(default_factory=list)
    after_risk: list[tuple[Rule, OnStay]] = field(default_factory=list)
    looking: set[str] = field(default_factory=set)
    remembered: Remembered = field(default_factory=Remembered)

    @classmethod
    def of(cls, rules: Iterable[Rule], *, only: str = "") -> Plan:
        """The plan of some rules; those that are off for every priority are never asked.

        Args:
            only: the one rule that is asked, where it is one.
        """
        plan = cls()
        for rule in rules:
            plan.limits.setdefault(rule.id, [])  # the limits of a rule that is off have a rule
            if any(rule.severity) and only in ("", rule.id):
                for name in rule.conditions:
                    plan._add(rule, name)
        return plan

    def _add(self, rule: Rule, name: str) -> None:
        match CONDITIONS[name]:
            case LimitCondition(run, _, of, leads, alone):
                for named in of or (rule.id,):
                    if not alone:
                        self.looking.add(named)
                    self.limits.setdefault(named, []).append((rule, run))
                    if leads is not None and (rule.stages or rule.params):
                        self.leading.setdefault(named, []).append((rule, run, leads))
            case StreamCondition(run, _, loops, marked, level, gate):
                for loop in loops or ("",) if marked else ():
                    self.marked.setdefault(loop, []).append((rule, run))
                for key in () if marked else product(loops, LEVELS[level]):
                    self.streams.setdefault(key, []).append((rule, run, gate))
            case found:
                (self.after_risk if found.after_risk else self.stays).append((rule, found.run))

    def of_limit(self, view: View, stream: Stream, deadline: Deadline) -> tuple[Claim, ...]:
        """The claims about a limit; one whose rule is not known is nobody's own (X-LATE)."""
        rows = self.limits.get(deadline.rule)
        return tuple(
            claim
            for rule, run in (self.limits.get(LATE, ()) if rows is None else rows)
            for claim in asked(view, rule, run, stream, deadline)
        )

    def of_streams(self, view: View, now: datetime, found: Limits) -> Iterator[Claim]:
        """The claims about orders and tasks beside their limits.

        Args:
            found: is told when a condition that cannot hold yet must be asked.
        """
        streams, marked = self.streams, self.marked
        everywhere = marked.get("", ())
        for stream in view.situation.streams:
            level = 0 if stream.task is None else 1 + stream.started
            for rule, run, gate in streams.get((stream.loop, level), ()):
                opens = now if gate is None else gate(stream, rule)
                if gate is None or view.test("asked from", "<=", now, opens):
                    yield from asked(view, rule, run, stream)
                else:
                    found.ask_at(opens)
            if stream.marks or stream.incomplete:
                for rule, run in (*marked.get(stream.loop, ()), *everywhere):
                    yield from asked(view, rule, run, stream)

    def of_stay(self, view: View) -> Iterator[Claim]:
        """The claims about the stay, but for those that wait for its score."""
        for rule, run in self.stays:
            yield from asked(view, rule, run)

    def of_risk(self, view: View) -> Iterator[Claim]:
        """The claims that rest on the score in the view."""
        for rule, run in self.after_risk:
            yield from asked(view, rule, run)


@dataclass(slots=True)
class Limits:
    """What the limits of a stay say at an instant.

    Attributes:
        claims: of limits that have run out or lead.
        late: each limit that has run out, by stream, with the claims about it.
        on_time: the streams of which nothing is late.
        next_at: the first instant after now at which a limit runs out.
    """

    claims: list[Claim] = field(default_factory=list)
    late: list[tuple[Stream, Passed]] = field(default_factory=list)
    on_time: list[Stream] = field(default_factory=list)
    next_at: datetime | None = None

    def ask_at(self, at: datetime) -> None:
        """Ask again at an instant."""
        if self.next_at is None or at < self.next_at:
            self.next_at = at


def limits_of(plan: Plan, view: View, now: datetime) -> Limits:
    """The limits of every order and task, each looked at once."""
    found = Limits()
    leading, claims, next_at = plan.leading, found.claims, EVER
    for stream in view.situation.streams:
        before = len(claims)
        for deadline in stream.deadlines:
            at = deadline.at
            if at <= now:
                del claims[before:]
                late = _late(plan, view, stream, now)
                claims += late.claims
                found.late.append((stream, late.passed))
                next_at = min(next_at, late.until)
                break
            if deadline.rule in leading:
                ahead, led = _lead(plan, view, stream, deadline, now)
                at = min(at, ahead)
                claims += led
            next_at = min(next_at, at)
        else:
            found.on_time.append(stream)
    found.next_at = None if next_at == EVER else next_at
    return found


def _lead(
    plan: Plan, view: View, stream: Stream, deadline: Deadline, now: datetime
) -> tuple[datetime, list[Claim]]:
    """When a limit that runs may next begin to lead, and the claims of those that lead already."""
    until = EVER
    claims: list[Claim] = []
    for rule, run, leads in plan.leading[deadline.rule]:
        ahead = leads(view, stream, deadline, rule)
        if ahead is not None and ahead <= now:
            claims += asked(view, rule, run, stream, deadline)
        elif ahead is not None:
            until = min(until, ahead)
    return until, claims


def _late(plan: Plan, view: View, stream: Stream, now: datetime) -> Late:
    """What the limits of a stream say of which one has run out.

    It is kept where it follows from the stream and its order alone.
    """
    order, known = view.orders.get(stream.order), plan.remembered.streams
    last = known.get(id(stream))
    if last is not None and last.holds(stream, order, now) and view.tests is None:
        return last
    passed: list[tuple[Deadline, tuple[Claim, ...]]] = []
    claims: list[Claim] = []
    until, alone = EVER, view.tests is None
    for deadline in stream.deadlines:
        alone = alone and deadline.rule not in plan.looking
        if deadline.at <= now:
            said = plan.of_limit(view, stream, deadline)
            claims += said
            passed.append((deadline, said))
            continue
        until = min(until, deadline.at)
        if deadline.rule in plan.leading:
            ahead, led = _lead(plan, view, stream, deadline, now)
            until = min(until, ahead)
            claims += led
    found = Late(stream, order, now, until, tuple(claims), tuple(passed))
    if alone and not view.faults:
        kept(known, id(stream), found)
    return found
