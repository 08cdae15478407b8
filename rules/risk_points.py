"""How the points of a CLORS score are shared among its causes: they sum to it exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rules.risk_values import Cause

if TYPE_CHECKING:
    from collections.abc import Sequence


class Part(NamedTuple):
    """A cause before it has points.

    Attributes:
        share: milli-units after its rank, before its domain's cap.
        hazard: milli-units of its own.
    """

    share: int
    hazard: int
    cause: str
    subject: str | None
    rule: str


class Portion(NamedTuple):
    """The parts of one domain, with what they sum to and what of that its cap lets through."""

    domain: str
    parts: Sequence[Part]
    total: int
    capped: int


def causes_of(score: int, portions: Sequence[Portion]) -> tuple[Cause, ...]:
    """The causes with their points: by largest remainder, ties by cause id.

    A part counts `share * capped / total` of its domain. All fractions are brought to one
    denominator, so that nothing is rounded before the remainders are compared.
    """
    common = 1
    for portion in portions:
        if portion.capped < portion.total:
            common *= portion.total
    whole = common * sum(portion.capped for portion in portions)
    points: list[int] = []
    remainders: list[tuple[int, str, str, int]] = []
    for portion in portions:
        times = score * common
        if portion.capped < portion.total:
            times = times // portion.total * portion.capped
        for share, _, cause, subject, _ in portion.parts:
            point, remainder = divmod(share * times, whole)
            if remainder:
                remainders.append((-remainder, cause, subject or "", len(points)))
            points.append(point)
    remainders.sort()
    for *_, at in remainders[: score - sum(points)]:
        points[at] += 1
    given = iter(points)
    return tuple(
        Cause(cause, portion.domain, next(given), hazard, subject, rule)
        for portion in portions
        for _, hazard, cause, subject, rule in portion.parts
    )
