"""Orders: drafting, signing, changing, holding, ending, and stating a need."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from domain.commands import (
    HoldWork,
    RecordStep,
    ReleaseWork,
    StopOrder,
)
from domain.errors import InvalidInput, NotFound
from domain.ids import CommandId, OrderId
from domain.records import Source
from domain.services.authorising import authorised, require_own
from domain.services.chosen_ids import require_safe
from domain.services.drafting import NewOrder, place_order
from domain.services.signing import after_signature, make_due
from domain.services.undersigning import UNPROVED, proofs_of
from domain.services.writing import carry_out
from domain.signatures import NO_SECRETS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from domain.events import Override
    from domain.people import Actor
    from domain.services.undersigning import Proofs
    from domain.services.workplace import Changes, Workplace
    from domain.services.writing import Writing
    from domain.signatures import Secrets

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
    actor = authorised(place.reads, user, "order.draft", stays=(new.encounter,))
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
    secrets: Secrets = NO_SECRETS,
) -> Changes:
    """Sign an order: the step that activates it, and its first tasks, in one transaction.

    Args:
        secrets: of who signs it and of who stands beside, where the database is secured.

    Raises:
        NotFound: there is no such order.
        Refused: it is signed already, or its checks found something.
    """
    actor = authorised(place.reads, user, "order.sign", order=order)
    require_own(actor, source)
    proofs = proofs_of(
        place,
        user=user,
        secrets=secrets,
        what="order.sign",
        witness=None if witness is None else witness.user,
        seconds=seconds,
    )

    def act(writing: Writing) -> None:
        step = activating(writing, order)
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
        proofs=proofs,
    )


def activating(writing: Writing, order: OrderId) -> str:
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
    proofs: Proofs = UNPROVED,
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
        proofs=proofs,
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
    actor = authorised(place.reads, user, "order.hold", order=order)

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
    actor = authorised(place.reads, user, "order.release", order=order)

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
    actor = authorised(place.reads, user, f"order.{verb}", order=order)

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
