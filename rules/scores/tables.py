"""How a published table of bands is read, exactly at its edges and between them."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias

Number: TypeAlias = int | Decimal
Steps: TypeAlias = tuple[tuple[Number, int], ...]


def up_to(value: Number, steps: Steps, *, above: int) -> int:
    """The points of the first step whose limit is not passed; `above` beyond the last.

    For bands that end at their number (`<=8`, `9-11`): what lies between two charted numbers
    belongs to the band above.
    """
    for limit, points in steps:
        if value <= limit:
            return points
    return above


def reached(value: Number, steps: Steps, *, below: int) -> int:
    """The points of the last step that is reached; `below` before the first.

    For bands that begin at their number (`>=38.5`): what lies between two charted numbers belongs
    to the band below.
    """
    points = below
    for limit, one in steps:
        if value >= limit:
            points = one
    return points
