"""The records of safety in memory, held to the same contract as the real ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.safety import BY_KIND, SafetyRow, approvals_in, follow_ups_in
from storage.codec import canonical, json_value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from domain.ids import EncounterId, OrderId
    from domain.safety import Approval, FollowUp
    from domain.worklists import JournalRow
    from tests.fake_trust import FakeTrail

_WORDS = ('"overrides":[{', '"severity":"stop"')


@dataclass
class FakeSafety:
    """Looks through the fake store's journal."""

    journal: Callable[[], Sequence[tuple[OrderId | None, JournalRow]]]
    stays: Callable[[str], EncounterId | None]
    trail: FakeTrail

    def notable(self, *, since: datetime, until: datetime, limit: int) -> tuple[SafetyRow, ...]:
        rows = [
            row
            for row in self._rows()
            if since <= row.recorded_at < until and (row.kind in BY_KIND or _tells(row))
        ]
        rows.sort(key=lambda row: (row.chain, -row.chain_seq))
        rows.sort(key=lambda row: row.recorded_at, reverse=True)
        return tuple(SafetyRow(row, self.stays(row.chain)) for row in rows[:limit])

    def holds(self, chain: str, seq: int) -> bool:
        told = {(row.chain, row.chain_seq) for row in self._rows()}
        looked = {(row.chain, row.chain_seq) for row in self.trail.written}
        return (chain, seq) in told | looked

    def follow_ups(self) -> Mapping[str, tuple[FollowUp, ...]]:
        return follow_ups_in(self._rows())

    def approvals(self) -> tuple[Approval, ...]:
        return approvals_in(self._rows())

    def _rows(self) -> list[JournalRow]:
        return [row for _, row in self.journal()]


def _tells(row: JournalRow) -> bool:
    text = canonical(json_value(dict(row.payload)))
    return any(words in text for words in _WORDS)
