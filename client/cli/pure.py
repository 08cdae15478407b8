"""`timing expand`, `barcode parse`, `score`: JSON lines in and out, without a database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.cli.errors import DONE, UsageError
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
    """Put the three commands on the command line."""
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
    blood = commands.group("blood", "ABO and RhD")
    blood.command(
        "compatible",
        compatible,
        "whether a unit may go to a patient",
        more=f"{_LINES}\nFields: component (red_cells, whole_blood, plasma, platelets,"
        "\ncryoprecipitate), patient (O+ to AB-, unknown), unit; optional sex (F, M), age_years,"
        "\nemergency, policy (compatible, strict_same_group), allow_low_titre_a.",
    )
    named = commands.command(
        "score",
        score,
        "a clinical score",
        more=f"{_LINES}\nNAME: news2, qsofa, sofa, mews, gcs, padua, caprini, kdigo_aki,"
        "\ncockcroft_gault, ckd_epi_2021, charlson, lace, curb65, clors."
        "\nA number is in the unit of docs/commands.md, or"
        '\n{"value": 1.2, "unit": "mg/dL"} (UCUM).',
    )
    named.add_argument("name", metavar="NAME", help="which score")


def expand(call: Call) -> int:
    """`wardloop timing expand`."""
    from domain.timing import expand_line

    return _each_line(call, expand_line)


def parse(call: Call) -> int:
    """`wardloop barcode parse`."""
    from domain.barcodes import parse_line

    return _each_line(call, parse_line)


def score(call: Call) -> int:
    """`wardloop score NAME`."""
    from rules.scores.lines import SCORES

    name: str = call.options.name
    if name not in SCORES:
        raise UsageError(f"there is no score {name!r}; known are {', '.join(SCORES)}", field="name")
    return _each_line(call, SCORES[name], exact=True)


def compatible(call: Call) -> int:
    """`wardloop blood compatible`."""
    from rules.blood_lines import compatible_line

    return _each_line(call, compatible_line)


def _each_line(call: Call, answer: Answer, *, exact: bool = False) -> int:
    """Answer every line in its place; a bad line is answered with its error, the rest go on."""
    for line in objects(call.stdin, exact=exact):
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
