"""Answering what a return asked (E21)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.errors import InvalidInput, NotAuthorised, Refused
from domain.events import Answered, TaskMade
from domain.ids import TaskId, child_id
from domain.loops.checks import ITEM_FIELDS
from domain.loops.follow_ups import ask_key
from domain.loops.holding import release_order
from domain.loops.refusals import reason_missing, require_role
from domain.loops.stopping import stop

if TYPE_CHECKING:
    from domain.commands import AnswerAsk
    from domain.loops.decision import Decision
    from domain.orders import Ask

SECOND_PERSON: Final = ("insist", "proceed")
"""Answers that go on against advice: they need a reason and a second person."""
STOPS: Final = ("replace", "cancel", "discontinue")
"""Answers that act on the order."""


def answer(decision: Decision, command: AnswerAsk) -> None:
    """Answer an open question.

    Raises:
        InvalidInput: no such question is open, or it has no such answer.
        Refused: the reason or the second person is missing.
    """
    key = ask_key(command.code, command.task)
    order = decision.order
    ask = order.asks.get(key)
    if ask is None:
        known = ", ".join(sorted(order.asks)) or "none is open"
        raise InvalidInput("code", f"no question {command.code} is open here", right=known)
    if command.answer not in ask.answers:
        raise InvalidInput(
            "answer",
            f"{command.answer!r} does not answer {command.code}",
            right=f"one of {', '.join(ask.answers)}",
        )
    require_role(command.actor, ask.by, f"the answer to {command.code}")
    if command.answer in SECOND_PERSON:
        _require_second(command, ask)
    second = None if command.witness is None else command.witness.user
    decision.on_order(Answered(key, command.code, command.answer, command.reason, second))
    if order.hold is not None and order.hold.reason == command.code:
        release_order(decision, command.reason, missed_are_held=True)
    if command.answer in STOPS:
        _stop(decision, command)
    elif command.answer == "again" and ask.task is not None:
        _again(decision, TaskId(ask.task), command.code)


def _require_second(command: AnswerAsk, ask: Ask) -> None:
    if not command.reason:
        raise reason_missing(f"The answer {command.answer}")
    if not ask.second:
        return
    second = command.witness
    needs = " or ".join(role.value for role in ask.second)
    if second is None or second.user == command.actor.user:
        raise Refused(
            "WITNESS_MISSING",
            f"The answer {command.answer} needs a second person",
            next_step=f"A {needs} must agree (witness)",
            field="witness",
        )
    if second.student or not second.holds(ask.second):
        raise NotAuthorised(f"{second.user} may not agree to it", needs=needs, field="witness")


def _stop(decision: Decision, command: AnswerAsk) -> None:
    """Act on the order; on one already stopped the answer is only recorded."""
    order = decision.order
    if order.state.terminal or order.stopped_by is not None:
        return
    act = command.answer
    if not order.tally.effects and (act == "cancel" or order.state.unsigned):
        act = "cancel"
    elif act == "cancel":
        act = "discontinue"
    stop(decision, act, command.at, command.reason)


def _again(decision: Decision, ended: TaskId, code: str) -> None:
    """Make a new task in place of one that ended without effect (E39), unless all is stopped."""
    task = decision.task(ended)
    order = decision.order
    if decision.stopped:
        return
    nth = order.tally.children.get(f"{ended}:{code}", 0)
    body = TaskMade(
        order_id=order.id,
        encounter_id=order.encounter_id,
        loop=task.loop,
        due_at=task.due_at,
        seq=task.seq,
        window_class=task.window_class,
        interval_minutes=task.interval_minutes,
        fields={name: value for name, value in task.fields.items() if name not in ITEM_FIELDS},
        opened_code=code,
        opened_by=ended,
    )
    decision.on_task(child_id(ended, code=code, nth=nth), body)
