"""The few words with a grammar that a loop file uses.

::

    M3                          the step
    M3:approved|auto_passed     the step with one of these results
    M8.shortage                 a field of the step's record, true
    tasks:ended                 every task of the order has ended
    exit   exit:refused|held    an exit was taken, any or one of these words
    discontinue  cancel  stop_reached  last_task      an act upon the order
    order.priority=STAT|URGENT  a field of the order; without `=`: it is true
    task.care_level=I           a field of the task; `ward_stock` alone means `task.ward_stock`
    !ward_stock                 the opposite
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

TASKS_ENDED: Final = "tasks:ended"
ACTS: Final = ("discontinue", "cancel", "stop_reached", "last_task")
"""Acts upon an order that a step or child may follow."""
GAP_ACCEPTED: Final = "gap_accepted"
"""The common exit of a task whose missing record will not come (E7)."""

STEP_NO: Final = re.compile(r"[A-Z][0-9]+[a-z]?")
_REF: Final = re.compile(rf"(?P<step>{STEP_NO.pattern})(?::(?P<results>[a-z_0-9|]+))?")
_FIELD: Final = re.compile(rf"(?P<step>{STEP_NO.pattern})\.(?P<field>[a-z_0-9]+)")
_EXIT: Final = re.compile(r"exit(?::(?P<words>[a-z_0-9|]+))?")
_CONDITION: Final = re.compile(
    r"(?P<no>!?)(?:(?P<scope>order|task)\.)?(?P<name>[a-z_0-9]+)(?:=(?P<values>[A-Za-z_0-9|]+))?"
)


@dataclass(frozen=True, slots=True)
class StepRef:
    """A step, with any or one of some results."""

    step: str
    results: tuple[str, ...] = ()

    def __str__(self) -> str:
        """As it stands in the file."""
        return self.step if not self.results else f"{self.step}:{'|'.join(self.results)}"


class TriggerKind(StrEnum):
    """What a return, child, exit or automatic step may follow."""

    RESULT = "result"
    FIELD = "field"
    EXIT = "exit"
    ACT = "act"


@dataclass(frozen=True, slots=True)
class Trigger:
    """One thing that sets off a return, a child, an exit by result or an automatic step.

    Attributes:
        step: for a result or a field.
        words: results, exit words (empty: any), the field's name, or the act.
    """

    kind: TriggerKind
    step: str = ""
    words: tuple[str, ...] = ()


class Scope(StrEnum):
    """Where a condition reads (E27): never a state, the clock or the patient."""

    ORDER = "order"
    TASK = "task"
    STEP = "step"
    REPORTED = "reported"


@dataclass(frozen=True, slots=True)
class Condition:
    """A field or a recorded step that decides whether a row applies.

    Attributes:
        name: the field's name, or the step's number.
        values: one of these must be there; empty: the field is true, the step is done.
    """

    scope: Scope
    name: str
    values: tuple[str, ...] = ()
    negated: bool = False

    @property
    def fixed(self) -> bool:
        """Whether it reads nothing but fields: no record changes it."""
        return self.scope in (Scope.ORDER, Scope.TASK)

    def __str__(self) -> str:
        """As it stands in the file."""
        sign = "!" if self.negated else ""
        if self.scope is Scope.STEP:
            return sign + str(StepRef(self.name, self.values))
        value = f"={'|'.join(self.values)}" if self.values else ""
        return (
            f"{sign}{self.name}"
            if self.scope is Scope.REPORTED
            else f"{sign}{self.scope}.{self.name}{value}"
        )


def parse_ref(text: str) -> StepRef | None:
    """The step reference that a text is, or None."""
    if text == TASKS_ENDED:
        return StepRef(TASKS_ENDED)
    found = _REF.fullmatch(text)
    if found is None:
        return None
    return StepRef(found["step"], _split(found["results"]))


def parse_trigger(text: str) -> Trigger | None:
    """The trigger that a text is, or None."""
    if text in ACTS:
        return Trigger(TriggerKind.ACT, words=(text,))
    if found := _EXIT.fullmatch(text):
        return Trigger(TriggerKind.EXIT, words=_split(found["words"]))
    if found := _FIELD.fullmatch(text):
        return Trigger(TriggerKind.FIELD, step=found["step"], words=(found["field"],))
    ref = _REF.fullmatch(text)
    return None if ref is None else Trigger(TriggerKind.RESULT, ref["step"], _split(ref["results"]))


def parse_condition(text: str) -> Condition | None:
    """The condition that a text is, or None."""
    negated = text.startswith("!")
    ref = _REF.fullmatch(text.removeprefix("!"))
    if ref is not None:
        return Condition(Scope.STEP, ref["step"], _split(ref["results"]), negated)
    found = _CONDITION.fullmatch(text)
    if found is None:
        return None
    if found["name"] == "reported" and found["scope"] is None and found["values"] is None:
        return Condition(Scope.REPORTED, "reported", (), negated)
    scope = Scope.ORDER if found["scope"] == "order" else Scope.TASK
    return Condition(scope, found["name"], _split(found["values"]), negated)


def _split(text: str | None) -> tuple[str, ...]:
    return () if text is None else tuple(text.split("|"))
