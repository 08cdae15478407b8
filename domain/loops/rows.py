"""The rows of a loop file, frozen.

The loader (`rules.loops`) proves a file before it makes one of these: the engine never has to ask
whether a name exists.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from domain.loops.grammar import TASKS_ENDED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.loops.grammar import Condition, StepRef, Trigger
    from domain.people import Role


@dataclass(frozen=True, slots=True)
class Text:
    """A text in every language that Wardloop speaks."""

    en: str
    zh: str


class Level(StrEnum):
    """Where a step is recorded (decision 6)."""

    ORDER = "order"
    TASK = "task"


class MadeBy(StrEnum):
    """How a loop's tasks come into being (E38)."""

    TIMING = "timing"
    NEED = "need"
    COUNT = "count"
    RESULT = "result"


@dataclass(frozen=True, slots=True)
class FieldUse:
    """A field of a row, with its name in `fields.toml`."""

    name: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Witness:
    """A second person who is there now.

    Attributes:
        by: who may witness.
        when: the witness is needed only when all of these hold.
        results: the witness is needed only for these results; empty: for every one.
        blind: the witness enters the value without seeing the first person's.
    """

    by: tuple[Role, ...]
    when: tuple[Condition, ...] = ()
    results: tuple[str, ...] = ()
    blind: bool = False


@dataclass(frozen=True, slots=True)
class NotSameAs:
    """The actor must differ from who did these earlier steps."""

    steps: tuple[str, ...]
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class CoSigner:
    """A patient or relative who signs: recorded, no user."""

    results: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A node of a loop. `loop_file.md` explains each attribute under the key of the same name."""

    no: str
    id: str
    level: Level
    by: tuple[Role, ...]
    text: Text
    short: Text | None = None
    after: tuple[StepRef, ...] = ()
    when: tuple[Condition, ...] = ()
    required: bool = True
    results: tuple[str, ...] = ()
    fields: tuple[FieldUse, ...] = ()
    witness: Witness | None = None
    not_same_as: NotSameAs | None = None
    co_signer: CoSigner | None = None
    sign: bool = False
    activates: bool = False
    afterwards: tuple[Condition, ...] | None = None
    starts: bool = False
    closes: bool = False
    reports: bool = False
    per_version: bool = False
    valid: str | None = None
    checks: tuple[str, ...] = ()
    batch: str | None = None
    repeats_until: str | None = None
    on: tuple[Trigger, ...] = ()

    @property
    def repeats(self) -> bool:
        """Whether it may be recorded many times."""
        return self.repeats_until is not None

    @property
    def due_once(self) -> bool:
        """Whether somebody must do it, once, where it applies."""
        return self.required and not self.repeats and not self.on


class OriginKind(StrEnum):
    """From where a limit's clock runs."""

    STEP = "step"
    FIELD = "field"
    DUE = "due"
    NEED = "need"
    OPENED = "opened"
    HELD = "held"
    STOP = "stop"
    EXIT = "exit"
    TASKS_ENDED = TASKS_ENDED


@dataclass(frozen=True, slots=True)
class Origin:
    """One start of a limit's clock.

    Attributes:
        step: for a step or one of its fields.
        results: only a record with one of these results starts the clock.
        field: the field that holds an instant.
    """

    kind: OriginKind
    step: str = ""
    results: tuple[str, ...] = ()
    field: str = ""


Bound = int | str | None
"""Minutes; `due` for the task's due time; None where there is no limit."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """One bound for each priority column."""

    stat: Bound
    urgent: Bound
    routine: Bound

    def column(self, column: int) -> Bound:
        """The bound of a priority's column (`Priority.column`)."""
        return (self.stat, self.urgent, self.routine)[column]


@dataclass(frozen=True, slots=True)
class Window:
    """The lowest and the highest minute from the origin; percent of the interval if `percent`."""

    low: int
    high: int
    percent: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """The longest interval allowed between two steps (and the shortest, for a window).

    Attributes:
        origins: the latest of these starts the clock.
        to: a step, `release` or `answer`.
        per: the field whose value picks the case, as (scope, name).
        cases: bounds by that value; `other` for any other.
        at_most: a cap on the bounds.
        or_before_due: the limit ends this many minutes before the task is due, if that is earlier.
        window_class: only tasks of this administration window class.
        answers: for `to = "answer"`, the code of the return that asked.
        rule: the alert rule that its passing raises.
        source: where the minutes come from.
    """

    id: str
    origins: tuple[Origin, ...]
    to: str
    rule: str
    within: Bounds | None = None
    window: Window | None = None
    per: tuple[str, str] | None = None
    cases: Mapping[str, Bounds] = field(default_factory=lambda: MappingProxyType({}))
    at_most: Bounds | None = None
    or_before_due: int | None = None
    window_class: str | None = None
    when: tuple[Condition, ...] = ()
    answers: str | None = None
    source: str = ""

    @property
    def needs(self) -> frozenset[str]:
        """The steps without a record of which its clock has not begun."""
        kinds = (OriginKind.STEP, OriginKind.FIELD)
        return frozenset(origin.step for origin in self.origins if origin.kind in kinds)


@dataclass(frozen=True, slots=True)
class NotBefore:
    """An exit is lawful only some minutes after a step (or what it recorded), or after the window.

    Attributes:
        origin: `M1`, `E3.slot`, or `window_end` for the task's window.
    """

    origin: str
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Exit:
    """A lawful way to end a task without its normal close.

    Attributes:
        code: the row's code (`MX07`).
        id: the outcome word (`refused`).
        at: it ends the task in place of one of these pending steps.
        on: a result that fixes the outcome while the clocks go on.
        still: steps that are due all the same.
        voids: the task ends voided, not closed by exit.
        sources: only records that came in one of these ways (`import`, `interface`); empty: any.
    """

    code: str
    id: str
    by: tuple[Role, ...]
    text: Text
    at: tuple[str, ...] = ()
    on: tuple[Trigger, ...] = ()
    fields: tuple[FieldUse, ...] = ()
    still: tuple[str, ...] = ()
    voids: bool = False
    when: tuple[Condition, ...] = ()
    not_before: NotBefore | None = None
    witness: Witness | None = None
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Return:
    """A result that sends work back.

    Attributes:
        undo: these steps become pending again.
        asks: the roles that answer.
        answers: the words that answer.
        second: who must agree to `insist` or `proceed`.
        within: minutes for the answer, by priority.
        holds: the order is held until the answer.
    """

    code: str
    on: tuple[Trigger, ...]
    text: Text
    undo: tuple[str, ...] = ()
    asks: tuple[Role, ...] = ()
    answers: tuple[str, ...] = ()
    second: tuple[Role, ...] = ()
    within: Bounds | None = None
    rule: str = ""
    holds: bool = False
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Child:
    """A sub-loop, or another task of the same order, that a result opens in the same transaction.

    Attributes:
        makes: `task`, or the id of another loop.
        by: who may open it by hand on a started task in any state (E30).
        blocks: steps of the parent that wait for it.
        keeps_clock: the new task keeps the first clock (recollection).
        sets: task fields that the new task gets, whatever its parent had.
        due: the fields that say when it is due; the first that says a later time than that of its
            opening. An integer is minutes after it. Where none does, it is due at once.
    """

    code: str
    on: tuple[Trigger, ...]
    makes: str
    text: Text
    by: tuple[Role, ...] = ()
    blocks: tuple[str, ...] = ()
    when: tuple[Condition, ...] = ()
    keeps_clock: bool = False
    sets: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    due: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Together:
    """Steps that are one act: recorded by one command, at one time."""

    steps: tuple[str, ...]
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class NextTaskAfter:
    """A step of the next task waits until the task before it has done another (X12)."""

    step: str
    after: str
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class CommonAct:
    """Who may do an act that all loops share; `author` or `anyone` instead of roles."""

    by: tuple[Role, ...] = ()
    author: bool = False
    anyone: bool = False


@dataclass(frozen=True, slots=True)
class FieldType:
    """What a field of `fields.toml` holds, the same in every loop.

    Attributes:
        type: text, code, bool, integer, decimal, quantity, instant, date, user, id, codes.
        choices: the codes that are right; empty: any.
        positive: an integer is 1 or more; a quantity is never less than nothing, and in an order
            more than nothing.
        most: the highest integer that can be meant.
    """

    name: str
    type: str
    text: Text
    choices: tuple[str, ...] = ()
    unit: str = ""
    positive: bool = False
    most: int | None = None
