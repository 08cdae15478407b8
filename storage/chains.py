"""The chains that one transaction writes to: their locks, their ends, the places of new rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import func, select, text

from domain.errors import StorageError
from domain.ids import EncounterId
from storage import statements as sql
from storage.journal import FIRST_HASH, seal, system_chain, ward_chain
from storage.statements import Statement, word
from storage.tables import journal
from storage.types import NEVER, instant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from domain.happenings import Happening
    from storage.engine import Driver, Values


@dataclass(slots=True)
class Head:
    """The end of a chain, as this transaction knows it.

    Attributes:
        found: its length in the database; None where it has no row yet.
        risk: the columns of the risk that follows from all of it.
        recorded_at: the latest of its rows, those of an import left out (decision 25).
    """

    chain: str
    encounter: EncounterId | None
    found: int | None = None
    seq: int = 0
    hash: str = FIRST_HASH
    recorded_at: int = 0
    risk: Mapping[str, object] | None = None


_LAST_TRUE: Final = Statement(
    select(func.max(journal.c.recorded_at)).where(
        journal.c.chain == word("chain"), text("simulated = 0 AND source <> 'import'")
    )
)
NO_RISK: Mapping[str, object] = {
    **dict.fromkeys(("score", "band", "as_of", "risk_seq", "causes", "config_hash")),
    "wake_at": NEVER,
}
"""The columns of `encounter_state` that the risk score fills."""


class Chains:
    """Heads of the locked encounters, and of the wards and workstations that are written to."""

    def __init__(
        self, driver: Driver, encounters: Sequence[EncounterId], *, workstation: str
    ) -> None:
        self._driver = driver
        self._system = system_chain(workstation)
        self._heads: dict[str, Head] = {}
        self._streams: dict[str, int] = {}
        self.written = 0
        for encounter in sorted(set(encounters)):
            self._read(encounter, encounter)
        if not encounters:
            self._read(self._system, None)

    def last_recorded_at(self) -> int:
        """The latest last entry of the chains that are locked."""
        return max(head.recorded_at for head in self._heads.values())

    def last_true_at(self) -> datetime | None:
        """The latest entry of the locked chains by a clock that was not set, imports left out."""
        # a chain of which nothing but imports is known has none, however long it is
        heads = [head for head in self._heads.values() if head.recorded_at]
        rows = [self._driver.row(_LAST_TRUE, chain=head.chain) for head in heads]
        found = [cast("int", row[0]) for row in rows if row is not None and row[0] is not None]
        return instant(max(found)) if found else None

    def know(self, streams: Mapping[str, int]) -> None:
        """Take note of how many events some streams have, so that it need not be asked."""
        self._streams.update(streams)

    def begin_stream(self, stream: str) -> None:
        """A stream begins here; if it is there already, the journal refuses the row."""
        self._streams.setdefault(stream, 0)

    def locked(self, encounter: EncounterId) -> Head:
        """The end of an encounter's chain.

        Raises:
            StorageError: the encounter is not locked.
        """
        head = self._heads.get(encounter)
        if head is None:
            raise StorageError(
                "NOT_LOCKED", f"encounter {encounter} is written to without its lock; name it first"
            )
        return head

    def head_of(self, happening: Happening) -> Head:
        """The chain of its encounter, else of its ward, else of the workstation."""
        if happening.encounter is not None:
            return self.locked(happening.encounter)
        chain = self._system if happening.ward is None else ward_chain(happening.ward)
        return self._heads.get(chain) or self._read(chain, None)

    def placed(self, values: Values, head: Head) -> Values:
        """The row with its places on chain, stream and command, sealed."""
        head.seq += 1
        self.written += 1
        row = values | {
            "chain": head.chain,
            "chain_seq": head.seq,
            "encounter_id": head.encounter,
            "stream_seq": self._next_of(cast("str", values["stream"])),
            "n": self.written,
            "prev_hash": head.hash,
        }
        row["hash"] = head.hash = seal(row, head.hash)
        if values["source"] != "import":
            head.recorded_at = max(head.recorded_at, cast("int", values["recorded_at"]))
        return row

    def write_heads(self) -> tuple[Head, ...]:
        """Store the new ends; which chains were written to.

        A risk that was not worked out anew goes: better no score than one of before.

        Raises:
            StorageError: a chain moved under its lock; a risk follows from no event.
        """
        for head in self._heads.values():
            if head.risk is not None and head.seq == (head.found or 0):
                raise StorageError(
                    "NOT_MOVED", f"{head.chain} was settled, but nothing was written on it"
                )
        moved = tuple(head for head in self._heads.values() if head.seq != (head.found or 0))
        for head in moved:
            values = {**NO_RISK, **(head.risk or {})}
            values |= {"seq": head.seq, "hash": head.hash, "recorded_at": head.recorded_at}
            if head.risk is not None:
                values["risk_seq"] = head.seq
            if head.found is None:
                self._driver.write(sql.BEGIN_STATE, values | {"encounter_id": head.chain})
                continue
            values |= {"chain": head.chain, "seen": head.found}
            if self._driver.write(sql.MOVE_STATE, values) != 1:
                raise StorageError("CHAIN", f"{head.chain} moved under its lock; run db verify")
        return moved

    def _read(self, chain: str, encounter: EncounterId | None) -> Head:
        head = Head(chain, encounter)
        row = self._driver.row(sql.HEAD, chain=chain)
        if row is not None:
            seq, head.hash, head.recorded_at = cast("tuple[int, str, int]", row)
            head.found = head.seq = seq
        self._heads[chain] = head
        return head

    def _next_of(self, stream: str) -> int:
        last = self._streams.get(stream)
        if last is None:
            row = self._driver.row(sql.STREAM_HEAD, stream=stream)
            last = cast("int | None", row[0] if row else None) or 0
        self._streams[stream] = last + 1
        return last + 1
