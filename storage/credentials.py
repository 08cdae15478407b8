"""Credentials in the database: one row a person, changed under the write lock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import insert, select, text, update

from domain.credentials import Credential, Method, tried
from domain.happenings import Noun
from domain.ids import PractitionerId
from storage.codec import parsed
from storage.journal import happening_stream
from storage.statements import Statement, word
from storage.trust_tables import credentials
from storage.types import instant, instant_or_none, micros, micros_or_none

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from storage.engine import Database, Driver, Row, Values

_COLUMNS: Final = tuple(column.name for column in credentials.columns)
_OF: Final = Statement(select(credentials).where(credentials.c.user_id == word("key")))
# whether anybody's secret was ever set: by the partial index over such events, which are few
ANY: Final = Statement(text("SELECT 1 FROM journal WHERE kind = 'credential_set' LIMIT 1"))
_LAST: Final = Statement(
    text(
        "SELECT payload FROM journal WHERE stream = :stream AND kind = 'credential_set' "
        "ORDER BY stream_seq DESC LIMIT 1"
    )
)
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
        self._secured = False

    def secured(self) -> bool:
        """Whether the journal knows of any secret; once it does, it does for good."""
        self._secured = self._secured or bool(self._database.ask(ANY, {}))
        return self._secured

    def journalled(self, user: PractitionerId) -> str | None:
        """The fingerprint of a person's secret that the journal was last told of."""
        stream = happening_stream(Noun.PRACTITIONER, user)
        rows = self._database.ask(_LAST, {"stream": stream})
        if not rows:
            return None
        body = parsed(cast("str", rows[0][0]))["body"]
        return str(cast("Mapping[str, object]", body)["fingerprint"])

    def of(self, user: PractitionerId) -> Credential | None:
        """What is kept of a person's secret."""
        rows = self._database.ask(_OF, {"key": user})
        return _credential(rows[0]) if rows else None

    def claim_try(self, user: PractitionerId, *, now: datetime) -> bool:
        """Count a try as wrong before it is looked at; False: it may not be looked at yet."""
        with self._database.writing() as driver:
            row = driver.row(_OF, key=user)
            after = None if row is None else tried(_credential(row), now)
            if after is None:
                return False
            _note(driver, user, after.failures, after.locked_until)
            driver.commit()
        return True

    def clear_tries(self, user: PractitionerId) -> None:
        """Forget the wrong secrets after a right one."""
        with self._database.writing() as driver:
            _note(driver, user, 0, None)
            driver.commit()


def _note(
    driver: Driver, user: PractitionerId, failures: int, locked_until: datetime | None
) -> None:
    row: Values = {"key": user, "failures": failures}
    driver.write(_TRY, row | {"locked_until": micros_or_none(locked_until)})


def _credential(row: Row) -> Credential:
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
