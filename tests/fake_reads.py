"""The read side of the store in memory."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from domain.addressing import nearest
from domain.ids import WardId
from domain.loops.case import Case
from domain.orders import OrderState
from domain.worklists import BedRow, Outlook, WorkRow
from storage.mapping import container_of
from tests.fake_alerts import FakeAlertReads, situation_of
from tests.fake_clinical import clinical_of, notes_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from domain.clinical import Clinical
    from domain.grants import Grant, GrantKind
    from domain.ids import (
        CommandId,
        EncounterId,
        OrderId,
        PatientId,
        PractitionerId,
        TaskId,
    )
    from domain.orders import Order
    from domain.patients import Encounter, Patient, Ward
    from domain.people import Practitioner, Role
    from domain.situation import Situation
    from domain.standing import StandingFact
    from domain.tasks import Task
    from domain.worklists import JournalRow
    from tests.fakes import FakeState, FakeStore

LATEST = datetime.max.replace(tzinfo=UTC)


class FakeReads(FakeAlertReads):
    """Questions to a store in memory."""

    def __init__(self, store: FakeStore) -> None:
        self._store = store

    @property
    def _state(self) -> FakeState:
        return self._store.state

    def content_of(self, command: CommandId) -> str | None:
        return self._state.commands.get(command)

    def patient(self, patient: PatientId) -> Patient | None:
        return self._state.patients.get(patient)

    def patient_by_mrn(self, mrn: str) -> Patient | None:
        found = [one for one in self._state.patients.values() if one.mrn == mrn]
        patient = max(found, key=lambda one: one.id) if found else None
        passed: set[PatientId] = set()
        while patient and patient.merged_into and patient.id not in passed:
            passed.add(patient.id)
            patient = self._state.patients.get(patient.merged_into)
        return patient

    def encounter(self, encounter: EncounterId) -> Encounter | None:
        return self._state.stays.get(encounter)

    def situation(self, encounter: EncounterId, *, now: datetime) -> Situation:
        return situation_of(self._state, encounter, now)

    def clinical(self, encounter: EncounterId) -> Clinical:
        return clinical_of(self._state, encounter, self._store.clock.now())

    def notes(self, encounter: EncounterId) -> tuple[StandingFact, ...]:
        return notes_of(self._state, encounter)

    def encounter_of_patient(self, patient: PatientId) -> Encounter | None:
        stays = [stay for stay in self._state.stays.values() if stay.patient_id == patient]
        return max(stays, key=lambda stay: (stay.active, stay.admitted_at)) if stays else None

    def encounters(
        self, *, ward: WardId | None = None, active: bool = True
    ) -> tuple[Encounter, ...]:
        stays = [
            stay
            for stay in self._state.stays.values()
            if ward in (None, stay.ward) and (stay.active or not active)
        ]
        return tuple(sorted(stays, key=self._by_bed))

    def _by_bed(self, stay: Encounter) -> tuple[object, ...]:
        beds = self._state.wards[stay.ward].beds
        place = beds.index(stay.bed) if stay.bed in beds else len(beds)
        return stay.ward, place, stay.bed, stay.id

    def wards(self) -> tuple[Ward, ...]:
        return tuple(sorted(self._state.wards.values(), key=lambda ward: ward.id))

    def practitioner(self, user: PractitionerId) -> Practitioner | None:
        return self._state.staff.get(user)

    def running_grants(self, user: PractitionerId) -> tuple[Grant, ...]:
        now = self._store.clock.now()
        if self._store.clock.simulated and self._store.credentials.secured():
            return ()
        return tuple(one for one in self.grants(user=user) if one.runs(now))

    def grants(
        self, *, user: PractitionerId | None = None, kind: GrantKind | None = None
    ) -> tuple[Grant, ...]:
        found = [
            one
            for one in self._store.state.grants.values()
            if user in (None, one.user) and kind in (None, one.kind)
        ]
        return tuple(sorted(found, key=lambda one: (one.starts_at, one.id), reverse=True))

    def grant(self, grant: str) -> Grant | None:
        return self._store.state.grants.get(grant)

    def practitioners(self) -> tuple[Practitioner, ...]:
        return tuple(sorted(self._state.staff.values(), key=lambda one: one.user))

    def encounter_of_order(self, order: OrderId) -> EncounterId | None:
        case = self._state.cases.get(order)
        return None if case is None else case.order.encounter_id

    def order_of_task(self, task: TaskId) -> OrderId | None:
        return next((key for key, case in self._state.cases.items() if task in case.tasks), None)

    def home_of_task(self, task: TaskId) -> tuple[OrderId, EncounterId] | None:
        order = self.order_of_task(task)
        encounter = None if order is None else self.encounter_of_order(order)
        return None if order is None or encounter is None else (order, encounter)

    def tasks_of_container(self, container: str) -> tuple[TaskId, ...]:
        found = [task for _, task in self._open() if task and container_of(task) == container]
        return tuple(task.id for task in sorted(found, key=lambda task: (task.made_at, task.id)))

    def tasks_of_item(self, name: str, value: str) -> tuple[TaskId, ...]:
        if name == "container":
            return self.tasks_of_container(value)
        found = [task for _, task in self._open() if task and task.fields.get(name) == value]
        return tuple(task.id for task in sorted(found, key=lambda task: (task.made_at, task.id)))

    def case(self, order: OrderId, *, whole: bool = False) -> Case | None:
        case = self._state.cases.get(order)
        return case if whole or case is None else opened(case)

    def orders_of(self, encounter: EncounterId) -> tuple[OrderId, ...]:
        orders = [case.order for case in self._state.cases.values()]
        orders = [order for order in orders if order.encounter_id == encounter]
        return tuple(order.id for order in sorted(orders, key=placed_first))

    def journal(self, *, order: OrderId) -> tuple[JournalRow, ...]:
        return tuple(row for of, row in self._state.journal if of == order)

    def _open(self) -> Iterator[tuple[Order, Task | None]]:
        """Open orders, each with None, and open tasks with their order."""
        for case in self._state.cases.values():
            if not case.order.state.terminal:
                yield case.order, None
            for task in opened(case).tasks.values():
                yield case.order, task

    def _outlook(self, order: Order, task: Task | None) -> Outlook:
        return self._state.outlooks.get(task.id if task else order.id, Outlook())

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
        rows = []
        for order, task in self._open():
            waits_for = {role for step in self._outlook(order, task).waiting for role in step.roles}
            if waits_for.isdisjoint(roles):
                continue
            draft = task is None and order.state is OrderState.DRAFT and encounter is None
            if draft and order.author != author:
                continue
            spoken = task is None and order.state is OrderState.VERBAL and author is not None
            row = self._work_row(order, task)
            if (
                ward in (None, row.ward)
                and (draft or spoken or nurse in (None, row.nurse))
                and encounter in (None, row.encounter)
            ):
                rows.append(row)
        rows.sort(key=lambda row: (row.outlook.next_due_at or LATEST, row.task or row.order))
        return tuple(rows[:limit])

    def _work_row(self, order: Order, task: Task | None) -> WorkRow:
        stay = self._state.stays[order.encounter_id]
        patient = self._state.patients[stay.patient_id]
        about = task or order
        return WorkRow(
            order=order.id,
            task=task.id if task else None,
            encounter=stay.id,
            patient=patient.id,
            patient_name=patient.name,
            patient_name_zh=patient.name_zh,
            mrn=patient.mrn,
            birth_date=patient.birth_date,
            ward=stay.ward,
            bed=stay.bed,
            loop=about.loop,
            priority=order.priority,
            state=about.state.value,
            due_at=task.due_at if task else None,
            incomplete=bool(about.gaps),
            outlook=self._outlook(order, task),
            order_fields=order.fields,
            task_fields=task.fields if task else {},
            nurse=self._state.nurse_of(self._store.clock.now()).get(stay.id),
            parent=task.parent if task else None,
            order_loop=order.loop,
        )

    def board(self, ward: WardId, *, now: datetime) -> tuple[BedRow, ...]:
        nurses = self._state.nurse_of(now)
        return tuple(
            self._bed_row(stay, nurses.get(stay.id), now) for stay in self.encounters(ward=ward)
        )

    def _bed_row(self, stay: Encounter, nurse: PractitionerId | None, now: datetime) -> BedRow:
        opened, overdue = Counter[str](), Counter[str]()
        kinds, late_kinds = Counter[str](), Counter[str]()
        incomplete, dues = 0, []
        for order, task in self._open():
            outlook = self._outlook(order, task)
            waits = task is not None or (outlook.waiting and order.state is not OrderState.DRAFT)
            if order.encounter_id != stay.id or not waits:
                continue
            about = task or order
            opened[about.loop] += 1
            kinds[order.loop] += 1
            incomplete += bool(about.gaps)
            if outlook.next_due_at is not None:
                dues.append(outlook.next_due_at)
                overdue[about.loop] += outlook.next_due_at < now
                late_kinds[order.loop] += outlook.next_due_at < now
        patient = self._state.patients[stay.patient_id]
        return BedRow(
            ward=stay.ward,
            bed=stay.bed,
            encounter=stay.id,
            patient=patient.id,
            patient_name=patient.name,
            patient_name_zh=patient.name_zh,
            mrn=patient.mrn,
            birth_date=patient.birth_date,
            sex=patient.sex.value,
            diagnosis=stay.diagnosis,
            nurse=nurse,
            open_by_loop=dict(opened),
            overdue_by_loop=dict(+overdue),
            open_by_kind=dict(kinds),
            overdue_by_kind=dict(+late_kinds),
            incomplete=incomplete,
            next_due_at=min(dues, default=None),
        )

    def catalogue(self, kind: str, *, at: datetime) -> tuple[tuple[str, Mapping[str, object]], ...]:
        codes = sorted({item.code for item in self._state.items if item.kind == kind})
        found = ((code, self._state.item([kind], code, at)) for code in codes)
        return tuple((code, data) for code, data in found if data is not None)

    def catalogue_item(self, kind: str, code: str, *, at: datetime) -> Mapping[str, object] | None:
        return self._state.item([kind], code, at)

    def assignments(self, ward: WardId, *, at: datetime) -> Mapping[EncounterId, PractitionerId]:
        here = {row.encounter for row in self._state.assigned if row.ward == ward}
        return {stay: nurse for stay, nurse in self._state.nurse_of(at).items() if stay in here}

    def people_of(
        self, roles: frozenset[Role], encounter: EncounterId, *, at: datetime
    ) -> tuple[PractitionerId, ...]:
        stay = self._state.stays.get(encounter)
        return nearest(
            roles,
            encounter=encounter,
            ward=WardId("") if stay is None else stay.ward,
            at_work=[one for one in self._state.assigned if one.starts_at <= at < one.ends_at],
            staff=self._state.staff.values(),
        )

    def due_streams(
        self, *, until: datetime, since: datetime | None = None, limit: int = 500
    ) -> tuple[tuple[OrderId, datetime], ...]:
        first: dict[OrderId, datetime] = {}
        for order, task in self._open():
            due = self._outlook(order, task).next_due_at
            for at in (due, order.stop_at if task is None else None):
                if at is not None and at <= until and (since is None or at > since):
                    first[order.id] = min(at, first.get(order.id, LATEST))
        rows = sorted(first.items(), key=lambda row: (row[1], row[0]))
        return tuple(rows[:limit])

    def next_due(self, *, after: datetime) -> datetime | None:
        rows = self.due_streams(until=LATEST, since=after, limit=1)
        return next((at for _, at in rows), None)


def opened(case: Case, task: TaskId | None = None) -> Case:
    """The case without its ended tasks, but with the named one."""
    tasks = {key: one for key, one in case.tasks.items() if not one.state.terminal or key == task}
    return Case(case.order, tasks)


def placed_first(order: Order) -> tuple[datetime, str]:
    return order.placed_at, order.id
