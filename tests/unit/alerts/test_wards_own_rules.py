"""A ward's own ladder, severity and texts, wherever an alert is raised, answered or shown."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

import pytest

from client.presenters.formats import Formats
from client.presenters.risk_words import About, cause_words
from client.presenters.titles import Names
from client.texts import Texts
from domain.alerts import AlertSeverity
from domain.errors import NotAuthorised, Refused
from domain.people import Role
from rules.alerts.loader import load_rules
from rules.rulebook import Rules
from tests.fakes import FakeClock
from tests.shift import OTHER_WARD, WARD, Shift, fake_app, real_loops

if TYPE_CHECKING:
    from pathlib import Path

    from domain.alerts import Alert
    from domain.ids import EncounterId

WARDS_OWN = f"""
format = 1
ward = "{OTHER_WARD}"
[rules.X-LATE]
severity = ["S3", "S4", "S4"]
ladder = {{ S3 = [[7, "MD"]] }}
title = {{ en = "Our step is late", zh = "本科步骤超时" }}
"""


@pytest.fixture
def shift(tmp_path: Path) -> Shift:
    path = tmp_path / "ward.toml"
    path.write_text(WARDS_OWN, encoding="utf-8")
    clock = FakeClock()
    rulebook = Rules(load_rules(overlays=[path]), loops=real_loops())
    return Shift(fake_app(clock, rulebook=rulebook), clock)


def unverified(shift: Shift, *stays: EncounterId) -> list[Alert]:
    """STAT orders of 07:00 that no nurse has verified by 07:06."""
    for stay in stays:
        shift.ordered(shift.drug(frequency="st", order_class="STAT", priority="STAT"), stay=stay)
    return [now(shift, stay, "07:06") for stay in stays]


def now(shift: Shift, stay: EncounterId, clock: str) -> Alert:
    shift.at(clock)
    shift.app.pass_due(now=shift.clock.at)
    return next(
        one.alert
        for one in shift.app.list_alerts(user="li.na", now=shift.clock.at, encounter=stay)
        if one.alert.step == "M2"
    )


def test_each_ward_climbs_its_own_ladder_and_reads_its_own_words(shift: Shift) -> None:
    elsewhere = shift.admit("0087654321", "01", ward=OTHER_WARD)
    here, there = unverified(shift, shift.stay, elsewhere)
    assert (here.severity, there.severity) == (AlertSeverity.S2, AlertSeverity.S3)

    later = now(shift, elsewhere, "07:13")
    assert later.told == (Role.PHYSICIAN,), "seven minutes, not an hour"
    assert now(shift, shift.stay, "07:13").told == ()

    said = {
        one.row.ward: one.rule.title["en"]
        for one in shift.app.list_alerts(user="li.na", now=shift.clock.at)
        if one.rule is not None and one.alert.step == "M2"
    }
    assert said == {WARD: "A step is late", OTHER_WARD: "Our step is late"}
    shown = shift.app.show_alert(user="li.na", alert=there.id)
    assert shown.rule is not None
    assert shown.rule.title["zh"] == "本科步骤超时"


def test_the_causes_of_a_score_are_in_the_words_of_the_ward(shift: Shift) -> None:
    elsewhere = shift.admit("0087654321", "01", ward=OTHER_WARD)
    unverified(shift, elsewhere)
    app, now = shift.app, shift.clock.at
    situation = app.reads.situation(elsewhere, now=now)
    risk = app.show_risk(user="li.na", encounter=elsewhere, now=now).risk
    (late,) = [one for one in risk.causes if one.rule == "X-LATE"]
    words = cause_words(
        risk,
        late,
        about=About(app.reads, app.loops, situation.streams, Names()),
        rulebook=app.place.rulebook,
        formats=Formats(Texts.load("en"), UTC),
        ward=situation.ward,
    )
    assert words.startswith("Our step is late (Verified by nurse)")


def test_a_frozen_clock_climbs_the_wards_own_ladder_too(shift: Shift) -> None:
    elsewhere = shift.admit("0087654321", "01", ward=OTHER_WARD)
    unverified(shift, elsewhere)
    ahead = shift.at("07:13")
    rows = shift.app.list_alerts(user="li.na", now=ahead, ward=OTHER_WARD, frozen=True)
    (alert,) = [one.alert for one in rows if one.alert.step == "M2"]
    assert alert.told == (Role.PHYSICIAN,)


def test_persons_act_by_the_ladder_and_the_timers_of_the_ward(shift: Shift) -> None:
    elsewhere = shift.admit("0087654321", "01", ward=OTHER_WARD)
    here, there = unverified(shift, shift.stay, elsewhere)
    for alert, minutes in ((here, 60), (there, 240)):
        shift.app.acknowledge_alert(user="li.na", command=shift.new(), alert=alert.id)
        seen = shift.app.reads.alert(alert.id)
        assert seen is not None
        assert seen.action_until == shift.clock.at + timedelta(minutes=minutes)
    review = {"user": "ph.qian", "verdict": "escalated"}
    shift.app.review_alert(command=shift.new(), alert=there.id, **review)
    with pytest.raises(Refused, match="Everybody of this alert's ladder"):
        shift.app.review_alert(command=shift.new(), alert=there.id, **review)
    for _ in range(3):
        shift.app.review_alert(command=shift.new(), alert=here.id, **review)


def test_who_would_be_told_next_may_answer_and_who_never_is_may_not(shift: Shift) -> None:
    (alert,) = unverified(shift, shift.stay)
    assert alert.audience == (Role.NURSE,)
    with pytest.raises(NotAuthorised, match="was not told"):
        shift.app.acknowledge_alert(user="porter.ma", command=shift.new(), alert=alert.id)
    shift.app.acknowledge_alert(user="dr.chen", command=shift.new(), alert=alert.id)
    seen = shift.app.reads.alert(alert.id)
    assert seen is not None
    assert seen.acknowledged_by == "dr.chen", "a physician, at 30 minutes of the ladder"
