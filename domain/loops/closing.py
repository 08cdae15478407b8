"""What the order's closing step waits for (E46)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.loops.applies import applies, missing_required
from domain.loops.definition import Level

if TYPE_CHECKING:
    from domain.loops.applies import Place


def closable(place: Place) -> bool:
    """Whether the order's closing step may close it now (E46)."""
    return not closing_waits_for(place)


def closing_waits_for(place: Place) -> tuple[str, ...]:
    """What the order's closing step waits for, unwritten in any file."""
    order = place.order
    closing = place.loop.closing
    missing = [
        no for no in missing_required(place, Level.ORDER) if closing is None or no != closing.no
    ]
    automatic = [
        step.no
        for step in place.loop.order_steps
        if step.on and step.required and applies(step, place) and place.record(step.no) is None
    ]
    asks = [f"the answer to {ask.code}" for ask in order.asks.values()]
    tasks = ["tasks:ended"] if order.tally.open else []
    children = [f"{child.loop} {child.id}" for child in place.case.open_children() if child.blocks]
    gaps = sorted(order.gaps)
    return tuple(dict.fromkeys((*missing, *automatic, *gaps, *asks, *tasks, *children)))
