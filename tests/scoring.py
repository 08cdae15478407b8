"""What the tests of scores share: a line with its answer, the same patient but for a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Value: TypeAlias = Any
"""What JSON holds."""
Line: TypeAlias = Mapping[str, Any]


Inputs = TypeVar("Inputs", bound="DataclassInstance")


def but(inputs: Inputs, **values: Value) -> Inputs:
    """The same patient, but for these values."""
    return replace(inputs, **values)


@dataclass(frozen=True, slots=True)
class Vector:
    """One line in and what of the line out is fixed by the specification."""

    score: str
    line: Line
    answer: Line

    def __str__(self) -> str:
        return f"{self.score}-{self.answer.get('score')}"


def mg_dl(value: float) -> dict[str, Any]:
    return {"value": value, "unit": "mg/dL"}


def creatinines(*values: tuple[int, Any]) -> list[dict[str, Any]]:
    """Values of 1 March 00:00 and so many hours later."""
    return [
        {"at": f"2026-03-{1 + hours // 24:02d}T{hours % 24:02d}:00:00+08:00", "value": value}
        for hours, value in values
    ]
