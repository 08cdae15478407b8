"""A loop as a person reads it, in the words of its file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from client.cli.loop_json import origin_text, role_names, trigger_text
from client.cli.output import minutes, table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.loops.definition import FieldUse, Limit, LoopDefinition

_MAKING: Final = {
    "timing": "made by timing",
    "need": "made for a need",
    "count": "as many as ordered",
    "result": "opened by a result",
}


def making(loop: LoopDefinition) -> str:
    """How its tasks come into being, in words."""
    return _MAKING[loop.made_by.value]


def loop_in_words(loop: LoopDefinition) -> str:
    """Steps, limits, exits and what leaves the straight way, as tables."""
    parts = [
        f"{_title(loop)}; one task is one {loop.unit}, {making(loop)}",
        _order_fields(loop),
        "STEPS\n" + _steps(loop),
        "LIMITS\n" + _limits(loop),
        "EXITS\n" + _exits(loop),
    ]
    if loop.returns:
        parts.append("SENT BACK\n" + _returns(loop))
    if loop.children:
        parts.append("OPENS\n" + _children(loop))
    return "\n\n".join(parts)


def _title(loop: LoopDefinition) -> str:
    return f"{loop.text.en} {loop.text.zh} ({loop.id}, version {loop.version})"


def _order_fields(loop: LoopDefinition) -> str:
    if not loop.order_fields:
        return "It has no orders of its own."
    return "Fields of an order (? = optional): " + _uses(loop.order_fields)


def _uses(uses: Iterable[FieldUse]) -> str:
    return ", ".join(f"{use.name}?" if use.optional else use.name for use in uses)


def _steps(loop: LoopDefinition) -> str:
    return table(
        ("NO", "STEP", "中文", "ID", "ON", "WHO", "AFTER", "WHEN", "RESULTS"),
        [
            (
                step.no,
                step.text.en + ("" if step.required else " (may be left out)"),
                step.text.zh,
                step.id,
                step.level.value,
                ", ".join(role_names(step.by)) + (" + witness" if step.witness else ""),
                " ".join(map(str, step.after)),
                " ".join(map(str, step.when)),
                " ".join(step.results),
            )
            for step in loop.steps.values()
        ],
    )


def _limits(loop: LoopDefinition) -> str:
    return table(
        ("LIMIT", "FROM", "TO", "STAT", "URGENT", "ROUTINE", "WHEN", "ALERT", "SOURCE"),
        [
            (
                limit.id,
                " + ".join(map(origin_text, limit.origins)),
                limit.to,
                *_allowed(limit),
                " ".join(
                    [*([limit.window_class] if limit.window_class else []), *map(str, limit.when)]
                ),
                limit.rule,
                limit.source,
            )
            for limit in loop.limits
        ],
    )


def _allowed(limit: Limit) -> tuple[str, str, str]:
    if limit.within is not None:
        bounds = limit.within
        columns = (bounds.stat, bounds.urgent, bounds.routine)
        before = f" or due - {limit.or_before_due}" if limit.or_before_due is not None else ""
        stat, urgent, routine = (_bound(one) + before for one in columns)
        return stat, urgent, routine
    if limit.window is not None:
        sign = "%" if limit.window.percent else " min"
        said = f"{limit.window.low:+d} to {limit.window.high:+d}{sign}"
        return said, said, said
    said = f"by {'.'.join(limit.per)}" if limit.per else ""
    return said, said, said


def _bound(bound: object) -> str:
    if isinstance(bound, int):
        return minutes(bound)
    return "-" if bound is None else str(bound)


def _exits(loop: LoopDefinition) -> str:
    return table(
        ("CODE", "EXIT", "中文", "ID", "IN PLACE OF", "WHO", "SAYS", "STILL DUE"),
        [
            (
                row.code,
                row.text.en,
                row.text.zh,
                row.id,
                " ".join(row.at) or "on " + " ".join(map(trigger_text, row.on)),
                ", ".join(role_names(row.by)),
                _uses(row.fields),
                " ".join(row.still),
            )
            for row in loop.exits
        ],
    )


def _returns(loop: LoopDefinition) -> str:
    return table(
        ("CODE", "WHAT", "中文", "ON", "AGAIN", "ASKS", "ANSWERS"),
        [
            (
                row.code,
                row.text.en,
                row.text.zh,
                " ".join(map(trigger_text, row.on)),
                " ".join(row.undo),
                ", ".join(role_names(row.asks)),
                " ".join(row.answers),
            )
            for row in loop.returns
        ],
    )


def _children(loop: LoopDefinition) -> str:
    return table(
        ("CODE", "WHAT", "中文", "ON", "OPENS", "WAIT FOR IT"),
        [
            (
                row.code,
                row.text.en,
                row.text.zh,
                " ".join(map(trigger_text, row.on)),
                row.makes,
                " ".join(row.blocks),
            )
            for row in loop.children
        ],
    )
