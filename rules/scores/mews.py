"""MEWS, the Modified Early Warning Score.

Source: Subbe CP et al. Validation of a modified Early Warning Score in medical admissions.
QJM 2001;94:521-526. The paper leaves a systolic pressure of 70 and a pulse of 40 open; here they
give 3 and 2 points. For sites that use it already; never beside NEWS2 as a source of alerts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from rules.scores.guards import too_young, with_child
from rules.scores.result import ScoreResult, components_of, missing_of
from rules.scores.tables import Steps, reached, up_to

_ID: Final = "mews"
_VERSION: Final = "mews@1"
AVPU: Final = ("A", "V", "P", "U")
_PARAMETERS: Final = ("systolic_bp", "pulse", "respiratory_rate", "temperature", "consciousness")
_BANDED: Final[Mapping[str, tuple[Steps, int]]] = {
    "systolic_bp": (((70, 3), (80, 2), (100, 1), (199, 0)), 2),
    "pulse": (((40, 2), (50, 1), (100, 0), (110, 1), (129, 2)), 3),
    "respiratory_rate": (((8, 2), (14, 0), (20, 1), (29, 2)), 3),
}
_TEMPERATURE: Final[Steps] = ((Decimal("35.0"), 0), (Decimal("38.5"), 2))
_CRITICAL: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class MewsInputs:
    """mm[Hg], beats and breaths per minute, degrees Celsius, A V P U; None: not observed."""

    systolic_bp: int | None = None
    pulse: int | None = None
    respiratory_rate: int | None = None
    temperature: Decimal | None = None
    consciousness: str | None = None
    age_years: int | None = None
    pregnant: bool | None = None


def mews(inputs: MewsInputs) -> ScoreResult:
    """The sum of five; none without all five. From 5 on `critical`."""
    reason = too_young(inputs.age_years) or with_child(inputs.pregnant)
    if reason is not None:
        return ScoreResult.excluded(_ID, _VERSION, reason)
    points: dict[str, int] = {}
    for name, (steps, above) in _BANDED.items():
        charted: int | None = getattr(inputs, name)
        if charted is not None:
            points[name] = up_to(charted, steps, above=above)
    if inputs.temperature is not None:
        points["temperature"] = reached(inputs.temperature, _TEMPERATURE, below=2)
    if inputs.consciousness is not None:
        points["consciousness"] = AVPU.index(inputs.consciousness)
    missing = missing_of(inputs, _PARAMETERS)
    value = None if missing else sum(points.values())
    critical = sum(points.values()) >= _CRITICAL
    return ScoreResult(
        score_id=_ID,
        version=_VERSION,
        value=value,
        band="critical" if critical else None if missing else "low",
        complete=not missing,
        missing=missing,
        components=components_of(points),
    )
