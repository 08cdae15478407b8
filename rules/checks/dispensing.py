"""Checks of the pharmacy and of mixing: recalled lots, what arrives on the ward, what is mixed."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from domain.alerts import AlertSeverity
from domain.barcodes import MedicinePack
from domain.clinical import Clinical
from domain.findings import Finding
from domain.loops.applies import truth
from domain.loops.checks import CheckContext
from rules.checks.drugs import drug_of
from rules.checks.findings import of_row
from rules.checks.interactions import incompatible
from rules.checks.prescription import Prescription
from rules.checks.reading import decimal, reason, stop, text, warning
from rules.knowledge.tables import Tables

COLD: Final = (Decimal(2), Decimal(8))
"""Degrees Celsius of the cold chain."""


def recall(context: CheckContext) -> Finding | None:
    """The lot was not recalled, as far as the catalogue knows."""
    listed = context.facts.product.get("recalled_lots")
    recalled = {str(lot) for lot in listed} if isinstance(listed, (list, tuple)) else set()
    lots = {scan.lot for scan in context.scans if isinstance(scan, MedicinePack) and scan.lot}
    lots.update({text(context, "lot")} - {""})
    if not lots & recalled:
        return None
    return stop("recall", "this lot was recalled", "put it aside and take another lot")


def receipt(context: CheckContext) -> tuple[Finding, ...]:
    """What arrives is complete, and the cold chain was kept."""
    return tuple(_receipt(context))


def _receipt(context: CheckContext) -> Iterator[Finding]:
    count = context.entry.evidence.get("count")
    if count == 0 and not truth(context.entry.evidence.get("shortage")):
        yield reason("receipt", "nothing arrived", "say that it is a shortage")
    if not truth(context.facts.product.get("cold_chain")):
        return
    warmth = decimal(context.entry.evidence, "box_temperature")
    if warmth is None:
        yield warning("receipt", "the temperature of the box is not recorded", "measure it")
    elif not COLD[0] <= warmth <= COLD[1]:
        yield reason(
            "receipt",
            "the cold chain was broken",
            "between 2 and 8 degrees Celsius; say that it is a shortage and send it back",
        )


def mixing(context: CheckContext, tables: Tables) -> Finding | None:
    """What is mixed in one bag goes together."""
    said = text(context, "components")
    if not said:
        return warning("mixing", "what was mixed is not recorded", "name the components")
    drug = drug_of(
        tables,
        order=context.place.order.id,
        fields=context.place.order.fields,
        product=context.facts.product,
    )
    others = frozenset(tables.ingredients_in(said)) - drug.ingredients
    clinical = context.facts.clinical or Clinical()
    asked = Prescription(drug, (), clinical, tables, context.entry.at)
    row = incompatible(asked, others, one_bag=True)
    if row is None:
        return None
    return of_row(
        row,
        check="mixing",
        grade=AlertSeverity.S2,  # in a line it may be flushed, in a bag it is done
        message=f"{asked.called} must not be mixed with this: {row.en}",
        right="take another solvent, or keep them apart",
        params=(("drug", asked.called), ("advice", row.en), ("advice_zh", row.zh)),
    )
