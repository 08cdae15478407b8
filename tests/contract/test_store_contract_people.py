"""Whom an alert reaches: one suite for the fake and for SQLite."""

from datetime import timedelta

from domain.happenings import Assigned, Noun
from domain.ids import EncounterId, PractitionerId
from domain.people import Role
from domain.ports import Reads
from tests.any_store import NURSES, SEVEN, at
from tests.wards import NURSE, PHYSICIAN, WARD, Hospital

PHYSICIANS = frozenset({Role.PHYSICIAN})


def duty(
    hospital: Hospital, kind: str, who: PractitionerId, hours: tuple[int, int] = (7, 15)
) -> None:
    start, end = (SEVEN.replace(hour=0) + timedelta(hours=hour) for hour in hours)
    hospital.tell(Noun.WARD, WARD, Assigned(kind, who, WARD, None, start, end), ward=WARD)


def test_an_alert_reaches_the_nearest_people_of_its_role(
    hospital: Hospital, reads: Reads, stay: EncounterId
) -> None:
    zhou, wu, sun = (PractitionerId(name) for name in ("zhou.min", "wu.lan", "sun.yi"))
    for nurse in (NURSE, zhou):
        hospital.staff(nurse, Role.NURSE)
    hospital.staff(wu, Role.CHARGE_NURSE)
    hospital.staff(PHYSICIAN, Role.PHYSICIAN)
    hospital.staff(sun, Role.SENIOR_PHYSICIAN)
    hospital.staff(PractitionerId("left.us"), Role.NURSE, active=False)
    assert reads.people_of(NURSES, stay, at=at(8)) == (NURSE, wu, zhou)
    duty(hospital, "on_call", sun)
    assert reads.people_of(PHYSICIANS, stay, at=at(8)) == (sun,)
    duty(hospital, "doctor", PHYSICIAN)
    assert reads.people_of(PHYSICIANS, stay, at=at(8)) == (PHYSICIAN,)
    hospital.assign(stay, zhou, hours=(7, 15))
    assert reads.people_of(NURSES, stay, at=at(8)) == (zhou,)
    hospital.assign(stay, NURSE, hours=(9, 15))
    assert reads.people_of(NURSES, stay, at=at(10)) == (NURSE,)
    assert reads.people_of(NURSES, stay, at=at(16)) == (NURSE, wu, zhou)
    assert reads.people_of(frozenset({Role.PHARMACIST}), stay, at=at(8)) == ()
