"""What persons do about alerts: each act by its rules, none of them closes an alert."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.alerts import Alert, AlertSeverity
from domain.errors import InvalidInput, NotAuthorised, NotFound, Refused
from domain.ids import PractitionerId
from domain.people import Practitioner, Role
from tests.fakes import FakeClock
from tests.shift import WARD, Shift, fake_app, local
from tests.small_rulebook import SmallRulebook


@pytest.fixture
def shift() -> Shift:
    clock = FakeClock(at=local("07:00"))
    return Shift(fake_app(clock, rulebook=SmallRulebook()), clock)


def late(shift: Shift, clock: str = "07:20") -> Alert:
    """A STAT order that no nurse has verified: S2 first, S1 once it is twice as late."""
    shift.ordered(shift.drug(frequency="st", order_class="STAT", priority="STAT"))
    return seen(shift, clock)


def seen(shift: Shift, clock: str) -> Alert:
    """The alert that the watch finds at a time; the nurse's verification is what waits."""
    shift.at(clock)
    shift.app.one_pass(now=shift.clock.at)
    rows = shift.app.list_alerts(user="li.na", now=shift.clock.at, ward=WARD)
    return next(one.alert for one in rows if one.alert.step == "M2")


def now(shift: Shift, alert: Alert) -> Alert:
    found = shift.app.reads.alert(alert.id)
    assert found is not None
    return found


def test_an_acknowledged_alert_climbs_no_ladder_but_its_action_timer_brings_it_back(
    shift: Shift,
) -> None:
    alert = late(shift, "07:06")
    assert alert.severity is AlertSeverity.S2
    shift.app.acknowledge_alert(user="li.na", command=shift.new(), alert=alert.id, note="I go")
    told = now(shift, alert)
    assert told.open
    assert told.acknowledged_by == "li.na"
    assert told.action_until == shift.clock.at + timedelta(minutes=60)
    with pytest.raises(Refused, match=r"li\.na has acknowledged"):
        shift.app.acknowledge_alert(user="zhao.min", command=shift.new(), alert=alert.id)


def test_only_those_who_were_told_acknowledge(shift: Shift) -> None:
    alert = late(shift, "07:06")
    with pytest.raises(NotAuthorised, match="was not told"):
        shift.app.acknowledge_alert(user="porter.ma", command=shift.new(), alert=alert.id)
    with pytest.raises(NotFound, match="nothing"):
        shift.app.acknowledge_alert(user="li.na", command=shift.new(), alert="nothing")


def test_an_s2_is_put_off_once_for_fifteen_minutes_and_an_s1_never(shift: Shift) -> None:
    alert = late(shift, "07:06")

    def snooze(minutes: int, reason: str = "waiting_for_person", note: str = "") -> None:
        shift.app.snooze_alert(
            user="li.na", command=shift.new(), alert=alert.id, minutes=minutes, reason=reason,
            note=note,
        )  # fmt: skip

    with pytest.raises(Refused, match="15 minutes at most"):
        snooze(16)
    with pytest.raises(InvalidInput, match="no reason code"):
        snooze(5, "because")
    with pytest.raises(InvalidInput, match="not said"):
        snooze(5, "other", "busy")
    with pytest.raises(InvalidInput, match="no time"):
        snooze(0)
    snooze(3)
    assert now(shift, alert).snoozed_until == shift.clock.at + timedelta(minutes=3)
    with pytest.raises(Refused, match="put off 1 times already"):
        snooze(3)
    grave = seen(shift, "08:00")
    assert grave.severity is AlertSeverity.S1
    with pytest.raises(Refused, match="cannot be put off"):
        snooze(3)


def test_an_s1_is_overridden_by_two_and_the_second_is_a_pharmacist_or_senior(shift: Shift) -> None:
    alert = late(shift, "08:00")

    def override(second: str | None, reason: str = "comfort_care", text: str = "") -> None:
        shift.app.override_alert(
            user="li.na", command=shift.new(), alert=alert.id, reason=reason, text=text,
            second=second,
        )  # fmt: skip

    with pytest.raises(Refused, match="two persons"):
        override(None)
    with pytest.raises(Refused, match="second person is the actor"):
        override("li.na")
    with pytest.raises(NotAuthorised, match="may not agree"):
        override("zhao.min")
    with pytest.raises(InvalidInput, match="at least 10 letters"):
        override("ph.qian", "other", "so be it")
    override("ph.qian")
    told = now(shift, alert)
    assert told.open, "nobody closes an alert by hand"
    assert told.override is not None
    assert (told.override.by, told.override.second) == ("li.na", "ph.qian")
    assert told.override.until == shift.clock.at + timedelta(hours=24)
    with pytest.raises(Refused, match="has overridden"):
        override("ph.qian")


def test_a_student_agrees_to_no_override(shift: Shift) -> None:
    alert = late(shift, "08:00")
    student = Practitioner(
        PractitionerId("ph.lu"), "LU", frozenset({Role.PHARMACIST}), student=True
    )
    shift.app.add_user(user="admin", command=shift.new(), practitioner=student)
    with pytest.raises(NotAuthorised, match="may not agree"):
        shift.app.override_alert(
            user="li.na", command=shift.new(), alert=alert.id, reason="comfort_care",
            second="ph.lu",
        )  # fmt: skip
    assert now(shift, alert).override is None


def test_the_step_that_was_missing_resolves_it_and_then_no_act_is_taken(shift: Shift) -> None:
    alert = late(shift, "07:06")
    assert alert.order is not None
    shift.do("li.na", order=alert.order, step="nurse_verified", result="verified")
    told = now(shift, alert)
    assert not told.open
    assert told.resolution == "by_step"
    with pytest.raises(Refused, match="facts have resolved"):
        shift.app.acknowledge_alert(user="li.na", command=shift.new(), alert=alert.id)


def test_a_pharmacist_comments_and_hands_on_until_the_ladder_ends(shift: Shift) -> None:
    alert = late(shift, "07:06")

    def review(verdict: str, text: str = "", user: str = "ph.qian") -> None:
        shift.app.review_alert(
            user=user, command=shift.new(), alert=alert.id, verdict=verdict, text=text
        )

    with pytest.raises(NotAuthorised):
        review("accepted", user="li.na")
    with pytest.raises(InvalidInput, match="no verdict"):
        review("fine")
    with pytest.raises(InvalidInput, match="no words"):
        review("commented")
    review("commented", "dose was changed by telephone")
    assert now(shift, alert).reviewed_by == "ph.qian"
    for tier in (1, 2, 3):
        review("escalated")
        assert now(shift, alert).tier == tier
    with pytest.raises(Refused, match="was told"):
        review("escalated")
    shown = shift.app.show_alert(user="ph.qian", alert=alert.id)
    assert [row.kind for row in shown.trail] == [
        "alert_raised", "alert_reviewed", *["alert_reviewed"] * 3
    ]  # fmt: skip


def test_an_s1_open_at_the_end_of_the_stay_waits_for_a_physicians_signature(shift: Shift) -> None:
    alert = late(shift, "08:00")
    with pytest.raises(Refused, match="waits for no signature"):
        shift.app.sign_alert(user="dr.chen", command=shift.new(), alert=alert.id)
    shift.app.record_death(user="dr.chen", command=shift.new(), encounter=shift.stay)
    assert now(shift, alert).awaits_signature
    for frozen in (False, True):
        rows = shift.app.list_alerts(user="dr.chen", now=shift.clock.at, frozen=frozen)
        assert [row.alert.id for row in rows if row.alert.awaits_signature] == [alert.id]
    with pytest.raises(NotAuthorised):
        shift.app.sign_alert(user="li.na", command=shift.new(), alert=alert.id)
    shift.app.sign_alert(user="dr.chen", command=shift.new(), alert=alert.id)
    told = now(shift, alert)
    assert told.resolution == "encounter_end"


def test_the_same_act_twice_changes_nothing_the_second_time(shift: Shift) -> None:
    alert = late(shift, "07:06")
    command = shift.new()
    for repeated in (False, True):
        changes = shift.app.acknowledge_alert(user="li.na", command=command, alert=alert.id)
        assert changes.repeated is repeated


def test_a_frozen_clock_sees_what_the_watch_would_have_found_and_writes_nothing(
    shift: Shift,
) -> None:
    shift.ordered(shift.drug(frequency="st", order_class="STAT", priority="STAT"))
    shift.at("08:00")
    ahead = shift.app.list_alerts(user="li.na", now=shift.clock.at, ward=WARD, frozen=True)
    assert {one.alert.step for one in ahead} >= {"M2"}
    assert ahead[0].row.mrn == "0012345678"
    assert shift.app.list_alerts(user="li.na", now=shift.clock.at, ward=WARD) == ()
    risk = shift.app.show_risk(user="li.na", encounter=shift.stay, now=shift.clock.at)
    assert risk.risk.score > 0
    assert sum(cause.points for cause in risk.risk.causes) == risk.risk.score


def test_the_figures_of_a_morning(shift: Shift) -> None:
    start = shift.clock.at
    alert = late(shift, "07:06")
    shift.app.acknowledge_alert(user="li.na", command=shift.new(), alert=alert.id)
    assert alert.order is not None
    shift.at("07:16")
    shift.do("li.na", order=alert.order, step="nurse_verified", result="verified")
    end = shift.at("09:00")
    found = shift.app.alert_metrics(user="dr.chen", since=start, until=end, ward=WARD)
    assert found.whole.raised >= 1
    assert found.by_rule["LATE"].acted >= 1
    assert found.by_rule["LATE"].act_median == 10.0
    assert found.burden.nurse_shifts == 0
    assert found.burden.s2 is None, "without an assignment there is no burden to tell"


def test_an_acknowledgement_stays_in_the_figures_when_the_alert_speaks_again(shift: Shift) -> None:
    start = shift.clock.at
    alert = late(shift, "08:00")
    shift.at("08:05")
    shift.app.acknowledge_alert(user="li.na", command=shift.new(), alert=alert.id)
    shift.at("08:40")  # nothing was done within the 30 minutes of an S1
    shift.app.one_pass(now=shift.clock.at)
    assert now(shift, alert).acknowledged_at is None, "it speaks again"
    found = shift.app.alert_metrics(user="dr.chen", since=start, until=shift.at("09:00"))
    assert found.by_rule["LATE"].acknowledged == 1
    assert found.by_rule["LATE"].ack_median == 5.0
