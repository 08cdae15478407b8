"""The rows of the alert rule files, as Pydantic reads them: every key known, of its type."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field, model_validator

from domain.alerts import AlertSeverity, Rung
from domain.errors import InvalidInput
from domain.quantities import parse_decimal
from rules.alerts.conditions import CONDITIONS
from rules.loops import words
from rules.loops.rows import Line, Read, Roles, Row

COLUMNS = 3
LONGEST = 140
"""An alert is one short line: its title and what to do (CDS Hooks: summary of at most 140)."""


def severity(value: object) -> AlertSeverity:
    """One severity.

    Raises:
        ValueError: says which there are.
    """
    if not isinstance(value, str) or value not in AlertSeverity.__members__:
        raise ValueError(f"{value!r} is no severity; right would be S1, S2, S3, S4 or S5")
    return AlertSeverity(value)


def three_severities(value: object) -> tuple[AlertSeverity | None, ...]:
    """One for each priority; `false`: off."""
    if not isinstance(value, list) or len(value) != COLUMNS:
        raise ValueError('right would be [STAT, URGENT, ROUTINE], such as ["S2", "S3", false]')
    return tuple(None if one is False else severity(one) for one in value)


def conditions(value: object) -> tuple[str, ...]:
    """The names of registered conditions."""
    found = words.string_or_list(value)
    for name in found:
        if name not in CONDITIONS:
            known = ", ".join(sorted(CONDITIONS))
            raise ValueError(f"no condition is called {name!r}; right would be one of {known}")
    return found


def ladder(value: object) -> tuple[Rung, ...]:
    """The rungs after the first role, each `[minutes, role, ...]`, later and later."""
    found: list[Rung] = []
    for rung in value if isinstance(value, list) else [value]:
        if not isinstance(rung, list) or len(rung) < 2 or type(rung[0]) is not int:
            raise ValueError(f'{rung!r} is no rung; right would be [15, "CN"]')
        if rung[0] <= (found[-1].after_minutes if found else 0):
            raise ValueError("a rung comes later than the one before it, and after minute 0")
        found.append(Rung(rung[0], words.roles(rung[1:])))
    return tuple(found)


def ladders(value: object) -> Mapping[AlertSeverity, tuple[Rung, ...]]:
    """Ladders by severity."""
    rows = value.items() if isinstance(value, dict) else ()
    found = {severity(name): ladder(rungs) for name, rungs in rows}
    if not found:
        raise ValueError(f'{value!r} is no ladder; right would be {{ S2 = [[15, "CN"]] }}')
    return MappingProxyType(found)


def number(value: object) -> Decimal:
    """An exact number: a whole number, or text."""
    try:
        return parse_decimal("number", value)
    except InvalidInput as error:
        raise ValueError(error.message) from None


Number = Annotated[Decimal, Read(number)]
Conditions = Annotated[tuple[str, ...], Read(conditions)]
Severity = Annotated[AlertSeverity, Read(severity)]
Severities = Annotated[
    tuple[AlertSeverity | None, AlertSeverity | None, AlertSeverity | None], Read(three_severities)
]
Ladders = Annotated[Mapping[AlertSeverity, tuple[Rung, ...]], Read(ladders)]
RuleId = Annotated[str, Field(pattern=r"^[A-Z]-[A-Z0-9]+(-[A-Z]+)?$")]


class TextRow(Row):
    """A text in both languages."""

    en: Line
    zh: Line


class ParamRow(Row):
    """A number that a hospital may set within bounds."""

    value: Number = Field(alias="is")
    least: Number = Field(alias="min")
    most: Number = Field(alias="max")
    unit: str

    @model_validator(mode="after")
    def _within(self) -> "ParamRow":
        if not self.least <= self.value <= self.most:
            raise ValueError(f"is = {self.value} is not within {self.least} to {self.most}")
        return self


class StageRow(Row):
    """A later severity on the same interval."""

    minutes: Annotated[int, Field(gt=0)]
    severity: Severity


class RuleRow(Row):
    """One alert rule."""

    id: RuleId
    condition: Conditions
    severity: Severities
    roles: Roles
    title: TextRow
    action: TextRow
    source: Line
    stages: tuple[StageRow, ...] = Field(default=(), strict=False)
    ladder: Annotated[Ladders, Field(default_factory=dict)]
    params: Annotated[dict[str, ParamRow], Field(default_factory=dict)]
    suppressed_by: Annotated[tuple[RuleId, ...], Read(words.strings)] = ()
    grouped: Literal["", "round", "patient"] = ""
    silent: str = ""

    @model_validator(mode="after")
    def _one_line(self) -> "RuleRow":
        if len(self.title.en) + 2 + len(self.action.en) > LONGEST:
            raise ValueError(f"title and action together are longer than {LONGEST} characters")
        return self


class RuleRows(Row):
    """A file of rules."""

    format: Literal[1]
    rules: tuple[RuleRow, ...] = Field(strict=False)


class OverrideRow(Row):
    """How long an override may last."""

    hours: Annotated[int, Field(gt=0)]


class DefaultRows(Row):
    """What holds for every rule."""

    format: Literal[1]
    ladder: Ladders
    action: dict[str, int]
    snooze: dict[str, Annotated[tuple[int, int], Field(strict=False)]]
    override: OverrideRow
