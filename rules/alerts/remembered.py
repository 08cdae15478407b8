"""What was found out of orders, tasks and limits that are still the same: they are frozen.

Most of a stay is the same from one step to the next, and storage gives the same objects for it
(`storage.situations`). What follows from such an object and its order alone is worked out once.
Objects are known by identity: one that is equal but another is looked at anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from domain.ids import EncounterId
    from domain.loops.deadlines import Deadline
    from domain.situation import Stream
    from rules.alerts.claims import Claim

MOST: Final = 65_536
"""More open orders and tasks than a hospital has; beyond it, all is forgotten."""
EVER: Final = datetime.max.replace(tzinfo=UTC)
"""Until then a stream says nothing of which nothing runs."""


@dataclass(slots=True)
class Remembered:
    """What a plan has found out.

    Attributes:
        quiet: by the identity of a stream: it with its order, and the instant before which neither
            its limits nor any condition beside them can say anything.
        claims: by the identity of a limit that has run out: what is said of it, and of whose.
    """

    quiet: dict[int, tuple[Stream, Stream | None, datetime]] = field(default_factory=dict)
    claims: dict[int, tuple[Deadline, Stream, Stream | None, EncounterId, tuple[Claim, ...]]] = (
        field(default_factory=dict)
    )

    def quiet_until(self, stream: Stream, order: Stream | None) -> datetime | None:
        """Until when a stream says nothing; None: it must be asked."""
        known = self.quiet.get(id(stream))
        if known is None or known[0] is not stream or known[1] is not order:
            return None
        return known[2]

    def keep_quiet(self, stream: Stream, order: Stream | None, until: datetime) -> None:
        """It says nothing until then."""
        if len(self.quiet) >= MOST:
            self.quiet.clear()
        self.quiet[id(stream)] = stream, order, until

    def said(
        self, deadline: Deadline, stream: Stream, order: Stream | None, encounter: EncounterId
    ) -> tuple[Claim, ...] | None:
        """What is said of a limit that has run out; None: it must be asked."""
        known = self.claims.get(id(deadline))
        if known is None or known[0] is not deadline or known[1] is not stream:
            return None
        return known[4] if known[2] is order and known[3] == encounter else None

    def keep_said(
        self,
        deadline: Deadline,
        stream: Stream,
        order: Stream | None,
        encounter: EncounterId,
        claims: tuple[Claim, ...],
    ) -> None:
        """That is said of it."""
        if len(self.claims) >= MOST:
            self.claims.clear()
        self.claims[id(deadline)] = deadline, stream, order, encounter, claims
