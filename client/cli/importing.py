"""`import …`: records of other systems."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from client.cli.errors import UsageError
from client.cli.output import table

if TYPE_CHECKING:
    from client.cli.call import Call
    from client.cli.parser import Commands


def add(commands: Commands) -> None:
    """Put the command on the command line."""
    group = commands.group("import", "records of other systems")
    mimic = group.command(
        "mimic-iv",
        import_mimic_iv,
        "take in a folder in the layout of MIMIC-IV",
        more="Every row is accounted for: taken, or set aside with a reason.",
    )
    mimic.add_argument("folder", metavar="DIR", help="the folder with hosp/, icu/ …")
    mimic.add_argument(
        "--time-zone", metavar="OFFSET", help="of the source's local times; -05:00 if not given"
    )


def import_mimic_iv(call: Call) -> int:
    """`wardloop import mimic-iv DIR`."""
    from client.cli.progress import Progress
    from client.gateway.mimic.run import DEFAULT_TIME_ZONE, import_mimic, time_zone_of

    folder = Path(call.options.folder)
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder", field="DIR")
    offset = call.text_option("time_zone")
    zone = DEFAULT_TIME_ZONE if offset is None else time_zone_of(offset)
    app = call.app()
    if app.secured:
        app.allowed(user=call.user(), use_case="import.records")
    place = app.place
    with Progress(call.stderr, "patients") as progress:
        answer = import_mimic(place, folder, time_zone=zone, progress=progress.tell)
    return call.answer(answer, _in_words(answer))


def _in_words(answer: dict[str, object]) -> str:
    """What was read, taken and closed, and why rows were set aside."""
    tables = _rows(answer["tables"])
    taken, closure = _rows(answer["taken"]), _rows(answer["closure"])
    aside = [
        (name, str(one["reason"]), str(one["rows"]))
        for name, row in tables.items()
        for one in cast("list[dict[str, object]]", row["set_aside"])
    ]
    return "\n\n".join(
        (
            table(
                ("TABLE", "READ", "TAKEN"),
                [(name, str(row["read"]), str(row["taken"])) for name, row in tables.items()],
            ),
            table(("SET ASIDE", "BECAUSE", "ROWS"), aside, empty="No row was set aside."),
            table(
                ("KIND", "ORDERS", "TASKS", "EVENTS", "CLOSED", "BY EXIT", "OPEN"),
                [
                    (
                        kind,
                        *(str(row[name]) for name in ("orders", "tasks", "events")),
                        *(
                            str(closure.get(kind, {}).get(name, ""))
                            for name in ("closed", "closed_by_exit", "open")
                        ),
                    )
                    for kind, row in taken.items()
                ],
            ),
        )
    )


def _rows(value: object) -> dict[str, dict[str, object]]:
    return cast("dict[str, dict[str, object]]", value)
