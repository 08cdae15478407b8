"""An order as a person reads it: what it says, what was done, what each task waits for."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, cast

from client.cli.output import moment, pairs, table

if TYPE_CHECKING:
    from datetime import tzinfo

    from domain.loops.loops import Loops

Json = dict[str, object]


def with_step_ids(shown: Json, loops: Loops) -> Json:
    """The answer with the ids of steps in place of their numbers (decision 48)."""
    order = cast("Json", shown["order"])
    tasks = [_named(task, str(task["kind"]), loops) for task in _rows(shown["tasks"])]
    return {**_named(shown, str(order["kind"]), loops), "order": order, "tasks": tasks}


def _named(part: Json, kind: str, loops: Loops) -> Json:
    return {
        **part,
        "steps": [
            {**row, "step": step_id(row["step"], kind, loops)} for row in _rows(part["steps"])
        ],
        "next": [step_id(one, kind, loops) for one in cast("list[object]", part["next"])],
        "deadlines": [
            {**row, "step": step_id(row["step"], kind, loops)} for row in _rows(part["deadlines"])
        ],
    }


def step_id(name: object, kind: str, loops: Loops) -> object:
    """The id of a step's number; what is no step stays as it is."""
    step = loops.get(kind).find_step(str(name)) if name is not None else None
    return name if step is None else step.id


def step_name(name: object, kind: str, loops: Loops) -> str:
    """A step as a person calls it: number and English name."""
    step = loops.get(kind).find_step(str(name)) if name is not None else None
    return str(name or "") if step is None else f"{step.no} {step.text.en}"


def order_in_words(shown: Json, loops: Loops, zone: tzinfo) -> str:
    """The order, then its steps, then each task with its own."""
    order = cast("Json", shown["order"])
    kind = str(order["kind"])
    parts = [
        pairs(
            [
                ("order", str(order["id"])),
                ("kind", f"{kind}, {order['priority']}"),
                ("state", _state(order)),
                ("by", f"{order['author']}, {_at(order['placed_at'], zone)}"),
                ("signed", _at(order["signed_at"], zone)),
                ("stops", _at(order["stop_at"], zone)),
                ("on hold", str(order["on_hold"] or "")),
                ("replaces", str(order["replaces"] or "")),
                *((name, _said(value)) for name, value in cast("Json", order["fields"]).items()),
            ]
        ),
        *_done_and_next(shown, kind, loops, zone),
    ]
    for task in _rows(shown["tasks"]):
        own = str(task["kind"])
        head = f"TASK {task['id']}: {_state(task)}"
        due = _at(task["due_at"], zone)
        late = " OVERDUE" if task["overdue"] else ""
        parts.append(f"{head}{f', due {due}' if due else ''}{late}")
        parts += _done_and_next(task, own, loops, zone)
    return "\n\n".join(part for part in parts if part)


def _done_and_next(part: Json, kind: str, loops: Loops, zone: tzinfo) -> list[str]:
    found = []
    rows = _rows(part["steps"])
    if rows:
        found.append(
            table(
                ("STEP", "RESULT", "AT", "WHO", "WITNESS", "LATE BY", "SAYS"),
                [
                    (
                        step_name(row["step"], kind, loops) or f"exit {row['exit']}",
                        str(row["result"] or row["exit"] or ""),
                        _at(row["at"], zone),
                        str(row["actor"]),
                        str(row["witness"] or ""),
                        f"{row['late_by_minutes']} min" if row["late_by_minutes"] else "",
                        "; ".join(
                            f"{name} {_said(value)}"
                            for name, value in cast("Json", row["evidence"]).items()
                        ),
                    )
                    for row in rows
                ],
            )
        )
        found += _signatures(rows, kind, loops, zone)
    deadlines = {row["step"]: row for row in reversed(_rows(part["deadlines"]))}
    waiting = []
    for one in cast("list[object]", part["next"]):
        limit = deadlines.get(one)
        by = f" by {_at(limit['at'], zone)} ({limit['limit']})" if limit else ""
        waiting.append(f"next: {step_name(one, kind, loops)}{by}")
    return [*found, "\n".join(waiting)] if waiting else found


def _signatures(rows: list[Json], kind: str, loops: Loops, zone: tzinfo) -> list[str]:
    """Who signed which step, when, as what, and whether it holds; nothing where nobody did."""
    lines = [
        (
            step_name(row["step"], kind, loops) or f"exit {row['exit']}",
            str(one["meaning"]),
            str(one["signer"]),
            _at(one["at"], zone),
            str(one["method"]),
            "yes" if one["holds"] else "DOES NOT HOLD",
        )
        for row in rows
        for one in _rows(row["signatures"])
    ]
    heads = ("SIGNED STEP", "MEANING", "SIGNED BY", "AT", "WITH", "HOLDS")
    return [table(heads, lines)] if lines else []


def _state(part: Json) -> str:
    outcome = f" ({part['outcome']})" if part.get("outcome") else ""
    gaps = cast("list[str]", part.get("gaps") or [])
    return f"{part['state']}{outcome}" + (f", missing {' '.join(gaps)}" if gaps else "")


def _rows(value: object) -> list[Json]:
    return cast("list[Json]", value)


def _at(value: object, zone: tzinfo) -> str:
    return moment(datetime.fromisoformat(str(value)), zone) if value else ""


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict) and set(value) == {"value", "unit"}:
        return f"{value['value']} {value['unit']}"
    return " ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
