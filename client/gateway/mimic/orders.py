"""`hosp/poe`: which rows are orders, of which kind, and which end another order (I1, I2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from client.gateway.mimic.acts import Act, Note, PlannedOrder, Stop
from client.gateway.mimic.amounts import whole
from client.gateway.mimic.identities import actor, encounter_id, order_id, patient_id
from domain.people import Role

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from client.gateway.mimic.accounting import Account
    from client.gateway.mimic.tables import LocalTimes

TABLE: Final = "hosp/poe"
ORDERS: Final = ("New", "Change")
DISCONTINUE: Final = "D/C"

# Steps that MIMIC-IV cannot record (I14): not applicable, and said. Not among them, so that work
# stays open for want of a record: M16, E12, E14, L11, T22.
NOT_RECORDED: Final[Mapping[str, tuple[str, ...]]] = {
    "medication": ("M2", "M4a", "M4", "M5", "M6", "M7", "M8", "M9", "M10", "M17", "M18"),
    "examination": ("E2", "E3", "E4", "E5", "E6", "E7", "E10", "E11", "E13"),
    "test": ("L2", "L3", "L5", "L6", "L6b", "L7", "L10"),
    "transfusion": (
        *("T1", "T2", "T4", "T4b", "T4c", "T5", "T6", "T7", "T8", "T9", "T10", "T11", "T11e"),
        *("T12", "T13", "T14", "T14b", "T16", "T19", "T20", "T20b", "T21"),
    ),
}
_KINDS: Final = {
    "Medications": "medication",
    "TPN": "medication",
    "Lab": "test",
    "Radiology": "examination",
    "Cardiology": "examination",
    "Neurology": "examination",
}
COMPONENTS: Final = {
    "Red Cell Product Order": "red_cells",
    "Platelet Product Order": "platelets",
    "Frozen Plasma Product Order": "plasma",
    "Cryoprecipitate Product Order": "cryoprecipitate",
}


class PoeRow(NamedTuple):
    """The columns that are read."""

    poe_id: str
    poe_seq: str
    subject_id: str
    hadm_id: str
    ordertime: str
    order_type: str
    order_subtype: str
    transaction_type: str
    discontinue_of_poe_id: str
    discontinued_by_poe_id: str
    order_provider_id: str


def kind_of(row: PoeRow) -> str | None:
    """The loop of an order; None where there is none."""
    if row.order_type == "IV therapy":
        return "medication" if row.order_subtype == "IV fluids" else None
    if row.order_type == "Blood Bank":
        return "transfusion" if row.order_subtype in COMPONENTS else None
    return _KINDS.get(row.order_type)


def plan_orders(
    rows: Sequence[PoeRow],
    *,
    admissions: Container[str],
    account: Account,
    times: LocalTimes,
) -> dict[str, PlannedOrder]:
    """The orders by `poe_id`, with their stops.

    Two passes, because the rows that end an order may stand before it in the file.

    Args:
        admissions: the `hadm_id` that are known.
        account: where each row is counted.
    """
    orders: dict[str, PlannedOrder] = {}
    for row in rows:
        kind = kind_of(row)
        if kind is not None and row.transaction_type in ORDERS and row.hadm_id in admissions:
            orders.setdefault(row.poe_id, _planned(row, kind, times))
    ends: list[PoeRow] = []
    seen: set[str] = set()
    for row in rows:
        again = row.poe_id in seen
        seen.add(row.poe_id)
        reason = "the same row again" if again else _set_aside(row, admissions, orders)
        if reason is not None:
            account.set_aside(reason)
            continue
        account.take()
        if row.discontinue_of_poe_id in orders:
            ends.append(row)
    for row in sorted(
        ends,
        key=lambda row: (
            times.at(row.ordertime, f"{TABLE}.ordertime"),
            whole(row.poe_seq, f"{TABLE}.poe_seq"),
        ),
    ):
        _end(orders, row, times)
    return orders


def _set_aside(
    row: PoeRow, admissions: Container[str], orders: Mapping[str, PlannedOrder]
) -> str | None:
    if kind_of(row) is None:
        return _no_loop(row)
    if row.hadm_id not in admissions:
        return "no admission"
    if row.transaction_type in ORDERS:
        return None
    if row.transaction_type != DISCONTINUE:
        return f"transaction type {row.transaction_type!r} is not known"
    return None if row.discontinue_of_poe_id in orders else "D/C of an order that is not in poe"


def _no_loop(row: PoeRow) -> str:
    if row.order_type == "Blood Bank":
        return f"Blood Bank {row.order_subtype}: no result and no link in the source"
    if row.order_type == "IV therapy":
        return f"order type IV therapy, {row.order_subtype} has no loop"
    return f"order type {row.order_type} has no loop"


def _planned(row: PoeRow, kind: str, times: LocalTimes) -> PlannedOrder:
    return PlannedOrder(
        source_id=row.poe_id,
        id=order_id(row.poe_id),
        kind=kind,
        subtype=row.order_subtype or row.order_type,
        encounter=encounter_id(row.hadm_id),
        patient=patient_id(row.subject_id),
        at=times.at(row.ordertime, f"{TABLE}.ordertime"),
        number=whole(row.poe_seq, f"{TABLE}.poe_seq"),
        actor=actor(row.order_provider_id, Role.PHYSICIAN),
        not_recorded=NOT_RECORDED[kind],
    )


def _end(orders: Mapping[str, PlannedOrder], row: PoeRow, times: LocalTimes) -> None:
    """A D/C or Change ends its target; a second one for the same target is kept as a note."""
    target = orders[row.discontinue_of_poe_id]
    at = times.at(row.ordertime, f"{TABLE}.ordertime")
    replacing = row.transaction_type != DISCONTINUE
    if replacing:
        orders[row.poe_id].replaces = target.id
    what: Stop | Note = Stop("replace" if replacing else "discontinue")
    if target.ended_at is None:
        target.ended_at = at
    else:
        what = Note("stopped_again", row.transaction_type)
    target.acts.append(
        Act(
            at=at,
            stored=at,
            number=whole(row.poe_seq, f"{TABLE}.poe_seq"),
            actor=actor(row.order_provider_id, Role.PHYSICIAN),
            what=what,
            source_id=row.poe_id,
            rows=() if replacing else ((TABLE, 1),),
        )
    )
