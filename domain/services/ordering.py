"""Orders: drafting, signing, changing, holding, ending, and stating a need."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from domain.commands import (
    HoldWork,
    RecordStep,
    ReleaseWork,
    ReviseDraft,
    StopOrder,
)
from domain.errors import InvalidInput, NotFound, Refused
from domain.ids import CommandId, OrderId
from domain.orders import OrderState
from domain.records import Source
from domain.services.authorising import authorised, require_own
from domain.services.chosen_ids import require_safe
from domain.services.drafting import NewOrder, order_fields, own_fields, place_order
from domain.services.planning import understood
from domain.services.signing import after_signature, make_due, require_not_replaced
from domain.services.writing import carry_out
from domain.timing import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from domain.events import Override
    from domain.orders import Order
    from domain.people import Actor
    from domain.services.workplace import Changes, Workplace
    from domain.services.writing import Writing

_EMPTY: Final[Mapping[str, object]] = MappingProxyType({})


def draft(place: Workplace, *, user: str, command: CommandId, new: NewOrder) -> Changes:
    """Write an order; `Changes.orders` has its id.

    Raises:
        InvalidInput: a field is wrong or missing, the frequency is not understood, or the
            catalogue has no such item.
        NotAuthorised: only who may sign a kind of order may write it; a nurse may write down a
            verbal one.
        Refused: the stay has ended.
    """
    actor = authorised(place.reads, user, "order.draft")
    require_own(actor, new.source)
    require_safe("order", new.order)

    def act(writing: Writing) -> None:
        place_order(writing, actor, new)

    return carry_out(
        place,
        command=command,
        actor=actor,
        kind="order.draft",
        encounters=(new.encounter,),
        act=act,
        said=new,
    )


def sign(
    place: Workplace,
    *,
    user: str,
    command: CommandId,
    order: OrderId,
    at: datetime | None = None,
    evidence: Mapping[str, object] = _EMPTY,
    overrides: tuple[Override, ...] = (),
    seconds: Mapping[str, Actor] = MappingProxyType({}),
    witness: Actor | None = None,
    reason: str | None = None,
    source: Source = Source.LIVE,
    source_id: str | None = None,
) -> Changes:
    """Sign an order: the step that activates it, and its first tasks, in one transaction.

    Raises:
        NotFound: there is no such order.
        Refused: it is signed already, or its checks found something.
    """
    actor = authorised(place.reads, user, "order.sign")
    require_own(actor, source)

    def act(writing: Writing) -> None:
        step = _activating(writing, order)
        writing.decide(
            RecordStep(
                order=order,
                actor=actor,
                at=at or writing.now,
                step=step,
                evidence=evidence,
                overrides=overrides,
                seconds=seconds,
                witness=witness,
                reason=reason,
                source=source,
                source_id=source_id,
            )
        )
        after_signature(writing, order, actor)

    return on_order(
        place,
        command=command,
        actor=actor,
        kind="order.sign",
        order=order,
        act=act,
        said=(at, evidence, overrides, witness, reason, source, source_id),
    )


def _activating(writing: Writing, order: OrderId) -> str:
    """The step that signs an order; each kind of order has one (E10)."""
    found = writing.case(order).order
    loop = writing.loops(found.encounter_id).get(found.loop)
    return next(step.no for step in loop.order_steps if step.activates)


def on_order(
    place: Workplace,
    *,
    command: CommandId,
    actor: Actor,
    kind: str,
    order: OrderId,
    act: Callable[[Writing], None],
    said: object,
) -> Changes:
    """Carry out an act upon one order, under the lock of its stay.

    Raises:
        NotFound: there is no such order.
    """
    encounter = place.reads.encounter_of_order(order)
    if encounter is None:
        raise NotFound("order", order, right="the id of an order")
    return carry_out(
        place,
        command=command,
        actor=actor,
        kind=kind,
        encounters=(encounter,),
        act=act,
        said=(order, said),
    )


def revise(
    place: Workplace,
    *,
    user: str,
    command: CommandId,
    order: OrderId,
    fields: Mapping[str, object],
    new_order: OrderId | None = None,
    sign_too: bool = False,
) -> Changes:
    """Change an order: a draft in place; a signed or verbal one by a new order that replaces it.

    The old order goes on until the new one is signed (X4).

    Args:
        fields: those that change; null takes an optional one away.
        new_order: the id of the new order, where the caller has chosen one.
        sign_too: sign the new order in the same transaction.

    Raises:
        InvalidInput: a field is wrong.
        Refused: the order has ended, or the draft is somebody else's.
    """
    actor = authorised(place.reads, user, "order.revise")
    require_safe("new_order", new_order)

    def act(writing: Writing) -> None:
        old = writing.case(order).order
        if old.state.terminal:
            raise Refused(
                "ORDER_ENDED",
                f"Order {order} has ended",
                next_step="Write a new order",
                field="order",
            )
        changed = own_fields(place, old.fields, at=old.placed_at) | dict(fields)
        if old.state is OrderState.DRAFT:
            _revise_draft(writing, actor, old, changed)
            return
        changed.pop("verbal", None)
        if "start" in old.fields and "start" not in fields:
            changed["start"] = writing.now.isoformat()
        _without_what_was_given(place, old, changed, fields)
        new = NewOrder(old.encounter_id, old.loop, changed, replaces=order, order=new_order)
        placed = place_order(writing, actor, new)
        if sign_too:
            step = _activating(writing, placed)
            writing.decide(RecordStep(order=placed, actor=actor, at=writing.now, step=step))
            after_signature(writing, placed, actor)

    return on_order(
        place,
        command=command,
        actor=actor,
        kind="order.revise",
        order=order,
        act=act,
        said=(fields, new_order, sign_too),
    )


def _without_what_was_given(
    place: Workplace, old: Order, changed: dict[str, object], said: Mapping[str, object]
) -> None:
    """Ask only for what is left: what the old order began is not begun again (X4).

    What the change itself says of first dose and numbers holds as it is said.

    Raises:
        Refused: nothing is left, and the change does not say how much more is wanted.
    """
    case = place.reads.case(old.id, whole=True)
    begun = [] if case is None else [one for one in case.own_tasks() if one.started]
    if not begun:
        return
    if "first_dose_now" not in said:
        changed.pop("first_dose_now", None)
    times = len({one.due_at or one.id for one in begun})  # of several tubes at one time: one
    for name, done in (("dose_count", times), ("units", len(begun))):
        wanted = changed.get(name, _once(changed) if name == "dose_count" else None)
        if name in said or not isinstance(wanted, int):
            continue
        if wanted <= done:
            raise Refused(
                "NOTHING_LEFT",
                f"All that order {old.id} asked for has been started",
                next_step=f"Say with {name} how many more are wanted",
                field=f"fields.{name}",
            )
        changed[name] = wanted - done


def _once(fields: Mapping[str, object]) -> int | None:
    """How many doses a frequency asks for by itself: `st` one, `q8h x3` three."""
    frequency = understood(fields)
    if frequency is None:
        return None
    return 1 if frequency.kind is Kind.ONCE else frequency.count


def _revise_draft(
    writing: Writing, actor: Actor, old: Order, changed: Mapping[str, object]
) -> None:
    loops = writing.loops(old.encounter_id)
    fields = order_fields(
        writing.place, loops, loops.get(old.loop), changed, verbal=False, at=writing.now
    )
    writing.decide(
        ReviseDraft(
            order=old.id,
            actor=actor,
            at=writing.now,
            fields=fields,
            priority=str(fields["priority"]),
        )
    )


def hold(
    place: Workplace,
    *,
    user: str,
    command: CommandId,
    order: OrderId,
    reason: str,
    until: datetime | None = None,
    at: datetime | None = None,
) -> Changes:
    """Hold an order with its tasks not started (X5).

    Raises:
        Refused: not signed, on hold already, ended, or the reason is missing.
    """
    actor = authorised(place.reads, user, "order.hold")

    def act(writing: Writing) -> None:
        moment = at or writing.now
        writing.decide(HoldWork(order=order, actor=actor, at=moment, reason=reason, until=until))

    return on_order(
        place,
        command=command,
        actor=actor,
        kind="order.hold",
        order=order,
        act=act,
        said=(reason, until, at),
    )


def release(
    place: Workplace,
    *,
    user: str,
    command: CommandId,
    order: OrderId,
    reason: str | None = None,
    at: datetime | None = None,
    missed_are_held: bool = True,
) -> Changes:
    """End a hold; doses whose window passed inside it close as held (X5).

    Raises:
        Refused: nothing is on hold.
    """
    actor = authorised(place.reads, user, "order.release")

    def act(writing: Writing) -> None:
        writing.decide(
            ReleaseWork(
                order=order,
                actor=actor,
                at=at or writing.now,
                reason=reason,
                missed_are_held=missed_are_held,
            )
        )
        make_due(writing, order)

    return on_order(
        place,
        command=command,
        actor=actor,
        kind="order.release",
        order=order,
        act=act,
        said=(reason, at, missed_are_held),
    )


def discontinue(
    place: Workplace,
    *,
    user: str,
    command: CommandId,
    order: OrderId,
    reason: str | None = None,
    stop_at: datetime | None = None,
    at: datetime | None = None,
) -> Changes:
    """Stop an order now, or from a future instant on (X3, E34).

    Raises:
        Refused: it has ended or is stopped already.
    """
    return _stop(place, user, command, order, "discontinue", reason=reason, stop_at=stop_at, at=at)


def cancel(
    place: Workplace,
    *,
    user: str,
    command: CommandId,
    order: OrderId,
    reason: str | None = None,
    at: datetime | None = None,
) -> Changes:
    """Cancel an order that had no effect on the patient.

    Raises:
        Refused: it had an effect, or has ended.
    """
    return _stop(place, user, command, order, "cancel", reason=reason, stop_at=None, at=at)


def _stop(
    place: Workplace,
    user: str,
    command: CommandId,
    order: OrderId,
    verb: str,
    *,
    reason: str | None,
    stop_at: datetime | None,
    at: datetime | None,
) -> Changes:
    actor = authorised(place.reads, user, f"order.{verb}")

    def act(writing: Writing) -> None:
        moment = at or writing.now
        placed_at = writing.case(order).order.placed_at
        if stop_at is not None and stop_at < placed_at:
            right = f"from {placed_at.isoformat(timespec='minutes')} on"
            raise InvalidInput("stop_at", "it lies before the order was written", right=right)
        writing.decide(
            StopOrder(order=order, actor=actor, at=moment, act=verb, reason=reason, stop_at=stop_at)
        )

    return on_order(
        place,
        command=command,
        actor=actor,
        kind=f"order.{verb}",
        order=order,
        act=act,
        said=(reason, stop_at, at),
    )
