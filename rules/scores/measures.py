"""What goes into a score: the unit of each number, the range that can be true, other units.

Ranges refuse what no patient has; they are no normal ranges. Vital signs are those of
`domain/observations.py`. Factors: rules specification 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from domain.errors import InvalidInput
from domain.observations import VITALS, Measure
from domain.quantities import Quantity

_ONE: Final = Decimal(1)


@dataclass(frozen=True, slots=True)
class Factor:
    """How a unit becomes the stored one: (value - minus) * times / over."""

    times: Decimal = _ONE
    over: Decimal = _ONE
    minus: Decimal = Decimal(0)


def _measure(unit: str, low: str, high: str, *, whole: bool = False) -> Measure:
    return Measure(unit, Decimal(low), Decimal(high), whole)


MEASURES: Final[Mapping[str, Measure]] = {
    **VITALS,
    "age_years": _measure("a", "0", "130"),
    "aki_stage": _measure("1", "0", "3", whole=True),
    "bilirubin": _measure("umol/L", "0", "2000"),
    "bmi": _measure("kg/m2", "5", "150"),
    "charlson_lace": _measure("1", "0", "50", whole=True),
    "creatinine": _measure("umol/L", "1", "5000"),
    "creatinine_change_48h": _measure("umol/L", "-5000", "5000"),
    "dobutamine": _measure("ug/kg/min", "0", "100"),
    "dopamine": _measure("ug/kg/min", "0", "100"),
    "ed_visits_6_months": _measure("1", "0", "400", whole=True),
    "egfr": _measure("mL/min/{1.73_m2}", "0", "300"),
    "gcs": _measure("1", "3", "15", whole=True),
    "height": _measure("cm", "20", "280"),
    "length_of_stay_days": _measure("d", "0", "20000"),
    "mean_arterial_pressure": _measure("mm[Hg]", "0", "300"),
    "noradrenaline": _measure("ug/kg/min", "0", "50"),
    "adrenaline": _measure("ug/kg/min", "0", "50"),
    "pao2_fio2": _measure("mm[Hg]", "10", "1000"),
    "platelets": _measure("10*9/L", "0", "5000"),
    "urea": _measure("mmol/L", "0", "200"),
    "urine": _measure("mL/d", "0", "50000"),
    "urine_hours": _measure("h", "0", "720"),
    "urine_ml_kg_h": _measure("mL/kg/h", "0", "100"),
    "weight": _measure("kg", "0.2", "650"),
}
"""The number of each name, in the unit of `wardloop score`."""

_CREATININE: Final = {"mg/dL": Factor(times=Decimal("88.4")), "mmol/L": Factor(times=Decimal(1000))}
OTHER_UNITS: Final[Mapping[str, Mapping[str, Factor]]] = {
    "bilirubin": {"mg/dL": Factor(times=Decimal("17.1"))},
    "creatinine": _CREATININE,
    "creatinine_change_48h": _CREATININE,
    "height": {"m": Factor(times=Decimal(100)), "[in_i]": Factor(times=Decimal("2.54"))},
    "length_of_stay_days": {"h": Factor(over=Decimal(24))},
    "pao2_fio2": {"kPa": Factor(over=Decimal("0.1333"))},
    "platelets": {"10*3/uL": Factor(), "/uL": Factor(over=Decimal(1000))},
    "temperature": {"[degF]": Factor(minus=Decimal(32), over=Decimal("1.8"))},
    "urea": {"mg/dL": Factor(times=Decimal("0.357"))},  # as urea nitrogen (BUN)
    "urine": {"L/d": Factor(times=Decimal(1000))},
    "weight": {"g": Factor(over=Decimal(1000))},
}
_SPELLED: Final = {"mmHg": "mm[Hg]", "1/min": "/min"}


def ucum(unit: str) -> str:
    """A unit as UCUM spells it, of the few other spellings that can mean nothing else."""
    plain = unit.replace("\u00b5", "u").replace("\u03bc", "u").replace("^", "*")
    return _SPELLED.get(plain, plain)


def in_stored_unit(name: str, amount: Quantity) -> Decimal:
    """The number of an amount in the unit of `MEASURES`.

    Raises:
        InvalidInput: the unit is not one of this measure's; never a guess.
    """
    stored, unit = MEASURES[name].unit, ucum(amount.unit)
    if unit == stored:
        return amount.value
    factor = OTHER_UNITS.get(name, {}).get(unit)
    if factor is None:
        known = ", ".join((stored, *OTHER_UNITS.get(name, ())))
        raise InvalidInput(name, f"{amount.unit!r} is no unit of {name}", right=known)
    return (amount.value - factor.minus) * factor.times / factor.over


def require_possible(name: str, value: Decimal) -> None:
    """Refuse a number that no patient has, and a broken one where only whole ones are charted.

    Raises:
        InvalidInput: names the field and its range.
    """
    measure = MEASURES[name]
    right = f"{measure.low} to {measure.high} {measure.unit}"
    if measure.whole and value != value.to_integral_value():
        raise InvalidInput(name, f"{value} is not whole", right=f"a whole number, {right}")
    if not measure.low <= value <= measure.high:
        raise InvalidInput(name, f"{value} {measure.unit} cannot be true", right=right)
