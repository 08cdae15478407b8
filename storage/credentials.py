"""Credentials in the database: one row a person, changed under the write lock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import insert, select, update

from domain.credentials import Credential, Method
from domain.ids import PractitionerId
from storage.statements import Statement, word
from storage.trust_tables import credentials
from storage.types import instant, instant_or_none, micros, micros_or_none

if TYPE_CHECKING:
    from datetime import datetime

    from storage.engine import Database, Driver, Values

_COLUMNS: Final = tuple(column.name for column in credentials.columns)
_OF: Final = Statement(select(credentials).where(credentials.c.user_id == word("key")))
_ANY: Final = Statement(select(credentials.c.user_id))
_ADD: Final = Statement(insert(credentials), columns=_COLUMNS)
_CHANGE: Final = Statement(
    update(credentials).where(credentials.c.user_id == word("key")), columns=_COLUMNS
)
_TRY: Final = Statement(
    update(credentials).where(credentials.c.user_id == word("key")),
    columns=("failures", "locked_until"),
)


class SqlCredentials:
    """The credentials of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def secured(self) -> bool:
        """Whether anybody's secret was ever set here."""
        with self._database.reading() as driver:
            return driver.row(_ANY) is not None

    def of(self, user: PractitionerId) -> Credential | None:
        """What is kept of a person's secret."""
        with self._database.reading() as driver:
            return credential_of(driver, user)

    def note_try(
        self, user: PractitionerId, *, failures: int, locked_until: datetime | None
    ) -> None:
        """Keep how often in a row a wrong secret was given; 0 after a right one."""
        with self._database.writing() as driver:
            row: Values = {"key": user, "failures": failures}
            driver.write(_TRY, row | {"locked_until": micros_or_none(locked_until)})
            driver.commit()


def credential_of(driver: Driver, user: PractitionerId) -> Credential | None:
    """A person's credential as this connection sees it."""
    row = driver.row(_OF, key=user)
    if row is None:
        return None
    name, method, encoded, changed_at, must_change, failures, locked_until = row
    return Credential(
        PractitionerId(cast("str", name)),
        Method(cast("str", method)),
        cast("str", encoded),
        instant(cast("int", changed_at)),
        must_change=bool(must_change),
        failures=cast("int", failures),
        locked_until=instant_or_none(cast("int | None", locked_until)),
    )


def keep_credential(driver: Driver, kept: Credential) -> None:
    """Keep a person's new credential, in the transaction that tells the journal of it."""
    row: Values = {
        "user_id": kept.user,
        "method": kept.method.value,
        "encoded": kept.encoded,
        "changed_at": micros(kept.changed_at),
        "must_change": int(kept.must_change),
        "failures": kept.failures,
        "locked_until": micros_or_none(kept.locked_until),
    }
    if driver.write(_CHANGE, row | {"key": kept.user}) == 0:
        driver.write(_ADD, row)
