"""A loop as a program reads it, in the words of its file."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING

from client.cli.output import plain
from domain.loops.grammar import Condition, StepRef, Trigger, TriggerKind
from domain.loops.rows import Bounds, OriginKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from domain.loops.definition import FieldType, Limit, LoopDefinition, Origin
    from domain.people import Role


def loop_in_json(loop: LoopDefinition, types: Mapping[str, FieldType]) -> dict[str, object]:
    """The whole loop; references, conditions and triggers as they stand in its file."""
    of_steps = (use for step in loop.steps.values() for use in step.fields)
    uses = (*loop.order_fields, *loop.task_fields, *of_steps)
    return {
        "id": loop.id,
        "prefix": loop.prefix,
        "version": loop.version,
        "text": plain(loop.text),
        "task": {"is": loop.unit, "made_by": loop.made_by.value},
        "order_fields": [plain(use) for use in loop.order_fields],
        "task_fields": [plain(use) for use in loop.task_fields],
        "common": {
            act: "author" if row.author else "anyone" if row.anyone else role_names(row.by)
            for act, row in loop.common.items()
        },
        "steps": [_row(step) for step in loop.steps.values()],
        "limits": [_limit(limit) for limit in loop.limits],
        "exits": [_row(row) for row in loop.exits],
        "returns": [_row(row) for row in loop.returns],
        "children": [_row(row) for row in loop.children],
        "together": [_row(row) for row in loop.together],
        "next_task_after": [_row(row) for row in loop.next_task_after],
        "fields": {use.name: plain(types[use.name]) for use in uses if use.name in types},
        "sha256": loop.sha256,
    }


def _row(value: object) -> object:
    """A row with its words written as in the file, and all else as JSON has it."""
    if isinstance(value, Trigger):
        return trigger_text(value)
    if isinstance(value, (StepRef, Condition)):
        return str(value)
    if isinstance(value, Bounds):
        return _bounds(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _row(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple):
        return [_row(one) for one in value]
    return plain(value)


def _limit(limit: Limit) -> dict[str, object]:
    return {
        "id": limit.id,
        "from": [origin_text(one) for one in limit.origins],
        "to": limit.to,
        "within": _bounds(limit.within),
        "window": plain(limit.window),
        "per": None if limit.per is None else ".".join(limit.per),
        "cases": {name: _bounds(bounds) for name, bounds in limit.cases.items()},
        "at_most": _bounds(limit.at_most),
        "or_before_due": limit.or_before_due,
        "class": limit.window_class,
        "when": [str(one) for one in limit.when],
        "answers": limit.answers,
        "rule": limit.rule,
        "source": limit.source,
    }


def role_names(roles: Iterable[Role]) -> list[str]:
    """The names of roles."""
    return [role.value for role in roles]


def trigger_text(trigger: Trigger) -> str:
    """A trigger as it stands in a loop file."""
    words = "|".join(trigger.words)
    if trigger.kind is TriggerKind.ACT:
        return words
    if trigger.kind is TriggerKind.FIELD:
        return f"{trigger.step}.{words}"
    name = "exit" if trigger.kind is TriggerKind.EXIT else trigger.step
    return f"{name}:{words}" if words else name


def origin_text(origin: Origin) -> str:
    """An origin as it stands in a loop file."""
    if origin.kind is OriginKind.FIELD:
        return f"{origin.step}.{origin.field}"
    if origin.kind is OriginKind.STEP:
        return f"{origin.step}:{'|'.join(origin.results)}" if origin.results else origin.step
    return origin.kind.value


def _bounds(bounds: Bounds | None) -> list[object] | None:
    """STAT, URGENT, ROUTINE, as in the file: minutes, `due`, or false for none."""
    if bounds is None:
        return None
    return [False if one is None else one for one in (bounds.stat, bounds.urgent, bounds.routine)]
