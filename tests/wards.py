"""A small hospital, told to a store through its ports only, event by event."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from domain.events import Event, Moved, OrderPlaced, StepRecorded, Stopped, StreamKind, TaskMade
from domain.happenings import (
    Admitted,
    Assigned,
    BandReplaced,
    CatalogueItemSet,
    Happening,
    MovedTo,
    Noun,
    PatientRegistered,
    PractitionerSet,
    StayEnded,
    WardSet,
)
from domain.ids import (
    CommandId,
    EncounterId,
    OrderId,
    PatientId,
    PractitionerId,
    TaskId,
    WardId,
    task_id,
)
from domain.loops.case import Case
from domain.loops.evolve import evolve_all
from domain.orders import OrderState, Priority
from domain.patients import Encounter, EncounterState, Patient, Sex, Ward
from domain.people import Practitioner, Role
from domain.ports import CommandMeta, Kept
from domain.records import Source
from domain.tasks import TaskState
from domain.worklists import Outlook, ReadyStep
from tests.fakes import FakeClock, SeededIds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from domain.alert_events import AlertBody
    from domain.events import Body
    from domain.happenings import CareBody
    from domain.ports import Transaction, UnitOfWork

WARD = WardId("4A")
OTHER_WARD = WardId("5B")
PHYSICIAN = PractitionerId("chen.wei")
NURSE = PractitionerId("li.na")


def outlook(case: Case) -> dict[str, Outlook]:
    """Unsigned orders wait for a physician, open tasks for a nurse until an hour after."""
    found: dict[str, Outlook] = {}
    if case.order.state.unsigned:
        late = case.order.placed_at + timedelta(hours=6)
        step = ReadyStep("M1", (Role.PHYSICIAN,), late, "TM01", late - timedelta(minutes=72))
        found[case.order.id] = Outlook(late, "TM01", (step,))
    elif not case.order.state.terminal:
        found[case.order.id] = Outlook()
    for key, task in case.tasks.items():
        roles = (Role.NURSE, Role.CHARGE_NURSE)
        if task.state.terminal:
            found[key] = Outlook()
        elif task.due_at is None:
            found[key] = Outlook(ready=(ReadyStep("M11", roles),))
        else:
            late = task.due_at + timedelta(hours=1)
            found[key] = Outlook(late, "TM06", (ReadyStep("M11", roles, late, "TM06"),))
    return found


@dataclass
class Hospital:
    """Wards, patients and orders of a test.

    `meta` is what the next commands are recorded under.
    """

    units: UnitOfWork
    clock: FakeClock
    ids: SeededIds = field(default_factory=SeededIds)
    workstation: str = "ward-pc-1"
    config_hash: str = "config-1"
    source: Source = Source.LIVE
    patient_of: dict[EncounterId, PatientId] = field(default_factory=dict)
    encounter_of: dict[OrderId, EncounterId] = field(default_factory=dict)
    last_command: str = ""

    def meta(self, kind: str = "test", *, command: str | None = None) -> CommandMeta:
        """The next command."""
        self.last_command = command or self.ids.new()
        return CommandMeta(
            command_id=CommandId(self.last_command),
            actor=NURSE,
            kind=kind,
            workstation=self.workstation,
            loop_hash="loops-1",
            config_hash=self.config_hash,
        )

    # ------------------------------------------------------------ patients, places, people
    def tell(
        self,
        noun: Noun,
        stream: str,
        body: CareBody | AlertBody,
        *,
        encounter: EncounterId | None = None,
        ward: WardId | None = None,
        at: datetime | None = None,
    ) -> None:
        """One event beside orders and tasks, in a transaction of its own."""
        locked = [] if encounter is None else [encounter]
        with self.units.begin(self.meta(), encounters=locked) as transaction:
            happening = Happening(
                noun=noun,
                stream=stream,
                body=body,
                actor=NURSE,
                at=at or transaction.now,
                recorded_at=transaction.now,
                encounter=encounter,
                ward=ward,
                source=self.source,
            )
            transaction.tell([happening])
            transaction.commit()

    def ward(self, ward: WardId = WARD, *beds: str) -> WardId:
        """A ward with its beds in order."""
        made = Ward(ward, f"Ward {ward}", "四病区", "Asia/Shanghai", beds or ("1", "2", "10"))
        self.tell(Noun.WARD, ward, WardSet(made), ward=ward)
        return ward

    def staff(self, user: PractitionerId, *roles: Role, active: bool = True) -> None:
        """A member of staff."""
        person = Practitioner(user, "LI, Na", frozenset(roles), "李娜", active=active, badge="B1")
        self.tell(Noun.PRACTITIONER, user, PractitionerSet(person))

    def patient(self, mrn: str = "0012345678", name: str = "WANG, Xiaoming") -> PatientId:
        """A registered patient."""
        patient = PatientId(self.ids.new())
        known = Patient(patient, mrn, name, Sex.MALE, date(1958, 3, 14), "王小明")
        self.tell(Noun.PATIENT, patient, PatientRegistered(known))
        return patient

    def admit(
        self, patient: PatientId | None = None, *, ward: WardId = WARD, bed: str = "1"
    ) -> EncounterId:
        """A patient in hospital."""
        encounter = EncounterId(self.ids.new())
        lying = self.patient_of[encounter] = patient or self.patient()
        stay = Encounter(
            id=encounter,
            patient_id=lying,
            state=EncounterState.IN_PROGRESS,
            ward=ward,
            bed=bed,
            admitted_at=self.clock.now(),
            diagnosis="pneumonia",
        )
        self.tell(Noun.ENCOUNTER, encounter, Admitted(stay), encounter=encounter)
        return encounter

    def move(self, encounter: EncounterId, ward: WardId, bed: str) -> None:
        """A transfer."""
        self.tell(Noun.ENCOUNTER, encounter, MovedTo(ward, bed), encounter=encounter)

    def discharge(self, encounter: EncounterId, how: str = "discharge") -> None:
        """The end of a stay."""
        self.tell(Noun.ENCOUNTER, encounter, StayEnded(how), encounter=encounter)

    def new_band(self, encounter: EncounterId, instance: int) -> None:
        """A new wristband."""
        self.tell(Noun.ENCOUNTER, encounter, BandReplaced(instance), encounter=encounter)

    def assign(
        self, encounter: EncounterId, nurse: PractitionerId = NURSE, *, hours: tuple[int, int]
    ) -> None:
        """A nurse looks after a patient from one hour of the day to another."""
        day = self.clock.now().replace(hour=0, minute=0)
        start, end = (day + timedelta(hours=hour) for hour in hours)
        body = Assigned("nurse", nurse, WARD, encounter, start, end)
        self.tell(Noun.ENCOUNTER, encounter, body, encounter=encounter)

    def item(self, code: str, data: Mapping[str, object], *, since: datetime) -> None:
        """A drug of the catalogue."""
        body = CatalogueItemSet("drug", code, data, since)
        self.tell(Noun.CATALOGUE, f"drug:{code}", body)

    # ------------------------------------------------------------ orders and tasks
    def new_order(self, encounter: EncounterId) -> OrderId:
        """The id of an order that is about to be placed."""
        order = OrderId(self.ids.new())
        self.encounter_of[order] = encounter
        return order

    def event(self, order: OrderId, stream: str, body: Body, *, raises: bool = False) -> Event:
        """An event of now."""
        now = self.clock.now()
        return Event(
            stream_kind=StreamKind.ORDER if stream == order else StreamKind.TASK,
            stream=stream,
            order_id=order,
            body=body,
            actor=NURSE,
            at=now,
            recorded_at=now,
            source=self.source,
            raises=raises,
        )

    def place(
        self,
        encounter: EncounterId,
        *,
        state: OrderState = OrderState.IN_PROGRESS,
        product: str = "amoxicillin",
        loop: str = "medication",
        stop_at: datetime | None = None,
    ) -> OrderId:
        """An order, signed unless it is to be a draft or verbal."""
        order = self.new_order(encounter)
        placed = OrderPlaced(
            loop=loop,
            loop_version=1,
            patient_id=self.patient_of[encounter],
            encounter_id=encounter,
            priority=Priority.ROUTINE,
            fields={"product": product, "dose": {"value": "500", "unit": "mg"}},
            verbal=state is OrderState.VERBAL,
        )
        bodies: list[Body] = [placed]
        if not state.unsigned:
            bodies += [StepRecorded("M1", activates=True), Moved(state)]
        if stop_at is not None:
            bodies.append(Stopped("discontinue", stop_at))
        with self.units.begin(self.meta("place"), encounters=[encounter]) as transaction:
            events = [self.event(order, order, body) for body in bodies]
            store(transaction, None, events)
            transaction.commit()
        return order

    def task(
        self,
        order: OrderId,
        due_at: datetime | None = None,
        *,
        seq: int = 0,
        fields: Mapping[str, object] | None = None,
        loop: str | None = None,
    ) -> TaskId:
        """One more occurrence of an order; with `loop` a task of a sub-loop."""
        task = task_id(order, due_at=due_at, seq=seq)

        def made(case: Case) -> list[Event]:
            body = TaskMade(
                order_id=order,
                encounter_id=case.order.encounter_id,
                loop=loop or case.order.loop,
                due_at=due_at,
                seq=seq,
                fields=fields or {},
            )
            return [self.event(order, task, body, raises=True)]

        self.act(order, made)
        return task

    def record(self, order: OrderId, task: TaskId, step: str = "M10") -> None:
        """A step of a task."""
        moved = Moved(TaskState.IN_PROGRESS)
        self.append(order, (task, StepRecorded(step)), (task, moved))

    def finish(self, order: OrderId, task: TaskId) -> None:
        """The last step of a task."""
        done = StepRecorded("M13", result="complete", starts=True)
        self.append(order, (task, done), (task, Moved(TaskState.CLOSED)), raises=True)

    def append(self, order: OrderId, *bodies: tuple[str, Body], raises: bool = False) -> None:
        """Some events of an order and its tasks, in one command."""
        self.act(
            order,
            lambda _: [self.event(order, stream, body, raises=raises) for stream, body in bodies],
        )

    def act(self, order: OrderId, told: Callable[[Case], Sequence[Event]]) -> None:
        """Load, decide, append, keep, commit: one use case."""
        encounter = self.encounter_of[order]
        with self.units.begin(self.meta("act"), encounters=[encounter]) as transaction:
            case = transaction.case(order)
            assert case is not None
            store(transaction, case, told(case))
            transaction.commit()

    def act_on(
        self,
        case: Case | None,
        order: OrderId,
        *bodies: tuple[str, Body],
        raises: bool = False,
        locked: EncounterId | None = None,
        outlook: Callable[[Case], Mapping[str, Outlook]] = outlook,
    ) -> None:
        """Decide on a reading that may be old, and write."""
        encounter = locked or self.encounter_of[order]
        with self.units.begin(self.meta("act"), encounters=[encounter]) as transaction:
            events = [self.event(order, stream, body, raises=raises) for stream, body in bodies]
            store(transaction, case, events, outlook=outlook)
            transaction.commit()


def store(
    transaction: Transaction,
    before: Case | None,
    events: Sequence[Event],
    *,
    outlook: Callable[[Case], Mapping[str, Outlook]] = outlook,
) -> Case:
    """Append events and keep what follows from them."""
    after = evolve_all(before, events)
    assert after is not None
    transaction.append(events)
    transaction.keep(Kept(before, after, outlook(after)))
    return after
