"""What is entered is what its field says, or is refused with what would be right."""

from __future__ import annotations

import pytest

from domain.errors import InvalidInput
from domain.loops.definition import FieldType, FieldUse, Text
from domain.loops.evidence import FIELD_TYPES, checked
from tests.openings import medication
from tests.story import refused

CHOICES = ("a", "b")


def _checked(kind: str, value: object, choices: tuple[str, ...] = ()) -> object:
    fields = {"x": FieldType("x", kind, Text("X", "X"), choices)}
    return checked({"x": value}, uses=(), fields=fields, path="evidence")["x"]


@pytest.mark.rows("E8")
@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        ("text", "as seen", "as seen"),
        ("user", "nurse1", "nurse1"),
        ("id", "W1", "W1"),
        ("code", "a", "a"),
        ("codes", ("a", "b"), ["a", "b"]),
        ("bool", False, False),
        ("integer", 3, 3),
        ("decimal", "36.50", "36.50"),
        ("quantity", "2.5 mg", {"value": "2.5", "unit": "mg"}),
        ("instant", "2026-11-24T08:00:00+08:00", "2026-11-24T08:00:00+08:00"),
        ("date", "2026-11-24", "2026-11-24"),
        ("results", "sodium 140 mmol/L", {"sodium": {"value": "140", "unit": "mmol/L"}}),
        ("text", None, None),
    ],
)
def test_a_value_is_kept_as_json(kind: str, value: object, kept: object) -> None:
    assert _checked(kind, value, CHOICES if kind.startswith("code") else ()) == kept


@pytest.mark.rows("E8")
@pytest.mark.parametrize(
    ("kind", "value", "says"),
    [
        ("text", 3, "text"),
        ("code", 3, "one of a, b"),
        ("code", "no\x00", "one of a, b"),
        ("code", "c", "one of a, b"),
        ("codes", "a", "one of a, b"),
        ("codes", ["a", "c"], "one of a, b"),
        ("bool", "yes", "true or false"),
        ("integer", True, "a whole number"),
        ("integer", "3", "a whole number"),
        ("decimal", 36.5, "2.5"),
        ("quantity", "2.5", "has no unit"),
        ("instant", "noon", "2026"),
        ("instant", 8, "2026"),
        ("instant", "2026-11-24T08:00:00", "has no time zone"),
        ("date", "24.11.2026", "2026-11-24"),
        ("date", 8, "2026-11-24"),
        ("results", "sodium", "sodium 151 mmol/L H"),
    ],
)
def test_a_wrong_value_names_its_field_and_what_is_right(
    kind: str, value: object, says: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        _checked(kind, value, CHOICES if kind.startswith("code") else ())
    assert caught.value.field == "evidence.x"
    assert says in str(caught.value)


@pytest.mark.rows("E8")
def test_what_no_loop_knows_is_kept_but_never_as_a_float() -> None:
    given = {"note": {"a": [1, "b", True, None]}}
    assert checked(given, uses=(), fields={}, path="evidence") == {
        "note": {"a": [1, "b", True, None]}
    }
    for wrong in (1.5, {"a": [1.5]}, {1, 2}):
        with pytest.raises(InvalidInput):
            checked({"note": wrong}, uses=(), fields={}, path="evidence")


@pytest.mark.rows("E8")
def test_what_a_step_asks_for_must_be_there() -> None:
    fields = {"x": FieldType("x", "code", Text("X", "X"), CHOICES)}
    uses = (FieldUse("x"),)
    with pytest.raises(InvalidInput) as caught:
        checked({}, uses=uses, fields=fields, path="evidence")
    assert "one of a, b" in str(caught.value)
    assert checked({}, uses=uses, fields=fields, path="evidence", require=False) == {}
    assert checked({}, uses=(FieldUse("x", optional=True),), fields=fields, path="e") == {}
    assert "quantity" in FIELD_TYPES


@pytest.mark.rows("E31")
def test_one_act_asks_for_the_fields_of_both_its_steps() -> None:
    story = medication()
    story.record("M10", "08:00")
    with refused("INVALID_INPUT") as caught:
        story.record("M11", "08:00", result="complete", dose=None)
    assert "dose is missing" in caught.text
    with refused("INVALID_INPUT") as caught:
        story.record("M11", "08:00", result="complete", amount=None)
    assert "amount is missing" in caught.text


@pytest.mark.rows("E8")
@pytest.mark.parametrize(("step", "result"), [("M99", None), ("M11", "gone"), ("M11", None)])
def test_a_step_and_its_result_must_be_known(step: str, result: str | None) -> None:
    from domain.commands import RecordStep
    from domain.people import Role
    from tests.story import person

    story = medication()
    story.record("M10", "08:00")
    with refused("INVALID_INPUT") as caught:
        story.do(
            RecordStep(
                order=story.order.id,
                actor=person(Role.NURSE),
                at=story.now,
                task=story.task.id,
                step=step,
                result=result,
                evidence={"dose": "5 mg", "amount": "5 mg"},
            )
        )
    assert "one of" in caught.text


@pytest.mark.rows("E8")
def test_a_task_step_names_its_task_and_goes_by_id_or_number() -> None:
    from domain.commands import RecordStep
    from domain.people import Role
    from tests.story import person

    story = medication()
    command = RecordStep(
        order=story.order.id, actor=person(Role.NURSE), at=story.now, step="bedside_verified"
    )
    with refused("INVALID_INPUT") as caught:
        story.do(command)
    assert "the id of a task" in caught.text
    for name in ("med_bedside_verified", "bedside_verified"):
        fresh = medication()
        fresh.record(name, "08:00")
        assert "M10" in fresh.task.steps


@pytest.mark.rows("E8")
@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", "\ud800"),
        ("quantity", "5 \ud800"),
        ("quantity", "1e999999 mg"),
        ("decimal", "0.1234567890123456789"),
        ("integer", 10**30),
        ("integer", -(10**30)),
        ("instant", "9999-12-31T23:59:59-12:00"),
        ("instant", "0001-01-01T00:00:00+14:00"),
        ("date", "9999-12-31"),
    ],
)
def test_what_cannot_be_meant_names_its_field(kind: str, value: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        _checked(kind, value)
    assert caught.value.field.startswith("evidence.x")


@pytest.mark.rows("E8")
@pytest.mark.parametrize("odd", ["\ud800", {"\ud800": 1}, {"a": ["\ud800"]}, 10**30])
def test_what_no_loop_knows_is_held_to_bounds_too(odd: object) -> None:
    with pytest.raises(InvalidInput):
        checked({"note": odd}, uses=(), fields={}, path="evidence")
    with pytest.raises(InvalidInput):
        checked({"\ud800": 1}, uses=(), fields={}, path="evidence")


@pytest.mark.rows("E8")
def test_nobody_orders_nothing_but_a_pump_may_stand_still() -> None:
    rate = FieldType("rate", "quantity", Text("R", "R"), positive=True)
    given: dict[str, object] = {"rate": "0 mL/h"}
    kept = checked(given, uses=(), fields={"rate": rate}, path="evidence")
    assert kept == {"rate": {"value": "0", "unit": "mL/h"}}
    for path, value in (("fields", "0 mL/h"), ("fields", "-5 mL/h"), ("evidence", "-5 mL/h")):
        with pytest.raises(InvalidInput) as caught:
            checked({"rate": value}, uses=(), fields={"rate": rate}, path=path)
        assert caught.value.field == f"{path}.rate"


@pytest.mark.rows("E8")
@pytest.mark.parametrize(("value", "says"), [(0, "1 or more"), (-3, "1 or more"), (1001, "1000")])
def test_a_number_of_doses_is_a_number_of_doses(value: int, says: str) -> None:
    count = FieldType("dose_count", "integer", Text("N", "N"), positive=True, most=1000)
    with pytest.raises(InvalidInput, match=says):
        checked({"dose_count": value}, uses=(), fields={"dose_count": count}, path="fields")
    ok: dict[str, object] = {"dose_count": 1000}
    assert checked(ok, uses=(), fields={"dose_count": count}, path="fields") == ok
