"""For whom a score is not made (rules specification 1.1). They are asked before any point is given.

An unknown age or an unknown pregnancy does not exclude; where a woman of 12 to 55 years may be
pregnant and nobody has said, the score warns.
"""

from __future__ import annotations

from typing import Final

PAEDIATRIC: Final = "EXCLUDED_PAEDIATRIC"
"""G-PED, under 16: a paediatric score is needed (PEWS, Bedside Schwartz)."""
UNDER_18: Final = "EXCLUDED_UNDER_18"
"""G-ADO, 16 and 17: formulas made from adults do not hold yet."""
PREGNANCY: Final = "EXCLUDED_PREGNANCY"
"""G-PREG: pregnant, or up to 6 weeks after birth; an obstetric score is needed (MEWT, MEOWS)."""
DIALYSIS: Final = "NOT_VALID_ON_RRT"
"""G-RRT: on dialysis creatinine says nothing about the kidneys."""

PREGNANCY_UNKNOWN: Final = "pregnancy_unknown"
ADULT: Final = 18
NO_CHILD: Final = 16


def too_young(age_years: int | None, *, adults_only: bool = False) -> str | None:
    """G-PED, and G-ADO where a score is for adults only."""
    if age_years is None or age_years >= ADULT:
        return None
    if age_years < NO_CHILD:
        return PAEDIATRIC
    return UNDER_18 if adults_only else None


def with_child(pregnant: bool | None) -> str | None:  # noqa: FBT001 - the guard is of this flag
    """G-PREG. `pregnant` holds up to 6 weeks after birth."""
    return PREGNANCY if pregnant else None


def pregnancy_warning(
    *, sex: str | None, age_years: int | None, pregnant: bool | None
) -> tuple[str, ...]:
    """The warning where a woman of child-bearing age may be pregnant and nobody has said."""
    unknown = sex == "F" and pregnant is None and (age_years is None or 12 <= age_years <= 55)
    return (PREGNANCY_UNKNOWN,) if unknown else ()
