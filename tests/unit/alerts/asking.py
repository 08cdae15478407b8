"""What the shipped rules say of a stay at a minute after T0."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from rules.alerts.loader import load_rules
from rules.rulebook import Rules
from tests.spec.alert_facts import at
from tests.story import loops

if TYPE_CHECKING:
    from domain.alerts import Wanted
    from domain.situation import Assessment, Situation


@cache
def shipped() -> Rules:
    """The rules as they are shipped."""
    return Rules(load_rules(), loops=loops())


def assess(situation: Situation, minute: float, rules: Rules | None = None) -> Assessment:
    """All that they say."""
    return (rules or shipped()).assess(situation, at(minute))


def wanted(situation: Situation, minute: float, rules: Rules | None = None) -> dict[str, Wanted]:
    """The alerts that should be open, by rule; of several the first."""
    found: dict[str, Wanted] = {}
    for one in assess(situation, minute, rules).wanted:
        found.setdefault(one.key.rule, one)
    return found


def said(situation: Situation, minute: float, rules: Rules | None = None) -> dict[str, str]:
    """The severity of each alert, by rule."""
    return {rule: str(one.severity) for rule, one in wanted(situation, minute, rules).items()}
