"""Patients who come, move and go."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from domain.errors import InvalidInput, NotAuthorised, NotFound, Refused
from domain.ids import EncounterId, OrderId, WardId
from domain.patients import EncounterState, Ward
from domain.people import Role
from domain.services.admitting import Admission
from tests.shift import OTHER_WARD, WARD, Shift, fake_shift, local


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
        (replace(RIGHT, birth_date=date(2126, 1, 1)), "birth_date"),
        (replace(RIGHT, birth_date=date(1879, 12, 31)), "birth_date"),
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
    shift.machine("pump-1")
    shift.do(
        "pump-1", task=unit, step="T15", actor="li.na", source="interface", source_id="pump-1",
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


def test_a_patient_in_hospital_under_a_record_that_is_linked_is_one_patient(shift: Shift) -> None:
    """Admitted as 0099, which turns out to be the 0012345678 who went home: one stay, one bed."""
    shift.app.discharge(user="dr.chen", command=shift.new(), encounter=shift.stay)
    here = shift.admit("0099", "02")
    shift.admit("0100", "03")
    for mrn, into in (("0012345678", "0100"), ("0099", "0012345678")):
        if mrn == "0012345678":
            other = shift.app.show_stay(user="li.na", mrn="0100").encounter.id
            shift.app.discharge(user="dr.chen", command=shift.new(), encounter=other)
        shift.app.link_patients(user="admin", command=shift.new(), mrn=mrn, into=into)
    for mrn in ("0099", "0012345678", "0100"):
        assert shift.app.show_stay(user="li.na", mrn=mrn).encounter.id == here
        with pytest.raises(Refused) as refused:
            shift.admit(mrn, "04")
        assert refused.value.code == "ALREADY_ADMITTED"
    shift.admit("0200", "03")
    shift.app.discharge(user="dr.chen", command=shift.new(), encounter=here)
    assert not shift.app.show_stay(user="li.na", mrn="0099").encounter.active
    assert shift.admit("0099", "04")


def test_wards_have_beds(shift: Shift) -> None:
    ward = Ward(WardId("6C"), "Ward 6C", "6C病区", "Asia/Shanghai", ("01", "01"))
    with pytest.raises(InvalidInput) as wrong:
        shift.app.set_ward(user="admin", command=shift.new(), ward=ward)
    assert wrong.value.field == "beds"
    assert [one.id for one in shift.app.list_wards(user="li.na")] == [WARD, OTHER_WARD]
