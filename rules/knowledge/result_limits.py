"""From where a result is critical, by its name: what is asked for when a result is entered."""

from collections.abc import Callable
from datetime import date
from typing import TypeAlias

from domain.analytes import ResultLimits
from rules.knowledge.limit_rows import CriticalLimitRow
from rules.knowledge.tables import Knowledge

LimitsOf: TypeAlias = Callable[[str, date], ResultLimits | None]


def result_limits(read: Callable[[], Knowledge]) -> LimitsOf:
    """The critical limits of a name in force on a day; None where there are none.

    Args:
        read: gives the knowledge when a result is entered: most commands enter none.
    """

    def found(name: str, day: date) -> ResultLimits | None:
        for row in read().on(day).of(CriticalLimitRow):
            if row.observation == name:
                return ResultLimits(row.low, row.high, row.possible_low, row.possible_high)
        return None

    return found
