"""A clock that stands where it is put, and ids that are the same in every run."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from domain.ids import uuid7


@dataclass
class FakeClock:
    """A clock that stands where it is put."""

    at: datetime = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
    simulated: bool = False

    def now(self) -> datetime:
        return self.at

    def tick(self, **by: int) -> datetime:
        """Move on by `minutes=5`; back, when negative."""
        self.at += timedelta(**by)
        return self.at


@dataclass
class SeededIds:
    """UUIDv7s that are the same in every run."""

    chance: random.Random = field(default_factory=lambda: random.Random(7))
    milliseconds: int = 1_795_500_000_000

    def new(self) -> str:
        self.milliseconds += 1
        return uuid7(milliseconds=self.milliseconds, randomness=self.chance.getrandbits(74))
