"""What a site changes of the shipped knowledge.

A list of changes stands in a site's file, beside its changes of loops::

    [[knowledge]]
    table = "interactions"
    action = "modify"          # add, modify, disable, approve
    id = "onc08"
    reason = "our cardiologists see every pair"
    approved_by = ["pharm.lead", "medication.committee"]
    approved_at = 2026-11-24
    relax = true               # without it the strictest wins
    row = { severity = "S2" }

Where two say otherwise, the strictest wins: a change that is milder changes nothing unless it says
`relax = true` with a reason. What is graver than all (S1) and shipped is switched off by two people
and for a year at most.
"""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from domain.alerts import AlertSeverity
from rules.knowledge.rows import Id, KnowledgeRow, Names
from rules.knowledge.tables import MODELS
from rules.loops.document import Document, Fault, read_document, read_rows
from rules.loops.lines import KeyPath
from rules.loops.rows import Line, Row

LONGEST_OFF: Final = timedelta(days=365)
TWO: Final = 2
_KEPT: Final = ("id", "approved_by", "approved_at", "status", "disabled_until")


class ChangeRow(Row):
    """One change.

    Attributes:
        row: the keys that are added or changed.
        expires: the last day on which a row is switched off.
    """

    table: str
    action: Literal["add", "modify", "disable", "approve"]
    id: Id | None = None
    reason: Line
    approved_by: Names
    approved_at: date
    relax: bool = False
    expires: date | None = None
    row: Annotated[dict[str, Any], Field(default_factory=dict)]


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes of one file, with where they stand."""

    document: Document
    rows: tuple[ChangeRow, ...]

    def tables(self) -> tuple[str, ...]:
        """The tables that are changed."""
        return tuple(dict.fromkeys(row.table for row in self.rows))


def read_changes(path: Path) -> Changes:
    """The changes of a file; what else it says is not looked at.

    Raises:
        DefinitionError: file, line and reason.
    """
    document = read_document(path)
    listed = document.data.get("knowledge", [])
    if not isinstance(listed, list):
        raise document.error(Fault(("knowledge",), "right would be [[knowledge]] tables"))
    rows = tuple(
        read_rows(document, ChangeRow, row, ("knowledge", number))
        for number, row in enumerate(listed)
    )
    for number, row in enumerate(rows):
        if row.table not in MODELS:
            right = ", ".join(MODELS)
            raise document.error(
                Fault(
                    ("knowledge", number, "table"),
                    f"no table is called {row.table!r}; right would be one of {right}",
                )
            )
    return Changes(document, rows)


def with_changes(document: Document, changes: Changes, table: str) -> Document:
    """A table as a site changes it. A fault of a change names the site's file and line.

    Raises:
        DefinitionError: a change names no row, or may not be made.
    """
    found = document
    for number, change in enumerate(changes.rows):
        if change.table == table:
            found = with_change(found, changes.document, number, change)
    return found


def with_change(found: Document, site: Document, number: int, change: ChangeRow) -> Document:
    """The change's table as one change, the file's `number`th, leaves it.

    Raises:
        DefinitionError: it names no row, or may not be made.
    """
    return _ACTIONS[change.action](found, site, number, change)


def _add(found: Document, site: Document, number: int, change: ChangeRow) -> Document:
    ident = change.row.get("id", change.id)
    if any(row.get("id") == ident for row in _listed(found)):
        raise _fault(site, number, "row", f"{ident} is there already; right would be modify")
    row = {**_said_by_site(site, change), **change.row, "id": ident}
    read_rows(site, MODELS[change.table], row, ("knowledge", number, "row"))
    return _appended(found, site, number, row)


def _modify(found: Document, site: Document, number: int, change: ChangeRow) -> Document:
    at, old = _row(found, site, number, change)
    model = MODELS[change.table]
    for key in change.row:
        if key in _KEPT:
            raise _fault(site, number, "row", f"a change cannot say {key!r}")
    new = {**old, **change.row, **_said_by_site(site, change), "id": old["id"]}
    if "effective_from" not in change.row:
        new["effective_from"] = max(_day(old), change.approved_at)
    after = read_rows(site, model, new, ("knowledge", number, "row"))
    if not change.relax:
        before = read_rows(found, model, old, ("rows", at))
        for key in change.row:
            if _milder(key, before, after):
                new[key] = old.get(key)
    if new["effective_from"] != old.get("effective_from"):
        return _appended(found, site, number, new)
    return _replaced(found, site, number, at, new)


def _day(row: Mapping[str, object]) -> date:
    day = row.get("effective_from")
    return day if isinstance(day, date) else date.min


def _disable(found: Document, site: Document, number: int, change: ChangeRow) -> Document:
    at, old = _row(found, site, number, change)
    row = read_rows(found, MODELS[change.table], old, ("rows", at))
    if change.expires is None:
        raise _fault(site, number, "expires", "a row is switched off until a day; say expires")
    if row.grade is AlertSeverity.S1:
        if len(change.approved_by) < TWO:
            raise _fault(site, number, "approved_by", "a rule of S1 is switched off by two people")
        if change.expires - change.approved_at > LONGEST_OFF:
            raise _fault(
                site, number, "expires", "a rule of S1 is switched off for 365 days at most"
            )
    return _replaced(found, site, number, at, {**old, "disabled_until": change.expires})


def _approve(found: Document, site: Document, number: int, change: ChangeRow) -> Document:
    """One row, or without an id the whole table."""
    if change.id is not None:
        at, old = _row(found, site, number, change)
        return _replaced(found, site, number, at, {**old, **_reviewed(change)})
    data = copy.deepcopy(found.data)
    data["rows"] = [{**row, **_reviewed(change)} for row in _listed(found)]
    return Document(found.file, data, found.places)


_ACTIONS: Final[Mapping[str, Callable[[Document, Document, int, ChangeRow], Document]]] = {
    "add": _add,
    "modify": _modify,
    "disable": _disable,
    "approve": _approve,
}


def _reviewed(change: ChangeRow) -> dict[str, object]:
    by = list(change.approved_by)
    return {"status": "approved", "approved_by": by, "approved_at": change.approved_at}


def _said_by_site(site: Document, change: ChangeRow) -> dict[str, object]:
    said: dict[str, object] = {
        "version": f"{site.file} {change.approved_at}",
        "source": change.reason,
        "licence": "the hospital's own",
        "status": "draft",
        "effective_from": change.row.get("effective_from", change.approved_at),
    }
    return {**said, **_reviewed(change)} if change.approved_by else said


def _row(
    found: Document, site: Document, number: int, change: ChangeRow
) -> tuple[int, dict[str, object]]:
    """The latest version of the row that a change names."""
    for at, row in reversed(list(enumerate(_listed(found)))):
        if row.get("id") == change.id:
            return at, row
    raise _fault(site, number, "id", f"{change.table} has no row {change.id!r}")


def _listed(found: Document) -> list[dict[str, object]]:
    rows = found.data["rows"]
    assert isinstance(rows, list)  # noqa: S101 - asked when it was read
    return rows


def _appended(found: Document, site: Document, number: int, row: dict[str, object]) -> Document:
    data = copy.deepcopy(found.data)
    data["rows"] = [*_listed(found), row]
    at: KeyPath = ("rows", len(_listed(found)))
    places = found.places.replaced(at, site.places, ("knowledge", number))
    return Document(found.file, data, places)


def _replaced(
    found: Document, site: Document, number: int, at: int, row: dict[str, object]
) -> Document:
    data = copy.deepcopy(found.data)
    rows = list(_listed(found))
    rows[at] = row
    data["rows"] = rows
    places = found.places.replaced(("rows", at), site.places, ("knowledge", number))
    return Document(found.file, data, places)


def _milder(key: str, before: KnowledgeRow, after: KnowledgeRow) -> bool:
    """Whether a change of a key lets more pass than before."""
    old, new = getattr(before, key), getattr(after, key)
    if isinstance(old, AlertSeverity) and isinstance(new, AlertSeverity):
        return new.rank > old.rank
    if key in before.drugs_in:
        return not set(old) <= set(new)
    if isinstance(old, (int, Decimal)) and key in (
        *before.less_is_stricter,
        *before.more_is_stricter,
    ):
        return bool(new > old) if key in before.less_is_stricter else bool(new < old)
    return False


def _fault(site: Document, number: int, key: str, reason: str) -> Exception:
    return site.error(Fault(("knowledge", number, key), reason))
