"""How a patient's kidneys are doing, as scores and checks see it alike."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from domain.analytes import UNITS
from rules.scores.kdigo_aki import Creatinine, KdigoInputs, kdigo_aki

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from domain.clinical import Clinical

CREATININE: Final = "creatinine"
UMOL: Final = UNITS[CREATININE]
"""A value that came in a unit that is not known says nothing."""


def aki_stage(clinical: Clinical, *, rrt: bool) -> int | None:
    """The KDIGO stage by creatinine and dialysis; None where neither is known.

    Args:
        rrt: on renal replacement therapy.
    """
    if CREATININE not in clinical.latest and not rrt:
        return None
    row = clinical.series.get(CREATININE, ())
    values = tuple(
        (one.at, one.number) for one in row if one.unit == UMOL and one.number is not None
    )
    return _staged(values, rrt)


@lru_cache(maxsize=4096)
def _staged(values: tuple[tuple[datetime, Decimal], ...], rrt: bool) -> int | None:  # noqa: FBT001 - part of the cache's key
    taken = tuple(Creatinine(at, value) for at, value in values)
    found = kdigo_aki(KdigoInputs(creatinine=taken, rrt=rrt)).value
    return None if found is None else int(found)
