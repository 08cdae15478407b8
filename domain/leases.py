"""A lease: one process of many does the work that one must do, and all see whether it lives.

Correctness never rests on it: two that both believe to hold it do the same work twice, and the
second time nothing follows (decision 27).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Lease:
    """Who holds a lease, and what they last told of themselves.

    Attributes:
        holder: workstation and process.
        expires_at: from when anybody may take it.
        fencing: rises with each change of hands.
        health: what the holder told: `passed_at`, `behind`, `failures`, ... texts and numbers.
    """

    name: str
    holder: str
    expires_at: datetime
    fencing: int
    health: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


class Leases(Protocol):
    """Where leases are kept: in the database that all processes share."""

    def take(self, name: str, holder: str, *, now: datetime, lasts: timedelta) -> Lease:
        """Take a lease or renew it, where it is free, one's own or expired.

        Returns:
            The lease as it stands now; its holder says who has it.
        """
        ...

    def tell(self, name: str, holder: str, health: Mapping[str, object]) -> None:
        """Say how one is, as long as one holds the lease."""
        ...

    def give_back(self, name: str, holder: str) -> None:
        """Let go of a lease that one holds."""
        ...

    def show(self, name: str) -> Lease | None:
        """The lease as it stands; None where nobody ever took it."""
        ...
