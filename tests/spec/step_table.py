"""The questions that hold a table of steps to the loop files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from domain.errors import InvalidInput, Refused
from domain.loops.grammar import TASKS_ENDED
from domain.people import Role
from tests.spec.cases import NOW, OWN, Standing, conditions, refs, roles
from tests.spec.step_rows import Step, record, standing
from tests.story import loops, refused

if TYPE_CHECKING:
    from domain.events import Event
    from domain.loops.definition import Step as Defined
    from domain.loops.grammar import StepRef
    from tests.story import Story


def only_its_roles_may_record_it(loop: str, row: Step) -> None:
    """Each role that the table names may; every other is refused."""
    if "automatic" in row.marks:
        with refused("AUTOMATIC"):
            record(standing(loop, row).story(), row, role=Role.PHYSICIAN)
        assert _definition(loop, row).by == roles(row.by)
        return
    for role in Role:
        story = standing(loop, row).story()
        if role in roles(row.by):
            assert record(story, row, role=role), f"{row.no} by {role}"
        else:
            with refused("NOT_AUTHORISED"):
                record(story, row, role=role)


def it_waits_for_what_is_before(loop: str, row: Step) -> None:
    """Without one of the steps that it waits for, or with another result, it is refused."""
    if "automatic" in row.marks:
        assert {str(one) for one in _definition(loop, row).after} == set(row.after.split())
        return
    for ref in refs(f"{row.after} {row.also}"):
        waiting = standing(loop, row)
        if ref.step == TASKS_ENDED:
            waiting.ended = None
        elif ref.step in row.elsewhere.split():
            waiting.done.pop(ref.step, None)
            assert record(waiting.story(), row), f"{row.no} without {ref.step}"
            continue
        else:
            assert ref.step in waiting.done, f"{row.no}: {ref.step} does not apply"
            waiting.done.pop(ref.step)
        decides = f"{ref.step}:" in row.when or row.when == "reported"
        with refused(
            "NOT_APPLICABLE" if decides and not row.outcome else "STEP_NOT_READY"
        ) as caught:
            record(waiting.story(), row)
        assert decides or _named(ref.step, caught.text), f"without {ref.step}: {caught.text}"
        for other in set() if decides else _other_results(waiting, ref):
            waiting.done[ref.step] = other
            with refused("STEP_NOT_READY"):
                record(waiting.story(), row)
    assert {str(one) for one in _definition(loop, row).after} == set(row.after.split())


def _other_results(waiting: Standing, ref: StepRef) -> set[str]:
    """The results with which a step is not what the row waits for."""
    return (
        set(waiting.definition.steps[ref.step].results) - set(ref.results) if ref.results else set()
    )


def _named(no: str, text: str) -> bool:
    return no in text.replace(",", " ").replace(".", " ").split()


def it_is_only_where_it_belongs(loop: str, row: Step) -> None:
    """Where a condition does not hold, it is no part of the way; without one it always is."""
    defined = _definition(loop, row)
    assert {str(one) for one in defined.when} == {str(one) for one in conditions(row.when)}
    if "automatic" in row.marks:
        return
    for condition in conditions(row.when):
        for value in condition.values or (None,):
            other = standing(loop, row)
            if condition.negated and value is not None:
                fields = other.order if str(condition).startswith("!order") else other.task
                fields[condition.name] = value
            else:
                other.where_not(condition)
            other.exit = None
            with pytest.raises(Refused) as found:
                record(other.story(), row)
            assert found.value.code in ("NOT_APPLICABLE", "TASK_ENDED", "STEP_NOT_READY")
    once = standing(loop, row)
    once.done[row.no] = row.first_result
    if defined.repeats:
        assert record(once.story(), row)
        assert defined.repeats_until == row.until
    else:
        assert not row.until


def it_has_its_second_persons(loop: str, row: Step) -> None:
    """It needs the second person that the table names, and one of no other role."""
    if "automatic" in row.marks:
        return
    if row.witness:
        _witnessed(loop, row)
    else:
        assert _definition(loop, row).witness is None
    results = row.results.split() if row.co_signed == "always" else row.co_signed.split()
    every: list[str | None] = [*row.results.split()]
    for result in every or [None]:
        story = standing(loop, row).story()
        if row.co_signed and result in results:
            with refused("CO_SIGNER_MISSING"):
                record(story, row, result=result, co_signer=None)
        else:
            assert record(story, row, result=result, co_signer=None)
    if row.other_than:
        _by_another(loop, row)
    else:
        assert _definition(loop, row).not_same_as is None


def _witnessed(loop: str, row: Step) -> None:
    result = row.witness_for.split()[0] if row.witness_for else None

    def case() -> Story:
        return standing(loop, row).where(conditions(row.witness_when)).story()

    with refused("WITNESS_MISSING"):
        _alone(case(), row, result)
    with refused("WITNESS_IS_ACTOR"):
        record(case(), row, result=result, second="actor")
    for role in Role:
        if role in roles(row.witness):
            assert record(case(), row, result=result, witness=role)
        else:
            with refused("NOT_AUTHORISED"):
                record(case(), row, result=result, witness=role)
    for condition in conditions(row.witness_when):
        assert _alone(standing(loop, row).where_not(condition).story(), row, result)
    for other in set(row.results.split()) - set(row.witness_for.split() or row.results.split()):
        assert _alone(case(), row, other)


def _alone(story: Story, row: Step, result: str | None) -> tuple[Event, ...]:
    return record(story, replace(row, witness=""), result=result)


def _by_another(loop: str, row: Step) -> None:
    (earlier,) = row.other_than.split()
    first = standing(loop, row).where(conditions(row.other_when))
    first.done.setdefault(earlier, None)
    with refused("SAME_PERSON") as caught:
        record(first.story(), row, user="somebody")
    assert earlier in caught.text
    for condition in conditions(row.other_when):
        free = standing(loop, row).where_not(condition)
        assert record(free.story(), row, user="somebody")


def it_asks_for_its_results_and_fields(loop: str, row: Step) -> None:
    """It takes the results of the table and no other, and misses no field that must be there."""
    defined = _definition(loop, row)
    assert defined.results == tuple(row.results.split())
    assert {(use.name, use.optional) for use in defined.fields} == {
        (name.removesuffix("?"), name.endswith("?")) for name in row.fields.split()
    }
    if "automatic" in row.marks:
        return
    for result in row.results.split():
        assert record(standing(loop, row).story(), row, result=result)
    if row.results:
        with pytest.raises(InvalidInput) as found:
            record(standing(loop, row).story(), row, result="nonsense")
        assert found.value.right == f"one of {', '.join(row.results.split())}"
    for name in row.fields.split():
        story = standing(loop, row).story()
        if name.endswith("?"):
            assert record(story, row, without=name.removesuffix("?"))
        else:
            with pytest.raises(InvalidInput) as found:
                record(story, row, without=name)
            assert found.value.field == f"evidence.{name}"


def it_means_what_the_table_says(loop: str, row: Step) -> None:
    """Whether it is signed, starts, ends, reports or repeats; how long it counts; its checks."""
    defined = _definition(loop, row)
    said = {
        "sign": defined.sign,
        "starts": defined.starts,
        "closes": defined.closes,
        "activates": defined.activates,
        "reports": defined.reports,
        "per_version": defined.per_version,
        "optional": not defined.required,
        "automatic": bool(defined.on),
        "blind": defined.witness is not None and defined.witness.blind,
    }
    assert {name for name, holds in said.items() if holds} == set(row.marks.split())
    assert (defined.id, defined.level.value) == (row.id, row.level)
    assert (defined.valid or "", defined.batch or "") == (row.valid, row.batch)
    assert set(defined.checks) == set(row.checks.split())
    waived = {str(one) for one in defined.afterwards or ()}
    assert waived == {str(one) for one in conditions(row.afterwards)}
    if "automatic" in row.marks:
        return
    story = standing(loop, row).story()
    record(story, row)
    if row.level == "task":
        before = standing(loop, row).place().task
        task = story.again(OWN)
        assert before is not None
        assert (task.started and not before.started) is ("starts" in row.marks)
    else:
        assert ("activates" in row.marks) is (story.order.signed_at == NOW)
    raised = story.order.report_version
    assert (raised > 0) is ("reports" in row.marks or bool(row.outcome))


QUESTIONS: Final = (
    only_its_roles_may_record_it,
    it_waits_for_what_is_before,
    it_is_only_where_it_belongs,
    it_has_its_second_persons,
    it_asks_for_its_results_and_fields,
    it_means_what_the_table_says,
)


def is_whole(loop: str, table: tuple[Step, ...], held: tuple[str, ...]) -> None:
    """The table has every step of the loop file in its order, and the file every one of it."""
    numbers = list(dict.fromkeys(row.no for row in table))
    assert numbers == list(loops().get(loop).steps)
    assert set(numbers) <= set(held)


def _definition(loop: str, row: Step) -> Defined:
    return loops().get(loop).steps[row.no]
