"""A shift on a ward, and people of another: who is lent, who hands on, who opens a stay."""

from __future__ import annotations

from datetime import timedelta

from domain.ids import PractitionerId, WardId
from domain.people import Practitioner, Role
from domain.services.granting import Wanted
from tests.shift import OTHER_WARD, WARD, Shift, fake_shift


def two_wards() -> Shift:
    """WARD with its patient; on OTHER_WARD work nurse.fu (a nurse) and head.gu, in charge."""
    shift = fake_shift()
    staff(shift, "nurse.fu", Role.NURSE, ward=OTHER_WARD)
    staff(shift, "head.gu", Role.CHARGE_NURSE, ward=OTHER_WARD)
    staff(shift, "manager.ye", Role.NURSING_MANAGER)
    staff(shift, "affairs.lu", Role.MEDICAL_AFFAIRS)
    return shift


def staff(
    shift: Shift, user: str, *roles: Role, ward: WardId | None = None, student: bool = False
) -> None:
    person = Practitioner(
        PractitionerId(user),
        user.upper(),
        frozenset(roles),
        wards=frozenset() if ward is None else frozenset({ward}),
        student=student,
    )
    shift.app.add_user(user="admin", command=shift.new(), practitioner=person)


def wanted(shift: Shift, name: str, role: Role, ward: WardId | None, hours: int = 8) -> Wanted:
    return Wanted(name, role, shift.clock.at + timedelta(hours=hours), "short of staff", ward)


def lend(shift: Shift, by: str, name: str, role: Role, ward: WardId | None = WARD) -> str:
    shift.app.grant_role(user=by, command=shift.new(), wanted=wanted(shift, name, role, ward))
    return shift.app.list_grants(user=by, name=name, now=shift.app.now())[0].id


def hand_on(shift: Shift, by: str, name: str, role: Role, ward: WardId | None = None) -> None:
    shift.app.delegate(user=by, command=shift.new(), wanted=wanted(shift, name, role, ward))


def open_stay(shift: Shift, user: str = "nurse.fu", reason: str = "called to help") -> None:
    shift.app.open_stay(user=user, command=shift.new(), reason=reason, encounter=shift.stay)
