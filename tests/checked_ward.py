"""A ward in memory with all that is shipped: loops with their clinical checks, rules, knowledge."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from domain.loops.checks import IDENTITY_CHECKS
from rules.alerts.loader import load_rules
from rules.checks.order_risks import order_risks
from rules.checks.registry import CLINICAL, clinical_checks
from rules.knowledge.loading import load_knowledge
from rules.loops.loader import load_loops
from rules.rulebook import Rules
from tests.fakes import FakeClock
from tests.shift import Shift, fake_app

if TYPE_CHECKING:
    from domain.loops.loops import Loops
    from rules.alerts.loader import RuleTable
    from rules.knowledge.tables import Knowledge


@cache
def knowledge() -> Knowledge:
    """The shipped tables."""
    return load_knowledge()


@cache
def checked_loops() -> Loops:
    """The shipped loop files with every check."""
    checks = {**IDENTITY_CHECKS, **clinical_checks(knowledge)}
    return load_loops(checks=checks, clinical_checks=CLINICAL)


@cache
def _table() -> RuleTable:
    return load_rules()


def a_first_look() -> Rules:
    """The shipped rules, of somebody who remembers nothing."""
    return Rules(
        _table(),
        loops=checked_loops(),
        risks=lambda known, now: order_risks(known, now, knowledge()),
    )


def checked_shift(rules: Rules | None = None) -> Shift:
    """A shift in memory on which every check is asked.

    Args:
        rules: what settles it; without it rules of its own.
    """
    clock = FakeClock()
    rulebook = rules or a_first_look()
    return Shift(fake_app(clock, loops=checked_loops(), rulebook=rulebook), clock)
