"""Questions without a lock: frozen rows, on connections that cannot write."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from domain.addressing import nearest
from domain.happenings import Noun
from domain.ids import EncounterId, OrderId, TaskId
from storage import questions as ask
from storage import statements as sql
from storage import worklists
from storage.alert_mapping import ALERT, alert_of
from storage.alert_reads import (
    ALERT_TRAIL,
    RISK,
    RISKS_OF_WARD,
    WAKES,
    AlertQuestion,
    alerts_asked,
    risk_standing,
)
from storage.care_mapping import (
    assigned_of,
    encounter_of,
    patient_of,
    practitioner_of,
    ward_of,
)
from storage.clinical import StoredClinical
from storage.codec import canonical, parsed
from storage.credentials import ANY
from storage.grants import GRANT, GRANTS, RUNNING, grant_of
from storage.journal import happening_stream, journal_row
from storage.mapping import CONTAINER, load_case, open_fields
from storage.projections import ward_of as ward_where
from storage.situations import load_situation
from storage.types import instant, micros, role_mask
from storage.worklists import WorkQuestion

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from domain.alerts import Alert
    from domain.clinical import Clinical
    from domain.clock import Clock
    from domain.grants import Grant, GrantKind
    from domain.ids import CommandId, PatientId, PractitionerId, WardId
    from domain.loops.case import Case
    from domain.patients import Encounter, Patient, Ward
    from domain.people import Practitioner, Role
    from domain.situation import RiskStanding, Situation
    from domain.standing import StandingFact
    from domain.worklists import AlertRow, BedRow, JournalRow, WorkRow
    from storage.engine import Database, Row
    from storage.statements import Statement


class SqlReads:
    """The read side of a store.

    "My patients" are those of the assignment in force at the clock's present instant.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def _row(self, statement: Statement, **values: object) -> Row | None:
        rows = self._database.ask(statement, values)
        return rows[0] if rows else None

    def _rows(self, statement: Statement, **values: object) -> list[Row]:
        return self._database.ask(statement, values)

    # ------------------------------------------------------------ patients, places, people
    def patient(self, patient: PatientId) -> Patient | None:
        """The patient of an id, as the record stands; `merged_into` says where it is read."""
        row = self._row(ask.PATIENT, id=patient)
        return None if row is None else patient_of(row)

    def patient_by_mrn(self, mrn: str) -> Patient | None:
        """The patient of a record number; of a linked record the one it was linked to."""
        with self._database.reading() as driver:
            row = driver.row(ask.PATIENT_BY_MRN, mrn=mrn)
            passed: set[object] = set()
            while row is not None and row[-1] is not None and row[0] not in passed:
                passed.add(row[0])
                row = driver.row(ask.PATIENT, id=row[-1])
        return None if row is None else patient_of(row)

    def encounter(self, encounter: EncounterId) -> Encounter | None:
        """The stay of an id."""
        row = self._row(ask.ENCOUNTER, id=encounter)
        return None if row is None else encounter_of(row)

    def encounter_of_patient(self, patient: PatientId) -> Encounter | None:
        """The patient's present stay, else the last one."""
        row = self._row(ask.ENCOUNTERS_OF_PATIENT, id=patient)
        return None if row is None else encounter_of(row)

    def encounters(
        self, *, ward: WardId | None = None, active: bool = True
    ) -> tuple[Encounter, ...]:
        """Stays, in bed order; `active`: only those of patients in hospital."""
        with self._database.reading() as driver:
            if ward is None:
                rows = driver.rows(ask.ENCOUNTERS)
            else:
                rows = driver.rows(ask.ENCOUNTERS_OF_WARD, ward_id=ward)
            places = worklists.bed_places(driver)
        found = [stay for stay in map(encounter_of, rows) if stay.active or not active]
        found.sort(
            key=lambda stay: (stay.ward, worklists.place(places, stay.ward, stay.bed), stay.id)
        )
        return tuple(found)

    def wards(self) -> tuple[Ward, ...]:
        """All wards."""
        return tuple(map(ward_of, self._rows(ask.WARDS)))

    def practitioner(self, user: PractitionerId) -> Practitioner | None:
        """The member of staff of a user name."""
        row = self._row(ask.PRACTITIONER, id=user)
        return None if row is None else practitioner_of(row)

    def practitioners(self) -> tuple[Practitioner, ...]:
        """All staff, disabled ones too."""
        return tuple(map(practitioner_of, self._rows(ask.PRACTITIONERS)))

    def running_grants(self, user: PractitionerId) -> tuple[Grant, ...]:
        """What a person was granted that runs at the clock's present instant.

        By a clock that was set (`--now`) nothing runs in a secured database: a grant of last week
        would be gone back to.
        """
        if self._clock.simulated and self._rows(ANY):
            return ()
        rows = self._rows(RUNNING, user=user, now=micros(self._clock.now()))
        return tuple(map(grant_of, rows))

    def grants(
        self, *, user: PractitionerId | None = None, kind: GrantKind | None = None
    ) -> tuple[Grant, ...]:
        """Grants, ended ones too, the latest first."""
        found = map(grant_of, self._rows(GRANTS))
        return tuple(one for one in found if user in (None, one.user) and kind in (None, one.kind))

    def grant(self, grant: str) -> Grant | None:
        """The grant of an id."""
        row = self._row(GRANT, key=grant)
        return None if row is None else grant_of(row)

    def assignments(self, ward: WardId, *, at: datetime) -> Mapping[EncounterId, PractitionerId]:
        """The nurse of each patient at an instant."""
        return worklists.nurses_of(self._rows(ask.NURSES_OF_WARD, ward_id=ward, at=micros(at)))

    def people_of(
        self, roles: frozenset[Role], encounter: EncounterId, *, at: datetime
    ) -> tuple[PractitionerId, ...]:
        """Who of these roles is nearest to a patient at an instant: see `domain.addressing`."""
        with self._database.reading() as driver:
            ward = cast("WardId", ward_where(driver, encounter))
            rows = driver.rows(ask.AT_WORK, encounter_id=encounter, ward_id=ward, at=micros(at))
            staff = map(practitioner_of, driver.rows(ask.PRACTITIONERS))
            return nearest(
                roles,
                encounter=encounter,
                ward=ward,
                at_work=tuple(map(assigned_of, rows)),
                staff=staff,
            )

    # ------------------------------------------------------------ what is known of a patient
    def clinical(self, encounter: EncounterId) -> Clinical:
        """What is known of the patient of a stay at the clock's present instant, all of it read.

        Raises:
            NotFound: the encounter was never admitted.
        """
        with self._database.reading() as driver:
            return StoredClinical.of(driver, encounter, self._clock.now()).frozen()

    def notes(self, encounter: EncounterId) -> tuple[StandingFact, ...]:
        """The free notes about the patient of a stay, the latest first."""
        with self._database.reading() as driver:
            return StoredClinical.of(driver, encounter, self._clock.now()).notes()

    # ------------------------------------------------------------ orders and tasks
    def encounter_of_order(self, order: OrderId) -> EncounterId | None:
        """The stay of an order."""
        row = self._row(sql.ORDER_ENCOUNTER, order_id=order)
        return None if row is None else EncounterId(cast("str", row[0]))

    def order_of_task(self, task: TaskId) -> OrderId | None:
        """The order of a task."""
        row = self._row(ask.ORDER_OF_TASK, task_id=task)
        return None if row is None else OrderId(cast("str", row[0]))

    def home_of_task(self, task: TaskId) -> tuple[OrderId, EncounterId] | None:
        """The order and the stay of a task."""
        row = self._row(ask.HOME_OF_TASK, task_id=task)
        return None if row is None else cast("tuple[OrderId, EncounterId]", row)

    def content_of(self, command: CommandId) -> str | None:
        """What a command said when it was carried out; None where it was not."""
        row = self._row(sql.SEEN, command_id=command)
        return None if row is None else cast("str", row[0])

    def tasks_of_container(self, container: str) -> tuple[TaskId, ...]:
        """The open tasks whose fields or records name a container (tube, box)."""
        rows = self._rows(ask.TASKS_OF_CONTAINER, container=container)
        return tuple(TaskId(cast("str", row[0])) for row in rows)

    def tasks_of_item(self, name: str, value: str) -> tuple[TaskId, ...]:
        """The open tasks whose fields name an item; of a container, also their records."""
        if name == CONTAINER:
            return self.tasks_of_container(value)
        said = re.sub(r"([!%_])", r"!\1", canonical({name: value})[1:-1])
        rows = self._rows(ask.TASKS_OF_ITEM, pattern=f"%{said}%")  # of any case, and at any depth
        return tuple(
            TaskId(cast("str", row[0]))
            for row in rows
            if parsed(cast("str", row[1])).get(name) == value
        )

    def case(self, order: OrderId, *, whole: bool = False) -> Case | None:
        """An order with its open tasks; `whole`: with the ended ones too."""
        with self._database.reading() as driver:
            loaded = load_case(driver, order, whole=whole)
        return None if loaded is None else loaded.case

    def orders_of(self, encounter: EncounterId) -> tuple[OrderId, ...]:
        """Every order of a stay, in the order in which they were placed."""
        rows = self._rows(ask.ORDERS_OF, encounter_id=encounter)
        return tuple(OrderId(cast("str", row[0])) for row in rows)

    def journal(self, *, order: OrderId) -> tuple[JournalRow, ...]:
        """All events of an order and its tasks, as they were recorded."""
        return tuple(map(journal_row, self._rows(ask.JOURNAL_OF, order_id=order)))

    # ------------------------------------------------------------ worklists
    def work(
        self,
        *,
        roles: frozenset[Role],
        ward: WardId | None = None,
        nurse: PractitionerId | None = None,
        encounter: EncounterId | None = None,
        author: PractitionerId | None = None,
        limit: int = 200,
    ) -> tuple[WorkRow, ...]:
        """Open tasks and orders that wait for one of these roles, the earliest deadline first.

        Drafts are left out, but for those of one patient and those of an author who is named; a
        named author is also told of verbal orders for patients of other nurses.
        """
        asked = WorkQuestion(
            mask=role_mask(roles),
            at=micros(self._clock.now()),
            limit=limit,
            ward=ward,
            nurse=nurse,
            encounter=encounter,
            author=author,
        )
        with self._database.reading() as driver:
            return worklists.work(driver, asked)

    def board(self, ward: WardId, *, now: datetime) -> tuple[BedRow, ...]:
        """The occupied beds of a ward in bed order."""
        with self._database.reading() as driver:
            return worklists.board(driver, ward, now=now)

    def due_streams(
        self, *, until: datetime, since: datetime | None = None, limit: int = 500
    ) -> tuple[tuple[OrderId, datetime], ...]:
        """Orders of which something becomes late, or reaches its stop, by an instant."""
        after = -1 if since is None else micros(since)
        rows = self._rows(ask.DUE_STREAMS, until=micros(until), since=after, limit=limit)
        return tuple((OrderId(cast("str", row[0])), instant(cast("int", row[1]))) for row in rows)

    def next_due(self, *, after: datetime) -> datetime | None:
        """When next something becomes late or reaches its stop; None: never."""
        rows = self._rows(ask.NEXT_DUE, since=micros(after))
        return min((instant(cast("int", at)) for (at,) in rows if at is not None), default=None)

    # ------------------------------------------------------------ alerts and risk
    def alerts(
        self,
        *,
        ward: WardId | None = None,
        encounter: EncounterId | None = None,
        roles: frozenset[Role] | None = None,
        open_only: bool = True,
        silent: bool = False,
        since: datetime | None = None,
        limit: int = 200,
    ) -> tuple[AlertRow, ...]:
        """Alerts, the gravest and then the oldest first; `roles`: that these were told of."""
        asked = AlertQuestion(
            mask=role_mask(roles or ()),
            limit=limit,
            open_only=open_only,
            silent=silent,
            since=0 if since is None else micros(since),
            ward=ward,
            encounter=encounter,
        )
        with self._database.reading() as driver:
            return alerts_asked(driver, asked)

    def alert(self, alert: str) -> Alert | None:
        """The alert of an id, open or resolved."""
        row = self._row(ALERT, id=alert)
        return None if row is None else alert_of(cast("str", row[0]))

    def alert_trail(self, alert: str) -> tuple[JournalRow, ...]:
        """All events of an alert, as they were recorded."""
        rows = self._rows(ALERT_TRAIL, stream=happening_stream(Noun.ALERT, alert))
        return tuple(map(journal_row, rows))

    def risk(self, encounter: EncounterId) -> RiskStanding | None:
        """The score of a stay with its causes; None where it was never worked out."""
        row = self._row(RISK, encounter_id=encounter)
        return None if row is None else risk_standing(row)

    def risks(self, ward: WardId) -> Mapping[EncounterId, RiskStanding]:
        """The scores of the patients who lie on a ward."""
        rows = self._rows(RISKS_OF_WARD, ward_id=ward)
        return {EncounterId(cast("str", row[0])): risk_standing(row) for row in rows}

    def situation(self, encounter: EncounterId, *, now: datetime) -> Situation:
        """What alert rules and the risk score look at, at an instant; all of it read.

        Raises:
            NotFound: the encounter was never admitted.
        """
        with self._database.reading() as driver:
            found = load_situation(driver, encounter, now)
            clinical = StoredClinical.of(driver, encounter, now).frozen()
            return replace(found, clinical=clinical)

    def wakes(
        self, *, until: datetime, limit: int = 500
    ) -> tuple[tuple[EncounterId, datetime], ...]:
        """The stays that time alone changes by an instant, the earliest first."""
        rows = self._rows(WAKES, until=micros(until), limit=limit)
        return tuple(
            (EncounterId(cast("str", row[0])), instant(cast("int", row[1]))) for row in rows
        )

    # ------------------------------------------------------------ catalogues
    def catalogue(self, kind: str, *, at: datetime) -> tuple[tuple[str, Mapping[str, object]], ...]:
        """The items of a catalogue that are in force, as (code, data)."""
        rows = self._rows(ask.CATALOGUE, kind=kind, at=micros(at))
        latest = {cast("str", code): open_fields(data) for code, data in rows}
        return tuple(latest.items())

    def catalogue_item(self, kind: str, code: str, *, at: datetime) -> Mapping[str, object] | None:
        """One catalogue item in force."""
        row = self._row(ask.CATALOGUE_ITEM, kind=kind, code=code, at=micros(at))
        return None if row is None else open_fields(row[0])
