"""What is observed of a patient: each name with its UCUM unit and the range that can be true.

One home for the names (`temperature`, `potassium`), used by vital signs, laboratory results, scores
and checks alike. Ranges refuse what no living patient has; they are no normal ranges.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Measure:
    """A number that can be observed.

    Attributes:
        unit: the UCUM unit in which it is stored (rules specification 0).
        low: the smallest value that is taken.
        high: the largest value that is taken.
        whole: only whole numbers are charted.
    """

    unit: str
    low: Decimal
    high: Decimal
    whole: bool = False


def _measure(unit: str, low: str, high: str, *, whole: bool = False) -> Measure:
    return Measure(unit, Decimal(low), Decimal(high), whole)


VITALS: Final[Mapping[str, Measure]] = {
    "respiratory_rate": _measure("/min", "0", "80", whole=True),
    "spo2": _measure("%", "0", "100", whole=True),
    "systolic_bp": _measure("mm[Hg]", "0", "320", whole=True),
    "diastolic_bp": _measure("mm[Hg]", "0", "250", whole=True),
    "pulse": _measure("/min", "0", "300", whole=True),
    "temperature": _measure("Cel", "25", "45"),
}
"""Vital signs with the plausibility ranges of the rules specification, 1.2."""

CONSCIOUSNESS: Final = ("A", "C", "V", "P", "U")
"""Alert, new confusion, voice, pain, unresponsive (NEWS2)."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One value, as it was observed.

    Attributes:
        name: `temperature`, `potassium`, `supplemental_oxygen`.
        value: a decimal as text, a word, or a truth; `>10` where the device could not measure it.
        unit: UCUM; empty for words and truths.
        at: when it was observed.
        source: how it came (`live`, `interface`, ...).
        low: the reference range, as the laboratory gave it.
        high: its upper end.
        flag: of HL7 table 0078 (`H`, `LL`, ...).
        critical: the critical limit that it crossed when it was stored (`> 6.2`); empty: none.
        of_order: a step of an order told it, whose loop follows it where it is critical.
    """

    name: str
    value: str | bool
    unit: str
    at: datetime
    source: str = "live"
    low: str = ""
    high: str = ""
    flag: str = ""
    critical: str = ""
    of_order: bool = False

    @property
    def number(self) -> Decimal | None:
        """The value as an exact number; None for words, truths and what is only bounded."""
        if not self.unit or not isinstance(self.value, str):
            return None
        try:
            return Decimal(self.value)
        except InvalidOperation:
            return None
