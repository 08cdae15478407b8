"""What should be open against what is open: the events that bring the one to the other. Pure.

Level-triggered: asked twice, it answers the second time with nothing. A recorded step asks for what
it touched; the watch asks for the whole stay, and only the watch climbs ladders (decision 23).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.alert_events import (
    AlertChanged,
    AlertRaised,
    AlertResolved,
    AlertSaid,
    AlertSignatureAsked,
)
from domain.alert_fold import changed_alert, evolve_alert
from domain.alert_timers import by_time, climbing_from, goes_on_from
from domain.alerts import EVIDENCE, EVIDENCE_AT, HIDES, AlertSeverity, Resolution
from domain.happenings import Happening, Noun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from domain.alert_events import AlertBody
    from domain.alerts import Alert, AlertRule, Wanted
    from domain.ids import EncounterId, PractitionerId

    RuleOf = Callable[[str], AlertRule | None]


@dataclass(frozen=True, slots=True)
class Move:
    """One event of an alert, by the alert's id."""

    alert: str
    body: AlertBody


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why alerts are looked at now.

    Attributes:
        now: the instant.
        by: the command that is carried out.
        config: the hash of the rules in force.
        active: whether the patient is in hospital.
        streams: the orders and tasks that can be judged now: the open ones, and those that ended by
            this command. An alert about what happened on any other stays until it is answered.
        exited: the orders and tasks that this command ended otherwise than by their last step.
        subjects: what the command touched: ids of orders, tasks, alerts; what is about the stay
            or a group is always looked at. None: everything.
        ladders: whether time may climb ladders and open again: the watch only.
    """

    now: datetime
    by: str = ""
    config: str = ""
    active: bool = True
    streams: frozenset[str] = frozenset()
    exited: frozenset[str] = frozenset()
    subjects: frozenset[str] | None = None
    ladders: bool = False


def reconcile(
    wanted: Iterable[Wanted], open_alerts: Iterable[Alert], *, rule: RuleOf, occasion: Occasion
) -> tuple[Move, ...]:
    """The events after which what is open is what should be open, in the order of alert ids.

    Args:
        wanted: what the rules say, one for each key.
        open_alerts: what is open now.
        rule: the definition of a rule, for its ladder.
        occasion: why, and for which part of the stay.
    """
    known = {alert.id: alert for alert in open_alerts}
    said = {one.key.id: one for one in wanted}
    moves: list[Move] = []
    for key in sorted({*known, *said}):
        alert = known.get(key)
        if alert is not None:
            if _concerns(occasion, alert):
                moves += _of_known(alert, said, rule=rule, occasion=occasion)
        elif _concerns(occasion, said[key]):
            moves.append(Move(key, _raising(said[key], occasion)))
    return tuple(moves)


def after(
    open_alerts: Iterable[Alert], moves: Iterable[Move], *, by: PractitionerId, at: datetime,
    encounter: EncounterId,
) -> tuple[Alert, ...]:  # fmt: skip
    """What is open once the moves are made, in the order of ids."""
    known = {alert.id: alert for alert in open_alerts}
    for move in moves:
        told = happening_of(move, by=by, at=at, encounter=encounter)
        known[move.alert] = evolve_alert(known.get(move.alert), move.body, told)
    return tuple(known[key] for key in sorted(known) if known[key].open)


def happening_of(
    move: Move, *, by: PractitionerId, at: datetime, encounter: EncounterId
) -> Happening:
    """A move as an event on the stay's chain."""
    return Happening(
        noun=Noun.ALERT,
        stream=move.alert,
        body=move.body,
        actor=by,
        at=at,
        recorded_at=at,
        encounter=encounter,
    )


def _concerns(occasion: Occasion, about: Alert | Wanted) -> bool:
    touched = occasion.subjects
    if touched is None or (about.order is None and about.task is None):
        return True  # about the stay or a group of its work
    names = {about.key.id, about.key.subject, about.order, about.task}
    return not names.isdisjoint(touched)


def _of_known(
    alert: Alert, said: Mapping[str, Wanted], *, rule: RuleOf, occasion: Occasion
) -> Iterator[Move]:
    known, wanted = rule(alert.key.rule), said.get(alert.id)
    if wanted is None:
        ending = _ending(alert, said.values(), occasion)
        if ending is not None:
            yield Move(alert.id, ending)
        elif occasion.ladders:
            yield from _timed(alert, known, occasion.now)
        return
    change = _change(alert, wanted, known, occasion.now)
    if change is not None:
        yield Move(alert.id, change)
        alert = changed_alert(alert, change)
    if occasion.ladders:
        yield from _timed(alert, known, occasion.now)


def _timed(alert: Alert, rule: AlertRule | None, now: datetime) -> Iterator[Move]:
    return (Move(alert.id, body) for body in by_time(alert, rule, now))


def _raising(wanted: Wanted, occasion: Occasion) -> AlertRaised:
    return AlertRaised(
        key=wanted.key,
        said=_said(wanted),
        since=wanted.since,
        config=occasion.config,
        order=wanted.order,
        task=wanted.task,
        starts_at=wanted.starts_at,
    )


def _said(wanted: Wanted) -> AlertSaid:
    return AlertSaid(
        severity=wanted.severity,
        seen_at=wanted.since,
        roles=wanted.roles,
        limit=wanted.limit,
        step=wanted.step,
        evidence=wanted.evidence,
        minutes=wanted.minutes,
        silent=wanted.silent,
        lasting=wanted.lasting,
    )


def _ending(alert: Alert, wanted: Iterable[Wanted], occasion: Occasion) -> AlertBody | None:
    """How an alert ends whose condition no longer holds; None where it stays all the same."""
    if alert.awaits_signature:
        return None
    answered = alert.override is not None
    if not occasion.active and alert.severity is AlertSeverity.S1 and not answered:
        return AlertSignatureAsked()
    judged = not {alert.key.subject, alert.task or alert.order}.isdisjoint(occasion.streams)
    if alert.lasting and occasion.active and not judged and not answered:
        return None
    return AlertResolved(_how(alert, wanted, occasion), occasion.by)


def _how(alert: Alert, wanted: Iterable[Wanted], occasion: Occasion) -> Resolution:
    if alert.override is not None:
        return Resolution.OVERRIDDEN
    if not occasion.active:
        return Resolution.ENCOUNTER_END
    exited = not {alert.key.subject, alert.task, alert.order}.isdisjoint(occasion.exited)
    if exited:
        return Resolution.BY_EXIT
    hidden = any(_stands_for(one, alert) for one in wanted)
    return Resolution.HIDDEN if hidden else Resolution.BY_STEP


def _stands_for(one: Wanted, alert: Alert) -> bool:
    """Whether an alert is told in place of another one of the same work."""
    same = one.order == alert.order and (one.task == alert.task or None in (one.task, alert.task))
    return same and alert.key.rule in one.evidence.get(HIDES, "").split(",")


def _change(
    alert: Alert, wanted: Wanted, rule: AlertRule | None, now: datetime
) -> AlertChanged | None:
    said = _said(wanted)
    seen = alert.last_seen_at or alert.since
    repeat = said.seen_at > seen
    if not repeat and said == _standing(alert, said.seen_at):
        return None
    graver = said.severity.rank < alert.severity.rank
    told = _newer(alert, said)
    base = None
    if graver:
        base = climbing_from(said.severity, rule, alert.tier, now)
    elif told and alert.quiet_since is not None:
        base = goes_on_from(alert, rule, now)
    return AlertChanged(
        said=said,
        occurrences=alert.occurrences + (repeat or told),
        again=base is not None,
        climbs_from=base,
    )


def _newer(alert: Alert, said: AlertSaid) -> bool:
    """Whether a result has come that bears on the alert, or is another one by now."""
    before, after_it = alert.evidence.get(EVIDENCE_AT, ""), said.evidence.get(EVIDENCE_AT, "")
    other = alert.evidence.get(EVIDENCE) != said.evidence.get(EVIDENCE)
    return after_it > before or (other and after_it == before != "")


def _standing(alert: Alert, seen_at: datetime) -> AlertSaid:
    """What the alert says by now; an earlier instant of the same condition is no news."""
    return AlertSaid(
        severity=alert.severity,
        seen_at=seen_at,
        roles=alert.roles,
        limit=alert.limit,
        step=alert.step,
        evidence=alert.evidence,
        minutes=alert.minutes,
        silent=alert.silent,
        lasting=alert.lasting,
    )
