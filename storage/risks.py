"""The score beside each stay, worked out from the tables: for rebuild, verify and refresh.

A live write stores what follows from the stay as it is after its last event. The same is asked here
of the tables that a journal was folded into, at the instant of that event: so it holds to the byte.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import select, text, update

from domain.happenings import (
    AllergyRecorded,
    CatalogueItemSet,
    PatientLinked,
    PatientRegistered,
    StandingFactSet,
)
from domain.ids import EncounterId
from domain.settled import settled
from storage.situations import load_situation, risk_row
from storage.statements import Statement, word
from storage.tables import encounter_state, encounters, journal
from storage.types import instant, micros

if TYPE_CHECKING:
    from datetime import datetime

    from domain.happenings import Happening
    from domain.ports import Rulebook
    from storage.engine import Driver, Values

RISK_COLUMNS: Final = ("score", "band", "as_of", "risk_seq", "causes", "config_hash", "wake_at")
"""The columns of `encounter_state` that follow from rules."""
_SET: Final = Statement(
    update(encounter_state).where(encounter_state.c.encounter_id == word("key")),
    columns=RISK_COLUMNS,
)
_LAST: Final = Statement(
    select(journal.c.chain_seq, journal.c.recorded_at)
    .where(journal.c.chain == word("chain"))
    .order_by(journal.c.chain_seq.desc())
    .suffix_with(text("LIMIT 1"))
)
STAYS: Final = Statement(select(encounters.c.id).order_by(encounters.c.id))
ACTIVE: Final = Statement(
    select(encounters.c.id)
    .where(text("encounters.state = 'in_progress'"))
    .order_by(encounters.c.id)
)
OTHER_RULES: Final = Statement(
    select(encounters.c.id)
    .select_from(
        encounters.join(encounter_state, encounter_state.c.encounter_id == encounters.c.id)
    )
    .where(
        text("encounters.state = 'in_progress'"),
        text("(encounter_state.config_hash IS NULL OR encounter_state.config_hash <> :rules)"),
    )
    .order_by(encounters.c.id)
)


def weigh(driver: Driver, source: Driver, encounter: str, rulebook: Rulebook) -> None:
    """Store what follows for a stay at the instant of the last event of its chain.

    Args:
        driver: where its tables are.
        source: where its journal is.
    """
    row = source.row(_LAST, chain=encounter)
    if row is None:
        return
    seq, recorded_at = cast("tuple[int, int]", row)
    as_of = instant(recorded_at)
    situation = load_situation(driver, EncounterId(encounter), as_of)
    found = settled(rulebook, situation, as_of)
    values = risk_row(found.risk, as_of=as_of, wake_at=found.wake_at, config=rulebook.sha256)
    driver.write(_SET, values | {"risk_seq": seq, "key": encounter})


def weigh_all(driver: Driver, source: Driver, rulebook: Rulebook) -> None:
    """Store what follows for each stay, once all chains are folded: stays share their patient."""
    for (encounter,) in driver.rows(STAYS):
        weigh(driver, source, cast("str", encounter), rulebook)


_STALE: Final = (
    "UPDATE encounter_state SET risk_seq = NULL, wake_at = :now WHERE risk_seq IS NOT NULL AND "
    "encounter_id IN (SELECT id FROM encounters WHERE state = 'in_progress' AND {which})"
)
_OF_PATIENT: Final = Statement(text(_STALE.format(which="patient_id = :patient")))
_OF_ORDERS: Final = Statement(
    text(_STALE.format(which="id IN (SELECT encounter_id FROM orders WHERE is_open = 1)"))
)


class StaleRisks:
    """Scores that rest on what was told on another chain: a corrected birth date, a drug's data.

    They stay to be seen, but follow from no event until the watch, which wakes at once, has settled
    them.
    """

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._patients: set[str] = set()
        self._catalogues = False

    def note(self, happening: Happening) -> None:
        """Take note of what an event changes for other stays."""
        body = happening.body
        if isinstance(body, PatientRegistered):
            self._patients.add(body.patient.id)
        elif isinstance(body, PatientLinked):
            self._patients |= {body.patient, body.into}
        elif isinstance(body, AllergyRecorded | StandingFactSet):
            self._patients.add(body.patient)
        elif isinstance(body, CatalogueItemSet):
            self._catalogues = True

    def write(self, now: datetime) -> None:
        """Mark them; the stays that are settled in this transaction are stored after it."""
        values: Values = {"now": micros(now)}
        for patient in sorted(self._patients):
            self._driver.write(_OF_PATIENT, values | {"patient": patient})
        if self._catalogues:
            self._driver.write(_OF_ORDERS, values)
