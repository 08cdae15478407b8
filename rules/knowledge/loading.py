"""Reads the knowledge files: taken whole and right, or refused with file, line and reason.

A file says once what holds for all its rows; a row may say it otherwise::

    format = 1
    table = "interactions"
    version = "2026.11"
    source = "rules specification 4.2"
    licence = "own wording"
    status = "draft"
    effective_from = 2026-11-24
    rows = [
      { id = "onc02", object = ["atazanavir"], precipitant = ["proton_pump_inhibitors"], severity = "S1" },
    ]
"""  # noqa: E501 - a row is one line there, too

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from pydantic import BaseModel

from rules.knowledge.overlaying import read_changes, with_changes
from rules.knowledge.rows import EVERYTHING, KnowledgeRow
from rules.knowledge.tables import MODELS, Knowledge
from rules.loops.definitions import digest
from rules.loops.document import Document, Fault, read_document, read_rows

SHIPPED: Final = Path(__file__).parent
"""The folder of the files that Wardloop ships."""
FORMAT: Final = 1
_OF_ALL: Final = (
    "version",
    "source",
    "licence",
    "status",
    "effective_from",
    "approved_by",
    "approved_at",
)
_TOP: Final = ("format", "table", *_OF_ALL, "rows")


def load_knowledge(*, overlays: Sequence[Path] = (), shipped: Path = SHIPPED) -> Knowledge:
    """The shipped knowledge as a site changes it; the later overlay wins.

    Args:
        overlays: files with tables `knowledge` (see `overlaying`).
        shipped: the folder of the shipped files.

    Raises:
        DefinitionError: file, line and reason; nothing is loaded.
    """
    documents = read_shipped(shipped)
    for path in overlays:
        changes = read_changes(path)
        for name in changes.tables():
            documents[name] = with_changes(documents[name], changes, name)
    return knowledge_of(documents)


def read_shipped(shipped: Path = SHIPPED) -> dict[str, Document]:
    """The shipped tables by name, for changes to be laid over them.

    Raises:
        DefinitionError: file, line and reason.
    """
    return {name: _read_table(shipped / f"{name}.toml", name) for name in MODELS}


def knowledge_of(documents: Mapping[str, Document]) -> Knowledge:
    """The knowledge of tables.

    Raises:
        DefinitionError: file, line and reason.
    """
    return _knowledge(tuple(documents[name] for name in MODELS))


@lru_cache(maxsize=8)
def _knowledge(documents: tuple[Document, ...]) -> Knowledge:
    """Kept by its documents: the same tables are the same knowledge."""
    read = dict(zip(MODELS, documents, strict=True))
    rows = {name: _rows(read[name], name) for name in MODELS}
    known = _known(rows)
    for name, found in rows.items():
        _refuse(read[name], _unknown_drugs(found, known))
    return Knowledge(MappingProxyType(rows), digest(tuple(_plain(rows))))


def _read_table(path: Path, name: str) -> Document:
    return _table(read_document(path), name)


@lru_cache(maxsize=128)
def _table(document: Document, name: str) -> Document:
    _refuse(document, _top_faults(document, name))
    data = copy.deepcopy(document.data)
    of_all = {key: data.pop(key) for key in _OF_ALL if key in data}
    rows = data["rows"]
    assert isinstance(rows, list)  # noqa: S101 - asked above
    data["rows"] = [{**of_all, **row} if isinstance(row, dict) else row for row in rows]
    return Document(document.file, data, document.places)


def _top_faults(document: Document, name: str) -> Iterator[Fault]:
    data = document.data
    for key in data:
        if key not in _TOP:
            yield Fault((key,), f"unknown key {key!r}; right would be one of {', '.join(_TOP)}")
    if data.get("format") != FORMAT:
        yield Fault(("format",), f"format is {data.get('format')!r}; right would be {FORMAT}")
    if data.get("table") != name:
        yield Fault(("table",), f"table is {data.get('table')!r}; right would be {name!r}")
    if not isinstance(data.get("rows"), list):
        yield Fault(("rows",), "right would be a list of rows")


def _rows(document: Document, name: str) -> tuple[KnowledgeRow, ...]:
    rows = document.data["rows"]
    assert isinstance(rows, list)  # noqa: S101 - asked when it was read
    found = [
        read_rows(document, MODELS[name], row, ("rows", number)) for number, row in enumerate(rows)
    ]
    _refuse(document, _twice(found))
    return tuple(found)


def _twice(found: Iterable[KnowledgeRow]) -> Iterator[Fault]:
    seen: set[tuple[str, object]] = set()
    for number, row in enumerate(found):
        if (row.id, row.effective_from) in seen:
            yield Fault(("rows", number), f"{row.id} stands here twice from the same day")
        seen.add((row.id, row.effective_from))


def _known(rows: Mapping[str, tuple[KnowledgeRow, ...]]) -> frozenset[str]:
    names = (row.id for table in ("ingredients", "groups") for row in rows[table])
    return frozenset({EVERYTHING, *names})


def _unknown_drugs(found: Iterable[KnowledgeRow], known: frozenset[str]) -> Iterator[Fault]:
    for number, row in enumerate(found):
        for key in row.drugs_in:
            for name in getattr(row, key):
                if name not in known:
                    yield Fault(
                        ("rows", number, key), f"no ingredient and no group is called {name!r}"
                    )


def _refuse(document: Document, faults: Iterator[Fault]) -> None:
    errors = [document.error(fault) for fault in faults]
    if errors:
        raise min(errors, key=lambda error: error.line)


def _plain(rows: Mapping[str, tuple[BaseModel, ...]]) -> Iterator[tuple[str, str]]:
    for name, table in rows.items():
        for row in table:
            said = sorted((key, _text(value)) for key, value in dict(row).items())
            yield name, repr(said)


def _text(value: object) -> str:
    return repr(sorted(value.items())) if isinstance(value, Mapping) else repr(value)
