"""The registered conditions: pure functions with the facts that they read.

Three kinds, by what they look at: a running limit, an open order or task, or the whole stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from domain.loops.deadlines import Deadline
    from domain.situation import Stream
    from rules.alerts.claims import Claim
    from rules.alerts.rule import Rule
    from rules.alerts.view import View

OnLimit = Callable[["View", "Stream", "Deadline", "Rule"], "Iterable[Claim]"]
OnLead = Callable[["View", "Stream", "Deadline", "Rule"], "datetime | None"]
Gate = Callable[["Stream", "Rule"], "datetime"]
OnStream = Callable[["View", "Stream", "Rule"], "Iterable[Claim]"]
Level = Literal["", "order", "task", "started"]
OnStay = Callable[["View", "Rule"], "Iterable[Claim]"]


@dataclass(frozen=True, slots=True)
class LimitCondition:
    """A condition on a running limit.

    Attributes:
        facts: what it reads, for the page of rules and the trace.
        of: the rules by which loop files name these limits; empty: the rule itself.
        leads: from when on it may hold before the limit runs out; without it, it never does.
        alone: it reads the limit, its stream and that one's order, and nothing else of the stay: so
            it says the same while these are the same.
    """

    run: OnLimit
    facts: tuple[str, ...]
    of: tuple[str, ...] = ()
    leads: OnLead | None = None
    alone: bool = False


@dataclass(frozen=True, slots=True)
class StreamCondition:
    """A condition on an open order or task.

    Attributes:
        loops: only streams of these loops are looked at; empty: all.
        marked: only streams with marks or gaps are.
        level: only orders, only tasks, or only tasks that have begun; empty: all.
        gate: before this instant it cannot hold, and what it reads is not read.
    """

    run: OnStream
    facts: tuple[str, ...]
    loops: tuple[str, ...] = ()
    marked: bool = False
    level: Level = ""
    gate: Gate | None = None


@dataclass(frozen=True, slots=True)
class StayCondition:
    """A condition on the patient's stay.

    Attributes:
        after_risk: it reads the risk score of this very assessment.
    """

    run: OnStay
    facts: tuple[str, ...]
    after_risk: bool = False


Condition = LimitCondition | StreamCondition | StayCondition
CONDITIONS: Final[dict[str, Condition]] = {}
"""All conditions by the name that rule rows use."""


def on_limit(
    name: str,
    *facts: str,
    of: tuple[str, ...] = (),
    leads: OnLead | None = None,
    alone: bool = False,
) -> Callable[[OnLimit], OnLimit]:
    """Register a condition on a running limit."""

    def register(run: OnLimit) -> OnLimit:
        CONDITIONS[name] = LimitCondition(run, facts, of, leads, alone)
        return run

    return register


def on_stream(
    name: str,
    *facts: str,
    loops: tuple[str, ...] = (),
    marked: bool = False,
    level: Level = "",
    gate: Gate | None = None,
) -> Callable[[OnStream], OnStream]:
    """Register a condition on an open order or task."""

    def register(run: OnStream) -> OnStream:
        CONDITIONS[name] = StreamCondition(run, facts, loops, marked, level, gate)
        return run

    return register


def on_stay(name: str, *facts: str, after_risk: bool = False) -> Callable[[OnStay], OnStay]:
    """Register a condition on the patient's stay."""

    def register(run: OnStay) -> OnStay:
        CONDITIONS[name] = StayCondition(run, facts, after_risk)
        return run

    return register
