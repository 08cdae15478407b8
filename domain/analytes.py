"""Laboratory results and bodily measures: the unit that each is stored in, and ways into it.

Units are those of the rules specification, 0; a unit that is not known is an error, never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from domain.observations import VITALS

if TYPE_CHECKING:
    from collections.abc import Mapping

ANALYTES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "albumin": "g/L",
        "aptt": "s",
        "bilirubin": "umol/L",
        "calcium": "mmol/L",
        "creatinine": "umol/L",
        "digoxin_level": "ug/L",
        "egfr": "mL/min/{1.73_m2}",
        "fibrinogen": "g/L",
        "glucose": "mmol/L",
        "haemoglobin": "g/L",
        "inr": "1",
        "lactate": "mmol/L",
        "magnesium": "mmol/L",
        "pco2": "mm[Hg]",
        "ph": "[pH]",
        "phosphate": "mmol/L",
        "platelets": "10*9/L",
        "po2": "mm[Hg]",
        "potassium": "mmol/L",
        "qtc": "ms",
        "sodium": "mmol/L",
        "troponin": "ng/L",
        "urea": "mmol/L",
        "vancomycin_trough": "mg/L",
        "white_cells": "10*9/L",
    }
)
"""Results that rules look at, by name, each with the unit in which it is stored."""
_BODY: Final[Mapping[str, str]] = {
    "weight": "kg",
    "height": "cm",
    "oxygen_flow": "L/min",
    "pao2_fio2": "mm[Hg]",
}
_SCORES: Final = (
    *("gcs_eye", "gcs_verbal", "gcs_motor", "gcs_total", "gcs_total_untestable", "rass"),
    *("braden_sensory", "braden_moisture", "braden_activity", "braden_mobility"),
    *("braden_nutrition", "braden_friction", "braden", "morse", "pain"),
)
UNITS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **{name: measure.unit for name, measure in VITALS.items()},
        **ANALYTES,
        **_BODY,
        **dict.fromkeys(_SCORES, "{score}"),
    }
)
"""Every name whose values are numbers, with the unit in which they are stored."""
UNITLESS: Final = frozenset({"inr", "ph", *_SCORES})
"""What is written without a unit."""
ALIASES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "alb": "albumin",
        "bun": "urea",
        "ca": "calcium",
        "cr": "creatinine",
        "crea": "creatinine",
        "glu": "glucose",
        "hb": "haemoglobin",
        "hemoglobin": "haemoglobin",
        "hgb": "haemoglobin",
        "heart_rate": "pulse",
        "hs_troponin": "troponin",
        "k": "potassium",
        "lac": "lactate",
        "mg": "magnesium",
        "na": "sodium",
        "leukocytes": "white_cells",
        "plt": "platelets",
        "pt_inr": "inr",
        "trop": "troponin",
        "wbc": "white_cells",
        "digoxin": "digoxin_level",
        "vancomycin": "vancomycin_trough",
    }
)
"""Short names that people write, and the one name under which rules find the value."""

_ONE: Final = Decimal(1)
_TEN: Final = Decimal(10)
_THOUSAND: Final = Decimal(1000)
# to the stored unit by a factor: mg/dL as the rules specification, 0; calcium, magnesium and
# phosphate by their molar masses (40.078, 24.305, 30.974); equivalents by their charge
_FACTORS: Final[Mapping[tuple[str, str], Decimal]] = {
    ("albumin", "g/dL"): _TEN,
    ("bilirubin", "mg/dL"): Decimal("17.1"),
    ("calcium", "mg/dL"): _TEN / Decimal("40.078"),
    ("calcium", "meq/L"): Decimal("0.5"),
    ("creatinine", "mg/dL"): Decimal("88.4"),
    ("digoxin_level", "ng/mL"): _ONE,
    ("fibrinogen", "mg/dL"): Decimal("0.01"),
    ("glucose", "mg/dL"): _ONE / Decimal("18.016"),
    ("haemoglobin", "g/dL"): _TEN,
    ("height", "m"): Decimal(100),
    ("magnesium", "mg/dL"): _TEN / Decimal("24.305"),
    ("magnesium", "meq/L"): Decimal("0.5"),
    ("pco2", "kPa"): _ONE / Decimal("0.1333"),
    ("phosphate", "mg/dL"): _TEN / Decimal("30.974"),
    ("platelets", "10*3/uL"): _ONE,
    ("po2", "kPa"): _ONE / Decimal("0.1333"),
    ("potassium", "meq/L"): _ONE,
    ("sodium", "meq/L"): _ONE,
    ("troponin", "ng/mL"): _THOUSAND,
    ("troponin", "pg/mL"): _ONE,
    ("troponin", "ug/L"): _THOUSAND,
    ("urea", "mg/dL"): Decimal("0.357"),
    ("vancomycin_trough", "ug/mL"): _ONE,
    ("white_cells", "10*3/uL"): _ONE,
    ("weight", "g"): Decimal("0.001"),
}
_FAHRENHEIT: Final = "[degF]"
_SAME: Final[Mapping[str, str]] = {
    "mEq/L": "meq/L",
    "mmHg": "mm[Hg]",
    "K/uL": "10*3/uL",
    "µmol/L": "umol/L",
    "μmol/L": "umol/L",
    "µg/L": "ug/L",
    "°C": "Cel",
    "1": "",
}
"""What people write for a UCUM unit."""
_FINE: Final = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class ResultLimits:
    """From where a result is critical, and what no living patient has, in the stored unit.

    Attributes:
        low: a value below it is critical; None: there is no such limit.
        high: a value above it is critical.
    """

    low: Decimal | None = None
    high: Decimal | None = None
    possible_low: Decimal | None = None
    possible_high: Decimal | None = None

    def crossed(self, value: Decimal, *, above: bool = False, below: bool = False) -> str:
        """The critical limit that a value crosses (`> 6.2`); empty: none.

        Args:
            above: the true value is higher (`>10`); at the limit itself that crosses it.
            below: the true value is lower (`<0.5`).
        """
        if self.high is not None and (value > self.high or (above and value == self.high)):
            return f"> {self.high}"
        if self.low is not None and (value < self.low or (below and value == self.low)):
            return f"< {self.low}"
        return ""

    def possible(self, value: Decimal) -> bool:
        """Whether a living patient can have it."""
        too_low = self.possible_low is not None and value < self.possible_low
        return not too_low and (self.possible_high is None or value <= self.possible_high)


def in_stored_unit(name: str, value: Decimal, unit: str) -> Decimal | None:
    """A value in the unit in which its name is stored; None where the unit is not known for it.

    A name that is not known has no unit of its own: its value stays as it is.
    """
    wanted = UNITS.get(name)
    unit = _SAME.get(unit, unit)
    if wanted is None or unit == wanted or (not unit and name in UNITLESS):
        return value
    if name == "temperature" and unit == _FAHRENHEIT:
        return _plain((value - 32) / Decimal("1.8"))
    factor = _FACTORS.get((name, unit))
    return None if factor is None else _plain(value * factor)


def units_of(name: str) -> tuple[str, ...]:
    """The units in which a name may be given, the stored one first; none for an unknown name."""
    if name not in UNITS:
        return ()
    return (UNITS[name], *(unit for known, unit in _FACTORS if known == name))


def _plain(value: Decimal) -> Decimal:
    """Without the digits that only dividing made, and without an exponent."""
    fine = value.quantize(_FINE)
    whole = fine.to_integral_value()
    return whole if fine == whole else fine.normalize()
