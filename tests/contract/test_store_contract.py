"""What every store must do: one suite, run on the fake in memory and on a SQLite file.

A fake that passes here cannot lie to the tests that stand on it.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest

from domain.errors import Conflict, Refused, StorageError
from domain.events import FieldsChanged, Moved, OrderPlaced, StepRecorded
from domain.happenings import Happening, Noun, PatientLinked
from domain.ids import EncounterId, OrderId, PatientId, PractitionerId, TaskId, WardId
from domain.loops.evolve import evolve_all
from domain.orders import OrderState, Priority
from domain.people import Role
from domain.ports import Kept, Reads, UnitOfWork
from domain.records import Source
from domain.tasks import TaskState
from tests.fakes import FakeClock, FakeStore
from tests.stores import new_store
from tests.wards import NURSE, OTHER_WARD, PHYSICIAN, WARD, Hospital, outlook, store

NURSES = frozenset({Role.NURSE})
SEVEN = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


class AnyStore(Protocol):
    """Both faces of a store."""

    @property
    def units(self) -> UnitOfWork: ...
    @property
    def reads(self) -> Reads: ...


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(SEVEN)


@pytest.fixture(params=["memory", "sqlite"])
def any_store(
    request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock
) -> Iterator[AnyStore]:
    if request.param == "memory":
        yield FakeStore(clock)
        return
    real = new_store(tmp_path, clock)
    yield real
    real.close()


@pytest.fixture
def reads(any_store: AnyStore) -> Reads:
    return any_store.reads


@pytest.fixture
def hospital(any_store: AnyStore, clock: FakeClock) -> Hospital:
    """A ward with one bed order, nothing else."""
    hospital = Hospital(any_store.units, clock)
    hospital.ward(WARD)
    return hospital


@pytest.fixture
def stay(hospital: Hospital) -> EncounterId:
    return hospital.admit()


def at(hour: int, minute: int = 0) -> datetime:
    return SEVEN.replace(hour=hour, minute=minute)


# ---------------------------------------------------------------- one write
def test_an_order_is_read_back_as_it_was_folded(
    hospital: Hospital, reads: Reads, stay: EncounterId
) -> None:
    order = hospital.place(stay)
    morning, noon = hospital.task(order, at(8)), hospital.task(order, at(12))
    hospital.record(order, noon)

    case = reads.case(order)

    assert case is not None
    assert case.order.state is OrderState.IN_PROGRESS
    assert case.order.fields["dose"] == {"value": "500", "unit": "mg"}
    assert case.order.steps["M1"].actor == NURSE
    assert list(case.tasks) == [morning, noon]
    assert case.tasks[morning].state is TaskState.PLANNED
    assert case.tasks[noon].steps["M10"].at == SEVEN
    assert case.order.tally.made == 2


def test_ended_tasks_are_counted_and_only_shown_when_asked_for(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    order = hospital.place(stay)
    done, still_open = hospital.task(order, at(8)), hospital.task(order, at(12))
    hospital.finish(order, done)

    case, whole = any_store.reads.case(order), any_store.reads.case(order, whole=True)

    assert case is not None
    assert whole is not None
    assert set(case.tasks) == {still_open}
    assert set(whole.tasks) == {done, still_open}
    assert case.order.tally.ended == 1
    with any_store.units.begin(hospital.meta(), encounters=[stay]) as transaction:
        named = transaction.case(order, done)
        assert named is not None
        assert set(named.tasks) == {done, still_open}
        assert named.tasks[done].state is TaskState.CLOSED


def test_a_second_scan_of_one_command_is_seen(hospital: Hospital, any_store: AnyStore) -> None:
    with any_store.units.begin(hospital.meta(command="scan-1")) as transaction:
        assert not transaction.seen()
        transaction.commit()
    with any_store.units.begin(hospital.meta(command="scan-1")) as transaction:
        assert transaction.seen()
        transaction.commit()


def test_what_is_not_committed_never_was(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    order = hospital.place(stay)
    meta = hospital.meta(command="lost")
    with any_store.units.begin(meta, encounters=[stay]) as transaction:
        case = transaction.case(order)
        assert case is not None
        store(transaction, case, [hospital.event(order, order, StepRecorded("M3"))])
    case = any_store.reads.case(order)
    assert case is not None
    assert "M3" not in case.order.steps
    with any_store.units.begin(meta) as transaction:
        assert not transaction.seen()


def test_a_fault_inside_undoes_everything(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    order = hospital.place(stay)

    def record_and_fail() -> None:
        with any_store.units.begin(hospital.meta(), encounters=[stay]) as transaction:
            case = transaction.case(order)
            store(transaction, case, [hospital.event(order, order, StepRecorded("M3"))])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        record_and_fail()
    assert len(any_store.reads.journal(order=order)) == 3


def test_the_second_to_decide_on_an_old_reading_is_told_who_was_first(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    order = hospital.place(stay)
    task = hospital.task(order, at(8))
    stale = any_store.reads.case(order)
    hospital.clock.tick(minutes=5)
    hospital.finish(order, task)

    with pytest.raises(Conflict) as caught:
        hospital.act_on(stale, order, (task, StepRecorded("M11", starts=True)), raises=True)

    assert caught.value.who == NURSE
    assert caught.value.what == "moved closed"
    assert caught.value.when == at(7, 5)
    assert len(any_store.reads.journal(order=order)) == 6


def test_two_nurses_on_two_doses_do_not_meet(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    order = hospital.place(stay)
    one, other = hospital.task(order, at(8)), hospital.task(order, at(12))
    early = any_store.reads.case(order)
    hospital.record(order, one)
    hospital.act_on(early, order, (other, StepRecorded("M10")))
    case = any_store.reads.case(order)
    assert case is not None
    assert {key for key, task in case.tasks.items() if "M10" in task.steps} == {one, other}


def test_a_dose_decided_before_a_stop_is_refused_after_it(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    order = hospital.place(stay)
    task = hospital.task(order, at(8))
    early = any_store.reads.case(order)
    hospital.append(order, (order, Moved(OrderState.ON_HOLD)))
    with pytest.raises(Conflict, match="moved on_hold"):
        hospital.act_on(early, order, (task, StepRecorded("M11")))


def test_an_order_is_placed_once(hospital: Hospital, stay: EncounterId) -> None:
    order = hospital.place(stay)
    placed = OrderPlaced(
        "medication", 1, hospital.patient_of[stay], stay, Priority.ROUTINE, {"product": "x"}
    )
    with pytest.raises(Conflict):
        hospital.act_on(None, order, (order, placed))


def test_nothing_is_written_on_an_encounter_without_its_lock(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    order = hospital.place(stay)
    other = hospital.admit(bed="2")
    case = any_store.reads.case(order)
    with pytest.raises(StorageError, match="without its lock"):
        hospital.act_on(case, order, (order, StepRecorded("M3")), locked=other)


def test_events_without_their_projection_are_not_committed(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    order = hospital.place(stay)
    with any_store.units.begin(hospital.meta(), encounters=[stay]) as transaction:
        transaction.case(order)
        transaction.append([hospital.event(order, order, StepRecorded("M3"))])
        with pytest.raises(StorageError, match=order):
            transaction.commit()


def test_an_event_of_an_unknown_order_is_refused(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    ghost = OrderId("ghost")
    event = hospital.event(ghost, ghost, StepRecorded("M3"))
    with (
        pytest.raises(StorageError, match="never placed"),
        any_store.units.begin(hospital.meta(), encounters=[stay]) as transaction,
    ):
        transaction.append([event])


def test_several_commands_of_a_batch_follow_each_other(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    first, second = hospital.place(stay), hospital.place(stay)
    with any_store.units.begin(hospital.meta(), encounters=[stay]) as transaction:
        for order in (first, second, first):
            case = transaction.case(order)
            store(transaction, case, [hospital.event(order, order, StepRecorded("M3"))])
        transaction.commit()
    case = any_store.reads.case(first)
    assert case is not None
    assert case.order.steps["M3"].count == 2


def test_an_admission_to_an_unknown_ward_is_refused(hospital: Hospital) -> None:
    with pytest.raises(StorageError):
        hospital.admit(ward=WardId("nowhere"))


# ---------------------------------------------------------------- time
def test_the_clock_of_a_slow_workstation_is_raised_to_the_chain(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    hospital.place(stay)
    hospital.clock.tick(minutes=-20)
    with any_store.units.begin(hospital.meta(), encounters=[stay]) as transaction:
        assert transaction.now == SEVEN
    elsewhere = replace(hospital, workstation="ward-pc-2")
    with any_store.units.begin(elsewhere.meta()) as transaction:
        assert transaction.now == at(6, 40)


def test_a_frozen_clock_before_the_journal_is_refused_unless_it_rewinds(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    hospital.place(stay)
    hospital.clock.simulated = True
    hospital.clock.tick(hours=-1)
    with (
        pytest.raises(Refused, match="--rewind"),
        any_store.units.begin(hospital.meta(), encounters=[stay]),
    ):
        pass
    rewinding = replace(hospital.meta(), rewind=True)
    with any_store.units.begin(rewinding, encounters=[stay]) as transaction:
        assert transaction.now == at(6)


def test_imported_records_of_another_century_do_not_move_the_clock(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    hospital.place(stay)
    hospital.source = Source.IMPORT
    hospital.clock.at = datetime(2153, 3, 1, tzinfo=UTC)
    hospital.place(stay)
    hospital.clock.at = at(7, 30)
    with any_store.units.begin(hospital.meta(), encounters=[stay]) as transaction:
        assert transaction.now == at(7, 30)


# ---------------------------------------------------------------- facts
def test_facts_name_the_band_the_record_number_and_every_code_of_the_product(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    hospital.item("amoxicillin", {"gtins": ["06912345678901"], "codes": ["AMX500"]}, since=SEVEN)
    hospital.item("amoxicillin", {"gtins": ["09999999999999"]}, since=at(23))
    hospital.new_band(stay, 2)
    order = hospital.place(stay)
    with any_store.units.begin(hospital.meta(), encounters=[stay]) as transaction:
        case = transaction.case(order)
        assert case is not None
        facts = transaction.facts(case)
    assert facts.active
    assert facts.mrn == "0012345678"
    assert facts.patient == hospital.patient_of[stay]
    assert facts.band_instance == 2
    assert facts.item_codes == {"amoxicillin", "06912345678901", "AMX500"}


def test_facts_say_that_the_patient_has_left(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    order = hospital.place(stay, product="not in the catalogue")
    hospital.clock.tick(hours=3)
    hospital.discharge(stay)
    with any_store.units.begin(hospital.meta(), encounters=[stay]) as transaction:
        case = transaction.case(order)
        assert case is not None
        facts = transaction.facts(case)
    assert not facts.active
    assert facts.ended_at == at(10)
    assert facts.item_codes == {"not in the catalogue"}


def test_open_orders_are_those_with_anything_left_to_do(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    running = hospital.place(stay)
    closed = hospital.place(stay)
    hospital.append(closed, (closed, Moved(OrderState.CLOSED)))
    with_child = hospital.place(stay)
    hospital.task(with_child)
    hospital.append(with_child, (with_child, Moved(OrderState.CLOSED)))
    hospital.place(hospital.admit(bed="2"))
    with any_store.units.begin(hospital.meta(), encounters=[stay]) as transaction:
        assert transaction.open_orders(stay) == (running, with_child)


# ---------------------------------------------------------------- patients, places, people
def test_patients_are_found_by_id_and_by_record_number(hospital: Hospital, reads: Reads) -> None:
    patient = hospital.patient("0000000017", "ZHAO, Li")
    found = reads.patient(patient)
    assert found is not None
    assert (found.name, found.name_zh) == ("ZHAO, Li", "王小明")
    assert found.birth_date is not None
    assert found.birth_date.isoformat() == "1958-03-14"
    assert reads.patient_by_mrn("0000000017") == found
    assert reads.patient_by_mrn("nobody") is None
    assert reads.patient(PatientId("nobody")) is None


def test_a_linked_record_is_read_as_the_one_it_was_linked_to(
    hospital: Hospital, reads: Reads
) -> None:
    old, kept = hospital.patient("1"), hospital.patient("2")
    hospital.tell(Noun.PATIENT, old, PatientLinked(old, kept))
    assert reads.patient_by_mrn("1") == reads.patient(kept)
    linked = reads.patient(old)
    assert linked is not None
    assert linked.merged_into == kept


def test_the_present_stay_comes_before_the_last_one(hospital: Hospital, reads: Reads) -> None:
    patient = hospital.patient()
    first = hospital.admit(patient)
    hospital.clock.tick(days=2)
    hospital.discharge(first)
    last = reads.encounter_of_patient(patient)
    assert last is not None
    assert (last.id, last.ended_at) == (first, at(7) + timedelta(days=2))
    again = hospital.admit(patient, bed="2")
    present = reads.encounter_of_patient(patient)
    assert present is not None
    assert present.id == again
    assert reads.encounter_of_patient(PatientId("nobody")) is None


def test_stays_come_in_the_ward_s_own_bed_order(hospital: Hospital, reads: Reads) -> None:
    corridor, ten, two = (
        hospital.admit(bed="corridor"),
        hospital.admit(bed="10"),
        hospital.admit(bed="2"),
    )
    gone = hospital.admit(bed="1")
    hospital.discharge(gone, "death")
    hospital.ward(OTHER_WARD, "1")
    elsewhere = hospital.admit(ward=OTHER_WARD)
    assert [stay.id for stay in reads.encounters(ward=WARD)] == [two, ten, corridor]
    assert [stay.id for stay in reads.encounters(ward=WARD, active=False)] == [
        gone,
        two,
        ten,
        corridor,
    ]
    assert [stay.id for stay in reads.encounters()] == [two, ten, corridor, elsewhere]
    died = reads.encounter(gone)
    assert died is not None
    assert died.state == "died"


def test_wards_and_staff_are_changed_in_place(hospital: Hospital, reads: Reads) -> None:
    hospital.ward(WARD, "A", "B")
    hospital.staff(NURSE, Role.NURSE)
    hospital.staff(PHYSICIAN, Role.PHYSICIAN, Role.SENIOR_PHYSICIAN)
    hospital.staff(NURSE, Role.NURSE, active=False)
    assert [ward.beds for ward in reads.wards()] == [("A", "B")]
    nurse = reads.practitioner(NURSE)
    assert nurse is not None
    assert not nurse.active
    assert nurse.name_zh == "李娜"
    assert [person.user for person in reads.practitioners()] == [PHYSICIAN, NURSE]
    assert reads.practitioner(PractitionerId("nobody")) is None


def test_the_later_assignment_takes_over(
    hospital: Hospital, reads: Reads, stay: EncounterId
) -> None:
    night = PractitionerId("zhou.min")
    hospital.assign(stay, NURSE, hours=(7, 19))
    hospital.assign(stay, night, hours=(15, 23))
    assert reads.assignments(WARD, at=at(8)) == {stay: NURSE}
    assert reads.assignments(WARD, at=at(16)) == {stay: night}
    assert reads.assignments(WARD, at=at(23)) == {}
    assert reads.assignments(OTHER_WARD, at=at(8)) == {}


def test_catalogue_items_have_a_date_from_which_they_hold(hospital: Hospital, reads: Reads) -> None:
    hospital.item("heparin", {"unit": "[iU]"}, since=at(0))
    hospital.item("heparin", {"unit": "{unit}"}, since=at(12))
    hospital.item("aspirin", {"form": "tablet"}, since=at(12))
    assert reads.catalogue("drug", at=at(8)) == (("heparin", {"unit": "[iU]"}),)
    assert reads.catalogue("drug", at=at(13)) == (
        ("aspirin", {"form": "tablet"}),
        ("heparin", {"unit": "{unit}"}),
    )
    assert reads.catalogue_item("drug", "heparin", at=at(12)) == {"unit": "{unit}"}
    assert reads.catalogue_item("drug", "aspirin", at=at(8)) is None
    assert reads.catalogue_item("test", "heparin", at=at(12)) is None


# ---------------------------------------------------------------- orders, tasks, journal
def test_orders_tasks_and_stays_lead_to_each_other(
    hospital: Hospital, reads: Reads, stay: EncounterId
) -> None:
    first = hospital.place(stay)
    hospital.clock.tick(minutes=1)
    second = hospital.place(stay)
    task = hospital.task(second, at(8))
    assert reads.orders_of(stay) == (first, second)
    assert reads.encounter_of_order(second) == stay
    assert reads.order_of_task(task) == second
    assert reads.encounter_of_order(OrderId("ghost")) is None
    assert reads.order_of_task(TaskId("ghost")) is None
    assert reads.case(OrderId("ghost")) is None


def test_a_tube_leads_to_every_open_task_that_it_carries(
    hospital: Hospital, reads: Reads, stay: EncounterId
) -> None:
    potassium, glucose = hospital.place(stay, loop="test"), hospital.place(stay, loop="test")
    one = hospital.task(potassium, fields={"container": "1234567890"})
    hospital.clock.tick(minutes=1)
    other = hospital.task(glucose)
    assert reads.tasks_of_container("1234567890") == (one,)
    labelled = StepRecorded("L3", evidence={"container": "1234567890"})
    hospital.append(glucose, (other, labelled))
    assert reads.tasks_of_container("1234567890") == (one, other)
    hospital.finish(potassium, one)
    assert reads.tasks_of_container("1234567890") == (other,)
    hospital.append(glucose, (other, FieldsChanged({"container": "777"})))
    assert reads.tasks_of_container("777") == (other,)


def test_the_journal_of_an_order_tells_it_and_its_tasks_as_recorded(
    hospital: Hospital, reads: Reads, stay: EncounterId
) -> None:
    order = hospital.place(stay)
    task = hospital.task(order, at(8))
    hospital.place(stay)
    hospital.finish(order, task)
    rows = reads.journal(order=order)
    assert [(row.stream == task, row.stream_seq, row.kind) for row in rows] == [
        (False, 1, "order_placed"),
        (False, 2, "step_recorded"),
        (False, 3, "moved"),
        (True, 1, "task_made"),
        (True, 2, "step_recorded"),
        (True, 3, "moved"),
    ]
    assert rows[1].payload["step"] == "M1"
    assert {row.chain for row in rows} == {stay}
    assert [row.n for row in rows] == [1, 2, 3, 1, 1, 2]
    assert rows[0].actor == NURSE
    assert rows[0].event_at == SEVEN


# ---------------------------------------------------------------- worklists
def test_work_comes_with_the_earliest_deadline_first_and_undated_last(
    hospital: Hospital, reads: Reads, stay: EncounterId
) -> None:
    hospital.assign(stay, hours=(7, 19))
    order = hospital.place(stay)
    whenever = hospital.task(order, seq=9)
    noon, morning = hospital.task(order, at(12)), hospital.task(order, at(8))
    done = hospital.task(order, at(7))
    hospital.finish(order, done)

    rows = reads.work(roles=NURSES, ward=WARD)

    assert [row.task for row in rows] == [morning, noon, whenever]
    first = rows[0]
    assert (first.patient_name, first.mrn, first.bed, first.ward) == (
        "WANG, Xiaoming",
        "0012345678",
        "1",
        WARD,
    )
    assert first.due_at == at(8)
    assert first.outlook.next_due_at == at(9)
    assert first.outlook.next_limit == "TM06"
    assert first.outlook.ready[0].roles == (Role.NURSE, Role.CHARGE_NURSE)
    assert first.order_fields["product"] == "amoxicillin"
    assert (first.priority, first.state, first.nurse) == (Priority.ROUTINE, "planned", NURSE)
    assert rows[2].outlook.next_due_at is None
    assert [row.task for row in reads.work(roles=NURSES, ward=WARD, limit=1)] == [morning]


def test_each_role_sees_what_waits_for_it(
    hospital: Hospital, reads: Reads, stay: EncounterId
) -> None:
    verbal = hospital.place(stay, state=OrderState.VERBAL)
    task = hospital.task(hospital.place(stay), at(8))
    physicians = reads.work(roles=frozenset({Role.PHYSICIAN}), ward=WARD)
    assert [(row.order, row.task) for row in physicians] == [(verbal, None)]
    assert [row.task for row in reads.work(roles=NURSES, ward=WARD)] == [task]
    assert reads.work(roles=frozenset({Role.PORTER}), ward=WARD) == ()
    both = reads.work(roles=frozenset({Role.PHYSICIAN, Role.NURSE}))
    assert [row.task for row in both] == [task, None]


def test_a_draft_is_on_no_ward_s_worklist_but_is_seen_with_its_patient(
    hospital: Hospital, reads: Reads, stay: EncounterId
) -> None:
    draft = hospital.place(stay, state=OrderState.DRAFT)
    hospital.assign(stay, hours=(7, 19))
    physicians = frozenset({Role.PHYSICIAN})
    assert reads.work(roles=physicians, ward=WARD) == ()
    assert reads.work(roles=physicians) == ()
    assert reads.work(roles=physicians, nurse=NURSE) == ()
    assert [row.order for row in reads.work(roles=physicians, encounter=stay)] == [draft]


def test_my_patients_are_those_assigned_to_me_now(
    hospital: Hospital, reads: Reads, stay: EncounterId
) -> None:
    other_stay = hospital.admit(bed="2")
    mine = hospital.task(hospital.place(stay), at(8))
    hospital.task(hospital.place(other_stay), at(8))
    hospital.assign(stay, hours=(7, 15))
    hospital.assign(other_stay, PractitionerId("zhou.min"), hours=(7, 15))
    assert [row.task for row in reads.work(roles=NURSES, nurse=NURSE)] == [mine]
    assert [row.task for row in reads.work(roles=NURSES, nurse=NURSE, ward=WARD)] == [mine]
    assert reads.work(roles=NURSES, nurse=NURSE, ward=OTHER_WARD) == ()
    hospital.assign(stay, PractitionerId("zhou.min"), hours=(6, 15))
    assert [row.task for row in reads.work(roles=NURSES, nurse=NURSE)] == [mine]
    hospital.clock.tick(hours=8)
    assert reads.work(roles=NURSES, nurse=NURSE) == ()


def test_open_work_goes_with_the_patient(
    hospital: Hospital, reads: Reads, stay: EncounterId
) -> None:
    hospital.ward(OTHER_WARD)
    task = hospital.task(hospital.place(stay), at(8))
    verbal = hospital.place(stay, state=OrderState.VERBAL)
    hospital.move(stay, OTHER_WARD, "2")
    assert reads.work(roles=NURSES, ward=WARD) == ()
    moved = reads.work(roles=NURSES, ward=OTHER_WARD)
    assert [(row.task, row.bed) for row in moved] == [(task, "2")]
    physicians = frozenset({Role.PHYSICIAN})
    assert [row.order for row in reads.work(roles=physicians, ward=OTHER_WARD)] == [verbal]


def test_a_closed_order_that_opens_again_is_on_the_ward_where_its_patient_now_lies(
    hospital: Hospital, reads: Reads, stay: EncounterId
) -> None:
    hospital.ward(OTHER_WARD)
    order = hospital.place(stay)
    hospital.append(order, (order, Moved(OrderState.CLOSED)))
    hospital.move(stay, OTHER_WARD, "2")
    hospital.append(order, (order, Moved(OrderState.VERBAL)))
    physicians = frozenset({Role.PHYSICIAN})
    assert [row.order for row in reads.work(roles=physicians, ward=OTHER_WARD)] == [order]
    assert reads.work(roles=physicians, ward=WARD) == ()


def test_a_passed_over_step_marks_the_work_as_incomplete(
    hospital: Hospital, reads: Reads, stay: EncounterId
) -> None:
    order = hospital.place(stay)
    task = hospital.task(order, at(8))
    hospital.append(order, (task, StepRecorded("M11", gaps=("M10",))))
    assert [row.incomplete for row in reads.work(roles=NURSES, ward=WARD)] == [True]
    assert [bed.incomplete for bed in reads.board(WARD, now=SEVEN)] == [1]


def test_the_board_counts_each_bed_s_open_and_overdue_work(
    hospital: Hospital, reads: Reads, stay: EncounterId
) -> None:
    empty = hospital.admit(bed="10")
    order = hospital.place(stay)
    hospital.task(order, at(6))
    hospital.task(order, at(8))
    hospital.task(hospital.place(stay, loop="test"), at(9))
    hospital.place(stay, state=OrderState.VERBAL)
    hospital.place(stay, state=OrderState.DRAFT)
    hospital.assign(stay, hours=(7, 19))

    busy, free = reads.board(WARD, now=at(9))

    assert (busy.encounter, busy.bed, busy.nurse) == (stay, "1", NURSE)
    assert busy.open_by_loop == {"medication": 3, "test": 1}
    assert busy.overdue_by_loop == {"medication": 2}
    assert busy.next_due_at == at(7)
    assert busy.diagnosis == "pneumonia"
    assert (free.encounter, free.nurse, free.open_by_loop) == (empty, None, {})
    assert free.next_due_at is None
    assert reads.board(OTHER_WARD, now=at(9)) == ()


def test_the_watch_is_told_what_becomes_late_or_reaches_its_stop(
    hospital: Hospital, reads: Reads, stay: EncounterId
) -> None:
    dosed = hospital.place(stay)
    hospital.task(dosed, at(8))
    hospital.task(dosed, at(12))
    verbal = hospital.place(stay, state=OrderState.VERBAL)
    stopping = hospital.place(stay, stop_at=at(10))
    ended = hospital.place(stay, stop_at=at(9))
    hospital.append(ended, (ended, Moved(OrderState.VOIDED)))
    assert reads.due_streams(until=at(8, 59)) == ()
    assert reads.due_streams(until=at(14)) == (
        (dosed, at(9)),
        (stopping, at(10)),
        (verbal, at(13)),
    )
    assert reads.due_streams(until=at(14), limit=1) == ((dosed, at(9)),)


def test_a_recorded_step_can_give_other_work_a_new_deadline(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    order = hospital.place(stay)
    task = hospital.task(order, at(8))
    before = any_store.reads.case(order)
    assert before is not None
    later = replace(outlook(before)[task], next_due_at=at(11))
    with any_store.units.begin(hospital.meta(), encounters=[stay]) as transaction:
        case = transaction.case(order)
        events = [hospital.event(order, order, StepRecorded("M3"))]
        after = evolve_all(case, events)
        assert after is not None
        transaction.append(events)
        transaction.keep(Kept(case, after, {task: later}))
        transaction.commit()
    assert [row.outlook.next_due_at for row in any_store.reads.work(roles=NURSES)] == [at(11)]


def test_a_step_without_a_new_outlook_leaves_the_old_one(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    order = hospital.place(stay)
    task = hospital.task(order, at(8))
    with any_store.units.begin(hospital.meta(), encounters=[stay]) as transaction:
        case = transaction.case(order)
        events = [
            hospital.event(order, order, StepRecorded("M3")),
            hospital.event(order, task, StepRecorded("M10")),
        ]
        after = evolve_all(case, events)
        assert after is not None
        transaction.append(events)
        transaction.keep(Kept(case, after, {}))
        transaction.commit()
    assert [row.outlook.next_due_at for row in any_store.reads.work(roles=NURSES)] == [at(9)]


def test_a_happening_of_a_stay_needs_its_lock(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    del hospital.patient_of[stay]
    happening = Happening(
        Noun.PATIENT, "x", PatientLinked(PatientId("x"), PatientId("y")), NURSE, SEVEN, SEVEN, stay
    )
    with (
        pytest.raises(StorageError, match="without its lock"),
        any_store.units.begin(hospital.meta()) as transaction,
    ):
        transaction.tell([happening])
