"""What a decision looks at: an order with its tasks, and the facts of its encounter."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC
from types import MappingProxyType
from typing import TYPE_CHECKING

from domain.values import quickly_made

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, tzinfo

    from domain.clinical import Clinical
    from domain.ids import EncounterId, PatientId, TaskId
    from domain.loops.applies import Place
    from domain.orders import Order
    from domain.tasks import Task


@quickly_made
@dataclass(frozen=True, slots=True)
class Case:
    """An order, its open tasks, and the ended task that a command names, if it names one (E1).

    What matters of the other ended tasks is in `order.tally`.

    Attributes:
        places: where questions about it were asked (`applies.place_of`), kept with the answers.
    """

    order: Order
    tasks: Mapping[TaskId, Task] = field(default_factory=lambda: MappingProxyType({}))
    places: dict[str, Place] = field(default_factory=dict, init=False, repr=False, compare=False)

    def own_open(self) -> tuple[Task, ...]:
        """The order's own open tasks, without sub-loops."""
        return tuple(
            task for task in self.tasks.values() if not task.state.terminal and task.parent is None
        )

    def children_of(self, parent: str) -> tuple[Task, ...]:
        """The open sub-loops that hang from a task or from the order."""
        return tuple(
            task
            for task in self.tasks.values()
            if task.parent == parent and not task.state.terminal
        )

    def worn(self) -> tuple[Task, ...]:
        """The sub-loops of patches that are still on the skin: nothing is recorded on them yet."""
        return tuple(
            task
            for task in self.open_children()
            if task.fields.get("patch") is True
            and all(record.undone for record in task.steps.values())
        )

    def open_children(self) -> tuple[Task, ...]:
        """All open sub-loops of the order."""
        return tuple(
            task
            for task in self.tasks.values()
            if task.parent is not None and not task.state.terminal
        )


@quickly_made
@dataclass(frozen=True, slots=True)
class Facts:
    """A frozen snapshot of one encounter, read under its lock (decision 24).

    Attributes:
        active: the patient is in hospital.
        mrn: the record number on the wristband.
        gsrn: the patient's GS1 number, where the hospital uses one.
        band_instance: the wristband that counts.
        item_codes: product codes (GTIN, formulary code) that answer the order's product.
        zone: the ward's time zone, in which the days of labels end.
        product: what the catalogue says of the order's product, with its `code`.
        clinical: what is known of the patient beside this order; read only for steps whose checks
            look at it, else None.
        worn: what the catalogue says of the patches of other orders that are still worn; read only
            for a dose that is a patch.
    """

    encounter: EncounterId
    patient: PatientId
    active: bool = True
    ended_at: datetime | None = None
    mrn: str = ""
    gsrn: str = ""
    band_instance: int = 1
    item_codes: frozenset[str] = frozenset()
    zone: tzinfo = UTC
    product: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    clinical: Clinical | None = None
    worn: tuple[Mapping[str, object], ...] = ()
