"""The list of lasting illnesses: names and codes as a hospital writes them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain.conditions import CONDITIONS, ICD9, NAMES, entries, listed, plain_code, taken_apart
from domain.errors import InvalidInput
from domain.ids import PractitionerId
from domain.standing import StandingFact
from rules.scores.comorbidities import conditions

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_the_names_are_those_of_the_index() -> None:
    assert tuple(one.name for one in conditions()) == NAMES


def test_codes_are_kept_with_their_system_however_they_are_written() -> None:
    found = entries(names=["dementia"], icd10=["i50.0", " I500 ", "E11"], icd9=["428.0", "V45.1"])
    assert found == ("dementia", "icd10:I500", "icd10:E11", "icd9:4280", "icd9:V451")
    names, icd10, icd9 = taken_apart(found)
    assert (names, icd10, icd9) == (("dementia",), ("I500", "E11"), ("4280", "V451"))


@pytest.mark.parametrize(
    ("said", "field", "right"),
    [
        ({"names": ["old age"]}, "conditions", "a code in icd10, or one of mi, chf"),
        ({"icd10": ["heart failure"]}, "icd10", '"I50.0"'),
        ({"icd10": ["4280"]}, "icd10", '"I50.0"'),
        ({"icd9": ["I50.0"]}, "icd9", '"428.0"'),
        ({"icd9": ["42"]}, "icd9", '"428.0"'),
    ],
)
def test_what_is_no_condition_is_refused_with_what_would_be_right(
    said: dict[str, list[str]], field: str, right: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        entries(**said)
    assert caught.value.field == field
    assert (caught.value.right or "").startswith(right)


def test_an_injury_has_a_code_too() -> None:
    assert plain_code("E888.9", ICD9) == "E8889"


def stated(value: str, **detail: object) -> dict[str, StandingFact]:
    return {CONDITIONS: StandingFact(CONDITIONS, value, NOON, PractitionerId("dr.chen"), detail)}


def test_nobody_asked_is_not_the_same_as_none() -> None:
    assert listed({}) is None
    assert listed(stated("none")) == ()
    assert listed(stated("listed", listed=["chf", "icd10:N18"])) == ("chf", "icd10:N18")
