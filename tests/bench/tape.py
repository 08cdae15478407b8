"""What the program asks of SQLite, taken down statement by statement, and played again."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, Self, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

Values: TypeAlias = Any
"""What the driver takes: a tuple or a mapping."""
Statement = tuple[bool, str, Values, bool]
"""Whether on the connection that reads, the text, its values, whether for many rows."""
SETTINGS: Final = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "recursive_triggers = ON",
)


@dataclass
class Tape:
    """The statements of each act."""

    acts: list[list[Statement]] = field(default_factory=list)

    def begin(self) -> None:
        """A new act begins."""
        self.acts.append([])

    def note(self, connection: _Listening, sql: str, values: object, *, many: bool) -> None:
        """A connection was asked something."""
        if sql == "PRAGMA query_only = ON":
            connection.reads = True
        if self.acts:
            self.acts[-1].append((connection.reads, sql, values, many))


class _Listening(sqlite3.Connection):
    tape: Tape
    reads = False

    def execute(self, sql: str, values: Values = (), /) -> sqlite3.Cursor:
        self.tape.note(self, sql, values, many=False)
        return super().execute(sql, values)

    def cursor(self, _factory: None = None) -> sqlite3.Cursor:  # type: ignore[override]  # nobody asks for another kind
        return super().cursor(_Cursor)


class _Cursor(sqlite3.Cursor):
    connection: _Listening

    def execute(self, sql: str, values: Values = (), /) -> Self:
        self.connection.tape.note(self.connection, sql, values, many=False)
        return super().execute(sql, values)

    def executemany(self, sql: str, values: Iterable[Values], /) -> Self:
        rows = list(values)
        self.connection.tape.note(self.connection, sql, rows, many=True)
        return super().executemany(sql, rows)


def listen(tape: Tape) -> Callable[[], None]:
    """From now on every new connection writes to the tape; call the answer to end that."""
    _Listening.tape = tape

    opened = sqlite3.connect
    sqlite3.connect = partial(opened, factory=_Listening)  # type: ignore[assignment]  # the same function, with another kind of connection

    def end() -> None:
        sqlite3.connect = opened

    return end


class Player:
    """Plays the statements of acts on a file of its own, with the program's settings."""

    def __init__(self, file: Path) -> None:
        self._connections = {reads: _opened(file, reads=reads) for reads in (False, True)}

    def play(self, act: list[Statement]) -> float:
        """The seconds that one act takes."""
        connections = self._connections
        begin = perf_counter()
        for reads, sql, values, many in act:
            if many:
                connections[reads].executemany(sql, values)
            else:
                connections[reads].execute(sql, values).fetchall()
        return perf_counter() - begin

    def close(self) -> None:
        """Let go of the file."""
        for connection in self._connections.values():
            connection.close()


def _opened(file: Path, *, reads: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None)
    for setting in SETTINGS:
        connection.execute(f"PRAGMA {setting}")
    if reads:
        connection.execute("PRAGMA query_only = ON")
    return connection
