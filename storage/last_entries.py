"""When the last entry of a stay, or of any stay, was recorded; entries of imports left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import func, select, text

from storage.statements import Statement, word
from storage.tables import encounter_state, encounters, journal
from storage.types import instant

if TYPE_CHECKING:
    from datetime import datetime

    from domain.ids import EncounterId
    from storage.engine import Database

_BY_TRUE_CLOCK: Final = text("simulated = 0 AND source <> 'import'")
_LAST: Final = select(func.max(encounter_state.c.recorded_at))
_LAST_OF_ALL: Final = Statement(
    _LAST.where(encounter_state.c.encounter_id.in_(select(encounters.c.id)))
)
_LAST_OF_STAY: Final = Statement(_LAST.where(encounter_state.c.encounter_id == word("stay")))
_TRUE: Final = select(func.max(journal.c.recorded_at))
_TRUE_OF_ALL: Final = Statement(_TRUE.where(journal.c.encounter_id.is_not(None), _BY_TRUE_CLOCK))
_TRUE_OF_STAY: Final = Statement(_TRUE.where(journal.c.chain == word("stay"), _BY_TRUE_CLOCK))


@dataclass(frozen=True, slots=True)
class LastEntries:
    """The ends of the records, as a reader asks for them."""

    database: Database

    def last(self, stay: EncounterId | None) -> datetime | None:
        """The last entry by any clock; None where there is none. Without a stay: of all stays."""
        return self._at(_LAST_OF_ALL if stay is None else _LAST_OF_STAY, stay)

    def last_true(self, stay: EncounterId | None) -> datetime | None:
        """The last entry by a clock that was not set."""
        return self._at(_TRUE_OF_ALL if stay is None else _TRUE_OF_STAY, stay)

    def _at(self, question: Statement, stay: EncounterId | None) -> datetime | None:
        values = {} if stay is None else {"stay": stay}
        found = cast("int | None", self.database.ask(question, values)[0][0])
        return instant(found) if found else None
