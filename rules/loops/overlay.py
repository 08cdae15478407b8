"""What a profile, a site and a ward change of a loop file (decision 14).

The base file comes first, then its profile, then the site's overlays, then the ward's; the later
wins. An overlay is a TOML file::

    format = 1
    ward = "7A"                                # or a list; without it: the whole site

    [loops.medication.limits.TM06]
    within = [10, 60, "due"]

    [loops.medication.steps.M2]
    by = ["NIC"]

It may change limits, roles, conditions, witnesses and texts. It adds no row and no other key. What
stands beside `loops` belongs to other parts of the program (`rules.site`) and is not read here.
"""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from domain.errors import InvalidInput
from rules.loops.document import ROW_KEYS, Document, Fault, read_document
from rules.loops.lines import KeyPath
from rules.loops.words import string_or_list

PROFILES: Final = ("cn", "intl")
"""The profiles that a row may name: China, and the international norms where they differ."""

_TEXTS: Final = ("en", "zh")
_MAY_CHANGE: Final[Mapping[str, tuple[str, ...]]] = {
    "text": _TEXTS,
    "common": ("by",),
    "steps": ("by", "when", "witness", *_TEXTS, "short_en", "short_zh"),
    "limits": (
        "within",
        "window",
        "cases",
        "at_most",
        "or_before_due",
        "when",
        "rule",
        "source",
    ),
    "exits": ("by", "when", "witness", "not_before", *_TEXTS),
    "returns": ("asks", "second", "within", "rule", "when", *_TEXTS),
    "children": ("by", "when", *_TEXTS),
}
HEADS: Final = ("format", "version", "ward", "effective_from", "approved_by", "note")
"""What a site's file says of itself (`rules.site`)."""
PARTS: Final = ("loops", "rules", "handover", "clors", "knowledge", "lists")
"""What it may change; each is read by the part of the program that it changes."""
_TOP: Final = (*HEADS, *PARTS)


@dataclass(frozen=True, slots=True)
class Overlay:
    """A site's or ward's changes.

    Attributes:
        wards: the wards that it is for; empty: the whole site.
    """

    document: Document
    wards: tuple[str, ...]

    @property
    def loops(self) -> dict[str, object]:
        """The changes by loop."""
        found = self.document.data.get("loops", {})
        return found if isinstance(found, dict) else {}

    def check_loops(self, known: Mapping[str, object]) -> None:
        """Refuse changes to a loop that there is not.

        Raises:
            DefinitionError: names the line of the loop's table.
        """
        for loop in self.loops:
            if loop not in known:
                raise self.document.error(
                    Fault(
                        ("loops", loop),
                        f"an overlay adds no loop, and none is {loop!r}; right would be one of"
                        f" {', '.join(known)}",
                    )
                )


def read_overlay(path: Path) -> Overlay:
    """The changes of one file.

    Raises:
        DefinitionError: it is no TOML, or has a key that no overlay has.
    """
    document = read_document(path)
    for key in document.data:
        if key not in _TOP:
            raise document.error(
                Fault((key,), f"unknown key {key!r}; right would be one of {', '.join(_TOP)}")
            )
    if document.data.get("format") != 1:
        raise document.error(Fault(("format",), "an overlay says format = 1"))
    if not isinstance(document.data.get("loops", {}), dict):
        raise document.error(Fault(("loops",), "right would be a table for each loop"))
    try:
        wards = string_or_list(document.data.get("ward", []))
    except ValueError as error:
        raise document.error(Fault(("ward",), str(error))) from None
    return Overlay(document, wards)


def profiles_of(document: Document) -> frozenset[str]:
    """The profiles that the file's rows name."""
    return frozenset(name for _, profiles in _profiled(document) for name in profiles)


def with_profile(document: Document, profile: str) -> Document:
    """The document as it holds under a profile.

    Raises:
        DefinitionError: a row names a profile that there is not, or changes its own key by one.
        InvalidInput: the profile asked for is unknown.
    """
    if profile not in PROFILES:
        raise InvalidInput(
            "profile", f"no profile {profile!r}", right=f"one of {', '.join(PROFILES)}"
        )
    data, places = copy.deepcopy(document.data), document.places
    for path, profiles in _profiled(document):
        row = _row(data, path)
        del row["profile"]
        for name, changes in profiles.items():
            at = (*path, "profile", name)
            if name not in PROFILES or not isinstance(changes, dict):
                right = " or ".join(f"profile.{one} = {{ ... }}" for one in PROFILES)
                raise document.error(Fault(at, f"no profile; right would be {right}"))
            for key, value in changes.items():
                if key in ("no", "id", "code", "profile"):
                    raise document.error(Fault((*at, key), f"a profile cannot change {key!r}"))
                if name == profile:
                    row[key] = value
                    places = places.replaced((*path, key), document.places, (*at, key))
    return Document(document.file, data, places)


def with_overlay(document: Document, overlay: Overlay) -> Document:
    """The document as a site or ward changes it.

    Raises:
        DefinitionError: names the overlay's line that adds a row, or a key that it may not change.
    """
    loop = str(document.data["id"])
    data, places = copy.deepcopy(document.data), document.places
    for source, target, value in _changes(overlay, data, loop):
        _row(data, target[:-1])[str(target[-1])] = value
        places = places.replaced(target, overlay.document.places, source)
    return Document(document.file, data, places)


def _profiled(document: Document) -> Iterator[tuple[KeyPath, dict[str, object]]]:
    for name, rows in document.data.items():
        if not isinstance(rows, list):
            continue
        for number, row in enumerate(rows):
            if not isinstance(row, dict) or "profile" not in row:
                continue
            profiles = row["profile"]
            if not isinstance(profiles, dict):
                raise document.error(
                    Fault((name, number, "profile"), "right would be profile.intl = { ... }")
                )
            yield (name, number), profiles


def _changes(
    overlay: Overlay, data: dict[str, object], loop: str
) -> Iterator[tuple[KeyPath, KeyPath, object]]:
    """Each changed key: where the overlay says it, where it goes, and its value."""
    start: KeyPath = ("loops", loop)
    for name, rows in _table(overlay, start, overlay.loops.get(loop, {})).items():
        at = (*start, name)
        if name not in _MAY_CHANGE:
            raise overlay.document.error(
                Fault(at, f"an overlay may change {', '.join(_MAY_CHANGE)}; not {name!r}")
            )
        table = _table(overlay, at, rows)
        if name == "text":
            yield from _row_changes(overlay, at, ("text",), table)
            continue
        for key, row in table.items():
            target = _find(data, name, key)
            if target is None:
                raise overlay.document.error(
                    Fault(
                        (*at, key),
                        f"an overlay adds no row, and {loop} has no {key!r} in {name};"
                        " right would be a row of the loop file",
                    )
                )
            yield from _row_changes(overlay, (*at, key), target, row)


def _row_changes(
    overlay: Overlay, source: KeyPath, target: KeyPath, row: object
) -> Iterator[tuple[KeyPath, KeyPath, object]]:
    allowed = _MAY_CHANGE[str(target[0])]
    for key, value in _table(overlay, source, row).items():
        if key not in allowed:
            raise overlay.document.error(
                Fault(
                    (*source, key),
                    f"an overlay cannot change {key!r} here; right would be one of"
                    f" {', '.join(allowed)}",
                )
            )
        yield (*source, key), (*target, key), value


def _table(overlay: Overlay, path: KeyPath, value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise overlay.document.error(Fault(path, "right would be a table"))
    return value


def _find(data: dict[str, object], name: str, key: str) -> KeyPath | None:
    rows = data.get(name)
    if isinstance(rows, dict):
        return (name, key) if key in rows else None
    if isinstance(rows, list):
        for number, row in enumerate(rows):
            if row[ROW_KEYS[name]] == key:
                return (name, number)
    return None


def _row(data: object, path: KeyPath) -> dict[str, object]:
    """The table at a path, which is there: the document was proved before it is changed."""
    found: Any = data
    for key in path:
        found = found[key]
    return cast("dict[str, object]", found)
