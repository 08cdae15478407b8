"""Reads loop files, proves them, and puts them together for a site and its wards."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from domain.errors import DefinitionError
from domain.loops.definition import FieldType, LoopDefinition, MadeBy
from domain.loops.loops import Loops
from rules.loops.definitions import digest
from rules.loops.document import Document, Fault, read_document
from rules.loops.overlay import Overlay, profiles_of, read_overlay, with_overlay, with_profile
from rules.loops.proofs import Proven, check_format, prove, prove_fields

if TYPE_CHECKING:
    from domain.loops.loops import Check

SHIPPED: Final = Path(__file__).parent
"""The folder of the loop files that Wardloop ships."""

FIELDS_FILE: Final = "fields.toml"
DEFAULT_PROFILE: Final = "cn"
_NO_CHECKS: Final[Mapping[str, "Check"]] = MappingProxyType({})


def load_fields(path: Path = SHIPPED / FIELDS_FILE) -> Mapping[str, FieldType]:
    """The field types that all loops share.

    Raises:
        DefinitionError: names file, line and reason.
    """
    return MappingProxyType(prove_fields(read_document(path)))


def load_loop(
    path: Path,
    *,
    fields: Mapping[str, FieldType],
    profile: str = DEFAULT_PROFILE,
    overlays: Sequence[Path] = (),
) -> LoopDefinition:
    """One loop file, proved under each of its profiles, then with the overlays.

    Args:
        fields: the types that all loops share (`load_fields`).
        overlays: the files of a site and ward, in that order; the later wins. What they say of
            other loops is left alone.

    Raises:
        DefinitionError: names file, line and reason.
        InvalidInput: there is no such profile.
    """
    base = read_loop(path, fields, profile)
    return overlaid(base, fields, [read_overlay(one) for one in overlays]).definition


def load_loops(
    *,
    profile: str = DEFAULT_PROFILE,
    folders: Sequence[Path] = (),
    overlays: Sequence[Path] = (),
    checks: Mapping[str, "Check"] = _NO_CHECKS,
    clinical_checks: frozenset[str] = frozenset(),
    shipped: Path = SHIPPED,
) -> Loops:
    """Every loop of the shipped folder and of a site's own folders, for the site and for each ward.

    Args:
        folders: each `*.toml` in them is a further loop, with its own `[fields]` where it needs
            new ones.
        overlays: a file with `ward` changes that ward's loops only, after the site's changes.
        checks: the functions that the loops' check names stand for.
        clinical_checks: those of them that look at what is known of the patient.
        shipped: the folder of the shipped loops and of `fields.toml`.

    Raises:
        DefinitionError: names file, line and reason; nothing is loaded.
        InvalidInput: there is no such profile.
    """
    fields = load_fields(shipped / FIELDS_FILE)
    found = [path for path in sorted(shipped.glob("*.toml")) if path.name != FIELDS_FILE]
    found += [path for folder in folders for path in sorted(folder.glob("*.toml"))]
    bases = [read_loop(path, fields, profile) for path in found]
    _refuse_twice(bases)
    _refuse_unknown_children(bases)
    changes = [read_overlay(path) for path in overlays]
    for change in changes:
        change.check_loops({base.definition.id: base for base in bases})
    types = _all_fields(fields, bases)
    site = [change for change in changes if not change.wards]

    def build(used: list[Overlay], wards: Mapping[str, Loops]) -> Loops:
        loops = sorted(
            (overlaid(base, fields, used).definition for base in bases), key=lambda one: one.id
        )
        over = (*(loop.sha256 for loop in loops), types)
        by_id = MappingProxyType({loop.id: loop for loop in loops})
        return Loops(by_id, types, checks, digest(over), wards, clinical_checks)

    wards = sorted({ward for change in changes for ward in change.wards})
    by_ward = {
        ward: build([*site, *(change for change in changes if ward in change.wards)], {})
        for ward in wards
    }
    return build(site, MappingProxyType(by_ward))


def read_loop(path: Path, fields: Mapping[str, FieldType], profile: str) -> Proven:
    """One loop file, proved under each of its profiles.

    Raises:
        DefinitionError: names file, line and reason.
        InvalidInput: there is no such profile.
    """
    return _proven(read_document(path), tuple(fields.items()), profile)


@lru_cache(maxsize=128)
def _proven(document: Document, types: tuple[tuple[str, FieldType], ...], profile: str) -> Proven:
    """Kept by what file and fields say: the proof of a loop is the same each time."""
    fields = dict(types)
    check_format(document)
    proven = {DEFAULT_PROFILE: prove(with_profile(document, DEFAULT_PROFILE), fields)}
    for other in sorted({*profiles_of(document), profile} - {DEFAULT_PROFILE}):
        changed = with_profile(document, other)
        proven[other] = _prove_changed(changed, fields, change=f"under profile {other}")
    return proven[profile]


def overlaid(base: Proven, fields: Mapping[str, FieldType], overlays: Iterable[Overlay]) -> Proven:
    """A loop as overlays change it, proved after each; the later wins.

    Raises:
        DefinitionError: names file, line and reason.
    """
    proven = base
    for overlay in overlays:
        changed = with_overlay(proven.document, overlay)
        file = overlay.document.file
        proven = _prove_changed(changed, fields, change=f"as {file} changes it", changed_by=file)
    return proven


def _prove_changed(
    document: Document, fields: Mapping[str, FieldType], *, change: str, changed_by: str = ""
) -> Proven:
    """The proof of a loop that was right before a change; a fault names the change."""
    try:
        return prove(document, fields)
    except DefinitionError as error:
        if error.file == changed_by:
            raise
        reason = f"{error.reason} ({change})"
        raise DefinitionError(error.file, error.line, reason) from None


def _refuse_twice(bases: Iterable[Proven]) -> None:
    seen: dict[tuple[str, str], str] = {}
    for base in bases:
        loop = base.definition
        for key, value in (("id", loop.id), ("prefix", loop.prefix)):
            if (key, value) in seen:
                raise base.document.error(
                    Fault(
                        (key,), f"{value!r} is taken by {seen[key, value]}; right would be another"
                    )
                )
            seen[key, value] = base.document.file


def _refuse_unknown_children(bases: Sequence[Proven]) -> None:
    made_by_result = [
        base.definition.id for base in bases if base.definition.made_by is MadeBy.RESULT
    ]
    for base in bases:
        for number, child in enumerate(base.definition.children):
            if child.makes not in ("task", *made_by_result):
                raise base.document.error(
                    Fault(
                        ("children", number, "makes"),
                        f"no loop made by a result is {child.makes!r}; right would be task or one"
                        f" of {', '.join(made_by_result)}",
                    )
                )


def _all_fields(
    fields: Mapping[str, FieldType], bases: Iterable[Proven]
) -> Mapping[str, FieldType]:
    """All field types; a name has one meaning, wherever it is declared."""
    known = dict(fields)
    for base in bases:
        for name, own in base.own_fields.items():
            if known.setdefault(name, own) != own:
                raise base.document.error(
                    Fault(("fields", name), f"another loop declares the field {name!r} otherwise")
                )
    return MappingProxyType(known)
