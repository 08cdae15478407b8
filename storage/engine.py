"""The database behind a store: one engine that writes, one that only reads, on one file."""

from __future__ import annotations

import sqlite3
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, cast

from storage import sqlite
from storage.memory import Memory, Version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from sqlalchemy.engine import Dialect, Engine

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
        self.memory = Memory()

    @property
    def changes(self) -> int:
        """How many rows this connection has changed since it was opened."""
        return self._connection.total_changes

    def version(self) -> Version:
        """The state of the database: another one whenever anybody else has committed."""
        (others,) = self._cursor.execute(sqlite.OTHERS).fetchone()
        return Version(cast("int", others), self.changes)

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
        except sqlite.refusals() as error:
            raise RowRefusedError(str(error)) from error

    def write_all(self, statement: Statement, values: Sequence[Mapping[str, object]]) -> None:
        """Run a statement for many values. Raises RowRefusedError."""
        try:
            self._cursor.executemany(statement.sql(self.dialect), values)
        except sqlite.refusals() as error:
            raise RowRefusedError(str(error)) from error

    def begin(self, words: str) -> None:
        """Begin a transaction."""
        self._cursor.execute(words)

    def commit(self) -> None:
        """Make it last."""
        self._cursor.execute("COMMIT")

    def undo(self) -> None:
        """Undo what was not committed."""
        if self._connection.in_transaction:
            self._cursor.execute("ROLLBACK")

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()


class _Drivers:
    """The connections of one engine that nobody uses now: taken and given back by any thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._idle: deque[Driver] = deque()

    def take(self) -> Driver:
        try:
            return self._idle.pop()
        except IndexError:
            # ours for good: to lend and to return one through SQLAlchemy's pool costs more than
            # the question that is asked on it
            lent = self._engine.raw_connection()
            raw = cast("sqlite3.Connection", lent.driver_connection)
            lent.detach()
            return Driver(raw, self._engine.dialect)

    def give_back(self, driver: Driver) -> None:
        self._idle.append(driver)

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()
        self._engine.dispose()


class Database:
    """One database file, open.

    Raises (from `writing` and `reading`):
        StorageError: it is locked, full, read-only or damaged; the message says what to do.
    """

    def __init__(
        self, url: str, *, key: bytes | None = None, wait_seconds: int = sqlite.WAIT_SECONDS
    ) -> None:
        self.url = url
        self.key = key
        self.file = sqlite.file_of(url)
        self._writers = _Drivers(sqlite.writer(url, key=key, wait_seconds=wait_seconds))
        self._readers = _Drivers(sqlite.reader(url, key=key, wait_seconds=wait_seconds))

    def writing(self) -> AbstractContextManager[Driver]:
        """A transaction under the write lock; undone unless it was committed inside."""
        return self._transaction(self._writers, sqlite.BEGIN_WRITE)

    def reading(self) -> AbstractContextManager[Driver]:
        """One snapshot, on connections that cannot write."""
        return self._transaction(self._readers, sqlite.BEGIN_READ)

    def ask(self, statement: Statement, values: Mapping[str, object]) -> list[Row]:
        """All rows of one question, which is a snapshot by itself."""
        try:
            driver = self._readers.take()
            try:
                return driver.rows(statement, **values)
            finally:
                self._readers.give_back(driver)
        except sqlite.errors() as error:
            raise sqlite.explained(error, self.file, key=self.key) from error

    @contextmanager
    def _transaction(self, drivers: _Drivers, begin: str) -> Iterator[Driver]:
        try:
            driver = drivers.take()
            try:
                driver.begin(begin)
                yield driver
            finally:
                driver.undo()
                drivers.give_back(driver)
        except sqlite.errors() as error:
            raise sqlite.explained(error, self.file, key=self.key) from error

    def close(self) -> None:
        """Let go of the file."""
        self._writers.close()
        self._readers.close()
