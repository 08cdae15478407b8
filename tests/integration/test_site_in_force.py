"""A hospital's site file comes into force at its instant, stands on what follows, and goes back."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from client.configuring import configuration
from client.settings import Settings
from client.watch import Watch
from client.wiring import build
from domain.alerts import AlertSeverity
from domain.errors import DefinitionError, InvalidInput
from domain.findings import Finding, Severity
from domain.people import Role
from tests.fakes import FakeClock
from tests.shift import OTHER_WARD, WARD, Shift, local
from tests.unit.checks.patient_record import At

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from client.app import App
    from domain.alerts import Alert

HEAD = 'format = 1\nversion = "{version}"\napproved_by = ["pharm.lead", "medical.affairs"]\n'
FIVE_MINUTES = "[loops.medication.limits.TM01]\nwithin = [1, 2, 5]\n"
POTASSIUM = """[[knowledge]]
table = "critical_limits"
action = "modify"
id = "potassium"
reason = "our laboratory's list"
approved_by = ["lab.head"]
approved_at = 2026-11-24
"""
FROM_EIGHT = "effective_from = 2026-11-24T08:00:00+08:00\n"


@dataclass
class Hospital:
    """A database with its site files, and the program started on them."""

    folder: Path

    def file(self, name: str, text: str) -> Path:
        path = self.folder / f"{name}.toml"
        path.write_text(HEAD.format(version=name) + text, encoding="utf-8")
        return path

    def settings(self, *site: Path) -> Settings:
        return Settings(database=f"sqlite:///{self.folder / 'ward.db'}", site=site)

    def told(self) -> list[Any]:
        """The configurations that the journal was told of, in order."""
        connection = sqlite3.connect(self.folder / "ward.db")
        rows = connection.execute(
            "SELECT payload FROM journal WHERE kind = 'configuration_taken' ORDER BY chain_seq"
        ).fetchall()
        connection.close()
        return [json.loads(row[0])["body"] for row in rows]

    def hashes(self, statement: str) -> set[str]:
        connection = sqlite3.connect(self.folder / "ward.db")
        found = {str(row[0]) for row in connection.execute(statement)}
        connection.close()
        return found


@pytest.fixture
def hospital(tmp_path: Path) -> Hospital:
    return Hospital(tmp_path)


@pytest.fixture
def opened() -> Iterator[list[App]]:
    apps: list[App] = []
    yield apps
    for app in apps:
        app.close()


def shift_on(hospital: Hospital, opened: list[App], *site: Path) -> Shift:
    clock = FakeClock(at=local("07:00"))
    app = build(hospital.settings(*site), clock=clock)
    opened.append(app)
    return Shift(app, clock)


def deadline_of_check(shift: Shift) -> str:
    rows = shift.app.worklist(user="li.na", now=shift.clock.at, ward=WARD, role=Role.NURSE)
    (at,) = {row.deadline for row in rows if row.step == "M2"}
    assert at is not None
    return f"{at.astimezone(local('07:00').tzinfo):%H:%M}"


def late_review(shift: Shift) -> Alert:
    """The alert of an order that no pharmacist reviewed."""
    shift.app.one_pass(now=shift.clock.at)
    items = shift.app.list_alerts(user="li.na", now=shift.clock.at, ward=WARD, silent=True)
    (found,) = (one.alert for one in items if one.alert.key.rule == "M-01")
    return found


# ---------------------------------------------------------------- the instant
def test_a_file_takes_no_part_until_its_instant_and_then_reaches_open_work(
    hospital: Hospital, opened: list[App]
) -> None:
    shift = shift_on(hospital, opened, hospital.file("short", FROM_EIGHT + FIVE_MINUTES))
    before = shift.app.place.config_hash
    shift.at("07:57")
    order = shift.ordered(shift.drug())
    shift.at("07:59")
    assert not shift.app.renew()
    assert deadline_of_check(shift) == "08:57"
    kept = shift.app.record_step  # a screen that was open before
    shift.at("08:00")
    assert shift.app.renew()
    assert deadline_of_check(shift) == "08:02"
    assert shift.app.place.config_hash != before
    assert not shift.app.renew()
    first, second = hospital.told()
    assert [first["config_hash"], second["config_hash"]] == [before, shift.app.place.config_hash]
    assert first["summary"] == "profile cn"
    assert second["summary"] == (
        "profile cn; [short.toml short; loops; approved by pharm.lead, medical.affairs]"
    )
    assert kept.__name__ == shift.app.record_step.__name__
    shift.do("li.na", order=order, step="nurse_verified", result="verified")
    assert hospital.hashes("SELECT config_hash FROM journal WHERE kind = 'step_recorded'") >= {
        shift.app.place.config_hash
    }


def test_what_was_recorded_before_the_instant_keeps_its_configuration(
    hospital: Hospital, opened: list[App]
) -> None:
    shift = shift_on(hospital, opened, hospital.file("short", FROM_EIGHT + FIVE_MINUTES))
    before = shift.app.place.config_hash
    shift.ordered(shift.drug())
    rows = "SELECT config_hash FROM journal WHERE kind <> 'configuration_taken'"
    assert hospital.hashes(rows) == {before}
    shift.at("08:00")
    shift.app.renew()
    assert hospital.hashes(rows) == {before}


def test_the_watch_takes_a_file_at_its_instant_and_what_it_makes_late(
    hospital: Hospital, opened: list[App]
) -> None:
    shift = shift_on(hospital, opened, hospital.file("short", FROM_EIGHT + FIVE_MINUTES))
    watch = Watch(shift.app, leases=None, clock=shift.clock, holder="ws-1")
    shift.at("07:30")
    shift.ordered(shift.drug())
    watch.tick()
    shift.at("08:01")
    watch.tick()
    items = shift.app.list_alerts(user="li.na", now=shift.clock.at, ward=WARD)
    (late,) = (one.alert for one in items if one.alert.limit == "TM01")
    assert late.config_hash == shift.app.place.config_hash
    assert late.since == local("07:35")


@pytest.mark.expected_logs(r"^the site's configuration could not be taken: DEFINITION$")
def test_a_file_that_is_wrong_at_its_instant_leaves_what_was_in_force(
    hospital: Hospital, opened: list[App]
) -> None:
    wrong = hospital.file("wrong", FROM_EIGHT + '[rules.M-01]\nroles = ["XX"]\n')
    shift = shift_on(hospital, opened, wrong)
    before = shift.app.place.config_hash
    shift.at("08:00")
    with pytest.raises(DefinitionError, match="unknown role"):
        shift.app.renew()
    Watch(shift.app, leases=None, clock=shift.clock, holder="ws-1").tick()
    assert shift.app.place.config_hash == before
    wrong.write_text(HEAD.format(version="2") + '[rules.M-01]\nroles = ["PHL"]\n', "utf-8")
    assert shift.app.renew()


def test_a_program_without_files_has_nothing_to_take(hospital: Hospital, opened: list[App]) -> None:
    shift = shift_on(hospital, opened)
    shift.at("09:00", 40)
    assert not shift.app.renew()


# ---------------------------------------------------------------- roll-back
def test_the_earlier_file_named_again_is_in_force_again(
    hospital: Hospital, opened: list[App]
) -> None:
    first, second = hospital.file("first", "[lists]\n"), hospital.file("second", FIVE_MINUTES)
    shift = shift_on(hospital, opened, first)
    shift.ordered(shift.drug())
    assert deadline_of_check(shift) == "08:00"
    hashes = [shift.app.place.config_hash]
    for site in ((first, second), (first,), (first,)):
        app = build(hospital.settings(*site), clock=shift.clock)
        opened.append(app)
        shift.app = app
        shift.ordered(shift.drug())
        hashes.append(app.place.config_hash)
    assert deadline_of_check(shift) == "08:00"
    assert hashes[0] == hashes[2] == hashes[3] != hashes[1]
    assert [one["config_hash"] for one in hospital.told()] == hashes[:3]


# ---------------------------------------------------------------- what is in force
def test_the_hash_in_force_stands_on_every_alert_and_score(
    hospital: Hospital, opened: list[App]
) -> None:
    shift = shift_on(hospital, opened, hospital.file("ours", "[clors.loops]\nlow = 1_200\n"))
    config = shift.app.place.config_hash
    shift.ordered(shift.drug())
    shift.at("09:01")
    assert late_review(shift).config_hash == config
    raised = "SELECT json_extract(payload, '$.body.config') FROM journal WHERE kind='alert_raised'"
    assert hospital.hashes(raised) == {config}
    assert hospital.hashes("SELECT config_hash FROM encounter_state WHERE score IS NOT NULL") == {
        config
    }
    risk = shift.app.show_risk(user="li.na", encounter=shift.stay, now=shift.clock.at).risk
    plain = configuration(hospital.settings(), shift.clock.at)
    assert risk.config_sha256 not in ("", plain.sha256)
    assert {one["config_hash"] for one in hospital.told()} == {config}


@pytest.mark.parametrize(
    "text",
    [
        FIVE_MINUTES,
        '[loops.medication.steps.M2]\nby = ["NIC"]\n',
        '[rules.M-01]\nroles = ["PHL"]\n',
        "[clors.orders]\nhigh_alert_a = 7_000\n",
        '[lists]\ntime_critical = ["PARA500"]\n',
        '[lists]\nblood_policy = "strict_same_group"\n',
        '[handover]\ntimes = ["08:00"]\n',
        'ward = "4A"\n[handover]\ntimes = ["08:00"]\n',
        f'{POTASSIUM}row = {{ low = "3.0" }}\n',
        'ward = "4A"\n[rules.M-01]\nroles = ["PHL"]\n',
        'ward = "4A"\n[loops.medication.limits.TM01]\nwithin = [1, 2, 5]\n',
    ],
)
def test_whatever_a_file_changes_is_another_configuration(text: str, hospital: Hospital) -> None:
    now = local("07:00")
    plain = configuration(hospital.settings(), now)
    changed = configuration(hospital.settings(hospital.file("ours", text)), now)
    assert changed.sha256 != plain.sha256
    assert changed.rules.sha256 == changed.sha256
    again = configuration(hospital.settings(hospital.file("ours", text)), now)
    assert again.sha256 == changed.sha256


def test_a_limit_of_one_ward_holds_there_only(hospital: Hospital, opened: list[App]) -> None:
    shift = shift_on(hospital, opened, hospital.file("ward", f'ward = "4A"\n{FIVE_MINUTES}'))
    there = shift.admit("0000000002", "01", ward=OTHER_WARD)
    shift.ordered(shift.drug())
    shift.ordered(shift.drug(), stay=there)
    rows = shift.app.worklist(user="li.na", now=shift.clock.at, role=Role.NURSE)
    deadlines = {row.encounter: row.deadline for row in rows if row.step == "M2"}
    assert deadlines == {shift.stay: local("07:05"), there: local("08:00")}


def test_a_rules_severity_roles_ladder_and_silence(hospital: Hospital, opened: list[App]) -> None:
    text = '[rules.M-01]\nseverity = ["S2", "S3", "S3"]\nroles = ["PHL"]\n'
    text += 'ladder = { S3 = [[7, "NM"]] }\nsilent = "trial until January"\n'
    shift = shift_on(hospital, opened, hospital.file("ours", text))
    shift.ordered(shift.drug())
    shift.at("09:01")
    alert = late_review(shift)
    assert alert.severity is AlertSeverity.S3
    assert alert.roles == (Role.PHARMACY_LEAD,)
    assert alert.silent
    rulebook = shift.app.place.rulebook
    assert rulebook is not None
    rule = rulebook.rule("M-01")
    assert rule is not None
    assert [rung.after_minutes for rung in rule.ladder[AlertSeverity.S3]] == [0, 7]
    shown = shift.app.list_alerts(user="li.na", now=shift.clock.at, ward=WARD)
    assert all(one.alert.key.rule != "M-01" for one in shown)


def test_a_small_alert_waits_for_the_end_of_the_handover_and_a_grave_one_does_not(
    hospital: Hospital, opened: list[App]
) -> None:
    at_nine = hospital.file("ours", '[handover]\ntimes = ["09:00"]\n')
    shift = shift_on(hospital, opened, at_nine)
    shift.ordered(shift.drug())  # the nurse verifies it until eight: S4
    shift.at("08:40")
    shift.ordered(shift.drug(priority="URGENT"))  # verified until five to nine: S3
    shift.at("08:50")
    shift.ordered(shift.drug(priority="STAT", frequency="st", order_class="STAT"))  # S2

    def open_rules() -> set[str]:
        shift.app.one_pass(now=shift.clock.at)
        return {
            f"{one.alert.key.rule} {one.alert.severity}"
            for one in shift.app.list_alerts(user="li.na", now=shift.clock.at, ward=WARD)
            if one.alert.key.rule == "X-LATE"
        }

    assert open_rules() == {"X-LATE S4"}, "late since eight: before the handover"
    shift.at("08:56")
    assert open_rules() == {"X-LATE S4", "X-LATE S2"}, "a STAT order waits for no handover"
    shift.at("09:04")
    assert open_rules() == {"X-LATE S4", "X-LATE S2"}, "the day shift is being told"
    shift.at("09:15")
    assert open_rules() >= {"X-LATE S4", "X-LATE S3", "X-LATE S2"}


def test_a_drug_of_the_hospitals_list_is_given_within_half_an_hour(
    hospital: Hospital, opened: list[App]
) -> None:
    listed = hospital.file("ours", '[lists]\ntime_critical = ["PARA500"]\n')
    shift = shift_on(hospital, opened, listed)
    order = shift.ordered(shift.drug())
    assert {task.window_class for task in shift.tasks(order)} == {"time_critical"}
    other = shift.ordered(shift.drug("HEP5000", route="SC"))
    assert "time_critical" not in {task.window_class for task in shift.tasks(other)}


def test_changed_knowledge_is_what_results_are_judged_by(
    hospital: Hospital, opened: list[App]
) -> None:
    shift = shift_on(
        hospital, opened, hospital.file("ours", f'{POTASSIUM}row = {{ low = "3.0" }}\n')
    )
    limits = shift.app.place.result_limits
    assert limits is not None
    potassium = limits("potassium", local("07:00").date())
    assert potassium is not None
    assert str(potassium.low) == "3.0"


def test_a_file_that_is_not_there_or_was_not_approved_stops_the_start(hospital: Hospital) -> None:
    with pytest.raises(InvalidInput, match="is not there"):
        configuration(hospital.settings(hospital.folder / "none.toml"), local("07:00"))
    alone = hospital.folder / "alone.toml"
    alone.write_text(f"format = 1\n{FIVE_MINUTES}", encoding="utf-8")
    with pytest.raises(DefinitionError, match="two people change limits"):
        configuration(hospital.settings(alone), local("07:00"))


def test_the_hospitals_blood_policy_binds_the_check_of_the_unit(hospital: Hospital) -> None:
    """Red cells of group O for a patient of group A: compatible, and not the same group."""
    context = At("transfusion", "T10", fields={"component": "red_cells"}).after("T8", abo_rhd="A+")

    def severity(*site: Path) -> Severity:
        loops = configuration(hospital.settings(*site), local("07:00")).loops
        found = loops.checks["blood_compatible"](context.context(blood_group="O+"))
        assert isinstance(found, Finding)
        return found.severity

    strict = hospital.file("ours", '[lists]\nblood_policy = "strict_same_group"\n')
    assert severity() is Severity.INFO
    assert severity(strict).name in ("REASON", "STOP")
