"""Empty projections beside the real ones: to compare with, or to take a table from."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from storage import questions as ask
from storage import sqlite
from storage.engine import Driver
from storage.rebuild import replay
from storage.statements import inserting
from storage.tables import allergies, metadata, observations, standing_facts

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator


@contextmanager
def scratch() -> Iterator[Driver]:
    """All tables, empty, in a private database that vanishes when it is let go."""
    engine = sqlite.scratch()
    try:
        metadata.create_all(engine)
        with engine.connect() as connection:
            raw = cast("sqlite3.Connection", connection.connection.driver_connection)
            raw.execute("PRAGMA synchronous = OFF")
            raw.execute("BEGIN")
            yield Driver(raw, engine.dialect)
            raw.execute("ROLLBACK")
    finally:
        engine.dispose()


def fill_clinical(driver: Driver) -> None:
    """Fill the tables of observations, allergies and facts, which are empty, from the journal.

    Raises:
        BrokenRecordError: a row of the journal that cannot be folded.
    """
    with scratch() as target:
        # what comes next on open work is not looked at: those tables stay as they are
        replay(driver, target, lambda _: {})
        for table in (observations, allergies, standing_facts):
            names = table.columns.keys()
            rows = target.rows(ask.whole(table))
            driver.write_all(inserting(table), [dict(zip(names, row, strict=True)) for row in rows])
