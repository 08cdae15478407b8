"""`settings example` and `doctor`: how this workstation is set up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.cli.errors import REFUSED

if TYPE_CHECKING:
    from client.cli.call import Call
    from client.cli.parser import Commands


def add(commands: Commands) -> None:
    """Put the commands on the command line."""
    settings = commands.group("settings", "the settings of this workstation")
    settings.command("example", example, "a settings file with every field explained")
    commands.command(
        "doctor",
        doctor,
        "what stands in the way on this workstation, and what to do",
        more="Exit 1 only where something stops work.",
    )


def example(call: Call) -> int:
    """`wardloop settings example`."""
    from client.settings import example_settings

    text = example_settings()
    return call.answer({"settings": text}, text.rstrip())


def doctor(call: Call) -> int:
    """`wardloop doctor`."""
    from client.cli.diagnosis import State, examine

    lines = examine(call)
    stopped = any(line.state is State.STOPS_WORK for line in lines)
    room = max(len(line.state.value) for line in lines)
    words = "\n".join(
        f"{line.state.value:{room}}  {line.what}: {line.found}"
        + (f"\n{' ' * room}    to do: {line.to_do}" if line.to_do else "")
        for line in lines
    )
    call.answer({"well": not stopped, "lines": lines}, words)
    return REFUSED if stopped else 0
