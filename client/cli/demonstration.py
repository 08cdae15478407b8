"""`demo`: a ward of our own and a whole simulated shift, to look at and to try things on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from client.app import App
    from client.cli.call import Call
    from client.cli.parser import Commands


def add(commands: Commands) -> None:
    """Put the command on the command line."""
    parser = commands.command(
        "demo",
        play_demo,
        "play a shift on a demo ward",
        more="Simulated staff place and fulfil orders of all four kinds, with the usual delays.\n"
        "The same seed, beds and hours write the same, byte for byte.",
    )
    parser.add_argument("--out", metavar="DIR", required=True, help="a new or empty folder")
    parser.add_argument("--seed", metavar="N", type=int, help="of all that is left to chance")
    parser.add_argument("--beds", metavar="N", type=int, help="how many patients")
    parser.add_argument("--hours", metavar="N", type=int, help="of the shift, from midnight")


def play_demo(call: Call) -> int:
    """`wardloop demo --out DIR`."""
    from client.cli.progress import Progress
    from client.demo.run import describe, play

    out = Path(call.options.out)
    chosen = {
        name: value
        for name in ("seed", "beds", "hours")
        if (value := getattr(call.options, name)) is not None
    }
    with Progress(call.stderr, "minutes of the ward") as progress:

        def tell(done: int, of: int) -> None:
            progress.tell(done // 60, of // 60)

        summary = play(out, **chosen, shots=_shots, progress=tell)
    return call.answer(summary, "\n".join(describe(out, summary)))


def _shots(app: App, out: Path) -> list[str]:
    """The main screens as pictures, named from the demo's folder."""
    from client.demo.run import MAIN_WARD, VIEWER, demo_settings
    from client.desktop.shots import screenshots

    paths = screenshots(
        app, out / "screens", settings=demo_settings(out), user=VIEWER, ward=MAIN_WARD
    )
    return [f"screens/{Path(path).name}" for path in paths]
