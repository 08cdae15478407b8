"""Empty projections beside the real ones: to compare with, or to take a table from."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import select, update

from storage import questions as ask
from storage import sqlite
from storage.engine import Driver
from storage.rebuild import replay
from storage.statements import Statement, inserting, word
from storage.tables import allergies, metadata, observations, orders, standing_facts, tasks

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator


@contextmanager
def scratch(*, in_memory: bool = False) -> Iterator[Driver]:
    """All tables, empty, in a private database that vanishes when it is let go.

    Args:
        in_memory: nothing of it may come to a disk, because its source is encrypted.
    """
    engine = sqlite.scratch(in_memory=in_memory)
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


_KEPT: Final = {
    table: Statement(select(table.c.id, table.c.progress).order_by(table.c.id))
    for table in (orders, tasks)
}
_PROGRESS: Final = {
    table: Statement(
        update(table).where(table.c.id == word("key"), table.c.progress != word("new")),
        columns=("progress",),
    )
    for table in (orders, tasks)
}


def fill_new(driver: Driver, *, in_memory: bool = False) -> None:
    """Bring the tables of an older schema to what this version makes of the journal.

    Observations, allergies and facts, which are empty, and what is kept of orders and tasks: this
    version folds more out of the same events.

    Raises:
        BrokenRecordError: a row of the journal that cannot be folded.
    """
    with scratch(in_memory=in_memory) as target:
        # what comes next on open work is not looked at: those tables stay as they are
        replay(driver, target, lambda _: {})
        for table in (observations, allergies, standing_facts):
            names = table.columns.keys()
            rows = target.rows(ask.whole(table))
            driver.write_all(inserting(table), [dict(zip(names, row, strict=True)) for row in rows])
        for table, statement in _PROGRESS.items():
            for key, progress in target.rows(_KEPT[table]):
                driver.write(statement, {"key": key, "new": progress, "progress": progress})
