"""Every row of every table is taken or set aside with a reason, and the sum is proved."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from domain.errors import WardloopError

if TYPE_CHECKING:
    from collections.abc import Iterable

NOT_READ = "no loop reads this table"
DICTIONARY = "dictionary, read for names"


@dataclass(slots=True)
class Account:
    """What became of the rows of one table.

    Attributes:
        read: rows in the file, without its head.
        taken: rows that became part of a patient, stay, order, task or event.
        aside: rows that did not, by reason.
    """

    read: int = 0
    taken: int = 0
    aside: Counter[str] = field(default_factory=Counter)

    def take(self, rows: int = 1) -> None:
        """Count rows as taken."""
        self.taken += rows

    def set_aside(self, reason: str, rows: int = 1) -> None:
        """Count rows as set aside; the reason must name what was met, so that nothing is hidden."""
        self.aside[reason] += rows

    def give_back(self, reason: str, rows: int = 1) -> None:
        """Set rows aside that had been taken already."""
        self.taken -= rows
        self.set_aside(reason, rows)

    def to_json(self) -> dict[str, object]:
        """The table as `import mimic-iv --json` says it, the largest reason first."""
        reasons = sorted(self.aside.items(), key=lambda item: (-item[1], item[0]))
        aside = [{"reason": reason, "rows": rows} for reason, rows in reasons]
        return {"read": self.read, "taken": self.taken, "set_aside": aside}


class Accounts:
    """The accounts of all tables of a folder, by name (`hosp/poe`)."""

    def __init__(self) -> None:
        self._accounts: dict[str, Account] = {}

    def of(self, table: str) -> Account:
        """The account of a table; it begins empty."""
        return self._accounts.setdefault(table, Account())

    def only(self, tables: Iterable[str]) -> None:
        """Forget the tables that were asked for and are not in the folder."""
        self._accounts = {name: self.of(name) for name in tables}

    def prove(self) -> None:
        """Prove that no row was lost and none counted twice.

        Raises:
            WardloopError: names the first table that does not add up. It is a fault of this
                program, not of the data.
        """
        for name, account in sorted(self._accounts.items()):
            said = account.taken + account.aside.total()
            if said != account.read or min(account.taken, *account.aside.values(), 0) < 0:
                raise WardloopError(
                    "ROWS_LOST",
                    f"{name}: {account.read} rows read, {said} accounted for; nothing was written",
                    field=name,
                )

    def to_json(self) -> dict[str, object]:
        """All tables, by name."""
        return {name: account.to_json() for name, account in sorted(self._accounts.items())}
