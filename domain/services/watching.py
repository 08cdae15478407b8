"""The passing of time: tasks up to the horizon, lapses, reached stops. It never closes anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.commands import PassTime
from domain.ids import CommandId
from domain.services.authorising import SYSTEM, authorise
from domain.services.signing import make_due
from domain.services.workplace import Changes
from domain.services.writing import carry_out

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from domain.ids import EncounterId, OrderId
    from domain.services.workplace import Workplace
    from domain.services.writing import Writing

_MOST: Final = 500


def pass_due(place: Workplace, *, now: datetime) -> Changes:
    """Let time pass for the orders of which something has become late or reached its stop.

    One encounter is one transaction; where nothing follows, nothing is written.
    """
    authorise(SYSTEM, "watch.pass")
    by_stay: dict[EncounterId, list[OrderId]] = {}
    for order, stay in [
        (order, stay)
        for order, _at in place.reads.due_streams(until=now, limit=_MOST)
        if (stay := place.reads.encounter_of_order(order)) is not None
    ]:
        by_stay.setdefault(stay, []).append(order)
    return together(_pass(place, stay, orders) for stay, orders in sorted(by_stay.items()))


def one_pass(place: Workplace, *, now: datetime) -> Changes:
    """Make the tasks of every open order up to the horizon, and let time pass for it (X1).

    For patients in hospital, and for what is due of those who are not.
    """
    authorise(SYSTEM, "watch.pass")
    stays = [stay.id for stay in place.reads.encounters()]
    return together([*(_pass(place, stay, None) for stay in stays), pass_due(place, now=now)])


def _pass(place: Workplace, encounter: EncounterId, orders: Iterable[OrderId] | None) -> Changes:
    def act(writing: Writing) -> None:
        for order in writing.open_orders(encounter) if orders is None else orders:
            make_due(writing, order)
            writing.decide(PassTime(order=order, actor=SYSTEM, at=writing.now))

    return carry_out(
        place,
        command=CommandId(place.ids.new()),
        actor=SYSTEM,
        kind="watch.pass",
        encounters=(encounter,),
        act=act,
        only_if_moved=True,
    )


def together(changes: Iterable[Changes]) -> Changes:
    """The changes of several transactions as one value, each thing once."""
    every = tuple(changes)
    return Changes(
        orders=tuple(dict.fromkeys(one for part in every for one in part.orders)),
        tasks=tuple(dict.fromkeys(one for part in every for one in part.tasks)),
        encounters=tuple(dict.fromkeys(one for part in every for one in part.encounters)),
    )
