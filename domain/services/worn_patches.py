"""Patches of other orders that a patient still wears: a changed dose is a new order (X4, X8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from domain.loops.case import Case
    from domain.orders import Order
    from domain.ports import Reads


def worn_elsewhere(
    reads: Reads, own: Order, cases: Iterable[Case]
) -> tuple[Mapping[str, object], ...]:
    """What the catalogue says of these patches, each with its `code`.

    Args:
        own: the order of the patch that is to be applied; its own patches are in its own case.
        cases: the open orders of the stay.
    """
    others = (case.order for case in cases if case.order.id != own.id and case.worn())
    return tuple(_drug(reads, order) for order in others)


def _drug(reads: Reads, order: Order) -> Mapping[str, object]:
    code = str(order.fields.get("product"))
    return {**(reads.catalogue_item("drug", code, at=order.placed_at) or {}), "code": code}
