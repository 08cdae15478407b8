"""The ends of the chains, kept beside the journal: what tells when records were cut off.

The hash chain cannot: a chain whose last records are gone is sound up to there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import text

from storage.statements import Statement

if TYPE_CHECKING:
    from storage.engine import Driver

_BEYOND: Final = Statement(
    text(
        "SELECT encounter_id, seq, there FROM (SELECT encounter_id, seq, (SELECT "
        "coalesce(max(chain_seq), 0) FROM journal WHERE chain = encounter_state.encounter_id) "
        "AS there FROM encounter_state) AS heads WHERE seq > there ORDER BY encounter_id"
    )
)
_OTHER_END: Final = Statement(
    text(
        "SELECT encounter_state.encounter_id, encounter_state.seq FROM encounter_state "
        "JOIN journal ON journal.chain = encounter_state.encounter_id "
        "AND journal.chain_seq = encounter_state.seq "
        "WHERE journal.hash <> encounter_state.hash ORDER BY encounter_state.encounter_id"
    )
)


@dataclass(frozen=True, slots=True)
class LostEnd:
    """A chain that does not end as it did. Only a backup mends it: a rebuild would hide it."""

    chain: str
    seq: int
    what: str


def cut_off(driver: Driver) -> LostEnd | None:
    """The first chain that is shorter than it was."""
    row = driver.row(_BEYOND)
    if row is None:
        return None
    chain, written, there = cast("tuple[str, int, int]", row)
    return LostEnd(
        chain,
        there + 1,
        f"records are missing at the end of chain {chain}: {written} were written, {there} are"
        " there; do not rebuild, restore the latest backup",
    )


def replaced(driver: Driver) -> LostEnd | None:
    """The first chain whose last record is not the one that was written."""
    row = driver.row(_OTHER_END)
    if row is None:
        return None
    chain, seq = cast("tuple[str, int]", row)
    return LostEnd(
        chain,
        seq,
        f"this is not the record that chain {chain} ended with; do not rebuild, restore the latest"
        " backup",
    )
