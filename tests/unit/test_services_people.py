"""The people at work, and the gate before what they do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.errors import Conflict, InvalidInput, NotAuthorised, NotFound, Refused
from domain.ids import CommandId, EncounterId, OrderId, PractitionerId
from domain.people import Practitioner, Role
from domain.services.admitting import Admission
from domain.services.people import Duty
from domain.services.people import Shift as Span
from domain.services.permissions import GATES
from domain.services.writing import Writing, carry_out
from tests.fakes import FakeClock
from tests.shift import OTHER_WARD, WARD, Shift, fake_app, fake_shift, local


@pytest.fixture
def shift() -> Shift:
    return fake_shift()


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
        (person("x", Role.SYSTEM, Role.NURSE), "roles"),
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


def test_somebody_stays_administrator(shift: Shift) -> None:
    with pytest.raises(Refused) as refused:
        shift.app.add_user(
            user="admin", command=shift.new(), practitioner=person("admin", Role.NURSE)
        )
    assert refused.value.code == "LAST_ADMINISTRATOR"
    second = person("second", Role.ADMINISTRATOR)
    shift.app.add_user(user="admin", command=shift.new(), practitioner=second)
    shift.app.disable_user(user="admin", command=shift.new(), name="second")
    with pytest.raises(Refused):
        shift.app.add_user(
            user="admin", command=shift.new(), practitioner=person("admin", Role.NURSE)
        )
    shift.app.add_user(user="admin", command=shift.new(), practitioner=second, enable=True)
    shift.app.add_user(user="admin", command=shift.new(), practitioner=person("admin", Role.NURSE))
    with pytest.raises(NotAuthorised):
        shift.app.add_user(user="admin", command=shift.new(), practitioner=second)


def test_a_disabled_user_acts_again_only_where_it_is_said(shift: Shift) -> None:
    shift.app.disable_user(user="admin", command=shift.new(), name="li.na")
    nurse = person("li.na", Role.NURSE)
    with pytest.raises(Refused) as refused:
        shift.app.add_user(user="admin", command=shift.new(), practitioner=nurse)
    assert refused.value.code == "USER_DISABLED"
    assert refused.value.field == "active"
    shift.app.add_user(user="admin", command=shift.new(), practitioner=nurse, enable=True)
    assert shift.app.list_stays(user="li.na", ward=WARD)


def test_a_nurse_of_another_ward_records_nothing_here(shift: Shift) -> None:
    nurse = Practitioner(
        PractitionerId("icu"), "X, Y", frozenset({Role.NURSE}), wards=frozenset({OTHER_WARD})
    )
    shift.app.add_user(user="admin", command=shift.new(), practitioner=nurse)
    order = shift.ordered(shift.drug())
    line = {"order": order, "step": "M2", "result": "verified"}
    with pytest.raises(NotAuthorised, match=f"ward {WARD}"):
        shift.do("icu", **line)
    with pytest.raises(NotAuthorised, match=f"ward {WARD}"):
        shift.app.replace_band(user="icu", command=shift.new(), encounter=shift.stay)
    wanted = Admission(mrn="7", ward=WARD, bed="03", name="LIU, Y")
    with pytest.raises(NotAuthorised, match=f"ward {WARD}"):
        shift.app.admit(user="icu", command=shift.new(), admission=wanted)
    own = replace(wanted, ward=OTHER_WARD)
    assert shift.app.admit(user="icu", command=shift.new(), admission=own).encounters
    shift.app.transfer(
        user="li.na", command=shift.new(), encounter=shift.stay, ward=OTHER_WARD, bed="01"
    )
    assert shift.do("icu", **line).orders == (order,)


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


# ---------------------------------------------------------------- the gate, and one write
def test_every_use_case_stands_behind_the_gate_and_refuses_somebody(shift: Shift) -> None:
    for use_case, gate in GATES.items():
        assert gate.roles, use_case
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
