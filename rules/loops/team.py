"""A simulated competent team: the right people do what is ready, until the order has ended.

It stands in for a ward where a loop is proved by running, and in the tests of the engine's laws. It
knows no clinical rule of its own: who may, what comes next and what is missing it asks the loop.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from domain.commands import (
    AnswerAsk,
    Command,
    PassTime,
    RecordStep,
    ReleaseWork,
    StopOrder,
    TakeExit,
)
from domain.errors import InvalidInput, Refused
from domain.events import Event, Override
from domain.loops.applies import Place, applies, missing_required, one_act
from domain.loops.case import Case, Facts
from domain.loops.decide import decide
from domain.loops.definition import Level, LoopDefinition, Step
from domain.loops.evolve import evolve_all
from domain.loops.loops import Loops
from domain.loops.outlook import order_outlook, task_outlook
from domain.orders import Ask, OrderState
from domain.people import Role
from domain.records import Source
from domain.tasks import Task
from rules.loops.examples import Choose, example, first, good_results, somebody

MINUTE: Final = timedelta(minutes=1)
GOES_ON: Final = ("release", "insist", "proceed", "enough", "again", "discontinue", "cancel")
"""Answers, the one that lets the work go on first."""


class Team:
    """Plays an order to its end.

    Attributes:
        case: the order with all its tasks, ended ones too, as it is by now.
        now: the clock of the ward; a minute passes with each act.
        answers: the word that it answers questions with, where that is possible.
        live: it only does what is ready: no late entries.
        acts: what was done, in order, for the one who reads a fault.
    """

    def __init__(
        self,
        loops: Loops,
        case: Case,
        now: datetime,
        *,
        choose: Choose = first,
        answers: str = "",
        live: bool = False,
    ) -> None:
        self.loops = loops
        self.case = case
        self.now = now
        self.choose = choose
        self.answers = answers
        self.live = live
        self.acts: list[str] = []
        self.refusals: list[str] = []

    # ------------------------------------------------------------------ acts

    def do(self, command: Command) -> tuple[Event, ...]:
        """Carry a command out.

        Raises:
            InvalidInput: the command is wrong.
            Refused: it is not allowed now.
        """
        order = self.case.order
        facts = Facts(order.encounter_id, order.patient_id)
        events = decide(self.loops, self.case, command, facts, self.now)
        after = evolve_all(self.case, events)
        self.case = self.case if after is None else after
        self.now += MINUTE
        return events

    def entry(
        self,
        loop: LoopDefinition,
        step: Step,
        task: Task | None,
        *,
        result: str | None = None,
        yes: Iterable[str] = (),
        source: Source = Source.LIVE,
    ) -> RecordStep:
        """A competent record of a step: right person, witness, fields and reasons.

        Args:
            yes: fields that are true; all other yes-or-no fields are false.
        """
        place = Place(loop, self.case, task)
        steps = one_act(step, place)
        if result is None:
            results = [one for one in steps if one.results]
            chosen = next((one for one in results if one is step), results[0] if results else None)
            result = None if chosen is None else self.choose(chosen, good_results(loop, chosen))
        witness = next((one.witness for one in steps if one.witness is not None), None)
        acting = step if place.record(steps[0].no) is not None else steps[0]
        second = somebody(() if witness is None else witness.by, f"second_{step.no}")
        checks = {check for one in steps for check in one.checks} | {"too_early"}
        names = [use.name for one in steps for use in one.fields if not use.optional]
        return RecordStep(
            order=self.case.order.id,
            actor=somebody(acting.by, f"doer_{step.no}"),
            at=self.now,
            task=None if task is None else task.id,
            step=step.no,
            result=result,
            witness=None if witness is None else second,
            co_signer=None if step.co_signer is None else "patient",
            source=source,
            source_id="row-1" if source.from_machine else None,
            reason="as it was",
            evidence={
                "noscan_reason": "no scanner",
                **{name: example(self.loops.fields[name]) for name in names},
                **dict.fromkeys(yes, True),
            },
            overrides=tuple(Override(one, "seen", second.user) for one in sorted(checks)),
            seconds={second.user: second},
        )

    def exit_entry(self, task: Task, code: str) -> TakeExit:
        """An exit, as its row asks for it."""
        row = next(one for one in self.loops.get(task.loop).exits if one.code == code)
        source = Source(row.sources[0]) if row.sources else Source.LIVE
        witness = row.witness
        return TakeExit(
            order=self.case.order.id,
            actor=somebody(row.by, f"doer_{code}"),
            at=self.now,
            task=task.id,
            exit=row.id,
            code=code,
            reason="as it was",
            source=source,
            source_id="row-1" if source.from_machine else None,
            witness=None if witness is None else somebody(witness.by, f"second_{code}"),
            evidence={use.name: example(self.loops.fields[use.name]) for use in row.fields},
        )

    # ------------------------------------------------------------------ going on

    def finish(self, *, within: int = 300) -> bool:
        """Go on until the order and all its tasks have ended; whether they have, in so many."""
        for _ in range(within):
            if self.ended or not self.go_on():
                break
        return self.ended

    @property
    def ended(self) -> bool:
        """Whether nothing is open any more."""
        tasks = self.case.tasks.values()
        return self.case.order.state.terminal and all(task.state.terminal for task in tasks)

    def go_on(self) -> bool:
        """Do the next thing that is accepted; False where a competent team knows none."""
        return any(
            self._tried(what, command)
            for possible in self._possible()
            for what, command in possible
        )

    def _possible(self) -> Iterator[Iterator[tuple[str, Command]]]:
        """What a team would do, the better things first."""
        yield self._answers()
        yield self._releases()
        yield self._ready(Source.LIVE)
        yield self._renewals()
        if not self.live:
            yield self._missing()
            yield self._ready(Source.RETRO)
        yield self._closing()
        yield self._stops()
        yield self._time()

    def _tried(self, what: str, command: Command) -> bool:
        before = self.case
        try:
            self.do(command)
        except (InvalidInput, Refused) as error:
            self.refusals.append(f"{what}: {error.message}")
            return False
        if self.case == before:
            return False
        self.acts.append(what)
        return True

    def _answers(self) -> Iterator[tuple[str, Command]]:
        asks = self.case.order.asks.values()
        for ask, word in [(one, word) for one in asks for word in self._words(one)]:
            yield f"answer {ask.code} {word}", self.answer_entry(ask, word)

    def _words(self, ask: Ask) -> list[str]:
        """The answers to a question: its own word first, then what lets the work go on."""
        return sorted(ask.answers, key=lambda word: (word != self.answers, _eagerness(word)))

    def answer_entry(self, ask: Ask, word: str) -> AnswerAsk:
        """An answer to an open question, with the second person that it may need."""
        named = next((task.id for task in self.case.tasks.values() if task.id == ask.task), None)
        return AnswerAsk(
            order=self.case.order.id,
            actor=somebody(ask.by, "answerer"),
            at=self.now,
            task=named,
            code=ask.code,
            answer=word,
            reason="thought over",
            witness=somebody(ask.second, "second_answerer") if ask.second else None,
        )

    def _releases(self) -> Iterator[tuple[str, Command]]:
        order = self.case.order
        act = self.loops.get(order.loop).common.get("hold")
        actor = somebody(() if act is None else act.by, "releaser")
        held = [None] if order.hold is not None and not order.state.terminal else []
        for task in (*held, *(one for one in self._open() if one.hold is not None)):
            named = None if task is None else task.id
            yield (
                f"release {named or order.id}",
                ReleaseWork(
                    order=order.id,
                    actor=actor,
                    at=self.now,
                    task=named,
                    reason="goes on",
                    missed_are_held=False,
                ),
            )

    def _open(self) -> tuple[Task, ...]:
        """Open tasks, sub-loops first: their parents may wait for them."""
        tasks = (task for task in self.case.tasks.values() if not task.state.terminal)
        return tuple(sorted(tasks, key=lambda task: task.parent is None))

    def ready(self) -> Iterator[tuple[LoopDefinition, Step, Task | None]]:
        """The steps that can be recorded now, tasks' before the order's."""
        for task in self._open():
            loop = self.loops.get(task.loop)
            for one in task_outlook(self.loops, self.case, task).ready:
                if one.again_at is None or one.again_at < self.now:
                    yield loop, loop.steps[one.step], task
        loop = self.loops.get(self.case.order.loop)
        for one in order_outlook(self.loops, self.case).ready:
            if one.again_at is None or one.again_at < self.now:
                yield loop, loop.steps[one.step], None

    def _ready(self, source: Source) -> Iterator[tuple[str, Command]]:
        for loop, step, task in self.ready():
            if self._wanted(step, task):
                how = "" if source is Source.LIVE else f" {source}"
                yield f"{step.no}{how}", self.entry(loop, step, task, source=source)

    def _wanted(self, step: Step, task: Task | None) -> bool:
        """Whether a competent team does a ready step: what is due, and each repeated step once."""
        if task is not None and task.exit is not None:
            return True
        records = self.case.order.steps if task is None else task.steps
        return step.required and not (step.repeats and step.no in records)

    def _renewals(self) -> Iterator[tuple[str, Command]]:
        """Steps that have expired, or lead straight to one that has, are done again."""
        for task in (*self._open(), None):
            loop = self.loops.get(self.case.order.loop if task is None else task.loop)
            for step in loop.task_steps if task is not None else loop.order_steps:
                if step.valid is not None or any(
                    other.valid is not None and any(ref.step == step.no for ref in other.after)
                    for other in loop.steps.values()
                ):
                    yield f"{step.no} again", self.entry(loop, step, task)

    def _missing(self) -> Iterator[tuple[str, Command]]:
        """Steps that were passed over, entered after the fact."""
        for task in (*self._open(), None):
            gaps = self.case.order.gaps if task is None else task.gaps
            if task is not None and task.exit is not None:
                gaps |= {no for no in task.exit.still if no not in task.steps}
            for loop, step in self._steps_before(gaps, task):
                yield f"{step.no} retro", self.entry(loop, step, task, source=Source.RETRO)

    def _steps_before(
        self, gaps: frozenset[str], task: Task | None
    ) -> Iterator[tuple[LoopDefinition, Step]]:
        loop = self.loops.get(self.case.order.loop if task is None else task.loop)
        place = Place(loop, self.case, task)
        due = {*gaps, *missing_required(place, Level.ORDER if task is None else Level.TASK)}
        for no, step in loop.steps.items():
            if no in due and (gaps or applies(step, place)):
                yield loop, step

    def _closing(self) -> Iterator[tuple[str, Command]]:
        """The order's closing step, offered or not: what it waited for may have settled since."""
        loop = self.loops.get(self.case.order.loop)
        for step in loop.order_steps:
            if step.closes:
                yield step.no, self.entry(loop, step, None)

    def _stops(self) -> Iterator[tuple[str, Command]]:
        """An order of which nothing is open, and more might come, is ended by its physician."""
        order = self.case.order
        unsigned = order.state is OrderState.DRAFT
        if self._open() or (unsigned and order.tally.effects):
            return
        loop = self.loops.get(order.loop)
        for act in ("discontinue", "cancel"):
            common = loop.common.get(act)
            if common is not None:
                yield (
                    act,
                    StopOrder(
                        order=order.id,
                        actor=somebody(common.by, "stopper"),
                        at=self.now,
                        act=act,
                        reason="no longer needed",
                    ),
                )

    def _time(self) -> Iterator[tuple[str, Command]]:
        """Nothing is left to do but to wait: for the order's stop, if it is still to come."""
        stop_at = self.case.order.stop_at
        self.now = max(self.now, stop_at or self.now)
        watch = somebody((Role.SYSTEM,), "watch")
        yield "time passes", PassTime(order=self.case.order.id, actor=watch, at=self.now)


def _eagerness(word: str) -> int:
    return GOES_ON.index(word) if word in GOES_ON else len(GOES_ON)
