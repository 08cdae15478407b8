"""When a step will be done: drawn from the pace of the staff, the dose's time, the appointment."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from client.demo.durations import minutes_of
from client.demo.rows import Pace
from domain.loops.applies import applies
from domain.orders import Priority

if TYPE_CHECKING:
    from random import Random

    from client.demo.content import Content
    from client.demo.moment import Moment
    from domain.worklists import ReadyStep

_USUAL: Final = Pace()
_LEAST: Final = (1, 2)
_HURRY: Final = {Priority.STAT: 0.25, Priority.URGENT: 0.5}
_NEARLY_EMPTY: Final = timedelta(minutes=8)
_LONG_ANALYSIS: Final = 600
"""Minutes from which on the analyser, not the staff, says how long a test takes."""


class Pacing:
    """Draws the times of the simulated staff."""

    def __init__(self, content: Content, rng: Random) -> None:
        self._content = content
        self._rng = rng

    def of(self, no: str) -> Pace:
        """How a step is usually done."""
        return self._content.pace.get(no, _USUAL)

    def wanted(self, moment: Moment, ready: ReadyStep) -> bool:
        """Whether somebody will do a ready step at all. Gaps are not filled by themselves."""
        step, task = moment.step, moment.task
        if task is not None and step.no in task.gaps:
            return False
        if ready.again_at is not None and ready.again_at > moment.at:
            return False
        if task is not None and task.exit is not None:
            return True
        record, pace = moment.record(step.no), self.of(step.no)
        if step.repeats and record is not None:
            return pace.every is not None and record.result != "stable"
        if step.required or pace.every is not None:
            return True
        culture = task is not None and task.fields.get("test_class") == "culture"
        possible = culture if step.no == "L9p" else step.no in self._content.pace
        return possible and step.no != "M18"

    def waits(self, moment: Moment) -> bool:
        """Whether staff hold a ready step back until another one of the task is done."""
        after = self.of(moment.step.no).after
        if after is None:
            return False
        return applies(moment.loop.steps[after], moment.place) and moment.record(after) is None

    def when(self, moment: Moment) -> datetime | None:
        """The instant at which a step is done; None where nobody does it in this demo."""
        pace, turn = self.of(moment.step.no), moment.turn
        soonest = moment.at + self._drawn(_LEAST)
        if turn is not None and turn.clock is not None:
            return max(moment.at, self._content.instant(turn.clock))
        urgent = moment.case.order.priority in _HURRY
        if pace.rounds and not urgent:
            return self._round(moment, pace)
        if turn is not None and turn.minutes is not None and turn.retro is None:
            return max(soonest, self._origin(moment, pace) + timedelta(minutes=turn.minutes))
        if pace.chance < 1 and self._rng.random() >= pace.chance:
            return None
        at = max(soonest, self._usual(moment, pace))
        return None if self._too_late_for_round(moment, at) else at

    def _usual(self, moment: Moment, pace: Pace) -> datetime:
        repeated = moment.step.repeats and moment.record(moment.step.no) is not None
        span = pace.every if repeated and pace.every is not None else pace.minutes
        if pace.first is not None and moment.task is not None and moment.said("first_task"):
            span = pace.first
        hurry = 1.0 if pace.own else _HURRY.get(moment.case.order.priority, 1.0)
        at = self._origin(moment, pace) + self._drawn(span, hurry)
        if moment.step.no == "L8":
            at += self._analysis(moment)
        if self._rng.random() < pace.late:
            at += self._drawn(pace.by)
        return at

    def _origin(self, moment: Moment, pace: Pace) -> datetime:
        """What the minutes count from; now, where it has not come."""
        step = moment.step
        if step.repeats and (record := moment.record(step.no)) is not None:
            return record.at
        found: datetime | None = None
        if pace.origin == "due" and moment.task is not None:
            found = moment.task.due_at
        elif pace.origin == "slot":
            slot = moment.said("slot")
            found = datetime.fromisoformat(slot) if isinstance(slot, str) else None
        elif pace.origin == "expected_end":
            found = self._expected_end(moment)
        elif pace.origin is not None and (before := moment.record(pace.origin)) is not None:
            found = before.at
        return found or moment.at

    def _expected_end(self, moment: Moment) -> datetime | None:
        start = next((one for one in moment.loop.task_steps if one.starts), None)
        record = None if start is None else moment.record(start.no)
        if record is None:
            return None
        return record.at + timedelta(minutes=minutes_of(self._content, moment))

    def _too_late_for_round(self, moment: Moment, at: datetime) -> bool:
        """Nobody makes a round at a bag that is nearly empty."""
        if moment.step.no != "M12":
            return False
        end = self._expected_end(moment)
        return end is not None and at > end - _NEARLY_EMPTY

    def _analysis(self, moment: Moment) -> timedelta:
        """A culture grows for days."""
        tests = moment.case.order.fields.get("tests")
        codes = tests if isinstance(tests, (list, tuple)) else ()
        items = self._content.items["test"]
        longest = max((int(items[code]["turnaround_minutes"]) for code in codes), default=0)
        return timedelta(minutes=longest if longest > _LONG_ANALYSIS else 0)

    def _round(self, moment: Moment, pace: Pace) -> datetime | None:
        """The first round that takes in what is due then; a first dose is taken in at once."""
        task = moment.task
        due = None if task is None or task.fields.get("first_task") else task.due_at
        for clock in pace.rounds:
            at = self._content.instant(clock)
            reaches = due is None or due <= at + timedelta(minutes=pace.ahead)
            if at >= moment.at and reaches:
                return at
        return None

    def _drawn(self, span: tuple[int, int], part: float = 1.0) -> timedelta:
        """A part of a time between two numbers of minutes, in whole seconds."""
        low, high = span
        return timedelta(seconds=int(self._rng.randint(low * 60, high * 60) * part))
