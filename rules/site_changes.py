"""What a site's file changes: each key with what is shipped and what holds under the file."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, cast

from rules.alerts.loader import DEFAULTS_FILE, FILES
from rules.alerts.loader import SHIPPED as ALERTS
from rules.checks.blood import COMPATIBLE
from rules.knowledge.overlaying import ChangeRow, with_change
from rules.loops.document import Document, read_document, read_rows
from rules.loops.overlay import with_overlay
from rules.risk_table import SHIPPED as CLORS
from rules.site import Site
from rules.site_faults import Shipped

NONE: Final = "-"
"""Where nothing is said."""
_ROW: Final = 3
"""In a loop a changed key is the third: `limits.TM06.within`."""
_ROW_KEYS: Final = ("no", "id", "code")
KEPT: Final = "kept: the change is milder and does not say relax"


@dataclass(frozen=True, slots=True)
class Change:
    """One key.

    Attributes:
        what: the key as the file writes it: `loops.medication.limits.TM06.within`.
        before: the shipped value, as text.
        after: the file's.
    """

    what: str
    before: str
    after: str


def changes_of(site: Site, shipped: Shipped) -> tuple[Change, ...]:
    """All that a file changes of what is shipped, in the order of its parts.

    Raises:
        DefinitionError: the file has a fault (`rules.site_faults` finds them all).
    """
    found = (
        *_of_loops(site, shipped),
        *_of_rules(site),
        *_of_handover(site),
        *_of_clors(site),
        *_of_knowledge(site, shipped.tables),
        *_of_lists(site),
    )
    return tuple(one for one in found if one.before != one.after)


def shown(value: object) -> str:
    """A value as a person would write it in the file."""
    match value:
        case None:
            return NONE
        case str() | Decimal() | date():
            return str(value)
        case tuple() | frozenset():
            return shown(list(value))
        case _:
            return json.dumps(value, ensure_ascii=False, default=shown)


# ------------------------------------------------------------------------ part by part


def _of_loops(site: Site, shipped: Shipped) -> Iterator[Change]:
    for loop, tables in _table(site.overlay.loops).items():
        before = shipped.loops[loop].document
        after = with_overlay(before, site.overlay)
        for path in _leaves(tables, _ROW):
            old, new = (_at(one.data, path) for one in (before, after))
            yield _change(("loops", loop, *path), old, new)


def _of_rules(site: Site) -> Iterator[Change]:
    files = [read_document(ALERTS / f"{name}.toml") for name in FILES]
    usual = read_document(ALERTS / DEFAULTS_FILE).data
    for rule, keys in _table(site.document.data.get("rules")).items():
        row = next(found for file in files if (found := _at(file.data, ("rules", rule))))
        for key, value in _table(keys).items():
            at = ("rules", rule, key)
            match key:
                case "on":
                    yield _change(at, any(cast("list[object]", _at(row, ("severity",)))), value)
                case "ladder":
                    for grade, rungs in _table(value).items():
                        old = _at(row, (key, grade))
                        yield _change((*at, grade), old or _at(usual, (key, grade)), rungs)
                case "params":
                    for name, number in _table(value).items():
                        yield _change((*at, name), _at(row, (key, name, "is")), number)
                case "silent":
                    yield _change(at, _at(row, (key,)) or "", value)
                case _:
                    yield _change(at, _at(row, (key,)), value)


def _of_handover(site: Site) -> Iterator[Change]:
    if site.handover is not None:
        yield _change(("handover",), None, site.handover.said)


def _of_clors(site: Site) -> Iterator[Change]:
    usual = read_document(CLORS).data
    for path in _leaves(site.document.data.get("clors"), 2):
        yield _change(("clors", *path), _at(usual, path), _at(site.document.data["clors"], path))


def _of_lists(site: Site) -> Iterator[Change]:
    lists = site.lists
    if lists.time_critical:
        yield _change(("lists", "time_critical"), "by the catalogue", list(lists.time_critical))
    if lists.blood_policy:
        yield _change(("lists", "blood_policy"), COMPATIBLE, lists.blood_policy)


def _of_knowledge(site: Site, tables: Mapping[str, Document]) -> Iterator[Change]:
    document, now = site.document, dict(tables)
    for number, row in enumerate(cast("list[object]", document.data.get("knowledge", []))):
        change = read_rows(document, ChangeRow, row, ("knowledge", number))
        before = now[change.table]
        after = now[change.table] = with_change(before, document, number, change)
        ident = str(change.row.get("id", change.id) or "all rows")
        at = ("knowledge", change.table, ident)
        match change.action:
            case "add":
                yield _change(at, None, {**change.row, "id": ident})
            case "disable":
                yield _change(at, "in force", f"off until {change.expires}; {change.reason}")
            case "approve":
                yield _change(at, "draft", f"approved by {', '.join(change.approved_by)}")
            case _:
                for key in change.row:
                    old, new = (_latest(one, ident).get(key) for one in (before, after))
                    kept = old == new != change.row[key]
                    yield _change((*at, key), old, KEPT if kept else new)


# ------------------------------------------------------------------------ where things stand


def _change(path: tuple[str, ...], before: object, after: object) -> Change:
    return Change(".".join(path), shown(before), shown(after))


def _table(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _leaves(tree: object, depth: int) -> Iterator[tuple[str, ...]]:
    """The paths to what stands at a depth, or above it where nothing is below."""
    for key, value in _table(tree).items():
        if depth == 1 or not isinstance(value, dict):
            yield (key,)
        else:
            yield from ((key, *rest) for rest in _leaves(value, depth - 1))


def _at(data: object, path: Sequence[str]) -> object:
    """What stands at a path; the rows of a list are found by their key."""
    found = data
    for key in path:
        if isinstance(found, list):
            found = next((row for row in found if key in map(row.get, _ROW_KEYS)), None)
        else:
            found = _table(found).get(key)
    return found


def _latest(document: Document, ident: str) -> dict[str, object]:
    """The last version of a row of knowledge."""
    rows = cast("list[dict[str, object]]", document.data["rows"])
    return next(row for row in reversed(rows) if row.get("id") == ident)
