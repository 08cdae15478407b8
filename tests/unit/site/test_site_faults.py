"""Every fault of a site file is told with its line and what would be right, not the first only."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from domain.errors import DefinitionError
from rules.loops.document import read_document
from rules.loops.loader import SHIPPED
from rules.risk_table import changed_model
from rules.site_faults import Shipped, faults_of, read_shipped_parts

HEAD = 'format = 1\nversion = "1"\napproved_by = ["pharm.lead", "medical.affairs"]\n'
"""Three lines: what follows begins in line 4."""
CHANGE = """[[knowledge]]
table = "interactions"
action = "disable"
id = "onc02"
reason = "our cardiologists see every pair"
approved_at = 2026-11-24
"""


GROUP = """[[knowledge]]
table = "groups"
action = "add"
id = "ours"
reason = "our own class"
approved_by = ["pharm.lead"]
approved_at = 2026-11-24
row = { members = ["moonstone"] }
"""


@cache
def shipped() -> Shipped:
    return read_shipped_parts(profile="cn")


def faults(folder: Path, text: str) -> tuple[DefinitionError, ...]:
    path = folder / "site.toml"
    path.write_text(text, encoding="utf-8")
    return faults_of(path, shipped())


PLANTED = (
    ("loops.medication.limits.TM06", "within = [5, 10]", 5, "not three bounds; right would be"),
    ("loops.medication.limits.TM06", 'to = "M2"', 5, "cannot change 'to' here"),
    ("loops.medication.limits.TM06", 'rule = "M-99"', 5, "no alert rule is 'M-99'"),
    ("loops.medication.limits.TM99", "within = [5, 10, 20]", 4, "medication has no 'TM99'"),
    ("loops.medication.steps.M2", 'by = ["NURSE"]', 5, "unknown role 'NURSE'; right would be"),
    ("loops.medication.steps.M2", "starts = true", 5, "cannot change 'starts' here"),
    ("loops.medication.steps.M5", 'when = ["sleepy"]', 5, "sleepy is not declared"),
    ("loops.medication.steps", "M2 = 5", 5, "right would be a table"),
    ("loops.feeding.steps.M2", 'by = ["RN"]', 4, "none is 'feeding'; right would be one of"),
    ("rules.M-05", 'severity = ["S5", "S2", "S2"]', 5, "one grade graver or milder, no more"),
    ("rules.M-05", 'roles = ["XX"]', 5, "unknown role 'XX'; right would be one of"),
    ("rules.M-05", "on = false", 5, "a rule that is S1 cannot be switched off"),
    ("rules.M-05", 'silent = "trial"', 5, "a rule that is S1 cannot be made silent"),
    ("rules.M-05", 'ladder = { S2 = [[15, "CN"], [10, "SR"]] }', 5, "later than the one before it"),
    ("rules.M-05", "colour = 3", 5, "right would be one of severity, roles"),
    ("rules.T-13", 'params = { fever = "50" }', 5, "50 is not within 38 to 38.5"),
    ("rules.T-13", "params = { wrong = 3 }", 5, "no parameter; right would be fever"),
    ("rules.Z-99", "on = false", 5, "none is 'Z-99'; right would be one of"),
    ("clors.orders", "high_alert_a = 60_000", 5, "out of reach; right: 3000 to 9000"),
    ("clors.orders", "high_alert_b = 6_000\nhigh_alert_a = 4_000", 6, "4000 is less than high_al"),
    ("clors.orders", "bogus = 1", 5, "unknown key 'bogus'; right would be one of high_alert_a"),
    ("clors.locked", "scale = 3", 5, "3 is locked; right would be 50000"),
    ("clors.locked.bands", "high = 30", 5, "30 is locked; right would be 40"),
    ("clors", "orders = 5", 5, "should be a valid dictionary"),
    ("clors.bands", "high = 30", 5, "unknown key 'bands'"),
)


TOGETHER_NO_TOML = ("clors", "loops.medication.steps", "clors.locked")


@pytest.mark.parametrize(("table", "said", "line", "reason"), PLANTED)
def test_a_planted_fault_is_found_on_its_line(
    table: str, said: str, line: int, reason: str, tmp_path: Path
) -> None:
    (fault,) = faults(tmp_path, f"{HEAD}[{table}]\n{said}\n")
    assert reason in fault.reason
    assert (fault.file, fault.line) == ("site.toml", line)


@pytest.mark.parametrize(
    ("said", "line", "reason"),
    [
        (f'{CHANGE}approved_by = ["a"]\nexpires = 2027-01-01\n', 10, "switched off by two people"),
        (f'{CHANGE}approved_by = ["a", "b"]\nexpires = 2028-01-01\n', 11, "365 days at most"),
        (f'{CHANGE}approved_by = ["a", "b"]\n', 4, "say expires"),
        (f'{CHANGE}approved_by = ["a", "b"]\n'.replace("onc02", "onc99"), 7, "no row 'onc99'"),
        (
            f'{CHANGE}approved_by = ["a"]\n'.replace('"interactions"', '"nothing"'),
            5,
            "no table is called 'nothing'; right would be one of ingredients",
        ),
        (
            GROUP,
            4,
            "no ingredient and no group is called 'moonstone'",
        ),
        ("knowledge = 5\n", 4, "should be a valid list"),
        ("knowledge = [5]\n", 4, "5"),
    ],
)
def test_a_fault_of_changed_knowledge_is_found_on_its_line(
    said: str, line: int, reason: str, tmp_path: Path
) -> None:
    (fault,) = faults(tmp_path, f"{HEAD}{said}")
    assert reason in fault.reason
    assert (fault.file, fault.line) == ("site.toml", line)


def test_all_faults_of_all_parts_are_told_by_line(tmp_path: Path) -> None:
    once = {table: said for table, said, _, _ in PLANTED if table not in TOGETHER_NO_TOML}
    text = HEAD + "".join(f"[{table}]\n{said}\n" for table, said in once.items())
    text += f'{CHANGE}approved_by = ["a"]\nexpires = 2027-01-01\n{CHANGE}colour = 1\nsize = 2\n'
    found = faults(tmp_path, text)
    lines = [fault.line for fault in found]
    assert lines == sorted(lines)
    assert len(found) == len(once) + 4  # the second change has two keys too many, and one too few
    assert {fault.file for fault in found} == {"site.toml"}


def test_several_faults_of_one_row_are_told_one_by_one(tmp_path: Path) -> None:
    text = '[rules.T-13]\nparams = { fever = "50", wrong = 3 }\nroles = ["XX"]\n'
    reasons = [fault.reason for fault in faults(tmp_path, HEAD + text)]
    assert len(reasons) == 3
    limit = '[loops.medication.limits.TM06]\nwithin = [1, 2]\nto = "M2"\n'
    assert len(faults(tmp_path, HEAD + limit)) == 2


def test_what_is_right_alone_and_wrong_together_is_told_once(tmp_path: Path) -> None:
    """The lighter row raised above the graver one: each weight alone is within its bounds."""
    text = "[clors.orders]\nhigh_alert_c = 3_000\nhigh_alert_b = 2_500\n"
    (fault,) = faults(tmp_path, HEAD + text)
    assert "2500 is less than high_alert_c" in fault.reason
    assert fault.line == 6


def test_a_rule_with_an_empty_table_that_is_not_known_is_told(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, f"{HEAD}[rules.Z-99]\n")
    assert (fault.line, "adds no rule" in fault.reason) == (4, True)


def test_a_file_that_is_no_toml_has_that_one_fault(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, "format = = 1\n")
    assert "not TOML" in fault.reason


def test_a_file_may_change_a_sites_own_loop(tmp_path: Path) -> None:
    shipped_loop = (SHIPPED / "medication_return.toml").read_text(encoding="utf-8")
    own = shipped_loop.replace('id = "medication_return"', 'id = "linen_return"', 1)
    folder = tmp_path / "loops"
    folder.mkdir()
    (folder / "linen.toml").write_text(own, encoding="utf-8")
    path = tmp_path / "site.toml"
    path.write_text(f'{HEAD}[loops.linen_return.text]\nen = "Linen"\n', encoding="utf-8")
    (unknown,) = faults_of(path, shipped())
    assert "none is 'linen_return'" in unknown.reason
    assert faults_of(path, read_shipped_parts(profile="cn", folders=(folder,))) == ()


def test_weights_that_are_no_table_are_refused_wherever_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text("format = 1\nclors = 5\n", encoding="utf-8")
    with pytest.raises(DefinitionError, match="right would be a table") as refused:
        changed_model([read_document(path)])
    assert (refused.value.file, refused.value.line) == ("site.toml", 2)
