"""Reading the alert rule files: every fault is named by file, line and reason; overlays."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from domain.alerts import AlertSeverity
from domain.errors import DefinitionError
from domain.people import Role
from rules.alerts.loader import SHIPPED, load_rules
from rules.alerts.registry import CONDITIONS
from tests.story import loops

if TYPE_CHECKING:
    from rules.alerts.loader import RuleTable

S1, S3 = AlertSeverity.S1, AlertSeverity.S3
FAULTS = tomllib.loads(Path(__file__).with_name("rule_faults.toml").read_text(encoding="utf-8"))[
    "faults"
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped files."""
    copy = tmp_path / "rules"
    copy.mkdir()
    for path in SHIPPED.glob("*.toml"):
        shutil.copy(path, copy)
    return copy


def overlaid(tmp_path: Path, text: str) -> RuleTable:
    path = tmp_path / "site.toml"
    path.write_text(f"format = 1\n{text}", encoding="utf-8")
    return load_rules(overlays=[path])


def test_every_condition_is_named_by_a_rule_and_every_limit_names_a_rule() -> None:
    rules = load_rules().rules
    assert {name for rule in rules.values() for name in rule.conditions} == set(CONDITIONS)
    named = {limit.rule for loop in loops() for limit in loop.limits}
    named |= {row.rule for loop in loops() for row in loop.returns if row.rule}
    assert named <= set(rules)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["reason"])
def test_a_fault_is_named_by_its_line(folder: Path, fault: dict[str, str | int]) -> None:
    path = folder / f"{fault['file']}.toml"
    text = path.read_text(encoding="utf-8")
    assert str(fault["before"]) in text
    changed = text.replace(str(fault["before"]), str(fault["after"]), 1)
    path.write_text(changed, encoding="utf-8")
    with pytest.raises(DefinitionError) as error:
        load_rules(shipped=folder)
    assert (error.value.file, error.value.line) == (path.name, fault["line"]), error.value.reason
    assert str(fault["reason"]) in error.value.reason


def test_how_long_an_override_may_last_stands_in_one_place(folder: Path) -> None:
    path = folder / "defaults.toml"
    text = path.read_text(encoding="utf-8")
    assert {one.definition.override_hours for one in load_rules().rules.values()} == {24}
    path.write_text(text.replace("hours = 24", "hours = 12"), encoding="utf-8")
    rules = load_rules(shipped=folder).rules
    assert {one.definition.override_hours for one in rules.values()} == {12}


def test_late_limits_need_their_rule(folder: Path) -> None:
    path = folder / "cross.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"X-LATE"', '"X-LATER"'), encoding="utf-8")
    with pytest.raises(DefinitionError, match="no rule is X-LATE"):
        load_rules(shipped=folder)


def test_a_site_changes_what_it_may(tmp_path: Path) -> None:
    table = overlaid(
        tmp_path,
        """
[rules.M-05]
severity = ["S1", "S1", "S3"]
roles = ["RN", "CN"]
ladder = { S1 = [[3, "MD"]] }
title = { en = "Dose not given", zh = "未给药" }

[rules.M-13]
params = { aptt = 240 }

[rules.M-07]
on = false

[rules.M-08]
on = true
silent = "trial until January"

[rules.X-04]
silent = ""
""",
    )
    dose = table.rules["M-05"]
    assert dose.severity == (S1, S1, S3)
    assert dose.roles == (Role.NURSE, Role.CHARGE_NURSE)
    assert [one.after_minutes for one in dose.definition.ladder[S1]] == [0, 3]
    assert dose.definition.ladder[S1][0].roles == dose.roles
    assert dose.definition.title["en"] == "Dose not given"
    assert table.rules["M-13"].minutes("aptt").total_seconds() == 240 * 60
    assert table.rules["M-07"].severity == (None, None, None)
    assert table.rules["M-08"].silent
    assert table.rules["M-08"].severity == load_rules().rules["M-08"].severity
    assert not table.rules["X-04"].silent
    assert table.sha256 != load_rules().sha256


def test_a_ward_changes_its_own_rules_after_the_site(tmp_path: Path) -> None:
    site, ward = tmp_path / "site.toml", tmp_path / "ward.toml"
    site.write_text('format = 1\n[rules.L-12]\nroles = ["RN"]\n', encoding="utf-8")
    ward.write_text('format = 1\nward = "7A"\n[rules.L-12]\non = false\n', encoding="utf-8")
    table = load_rules(overlays=[ward, site])
    assert table.for_ward("7A").rules["L-12"].severity == (None, None, None)
    assert table.for_ward("7A").rules["L-12"].roles == (Role.NURSE,)
    assert table.for_ward("8B") is table
    assert table.rules["L-12"].severity[0] is S3
    assert load_rules(overlays=[site]).sha256 not in (table.sha256, load_rules().sha256)


def test_what_a_ward_may_change_counts_from_what_is_shipped(tmp_path: Path) -> None:
    site, ward = tmp_path / "site.toml", tmp_path / "ward.toml"

    def both(of_the_site: str, of_the_ward: str) -> RuleTable:
        site.write_text(f"format = 1\n{of_the_site}", encoding="utf-8")
        ward.write_text(f'format = 1\nward = "7A"\n{of_the_ward}', encoding="utf-8")
        return load_rules(overlays=[site, ward]).for_ward("7A")

    milder = "[rules.M-05]\nseverity = ['S2', 'S2', 'S2']\n"
    for off in ("on = false", "silent = 'trial'", "severity = ['S2', 'S2', false]"):
        with pytest.raises(DefinitionError, match="S1 cannot"):
            both(milder, f"[rules.M-05]\n{off}\n")
    with pytest.raises(DefinitionError, match="one grade"):
        both(milder, "[rules.M-05]\nseverity = ['S3', 'S2', 'S2']\n")
    off, on = "[rules.L-12]\non = false\n", "[rules.L-12]\non = true\n"
    assert both(off, on).rules["L-12"].severity == load_rules().rules["L-12"].severity
    changed = "[rules.L-12]\nseverity = ['S2', 'S3', 'S4']\n"
    assert both(changed, on).rules["L-12"].severity[0] is AlertSeverity.S2


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("[rules.M-99]\non = false", 3, "an overlay adds no rule, and none is 'M-99'"),
        ("[rules]\nM-99 = 1", 3, "an overlay adds no rule"),
        ("rules = 1", 2, "right would be a table"),
        ("[rules]\nM-05 = 1", 3, "right would be a table"),
        ("[rules.M-05]\ncondition = 'late'", 3, "an overlay cannot change it"),
        ("[rules.M-05]\nseverity = ['S3', 'S2', 'S2']", 3, "S1 may become one grade"),
        ("[rules.M-05]\nseverity = [false, 'S2', 'S2']", 3, "S1 cannot be switched off"),
        ("[rules.M-05]\nseverity = ['S1', false, 'S2']", 3, "S1 cannot be switched off"),
        ("[rules.M-06]\nseverity = ['S4', 'S2', 'S2']", 3, "S2 may become one grade"),
        ("[rules.M-05]\nseverity = 'S1'", 3, "right would be [STAT, URGENT, ROUTINE]"),
        ("[rules.M-05]\non = false", 3, "S1 cannot be switched off"),
        ("[rules.M-05]\non = 1", 3, "right would be true or false"),
        ("[rules.M-05]\nsilent = 'because'", 3, "S1 cannot be made silent"),
        ("[rules.M-05]\nroles = ['XX']", 3, "unknown role 'XX'"),
        ("[rules.M-05]\nparams = { minutes = 5 }", 3, "right would be none"),
        ("[rules.M-13]\nparams = 5", 3, "right would be a table"),
        ("[rules.M-13]\nparams = { apt = 5 }", 3, "right would be aptt"),
        ("[rules.M-13]\nparams = { aptt = 5 }", 3, "5 is not within 120 to 480"),
        ("[rules.M-13]\nparams = { aptt = 'x' }", 3, "is not a number"),
    ],
)
def test_what_a_site_may_not_change(tmp_path: Path, text: str, line: int, reason: str) -> None:
    with pytest.raises(DefinitionError) as error:
        overlaid(tmp_path, text)
    assert (error.value.file, error.value.line) == ("site.toml", line), error.value.reason
    assert reason in error.value.reason


def test_a_rule_that_may_be_off_may_be_off_for_one_priority(tmp_path: Path) -> None:
    table = overlaid(tmp_path, "[rules.M-06]\nseverity = ['S2', false, 'S3']")
    assert table.rules["M-06"].severity == (AlertSeverity.S2, None, S3)
    table = overlaid(tmp_path, "[rules.L-12]\nseverity = ['S3', false, 'S5']")
    assert table.rules["L-12"].severity == (S3, None, AlertSeverity.S5)
    table = overlaid(tmp_path, "[rules.L-12]\non = false")
    assert table.rules["L-12"].severity == (None, None, None)
