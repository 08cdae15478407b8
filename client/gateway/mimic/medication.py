"""`hosp/pharmacy` and `hosp/prescriptions`: what was ordered, and when a pharmacist verified it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from client.gateway.mimic.acts import Act, Step
from client.gateway.mimic.amounts import code, quantity
from client.gateway.mimic.identities import actor
from domain.orders import Priority
from domain.people import Role
from domain.timing import UnknownFrequency, WindowClass, parse_frequency

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from client.gateway.mimic.accounting import Account
    from client.gateway.mimic.acts import PlannedOrder
    from client.gateway.mimic.charting import EmarRow
    from client.gateway.mimic.tables import LocalTimes

PHARMACY: Final = "hosp/pharmacy"
PRESCRIPTIONS: Final = "hosp/prescriptions"
REVIEW: Final = "M3"


class PharmacyRow(NamedTuple):
    """The columns that are read."""

    pharmacy_id: str
    poe_id: str
    starttime: str
    stoptime: str
    medication: str
    verifiedtime: str
    route: str
    frequency: str


class PrescriptionRow(NamedTuple):
    """The columns that are read."""

    poe_id: str
    drug_type: str
    drug: str
    dose_val_rx: str
    dose_unit_rx: str
    route: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """What a frequency says of the windows of its doses."""

    window_class: str = "none"
    interval_minutes: int | None = None
    as_needed: bool = False


UNKNOWN: Final = Schedule()


@cache
def schedule_of(frequency: str) -> Schedule:
    """What a frequency says; one that is not understood says nothing, and nothing is guessed."""
    try:
        found = parse_frequency(frequency)
    except UnknownFrequency:
        return UNKNOWN
    minutes = None if found.interval is None else int(found.interval.total_seconds() // 60)
    if found.window_class is WindowClass.NONE:
        return Schedule(as_needed=found.as_needed)
    return Schedule(found.window_class.value, minutes, found.as_needed)


def fill_orders(
    orders: Mapping[str, PlannedOrder],
    *,
    pharmacy: Sequence[PharmacyRow],
    prescriptions: Sequence[PrescriptionRow],
    named: Mapping[str, PharmacyRow],
    accounts: tuple[Account, Account],
    times: LocalTimes,
) -> None:
    """Give the medication orders their fields, and their review where it was recorded (I13).

    The review is the earliest `verifiedtime` of an order's rows; an order without one cannot tell,
    so that the step is `not_recorded` for it (I14).

    Args:
        named: the pharmacy's row that the first dose of an order names. An order without a row of
            its own takes its frequency, and nothing else of it: it is another order's row.
        accounts: of `hosp/pharmacy` and of `hosp/prescriptions`.
    """
    verified: dict[str, str] = {}
    for row in pharmacy:
        order = _order_of(row.poe_id, orders, accounts[0])
        if order is None:
            continue
        _add_pharmacy(order, row, times)
        if row.verifiedtime:
            verified[row.poe_id] = min(row.verifiedtime, verified.get(row.poe_id, "9"))
    for prescription in prescriptions:
        order = _order_of(prescription.poe_id, orders, accounts[1])
        if order is not None:
            _add_prescription(order, prescription)
    for poe, order in orders.items():
        if order.kind != "medication":
            continue
        if poe in verified:
            order.acts.append(_review(order, verified[poe], times))
        else:
            order.not_recorded = (*order.not_recorded, REVIEW)
        order.fields.setdefault("product", order.subtype)
        if poe in named:
            _add_frequency(order, named[poe].frequency)


def _order_of(
    poe: str, orders: Mapping[str, PlannedOrder], account: Account
) -> PlannedOrder | None:
    order = orders.get(poe)
    if order is not None and order.kind == "medication":
        account.take()
        return order
    account.set_aside("order not in poe" if poe else "no order id")
    return None


def _add_pharmacy(order: PlannedOrder, row: PharmacyRow, times: LocalTimes) -> None:
    fields = order.fields
    start = times.or_none(row.starttime, f"{PHARMACY}.starttime")
    stop = times.or_none(row.stoptime, f"{PHARMACY}.stoptime")
    found = {
        "product": row.medication,
        "route": code(row.route),
        "start": "" if start is None else start.isoformat(),
        "stop": "" if stop is None else stop.isoformat(),
    }
    for name, value in found.items():
        if value:
            fields.setdefault(name, value)
    _add_frequency(order, row.frequency)


def _add_frequency(order: PlannedOrder, frequency: str) -> None:
    if frequency:
        order.fields.setdefault("frequency", frequency)
    if schedule_of(frequency).as_needed:
        order.priority = Priority.PRN
        order.fields.setdefault("order_class", "PRN_LONG")


def first_named(
    pharmacy: Sequence[PharmacyRow], charted: Iterable[EmarRow]
) -> dict[str, PharmacyRow]:
    """The pharmacy's row that the first dose of each order names, for orders without their own."""
    by_number = {row.pharmacy_id: row for row in pharmacy}
    have = {row.poe_id for row in pharmacy}
    found: dict[str, PharmacyRow] = {}
    for row in sorted(charted, key=lambda row: row.charttime):
        named = by_number.get(row.pharmacy_id)
        if named is not None and row.poe_id not in have:
            found.setdefault(row.poe_id, named)
    return found


def _add_prescription(order: PlannedOrder, row: PrescriptionRow) -> None:
    fields = order.fields
    if row.drug_type != "MAIN":
        # a base solution or an additive: part of what is given, never its name
        _remark(fields, row.drug)
        return
    dose = quantity(row.dose_val_rx, row.dose_unit_rx)
    if row.drug:
        fields.setdefault("product", row.drug)
    if row.route:
        fields.setdefault("route", code(row.route))
    if dose is not None:
        fields.setdefault("dose", dose)
    elif row.dose_val_rx:
        _remark(fields, f"dose {row.dose_val_rx} {row.dose_unit_rx}".strip())


def _remark(fields: dict[str, object], text: str) -> None:
    """Add what has no field of its own to the comment, once."""
    said = str(fields.get("comment", ""))
    if text and text not in said.split("; "):
        fields["comment"] = f"{said}; {text}" if said else text


def _review(order: PlannedOrder, verified: str, times: LocalTimes) -> Act:
    at = times.at(verified, f"{PHARMACY}.verifiedtime")
    return Act(
        at=at,
        stored=at,
        number=-1,
        actor=actor("pharmacy", Role.PHARMACIST),
        what=Step(REVIEW, "approved"),
        source_id=f"{order.source_id}/verified",
    )
