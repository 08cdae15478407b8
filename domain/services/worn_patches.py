"""Patches of other orders that a patient still wears: a changed dose is a new order (X4, X8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.loops.applies import truth

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from domain.loops.case import Case
    from domain.services.writing import Writing
    from domain.tasks import Task


def worn_elsewhere(
    writing: Writing, case: Case, task: Task | None
) -> tuple[Mapping[str, object], ...]:
    """The catalogue's data of these patches, each with its `code`; none for what is no patch."""
    if task is None or not truth(task.fields.get("patch")):
        return ()
    return tuple(_worn(writing, case))


def _worn(writing: Writing, case: Case) -> Iterator[Mapping[str, object]]:
    for ident in writing.open_orders(case.order.encounter_id):
        other = writing.case(ident)
        if ident == case.order.id or not other.worn():
            continue
        code = str(other.order.fields.get("product"))
        item = writing.place.reads.catalogue_item("drug", code, at=other.order.placed_at)
        yield {**(item or {}), "code": code}
