"""Who looked, who was denied, what was stopped: one entry each, before the answer is given."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from client.app import App
from domain.auditing import AuditAction, AuditEntry, AuditRow
from domain.barcodes.local import wristband
from domain.errors import InvalidInput, NotAuthorised, NotFound, Refused, StorageError
from domain.ids import EncounterId, OrderId, PatientId, PractitionerId, WardId
from domain.people import Practitioner, Role
from domain.services.audit_trail import RECORDED, TrailAsked, TrailLine
from domain.services.own_secrets import NewSecret
from domain.services.safety import Sought
from tests.fake_trust import FakeTrail
from tests.fakes import FakeClock
from tests.shift import WARD, Shift, fake_app, local

GUESSED = "some words in a row"
READ, SEARCH = AuditAction.READ, AuditAction.SEARCH


@pytest.fixture
def shift() -> Shift:
    clock = FakeClock(at=local("07:00"))
    made = Shift(fake_app(clock), clock)
    made.app.add_user(
        user="admin",
        command=made.new(),
        practitioner=Practitioner(PractitionerId("ma.yu"), "MA, Yu", frozenset({AUDITOR})),
    )
    entries(made).clear()
    return made


AUDITOR = Role.MEDICAL_AFFAIRS


def entries(shift: Shift) -> list[AuditRow]:
    trail = shift.app.place.trust.trail
    assert isinstance(trail, FakeTrail)
    return trail.written


def patient(shift: Shift) -> PatientId:
    stay = shift.app.reads.encounter(shift.stay)
    assert stay is not None
    return stay.patient_id


def last(shift: Shift) -> AuditEntry:
    return entries(shift)[-1].entry


# ---------------------------------------------------------------- readings
@pytest.mark.parametrize(
    ("look", "what"),
    [
        (lambda app, stay, _: app.show_stay(user="li.na", encounter=stay), "patient.show_stay"),
        (lambda app, _, mrn: app.show_stay(user="li.na", mrn=mrn), "patient.show_stay"),
        (lambda app, stay, _: app.show_known(user="li.na", encounter=stay), "patient.show_known"),
        (
            lambda app, stay, _: app.list_alerts(user="li.na", now=app.now(), encounter=stay),
            "alert.list_alerts",
        ),
        (lambda app, stay, _: app.opened(user="li.na", what="loop", encounter=stay), "loop"),
    ],
)
def test_who_opens_a_patients_record_stands_in_the_trail_once(
    shift: Shift, look: Callable[[App, EncounterId, str], object], what: str
) -> None:
    look(shift.app, shift.stay, "0012345678")
    (row,) = entries(shift)
    entry = row.entry
    assert (entry.action, entry.user, entry.what) == (READ, "li.na", what)
    assert (entry.patient, entry.encounter, entry.ward) == (patient(shift), shift.stay, WARD)
    assert entry.at == shift.clock.at
    assert entry.outcome == "done"
    assert "0012345678" not in str(entry.detail)


def test_an_order_is_named_with_whose_it_is(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    entries(shift).clear()
    shift.app.show_order(user="dr.chen", order=order, now=shift.clock.at)
    shift.app.opened(user="dr.chen", what="step", order=order)
    assert [row.entry.what for row in entries(shift)] == ["order.show_order", "step"]
    for row in entries(shift):
        assert row.entry.target == order
        assert row.entry.patient == patient(shift)


def test_lists_are_searches_with_how_much_was_seen(shift: Shift) -> None:
    app = shift.app
    app.list_stays(user="li.na", ward=WARD)
    assert (last(shift).action, last(shift).ward, last(shift).detail) == (SEARCH, WARD, {"rows": 1})
    app.worklist(user="li.na", now=shift.clock.at, ward=WARD)
    app.ward_board(user="li.na", ward=WARD, now=shift.clock.at)
    app.opened(user="li.na", what="board", ward=WARD)
    app.safety_events(user="ma.yu", sought=Sought(local("06:00"), local("08:00")))
    assert [row.entry.what for row in entries(shift)] == [
        "patient.list_stays",
        "work.worklist",
        "board",
        "safety.safety_events",
    ]
    assert {row.entry.action for row in entries(shift)} == {SEARCH}


def test_what_shows_no_patient_leaves_no_entry(shift: Shift) -> None:
    shift.app.list_wards(user="li.na")
    shift.app.list_users(user="li.na")
    shift.ordered(shift.drug())
    assert entries(shift) == []


class FullDisk(FakeTrail):
    def write(self, entries: Sequence[AuditEntry]) -> None:
        raise StorageError("DISK_FULL", f"no room for {len(entries)}")


def test_where_the_trail_cannot_be_written_nothing_is_shown(shift: Shift) -> None:
    place = shift.app.place
    full = App(replace(place, trust=replace(place.trust, trail=FullDisk())), clock=shift.clock)
    with pytest.raises(StorageError):
        full.show_stay(user="li.na", encounter=shift.stay)
    with pytest.raises(StorageError):
        full.opened(user="li.na", what="loop", encounter=shift.stay)


def test_simulated_staff_leave_no_entry_of_what_they_read(shift: Shift) -> None:
    quiet = App(replace(shift.app.place, audits_reading=False), clock=shift.clock)
    quiet.show_stay(user="li.na", encounter=shift.stay)
    quiet.opened(user="li.na", what="loop", encounter=shift.stay)
    assert entries(shift) == []
    with pytest.raises(NotAuthorised):
        quiet.set_ward(user="li.na", command=shift.new(), ward=quiet.reads.wards()[0])
    assert last(shift).action is AuditAction.DENIED


# ---------------------------------------------------------------- denials
def test_who_is_denied_stands_in_the_trail_with_what_was_asked_for(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    with pytest.raises(NotAuthorised):
        shift.app.sign_alert(user="li.na", command=shift.new(), alert="none")
    entry = last(shift)
    assert (entry.action, entry.outcome, entry.user) == (AuditAction.DENIED, "refused", "li.na")
    assert entry.what == "alert.sign_off"
    assert entry.detail == {"code": "NOT_AUTHORISED", "needs": "physician"}
    with pytest.raises(NotAuthorised):
        shift.app.cancel_order(user="admin", command=shift.new(), order=order, reason="x")
    assert (last(shift).patient, last(shift).target) == (patient(shift), order)


def test_a_name_that_nobody_bears_is_kept_as_it_was_given(shift: Shift) -> None:
    with pytest.raises(NotFound):
        shift.app.show_stay(user="nobody", encounter=shift.stay)
    entry = last(shift)
    assert (entry.action, entry.user) == (AuditAction.DENIED, "nobody")
    assert entry.patient == patient(shift)
    with pytest.raises(NotFound):
        shift.app.opened(user="nobody", what="loop", encounter=shift.stay)
    assert last(shift).what == "access.opened"


def test_a_denial_about_a_stay_that_is_not_there_keeps_what_was_asked_for(shift: Shift) -> None:
    with pytest.raises(NotFound):
        shift.app.show_known(user="nobody", encounter=EncounterId("no stay"))
    assert (last(shift).encounter, last(shift).patient) == ("no stay", None)


def test_who_enters_for_another_person_is_denied_with_both_names(shift: Shift) -> None:
    shift.app.own_name(user="li.na", actor="li.na")
    assert entries(shift) == []
    with pytest.raises(NotAuthorised):
        shift.app.own_name(user="li.na", actor="dr.chen")
    assert (last(shift).user, last(shift).what) == ("li.na", "access.own_name")
    assert last(shift).detail == {"code": "NOT_AUTHORISED", "needs": "--user dr.chen"}


def test_a_gate_outside_of_the_use_cases_is_named(shift: Shift) -> None:
    shift.app.allowed(user="ma.yu", use_case="export.deidentified")
    with pytest.raises(NotAuthorised):
        shift.app.allowed(user="li.na", use_case="export.deidentified")
    assert last(shift).detail["use_case"] == "export.deidentified"


def test_somebody_who_was_disabled_is_denied(shift: Shift) -> None:
    shift.app.disable_user(user="admin", command=shift.new(), name="zhao.min")
    with pytest.raises(Refused, match="disabled"):
        shift.app.show_stay(user="zhao.min", encounter=shift.stay)
    assert last(shift).detail == {"code": "USER_DISABLED"}


def test_who_cannot_sign_in_stands_in_the_trail_also_a_name_that_nobody_bears(
    shift: Shift,
) -> None:
    new = NewSecret("lantern over the river")
    shift.app.set_secret(user="admin", command=shift.new(), old=None, new=new)
    entries(shift).clear()
    for name in ("ghost", "li.na"):
        with pytest.raises(Refused):
            shift.app.sign_in(user=name, secret=GUESSED)
        entry = last(shift)
        assert (entry.action, entry.user, entry.what) == (
            AuditAction.DENIED,
            name,
            "access.enter",
        )
        assert entry.detail == {"code": "NO_SECRET"}
        assert GUESSED not in str(entry)
    with pytest.raises(Refused, match="not signed in"):
        shift.app.show_stay(user="li.na", encounter=shift.stay)
    assert last(shift).detail == {"code": "NOT_SIGNED_IN"}
    assert last(shift).patient == patient(shift)
    with pytest.raises(Refused):
        shift.app.sign_in(user="admin", secret=GUESSED)
    assert [row.entry.action for row in entries(shift)].count(AuditAction.SIGN_IN_FAILED) == 1


def test_what_is_not_known_is_no_denial(shift: Shift) -> None:
    with pytest.raises(NotFound):
        shift.app.show_stay(user="li.na", mrn="9999999999")
    with pytest.raises(NotFound):
        shift.app.show_alert(user="li.na", alert="none")
    with pytest.raises(NotFound):
        shift.app.opened(user="li.na", what="loop", order=OrderId("none"))
    assert entries(shift) == []


# ---------------------------------------------------------------- stops
def test_a_scan_of_the_wrong_patient_is_a_near_miss_of_whom_it_was_for(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    shift.verified(order)
    dose = shift.tasks(order)[0].id
    shift.admit("0099999999", "02")
    shift.at("08:05")
    entries(shift).clear()
    with pytest.raises(Refused) as refused:
        shift.do("li.na", task=dose, step="bedside_verified", scans=[wristband("0099999999", 1)])
    assert refused.value.findings
    entry = last(shift)
    assert (entry.action, entry.what) == (AuditAction.STOPPED, "step.record")
    assert entry.detail["checks"] == ["right_patient"]
    assert (entry.encounter, entry.patient) == (shift.stay, patient(shift))
    assert entry.target == dose


def test_a_window_tells_of_a_stop_before_anything_was_recorded(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    entries(shift).clear()
    shift.app.stopped(user="li.na", what="step.record", checks=("right_patient",), order=order)
    entry = last(shift)
    assert (entry.action, entry.outcome) == (AuditAction.STOPPED, "refused")
    assert (entry.target, entry.encounter) == (order, shift.stay)


def test_a_covered_window_is_told(shift: Shift) -> None:
    shift.app.locked(user="li.na")
    assert (last(shift).action, last(shift).user) == (AuditAction.LOCK, "li.na")


# ---------------------------------------------------------------- the trail, read
def shown(shift: Shift, **asked: object) -> tuple[TrailLine, ...]:
    return shift.app.show_trail(user="ma.yu", asked=TrailAsked(**asked))  # type: ignore[arg-type]  # a test's shorthand


def test_an_auditor_sees_who_saw_and_who_changed_in_one_list(shift: Shift) -> None:
    shift.at("08:00")
    order = shift.ordered(shift.drug())
    shift.at("08:10")
    shift.app.show_order(user="li.na", order=order, now=shift.clock.at)
    shift.at("09:00")
    lines = shown(shift, patient=patient(shift), since=local("07:30"))
    assert (lines[0].action, lines[0].user, lines[0].what) == ("read", "li.na", "order.show_order")
    changed = [line for line in lines if line.action == RECORDED]
    assert {"dr.chen"} <= {line.user for line in changed}
    assert {line.patient for line in lines} == {patient(shift)}
    assert {line.workstation for line in lines} == {"ws-1"}
    assert any(line.detail.get("step") == "M1" for line in changed)
    assert [line.at for line in lines] == sorted((line.at for line in lines), reverse=True)
    assert last(shift).what == "audit.show"
    assert (last(shift).action, last(shift).patient) == (READ, patient(shift))
    assert "admitted" in {line.what for line in shown(shift, patient=patient(shift))}


def test_what_one_person_did_in_a_span_and_of_one_kind(shift: Shift) -> None:
    shift.app.show_stay(user="li.na", encounter=shift.stay)
    shift.app.locked(user="li.na")
    person = PractitionerId("li.na")
    assert {line.action for line in shown(shift, person=person)} == {"read", "lock", RECORDED}
    assert {line.action for line in shown(shift, person=person, actions=frozenset({"lock"}))} == {
        "lock"
    }
    only = shown(shift, person=person, actions=frozenset({RECORDED}))
    assert {line.action for line in only} == {RECORDED}
    assert shown(shift, person=person, since=local("12:00")) == ()
    assert len(shown(shift, person=person, limit=1)) == 1
    assert last(shift).target == "li.na"


def test_what_was_entered_afterwards_says_so_in_its_line(shift: Shift) -> None:
    shift.at("08:00")
    order = shift.ordered(shift.drug())
    shift.at("10:00")
    shift.do(
        "li.na",
        order=order,
        step="nurse_verified",
        result="verified",
        source="downtime",
        reason="the network was down",
        at=local("08:30").isoformat(),
    )
    lines = shown(shift, person=PractitionerId("li.na"), since=local("09:00"))
    assert {line.detail.get("source") for line in lines} == {"downtime"}
    assert {line.at for line in lines} == {local("10:00")}


def test_what_is_of_no_stay_names_none(shift: Shift) -> None:
    lines = shown(shift, person=PractitionerId("admin"))
    assert {line.encounter for line in lines} == {None}
    assert "practitioner_set" in {line.what for line in lines}


def test_the_trail_is_for_auditors_only(shift: Shift) -> None:
    for user in ("li.na", "dr.chen", "sun.li"):
        with pytest.raises(NotAuthorised):
            shift.app.show_trail(user=user, asked=TrailAsked(person=PractitionerId("li.na")))
        with pytest.raises(NotAuthorised):
            shift.app.unusual_access(user=user)
        with pytest.raises(NotAuthorised):
            shift.app.prove_trail(user=user)
        with pytest.raises(NotAuthorised):
            shift.app.seal_trail(user=user)


def test_a_question_that_names_nobody_or_no_span_is_refused(shift: Shift) -> None:
    with pytest.raises(InvalidInput, match="nobody is named"):
        shown(shift)
    with pytest.raises(InvalidInput, match="ends before it begins"):
        shown(shift, person=PractitionerId("x"), since=local("08:00"), until=local("08:00"))
    with pytest.raises(NotFound):
        shown(shift, patient=PatientId("nobody"))


def test_a_store_without_seals_says_so(shift: Shift) -> None:
    with pytest.raises(Refused, match="Nothing is sealed"):
        shift.app.prove_trail(user="ma.yu")
    with pytest.raises(Refused, match="Nothing is sealed"):
        shift.app.seal_trail(user="admin", anew=True)
    assert (last(shift).what, last(shift).detail) == ("audit.seal", {"anew": True})


def test_a_ward_that_is_no_ward_is_no_matter_of_the_trail(shift: Shift) -> None:
    shift.app.list_stays(user="li.na", ward=WardId("none"))
    assert last(shift).detail == {"rows": 0}
