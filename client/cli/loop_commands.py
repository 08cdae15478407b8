"""`loops list`, `show`, `check`, `draw`: the loop definitions, and the proof of a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from client.cli.errors import DONE, FoundWanting, UsageError
from client.cli.output import as_json, table
from domain.errors import DefinitionError

if TYPE_CHECKING:
    from client.cli.call import Call
    from client.cli.parser import Commands
    from domain.loops.definition import LoopDefinition
    from domain.loops.loops import Loops


def add(commands: Commands) -> None:
    """Put the commands on the command line."""
    loops = commands.group("loops", "the loop definitions")
    loops.command("list", list_loops, "every loop in force")
    show = loops.command("show", show_loop, "steps, limits and exits of a loop")
    show.add_argument("loop", metavar="LOOP", help="its id: medication")
    show.add_argument(
        "--schema", action="store_true", help="the JSON Schema of the fields of its orders instead"
    )
    check = loops.command(
        "check",
        check_file,
        "prove a loop file",
        more="Proved by reading it under every profile, then by letting a team play it to its end\n"
        "in every way that it allows. A fault is told as file:line: reason.",
    )
    check.add_argument("loop_file", metavar="FILE", help="a loop file (TOML)")
    draw = loops.command("draw", draw_loop, "a picture of a loop")
    draw.add_argument("loop", metavar="LOOP", help="its id: medication")
    draw.add_argument("--out", metavar="FILE.svg", required=True, help="the picture to write")


def list_loops(call: Call) -> int:
    """`wardloop loops list`."""
    from client.cli.loop_tables import making

    loops = _loops(call)
    rows = [
        {
            "id": loop.id,
            "prefix": loop.prefix,
            "version": loop.version,
            "text": {"en": loop.text.en, "zh": loop.text.zh},
            "task": loop.unit,
            "made_by": loop.made_by.value,
            "steps": len(loop.steps),
            "limits": len(loop.limits),
            "exits": len(loop.exits),
            "sha256": loop.sha256,
        }
        for loop in loops
    ]
    head = ("LOOP", "NAME", "中文", "ONE TASK IS", "STEPS", "LIMITS", "EXITS", "VERSION")
    words = table(
        head,
        [
            (
                loop.id,
                loop.text.en,
                loop.text.zh,
                f"one {loop.unit}, {making(loop)}",
                str(len(loop.steps)),
                str(len(loop.limits)),
                str(len(loop.exits)),
                str(loop.version),
            )
            for loop in loops
        ],
    )
    return call.answer(rows, words)


def show_loop(call: Call) -> int:
    """`wardloop loops show LOOP`."""
    from client.cli.loop_json import loop_in_json
    from client.cli.loop_tables import loop_in_words

    loops = _loops(call)
    loop = _named(loops, call)
    if call.options.schema:
        from rules.loops.schema import order_schema

        print(as_json(order_schema(loop, loops.fields)), file=call.stdout)
        return DONE
    return call.answer(loop_in_json(loop, loops.fields), loop_in_words(loop))


def check_file(call: Call) -> int:
    """`wardloop loops check FILE`."""
    from rules.loops.document import read_document
    from rules.loops.proofs import unregistered_checks
    from rules.loops.running import prove_by_running

    path = Path(call.options.loop_file)
    if not path.is_file():
        raise UsageError(f"{path} is not there", field="FILE")
    loops, loop = _in_company(path, call)
    call.say(f"{path.name}: proved by reading; a team plays it now …")
    document = read_document(path)
    faults = [document.error(fault) for fault in prove_by_running(loops, loop)]
    if faults:
        raise _wanting(path, faults)
    named = unregistered_checks(loop, ())
    missing = unregistered_checks(loop, loops.checks)
    answer = {
        "file": str(path),
        "loop": loop.id,
        "holds": True,
        "proved": ["reading", "running"],
        "checks": list(named),
        "checks_without_code": list(missing),
        "faults": [],
    }
    lines = [f"{path.name}: the loop {loop.id} holds, by reading and by running."]
    lines.append(f"Checks: {', '.join(named) or 'none'}.")
    if missing:
        lines.append(f"Not yet registered: {', '.join(missing)}. They check nothing.")
    return call.answer(answer, "\n".join(lines))


def draw_loop(call: Call) -> int:
    """`wardloop loops draw LOOP --out FILE.svg`."""
    from client.cli.output_files import write_new
    from client.reports.loop_drawing import drawing

    loop = _named(_loops(call), call)
    out = Path(call.options.out)
    write_new(out, drawing(loop))
    return call.answer({"loop": loop.id, "file": str(out)}, f"Written: {out}")


def _named(loops: Loops, call: Call) -> LoopDefinition:
    from domain.errors import NotFound

    name = str(call.options.loop)
    if name not in loops.loops:
        raise NotFound("loop", name, right=f"one of {', '.join(loops.loops)}")
    return loops.get(name)


def _loops(call: Call) -> Loops:
    from client.configuring import read_loops

    return read_loops(call.settings_in_force())


def _in_company(path: Path, call: Call) -> tuple[Loops, LoopDefinition]:
    """The loops of the site with a file's among them, in place of one of the same id.

    Raises:
        FoundWanting: the file does not stand the proof by reading.
    """
    import shutil
    from tempfile import TemporaryDirectory

    from client.configuring import read_loops
    from rules.loops.loader import FIELDS_FILE, SHIPPED, load_fields, load_loop, load_loops

    settings = call.settings_in_force()
    site = read_loops(settings)
    try:
        alone = load_loop(
            path, fields=load_fields(), profile=settings.profile, overlays=settings.site
        )
        with TemporaryDirectory() as folder:
            company, own = Path(folder, "company"), Path(folder, "own")
            company.mkdir()
            own.mkdir()
            shutil.copy(SHIPPED / FIELDS_FILE, company)
            shutil.copy(path, own)
            for other in _files_of_others(alone.id, [SHIPPED, *settings.loops]):
                shutil.copy(other, company)
            loops = load_loops(
                profile=settings.profile,
                folders=(own,),
                overlays=settings.site,
                checks=site.checks,
                shipped=company,
            )
    except DefinitionError as error:
        raise _wanting(path, [error]) from None
    return loops, loops.get(alone.id)


def _files_of_others(own: str, folders: list[Path]) -> list[Path]:
    """The files of all loops but one."""
    from rules.loops.document import read_document
    from rules.loops.loader import FIELDS_FILE

    found = [path for folder in folders for path in sorted(folder.glob("*.toml"))]
    loops = [path for path in found if path.name != FIELDS_FILE]
    return [path for path in loops if read_document(path).data.get("id") != own]


def _wanting(path: Path, faults: list[DefinitionError]) -> FoundWanting:
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    return FoundWanting(
        "DEFINITION",
        f"{path}: {count}",
        field="FILE",
        findings=[
            {"file": fault.file, "line": fault.line, "reason": fault.reason} for fault in faults
        ],
    )
