"""`keys …`: where this workstation's keys lie, and how they come to another one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from client.cli.errors import UsageError

if TYPE_CHECKING:
    from client.cli.call import Call
    from client.cli.parser import Commands
    from client.keys import Key, Keys


def add(commands: Commands) -> None:
    """Put the commands on the command line."""
    from client.keys import NAMES

    group = commands.group("keys", "the keys of seals, backups and an encrypted database")
    group.command("list", list_all, "which keys are here, where they lie, and their ids")
    export = group.command(
        "export",
        export_key,
        "write a key to a file, to be kept away from this workstation",
        more="Whoever has the file has the key. Only its owner can read it; keep it in a safe.",
    )
    bring = group.command("import", import_key, "bring a key here that was exported elsewhere")
    for command in (export, bring):
        command.add_argument("name", choices=NAMES, metavar="NAME", help=", ".join(NAMES))
    export.add_argument("--out", metavar="FILE", required=True, help="a new file")
    bring.add_argument("--file", metavar="FILE", required=True, help="as `keys export` wrote it")


def list_all(call: Call) -> int:
    """`wardloop keys list`."""
    from client.keys import NAMES

    keys = _keys(call)
    found = [key for name in NAMES if (key := keys.find(name)) is not None]
    data = [{"name": key.name, "id": key.id, "file": _place(key)} for key in found]
    lines = [f"{key.name:8}  {key.id}  {_place(key)}" for key in found]
    lines += [f"warning: {key.warning}" for key in found if key.warning]
    return call.answer(data, "\n".join(lines) or "There is no key here.")


def export_key(call: Call) -> int:
    """`wardloop keys export`."""
    from client.keys import write_key_file

    key = _keys(call).need(call.options.name)
    out = Path(call.options.out)
    try:
        write_key_file(out, key.secret)
    except OSError as error:
        raise UsageError(
            f"--out: {out} cannot be written: {error.strerror or error}", field="out"
        ) from None
    words = f"{out} holds the key '{key.name}' ({key.id}); keep it away from this workstation."
    return call.answer({"name": key.name, "id": key.id, "file": str(out)}, words)


def import_key(call: Call) -> int:
    """`wardloop keys import`."""
    from client.keys import read_key_file

    key = _keys(call).put(call.options.name, read_key_file(Path(call.options.file)))
    words = f"The key '{key.name}' ({key.id}) is here: {_place(key)}."
    words += f"\nwarning: {key.warning}" if key.warning else ""
    return call.answer({"name": key.name, "id": key.id, "file": _place(key)}, words)


def _place(key: Key) -> str:
    return "system keyring" if key.file is None else str(key.file)


def _keys(call: Call) -> Keys:
    from client.databases import keys_of

    return keys_of(call.settings())
