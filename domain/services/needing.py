"""Stating that an as-needed dose is needed now (X6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.commands import MakeTasks
from domain.errors import NotAuthorised, Refused
from domain.services.authorising import authorised
from domain.services.ordering import on_order
from domain.services.planning import needed, on_need
from domain.services.signing import surroundings

if TYPE_CHECKING:
    from datetime import datetime

    from domain.ids import CommandId, OrderId
    from domain.people import Actor
    from domain.services.workplace import Changes, Workplace
    from domain.services.writing import Writing


def need(
    place: Workplace,
    *,
    user: str,
    command: CommandId,
    order: OrderId,
    reason: str | None = None,
    at: datetime | None = None,
) -> Changes:
    """State that an as-needed dose is needed now; `Changes.tasks` has the dose (X6).

    Raises:
        Refused: too soon, too often in 24 hours, an earlier dose is open, or not as needed.
    """
    actor = authorised(place.reads, user, "order.need", order=order)

    def act(writing: Writing) -> None:
        make_needed(writing, order, actor, reason=reason, at=at)

    return on_order(
        place,
        command=command,
        actor=actor,
        kind="order.need",
        order=order,
        act=act,
        said=(reason, at),
    )


def make_needed(
    writing: Writing,
    order: OrderId,
    actor: Actor,
    *,
    reason: str | None,
    at: datetime | None,
) -> None:
    """Make the task of a stated need.

    Raises:
        Refused: the order is not given on need, is stopped, or the limits of X6 are reached.
    """
    found = writing.case(order).order
    loops = writing.loops(found.encounter_id)
    act = loops.get(found.loop).common.get("need")
    if act is None or not on_need(found.fields):
        raise Refused(
            "NOT_AS_NEEDED",
            f"Order {order} is not given on need",
            next_step="Its tasks are made by themselves",
            field="order",
        )
    if not actor.holds(act.by):
        needs = " or ".join(role.value for role in act.by)
        raise NotAuthorised(f"{actor.user} may not state a need", needs=needs)
    moment = at or writing.now
    task = needed(loops, found, surroundings(writing, found), reason=reason)
    made = writing.decide(
        MakeTasks(order=order, actor=actor, at=moment, reason=reason, tasks=(task,), for_need=True)
    )
    if not made:
        raise Refused(
            "STOPPED",
            f"Order {order} is stopped",
            next_step="Write a new order if it is needed",
            field="order",
        )
