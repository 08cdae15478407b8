"""Writing a file that a command was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.cli.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def write_new(path: Path, text: str) -> None:
    """Write a text in UTF-8, the whole of it or nothing; an older file is replaced.

    Raises:
        UsageError: it cannot be written there.
    """
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        reason = error.strerror or str(error)
        raise UsageError(f"--out: {path} cannot be written: {reason}", field="out") from None
