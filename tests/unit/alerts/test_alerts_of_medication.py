"""Alerts of medication beside plain limits: custody, checks at the bedside, monitoring, review."""

from __future__ import annotations

import pytest

from domain.alerts import AlertSeverity
from domain.clinical import ActiveOrder
from domain.ids import OrderId
from domain.orders import Priority
from tests.spec.alert_facts import (
    active,
    at,
    deadline,
    done,
    mark,
    observed,
    order,
    stay,
    task,
)
from tests.unit.alerts.asking import assess, said, wanted

BOX = deadline("M-04", 60, step="M8")


def test_a_controlled_drug_out_of_sight_is_grave_after_15_minutes() -> None:
    box = stay(
        order("medication", fields={"controlled": True}), task("medication", BOX), active=True
    )
    assert said(box, 14) == {}
    assert assess(box, 14).wake_at == at(15)
    assert said(box, 15) == {"M-04": "S1"}
    assert said(box, 60) == {"M-04": "S1"}


def test_any_other_drug_waits_for_the_limit_of_its_loop() -> None:
    box = stay(task("medication", BOX))
    assert said(box, 59) == {}
    assert assess(box, 15).wake_at == at(60)
    assert said(box, 60) == {"M-04": "S3"}


@pytest.mark.parametrize(
    ("what", "value", "severity"),
    [
        ("right_patient", "stop", "S1"),
        ("dose", "second_person", "S1"),
        ("right_patient", "info", "S3"),  # not scanned, with a reason
        ("right_item", "reason", "S3"),
        ("dose", "reason", ""),
        ("window", "stop", ""),  # lateness has rules of its own
    ],
)
def test_a_dose_against_the_bedside_check(what: str, value: str, severity: str) -> None:
    dose = stay(task("medication", marks=(mark(what, "M10", value),)))
    assert said(dose, 0) == ({"M-12": severity} if severity else {})


def test_a_dose_is_one_alert_however_much_was_wrong_with_it() -> None:
    marks = (
        mark("right_item", "M10", "info", minutes=0, seq=3),
        mark("right_patient", "M11", "stop", minutes=2, seq=4),
        mark("right_patient", "M8", "stop"),  # not at the bedside
    )
    dose = stay(task("medication", marks=marks))
    assert said(dose, 0) == {"M-12": "S3"}
    assert said(dose, 2) == {"M-12": "S1"}
    alert = wanted(dose, 2)["M-12"]
    assert alert.evidence == {"checks": "right_item,right_patient"}
    assert alert.lasting


def test_a_check_by_two_that_was_passed_over_names_the_first_step() -> None:
    marks = (mark("gap", "M10", seq=3), mark("gap", "M9", seq=3), mark("gap", "M8", seq=3))
    drug = stay(task("medication", marks=marks, fields={"high_alert": True}))
    assert wanted(drug, 0)["M-11"].step == "M10"
    assert "M-11" not in wanted(stay(task("medication", marks=marks)), 0)
    other = stay(task("medication", marks=(mark("gap", "M8"),), fields={"high_alert": True}))
    assert "M-11" not in wanted(other, 0)


@pytest.mark.parametrize(
    ("drug", "route", "name", "minutes"),
    [
        ("heparin", "IV", "aptt", 390),
        ("insulin", "IV", "glucose", 90),
        ("potassium_chloride", "IV", "potassium", 150),
        ("morphine", "IV", "respiratory_rate", 60),
    ],
)
def test_what_a_running_drug_asks_to_be_watched(
    drug: str, route: str, name: str, minutes: float
) -> None:
    running = task("medication", started=True, steps=done(M11=0), fields={"route": route})
    infusion = stay(running, clinical=observed(orders=(active(drug),)))
    assert said(infusion, minutes - 1) == {}
    assert assess(infusion, minutes - 1).wake_at == at(minutes)
    alert = wanted(infusion, minutes)["M-13"]
    assert alert.evidence == {"observe": name}
    assert alert.severity is AlertSeverity.S2


def test_a_value_makes_the_next_one_due() -> None:
    running = task("medication", started=True, steps=done(M11=0))
    clinical = observed((300, {"aptt": "70"}), orders=(active("Heparin"),))
    assert said(stay(running, clinical=clinical), 689) == {}
    assert said(stay(running, clinical=clinical), 690) == {"M-13": "S2"}


def test_no_monitoring_by_mouth_nor_without_a_start() -> None:
    by_mouth = task("medication", started=True, steps=done(M11=0), fields={"route": "PO"})
    clinical = observed(orders=(active("morphine", "paracetamol"),))
    assert said(stay(by_mouth, clinical=clinical), 999) == {}
    no_start = task("medication", started=True, fields={"route": "IV"})
    assert said(stay(no_start, clinical=clinical), 999) == {}
    unknown = task("medication", started=True, steps=done(M11=0), fields={"route": "IV"})
    assert said(stay(unknown), 999) == {}


def test_a_product_may_name_its_ingredients_in_several_ways() -> None:
    running = task("medication", started=True, steps=done(M11=0))
    for listed in ([{"name": "Heparin", "amount": "5000"}], "heparin"):
        one = ActiveOrder(
            OrderId("order-1"), "medication", Priority.ROUTINE, {}, {"ingredients": listed}, at(0)
        )
        assert said(stay(running, clinical=observed(orders=(one,))), 390) == {"M-13": "S2"}


def test_a_dose_that_runs_after_its_order_was_stopped() -> None:
    running = task("medication", started=True, steps=done(M11=0))
    going = order("medication")
    stopped = order("medication", steps=done(M15=(30, "discontinued")))
    assert said(stay(going, running), 60) == {}
    assert said(stay(stopped, running), 29) == {}
    assert said(stay(stopped, running), 30) == {"M-16": "S3"}
    assert said(stay(running), 60) == {}


def test_an_antibacterial_is_reviewed_after_three_days() -> None:
    antibiotic = active("ceftriaxone", atc="J01DD04")
    assert said(stay(order("medication"), clinical=observed(orders=(antibiotic,))), 4320) == {
        "M-16": "S3"
    }
    other = active("paracetamol", atc="N02BE01")
    assert said(stay(order("medication"), clinical=observed(orders=(other,))), 4320) == {}
    assert said(stay(order("medication")), 9999) == {}
    ended = ActiveOrder(
        antibiotic.id, "medication", Priority.ROUTINE, {}, antibiotic.product, at(0), at(60)
    )
    assert said(stay(order("medication"), clinical=observed(orders=(ended,))), 9999) == {}


def test_sepsis_waits_for_its_antimicrobial() -> None:
    recognised = order("medication", marks=(mark("sepsis", "", "possible"),), key="order-0")
    assert said(stay(recognised), 179) == {}
    assert said(stay(recognised), 180) == {"M-10": "S1"}
    given = task("medication", started=True, steps=done(M11=30))
    clinical = observed(orders=(active("meropenem", atc="J01DH02"),))
    assert said(stay(recognised, given, clinical=clinical), 180) == {}
    before = task("medication", started=True, steps=done(M11=-30))
    assert said(stay(recognised, before, clinical=clinical), 180) == {"M-10": "S1"}
    other = observed(orders=(active("paracetamol", atc="N02BE01"),))
    assert said(stay(recognised, given, clinical=other), 180) == {"M-10": "S1"}
    assert said(stay(recognised, given), 180) == {"M-10": "S1"}


def test_what_was_passed_over_waits_until_it_is_entered() -> None:
    gaps = (mark("gap", "M8", seq=4, minutes=3), mark("gap", "M7", seq=4, minutes=3))
    dose = task("medication", marks=gaps, incomplete=True, priority=Priority.STAT)
    alert = wanted(stay(dose), 3)["X-GAP"]
    assert (alert.severity, alert.step) == (AlertSeverity.S2, "M7")
    assert alert.evidence == {"steps": "M7,M8"}
    entered = task("medication", marks=gaps, priority=Priority.STAT)
    assert said(stay(entered), 3) == {}
    unmarked = order("medication", incomplete=True)
    assert said(stay(unmarked), 0) == {"X-GAP": "S3"}
