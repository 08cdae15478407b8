"""Who sits down at a workstation with a role that was lent to them."""

from __future__ import annotations

from datetime import timedelta

from client.presenters.sign_in import Session, read_staff, session_of, wards_of
from client.texts import Texts
from domain.ids import PractitionerId
from domain.people import Practitioner, Role
from domain.services.granting import Wanted
from tests.shift import OTHER_WARD, WARD, Shift, fake_shift


def sits_down(shift: Shift, user: str, ward: str) -> Session:
    return session_of(read_staff(shift.app), user, ward, texts=Texts.load("en"))


def test_a_lent_ward_and_role_are_offered_while_they_hold() -> None:
    shift = fake_shift()
    nurse = Practitioner(
        PractitionerId("fu"), "FU, Y", frozenset({Role.NURSE}), wards=frozenset({OTHER_WARD})
    )
    shift.app.add_user(user="admin", command=shift.new(), practitioner=nurse)
    assert [ward.id for ward in wards_of(read_staff(shift.app), "fu")] == [OTHER_WARD]
    until = shift.clock.at + timedelta(hours=8)
    wanted = Wanted("fu", Role.CHARGE_NURSE, until, "short of staff", WARD)
    shift.app.grant_role(user="admin", command=shift.new(), wanted=wanted)

    assert {ward.id for ward in wards_of(read_staff(shift.app), "fu")} == {WARD, OTHER_WARD}
    tonight = sits_down(shift, "fu", WARD)
    assert (tonight.ward.id, tonight.shown_role) == (WARD, Role.CHARGE_NURSE)
    assert tonight.landing == "board"
    at_home = sits_down(shift, "fu", OTHER_WARD)
    assert (at_home.roles, at_home.shown_role) == (frozenset({Role.NURSE}), Role.NURSE)

    shift.clock.at = until
    assert [ward.id for ward in wards_of(read_staff(shift.app), "fu")] == [OTHER_WARD]
    assert sits_down(shift, "fu", WARD).ward.id == OTHER_WARD
