"""What kidney, child, potassium and heart allow, and the risk of orders (rules 4.5 to 4.9)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.clinical import Clinical
from domain.findings import Finding, Severity
from domain.patients import Sex
from rules.checks.electrolytes import tisdale
from rules.checks.high_alert import risk_of
from rules.checks.order_risks import order_risks
from rules.checks.patient import creatinine_clearance, filtration_rate, grew_by, words_in
from tests.unit.checks.patient_record import (
    NOW,
    Free,
    active,
    asked,
    flag,
    found,
    ill,
    knowledge,
    patient,
    pregnancy,
    tables,
    value,
)

STOP, REASON, WARNING, INFO = (
    Severity.STOP, Severity.REASON, Severity.WARNING, Severity.INFO,
)  # fmt: skip


def only(said: list[Finding]) -> tuple[Severity, str]:
    (one,) = said
    return one.severity, one.risk


# ------------------------------------------------------------------ the kidney
def kidney(creatinine: str | None, *more: object, **said: object) -> Clinical:
    seen = () if creatinine is None else (value("creatinine", creatinine),)
    return patient(*seen, value("weight", 70), *more, **said)  # type: ignore[arg-type]  # named freely


def renal(product: str, dose: str, frequency: str, of: Clinical, **more: Free) -> list[Finding]:
    return found(asked(product, dose, frequency, of=of, **more), "renal")


def test_the_same_formulas_as_the_scores() -> None:
    of = kidney("88.4")
    assert creatinine_clearance(of, NOW) == Decimal(84) * 70 / 72
    rate = filtration_rate(of, NOW)
    assert rate is not None
    assert 85 < rate < 90
    assert filtration_rate(kidney("88.4", value("egfr", 31)), NOW) == 31
    assert creatinine_clearance(patient(), NOW) is None
    assert creatinine_clearance(kidney("88.4", sex=Sex.UNKNOWN), NOW) is None
    assert filtration_rate(kidney("88.4", sex=Sex.UNKNOWN), NOW) is None
    word = value("creatinine", "pending", unit="umol/L")
    assert creatinine_clearance(patient(word), NOW) is None
    assert filtration_rate(patient(word), NOW) is None


@pytest.mark.parametrize(
    ("product", "dose", "frequency", "creatinine", "right"),
    [
        ("meropenem", "1 g", "q8h", "88.4", None),
        ("meropenem", "1 g", "q8h", "180", (REASON, "renal_adjust")),
        ("meropenem", "1 g", "q12h", "180", None),  # within what the band allows
        ("dabigatran", "110 mg", "q12h", "300", (REASON, "renal_contraindicated")),
        ("metformin", "500 mg", "q12h", "250", (REASON, "renal_contraindicated")),
        ("metformin", "500 mg", "q12h", "160", None),
        ("metformin", "1 g", "q12h", "160", (REASON, "renal_adjust")),
        ("ibuprofen", "400 mg", "tid", "250", (REASON, "renal_adjust")),
        ("morphine", "10 mg", "q4h", "250", (WARNING, "")),  # a share of a dose nobody wrote
        ("gentamicin", "400 mg", "qd", "180", (WARNING, "")),
        ("amoxicillin", "1 g", "tid", "400", None),
    ],
)
def test_what_the_kidney_allows(
    product: str, dose: str, frequency: str, creatinine: str, right: tuple[Severity, str] | None
) -> None:
    said = renal(product, dose, frequency, kidney(creatinine))
    assert [(one.severity, one.risk) for one in said] == ([] if right is None else [right])


def test_bands_begin_and_end_where_they_say() -> None:
    for rate, told in (("30", False), ("29.9", True)):
        of = patient(value("egfr", rate), value("weight", 70))
        assert bool(renal("ibuprofen", "200 mg", "qd", of)) is told


def test_without_a_creatinine_it_is_said_and_nothing_is_in_the_way() -> None:
    (said,) = renal("meropenem", "1 g", "q8h", kidney(None))
    assert said.severity is INFO
    assert "no creatinine within 48 h" in said.message
    old = patient(value("creatinine", 80, hours=49), value("weight", 70))
    assert renal("meropenem", "1 g", "q8h", old)[0].severity is INFO


def test_dialysis_is_the_lowest_band() -> None:
    of = kidney("88.4", facts=(flag("on_dialysis"),))
    assert only(renal("enoxaparin", "4000 [iU]", "qd", of))[1] == "renal_adjust"
    assert only(renal("aciclovir", "500 mg", "q8h", of, route="IV"))[1] == "renal_adjust"
    assert renal("aciclovir", "500 mg", "q8h", of) == []  # by mouth
    no_weight = patient(value("creatinine", 80), facts=(flag("on_dialysis"),))
    assert only(renal("aciclovir", "500 mg", "q8h", no_weight, route="IV")) == (WARNING, "")


# ------------------------------------------------------------------ a child
WOMAN: dict[str, Any] = {"sex": Sex.FEMALE, "born": date(1994, 1, 1)}


def bears(product: str, *facts: object, **more: Free) -> list[Finding]:
    of = patient(facts=facts, **{**WOMAN, **more})  # type: ignore[arg-type]  # named freely
    return found(asked(product, of=of), "pregnancy")


@pytest.mark.parametrize(
    ("product", "weeks", "right"),
    [
        ("isotretinoin", 8, (REASON, "pregnancy_contraindicated")),
        ("warfarin", 8, (REASON, "pregnancy_contraindicated")),
        ("ramipril", 30, (REASON, "pregnancy_contraindicated")),
        ("valproate", 30, (REASON, "pregnancy_contraindicated")),
        ("ibuprofen", 19, None),
        ("ibuprofen", 20, (REASON, "")),
        ("ibuprofen", 29, (REASON, "")),
        ("ibuprofen", 30, (REASON, "pregnancy_contraindicated")),
        ("doxycycline", 14, None),
        ("doxycycline", 15, (REASON, "")),
        ("trimethoprim", 13, (REASON, "")),
        ("trimethoprim", 14, None),
        ("paracetamol", 30, None),
    ],
)
def test_what_is_not_given_in_pregnancy(
    product: str, weeks: int, right: tuple[Severity, str] | None
) -> None:
    said = bears(product, pregnancy("yes", gestation_weeks=weeks))
    assert [(one.severity, one.risk) for one in said] == ([] if right is None else [right])


def test_weeks_go_on_and_unknown_weeks_count_for_every_row() -> None:
    assert bears("ibuprofen", pregnancy("yes", gestation_weeks=19, days=7))
    assert bears("ibuprofen", pregnancy("yes"))[0].risk == "pregnancy_contraindicated"


def test_while_breast_feeding() -> None:
    assert bears("lithium", pregnancy("no", lactating=True))[0].severity is REASON
    assert bears("aspirin", pregnancy("no", lactating=True))[0].risk == ""
    assert bears("lithium", pregnancy("no")) == []


@pytest.mark.parametrize(
    ("facts", "more", "told"),
    [
        ((), {}, True),
        ((pregnancy("unknown"),), {}, True),
        ((pregnancy("no", days=7),), {}, False),
        ((pregnancy("no", days=8),), {}, True),
        ((), {"sex": Sex.MALE}, False),
        ((), {"born": date(1971, 11, 24)}, True),
        ((), {"born": date(1970, 11, 24)}, False),
        ((), {"born": date(2014, 11, 25)}, False),
        ((), {"born": None}, False),
    ],
)
def test_before_such_a_drug_her_status_is_asked(
    facts: tuple[object, ...], more: dict[str, object], told: bool
) -> None:
    said = bears("methotrexate", *facts, **more)
    assert [one.severity for one in said] == ([REASON] if told else [])
    assert bears("paracetamol", *facts, **more) == []


# ------------------------------------------------------------------ high alert
@pytest.mark.parametrize(
    ("product", "route", "risk"),
    [
        ("potassium chloride", "IV", "high_alert_a"),
        ("rocuronium", "IV", "high_alert_a"),
        ("vincristine", "IV", "high_alert_a"),
        ("insulin", "IV", "high_alert_b"),
        ("heparin", "IVD", "high_alert_b"),
        ("morphine", "IV", "high_alert_b"),
        ("noradrenaline", "IV", "high_alert_b"),
        ("insulin", "SC", "high_alert_c"),
        ("warfarin", "PO", "high_alert_c"),
        ("enoxaparin", "SC", "high_alert_c"),
        ("potassium chloride", "PO", ""),
        ("paracetamol", "PO", ""),
    ],
)
def test_the_tier_of_a_drug(product: str, route: str, risk: str) -> None:
    assert risk_of(tables(), asked(product, route=route).drug) == risk


def test_a_drug_for_two_persons_that_is_ordered_as_any_other() -> None:
    (said,) = found(asked("heparin", route="IV"), "high_alert")
    assert said.severity is REASON
    assert found(asked("heparin", route="IV", high_alert=True), "high_alert") == []
    assert found(asked("heparin", route="SC"), "high_alert") == []
    u500 = {"name": "Insulin human U-500"}
    assert risk_of(tables(), asked("insulin", route="SC", catalogue=u500).drug) == "high_alert_a"


# ------------------------------------------------------------------ potassium, QT
def salts(product: str, level: str | None, *orders: str, **more: Free) -> list[Finding]:
    seen = () if level is None else (value("potassium", level),)
    of = patient(*seen, orders=tuple(active(one) for one in orders))
    return found(asked(product, of=of, **more), "potassium")


@pytest.mark.parametrize(
    ("product", "level", "rule", "risk"),
    [
        ("ramipril", "6.0", "k1", "potassium_severe"),
        ("spironolactone", "5.9", "k2", "potassium_moderate"),
        ("potassium chloride", "5.5", "k2", "potassium_moderate"),
        ("ramipril", "5.4", "", ""),
        ("digoxin", "2.9", "k3_severe", "potassium_severe"),
        ("digoxin", "3.0", "k3", "potassium_moderate"),
        ("digoxin", "3.5", "", ""),
        ("furosemide", "2.9", "k3_severe", "potassium_severe"),
        ("furosemide", "3.2", "", ""),
        ("sotalol", "3.4", "k3", "potassium_moderate"),
    ],
)
def test_the_level_of_potassium(product: str, level: str, rule: str, risk: str) -> None:
    said = salts(product, level)
    assert [(dict(one.params)["rule"], one.risk) for one in said] == (
        [(rule, risk)] if rule else []
    )


def test_a_diuretic_beside_which_potassium_is_given() -> None:
    assert salts("furosemide", "2.9", "potassium chloride") == []
    assert salts("digoxin", "2.9", "potassium chloride")


def test_no_potassium_is_said_and_is_not_normal() -> None:
    (said,) = salts("ramipril", None)
    assert said.severity is INFO
    assert "no potassium within 24 h" in said.message


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ((value("potassium", 4, hours=12),), False),
        ((value("potassium", 4, hours=13),), True),
        ((value("potassium", 4), value("egfr", 29)), True),
        ((value("potassium", 4), value("egfr", 30)), False),
        ((value("potassium", 4), value("urine_ml_kg_h", "0.4")), True),
        ((value("potassium", 4), value("urine_ml_kg_h", "0.5")), False),
    ],
)
def test_potassium_into_a_vein_needs_a_fresh_result(values: tuple[object, ...], told: bool) -> None:
    of = patient(*values)  # type: ignore[arg-type]  # named freely
    said = found(asked("potassium chloride", "1 g", "once", route="IV", of=of), "potassium")
    assert any(dict(one.params).get("rule") == "k4" for one in said) is told


def test_two_drugs_that_raise_potassium_need_a_control() -> None:
    of = patient(value("potassium", 4), orders=(active("spironolactone"),))
    (said,) = found(asked("ramipril", of=of), "potassium")
    assert (dict(said.params)["rule"], said.severity) == ("k5", WARNING)
    control = active("K", loop="test", tests=["K", "CREA"])
    of = patient(value("potassium", 4), orders=(active("spironolactone"), control))
    assert found(asked("ramipril", of=of), "potassium") == []


def heart(product: str, *values: object, orders: tuple[str, ...] = (), **more: Free) -> list[str]:
    of = patient(*values, orders=tuple(active(one) for one in orders), **more)  # type: ignore[arg-type]  # named freely
    return [dict(one.params).get("rule", "") for one in found(asked(product, of=of), "qt")]


def test_a_long_qtc_with_a_drug_that_prolongs_it() -> None:
    assert heart("haloperidol", value("qtc", 500)) == ["qt1"]
    assert heart("haloperidol", value("qtc", 499)) == []
    assert heart("paracetamol", value("qtc", 520)) == []
    grown = {"qtc": (value("qtc", 470), value("qtc", 410, hours=24))}
    assert heart("haloperidol", value("qtc", 470), series=grown) == ["qt1"]
    assert grew_by(patient(series={"qtc": (value("qtc", 470),)}), "qtc") is None


def test_no_ecg_is_said_and_two_drugs_need_one() -> None:
    assert heart("haloperidol") == [""]  # not checked: no QTc
    assert heart("haloperidol", orders=("amiodarone",))[-1] == "qt3"
    assert heart("haloperidol", value("qtc", 440, hours=48), orders=("amiodarone",)) == []
    assert heart("haloperidol", value("qtc", 440, hours=49), orders=("amiodarone",)) == ["qt3"]


def test_the_tisdale_score() -> None:
    woman: dict[str, Any] = {"sex": Sex.FEMALE, "born": date(1958, 11, 24)}
    infected: dict[str, Any] = {"facts": (flag("infection_suspected"),)}
    full = (value("potassium", "3.5"), value("qtc", 450))
    of = patient(*full, orders=(active("amiodarone"), active("furosemide")), **woman, **infected)
    assert tisdale(asked("haloperidol", of=of), Decimal(450)) == 16
    of = patient(value("qtc", 440), facts=(ill("icd10:I500"),))
    assert tisdale(asked("haloperidol", of=of), Decimal(440)) == 3 + 3
    assert tisdale(asked("haloperidol"), None) == 3
    assert heart("haloperidol", *full, orders=("furosemide",), **woman, **infected) == ["qt2_high"]
    assert heart("haloperidol", value("qtc", 450), **woman) == ["qt2_moderate"]


# ------------------------------------------------------------------ the risk of orders
def test_what_active_orders_add_to_the_risk_score() -> None:
    orders = (
        active("warfarin", ident="o1", overridden={"interaction": "monitored"}),
        active("metronidazole", ident="o2", overridden={"interaction": "countersigned"}),
        active("amiodarone", ident="o3", route="PO"),
        active("insulin", ident="o4", route="SC"),
        active("K", ident="o5", loop="test"),
        active("simvastatin", ident="o6", stop=NOW),
    )
    of = patient(value("qtc", 470), orders=orders)
    said = order_risks(of, NOW, knowledge())
    assert ("o2", "ddi_major", "countersigned") in said
    assert ("o1", "high_alert_c", "none") in said
    assert ("o3", "qtc_470", "none") in said
    assert ("o4", "high_alert_c", "none") in said
    assert not any(order in ("o5", "o6") for order, _, _ in said)
    assert len({(order, kind) for order, kind, _ in said}) == len(said)
    assert ("o1", "ddi_major", "monitored") not in said  # a pair counts with the later order


def test_no_orders_no_risk() -> None:
    assert order_risks(patient(), NOW, knowledge()) == ()
    assert not words_in("nothing", ())
