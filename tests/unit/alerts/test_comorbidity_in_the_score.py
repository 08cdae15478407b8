"""The Charlson index in CLORS: missing until somebody asked, and from then on a cause by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from domain.conditions import CONDITIONS, entries
from domain.ids import PractitionerId
from domain.standing import StandingFact
from tests.checked_ward import a_first_look, checked_shift
from tests.spec.alert_facts import at, stay

if TYPE_CHECKING:
    from domain.situation import RiskScore, Situation


def listed(*found: str, born: date | None = date(1970, 5, 1)) -> Situation:
    fact = StandingFact(
        CONDITIONS, "listed", at(3), PractitionerId("dr.chen"), {"listed": list(found)}
    )
    situation = stay()
    clinical = replace(situation.clinical, birth_date=born, facts={CONDITIONS: fact})
    return replace(situation, clinical=clinical)


def scored(situation: Situation) -> RiskScore:
    return a_first_look().assess(situation, at(10)).risk


def weight(situation: Situation) -> int:
    return sum(one.hazard for one in scored(situation).causes if one.cause == "charlson")


def test_nobody_asked_is_said_as_missing_and_none_is_known() -> None:
    assert "charlson" in scored(stay()).missing
    assert "charlson" not in scored(listed()).missing
    assert weight(listed()) == 0


def test_names_and_codes_weigh_by_the_rows_of_the_baseline() -> None:
    assert weight(listed("chf")) == 1_500
    assert weight(listed("chf", *entries(icd10=["N18.5"]))) == 3_000
    assert weight(listed(*entries(icd9=["428.0", "585.6", "250.40"]))) == 5_000
    assert weight(listed(*entries(icd10=["I10"]))) == 0, "high pressure alone does not count"
    (cause,) = [one for one in scored(listed("chf")).causes if one.cause == "charlson"]
    assert (cause.rule, cause.since) == ("baseline.charlson_1", at(3))


def test_of_a_child_the_index_is_not_known() -> None:
    child = listed("chf", born=date(2020, 5, 1))
    assert weight(child) == 0
    assert "charlson" in scored(child).missing
    assert weight(listed("chf", born=None)) == 1_500


def test_a_ward_round_that_asks_changes_the_score_and_a_correction_changes_it_back() -> None:
    shift = checked_shift()

    def seen() -> tuple[int, bool]:
        kept = shift.app.reads.risk(shift.stay)
        assert kept is not None
        hazards = {one.cause: one.hazard for one in kept.risk.causes}
        return hazards.get("charlson", 0), "charlson" in kept.risk.missing

    shift.app.observe_vitals(
        user="li.na", command=shift.new(), encounter=shift.stay, entered={"pulse": 70}
    )
    assert seen() == (0, True)
    said: dict[str, Any] = {"user": "dr.chen", "encounter": shift.stay}
    shift.app.record_conditions(**said, command=shift.new(), add=("aids", "chf"))
    assert seen() == (5_000, False)
    shift.app.record_conditions(
        **said, command=shift.new(), remove=("aids",), note="of the patient in bed 02"
    )
    assert seen() == (1_500, False)
