"""What catalogues say of an item at an instant, for writes: read once while nobody changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from storage import statements as sql
from storage.mapping import open_fields
from storage.types import micros

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from storage.engine import Driver, Row
    from storage.memory import Memory

_GIVEN: Final = "product"
"""A drug or a blood component: what a product is."""


def product_at(
    driver: Driver, memory: Memory, code: str, at: datetime
) -> Mapping[str, object] | None:
    """The data of a drug or a blood component; None where the catalogues do not have it."""
    items = memory.items()
    found = items.get((_GIVEN, code))
    if found is None:
        found = items[_GIVEN, code] = driver.rows(sql.PRODUCT, code=code)
    return _in_force(found, at)


def item_at(
    driver: Driver, memory: Memory, kind: str, code: str, at: datetime
) -> Mapping[str, object] | None:
    """The data of an item of one catalogue; None where it is not there."""
    items = memory.items()
    found = items.get((kind, code))
    if found is None:
        found = items[kind, code] = driver.rows(sql.ITEM, kind=kind, code=code)
    return _in_force(found, at)


def _in_force(versions: list[Row], at: datetime) -> Mapping[str, object] | None:
    limit = micros(at)
    for effective_from, data in versions:
        if cast("int", effective_from) <= limit:
            return open_fields(data)
    return None
