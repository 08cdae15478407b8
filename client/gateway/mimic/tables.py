"""The tables of a folder: which there are, their rows by column name, their times with a zone."""

from __future__ import annotations

import csv
import gzip
from datetime import UTC, datetime, tzinfo
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO, TypeVar

from client.gateway.mimic.accounting import DICTIONARY, NOT_READ
from domain.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from client.gateway.mimic.accounting import Accounts

Row = TypeVar("Row", bound=NamedTuple)

_ENDINGS = (".csv.gz", ".csv")


class Folder:
    """A folder with `hosp/poe.csv.gz` and the others; plain `.csv` is read too.

    Raises:
        InvalidInput: it is no folder.
    """

    def __init__(self, path: Path, accounts: Accounts) -> None:
        if not path.is_dir():
            raise InvalidInput("folder", f"{path} is no folder", right="the folder above hosp/")
        self._accounts = accounts
        self._files = dict(sorted(_tables(path)))

    def read(self, table: str, row: type[Row], *, needed: bool = False) -> list[Row]:
        """The rows of a table as tuples of the columns that `row` names.

        A table that is not there has no rows, unless it is needed.

        Raises:
            InvalidInput: names the table that is missing, or the column, or the file that cannot
                be read.
        """
        if table not in self._files:
            if needed:
                raise InvalidInput("folder", f"{table}.csv.gz is missing", right="a whole copy")
            return []
        lines = _lines(self._files[table], table)
        _, head = next(lines, (0, []))
        for name in row._fields:
            if name not in head:
                raise InvalidInput(f"{table}.{name}", "the column is missing")
        pick = itemgetter(*(head.index(name) for name in row._fields))
        rows: list[Row] = []
        for number, line in lines:
            if len(line) != len(head):
                raise InvalidInput(
                    f"{table} line {number}", f"{len(line)} cells", right=f"{len(head)} cells"
                )
            rows.append(row._make(pick(line)))
        self._accounts.of(table).read += len(rows)
        return rows

    def account_for_rest(self, dictionaries: frozenset[str]) -> None:
        """Count the rows of every table that was not read, and of the dictionaries."""
        self._accounts.only(self._files)
        for table, path in self._files.items():
            account = self._accounts.of(table)
            if table in dictionaries and account.read:
                account.set_aside(DICTIONARY, account.read)
            elif not account.read:
                account.read = max(sum(1 for _ in _lines(path, table)) - 1, 0)
                if account.read:
                    account.set_aside(NOT_READ, account.read)


def _tables(path: Path) -> Iterator[tuple[str, Path]]:
    for file in sorted(path.rglob("*.csv*")):
        name = file.relative_to(path).as_posix()
        for ending in _ENDINGS:
            if name.endswith(ending):
                yield name.removesuffix(ending), file


def _lines(path: Path, table: str) -> Iterator[tuple[int, list[str]]]:
    """The lines of a csv file, compressed or not, with their numbers.

    Raises:
        InvalidInput: the file cannot be read; names the table.
    """
    try:
        with _opened(path) as file:
            lines = csv.reader(file, strict=True)
            for line in lines:
                yield lines.line_num, line
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(table, f"cannot be read: {error}") from None


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8", newline="")


class LocalTimes:
    """The source's local times, which name no zone, as aware instants in UTC."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._known: dict[str, datetime] = {}

    def at(self, text: str, field: str) -> datetime:
        """The instant of `2153-09-17 17:08:00`.

        Raises:
            InvalidInput: names the column and what was read there.
        """
        found = self._known.get(text)
        if found is None:
            try:
                local = datetime.fromisoformat(text).replace(tzinfo=self._zone)
            except ValueError:
                raise InvalidInput(
                    field, f"{text!r} is not a time", right="2153-09-17 17:08:00"
                ) from None
            found = self._known[text] = local.astimezone(UTC)
        return found

    def or_none(self, text: str, field: str) -> datetime | None:
        """The instant, or None where the cell is empty.

        Raises:
            InvalidInput: names the column and what was read there.
        """
        return self.at(text, field) if text else None
