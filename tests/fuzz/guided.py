"""Fuzzing by coverage (atheris): one parser a run, `python -m tests.fuzz.guided NAME -runs=N`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import atheris

if TYPE_CHECKING:
    from collections.abc import Callable

with atheris.instrument_imports(include=["domain", "rules.loops", "client.settings"]):
    from client.settings import load_settings
    from domain.barcodes import parse_line, parse_scan
    from domain.errors import WardloopError
    from domain.quantities import parse_quantity
    from domain.results import results_by_name
    from domain.services.step_entry import parse_step_entry
    from domain.timing.lines import expand_line
    from rules.loops.document import read_document

_FILE = Path(mkdtemp(prefix="wardloop-fuzz-")) / "given.toml"


def _object(text: str) -> dict[str, object]:
    try:
        found = json.loads(text)
    except ValueError:  # RecursionError too deep is a fault of the input reader, looked at there
        return {}
    return found if isinstance(found, dict) else {}


def _file(read: Callable[[Path], object]) -> Callable[[str], object]:
    def parse(text: str) -> object:
        _FILE.write_text(text, encoding="utf-8", errors="surrogatepass")
        return read(_FILE)

    return parse


PARSERS: dict[str, Callable[[str], object]] = {
    "scan": parse_scan,
    "scan_line": lambda text: parse_line(_object(text)),
    "quantity": lambda text: parse_quantity("dose", text),
    "results": lambda text: results_by_name("results", text),
    "frequency": lambda text: expand_line(
        {
            "frequency": text,
            "start": "2026-11-24T08:00:00+08:00",
            "until": "2026-11-26T08:00:00+08:00",
            "time_zone": "Asia/Shanghai",
        }
    ),
    "step": lambda text: parse_step_entry(_object(text)),
    "settings": _file(lambda file: load_settings(file, environ={})),
    "definition": _file(read_document),
}


def _tried(parse: Callable[[str], object]) -> Callable[[bytes], None]:
    def one(data: bytes) -> None:
        try:
            parse(data.decode("utf-8", errors="surrogateescape"))
        except WardloopError as error:
            if not error.message:
                raise

    return one


if __name__ == "__main__":
    name, *options = sys.argv[1:]
    atheris.Setup([sys.argv[0], *options], _tried(PARSERS[name]))
    atheris.Fuzz()
