"""The database behind a store: one engine that writes, one that only reads, on one file."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, cast

from storage import sqlite

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy.engine import Dialect, Engine
    from sqlalchemy.pool import PoolProxiedConnection

    from storage.statements import Statement

Row = tuple[object, ...]
Values = dict[str, object]
_CHUNK: Final = 2000


class RowRefusedError(Exception):
    """The database does not accept a row: its key is taken, or what it names is not there."""


class Driver:
    """Runs statements on the driver's own connection: compiled once (tech.md 9.1)."""

    def __init__(self, connection: sqlite3.Connection, dialect: Dialect) -> None:
        self._connection = connection
        self.dialect = dialect
        self._cursor = connection.cursor()

    def rows(self, statement: Statement, **values: object) -> list[Row]:
        """All rows of a question."""
        return self._cursor.execute(statement.sql(self.dialect), values).fetchall()

    def row(self, statement: Statement, **values: object) -> Row | None:
        """The first row of a question, or None."""
        found = self._cursor.execute(statement.sql(self.dialect), values).fetchone()
        return cast("Row | None", found)

    def stream(self, statement: Statement, **values: object) -> Iterator[Row]:
        """The rows of a long question, one after the other, on a cursor of their own."""
        cursor = self._connection.cursor()
        cursor.execute(statement.sql(self.dialect), values)
        while chunk := cursor.fetchmany(_CHUNK):
            yield from chunk

    def write(self, statement: Statement, values: Mapping[str, object]) -> int:
        """Run a statement; how many rows it changed. Raises RowRefusedError."""
        try:
            return self._cursor.execute(statement.sql(self.dialect), values).rowcount
        except sqlite3.IntegrityError as error:
            raise RowRefusedError(str(error)) from error

    def write_all(self, statement: Statement, values: Sequence[Mapping[str, object]]) -> None:
        """Run a statement for many values. Raises RowRefusedError."""
        try:
            self._cursor.executemany(statement.sql(self.dialect), values)
        except sqlite3.IntegrityError as error:
            raise RowRefusedError(str(error)) from error

    def commit(self) -> None:
        """Make it last."""
        self._cursor.execute("COMMIT")


class Database:
    """One database file, open.

    Raises (from `writing` and `reading`):
        StorageError: it is locked, full, read-only or damaged; the message says what to do.
    """

    def __init__(self, url: str, *, wait_seconds: int = sqlite.WAIT_SECONDS) -> None:
        self.url = url
        self.file = sqlite.file_of(url)
        self._writer = sqlite.writer(url, wait_seconds=wait_seconds)
        self._reader = sqlite.reader(url, wait_seconds=wait_seconds)

    @contextmanager
    def writing(self) -> Iterator[Driver]:
        """A transaction under the write lock; undone unless it was committed inside."""
        with self._transaction(self._writer, sqlite.BEGIN_WRITE) as driver:
            yield driver

    @contextmanager
    def reading(self) -> Iterator[Driver]:
        """One snapshot, on connections that cannot write."""
        with self._transaction(self._reader, sqlite.BEGIN_READ) as driver:
            yield driver

    @contextmanager
    def _transaction(self, engine: Engine, begin: str) -> Iterator[Driver]:
        pooled: PoolProxiedConnection | None = None
        try:
            pooled = engine.raw_connection()
            raw = cast("sqlite3.Connection", pooled.driver_connection)
            raw.execute(begin)
            try:
                yield Driver(raw, engine.dialect)
            finally:
                if raw.in_transaction:
                    raw.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise sqlite.explained(error, self.file) from error
        finally:
            if pooled is not None:
                pooled.close()

    def close(self) -> None:
        """Let go of the file."""
        self._writer.dispose()
        self._reader.dispose()
