"""Which steps apply, which are done, which can be recorded now. All of it are questions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from domain.loops.definition import Level
from domain.loops.grammar import GAP_ACCEPTED, TASKS_ENDED, Scope, StepRef
from domain.values import quickly_made

if TYPE_CHECKING:
    from domain.loops.case import Case
    from domain.loops.definition import LoopDefinition, Step
    from domain.loops.grammar import Condition
    from domain.loops.ways import Way
    from domain.orders import Order
    from domain.records import Record
    from domain.tasks import Task

# to find an enum's member costs ten times a name of the module, and a step asks a hundred times
_ORDER, _TASK = Level.ORDER, Level.TASK
_STEP, _REPORTED, _OF_TASK = Scope.STEP, Scope.REPORTED, Scope.TASK


@quickly_made
@dataclass(frozen=True, slots=True)
class Place:
    """Where a question is asked: in which loop, about which order, and which of its tasks.

    Attributes:
        way: what the fields alone settle.
        known: whether the other steps apply here, kept once it was worked out.
        done: the records that count, by step: they were done, and not sent back since.
        stops: those of them that were entered against a stop.
    """

    loop: LoopDefinition
    case: Case
    task: Task | None = None
    way: Way = field(init=False, repr=False, compare=False)
    known: dict[str, bool] = field(default_factory=dict, init=False, repr=False, compare=False)
    done: dict[str, Record] = field(default_factory=dict, init=False, repr=False, compare=False)
    stops: list[str] = field(default_factory=list, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Find its way, and sort out the records that count."""
        order, task, done = self.case.order, self.task, self.done
        object.__setattr__(self, "way", self.loop.ways.of(order, task))
        of_order, of_task = self.loop.step_nos
        for no, record in order.steps.items():
            if not record.undone and no in of_order:
                done[no] = record
                if record.stopped:
                    self.stops.append(no)
        if task is not None:
            for no, record in task.steps.items():
                if not record.undone and no in of_task:
                    done[no] = record
                    if record.stopped:
                        self.stops.append(no)

    @property
    def order(self) -> Order:
        """The order."""
        return self.case.order

    def record(self, no: str) -> Record | None:
        """The record of a step that counts: it was done, and not sent back since."""
        return self.done.get(no)

    def raw(self, no: str) -> Record | None:
        """The record of a step even when the work was sent back since."""
        if self.loop.steps[no].level is _ORDER:
            return self.case.order.steps.get(no)
        return None if self.task is None else self.task.steps.get(no)


def place_of(loop: LoopDefinition, case: Case, task: Task | None = None) -> Place:
    """The one place of an order or task in a case: what was asked there need not be asked again."""
    key = "" if task is None else task.id
    found = case.places.get(key)
    if found is None or found.task is not task or found.loop is not loop:
        found = case.places[key] = Place(loop, case, task)
    return found


def truth(value: object) -> bool:
    """Whether a field's value says yes."""
    return value is True or (isinstance(value, str) and value not in ("", "false", "none", "no"))


def holds(condition: Condition, place: Place) -> bool:
    """Whether a condition holds (E27: only fields and recorded steps are read)."""
    return _positive(condition, place) is not condition.negated


def all_hold(conditions: tuple[Condition, ...], place: Place) -> bool:
    """Whether every one of some conditions holds."""
    for condition in conditions:  # no generator: nothing is asked more often
        if _positive(condition, place) is condition.negated:
            break
    else:
        return True
    return False


def _positive(condition: Condition, place: Place) -> bool:
    if condition.scope is _REPORTED:
        return place.order.reported
    if condition.scope is _STEP:
        return _step_done(condition, place)
    value = _field(condition, place)
    return value in condition.values if condition.values else truth(value)


def _field(condition: Condition, place: Place) -> object:
    if condition.scope is _OF_TASK:
        return None if place.task is None else place.task.fields.get(condition.name)
    order = place.case.order
    if condition.name == "priority":
        return order.priority
    return order.fields.get(condition.name)


def _step_done(condition: Condition, place: Place) -> bool:
    step = place.loop.steps[condition.name]
    if step.level is _TASK and place.task is None:
        return condition.name in place.order.tally.steps
    record = place.record(condition.name)
    return record is not None and (not condition.values or record.result in condition.values)


def applies(step: Step, place: Place) -> bool:
    """Whether a step is part of this order's or task's way."""
    found = place.way.steps.get(step.no)
    if found is None:
        found = place.known.get(step.no)
    if found is None:
        found = step.no not in place.case.order.not_recorded and all_hold(step.when, place)
        kept = place.way.steps if step.no in place.loop.fixed_steps else place.known
        kept[step.no] = found
    return found


def one_act(step: Step, place: Place) -> tuple[Step, ...]:
    """The steps of one act that are not done yet, in the order of the file (E31)."""
    for group in place.loop.together:
        if step.no in group.steps and all_hold(group.when, place):
            members = (place.loop.steps[no] for no in place.loop.steps if no in group.steps)
            return tuple(
                one
                for one in members
                if one is step
                or (
                    applies(one, place)
                    and place.record(one.no) is None
                    and not passed_by_exit(one.no, place.task)
                )
            )
    return (step,)


def passed_by_exit(no: str, task: Task | None) -> bool:
    """Whether an exit was taken after which this step is not due any more (E17)."""
    if task is None or task.exit is None:
        return False
    return no not in task.exit.still and no not in task.gaps


def waived(step: Step, place: Place) -> bool:
    """Whether the step may lawfully be done later (`afterwards`), so that nothing waits for it."""
    return step.afterwards is not None and all_hold(step.afterwards, place)


def waits_for(step: Step, place: Place) -> tuple[StepRef, ...]:
    """What a step really waits for: what does not apply passes on its own `after` (E12)."""
    found = place.way.waits.get(step.no)
    if found is None:
        found = _waits_for(step, place)
        if step.no in place.loop.fixed_waits:
            place.way.waits[step.no] = found
    return found


def _waits_for(step: Step, place: Place) -> tuple[StepRef, ...]:
    found: list[StepRef] = []
    passed: set[str] = set()
    left = list(step.after)
    while left:
        ref = left.pop()
        if ref.step == TASKS_ENDED:
            found.append(ref)
            continue
        awaited = place.loop.steps[ref.step]
        if applies(awaited, place) and not waived(awaited, place):
            found.append(ref)
        elif ref.step not in passed:
            passed.add(ref.step)
            left.extend(awaited.after)
    return tuple(found)


def met(ref: StepRef, place: Place, *, level: Level) -> bool:
    """Whether what a step of some level waits for has happened."""
    record = place.done.get(ref.step)
    if level is _ORDER:
        if ref.step == TASKS_ENDED:
            return tasks_ended(place.case.order)
        awaited = place.loop.steps[ref.step]
        if awaited.level is _TASK:
            return _met_by_tasks(awaited, place.case.order)
    elif record is None:
        return ref.step == TASKS_ENDED and tasks_ended(place.case.order)
    return record is not None and (not ref.results or record.result in ref.results)


def tasks_ended(order: Order) -> bool:
    """Whether every task has ended: there were some, or a stop says that there will be none."""
    return order.tally.open == 0 and (order.tally.made > 0 or order.stopped_by is not None)


def _met_by_tasks(awaited: Step, order: Order) -> bool:
    """One task is enough (E14); where all ended without it, there is nothing left to wait for."""
    if awaited.no in order.tally.steps or (awaited.reports and order.reported):
        return True
    return order.tally.made > 0 and order.tally.open == 0


def may_begin(step: Step, place: Place) -> bool:
    """Whether all that must come before a step has come: most often, this is all that is asked."""
    if step.after:
        level = step.level
        for ref in waits_for(step, place):
            if not met(ref, place, level=level):
                return False
    return True


def unmet(step: Step, place: Place) -> tuple[str, ...]:
    """The steps that must come before this one and have not, in the order of the file."""
    if may_begin(step, place):
        return ()
    missing = {ref.step for ref in waits_for(step, place) if not met(ref, place, level=step.level)}
    missing -= _given_up(place)
    ordered = [no for no in place.loop.steps if no in missing]
    return (*ordered, *(missing & {TASKS_ENDED}))


def _given_up(place: Place) -> set[str]:
    """The steps of a task whose record will not come, as the charge nurse accepted (E7)."""
    task = place.task
    if task is None or task.exit is None or task.exit.code != GAP_ACCEPTED:
        return set()
    return {step.no for step in place.loop.task_steps if passed_by_exit(step.no, task)}


def current(step: Step, place: Place) -> bool:
    """Whether a step is done, at the order's present report version where that matters (E15)."""
    record = place.done.get(step.no)
    if record is None:
        return False
    return not step.per_version or record.version >= place.order.report_version


def due_still(step: Step, place: Place) -> bool:
    """Whether a step that must be done once has still to be done before all can close."""
    return applies(step, place) and not current(step, place)


def missing_required(place: Place, level: Level) -> tuple[str, ...]:
    """The required steps of one level that are not done."""
    loop = place.loop
    steps = loop.required_order_steps if level is _ORDER else loop.required_task_steps
    return tuple(step.no for step in steps if due_still(step, place))


def blocked_by_ask(no: str, place: Place) -> str | None:
    """The code of the open question that a step waits for (E21)."""
    asks = place.case.order.asks
    if not asks:
        return None
    task = None if place.task is None else place.task.id
    for ask in asks.values():
        if ask.task is not None and ask.task != task:
            continue
        if no in ask.undone or any(no in place.loop.descendants.get(one, ()) for one in ask.undone):
            return ask.code
    return None
