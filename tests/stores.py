"""Stores for tests: the schema is made once, each test gets a copy of the file."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Final

from storage.migrate import upgrade
from storage.store import Store, open_store

if TYPE_CHECKING:
    from domain.clock import Clock


KEY: Final = bytes(range(32))
"""Of encrypted databases in tests."""


@cache
def _template(key: bytes | None) -> Path:
    file = Path(mkdtemp(prefix="wardloop-test-")) / "empty.db"
    upgrade(f"sqlite:///{file}", key=key)
    return file


def new_file(folder: Path, name: str = "ward.db", *, key: bytes | None = None) -> str:
    """The address of a new, empty database in a folder."""
    file = folder / name
    shutil.copyfile(_template(key), file)
    return f"sqlite:///{file}"


def new_store(folder: Path, clock: Clock, *, key: bytes | None = None) -> Store:
    """A store on a new database."""
    return open_store(new_file(folder, key=key), clock=clock, key=key)
