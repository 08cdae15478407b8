"""All the loops that a ward runs, with the words and checks that they name."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from domain.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from domain.findings import Finding
    from domain.ids import OrderId
    from domain.loops.checks import CheckContext
    from domain.loops.definition import FieldType, LoopDefinition
    from domain.loops.rows import Return
    from domain.orders import Order
    from domain.tasks import Task

    Check = Callable[[CheckContext], Finding | tuple[Finding, ...] | None]
    """Looks at what a step's record would mean; None where there is nothing to say."""

_NAMES: Final = 1024
"""More steps, each by number and id, than a hospital has."""


@dataclass(frozen=True, slots=True)
class Loops:
    """The loops of a site, or of one ward of it.

    Attributes:
        loops: by id, which is also the order's kind; sub-loops too.
        fields: every field that a loop may name.
        checks: the check functions, by the name that loop files use.
        clinical_checks: those of them that look at what is known of the patient (`Facts.clinical`).
        sha256: over all definitions and fields of this site or ward.
        wards: the loops of wards that have an overlay of their own.
        looking: which steps need them, once it was worked out.
        settled: orders that were settled by these loops, with their open tasks (`settle.settled`).
    """

    loops: Mapping[str, LoopDefinition]
    fields: Mapping[str, FieldType]
    checks: Mapping[str, Check]
    sha256: str
    wards: Mapping[str, Loops] = field(default_factory=lambda: MappingProxyType({}))
    clinical_checks: frozenset[str] = frozenset()
    looking: dict[tuple[str, str], bool] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    settled: dict[OrderId, tuple[Order, tuple[Task, ...]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def get(self, kind: str) -> LoopDefinition:
        """The loop of an order's kind.

        Raises:
            NotFound: names the field `kind` and the kinds that there are.
        """
        found = self.loops.get(kind)
        if found is None:
            raise NotFound("kind", kind, right=f"one of {', '.join(self.loops)}")
        return found

    def question(self, kind: str, code: str) -> Return | None:
        """What a code asks on an order or task of a kind; one of its sub-loops may have asked."""
        own_first = sorted(self.loops.values(), key=lambda loop: loop.id != kind)
        rows = (row for loop in own_first for row in loop.returns)
        return next((row for row in rows if row.code == code and row.asks), None)

    def needs_clinical(self, kind: str, step: str) -> bool:
        """Whether a step of a loop, by number or id, or an act with it, looks at the patient."""
        known = self.looking.get((kind, step))
        if known is None:
            known = self._needs_clinical(kind, step)
            if len(self.looking) < _NAMES:  # what a person mistypes is a name, too
                self.looking[kind, step] = known
        return known

    def _needs_clinical(self, kind: str, step: str) -> bool:
        loop = self.loops.get(kind)
        if loop is None or not self.clinical_checks:
            return False
        found = loop.steps.get(step) or loop.by_id.get(step)
        if found is None:
            return False
        acts = [group.steps for group in loop.together if found.no in group.steps]
        numbers = {found.no}.union(*acts)
        return any(self.clinical_checks.intersection(loop.steps[no].checks) for no in numbers)

    def for_ward(self, ward: str) -> Loops:
        """The loops as they hold on a ward: its own where it has an overlay, else the site's."""
        return self.wards.get(ward, self)

    def __iter__(self) -> Iterator[LoopDefinition]:
        """The loops in the order of their ids."""
        return iter(self.loops.values())

    def __len__(self) -> int:
        """How many loops there are."""
        return len(self.loops)
