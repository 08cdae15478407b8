"""Breaking the glass: a stay opened in need, and its review by another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.auditing import AuditAction
from domain.errors import InvalidInput, NotAuthorised, NotFound, Refused
from domain.grants import Verdict
from domain.ids import EncounterId, WardId
from domain.people import Role
from tests.shift import OTHER_WARD, WARD, Shift
from tests.two_wards import lend, open_stay, staff, two_wards


@pytest.fixture
def shift() -> Shift:
    return two_wards()


def test_a_stay_is_opened_for_four_hours_with_a_reason(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    neighbour = shift.admit("0000000002", "02")
    open_stay(shift)
    app, now = shift.app, shift.app.now()
    assert app.show_order(user="nurse.fu", order=order, now=now)
    assert {item.order for item in app.worklist(user="nurse.fu", now=now)} == {order}
    assert [one.encounter.id for one in app.list_stays(user="nurse.fu")] == [shift.stay]
    shift.do("nurse.fu", order=order, step="nurse_verified", result="verified")
    with pytest.raises(NotAuthorised):
        app.show_stay(user="nurse.fu", encounter=neighbour)
    with pytest.raises(NotAuthorised):
        app.ward_board(user="nurse.fu", ward=WARD, now=now)
    shift.at("11:00")
    with pytest.raises(NotAuthorised):
        app.show_order(user="nurse.fu", order=order, now=now)
    (row,) = app.place.trust.trail.rows(actions=frozenset({AuditAction.BREAK_GLASS}))
    assert (row.entry.user, row.entry.encounter, row.entry.ward) == ("nurse.fu", shift.stay, WARD)


def test_an_opened_stay_stays_open_when_the_patient_moves(shift: Shift) -> None:
    third = WardId("6C")
    ward = replace(shift.app.list_wards(user="admin")[0], id=third)
    shift.app.set_ward(user="admin", command=shift.new(), ward=ward)
    order = shift.ordered(shift.drug())
    open_stay(shift)
    shift.app.transfer(
        user="li.na", command=shift.new(), encounter=shift.stay, ward=third, bed="01"
    )
    shift.do("nurse.fu", order=order, step="nurse_verified", result="verified")


def test_what_cannot_be_opened(shift: Shift) -> None:
    def opened(user: str, reason: str = "called to help", **who: object) -> str:
        stay = who.get("encounter")
        mrn = who.get("mrn")
        with pytest.raises((Refused, InvalidInput)) as said:
            shift.app.open_stay(
                user=user,
                command=shift.new(),
                reason=reason,
                encounter=None if stay is None else EncounterId(str(stay)),
                mrn=None if mrn is None else str(mrn),
            )
        return said.value.code

    assert opened("li.na", encounter=shift.stay) == "NOT_NEEDED"
    assert opened("admin", encounter=shift.stay) == "NOT_AUTHORISED"
    assert opened("nurse.fu", encounter="no-such-stay") == "NOT_FOUND"
    assert opened("nurse.fu", mrn="404") == "NOT_FOUND"
    assert opened("nurse.fu") == "INVALID_INPUT"
    assert opened("nurse.fu", reason=" ", encounter=shift.stay) == "INVALID_INPUT"
    shift.app.open_stay(
        user="nurse.fu", command=shift.new(), reason="called to help", mrn="0012345678"
    )
    assert opened("nurse.fu", encounter=shift.stay) == "NOT_NEEDED"


def test_every_opening_is_reviewed_by_somebody_else(shift: Shift) -> None:
    staff(shift, "manager.fan", Role.NURSING_MANAGER, Role.NURSE, ward=OTHER_WARD)
    open_stay(shift)
    open_stay(shift, "manager.fan", "the family asked")
    own, other = shift.app.opened_stays(user="affairs.lu")
    if own.user != "manager.fan":
        own, other = other, own
    with pytest.raises(NotAuthorised):
        shift.app.opened_stays(user="li.na")

    def review(user: str, grant: str, verdict: Verdict, text: str = "") -> None:
        shift.app.review_access(
            user=user, command=shift.new(), grant=grant, verdict=verdict, text=text
        )

    with pytest.raises(Refused) as said:
        review("manager.fan", own.id, Verdict.JUSTIFIED)
    assert said.value.code == "OWN_ACCESS"
    with pytest.raises(NotFound):
        review("manager.fan", "no-such-grant", Verdict.JUSTIFIED)
    review("manager.fan", other.id, Verdict.JUSTIFIED)
    with pytest.raises(InvalidInput):
        review("affairs.lu", own.id, Verdict.NOT_JUSTIFIED)
    review("affairs.lu", own.id, Verdict.NOT_JUSTIFIED, "nobody had asked")
    with pytest.raises(Refused) as twice:
        review("manager.ye", own.id, Verdict.JUSTIFIED)
    assert twice.value.code == "REVIEWED"
    assert shift.app.opened_stays(user="affairs.lu") == ()
    done = shift.app.opened_stays(user="affairs.lu", reviewed=True)
    told = {one.user: one.review and (one.review.by, one.review.verdict) for one in done}
    assert told == {
        "manager.fan": ("affairs.lu", Verdict.NOT_JUSTIFIED),
        "nurse.fu": ("manager.fan", Verdict.JUSTIFIED),
    }
    lent = lend(shift, "sun.li", "nurse.fu", Role.NURSE)
    with pytest.raises(NotFound):
        review("affairs.lu", lent, Verdict.JUSTIFIED)


def test_an_opened_stay_is_closed_again_by_who_opened_it(shift: Shift) -> None:
    open_stay(shift)
    (grant,) = shift.app.opened_stays(user="affairs.lu")
    shift.at("07:30")
    shift.app.take_back(user="nurse.fu", command=shift.new(), grant=grant.id)
    with pytest.raises(NotAuthorised):
        shift.app.show_stay(user="nurse.fu", encounter=shift.stay)
    assert len(shift.app.opened_stays(user="affairs.lu")) == 1
