"""Changing an order: a draft in place, a signed one by a new order (X4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.commands import RecordStep, ReviseDraft
from domain.errors import Refused
from domain.orders import OrderState
from domain.services.authorising import authorised
from domain.services.chosen_ids import require_safe
from domain.services.drafting import NewOrder, order_fields, own_fields, place_order
from domain.services.ordering import activating, on_order
from domain.services.replacing import left_to_do
from domain.services.signing import after_signature
from domain.services.undersigning import UNPROVED, proofs_of
from domain.signatures import NO_SECRETS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.ids import CommandId, OrderId
    from domain.orders import Order
    from domain.people import Actor
    from domain.services.workplace import Changes, Workplace
    from domain.services.writing import Writing
    from domain.signatures import Secrets


def revise(
    place: Workplace,
    *,
    user: str,
    command: CommandId,
    order: OrderId,
    fields: Mapping[str, object],
    new_order: OrderId | None = None,
    sign_too: bool = False,
    secrets: Secrets = NO_SECRETS,
) -> Changes:
    """Change an order: a draft in place; a signed or verbal one by a new order that replaces it.

    The old order goes on until the new one is signed (X4).

    Args:
        fields: those that change; null takes an optional one away.
        new_order: the id of the new order, where the caller has chosen one.
        sign_too: sign the new order in the same transaction.
        secrets: of who signs it, where the database is secured.

    Raises:
        InvalidInput: a field is wrong.
        Refused: the order has ended, or the draft is somebody else's.
    """
    actor = authorised(place.reads, user, "order.revise", order=order)
    require_safe("new_order", new_order)
    proofs = (
        proofs_of(place, user=user, secrets=secrets, what="order.revise") if sign_too else UNPROVED
    )

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
        changed = left_to_do(writing, old, changed, said=fields.keys())
        new = NewOrder(old.encounter_id, old.loop, changed, replaces=order, order=new_order)
        placed = place_order(writing, actor, new)
        if sign_too:
            step = activating(writing, placed)
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
        proofs=proofs,
    )


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
