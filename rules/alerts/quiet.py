"""When small alerts wait: while one shift hands over to the next.

Held work needs no rule here: a hold stops its clocks (`domain.loops.deadlines`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Final

from domain.alerts import AlertSeverity

if TYPE_CHECKING:
    from datetime import time

WINDOW: Final = timedelta(minutes=15)
"""Before and after a handover (rules specification 3.1)."""
EVERYWHERE: Final = ""
"""The name under which the handovers of wards stand that have none of their own."""
DELAYED: Final = frozenset({AlertSeverity.S3, AlertSeverity.S4})


@dataclass(frozen=True, slots=True)
class Quiet:
    """The handovers of a ward.

    Attributes:
        handovers: the times of day at which a shift begins; empty: nothing is delayed.
        zone: in which the ward reads its clock.
    """

    handovers: tuple[time, ...] = ()
    zone: tzinfo = UTC

    def until(self, at: datetime) -> datetime | None:
        """The end of the handover window that an instant falls into; None where it does not."""
        local = at.astimezone(self.zone)
        for handover in self.handovers:
            for day in (-1, 0, 1):
                near = (local + timedelta(days=day)).date()
                begins = datetime.combine(near, handover, tzinfo=self.zone).astimezone(UTC)
                if begins - WINDOW <= at < begins + WINDOW:
                    return begins + WINDOW
        return None
