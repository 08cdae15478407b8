"""Leases in the database: one row each, changed under the write lock."""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import insert, select, update

from domain.leases import Lease
from storage.codec import canonical, json_value, parsed
from storage.statements import Statement, word
from storage.tables import lease
from storage.types import instant, micros

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from storage.engine import Database, Driver

_SHOW: Final = Statement(
    select(lease.c.holder, lease.c.expires_at, lease.c.fencing, lease.c.health).where(
        lease.c.name == word("key")
    )
)
_ADD: Final = Statement(
    insert(lease), columns=("name", "holder", "expires_at", "fencing", "health")
)
_TAKE: Final = Statement(
    update(lease).where(lease.c.name == word("key")), columns=("holder", "expires_at", "fencing")
)
_TELL: Final = Statement(
    update(lease).where(lease.c.name == word("key"), lease.c.holder == word("by")),
    columns=("health",),
)
_DROP: Final = Statement(
    update(lease).where(lease.c.name == word("key"), lease.c.holder == word("by")),
    columns=("expires_at",),
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class SqlLeases:
    """The leases of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, name: str, holder: str, *, now: datetime, lasts: timedelta) -> Lease:
        """Take a lease or renew it, where it is free, one's own or expired."""
        until = now + lasts
        with self._database.writing() as driver:
            held = _read(driver, name)
            if held is None:
                taken = Lease(name, holder, until, 1)
                row = {"name": name, "holder": holder, "expires_at": micros(until)}
                driver.write(_ADD, row | {"fencing": 1, "health": "{}"})
            elif held.holder == holder or held.expires_at <= now:
                fencing = held.fencing + (held.holder != holder)
                taken = Lease(name, holder, until, fencing, held.health)
                row = {"key": name, "holder": holder, "expires_at": micros(until)}
                driver.write(_TAKE, row | {"fencing": fencing})
            else:
                return held
            driver.commit()
        return taken

    def tell(self, name: str, holder: str, health: Mapping[str, object]) -> None:
        """Say how one is, as long as one holds the lease."""
        with self._database.writing() as driver:
            text = canonical(json_value(dict(health)))
            driver.write(_TELL, {"key": name, "by": holder, "health": text})
            driver.commit()

    def give_back(self, name: str, holder: str) -> None:
        """Let go of a lease that one holds."""
        with self._database.writing() as driver:
            driver.write(_DROP, {"key": name, "by": holder, "expires_at": micros(_EPOCH)})
            driver.commit()

    def show(self, name: str) -> Lease | None:
        """The lease as it stands; None where nobody ever took it."""
        with self._database.reading() as driver:
            return _read(driver, name)


def _read(driver: Driver, name: str) -> Lease | None:
    row = driver.row(_SHOW, key=name)
    if row is None:
        return None
    holder, expires_at, fencing, health = cast("tuple[str, int, int, str]", row)
    return Lease(name, holder, instant(expires_at), fencing, MappingProxyType(parsed(health)))
