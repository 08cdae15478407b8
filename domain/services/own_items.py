"""One thing, one patient: what a step binds to a task, and what of another patient bears it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.commands import ChangeFields
from domain.errors import Refused
from domain.loops.checks import ITEM_FIELDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from domain.ids import EncounterId, OrderId, TaskId
    from domain.loops.case import Case
    from domain.loops.definition import LoopDefinition, Step
    from domain.people import Actor
    from domain.ports import Reads
    from domain.records import Record
    from domain.services.step_entry import StepEntry
    from domain.services.writing import Writing
    from domain.tasks import Task

_NAMES: Mapping[str, str] = {
    "container": "container",
    "din": "unit",
    "dose_label": "dose label",
    "accession": "accession number",
}


def bind_items(
    writing: Writing,
    entry: StepEntry,
    *,
    loop: LoopDefinition,
    order: OrderId,
    task: TaskId | None,
    actor: Actor,
    stays: Collection[EncounterId],
) -> None:
    """Keep on the task the tube, unit, label or request that a record named (decision 8).

    Args:
        loop: of the task.
        stays: of all that the entry was recorded for.

    Raises:
        Refused: it is bound to something of another patient.
    """
    case = writing.case(order, task)
    known = None if task is None else case.tasks.get(task)
    step = loop.find_step(entry.step or "")
    named = _named(entry, step, case.order.steps if known is None else known.steps)
    for item in named.items():
        _require_own(writing.place.reads, item, (case, known), {*stays})
    if known is None or known.state.terminal:
        return
    declared = {use.name for use in loop.task_fields}
    bound = {
        name: value
        for name, value in named.items()
        if name in declared and known.fields.get(name) != value
    }
    if bound:
        command = ChangeFields(
            order=order,
            task=task,
            actor=actor,
            at=entry.at or writing.now,
            source=entry.source,
            source_id=entry.source_id,
            reason=entry.reason,
            fields=bound,
        )
        writing.decide(command)


def _named(entry: StepEntry, step: Step | None, steps: Mapping[str, Record]) -> dict[str, str]:
    """What the record names: entered, or scanned where the step asks for it."""
    record = None if step is None else steps.get(step.no)
    asked = set() if step is None else {use.name for use in step.fields}
    scanned = {} if record is None or record.undone else record.evidence
    found = {name: scanned[name] for name in ITEM_FIELDS if name in scanned and name in asked}
    found |= {name: entry.evidence[name] for name in ITEM_FIELDS if name in entry.evidence}
    return {name: value for name, value in found.items() if isinstance(value, str) and value}


def _require_own(
    reads: Reads, item: tuple[str, str], bound_to: tuple[Case, Task | None], stays: set[EncounterId]
) -> None:
    name, value = item
    case, task = bound_to
    others = set(stays)
    for theirs, other in _bearers(reads, name, value, case.order.encounter_id):
        if name != "din" or _one_unit(case, task, theirs, other):
            others.add(theirs.order.encounter_id)
    if len(others) > 1:
        raise Refused(
            "CONTAINER_IN_USE" if name == "container" else "ITEM_IN_USE",
            f"The {_NAMES[name]} {value} belongs to something of another patient",
            next_step="Scan the label again, or print a new one",
            field=f"evidence.{name}",
        )


def _bearers(reads: Reads, name: str, value: str, stay: EncounterId) -> Iterator[tuple[Case, Task]]:
    """The open tasks of other patients that bear it, each with its case."""
    for ident in reads.tasks_of_item(name, value):
        home = reads.home_of_task(ident)
        case = None if home is None or home[1] == stay else reads.case(home[0])
        if case is not None and ident in case.tasks:
            yield case, case.tasks[ident]


def _one_unit(case: Case, task: Task | None, theirs: Case, other: Task) -> bool:
    """Whether one donation number means one unit: a donation gives several products.

    Told apart by their product codes; where one of these is not known, by the component.
    """
    codes = [_product(one) for one in (task, other)]
    if None not in codes:
        return codes[0] == codes[1]
    return case.order.fields.get("component") == theirs.order.fields.get("component")


def _product(task: Task | None) -> object:
    records = () if task is None else task.steps.values()
    codes = (record.evidence.get("product_code") for record in records if not record.undone)
    return next((code for code in codes if code), None)
