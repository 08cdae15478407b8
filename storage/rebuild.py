"""Every projection anew from the journal, to the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from sqlalchemy import delete, select, text, union, update

from domain.errors import StorageError
from domain.events import Event
from domain.happenings import Happening, MovedTo, Noun
from domain.loops.case import Case
from domain.loops.evolve import evolve_case
from domain.worklists import Outlook
from storage import questions as ask
from storage import statements as sql
from storage.chains import NO_RISK
from storage.clinical_projection import project_values, tells
from storage.heads import cut_off, replaced
from storage.journal import named, recorded
from storage.mapping import load_case, outlook_row
from storage.projections import project_case, project_happening
from storage.risks import OTHER_RULES, weigh, weigh_all
from storage.statements import Statement, is_open, word
from storage.tables import PROJECTIONS, orders, tasks
from storage.trust_tables import TRUST_PROJECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Select, Table

    from domain.ids import OrderId
    from domain.ports import Rulebook
    from storage.engine import Driver, Values
    from storage.store import Store

OutlookOf: TypeAlias = Callable[[Case], Mapping[str, Outlook]]
"""What comes next on each stream of a case: storage does not know the rules."""

_EMPTY: Final = tuple(
    Statement(delete(table)) for table in reversed((*PROJECTIONS, *TRUST_PROJECTIONS))
)
_OTHER: Final = text("config_hash <> :config")


def _outdated(table: Table) -> Select[tuple[str]]:
    return select(table.c.encounter_id).where(is_open(table), _OTHER)


_OUTDATED: Final = Statement(union(_outdated(tasks), _outdated(orders)).order_by(text("1")))
_STAMPS: Final = (
    Statement(
        update(orders).where(orders.c.id == word("key"), is_open(orders)),
        columns=("config_hash",),
    ),
    Statement(
        update(tasks).where(tasks.c.order_id == word("key"), is_open(tasks)),
        columns=("config_hash",),
    ),
)
# what others name comes first; the stays follow chain by chain
_NOUNS: Final = tuple(noun for noun in Noun if noun not in (Noun.ENCOUNTER, Noun.ALERT))


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


def rebuild(
    store: Store,
    outlook: OutlookOf,
    *,
    config_hash: str | None = None,
    rulebook: Rulebook | None = None,
) -> Replayed:
    """Recompute every projection from the journal, in one transaction.

    Args:
        config_hash: of the configuration that `outlook` follows; open rows bear it then.
        rulebook: what scores follow from; None: no stay has one then.

    Raises:
        BrokenRecordError: a row that cannot be folded, or a chain that lost its last ones, which
            a rebuild would hide; nothing was changed then.
        StorageError: the database cannot be written to.
    """
    with store.database.writing() as driver:
        lost = cut_off(driver) or replaced(driver)
        if lost is not None:
            raise BrokenRecordError(lost.chain, lost.seq, lost.what)
        for statement in _EMPTY:
            driver.write(statement, {})
        done = replay(driver, driver, outlook, config_hash=config_hash)
        if rulebook is not None:
            weigh_all(driver, driver, rulebook)
        driver.commit()
    return done


def refresh(
    store: Store, outlook: OutlookOf, config_hash: str, *, rulebook: Rulebook | None = None
) -> int:
    """Work out anew what comes next on open work that was left under another configuration.

    Nothing is recorded by it: a limit or a role that was changed reaches the doses of this morning,
    and the watch wakes when it is needed. One encounter at a time, so that nobody waits long.

    Returns:
        How many encounters were looked at; 0 where all is of this configuration.

    Raises:
        StorageError: the database cannot be written to.
    """
    outdated = {row[0] for row in store.database.ask(_OUTDATED, {"config": config_hash})}
    if rulebook is not None:
        others = store.database.ask(OTHER_RULES, {"rules": rulebook.sha256})
        outdated.update(row[0] for row in others)
    for encounter in sorted(map(str, outdated)):
        with store.database.writing() as driver:
            for (order,) in driver.rows(sql.OPEN_ORDERS, encounter_id=encounter):
                loaded = load_case(driver, cast("OrderId", order))
                if loaded is not None:
                    _look_ahead(driver, loaded.case, outlook, config_hash)
            if rulebook is not None:
                weigh(driver, driver, encounter, rulebook)
            _tell_readers(driver, encounter)
            driver.commit()
    return len(outdated)


def _look_ahead(driver: Driver, live: Case, outlook: OutlookOf, config_hash: str | None) -> None:
    """Store the outlooks of a case without its ended tasks, and by which configuration they are."""
    found = {key: outlook_row(one) for key, one in outlook(live).items()}
    project_case(driver, live, live, outlooks=found, config_hash="")
    if config_hash is not None:
        for stamp in _STAMPS:
            driver.write(stamp, {"key": live.order.id, "config_hash": config_hash})


def _tell_readers(driver: Driver, encounter: str) -> None:
    """An open window reads the patient anew, though no event came to the chain."""
    head = driver.row(sql.HEAD, chain=encounter)
    if head is not None:
        change = {"xid": None, "encounter_id": encounter, "first_seq": head[0]}
        driver.write(sql.ADD_FEED, change | {"last_seq": head[0]})


def replay(
    source: Driver, target: Driver, outlook: OutlookOf, *, config_hash: str | None = None
) -> Replayed:
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
        events += _ChainReplay(target, outlook, config_hash).run(cast("str", chain), group)
    return Replayed(chains, events)


class _ChainReplay:
    """One chain, row by row, its cases kept command by command as they were when they were live."""

    def __init__(self, target: Driver, outlook: OutlookOf, present: str | None) -> None:
        self._target = target
        self._outlook = outlook
        self._present = present
        self._cases: dict[OrderId, Case] = {}
        self._before: dict[OrderId, Case | None] = {}
        self._telling: list[tuple[Event, Values]] = []
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
        elif said.noun not in _NOUNS:
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
        if tells(event):
            self._telling.append((event, row))

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
        for event, row in self._telling:
            project_values(self._target, self._cases[event.order_id], event, row)
        self._telling.clear()

    def _look_ahead(self) -> None:
        for case in self._cases.values():
            open_tasks = {key: task for key, task in case.tasks.items() if not task.state.terminal}
            if case.order.state.terminal and not open_tasks:
                continue
            live = Case(case.order, MappingProxyType(open_tasks))
            _look_ahead(self._target, live, self._outlook, self._present)


def _read(row: Values) -> Event | Happening:
    try:
        return recorded(row)
    except (StorageError, KeyError, TypeError, ValueError) as error:
        raise _broken(row, error) from error


def _happened(target: Driver, row: Values, said: Event | Happening) -> None:
    if isinstance(said, Happening):
        project_happening(target, said, row=row)


def _broken(row: Values, error: Exception) -> BrokenRecordError:
    return BrokenRecordError(cast("str", row["chain"]), cast("int", row["chain_seq"]), str(error))
