"""What a competent record of a step holds: examples, persons, results with which work goes on."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from domain.ids import PractitionerId
from domain.loops.definition import FieldType, LoopDefinition, Step
from domain.loops.grammar import Trigger, TriggerKind
from domain.people import Actor, Role, with_included

EXAMPLES: Final[Mapping[str, object]] = MappingProxyType(
    {
        "text": "as seen",
        "user": "colleague",
        "id": "id-1",
        "code": "code1",
        "codes": ["code1"],
        "bool": False,
        "integer": 1,
        "decimal": "1.5",
        "quantity": {"value": "5", "unit": "mg"},
        "instant": "2026-11-24T09:00:00+00:00",
        "date": "2099-12-31",
        "results": {"potassium": {"value": "4.1", "unit": "mmol/L"}},
    }
)
"""A right value of each field type."""

Choose = Callable[[Step, tuple[str, ...]], str]
"""Which of its good results a step has."""


def example(kind: FieldType) -> object:
    """A right value of a field."""
    if kind.choices:
        return [kind.choices[0]] if kind.type == "codes" else kind.choices[0]
    return EXAMPLES[kind.type]


def somebody(roles: Iterable[Role], name: str) -> Actor:
    """A person with the first of some roles; the program only where no person may."""
    held = tuple(roles)
    role = next((one for one in held if one is not Role.SYSTEM), Role.SYSTEM)
    return Actor(PractitionerId(name), with_included(frozenset({role})))


def good_results(loop: LoopDefinition, step: Step) -> tuple[str, ...]:
    """The results of a step with which the work goes on: nothing is sent back, ended or opened."""
    stopped = {
        word
        for trigger in triggers(loop)
        if trigger.kind is TriggerKind.RESULT and trigger.step == step.no
        for word in trigger.words
    }
    wanted = [
        set(ref.results)
        for other in loop.steps.values()
        for ref in other.after
        if ref.step == step.no and ref.results
    ]
    free = tuple(result for result in step.results if result not in stopped)
    taken = tuple(result for result in free if any(result in words for words in wanted))
    return taken or free or step.results


def triggers(loop: LoopDefinition) -> Iterator[Trigger]:
    """All that sets off a return, an exit or a child."""
    for back in loop.returns:
        yield from back.on
    for leave in loop.exits:
        yield from leave.on
    for child in loop.children:
        yield from child.on


def first(_step: Step, results: tuple[str, ...]) -> str:
    """The first of the good results."""
    return results[0]
