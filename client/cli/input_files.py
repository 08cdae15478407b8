"""What a command reads: a JSON object or a text of `--file`, and lines of JSON."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO, cast

from client.cli.errors import UsageError
from domain.entered import require_text
from domain.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

STDIN: Final = "-"
_MARK: Final = "\ufeff"
"""What some editors and shells write before a text in UTF-8; it says nothing."""


def read_text(file: str, stdin: TextIO) -> str:
    """The text of a file in UTF-8; `-` is standard input.

    Raises:
        UsageError: there is no such file, or it cannot be read.
        InvalidInput: it is not UTF-8.
    """
    try:
        if file == STDIN:
            return stdin.read().removeprefix(_MARK)
        return Path(file).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            "file", f"{file} is not UTF-8 at byte {error.start}", right="a file in UTF-8"
        ) from None
    except OSError as error:
        raise UsageError(
            f"--file: {file} cannot be read: {error.strerror or error}", field="file"
        ) from None


def read_object(file: str, stdin: TextIO) -> Mapping[str, object]:
    """The JSON object of a file. Numbers with a point are exact decimals, never floats.

    Raises:
        UsageError: the file cannot be read.
        InvalidInput: it is no JSON (names line and column), no object, or a name stands twice.
    """
    text = read_text(file, stdin)
    try:
        return parse_object(text)
    except json.JSONDecodeError as error:
        name = "standard input" if file == STDIN else file
        raise InvalidInput(
            "file",
            f"{name}, line {error.lineno}, column {error.colno}: not JSON: {error.msg}",
            right='one JSON object: {"…": "…"}',
        ) from None
    except InvalidInput:
        raise
    except ValueError as error:  # a whole number of more digits than Python reads
        raise InvalidInput("file", str(error), right="a shorter number") from None


def parse_object(text: str, *, exact: bool = True) -> dict[str, object]:
    """The JSON object of a text.

    Args:
        exact: numbers with a point become decimals; else floats, for pure commands.

    Raises:
        JSONDecodeError: it is no JSON.
        InvalidInput: it is no object, a name stands twice, or it is nested without end.
    """
    try:
        value = json.loads(
            text,
            parse_float=Decimal if exact else float,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object,
        )
    except RecursionError:
        raise InvalidInput("file", "it is nested too deeply", right="a plain object") from None
    if not isinstance(value, dict):
        raise InvalidInput("file", "the JSON is no object", right='{"…": "…"}')
    return cast("dict[str, object]", value)


def objects(stdin: TextIO, *, exact: bool = False) -> Iterator[dict[str, object] | InvalidInput]:
    """Each line of standard input as a JSON object, or what is wrong with it."""
    for number, line in enumerate(stdin):
        try:
            yield _line(line.removeprefix(_MARK) if number == 0 else line, exact=exact)
        except InvalidInput as error:
            yield error


def _line(line: str, *, exact: bool) -> dict[str, object]:
    if any("\udc80" <= char <= "\udcff" for char in line):
        raise InvalidInput("line", "the line is not UTF-8", right="JSON in UTF-8")
    try:
        return parse_object(line, exact=exact)
    except json.JSONDecodeError as error:
        message = f"column {error.colno}: not JSON: {error.msg}"
        raise InvalidInput("line", message, right="one JSON object a line") from None
    except InvalidInput as error:
        field = "line" if error.field == "file" else error.field
        raise InvalidInput(field, error.message) from None
    except ValueError as error:  # a whole number of more digits than Python reads
        raise InvalidInput("line", str(error), right="a shorter number") from None


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        require_text("file", name)
        if name in found:
            raise InvalidInput(name, f"{name} stands twice", right="each name once")
        _require_texts(name, value)
        found[name] = value
    return found


def _require_texts(name: str, value: object) -> None:
    """Refuse half a character in a text, or in a list of texts."""
    for one in value if isinstance(value, list) else (value,):
        if isinstance(one, str):
            require_text(name, one)


def _refuse_constant(name: str) -> object:
    raise InvalidInput("file", f"{name} is no number", right="a number, or null")
