"""What every store must do when it is written to: one suite for the fake and for SQLite."""

from dataclasses import replace

import pytest

from domain.errors import Conflict, NotFound, StorageError
from domain.events import Moved, OrderPlaced, StepRecorded
from domain.ids import EncounterId, OrderId, PatientId, WardId
from domain.orders import OrderState, Priority
from domain.ports import Reads
from domain.tasks import TaskState
from tests.any_store import SEVEN, AnyStore, at
from tests.wards import NURSE, Hospital, store


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


def test_two_on_one_dose_are_told_apart(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    order = hospital.place(stay)
    task = hospital.task(order, at(8))
    early = any_store.reads.case(order)
    hospital.append(order, (task, StepRecorded("M10")))
    with pytest.raises(Conflict, match="step_recorded M10"):
        hospital.act_on(early, order, (task, StepRecorded("M9")))


def test_nothing_is_known_of_an_unknown_order(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    with any_store.units.begin(hospital.meta(), encounters=[stay]) as transaction:
        assert transaction.case(OrderId("ghost")) is None


def test_facts_need_an_admitted_patient(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    case = any_store.reads.case(hospital.place(stay))
    assert case is not None
    elsewhere = replace(case.order, encounter_id=EncounterId("nowhere"), fields={})
    here = replace(case.order, fields={})
    with any_store.units.begin(hospital.meta(), encounters=[stay]) as transaction:
        with pytest.raises(NotFound, match="nowhere"):
            transaction.facts(replace(case, order=elsewhere))
        assert transaction.facts(replace(case, order=here)).item_codes == frozenset()


def test_an_order_of_an_unknown_patient_is_refused(hospital: Hospital, any_store: AnyStore) -> None:
    nowhere, order = EncounterId("nowhere"), OrderId("order-1")
    placed = OrderPlaced("medication", 1, PatientId("nobody"), nowhere, Priority.STAT, {})
    with pytest.raises(StorageError):
        hospital.act_on(None, order, (order, placed), locked=nowhere)
    assert any_store.reads.case(order) is None


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
    assert str(facts.zone) == "Asia/Shanghai", "the day on a label ends at midnight on the ward"


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
