"""The demo's night with the rules on: who is told of what, who answers, and what is left open."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from client.demo.content import content
from client.demo.run import DATABASE, play
from client.settings import Settings
from client.wiring import build
from domain.ids import EncounterId, WardId
from tests.end_to_end.command_line import say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from client.app import App
    from domain.alerts import Alert

MORNING = content().instant("08:00")
MIDNIGHT = content().instant("00:00")
WARD = WardId("7")
HOURS_3 = timedelta(hours=3)


class Night:
    """The whole shift of 32 beds, played once; nothing was refused that was not meant to be."""

    def __init__(self, app: App, out: Path, summary: dict[str, object]) -> None:
        self.app, self.out, self.summary = app, out, summary
        rows = app.reads.alerts(open_only=False, limit=9999)
        beds = {one.id: one.bed for one in app.reads.encounters(ward=WARD)}
        self.rows = [(beds.get(row.alert.encounter, ""), row.alert) for row in rows]

    def of(self, bed: str, rule: str) -> list[Alert]:
        """The alerts of a bed by a rule, the first raised first."""
        found = [one for at, one in self.rows if (at, one.key.rule) == (bed, rule)]
        return sorted(found, key=lambda one: one.raised_at)

    def stay(self, bed: str) -> EncounterId:
        """Who lies in a bed of the ward."""
        return next(one.id for one in self.app.reads.encounters(ward=WARD) if one.bed == bed)

    def say(self, *words: str) -> str:
        """What the charge nurse reads on the command line."""
        at = ["--database", f"sqlite:///{self.out / DATABASE}", "--now", MORNING.isoformat()]
        said = say(*words, *at, "--user", "he.lan")
        assert said.code == 0, said.err
        return said.out


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    out = tmp_path_factory.mktemp("night")
    refused = logging.getLogger("client.demo.run")
    refused.disabled = True  # told by test_demo.py, which asks for none
    summary = play(out)
    refused.disabled = False
    app = build(Settings(database=f"sqlite:///{out / DATABASE}"), now=MORNING)
    yield Night(app, out, summary)
    app.close()


def test_a_night_is_answered_but_not_all_of_it(night: Night) -> None:
    counts = night.summary["alerts"]
    assert isinstance(counts, dict)
    assert counts["raised"] == counts["resolved"] + counts["open"] == len(night.rows)
    assert counts["acknowledged"] >= 20
    assert counts["overridden"] >= 2
    assert 5 <= counts["open"] <= 30, "the morning has work, and no flood"


def test_the_burden_of_a_nurse_is_what_a_nurse_can_bear(night: Night) -> None:
    for since in (MIDNIGHT, MIDNIGHT - timedelta(hours=8)):
        burden = night.app.alert_metrics(
            user="he.lan", since=since, until=MORNING, ward=WARD
        ).burden
        assert burden.s1 is not None
        assert burden.s2 is not None
        assert burden.s1 <= 3
        assert burden.s2 <= 10


def test_bed_3_gets_worse_in_the_night_and_two_persons_let_the_alarm_be(night: Night) -> None:
    (urgent,) = [one for one in night.of("3", "X-NEWS-URG") if one.raised_at < MIDNIGHT + HOURS_3]
    (emergency,) = night.of("3", "X-NEWS-EMER")
    assert urgent.raised_at < emergency.raised_at
    assert emergency.override is not None
    assert emergency.override.second == "shen.rui"
    assert emergency.override.second != emergency.override.by
    assert emergency.resolved_at is not None, "oxygen and antibiotics have helped"
    standing = night.app.reads.risk(night.stay("3"))
    assert standing is not None
    assert standing.risk.news2["score"] in {2, 3}, "better, and still on oxygen"


def test_a_dose_that_nobody_gave_has_climbed_its_whole_ladder(night: Night) -> None:
    (first,) = [one for one in night.of("12", "M-05") if one.open]
    assert first.tier == 3
    assert {"nurse", "charge_nurse", "nursing_manager"} <= {role.value for role in first.audience}


def test_a_pharmacist_has_reviewed_alerts_of_the_medication_loop(night: Night) -> None:
    reviewed = [one for _, one in night.rows if one.reviewed_by is not None]
    assert len(reviewed) >= 3
    assert {one.reviewed_by for one in reviewed} <= {"xie.ting", "bai.jun"}
    assert all(one.key.rule.startswith("M-") for one in reviewed)


def test_a_result_is_known_to_the_rules_as_it_is_to_the_reader(night: Night) -> None:
    known = night.app.reads.clinical(night.stay("12")).latest
    assert (known["potassium"].value, known["potassium"].flag) == ("6.8", "HH")
    (late,) = night.of("12", "L-09")
    assert late.open
    assert late.severity.value == "S1"
    board = night.app.ward_risks(user="he.lan", ward=WARD, now=MORNING)
    assert max(board, key=lambda stay: board[stay].risk.score) == night.stay("12")


def test_a_culture_that_grows_is_nobodys_alarm(night: Night) -> None:
    assert [one for _, one in night.rows if one.key.rule == "L-04"] == []


def test_the_charge_nurse_reads_the_night_on_the_command_line(night: Night) -> None:
    listed = night.say("alerts", "list").splitlines()
    assert listed[1].startswith("S1   L-09")
    assert "WANG, Xiaoming" in listed[1]
    ranked = night.say("risk", "show", "--ward", "7").splitlines()
    assert ranked[1].split()[3:5] == ["12", "WANG,"]
    (emergency,) = night.of("3", "X-NEWS-EMER")
    shown = night.say("alerts", "show", emergency.id)
    assert "shen.rui agreed" in shown
    raised = emergency.raised_at.astimezone(MORNING.tzinfo)
    assert f"{raised:%Y-%m-%d %H:%M} system" in shown, "on the ward's clock"
    assert "oxygen, cultures and antibiotics are running" in shown
