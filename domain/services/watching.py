"""The passing of time: tasks up to the horizon, lapses, reached stops. It never closes anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
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

    from domain.ids import EncounterId, OrderId
    from domain.services.workplace import Workplace
    from domain.services.writing import Writing

_MOST: Final = 500
_EVER: Final = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Passed(Changes):
    """What a pass touched.

    Attributes:
        failures: why it failed for a stay; the others were passed all the same.
    """

    failures: Mapping[EncounterId, WardloopError] = field(
        default_factory=lambda: MappingProxyType({})
    )


def pass_due(
    place: Workplace, *, now: datetime, since: datetime | None = None, most: int = _MOST
) -> Passed:
    """Let time pass where something became late or reached its stop, and settle what it changes.

    One encounter is one transaction. The earliest comes first; after a night in which nobody
    watched each stay is looked at once, as it is now.

    Args:
        since: what became late before it was seen already; None: everything.
        most: the most stays of one pass; there are more where it is reached.
    """
    authorise(SYSTEM, "watch.pass")
    by_stay: dict[EncounterId, list[OrderId]] = {}
    if place.rulebook is not None:
        by_stay.update((stay, []) for stay, _at in place.reads.wakes(until=now, limit=most))
    due = (row[0] for row in place.reads.due_streams(until=now, since=since, limit=most))
    at = ((place.reads.encounter_of_order(order), order) for order in due)
    for stay, order in ((stay, order) for stay, order in at if stay is not None):
        by_stay.setdefault(stay, []).append(order)
    return _each(place, list(by_stay.items()))


def next_instant(place: Workplace, *, now: datetime) -> datetime | None:
    """When time alone next changes anything; None: never. It costs the same whatever is open."""
    due = place.reads.next_due(after=now)
    at = [] if due is None else [due]
    if place.rulebook is not None:
        at += [row[1] for row in place.reads.wakes(until=_EVER, limit=1)]
    return min(at, default=None)


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
        if _wakes(place, encounter, writing.now):
            writing.let_time_pass(encounter)

    return carry_out(
        place,
        command=CommandId(place.ids.new()),
        actor=SYSTEM,
        kind="watch.pass",
        encounters=(encounter,),
        act=act,
        only_if_moved=True,
    )


def _wakes(place: Workplace, encounter: EncounterId, now: datetime) -> bool:
    """Whether time alone changes an alert or the score of a stay by now."""
    if place.rulebook is None:
        return False
    standing = place.reads.risk(encounter)
    return standing is None or (standing.wake_at is not None and standing.wake_at <= now)


def together(changes: Iterable[Changes]) -> Changes:
    """The changes of several transactions as one value, each thing once."""
    every = tuple(changes)
    return Changes(
        orders=tuple(dict.fromkeys(one for part in every for one in part.orders)),
        tasks=tuple(dict.fromkeys(one for part in every for one in part.tasks)),
        encounters=tuple(dict.fromkeys(one for part in every for one in part.encounters)),
    )
