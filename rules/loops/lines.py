"""Where each key of a TOML text stands, so that a fault is named by file and line.

`tomllib` forgets positions. The text has already been read by `tomllib` when it comes here, so this
scanner only walks what is known to be right and says the line of every key and array element.
"""

import re
import tomllib
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Final

KeyPath = tuple[str | int, ...]
"""The keys and indices that lead to a value: `("steps", 3, "by")`."""

_BLANK: Final = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_SPACE: Final = re.compile(r"[ \t]*")
_KEY: Final = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*'""")
_STRING: Final = re.compile(
    r'''"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?'{3,5}|"(?:[^"\\]|\\.)*"|'[^']*\'''', re.DOTALL
)
_SCALAR: Final = re.compile(r"[^,\]}#\n]+")


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, counted from 1; 0 where no line can be named."""

    file: str
    line: int


@dataclass(slots=True)
class _Scanner:
    text: str
    at: int = 0
    lines: dict[KeyPath, int] = field(default_factory=dict)
    tables: dict[KeyPath, int] = field(default_factory=dict)
    starts: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.starts = [0, *(found.end() for found in re.finditer("\n", self.text))]

    def document(self) -> dict[KeyPath, int]:
        prefix: KeyPath = ()
        self.skip(_BLANK)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                prefix = self.header()
            else:
                self.pair(prefix)
            self.skip(_BLANK)
        return self.lines

    def header(self) -> KeyPath:
        many = self.text.startswith("[[", self.at)
        self.at += 2 if many else 1
        keys = self.keys()
        self.at += 2 if many else 1
        path: KeyPath = ()
        for number, key in enumerate(keys):
            path = (*path, key)
            self.mark(path)
            if many and number == len(keys) - 1:
                self.tables[path] = self.tables.get(path, 0) + 1
            if path in self.tables:
                path = (*path, self.tables[path] - 1)
                self.mark(path)
        return path

    def keys(self) -> list[str]:
        found = []
        while True:
            self.skip(_SPACE)
            found.append(self.key())
            self.skip(_SPACE)
            if self.text[self.at] != ".":
                return found
            self.at += 1

    def key(self) -> str:
        text = self.take(_KEY)
        if text[0] in "\"'":
            return str(tomllib.loads(f"key = {text}")["key"])
        return text

    def pair(self, prefix: KeyPath) -> None:
        path = prefix
        start = self.at
        for key in self.keys():
            path = (*path, key)
            self.mark(path, start)
        self.at += 1  # the equals sign
        self.skip(_SPACE)
        self.value(path)

    def value(self, path: KeyPath) -> None:
        first = self.text[self.at]
        if first in "[{":
            self.at += 1
            self.members(path, closing="]" if first == "[" else "}")
        else:
            self.take(_STRING if first in "\"'" else _SCALAR)

    def members(self, path: KeyPath, *, closing: str) -> None:
        number = 0
        self.skip(_BLANK)
        while self.text[self.at] != closing:
            if closing == "]":
                self.mark((*path, number))
                self.value((*path, number))
            else:
                self.pair(path)
            number += 1
            self.skip(_BLANK)
            if self.text[self.at] == ",":
                self.at += 1
                self.skip(_BLANK)
        self.at += 1

    def mark(self, path: KeyPath, start: int | None = None) -> None:
        self.lines.setdefault(path, bisect_right(self.starts, self.at if start is None else start))

    def skip(self, blank: re.Pattern[str]) -> None:
        self.take(blank)

    def take(self, token: re.Pattern[str]) -> str:
        found = token.match(self.text, self.at)
        if found is None:  # pragma: no cover - tomllib has refused such a text before
            raise ValueError(f"not TOML at {self.at}")
        self.at = found.end()
        return found[0]


def key_lines(text: str) -> dict[KeyPath, int]:
    """The line of each key and array element of a TOML text that `tomllib` accepts."""
    return _Scanner(text).document()


@dataclass(frozen=True, slots=True)
class Places:
    """Where each key stands, also when a row was put together from several files."""

    file: str
    known: dict[KeyPath, Place]

    @classmethod
    def of(cls, file: str, text: str) -> "Places":
        """The places of one file."""
        return cls(file, {path: Place(file, line) for path, line in key_lines(text).items()})

    def at(self, path: KeyPath) -> Place:
        """The place of a key, or of the nearest key around it that is written."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.known:
                return self.known[path[:end]]
        return Place(self.file, 0)

    def replaced(self, path: KeyPath, source: "Places", source_path: KeyPath) -> "Places":
        """The places after the value at `path` was taken from elsewhere."""
        kept = {key: place for key, place in self.known.items() if key[: len(path)] != path}
        taken = {
            path + key[len(source_path) :]: place
            for key, place in source.known.items()
            if key[: len(source_path)] == source_path
        }
        return Places(self.file, kept | taken)
