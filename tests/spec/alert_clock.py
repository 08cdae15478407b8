"""A fake clock over one stay: the watch, as it is woken at each `wake_at`, without a database."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from domain.alert_events import AlertAcknowledged, AlertOverridden
from domain.alerts import AlertOverride
from domain.ids import PractitionerId
from domain.reconciling import Move, Occasion, after, reconcile
from domain.settled import settled
from tests.spec.alert_facts import T0, at

if TYPE_CHECKING:
    from datetime import datetime

    from domain.alerts import Alert
    from domain.situation import Situation
    from rules.rulebook import Rules

NURSE = PractitionerId("rn.li")
B = TypeVar("B")


@dataclass
class Clock:
    """One stay, its alerts, and what has happened to them.

    Attributes:
        moves: every event, with the minute after T0.
    """

    rules: Rules
    situation: Situation
    now: datetime = T0
    moves: list[tuple[float, Move]] = field(default_factory=list)

    def look(self) -> None:
        """The watch looks at the whole stay, now."""
        situation, now = self.situation, self.now
        wanted = self.rules.assess(situation, now).wanted
        streams = frozenset(one.id for one in situation.streams)
        occasion = Occasion(
            now=now, by="command", active=situation.active, streams=streams, ladders=True
        )
        self._make(reconcile(wanted, situation.alerts, rule=self.rules.rule, occasion=occasion))

    def run(self, minutes: float) -> None:
        """Let time pass until so many minutes after T0: the watch wakes when it is told to."""
        until = at(minutes)
        self.look()
        while (wake := settled(self.rules, self.situation, self.now).wake_at) is not None:
            if wake > until:
                break
            assert wake > self.now, "the watch would wake for ever"
            self.now = wake
            self.look()
        self.now = until

    def alert(self, rule: str) -> Alert | None:
        """The open alert of a rule."""
        return next((one for one in self.situation.alerts if one.key.rule == rule), None)

    def acknowledge(self, rule: str) -> None:
        """A nurse has seen it: the action timer starts."""
        alert, definition = self.alert(rule), self.rules.rule(rule)
        assert alert is not None
        assert definition is not None
        until = self.minute + definition.action_minutes[alert.severity]
        self._make((Move(alert.id, AlertAcknowledged(at(until))),))

    def override(self, rule: str) -> None:
        """A person lets it be, with a reason."""
        alert = self.alert(rule)
        assert alert is not None
        given = AlertOverride("benefit_monitored", NURSE, self.now)
        self._make((Move(alert.id, AlertOverridden(given)),))

    def change(self, situation: Situation) -> None:
        """Something was recorded: the facts are others now."""
        self.situation = replace(situation, alerts=self.situation.alerts)
        self.look()

    @property
    def minute(self) -> float:
        """Minutes after T0."""
        return (self.now - T0).total_seconds() / 60

    def told(self, rule: str, kind: type[B]) -> list[tuple[float, B]]:
        """What of one kind happened to the alerts of a rule, and when."""
        ids = {move.alert for _, move in self.moves if _rule(move) == rule}
        return [
            (minute, move.body)
            for minute, move in self.moves
            if isinstance(move.body, kind) and move.alert in ids
        ]

    def _make(self, moves: tuple[Move, ...]) -> None:
        self.moves += [(self.minute, move) for move in moves]
        alerts = after(
            self.situation.alerts, moves, by=NURSE, at=self.now, encounter=self.situation.encounter
        )
        self.situation = replace(self.situation, alerts=alerts)


def _rule(move: Move) -> str:
    key = getattr(move.body, "key", None)
    return "" if key is None else str(key.rule)
