"""Seals over journal, commands and audit trail: made in moments, without reading what is sealed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, cast

from sqlalchemy import text

from domain.errors import Refused
from domain.sealing import Sealed
from storage.integrity import AUDIT, JOURNAL
from storage.seal_proof import Known, missing_seal, prove
from storage.seal_rows import ADD, FIRST_MAC, LAST, Seal, command_hash, mark_of, seal_of, values_of
from storage.statements import Statement
from storage.types import instant, micros

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from domain.sealing import Proof
    from storage.engine import Database, Driver
    from storage.integrity import Chained, Place
    from storage.receipts import Receipt, Receipts

_TABLES: Final = ("journal", "command", "audit")
_LAST_ROW: Final = {
    table: Statement(text(f"SELECT coalesce(max(rowid), 0) FROM {table}"))  # noqa: S608 - our own names
    for table in _TABLES
}
_SINCE: Final = {
    table: Statement(text(f"SELECT count(*) FROM {table} WHERE rowid > :row"))  # noqa: S608 - our own names
    for table in _TABLES
}
_MOVED: Final = {
    table: Statement(
        text(f"SELECT chain, max(chain_seq) FROM {table} WHERE rowid > :row GROUP BY chain")  # noqa: S608 - our own names
    )
    for table in ("journal", "audit")
}
_COMMANDS: Final = Statement(text("SELECT * FROM command WHERE rowid > :row ORDER BY rowid"))


class SealingKey(Protocol):
    """The site's key; it lies outside the database."""

    @property
    def id(self) -> str:
        """What tells it from another key."""
        ...

    @property
    def secret(self) -> bytes:
        """Its bytes."""
        ...

    @property
    def warning(self) -> str:
        """What a person should know of where it lies."""
        ...


@dataclass(frozen=True, slots=True)
class _Since:
    """What has come since the last seal."""

    heads: dict[str, dict[str, Place]]
    marks: str
    commands: str
    counts: dict[str, int]

    @property
    def nothing(self) -> bool:
        return not self.marks and not any(self.heads.values())


class SqlSeals:
    """The seals of one database, made at one workstation."""

    def __init__(
        self,
        database: Database,
        workstation: str,
        *,
        key: Callable[[], SealingKey],
        receipts: Receipts,
    ) -> None:
        """Bind.

        Args:
            key: finds the key, or makes it; asked at each seal and each proof.
            receipts: what is known outside of the database.
        """
        self._database = database
        self._workstation = workstation
        self._key = key
        self._receipts = receipts
        self._place = str(database.file.resolve())

    def last_at(self) -> datetime | None:
        """When the last seal was made; None where there is none. Asks for no key."""
        rows = self._database.ask(LAST, {})
        return instant(cast("int", values_of(rows[0])["sealed_at"])) if rows else None

    def seal(self, *, now: datetime, anew: bool = False) -> Sealed:
        """Seal what came since the last seal."""
        key = self._key()
        with self._database.writing() as driver:
            row = driver.row(LAST)
            last = None if row is None else seal_of(values_of(row))
            lost = _lost(driver, self._receipts.of(self._place))
            if lost and not anew:
                raise _seals_lost(lost)
            if last is not None and last.sums["key"] != key.id and not anew:
                raise _other_key(key)
            since = _since(driver, last)
            if last is not None and since.nothing and not anew:
                self._receipts.keep_seal(self._place, seq=last.seq, mac=last.mac)
                return _told(last, key, made=False)
            made = Seal(
                seq=1 if last is None else last.seq + 1,
                sealed_at=micros(now),
                workstation=self._workstation,
                heads=since.heads,
                marks=since.marks,
                sums={"commands": since.commands, "key": key.id},
                counts=since.counts,
                anew=bool(lost),
                prev_mac=FIRST_MAC if last is None else last.mac,
            )
            values = made.row(key.secret)
            driver.write(ADD, values)
            driver.commit()
        mac = str(values["mac"])
        self._receipts.keep_seal(self._place, seq=made.seq, mac=mac, anew=made.anew)
        return _told(made, key, made=True)

    def prove(self, *, now: datetime, full: bool = False) -> Proof:
        """Whether everything is what was sealed."""
        key, known = self._key(), self._receipts.of(self._place)
        with self._database.reading() as driver:
            proof, under = prove(driver, Known(key.secret, key.id, known), now=now, full=full)
        if proof.holds and under is not None:
            at, fully = micros(now), proof.full
            self._receipts.keep_proof(self._place, seq=under.seq, mac=under.mac, at=at, fully=fully)
        return proof


def _told(seal: Seal, key: SealingKey, *, made: bool) -> Sealed:
    records = seal.counts["journal"] + seal.counts["audit"]
    at = instant(seal.sealed_at)
    return Sealed(seal.seq, at, records, made=made, key_warning=key.warning)


def _lost(driver: Driver, receipt: Receipt | None) -> str:
    """Why this is not the database that was sealed at this place last; empty where it is."""
    return "" if receipt is None else missing_seal(driver, receipt)


def _seals_lost(what: str) -> Refused:
    return Refused(
        "SEALS_LOST",
        f"This is not the database that was sealed here last: {what}",
        next_step="Find out who put it here; where it is meant to be (restored from a backup, or"
        " new), run `wardloop audit seal --anew`",
    )


def _other_key(key: SealingKey) -> Refused:
    """One seal under another key, and nothing after it can be proved any more."""
    return Refused(
        "OTHER_SITE_KEY",
        f"The seals here were made with another site key than the one here ({key.id})",
        next_step="Take that one away, then `wardloop keys import site` the key of this site",
    )


def _since(driver: Driver, last: Seal | None) -> _Since:
    """Rows are only ever added, so that what is new has a higher row number."""
    before = {} if last is None else last.counts
    counts: dict[str, int] = {}
    for table in _TABLES:
        row = before.get(f"{table}_row", 0)
        counts[table] = before.get(table, 0) + _one(driver, _SINCE[table], row=row)
        counts[f"{table}_row"] = _one(driver, _LAST_ROW[table])
    heads = {
        of.name: dict(_heads(driver, of, before.get(f"{of.name}_row", 0)))
        for of in (JOURNAL, AUDIT)
    }
    marks, digest = [], hashlib.sha256()
    for command in driver.stream(_COMMANDS, row=before.get("command_row", 0)):
        found = command_hash(command)
        marks.append(mark_of(found))
        digest.update(found)
    return _Since(heads, "".join(marks), digest.hexdigest(), counts)


def _heads(driver: Driver, of: Chained, row: int) -> Iterator[tuple[str, Place]]:
    for chain, seq in cast("list[tuple[str, int]]", driver.rows(_MOVED[of.name], row=row)):
        yield chain, (seq, str((driver.row(of.at, chain=chain, seq=seq) or ("",))[0]))


def _one(driver: Driver, statement: Statement, **values: object) -> int:
    return cast("int", (driver.row(statement, **values) or (0,))[0])
