"""One order in place of another: what may be replaced, once, and what is left to do (X4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.errors import InvalidInput, NotFound, Refused
from domain.orders import OrderState
from domain.services.planning import understood
from domain.tasks import TaskState
from domain.timing import Kind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from domain.ids import OrderId
    from domain.orders import Order
    from domain.services.drafting import NewOrder
    from domain.services.writing import Writing


def require_replaceable(writing: Writing, new: NewOrder, replaced: OrderId) -> None:
    """Refuse to replace what is no open order of the same stay and kind.

    What is told afterwards may replace an order whose end was told before.

    Raises:
        NotFound: there is no such order.
        InvalidInput: it is of another stay or kind.
        Refused: it has ended, or was replaced by another order.
    """
    right = "an open order of the same stay and kind"
    try:
        old = writing.case(replaced).order
    except NotFound:
        raise NotFound("replaces", replaced, right=right) from None
    if (old.encounter_id, old.loop) != (new.encounter, new.kind):
        raise InvalidInput("replaces", "it is of another stay or kind", right=right)
    if new.source.after_the_fact:
        return
    require_not_replaced(writing, replaced, by=None, field="replaces")
    if old.state.terminal:
        raise Refused(
            "ORDER_ENDED",
            f"Order {replaced} has ended",
            next_step="Write the new order without replacing one",
            field="replaces",
        )


def require_not_replaced(
    writing: Writing, replaced: OrderId, *, by: OrderId | None, field: str
) -> None:
    """Refuse a second replacement of one order: both would be given side by side.

    Args:
        by: the order that replaces it, left out of the search.

    Raises:
        Refused: another order has replaced it.
    """
    old = writing.case(replaced).order
    if old.stopped_by is None:
        return
    for other in writing.place.reads.orders_of(old.encounter_id):
        if other in (by, replaced):
            continue
        found = writing.case(other).order
        wrong = found.state is OrderState.ENTERED_IN_ERROR
        if found.replaces == replaced and found.signed_at is not None and not wrong:
            raise Refused(
                "REPLACED_ALREADY",
                f"Order {replaced} has been replaced by order {other}",
                next_step=f"Read order {other}, and change that one",
                field=field,
            )


def left_to_do(
    writing: Writing, old: Order, changed: Mapping[str, object], *, said: Collection[str]
) -> dict[str, object]:
    """The fields of a changed order without what was begun already: nothing is given twice.

    A first dose at once falls away, and numbers of doses and units count what is left, but for
    what the change itself says.

    Raises:
        Refused: nothing is left, and the change does not say how much more is wanted.
    """
    left = dict(changed)
    loop = writing.loops(old.encounter_id).get(old.loop)
    declared = {use.name for use in loop.order_fields}
    case = writing.place.reads.case(old.id, whole=True)
    begun = [
        task
        for task in (() if case is None else case.tasks.values())
        if task.parent is None and task.started and task.state is not TaskState.ENTERED_IN_ERROR
    ]
    if begun and "first_dose_now" not in said:
        left.pop("first_dose_now", None)
    times = len({task.due_at or task.id for task in begun})  # several tubes of one time: one
    for name, done, wanted in (
        ("dose_count", times, _doses(left)),
        ("units", len(begun), left.get("units")),
    ):
        if not done or name in said or name not in declared or not isinstance(wanted, int):
            continue
        if wanted <= done:
            raise Refused(
                "NOTHING_LEFT",
                f"All that order {old.id} asked for has been started",
                next_step=f"Say with {name} how many more are wanted",
                field=f"fields.{name}",
            )
        left[name] = wanted - done
    return left


def _doses(fields: Mapping[str, object]) -> object:
    """How many doses an order asks for, where it says so: `st` asks for one, `q8h x3` for three."""
    if fields.get("dose_count") is not None:
        return fields["dose_count"]
    frequency = understood(fields)
    if frequency is None:
        return None
    return 1 if frequency.kind is Kind.ONCE else frequency.count
