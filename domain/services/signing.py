"""What follows when an order begins to count: its first tasks, and the orders that it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.commands import MakeTasks, StopOrder
from domain.ids import task_id
from domain.orders import OrderState
from domain.services.authorising import SYSTEM
from domain.services.catalogues import items_of
from domain.services.planning import Surroundings, planned
from domain.services.replacing import require_not_replaced

if TYPE_CHECKING:
    from domain.ids import OrderId
    from domain.loops.case import Case
    from domain.orders import Order
    from domain.people import Actor
    from domain.services.writing import Writing

_ENDS_LONG_ORDERS: Final = ("PREOP", "TRANSFER")
_LONG: Final = ("LONG", "PRN_LONG")


def surroundings(writing: Writing, order: Order) -> Surroundings:
    """What the world says of an order now: its catalogue items and its ward.

    Raises:
        NotFound: a catalogue item is no longer in force.
    """
    place = writing.place
    ward = writing.stay(order.encounter_id).ward
    settings = place.ward(ward)
    return Surroundings(
        items=items_of(place.reads, order.fields, at=order.placed_at),
        ward=ward,
        data=settings.data,
        zone=place.zone(ward),
        site_times=settings.site_times,
        time_critical=str(order.fields.get("product")) in place.time_critical,
    )


def make_due(writing: Writing, order: OrderId) -> None:
    """Make the tasks up to the horizon that are not there yet; again and again (X1)."""
    case = writing.case(order)
    state = case.order.state
    if state.terminal or state is OrderState.DRAFT or case.order.tally.complete:
        return
    open_until = [task.due_at for task in case.own_open() if task.due_at is not None]
    loops = writing.loops(case.order.encounter_id)
    around = surroundings(writing, case.order)
    tasks = planned(loops, case.order, around, now=writing.now, since=max(open_until, default=None))
    known = _known(writing, case) if tasks else frozenset[str]()
    fresh = tuple(
        task for task in tasks if task_id(order, due_at=task.due_at, seq=task.seq) not in known
    )
    if fresh:
        writing.decide(MakeTasks(order=order, actor=SYSTEM, at=writing.now, tasks=fresh))


def _known(writing: Writing, case: Case) -> frozenset[str]:
    """The ids of all tasks of an order, the ended ones too: these are never made again (E9)."""
    known = frozenset(case.tasks)
    if case.order.tally.made <= len(case.own_open()):
        return known
    whole = writing.place.reads.case(case.order.id, whole=True)
    return known if whole is None else known.union(whole.tasks)


def after_signature(writing: Writing, order: OrderId, actor: Actor) -> None:
    """Make a signed order's first tasks; end the order that it replaces, and long ones (7.1, X4).

    An order for surgery or transfer ends all earlier long orders of the stay.

    Raises:
        Refused: another order replaced the same order first.
    """
    signed = writing.case(order).order
    if signed.state.unsigned or signed.state.terminal:
        return
    if signed.replaces is not None:
        require_not_replaced(writing, signed.replaces, by=order, field="order")
    make_due(writing, order)
    if signed.replaces is not None:
        end(writing, signed.replaces, act="replace", actor=actor, reason=f"replaced by {order}")
    if signed.fields.get("order_class") in _ENDS_LONG_ORDERS:
        for other in writing.open_orders(signed.encounter_id):
            if other != order and writing.case(other).order.fields.get("order_class") in _LONG:
                end(writing, other, act="transfer", actor=actor, reason=f"ended by {order}")


def end(writing: Writing, order: OrderId, *, act: str, actor: Actor, reason: str) -> None:
    """Stop an order now, unless it has ended or stopped before."""
    found = writing.case(order).order
    stop_at = None if found.stopped_by is None else found.stop_at
    if found.state.terminal or (stop_at is not None and stop_at <= writing.now):
        return
    writing.decide(StopOrder(order=order, actor=actor, at=writing.now, act=act, reason=reason))
