"""Proof by reading, second part: what the rows of a loop say together can be done and ended."""

from collections.abc import Iterator, Mapping

from domain.loops.definition import (
    Child,
    Exit,
    FieldType,
    Level,
    Limit,
    LoopDefinition,
    MadeBy,
    OriginKind,
    Return,
    Step,
)
from domain.loops.grammar import TASKS_ENDED, Condition, Scope, StepRef, Trigger, TriggerKind
from rules.loops.document import Fault
from rules.loops.lines import KeyPath
from rules.loops.rows import LoopRows


def cycle_faults(rows: LoopRows) -> Iterator[Fault]:
    """A step that waits for itself, through others; without these the graph can be walked."""
    waits = {
        row.no: [ref.step for ref in row.after if ref.step != TASKS_ENDED] for row in rows.steps
    }
    done: set[str] = set()

    def walk(no: str, trail: tuple[str, ...]) -> tuple[str, ...] | None:
        if no in trail:
            return (*trail[trail.index(no) :], no)
        if no in done:
            return None
        found = next((one for other in waits[no] if (one := walk(other, (*trail, no)))), None)
        done.add(no)
        return found

    for number, row in enumerate(rows.steps):
        trail = walk(row.no, ())
        if trail is not None:
            yield Fault(
                ("steps", number, "after"),
                f"a cycle: {' after '.join(trail)}; right would be steps that can be put in a row",
            )


def law_faults(loop: LoopDefinition, types: Mapping[str, FieldType]) -> Iterator[Fault]:
    """What is wrong with a loop whose names all stand and whose graph has no cycle."""
    yield from _end_faults(loop)
    for number, step in enumerate(loop.steps.values()):
        yield from _step_faults(loop, ("steps", number), step)
        yield from _result_faults(loop, ("steps", number), step)
    for number, limit in enumerate(loop.limits):
        yield from _shape_faults(("limits", number), limit, types)
        yield from _clock_faults(loop, ("limits", number), limit)
    for number, row in enumerate(loop.returns):
        yield from _return_faults(loop, ("returns", number), row)
    yield from _exit_faults(loop)
    yield from _child_faults(loop)
    yield from _together_faults(loop)


def _end_faults(loop: LoopDefinition) -> Iterator[Fault]:
    """Which step signs, which closes, which is the first effect."""
    numbers = {no: number for number, no in enumerate(loop.steps)}
    if loop.made_by is MadeBy.RESULT:
        for step in loop.order_steps:
            yield Fault(
                ("steps", numbers[step.no], "level"),
                "a loop whose tasks are made by a result has no order of its own;"
                ' right would be level = "task"',
            )
    else:
        activating = [step.no for step in loop.steps.values() if step.activates]
        closing = [step.no for step in loop.order_steps if step.closes]
        for key, found in (("activates", activating), ("closes", closing)):
            if len(found) != 1:
                at: KeyPath = ("steps", numbers[found[1]], key) if found else ("steps",)
                yield Fault(
                    at,
                    f"exactly one order step has `{key} = true`; here:"
                    f" {', '.join(found) or 'none'}",
                )
    has_start = any(step.starts for step in loop.steps.values())
    if loop.made_by in (MadeBy.TIMING, MadeBy.COUNT) and not has_start:
        yield Fault(
            ("steps",),
            "no step has `starts = true`, which tells void from ended; right would be the first"
            " step with an effect on the patient",
        )


def _step_faults(loop: LoopDefinition, path: KeyPath, step: Step) -> Iterator[Fault]:
    wrong = (
        {"activates": step.activates, "per_version": step.per_version, "on": bool(step.on)}
        if step.level is Level.TASK
        else {"starts": step.starts, "batch": step.batch is not None}
    )
    for key, found in wrong.items():
        if found:
            yield Fault((*path, key), f"`{key}` does not belong on a step of level {step.level}")
    if step.valid is not None and not _starts_from(loop.limit[step.valid], step.no):
        yield Fault(
            (*path, "valid"),
            f"valid = {step.valid!r}: that limit does not start from {step.no}; right would be one"
            " that does",
        )
    for number, condition in enumerate(step.when):
        if _opposite(condition) in step.when:
            yield Fault(
                (*path, "when", number),
                f"the step can never apply: {condition} and its opposite must both hold",
            )
        if step.level is Level.ORDER and condition.scope is Scope.TASK:
            yield Fault(
                (*path, "when", number),
                f"an order step cannot read {condition}: an order has many tasks; right would be"
                " order.FIELD or a step",
            )
    for number, ref in enumerate(step.after):
        reason = _never_met(loop, step, ref)
        if reason is not None:
            yield Fault((*path, "after", number), f"{step.no} can never be reached: {reason}")


def _never_met(loop: LoopDefinition, step: Step, ref: StepRef) -> str | None:
    if ref.step == TASKS_ENDED:
        waits = "it waits for the end of its own task; right would be tasks:ended on an order step"
        return waits if step.level is Level.TASK else None
    earlier = loop.steps[ref.step]
    if earlier.level is Level.ORDER and earlier.closes:
        return f"{earlier.no} closes the order before"
    if step.level is Level.TASK and _waits_for_end(loop, earlier):
        return f"{earlier.no} waits until every task has ended"
    if ref.results and all(_undone(loop, earlier.no, result) for result in ref.results):
        return f"{ref} is sent back by a return, so that {earlier.no} is never done with it"
    return None


def _waits_for_end(loop: LoopDefinition, step: Step) -> bool:
    chain = [step, *(loop.steps[no] for no in loop.ancestors[step.no])]
    return any(ref.step == TASKS_ENDED for one in chain for ref in one.after)


def _undone(loop: LoopDefinition, no: str, result: str) -> bool:
    """Whether a return undoes the very step that had this result (E22)."""
    return any(
        no in row.undo and not row.when and _names_result(trigger, no, result)
        for row in loop.returns
        for trigger in row.on
    )


def _result_faults(loop: LoopDefinition, path: KeyPath, step: Step) -> Iterator[Fault]:
    """A result that no step accepts and that no return, exit or child follows."""
    accepting = [ref for other in loop.steps.values() for ref in other.after if ref.step == step.no]
    if not accepting:
        return
    rows: tuple[Step | Return | Exit | Child, ...] = (
        *loop.steps.values(),
        *loop.returns,
        *loop.exits,
        *loop.children,
    )
    triggers = [trigger for row in rows for trigger in row.on]
    whens = [one for row in rows for one in row.when if one.scope is Scope.STEP]
    for number, result in enumerate(step.results):
        if (
            any(not ref.results or result in ref.results for ref in accepting)
            or any(_names_result(trigger, step.no, result) for trigger in triggers)
            or any(one.name == step.no and result in one.values for one in whens)
        ):
            continue
        yield Fault(
            (*path, "results", number),
            f"the result {step.no}:{result} is accepted by nobody; right would be a step that names"
            " it in `after`, or a return, exit or child that follows it",
        )


def _names_result(trigger: Trigger, no: str, result: str) -> bool:
    return (
        trigger.kind is TriggerKind.RESULT
        and trigger.step == no
        and (not trigger.words or result in trigger.words)
    )


def _shape_faults(path: KeyPath, limit: Limit, types: Mapping[str, FieldType]) -> Iterator[Fault]:
    has_minutes = limit.within is not None or bool(limit.cases)
    if has_minutes is (limit.window is not None):
        yield Fault(path, "a limit has either a window, or bounds in `within` or `cases`")
    if (limit.per is not None) is not bool(limit.cases):
        yield Fault(path, "`per` and `cases` stand together; one is missing")
    elif limit.per is not None and limit.within is None and "other" not in limit.cases:
        choices = types[limit.per[1]].choices
        missing = [one for one in choices if one not in limit.cases] if choices else ["other"]
        if missing:
            yield Fault(
                (*path, "cases"),
                f"no bounds for {', '.join(missing)}; right would be these, `other`, or `within`",
            )


def _starts_from(limit: Limit, no: str) -> bool:
    return any(origin.step == no for origin in limit.origins)


def _clock_faults(loop: LoopDefinition, path: KeyPath, limit: Limit) -> Iterator[Fault]:
    """A clock that starts after its end, or that does not run when it should."""
    target = loop.steps.get(limit.to)
    if target is None:
        return
    for number, origin in enumerate(limit.origins):
        if origin.step in loop.descendants[target.no]:
            yield Fault(
                (*path, "from", number),
                f"the limit runs backwards: {origin.step} comes after {target.no}",
            )
        if origin.step == target.no and not target.repeats:
            yield Fault(
                (*path, "from", number), f"{target.no} is not repeated: it cannot follow itself"
            )
    if _surely_runs(loop, target, limit):
        return
    others = (other for other in loop.limits if other.to == limit.to and other is not limit)
    if not any(_surely_runs(loop, target, other) for other in others):
        no = limit.origins[0].step
        yield Fault(
            (*path, "from"),
            f"{no} does not apply whenever {target.no} does, and no other limit to {target.no} runs"
            f" then; right would be `when = [{_quoted(loop.steps[no].when)}]` on this limit and"
            " another limit for the rest",
        )


def _surely_runs(loop: LoopDefinition, target: Step, limit: Limit) -> bool:
    """Whether one of the limit's starts applies wherever the target and the limit do.

    Conditions are compared as they are written: one implies another only if it names the same
    field with the same or fewer values, or a step that itself applies only under it. What is not
    implied so is not known to hold.
    """
    known = [*target.when, *limit.when]
    for condition in tuple(known):
        if condition.scope is Scope.STEP and not condition.negated:
            known.extend(loop.steps[condition.name].when)
    return any(
        origin.kind not in (OriginKind.STEP, OriginKind.FIELD)
        or all(
            any(implies(one, wanted) for one in known) for wanted in loop.steps[origin.step].when
        )
        for origin in limit.origins
    )


def implies(known: Condition, wanted: Condition) -> bool:
    """Whether the known condition makes the wanted one hold, as far as they are written."""
    if known == wanted:
        return True
    if (known.scope, known.name) != (wanted.scope, wanted.name) or not known.values:
        return False
    if known.negated:
        return wanted.negated and bool(wanted.values) and set(wanted.values) <= set(known.values)
    if wanted.negated:
        return bool(wanted.values) and set(known.values).isdisjoint(wanted.values)
    return not wanted.values or set(known.values) <= set(wanted.values)


def _opposite(condition: Condition) -> Condition:
    return Condition(condition.scope, condition.name, condition.values, not condition.negated)


def _quoted(conditions: tuple[Condition, ...]) -> str:
    return ", ".join(f'"{condition}"' for condition in conditions)


def _return_faults(loop: LoopDefinition, path: KeyPath, row: Return) -> Iterator[Fault]:
    if bool(row.asks) is not bool(row.answers):
        yield Fault(path, "`asks` and `answers` stand together; one is missing")
    if (row.within is not None) is not bool(row.rule):
        yield Fault(path, "`within` and its alert `rule` stand together; one is missing")
    if not (row.undo or row.asks):
        yield Fault(path, "a return has steps to `undo`, or roles that it `asks`")
    sources = {trigger.step for trigger in row.on if trigger.step}
    before = sources.union(*(loop.ancestors[no] for no in sources))
    for number, no in enumerate(row.undo):
        rests_on = before & set(row.undo) & loop.ancestors[no]
        if sources and no not in before and not rests_on:
            yield Fault(
                (*path, "undo", number),
                f"{no} does not lie before {', '.join(sorted(sources))}: nothing is undone; right"
                " would be the step itself or one that it waits for",
            )


def _exit_faults(loop: LoopDefinition) -> Iterator[Fault]:
    for number, row in enumerate(loop.exits):
        path: KeyPath = ("exits", number)
        if bool(row.at) is bool(row.on):
            yield Fault(path, "an exit has either `at` (it ends the task) or `on` (a result)")
        for key, steps in (("at", row.at), ("still", row.still)):
            for place, no in enumerate(steps):
                if loop.steps[no].level is Level.ORDER:
                    yield Fault(
                        (*path, key, place),
                        f"{no} is an order step and an exit ends a task; right is a task step",
                    )
        for place, trigger in enumerate(row.on):
            if trigger.kind not in (TriggerKind.RESULT, TriggerKind.FIELD):
                yield Fault(
                    (*path, "on", place),
                    "an exit follows a result or a field of a step, no act or exit",
                )


def _child_faults(loop: LoopDefinition) -> Iterator[Fault]:
    for number, row in enumerate(loop.children):
        path: KeyPath = ("children", number)
        if row.makes == loop.id:
            yield Fault(
                (*path, "makes"), "a loop cannot open itself; right would be another, or task"
            )
        if not row.on and not row.by:
            yield Fault(path, "nothing opens it; right would be `on`, or `by` to open it by hand")
        if row.keeps_clock and row.makes != "task":
            yield Fault((*path, "keeps_clock"), 'only makes = "task" can keep the first clock')
        if row.due and row.makes == "task":
            yield Fault((*path, "due"), "only a sub-loop has a due time of its own")
        known = {use.name for use in loop.task_fields}
        for name in row.sets if row.makes == "task" else ():
            if name not in known:
                yield Fault((*path, "sets", name), f"`{name}` is no task field of this loop")


def _together_faults(loop: LoopDefinition) -> Iterator[Fault]:
    for number, row in enumerate(loop.together):
        path: KeyPath = ("together", number, "steps")
        levels = {loop.steps[no].level for no in row.steps}
        if len(levels) > 1:
            yield Fault(path, "steps done together are all of one level, order or task")
        if len(row.steps) < len(("first", "second")):
            yield Fault(path, "steps done together are at least two")
    for number, rule in enumerate(loop.next_task_after):
        for key, no in (("step", rule.step), ("after", rule.after)):
            if loop.steps[no].level is Level.ORDER:
                yield Fault(
                    ("next_task_after", number, key),
                    f"{no} is an order step; right would be a step of each task",
                )
