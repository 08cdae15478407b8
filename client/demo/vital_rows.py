"""Reads from the data files how patients are, and how soon staff answer alerts."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from domain.alerts import AlertSeverity
from domain.people import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Course:
    """How the patient of a bed is from a wall time on.

    Attributes:
        seen: somebody takes a set at that time.
        scale: of the oxygen saturation, where the physician sets it.
    """

    bed: str
    at: str
    values: Mapping[str, object]
    seen: bool = False
    scale: int | None = None


@dataclass(frozen=True, slots=True)
class VitalRows:
    """The file `vitals.toml`, which explains each word."""

    first: tuple[str, str]
    early: int
    late: float
    by: Span
    courses: tuple[Course, ...]


@dataclass(frozen=True, slots=True)
class OverrideRow:
    """An alert that is let be.

    Attributes:
        second: the role of the person who agrees.
    """

    bed: str
    rule: str
    reason: str
    text: str
    second: Role | None = None


@dataclass(frozen=True, slots=True)
class AnsweringRows:
    """The file `answering.toml`, which explains each word."""

    look_every: int
    unseen: float
    late: Span
    act: Span
    review: float
    review_minutes: Span
    thought: Span
    acknowledge: Mapping[AlertSeverity, Span]
    left: frozenset[tuple[str, str]]
    overrides: tuple[OverrideRow, ...]


@cache
def vital_rows() -> VitalRows:
    """How patients are."""
    read = _read("vitals.toml")
    first, second = read["first"]
    courses = tuple(Course(**row) for row in read["course"])
    return VitalRows((first, second), read["early"], read["late"], _span(read["by"]), courses)


@cache
def answering_rows() -> AnsweringRows:
    """How staff answer."""
    read = _read("answering.toml")
    return AnsweringRows(
        look_every=read["look_every"],
        unseen=read["unseen"],
        late=_span(read["late"]),
        act=_span(read["act"]),
        review=read["review"],
        review_minutes=_span(read["review_minutes"]),
        thought=_span(read["thought"]),
        acknowledge={AlertSeverity(word): _span(at) for word, at in read["acknowledge"].items()},
        left=frozenset((row["bed"], row["rule"]) for row in read["left"]),
        overrides=tuple(_override(row) for row in read["override"]),
    )


def _override(row: dict[str, Any]) -> OverrideRow:
    second = Role(row["second"]) if "second" in row else None
    return OverrideRow(**{**row, "second": second})


def _span(two: list[int]) -> Span:
    low, high = two
    return low, high


def _read(file: str) -> dict[str, Any]:
    return tomllib.loads((files("client.demo") / "data" / file).read_text(encoding="utf-8"))
