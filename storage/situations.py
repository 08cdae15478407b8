"""What alert rules look at, read under the encounter's lock: a few questions, whatever its length.

A transaction asks only for what may have changed since its connection last read it (`Memory`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import select

from domain.errors import NotFound
from domain.ids import PatientId, WardId
from domain.patients import EncounterState
from domain.situation import Situation
from domain.standing import flags
from storage.alert_mapping import alert_of
from storage.clinical import StoredClinical
from storage.memory import Memory
from storage.open_work import open_streams
from storage.statements import Statement, is_open, word
from storage.tables import alerts, encounters
from storage.types import deadline, instant_or_none, micros
from storage.written import written

if TYPE_CHECKING:
    from datetime import datetime

    from domain.alerts import Alert
    from domain.ids import EncounterId
    from domain.situation import RiskScore
    from storage.engine import Driver, Values
    from storage.memory import Known

_STAY: Final = Statement(
    select(
        encounters.c.patient_id, encounters.c.ward_id, encounters.c.state, encounters.c.ended_at
    ).where(encounters.c.id == word("encounter_id"))
)
ALERTS: Final = Statement(
    select(alerts.c.id, alerts.c.data)
    .where(alerts.c.encounter_id == word("encounter_id"), is_open(alerts))
    .order_by(alerts.c.severity, alerts.c.since, alerts.c.id)  # leads to the index of open ones
)


def load_situation(
    driver: Driver, encounter: EncounterId, now: datetime, memory: Memory | None = None
) -> Situation:
    """One stay as it is by now: its open work, what is known of the patient, its open alerts.

    Args:
        memory: what the connection has read before, in a transaction that has looked at it.

    Raises:
        NotFound: the encounter was never admitted.
    """
    memory = memory or Memory()
    known = memory.stay(encounter)
    if known.stay is None:
        known.stay = driver.row(_STAY, encounter_id=encounter)
    if known.stay is None:
        raise NotFound("encounter", encounter)
    patient, ward, state, ended_at = cast("tuple[str, str, str, int | None]", known.stay)
    clinical = StoredClinical.of(driver, encounter, now, memory)
    return Situation(
        encounter=encounter,
        patient=PatientId(patient),
        ward=WardId(ward),
        active=state == EncounterState.IN_PROGRESS,
        streams=open_streams(driver, encounter, known),
        clinical=clinical,
        alerts=_open_alerts(driver, encounter, known),
        flags=flags(clinical.facts, now),
        ended_at=instant_or_none(ended_at),
    )


def _open_alerts(driver: Driver, encounter: EncounterId, known: Known) -> tuple[Alert, ...]:
    """The open alerts of a stay, by id."""
    if known.alerts is None:
        rows = driver.rows(ALERTS, encounter_id=encounter)
        known.alerts = {cast("str", key): cast("str", data) for key, data in rows}
    return tuple(alert_of(known.alerts[key]) for key in sorted(known.alerts))


def risk_row(risk: RiskScore, *, as_of: datetime, wake_at: datetime | None, config: str) -> Values:
    """The columns of a stay's risk; whose chain's place is left to who writes its end."""
    return {
        "score": risk.score,
        "band": risk.band,
        "as_of": micros(as_of),
        "causes": written(risk),
        "config_hash": config,
        "wake_at": deadline(wake_at),
    }
