"""SOFA: every organ at both edges, in both units; what is missing counts nothing and is told."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.quantities import Quantity
from rules.scores.sofa import SofaInputs, sofa
from tests.scoring import Value, but


def q(value: str | int, unit: str) -> Quantity:
    return Quantity(Decimal(value), unit)


WELL = SofaInputs(
    pao2_fio2=q(450, "mm[Hg]"),
    respiratory_support=False,
    platelets=Decimal(250),
    bilirubin=q(10, "umol/L"),
    mean_arterial_pressure=Decimal(85),
    gcs=15,
    creatinine=q(80, "umol/L"),
    urine=Decimal(1500),
)
NEEDED = {
    "pao2_fio2": "respiration",
    "platelets": "coagulation",
    "bilirubin": "liver",
    "mean_arterial_pressure": "cardiovascular",
    "gcs": "cns",
}


def organ(name: str, **values: Value) -> int:
    found = sofa(but(WELL, **values))
    return {one.name: one.points for one in found.components}[name]


@pytest.mark.parametrize(
    ("unit", "edges"),
    [
        ("mm[Hg]", {0: "400", 1: ("399", "300"), 2: ("299", "200"), 3: ("199", "100"), 4: "99"}),
        ("kPa", {0: "53.3", 1: ("53.2", "40"), 2: ("39.9", "26.7"), 3: ("26.6", "13.3")}),
        ("kPa", {4: "13.2"}),
    ],
)
def test_the_lungs_in_both_units(unit: str, edges: dict[int, str | tuple[str, ...]]) -> None:
    for worth, values in edges.items():
        for value in (values,) if isinstance(values, str) else values:
            ratio = q(value, unit)
            assert organ("respiration", pao2_fio2=ratio, respiratory_support=True) == worth
            unsupported = organ("respiration", pao2_fio2=ratio, respiratory_support=False)
            assert unsupported == min(worth, 2)


@pytest.mark.parametrize(
    ("name", "field", "unit", "edges"),
    [
        ("liver", "bilirubin", "mg/dL", ("1.19", "1.2", "1.9", "2.0", "5.9", "6", "11.9", "12")),
        ("liver", "bilirubin", "umol/L", ("19.9", "20", "32.9", "33", "101", "102", "204", "205")),
        ("renal", "creatinine", "mg/dL", ("1.19", "1.2", "1.9", "2", "3.4", "3.5", "4.9", "5.0")),
        ("renal", "creatinine", "umol/L", ("109", "110", "170", "171", "299", "300", "440", "441")),
    ],
)
def test_liver_and_kidneys_are_banded_in_the_unit_received(
    name: str, field: str, unit: str, edges: tuple[str, ...]
) -> None:
    found = [organ(name, **{field: q(value, unit)}) for value in edges]
    assert found == [0, 1, 1, 2, 2, 3, 3, 4]


def test_where_the_two_columns_of_the_paper_disagree_the_received_unit_decides() -> None:
    assert organ("renal", creatinine=q("1.2", "mg/dL")) == 1
    assert organ("renal", creatinine=q("106.08", "umol/L")) == 0


def test_a_third_unit_is_converted_and_a_foreign_one_refused() -> None:
    assert organ("renal", creatinine=q("0.171", "mmol/L")) == 2
    with pytest.raises(InvalidInput, match="umol/L, mg/dL") as refused:
        sofa(but(WELL, creatinine=q(1, "mg/L")))
    assert refused.value.field == "creatinine"
    with pytest.raises(InvalidInput, match=r"mm\[Hg\], kPa"):
        sofa(but(WELL, pao2_fio2=q(40, "%")))


@pytest.mark.parametrize(
    ("value", "worth"),
    [(150, 0), (149, 1), (100, 1), (99, 2), (50, 2), (49, 3), (20, 3), (19, 4)],
)
def test_the_platelets(value: int, worth: int) -> None:
    assert organ("coagulation", platelets=Decimal(value)) == worth


@pytest.mark.parametrize(
    ("value", "worth"),
    [(15, 0), (14, 1), (13, 1), (12, 2), (10, 2), (9, 3), (6, 3), (5, 4), (3, 4)],
)
def test_the_coma_scale(value: int, worth: int) -> None:
    assert organ("cns", gcs=value) == worth


@pytest.mark.parametrize(("value", "worth"), [(500, 0), (499, 3), (200, 3), (199, 4)])
def test_the_urine(value: int, worth: int) -> None:
    assert organ("renal", urine=Decimal(value)) == worth


@pytest.mark.parametrize(
    ("values", "worth"),
    [
        ({}, 0),
        ({"mean_arterial_pressure": "70"}, 0),
        ({"mean_arterial_pressure": "69.9"}, 1),
        ({"dobutamine": "0"}, 0),
        ({"dobutamine": "0.5"}, 2),
        ({"dopamine": "5"}, 2),
        ({"dopamine": "5.1"}, 3),
        ({"dopamine": "15"}, 3),
        ({"dopamine": "15.1"}, 4),
        ({"noradrenaline": "0.1"}, 3),
        ({"noradrenaline": "0.11"}, 4),
        ({"adrenaline": "0.01"}, 3),
        ({"adrenaline": "0.11", "noradrenaline": "0.05"}, 4),
        ({"dopamine": "2", "mean_arterial_pressure": "60"}, 2),
    ],
)
def test_the_circulation(values: dict[str, str], worth: int) -> None:
    exact = {name: Decimal(value) for name, value in values.items()}
    assert organ("cardiovascular", **exact) == worth


@pytest.mark.parametrize("name", NEEDED)
def test_an_organ_that_was_not_measured_adds_nothing_and_is_told(name: str) -> None:
    found = sofa(but(WELL, urine=Decimal(100), **{name: None}))
    assert (found.value, found.complete, found.missing) == (4, False, (name,))
    assert NEEDED[name] not in {one.name for one in found.components}


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({"urine": None}, ("urine",)),
        ({"creatinine": None}, ("creatinine",)),
        ({"creatinine": None, "urine": None}, ("creatinine", "urine")),
        # what cannot change the sum any more is not missing
        ({"creatinine": q(500, "umol/L"), "urine": None}, ()),
        ({"noradrenaline": Decimal("0.2"), "mean_arterial_pressure": None}, ()),
        ({"respiratory_support": None}, ()),
        ({"respiratory_support": None, "pao2_fio2": q(150, "mm[Hg]")}, ("respiratory_support",)),
    ],
)
def test_missing_is_what_could_still_raise_the_sum(
    values: dict[str, Any], missing: tuple[str, ...]
) -> None:
    found = sofa(but(WELL, **values))
    assert (found.missing, found.complete) == (missing, not missing)


def test_where_nothing_was_measured_there_is_no_score() -> None:
    found = sofa(SofaInputs())
    assert (found.value, found.complete, found.components) == (None, False, ())


@pytest.mark.parametrize(
    ("age", "reason"), [(15, "EXCLUDED_PAEDIATRIC"), (17, "EXCLUDED_UNDER_18"), (18, None)]
)
def test_it_is_made_for_adults(age: int, reason: str | None) -> None:
    assert sofa(but(WELL, age_years=age)).excluded_reason == reason


MEASURED = st.fixed_dictionaries(
    {
        "pao2_fio2": st.integers(50, 500).map(lambda value: q(value, "mm[Hg]")),
        "respiratory_support": st.booleans(),
        "platelets": st.integers(0, 400).map(Decimal),
        "bilirubin": st.integers(0, 400).map(lambda value: q(value, "umol/L")),
        "mean_arterial_pressure": st.integers(0, 120).map(Decimal),
        "noradrenaline": st.decimals("0", "1", places=2),
        "gcs": st.integers(3, 15),
        "creatinine": st.integers(20, 900).map(lambda value: q(value, "umol/L")),
        "urine": st.integers(0, 3000).map(Decimal),
    }
)


@given(MEASURED, st.sets(st.sampled_from([*NEEDED, "creatinine", "urine", "noradrenaline"])))
def test_a_missing_value_never_raises_the_sum(values: dict[str, Any], gone: set[str]) -> None:
    whole = sofa(SofaInputs(**values)).value
    part = sofa(SofaInputs(**{**values, **dict.fromkeys(gone)})).value
    assert isinstance(whole, int)
    assert part is None or part <= whole <= 24


@given(MEASURED, st.data())
def test_an_organ_that_gets_worse_never_lowers_the_sum(
    values: dict[str, Any], data: st.DataObject
) -> None:
    worse = {
        "platelets": values["platelets"] - data.draw(st.integers(0, int(values["platelets"]))),
        "gcs": data.draw(st.integers(3, values["gcs"])),
        "urine": values["urine"] - data.draw(st.integers(0, int(values["urine"]))),
        "noradrenaline": values["noradrenaline"] + data.draw(st.decimals("0", "1", places=2)),
        "creatinine": q(int(values["creatinine"].value) + data.draw(st.integers(0, 500)), "umol/L"),
    }
    name = data.draw(st.sampled_from(sorted(worse)))
    before, after = sofa(SofaInputs(**values)), sofa(SofaInputs(**{**values, name: worse[name]}))
    assert isinstance(before.value, int)
    assert isinstance(after.value, int)
    assert before.value <= after.value
