"""Potassium chloride into a vein: too fast, too strong, or nobody says."""

from __future__ import annotations

import pytest

from client.presenters.step_dialog import finding_words
from client.texts import Texts
from domain.findings import Finding, Severity
from rules.knowledge.tables import Tables
from tests.unit.checks.patient_record import NOW, Free, asked, found, patient, tables, value
from tests.unit.checks.test_prescribing_allergies import approved

BAG = {"name": "Potassium chloride", "strength": {"value": "40", "unit": "mmol/L"}}
FRESH = patient(value("potassium", "3.4", hours=2), value("egfr", 90))


def potassium(
    rate: str | None = None, *, dose: str = "20 mmol", route: str = "IV", strict: bool = False,
    **product: Free,
) -> list[Finding]:  # fmt: skip
    fields = {} if rate is None else {"rate": rate}
    known = approved().on(NOW.date()) if strict else None
    order = asked(
        "KCL", dose, "once", of=FRESH, route=route, catalogue=BAG | product, known=known, **fields
    )
    return [one for one in found(order, "potassium") if "k_" in one.source or not one.blocks]


def bound(*args: Free, **more: Free) -> list[str]:
    said = potassium(*args, **more)
    return [f"{one.severity.value}: {one.message.partition(':')[0]}" for one in said]


@pytest.mark.parametrize(
    ("rate", "says"),
    [
        ("10 mmol/h", []),
        ("10.1 mmol/h", ["reason: potassium chloride, 10.1 mmol/h"]),
        ("250 mL/h", []),
        ("300 mL/h", ["reason: potassium chloride, 12 mmol/h"]),
        ("5 mL/min", ["reason: potassium chloride, 12 mmol/h"]),
        ("1 g/h", ["reason: potassium chloride, 13.4 mmol/h"]),
        ("20 mmol/h", ["reason: potassium chloride, 20 mmol/h"]),
        ("21 mmol/h", ["stop: potassium chloride, 21 mmol/h"]),
    ],
)
def test_how_fast_it_runs(rate: str, says: list[str]) -> None:
    assert bound(rate, strict=True) == says


def test_how_strong_it_is() -> None:
    assert bound("5 mmol/h", strength={"value": "0.04", "unit": "mmol/mL"}) == []
    strong = {"value": "1.5", "unit": "g/dL"}
    (said,) = potassium("5 mmol/h", strength=strong)
    assert said.severity is Severity.REASON
    assert said.message.startswith("potassium chloride, 201 mmol/L: at most 40 mmol/L")
    assert "201 mmol/L 外周静脉浓度" in finding_words(said, Texts.load("zh"))


def test_a_bag_that_runs_for_an_hour_is_as_fast_as_what_is_in_it() -> None:
    (said,) = potassium(container_minutes=60)
    assert "20 mmol/h: at most 10 mmol/h" in said.message
    assert potassium(container_minutes=240) == []


@pytest.mark.parametrize(
    ("rate", "product", "lacking"),
    [
        (None, {}, "how fast it runs"),
        ("100 mL", {}, "how fast it runs"),
        ("100 [iU]/h", {}, "how fast it runs"),
        ("100 mL/h", {"strength": {"value": "1", "unit": "g"}}, "how strong it is and how fast"),
        ("5 mmol/h", {"strength": None}, "how strong it is"),
    ],
)
def test_what_nobody_says_is_said_to_be_unknown(
    rate: str | None, product: Free, lacking: str
) -> None:
    (said,) = potassium(rate, **product)
    assert said.severity is Severity.INFO
    assert said.message.startswith(f"not checked: {lacking}")


def test_a_container_says_nothing_of_a_dose_in_tablets() -> None:
    (said,) = potassium(dose="2 {tablet}", container_minutes=60)
    assert "how fast it runs" in said.message


def test_by_mouth_and_other_drugs_are_not_meant() -> None:
    assert potassium("100 mmol/h", route="PO") == []
    saline = asked("NACL", "9 g", "once", route="IV", catalogue={"name": "sodium chloride"})
    assert found(saline, "potassium") == []


def test_a_site_that_switched_the_rules_off_is_asked_nothing() -> None:
    rows = {
        name: tuple(row for row in held if not row.id.startswith("k_"))
        for name, held in tables().rows.items()
    }
    order = asked("KCL", "20 mmol", route="IV", of=FRESH, catalogue=BAG, known=Tables(rows))
    assert found(order, "potassium") == []
