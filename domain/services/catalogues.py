"""What can be ordered: importing and listing catalogues, and finding what an order names."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from domain.errors import InvalidInput, NotFound
from domain.happenings import CatalogueItemSet, Happening, Noun
from domain.services.authorising import authorised
from domain.services.catalogue_columns import COLUMNS
from domain.services.writing import carry_out

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from domain.ids import CommandId
    from domain.ports import Reads
    from domain.services.catalogue_columns import Column
    from domain.services.workplace import Changes, Workplace
    from domain.services.writing import Writing

CATALOGUE_OF: Final[Mapping[str, str]] = {
    "product": "drug",
    "tests": "test",
    "exam": "examination",
    "component": "component",
}
"""The catalogue in which the value of an order field stands."""

Item = tuple[str, dict[str, object]]


def import_catalogue(
    place: Workplace,
    *,
    user: str,
    command: CommandId,
    kind: str,
    text: str,
    effective_from: datetime | None = None,
) -> Changes:
    """Take in a whole CSV file (`COLUMNS`), all of it or nothing.

    Args:
        effective_from: from when it holds; from now when not given.

    Raises:
        InvalidInput: names each line that is wrong, with its column and what would be right.
    """
    actor = authorised(place.reads, user, "catalogue.import")
    items = parse_catalogue(kind, text)

    def act(writing: Writing) -> None:
        since = effective_from or writing.now
        writing.tell(
            tuple(
                Happening(
                    noun=Noun.CATALOGUE,
                    stream=f"{kind}:{code}",
                    body=CatalogueItemSet(kind, code, data, since),
                    actor=actor.user,
                    at=writing.now,
                    recorded_at=writing.now,
                )
                for code, data in items
            )
        )

    return carry_out(
        place,
        command=command,
        actor=actor,
        kind="catalogue.import",
        act=act,
        said=(kind, text, effective_from),
    )


def list_catalogue(
    place: Workplace, *, user: str, kind: str, now: datetime
) -> tuple[tuple[str, Mapping[str, object]], ...]:
    """The items in force, as (code, data), by code.

    Raises:
        InvalidInput: there is no such catalogue.
    """
    authorised(place.reads, user, "catalogue.list")
    _columns(kind)
    return tuple(sorted(place.reads.catalogue(kind, at=now), key=lambda item: item[0]))


def parse_catalogue(kind: str, text: str) -> tuple[Item, ...]:
    """The items of a CSV text.

    Raises:
        InvalidInput: field `file`; all faults, each with its line.
    """
    columns = _columns(kind)
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    names = [name.strip() for name in next(rows, [])]
    _check_names(names, columns)
    by_name = {column.name: column for column in columns}
    items: dict[str, dict[str, object]] = {}
    faults: list[str] = []
    for cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        try:
            data = _row([by_name[name] for name in names], cells)
        except InvalidInput as error:
            faults.append(f"line {rows.line_num}: {error.field}: {error.message}")
            continue
        code = str(data.pop("code"))
        if items.setdefault(code, data) is not data:
            faults.append(f"line {rows.line_num}: code: {code!r} stands twice")
    if faults:
        raise InvalidInput("file", "; ".join(faults), right="these lines mended, then all again")
    return tuple(items.items())


def _columns(kind: str) -> tuple[Column, ...]:
    if kind not in COLUMNS:
        raise InvalidInput("kind", f"no catalogue {kind!r}", right=f"one of {', '.join(COLUMNS)}")
    return COLUMNS[kind]


def _check_names(names: Sequence[str], columns: Sequence[Column]) -> None:
    known = [column.name for column in columns]
    wrong = [name for name in names if name not in known]
    missing = [column.name for column in columns if column.required and column.name not in names]
    twice = len(set(names)) != len(names)
    if wrong or missing or twice:
        said = f"line 1: unknown columns {wrong}" if wrong else f"line 1: missing columns {missing}"
        said = "line 1: a column stands twice" if twice else said
        raise InvalidInput("file", said, right=", ".join(known))


def _row(columns: Sequence[Column], cells: Sequence[str]) -> dict[str, object]:
    if len(cells) != len(columns):
        raise InvalidInput("line", f"{len(cells)} cells", right=f"{len(columns)} as in line 1")
    data: dict[str, object] = {}
    for column, raw in zip(columns, cells, strict=True):
        cell = raw.strip()
        if cell:
            data[column.name] = column.read(column.name, cell)
        elif column.required:
            raise InvalidInput(column.name, "is empty", right="text")
    return data


def items_of(
    reads: Reads, fields: Mapping[str, object], *, at: datetime
) -> tuple[Mapping[str, object], ...]:
    """The catalogue items that an order's fields name, in their order.

    Raises:
        NotFound: the catalogue has no such item in force.
    """
    found: list[Mapping[str, object]] = []
    for name, kind in CATALOGUE_OF.items():
        value = fields.get(name)
        codes = value if isinstance(value, (list, tuple)) else [] if value is None else [value]
        for code in codes:
            item = reads.catalogue_item(kind, str(code), at=at)
            if item is None:
                raise NotFound(f"fields.{name}", str(code), right=f"a code of the catalogue {kind}")
            found.append(item)
    return tuple(found)
