"""The fields that a loop's conditions read, and combinations of their values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import prod
from typing import Final

from domain.loops.definition import FieldType, LoopDefinition
from domain.loops.grammar import Condition, Scope
from domain.orders import Priority

CAP: Final = 2000
"""Up to this many combinations are all run; of more, enough that every pair of values is met."""

Key = tuple[str, str]
"""A field that conditions read: its scope (`order`, `task`, or `class`) and its name."""

PRIORITY: Final[Key] = ("order", "priority")
WINDOW_CLASS: Final[Key] = ("class", "")


@dataclass(frozen=True, slots=True)
class Setting:
    """One combination of values: an order as it may be written, with its tasks."""

    values: Mapping[Key, object]

    def of(self, scope: str) -> dict[str, object]:
        """The values of one scope, by field."""
        return {name: value for (where, name), value in self.values.items() if where == scope}

    @property
    def priority(self) -> Priority:
        """The order's priority."""
        return Priority(str(self.values[PRIORITY]))

    def __str__(self) -> str:
        """What is not false, as a person would say it."""
        told = (
            name if value is True else f"{name or 'class'}={value}"
            for (_, name), value in self.values.items()
            if value is not False
        )
        return ", ".join(told)


def settings(
    loop: LoopDefinition, types: Mapping[str, FieldType], *, pairs_only: bool = False
) -> tuple[Setting, ...]:
    """All combinations of the fields that a loop's conditions read.

    Args:
        pairs_only: only so many that every pair of values is met, however few there are.
    """
    values = condition_values(loop, types)
    keys = tuple(values)
    if pairs_only or prod(len(found) for found in values.values()) > CAP:
        rows = _pairwise([values[key] for key in keys])
    else:
        rows = list(product(*(values[key] for key in keys)))
    return tuple(Setting(dict(zip(keys, row, strict=True))) for row in rows)


def condition_values(
    loop: LoopDefinition, types: Mapping[str, FieldType]
) -> dict[Key, tuple[object, ...]]:
    """For each field that a condition or limit reads the values that matter, and one other."""
    named: dict[Key, set[str]] = {}
    for condition in _conditions(loop):
        if condition.scope in (Scope.ORDER, Scope.TASK):
            named.setdefault((condition.scope.value, condition.name), set()).update(
                condition.values
            )
    for limit in loop.limits:
        if limit.per is not None:
            named.setdefault(limit.per, set()).update(set(limit.cases) - {"other"})
    found = {key: _values(types.get(key[1]), words) for key, words in sorted(named.items())}
    found[PRIORITY] = ("STAT", "URGENT", "ROUTINE")
    classes = {limit.window_class for limit in loop.limits if limit.window_class is not None}
    if classes:
        found[WINDOW_CLASS] = tuple(sorted(classes | {"none"}))
    return found


def _values(kind: FieldType | None, words: set[str]) -> tuple[object, ...]:
    if not words:
        return (False, True)
    choices: Sequence[str] = () if kind is None else kind.choices
    others = [one for one in choices if one not in words] if choices else ["other"]
    return (*sorted(words), *others[:1])


def _conditions(loop: LoopDefinition) -> Iterator[Condition]:
    for step in loop.steps.values():
        yield from step.when
        yield from step.afterwards or ()
        yield from () if step.witness is None else step.witness.when
        yield from () if step.not_same_as is None else step.not_same_as.when
    for whens in (
        *(row.when for row in loop.limits),
        *(row.when for row in loop.exits),
        *(row.when for row in loop.returns),
        *(row.when for row in loop.children),
        *(row.when for row in loop.together),
        *(row.when for row in loop.next_task_after),
    ):
        yield from whens


def _pairwise(columns: Sequence[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Rows that between them hold every pair of values of every two columns, greedily."""
    missing = {
        (left, one, right, other)
        for left, right in combinations(range(len(columns)), 2)
        for one in range(len(columns[left]))
        for other in range(len(columns[right]))
    }
    rows: list[tuple[int, ...]] = []
    while missing:
        left, one, right, other = min(missing)
        row = {left: one, right: other}
        for column in range(len(columns)):
            if column not in row:
                row[column] = _most_new(row, column, len(columns[column]), missing)
        made = tuple(row[column] for column in range(len(columns)))
        missing -= {(i, made[i], j, made[j]) for i, j in combinations(range(len(made)), 2)}
        rows.append(made)
    if not rows:
        return list(product(*columns))
    return [tuple(columns[i][value] for i, value in enumerate(row)) for row in rows]


def _most_new(
    row: Mapping[int, int], column: int, size: int, missing: set[tuple[int, int, int, int]]
) -> int:
    """The value of a column that meets most pairs not met yet; the first of equals."""

    def new(value: int) -> int:
        pairs = (
            (i, chosen, column, value) if i < column else (column, value, i, chosen)
            for i, chosen in row.items()
        )
        return sum(pair in missing for pair in pairs)

    return max(range(size), key=new)
