"""What every store must answer: one suite for the fake and for SQLite."""

from datetime import timedelta

from domain.events import FieldsChanged, Moved, StepRecorded
from domain.happenings import Noun, PatientLinked
from domain.ids import EncounterId, OrderId, PatientId, PractitionerId, TaskId
from domain.orders import OrderState, Priority
from domain.people import Role
from domain.ports import Reads
from tests.any_store import NURSES, SEVEN, at
from tests.wards import NURSE, OTHER_WARD, PHYSICIAN, WARD, Hospital


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
    assert reads.home_of_task(task) == (second, stay)
    assert reads.home_of_task(TaskId("ghost")) is None
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


def test_a_label_leads_to_the_open_tasks_that_bear_just_it(
    hospital: Hospital, reads: Reads, stay: EncounterId
) -> None:
    named: list[dict[str, object]] = [
        {"din": "W_26%!"},
        {"din": "w_26%!"},
        {"din": "WA26%!"},
        {"container": "W_26%!"},
    ]
    orders = [hospital.place(stay, loop="transfusion") for _ in named]
    unit, *_, tube = [
        hospital.task(order, fields=fields) for order, fields in zip(orders, named, strict=True)
    ]
    assert reads.tasks_of_item("din", "W_26%!") == (unit,)
    assert reads.tasks_of_item("container", "W_26%!") == (tube,)
    hospital.finish(orders[0], unit)
    assert reads.tasks_of_item("din", "W_26%!") == ()


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


def test_a_draft_is_on_the_worklist_of_its_author(
    hospital: Hospital, reads: Reads, stay: EncounterId
) -> None:
    draft = hospital.place(stay, state=OrderState.DRAFT)
    case = reads.case(draft)
    assert case is not None
    author, physicians = case.order.author, frozenset({Role.PHYSICIAN})
    for nurse in (None, author):
        rows = reads.work(roles=physicians, ward=WARD, nurse=nurse, author=author)
        assert [(row.order, row.state) for row in rows] == [(draft, "draft")]
    other = PractitionerId("dr.other")
    assert reads.work(roles=physicians, nurse=other, author=other) == ()
    assert reads.work(roles=NURSES, author=author) == ()
    assert reads.work(roles=physicians, ward=OTHER_WARD, author=author) == ()


def test_a_verbal_order_waits_for_whoever_may_sign_it(
    hospital: Hospital, reads: Reads, stay: EncounterId
) -> None:
    spoken = hospital.place(stay, state=OrderState.VERBAL)
    physicians, author = frozenset({Role.PHYSICIAN}), PractitionerId("dr.other")
    for nurse in (None, author):
        rows = reads.work(roles=physicians, nurse=nurse, author=author)
        assert [row.order for row in rows] == [spoken], "once"
    hospital.assign(stay, hours=(7, 19))
    assert len(reads.work(roles=physicians, nurse=NURSE, author=NURSE)) == 1


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


def test_a_critical_value_names_the_order_that_it_came_of(
    hospital: Hospital, reads: Reads, stay: EncounterId
) -> None:
    potassium, film = hospital.place(stay, loop="test"), hospital.place(stay, loop="examination")
    hospital.task(potassium, at(8), loop="critical_value")
    hospital.task(film, at(9), loop="critical_value")

    rows = reads.work(roles=NURSES, ward=WARD)
    assert [(row.loop, row.order_loop) for row in rows] == [
        ("critical_value", "test"),
        ("critical_value", "examination"),
    ]
    (bed,) = reads.board(WARD, now=at(9))
    assert bed.open_by_loop == {"critical_value": 2}, "counted under its own name"
    assert bed.open_by_kind == {"test": 1, "examination": 1}


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
    assert busy.overdue_by_loop == {"medication": 1}, "at its very minute nothing is late yet"
    assert busy.overdue_by_kind == {"medication": 1}
    assert busy.next_due_at == at(7)
    assert busy.diagnosis == "pneumonia"
    assert (free.encounter, free.nurse, free.open_by_loop) == (empty, None, {})
    assert free.next_due_at is None
    assert reads.board(OTHER_WARD, now=at(9)) == ()

    a_minute_later, _free = reads.board(WARD, now=at(9, 1))
    assert a_minute_later.overdue_by_loop == {"medication": 2}
