"""How well a score tells who has an outcome: AUROC, with an interval by resampling patients.

Plain code on purpose. It shows that the numbers can be made, nothing more: with so few outcomes an
interval of this kind is as wide as it looks, or wider.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RESAMPLES: Final = 1000
SEED: Final = 20261124
PERCENTS: Final = (0.025, 0.975)


@dataclass(frozen=True, slots=True)
class Point:
    """A score of one patient at one instant, and whether the outcome came."""

    patient: str
    score: int
    outcome: bool


@dataclass(frozen=True, slots=True)
class Auroc:
    """The area with its interval; None where one class is empty."""

    value: float | None
    low: float | None
    high: float | None


def auroc(points: Sequence[Point], *, resamples: int = RESAMPLES, seed: int = SEED) -> Auroc:
    """The chance that a point with the outcome scores higher than one without; ties count half.

    Points of one patient hang together, so patients are drawn, not points.
    """
    ordered = sorted(points, key=lambda one: one.score)
    patients = sorted({one.patient for one in points})
    chance = random.Random(seed)
    drawn = []
    for _ in range(resamples if patients else 0):
        area = _area(ordered, Counter(chance.choices(patients, k=len(patients))))
        if area is not None:
            drawn.append(area)
    drawn.sort()
    low, high = (drawn[int(part * (len(drawn) - 1))] if drawn else None for part in PERCENTS)
    return Auroc(_area(ordered, dict.fromkeys(patients, 1)), low, high)


def _area(ordered: Sequence[Point], weights: Mapping[str, int]) -> float | None:
    below = pairs = 0.0
    total = 0
    for _, group in groupby(ordered, key=lambda one: one.score):
        without = positive = 0
        for one in group:
            weight = weights.get(one.patient, 0)
            positive += weight * one.outcome
            without += weight * (not one.outcome)
        pairs += positive * (below + without / 2)
        below += without
        total += positive
    return pairs / (below * total) if below and total else None
