"""The journal as the trail shows it: what somebody changed, from where, on whose stay."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import or_, select, text

from domain.auditing import Deed
from domain.happenings import Noun
from domain.ids import EncounterId, PatientId
from storage.journal import happening_stream, journal_row
from storage.questions import LIMIT
from storage.statements import Statement, number, word
from storage.tables import command, encounters, journal
from storage.types import micros

if TYPE_CHECKING:
    from datetime import datetime

    from domain.ids import PractitionerId
    from storage.engine import Database, Row, Values

_RECORDS: Final = Statement(
    text(
        "WITH RECURSIVE records(id) AS (SELECT :patient UNION SELECT patients.id FROM patients "
        "JOIN records ON patients.merged_into = records.id "
        "WHERE patients.merged_into IS NOT NULL) SELECT id FROM records"
    )
)


def records_of(database: Database, patient: PatientId) -> frozenset[PatientId]:
    """The record of a patient, and all records that were linked to it."""
    rows = database.ask(_RECORDS, {"patient": patient})
    return frozenset(PatientId(cast("str", row[0])) for row in rows)


def deeds(
    database: Database,
    *,
    patients: frozenset[PatientId] | None,
    user: PractitionerId | None,
    since: datetime | None,
    until: datetime | None,
    limit: int,
) -> tuple[Deed, ...]:
    """What the journal holds, by when it was recorded, the latest first."""
    records = sorted(patients or ())
    question = _question(
        -1 if patients is None else len(records),
        user is not None,
        since is not None,
        until is not None,
    )
    values: Values = {"limit": limit}
    for at, record in enumerate(records):
        values[f"record_{at}"] = record
        values[f"stream_{at}"] = happening_stream(Noun.PATIENT, record)
    if user is not None:
        values["user"] = user
    if since is not None:
        values["since"] = micros(since)
    if until is not None:
        values["until"] = micros(until)
    return tuple(map(_deed, database.ask(question, values)))


@cache
def _question(records: int, user: bool, since: bool, until: bool) -> Statement:  # noqa: FBT001 - parts of a key
    asked = select(journal, command.c.workstation).join(
        command, command.c.command_id == journal.c.command_id
    )
    if records >= 0:
        stays = select(encounters.c.id).where(
            encounters.c.patient_id.in_([word(f"record_{at}") for at in range(records)])
        )
        said = journal.c.stream.in_([word(f"stream_{at}") for at in range(records)])
        asked = asked.where(or_(journal.c.chain.in_(stays), said))
    if user:
        asked = asked.where(journal.c.actor == word("user"))
    if since:
        asked = asked.where(journal.c.recorded_at >= number("since"))
    if until:
        asked = asked.where(journal.c.recorded_at < number("until"))
    latest = asked.order_by(
        journal.c.recorded_at.desc(), journal.c.chain, journal.c.chain_seq.desc()
    )
    return Statement(latest.suffix_with(LIMIT))


def _deed(row: Row) -> Deed:
    *recorded, workstation = row
    encounter = recorded[2]
    return Deed(
        journal_row(tuple(recorded)),
        cast("str", workstation),
        None if encounter is None else EncounterId(cast("str", encounter)),
    )
