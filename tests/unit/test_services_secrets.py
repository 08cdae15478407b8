"""Secrets: who sets them, what opens, and what a wrong one leads to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from domain.auditing import AuditAction
from domain.credentials import Method, wait_after
from domain.errors import InvalidInput, NotAuthorised, NotFound, Refused
from domain.ids import CommandId, PractitionerId
from domain.people import Practitioner, Role
from domain.secret_rules import require_good_secret
from domain.services.own_secrets import NewSecret
from domain.services.proving import prove
from tests.fake_trust import FakeCredentials
from tests.fakes import FakeClock
from tests.shift import WARD, Shift, fake_app, fake_shift

ADMIN = "river-under-stone"
FIRST = "given by the chief"
OWN = "seven green lamps"
OTHER = "another one, given"
WRONG = "wrong"
LINA = PractitionerId("li.na")


@pytest.fixture
def shift() -> Shift:
    return fake_shift()


@pytest.fixture
def secured(shift: Shift) -> Shift:
    """The administrator has secured the ward and signed in; nobody else has a secret."""
    shift.app.set_secret(user="admin", command=shift.new(), old=None, new=NewSecret(ADMIN))
    return shift


def give(shift: Shift, name: str = "li.na", secret: str = FIRST) -> None:
    shift.app.give_secret(user="admin", command=shift.new(), name=name, new=NewSecret(secret))


def own(shift: Shift, name: str = "li.na", *, old: str = FIRST, new: str = OWN) -> None:
    shift.app.set_secret(user=name, command=shift.new(), old=old, new=NewSecret(new))


def refused(shift: Shift, secret: str | None, user: str = "li.na") -> str:
    with pytest.raises(Refused) as said:
        shift.app.sign_in(user=user, secret=secret)
    assert not secret or secret not in said.value.message
    return said.value.code


def test_an_open_ward_asks_nobody_and_a_secured_one_everybody(shift: Shift) -> None:
    assert shift.app.sign_in(user="li.na", secret=None) is None
    assert shift.app.list_stays(user="li.na", ward=WARD)

    shift.app.set_secret(user="admin", command=shift.new(), old=None, new=NewSecret(ADMIN))

    assert shift.app.secured
    assert shift.app.list_users(user="admin")
    for user in ("li.na", "nobody"):
        with pytest.raises(Refused) as said:
            shift.app.list_stays(user=user, ward=WARD)
        assert said.value.code == "NOT_SIGNED_IN"
    assert refused(shift, "whatever it is") == "NO_SECRET"


def test_only_an_administrator_secures_a_ward(shift: Shift) -> None:
    with pytest.raises(NotAuthorised):
        own(shift, "li.na", old="")
    with pytest.raises(Refused) as said:
        give(shift)
    assert said.value.code == "OPEN_DATABASE"
    assert not shift.app.secured


def test_a_secret_that_was_given_opens_nothing_but_the_setting_of_an_own_one(
    secured: Shift,
) -> None:
    give(secured)
    assert refused(secured, FIRST) == "SECRET_EXPIRED"
    with pytest.raises(InvalidInput) as again:
        own(secured, new=FIRST)
    assert again.value.field == "new_secret"
    own(secured)
    assert secured.app.list_stays(user="li.na", ward=WARD)
    assert refused(secured, FIRST) == "SECRET_WRONG"
    assert secured.app.sign_in(user="li.na", secret=OWN) is Method.PASSWORD


def test_who_leaves_acts_no_more_and_so_does_who_gets_another_secret(secured: Shift) -> None:
    give(secured)
    own(secured)
    secured.app.sign_out(user="li.na")
    secured.app.sign_out(user="li.na")
    with pytest.raises(Refused):
        secured.app.list_wards(user="li.na")
    secured.app.sign_in(user="li.na", secret=OWN)
    give(secured)
    with pytest.raises(Refused):
        secured.app.list_wards(user="li.na")
    trail = secured.app.place.trust.trail.rows(user=LINA)
    told = [row.entry.action.value for row in reversed(trail)]
    assert told == ["sign_in", "sign_out", "denied", "sign_in", "denied"]


def test_three_wrong_secrets_are_free_then_each_waits_twice_as_long(secured: Shift) -> None:
    give(secured)
    own(secured)
    assert [refused(secured, "wrong") for _ in range(3)] == ["SECRET_WRONG"] * 3
    assert refused(secured, OWN) == "LOCKED_OUT"
    secured.clock.tick(seconds=29)
    assert refused(secured, OWN) == "LOCKED_OUT"
    secured.clock.tick(seconds=1)
    assert refused(secured, "wrong") == "SECRET_WRONG"
    secured.clock.tick(seconds=59)
    assert refused(secured, OWN) == "LOCKED_OUT"
    secured.clock.tick(seconds=1)
    assert secured.app.sign_in(user="li.na", secret=OWN) is Method.PASSWORD
    assert [refused(secured, "wrong") for _ in range(2)] == ["SECRET_WRONG"] * 2
    assert secured.app.sign_in(user="li.na", secret=OWN)
    failed = secured.app.place.trust.trail.rows(actions=frozenset({AuditAction.SIGN_IN_FAILED}))
    assert len(failed) == 6
    assert wait_after(50) == timedelta(minutes=15)


def test_an_administrator_ends_a_lock_out_by_a_new_secret(secured: Shift) -> None:
    give(secured)
    own(secured)
    for _ in range(3):
        refused(secured, "wrong")
    give(secured, secret=OTHER)
    own(secured, old=OTHER)
    assert secured.app.sign_in(user="li.na", secret=OWN)


def test_nothing_is_looked_at_without_a_secret(secured: Shift) -> None:
    give(secured)
    assert refused(secured, None) == "SECRET_NEEDED"
    assert refused(secured, "") == "SECRET_NEEDED"
    for _ in range(5):
        refused(secured, "")
    own(secured)


def test_a_hash_that_was_exchanged_behind_the_program_opens_nothing(secured: Shift) -> None:
    give(secured)
    own(secured)
    kept = cast("FakeCredentials", secured.app.place.trust.credentials).kept
    kept[LINA] = replace(kept[LINA], encoded=kept[PractitionerId("admin")].encoded)
    assert refused(secured, ADMIN) == "CREDENTIAL_CHANGED"
    with pytest.raises(Refused):
        secured.app.list_wards(user="li.na")
    del kept[LINA]
    assert refused(secured, OWN) == "NO_SECRET"


def test_who_gave_a_secret_does_not_make_it_her_own_behind_the_program(secured: Shift) -> None:
    give(secured)
    kept = cast("FakeCredentials", secured.app.place.trust.credentials).kept
    kept[LINA] = replace(kept[LINA], must_change=False)
    assert refused(secured, FIRST) == "CREDENTIAL_CHANGED"


def test_who_may_give_a_secret_and_to_whom(secured: Shift) -> None:
    with pytest.raises(Refused) as own_one:
        give(secured, "admin")
    assert own_one.value.code == "OWN_SECRET"
    with pytest.raises(NotFound):
        give(secured, "nobody")
    give(secured)
    own(secured)
    with pytest.raises(NotAuthorised):
        secured.app.give_secret(
            user="li.na", command=secured.new(), name="zhao.min", new=NewSecret(FIRST)
        )


def test_an_interface_keeps_the_secret_that_it_is_given(secured: Shift) -> None:
    secured.machine("hl7")
    give(secured, "hl7")
    assert secured.app.sign_in(user="hl7", secret=FIRST) is Method.PASSWORD


def test_a_disabled_user_signs_in_no_more_and_sets_no_secret(secured: Shift) -> None:
    give(secured, "zhao.min")
    own(secured, "zhao.min")
    secured.app.disable_user(user="admin", command=secured.new(), name="zhao.min")
    assert refused(secured, OWN, "zhao.min") == "USER_DISABLED"
    give(secured)
    secured.app.disable_user(user="admin", command=secured.new(), name="li.na")
    with pytest.raises(Refused) as said:
        own(secured)
    assert said.value.code == "USER_DISABLED"


def test_the_first_administrator_may_come_with_a_secret() -> None:
    app = fake_app(FakeClock())
    first = Practitioner(PractitionerId("zhao"), "ZHAO, Lei", frozenset({Role.ADMINISTRATOR}))
    secret = NewSecret(ADMIN)
    app.add_user(user="zhao", command=CommandId("1"), practitioner=first, secret=secret)
    with pytest.raises(Refused) as said:
        app.list_users(user="zhao")
    assert said.value.code == "NOT_SIGNED_IN"
    assert app.sign_in(user="zhao", secret=ADMIN) is Method.PASSWORD

    nurse = Practitioner(LINA, "LI, Na", frozenset({Role.NURSE}))
    pin = NewSecret("480291", Method.PIN)
    app.add_user(user="zhao", command=CommandId("2"), practitioner=nurse, secret=pin)
    with pytest.raises(Refused) as given:
        app.sign_in(user="li.na", secret=pin.text)
    assert given.value.code == "SECRET_EXPIRED"
    with pytest.raises(Refused) as late:
        app.add_user(user="zhao", command=CommandId("3"), practitioner=first, secret=secret)
    assert late.value.code == "SECRET_NOT_HERE"


def test_in_an_open_ward_nobody_is_added_with_a_secret(shift: Shift) -> None:
    nurse = Practitioner(PractitionerId("new"), "NEW, One", frozenset({Role.NURSE}))
    with pytest.raises(Refused) as said:
        shift.app.add_user(
            user="admin", command=shift.new(), practitioner=nurse, secret=NewSecret(FIRST)
        )
    assert said.value.code == "SECRET_NOT_HERE"


def test_in_a_secured_ward_an_administrator_without_a_secret_counts_for_none(
    secured: Shift,
) -> None:
    admin = Practitioner(PractitionerId("second"), "SECOND", frozenset({Role.ADMINISTRATOR}))
    secured.app.add_user(user="admin", command=secured.new(), practitioner=admin)
    nurse = Practitioner(PractitionerId("admin"), "Admin", frozenset({Role.NURSE}))
    with pytest.raises(Refused) as said:
        secured.app.add_user(user="admin", command=secured.new(), practitioner=nurse)
    assert said.value.code == "LAST_ADMINISTRATOR"
    give(secured, "second")
    secured.app.add_user(user="admin", command=secured.new(), practitioner=nurse)


@pytest.mark.parametrize(
    "name", ["Li.Na", "li.na\u200b", "li.na ", "ｌi.na", "new\nnurse", "new nurse", "n" * 65]
)
def test_nobody_witnesses_their_own_acts_under_a_name_that_looks_the_same(
    shift: Shift, name: str
) -> None:
    def add(user: str) -> None:
        person = Practitioner(PractitionerId(user), "LI, Na", frozenset({Role.NURSE}))
        shift.app.add_user(user="admin", command=shift.new(), practitioner=person)

    with pytest.raises(InvalidInput) as refused:
        add(name)
    assert refused.value.field == "user"
    add("li.na")  # who is there is changed as before
    add("李娜")


def test_a_badge_names_one_user(shift: Shift) -> None:
    one = Practitioner(LINA, "LI, Na", frozenset({Role.NURSE}), badge="8018")
    other = replace(one, user=PractitionerId("zhao.min"))
    shift.app.add_user(user="admin", command=shift.new(), practitioner=one)
    shift.app.disable_user(user="admin", command=shift.new(), name="li.na")
    with pytest.raises(InvalidInput) as said:
        shift.app.add_user(user="admin", command=shift.new(), practitioner=other)
    assert said.value.field == "badge"
    again = replace(one, name="LI, Nana")
    shift.app.add_user(user="admin", command=shift.new(), practitioner=again, enable=True)


PERSON = Practitioner(LINA, "LI, Nanxing", frozenset({Role.NURSE}), badge="WL-48021677")


@pytest.mark.parametrize(
    ("text", "method", "good"),
    [
        ("seven green lamps", Method.PASSWORD, True),
        ("七盏绿灯在河边的夜里", Method.PASSWORD, True),
        ("lamps", Method.PASSWORD, False),
        ("x" * 300, Method.PASSWORD, False),
        ("Password1", Method.PASSWORD, False),
        ("abababab", Method.PASSWORD, False),
        ("nanxing-2026", Method.PASSWORD, False),
        ("my 48021677 badge", Method.PASSWORD, False),
        ("480291", Method.PIN, True),
        ("48021", Method.PIN, False),
        ("48o217", Method.PIN, False),
        ("４８０２１７", Method.PIN, False),
        ("111111", Method.PIN, False),
        ("123456", Method.PIN, False),
        ("987654", Method.PIN, False),
        ("737373", Method.PIN, False),
        ("739739", Method.PIN, False),
        ("480216", Method.PIN, False),
        ("850314", Method.PIN, False),
        ("310785", Method.PIN, False),
    ],
)
def test_a_secret_that_is_guessed_first_is_not_taken(text: str, method: Method, good: bool) -> None:
    if good:
        require_good_secret(text, method, PERSON)
        return
    with pytest.raises(InvalidInput) as said:
        require_good_secret(text, method, PERSON)
    assert said.value.field == "new_secret"
    assert text not in str(said.value)


def test_a_user_name_is_no_password_and_an_administrator_has_no_pin() -> None:
    wang = replace(PERSON, user=PractitionerId("wang-li-na"), badge=None)
    with pytest.raises(InvalidInput):
        require_good_secret("Wang-Li-Na", Method.PASSWORD, wang)
    chief = replace(PERSON, roles=frozenset({Role.ADMINISTRATOR}))
    with pytest.raises(InvalidInput, match="password"):
        require_good_secret("480291", Method.PIN, chief)


def test_one_secret_is_proved_for_one_act(secured: Shift) -> None:
    give(secured)
    own(secured)
    place = secured.app.place
    found = prove(place, user=LINA, secret=OWN, what="step.record", field="signature")
    assert found is Method.PASSWORD
    with pytest.raises(Refused) as said:
        prove(place, user=LINA, secret=WRONG, what="step.record", field="signature")
    assert said.value.field == "signature"


def test_no_secret_shows_in_what_is_printed_of_it() -> None:
    assert ADMIN not in repr(NewSecret(ADMIN))
