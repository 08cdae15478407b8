"""The most of a drug in a dose and in a day (rules specification 4.4)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from domain.findings import Finding, Severity
from domain.quantities import Quantity
from rules.checks.drugs import drug_of, in_unit, quantity
from tests.unit.checks.patient_record import (
    Free,
    active,
    asked,
    found,
    ill,
    patient,
    tables,
    value,
)

STOP, REASON, WARNING, INFO = (
    Severity.STOP, Severity.REASON, Severity.WARNING, Severity.INFO,
)  # fmt: skip


def only(said: list[Finding]) -> tuple[Severity, str]:
    (one,) = said
    return one.severity, one.risk


def dosed(product: str, dose: str, frequency: str, **more: Free) -> list[Finding]:
    return found(asked(product, dose, frequency, **more), "max_dose")


# ------------------------------------------------------------------ the most
@pytest.mark.parametrize(
    ("product", "dose", "frequency", "route", "risk"),
    [
        ("paracetamol", "1 g", "q6h", "PO", ""),  # exactly the most
        ("paracetamol", "1 g", "q4h", "PO", "dose_over_100"),  # 6 g: one and a half, not above
        ("paracetamol", "1.1 g", "q4h", "PO", "dose_over_150"),
        ("ibuprofen", "800 mg", "tid", "PO", ""),
        ("ibuprofen", "800 mg", "qid", "PO", "dose_over_100"),
        ("metoprolol", "250 mg", "q12h", "PO", "dose_over_100"),  # ten tablets in place of one
        ("digoxin", "2.5 mg", "qd", "PO", "dose_over_150"),  # the point one place off
        ("digoxin", "0.25 mg", "qd", "PO", ""),
        ("ondansetron", "16 mg", "q12h", "IV", ""),
        ("ondansetron", "24 mg", "qd", "IV", "dose_over_100"),  # in a dose
        ("piperacillin and tazobactam", "4.5 g", "q6h", "IV", ""),
        ("piperacillin and tazobactam", "4.5 g", "q4h", "IV", "dose_over_100"),
        ("quetiapine", "400000 ug", "q12h", "PO", ""),
        ("quetiapine", "900000 ug", "qd", "PO", "dose_over_100"),
        ("warfarin", "10 mg", "qd", "PO", ""),
        ("warfarin", "12 mg", "qd", "PO", "dose_over_100"),
        ("levofloxacin", "750 mg", "qd", "PO", ""),
        ("levofloxacin", "500 mg", "q12h", "IV", "dose_over_100"),
        ("paracetamol", "1 g", "q4h prn", "PO", "dose_over_100"),
        ("paracetamol", "1 g", "st", "PO", ""),
        ("paracetamol", "1 g", "sos", "PO", ""),
        ("simvastatin", "40 mg", "qn", "PO", ""),
        ("simvastatin", "80 mg", "qn", "PO", "dose_over_150"),
        ("colchicine", "1 mg", "qod", "PO", ""),
    ],
)
def test_the_most_in_a_day(product: str, dose: str, frequency: str, route: str, risk: str) -> None:
    of = patient(value("weight", 80), value("creatinine", 80))
    said = [one for one in dosed(product, dose, frequency, route=route, of=of)
            if one.severity is not INFO]  # fmt: skip
    assert [one.risk for one in said] == ([risk] if risk else [])
    assert all(one.severity is REASON for one in said)  # S2; S1 while it is a draft


def test_products_with_the_same_ingredient_are_summed() -> None:
    other = active("Cold relief", "2 {tablet}", "tid", catalogue={
        "ingredients": ["paracetamol 500 mg", "pseudoephedrine 30 mg"]})  # fmt: skip
    of = patient(orders=(other,), facts=(ill(),))
    assert only(dosed("paracetamol", "500 mg", "qid", of=of)) == (REASON, "dose_over_100")
    assert dosed("paracetamol", "250 mg", "qid", of=of) == []


@pytest.mark.parametrize(
    ("product", "dose", "illnesses", "risk"),
    [
        ("paracetamol", "1 g", (), ""),
        ("paracetamol", "1 g", ("chf",), ""),
        ("paracetamol", "1 g", ("mild_liver_disease",), "dose_over_100"),
        ("paracetamol", "1 g", ("icd10:K703",), "dose_over_100"),
        ("paracetamol", "650 mg", ("moderate_severe_liver_disease",), ""),
        ("ondansetron", "4 mg", ("mild_liver_disease",), ""),
        ("ondansetron", "4 mg", ("icd9:4562",), "dose_over_150"),
    ],
)
def test_a_sick_liver_bears_less(
    product: str, dose: str, illnesses: tuple[str, ...], risk: str
) -> None:
    of = patient(facts=(ill(*illnesses),))
    route = "IV" if product == "ondansetron" else "PO"
    said = dosed(product, dose, "qid", route=route, of=of)
    assert [one.risk for one in said] == ([risk] if risk else [])


def test_that_nobody_asked_for_illnesses_is_said() -> None:
    (said,) = dosed("paracetamol", "1 g", "qid")
    assert said.severity is INFO
    assert "no list of lasting illnesses" in said.message


def test_a_combination_is_judged_by_each_amount_that_is_known() -> None:
    drug = {"strength": "1 {tablet}", "ingredients": ["paracetamol 325 mg", "tramadol 37.5 mg"]}
    assert dosed("UC", "2 {tablet}", "q6h", catalogue=drug, of=patient(value("weight", 80))) == [
        *dosed("UC", "2 {tablet}", "q6h", catalogue=drug, of=patient(value("weight", 80)))
    ]
    said = dosed("UC", "2 {tablet}", "q2h", catalogue=drug)
    assert [one.risk for one in said if one.risk] == ["dose_over_150"]
    by_weight = {"strength": "362.5 mg", "ingredients": ["paracetamol 325 mg", "tramadol 37.5 mg"]}
    said = dosed("UC", "725 mg", "q2h", catalogue=by_weight)
    assert [one.risk for one in said if one.risk] == ["dose_over_150"]


@pytest.mark.parametrize(("weight", "risk"), [("50", "dose_over_100"), ("50.1", ""), (None, "")])
def test_a_light_patient_has_less(weight: str | None, risk: str) -> None:
    values = () if weight is None else (value("weight", weight),)
    said = dosed("paracetamol", "1 g", "q6h", route="IV", of=patient(*values))
    assert [one.risk for one in said if one.risk] == ([risk] if risk else [])
    if weight is None:
        assert "no weight within 7 days" in said[0].message
        assert said[0].severity is INFO


def test_a_weight_that_is_too_old_is_none() -> None:
    of = patient(value("weight", 80, hours=7 * 24 + 1))
    (said,) = dosed("gentamicin", "400 mg", "qd", route="IV", of=of)
    assert said.message.startswith("not checked: no weight")


@pytest.mark.parametrize(
    ("weight", "dose", "risk"),
    [("80", "560 mg", ""), ("80", "600 mg", "dose_over_100"), ("120", "1.9 g", "dose_over_150")],
)
def test_the_most_by_weight(weight: str, dose: str, risk: str) -> None:
    said = dosed("gentamicin", dose, "qd", route="IV", of=patient(value("weight", weight)))
    assert [one.risk for one in said if one.risk] == ([risk] if risk else [])


def test_a_cap_holds_whatever_the_weight() -> None:
    of = patient(value("weight", 130))
    assert only(dosed("amikacin", "1.6 g", "qd", route="IV", of=of)) == (REASON, "dose_over_100")
    assert dosed("amikacin", "1.5 g", "qd", route="IV", of=of) == []


@pytest.mark.parametrize(("born", "risk"), [(date(1950, 11, 25), ""), (date(1950, 11, 24), "x")])
def test_the_old_have_less(born: date, risk: str) -> None:
    of = patient(value("creatinine", 70), value("weight", 80), born=born)
    said = dosed("tramadol", "100 mg", "qid", of=of)
    assert bool([one for one in said if one.risk]) is bool(risk)


def test_codeine_is_not_for_children_and_an_age_may_be_unknown() -> None:
    child = patient(born=date(2012, 1, 1))
    assert only(dosed("codeine", "15 mg", "qd", of=child)) == (REASON, "dose_over_150")
    (said,) = dosed("codeine", "15 mg", "qd", of=patient(born=None))
    assert "no birth date" in said.message
    assert dosed("codeine", "15 mg", "qd") == []


@pytest.mark.parametrize(("creatinine", "risk"), [("80", False), ("300", True), (None, False)])
def test_a_weak_kidney_has_less_tramadol(creatinine: str | None, risk: bool) -> None:
    seen = (
        value("weight", 70),
        *(() if creatinine is None else (value("creatinine", creatinine),)),
    )
    said = dosed("tramadol", "100 mg", "tid", of=patient(*seen))
    assert any(one.risk for one in said) is risk
    if creatinine is None:
        assert "creatinine" in said[0].message


def test_units_of_heparin_and_of_potassium_are_converted() -> None:
    of = patient(value("weight", 70), value("creatinine", 80))
    assert dosed("enoxaparin", "4000 [iU]", "q12h", route="SC", of=of) == []
    assert only(dosed("enoxaparin", "10000 [iU]", "q12h", route="SC", of=of))[1] == "dose_over_100"
    assert dosed("potassium chloride", "1 g", "q6h", route="IV", of=of) == []
    assert only(dosed("potassium chloride", "5 g", "q6h", route="IV", of=of))[1] == "dose_over_100"


def test_potassium_is_never_pushed_into_a_vein() -> None:
    (said,) = dosed("potassium chloride", "1 g", "once", route="IVP")
    assert (said.severity, said.risk) == (REASON, "dose_over_150")
    assert "never given" in said.message


@pytest.mark.parametrize(
    ("frequency", "told"),
    [("qd", True), ("bid", True), ("qw", False), ("once", False), ("every now and then", False)],
)
def test_methotrexate_every_day_is_an_error(frequency: str, told: bool) -> None:
    said = dosed("methotrexate", "7.5 mg", frequency)
    assert any("once a week" in one.message for one in said) is told


def test_too_many_days() -> None:
    (said,) = dosed(
        "metoclopramide", "10 mg", "q8h", dose_count=18, of=patient(value("weight", 70))
    )
    assert said.severity is WARNING
    assert "for 6 days" in said.message
    assert dosed("metoclopramide", "10 mg", "q8h", dose_count=15,
                 of=patient(value("weight", 70))) == []  # fmt: skip
    (said,) = dosed("linezolid", "600 mg", "q12h x 20 days")
    assert "for 20 days" in said.message


@pytest.mark.parametrize(
    ("dose", "frequency"), [("2 {puff}", "qd"), ("1 g", "as told"), ("1 g", "prn"), ("5 mL", "qd")]
)
def test_what_cannot_be_compared_is_said_not_to_be_checked(dose: str, frequency: str) -> None:
    (said,) = dosed("paracetamol", dose, frequency, of=patient(value("weight", 80)))
    assert said.severity is INFO
    assert said.message.startswith("not checked")


@pytest.mark.parametrize(
    ("fields", "times"),
    [
        ({"frequency": "tid"}, "3"),
        ({"frequency": "q8h"}, "3"),
        ({"frequency": "ac"}, "3"),
        ({"frequency": "daily at 10:00"}, "1"),
        ({"frequency": "qod"}, "1"),
        ({"frequency": "once"}, "1"),
        ({"frequency": "prn", "max_per_day": 4}, "4"),
        ({"frequency": "prn", "min_interval": 360}, "4"),
        ({"frequency": "q6h prn"}, "4"),
        ({"frequency": "sos"}, "1"),
        ({"frequency": "prn"}, None),
        ({"frequency": "cont"}, None),
        ({"frequency": None}, None),
    ],
)
def test_how_often_in_a_day(fields: dict[str, object], times: str | None) -> None:
    drug = drug_of(tables(), order="o", fields=fields, product={})
    assert drug.times_per_day == (None if times is None else Decimal(times))


def test_a_running_syringe_is_changed_by_its_length() -> None:
    product = {"container_minutes": 480}
    drug = drug_of(tables(), order="o", fields={"frequency": "cont"}, product=product)
    assert drug.times_per_day == 3


def test_amounts_that_cannot_be_read_are_none() -> None:
    assert quantity(None) is None
    assert quantity("much") is None
    assert quantity({"value": "2", "unit": "mg"}) == Quantity(Decimal(2), "mg")
    assert in_unit(Quantity(Decimal(2), "mL"), "mg", {}) is None
    fields = {"dose": "1 {tablet}"}
    assert drug_of(tables(), order="o", fields=fields, product={}).per_dose("x", "mg", {}) is None
    strength = drug_of(tables(), order="o", fields=fields, product={"strength": "20 mg"})
    assert strength.per_dose("x", "mg", {}) == 20
    assert drug_of(tables(), order="o", fields={}, product={}).per_dose("x", "mg", {}) is None
    listed = {"ingredients": ["paracetamol 325 mg"]}
    by_mass = drug_of(tables(), order="o", fields={"dose": "500 mg"}, product=listed)
    assert by_mass.per_dose("paracetamol", "mg", {}) is None  # how many tablets is not known
    other = drug_of(
        tables(), order="o", fields={"dose": "5 mL"}, product={**listed, "strength": "500 mg"}
    )
    assert other.per_dose("paracetamol", "mg", {}) is None
