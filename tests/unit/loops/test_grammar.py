"""The few words of a loop file, read and written back."""

from __future__ import annotations

import pytest

from domain.loops.grammar import (
    Scope,
    TriggerKind,
    parse_condition,
    parse_ref,
    parse_trigger,
)
from tests.story import loops


@pytest.mark.rows("decision-16")
@pytest.mark.parametrize("text", ["M3", "M3:approved|auto_passed", "tasks:ended"])
def test_a_reference_is_written_as_it_was_read(text: str) -> None:
    assert str(parse_ref(text)) == text


@pytest.mark.rows("decision-16")
@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("M3:approved", "M3:approved"),
        ("!M6", "!M6"),
        ("order.priority=STAT|URGENT", "order.priority=STAT|URGENT"),
        ("!ward_stock", "!task.ward_stock"),
        ("task.care_level=I", "task.care_level=I"),
        ("reported", "reported"),
        ("!reported", "!reported"),
    ],
)
def test_a_condition_is_written_as_it_is_meant(text: str, written: str) -> None:
    assert str(parse_condition(text)) == written


@pytest.mark.rows("decision-16")
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("exit", TriggerKind.EXIT),
        ("exit:refused|held", TriggerKind.EXIT),
        ("M8.shortage", TriggerKind.FIELD),
        ("M3:returned", TriggerKind.RESULT),
        ("discontinue", TriggerKind.ACT),
    ],
)
def test_a_trigger_says_what_it_follows(text: str, kind: TriggerKind) -> None:
    found = parse_trigger(text)
    assert found is not None
    assert found.kind is kind


@pytest.mark.rows("decision-16")
def test_what_is_no_word_of_the_format_is_none() -> None:
    assert parse_ref("m3 or m4") is None
    assert parse_trigger("sometimes") is None
    assert parse_condition("priority > 3") is None
    reported = parse_condition("order.reported")
    assert reported is not None
    assert reported.scope is Scope.ORDER


@pytest.mark.rows("E46", "E10")
def test_a_sub_loop_signs_and_closes_no_order() -> None:
    sub = loops().get("critical_value")
    assert sub.closing is None
    assert sub.activating is None
    assert sub.find_step("crit_notified") is sub.steps["C3"]
