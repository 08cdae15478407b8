"""What a site file changes is said key by key: what is shipped, and what holds under the file."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from rules.site import read_site
from rules.site_changes import KEPT, changes_of, shown
from rules.site_faults import Shipped, faults_of, read_shipped_parts

HEAD = 'format = 1\nversion = "1"\napproved_by = ["pharm.lead", "medical.affairs"]\n'
SAID = 'reason = "ours"\napproved_by = ["lab.head"]\napproved_at = 2026-11-24\n'


@cache
def shipped() -> Shipped:
    return read_shipped_parts(profile="cn")


def changes(folder: Path, text: str) -> dict[str, tuple[str, str]]:
    path = folder / "site.toml"
    path.write_text(HEAD + text, encoding="utf-8")
    assert faults_of(path, shipped()) == ()
    return {one.what: (one.before, one.after) for one in changes_of(read_site(path), shipped())}


def test_a_file_that_says_only_what_is_shipped_changes_nothing(tmp_path: Path) -> None:
    text = '[loops.medication.limits.TM06]\nwithin = [15, 120, "due"]\n'
    text += '[rules.M-05]\nroles = ["RN"]\non = true\n[clors.orders]\nhigh_alert_a = 6_000\n'
    assert changes(tmp_path, text) == {}


def test_limits_roles_and_texts_of_a_loop(tmp_path: Path) -> None:
    text = '[loops.medication.text]\nen = "Drugs"\n'
    text += '[loops.medication.limits.TM06]\nwithin = [10, 60, "due"]\n'
    text += '[loops.medication.steps.M2]\nby = ["NIC"]\nwitness = { by = ["RN"] }\n'
    found = changes(tmp_path, text)
    assert found["loops.medication.text.en"] == ("Medication", "Drugs")
    assert found["loops.medication.limits.TM06.within"] == (
        '[15, 120, "due"]',
        '[10, 60, "due"]',
    )
    assert found["loops.medication.steps.M2.by"] == ('["RN"]', '["NIC"]')
    assert found["loops.medication.steps.M2.witness"][1] == '{"by": ["RN"]}'


def test_a_rules_severity_roles_ladder_parameter_and_silence(tmp_path: Path) -> None:
    text = '[rules.M-05]\nseverity = ["S1", "S1", "S2"]\n'
    text += 'ladder = { S2 = [[10, "CN"]], S3 = [[30, "CN"]] }\n'
    text += '[rules.L-12]\non = false\nsilent = "trial until January"\n'
    text += '[rules.T-13]\nparams = { fever = "38.5" }\n'
    found = changes(tmp_path, text)
    assert found["rules.M-05.severity"] == ('["S1", "S2", "S2"]', '["S1", "S1", "S2"]')
    assert found["rules.M-05.ladder.S2"] == (
        '[[15, "MD", "CN"], [30, "SR"], [60, "NM"]]',
        '[[10, "CN"]]',
    )
    assert found["rules.M-05.ladder.S3"][0] == '[[60, "CN"], [180, "NM"]]'
    assert found["rules.L-12.on"] == ("true", "false")
    assert found["rules.L-12.silent"] == ("", "trial until January")
    assert found["rules.T-13.params.fever"] == ("38", "38.5")


def test_weights_and_lists(tmp_path: Path) -> None:
    text = "[clors.orders]\nhigh_alert_a = 8_000\n"
    text += '[lists]\ntime_critical = ["INS"]\nblood_policy = "strict_same_group"\n'
    assert changes(tmp_path, text) == {
        "clors.orders.high_alert_a": ("6000", "8000"),
        "lists.time_critical": ("by the catalogue", '["INS"]'),
        "lists.blood_policy": ("compatible", "strict_same_group"),
    }


def test_knowledge_is_added_stricter_milder_approved_and_switched_off(tmp_path: Path) -> None:
    limits = f'[[knowledge]]\ntable = "critical_limits"\nid = "potassium"\n{SAID}'
    text = f'{limits}action = "modify"\nrow = {{ low = "3.0", high = "6.5", delta = "2.0" }}\n'
    text += f'{limits}action = "modify"\nrelax = true\nrow = {{ high = "6.6" }}\n'
    text += f'{limits}action = "disable"\nexpires = 2027-01-31\n'.replace("potassium", "sodium")
    text += f'{limits}action = "approve"\n'.replace('id = "potassium"\n', "")
    text += f'[[knowledge]]\ntable = "groups"\naction = "add"\nid = "ours"\n{SAID}'
    text += 'row = { members = ["digoxin"] }\n'
    found = changes(tmp_path, text)
    name = "knowledge.critical_limits"
    assert found[f"{name}.potassium.low"] == ("2.8", "3.0")
    assert found[f"{name}.potassium.high"] == ("6.2", "6.6")
    assert found[f"{name}.sodium"] == ("in force", "off until 2027-01-31; ours")
    assert found[f"{name}.all rows"] == ("draft", "approved by lab.head")
    assert found["knowledge.groups.ours"] == ("-", '{"members": ["digoxin"], "id": "ours"}')
    assert f"{name}.potassium.delta" not in found


def test_a_milder_change_that_does_not_say_relax_is_said_to_be_kept(tmp_path: Path) -> None:
    text = f'[[knowledge]]\ntable = "critical_limits"\nid = "potassium"\n{SAID}'
    found = changes(tmp_path, f'{text}action = "modify"\nrow = {{ high = "6.5" }}\n')
    assert found == {"knowledge.critical_limits.potassium.high": ("6.2", KEPT)}


def test_values_are_shown_as_the_file_would_say_them() -> None:
    assert shown(None) == "-"
    assert shown(("a", 1)) == '["a", 1]'
    assert shown(frozenset({"a"})) == '["a"]'
    assert shown({"en": "危"}) == '{"en": "危"}'
