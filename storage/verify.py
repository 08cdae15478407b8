"""Does the database hold what it should? Reads everything, writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Final, cast

from domain.sealing import Fault
from storage import questions as ask
from storage.heads import cut_off, replaced
from storage.integrity import AUDIT, JOURNAL, guards, numbers, walk
from storage.rebuild import BrokenRecordError, replay
from storage.risks import ACTIVE, RISK_COLUMNS, weigh_all
from storage.scratch import scratch
from storage.tables import PROJECTIONS, encounter_state, orders, tasks
from storage.trust_tables import TRUST_PROJECTIONS

if TYPE_CHECKING:
    from sqlalchemy import Table

    from domain.ports import Rulebook
    from storage.engine import Driver, Row
    from storage.heads import LostEnd
    from storage.rebuild import OutlookOf
    from storage.store import Store

__all__ = ["Fault", "Verdict", "verify"]

_UNSEEN: Final = ("config_hash", "next_due_at", "next_limit", "roles", "ready", "watch")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was compared, and the first fault, if there is one.

    Attributes:
        chains: chains read whole.
        events: rows of the journal whose hash was worked out.
        commands: commands whose events were counted.
        rows: rows of projections compared.
        audit: entries of the audit trail whose hash was worked out.
    """

    chains: int = 0
    events: int = 0
    commands: int = 0
    rows: int = 0
    fault: Fault | None = None
    audit: int = 0

    @property
    def holds(self) -> bool:
        """Whether everything is as it should be."""
        return self.fault is None


def verify(store: Store, outlook: OutlookOf, *, rulebook: Rulebook | None = None) -> Verdict:
    """Check every hash and number of the journal, then compare every projection with its fold.

    What comes next on open work is compared with what follows from the present configuration, and
    so is the score of each patient in hospital.

    Args:
        rulebook: what scores follow from; None: they are not compared.
    """
    with store.database.reading() as driver:
        walked, trail = walk(driver, JOURNAL), walk(driver, AUDIT)
        fault = walked.fault or _ends(cut_off(driver)) or numbers(driver)
        fault = fault or _ends(replaced(driver)) or trail.fault
        commands = cast("int", (driver.row(ask.COMMANDS) or (0,))[0])
        rows = 0
        if fault is None:
            hidden = store.database.key is not None
            rows, fault = _projections(driver, outlook, rulebook, in_memory=hidden)
            fault = fault or guards(driver)
    return Verdict(walked.chains, walked.records, commands, rows, fault, trail.records)


def _ends(lost: LostEnd | None) -> Fault | None:
    return None if lost is None else Fault(lost.chain, lost.seq, lost.what)


def _projections(
    driver: Driver, outlook: OutlookOf, rulebook: Rulebook | None, *, in_memory: bool
) -> tuple[int, Fault | None]:
    with scratch(in_memory=in_memory) as target:
        try:
            replay(driver, target, outlook)
        except BrokenRecordError as broken:
            return 0, Fault(broken.chain, broken.seq, broken.what)
        weighed = set()
        if rulebook is not None:
            weigh_all(target, driver, rulebook)
            weighed = {row[0] for row in driver.rows(ACTIVE)}
        rows = 0
        for table in (*PROJECTIONS, *TRUST_PROJECTIONS):
            statement = ask.whole(table)
            pairs = zip_longest(driver.stream(statement), target.stream(statement))
            for stored, folded in pairs:
                if stored != folded and not _alike(table, stored, folded, weighed):
                    return rows, _difference(table, stored, folded)
                rows += 1
    return rows, None


def _alike(table: Table, stored: Row | None, folded: Row | None, weighed: set[object]) -> bool:
    """Whether rows differ only in what is not in the journal.

    Open work: the configuration under which it was last looked at (`refresh`); what follows from
    the configuration is compared, unless nobody has looked since the schema was made. Stays: a
    score that rests on another chain, and that of a patient who has left.
    """
    if stored is None or folded is None or table not in (orders, tasks, encounter_state):
        return False
    one = dict(zip(table.columns.keys(), stored, strict=True))
    other = dict(zip(table.columns.keys(), folded, strict=True))
    if table is encounter_state:
        if one["risk_seq"] is not None and one["encounter_id"] in weighed:
            return False
        left_out: tuple[str, ...] = RISK_COLUMNS
    elif not one["is_open"]:
        return False
    else:
        left_out = ("config_hash",) if one["config_hash"] else _UNSEEN
    return {**one, **dict.fromkeys(left_out)} == {**other, **dict.fromkeys(left_out)}


def _difference(table: Table, stored: Row | None, folded: Row | None) -> Fault:
    keys = [table.columns.keys().index(column.name) for column in table.primary_key]

    def key(row: Row) -> str:
        return " ".join(str(row[place]) for place in keys)

    if stored is None and folded is not None:
        return Fault(table.name, 0, f"{key(folded)} is missing; run db rebuild")
    if stored is not None and (folded is None or key(stored) != key(folded)):
        return Fault(table.name, 0, f"near {key(stored)} rows differ; run db rebuild")
    names = [
        column.name
        for column, one, other in zip(table.columns, stored or (), folded or (), strict=False)
        if one != other
    ]
    where = "" if stored is None else key(stored)
    return Fault(
        table.name,
        0,
        f"{where}: {', '.join(names)} do not follow from the journal under this configuration;"
        " run db rebuild",
    )
