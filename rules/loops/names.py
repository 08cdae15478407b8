"""Proof by reading, first part: every name in a loop file stands for something in it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel

from domain.loops.definition import FieldType, FieldUse, Origin, OriginKind
from domain.loops.grammar import TASKS_ENDED, Condition, Scope, Trigger, TriggerKind
from domain.records import Source
from rules.loops.document import ROW_KEYS, Fault
from rules.loops.lines import KeyPath
from rules.loops.rows import ChildRow, ExitRow, LimitRow, LoopRows, StepRow, WitnessRow

COMMON_ACTS: Final = (
    "amend",
    "cancel",
    "correct",
    "death",
    "discharge",
    "discontinue",
    "entered_in_error",
    "gap_accepted",
    "hold",
    "incident",
    "need",
    "open_child",
    "release",
    "replace",
    "revise",
    "transfer",
)
"""Acts that every loop shares; `common` says who may do them."""

_TARGETS: Final = ("release", "answer")
_WINDOW_END: Final = "window_end"
_LISTS: Final = (*ROW_KEYS, "together", "next_task_after")


@dataclass(frozen=True, slots=True)
class _Names:
    """The names that one file declares."""

    rows: LoopRows
    types: Mapping[str, FieldType]
    steps: Mapping[str, StepRow]

    def step(self, path: KeyPath, no: str, results: tuple[str, ...] = ()) -> Iterator[Fault]:
        step = self.steps.get(no)
        if step is None:
            yield Fault(path, f"unknown step {no!r}; right would be one of {_list(self.steps)}")
            return
        for result in results:
            if result not in step.results:
                right = f"one of {_list(step.results)}" if step.results else f"{no} without results"
                yield Fault(path, f"unknown result {no}:{result}; right would be {right}")

    def field_of(self, path: KeyPath, no: str, field: str) -> Iterator[Fault]:
        yield from self.step(path, no)
        step = self.steps.get(no)
        if step is not None and field not in {use.name for use in step.fields}:
            known = _list(use.name for use in step.fields) or "none"
            yield Fault(path, f"step {no} has no field {field!r}; its fields are: {known}")

    def uses(self, path: KeyPath, uses: tuple[FieldUse, ...]) -> Iterator[Fault]:
        seen = set()
        for number, use in enumerate(uses):
            if use.name not in self.types:
                yield Fault(
                    (*path, number),
                    f"the field {use.name!r} has no type; right would be a row in fields.toml,"
                    " or in the file's own [fields]",
                )
            if use.name in seen:
                yield Fault((*path, number), f"the field {use.name!r} stands twice")
            seen.add(use.name)

    def declared(self, path: KeyPath, scope: str, name: str) -> Iterator[Fault]:
        uses = self.rows.order_fields if scope == Scope.ORDER else self.rows.task_fields
        if name not in {use.name for use in uses}:
            yield Fault(
                path,
                f"{scope}.{name} is not declared; right would be one of {scope}_fields:"
                f" {_list(use.name for use in uses) or 'none'}",
            )

    def conditions(self, path: KeyPath, conditions: Iterable[Condition]) -> Iterator[Fault]:
        for number, condition in enumerate(conditions):
            yield from self.condition((*path, number), condition)

    def condition(self, path: KeyPath, condition: Condition) -> Iterator[Fault]:
        if condition.scope is Scope.STEP:
            yield from self.step(path, condition.name, condition.values)
        elif condition.scope is not Scope.REPORTED:
            yield from self.declared(path, condition.scope, condition.name)
            yield from self.choices(path, condition.name, condition.values)
        elif not any(step.reports for step in self.steps.values()):
            yield Fault(path, "`reported` needs a step with reports = true")

    def choices(self, path: KeyPath, name: str, values: Iterable[str]) -> Iterator[Fault]:
        choices = self.types[name].choices if name in self.types else ()
        for value in values:
            if choices and value not in choices:
                yield Fault(
                    path,
                    f"{value!r} is no choice of {name}; right would be one of {_list(choices)}",
                )

    def triggers(self, path: KeyPath, triggers: Iterable[Trigger]) -> Iterator[Fault]:
        for number, trigger in enumerate(triggers):
            yield from self.trigger((*path, number), trigger)

    def trigger(self, path: KeyPath, trigger: Trigger) -> Iterator[Fault]:
        if trigger.kind is TriggerKind.RESULT:
            yield from self.step(path, trigger.step, trigger.words)
        elif trigger.kind is TriggerKind.FIELD:
            yield from self.field_of(path, trigger.step, trigger.words[0])
        elif trigger.kind is TriggerKind.EXIT:
            known = {row.id: row for row in self.rows.exits}
            for word in trigger.words:
                if word not in known:
                    right = f"one of {_list(known)}"
                    yield Fault(path, f"unknown exit {word!r}; right would be {right}")

    def origins(self, path: KeyPath, origins: Iterable[Origin]) -> Iterator[Fault]:
        for number, origin in enumerate(origins):
            at = (*path, number)
            if origin.kind is OriginKind.STEP:
                yield from self.step(at, origin.step, origin.results)
            elif origin.kind is OriginKind.FIELD:
                yield from self.instant_of(at, origin.step, origin.field)

    def instant_of(self, path: KeyPath, step: str, field: str) -> Iterator[Fault]:
        yield from self.field_of(path, step, field)
        known = self.types.get(field)
        if known is not None and known.type != "instant":
            yield Fault(path, f"the field {field!r} holds no instant, but {known.type}")

    def witness(
        self, path: KeyPath, witness: WitnessRow | None, results: tuple[str, ...]
    ) -> Iterator[Fault]:
        if witness is not None:
            yield from self.conditions((*path, "when"), witness.when)
            yield from _known_results((*path, "results"), witness.results, results)


def name_faults(rows: LoopRows, types: Mapping[str, FieldType]) -> Iterator[Fault]:
    """Names that nothing in the file bears, and names that two rows bear."""
    names = _Names(rows, types, {row.no: row for row in rows.steps})
    yield from _twice(rows)
    yield from names.uses(("order_fields",), rows.order_fields)
    yield from names.uses(("task_fields",), rows.task_fields)
    for act in rows.common:
        if act not in COMMON_ACTS:
            yield Fault(("common", act), f"unknown act; right would be one of {_list(COMMON_ACTS)}")
    for name in _LISTS:
        row: BaseModel
        for number, row in enumerate(getattr(rows, name)):
            yield from _common_faults(names, (name, number), row)
    for number, step in enumerate(rows.steps):
        yield from _step_faults(names, ("steps", number), step)
    for number, limit in enumerate(rows.limits):
        yield from _limit_faults(names, ("limits", number), limit)
    for number, exit_ in enumerate(rows.exits):
        yield from _exit_faults(names, ("exits", number), exit_)
    for number, child in enumerate(rows.children):
        yield from _child_faults(names, ("children", number), child)


def _twice(rows: LoopRows) -> Iterator[Fault]:
    for name, key in [*ROW_KEYS.items(), ("steps", "id")]:
        seen: dict[str, int] = {}
        for number, row in enumerate(getattr(rows, name)):
            value = getattr(row, key)
            if value in seen:
                yield Fault(
                    (name, number, key),
                    f"{key} {value!r} stands twice in {name}, first in row {seen[value]}",
                )
            seen.setdefault(value, number + 1)


def _common_faults(names: _Names, path: KeyPath, row: BaseModel) -> Iterator[Fault]:
    """Faults in the keys that have one meaning in every list."""
    yield from names.conditions((*path, "when"), getattr(row, "when", ()))
    yield from names.triggers((*path, "on"), getattr(row, "on", ()))
    yield from names.uses((*path, "fields"), getattr(row, "fields", ()))
    for key in ("at", "still", "undo", "blocks", "steps"):
        for number, no in enumerate(getattr(row, key, ())):
            yield from names.step((*path, key, number), no)
    for key in ("repeats_until", "step", "after"):
        no = getattr(row, key, None)
        if isinstance(no, str):
            yield from names.step((*path, key), no)


def _step_faults(names: _Names, path: KeyPath, row: StepRow) -> Iterator[Fault]:
    for number, ref in enumerate(row.after):
        if ref.step != TASKS_ENDED:
            yield from names.step((*path, "after", number), ref.step, ref.results)
    yield from names.conditions((*path, "afterwards"), row.afterwards or ())
    yield from names.witness((*path, "witness"), row.witness, row.results)
    if row.co_signer is not None:
        at = (*path, "co_signer", "results")
        yield from _known_results(at, row.co_signer.results, row.results)
    if row.not_same_as is not None:
        at = (*path, "not_same_as")
        yield from names.conditions((*at, "when"), row.not_same_as.when)
        for number, no in enumerate(row.not_same_as.steps):
            yield from names.step((*at, "steps", number), no)
    if row.valid is not None and row.valid not in {limit.id for limit in names.rows.limits}:
        yield Fault(
            (*path, "valid"), f"valid names no limit: {row.valid!r}; right would be a limit's id"
        )
    if (row.short_en is None) is not (row.short_zh is None):
        yield Fault(path, "short_en and short_zh stand together; one is missing")


def _limit_faults(names: _Names, path: KeyPath, row: LimitRow) -> Iterator[Fault]:
    yield from names.origins((*path, "from"), row.origins)
    if row.to not in _TARGETS:
        yield from names.step((*path, "to"), row.to)
    asking = {one.code for one in names.rows.returns if one.asks}
    if (row.to == "answer") is not (row.answers in asking):
        yield Fault(
            (*path, "answers"),
            f'to = "answer" and answers = a return that asks belong together: {_list(asking)}',
        )
    if row.per is not None:
        yield from names.declared((*path, "per"), *row.per)
        for case in [one for one in row.cases if one != "other"]:
            yield from names.choices((*path, "cases", case), row.per[1], [case])


def _exit_faults(names: _Names, path: KeyPath, row: ExitRow) -> Iterator[Fault]:
    yield from names.witness((*path, "witness"), row.witness, ())
    for number, source in enumerate(row.sources):
        if source not in set(Source):
            yield Fault(
                (*path, "sources", number),
                f"unknown source {source!r}; right would be one of {_list(Source)}",
            )
    if row.not_before is not None and row.not_before.origin != _WINDOW_END:
        at = (*path, "not_before", "from")
        no, _, name = row.not_before.origin.partition(".")
        yield from names.instant_of(at, no, name) if name else names.step(at, no)


def _child_faults(names: _Names, path: KeyPath, row: ChildRow) -> Iterator[Fault]:
    rows = names.rows
    steps = (use for step in rows.steps for use in step.fields)
    known = {use.name for use in (*rows.order_fields, *rows.task_fields, *steps)}
    for number, name in enumerate(row.due):
        at = (*path, "due", number)
        if name not in known:
            yield Fault(at, f"{name!r} is a field of no order, task or step of this loop")
        elif name in names.types and names.types[name].type not in ("instant", "integer"):
            found = names.types[name].type
            yield Fault(at, f"the field {name!r} says no time, but {found}; right: an instant")


def _known_results(
    path: KeyPath, wanted: tuple[str, ...], known: tuple[str, ...]
) -> Iterator[Fault]:
    for number, result in enumerate(wanted):
        if result not in known:
            yield Fault(
                (*path, number),
                f"unknown result {result!r}; right would be one of {_list(known) or 'none'}",
            )


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)
