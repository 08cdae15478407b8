"""What every store must do with alerts and risk: one suite for the fake and for SQLite."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from domain.alert_events import (
    AlertAcknowledged,
    AlertEscalated,
    AlertRaised,
    AlertResolved,
    AlertSaid,
)
from domain.alerts import AlertKey, AlertSeverity, Resolution
from domain.clinical import Allergy
from domain.errors import NotFound, StorageError
from domain.events import Moved, StepRecorded
from domain.findings import Finding, Severity
from domain.happenings import (
    AllergyRecorded,
    Happening,
    Noun,
    PatientLinked,
    PatientRegistered,
    StandingFactSet,
    WatchPassed,
)
from domain.ids import EncounterId, OrderId, TaskId
from domain.loops.deadlines import Deadline
from domain.orders import OrderState, Priority
from domain.patients import Patient, Sex
from domain.people import Role
from domain.situation import RiskCause, RiskScore
from tests.any_store import SEVEN, AnyStore, at
from tests.wards import NURSE, OTHER_WARD, WARD, Hospital, outlook, store

if TYPE_CHECKING:
    from domain.alert_events import AlertBody
    from domain.loops.case import Case
    from domain.worklists import Outlook

LATEST = datetime.max.replace(tzinfo=UTC)
RISK = RiskScore(
    score=42,
    band="high",
    hazard=1500,
    causes=(
        RiskCause("open_step", "L", 30, 1000, "dose-1", "M-05", SEVEN),
        RiskCause("news2", "A", 12, 500),
    ),
    model="clors@1.0",
    config_sha256="a" * 64,
    news2={"value": 5, "red": False},
)


def key(subject: str = "dose-1", rule: str = "M-05", cause: str = "07:00") -> AlertKey:
    return AlertKey(rule, subject, cause)


def raised(
    about: AlertKey,
    severity: AlertSeverity = AlertSeverity.S2,
    *roles: Role,
    order: OrderId | None = None,
    task: TaskId | None = None,
    silent: bool = False,
    since: datetime = SEVEN,
) -> AlertRaised:
    said = AlertSaid(
        severity, since, roles or (Role.NURSE,), evidence={"limit": "TM06"}, silent=silent
    )
    return AlertRaised(about, said, since, "rules-1", order=order, task=task)


def tell(hospital: Hospital, stay: EncounterId, *told: tuple[AlertKey, AlertBody]) -> None:
    for about, body in told:
        hospital.tell(Noun.ALERT, about.id, body, encounter=stay)


def settle(
    hospital: Hospital, stay: EncounterId, wake_at: datetime | None, risk: RiskScore = RISK
) -> None:
    with hospital.units.begin(hospital.meta(), encounters=[stay]) as transaction:
        now = transaction.now
        passed = WatchPassed(risk.score, risk.band)
        transaction.tell([Happening(Noun.ENCOUNTER, stay, passed, NURSE, now, now, stay)])
        transaction.settle(stay, risk=risk, wake_at=wake_at, config="rules-1")
        transaction.commit()


def timed(case: Case) -> dict[str, Outlook]:
    """Each dose with two limits that are running."""
    found = outlook(case)
    for name, task in case.tasks.items():
        if task.due_at is not None and not task.state.terminal:
            ends = task.due_at + timedelta(hours=1)
            limits = (
                Deadline(name, "TM06", "M11", ends, task.due_at, None, "M-06"),
                Deadline(name, "TM12", "M12", ends, task.made_at, task.due_at, "X-LATE"),
            )
            found[name] = replace(found[name], deadlines=limits)
    return found


# ---------------------------------------------------------------- alerts
def test_an_alert_is_read_back_as_it_was_told(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    order = hospital.place(stay)
    dose = hospital.task(order, at(8))
    about = key(dose)
    tell(hospital, stay, (about, raised(about, order=order, task=dose)))
    hospital.clock.tick(minutes=5)
    tell(hospital, stay, (about, AlertAcknowledged(at(8))))

    alert = any_store.reads.alert(about.id)

    assert alert is not None
    assert (alert.key, alert.encounter, alert.order, alert.task) == (about, stay, order, dose)
    assert alert.evidence == {"limit": "TM06"}
    assert alert.raised_at == SEVEN
    assert alert.acknowledged_at == at(7, 5)
    assert alert.action_until == at(8)
    assert any_store.reads.alert("nothing") is None
    (row,) = any_store.reads.alerts(encounter=stay)
    assert row.alert == alert
    assert (row.ward, row.bed, row.patient) == (WARD, "1", hospital.patient_of[stay])
    assert (row.patient_name, row.patient_name_zh) == ("WANG, Xiaoming", "王小明")
    assert (row.mrn, row.birth_date) == ("0012345678", date(1958, 3, 14))
    assert (row.loop, row.due_at) == ("medication", at(8))
    assert row.order_fields["product"] == "amoxicillin"
    kinds = [line.kind for line in any_store.reads.alert_trail(about.id)]
    assert kinds == ["alert_raised", "alert_acknowledged"]


def test_alerts_are_listed_the_gravest_and_oldest_first(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    low, late, later = key("a"), key("b"), key("c")
    tell(
        hospital,
        stay,
        (low, raised(low, AlertSeverity.S3)),
        (later, raised(later, AlertSeverity.S1, since=at(7, 30))),
        (late, raised(late, AlertSeverity.S1)),
    )
    rows = any_store.reads.alerts()
    assert [row.alert.key.subject for row in rows] == ["b", "c", "a"]
    assert [row.alert.key.subject for row in any_store.reads.alerts(limit=1)] == ["b"]
    assert (rows[0].loop, rows[0].order_fields, rows[0].due_at) == (None, {}, None)


def test_who_was_told_finds_it_on_the_list_by_the_ladder_too(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    about = key()
    tell(hospital, stay, (about, raised(about)))
    charge = frozenset({Role.CHARGE_NURSE, Role.PHARMACIST})
    assert any_store.reads.alerts(roles=charge) == ()
    assert len(any_store.reads.alerts(roles=frozenset({Role.NURSE}))) == 1
    tell(hospital, stay, (about, AlertEscalated(1, (Role.CHARGE_NURSE,))))
    assert len(any_store.reads.alerts(roles=charge)) == 1


def test_what_is_resolved_or_silent_is_shown_only_when_asked_for(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    done, quiet, live = key("a"), key("b"), key("c")
    tell(hospital, stay, (done, raised(done)), (quiet, raised(quiet, silent=True)))
    hospital.clock.tick(hours=1)
    tell(
        hospital,
        stay,
        (done, AlertResolved(Resolution.BY_STEP, "command-1")),
        (live, raised(live)),
    )
    reads = any_store.reads
    assert [row.alert.key.subject for row in reads.alerts(ward=WARD)] == ["c"]
    assert {row.alert.key.subject for row in reads.alerts(ward=WARD, silent=True)} == {"b", "c"}
    every = reads.alerts(encounter=stay, open_only=False)
    assert {row.alert.key.subject for row in every} == {"a", "c"}
    since = reads.alerts(ward=WARD, open_only=False, since=at(7, 30))
    assert [row.alert.key.subject for row in since] == ["c"]
    assert reads.alerts(ward=OTHER_WARD) == ()


def test_an_open_alert_goes_along_with_its_patient(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    hospital.ward(OTHER_WARD)
    done, live = key("a"), key("b")
    resolved = AlertResolved(Resolution.BY_STEP, "command-1")
    tell(hospital, stay, (done, raised(done)), (live, raised(live)), (done, resolved))
    hospital.move(stay, OTHER_WARD, "2")
    (row,) = any_store.reads.alerts(ward=OTHER_WARD, open_only=False)
    assert (row.alert.key.subject, row.bed) == ("b", "2")
    (row,) = any_store.reads.alerts(ward=WARD, open_only=False)
    assert row.alert.key.subject == "a"
    tell(hospital, stay, (live, resolved), (done, raised(done)))
    rows = any_store.reads.alerts(ward=OTHER_WARD, open_only=False)
    assert {row.alert.key.subject for row in rows} == {"a", "b"}, "raised anew where they lie now"
    again = any_store.reads.alert(done.id)
    assert again is not None
    assert again.occurrences == 2


def test_one_key_is_open_once(hospital: Hospital, stay: EncounterId) -> None:
    about = key()
    tell(hospital, stay, (about, raised(about)))
    with pytest.raises(StorageError, match="alert"):
        hospital.tell(Noun.ALERT, "another-id", raised(about), encounter=stay)


def test_nothing_happens_to_an_alert_that_was_never_raised(
    hospital: Hospital, stay: EncounterId
) -> None:
    with pytest.raises(StorageError, match="nothing before it"):
        tell(hospital, stay, (key(), AlertAcknowledged()))


# ---------------------------------------------------------------- what rules look at
def test_a_situation_shows_the_open_work_with_all_its_limits(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    order = hospital.place(stay)
    dose, done = hospital.task(order, at(8)), hospital.task(order, at(12))
    hospital.place(hospital.admit(bed="2"))
    wrong = Finding("right_patient", Severity.STOP, "Another patient's band")
    stepped = StepRecorded("M10", result="ok", findings=(wrong,))
    hospital.finish(order, done)
    hospital.act_on(any_store.reads.case(order), order, (dose, stepped), outlook=timed)

    with any_store.units.begin(hospital.meta(), encounters=[stay]) as transaction:
        now = transaction.situation(stay)

    assert (now.encounter, now.patient, now.ward) == (stay, hospital.patient_of[stay], WARD)
    assert now.active
    of_order, of_dose = sorted(now.streams, key=lambda one: one.task or "")
    assert (of_order.id, of_order.task, of_order.state) == (order, None, "in_progress")
    assert of_order.done["M1"] == (SEVEN, None)
    assert of_order.fields["product"] == "amoxicillin"
    assert of_order.started
    assert (of_dose.id, of_dose.order, of_dose.priority) == (dose, order, Priority.ROUTINE)
    assert (of_dose.due_at, of_dose.since) == (at(8), SEVEN)
    assert of_dose.done["M10"] == (SEVEN, "ok")
    (mark,) = of_dose.marks
    assert (mark.what, mark.step, mark.value) == ("right_patient", "M10", "stop")
    assert [(row.limit, row.rule, row.step) for row in of_dose.deadlines] == [
        ("TM06", "M-06", "M11"),
        ("TM12", "X-LATE", "M12"),
    ]
    assert of_dose.deadlines[1] == Deadline(dose, "TM12", "M12", at(9), SEVEN, at(8), "X-LATE")
    assert of_order.deadlines == ()


def test_a_situation_shows_the_open_alerts_and_what_stands_of_the_patient(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    done, live = key("a"), key("b")
    resolved = AlertResolved(Resolution.BY_STEP, "command-1")
    tell(hospital, stay, (done, raised(done)), (live, raised(live)), (done, resolved))
    fact = StandingFactSet(hospital.patient_of[stay], "comfort_care", value=True, by=NURSE)
    hospital.tell(Noun.ENCOUNTER, stay, fact, encounter=stay)
    with any_store.units.begin(hospital.meta(), encounters=[stay]) as transaction:
        now = transaction.situation(stay)
    assert [alert.key for alert in now.alerts] == [live]
    assert now.flags == {"comfort_care"}
    assert now.clinical.birth_date == date(1958, 3, 14)


def test_a_sub_loop_of_an_ended_order_keeps_its_priority(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    order = hospital.place(stay)
    child = hospital.task(order)
    hospital.append(order, (order, Moved(OrderState.CLOSED)))
    hospital.discharge(stay)
    with any_store.units.begin(hospital.meta(), encounters=[stay]) as transaction:
        now = transaction.situation(stay)
    (stream,) = now.streams
    assert (stream.task, stream.priority) == (child, Priority.ROUTINE)
    assert not now.active


def test_a_situation_is_that_of_the_transaction(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    order = hospital.place(stay)
    dose = hospital.task(order, at(8))
    hospital.act_on(any_store.reads.case(order), order, (dose, StepRecorded("M9")), outlook=timed)
    with any_store.units.begin(hospital.meta(), encounters=[stay]) as transaction:
        case = transaction.case(order)
        events = [hospital.event(order, dose, StepRecorded("M10"))]
        assert case is not None
        store(transaction, case, events)
        (_, stream) = sorted(transaction.situation(stay).streams, key=lambda one: one.task or "")
    assert set(stream.done) == {"M9", "M10"}
    assert stream.deadlines == (), "its limits are those that were kept with it"


def test_nobody_looks_at_a_stay_that_is_not_known(hospital: Hospital) -> None:
    nowhere = EncounterId("nowhere")
    with (
        pytest.raises(NotFound),
        hospital.units.begin(hospital.meta(), encounters=[nowhere]) as transaction,
    ):
        transaction.situation(nowhere)


# ---------------------------------------------------------------- risk, and when to look again
def test_a_score_stands_with_its_causes_and_the_event_it_follows_from(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    assert any_store.reads.risk(stay) is None
    hospital.clock.tick(minutes=7)
    settle(hospital, stay, at(9))
    standing = any_store.reads.risk(stay)
    assert standing is not None
    assert standing.risk == RISK
    assert (standing.as_of, standing.seq, standing.wake_at) == (at(7, 7), 2, at(9))
    assert any_store.reads.risks(WARD) == {stay: standing}
    assert any_store.reads.risks(OTHER_WARD) == {}
    hospital.discharge(stay)
    settle(hospital, stay, None)
    assert any_store.reads.risks(WARD) == {}


def test_the_watch_is_told_whom_to_look_at_the_earliest_first(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    other, never = hospital.admit(bed="2"), hospital.admit(bed="10")
    settle(hospital, stay, at(9))
    settle(hospital, other, at(8))
    settle(hospital, never, None)
    wakes = any_store.reads.wakes
    assert wakes(until=at(9)) == ((other, at(8)), (stay, at(9)))
    assert wakes(until=at(8, 30)) == ((other, at(8)),)
    assert wakes(until=LATEST, limit=1) == ((other, at(8)),)
    assert {stay for stay, _ in wakes(until=LATEST)} == {stay, other}


def test_a_write_without_rules_leaves_no_score_of_before(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    settle(hospital, stay, at(9))
    hospital.place(stay)
    assert any_store.reads.risk(stay) is None
    assert any_store.reads.wakes(until=LATEST) == ()


def test_a_score_follows_from_an_event(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    with any_store.units.begin(hospital.meta(), encounters=[stay]) as transaction:
        transaction.settle(stay, risk=RISK, wake_at=None, config="rules-1")
        with pytest.raises(StorageError, match="nothing was written"):
            transaction.commit()
    with (
        pytest.raises(StorageError, match="without its lock"),
        any_store.units.begin(hospital.meta()) as transaction,
    ):
        transaction.settle(stay, risk=RISK, wake_at=None, config="rules-1")


def test_what_changes_elsewhere_for_a_patient_wakes_the_watch(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    patient = hospital.patient_of[stay]
    other = hospital.admit(patient, bed="2")
    unknown = hospital.patient("0000000099")
    hospital.place(other)
    known = Patient(patient, "0012345678", "WANG, Xiaoming", Sex.MALE, date(1938, 3, 14))

    def stale(*stays: EncounterId) -> bool:
        found = [any_store.reads.risk(one) for one in stays]
        return all(one is not None and one.seq is None for one in found)

    for noun, body, told_on, marked in (
        (Noun.PATIENT, PatientRegistered(known), None, (stay, other)),
        (Noun.PATIENT, PatientLinked(unknown, patient), None, (stay, other)),
        (Noun.ENCOUNTER, AllergyRecorded(patient, Allergy("penicillins")), stay, (other,)),
    ):
        settle(hospital, stay, None)
        settle(hospital, other, None)
        hospital.tell(noun, told_on or patient, body, encounter=told_on)
        assert stale(*marked), type(body).__name__
        assert {one for one, _ in any_store.reads.wakes(until=SEVEN)} >= set(marked)
    settle(hospital, stay, None)
    settle(hospital, other, None)
    hospital.item("amoxicillin", {"atc": "J01CA04"}, since=SEVEN)
    assert stale(other), "a drug that is ordered was changed"
    assert not stale(stay)
