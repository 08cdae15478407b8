"""Proof by running: a simulated team plays a loop to its end in every way that its file allows.

Reading proves what a file says; running proves that the work it describes can be done. For every
combination of what the conditions read (`combinations.CAP` of them at most, else all pairs), and
for every result, field, exit and answer that turns the work, the order must come to its end, and
after every act some limit must be running. Used by `loops check` and by tests, not at a start.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from domain.commands import MakeTasks, NewTask, PassTime
from domain.errors import InvalidInput, Refused
from domain.events import Event, OrderPlaced, StreamKind, TaskMade
from domain.ids import EncounterId, OrderId, PatientId, PractitionerId, TaskId
from domain.loops.applies import Place, missing_required
from domain.loops.case import Case
from domain.loops.deadlines import Deadline, deadlines
from domain.loops.definition import Level, LoopDefinition, MadeBy
from domain.loops.evolve import evolve_all
from domain.loops.exits import earliest_time, fits
from domain.loops.grammar import Trigger, TriggerKind
from domain.loops.loops import Loops
from domain.loops.outlook import order_outlook, task_outlook
from domain.orders import OrderState
from domain.people import Role
from domain.tasks import Task
from rules.loops.combinations import WINDOW_CLASS, Setting, settings
from rules.loops.document import Fault
from rules.loops.examples import example, good_results, somebody, triggers
from rules.loops.team import Team

A_FEW: Final = 3
ACTS: Final = 200
"""So many acts are more than enough for two tasks and their sub-loops."""
_BEGIN: Final = datetime(2026, 11, 24, 8, tzinfo=UTC)
_ELSEWHERE: Final = ("release", "answer")
_ORDER: Final = OrderId("order")
_CHILD: Final = TaskId("child")


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that goes another way than the straight one, the first time that it can.

    Attributes:
        step: where it happens.
        result: the result that this step has.
        yes: a field of its record that is true.
        exit: the code of an exit taken in place of the step.
        answer: what the question is answered with that follows.
    """

    step: str = ""
    result: str | None = None
    yes: str | None = None
    exit: str | None = None
    answer: str = ""

    def __str__(self) -> str:
        """As a person would say it."""
        how = self.exit or self.result or self.yes or "the straight way"
        where = f"{self.step} {how}" if self.step else how
        return f"{where}, answered {self.answer}" if self.answer else where


STRAIGHT: Final = Turn()


def prove_by_running(
    loops: Loops, loop: LoopDefinition, *, thorough: bool = True
) -> tuple[Fault, ...]:
    """What is found when a team plays the loop: places where it stands still, or without a clock.

    Args:
        loops: all loops, the sub-loops that this one opens among them.
        loop: one of them; a sub-loop is run on an order of a loop that opens it.
        thorough: all combinations (up to the cap), and each turn under all pairs of values; else
            all pairs, and each turn under a few of them: seconds instead of minutes.

    Returns:
        Faults with the path of the step they were met at; none when the loop can be run.
    """
    found: dict[tuple[str, str], Fault] = {}
    pairs = settings(loop, loops.fields, pairs_only=True)
    straight = settings(loop, loops.fields) if thorough else pairs
    ways = [(setting, STRAIGHT) for setting in straight]
    for number, turn in enumerate(turns(loop)):
        some = pairs if thorough else [pairs[(number + n * 7) % len(pairs)] for n in range(A_FEW)]
        ways += [(setting, turn) for setting in some]
    for setting, turn in ways:
        for step, reason in _Run(loops, loop, setting, turn).problems():
            at = tuple(loop.steps).index(step) if step in loop.steps else 0
            fault = Fault(("steps", at), f"{reason} (met with {setting}; {turn})")
            found.setdefault((step, reason), fault)
    return tuple(found.values())


def silent(loops: Loops, case: Case) -> tuple[str, ...]:
    """The ids of the order and of those tasks for which nothing would ever be late.

    A task that waits for something else (an earlier step of the order, a question, a sub-loop,
    another task) is heard through that something's clock; what has a gap is told by X-GAP. An order
    of which nothing is open and
    nothing can be done (an as-needed order between two doses) waits for nobody.
    """
    order = case.order
    if order.state is OrderState.DRAFT:
        return ()
    rows = deadlines(loops, case)
    gaps = order.gaps.union(*(task.gaps for task in case.tasks.values()))
    tasks = [task for task in case.tasks.values() if not task.state.terminal]
    waits = any(not _is_done(loops, case, task) for task in tasks) or any(
        one.again_at is None and loops.get(order.loop).steps[one.step].required
        for one in order_outlook(loops, case).ready
    )
    unheard = waits and not rows and not gaps and not order.state.terminal
    alone = (order.id,) if unheard else ()
    return (*alone, *(task.id for task in tasks if not _heard(loops, case, task, rows)))


def _heard(loops: Loops, case: Case, task: Task, rows: tuple[Deadline, ...]) -> bool:
    if task.gaps or any(row.stream == task.id for row in rows):
        return True
    loop = loops.get(task.loop)
    if not _waiting(loops, case, task):
        return bool(rows) or _is_done(loops, case, task)
    due = missing_required(Place(loop, case, task), Level.TASK)
    before = frozenset[str]().union(*(loop.ancestors[no] for no in due))
    return any(row.step in before or row.step in _ELSEWHERE for row in rows)


def _waiting(loops: Loops, case: Case, task: Task) -> bool:
    """Whether a step of the task is to be done now."""
    steps = loops.get(task.loop).steps
    return any(
        one.again_at is None and (steps[one.step].required or task.exit is not None)
        for one in task_outlook(loops, case, task).ready
    )


def _is_done(loops: Loops, case: Case, task: Task) -> bool:
    """Whether nothing of a task is due that an earlier configuration left open.

    The next entry settles it, for time closes nothing.
    """
    due = missing_required(Place(loops.get(task.loop), case, task), Level.TASK)
    return not (due or task.exit or task.gaps or _waiting(loops, case, task))


def turns(loop: LoopDefinition) -> tuple[Turn, ...]:
    """Every result, field, exit and answer of a loop that is not its straight way."""
    found: list[Turn] = []
    for step in loop.steps.values():
        straight = good_results(loop, step)[:1]
        found += [Turn(step.no, result=one) for one in step.results if one not in straight]
    for trigger in triggers(loop):
        if trigger.kind is TriggerKind.FIELD:
            found += _set_off(loop, trigger)
    for leave in loop.exits:
        found += [Turn(no, exit=leave.code) for no in leave.at]
    return tuple(dict.fromkeys([*found, *_answered(loop)]))


def _answered(loop: LoopDefinition) -> Iterator[Turn]:
    for row in loop.returns:
        for answer in row.answers:
            for trigger in row.on:
                for turn in _set_off(loop, trigger):
                    yield replace(turn, answer=answer)


def _set_off(loop: LoopDefinition, trigger: Trigger) -> tuple[Turn, ...]:
    """The turns that set off what follows a trigger; an act of a person is no turn of a step."""
    if trigger.kind is TriggerKind.RESULT:
        return tuple(Turn(trigger.step, result=word) for word in trigger.words)
    if trigger.kind is TriggerKind.FIELD:
        return tuple(Turn(trigger.step, yes=field) for field in trigger.words)
    exits = loop.exits if trigger.kind is TriggerKind.EXIT else ()
    meant = [row for row in exits if not trigger.words or row.id in trigger.words]
    return tuple(Turn(no, exit=row.code) for row in meant for no in row.at)


class _Run:
    """One order (or sub-loop) under one setting, with one turn."""

    def __init__(self, loops: Loops, loop: LoopDefinition, setting: Setting, turn: Turn) -> None:
        self.loops = loops
        self.loop = loop
        self.setting = setting
        self.turn = turn
        self.turned = turn is STRAIGHT
        self.child = loop.made_by is MadeBy.RESULT
        self.refused = False
        self.team = Team(loops, self._begun(), _BEGIN, answers=turn.answer, live=True)

    def problems(self) -> Iterator[tuple[str, str]]:
        """Steps at which it stands still or is silent, with the reason."""
        last = ""
        for _ in range(ACTS):
            if self._ended():
                return
            for stream in silent(self.loops, self.team.case):
                if not self.child or stream == _CHILD:
                    yield self._at(stream, last), f"after {last or 'the start'} no limit is running"
            if not (self._take_turn() or self._make() or self.team.go_on()):
                break
            last = self.team.acts[-1]
        yield self._at("", last), f"after {last or 'the start'} no team can finish it"

    def _ended(self) -> bool:
        if not self.child:
            return self.refused or (self.team.ended and self._made())
        return self.team.case.tasks[_CHILD].state.terminal

    def _at(self, stream: str, last: str) -> str:
        """The step to name: the first that is ready there, else the last one done."""
        ready = [
            step.no
            for _, step, task in self.team.ready()
            if step.required and stream in ("", _ORDER if task is None else task.id)
        ]
        return ready[0] if ready else last.split(" ", maxsplit=1)[0]

    # ------------------------------------------------------------------ the order

    def _begun(self) -> Case:
        host = self._host() if self.child else self.loop
        fields = {
            use.name: example(self.loops.fields[use.name])
            for use in host.order_fields
            if not use.optional
        }
        fields |= self.setting.of("order")
        placed = OrderPlaced(
            loop=host.id,
            loop_version=host.version,
            patient_id=PatientId("patient"),
            encounter_id=EncounterId("encounter"),
            priority=self.setting.priority,
            fields=fields,
            verbal=self.child or bool(fields.get("verbal")),
        )
        events = [_event(StreamKind.ORDER, _ORDER, placed)]
        if self.child:
            opening = (row for one in self.loops for row in one.children if row.due)
            dated = any(row.makes == self.loop.id for row in opening)
            made = TaskMade(
                _ORDER,
                EncounterId("encounter"),
                self.loop.id,
                due_at=_BEGIN + timedelta(hours=2) if dated else None,
                fields=self.setting.of("task"),
                parent=_ORDER,
                opened_code="run",
                opened_by=_ORDER,
            )
            events.append(_event(StreamKind.TASK, _CHILD, made))
        case = evolve_all(None, events)
        assert case is not None  # noqa: S101 - an order was placed
        return case

    def _host(self) -> LoopDefinition:
        """A loop whose orders open this sub-loop, else any that has orders."""
        owners = [one for one in self.loops if one.made_by is not MadeBy.RESULT]
        opening = (one for one in owners if any(r.makes == self.loop.id for r in one.children))
        return next(opening, owners[0])

    def _made(self) -> bool:
        return self.child or self.team.case.order.tally.made > 0 or not self._may_make()

    def _may_make(self) -> bool:
        order = self.team.case.order
        signed = order.state is OrderState.VERBAL or order.signed_at is not None
        return signed and not order.state.terminal and order.stopped_by is None

    def _make(self) -> bool:
        if self._made() or not self._may_make():
            return False
        order = self.team.case.order
        command = MakeTasks(
            order=order.id,
            actor=somebody((Role.SYSTEM,), "timing"),
            at=self.team.now,
            tasks=tuple(self._tasks()),
        )
        try:
            self.team.do(command)
        except InvalidInput:  # no step would apply: the engine refuses such a task
            self.refused = True
        self.team.acts.append("tasks made")
        return True

    def _tasks(self) -> Iterator[NewTask]:
        """Two tasks, the second six hours after the first; due where timing or a field says so."""
        fields = self.setting.of("task")
        timed = self.loop.made_by is MadeBy.TIMING or fields.get("scheduled") is True
        for number in range(2):
            own = {**fields, "first_task": number == 0} if fields.get("first_task") else fields
            yield NewTask(
                due_at=_BEGIN + timedelta(hours=2 + 6 * number) if timed else None,
                seq=number,
                window_class=str(self.setting.values.get(WINDOW_CLASS, "none")),
                interval_minutes=360,
                fields=own,
                last=number == 1,
            )

    # ------------------------------------------------------------------ the turn

    def _take_turn(self) -> bool:
        """Take the turn where it is possible now; then all goes the straight way."""
        if self.turned:
            return False
        self.turned = self._leave() if self.turn.exit else self._record()
        return self.turned

    def _record(self) -> bool:
        for loop, step, task in self.team.ready():
            group = next((row.steps for row in loop.together if step.no in row.steps), (step.no,))
            if loop is not self.loop or self.turn.step not in group:
                continue
            yes = () if self.turn.yes is None else (self.turn.yes,)
            command = self.team.entry(loop, step, task, result=self.turn.result, yes=yes)
            try:
                self.team.do(command)
            except (InvalidInput, Refused):
                continue
            self.team.acts.append(f"{self.turn.step} {self.turn}")
            return True
        return False

    def _leave(self) -> bool:
        row = next(one for one in self.loop.exits if one.code == self.turn.exit)
        for task in tuple(self.team.case.tasks.values()):
            if task.loop != self.loop.id or task.state.terminal or task.exit is not None:
                continue
            place = Place(self.loop, self.team.case, task)
            ready = {one.step for one in task_outlook(self.loops, self.team.case, task).ready}
            if not fits(row, place) or self.turn.step not in ready:
                continue
            self.team.now = max(self.team.now, earliest_time(place, row) or self.team.now)
            timed = Role.SYSTEM in row.by and row.voids
            self.team.do(self._time() if timed else self.team.exit_entry(task, row.code))
            self.team.acts.append(f"{self.turn.step} exit {row.code}")
            return True
        return False

    def _time(self) -> PassTime:
        return PassTime(order=_ORDER, actor=somebody((Role.SYSTEM,), "watch"), at=self.team.now)


def _event(kind: StreamKind, stream: str, body: OrderPlaced | TaskMade) -> Event:
    return Event(
        stream_kind=kind,
        stream=stream,
        order_id=_ORDER,
        body=body,
        actor=PractitionerId("prescriber"),
        at=_BEGIN,
        recorded_at=_BEGIN,
    )
