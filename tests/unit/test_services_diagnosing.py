"""Which lasting illnesses a patient has: said once, added to, and taken off with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from domain.conditions import CONDITIONS, MOST, entries, listed
from domain.errors import InvalidInput, NotAuthorised, NotFound, Refused
from domain.services.bedside import When
from tests.shift import Shift, fake_shift

if TYPE_CHECKING:
    from domain.ids import EncounterId
    from domain.standing import StandingFact


@pytest.fixture
def shift() -> Shift:
    return fake_shift()


def say(
    shift: Shift, *add: str, by: str = "dr.chen", stay: EncounterId | None = None, **said: object
) -> None:
    shift.app.record_conditions(
        user=by,
        command=shift.new(),
        encounter=stay or shift.stay,
        add=add,
        **said,  # type: ignore[arg-type]  # a test names fields freely
    )


def fact(shift: Shift, stay: EncounterId | None = None) -> StandingFact | None:
    known = shift.app.show_known(user="li.na", encounter=stay or shift.stay).clinical
    return known.facts.get(CONDITIONS)


def stands(shift: Shift, stay: EncounterId | None = None) -> tuple[str, ...] | None:
    known = shift.app.show_known(user="li.na", encounter=stay or shift.stay).clinical
    return listed(known.facts)


def test_conditions_are_added_to_those_that_stand(shift: Shift) -> None:
    assert stands(shift) is None, "nobody has asked"
    say(shift, *entries(names=["chf"], icd10=["E11.9"]), by="li.na")
    shift.at("09:30")
    say(shift, "dementia", "chf")
    assert stands(shift) == ("chf", "icd10:E119", "dementia")
    found = fact(shift)
    assert found is not None
    assert (found.by, found.at) == ("dr.chen", shift.clock.at), "who changed it last, and when"


def test_one_that_proves_wrong_is_taken_off_with_a_reason(shift: Shift) -> None:
    say(shift, "chf", "dementia")
    with pytest.raises(InvalidInput, match="needs a reason"):
        say(shift, remove=("dementia",))
    with pytest.raises(NotFound) as never:
        say(shift, remove=("aids",), note="the wrong patient")
    assert (never.value.field, never.value.right) == ("remove", "chf, dementia")
    say(shift, "pvd", remove=("dementia",), note="it was a delirium")
    assert stands(shift) == ("chf", "pvd")
    found = fact(shift)
    assert found is not None
    assert found.detail["note"] == "it was a delirium"
    say(shift, remove=("chf", "pvd"), note="of the patient in bed 02")
    assert stands(shift) == ()


def test_a_patient_who_was_asked_and_has_none(shift: Shift) -> None:
    with pytest.raises(NotFound) as never:
        say(shift, remove=("chf",), note="wrong")
    assert never.value.right == "none stands"
    say(shift, none_known=True)
    assert stands(shift) == ()
    say(shift, "chronic_pulmonary")
    with pytest.raises(Refused) as caught:
        say(shift, none_known=True)
    assert caught.value.code == "CONDITION_STANDS"
    assert "Take it off first" in caught.value.next_step


def test_either_conditions_or_none(shift: Shift) -> None:
    for given in ((), ("chf",)):
        with pytest.raises(InvalidInput) as caught:
            say(shift, *given, none_known=bool(given))
        assert caught.value.field == "conditions"


def test_the_list_has_an_end(shift: Shift) -> None:
    many = entries(icd10=[f"A{number:02}.{place}" for number in range(31) for place in range(10)])
    with pytest.raises(InvalidInput, match="310 conditions"):
        say(shift, *many)
    say(shift, *many[:MOST])


def test_what_was_found_earlier_is_told_before_the_list_is_said_anew(shift: Shift) -> None:
    say(shift, "chf", when=When(shift.at("08:00")))
    shift.at("10:00")
    with pytest.raises(InvalidInput) as caught:
        say(shift, "pvd", when=When(shift.at("07:30")))
    assert (caught.value.field, caught.value.right) == ("at", "not before 2026-11-24T08:00+08:00")


def test_they_outlive_the_stay(shift: Shift) -> None:
    say(shift, "chf")
    said: dict[str, Any] = {"user": "dr.chen", "command": shift.new(), "destination": "home"}
    shift.app.discharge(**said, encounter=shift.stay)
    shift.at("15:00")
    again = shift.admit("0012345678", "01")
    assert stands(shift, again) == ("chf",)
    say(shift, "moderate_severe_renal", stay=again)
    assert stands(shift, again) == ("chf", "moderate_severe_renal")


def test_a_porter_says_nothing_of_illnesses(shift: Shift) -> None:
    with pytest.raises(NotAuthorised):
        say(shift, "chf", by="lab.xu")
