"""A right loop file becomes the definition that the engine runs; a ninth loop needs no code."""

import json
from pathlib import Path

import pytest

from domain.errors import DefinitionError, InvalidInput
from domain.loops.definition import (
    Bounds,
    CommonAct,
    CoSigner,
    FieldUse,
    Level,
    NotBefore,
    Origin,
    OriginKind,
    Text,
    Window,
)
from domain.loops.grammar import Condition, Scope, StepRef, TriggerKind
from domain.loops.loops import Loops
from domain.people import Role
from rules.loops.laws import implies
from rules.loops.lines import key_lines
from rules.loops.loader import load_fields, load_loop, load_loops
from rules.loops.schema import order_schema

LOOPS = Path(__file__).parent.parent / "loops"
MILK = LOOPS / "human_milk.toml"
FIELDS = load_fields(LOOPS / "fields.toml")


@pytest.fixture(scope="module")
def loops() -> Loops:
    return load_loops(shipped=LOOPS)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_ninth_loop_is_loaded_from_its_file_alone(loops: Loops) -> None:
    milk = loops.get("human_milk")
    assert milk.text == Text(en="Human milk feeding", zh="母乳喂养闭环")
    assert (milk.activating, milk.closing) == (milk.steps["H1"], milk.steps["H10"])
    check = milk.steps["H5"]
    assert check.witness is not None
    assert check.witness.by == (Role.NURSE, Role.PHYSICIAN)
    assert check.witness.when == (Condition(Scope.ORDER, "milk_kind", ("own_mother",)),)
    assert check.witness.blind
    assert check.not_same_as is not None
    assert check.not_same_as.steps == ("H3",)
    assert milk.steps["H6"].after == (
        StepRef("H2", ("verified",)),
        StepRef("H3"),
        StepRef("H5", ("matched",)),
    )
    assert milk.steps["H3"].co_signer == CoSigner()
    assert milk.steps["H3"].short == Text(en="Expressed", zh="吸出")
    assert [step.no for step in milk.steps.values() if step.starts] == ["H6"]
    assert milk.steps["H6a"].fields == (
        FieldUse("milk_signs"),
        FieldUse("milk_residual", optional=True),
    )
    assert milk.steps["H9"].level is Level.ORDER
    assert milk.common["hold"] == CommonAct(by=(Role.PHYSICIAN,))
    assert milk.common["correct"].author
    assert milk.common["incident"].anyone


def test_its_limits_say_minutes_by_priority_from_where_and_for_which_case(loops: Loops) -> None:
    limit = loops.get("human_milk").limit
    assert limit["HM01"].within == Bounds(5, 15, 60)
    assert limit["HM02"].window == Window(-30, 30)
    assert limit["HM02"].window_class == "up_to_every_4h"
    assert limit["HM02p"].window == Window(-25, 25, percent=True)
    assert limit["HM03"].origins == (Origin(OriginKind.FIELD, "H3", field="expressed_at"),)
    assert limit["HM04"].per == ("task", "milk_storage")
    assert limit["HM04"].cases["fridge"] == Bounds(5760, 5760, 5760)
    assert limit["HM04"].at_most == Bounds(240, 5760, None)
    assert limit["HM05"].origins == (Origin(OriginKind.STEP, "H5", ("matched",)),)
    assert limit["HM08"].within == Bounds("due", "due", "due")
    assert limit["HM10"].origins == (
        Origin(OriginKind.STEP, "H9"),
        Origin(OriginKind.TASKS_ENDED),
    )
    assert (limit["HM12"].to, limit["HM12"].answers) == ("answer", "HX11")


def test_its_exits_returns_and_children_follow_what_the_file_says(loops: Loops) -> None:
    milk = loops.get("human_milk")
    exits = {row.code: row for row in milk.exits}
    assert exits["HX01"].at == ("H5", "H6")
    assert exits["HX01"].still == ("H8",)
    assert exits["HX03"].not_before == NotBefore("window_end")
    assert exits["HX05"].not_before == NotBefore("H1", 720)
    assert exits["HX05"].voids
    assert exits["HX05"].sources == ("import", "interface")
    assert [trigger.kind for trigger in exits["HX04"].on] == [TriggerKind.RESULT]
    mismatch = milk.returns[1]
    assert (mismatch.undo, mismatch.asks) == (("H5",), (Role.PHYSICIAN,))
    assert (mismatch.second, mismatch.holds) == ((Role.CHARGE_NURSE,), True)
    assert mismatch.within == Bounds(5, 15, 30)
    again, reaction = milk.children
    assert (again.makes, again.keeps_clock) == ("task", True)
    assert (reaction.makes, reaction.blocks) == ("feeding_reaction", ("H10",))
    assert milk.together[0].steps == ("H6", "H7")
    assert (milk.next_task_after[0].step, milk.next_task_after[0].after) == ("H6", "H7")


def test_the_profile_changes_a_limit_and_with_it_the_hash() -> None:
    china = load_loop(MILK, fields=FIELDS)
    abroad = load_loop(MILK, fields=FIELDS, profile="intl")
    assert china.limit["HM03"].within == Bounds(30, 30, 60)
    assert abroad.limit["HM03"].within == Bounds(30, 30, 30)
    assert china.sha256 != abroad.sha256
    assert china.sha256 == load_loop(MILK, fields=FIELDS).sha256


def test_a_fault_under_a_profile_that_is_not_used_here_is_found_too(tmp_path: Path) -> None:
    """Abroad only tube feeds would be started: the end of the others had no clock."""
    text = MILK.read_text(encoding="utf-8").replace(
        "starts = true", 'starts = true\nprofile.intl = { when = ["order.by_tube"] }'
    )
    with pytest.raises(DefinitionError, match=r"H6 does not apply .* \(under profile intl\)"):
        load_loop(write(tmp_path / "x.toml", text), fields=FIELDS)


def test_a_profile_that_there_is_not_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput, match="one of cn, intl") as caught:
        load_loop(MILK, fields=FIELDS, profile="mars")
    assert caught.value.field == "profile"


def test_the_hash_speaks_of_what_is_said_not_of_how_it_is_written(tmp_path: Path) -> None:
    text = MILK.read_text(encoding="utf-8")
    said = load_loop(MILK, fields=FIELDS).sha256

    def hash_of(changed: str) -> str:
        return load_loop(write(tmp_path / "x.toml", changed), fields=FIELDS).sha256

    assert hash_of(text.replace('["PHY", "NIC"]', '[ "physician", "CN" ]  # as before')) == said
    assert hash_of(text.replace("within = [5, 15, 60]", "within = [5, 15, 61]")) != said
    assert hash_of(text.replace('zh = "漏喂"', 'zh = "未喂"')) != said


NINE = 'within = [9, 9, 9]\nrule = "X-LATE"'
HM06 = 'from = "H6"\nto = "H7"'
LAWFUL = {
    "a clock that some feeds lack, beside one that all have": (
        'id = "HM06"',
        f'id = "HM6"\nfrom = "H4"\nto = "H7"\n{NINE}\n[[limits]]\nid = "HM06"',
    ),
    "a clock that runs only where its start was recorded": (
        HM06,
        'from = "H4"\nto = "H7"\nwhen = ["H4"]',
    ),
    "a clock under the very conditions of its start": (
        HM06,
        'from = "H4"\nto = "H7"\nwhen = ["!fresh_at_breast", "milk_storage=fridge"]',
    ),
    "cases with one for all others": ("fridge = 5760, freezer", "other"),
    "cases over bounds for the rest": (
        "cases = { room = 240, fridge = 5760, freezer = [259200, 259200, 259200] }",
        "cases = { room = 240 }\nwithin = [9, 9, 9]",
    ),
    "a condition on a report": (
        'closes = true\nresults = ["complete", "partial"]',
        'closes = true\nreports = true\nwhen = ["reported"]\nresults = ["complete", "partial"]',
    ),
    "an exit that a later step asks about": (
        'on = ["H5:mismatched"]',
        'when = ["!H5:mismatched"]\non = ["H5:matched"]',
    ),
    "a return that undoes what rests on an undone step": (
        'undo = ["H5"]',
        'undo = ["H3", "H4", "H5", "H6"]',
    ),
    "a return after an exit": ('on = ["H5:mismatched"]', 'on = ["exit", "H5:mismatched"]'),
    "an exit after a field": ('on = "H7:partial"', 'on = "H7.milk_vomited"'),
    "a condition on a field with open choices": (
        'when = ["order.by_tube"]\nrequired',
        'when = ["order.frequency=Q3H"]\nrequired',
    ),
    "a step that two others wait for": (
        'after = ["H6"]\ncloses',
        'after = ["H6", "H3", "H5"]\ncloses',
    ),
}


@pytest.mark.parametrize("case", LAWFUL)
def test_what_is_lawful_is_not_refused(case: str, tmp_path: Path) -> None:
    old, new = LAWFUL[case]
    text = MILK.read_text(encoding="utf-8")
    assert text.count(old) == 1
    assert load_loop(write(tmp_path / "x.toml", text.replace(old, new)), fields=FIELDS).steps


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('[dose]\ntype = "text"\nen = "Dose"\n', 1, "dose: the key 'zh' is missing"),
        ('[dose]\ntype = "float"\nen = "Dose"\nzh = "量"\n', 2, "'float'"),
        ('dose = "text"\n', 1, "valid dictionary"),
        ('[dose]\ntype = "bool"\nunit = "mg"\nen = "D"\nzh = "量"\n', 3, "bool has no unit"),
        ('[d]\ntype = "bool"\npositive = true\nen = "D"\nzh = "量"\n', 3, "no least number"),
        ('[d]\ntype = "quantity"\nmost = 3\nen = "D"\nzh = "量"\n', 3, "no highest number"),
    ],
)
def test_a_wrong_fields_file_is_refused_with_its_line(
    text: str, line: int, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(DefinitionError, match=reason) as caught:
        load_fields(write(tmp_path / "fields.toml", text))
    assert (caught.value.file, caught.value.line) == ("fields.toml", line)


def test_the_order_form_of_a_ninth_loop_comes_from_its_file(loops: Loops) -> None:
    schema = order_schema(loops.get("human_milk"), loops.fields)
    properties = schema["properties"]
    assert isinstance(properties, dict)
    assert schema["required"] == [
        "priority",
        "frequency",
        "start",
        "milk_kind",
        "feed_volume",
        "by_tube",
    ]
    assert list(properties)[-1] == "fortifier"
    assert properties["milk_kind"] == {
        "title": "Milk from",
        "x-title-zh": "奶源",
        "type": "string",
        "enum": ["own_mother", "donor"],
    }
    assert properties["feed_volume"]["properties"]["unit"] == {"const": "mL"}
    assert properties["feed_volume"]["x-unit"] == "mL"
    assert properties["by_tube"]["type"] == "boolean"
    assert properties["start"]["format"] == "date-time"
    assert "x-unit" not in properties["frequency"]
    assert json.loads(json.dumps(schema, ensure_ascii=False)) == schema


def test_lines_are_found_in_every_way_of_writing_toml() -> None:
    text = (
        '# a comment with "quotes" and [brackets]\n'
        'one = 1\n"two words" = """\n  two \\"quoted\\" lines\n"""\n\n'
        "three.'four' = '''\nliteral ]\n'''\n"
        "[table . inner]\nlist = [ # comment, with ]\n  1,\n"
        "  { key = '}', deep.er = 1979-05-27 07:32:00 },\n]\n"
        "empty = []\nnone = {}\n"
        "[[rows]]\nno = 1\n[rows.sub]\nno = 'a'\n[[rows]]\nno = 2 # last"
    )
    lines = key_lines(text)
    assert lines["one",] == 2
    assert lines["two words",] == 3
    assert lines["three", "four"] == 7
    assert lines["table", "inner", "list", 0] == 12
    assert lines["table", "inner", "list", 1, "deep", "er"] == 13
    assert lines["table", "inner", "none"] == 16
    assert lines["rows", 0, "sub", "no"] == 20
    assert lines["rows", 1] == 21
    assert lines["rows", 1, "no"] == 22


@pytest.mark.parametrize(
    ("known", "wanted", "holds"),
    [
        ("!a", "!a", True),
        ("a", "b", False),
        ("a", "a=1", False),
        ("a=1", "a", True),
        ("a=1", "a=1|2", True),
        ("a=1|2", "a=1", False),
        ("a=1", "!a=2|3", True),
        ("a=1", "!a=1|2", False),
        ("a=1", "!a", False),
        ("!a=1|2", "!a=1", True),
        ("!a=1", "!a=1|2", False),
        ("!a=1", "a=2", False),
        ("!a=1", "!a", False),
    ],
)
def test_one_condition_implies_another_only_where_it_is_certain(
    known: str, wanted: str, holds: bool
) -> None:
    def condition(text: str) -> Condition:
        name, _, values = text.removeprefix("!").partition("=")
        split = tuple(values.split("|")) if values else ()
        return Condition(Scope.TASK, name, split, text.startswith("!"))

    assert implies(condition(known), condition(wanted)) is holds


def test_a_file_is_proved_once_for_what_it_says_and_anew_when_it_says_something_else(
    tmp_path: Path,
) -> None:
    path = tmp_path / "human_milk.toml"
    fields = load_fields(LOOPS / "fields.toml")
    path.write_text(MILK.read_text(encoding="utf-8"), encoding="utf-8")
    first = load_loop(path, fields=fields)
    assert load_loop(path, fields=fields) is first
    path.write_text(path.read_text(encoding="utf-8").replace("version = 1", "version = 2"))
    assert load_loop(path, fields=fields).version == 2
    path.write_text("format = 1\n")
    with pytest.raises(DefinitionError):
        load_loop(path, fields=fields)
