"""Near misses, incidents and approvals, read from the journal by an index over these rows alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import select, text

from domain.ids import EncounterId
from domain.safety import SafetyRow, approvals_in, follow_ups_in
from storage.journal import journal_row, named
from storage.questions import LIMIT
from storage.statements import Statement, number, word
from storage.tables import journal
from storage.trust_tables import NOTABLE, RULED, audit
from storage.types import micros

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from domain.safety import Approval, FollowUp
    from storage.engine import Database

_NOTABLE: Final = Statement(
    select(journal)
    .where(
        text(f"({NOTABLE})"),
        journal.c.recorded_at >= number("since"),
        journal.c.recorded_at < number("until"),
    )
    .order_by(journal.c.recorded_at.desc(), journal.c.chain, journal.c.chain_seq.desc())
    .suffix_with(LIMIT)
)
_RULED: Final = Statement(
    select(journal).where(text(RULED)).order_by(journal.c.recorded_at, journal.c.chain_seq)
)
_AT: Final = tuple(
    Statement(
        select(table.c.chain_seq).where(
            table.c.chain == word("chain"), table.c.chain_seq == number("seq")
        )
    )
    for table in (journal, audit)
)


class SqlSafetyRecords:
    """What the journal of one database holds for these lists."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def notable(self, *, since: datetime, until: datetime, limit: int) -> tuple[SafetyRow, ...]:
        """Incidents, corrections, overrides and stops told afterwards, the latest first."""
        values: dict[str, object] = {"since": micros(since), "until": micros(until)}
        found = []
        for row in self._database.ask(_NOTABLE, values | {"limit": limit}):
            stay = cast("str | None", named(row)["encounter_id"])
            found.append(SafetyRow(journal_row(row), None if stay is None else EncounterId(stay)))
        return tuple(found)

    def holds(self, chain: str, seq: int) -> bool:
        """Whether the journal or the audit trail has a record at this place."""
        return any(self._database.ask(one, {"chain": chain, "seq": seq}) for one in _AT)

    def follow_ups(self) -> Mapping[str, tuple[FollowUp, ...]]:
        """What was done about each, by its subject."""
        return follow_ups_in(map(journal_row, self._database.ask(_RULED, {})))

    def approvals(self) -> tuple[Approval, ...]:
        """Every configuration file that somebody agreed to, the earliest first."""
        return approvals_in(map(journal_row, self._database.ask(_RULED, {})))
