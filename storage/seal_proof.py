"""Whether a database is what was sealed: seals, chains, commands, secrets, counts and guards."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import text

from domain.sealing import FULLY_EVERY, Fault, Proof
from storage.heads import cut_off, replaced
from storage.integrity import AUDIT, JOURNAL, guards, numbers, walk, walk_on
from storage.seal_rows import (
    ALL,
    FIRST_MAC,
    MARK,
    command_hash,
    mac_of,
    mark_of,
    seal_of,
    values_of,
)
from storage.secrets_told import exchanged_secret
from storage.statements import Statement
from storage.types import instant, micros

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from storage.engine import Driver, Row
    from storage.integrity import Chained, Place
    from storage.receipts import Receipt
    from storage.seal_rows import Seal

_MAC: Final = Statement(text("SELECT mac FROM seals WHERE seq = :seq"))
_COUNT: Final = {
    table: Statement(text(f"SELECT count(*) FROM {table}"))  # noqa: S608 - our own names
    for table in ("journal", "command", "audit")
}
_FIRST_COMMANDS: Final = Statement(text("SELECT count(*) FROM command WHERE rowid <= :row"))
_COMMANDS: Final = Statement(text("SELECT * FROM command WHERE rowid > :row ORDER BY rowid"))
# a chain that is longer than its head says: somebody added a record and could not add the rest
_APPENDED: Final = Statement(
    text(
        "SELECT chain, coalesce(seq, 0) + 1 FROM (SELECT chain, max(chain_seq) AS there FROM "
        "journal GROUP BY chain) LEFT JOIN encounter_state ON encounter_id = chain "
        "WHERE there > coalesce(seq, 0) ORDER BY chain"
    )
)
_NOTHING: Final = "this record is missing"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known outside of the database.

    Attributes:
        key: the site's key.
        key_id: what tells it from another.
        receipt: what was sealed here last; None where nothing is known.
    """

    key: bytes = field(repr=False)
    key_id: str
    receipt: Receipt | None


@dataclass(slots=True)
class _Read:
    """The seals, read once.

    Attributes:
        heads: the ends that the seals up to the proved one hold, by table and chain.
        later: those after it.
        proved: under which all was found to hold before; None: all is read.
        anew: those that began with what was there.
    """

    heads: dict[str, dict[str, Place]]
    later: list[Seal]
    proved: Seal | None = None
    last: Seal | None = None
    anew: tuple[int, ...] = ()

    @property
    def count(self) -> int:
        return 0 if self.last is None else self.last.seq


def missing_seal(driver: Driver, receipt: Receipt) -> str:
    """Why the last seal made here is not in the database; empty where it is."""
    if not receipt.seq:
        return ""
    row = driver.row(_MAC, seq=receipt.seq)
    if row is None:
        return f"seal {receipt.seq}, made here, is missing; an older copy was put in its place"
    return "" if row[0] == receipt.mac else f"seal {receipt.seq} is not the one made here"


def prove(driver: Driver, known: Known, *, now: datetime, full: bool) -> tuple[Proof, Seal | None]:
    """Compare all with what was sealed; with the last seal, under which it holds."""
    receipt = known.receipt
    proved_seq = 0 if full or receipt is None or _long_ago(receipt, now) else receipt.proved_seq
    read, fault = _seals(driver, known, proved_seq)
    if fault is None and receipt is not None and (lost := missing_seal(driver, receipt)):
        fault = Fault("seals", receipt.seq, lost)
    journal = walk_on(driver, JOURNAL, read.heads["journal"]) if read.proved else None
    journal = journal or walk(driver, JOURNAL)
    trail = walk_on(driver, AUDIT, read.heads["audit"]) if read.proved else walk(driver, AUDIT)
    fault = fault or journal.fault or trail.fault or _records(driver)
    commands, command_fault = _commands(driver, read)
    fault = fault or _sealed_heads(driver, read) or command_fault or _counts(driver, read)
    fault = fault or exchanged_secret(driver) or guards(driver)
    proof = Proof(
        journal=journal.records,
        audit=trail.records,
        commands=commands,
        seals=read.count,
        sealed_at=None if read.last is None else instant(read.last.sealed_at),
        unsealed=_unsealed(driver, read.last),
        full=read.proved is None,
        proved_at=None if read.proved is None or receipt is None else instant(receipt.proved_at),
        older_told=receipt is not None,
        anew=read.anew,
        fault=fault,
    )
    return proof, read.last


def _long_ago(receipt: Receipt, now: datetime) -> bool:
    return micros(now) - receipt.fully_at >= FULLY_EVERY // timedelta(microseconds=1)


def _seals(driver: Driver, known: Known, proved_seq: int) -> tuple[_Read, Fault | None]:
    """Work out every seal's code, in order; fold the ends that the proved ones hold."""
    read = _Read({"journal": {}, "audit": {}}, [])
    receipt, prev_mac, seq = known.receipt, FIRST_MAC, 0
    for row in map(values_of, driver.stream(ALL)):
        seq += 1
        what = _wrong(row, seq, prev_mac, known)
        if what:
            return read, Fault("seals", seq, what)
        read.last = seal = seal_of(row)
        prev_mac = seal.mac
        read.anew += (seq,) * seal.anew
        if seq > proved_seq:
            read.later.append(seal)
            continue
        for name, ends in seal.heads.items():
            read.heads[name].update(ends)
        if seq == proved_seq:
            if receipt is None or receipt.proved_mac != seal.mac:
                return _seals(driver, known, 0)
            read.proved = seal
    if proved_seq and read.proved is None:
        return _seals(driver, known, 0)
    return read, None


def _wrong(row: Mapping[str, object], seq: int, prev_mac: str, known: Known) -> str:
    if row["seq"] != seq:
        return "this seal is missing"
    if row["prev_mac"] != prev_mac:
        return "it does not follow the seal before it"
    if hmac.compare_digest(str(row["mac"]), mac_of(row, known.key)):
        return ""
    if f'"key":"{known.key_id}"' not in str(row["counts"]):
        return f"it was made with another key than the one here ({known.key_id})"
    return "it was changed, or was not made with the key of this site"


def _records(driver: Driver) -> Fault | None:
    """What the records and their heads tell of each other."""
    for lost in (cut_off(driver), replaced(driver)):
        if lost is not None:
            return Fault(lost.chain, lost.seq, lost.what)
    row = driver.row(_APPENDED)
    if row is not None:
        chain, seq = cast("tuple[str, int]", row)
        return Fault(chain, seq, "this record was added behind the program")
    return numbers(driver)


def _sealed_heads(driver: Driver, read: _Read) -> Fault | None:
    """Whether every end that was sealed stands where it stood."""
    proved = read.proved
    if proved is not None and (fault := _ends(driver, read.heads, proved)) is not None:
        return fault
    faults = (_ends(driver, seal.heads, seal) for seal in read.later)
    return next((fault for fault in faults if fault is not None), None)


def _ends(driver: Driver, heads: Mapping[str, Mapping[str, Place]], seal: Seal) -> Fault | None:
    for of in (JOURNAL, AUDIT):
        for chain, (seq, end) in heads.get(of.name, {}).items():
            row = driver.row(of.at, chain=chain, seq=seq)
            if row is None:
                what = f"{_NOTHING}: seal {seal.seq} holds {seq} records of this chain"
                return Fault(chain, _first_missing(driver, of, chain), what)
            if row[0] != end:
                return Fault(chain, seq, f"it is not the record that seal {seal.seq} holds")
    return None


def _first_missing(driver: Driver, of: Chained, chain: str) -> int:
    ends = dict(cast("list[tuple[str, int]]", driver.rows(of.ends)))
    return ends.get(chain, 0) + 1


def _commands(driver: Driver, read: _Read) -> tuple[int, Fault | None]:
    """Whether the commands are those that were sealed, one after the other."""
    counts = {} if read.proved is None else read.proved.counts
    row, place = counts.get("command_row", 0), counts.get("command", 0)
    if _one(driver, _FIRST_COMMANDS, row=row) != place:
        return 0, Fault("command", 0, f"{place} commands were sealed up to here, not all are there")
    rows, read_now = driver.stream(_COMMANDS, row=row), 0
    for seal in read.later:
        digest = hashlib.sha256()
        for mark in _marks(seal.marks):
            read_now += 1
            command = next(rows, None)
            fault = _command_fault(command, mark, place + read_now, seal)
            if fault is not None or command is None:
                return read_now, fault
            digest.update(command_hash(command))
        if digest.hexdigest() != seal.sums["commands"]:
            what = f"the commands up to here are not those that seal {seal.seq} holds"
            return read_now, Fault("command", place + read_now, what)
    return read_now, None


def _command_fault(command: Row | None, mark: str, place: int, seal: Seal) -> Fault | None:
    if command is None:
        return Fault("command", place, f"this command is missing: seal {seal.seq} holds it")
    if mark_of(command_hash(command)) == mark:
        return None
    return Fault("command", place, f"{command[0]} is not the command that seal {seal.seq} holds")


def _marks(marks: str) -> Iterator[str]:
    return (marks[at : at + MARK] for at in range(0, len(marks), MARK))


def _counts(driver: Driver, read: _Read) -> Fault | None:
    """Whether there are at least as many rows as were sealed, and each seal holds no fewer."""
    before: Mapping[str, int] = {} if read.proved is None else read.proved.counts
    for seal in read.later:
        if any(seal.counts[table] < before.get(table, 0) for table in _COUNT):
            return Fault("seals", seal.seq, "it holds fewer records than the seal before it")
        before = seal.counts
    for table, statement in _COUNT.items():
        there = _one(driver, statement)
        if there < before.get(table, 0):
            return Fault(table, 0, f"{before[table]} records were sealed, {there} are there")
    return None


def _unsealed(driver: Driver, last: Seal | None) -> int:
    counts: Mapping[str, int] = {} if last is None else last.counts
    tables = ("journal", "audit")
    return sum(_one(driver, _COUNT[table]) - counts.get(table, 0) for table in tables)


def _one(driver: Driver, statement: Statement, **values: object) -> int:
    return cast("int", (driver.row(statement, **values) or (0,))[0])
