"""Kidneys that fail just now: what is not given, whatever the creatinine works out to."""

from __future__ import annotations

import pytest

from client.presenters.step_dialog import finding_words
from client.texts import Texts
from domain.clinical import Clinical
from domain.findings import Finding, Severity
from rules.checks.order_risks import order_risks
from tests.unit.checks.patient_record import (
    NOW,
    At,
    active,
    asked,
    flag,
    found,
    knowledge,
    patient,
    value,
)


def kidneys(*creatinine: int, dialysis: bool = False, hours: float = 2, **more: object) -> Clinical:
    """Creatinine in umol/L, the earliest first, a day apart; weight 80 kg, 56 years."""
    values = tuple(
        value("creatinine", one, hours=hours + 24 * back)
        for back, one in enumerate(reversed(creatinine))
    )
    facts = (flag("on_dialysis"),) if dialysis else ()
    return patient(
        *(value("weight", 80), *values[:1]),
        series={"creatinine": values},
        facts=facts,
        **more,  # type: ignore[arg-type]  # orders, as a test names them
    )


def renal(drug: str, of: Clinical, dose: str = "100 mg", route: str = "PO") -> list[Finding]:
    return found(asked(drug, dose, of=of, route=route), "renal")


def rules(drug: str, of: Clinical, **more: str) -> set[str]:
    return {dict(one.params).get("rule", "unsteady") for one in renal(drug, of, **more)}


@pytest.mark.parametrize(
    ("drug", "creatinine", "expected"),
    [
        ("ibuprofen", (80, 125), {"nsaids_aki"}),
        ("ibuprofen", (80, 90), set()),
        ("gentamicin", (80, 125), {"unsteady"}),
        ("gentamicin", (80, 165), {"aminoglycosides_aki"}),
        ("gentamicin", (80, 250), {"aminoglycosides_aki", "aminoglycosides_50"}),
        ("metformin", (60, 92), {"metformin_aki"}),
    ],
    ids=[
        "NSAID at stage 1",
        "no injury",
        "gentamicin at stage 1",
        "at stage 2",
        "at stage 3",
        "metformin",
    ],
)
def test_what_an_acute_injury_forbids(
    drug: str, creatinine: tuple[int, ...], expected: set[str]
) -> None:
    assert rules(drug, kidneys(*creatinine)) == expected


def test_the_finding_says_the_stage_and_what_to_do_in_both_languages() -> None:
    (said,) = renal("ibuprofen", kidneys(80, 165))
    assert said.message.startswith("ibuprofen: acute kidney injury, stage 2 (stop it")
    assert (said.severity, said.risk) == (Severity.REASON, "renal_adjust")
    assert "急性肾损伤" in finding_words(said, Texts.load("zh"))


def test_a_dose_by_a_creatinine_that_still_rises_is_told_to_be_too_high() -> None:
    (said,) = renal("gabapentin", kidneys(60, 95), dose="300 mg")
    assert (said.severity, said.risk, said.draft) == (Severity.WARNING, "", False)
    assert "next lower band" in said.right
    assert "按下一档剂量" in finding_words(said, Texts.load("zh"))


def test_an_old_creatinine_and_dialysis_are_no_acute_injury() -> None:
    assert "nsaids_aki" not in rules("ibuprofen", kidneys(80, 250, hours=49))
    assert rules("ibuprofen", kidneys(80, 250, dialysis=True)) == {"nsaids_30"}


def test_it_weighs_in_the_score_of_an_order_that_runs() -> None:
    of = kidneys(80, 165, orders=(active("ibuprofen", ident="o1"),))
    assert ("o1", "renal_adjust", "none") in order_risks(of, NOW, knowledge())


# ------------------------------------------------------------------ contrast media
def contrast(of: Clinical, modality: str = "CT", product: str = "") -> set[str]:
    fields = {"contrast": True, "modality": modality}
    at = At("examination", "E6", fields=fields, clinical=of)
    more = {"contrast_product": product} if product else {}
    return {dict(one.params).get("rule", "") for one in at.finds("exam_safety", **more)}


def test_contrast_in_an_acute_injury_needs_prophylaxis_and_holds_metformin() -> None:
    injured = kidneys(60, 95, orders=(active("metformin"),))
    assert {"iodinated_30", "metformin_30"} <= contrast(injured)
    assert "iodinated_30" not in contrast(kidneys(60, 65))
    assert "iodinated_30" not in contrast(kidneys(60, 95, dialysis=True))
