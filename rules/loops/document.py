"""A TOML file with the lines of its keys, and how a fault in it is named."""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from domain.errors import DefinitionError
from rules.loops.lines import KeyPath, Places

_LINE: Final = re.compile(r"\(at line (\d+), column \d+\)")
ROW_KEYS: Final = {
    "steps": "no",
    "limits": "id",
    "exits": "code",
    "returns": "code",
    "children": "code",
}
"""The lists of a loop file whose rows have a key, with the key's name."""
_KEYS: Final = {**ROW_KEYS, "rows": "id"}
"""The same of every definition file."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and with which key."""

    path: KeyPath
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """What a file says, and where. The same text of a name is the same document.

    Attributes:
        data: as `tomllib` gives it; never changed in place.
    """

    file: str
    data: dict[str, object]
    places: Places

    def error(self, fault: Fault) -> DefinitionError:
        """The fault as an error that names file and line."""
        place = self.places.at(fault.path)
        return DefinitionError(place.file, place.line, f"{self.row(fault.path)}: {fault.reason}")

    def row(self, path: KeyPath) -> str:
        """The row of a key as a person would call it: `steps M10`, else `common.hold`."""
        if len(path) == 1:
            return str(path[0])
        name, number = path[:2]
        if not isinstance(number, int):
            return ".".join(str(key) for key in path[:-1])
        rows = self.data[str(name)]
        row = rows[number] if isinstance(rows, list) else None
        key = row.get(_KEYS.get(str(name), "")) if isinstance(row, dict) else None
        return f"{name} {key}" if isinstance(key, str) else f"{name}, row {number + 1}"


def read_document(path: Path) -> Document:
    """The file with the lines of its keys.

    Raises:
        DefinitionError: it cannot be read, or is no TOML.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DefinitionError(
            path.name, 0, f"cannot be read ({error}); right would be a TOML file in UTF-8"
        ) from None
    return _parsed(path.name, text)


@lru_cache(maxsize=256)
def _parsed(name: str, text: str) -> Document:
    """Kept by what it says: a program that reads its files again finds them read."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        line = int(found[1]) if found else len(text.splitlines())
        raise DefinitionError(name, line, f"not TOML: {error}") from None
    return Document(name, data, Places.of(name, text))


R = TypeVar("R", bound=BaseModel)


def read_rows(document: Document, model: type[R], data: object, at: KeyPath = ()) -> R:
    """The data at a path of the document as rows.

    Raises:
        DefinitionError: a key is unknown, missing or of the wrong type; the first in the file.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise _errors(document, model, error, at)[0] from None


def row_faults(
    document: Document, model: type[BaseModel], data: object, at: KeyPath = ()
) -> list[DefinitionError]:
    """All that `read_rows` would refuse, not the first only; by line."""
    try:
        model.model_validate(data)
    except ValidationError as error:
        return _errors(document, model, error, at)
    return []


def _errors(
    document: Document, model: type[BaseModel], error: ValidationError, at: KeyPath
) -> list[DefinitionError]:
    details = sorted(
        error.errors(), key=lambda detail: _rank(document, (*at, *detail["loc"]), detail)
    )
    return [document.error(_fault(model, at, detail)) for detail in details]


def _rank(document: Document, path: KeyPath, detail: ErrorDetails) -> tuple[bool, int, bool]:
    """By line. A misspelt key is unknown and missing at once: the unknown one says more."""
    line = document.places.at(path).line
    return line == 0, line, detail["type"] == "missing"


def _fault(model: type[BaseModel], at: KeyPath, detail: ErrorDetails) -> Fault:
    path = (*at, *detail["loc"])
    key = path[-1] if path else "file"
    match detail["type"]:
        case "missing":
            return Fault(path, f"the key {key!r} is missing; it has no default")
        case "extra_forbidden":
            known = ", ".join(_keys(_owner(model, detail["loc"][:-1])))
            return Fault(path, f"unknown key {key!r}; right would be one of {known}")
        case "value_error":
            return Fault(path, f"{key}: {detail['ctx']['error']}")
        case _:
            return Fault(path, f"{key}: {detail['input']!r}: {detail['msg']}")


def _owner(model: type[BaseModel], loc: tuple[int | str, ...]) -> type[BaseModel]:
    """The kind of row in which an unknown key stands."""
    owner = model
    for key in loc:
        names = [name for name in owner.model_fields if _alias(owner, name) == key]
        owner = next(
            (one for name in names for one in _models(owner.model_fields[name].annotation)), owner
        )
    return owner


def _models(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [one for inner in get_args(annotation) for one in _models(inner)]


def _alias(model: type[BaseModel], name: str) -> str:
    return model.model_fields[name].alias or name


def _keys(model: type[BaseModel]) -> list[str]:
    return [_alias(model, name) for name in model.model_fields]
