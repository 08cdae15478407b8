"""What a loop is: the frozen form of one loop file.

The loader (`rules.loops`) proves a file before it makes one of these: the engine never has to ask
whether a name exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from domain.loops.rows import (
    Bound,
    Bounds,
    Child,
    CommonAct,
    CoSigner,
    Exit,
    FieldType,
    FieldUse,
    Level,
    Limit,
    MadeBy,
    NextTaskAfter,
    NotBefore,
    NotSameAs,
    Origin,
    OriginKind,
    Return,
    Step,
    Text,
    Together,
    Window,
    Witness,
)
from domain.loops.ways import Ways

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Bound",
    "Bounds",
    "Child",
    "CoSigner",
    "CommonAct",
    "Exit",
    "FieldType",
    "FieldUse",
    "Level",
    "Limit",
    "LoopDefinition",
    "MadeBy",
    "NextTaskAfter",
    "NotBefore",
    "NotSameAs",
    "Origin",
    "OriginKind",
    "Return",
    "Step",
    "Text",
    "Together",
    "Window",
    "Witness",
]


@dataclass(frozen=True)
class LoopDefinition:
    """One loop, proved.

    Attributes:
        id: `medication`; an order's kind.
        prefix: of the step ids outside (`med_`).
        unit: what one task is (`dose`).
        steps: by number, in the order of the file.
        sha256: of the file with its overlays.
    """

    id: str
    prefix: str
    version: int
    text: Text
    unit: str
    made_by: MadeBy
    order_fields: tuple[FieldUse, ...]
    task_fields: tuple[FieldUse, ...]
    common: Mapping[str, CommonAct]
    steps: Mapping[str, Step]
    limits: tuple[Limit, ...]
    exits: tuple[Exit, ...] = ()
    returns: tuple[Return, ...] = ()
    children: tuple[Child, ...] = ()
    together: tuple[Together, ...] = ()
    next_task_after: tuple[NextTaskAfter, ...] = ()
    sha256: str = ""

    @cached_property
    def limit(self) -> Mapping[str, Limit]:
        """The limits by id."""
        return {limit.id: limit for limit in self.limits}

    @cached_property
    def by_id(self) -> Mapping[str, Step]:
        """The steps by id."""
        return {step.id: step for step in self.steps.values()}

    @cached_property
    def order_steps(self) -> tuple[Step, ...]:
        """The steps that are recorded on the order."""
        return tuple(step for step in self.steps.values() if step.level is Level.ORDER)

    @cached_property
    def task_steps(self) -> tuple[Step, ...]:
        """The steps that are recorded on a task."""
        return tuple(step for step in self.steps.values() if step.level is Level.TASK)

    @cached_property
    def step_nos(self) -> tuple[frozenset[str], frozenset[str]]:
        """The numbers of the steps of the order, and of those of a task."""
        return (
            frozenset(step.no for step in self.order_steps),
            frozenset(step.no for step in self.task_steps),
        )

    @cached_property
    def required_order_steps(self) -> tuple[Step, ...]:
        """The order steps that must be done once by somebody, where they apply."""
        return tuple(step for step in self.order_steps if step.due_once)

    @cached_property
    def required_task_steps(self) -> tuple[Step, ...]:
        """The task steps that must be done once by somebody, where they apply."""
        return tuple(step for step in self.task_steps if step.due_once)

    @cached_property
    def closing(self) -> Step | None:
        """The order step that closes the order; None for a sub-loop."""
        return next((step for step in self.order_steps if step.closes), None)

    @cached_property
    def activating(self) -> Step | None:
        """The order step that signs the order; None for a sub-loop."""
        return next((step for step in self.steps.values() if step.activates), None)

    @cached_property
    def ancestors(self) -> Mapping[str, frozenset[str]]:
        """For each step all steps that it waits for, directly or through others."""
        found: dict[str, frozenset[str]] = {}

        def walk(no: str) -> frozenset[str]:
            if no not in found:
                direct = {ref.step for ref in self.steps[no].after if ref.step in self.steps}
                found[no] = frozenset(direct).union(*(walk(one) for one in direct))
            return found[no]

        for no in self.steps:
            walk(no)
        return found

    @cached_property
    def fixed_steps(self) -> frozenset[str]:
        """The steps of which the fields alone say whether they apply."""
        return frozenset(
            no for no, step in self.steps.items() if all(one.fixed for one in step.when)
        )

    @cached_property
    def fixed_limits(self) -> frozenset[str]:
        """The limits of which the fields alone say whether they are meant."""
        return frozenset(limit.id for limit in self.limits if all(one.fixed for one in limit.when))

    @cached_property
    def fixed_waits(self) -> frozenset[str]:
        """The steps of which the fields alone say what they wait for."""
        fixed = {
            no
            for no in self.fixed_steps
            if all(one.fixed for one in self.steps[no].afterwards or ())
        }
        return frozenset(no for no in self.steps if self.ancestors[no] <= fixed)

    @cached_property
    def ways(self) -> Ways:
        """What was found out about orders and tasks that read alike."""
        steps = (step.when + (step.afterwards or ()) for step in self.steps.values())
        limits = (limit.when for limit in self.limits)
        return Ways(chain.from_iterable((*steps, *limits)))

    @cached_property
    def descendants(self) -> Mapping[str, frozenset[str]]:
        """For each step all steps that wait for it."""
        return {
            no: frozenset(other for other in self.steps if no in self.ancestors[other])
            for no in self.steps
        }

    @cached_property
    def related(self) -> Mapping[str, frozenset[str]]:
        """For each step all steps before and after it."""
        return {no: self.ancestors[no] | self.descendants[no] for no in self.steps}

    @cached_property
    def lasting_after(self) -> Mapping[str, tuple[Step, ...]]:
        """For each step those of its level that come straight after it and expire."""
        return {
            no: tuple(
                other
                for other in self.steps.values()
                if other.valid is not None
                and other.level is step.level
                and any(ref.step == no for ref in other.after)
            )
            for no, step in self.steps.items()
        }

    @cached_property
    def effects(self) -> Mapping[str, tuple[Step, ...]]:
        """For each task step those of which its record tells that they took effect: E5."""
        return {
            no: tuple(
                one
                for one in (step, *(self.steps[before] for before in self.ancestors[no]))
                if one.starts and step.level is Level.TASK
            )
            for no, step in self.steps.items()
        }

    @cached_property
    def resting_on(self) -> Mapping[str, tuple[Step, ...]]:
        """For each step those that name it in their `after`."""
        return {
            no: tuple(
                other for other in self.steps.values() if any(ref.step == no for ref in other.after)
            )
            for no in self.steps
        }

    @cached_property
    def exits_by_result(self) -> tuple[Exit, ...]:
        """The exits that a result may set off."""
        return tuple(row for row in self.exits if row.on)

    @cached_property
    def automatic(self) -> tuple[Step, ...]:
        """The order steps that follow an act by themselves (E33)."""
        return tuple(step for step in self.order_steps if step.on)

    @cached_property
    def order_limits(self) -> tuple[tuple[Limit, frozenset[str]], ...]:
        """The limits that end at an order step or none, each with the steps its clock needs."""
        return tuple(
            (limit, limit.needs) for limit in self.limits if self._level_of(limit) is not Level.TASK
        )

    @cached_property
    def task_limits(self) -> tuple[tuple[Limit, frozenset[str]], ...]:
        """The limits that end at a task step or none, each with the steps its clock needs."""
        return tuple(
            (limit, limit.needs)
            for limit in self.limits
            if self._level_of(limit) is not Level.ORDER
        )

    def _level_of(self, limit: Limit) -> Level | None:
        return self.steps[limit.to].level if limit.to in self.steps else None

    @cached_property
    def ending_at(self) -> Mapping[str, tuple[Limit, ...]]:
        """The limits that each step ends."""
        return {no: tuple(row for row in self.limits if row.to == no) for no in self.steps}

    @cached_property
    def valid_by(self) -> Mapping[str, tuple[Step, ...]]:
        """The steps whose validity each limit says."""
        return {
            limit.id: tuple(step for step in self.steps.values() if step.valid == limit.id)
            for limit in self.limits
        }

    @cached_property
    def fired_by(self) -> frozenset[str]:
        """The steps of which a result or a field sets something off."""
        rows: tuple[Return | Child | Exit, ...] = (*self.returns, *self.children, *self.exits)
        return frozenset(trigger.step for row in rows for trigger in row.on)

    @cached_property
    def tallied(self) -> frozenset[str]:
        """Task steps that an order step, an order limit or the next task looks at (E1, E4)."""
        task_nos = {step.no for step in self.task_steps}
        waited = {ref.step for step in self.order_steps for ref in step.after}
        timed = {
            origin.step
            for limit in self.limits
            if (target := self.steps.get(limit.to)) is not None and target.level is Level.ORDER
            for origin in limit.origins
        }
        turns = {no for rule in self.next_task_after for no in (rule.step, rule.after)}
        return frozenset((waited | timed | turns) & task_nos)

    def find_step(self, name: str) -> Step | None:
        """The step of a number (`M10`), an id (`bedside_verified`) or a prefixed id."""
        plain = name.removeprefix(self.prefix)
        return self.steps.get(name) or self.by_id.get(name) or self.by_id.get(plain)
