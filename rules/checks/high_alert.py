"""Drugs that harm most when they are wrong (4.7), and names that are taken for another (4.12)."""

from collections.abc import Iterator
from itertools import product
from typing import Final

from domain.alerts import AlertSeverity
from domain.findings import Finding, Severity
from domain.look_alike import alike
from domain.loops.applies import truth
from rules.checks.drugs import Drug
from rules.checks.findings import of_row
from rules.checks.patient import words_in
from rules.checks.prescription import Prescription
from rules.knowledge.rows import HighAlertRow
from rules.knowledge.tables import Tables

CHECK: Final = "high_alert"
LOOK_ALIKE: Final = "look_alike"


def rows_of(tables: Tables, drug: Drug) -> tuple[HighAlertRow, ...]:
    """The classes of the list that a drug belongs to, by its route and form."""
    name = f"{drug.product.get('name', '')} {drug.product.get('strength', '')}"
    return tuple(
        row
        for row in tables.of(HighAlertRow)
        if tables.meets(row.drugs, drug.ingredients)
        and (not row.routes or drug.route in row.routes or ("IV" in row.routes and drug.in_vein))
        and (not row.forms or words_in(name, row.forms))
    )


def risk_of(tables: Tables, drug: Drug) -> str:
    """What the drug's class adds to the risk score: the gravest tier."""
    tiers = [row.tier for row in rows_of(tables, drug) if row.tier is not None]
    return f"high_alert_{min(tiers).lower()}" if tiers else ""


def findings(asked: Prescription) -> Iterator[Finding]:
    """A drug that two persons check at the bedside, ordered as one that nobody else looks at."""
    if truth(asked.drug.fields.get("high_alert")):
        return
    for row in rows_of(asked.tables, asked.drug):
        if row.double_check == "Y":
            yield of_row(
                row,
                check=CHECK,
                grade=AlertSeverity.S2,
                message=f"{asked.called} ({row.en}) is checked by two persons at the bedside",
                right="order it as a high-alert drug, or say why one person is enough",
                params=(("drug", asked.called),),
            )
            return


def look_alike_findings(asked: Prescription) -> Iterator[Finding]:
    """That another order of the patient has a name that is taken for this one."""
    product = asked.drug.product
    names = [str(product.get(name) or "") for name in ("name", "name_zh")]
    own = [*names, *asked.drug.ingredients]
    twins = {twin for name in own if name for twin in asked.tables.look_alikes(name)}
    for other in asked.others:
        theirs = " ".join(
            (str(other.product.get("name") or ""), str(other.product.get("name_zh") or ""),
             *other.ingredients)
        )  # fmt: skip
        another = other.runs(asked.now) and other.ingredients != asked.drug.ingredients
        if another and (words_in(theirs, twins) or _alike(asked.drug, other)):
            yield Finding(
                LOOK_ALIKE,
                Severity.WARNING,
                f"{asked.called} looks or sounds like {asked.name(other)}, which runs too",
                "read both names aloud before you go on",
                params=(("drug", asked.called), ("other", asked.name(other))),
            )
            return


def _alike(drug: Drug, other: Drug) -> bool:
    """By the letters of their international names; Chinese ones are in the list, pair by pair."""
    mine, theirs = (
        (name.replace("_", " ") for name in one.ingredients - two.ingredients)
        for one, two in ((drug, other), (other, drug))
    )
    return any(alike(one, two) for one, two in product(mine, theirs))
