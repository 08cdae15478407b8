"""The clock that a ward reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.ids import WardId

if TYPE_CHECKING:
    from datetime import tzinfo

    from client.app import App


def zone_of(app: App, ward: str | None = None) -> tzinfo:
    """The time zone of a ward; of the site where none is named."""
    return app.place.zone(WardId(ward or ""))


def zone_of_order(app: App, encounter: str) -> tzinfo:
    """The time zone where the patient of an order lies."""
    from domain.ids import EncounterId

    stay = app.reads.encounter(EncounterId(encounter))
    return zone_of(app, None if stay is None else stay.ward)
