"""What active orders for drugs add to the risk score (rules specification 2.3, domain O)."""

from collections.abc import Iterator
from datetime import datetime

from domain.clinical import ActiveOrder, Clinical
from domain.ids import OrderId
from rules.checks.drugs import drug_of_order
from rules.checks.electrolytes import qt_risk
from rules.checks.high_alert import risk_of
from rules.checks.prescribing import all_findings
from rules.checks.prescription import MEDICATION, Prescription
from rules.knowledge.tables import Knowledge


def order_risks(
    clinical: Clinical, now: datetime, knowledge: Knowledge
) -> tuple[tuple[OrderId, str, str], ...]:
    """(order, kind, override) of all active orders, each order and kind once.

    A pair of two orders counts with the later of them. `override` is `none`, `monitored` or
    `countersigned`, as `ActiveOrder.overridden` says it for the finding behind the kind.
    """
    tables = knowledge.on(now.date())
    active = sorted(
        (one for one in clinical.orders if one.loop == MEDICATION and _runs(one, now)),
        key=lambda one: (one.signed_at is None, one.signed_at or now, one.id),
    )
    drugs = [drug_of_order(tables, one) for one in active]
    found: dict[tuple[OrderId, str], str] = {}
    for number, order in enumerate(active):
        asked = Prescription(drugs[number], tuple(drugs[:number]), clinical, tables, now)
        for kind, override in _of(order, asked):
            found.setdefault((order.id, kind), override)
    return tuple((order, kind, override) for (order, kind), override in found.items())


def _runs(order: ActiveOrder, now: datetime) -> bool:
    return order.stop_at is None or order.stop_at > now


def _of(order: ActiveOrder, asked: Prescription) -> Iterator[tuple[str, str]]:
    for kind in (risk_of(asked.tables, asked.drug), qt_risk(asked)):
        if kind:
            yield kind, "none"
    for finding in all_findings(asked):
        if finding.risk:
            yield finding.risk, order.overridden.get(finding.check, "none")
