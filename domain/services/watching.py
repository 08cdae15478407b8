"""The passing of time: tasks up to the horizon, lapses, reached stops. It never closes anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from domain.commands import PassTime
from domain.errors import WardloopError
from domain.ids import CommandId
from domain.services.authorising import SYSTEM, authorise
from domain.services.signing import make_due
from domain.services.workplace import Changes
from domain.services.writing import carry_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from domain.ids import EncounterId, OrderId
    from domain.services.workplace import Workplace
    from domain.services.writing import Writing

_MOST: Final = 500


@dataclass(frozen=True, slots=True)
class Passed(Changes):
    """What a pass touched.

    Attributes:
        failures: why it failed for a stay; the others were passed all the same.
    """

    failures: Mapping[EncounterId, WardloopError] = field(
        default_factory=lambda: MappingProxyType({})
    )


def pass_due(place: Workplace, *, now: datetime) -> Passed:
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
    return _each(place, sorted(by_stay.items()))


def one_pass(place: Workplace, *, now: datetime) -> Passed:
    """Make the tasks of every open order up to the horizon, and let time pass for it (X1).

    For patients in hospital, and for what is due of those who are not. What is wrong with one stay
    keeps no other from its doses.
    """
    authorise(SYSTEM, "watch.pass")
    here = _each(place, [(stay.id, None) for stay in place.reads.encounters()])
    due = pass_due(place, now=now)
    both = together((here, due))
    failures = {**here.failures, **due.failures}
    return Passed(both.orders, both.tasks, both.encounters, failures=failures)


def _each(
    place: Workplace, stays: Iterable[tuple[EncounterId, Iterable[OrderId] | None]]
) -> Passed:
    done: list[Changes] = []
    failures: dict[EncounterId, WardloopError] = {}
    for stay, orders in stays:
        try:
            done.append(_pass(place, stay, orders))
        except WardloopError as error:
            failures[stay] = error
    both = together(done)
    return Passed(both.orders, both.tasks, both.encounters, failures=failures)


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
