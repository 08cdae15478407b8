"""`timing expand` and `barcode parse`: JSON lines in, JSON lines out, without a database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.cli.errors import DONE
from client.cli.input_files import objects
from client.cli.output import as_line
from domain.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from client.cli.call import Call
    from client.cli.parser import Commands

    Answer = Callable[[Mapping[str, object]], Mapping[str, object]]

_LINES = "One JSON object a line on standard input gives one JSON object a line on standard output."


def add(commands: Commands) -> None:
    """Put both commands on the command line."""
    timing = commands.group("timing", "frequencies and due times")
    timing.command(
        "expand",
        expand,
        "the due times of a frequency",
        more=f"{_LINES}\nFields: frequency, start, until, time_zone; optional first_dose_now, stop,"
        "\nduration, count, site_times.",
    )
    barcode = commands.group("barcode", "bar codes as scanners send them")
    barcode.command(
        "parse",
        parse,
        "what a scanned text is and carries",
        more=f"{_LINES}\nFields: scan; optional expect, today. GS is written \\u001d.",
    )


def expand(call: Call) -> int:
    """`wardloop timing expand`."""
    from domain.timing import expand_line

    return _each_line(call, expand_line)


def parse(call: Call) -> int:
    """`wardloop barcode parse`."""
    from domain.barcodes import parse_line

    return _each_line(call, parse_line)


def _each_line(call: Call, answer: Answer) -> int:
    """Answer every line in its place; a bad line is answered with its error, the rest go on."""
    for line in objects(call.stdin):
        print(as_line(_answered(line, answer)), file=call.stdout)
    return DONE


def _answered(line: dict[str, object] | InvalidInput, answer: Answer) -> Mapping[str, object]:
    if isinstance(line, InvalidInput):
        return _error(line)
    try:
        return answer(line)
    except InvalidInput as error:
        return _error(error)


def _error(error: InvalidInput) -> Mapping[str, object]:
    return {"error": {"field": error.field, "message": error.message}}
