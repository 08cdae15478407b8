"""Every fault of a site's file, not the first only: what `wardloop site check` tells.

Each part is proved whole. Where the proof fails, its tables are proved one by one, then their keys:
so that one wrong key does not hide the next.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from domain.errors import DefinitionError
from domain.loops.definition import FieldType
from rules.alerts.loader import load_rules
from rules.knowledge.loading import knowledge_of, read_shipped
from rules.knowledge.overlaying import ChangeRow, with_change
from rules.knowledge.tables import MODELS
from rules.loops.document import Document, Fault, read_document, read_rows, row_faults
from rules.loops.lines import KeyPath
from rules.loops.loader import FIELDS_FILE, SHIPPED, load_fields, overlaid, read_loop
from rules.loops.overlay import Overlay
from rules.loops.proofs import Proven
from rules.risk_table import changed_model
from rules.site import head_faults

Tree: TypeAlias = dict[str, object]
Proof: TypeAlias = Callable[[Document], object]

_DEPTHS: Final = {"loops": 5, "rules": 3, "clors": 3}
"""How deep a part is taken apart: a rule's key is the third, `rules.M-05.roles`."""
_PARAMS: Final = 4


@dataclass(frozen=True, slots=True)
class Shipped:
    """What a site's file changes, read once.

    Attributes:
        loops: the loops by id, under the site's profile, its own loops too.
        fields: the types of their fields.
        rules: the ids of the alert rules.
        tables: the shipped knowledge.
    """

    loops: Mapping[str, Proven]
    fields: Mapping[str, FieldType]
    rules: frozenset[str]
    tables: Mapping[str, Document]


def read_shipped_parts(*, profile: str, folders: Sequence[Path] = ()) -> Shipped:
    """All that a file may change.

    Raises:
        DefinitionError: a shipped file, or a loop of the site's own, is wrong.
    """
    fields = load_fields()
    paths = [path for path in sorted(SHIPPED.glob("*.toml")) if path.name != FIELDS_FILE]
    paths += [path for folder in folders for path in sorted(folder.glob("*.toml"))]
    loops = [read_loop(path, fields, profile) for path in paths]
    return Shipped(
        loops={one.definition.id: one for one in loops},
        fields=fields,
        rules=frozenset(load_rules().rules),
        tables=read_shipped(),
    )


def faults_of(path: Path, shipped: Shipped) -> tuple[DefinitionError, ...]:
    """Every fault of a site's file, by line; none: it may come into force."""
    try:
        document = read_document(path)
    except DefinitionError as error:
        return (error,)
    found = head_faults(document)
    found += _part_faults(document, "loops", lambda part: _prove_loops(part, shipped))
    found += _part_faults(document, "rules", lambda part: load_rules(overlays=[Overlay(part, ())]))
    found += _part_faults(document, "clors", lambda part: changed_model([part]))
    found += knowledge_faults(document, shipped.tables)
    once = {(error.line, error.reason): error for error in found}
    return tuple(once[key] for key in sorted(once))


def knowledge_faults(document: Document, tables: Mapping[str, Document]) -> list[DefinitionError]:
    """What is wrong with changes of knowledge: each is judged after those before it that hold."""
    listed = document.data.get("knowledge", [])
    found: list[DefinitionError] = []
    now = dict(tables)
    for number, row in enumerate(listed if isinstance(listed, list) else ()):
        faults = _row_faults(document, row, number)
        if not faults:
            change = read_rows(document, ChangeRow, row, ("knowledge", number))
            try:
                after = with_change(now[change.table], document, number, change)
                knowledge_of({**now, change.table: after})
                now[change.table] = after
            except DefinitionError as error:
                faults = [_placed(document, error, ("knowledge", number))]
        found += faults
    return found


def _row_faults(document: Document, row: object, number: int) -> list[DefinitionError]:
    at: KeyPath = ("knowledge", number)
    faults = row_faults(document, ChangeRow, row, at)
    table = row.get("table") if isinstance(row, dict) else None
    if isinstance(table, str) and table not in MODELS:
        right = f"no table is called {table!r}; right would be one of {', '.join(MODELS)}"
        faults.append(document.error(Fault((*at, "table"), right)))
    return faults


# ------------------------------------------------------------------------ part by part


def _part_faults(document: Document, name: str, proof: Proof) -> list[DefinitionError]:
    part = document.data.get(name, {})
    return _searched(document, proof, {name: part}, 1) if isinstance(part, dict) else []


def _searched(document: Document, proof: Proof, tree: Tree, depth: int) -> list[DefinitionError]:
    """The faults of a tree that is one table at each level above `depth`."""
    error = _failure(proof, Document(document.file, {"format": 1, **tree}, document.places))
    if error is None:
        return []
    found: list[DefinitionError] = []
    if depth < _deepest(tree):
        for part in _apart(tree, depth + 1):
            found += _searched(document, proof, part, depth + 1)
    return found or [_placed(document, error, _path(tree))]


def _failure(proof: Proof, part: Document) -> DefinitionError | None:
    try:
        proof(part)
    except DefinitionError as error:
        return error
    return None


def _placed(document: Document, error: DefinitionError, path: KeyPath) -> DefinitionError:
    """The error at the line of the site's file that caused it."""
    if error.file == document.file and error.line:
        return error
    place = document.places.at(path)
    return DefinitionError(place.file, place.line, error.reason)


def _deepest(tree: Tree) -> int:
    path = _path(tree)
    return _PARAMS if path[:1] == ("rules",) and path[2:3] == ("params",) else _DEPTHS[str(path[0])]


def _apart(tree: Tree, depth: int) -> Iterator[Tree]:
    """The tree once for each key at a depth, with that key alone there."""
    for key, value in tree.items():
        if depth == 1 or not isinstance(value, dict):
            yield {key: value}
        else:
            for part in _apart(value, depth - 1):
                yield {key: part}


def _path(tree: Tree) -> KeyPath:
    """The keys down to where there is more than one."""
    path: KeyPath = ()
    found: object = tree
    while isinstance(found, dict) and len(found) == 1:
        (key, found) = next(iter(found.items()))
        path = (*path, key)
    return path


def _prove_loops(part: Document, shipped: Shipped) -> None:
    overlay = Overlay(part, ())
    overlay.check_loops(shipped.loops)
    for loop in overlay.loops:
        after = overlaid(shipped.loops[loop], shipped.fields, [overlay])
        for name, limit in after.definition.limit.items():
            if limit.rule not in shipped.rules:
                at = ("loops", loop, "limits", name, "rule")
                right = ", ".join(sorted(shipped.rules))
                raise part.error(
                    Fault(at, f"no alert rule is {limit.rule!r}; right would be one of {right}")
                )
