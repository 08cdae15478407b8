"""What a signature under a step stands for: of the shipped loops, and of a hospital's own.

It follows from what the step does, so that a new loop needs no row here.

| the step | stands for |
|---|---|
| activates the order (M1, E1, L1, T3) | ordered |
| reports (E12, L9), or is called `verified` (C2) | verified |
| closes an order (M16, E14, L11, T22), or is called `phy_ack` (C6) | confirmed |
| is the first effect on the patient | administered |
| releases blood before the tests are done (T11e) | ordered |
| anything else that is signed (E4, T2, T11, A3) | recorded |

Whoever stands beside as a witness signs `witnessed`; who agrees that a finding or an alert is
passed over, `overridden`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.loops.rows import Level
from domain.signatures import Meaning

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.loops.rows import Step

_CALLED: Final[Mapping[str, Meaning]] = {
    "verified": Meaning.VERIFIED,
    "phy_ack": Meaning.CONFIRMED,
    "emergency_released": Meaning.ORDERED,
}


def meaning_of(step: Step) -> Meaning | None:
    """What the signature of who records a step stands for; None where it is not signed."""
    if not step.sign:
        return None
    if step.activates:
        return Meaning.ORDERED
    if step.reports:
        return Meaning.VERIFIED
    if step.closes and step.level is Level.ORDER:
        return Meaning.CONFIRMED
    return Meaning.ADMINISTERED if step.starts else _CALLED.get(step.id, Meaning.RECORDED)
