"""One alert rule, proved: what its row says, in the words of the domain."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from domain.alerts import AlertRule, AlertSeverity
    from domain.orders import Priority
    from domain.people import Role

LATE: Final = "X-LATE"
"""The rule of a limit that has none of its own (decision 31)."""


@dataclass(frozen=True, slots=True)
class Stage:
    """From this minute of the interval on, the alert is at least so severe (decision 32)."""

    minutes: int
    severity: AlertSeverity


@dataclass(frozen=True, slots=True)
class Rule:
    """What a row of `rules/alerts/*.toml` says.

    Attributes:
        conditions: the names of registered functions; the rule holds where any of them does.
        severity: for STAT, URGENT and all other priorities; None: off for that one.
        stages: later severities on the same interval, the earliest first.
        roles: who is told first; of X-LATE the roles of the step that is late.
        params: numbers that a hospital may set within the row's bounds.
        suppressed_by: rules whose alert on the same work hides this one's.
        grouped: `round`: one alert for all that fell due together; `patient`: one for the patient;
            empty: one each.
        definition: ladder, texts, timers: what those who handle alerts need.
    """

    id: str
    conditions: tuple[str, ...]
    severity: tuple[AlertSeverity | None, AlertSeverity | None, AlertSeverity | None]
    roles: tuple[Role, ...]
    definition: AlertRule
    stages: tuple[Stage, ...] = ()
    params: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    suppressed_by: tuple[str, ...] = ()
    grouped: str = ""

    def severity_for(self, priority: Priority) -> AlertSeverity | None:
        """How severe it is from the start for an order of this priority; None: off."""
        return self.severity[priority.column]

    def minutes(self, name: str) -> timedelta:
        """A parameter that counts minutes."""
        return timedelta(minutes=int(self.params[name]))

    @property
    def silent(self) -> bool:
        """Whether its alerts are kept and counted but shown to nobody."""
        return bool(self.definition.silent)
