"""When the next set of vital signs is due (NEWS2: the frequency follows from the last score)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

    from rules.alerts.view import View

HOUR: Final = 60
"""Continuous monitoring is charted every hour at least."""


def observations_due_at(view: View, percent: int) -> datetime | None:
    """When the next set is overdue; None where no frequency is known, or nothing is to be raised.

    Args:
        percent: of the interval, by which a set may be late.
    """
    vitals = view.vitals
    every = None if vitals is None else vitals.score.observe_every_minutes
    if vitals is None or every is None or not view.watched:
        return None
    return vitals.at + timedelta(seconds=(every or HOUR) * 60 * (100 + percent) // 100)
