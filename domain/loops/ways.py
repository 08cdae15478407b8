"""What the fields of an order and its task settle for good: worked out once, then remembered.

Most rows of a loop file ask for nothing but a few fields: the same questions come back at each step
that is recorded, and most orders answer them as many others did.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from domain.loops.grammar import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from domain.loops.grammar import Condition, StepRef
    from domain.loops.rows import Level, Limit
    from domain.orders import Order
    from domain.tasks import Task

_NONE: Final[Mapping[str, object]] = MappingProxyType({})
_REMEMBERED: Final = 8192
"""So many pairs of fields are known by identity: more than a hospital has orders open."""


@dataclass(frozen=True, slots=True)
class Way:
    """The answers for orders or tasks that read alike.

    Attributes:
        steps: whether a step applies, by its number.
        limits: whether a limit is meant, by its id.
        waits: what a step waits for, by its number.
        running: the limits that may run, with the steps that their clocks need, by level.
    """

    steps: dict[str, bool] = field(default_factory=dict)
    limits: dict[str, bool] = field(default_factory=dict)
    waits: dict[str, tuple[StepRef, ...]] = field(default_factory=dict)
    running: dict[Level, tuple[tuple[Limit, frozenset[str]], ...]] = field(default_factory=dict)


class Ways:
    """The ways of a loop, by all that its fixed conditions read."""

    def __init__(self, conditions: Iterable[Condition]) -> None:
        fixed = tuple(one for one in conditions if one.fixed)
        self._of_order = tuple({one.name: None for one in fixed if one.scope is Scope.ORDER})
        self._of_task = tuple({one.name: None for one in fixed if one.scope is Scope.TASK})
        self._found: dict[object, Way] = {}
        self._known: dict[object, tuple[object, object, Way]] = {}

    def of(self, order: Order, task: Task | None) -> Way:
        """The way of an order or task."""
        fields = _NONE if task is None else task.fields
        window = None if task is None else task.window_class
        # by identity first: frozen fields stay as they are, and are kept here with their way
        key = (id(order.fields), id(fields), id(order.priority), window, order.not_recorded)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
                self._found.clear()
            read = (
                *(_readable(order.fields.get(name)) for name in self._of_order),
                *(_readable(fields.get(name)) for name in self._of_task),
            )
            way = self._found.setdefault((read, *key[2:]), Way())
            known = self._known[key] = (order.fields, fields, way)
        return known[2]


def _readable(value: object) -> object:
    """A value as a key: equal where every condition reads it alike."""
    return value if value is None or isinstance(value, str) else (type(value), repr(value))
