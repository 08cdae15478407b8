"""The audit trail: append-only rows, each sealed with the hash of the one before it."""

from __future__ import annotations

import hashlib
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import func, insert, select

from domain.auditing import AuditAction, AuditEntry, AuditRow
from domain.ids import EncounterId, PatientId, PractitionerId, WardId
from storage import deeds
from storage.codec import canonical, json_value, parsed
from storage.questions import LIMIT
from storage.statements import Statement, number, word
from storage.trust_tables import audit
from storage.types import instant, micros

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from domain.auditing import Deed
    from storage.engine import Database, Driver, Row, Values

COLUMNS: Final = tuple(column.name for column in audit.columns)
FIRST_HASH: Final = "0" * 64
_ADD: Final = Statement(insert(audit), columns=COLUMNS)
_LAST: Final = select(func.max(audit.c.chain_seq)).where(audit.c.chain == word("chain"))
_HEAD: Final = Statement(
    select(audit.c.chain_seq, audit.c.hash).where(
        audit.c.chain == word("chain"), audit.c.chain_seq == _LAST.scalar_subquery()
    )
)


class SqlAuditTrail:
    """The trail of one database, written by one workstation."""

    def __init__(self, database: Database, workstation: str) -> None:
        self._database = database
        self._workstation = workstation
        self._chain = f"audit:{workstation}"

    def write(self, entries: Sequence[AuditEntry]) -> None:
        """Add entries, on the disk before this returns."""
        if not entries:
            return
        with self._database.writing() as driver:
            seq, last = self._head(driver)
            for entry in entries:
                seq += 1
                row = self._values(entry, seq)
                row["prev_hash"] = last
                row["hash"] = last = sealed(row, last)
                driver.write(_ADD, row)
            driver.commit()

    def rows(
        self,
        *,
        patient: PatientId | None = None,
        user: PractitionerId | None = None,
        actions: frozenset[AuditAction] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 500,
    ) -> tuple[AuditRow, ...]:
        """Entries, the latest first."""
        wanted: list[str] = [] if actions is None else sorted(action.value for action in actions)
        asked = {"patient_id": patient, "user_id": user}
        given = tuple(name for name, value in asked.items() if value is not None)
        question = _question(given, len(wanted), since is not None, until is not None)
        values: dict[str, object] = {name: asked[name] for name in given} | {"limit": limit}
        values |= {f"action_{at}": value for at, value in enumerate(wanted)}
        if since is not None:
            values["since"] = micros(since)
        if until is not None:
            values["until"] = micros(until)
        return tuple(_row(row) for row in self._database.ask(question, values))

    def records_of(self, patient: PatientId) -> frozenset[PatientId]:
        """The record of a patient, and all records that were linked to it."""
        return deeds.records_of(self._database, patient)

    def deeds(
        self,
        *,
        patients: frozenset[PatientId] | None = None,
        user: PractitionerId | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 500,
    ) -> tuple[Deed, ...]:
        """What the journal holds, by when it was recorded, the latest first."""
        return deeds.deeds(
            self._database, patients=patients, user=user, since=since, until=until, limit=limit
        )

    def _head(self, driver: Driver) -> tuple[int, str]:
        row = driver.row(_HEAD, chain=self._chain)
        return (0, FIRST_HASH) if row is None else cast("tuple[int, str]", row)

    def _values(self, entry: AuditEntry, seq: int) -> Values:
        return {
            "chain": self._chain,
            "chain_seq": seq,
            "at": micros(entry.at),
            "user_id": entry.user,
            "workstation": self._workstation,
            "action": entry.action.value,
            "what": entry.what,
            "patient_id": entry.patient,
            "encounter_id": entry.encounter,
            "ward_id": entry.ward,
            "target": entry.target,
            "outcome": entry.outcome,
            "detail": canonical(json_value(dict(entry.detail))),
        }


def sealed(row: Mapping[str, object], prev_hash: str) -> str:
    """The hash of a row: sha256 over the hash before it and the JSON of all other columns."""
    content = {name: row[name] for name in COLUMNS if name not in ("prev_hash", "hash")}
    return hashlib.sha256((prev_hash + canonical(json_value(content))).encode()).hexdigest()


@cache
def _question(given: tuple[str, ...], actions: int, since: bool, until: bool) -> Statement:  # noqa: FBT001 - two of four parts of a key
    asked = select(audit).order_by(audit.c.at.desc(), audit.c.chain, audit.c.chain_seq.desc())
    for name in given:
        asked = asked.where(audit.c[name] == word(name))
    if actions:
        asked = asked.where(audit.c.action.in_([word(f"action_{at}") for at in range(actions)]))
    if since:
        asked = asked.where(audit.c.at >= number("since"))
    if until:
        asked = asked.where(audit.c.at < number("until"))
    return Statement(asked.suffix_with(LIMIT))


def _row(row: Row) -> AuditRow:
    values = dict(zip(COLUMNS, row, strict=True))
    patient, encounter, ward = (
        cast("str | None", values[name]) for name in ("patient_id", "encounter_id", "ward_id")
    )
    entry = AuditEntry(
        AuditAction(cast("str", values["action"])),
        PractitionerId(cast("str", values["user_id"])),
        instant(cast("int", values["at"])),
        cast("str", values["what"]),
        patient=None if patient is None else PatientId(patient),
        encounter=None if encounter is None else EncounterId(encounter),
        ward=None if ward is None else WardId(ward),
        target=cast("str", values["target"]),
        outcome=cast("str", values["outcome"]),
        detail=MappingProxyType(parsed(cast("str", values["detail"]))),
    )
    return AuditRow(
        entry,
        cast("str", values["workstation"]),
        cast("str", values["chain"]),
        cast("int", values["chain_seq"]),
    )
