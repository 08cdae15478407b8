"""What a command that writes answers: which orders, tasks and stays it touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.cli.output import counted

if TYPE_CHECKING:
    from client.cli.call import Call
    from domain.ids import CommandId
    from domain.services.workplace import Changes


def answer_changes(
    call: Call, command: CommandId, changes: Changes, done: str, **more: object
) -> int:
    """Say what was touched; a command that had been carried out before touches nothing."""
    data = {
        "command_id": command,
        **{name: value for name, value in more.items() if value is not None},
        "orders": list(changes.orders),
        "tasks": list(changes.tasks),
        "encounters": list(changes.encounters),
    }
    if changes.repeated:
        data["repeated"] = True
    lines = [done]
    if changes.repeated:
        lines = ["Nothing changed: a command with this id had been carried out before."]
    lines += [f"  {name}  {value}" for name, value in more.items() if value is not None]
    if changes.tasks:
        lines.append(f"  {counted(len(changes.tasks), 'task')} touched")
    return call.answer(data, "\n".join(lines))


def first(ids: tuple[str, ...]) -> str | None:
    """The first of some ids."""
    return ids[0] if ids else None
