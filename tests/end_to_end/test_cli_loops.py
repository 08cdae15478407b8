"""`loops …`: what is in force, and the proof of a file that a hospital wrote."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from client.configuring import read_loops
from client.settings import Settings
from rules.loops.loader import SHIPPED
from rules.loops.proofs import unregistered_checks
from tests.end_to_end.command_line import Said, say

EIGHT = [
    "adverse_reaction",
    "critical_value",
    "examination",
    "medication",
    "medication_return",
    "patch_removal",
    "test",
    "transfusion",
    "transfusion_reaction",
]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def settings(tmp_path: Path) -> str:
    """Settings of a workstation that differ in nothing."""
    file = tmp_path / "settings.toml"
    file.write_text("", encoding="utf-8")
    return str(file)


def ask(settings: str, *argv: str) -> Said:
    return say(*argv, "--settings", settings)


def test_list_names_the_eight_loops_in_both_languages(settings: str) -> None:
    rows = ask(settings, "loops", "list", "--json").json
    assert [row["id"] for row in rows] == EIGHT
    words = ask(settings, "loops", "list").out
    assert "Medication" in words
    assert "用药闭环" in words


def test_show_tells_steps_limits_and_exits(settings: str) -> None:
    words = ask(settings, "loops", "show", "medication").out
    for said in ("Bedside check", "床旁核对", "TM06", "Refused", "患者拒绝", "pharmacist"):
        assert said in words


def test_show_json_says_conditions_as_the_file_does(settings: str) -> None:
    loop = ask(settings, "loops", "show", "medication", "--json").json
    steps = {step["no"]: step for step in loop["steps"]}
    assert list(steps) == [line.split('"')[1] for line in _rows("medication", "M")]
    assert steps["M5"]["after"] == ["M3:approved|auto_passed", "M4:negative"]
    assert steps["M5"]["when"] == ["!task.ward_stock"]
    assert steps["M9"]["witness"]["by"] == ["nurse"]
    limits = {limit["id"]: limit for limit in loop["limits"]}
    assert limits["TM06"]["within"] == [15, 120, "due"]
    assert limits["TM14"]["from"] == ["M11.expected_end"]
    returns = {row["code"]: row for row in loop["returns"]}
    assert returns["MX01"]["on"] == ["M2:returned"]


def _rows(loop: str, letter: str) -> list[str]:
    lines = (SHIPPED / f"{loop}.toml").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.startswith(f'  {{ no = "{letter}')]


def test_schema_is_what_an_order_needs(settings: str) -> None:
    schema = ask(settings, "loops", "show", "medication", "--schema").json
    assert "product" in schema["required"]
    assert schema["properties"]["priority"]["enum"]


def test_an_unknown_loop_is_answered_with_those_there_are(settings: str) -> None:
    said = ask(settings, "loops", "show", "surgery", "--json")
    assert said.code == 1
    assert said.error["field"] == "loop"
    assert "medication" in said.error["message"]


def test_a_hospitals_own_loop_is_proved_beside_the_shipped_ones(settings: str) -> None:
    said = ask(settings, "loops", "check", str(SHIPPED / "medication_return.toml"), "--json")
    assert said.code == 0, said.err
    assert said.json["holds"]
    assert said.json["proved"] == ["reading", "running"]


def test_every_check_that_a_shipped_loop_names_is_borne_by_code(settings: str) -> None:
    said = ask(settings, "loops", "check", str(SHIPPED / "critical_value.toml"))
    assert said.code == 0, said.err
    assert "Checks: clinician.\n" in said.out
    assert "Not yet registered" not in said.out
    loops = read_loops(Settings())
    lacking = {
        loop.id: unregistered_checks(loop, loops.checks)
        for loop in loops
        if unregistered_checks(loop, loops.checks)
    }
    assert lacking == {}


def test_a_fault_is_placed_by_file_and_line(settings: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    text = (SHIPPED / "medication_return.toml").read_text(encoding="utf-8")
    first = next(line for line in text.splitlines() if line.startswith("  { no ="))
    file.write_text(
        text.replace(first, first.replace(' by = ["', ' by = ["WIZARD", "', 1)), "utf-8"
    )
    line = text.splitlines().index(first) + 1
    said = ask(settings, "loops", "check", str(file))
    assert said.code == 1
    assert f"mine.toml:{line}: " in said.err
    assert "WIZARD" in said.err
    as_json = ask(settings, "loops", "check", str(file), "--json").error
    assert as_json["findings"][0]["line"] == line


def test_a_loop_that_falls_silent_is_found_by_running_it(settings: str, tmp_path: Path) -> None:
    """Right to read, but once it has begun no clock runs any more."""
    file = tmp_path / "silent.toml"
    lines = (SHIPPED / "medication_return.toml").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not _is_a_limit_after_the_start(line)]
    assert len(kept) < len(lines)
    file.write_text("\n".join(kept), encoding="utf-8")
    said = ask(settings, "loops", "check", str(file))
    assert said.code == 1
    assert "silent.toml:" in said.err
    assert "no limit" in said.err


def _is_a_limit_after_the_start(line: str) -> bool:
    return line.startswith("  { id = ") and "from = " in line and 'from = "opened"' not in line


@pytest.mark.parametrize("loop", EIGHT)
def test_a_picture_shows_every_step_in_its_lane(settings: str, tmp_path: Path, loop: str) -> None:
    out = tmp_path / f"{loop}.svg"
    assert ask(settings, "loops", "draw", loop, "--out", str(out)).code == 0
    shown = ask(settings, "loops", "show", loop, "--json").json
    root = ET.parse(out).getroot()  # noqa: S314 - a file that we wrote
    nodes = {group.get("id"): group for group in root.iter(f"{SVG}g")}
    assert list(nodes) == [step["no"] for step in shown["steps"]]
    lanes = {lane.get("y"): lane for lane in root.iter(f"{SVG}rect") if lane.get("class")}
    assert len(lanes) == len({step["level"] for step in shown["steps"]})
    texts = " ".join("".join(text.itertext()) for text in root.iter(f"{SVG}text"))
    for step in shown["steps"]:
        assert step["text"]["zh"][:4] in texts
    links = [path.get("id") for path in root.iter(f"{SVG}path") if path.get("class") == "link"]
    assert len(links) == len(set(links))
    for link in links:
        source, target = str(link).split("-")
        assert {source, target} <= set(nodes)


def test_a_picture_lets_nobody_stand_on_somebody_else(settings: str, tmp_path: Path) -> None:
    out = tmp_path / "transfusion.svg"
    ask(settings, "loops", "draw", "transfusion", "--out", str(out))
    circles = list(ET.parse(out).getroot().iter(f"{SVG}circle"))  # noqa: S314 - a file that we wrote
    places = [(circle.get("cx"), circle.get("cy")) for circle in circles]
    assert len(places) == len(set(places)) == 27
