"""Whose step a limit waits for: who is told first of what has no rule of its own (decision 31)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from domain.worklists import RELEASE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from domain.loops.definition import LoopDefinition
    from domain.loops.loops import Loops
    from domain.people import Role


def step_roles(loops: Loops) -> Mapping[tuple[str, str], tuple[Role, ...]]:
    """The roles by loop and limit; of a question by its code: those who answer it."""
    found = dict(entry for loop in loops for entry in _of_loop(loop))
    return MappingProxyType(found)


def _of_loop(loop: LoopDefinition) -> Iterator[tuple[tuple[str, str], tuple[Role, ...]]]:
    waiting = {no: step.by for no, step in loop.steps.items()}
    if RELEASE in loop.common:
        waiting[RELEASE] = loop.common[RELEASE].by
    for limit in loop.limits:
        yield (loop.id, limit.id), waiting.get(limit.to, ())
    for row in loop.returns:
        if row.asks:
            yield (loop.id, row.code), row.asks
