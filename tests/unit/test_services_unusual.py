"""Looks that somebody should ask about, each with its reason; usual ones are not listed."""

from datetime import date, timedelta

import pytest

from domain.auditing import AuditAction
from domain.errors import InvalidInput
from domain.ids import EncounterId, PatientId, PractitionerId, WardId
from domain.patients import Sex
from domain.people import Practitioner, Role
from domain.services.admitting import Admission
from domain.services.auditing import about_stay, note
from domain.services.granting import Wanted
from domain.services.people import Shift as Span
from domain.services.unusual import MANY, Oddity, UnusualAccess, surname, surname_zh
from tests.fakes import FakeClock
from tests.shift import OTHER_WARD, WARD, Shift, fake_app, local


@pytest.fixture
def shift() -> Shift:
    clock = FakeClock(at=local("07:00"))
    made = Shift(fake_app(clock), clock)
    add(made, "ma.yu", "MA, Yu", role=Role.MEDICAL_AFFAIRS)
    return made


def add(
    shift: Shift,
    user: str,
    name: str,
    *,
    name_zh: str = "",
    wards: frozenset[WardId] = frozenset(),
    role: Role = Role.NURSE,
) -> None:
    person = Practitioner(PractitionerId(user), name, frozenset({role}), name_zh, wards)
    shift.app.add_user(user="admin", command=shift.new(), practitioner=person)


def admit(
    shift: Shift, mrn: str, name: str, name_zh: str, *, bed: str, ward: WardId = WARD
) -> EncounterId:
    admission = Admission(
        mrn=mrn,
        ward=ward,
        bed=bed,
        name=name,
        name_zh=name_zh,
        sex=Sex.MALE,
        birth_date=date(1960, 1, 1),
    )
    done = shift.app.admit(user="li.na", command=shift.new(), admission=admission)
    return done.encounters[0]


def listed(shift: Shift, **asked: object) -> list[UnusualAccess]:
    return list(shift.app.unusual_access(user="ma.yu", **asked))  # type: ignore[arg-type]  # a test's shorthand


def test_a_nurse_who_looks_after_her_ward_is_not_listed(shift: Shift) -> None:
    shift.app.show_stay(user="li.na", encounter=shift.stay)
    assert listed(shift) == []


def test_ones_own_record_and_that_of_a_namesake_are_listed_the_graver_first(shift: Shift) -> None:
    add(shift, "ouyang", "OUYANG, Feng", name_zh="欧阳锋")
    own = admit(shift, "0000000002", "ouyang, feng", "欧阳锋", bed="02")
    niece = admit(shift, "0000000003", "OUYANG, Ke", "欧阳克", bed="03")
    stranger = admit(shift, "0000000004", "OU, Ping", "欧平", bed="04")
    for stay in (niece, own, own, stranger):
        shift.at(f"08:{10 + shift.count % 40}")
        shift.app.show_stay(user="ouyang", encounter=stay)
    first, second = listed(shift)
    assert (first.oddities, first.count) == ((Oddity.OWN_RECORD,), 2)
    assert first.whats == ("patient.show_stay",)
    assert second.oddities == (Oddity.SAME_SURNAME,)
    assert second.person == "ouyang"


def test_a_patient_of_another_ward_is_listed_unless_assigned(shift: Shift) -> None:
    add(shift, "guo.jing", "GUO, Jing", wards=frozenset({OTHER_WARD}))
    stay = shift.app.reads.encounter(shift.stay)
    assert stay is not None
    for hour in ("08:00", "10:00"):
        shift.at(hour)
        note(
            shift.app.place,
            user="guo.jing",
            action=AuditAction.READ,
            what="loop",
            about=about_stay(shift.app.place, shift.stay),
        )
    (found,) = listed(shift)
    assert found.oddities == (Oddity.OTHER_WARD,)
    assert (found.patient, found.first, found.last) == (
        stay.patient_id,
        local("08:00"),
        local("10:00"),
    )
    shift.app.assign_nurses(
        user="sun.li",
        command=shift.new(),
        shift=Span(WARD, local("07:00"), local("15:00")),
        nurses={shift.stay: PractitionerId("guo.jing")},
    )
    assert listed(shift) == []


def test_a_patient_of_a_ward_where_a_role_was_lent_is_not_listed(shift: Shift) -> None:
    add(shift, "guo.jing", "GUO, Jing", wards=frozenset({OTHER_WARD}))
    wanted = Wanted(
        name=PractitionerId("guo.jing"),
        role=Role.NURSE,
        ward=WARD,
        ends_at=local("15:00"),
        reason="two nurses are ill",
    )
    shift.app.grant_role(user="sun.li", command=shift.new(), wanted=wanted)
    shift.at("08:00")
    shift.app.show_stay(user="guo.jing", encounter=shift.stay)
    shift.at("09:00")
    assert listed(shift) == []


def test_broken_glass_is_listed_whoever_did_it(shift: Shift) -> None:
    note(
        shift.app.place,
        user="li.na",
        action=AuditAction.BREAK_GLASS,
        what="access.open",
        about=about_stay(shift.app.place, shift.stay),
    )
    (found,) = listed(shift)
    assert found.oddities == (Oddity.BROKEN_GLASS,)


@pytest.mark.parametrize(("patients", "seconds", "found"), [(20, 20, 1), (19, 20, 0), (40, 60, 0)])
def test_many_patients_in_a_short_time_are_one_line(
    shift: Shift, patients: int, seconds: int, found: int
) -> None:
    stay = about_stay(shift.app.place, shift.stay)
    for number in range(patients):
        shift.clock.at = local("08:00") + timedelta(seconds=number * seconds)
        one = stay.__class__(EncounterId(f"e{number}"), PatientId(f"p{number}"), WARD)
        note(shift.app.place, user="li.na", action=AuditAction.READ, what="loop", about=one)
    shift.app.list_stays(user="li.na", ward=WARD)
    note(shift.app.place, user="li.na", action=AuditAction.EXPORT, what="export.deidentified")
    lines = listed(shift)
    assert len(lines) == found
    if found:
        assert (lines[0].patient, lines[0].count) == (None, MANY)
        assert lines[0].oddities == (Oddity.MANY_PATIENTS,)


def test_machines_and_names_that_nobody_bears_are_left_out(shift: Shift) -> None:
    shift.machine("adt")
    for name in ("adt", "nobody"):
        note(
            shift.app.place,
            user=name,
            action=AuditAction.BREAK_GLASS,
            what="loop",
            about=about_stay(shift.app.place, shift.stay),
        )
    assert listed(shift) == []


def test_a_week_is_looked_through_unless_a_span_is_said(shift: Shift) -> None:
    add(shift, "wang", "WANG, Li", name_zh="王丽")
    shift.app.show_stay(user="wang", encounter=shift.stay)
    shift.at("07:00", day=8)
    assert listed(shift) == []
    assert len(listed(shift, since=local("00:00"))) == 1
    assert len(listed(shift, until=local("12:00"))) == 1
    assert listed(shift, since=local("00:00"), person=PractitionerId("li.na")) == []
    assert listed(shift, since=local("00:00"), patient=PatientId("none")) == []
    with pytest.raises(InvalidInput, match="ends before"):
        listed(shift, since=local("08:00"), until=local("07:00"))


@pytest.mark.parametrize(
    ("name", "said"), [("LI, Na", "LI"), ("Na Li", "Li"), ("", ""), ("Madonna", "Madonna")]
)
def test_the_surname_of_a_printed_name(name: str, said: str) -> None:
    assert surname(name) == said


@pytest.mark.parametrize(
    ("name", "said"),
    [("李娜", "李"), ("欧阳锋", "欧阳"), ("", ""), (" 诸葛亮", "诸葛"), ("司", "司")],
)
def test_the_surname_of_a_chinese_name(name: str, said: str) -> None:
    assert surname_zh(name) == said
