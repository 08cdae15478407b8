"""Alerts and risk of the stays that a command touched, in its own transaction (decision 23)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from domain.happenings import Happening, Noun, WatchPassed
from domain.ids import TaskId
from domain.loops.streams import order_stream, task_stream
from domain.orders import OrderState
from domain.reconciling import Occasion, after, happening_of, reconcile
from domain.services.authorising import SYSTEM
from domain.settled import following, settled
from domain.tasks import TaskState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from domain.events import Event
    from domain.ids import CommandId, EncounterId
    from domain.loops.case import Case
    from domain.ports import Rulebook, Transaction
    from domain.reconciling import Move
    from domain.situation import Situation, Stream

_EXITED: Final = frozenset(
    {
        TaskState.CLOSED_BY_EXIT.value,
        TaskState.VOIDED.value,
        TaskState.ENTERED_IN_ERROR.value,
        OrderState.VOIDED.value,
    }
)
"""Ends that are no last step."""


@dataclass(slots=True)
class Touch:
    """What a command touched of one stay.

    Attributes:
        streams: orders and tasks that moved.
        ended: those of them that have ended, with what rules look for in their records.
        exited: those that ended otherwise than by their last step.
        alerts: alerts that were acted on.
        everything: something that rules ask for beside orders: the whole stay is looked at.
        watched: time has passed: ladders may be climbed.
    """

    streams: set[str] = field(default_factory=set)
    ended: dict[str, Stream] = field(default_factory=dict)
    exited: set[str] = field(default_factory=set)
    alerts: set[str] = field(default_factory=set)
    everything: bool = False
    watched: bool = False
    wrote: bool = False

    def keep(self, case: Case, events: Iterable[Event]) -> None:
        """Take note of what events of orders and tasks moved."""
        self.wrote = True
        order = case.order
        moved = {event.stream for event in events}
        self.streams |= moved
        if order.id in moved:
            self._look_at(order.id, order_stream(order) if order.state.terminal else None)
        for key in moved:
            task = case.tasks.get(TaskId(key))
            if task is not None:
                ended = task.state.terminal
                self._look_at(task.id, task_stream(task, order.priority) if ended else None)

    def tell(self, happening: Happening) -> None:
        """Take note of what else was told of the stay."""
        self.wrote = True
        if happening.noun is Noun.ALERT:
            self.alerts.add(happening.stream)
        else:
            self.everything = True

    def _look_at(self, key: str, ended: Stream | None) -> None:
        self.ended.pop(key, None)
        self.exited.discard(key)
        if ended is not None:
            self.ended[key] = ended
            if ended.state in _EXITED:
                self.exited.add(key)


def settle(
    rulebook: Rulebook,
    transaction: Transaction,
    touches: Mapping[EncounterId, Touch],
    command: CommandId,
) -> None:
    """Bring alerts and risk of the touched stays up to date; the last thing before the commit."""
    for encounter, touch in touches.items():
        _settle(rulebook, transaction, transaction.situation(encounter), touch, command)


def _settle(
    rulebook: Rulebook,
    transaction: Transaction,
    situation: Situation,
    touch: Touch,
    command: CommandId,
) -> None:
    now = transaction.now
    # what ended just now is looked at once more: a rule may ask for what happened at its end
    judged = [stream for stream in touch.ended.values() if stream.marks]
    seen = situation
    if judged:
        seen = replace(situation, streams=(*situation.streams, *judged))
    assessment = rulebook.assess(seen, now)
    moves = reconcile(
        assessment.wanted,
        situation.alerts,
        rule=partial(rulebook.rule, ward=situation.ward),
        occasion=_occasion(situation, touch, transaction, rulebook, command),
    )
    _tell(transaction, situation.encounter, moves)
    if moves or judged:
        alerts = after(
            situation.alerts, moves, by=SYSTEM.user, at=now, encounter=situation.encounter
        )
        result = settled(rulebook, replace(situation, alerts=alerts), now)
    else:
        result = following(rulebook, situation, assessment, now)
    if not (moves or touch.wrote):
        passed = WatchPassed(result.risk.score, result.risk.band)
        transaction.tell([_of_stay(situation.encounter, passed, transaction)])
    transaction.settle(
        situation.encounter, risk=result.risk, wake_at=result.wake_at, config=rulebook.sha256
    )


def _occasion(
    situation: Situation,
    touch: Touch,
    transaction: Transaction,
    rulebook: Rulebook,
    command: CommandId,
) -> Occasion:
    whole = touch.everything or touch.watched
    return Occasion(
        now=transaction.now,
        by=command,
        config=rulebook.sha256,
        active=situation.active,
        streams=frozenset({*(stream.id for stream in situation.streams), *touch.ended}),
        exited=frozenset(touch.exited),
        subjects=None if whole else frozenset({*touch.streams, *touch.alerts}),
        ladders=touch.watched,
    )


def _tell(transaction: Transaction, encounter: EncounterId, moves: Iterable[Move]) -> None:
    now = transaction.now
    told = [happening_of(one, by=SYSTEM.user, at=now, encounter=encounter) for one in moves]
    if told:
        transaction.tell(told)


def _of_stay(encounter: EncounterId, body: WatchPassed, transaction: Transaction) -> Happening:
    now = transaction.now
    return Happening(
        noun=Noun.ENCOUNTER,
        stream=encounter,
        body=body,
        actor=SYSTEM.user,
        at=now,
        recorded_at=now,
        encounter=encounter,
    )
