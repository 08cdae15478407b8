"""Every projection anew from the journal, to the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from sqlalchemy import delete

from domain.errors import StorageError
from domain.events import Event
from domain.happenings import Happening, MovedTo, Noun
from domain.loops.case import Case
from domain.loops.evolve import evolve_case
from domain.worklists import Outlook
from storage import questions as ask
from storage import statements as sql
from storage.chains import NO_RISK
from storage.journal import named, recorded
from storage.projections import project_case, project_happening
from storage.statements import Statement
from storage.tables import PROJECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.ids import OrderId
    from storage.engine import Driver, Values
    from storage.store import Store

OutlookOf: TypeAlias = Callable[[Case], Mapping[str, Outlook]]
"""What comes next on each stream of a case: storage does not know the rules."""

_EMPTY: Final = tuple(Statement(delete(table)) for table in reversed(PROJECTIONS))
# what others name comes first; the stays follow chain by chain
_NOUNS: Final = tuple(noun for noun in Noun if noun is not Noun.ENCOUNTER)


class BrokenRecordError(StorageError):
    """A row of the journal that cannot be read or folded.

    Attributes:
        chain: its chain.
        seq: its place there.
        what: what is wrong with it.
    """

    def __init__(self, chain: str, seq: int, what: str) -> None:
        super().__init__("JOURNAL", f"{chain} {seq}: {what}")
        self.chain = chain
        self.seq = seq
        self.what = what


@dataclass(frozen=True, slots=True)
class Replayed:
    """How much was read."""

    chains: int
    events: int


def rebuild(store: Store, outlook: OutlookOf) -> Replayed:
    """Recompute every projection from the journal, in one transaction.

    Raises:
        BrokenRecordError: a row that cannot be folded; nothing was changed then.
        StorageError: the database cannot be written to.
    """
    with store.database.writing() as driver:
        for statement in _EMPTY:
            driver.write(statement, {})
        done = replay(driver, driver, outlook)
        driver.commit()
    return done


def replay(source: Driver, target: Driver, outlook: OutlookOf) -> Replayed:
    """Fold the journal of one database into the empty projections of another (or of the same)."""
    for noun in _NOUNS:
        # ";" follows ":", so this is every stream of the noun, by the index
        rows = source.stream(ask.STREAMS_BETWEEN, low=f"{noun.value}:", high=f"{noun.value};")
        for row in map(named, rows):
            _happened(target, row, _read(row))
    chains = events = 0
    rows = source.stream(ask.CHAINS)
    for chain, group in groupby(map(named, rows), key=lambda row: row["chain"]):
        chains += 1
        events += _ChainReplay(target, outlook).run(cast("str", chain), group)
    return Replayed(chains, events)


class _ChainReplay:
    """One chain, row by row, its cases kept command by command as they were when they were live."""

    def __init__(self, target: Driver, outlook: OutlookOf) -> None:
        self._target = target
        self._outlook = outlook
        self._cases: dict[OrderId, Case] = {}
        self._before: dict[OrderId, Case | None] = {}
        self._command: object = None
        self._config_hash = ""

    def run(self, chain: str, rows: Iterable[Values]) -> int:
        count, recorded_at, last = 0, 0, None
        for row in rows:
            count, last = count + 1, row
            if row["source"] != "import":
                recorded_at = max(recorded_at, cast("int", row["recorded_at"]))
            if row["encounter_id"] is not None:
                self._take(row)
        self._flush()
        self._look_ahead()
        if last is not None:
            head = {"encounter_id": chain, "seq": last["chain_seq"], "hash": last["hash"]}
            self._target.write(sql.BEGIN_STATE, {**NO_RISK, **head, "recorded_at": recorded_at})
        return count

    def _take(self, row: Values) -> None:
        if row["command_id"] != self._command:
            self._flush()
        self._command = row["command_id"]
        self._config_hash = cast("str", row["config_hash"])
        said = _read(row)
        if isinstance(said, Event):
            self._fold(row, said)
        elif said.noun is Noun.ENCOUNTER:
            if isinstance(said.body, MovedTo):
                self._flush()
            _happened(self._target, row, said)

    def _fold(self, row: Values, event: Event) -> None:
        case = self._cases.get(event.order_id)
        self._before.setdefault(event.order_id, case)
        try:
            self._cases[event.order_id] = evolve_case(case, event)
        except (StorageError, KeyError, ValueError) as error:
            raise _broken(row, error) from error

    def _flush(self) -> None:
        for order, before in self._before.items():
            project_case(
                self._target,
                before,
                self._cases[order],
                outlooks={},
                config_hash=self._config_hash,
            )
        self._before.clear()

    def _look_ahead(self) -> None:
        for case in self._cases.values():
            open_tasks = {key: task for key, task in case.tasks.items() if not task.state.terminal}
            if case.order.state.terminal and not open_tasks:
                continue
            live = Case(case.order, MappingProxyType(open_tasks))
            outlooks = self._outlook(live)
            project_case(self._target, live, live, outlooks=outlooks, config_hash="")


def _read(row: Values) -> Event | Happening:
    try:
        return recorded(row)
    except (StorageError, KeyError, TypeError, ValueError) as error:
        raise _broken(row, error) from error


def _happened(target: Driver, row: Values, said: Event | Happening) -> None:
    if isinstance(said, Happening):
        project_happening(target, said, stream_seq=cast("int", row["stream_seq"]))


def _broken(row: Values, error: Exception) -> BrokenRecordError:
    return BrokenRecordError(cast("str", row["chain"]), cast("int", row["chain_seq"]), str(error))
