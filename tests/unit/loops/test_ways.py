"""Orders that read alike go one way; what a condition reads parts them."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from domain.loops import ways
from domain.loops.grammar import parse_condition
from domain.loops.ways import Ways
from domain.orders import Order, Priority
from domain.values import changed, quickly_made
from tests.openings import dose, medication
from tests.story import Story

CONDITIONS = [
    parse_condition(text) for text in ("order.high_alert", "ward_stock", "M3", "!reported")
]


def asked() -> Ways:
    return Ways(one for one in CONDITIONS if one is not None)


def order_of(story: Story, **fields: object) -> Order:
    return replace(story.order, fields=fields)


def test_two_orders_that_read_alike_go_one_way() -> None:
    story, found = medication(dose("08:00")), asked()
    one, other = (order_of(story, high_alert=False, dose=dose) for dose in ("1 mg", "2 mg"))
    assert found.of(one, None) is found.of(other, None)
    assert found.of(one, None) is found.of(one, None)


@pytest.mark.parametrize("value", [True, 1, "1", "true", None, ["a"]])
def test_a_value_that_a_condition_reads_otherwise_goes_another_way(value: object) -> None:
    story, found = medication(dose("08:00")), asked()
    usual, other = order_of(story, high_alert=False), order_of(story, high_alert=value)
    assert found.of(usual, None) is not found.of(other, None)
    for alike in (True, 1, "1", "true", None, ["a"]):
        same = found.of(other, None) is found.of(order_of(story, high_alert=alike), None)
        assert same == (type(alike) is type(value) and alike == value)


def test_priority_window_and_the_task_part_the_ways_too() -> None:
    story, found = medication(dose("08:00")), asked()
    order, task = story.order, story.task
    ways_of = [
        found.of(order, None),
        found.of(replace(order, priority=Priority.STAT), None),
        found.of(replace(order, not_recorded=frozenset({"M4"})), None),
        found.of(order, replace(task, fields={"ward_stock": True})),
        found.of(order, replace(task, fields={"ward_stock": True}, window_class="critical")),
    ]
    assert len({id(way) for way in ways_of}) == len(ways_of)


def test_what_was_found_out_is_forgotten_before_it_fills_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ways, "_REMEMBERED", 2)
    story, found = medication(dose("08:00")), asked()
    first = found.of(order_of(story, high_alert=True), None)
    for amount in ("1 mg", "2 mg", "3 mg"):
        found.of(order_of(story, high_alert=True, dose=amount), None)
    assert found.of(order_of(story, high_alert=True), None) is not first


# ---------------------------------------------------------------- the values behind them
@quickly_made
@dataclass(frozen=True, slots=True)
class Cup:
    """A value with every kind of field."""

    name: str
    size: int = 3
    marks: list[str] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict, init=False)
    doubled: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "doubled", 2 * self.size)


def test_a_value_that_is_made_quickly_is_made_as_any_other() -> None:
    cup = Cup("a", marks=["x"])
    assert (cup.name, cup.size, cup.marks, cup.seen, cup.doubled) == ("a", 3, ["x"], {}, 6)
    assert Cup("a").marks is not Cup("a").marks
    assert replace(cup, size=4).doubled == 8
    for wrong in ({}, {"name": "a", "colour": "red"}, {"name": "a", "seen": {}}):
        with pytest.raises(TypeError):
            Cup(**wrong)
    with pytest.raises(FrozenInstanceError):
        cup.size = 5  # type: ignore[misc]  # that is what is tried


def test_a_copy_differs_only_in_what_was_changed() -> None:
    cup = Cup("a")
    copy = changed(cup, size=9)
    assert (copy.name, copy.size, copy.marks) == ("a", 9, cup.marks)
    assert cup.size == 3
