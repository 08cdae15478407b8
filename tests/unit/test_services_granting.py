"""Roles for a time, and what people of another ward see."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import InvalidInput, NotAuthorised, NotFound, Refused
from domain.grants import GrantKind
from domain.ids import EncounterId, OrderId, PractitionerId, WardId
from domain.people import Actor, Lent, Role
from domain.services.authorising import at_stays, practitioner_as_actor
from domain.services.people import Shift as Span
from tests.shift import OTHER_WARD, WARD, Shift, local
from tests.two_wards import hand_on, lend, staff, two_wards, wanted


@pytest.fixture
def shift() -> Shift:
    return two_wards()


# ---------------------------------------------------------------- reading
def test_who_works_on_another_ward_sees_nothing_of_a_patient(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    app, now, fu = shift.app, shift.app.now(), "nurse.fu"
    readings = (
        lambda: app.show_order(user=fu, order=order, now=now),
        lambda: app.show_stay(user=fu, encounter=shift.stay),
        lambda: app.show_stay(user=fu, mrn="0012345678"),
        lambda: app.show_known(user=fu, encounter=shift.stay),
        lambda: app.show_risk(user=fu, encounter=shift.stay, now=now),
        lambda: app.ward_risks(user=fu, ward=WARD, now=now),
        lambda: app.list_stays(user=fu, ward=WARD),
        lambda: app.worklist(user=fu, ward=WARD, now=now),
        lambda: app.worklist(user=fu, encounter=shift.stay, now=now),
        lambda: app.ward_board(user=fu, ward=WARD, now=now),
        lambda: app.list_alerts(user=fu, ward=WARD, now=now),
        lambda: app.list_alerts(user=fu, encounter=shift.stay, now=now),
        lambda: app.assignments(user=fu, ward=WARD, now=now),
    )
    for reading in readings:
        with pytest.raises(NotAuthorised, match=f"ward {WARD}"):
            reading()
    assert app.list_stays(user=fu) == ()
    assert app.worklist(user=fu, now=now) == ()
    assert app.list_alerts(user=fu, now=now) == ()
    with pytest.raises(NotFound):
        app.show_order(user=fu, order=OrderId("no-such-order"), now=now)


def test_who_works_there_and_who_names_no_ward_see_the_patient(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    staff(shift, "nurse.here", Role.NURSE, ward=WARD)
    for user in ("nurse.here", "li.na", "manager.ye"):
        assert shift.app.show_order(user=user, order=order, now=shift.app.now())
        assert [one.encounter.id for one in shift.app.list_stays(user=user)] == [shift.stay]
    for user in ("nurse.here", "li.na"):
        waits = shift.app.worklist(user=user, now=shift.app.now())
        assert {item.order for item in waits} == {order}
        assert shift.app.ward_board(user=user, ward=WARD, now=shift.app.now())


def test_an_interface_sees_all_wards_whatever_wards_it_names(shift: Shift) -> None:
    staff(shift, "hl7", Role.SYSTEM, ward=OTHER_WARD)
    assert shift.app.list_stays(user="hl7", ward=WARD)


# ---------------------------------------------------------------- a role for a shift
def test_a_nurse_of_another_ward_helps_for_a_shift_and_no_longer(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    lend(shift, "sun.li", "nurse.fu", Role.NURSE)
    shift.do("nurse.fu", order=order, step="nurse_verified", result="verified")
    shift.do("ph.qian", order=order, step="pharm_reviewed", result="approved")
    later = shift.at("08:00")
    assert {i.order for i in shift.app.worklist(user="nurse.fu", now=later)} == {order}
    assert shift.app.list_stays(user="nurse.fu", ward=WARD)
    shift.at("15:00")
    with pytest.raises(NotAuthorised):
        shift.app.list_stays(user="nurse.fu", ward=WARD)
    assert shift.app.list_grants(user="admin", now=shift.app.now()) == ()
    assert len(shift.app.list_grants(user="admin", running=False, now=shift.app.now())) == 1


def test_what_is_lent_on_one_ward_is_not_held_on_another(shift: Shift) -> None:
    """A nurse in charge of one ward tonight is a nurse like others on her own."""
    lend(shift, "admin", "nurse.fu", Role.CHARGE_NURSE, WARD)
    span = Span(WARD, local("07:00"), local("15:00"))
    fu = PractitionerId("nurse.fu")
    shift.app.assign_nurses(
        user="nurse.fu", command=shift.new(), shift=span, nurses={shift.stay: fu}
    )
    own = replace(span, ward=OTHER_WARD)
    with pytest.raises(NotAuthorised, match="nursing_manager"):
        shift.app.assign_nurses(user="nurse.fu", command=shift.new(), shift=own, nurses={})


def test_a_role_begins_when_it_was_said(shift: Shift) -> None:
    tonight = replace(
        wanted(shift, "nurse.fu", Role.NURSE, WARD, hours=16), starts_at=local("19:00")
    )
    shift.app.grant_role(user="sun.li", command=shift.new(), wanted=tonight)
    with pytest.raises(NotAuthorised):
        shift.app.list_stays(user="nurse.fu", ward=WARD)
    shift.at("19:00")
    assert shift.app.list_stays(user="nurse.fu", ward=WARD)


def test_who_may_lend_what(shift: Shift) -> None:
    for by, name, role, ward, error in (
        ("li.na", "nurse.fu", Role.NURSE, WARD, NotAuthorised),
        ("head.gu", "li.na", Role.NURSE, WARD, NotAuthorised),
        ("sun.li", "nurse.fu", Role.PHYSICIAN, WARD, NotAuthorised),
        ("sun.li", "sun.li", Role.NURSE, WARD, Refused),
        ("sun.li", "nobody", Role.NURSE, WARD, NotFound),
        ("sun.li", "nurse.fu", Role.NURSE, WardId("9Z"), NotFound),
        ("sun.li", "nurse.fu", Role.NURSE, None, NotFound),
        ("admin", "nurse.fu", Role.ADMINISTRATOR, WARD, InvalidInput),
        ("admin", "nurse.fu", Role.SYSTEM, WARD, InvalidInput),
    ):
        with pytest.raises(error):
            lend(shift, by, name, role, ward)
    lend(shift, "admin", "nurse.fu", Role.CHARGE_NURSE)
    shift.app.disable_user(user="admin", command=shift.new(), name="nurse.fu")
    with pytest.raises(Refused) as said:
        lend(shift, "sun.li", "nurse.fu", Role.NURSE)
    assert said.value.code == "NO_RECEIVER"


def test_a_time_and_a_reason_that_cannot_be(shift: Shift) -> None:
    good = wanted(shift, "nurse.fu", Role.NURSE, WARD)
    for wrong, field in (
        (replace(good, ends_at=shift.clock.at), "ends_at"),
        (replace(good, ends_at=shift.clock.at + timedelta(days=32)), "ends_at"),
        (replace(good, starts_at=local("07:00"), ends_at=local("06:00")), "ends_at"),
        (replace(good, reason=" ok "), "reason"),
    ):
        with pytest.raises(InvalidInput) as said:
            shift.app.grant_role(user="sun.li", command=shift.new(), wanted=wrong)
        assert said.value.field == field


def test_a_grant_is_taken_back_by_whom_it_concerns(shift: Shift) -> None:
    grant = lend(shift, "sun.li", "nurse.fu", Role.NURSE)
    with pytest.raises(NotAuthorised):
        shift.app.take_back(user="head.gu", command=shift.new(), grant=grant)
    with pytest.raises(NotFound):
        shift.app.take_back(user="head.gu", command=shift.new(), grant="no-such-grant")
    shift.app.take_back(user="nurse.fu", command=shift.new(), grant=grant)
    with pytest.raises(NotAuthorised):
        shift.app.list_stays(user="nurse.fu", ward=WARD)
    with pytest.raises(Refused) as said:
        shift.app.take_back(user="admin", command=shift.new(), grant=grant)
    assert said.value.code == "GRANT_ENDED"


# ---------------------------------------------------------------- delegation
def test_a_charge_nurse_hands_her_role_on_for_a_time(shift: Shift) -> None:
    span = Span(WARD, local("07:00"), local("15:00"))
    with pytest.raises(NotAuthorised):
        shift.app.assign_nurses(user="li.na", command=shift.new(), shift=span, nurses={})
    hand_on(shift, "sun.li", "li.na", Role.CHARGE_NURSE)
    shift.app.assign_nurses(user="li.na", command=shift.new(), shift=span, nurses={})
    (grant,) = shift.app.list_grants(user="li.na", now=shift.app.now())
    assert (grant.kind, grant.given_by) == (GrantKind.DELEGATION, "sun.li")
    shift.at("15:00")
    with pytest.raises(NotAuthorised):
        shift.app.assign_nurses(user="li.na", command=shift.new(), shift=span, nurses={})


def test_nobody_hands_on_more_than_they_hold(shift: Shift) -> None:
    for by, name, role, ward, error in (
        ("li.na", "zhao.min", Role.CHARGE_NURSE, None, NotAuthorised),
        ("head.gu", "li.na", Role.CHARGE_NURSE, WARD, NotAuthorised),
        ("head.gu", "li.na", Role.CHARGE_NURSE, WardId("9Z"), NotFound),
        ("dr.chen", "li.na", Role.PHYSICIAN, None, Refused),
        ("dr.chen", "dr.chen", Role.PHYSICIAN, None, Refused),
        ("admin", "li.na", Role.ADMINISTRATOR, None, Refused),
        ("manager.ye", "li.na", Role.NURSING_MANAGER, None, Refused),
    ):
        with pytest.raises(error):
            hand_on(shift, by, name, role, ward)
    hand_on(shift, "manager.ye", "sun.li", Role.NURSING_MANAGER)
    hand_on(shift, "sun.li", "li.na", Role.CHARGE_NURSE)
    with pytest.raises(NotAuthorised):
        hand_on(shift, "li.na", "zhao.min", Role.CHARGE_NURSE)
    staff(shift, "student.xi", Role.NURSE, student=True)
    with pytest.raises(Refused) as said:
        hand_on(shift, "sun.li", "student.xi", Role.CHARGE_NURSE)
    assert said.value.code == "NO_STAND_IN"


def test_a_delegation_holds_only_where_and_while_its_giver_holds_the_role(shift: Shift) -> None:
    hand_on(shift, "head.gu", "li.na", Role.CHARGE_NURSE)
    here, there = (Span(one, local("07:00"), local("15:00")) for one in (WARD, OTHER_WARD))
    shift.app.assign_nurses(user="li.na", command=shift.new(), shift=there, nurses={})
    with pytest.raises(NotAuthorised):
        shift.app.assign_nurses(user="li.na", command=shift.new(), shift=here, nurses={})
    hand_on(shift, "head.gu", "zhao.min", Role.CHARGE_NURSE, OTHER_WARD)
    shift.app.assign_nurses(user="zhao.min", command=shift.new(), shift=there, nurses={})

    staff(shift, "head.gu", Role.CHARGE_NURSE, ward=WARD)
    with pytest.raises(NotAuthorised):
        shift.app.assign_nurses(user="zhao.min", command=shift.new(), shift=there, nurses={})
    staff(shift, "head.gu", Role.NURSE)
    with pytest.raises(NotAuthorised):
        shift.app.assign_nurses(user="li.na", command=shift.new(), shift=here, nurses={})
    staff(shift, "head.gu", Role.CHARGE_NURSE)
    shift.app.assign_nurses(user="li.na", command=shift.new(), shift=here, nurses={})
    shift.app.disable_user(user="admin", command=shift.new(), name="head.gu")
    with pytest.raises(NotAuthorised):
        shift.app.assign_nurses(user="li.na", command=shift.new(), shift=here, nurses={})


def test_what_was_lent_counts_for_no_witness(shift: Shift) -> None:
    """Beside a bed stands who is fetched, by their own roles; a student never."""
    order = shift.ordered(shift.drug("HEP5000", dose="5000 [iU]", route="SC"))
    shift.verified(order)
    staff(shift, "porter.bo", Role.PORTER)
    lend(shift, "admin", "porter.bo", Role.NURSE)
    staff(shift, "student.xi", Role.NURSE, student=True)
    task = shift.tasks(order)[0].id
    for witness in ("porter.bo", "student.xi"):
        with pytest.raises(Refused) as said:
            shift.check(task, witness=witness)
        assert said.value.field == "witness", witness
    shift.check(task, witness="nurse.fu")


def test_for_patients_of_two_wards_one_has_the_roles_that_one_holds_on_both(shift: Shift) -> None:
    """A batch over two wards is carried out with what its nurse may do on either."""
    lend(shift, "admin", "nurse.fu", Role.CHARGE_NURSE, WARD)
    other = shift.admit("0000000002", "02", ward=OTHER_WARD)
    reads = shift.app.reads
    fu = practitioner_as_actor(reads, "nurse.fu", field="actor")
    assert at_stays(reads, fu, [shift.stay]).roles == {Role.CHARGE_NURSE, Role.NURSE}
    assert at_stays(reads, fu, [other]).roles == {Role.NURSE}
    both = at_stays(reads, fu, [shift.stay, other])
    assert both.roles == {Role.NURSE}
    assert both.wards == {WARD, OTHER_WARD}
    lend(shift, "admin", "li.na", Role.CHARGE_NURSE, OTHER_WARD)
    li_na = practitioner_as_actor(reads, "li.na", field="actor")
    everywhere = at_stays(reads, li_na, [shift.stay, other])
    assert everywhere.roles == {Role.NURSE}
    assert everywhere.wards == frozenset()
    assert at_stays(reads, li_na, [EncounterId("no-such-stay")]) == li_na


def test_a_ward_of_ones_own_opens_no_patient_of_another(shift: Shift) -> None:
    now = shift.app.now()
    with pytest.raises(NotAuthorised, match=f"ward {WARD}"):
        shift.app.worklist(user="nurse.fu", ward=OTHER_WARD, encounter=shift.stay, now=now)
    with pytest.raises(NotAuthorised, match=f"ward {WARD}"):
        shift.app.list_alerts(user="nurse.fu", ward=OTHER_WARD, encounter=shift.stay, now=now)


def test_where_one_works_is_looked_at_again_under_the_lock() -> None:
    """The patient may be moved meanwhile: but a stay that was opened to one stays open."""
    nurse, head = frozenset({Role.NURSE}), frozenset({Role.CHARGE_NURSE})
    stay = EncounterId("stay")
    own = Actor(PractitionerId("nurse.fu"), nurse, wards=frozenset({OTHER_WARD}))
    for lent, ward, wards in (
        ((), OTHER_WARD, {OTHER_WARD}),
        ((Lent(head, frozenset({WARD})),), WARD, {WARD}),
        ((Lent(nurse, stay=stay),), WARD, set()),
        ((Lent(nurse, stay=stay),), OTHER_WARD, {OTHER_WARD}),
    ):
        there = replace(own, lent=lent).on(ward, stay)
        assert there is not None
        assert there.wards == wards
        assert there.lent == ()
    anywhere = replace(own, wards=frozenset(), lent=(Lent(head, frozenset({WARD})),))
    assert getattr(anywhere.on(WARD), "wards", None) == {WARD}
    assert getattr(anywhere.on(OTHER_WARD), "wards", None) == set()
