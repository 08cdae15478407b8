"""What a decision knows of a stay and of the product of an order, for writes (decision 24)."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from domain.errors import NotFound
from domain.ids import PatientId
from domain.loops.case import Facts
from domain.patients import EncounterState
from storage import statements as sql
from storage.catalogue import product_at
from storage.types import instant_or_none

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from domain.ids import EncounterId
    from storage.engine import Driver, Row
    from storage.memory import Memory


def facts_of(
    driver: Driver, memory: Memory, encounter: EncounterId, product: object, *, at: datetime
) -> Facts:
    """The frozen facts of a stay and a product; not made anew while neither has changed.

    Args:
        product: its code, as the order names it.

    Raises:
        NotFound: the encounter was never admitted.
    """
    known = memory.stay(encounter)
    if known.facts is None:
        known.facts = driver.row(sql.FACTS, encounter_id=encounter)
        known.frozen.clear()
    if known.facts is None:
        raise NotFound("encounter", encounter)
    code = product if isinstance(product, str) else None
    data = None if code is None else product_at(driver, memory, code, at)
    made = known.frozen.get(code)
    if made is None or made[0] is not data:
        made = known.frozen[code] = (data, _frozen(encounter, known.facts, code, data))
    return made[1]


def _frozen(
    encounter: EncounterId, row: Row, code: str | None, data: Mapping[str, object] | None
) -> Facts:
    state, ended_at, band_instance, patient, mrn, zone = row
    product = {} if code is None else {**(data or {}), "code": code}
    return Facts(
        encounter=encounter,
        patient=PatientId(cast("str", patient)),
        active=state == EncounterState.IN_PROGRESS,
        ended_at=instant_or_none(cast("int | None", ended_at)),
        mrn=cast("str", mrn),
        band_instance=cast("int", band_instance),
        item_codes=frozenset() if code is None else item_codes(code, product),
        zone=UTC if zone is None else ZoneInfo(cast("str", zone)),
        product=product,
    )


def item_codes(product: str, data: Mapping[str, object]) -> frozenset[str]:
    """The codes that answer a product on a scan: its own, its GTINs and its other codes."""
    codes = {product}
    for listed in (data.get("gtins"), data.get("codes")):
        if isinstance(listed, list):
            codes.update(str(code) for code in listed)
    return frozenset(codes)
