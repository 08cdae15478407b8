"""Figures about the source itself, computed from its rows and not from what was made of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from client.gateway.mimic.charting import EMAR
from client.gateway.mimic.orders import COMPONENTS, DISCONTINUE, TABLE
from client.gateway.mimic.transfusions import ORDERED_WITHIN, RED_CELLS
from client.gateway.mimic.transfusions import TABLE as INPUTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from client.gateway.mimic.charting import EmarRow
    from client.gateway.mimic.orders import PoeRow
    from client.gateway.mimic.tables import LocalTimes
    from client.gateway.mimic.transfusions import InputRow

HOUR: Final = timedelta(hours=1)
LONGEST: Final = timedelta(hours=4)
"""A unit of red cells runs no longer [S11]."""
ADMINISTERED: Final = "Administered"
GIVEN: Final = frozenset(
    {
        ADMINISTERED,
        "Delayed Administered",
        "Partial Administered",
        "Administered Bolus from IV Drip",
    }
)


def timeliness(emar: Iterable[EmarRow], times: LocalTimes) -> dict[str, int]:
    """How many scheduled doses were charted more than an hour late or early."""
    scheduled = late = early = 0
    for row in emar:
        if row.event_txt != ADMINISTERED or not row.scheduletime:
            continue
        scheduled += 1
        off = _charted(row, times) - times.at(row.scheduletime, f"{EMAR}.scheduletime")
        late += off > HOUR
        early += off < -HOUR
    return {
        "administered_with_schedule": scheduled,
        "late_over_60": late,
        "early_over_60": early,
    }


def violations(
    poe: Sequence[PoeRow], emar: Iterable[EmarRow], inputs: Sequence[InputRow], times: LocalTimes
) -> dict[str, int]:
    """Doses against the time of their order, and red cells against orders and the clock.

    "After the discontinuing order" looks at orders that a D/C ended, not at those that a Change
    replaced: their new order may cover the dose.
    """
    return _doses(poe, emar, times) | _red_cells(poe, inputs, times)


def _charted(row: EmarRow, times: LocalTimes) -> datetime:
    return times.at(row.charttime, f"{EMAR}.charttime")


def _ordered(row: PoeRow, times: LocalTimes) -> datetime:
    return times.at(row.ordertime, f"{TABLE}.ordertime")


def _doses(poe: Sequence[PoeRow], emar: Iterable[EmarRow], times: LocalTimes) -> dict[str, int]:
    orders = {row.poe_id: row for row in poe}
    joined = before = long_before = after = 0
    for row in emar:
        order = orders.get(row.poe_id)
        if row.event_txt not in GIVEN or order is None:
            continue
        joined += 1
        at = _charted(row, times)
        ordered = _ordered(order, times)
        before += at < ordered
        long_before += at < ordered - HOUR
        end = orders.get(order.discontinued_by_poe_id)
        if end is not None and end.transaction_type == DISCONTINUE:
            after += at > _ordered(end, times)
    return {
        "given_rows_joined": joined,
        "given_before_ordered": before,
        "given_before_ordered_over_60": long_before,
        "given_after_discontinued": after,
    }


def _red_cells(
    poe: Sequence[PoeRow], inputs: Sequence[InputRow], times: LocalTimes
) -> dict[str, int]:
    ordered: dict[str, list[datetime]] = {}
    for order in poe:
        if COMPONENTS.get(order.order_subtype) == "red_cells":
            ordered.setdefault(order.subject_id, []).append(_ordered(order, times))
    rows = [row for row in inputs if row.itemid == RED_CELLS]
    unordered = long = 0
    for row in rows:
        start = times.at(row.starttime, f"{INPUTS}.starttime")
        known = ordered.get(row.subject_id, [])
        unordered += not any(at <= start <= at + ORDERED_WITHIN for at in known)
        long += times.at(row.endtime, f"{INPUTS}.endtime") - start > LONGEST
    return {
        "red_cell_transfusions": len(rows),
        "red_cell_runs": len({row.linkorderid or row.orderid for row in rows}),
        "red_cells_without_order_24h": unordered,
        "red_cells_over_4h": long,
    }
