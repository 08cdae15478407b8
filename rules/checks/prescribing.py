"""All that is asked of an order for a drug, at its signature and at the pharmacist's review."""

from collections.abc import Callable, Iterator
from typing import Final

from domain.findings import Finding, worst_first
from domain.loops.checks import CheckContext
from rules.checks import (
    allergies,
    doses,
    duplicates,
    electrolytes,
    high_alert,
    interactions,
    potassium_infusion,
    pregnancy,
)
from rules.checks.drugs import drug_of, drug_of_order
from rules.checks.findings import not_checked
from rules.checks.prescription import MEDICATION, Prescription
from rules.knowledge.tables import Tables

CHECK: Final = "prescribing"
PARTS: Final[tuple[Callable[[Prescription], Iterator[Finding]], ...]] = (
    allergies.findings,
    interactions.findings,
    interactions.line_findings,
    duplicates.findings,
    doses.findings,
    doses.renal_findings,
    pregnancy.findings,
    high_alert.findings,
    high_alert.look_alike_findings,
    electrolytes.findings,
    potassium_infusion.findings,
)
"""What is asked, in this order."""


def prescribing(context: CheckContext, tables: Tables) -> tuple[Finding, ...]:
    """Every finding of the tables about the order, the gravest first."""
    asked = prescription(context, tables)
    if asked is None:
        return (not_checked(CHECK, "nothing is known of the patient"),)
    unknown = () if asked.drug.ingredients else (
        not_checked(CHECK, "the catalogue says no ingredient that is known"),
    )  # fmt: skip
    return (*worst_first(all_findings(asked)), *unknown)


def all_findings(asked: Prescription) -> tuple[Finding, ...]:
    """What every part finds."""
    return tuple(finding for part in PARTS for finding in part(asked))


def prescription(context: CheckContext, tables: Tables) -> Prescription | None:
    """The order of a record as its checks see it; None where nothing was read of the patient."""
    clinical = context.facts.clinical
    if clinical is None:
        return None
    order = context.place.order
    drug = drug_of(tables, order=order.id, fields=order.fields, product=context.facts.product)
    left_out = {order.id, order.replaces}
    others = tuple(
        drug_of_order(tables, one)
        for one in clinical.orders
        if one.loop == MEDICATION and one.id not in left_out
    )
    stopped = tuple(
        drug_of_order(tables, one) for one in clinical.stopped if one.id not in left_out
    )
    return Prescription(drug, others, clinical, tables, context.entry.at, stopped)
