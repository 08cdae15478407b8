"""`catalogue …`: what can be ordered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from client.cli.changed import answer_changes
from client.cli.output import counted, table

if TYPE_CHECKING:
    from client.cli.call import Call
    from client.cli.parser import Commands

KINDS: Final = "drug, test, examination or component"


def add(commands: Commands) -> None:
    """Put the commands on the command line."""
    group = commands.group("catalogue", "what can be ordered")
    importing = group.command(
        "import",
        import_catalogue,
        "take in a catalogue, all of it or nothing",
        more="CSV in UTF-8, the first line names the columns: docs/commands.md lists them.",
    )
    importing.add_argument("kind", metavar="KIND", help=KINDS)
    importing.add_argument(
        "--file", metavar="FILE.csv", required=True, help="the catalogue; - is standard input"
    )
    importing.add_argument(
        "--from",
        dest="effective_from",
        metavar="INSTANT",
        help="from when it holds (ISO 8601 with zone); else from now",
    )
    importing.add_argument("--command-id", metavar="ID", help="makes a second sending harmless")
    listing = group.command("list", list_catalogue, "the items in force")
    listing.add_argument("kind", metavar="KIND", help=KINDS)


def import_catalogue(call: Call) -> int:
    """`wardloop catalogue import KIND`."""
    from client.cli.input_files import read_text
    from domain.entered import parse_instant
    from domain.ids import CommandId
    from domain.services.catalogues import parse_catalogue

    user, kind = call.user(), str(call.options.kind)
    text = read_text(str(call.options.file), call.stdin)
    items = parse_catalogue(kind, text)
    since = call.text_option("effective_from")
    app = call.app()
    named = call.text_option("command_id")
    command = app.new_command() if named is None else CommandId(named)
    changes = app.import_catalogue(
        user=user,
        command=command,
        kind=kind,
        text=text,
        effective_from=None if since is None else parse_instant("from", since),
    )
    words = f"{counted(len(items), 'item')} of the catalogue {kind} taken in."
    return answer_changes(call, command, changes, words, kind=kind, items=len(items))


def list_catalogue(call: Call) -> int:
    """`wardloop catalogue list KIND`."""
    app = call.app()
    items = app.list_catalogue(user=call.user(), kind=str(call.options.kind), now=app.now())
    words = table(
        ("CODE", "NAME", "名称", "MORE"),
        [
            (
                code,
                str(data.get("name", "")),
                str(data.get("name_zh", "")),
                "; ".join(
                    f"{name} {_said(value)}"
                    for name, value in data.items()
                    if name not in ("name", "name_zh")
                ),
            )
            for code, data in items
        ],
        empty=f"Nothing of the catalogue {call.options.kind} is in force.",
    )
    return call.answer([{"code": code, **data} for code, data in items], words)


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return f"{value.get('value')} {value.get('unit')}"
    return " ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
