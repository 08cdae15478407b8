"""`export …`: records that leave the ward."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from client.cli.output import table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from client.cli.call import Call
    from client.cli.parser import Commands


def add(commands: Commands) -> None:
    """Put the command on the command line."""
    group = commands.group("export", "records that leave the ward")
    adding = group.command(
        "deidentified",
        deidentified,
        "orders and what became of them, without the persons: JSON lines in a new folder",
        more="Days are moved per patient, free text is left out, pseudonyms are of this export\n"
        "alone. Needs the role administrator or medical_affairs; it stands in the audit trail.",
    )
    adding.add_argument("--out", metavar="DIR", required=True, help="a new folder")


def deidentified(call: Call) -> int:
    """`wardloop export deidentified --out DIR`."""
    from client.cli.progress import Progress
    from client.gateway.deidentified import export_deidentified

    folder, user = Path(str(call.options.out)), call.user()
    app = call.app()
    app.allowed(user=user, use_case="export.deidentified")
    with Progress(call.stderr, "stays") as progress:
        answer = export_deidentified(
            app.place, folder, user=user, now=app.now(), tell=progress.tell
        )
    counts = cast("Mapping[str, int]", answer["records"])
    words = table(("FILE", "RECORDS"), [(f"{kind}.jsonl", str(n)) for kind, n in counts.items()])
    left_out = "\n".join(f"- {what}" for what in cast("list[str]", answer["left_out"]))
    return call.answer(answer, f"{words}\n\nLeft out:\n{left_out}")
