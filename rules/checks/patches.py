"""Checks of a patch on the skin: never two at once unnoticed, and known where it sits (X8)."""

from collections.abc import Iterable

from domain.findings import Finding
from domain.loops.applies import truth
from domain.loops.checks import CheckContext
from rules.checks.reading import reason, text, warning


def old_patch(context: CheckContext) -> Finding | None:
    """No patch of the same drug is still worn: told at the bedside, asked when one is applied."""
    task = context.place.task
    if task is None or not truth(task.fields.get("patch")):
        return None
    if not context.place.case.worn() and not _worn_elsewhere(context):
        return None
    binds = reason if context.step.starts else warning
    return binds(
        "old_patch",
        "the old patch is not recorded as removed",
        "remove it and record that first, or say why two are worn",
    )


def _worn_elsewhere(context: CheckContext) -> bool:
    """Whether another order's patch of the same drug is still on: a changed dose is a new order."""
    product = context.facts.product
    mine = _named(product.get("ingredients")) | _named([product.get("code")])
    return any(
        mine & (_named(one.get("ingredients")) | _named([one.get("code")]))
        for one in context.facts.worn
    )


def _named(values: object) -> set[str]:
    found = values if isinstance(values, Iterable) and not isinstance(values, str) else ()
    return {str(one) for one in found if one}


def patch_site(context: CheckContext) -> Finding | None:
    """Where the patch sits is recorded: who takes it off must find it."""
    task = context.place.task
    if task is None or not truth(task.fields.get("patch")) or text(context, "site"):
        return None
    return reason("patch_site", "the site of the patch is not recorded", "enter where it sits")
