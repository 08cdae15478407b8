"""Patients who come, move and go; the people who look after them; what can be ordered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.errors import Conflict, InvalidInput, NotAuthorised, NotFound, Refused
from domain.ids import CommandId, EncounterId, OrderId, PractitionerId, WardId
from domain.patients import EncounterState, Ward
from domain.people import Practitioner, Role
from domain.services.admitting import Admission
from domain.services.authorising import GATES
from domain.services.catalogues import parse_catalogue
from domain.services.people import Duty
from domain.services.people import Shift as Span
from domain.services.writing import Writing, carry_out
from tests.fakes import FakeClock
from tests.shift import OTHER_WARD, WARD, Shift, fake_app, fake_shift, local


@pytest.fixture
def shift() -> Shift:
    return fake_shift()


# ---------------------------------------------------------------- admitting
def test_a_patient_comes_in_and_is_seen_in_bed_order(shift: Shift) -> None:
    second = shift.admit("0099", "02")
    stays = shift.app.list_stays(user="li.na", ward=WARD)
    assert [(one.patient.mrn, one.encounter.bed) for one in stays] == [
        ("0012345678", "01"),
        ("0099", "02"),
    ]
    shown = shift.app.show_stay(user="li.na", mrn="0099")
    assert shown.encounter.id == second
    assert shown.orders == ()


RIGHT = Admission(mrn="0099", ward=WARD, bed="02", name="LI, Hua")


@pytest.mark.parametrize(
    ("wrong_one", "field"),
    [
        (replace(RIGHT, mrn=""), "mrn"),
        (replace(RIGHT, name=""), "name"),
        (replace(RIGHT, ward=WardId("9Z")), "ward"),
        (replace(RIGHT, bed="77"), "bed"),
        (replace(RIGHT, at=local("08:00")), "at"),
    ],
)
def test_what_is_wrong_with_an_admission(shift: Shift, wrong_one: Admission, field: str) -> None:
    with pytest.raises(InvalidInput) as wrong:
        shift.app.admit(user="li.na", command=shift.new(), admission=wrong_one)
    assert wrong.value.field == field


def test_a_bed_holds_one_patient_and_a_patient_one_bed(shift: Shift) -> None:
    with pytest.raises(Refused) as taken:
        shift.admit("0099", "01")
    assert taken.value.code == "BED_TAKEN"
    with pytest.raises(Refused) as twice:
        shift.admit("0012345678", "02")
    assert twice.value.code == "ALREADY_ADMITTED"


def test_readmission_revives_nothing(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    shift.app.discharge(user="dr.chen", command=shift.new(), encounter=shift.stay)
    again = shift.admit("0012345678", "01")
    assert again != shift.stay
    assert shift.order_state(order) == "voided"
    assert shift.app.show_stay(user="li.na", encounter=again).orders == ()


def test_who_is_asked_for_must_be_there(shift: Shift) -> None:
    with pytest.raises(NotFound):
        shift.app.show_stay(user="li.na", encounter=EncounterId("x"))
    with pytest.raises(NotFound):
        shift.app.show_stay(user="li.na", mrn="4711")
    with pytest.raises(InvalidInput):
        shift.app.show_stay(user="li.na")
    with pytest.raises(NotAuthorised):
        shift.app.admit(
            user="ph.qian",
            command=shift.new(),
            admission=Admission(mrn="1", ward=WARD, bed="02", name="X"),
        )


# ---------------------------------------------------------------- moving and leaving
def test_mx22_what_is_not_done_goes_with_the_patient(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    shift.app.transfer(
        user="li.na", command=shift.new(), encounter=shift.stay, ward=OTHER_WARD, bed="03"
    )
    assert shift.app.reads.work(roles=frozenset({Role.NURSE}), ward=WARD) == ()
    assert len(shift.due(order)) == 6
    assert shift.app.list_stays(user="li.na", ward=OTHER_WARD)[0].encounter.bed == "03"


def running_unit(shift: Shift) -> OrderId:
    """A unit of red cells that runs, told by the blood bank's system as far as the ward's start."""
    fields = {
        "component": "red_cells",
        "units": 1,
        "order_volume": "200 mL",
        "indication": "bleeding",
        "priority": "STAT",
        "approval_level": "senior",
        "emergency": True,
    }
    order = shift.draft(fields, kind="transfusion")
    shift.do("dr.chen", order=order, step="assessed", evidence={"indication": "bleeding"})
    shift.do("dr.chen", order=order, step="ordered")
    unit = shift.tasks(order)[0].id
    shift.do(
        "system", task=unit, step="T15", actor="li.na", source="interface", source_id="pump-1",
        witness="zhao.min",
    )  # fmt: skip
    return order


def test_identity_is_repeated_for_a_unit_that_runs_during_the_transfer(shift: Shift) -> None:
    order = running_unit(shift)
    shift.ordered(shift.drug())
    shift.app.transfer(
        user="li.na", command=shift.new(), encounter=shift.stay, ward=OTHER_WARD, bed="03"
    )
    assert shift.tasks(order)[0].fields["transferred"] is True


def test_another_bed_of_the_same_ward_marks_nothing(shift: Shift) -> None:
    order = running_unit(shift)
    shift.app.transfer(user="li.na", command=shift.new(), encounter=shift.stay, ward=WARD, bed="02")
    assert "transferred" not in shift.tasks(order)[0].fields
    with pytest.raises(Refused):
        shift.admit("0099", "02")
    shift.admit("0099", "01")


def test_death_stops_everything_once(shift: Shift) -> None:
    signed = shift.ordered(shift.drug())
    written = shift.draft(shift.drug())
    stopped = shift.ordered(shift.drug("CEF1G", dose="1 g", route="IV", frequency="qd"))
    shift.app.discontinue_order(user="dr.chen", command=shift.new(), order=stopped)
    with pytest.raises(NotAuthorised):
        shift.app.record_death(user="li.na", command=shift.new(), encounter=shift.stay)
    shift.app.record_death(user="dr.chen", command=shift.new(), encounter=shift.stay)
    assert [shift.order_state(one) for one in (signed, written, stopped)] == ["voided"] * 3
    assert shift.states(signed)[0] == "voided:transferred_out"
    assert shift.app.show_stay(user="li.na", encounter=shift.stay).encounter.state is (
        EncounterState.DIED
    )
    with pytest.raises(Refused) as ended:
        shift.app.discharge(user="dr.chen", command=shift.new(), encounter=shift.stay)
    assert ended.value.code == "STAY_ENDED"


def test_an_order_that_is_stopped_and_still_runs_is_left_to_its_end(shift: Shift) -> None:
    fields = shift.drug("NACL", dose="500 mL", route="IV", rate="100 mL/h", frequency="q12h")
    order = shift.ordered(fields)
    shift.verified(order)
    bag = shift.tasks(order)[0].id
    shift.at("08:00")
    shift.check(bag)
    evidence = {"dose": "500 mL", "rate": "100 mL/h"}
    shift.do("li.na", task=bag, step="admin_started", evidence=evidence)
    shift.app.discontinue_order(user="dr.chen", command=shift.new(), order=order)
    shift.app.discharge(user="dr.chen", command=shift.new(), encounter=shift.stay)
    assert shift.case(order).order.stopped_by == "discontinue"
    assert shift.states(order)[0] == "in_progress"


def test_a_new_wristband_makes_the_old_one_wrong(shift: Shift) -> None:
    shift.app.replace_band(user="li.na", command=shift.new(), encounter=shift.stay)
    assert shift.app.show_stay(user="li.na", encounter=shift.stay).encounter.band_instance == 2


def test_two_records_are_one_person(shift: Shift) -> None:
    shift.admit("0099", "02")
    shift.app.link_patients(user="admin", command=shift.new(), mrn="0099", into="0012345678")
    with pytest.raises(InvalidInput):
        shift.app.link_patients(user="admin", command=shift.new(), mrn="0099", into="0099")
    with pytest.raises(NotFound) as unknown:
        shift.app.link_patients(user="admin", command=shift.new(), mrn="0099", into="1")
    assert unknown.value.field == "into"
    stay = shift.app.show_stay(user="li.na", mrn="0012345678").encounter
    shift.app.discharge(user="dr.chen", command=shift.new(), encounter=stay.id)
    other = shift.app.list_stays(user="li.na", ward=WARD)[0].encounter
    shift.app.discharge(user="dr.chen", command=shift.new(), encounter=other.id)
    again = shift.admit("0099", "04")
    assert shift.app.show_stay(user="li.na", encounter=again).patient.mrn == "0012345678"


def test_wards_have_beds(shift: Shift) -> None:
    ward = Ward(WardId("6C"), "Ward 6C", "6C病区", "Asia/Shanghai", ("01", "01"))
    with pytest.raises(InvalidInput) as wrong:
        shift.app.set_ward(user="admin", command=shift.new(), ward=ward)
    assert wrong.value.field == "beds"
    assert [one.id for one in shift.app.list_wards(user="li.na")] == [WARD, OTHER_WARD]


# ---------------------------------------------------------------- people
def person(user: str, *roles: Role, name: str = "X, Y") -> Practitioner:
    return Practitioner(PractitionerId(user), name, frozenset(roles))


def test_the_first_user_is_an_administrator_who_adds_themselves() -> None:
    clock = FakeClock()
    app = fake_app(clock)
    for user, first in (("li.na", person("li.na", Role.NURSE)), ("x", person("y", *Role))):
        with pytest.raises((Refused, InvalidInput)):
            app.add_user(user=user, command=CommandId(user), practitioner=first)
    first = person("admin", Role.ADMINISTRATOR)
    app.add_user(user="admin", command=CommandId("1"), practitioner=first)
    with pytest.raises(NotFound):
        app.add_user(user="x", command=CommandId("2"), practitioner=person("x", Role.NURSE))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (person("", Role.NURSE), "user"),
        (person("system", Role.NURSE), "user"),
        (person("x", Role.NURSE, name=""), "name"),
        (person("x"), "roles"),
        (person("x", Role.SYSTEM), "roles"),
    ],
)
def test_what_is_wrong_with_a_user(shift: Shift, wrong: Practitioner, field: str) -> None:
    with pytest.raises(InvalidInput) as found:
        shift.app.add_user(user="admin", command=shift.new(), practitioner=wrong)
    assert found.value.field == field


def test_a_user_is_disabled_never_deleted(shift: Shift) -> None:
    shift.app.disable_user(user="admin", command=shift.new(), name="li.na")
    users = {str(one.user): one.active for one in shift.app.list_users(user="sun.li")}
    assert users["li.na"] is False
    assert users["zhao.min"] is True
    with pytest.raises(NotFound):
        shift.app.disable_user(user="admin", command=shift.new(), name="nobody")
    with pytest.raises(Refused):
        shift.app.disable_user(user="admin", command=shift.new(), name="admin")
    with pytest.raises(NotAuthorised):
        shift.app.disable_user(user="sun.li", command=shift.new(), name="zhao.min")


def test_who_looks_after_whom(shift: Shift) -> None:
    span = Span(WARD, local("07:00"), local("15:00"))
    li_na = PractitionerId("li.na")
    shift.app.assign_nurses(
        user="sun.li", command=shift.new(), shift=span, nurses={shift.stay: li_na}
    )
    at = local("10:00")
    assert shift.app.assignments(user="li.na", ward=WARD, now=at) == {shift.stay: li_na}
    order = shift.ordered(shift.drug())
    mine = shift.app.worklist(user="li.na", now=at, mine=True)
    assert {item.order for item in mine} == {order}
    assert shift.app.worklist(user="zhao.min", now=at, mine=True) == ()
    for nurses, field in (
        ({EncounterId("x"): li_na}, "encounter"),
        ({shift.stay: PractitionerId("dr.chen")}, "nurse"),
        ({shift.stay: PractitionerId("nobody")}, "nurse"),
    ):
        with pytest.raises(NotFound) as wrong:
            shift.app.assign_nurses(user="sun.li", command=shift.new(), shift=span, nurses=nurses)
        assert wrong.value.field == field


def test_the_roster(shift: Shift) -> None:
    span = Span(WARD, local("07:00"), local("15:00"))
    duty = Duty("on_call", PractitionerId("dr.wu"))
    shift.app.set_roster(user="sun.li", command=shift.new(), shift=span, duties=[duty])
    with pytest.raises(InvalidInput):
        shift.app.set_roster(
            user="sun.li",
            command=shift.new(),
            shift=span,
            duties=[Duty("tea", PractitionerId("dr.wu"))],
        )
    with pytest.raises(NotFound):
        shift.app.set_roster(
            user="sun.li",
            command=shift.new(),
            shift=span,
            duties=[Duty("duty", PractitionerId("nobody"))],
        )
    backwards = Span(WARD, local("15:00"), local("07:00"))
    with pytest.raises(InvalidInput):
        shift.app.set_roster(user="sun.li", command=shift.new(), shift=backwards, duties=[duty])


# ---------------------------------------------------------------- catalogues
def test_a_catalogue_is_taken_in_and_listed(shift: Shift) -> None:
    items = shift.app.list_catalogue(user="dr.chen", kind="drug", now=local("07:00"))
    codes = [code for code, _ in items]
    assert codes == sorted(codes)
    assert dict(items)["MORPH10"]["ward_stock"] == ["4A", "5B"]
    assert dict(items)["PARA500"]["gtins"] == ["06901234567892"]
    with pytest.raises(InvalidInput):
        shift.app.list_catalogue(user="dr.chen", kind="food", now=local("07:00"))


def test_every_wrong_line_is_named_and_nothing_is_taken_in(shift: Shift) -> None:
    text = (
        "code,name,name_zh,high_alert,strength,container_minutes\n"
        "A,Drug A,药甲,maybe,,\n"
        "B,Drug B,药乙,true,500,\n"
        "C,Drug C,药丙,,,soon\n"
        ",Drug D,药丁,,,\n"
        "E,Drug E\n"
        "\n"
        "F,Drug F,药己,true,500 mg,240\n"
        "F,Drug F,药己,,,\n"
    )
    with pytest.raises(InvalidInput) as wrong:
        shift.app.import_catalogue(user="admin", command=shift.new(), kind="drug", text=text)
    message = wrong.value.message
    for line in ("line 2: high_alert", "line 3: strength", "line 4: container_minutes"):
        assert line in message
    for line in ("line 5: code", "line 6: line", "line 9: code"):
        assert line in message
    assert "line 8" not in message
    assert shift.app.reads.catalogue_item("drug", "F", at=local("09:00")) is None


@pytest.mark.parametrize(
    ("kind", "head", "said"),
    [
        ("drug", "code,name,name_zh,colour", "unknown columns"),
        ("drug", "code,name", "missing columns"),
        ("drug", "code,name,name_zh,code", "twice"),
        ("drug", "", "missing columns"),
        ("food", "code", "no catalogue"),
    ],
)
def test_a_wrong_first_line(kind: str, head: str, said: str) -> None:
    with pytest.raises(InvalidInput) as wrong:
        parse_catalogue(kind, head)
    assert said in wrong.value.message


def test_amounts_and_numbers_are_exact() -> None:
    ((_, drug),) = parse_catalogue(
        "drug", "\ufeffcode,name,name_zh,strength,container_minutes\nA,A,甲,2.50 mg,240\n"
    )
    assert drug["strength"] == {"value": "2.50", "unit": "mg"}
    assert drug["container_minutes"] == 240
    ((_, test),) = parse_catalogue("test", "code,name,name_zh,volume_ml\nA,A,甲,2.5\n")
    assert test["volume_ml"] == "2.5"


def test_a_drug_that_comes_into_force_later(shift: Shift) -> None:
    text = "code,name,name_zh\nNEW1,New drug,新药\n"
    shift.app.import_catalogue(
        user="admin",
        command=shift.new(),
        kind="drug",
        text=text,
        effective_from=local("00:00", 1),
    )
    plan = {"high_alert": False, "skin_test": False}
    with pytest.raises(NotFound):
        shift.draft(shift.drug("NEW1", **plan))
    shift.at("08:00", 1)
    assert shift.draft(shift.drug("NEW1", **plan))


# ---------------------------------------------------------------- the gate, and one write
def test_every_use_case_stands_behind_the_gate_and_refuses_somebody(shift: Shift) -> None:
    for use_case, roles in GATES.items():
        assert roles, use_case
    with pytest.raises(NotAuthorised) as refused:
        shift.app.add_user(user="li.na", command=shift.new(), practitioner=person("x", Role.NURSE))
    assert refused.value.needs == "administrator"


@pytest.mark.parametrize(("times", "works"), [(2, True), (3, False)])
def test_e4_a_conflict_is_decided_again_and_in_the_end_told(
    shift: Shift, times: int, works: bool
) -> None:
    tries = []

    def act(writing: Writing) -> None:
        tries.append(writing.now)
        if len(tries) <= times:
            raise Conflict(who="zhao.min", what="M11", when=writing.now)

    def carried_out() -> None:
        carry_out(
            shift.app.place,
            command=CommandId("c"),
            actor=person("li.na", Role.NURSE).actor(),
            kind="test",
            act=act,
        )

    if works:
        carried_out()
    else:
        with pytest.raises(Conflict):
            carried_out()
    assert len(tries) == 3


def test_an_unknown_order_is_not_found_inside_a_write(shift: Shift) -> None:
    def act(writing: Writing) -> None:
        writing.case(OrderId("nothing"))

    with pytest.raises(NotFound):
        carry_out(
            shift.app.place,
            command=CommandId("c"),
            actor=person("li.na", Role.NURSE).actor(),
            kind="test",
            act=act,
        )
