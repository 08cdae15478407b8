"""`hosp/labevents`: tubes, matched to orders by patient and time, since nothing links them (I8).

Because an order is matched to a draw by its time, the time from order to draw says nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from client.gateway.mimic.acts import Act, Occurrence, Step
from client.gateway.mimic.amounts import code, whole
from client.gateway.mimic.identities import actor, encounter_id, task_id
from client.gateway.mimic.named_results import named_results
from domain.orders import Priority
from domain.people import Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from client.gateway.mimic.accounting import Account
    from client.gateway.mimic.acts import PlannedOrder
    from client.gateway.mimic.tables import LocalTimes

TABLE: Final = "hosp/labevents"
DICTIONARY: Final = "hosp/d_labitems"
BEFORE: Final = timedelta(minutes=30)
"""How long before its order a draw may lie: the order was written up while it was drawn."""
AFTER: Final = timedelta(hours=24)

COLLECTED: Final = Step("L4", "collected")
ENTERED: Final = Step("L8", "measured")
VERIFIED: Final = Step("L9")


class LabRow(NamedTuple):
    """The columns that are read."""

    labevent_id: str
    hadm_id: str
    specimen_id: str
    itemid: str
    charttime: str
    storetime: str
    value: str
    valuenum: str
    valueuom: str
    flag: str
    priority: str


class LabItemRow(NamedTuple):
    """The columns that are read."""

    itemid: str
    label: str
    fluid: str
    category: str


_CLASSES: Final = {"Chemistry": "chemistry", "Blood Gas": "blood_gas", "Hematology": "routine"}


@dataclass(slots=True)
class Tube:
    """One specimen with its results."""

    id: str
    at: datetime
    rows: list[LabRow] = field(default_factory=list)


def collect(
    rows: Sequence[LabRow],
    *,
    items: Mapping[str, LabItemRow],
    orders: Mapping[str, PlannedOrder],
    admissions: frozenset[str],
    account: Account,
    times: LocalTimes,
) -> None:
    """Match the tubes of each stay to its orders, add what happened to them, count every row."""
    stays: dict[str, dict[str, Tube]] = defaultdict(dict)
    for row in rows:
        if row.hadm_id not in admissions:
            account.set_aside("no admission")
            continue
        tubes = stays[row.hadm_id]
        tube = tubes.get(row.specimen_id)
        if tube is None:
            at = times.at(row.charttime, f"{TABLE}.charttime")
            tube = tubes[row.specimen_id] = Tube(row.specimen_id, at)
        tube.rows.append(row)
    ordered: dict[str, list[PlannedOrder]] = defaultdict(list)
    for order in orders.values():
        if order.kind == "test":
            order.fields["tests"] = []
            order.fields["comment"] = "the source does not name the tests"
            ordered[order.encounter].append(order)
    for admission, tubes in sorted(stays.items()):
        known = sorted(ordered.get(encounter_id(admission), []), key=lambda order: order.rank)
        reason = "no order in the 24 h before" if known else "admission without lab orders"
        for draw, answered in match(known, list(tubes.values())):
            if not answered:
                account.set_aside(reason, sum(len(tube.rows) for tube in draw))
                continue
            account.take(sum(len(tube.rows) for tube in draw))
            for place, (order, tube) in enumerate(pair(answered, draw)):
                _add(order, tube, items, times, first=place < len(draw))


def match(
    orders: Sequence[PlannedOrder], tubes: Sequence[Tube]
) -> list[tuple[list[Tube], list[PlannedOrder]]]:
    """Each draw with the orders that it answers (none where it cannot be said).

    A draw is all tubes of one time. An order goes to the first draw from 30 min before to 24 h
    after it, unless it had been stopped by then. A draw that nobody ordered goes to the latest
    live order of the 24 h before.

    Args:
        orders: of one stay, in the order of their times.
    """
    draws: dict[datetime, list[Tube]] = defaultdict(list)
    for tube in tubes:
        draws[tube.at].append(tube)
    times = sorted(draws)
    answered: dict[datetime, list[PlannedOrder]] = defaultdict(list)
    for order in orders:
        place = bisect_left(times, order.at - BEFORE)
        if place < len(times) and times[place] <= order.at + AFTER and order.live_at(times[place]):
            answered[times[place]].append(order)
    return [
        (
            sorted(draws[at], key=lambda tube: tube.id),
            answered.get(at) or _latest(orders, at),
        )
        for at in times
    ]


def _latest(orders: Sequence[PlannedOrder], at: datetime) -> list[PlannedOrder]:
    live = [
        order
        for order in orders
        if order.at - BEFORE <= at <= order.at + AFTER and order.live_at(at)
    ]
    return live[-1:]


def pair(orders: Sequence[PlannedOrder], tubes: Sequence[Tube]) -> list[tuple[PlannedOrder, Tube]]:
    """The i-th tube answers the i-th order; the last is shared on the shorter side."""
    return [
        (orders[min(i, len(orders) - 1)], tubes[min(i, len(tubes) - 1)])
        for i in range(max(len(orders), len(tubes)))
    ]


def _add(
    order: PlannedOrder,
    tube: Tube,
    items: Mapping[str, LabItemRow],
    times: LocalTimes,
    *,
    first: bool,
) -> None:
    """What happened to a tube; `first` is off where it has answered another order already."""
    task = Occurrence(
        id=task_id("tube", order.source_id, tube.id),
        fields={"container": tube.id} | _class_of(tube, items),
    )
    if any(row.priority == "STAT" for row in tube.rows):
        order.priority = Priority.STAT
    stored = [times.at(row.storetime, f"{TABLE}.storetime") for row in tube.rows if row.storetime]
    collected = _act(COLLECTED, tube, task, tube.at, {})
    order.acts.append(replace(collected, rows=((TABLE, len(tube.rows)),)) if first else collected)
    if not stored:
        return
    values = "; ".join(_value(row, items) for row in tube.rows)
    flags = sorted({code(row.flag) for row in tube.rows if row.flag})
    evidence: dict[str, object] = {"values": values} | ({"flags": flags} if flags else {})
    # a tube that answers two orders tells its results once, for the time of its draw
    if first and (results := named_results(tube.rows)):
        evidence |= {"results": results, "results_at": tube.at.isoformat()}
    order.acts.append(_act(ENTERED, tube, task, min(stored), evidence))
    if len(stored) == len(tube.rows):
        order.acts.append(_act(VERIFIED, tube, task, max(stored), {}))


def _class_of(tube: Tube, items: Mapping[str, LabItemRow]) -> dict[str, object]:
    item = items.get(tube.rows[0].itemid)
    return {} if item is None else {"test_class": _CLASSES.get(item.category, "routine")}


def _value(row: LabRow, items: Mapping[str, LabItemRow]) -> str:
    item = items.get(row.itemid)
    name = row.itemid if item is None else item.label
    return " ".join(part for part in (name, row.value, row.valueuom) if part)


def _act(
    step: Step, tube: Tube, task: Occurrence, at: datetime, evidence: dict[str, object]
) -> Act:
    return Act(
        at=at,
        stored=at,
        number=whole(tube.id, f"{TABLE}.specimen_id"),
        actor=actor("laboratory", Role.LABORATORY, Role.LABORATORY_VERIFIER),
        what=step,
        source_id=f"specimen {tube.id}",
        task=task,
        evidence=evidence,
    )
