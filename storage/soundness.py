"""The look at a database before it is used: quick, so that every start can afford it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from domain.errors import StorageError
from storage.heads import cut_off, replaced
from storage.statements import Statement

if TYPE_CHECKING:
    from storage.engine import Database

WHOLE_UP_TO: Final = 32 * 1024 * 1024
"""Bytes up to which every page is looked at: 2 ms a MiB, so that it stays below 100 ms. Of a larger
file the ends of the chains are; each backup proves all of it."""
_QUICK_CHECK: Final = Statement(text("PRAGMA quick_check(1)"))


def refuse_damaged(database: Database) -> None:
    """Look whether the file is sound and every chain ends where it ended.

    Raises:
        StorageError: DAMAGED; nothing should be written to it any more.
    """
    with database.reading() as driver:
        if database.file.stat().st_size <= WHOLE_UP_TO:
            row = driver.row(_QUICK_CHECK)
            if row != ("ok",):
                said = str(row[0]).splitlines()[-1] if row else "no answer"
                raise StorageError("DAMAGED", f"{database.file} is damaged: {said}")
        lost = cut_off(driver) or replaced(driver)
    if lost is not None:
        raise StorageError(
            "DAMAGED", f"{database.file} is damaged: {lost.chain} {lost.seq}: {lost.what}"
        )
