"""The rows of the NEWS2 chart: order, bands and points of the Royal College of Physicians, 2017.

Source: Royal College of Physicians. National Early Warning Score (NEWS) 2. London: RCP, 2017. The
chart is shown as it is there; a test holds each band against the score of `rules.scores.news2`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

OXYGEN: Final = "supplemental_oxygen"
AWAKE: Final = "consciousness"
_TARGET_SCALE: Final = 2


@dataclass(frozen=True, slots=True)
class Band:
    """A row of the chart.

    Attributes:
        label: as it stands on the chart: `21-24`.
        points: 0 to 3.
        low: the smallest value that belongs to it; None: no lower end.
        high: the largest; None: no upper end.
        word: of rows without numbers: `A`, `C`, `air`, `oxygen`.
        oxygen: of scale 2: only with oxygen (True), only on air (False).
    """

    label: str
    points: int
    low: Decimal | None = None
    high: Decimal | None = None
    word: str = ""
    oxygen: bool | None = None

    def holds(self, value: object, *, on_oxygen: bool | None) -> bool:
        """Whether a value stands in this row."""
        if self.word:
            return value == self.word
        if not isinstance(value, Decimal):
            return False
        if self.oxygen is not None and bool(on_oxygen) is not self.oxygen:
            return False
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A block of rows: one of the seven."""

    name: str
    bands: tuple[Band, ...]

    def row_of(self, value: object, *, on_oxygen: bool | None = None) -> int | None:
        """In which row a value stands; None for what is no exact value."""
        found = (at for at, one in enumerate(self.bands) if one.holds(value, on_oxygen=on_oxygen))
        return next(found, None)


def _numbers(name: str, *rows: tuple[str, int], step: str = "1") -> Parameter:
    """Rows from the top down, each by the lowest value that it takes; the last by none."""
    bands: list[Band] = []
    above: Decimal | None = None
    for text, points in rows:
        low = Decimal(text) if text else None
        high = None if above is None else above - Decimal(step)
        bands.append(Band(_label(low, high), points, low, high))
        above = low
    return Parameter(name, tuple(bands))


def _label(low: Decimal | None, high: Decimal | None) -> str:
    if high is None:
        return f"≥{low}"
    return f"≤{high}" if low is None else f"{low}\u2013{high}"  # the chart's dash


def _spo2_on_scale_2() -> Parameter:
    on, air = True, False
    rows = (
        ("97", None, 3, on), ("95", "96", 2, on), ("93", "94", 1, on), ("93", None, 0, air),
        ("88", "92", 0, None), ("86", "87", 1, None), ("84", "85", 2, None), ("", "83", 3, None),
    )  # fmt: skip
    bands: list[Band] = []
    for low, high, points, oxygen in rows:
        least = Decimal(low) if low else None
        most = Decimal(high) if high else None
        bands.append(Band(_label(least, most), points, least, most, oxygen=oxygen))
    return Parameter("spo2", tuple(bands))


_RESPIRATION: Final = _numbers(
    "respiratory_rate", ("25", 3), ("21", 2), ("18", 0), ("15", 0), ("12", 0), ("9", 1), ("", 3)
)
_SPO2: Final = _numbers("spo2", ("96", 0), ("94", 1), ("92", 2), ("", 3))
_SPO2_2: Final = _spo2_on_scale_2()
_AIR: Final = Parameter(OXYGEN, (Band("", 0, word="air"), Band("", 2, word="oxygen")))
_PRESSURE: Final = _numbers(
    "systolic_bp",
    ("220", 3), ("201", 0), ("181", 0), ("161", 0), ("141", 0), ("121", 0), ("111", 0),
    ("101", 1), ("91", 2), ("81", 3), ("71", 3), ("61", 3), ("51", 3), ("", 3),
)  # fmt: skip
_PULSE: Final = _numbers(
    "pulse",
    ("131", 3), ("121", 2), ("111", 2), ("101", 1), ("91", 1), ("81", 0), ("71", 0), ("61", 0),
    ("51", 0), ("41", 1), ("31", 3), ("", 3),
)  # fmt: skip
_AWAKE: Final = Parameter(
    AWAKE,
    (
        Band("", 0, word="A"),
        Band("", 3, word="C"),
        Band("", 3, word="V"),
        Band("", 3, word="P"),
        Band("", 3, word="U"),
    ),
)
_WARMTH: Final = _numbers(
    "temperature", ("39.1", 2), ("38.1", 1), ("37.1", 0), ("36.1", 0), ("35.1", 1), ("", 3),
    step="0.1",
)  # fmt: skip


def chart_rows(scale: int) -> tuple[Parameter, ...]:
    """The seven blocks in the order of the chart; saturation on the scale that counts."""
    saturation = _SPO2_2 if scale == _TARGET_SCALE else _SPO2
    return (_RESPIRATION, saturation, _AIR, _PRESSURE, _PULSE, _AWAKE, _WARMTH)
