"""An order as the checks of other orders see it: what runs, and what ran until lately."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from domain.clinical import ActiveOrder
from domain.loops.marks import OVERRIDE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from domain.orders import Order

MONITORED: Final = "benefit_outweighs_risk_monitored"
"""The reason code by which a person says that what they pass over is watched."""
DRUGS: Final = "medication"
"""The loop of orders whose drugs stay in the patient for a while."""
COUNTERSIGNED: Final = "countersigned"
WATCHED: Final = "monitored"
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


def active_order(order: Order, product: Mapping[str, object]) -> ActiveOrder:
    """An order beside others.

    Args:
        product: the catalogue's data of what is ordered.
    """
    return ActiveOrder(
        id=order.id,
        loop=order.loop,
        priority=order.priority,
        fields=order.fields,
        product=product,
        signed_at=order.signed_at,
        stop_at=due_until(order),
        overridden=passed_over(order),
    )


def stopped_drug(
    order: Order, product: Mapping[str, object], *, since: datetime
) -> ActiveOrder | None:
    """A drug that may still be in the patient, of an order at its end.

    None where no dose was given, or where it ended before an instant.
    """
    if order.loop != DRUGS or not order.state.terminal or not order.tally.effects:
        return None
    ends = [one for one in (due_until(order), order.ended_at) if one is not None]
    if not ends or min(ends) < since:
        return None
    return replace(active_order(order, product), stop_at=min(ends))


def due_until(order: Order) -> datetime | None:
    """From when nothing more is due; None while doses may come.

    After the last of a number of doses that is its end; one that is made anew begins again (E41).
    """
    tally = order.tally
    if order.stopped_by == "last_task" and tally.made and not tally.open:
        return tally.last_ended_at
    return order.stop_at


def passed_over(order: Order) -> Mapping[str, str]:
    """The checks whose findings persons passed over, with how they saw to it.

    `countersigned`: the review after the signature passed over the same (the loop of drugs asks
    them of the physician and of the pharmacist); `monitored`: the reason begins with that code. A
    check that was passed over with another reason is left out: it counts whole. What was said at a
    step that was sent back counts no more: who returns an order has agreed to nothing.
    """
    found: dict[str, set[str]] = {}
    watched = set()
    for mark in order.marks:
        if not mark.what.startswith(OVERRIDE) or _undone(order, mark.step):
            continue
        check = mark.what.removeprefix(OVERRIDE)
        found.setdefault(check, set()).add(mark.step)
        if mark.value.startswith(MONITORED):
            watched.add(check)
    if not found:
        return _NOTHING
    ways = {
        check: COUNTERSIGNED if len(steps) > 1 else WATCHED
        for check, steps in found.items()
        if len(steps) > 1 or check in watched
    }
    return MappingProxyType(ways)


def _undone(order: Order, step: str) -> bool:
    record = order.steps.get(step)
    return record is None or record.undone
