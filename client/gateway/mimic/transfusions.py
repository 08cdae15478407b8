"""`icu/inputevents`: blood by bag, matched to the latest order of its component (I9, I10)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from client.gateway.mimic.acts import Act, Occurrence, PlannedOrder, Step
from client.gateway.mimic.amounts import quantity, whole
from client.gateway.mimic.identities import actor, encounter_id, order_id, patient_id, task_id
from client.gateway.mimic.orders import COMPONENTS, NOT_RECORDED
from domain.people import Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from client.gateway.mimic.accounting import Account
    from client.gateway.mimic.tables import LocalTimes

TABLE: Final = "icu/inputevents"
DICTIONARY: Final = "icu/d_items"
RED_CELLS: Final = "225168"
ORDERED_WITHIN: Final = timedelta(hours=24)

# A closed list: intake in theatre, cell saver and albumin look like blood and are no units.
UNITS: Final = {
    RED_CELLS: "red_cells",
    "225170": "platelets",
    "220970": "plasma",
    "225171": "cryoprecipitate",
}
BLOOD: Final = "Blood Products/Colloids"

STARTED: Final = Step("T15")
ROUND: Final = Step("T17")
COMPLETED: Final = Step("T18", "complete")


class InputRow(NamedTuple):
    """The columns that are read."""

    subject_id: str
    hadm_id: str
    caregiver_id: str
    starttime: str
    endtime: str
    storetime: str
    itemid: str
    amount: str
    amountuom: str
    rate: str
    rateuom: str
    orderid: str
    linkorderid: str


class ItemRow(NamedTuple):
    """The columns that are read."""

    itemid: str
    label: str
    category: str


@dataclass(frozen=True, slots=True)
class Bag:
    """One bag: the rows that one `linkorderid` holds together, in the order of their starts."""

    component: str
    rows: tuple[InputRow, ...]
    started: datetime
    ended: datetime


def bags(rows: Sequence[InputRow], times: LocalTimes) -> list[Bag]:
    """The bags of blood components among the inputs, in the order of their starts."""
    linked: dict[tuple[str, str], list[InputRow]] = defaultdict(list)
    for row in rows:
        if row.itemid in UNITS:
            linked[row.itemid, row.linkorderid or row.orderid].append(row)
    found = []
    for (item, _), group in linked.items():
        group.sort(key=lambda row: (row.starttime, row.orderid))
        started = times.at(group[0].starttime, f"{TABLE}.starttime")
        ended = max(times.at(row.endtime, f"{TABLE}.endtime") for row in group)
        found.append(Bag(UNITS[item], tuple(group), started, ended))
    return sorted(found, key=lambda bag: (bag.started, bag.rows[0].orderid))


def transfuse(
    rows: Sequence[InputRow],
    *,
    items: Mapping[str, ItemRow],
    orders: dict[str, PlannedOrder],
    admissions: frozenset[str],
    account: Account,
    times: LocalTimes,
) -> None:
    """Give each bag to an order, or to one that is made for it with T3 as a gap; count all rows."""
    by_component: dict[tuple[str, str], list[PlannedOrder]] = defaultdict(list)
    for order in sorted(orders.values(), key=lambda order: order.rank):
        if order.kind == "transfusion":
            component = COMPONENTS[order.subtype]
            order.fields["component"] = component
            by_component[order.encounter, component].append(order)
    taken = []
    for row in rows:
        if row.itemid not in UNITS:
            account.set_aside(_no_unit(items.get(row.itemid)))
        elif row.hadm_id not in admissions:
            account.set_aside("no admission")
        else:
            account.take()
            taken.append(row)
    for bag in bags(taken, times):
        waiting = by_component[encounter_id(bag.rows[0].hadm_id), bag.component]
        ordered = ordered_before(waiting, bag.started)
        if ordered is None:
            ordered = _unordered(bag)
            orders[ordered.source_id] = ordered
        _add(ordered, bag, times)


def ordered_before(orders: Sequence[PlannedOrder], at: datetime) -> PlannedOrder | None:
    """The latest order of the 24 h before an instant.

    Args:
        orders: in the order of their times.
    """
    fitting = [order for order in orders if order.at <= at <= order.at + ORDERED_WITHIN]
    return fitting[-1] if fitting else None


def _no_unit(item: ItemRow | None) -> str:
    if item is None:
        return "item without a name"
    if item.category == BLOOD:
        return f"{item.label}: no blood unit"
    return f"flow sheet: {item.category}"


def _unordered(bag: Bag) -> PlannedOrder:
    """The order of a bag that nobody ordered in writing: verbal, its signature missing (I10)."""
    row = bag.rows[0]
    source_id = f"inputevents/{row.linkorderid or row.orderid}"
    return PlannedOrder(
        source_id=source_id,
        id=order_id(source_id),
        kind="transfusion",
        subtype=bag.component,
        encounter=encounter_id(row.hadm_id),
        patient=patient_id(row.subject_id),
        at=bag.started,
        number=whole(row.orderid, f"{TABLE}.orderid"),
        actor=actor(""),
        not_recorded=NOT_RECORDED["transfusion"],
        signed=False,
        fields={"component": bag.component, "comment": "no order in the source"},
    )


def _add(order: PlannedOrder, bag: Bag, times: LocalTimes) -> None:
    first = bag.rows[0]
    task = Occurrence(id=task_id("unit", first.itemid, first.linkorderid or first.orderid))
    order.acts.append(_act(STARTED, first, task, bag.started, times))
    for row in bag.rows[1:]:
        at = times.at(row.starttime, f"{TABLE}.starttime")
        order.acts.append(_act(ROUND, row, task, at, times))
    last = max(bag.rows, key=lambda row: row.endtime)
    order.acts.append(_act(COMPLETED, last, task, bag.ended, times))


def _act(step: Step, row: InputRow, task: Occurrence, at: datetime, times: LocalTimes) -> Act:
    evidence: dict[str, object] = {}
    rate = quantity(row.rate, row.rateuom)
    volume = quantity(row.amount, row.amountuom)
    if step is COMPLETED and volume is not None:
        evidence["volume"] = volume
    elif step is not COMPLETED and rate is not None:
        evidence["rate"] = rate
    return Act(
        at=at,
        stored=times.or_none(row.storetime, f"{TABLE}.storetime") or at,
        number=whole(row.orderid, f"{TABLE}.orderid"),
        actor=actor(f"caregiver-{row.caregiver_id}", Role.NURSE),
        what=step,
        source_id=f"input {row.orderid}",
        task=task,
        evidence=evidence,
        rows=() if step is COMPLETED else ((TABLE, 1),),
    )
