"""GCS, the Glasgow Coma Scale.

Source: Teasdale G, Jennett B. Lancet 1974;2:81-84; structured form of 2014, Teasdale G et al.
Lancet Neurol 2014;13:844-854, www.glasgowcomascale.org.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from rules.scores.result import ScoreResult, components_of, missing_of
from rules.scores.tables import up_to

NOT_TESTABLE: Final = "NT"
"""Tube, swelling, paralysis: charted as such, never as 1."""
Response: TypeAlias = int | Literal["NT"]
HIGHEST: Final = {"eye": 4, "verbal": 5, "motor": 6}
_DROP: Final = 2
_BANDS: Final = ("severe", "moderate", "mild")


@dataclass(frozen=True, slots=True, kw_only=True)
class GcsInputs:
    """Eye 1-4, verbal 1-5, motor 1-6, or NT; None: not charted."""

    eye: Response | None = None
    verbal: Response | None = None
    motor: Response | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GcsResult(ScoreResult):
    """The total; `display` always tells the parts (`E4 VNT M6`), `not_testable` names them."""

    display: str = ""
    not_testable: tuple[str, ...] = ()


def gcs(inputs: GcsInputs) -> GcsResult:
    """The total of three; none where a part is missing or not testable."""
    missing = missing_of(inputs, tuple(HIGHEST))
    points = _tested(inputs)
    complete = len(points) == len(HIGHEST)
    total = sum(points.values())
    return GcsResult(
        score_id="gcs",
        version="gcs@1",
        value=total if complete else None,
        band=_BANDS[up_to(total, ((8, 0), (12, 1)), above=2)] if complete else None,
        complete=complete,
        missing=missing,
        components=components_of(points),
        display=" ".join(f"{name[0].upper()}{_shown(inputs, name)}" for name in HIGHEST),
        not_testable=tuple(name for name in HIGHEST if getattr(inputs, name) == NOT_TESTABLE),
    )


def dropped(before: GcsInputs, after: GcsInputs) -> bool:
    """Whether the scale fell by 2 or more, of the same testable parts: an alert."""
    was, is_now = _tested(before), _tested(after)
    if not was or was.keys() != is_now.keys():
        return False
    return sum(was.values()) - sum(is_now.values()) >= _DROP


def acvpu(total: int, *, newly_reduced: bool) -> str:
    """The consciousness of NEWS2 by a GCS total, only where ACVPU itself was not charted.

    13 and 14 are new confusion where they are new, else the patient's own alertness (rules
    specification 1.2; a choice of its own, without outcome evidence).
    """
    if total >= 15 or (total >= 13 and not newly_reduced):
        return "A"
    return ("U", "P", "V", "C")[up_to(total, ((3, 0), (8, 1), (12, 2)), above=3)]


def _tested(inputs: GcsInputs) -> dict[str, int]:
    parts: dict[str, Response | None] = {name: getattr(inputs, name) for name in HIGHEST}
    return {name: part for name, part in parts.items() if isinstance(part, int)}


def _shown(inputs: GcsInputs, name: str) -> str:
    part: Response | None = getattr(inputs, name)
    return "?" if part is None else str(part)
