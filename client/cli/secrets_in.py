"""Secrets that people enter at the command line: from a file, standard input, or the keyboard."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from client.cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

_LONGEST: Final = 4096
"""Of a secret file or a line that much is read: no secret is longer."""


class Entered(Mapping[str, str]):
    """Secrets by the user who entered them; they show in no message and no trace."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._secrets = dict(secrets)

    def __getitem__(self, user: str) -> str:
        return self._secrets[user]

    def __iter__(self) -> Iterator[str]:
        return iter(self._secrets)

    def __len__(self) -> int:
        return len(self._secrets)

    def __repr__(self) -> str:
        return f"<the secrets of {len(self)}>"


class Lines:
    """The lines that one call has for secrets: of standard input, or typed and not shown.

    Attributes:
        taken: whether standard input is read as something else (`--file -`).
    """

    def __init__(self, stdin: TextIO, *, taken: bool, ask: Callable[[str], str] = getpass) -> None:
        self._stdin = stdin
        self._ask = ask
        self.taken = taken

    def next(self, whose: str) -> str:
        """The next secret; empty where there is none.

        Raises:
            UsageError: it is not UTF-8, or too long for a secret.
        """
        if self._stdin.isatty():
            try:
                return self._ask(f"Secret of {whose}: ")
            except EOFError:
                return ""
        if self.taken:
            return ""
        line = self._stdin.readline(_LONGEST)
        if len(line) == _LONGEST:
            raise UsageError("standard input: a line is too long for a secret", field="secret")
        return _clean(line, "standard input")


def of_file(file: str, option: str) -> list[str]:
    """The lines of a secret file.

    Raises:
        UsageError: there is no such file, others may read it, or it is not UTF-8; says what to do.
    """
    try:
        with Path(file).open("rb") as opened:
            _require_own(os.fstat(opened.fileno()), file, option)
            data = opened.read(_LONGEST)
    except OSError as error:
        raise UsageError(
            f"{option}: {file} cannot be read: {error.strerror or error}", field=_field(option)
        ) from None
    text = data.decode("utf-8-sig", errors="surrogateescape")
    return [_clean(line, file) for line in text.splitlines()]


def _require_own(found: os.stat_result, file: str, option: str) -> None:
    if os.name != "posix":
        return
    if found.st_mode & (stat.S_IRWXG | stat.S_IRWXO) or found.st_uid not in (0, os.geteuid()):
        raise UsageError(
            f"{option}: {file} can be read by others than its owner; run: chmod 600 {file}",
            field=_field(option),
        )


def _field(option: str) -> str:
    return option.removeprefix("--").replace("-", "_")


def _clean(line: str, where: str) -> str:
    if any("\udc80" <= char <= "\udcff" for char in line):
        raise UsageError(f"{where}: the secret is not UTF-8", field="secret")
    return line.removeprefix("\ufeff").rstrip("\r\n")
