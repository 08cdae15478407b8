"""What a score answers: a value with everything that made it, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Self


@dataclass(frozen=True, slots=True)
class Component:
    """The points that one input or organ gives."""

    name: str
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreResult:
    """The outcome of one score.

    Attributes:
        score_id: which score (`news2`).
        version: the score with the version of its table (`news2@1`), kept with every stored value.
        value: unrounded; None where it cannot be given. A missing value is never a zero.
        band: the word for the value; of an incomplete score only where it is certain already.
        complete: nothing is missing and nothing was assumed; else `value` is a lower bound.
        missing: the inputs that are not there and could still change the value.
        components: the points of what is known.
        excluded_reason: why the score does not hold for this patient at all.
        warnings: what a reader must know beside the value (`pregnancy_unknown`).
    """

    score_id: str
    version: str
    value: int | Decimal | None = None
    band: str | None = None
    complete: bool = False
    missing: tuple[str, ...] = ()
    components: tuple[Component, ...] = ()
    excluded_reason: str | None = None
    warnings: tuple[str, ...] = ()

    @classmethod
    def excluded(cls, score_id: str, version: str, reason: str) -> Self:
        """The answer for a patient for whom the score is not made."""
        return cls(score_id=score_id, version=version, excluded_reason=reason)


def components_of(points: dict[str, int]) -> tuple[Component, ...]:
    """The components of a table of points, in its order."""
    return tuple(Component(name, one) for name, one in points.items())


def missing_of(inputs: object, names: tuple[str, ...]) -> tuple[str, ...]:
    """Which of the named inputs are not there."""
    return tuple(name for name in names if getattr(inputs, name) is None)
