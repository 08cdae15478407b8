"""Which band a screen shows: it rises at once and falls late, so that it does not flicker."""

from __future__ import annotations

from typing import Final

from rules.risk_table import shipped_model
from rules.risk_values import Band

CALM_SECONDS: Final = 15 * 60
MARGIN: Final = 3
"""Points below a band's edge at which a score counts as settled (rules specification 2.5)."""
_ORDER: Final = {band: rank for rank, band in enumerate(Band)}


def highest_settled(shown: Band) -> int:
    """The highest score at which a shown band may fall by time: its lower edge less 3."""
    return shipped_model().bands.index(shown) - MARGIN


def shown_band(
    score: int, *, shown: Band | None, settled_seconds: int = 0, causal_event: bool = False
) -> Band:
    """The band to show for a score of work priority; the score itself is untouched by this.

    Args:
        shown: what is shown now; None: nothing yet.
        settled_seconds: for how long the score has been at `highest_settled(shown)` or below.
        causal_event: a step was closed or a new NEWS2 came: the band follows the score at once.
    """
    band = shipped_model().bands[score]
    if shown is None or causal_event or _ORDER[band] >= _ORDER[shown]:
        return band
    settled = score <= highest_settled(shown) and settled_seconds >= CALM_SECONDS
    return band if settled else shown
