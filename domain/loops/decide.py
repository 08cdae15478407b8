"""The one door of the engine: a command and a case in, events or a refusal out. Pure.

::

    events = decide(loops, case, command, facts, now)
    case = evolve_all(case, events)
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final, assert_never

from domain import commands
from domain.errors import InvalidInput
from domain.loops import answers, exits, holding, making, passing, recording, repairs, stopping
from domain.loops.decision import Decision
from domain.loops.definition import Level
from domain.loops.persons import same_person
from domain.loops.refusals import reason_missing
from domain.loops.settle import is_settled, keep_settled, settle
from domain.loops.validity import TOLERANCE
from domain.records import Source

if TYPE_CHECKING:
    from datetime import datetime

    from domain.commands import Command, RecordStep
    from domain.events import Event
    from domain.loops.case import Case, Facts
    from domain.loops.loops import Loops

BEFORE_ORDER: Final = timedelta(hours=24)
"""What is done in an emergency may be ordered later (MX19), within a day."""
RETRO_AFTER: Final = timedelta(minutes=15)
"""A live entry that tells of longer ago is taken as retro (loop specification 1.4, E8)."""


def decide(
    loops: Loops, case: Case, command: Command, facts: Facts, now: datetime
) -> tuple[Event, ...]:
    """The events that follow from a command.

    Args:
        case: the order, its open tasks, and the task that the command names even if it has ended.
        facts: a snapshot of the encounter, read under its lock.
        now: the instant of the decision, aware UTC.

    Raises:
        InvalidInput: the command is wrong in itself; names the field.
        Refused: it is not allowed now; says what to do next.
    """
    return decided(loops, case, command, facts, now)[0]


def decided(
    loops: Loops, case: Case, command: Command, facts: Facts, now: datetime
) -> tuple[tuple[Event, ...], Case]:
    """The events that follow from a command, and the case after them: as `decide`, folded once.

    Raises:
        InvalidInput: the command is wrong in itself; names the field.
        Refused: it is not allowed now; says what to do next.
    """
    source = _source(command, case, now)
    if command.witness is not None and command.witness.user == command.actor.user:
        raise same_person("this entry")
    decision = Decision(loops=loops, case=case, entry=command, facts=facts, now=now, source=source)
    if not decision.by_time and not is_settled(loops, case):
        settle(decision)  # a configuration that changed since may have left a task with nothing due
    _act(decision, command)
    settle(decision)
    if not decision.by_time:
        keep_settled(loops, decision.case)
    return tuple(decision.events), decision.case


def _source(command: Command, case: Case, now: datetime) -> Source:
    """How the entry counts, once its time and reason are looked at (E8)."""
    if command.at > now + TOLERANCE:
        raise InvalidInput("at", "the time is in the future", right="when it really happened")
    source = command.source
    if isinstance(command, (commands.PassTime, commands.MakeTasks)):
        return source
    if source is Source.LIVE and command.at < now - RETRO_AFTER:
        source = Source.RETRO
    if not source.from_machine and command.at < case.order.placed_at - BEFORE_ORDER:
        raise InvalidInput("at", "the time is long before the order", right="when it happened")
    if source.from_machine:
        if not command.source_id:
            raise InvalidInput("source_id", "a record of another system names its id there")
    elif source.after_the_fact and not command.reason:
        raise reason_missing("An entry after the fact (more than 15 minutes)")
    return source


def _act(decision: Decision, command: Command) -> None:  # noqa: C901, PLR0912 - one arm a command
    match command:
        case commands.RecordStep():
            recording.record_step(decision, _redirected(decision, command))
        case commands.TakeExit():
            exits.take_exit(decision, command)
        case commands.AnswerAsk():
            answers.answer(decision, command)
        case commands.HoldWork():
            holding.hold(decision, command)
        case commands.ReleaseWork():
            holding.release(decision, command)
        case commands.StopOrder():
            stopping.stop_order(decision, command)
        case commands.ReviseDraft():
            making.revise_draft(decision, command)
        case commands.Correct():
            repairs.correct(decision, command)
        case commands.Amend():
            repairs.amend(decision, command)
        case commands.EnterInError():
            repairs.enter_in_error(decision, command)
        case commands.ReportIncident():
            repairs.report_incident(decision, command)
        case commands.OpenChild():
            making.open_by_hand(decision, command)
        case commands.MakeTasks():
            making.make_tasks(decision, command)
        case commands.ChangeFields():
            making.change_fields(decision, command)
        case commands.PassTime():
            passing.pass_time(decision)
        case _:
            assert_never(command)


def _redirected(decision: Decision, command: RecordStep) -> RecordStep:
    """A late entry for a task that ended without effect goes to a new task (E9)."""
    if command.task is None or not decision.source.after_the_fact:
        return command
    task = decision.task(command.task)
    step = decision.place(task).loop.find_step(command.step)
    if not task.state.terminal or step is None or step.level is Level.ORDER:
        return command
    return replace(command, task=making.instead_of(decision, task))
