"""What changed since I last looked: the rows that each transaction leaves behind it (20d)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from domain.ids import EncounterId
from storage import questions as ask
from storage import statements as sql
from storage.types import micros

if TYPE_CHECKING:
    from datetime import datetime

    from storage.engine import Database, Driver


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a reader has come. The epoch changes when the database is restored or copied."""

    epoch: str
    position: int


@dataclass(frozen=True, slots=True)
class Change:
    """One transaction's rows on one chain; no encounter: it was a ward's or a workstation's."""

    encounter: EncounterId | None
    first_seq: int
    last_seq: int


@dataclass(frozen=True, slots=True)
class News:
    """What a reader gets.

    Attributes:
        cursor: where to go on from.
        reread: the reader's place is of another epoch: everything is to be read anew.
    """

    changes: tuple[Change, ...]
    cursor: Cursor
    reread: bool = False


class Feed:
    """The feed of one database. Rows are no evidence: they are trimmed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def here(self) -> Cursor:
        """The present end: what a reader starts from that has just read everything."""
        with self._database.reading() as driver:
            return _here(driver)

    def since(self, cursor: Cursor, *, limit: int = 1000) -> News:
        """What came after a place, in order."""
        with self._database.reading() as driver:
            here = _here(driver)
            if here.epoch != cursor.epoch:
                return News((), here, reread=True)
            rows = driver.rows(ask.CHANGES, after=cursor.position, limit=limit)
        changes = []
        position = cursor.position
        for row in rows:
            position, encounter, first_seq, last_seq = cast("tuple[int, str | None, int, int]", row)
            stay = None if encounter is None else EncounterId(encounter)
            changes.append(Change(stay, first_seq, last_seq))
        return News(tuple(changes), Cursor(here.epoch, position))

    def trim(self, *, before: datetime) -> int:
        """Forget the rows of transactions that were recorded before an instant; how many went."""
        with self._database.writing() as driver:
            gone = driver.write(sql.TRIM_FEED, {"before": micros(before)})
            driver.commit()
        return gone

    def begin_epoch(self) -> None:
        """Empty the feed and make every reader read anew: after a restore or a copy."""
        with self._database.writing() as driver:
            driver.write(sql.EMPTY_FEED, {})
            driver.write(sql.NEW_EPOCH, {"epoch": str(uuid.uuid4())})
            driver.commit()


def _here(driver: Driver) -> Cursor:
    epoch = driver.row(sql.EPOCH)
    last = driver.row(ask.LAST_POSITION)
    position = cast("int | None", last[0] if last else None) or 0
    return Cursor(str(epoch[0]) if epoch else "", position)
