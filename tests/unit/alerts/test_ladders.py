"""Who is told when nobody answers; acknowledged, put off and overridden is not done."""

from __future__ import annotations

from domain.alert_events import (
    AlertAcknowledged,
    AlertChanged,
    AlertEscalated,
    AlertOverridden,
    AlertReopened,
    AlertResolved,
    AlertSnoozed,
    Reopening,
)
from domain.alert_timers import next_alert_at
from domain.alerts import AlertOverride, Resolution
from domain.people import Role
from tests.alerted_stay import (
    DOCTOR,
    NURSE,
    S1,
    S2,
    S3,
    S4,
    AlertedStay,
    at,
    wanted,
)


# ---------------------------------------------------------------- the ladder
def test_nobody_acknowledges_and_the_next_ones_are_told_rung_by_rung() -> None:
    ward = AlertedStay(wanted(severity=S1))
    ward.look(0)
    assert ward.next_at() == at(5)
    assert ward.look(4) == []
    assert ward.look(5) == [AlertEscalated(1, (Role.CHARGE_NURSE, Role.PHYSICIAN))]
    assert ward.next_at() == at(10)
    assert ward.look(10) == [AlertEscalated(2, (Role.SENIOR_PHYSICIAN,))]
    assert ward.look(20)
    assert ward.alert.tier == 3
    assert ward.alert.audience[0] is Role.NURSE
    assert Role.MEDICAL_AFFAIRS in ward.alert.audience
    assert ward.next_at() is None
    assert ward.look(600) == []


def test_a_watch_that_slept_tells_all_rungs_in_one_go() -> None:
    ward = AlertedStay(wanted(severity=S1))
    ward.look(0)
    (told,) = ward.look(11)
    assert told == AlertEscalated(2, (Role.CHARGE_NURSE, Role.PHYSICIAN, Role.SENIOR_PHYSICIAN))


def test_only_the_watch_climbs() -> None:
    ward = AlertedStay(wanted(severity=S1))
    ward.look(0)
    assert ward.look(12, ladders=False) == []
    assert ward.alert.tier == 0


def test_an_alert_without_a_ladder_waits_where_it_is() -> None:
    ward = AlertedStay(wanted(severity=S4))
    ward.look(0)
    assert ward.look(600) == []
    assert ward.next_at() is None
    assert next_alert_at(ward.alert, None) is None


# ---------------------------------------------------------------- acknowledged is not done
def test_an_acknowledgement_stops_the_ladder_until_its_action_is_due() -> None:
    ward = AlertedStay(wanted())
    ward.look(0)
    ward.act(10, AlertAcknowledged(action_until=at(70)))
    assert ward.alert.acknowledged_by == NURSE
    assert ward.look(69) == []
    assert ward.next_at() == at(70)
    (opened,) = ward.look(70)
    assert opened == AlertReopened(Reopening.ACTION, 1, 2, (Role.CHARGE_NURSE,), climbs_from=at(55))
    assert ward.alert.acknowledged_at is None
    assert ward.alert.occurrences == 2
    assert ward.next_at() == at(85), "the rung after it has its full time"
    assert ward.look(85) == [AlertEscalated(2, (Role.PHYSICIAN,))]


def test_a_second_acknowledgement_at_the_top_opens_again_at_the_top() -> None:
    ward = AlertedStay(wanted(severity=S3))
    ward.look(0)
    ward.look(60)
    ward.act(61, AlertAcknowledged(action_until=at(70)))
    (opened,) = ward.look(71)
    assert isinstance(opened, AlertReopened)
    assert (opened.tier, opened.roles) == (1, ())


def test_of_something_that_has_no_ladder_the_action_timer_opens_all_the_same() -> None:
    ward = AlertedStay(wanted(severity=S4))
    ward.look(0)
    ward.act(1, AlertAcknowledged(action_until=at(30)))
    (opened,) = ward.look(30)
    assert isinstance(opened, AlertReopened)
    assert (opened.tier, opened.climbs_from) == (0, at(30))


def test_neither_acknowledged_nor_put_off_is_resolved() -> None:
    for body in (AlertAcknowledged(), AlertSnoozed(at(15), "busy")):
        ward = AlertedStay(wanted())
        ward.look(0)
        ward.act(1, body)
        ward.look(2)
        assert ward.alert.open


def test_what_was_put_off_comes_back_with_its_first_age() -> None:
    ward = AlertedStay(wanted())
    ward.look(0)
    ward.act(5, AlertSnoozed(until=at(20), reason="patient in theatre"))
    assert ward.alert.snoozes == 1
    assert ward.look(18) == []
    assert ward.next_at() == at(20)
    assert ward.look(20) == [
        AlertReopened(Reopening.SNOOZE, 0, 1),
        AlertEscalated(1, (Role.CHARGE_NURSE,)),
    ]
    assert ward.alert.snoozed_until is None


def test_what_was_seen_and_put_off_waits_for_its_action_afterwards() -> None:
    ward = AlertedStay(wanted())
    ward.look(0)
    ward.act(1, AlertAcknowledged(action_until=at(61)))
    ward.act(2, AlertSnoozed(until=at(17), reason="busy"))
    assert ward.look(17) == [AlertReopened(Reopening.SNOOZE, 0, 1)]
    assert ward.next_at() == at(61)


def test_an_override_is_quiet_until_it_expires() -> None:
    ward = AlertedStay(wanted())
    ward.look(0)
    override = AlertOverride("benefit>risk monitored", DOCTOR, at(1), until=at(100))
    ward.act(1, AlertOverridden(override), DOCTOR)
    assert ward.look(99) == []
    assert ward.next_at() == at(100)
    (opened,) = ward.look(100)
    assert isinstance(opened, AlertReopened)
    assert opened.why is Reopening.OVERRIDE
    assert ward.alert.override is None
    assert ward.alert.occurrences == 2
    assert ward.alert.tier == 0


def test_an_overridden_alert_ends_as_overridden() -> None:
    ward = AlertedStay(wanted())
    ward.look(0)
    ward.act(1, AlertOverridden(AlertOverride("tolerated before", DOCTOR, at(1))), DOCTOR)
    assert ward.next_at() is None
    ward.wanted = []
    (resolved,) = ward.look(2)
    assert isinstance(resolved, AlertResolved)
    assert resolved.resolution is Resolution.OVERRIDDEN


def test_what_grows_graver_speaks_again_to_all_who_had_seen_it() -> None:
    ward = AlertedStay(wanted())
    ward.look(0)
    ward.look(15)
    ward.act(16, AlertAcknowledged(action_until=at(76)))
    ward.wanted = [wanted(severity=S1)]
    (changed,) = ward.look(30)
    assert isinstance(changed, AlertChanged)
    assert changed.again
    assert ward.alert.severity is S1
    assert ward.alert.acknowledged_at is None
    assert ward.alert.tier == 1, "it goes on from where it was"
    assert ward.next_at() == at(35)
    ward.wanted = [wanted(severity=S2)]
    (changed,) = ward.look(31)
    assert isinstance(changed, AlertChanged)
    assert not changed.again


def test_a_graver_stage_ends_an_override_of_the_lesser_one() -> None:
    ward = AlertedStay(wanted())
    ward.look(0)
    ward.act(1, AlertOverridden(AlertOverride("tolerated before", DOCTOR, at(1))), DOCTOR)
    ward.wanted = [wanted(severity=S1)]
    ward.look(2)
    assert ward.alert.override is None
