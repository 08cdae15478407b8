"""NEWS2, the National Early Warning Score 2.

Source: Royal College of Physicians. National Early Warning Score (NEWS) 2: Standardising the
assessment of acute-illness severity in the NHS. Updated report of a working party. London: RCP,
2017. Reproduced from that report, copyright the Royal College of Physicians 2017; NEWS2 is used
here unmodified, and the RCP is acknowledged as its author. Not for patients under 16 and not in
pregnancy (RCP).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from rules.scores.guards import pregnancy_warning, too_young, with_child
from rules.scores.result import ScoreResult, components_of, missing_of
from rules.scores.tables import Number, Steps, up_to

_ID: Final = "news2"
_VERSION: Final = "news2@1"
PARAMETERS: Final = (
    "respiratory_rate",
    "spo2",
    "supplemental_oxygen",
    "systolic_bp",
    "pulse",
    "consciousness",
    "temperature",
)
"""The seven that an official NEWS2 needs, in the order of the chart."""

_BANDED: Final[Mapping[str, tuple[Steps, int]]] = {
    "respiratory_rate": (((8, 3), (11, 1), (20, 0), (24, 2)), 3),
    "systolic_bp": (((90, 3), (100, 2), (110, 1), (219, 0)), 3),
    "pulse": (((40, 3), (50, 1), (90, 0), (110, 1), (130, 2)), 3),
    "temperature": (
        ((Decimal("35.0"), 3), (Decimal("36.0"), 1), (Decimal("38.0"), 0), (Decimal("39.0"), 1)),
        2,
    ),
}
_SPO2_SCALE_1: Final[Steps] = ((91, 3), (93, 2), (95, 1))
_SPO2_SCALE_2: Final[Steps] = ((83, 3), (85, 2), (87, 1), (92, 0))
_SPO2_SCALE_2_ON_OXYGEN: Final[Steps] = ((94, 1), (96, 2))
_ON_OXYGEN: Final = 2
_RED: Final = 3
"""The points of one parameter that alone call for a review; also the most of any parameter."""

_URGENT: Final = 5
_EMERGENCY: Final = 7
CONTINUOUS: Final = 0
"""`observe_every_minutes` from 7 on: monitoring without pause."""
_HOURLY: Final = 60
SPINAL_CAUTION: Final = "spinal_cord_injury"
"""G-SCI: the autonomic disturbance of a cord injury changes pulse, pressure and temperature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News2Inputs:
    """One set of observations, all within 60 minutes of each other; None: not observed.

    Attributes:
        respiratory_rate: breaths per minute.
        spo2: percent.
        spo2_scale: 2 only where hypercapnic respiratory failure is confirmed and a competent
            clinician has prescribed a target of 88-92 %.
        supplemental_oxygen: any oxygen beyond air.
        systolic_bp: mm[Hg].
        pulse: beats per minute.
        consciousness: A, C (new confusion), V, P or U.
        temperature: degrees Celsius as charted, to 0.1.
        pregnant: or up to 6 weeks after birth.
        sex: F or M, to warn where a pregnancy is not known of.
    """

    respiratory_rate: int | None = None
    spo2: int | None = None
    spo2_scale: int = 1
    supplemental_oxygen: bool | None = None
    systolic_bp: int | None = None
    pulse: int | None = None
    consciousness: str | None = None
    temperature: Decimal | None = None
    age_years: int | None = None
    pregnant: bool | None = None
    sex: str | None = None
    spinal_cord_injury: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class News2Result(ScoreResult):
    """NEWS2 with what follows from it.

    Attributes:
        partial_min: the least the score can be, whatever the missing values are.
        partial_max: the most it can be.
        red_parameter: one physiological parameter gives 3 points; oxygen never does.
        observe_every_minutes: `CONTINUOUS` from 7 on; of an incomplete set only where a raised
            frequency is certain.
    """

    partial_min: int | None = None
    partial_max: int | None = None
    red_parameter: bool | None = None
    observe_every_minutes: int | None = None


def news2(inputs: News2Inputs) -> News2Result:
    """The score of one set; None with its bounds where a parameter is missing."""
    reason = too_young(inputs.age_years) or with_child(inputs.pregnant)
    if reason is not None:
        return News2Result.excluded(_ID, _VERSION, reason)
    points = _points(inputs)
    missing = missing_of(inputs, PARAMETERS)
    least, most = _bounds(inputs, points)
    red = any(one == _RED for one in points.values())
    complete = not missing
    return News2Result(
        score_id=_ID,
        version=_VERSION,
        value=least if complete else None,
        band=_band(least, red=red, complete=complete),
        complete=complete,
        missing=missing,
        components=components_of(points),
        warnings=_warnings(inputs),
        partial_min=least,
        partial_max=most,
        red_parameter=red,
        observe_every_minutes=_interval(least, red=red, complete=complete),
    )


def _points(inputs: News2Inputs) -> dict[str, int]:
    """The points that are certain, in the order of the chart."""
    points: dict[str, int] = {}
    for name in PARAMETERS:
        one = _points_of(name, inputs)
        if one is not None:
            points[name] = one
    return points


def _points_of(name: str, inputs: News2Inputs) -> int | None:
    """The points of one parameter; None where it is missing, or hangs on what is missing."""
    if name == "spo2":
        possible = {_spo2(inputs, on_oxygen=on) for on in _oxygens(inputs)}
        return possible.pop() if len(possible) == 1 else None
    value: Number | str | None = getattr(inputs, name)
    if value is None:
        return None
    if name == "supplemental_oxygen":
        return _ON_OXYGEN if value else 0
    if isinstance(value, str):
        return 0 if value == "A" else _RED
    steps, above = _BANDED[name]
    return up_to(value, steps, above=above)


def _oxygens(inputs: News2Inputs) -> tuple[bool, ...]:
    """On oxygen or not: both where nobody has said."""
    on = inputs.supplemental_oxygen
    return (False, True) if on is None else (on,)


def _spo2(inputs: News2Inputs, *, on_oxygen: bool) -> int | None:
    """The points of the saturation; 93 % and more on scale 2 are harmful on oxygen only."""
    if inputs.spo2 is None:
        return None
    if inputs.spo2_scale == 1:
        return up_to(inputs.spo2, _SPO2_SCALE_1, above=0)
    if on_oxygen and inputs.spo2 > 92:
        return up_to(inputs.spo2, _SPO2_SCALE_2_ON_OXYGEN, above=3)
    return up_to(inputs.spo2, _SPO2_SCALE_2, above=0)


def _bounds(inputs: News2Inputs, points: dict[str, int]) -> tuple[int, int]:
    """The least and the most that the score can be."""
    alone = [name for name in PARAMETERS if name not in {"spo2", "supplemental_oxygen"}]
    known = sum(points[name] for name in alone if name in points)
    unknown = sum(_RED for name in alone if name not in points)
    least, most = [], []
    for on in _oxygens(inputs):  # saturation and oxygen hang together on scale 2
        saturation = _spo2(inputs, on_oxygen=on)
        least.append(_ON_OXYGEN * on + (saturation or 0))
        most.append(_ON_OXYGEN * on + (_RED if saturation is None else saturation))
    return known + min(least), known + unknown + max(most)


def _band(least: int, *, red: bool, complete: bool) -> str | None:
    if least >= _EMERGENCY:
        return "high"
    if not complete:
        return None
    if least >= _URGENT:
        return "medium"
    if red:
        return "low_medium"
    return "low" if least else "none"


def _interval(least: int, *, red: bool, complete: bool) -> int | None:
    """Minutes between observations (RCP 2017): 12, 6 or 4 hours, hourly, continuous."""
    if least >= _EMERGENCY:
        return CONTINUOUS
    if least >= _URGENT or red:
        return _HOURLY
    if not complete:
        return None
    return up_to(least, ((0, 12 * _HOURLY), (2, 6 * _HOURLY)), above=4 * _HOURLY)


def _warnings(inputs: News2Inputs) -> tuple[str, ...]:
    warned = pregnancy_warning(sex=inputs.sex, age_years=inputs.age_years, pregnant=inputs.pregnant)
    return (*warned, SPINAL_CAUTION) if inputs.spinal_cord_injury else warned
