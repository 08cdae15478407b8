"""Allergies at the signature: the same ingredient, its class, what crosses, who never asked."""

from __future__ import annotations

from datetime import date

import pytest

from domain.alerts import AlertSeverity
from domain.clinical import Clinical
from domain.findings import Severity
from rules.checks.findings import bound
from rules.knowledge.tables import Knowledge
from tests.unit.checks.patient_record import (
    NOW,
    allergy,
    asked,
    found,
    knowledge,
    patient,
)

REASON, WARNING, INFO = Severity.REASON, Severity.WARNING, Severity.INFO


def approved() -> Knowledge:
    """The same tables, reviewed."""
    rows = {
        name: tuple(
            row.model_copy(
                update={
                    "status": "approved",
                    "approved_by": ("a",),
                    "approved_at": date(2026, 1, 1),
                }
            )
            for row in table
        )
        for name, table in knowledge().rows.items()
    }
    return Knowledge(rows, "")


def severity(substance: str, product: str, reaction: str = "", **more: str) -> Severity | None:
    of = patient(allergies=(allergy(substance, reaction, **more),))
    said = found(asked(product, of=of), "allergy")
    return said[0].severity if said else None


GRADES = (  # substance, drug, reaction, how it binds while the row is a draft, its risk
    ("amoxicillin", "amoxicillin", "", REASON, "allergy_s1"),
    ("amoxicillin", "Amoxicillin and clavulanic acid", "", REASON, "allergy_s1"),
    ("amoxicillin", "piperacillin", "", REASON, "allergy_s1"),
    ("penicillins", "amoxicillin", "", REASON, "allergy_s1"),
    ("Penicillin", "ampicillin", "", REASON, "allergy_s1"),
    ("amoxicillin", "cefalexin", "", REASON, "allergy_s2"),
    ("benzylpenicillin", "cefoxitin", "", REASON, "allergy_s2"),
    ("ceftriaxone", "cefepime", "", REASON, "allergy_s2"),
    ("ceftazidime", "aztreonam", "", REASON, "allergy_s2"),
    ("penicillins", "cefazolin", "", INFO, ""),
    ("penicillins", "ceftriaxone", "", INFO, ""),
    ("penicillins", "meropenem", "", INFO, ""),
    ("cephalosporins", "ceftriaxone", "", REASON, "allergy_s1"),
    ("sulfamethoxazole", "sulfadiazine", "", REASON, "allergy_s1"),
    ("sulfamethoxazole", "furosemide", "", INFO, ""),
    ("aspirin", "ibuprofen", "urticaria", REASON, "allergy_s2"),
    ("nsaids", "diclofenac", "", REASON, "allergy_s2"),
    ("ibuprofen", "celecoxib", "", INFO, ""),
    ("morphine", "codeine", "", WARNING, "allergy_s3"),
    ("lidocaine", "bupivacaine", "", REASON, "allergy_s2"),
    ("carbamazepine", "phenytoin", "SJS", REASON, "allergy_s1"),
    ("carbamazepine", "phenytoin", "rash", REASON, "allergy_s2"),
    ("iohexol", "iopamidol", "", REASON, "allergy_s2"),
    ("heparin", "enoxaparin", "", REASON, "allergy_s1"),
    ("captopril", "sacubitril", "angioedema", REASON, "allergy_s2"),
    ("captopril", "valsartan", "angioedema", WARNING, "allergy_s3"),
    ("simvastatin", "atorvastatin", "", WARNING, "allergy_s3"),
)


@pytest.mark.parametrize(("substance", "product", "reaction", "binds", "risk"), GRADES)
def test_what_an_allergy_means_for_another_drug(
    substance: str, product: str, reaction: str, binds: Severity, risk: str
) -> None:
    of = patient(allergies=(allergy(substance, reaction),))
    (said,) = found(asked(product, of=of), "allergy")
    assert (said.severity, said.risk) == (binds, risk)
    assert said.draft
    assert "draft" in said.message
    assert said.source


@pytest.mark.parametrize(
    ("substance", "product"),
    [
        ("amoxicillin", "paracetamol"),
        ("cefazolin", "ceftriaxone"),  # its side chain is its own
        ("captopril", "valsartan"),  # without angioedema
        ("morphine", "fentanyl"),
        ("aspirin", "paracetamol"),
    ],
)
def test_what_has_nothing_to_do_with_an_allergy_is_silent(substance: str, product: str) -> None:
    assert severity(substance, product, "rash") is None


def test_a_reviewed_rule_stops_what_a_draft_asks_a_reason_for() -> None:
    known = approved().on(NOW.date())
    of = patient(allergies=(allergy("penicillins"),))
    (said,) = found(asked("amoxicillin", of=of, known=known), "allergy")
    assert said.severity is Severity.STOP
    assert not said.draft
    assert "draft" not in said.message


def test_a_refuted_allergy_counts_no_more() -> None:
    assert severity("amoxicillin", "amoxicillin", certainty="refuted") is None


def test_an_intolerance_is_told_and_asks_for_nothing() -> None:
    assert severity("morphine", "morphine", "nausea", kind="intolerance") is INFO


def never_asked() -> Clinical:
    return patient(allergies=None)


def test_the_first_order_of_a_class_that_can_kill_waits_until_somebody_asked() -> None:
    (said,) = found(asked("amoxicillin", of=never_asked()), "allergy")
    assert said.severity is REASON  # a draft; a stop once the hospital has reviewed the rows
    assert "never asked" in said.message
    known = approved().on(NOW.date())
    (said,) = found(asked("amoxicillin", of=never_asked(), known=known), "allergy")
    assert said.severity is Severity.STOP


def test_any_other_order_says_that_nobody_asked_and_goes_on() -> None:
    (said,) = found(asked("paracetamol", of=never_asked()), "allergy")
    assert said.severity is INFO
    assert said.message.startswith("not checked")


def test_asked_and_none_known_is_silent() -> None:
    assert found(asked("amoxicillin", of=patient(allergies=())), "allergy") == []


def test_an_allergy_that_the_rules_do_not_know_is_compared_by_eye() -> None:
    of = patient(allergies=(allergy("house dust"),))
    (said,) = found(asked("paracetamol", of=of), "allergy")
    assert said.severity is WARNING
    assert said.message.startswith("not checked")
    assert "dust" not in said.message  # free text of a patient's record


def test_an_allergy_that_the_products_name_names() -> None:
    of = patient(allergies=(allergy("royal jelly"),))
    said = found(asked("X1", of=of, catalogue={"name": "Royal jelly capsules",
                                               "ingredients": ["jelly"]}), "allergy")  # fmt: skip
    assert said[0].severity is REASON


@pytest.mark.parametrize("substance", ["soy", "lactulose"])
def test_an_excipient_that_the_patient_does_not_bear(substance: str) -> None:
    of = patient(allergies=(allergy(substance),))
    drug = {"name": "Propofol", "excipients": ["soy", "lactulose"]}
    (said,) = found(asked("PROP", of=of, catalogue=drug), "allergy")
    assert (said.severity, said.risk) == (REASON, "allergy_s2")


def test_a_product_of_unknown_ingredients_is_said_not_to_be_checked() -> None:
    of = patient(allergies=(allergy("amoxicillin"),))
    (said,) = found(asked("X9", of=of, catalogue={"name": "Tonic"}), "allergy")
    assert said.severity is INFO
    assert said.message.startswith("not checked")


@pytest.mark.parametrize(
    ("grade", "draft", "binds"),
    [
        (AlertSeverity.S1, False, Severity.STOP),
        (AlertSeverity.S1, True, Severity.REASON),
        (AlertSeverity.S2, False, Severity.REASON),
        (AlertSeverity.S2, True, Severity.REASON),
        (AlertSeverity.S3, True, Severity.WARNING),
        (AlertSeverity.S4, False, Severity.INFO),
        (AlertSeverity.S5, True, Severity.INFO),
    ],
)
def test_how_a_grade_binds(grade: AlertSeverity, draft: bool, binds: Severity) -> None:
    assert bound(grade, draft=draft) is binds
