"""The alerts of one stay as time passes and people act: for stories and for laws."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from domain.alert_timers import next_alert_at
from domain.alerts import AlertKey, AlertSeverity, Wanted
from domain.ids import EncounterId, OrderId, PractitionerId, TaskId
from domain.people import Role
from domain.reconciling import Move, Occasion, after, reconcile
from tests.small_rulebook import SmallRulebook

if TYPE_CHECKING:
    from domain.alert_events import AlertBody
    from domain.alerts import Alert

S1, S2, S3, S4 = AlertSeverity.S1, AlertSeverity.S2, AlertSeverity.S3, AlertSeverity.S4
STAY, ORDER = EncounterId("stay-1"), OrderId("order-1")
NURSE, DOCTOR = PractitionerId("li.na"), PractitionerId("dr.chen")
EIGHT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
rule = SmallRulebook().rule


def at(minutes: int) -> datetime:
    return EIGHT + timedelta(minutes=minutes)


def wanted(
    subject: str = "dose-1",
    *,
    severity: AlertSeverity = S2,
    cause: str = "08:00",
    since: int = 0,
    lasting: bool = False,
    evidence: dict[str, str] | None = None,
) -> Wanted:
    return Wanted(
        key=AlertKey("LATE", subject, cause),
        encounter=STAY,
        severity=severity,
        since=at(since),
        roles=(Role.NURSE,),
        order=ORDER,
        task=TaskId(subject),
        evidence=evidence or {},
        lasting=lasting,
    )


class AlertedStay:
    """What a rule wants of a stay, and what is open of it."""

    def __init__(self, *asked: Wanted) -> None:
        self.wanted = list(asked)
        self.open: tuple[Alert, ...] = ()
        self.occasion = Occasion(now=EIGHT, by="command-1", config="rules-1")
        self.told: list[AlertBody] = []

    def look(self, minute: int, *, ladders: bool = True, **said: object) -> list[AlertBody]:
        occasion = replace(self.occasion, now=at(minute), ladders=ladders, **said)  # type: ignore[arg-type]  # its own fields
        moves = reconcile(self.wanted, self.open, rule=rule, occasion=occasion)
        self._take(moves, minute)
        again = reconcile(self.wanted, self.open, rule=rule, occasion=occasion)
        assert again == (), "asked again it has nothing to say"
        self.told = [move.body for move in moves]
        return self.told

    def act(self, minute: int, body: AlertBody, by: PractitionerId = NURSE) -> None:
        (alert,) = self.open
        self._take((Move(alert.id, body),), minute, by)

    def _take(self, moves: tuple[Move, ...], minute: int, by: PractitionerId = NURSE) -> None:
        self.open = after(self.open, moves, by=by, at=at(minute), encounter=STAY)

    @property
    def alert(self) -> Alert:
        (alert,) = self.open
        return alert

    def next_at(self) -> datetime | None:
        return next_alert_at(self.alert, rule(self.alert.key.rule))
