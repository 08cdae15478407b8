"""What comes next, as it is stored and asked for, on fake and SQLite alike."""

from dataclasses import replace

import pytest

from domain.errors import StorageError
from domain.events import Moved, StepRecorded
from domain.happenings import Happening, Noun, PatientLinked
from domain.ids import EncounterId, PatientId
from domain.loops.evolve import evolve_all
from domain.orders import OrderState
from domain.ports import Kept, Reads
from tests.any_store import NURSES, SEVEN, AnyStore, at
from tests.wards import NURSE, Hospital, outlook


# ---------------------------------------------------------------- patients, places, people
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


def test_the_watch_wakes_for_the_next_deadline_or_stop_whatever_lies_behind_it(
    hospital: Hospital, reads: Reads, stay: EncounterId
) -> None:
    assert reads.next_due(after=at(0)) is None, "nothing is open"
    dosed = hospital.place(stay)
    hospital.task(dosed, at(8))
    hospital.task(dosed, at(12))
    hospital.place(stay, stop_at=at(10))
    ended = hospital.place(stay, stop_at=at(9, 30))
    hospital.append(ended, (ended, Moved(OrderState.VOIDED)))
    assert reads.next_due(after=at(7)) == at(9)
    assert reads.next_due(after=at(9)) == at(10), "the stop of an order that runs"
    assert reads.next_due(after=at(10)) == at(13)
    assert reads.next_due(after=at(13)) is None, "no clock runs any more"


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
