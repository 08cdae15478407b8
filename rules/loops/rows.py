"""The rows of a loop file, as Pydantic reads them: every key known, every value of its type.

A key has the name of the definition's attribute (`domain.loops.definition`) but for `from`, `class`
and `is`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import CoreSchema, core_schema

from domain.loops.definition import Bounds, CommonAct, FieldUse, Level, MadeBy, Origin, Window
from domain.loops.evidence import FIELD_TYPES
from domain.loops.grammar import STEP_NO, Condition, StepRef, Trigger
from domain.people import Role
from rules.loops import words


@dataclass(frozen=True, slots=True)
class Read:
    """A value that a function of ours reads into the domain's own type.

    Pydantic's PlainValidator looks into that type, whose annotations need not exist at run time.
    """

    reader: Callable[[object], object]

    def __get_pydantic_core_schema__(self, _source: object, _handler: object) -> CoreSchema:
        """Leave the type to the function."""
        return core_schema.no_info_plain_validator_function(self.reader)


Word = Annotated[str, Field(pattern=rf"^{words.WORD.pattern}$")]
Line = Annotated[str, Field(pattern=r"\S")]
StepNo = Annotated[str, Field(pattern=rf"^{STEP_NO.pattern}$")]
Code = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]*[a-z]?$")]
LimitId = Annotated[str, Field(pattern=r"^[A-Z]+[0-9]+[a-z]*$")]
Count = Annotated[int, Field(ge=0)]
Words = Annotated[tuple[str, ...], Read(words.words)]
Steps = Annotated[tuple[str, ...], Read(words.strings)]
Roles = Annotated[tuple[Role, ...], Read(words.roles)]
Conditions = Annotated[tuple[Condition, ...], Read(words.conditions)]
Refs = Annotated[tuple[StepRef, ...], Read(words.references)]
Triggers = Annotated[tuple[Trigger, ...], Read(words.triggers)]
Uses = Annotated[tuple[FieldUse, ...], Read(words.field_uses)]
ThreeBounds = Annotated[Bounds, Read(words.three_bounds)]
AnyBounds = Annotated[Bounds, Read(words.one_or_three_bounds)]
Minutes = Annotated[Window, Read(words.window)]
Origins = Annotated[tuple[Origin, ...], Read(words.origins)]
Per = Annotated[tuple[str, str], Read(words.per)]
CommonBy = Annotated[CommonAct, Read(words.common_by)]


class Row(BaseModel):
    """A row with none but the keys that it declares."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class TextRow(Row):
    """A text in both languages."""

    en: Line
    zh: Line


class WitnessRow(Row):
    """A second person who is there."""

    by: Roles
    when: Conditions = ()
    results: Words = ()
    blind: bool = False


class NotSameAsRow(Row):
    """Who must not be the same person."""

    steps: Steps
    when: Conditions = ()


class CoSignerRow(Row):
    """A patient or relative who signs."""

    results: Words = ()


def _true_is_a_row(value: object) -> object:
    return {} if value is True else value


class StepRow(TextRow):
    """A step, with a short text for narrow columns where the text is long."""

    no: StepNo
    id: Word
    level: Literal["order", "task"]
    by: Roles
    after: Refs = ()
    when: Conditions = ()
    required: bool = True
    results: Words = ()
    fields: Uses = ()
    witness: WitnessRow | None = None
    not_same_as: NotSameAsRow | None = None
    co_signer: Annotated[CoSignerRow | None, BeforeValidator(_true_is_a_row)] = None
    sign: bool = False
    activates: bool = False
    afterwards: Conditions | None = None
    starts: bool = False
    closes: bool = False
    reports: bool = False
    per_version: bool = False
    valid: str | None = None
    checks: Words = ()
    batch: Word | None = None
    repeats_until: str | None = None
    on: Triggers = ()
    short_en: Line | None = None
    short_zh: Line | None = None

    @property
    def at_level(self) -> Level:
        """Where it is recorded."""
        return Level(self.level)


class LimitRow(Row):
    """The longest, or shortest, interval between two steps."""

    id: LimitId
    origins: Annotated[Origins, Field(alias="from")]
    to: str
    rule: Line
    within: ThreeBounds | None = None
    window: Minutes | None = None
    per: Per | None = None
    cases: dict[str, AnyBounds] = {}
    at_most: AnyBounds | None = None
    or_before_due: Count | None = None
    window_class: Annotated[Word | None, Field(alias="class")] = None
    when: Conditions = ()
    answers: str | None = None
    source: str = ""


class NotBeforeRow(Row):
    """From when an exit is lawful."""

    origin: Annotated[str, Field(alias="from")]
    minutes: Count = 0


class ExitRow(TextRow):
    """A lawful end without the normal close."""

    code: Code
    id: Word
    by: Roles
    at: Steps = ()
    on: Triggers = ()
    fields: Uses = ()
    still: Steps = ()
    voids: bool = False
    when: Conditions = ()
    not_before: NotBeforeRow | None = None
    witness: WitnessRow | None = None
    sources: Words = ()


class ReturnRow(TextRow):
    """A result that sends work back."""

    code: Code
    on: Triggers
    undo: Steps = ()
    asks: Roles | None = None
    answers: Words = ()
    second: Roles | None = None
    within: AnyBounds | None = None
    rule: Line | None = None
    holds: bool = False
    when: Conditions = ()


class ChildRow(TextRow):
    """A sub-loop or another task that a result opens."""

    code: Code
    on: Triggers = ()
    makes: Annotated[str, Field(pattern=rf"^(task|loop:{words.WORD.pattern})$")]
    by: Roles | None = None
    blocks: Steps = ()
    when: Conditions = ()
    keeps_clock: bool = False
    sets: dict[str, bool | int | str] = Field(default_factory=dict)
    due: Words = ()


class TogetherRow(Row):
    """Steps that are one act."""

    steps: Steps
    when: Conditions = ()


class NextTaskAfterRow(Row):
    """A step that waits for the task before."""

    step: str
    after: str
    when: Conditions = ()


class CommonRow(Row):
    """Who may do a common act."""

    by: CommonBy


class TaskRow(Row):
    """What one task is, and how it comes into being."""

    unit: Annotated[Word, Field(alias="is")]
    made_by: Literal["timing", "need", "count", "result"]

    @property
    def making(self) -> MadeBy:
        """How the loop's tasks come into being."""
        return MadeBy(self.made_by)


def _field_type(value: str) -> str:
    if value in FIELD_TYPES:
        return value
    raise ValueError(
        f"unknown type {value!r}; right would be one of {', '.join(sorted(FIELD_TYPES))}"
    )


class FieldRow(TextRow):
    """A field's type and texts."""

    type: Annotated[str, AfterValidator(_field_type)]
    choices: Steps = ()
    unit: str = ""
    positive: bool = False
    most: int | None = None


class LoopRows(Row):
    """A whole loop file."""

    format: Literal[1]
    id: Word
    prefix: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*_$")]
    version: Annotated[int, Field(ge=1)]
    text: TextRow
    task: TaskRow
    order_fields: Uses = ()
    task_fields: Uses = ()
    common: dict[str, CommonRow] = {}
    steps: list[StepRow]
    limits: list[LimitRow]
    exits: list[ExitRow] = []
    returns: list[ReturnRow] = []
    children: list[ChildRow] = []
    together: list[TogetherRow] = []
    next_task_after: list[NextTaskAfterRow] = []
    fields: dict[Word, FieldRow] = {}
