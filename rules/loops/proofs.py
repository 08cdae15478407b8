"""Proof by reading: a loop file is taken whole and right, or refused with file, line and reason."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from types import MappingProxyType

from domain.loops.definition import FieldType, LoopDefinition
from rules.loops.definitions import digest, make_definition, make_fields
from rules.loops.document import Document, Fault, read_rows
from rules.loops.laws import cycle_faults, law_faults
from rules.loops.names import name_faults
from rules.loops.rows import FieldRow, LoopRows

FORMAT = 1
"""The format of loop files that this program reads."""


@dataclass(frozen=True, slots=True)
class Proven:
    """A loop that stood every proof.

    Attributes:
        own_fields: the field types that the file itself declares.
    """

    document: Document
    definition: LoopDefinition
    own_fields: Mapping[str, FieldType]


def prove(document: Document, fields: Mapping[str, FieldType]) -> Proven:
    """The loop of a document whose profile and overlays are already in it.

    Args:
        fields: the types that all loops share.

    Raises:
        DefinitionError: the first fault, by line.
    """
    check_format(document)
    rows = read_rows(document, LoopRows, document.data)
    own = make_fields(rows.fields)
    types = {**fields, **own}
    _refuse(document, chain(_again(own, fields), field_faults(rows.fields, ("fields",))))
    _refuse(document, name_faults(rows, types))
    _refuse(document, cycle_faults(rows))
    loop = make_definition(rows)
    _refuse(document, law_faults(loop, types))
    # the order of steps is the order on the screen: it belongs to what the hash speaks of
    sha256 = digest((loop, tuple(loop.steps)))
    return Proven(document, replace(loop, sha256=sha256), MappingProxyType(own))


def check_format(document: Document) -> None:
    """Refuse a file of another format before its keys are judged by this one's.

    Raises:
        DefinitionError: names the line of `format`.
    """
    found = document.data.get("format")
    if found != FORMAT:
        raise document.error(
            Fault(("format",), f"format is {found!r}; this program reads format = {FORMAT}")
        )


def prove_fields(document: Document) -> dict[str, FieldType]:
    """The field types of a `fields.toml`.

    Raises:
        DefinitionError: the first fault, by line.
    """
    rows = {
        name: read_rows(document, FieldRow, row, (name,)) for name, row in document.data.items()
    }
    _refuse(document, field_faults(rows, ()))
    return make_fields(rows)


def field_faults(rows: Mapping[str, FieldRow], at: tuple[str, ...]) -> Iterator[Fault]:
    """Choices, units and bounds on fields that cannot have them."""
    for name, row in rows.items():
        if row.choices and row.type not in ("code", "codes"):
            yield Fault((*at, name, "choices"), f"a field of type {row.type} has no choices")
        if row.unit and row.type not in ("integer", "decimal", "quantity"):
            yield Fault((*at, name, "unit"), f"a field of type {row.type} has no unit")
        if row.positive and row.type not in ("integer", "quantity"):
            yield Fault((*at, name, "positive"), f"a field of type {row.type} has no least number")
        if row.most is not None and row.type != "integer":
            yield Fault((*at, name, "most"), f"a field of type {row.type} has no highest number")


def unregistered_checks(loop: LoopDefinition, registered: Collection[str]) -> tuple[str, ...]:
    """The checks that a loop names and no code bears, in the order of the file."""
    named = dict.fromkeys(check for step in loop.steps.values() for check in step.checks)
    return tuple(check for check in named if check not in registered)


def _again(own: Mapping[str, FieldType], fields: Mapping[str, FieldType]) -> Iterator[Fault]:
    for name in own:
        if name in fields:
            yield Fault(
                ("fields", name),
                f"the field {name!r} stands in fields.toml; a name has one type in all loops",
            )


def _refuse(document: Document, faults: Iterator[Fault]) -> None:
    errors = [document.error(fault) for fault in faults]
    if errors:
        raise min(errors, key=lambda error: error.line)
