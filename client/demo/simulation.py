"""The simulated shift: staff see what can be done, do it after a while, and see what follows.

Nothing here knows a loop by name. What comes next is what the program says is ready; who, when and
with what comes from crew, pacing and evidence; what is unusual from the turns of an order.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from client.demo.agenda import Agenda
from client.demo.moment import Moment, Plan
from client.demo.rows import Turn
from client.demo.watching import Watching
from domain.ids import OrderId, TaskId
from domain.loops.outlook import order_outlook, task_outlook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

    from client.app import App
    from client.demo.clock import DemoClock
    from client.demo.content import Content
    from client.demo.hands import Hands
    from client.demo.pacing import Pacing
    from domain.errors import WardloopError
    from domain.loops.case import Case
    from domain.orders import Ask
    from domain.services.workplace import Changes
    from domain.tasks import Task
    from domain.worklists import ReadyStep

Key = tuple[str, str]
_LEAVE: Final = "leave"
_GAP_SEEN: Final = timedelta(minutes=45)
_ANYWHERE: Final = "*"


class Simulation:
    """A ward at work, until an instant.

    Attributes:
        plans: what is remembered of each order, in the order in which they were written.
        agenda: what will happen.
    """

    def __init__(
        self,
        app: App,
        *,
        clock: DemoClock,
        content: Content,
        pacing: Pacing,
        hands: Hands,
        rng: Random,
        end: datetime,
    ) -> None:
        self.app = app
        self.hands = hands
        self.end: Final = end
        self.plans: dict[OrderId, Plan] = {}
        self.agenda = Agenda()
        self._clock = clock
        self._content = content
        self._pacing = pacing
        self._rng = rng
        self._planned: dict[Key, Turn | None] = {}
        self._together: dict[tuple[str, str, datetime | None], list[Key]] = {}
        self._watch = Watching(app, self.agenda, clock.now())

    def run(self, progress: Callable[[int, int], None] | None = None) -> None:
        """Go through the agenda up to the end; the clock stands there afterwards."""
        begin = self._clock.now()
        for at, act in self.agenda.until(self.end):
            self._clock.move(at)
            act()
            self._watch.arm(self._look_out)
            if progress is not None:
                progress(int((at - begin).total_seconds()), int((self.end - begin).total_seconds()))
        self._clock.move(self.end)

    def _look_out(self) -> None:
        """The watch: time passes where something became late by now."""
        passed = self._watch.pass_due()
        for stay, error in passed.failures.items():
            self.refused(f"watch {stay}", error)
        self.see(passed)

    def refused(self, what: str, error: WardloopError) -> None:
        """Note what the program did not let happen, although nobody meant wrong by it."""
        at = self._clock.now().isoformat()
        self.hands.refused.append(f"{at} {what}: {error.code} {error.message}")

    # ------------------------------------------------------------ seeing
    def follow(self, plan: Plan) -> None:
        """Take an order that was just written under care."""
        self.plans[plan.order] = plan
        self.notice(plan.order)

    def see(self, changes: Changes) -> None:
        """Look at the orders that something has moved."""
        for order in changes.orders:
            self.notice(order)

    def notice(self, order: OrderId) -> None:
        """Plan all that can be done on an order and is not planned yet."""
        plan = self.plans.get(order)
        case = self.app.reads.case(order)
        if plan is None or case is None:
            return
        for moment, ready in self._ready(plan, case):
            self._consider(moment, ready)
        for ask in case.order.asks.values():
            self._consider_ask(plan, ask)

    def _ready(self, plan: Plan, case: Case) -> Iterator[tuple[Moment, ReadyStep]]:
        """What can be done now: the order's own steps, then its tasks as they are due."""
        yield from self._ready_on(plan, case, None)
        tasks = sorted(case.tasks.values(), key=lambda one: (one.due_at or one.made_at, one.seq))
        for task in tasks:
            yield from self._ready_on(plan, case, task)

    def _ready_on(
        self, plan: Plan, case: Case, task: Task | None
    ) -> Iterator[tuple[Moment, ReadyStep]]:
        """What can be done now on one stream, as the program says."""
        loops, now = self.app.loops, self._clock.now()
        loop = loops.get(case.order.loop if task is None else task.loop)
        look = order_outlook(loops, case) if task is None else task_outlook(loops, case, task)
        for ready in look.ready:
            yield Moment(plan, case, loop, loop.steps[ready.step], task, now), ready

    def _consider(self, moment: Moment, ready: ReadyStep) -> None:
        key = (moment.stream, moment.step.no)
        if key in self._planned or not self._pacing.wanted(moment, ready):
            return
        if self._pacing.waits(moment):
            return
        seq = 0 if moment.task is None else moment.task.seq
        turn = moment.plan.turn_at(moment.step.no, moment.stream, seq)
        self._planned[key] = turn
        if turn is not None and turn.leave:
            return
        moment = replace(moment, turn=turn)
        at = self._pacing.when(moment)
        if at is not None and at <= self.end:
            self._put(at, moment, key)

    def _put(self, at: datetime, moment: Moment, key: Key) -> None:
        """Put a step on the agenda; alone, or into the act that it shares."""
        group = self._group(moment)
        if group is None or self._planned[key] is not None:
            self.agenda.put(at, partial(self._do, key))
            return
        rounds = self._pacing.of(moment.step.no).rounds
        shared = (moment.step.no, group, at if rounds else None)
        if shared in self._together:
            self._together[shared].append(key)
            return
        self._together[shared] = [key]
        self.agenda.put(at, partial(self._do_together, shared))

    def _group(self, moment: Moment) -> str | None:
        """By what an act is shared: one order, one nurse's patients, the ward; else nothing."""
        match self._pacing.of(moment.step.no).together:
            case "order":
                return moment.plan.order
            case "nurse":
                return moment.plan.patient.nurse
            case "ward":
                return _ANYWHERE
            case _:
                return None

    # ------------------------------------------------------------ doing
    def _do_together(self, shared: tuple[str, str, datetime | None]) -> None:
        """One act for several tasks; those that are known by a label of their own one by one."""
        several: list[Moment] = []
        for key in self._together.pop(shared):
            moment = self._still_ready(key)
            if moment is None:
                continue
            labelled = moment.said("dose_label") or "right_item" in moment.step.checks
            if labelled and self._pacing.of(moment.step.no).together != "order":
                self._act(moment)
            else:
                several.append(moment)
        if several and several[0].said("dose_label") and len(several) > 1:
            for moment in several:
                self._act(moment)
        elif several:
            self._act(several[0], tuple(several[1:]))

    def _do(self, key: Key) -> None:
        moment = self._still_ready(key)
        if moment is not None:
            self._act(moment)

    def _still_ready(self, key: Key) -> Moment | None:
        """A planned step as things are by now; None where it is not to be done any more."""
        if key not in self._planned:  # done sooner than planned: somebody was told
            return None
        turn = self._planned.pop(key)
        order = self._order_of(key[0])
        plan = None if order is None else self.plans.get(order)
        case = None if order is None else self.app.reads.case(order)
        if plan is None or case is None:
            return None
        task = case.tasks.get(TaskId(key[0]))
        if task is None and key[0] != case.order.id:
            return None
        for moment, _ready in self._ready_on(plan, case, task):
            if moment.step.no == key[1]:
                return replace(moment, turn=turn)
        return None

    def _order_of(self, stream: str) -> OrderId | None:
        plan = self.plans.get(OrderId(stream))
        return self.app.reads.order_of_task(TaskId(stream)) if plan is None else plan.order

    def _act(self, moment: Moment, more: tuple[Moment, ...] = ()) -> None:
        turn = moment.turn or self._by_chance(moment, more)
        moments = [replace(one, turn=turn, others=1 + len(more)) for one in (moment, *more)]
        first = moments[0]
        if turn is not None and turn.retro is not None:
            self._forget(first, turn)
            return
        if turn is not None:
            moment.plan.play(turn)
        self.see(self.hands.do(moments))
        if turn is not None and turn.next is not None:
            self._follow_up(first, turn.next)

    def _by_chance(self, moment: Moment, more: tuple[Moment, ...]) -> Turn | None:
        """Now and then something goes differently, but not in the work of a whole round."""
        fitting = [one for one in self._content.now_and_then if one.turn.step == moment.step.no]
        if more or not fitting:
            return None
        drawn = self._rng.random()
        for one in fitting:
            if drawn < one.share:
                return one.turn
            drawn -= one.share
        return None

    def _follow_up(self, moment: Moment, turn: Turn) -> None:
        """What a turn leads to on the same task, whatever was planned there."""
        key = (moment.stream, turn.step)
        at = self._clock.now() + timedelta(minutes=turn.minutes or 0)

        def act() -> None:
            self._planned[key] = turn
            self._do(key)

        self.agenda.put(at, act)

    def hasten(self, stream: str) -> None:
        """Do now what is planned on an order or task: somebody was told that it is late."""
        for key, turn in tuple(self._planned.items()):
            if key[0] == stream and turn is None and self._pacing.of(key[1]).every is None:
                self._do(key)

    # ------------------------------------------------------------ entered afterwards
    def _forget(self, moment: Moment, turn: Turn) -> None:
        """Nothing is recorded now; the later step is entered afterwards and leaves a gap."""
        moment.plan.play(turn)
        self._planned[(moment.stream, moment.step.no)] = turn
        happened = self._clock.now()
        at = happened + timedelta(minutes=turn.minutes or 0)
        self.agenda.put(at, partial(self._enter_afterwards, moment, turn, happened))

    def _enter_afterwards(self, moment: Moment, turn: Turn, happened: datetime) -> None:
        case = self.app.reads.case(moment.plan.order)
        task = None if case is None or moment.task is None else case.tasks.get(moment.task.id)
        if case is None or task is None or task.state.terminal or turn.retro is None:
            return
        step = moment.loop.steps[turn.retro]
        told = Moment(moment.plan, case, moment.loop, step, task, happened)
        self.see(self.hands.retro(told, at=happened, reason=turn.reason or "entered later"))
        if turn.gap == "accepted":
            self.agenda.put(
                self._clock.now() + _GAP_SEEN, partial(self._accept_gap, moment.plan, task)
            )

    def _accept_gap(self, plan: Plan, task: Task) -> None:
        self.see(self.hands.accept_gap(plan, task, "nurse asked, given as ordered"))

    # ------------------------------------------------------------ answers
    def _consider_ask(self, plan: Plan, ask: Ask) -> None:
        key = (plan.order if ask.task is None else ask.task, f"answer {ask.code}")
        answer = plan.answers.get(ask.step) or self._content.answers.get(ask.code, _LEAVE)
        if key in self._planned:
            return
        self._planned[key] = None
        if answer == _LEAVE:
            return
        low, high = self._content.answer_minutes
        at = self._clock.now() + timedelta(seconds=self._rng.randint(low * 60, high * 60))
        self.agenda.put(at, partial(self._answer, plan, ask, answer, key))

    def _answer(self, plan: Plan, ask: Ask, answer: str, key: Key) -> None:
        self._planned.pop(key, None)
        case = self.app.reads.case(plan.order)
        if case is not None and ask in case.order.asks.values():
            self.see(self.hands.answer(plan, code=ask.code, task=ask.task, answer=answer))
