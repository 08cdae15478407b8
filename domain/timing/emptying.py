"""When a bag or syringe is empty (rule X7)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from domain.quantities import Quantity

_PER: Final = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_SHORTEST: Final = timedelta(minutes=15)
_LONGEST: Final = timedelta(days=7)
"""What runs out of these is no bag that is followed by another."""


def runs_for(amount: Quantity, rate: Quantity) -> timedelta | None:
    """How long an amount runs at a rate: `500 mL` at `125 mL/h` 4 h, in whole minutes.

    None where the rate stands in another unit than the amount, or that is no time of a bag.
    """
    unit, _, time = rate.unit.rpartition("/")
    if unit != amount.unit or time not in _PER or rate.value <= 0:
        return None
    minutes = int(amount.value / rate.value * int(_PER[time] / timedelta(minutes=1)))
    found = timedelta(minutes=minutes)
    return found if _SHORTEST <= found <= _LONGEST else None
