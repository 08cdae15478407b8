"""A day on which everything happens once, and the file of it as an intruder would open it."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

from domain.alert_events import AlertAcknowledged, AlertRaised, AlertSaid
from domain.alerts import AlertKey, AlertSeverity
from domain.clinical import Allergy
from domain.events import Moved
from domain.happenings import (
    AllergyRecorded,
    ConfigurationTaken,
    Noun,
    Observed,
    PatientLinked,
    StandingFactSet,
)
from domain.ids import EncounterId, PractitionerId
from domain.orders import OrderState
from domain.people import Role
from domain.records import Source
from storage.store import Store
from storage.tables import PROJECTIONS
from tests.fakes import FakeClock
from tests.wards import NURSE, OTHER_WARD, WARD, Hospital

EIGHT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def a_busy_day(store: Store) -> EncounterId:
    hospital = Hospital(store.units, FakeClock())
    for ward in (WARD, OTHER_WARD):
        hospital.ward(ward)
    hospital.staff(NURSE, Role.NURSE)
    hospital.item("amoxicillin", {"gtins": ["06912345678901"]}, since=EIGHT)
    taken = ConfigurationTaken("config-1", "loops-1", "first")
    hospital.tell(Noun.SITE, "site", taken)
    old = hospital.patient("0000000001")
    stay, other = hospital.admit(), hospital.admit(bed="2")
    hospital.tell(Noun.PATIENT, old, PatientLinked(old, hospital.patient_of[stay]))
    hospital.assign(stay, hours=(7, 15))
    hospital.assign(other, PractitionerId("zhou.min"), hours=(7, 15))
    order = hospital.place(stay)
    first = hospital.task(order, EIGHT)
    second = hospital.task(order, EIGHT + timedelta(hours=8))
    hospital.record(order, first)
    hospital.finish(order, first)
    hospital.config_hash = "config-2"
    observe(hospital, stay, EIGHT, {"heart_rate": 88, "spo2": 96})
    observe(hospital, stay, EIGHT - timedelta(hours=1), {"heart_rate": 120})
    penicillin = AllergyRecorded(hospital.patient_of[stay], Allergy("penicillins"))
    hospital.tell(Noun.ENCOUNTER, stay, penicillin, encounter=stay)
    dialysis = StandingFactSet(hospital.patient_of[stay], "on_dialysis", value=True, by=NURSE)
    hospital.tell(Noun.ENCOUNTER, stay, dialysis, encounter=stay)
    key = AlertKey("M-05", first, "08:00")
    said = AlertSaid(AlertSeverity.S2, EIGHT, (Role.NURSE,))
    for body in (
        AlertRaised(key, said, EIGHT, "rules-1", order=order, task=first),
        AlertAcknowledged(),
    ):
        hospital.tell(Noun.ALERT, key.id, body, encounter=stay)
    closed = hospital.place(stay)
    hospital.append(closed, (closed, Moved(OrderState.CLOSED)))
    hospital.clock.tick(hours=2)
    hospital.move(stay, OTHER_WARD, "2")
    hospital.append(closed, (closed, Moved(OrderState.IN_PROGRESS)))
    hospital.new_band(stay, 2)
    hospital.record(order, second)
    hospital.source = Source.IMPORT
    hospital.place(other, state=OrderState.VERBAL)
    hospital.source = Source.LIVE
    hospital.discharge(other)
    return stay


def observe(hospital: Hospital, stay: EncounterId, at: datetime, values: dict[str, object]) -> None:
    hospital.tell(Noun.ENCOUNTER, stay, Observed(values), encounter=stay, at=at)


def raw(store: Store) -> closing[sqlite3.Connection]:
    """The file as an intruder would open it: no settings of ours."""
    return closing(sqlite3.connect(store.database.file, isolation_level=None))


def dumped(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with raw(store) as connection:
        return {
            table.name: connection.execute(
                f"SELECT * FROM {table.name} ORDER BY 1, 2, 3, 4"  # noqa: S608 - names of our own
            ).fetchall()
            for table in PROJECTIONS
        }


def tamper(store: Store, statement: str, *values: object) -> None:
    """Change the file behind the back of the guards."""
    with raw(store) as connection:
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement, values)
