"""Which values an event tells, and in which unit they are kept."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType

import pytest

from domain.addressing import nearest
from domain.analytes import (
    ALIASES,
    ANALYTES,
    UNITS,
    ResultLimits,
    in_stored_unit,
    units_of,
)
from domain.clinical import Clinical
from domain.errors import InvalidInput
from domain.ids import EncounterId, WardId
from domain.observations import VITALS, Observation
from domain.people import Role
from domain.results import results_by_name
from domain.told import holds_values, of_evidence, of_observed

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SIX = "2026-11-24T14:00:00+08:00"


@pytest.mark.parametrize(
    ("name", "value", "unit", "stored"),
    [
        ("creatinine", "1", "mg/dL", "88.4"),
        ("glucose", "180.16", "mg/dL", "10"),
        ("bilirubin", "2", "mg/dL", "34.2"),
        ("urea", "10", "mg/dL", "3.57"),
        ("haemoglobin", "7.2", "g/dL", "72"),
        ("potassium", "4.1", "mEq/L", "4.1"),
        ("calcium", "10", "mg/dL", "2.495134"),
        ("magnesium", "2", "meq/L", "1"),
        ("phosphate", "3.0974", "mg/dL", "1"),
        ("po2", "13.33", "kPa", "100"),
        ("temperature", "100.4", "[degF]", "38"),
        ("temperature", "37.95", "°C", "37.95"),
        ("platelets", "12", "K/uL", "12"),
        ("inr", "2.5", "", "2.5"),
        ("inr", "2.5", "1", "2.5"),
        ("troponin", "0.052", "ug/L", "52"),
        ("troponin", "52", "pg/mL", "52"),
        ("weight", "70500", "g", "70.5"),
        ("ferritin", "200", "ug/L", "200"),
    ],
)
def test_a_value_is_kept_in_the_unit_of_its_name(
    name: str, value: str, unit: str, stored: str
) -> None:
    found = in_stored_unit(name, Decimal(value), unit)
    assert found == Decimal(stored)
    assert "E" not in f"{found:f}"


def test_an_unknown_unit_is_no_guess() -> None:
    assert in_stored_unit("potassium", Decimal(4), "mg/dL") is None
    assert in_stored_unit("potassium", Decimal(4), "") is None
    assert units_of("ferritin") == ()
    assert units_of("glucose") == ("mmol/L", "mg/dL")


def test_short_names_lead_to_names_that_rules_know() -> None:
    assert not [name for name in ALIASES.values() if name not in ANALYTES and name not in VITALS]
    assert not [short for short in ALIASES if short in UNITS]


def test_a_limit_is_crossed_beyond_it_not_at_it() -> None:
    limits = ResultLimits(Decimal(3), Decimal(6), Decimal(1), Decimal(9))
    assert [limits.crossed(Decimal(n)) for n in (2, 3, 6, 7)] == ["< 3", "", "", "> 6"]
    assert (limits.crossed(Decimal(6), above=True), limits.crossed(Decimal(3), below=True)) == (
        "> 6",
        "< 3",
    )
    assert [limits.possible(Decimal(n)) for n in (0, 1, 9, 10)] == [False, True, True, False]
    assert ResultLimits().crossed(Decimal(99)) == ""
    assert ResultLimits().possible(Decimal(99))


def test_an_observation_keeps_numbers_words_and_truths_apart() -> None:
    values = {
        "pulse": 88,
        "supplemental_oxygen": True,
        "oxygen_device": "nasal_cannula",
        "gcs_verbal": "NT",
        "temperature": MappingProxyType({"value": "100.4", "unit": "[degF]"}),
        "hiv": {"value": False},
        "troponin": {"value": "<5", "unit": "ng/L"},
        "ferritin": "200",
        "nothing": None,
    }
    told = {one.name: (one.value, one.unit) for one in of_observed(values, NOON)}
    assert told == {
        "pulse": ("88", "/min"),
        "supplemental_oxygen": (True, ""),
        "oxygen_device": ("nasal_cannula", ""),
        "gcs_verbal": ("NT", ""),
        "temperature": ("38", "Cel"),
        "hiv": (False, ""),
        "troponin": ("<5", "ng/L"),
        "ferritin": ("200", ""),
    }


def test_a_number_in_a_unit_that_nobody_knows_keeps_it() -> None:
    (found,) = of_observed({"potassium": {"value": "4", "unit": "mg/dL"}}, NOON)
    assert (found.value, found.unit) == ("4", "mg/dL")
    (endless,) = of_observed({"pulse": "Infinity"}, NOON)
    assert (endless.value, endless.unit) == ("Infinity", "")


def test_a_step_tells_its_vital_signs_and_its_results() -> None:
    evidence = {
        "temperature": "37.9",
        "pulse": None,
        "haemoglobin": {"value": "68", "unit": "g/L"},
        "results_at": SIX,
        "results": {"haemoglobin": "70", "k": {"value": "6.9", "critical": "> 6.2"}},
        "comment": "calm",
    }
    told = {one.name: one for one in of_evidence(evidence, NOON)}
    assert set(told) == {"temperature", "haemoglobin", "potassium"}
    six = datetime(2026, 11, 24, 6, tzinfo=UTC)
    assert (told["haemoglobin"].value, told["haemoglobin"].at) == ("70", six)
    assert told["temperature"].at == NOON
    assert told["potassium"].detail == {"critical": "> 6.2"}
    seen = told["potassium"].observation("live")
    assert (seen.critical, seen.unit, seen.number) == ("> 6.2", "mmol/L", Decimal("6.9"))


@pytest.mark.parametrize(
    ("evidence", "critical"),
    [
        (
            {"critical": True, "critical_item": "K", "critical_limit": "> 6.2"},
            {"potassium": "> 6.2"},
        ),
        ({"critical": True, "critical_item": "sodium"}, {"sodium": "critical"}),
        ({"critical": True}, {}),
        ({"critical": False, "critical_item": "K"}, {}),
    ],
)
def test_a_critical_result_says_which_one_it_is(
    evidence: dict[str, object], critical: dict[str, str]
) -> None:
    told = of_evidence({**evidence, "results": {"potassium": "6.9", "sodium": "110"}}, NOON)
    assert {one.name: one.detail["critical"] for one in told if one.detail} == critical


def test_the_only_result_of_a_critical_step_is_the_critical_one() -> None:
    (told,) = of_evidence({"critical": True, "results": {"potassium": "6.9"}}, NOON)
    assert told.detail == {"critical": "critical"}


def test_results_of_a_step_are_read_as_people_write_them() -> None:
    assert results_by_name("evidence.results", "potassium 6.8 mmol/L HH；sodium 140 meq/L;\n") == {
        "potassium": {"value": "6.8", "unit": "mmol/L", "flag": "HH"},
        "sodium": {"value": "140", "unit": "mmol/L"},
    }
    assert results_by_name("evidence.results", {"inr": "2.5", "hbsag": {"value": "negative"}}) == {
        "inr": {"value": "2.5", "unit": "1"},
        "hbsag": {"value": "negative"},
    }
    marked = {"potassium": {"value": ">10", "unit": "mmol/L", "critical": "> 6.2", "low": "3.5"}}
    assert results_by_name("evidence.results", marked) == marked


@pytest.mark.parametrize(
    ("entered", "says"),
    [
        (7, "no result is given"),
        ({}, "no result is given"),
        ("", "no result is given"),
        ("potassium", "cannot be read"),
        ("potassium 4.1 of many mmol/L", "cannot be read"),
        ("potassium 4.1 mmol/L; potassium 4.2 mmol/L", "stands twice"),
        ({"potassium": {"value": "4.1", "unit": "mmol/L", "method": "ISE"}}, "'method'"),
        ({"potassium": "4.1"}, "unit is missing"),
        ({"potassium": {"unit": "mmol/L"}}, "value is missing"),
        ({"K": "4.1"}, "potassium"),
    ],
)
def test_a_result_of_a_step_that_is_wrong_is_named(entered: object, says: str) -> None:
    with pytest.raises(InvalidInput) as wrong:
        results_by_name("evidence.results", entered)
    assert wrong.value.field == "evidence.results"
    assert says in wrong.value.message


def test_a_result_that_a_request_cites_is_of_its_own_time() -> None:
    (egfr,) = of_evidence(
        {"egfr": {"value": "45", "unit": "mL/min/{1.73_m2}"}, "egfr_at": SIX}, NOON
    )
    assert (egfr.name, egfr.at) == ("egfr", datetime(2026, 11, 24, 6, tzinfo=UTC))
    assert of_evidence({"results": "K 4.1", "pulse": 80}, NOON)[0].name == "pulse"
    assert not holds_values({})
    assert not holds_values({"comment": "calm"})
    assert of_evidence({"comment": "calm"}, NOON) == ()


def test_what_is_no_number_has_none() -> None:
    assert Observation("pulse", "88", "/min", NOON).number == 88
    assert Observation("potassium", ">10", "mmol/L", NOON).number is None
    assert Observation("oxygen", value=True, unit="", at=NOON).number is None
    assert Observation("culture", "none", "", NOON).number is None


def test_where_nobody_works_an_alert_reaches_nobody() -> None:
    found = nearest(
        frozenset({Role.NURSE}),
        encounter=EncounterId("stay"),
        ward=WardId("4A"),
        at_work=(),
        staff=(),
    )
    assert found == ()


def test_whose_birth_is_not_known_has_no_age() -> None:
    assert Clinical().age_years(NOON) is None
    assert Clinical(birth_date=date(1958, 11, 25)).age_years(NOON) == 67
    assert Clinical(birth_date=date(1958, 11, 24)).age_years(NOON) == 68
