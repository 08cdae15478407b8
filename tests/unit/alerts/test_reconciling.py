"""What should be open against what is open: one episode, one row, and nobody is told twice."""

from __future__ import annotations

from dataclasses import replace

from domain.alert_events import (
    AlertAcknowledged,
    AlertChanged,
    AlertEscalated,
    AlertOverridden,
    AlertRaised,
    AlertResolved,
    AlertSignatureAsked,
)
from domain.alerts import AlertKey, AlertOverride, Resolution, Wanted
from domain.people import Role
from tests.alerted_stay import (
    DOCTOR,
    EIGHT,
    ORDER,
    S1,
    S3,
    STAY,
    AlertedStay,
    at,
    wanted,
)


# ---------------------------------------------------------------- one episode
def test_a_late_dose_is_told_once_and_resolved_when_it_is_given() -> None:
    ward = AlertedStay(wanted())
    (raised,) = ward.look(2)
    assert isinstance(raised, AlertRaised)
    assert ward.alert.raised_at == at(2)
    assert ward.alert.late_by_minutes == 2
    assert ward.alert.config_hash == "rules-1"
    assert ward.look(3) == []
    ward.wanted = []
    (resolved,) = ward.look(4)
    assert resolved == AlertResolved(Resolution.BY_STEP, "command-1")
    assert ward.open == ()


def test_a_dose_that_is_refused_is_resolved_by_its_exit() -> None:
    ward = AlertedStay(wanted())
    ward.look(2)
    ward.wanted = []
    (resolved,) = ward.look(4, exited=frozenset({"dose-1"}))
    assert isinstance(resolved, AlertResolved)
    assert resolved.resolution is Resolution.BY_EXIT


def test_the_same_condition_met_anew_counts_on_and_is_no_second_alert() -> None:
    ward = AlertedStay(wanted())
    ward.look(2)
    ward.act(3, AlertAcknowledged())
    ward.wanted = [wanted(since=10)]
    (changed,) = ward.look(10, ladders=False)
    assert isinstance(changed, AlertChanged)
    assert ward.alert.occurrences == 2
    assert ward.alert.last_seen_at == at(10)
    assert ward.alert.since == EIGHT
    assert ward.alert.acknowledged_at == at(3), "who has seen it is not told anew"


def test_the_next_dose_that_is_late_is_an_episode_of_its_own() -> None:
    ward = AlertedStay(wanted())
    ward.look(2)
    ward.wanted = [wanted(), wanted(cause="16:00", since=480)]
    ward.look(485, ladders=False)
    assert {alert.key.cause for alert in ward.open} == {"08:00", "16:00"}


def test_a_group_that_grows_says_so_quietly() -> None:
    ward = AlertedStay(wanted(evidence={"tasks": "a"}))
    ward.look(0)
    ward.act(1, AlertAcknowledged())
    ward.wanted = [wanted(evidence={"tasks": "a,b"})]
    (changed,) = ward.look(2)
    assert isinstance(changed, AlertChanged)
    assert not changed.again
    assert ward.alert.evidence == {"tasks": "a,b"}
    assert ward.alert.occurrences == 1
    assert ward.alert.acknowledged_at is not None


def test_a_repeat_of_what_was_resolved_is_raised_on_the_same_row() -> None:
    ward = AlertedStay(wanted())
    ward.look(0)
    first = ward.alert
    ward.wanted = []
    ward.look(1)
    ward.wanted = [wanted()]
    (raised,) = ward.look(5)
    assert isinstance(raised, AlertRaised)
    assert ward.alert.id == first.id


# ---------------------------------------------------------------- what a command touches
def test_a_command_settles_what_it_touched_and_leaves_the_rest_to_the_watch() -> None:
    ward = AlertedStay(wanted("dose-1"), wanted("dose-2"))
    ward.look(0, ladders=False, subjects=frozenset({"dose-2"}))
    assert [alert.key.subject for alert in ward.open] == ["dose-2"]
    ward.look(0, ladders=False, subjects=frozenset({ORDER}))
    assert len(ward.open) == 2, "an order takes its doses along"
    ward.wanted = []
    assert ward.look(1, ladders=False, subjects=frozenset({"dose-9"})) == []
    ward.look(1, ladders=False, subjects=frozenset({"dose-1"}))
    assert [alert.key.subject for alert in ward.open] == ["dose-2"]


def test_what_is_about_the_stay_is_settled_by_every_command() -> None:
    fever = Wanted(AlertKey("HOT", STAY, "07:50"), STAY, S3, EIGHT, (Role.PHYSICIAN,))
    ward = AlertedStay(fever)
    assert len(ward.look(0, ladders=False, subjects=frozenset({"dose-9"}))) == 1


# ---------------------------------------------------------------- what happened
def test_what_happened_outlives_its_dose_until_somebody_answers_for_it() -> None:
    ward = AlertedStay(wanted(severity=S1, lasting=True))
    ward.look(0)
    ward.wanted = []
    assert ward.look(4) == []
    assert ward.look(500, ladders=False, streams=frozenset({"dose-2"})) == []
    ward.act(501, AlertOverridden(AlertOverride("inaccurate data", DOCTOR, at(501))), DOCTOR)
    (resolved,) = ward.look(502)
    assert isinstance(resolved, AlertResolved)
    assert resolved.resolution is Resolution.OVERRIDDEN


def test_nobody_answers_for_what_happened_and_the_ladder_goes_on_after_the_dose() -> None:
    ward = AlertedStay(wanted(severity=S1, lasting=True))
    ward.look(0)
    ward.wanted = []
    assert ward.look(5) == [AlertEscalated(1, (Role.CHARGE_NURSE, Role.PHYSICIAN))]
    assert ward.look(5, ladders=False) == []


def test_a_silent_alert_is_kept_and_told_to_nobody() -> None:
    ward = AlertedStay(replace(wanted(severity=S1), silent=True))
    ward.look(0)
    assert ward.look(600) == []
    assert ward.next_at() is None


def test_what_happened_is_taken_back_when_its_record_was() -> None:
    ward = AlertedStay(wanted(severity=S1, lasting=True))
    ward.look(0)
    ward.wanted = []
    (resolved,) = ward.look(5, streams=frozenset({"dose-1"}), exited=frozenset({"dose-1"}))
    assert isinstance(resolved, AlertResolved)
    assert resolved.resolution is Resolution.BY_EXIT


# ---------------------------------------------------------------- the end of the stay
def test_the_end_of_the_stay_resolves_all_but_the_gravest() -> None:
    ward = AlertedStay(wanted(), wanted("dose-2", severity=S1), wanted("dose-3", lasting=True))
    ward.look(0)
    ward.wanted = []
    told = ward.look(60, active=False)
    assert told.count(AlertResolved(Resolution.ENCOUNTER_END, "command-1")) == 2
    assert AlertSignatureAsked() in told
    assert ward.alert.key.subject == "dose-2"
    assert ward.alert.awaits_signature
    assert ward.next_at() is None
    assert ward.look(600, active=False) == []
    ward.act(601, AlertResolved(Resolution.ENCOUNTER_END, "command-9"), DOCTOR)
    assert ward.open == ()


def test_what_is_still_to_be_done_after_the_stay_stays_open() -> None:
    ward = AlertedStay(wanted())
    ward.look(0)
    assert ward.look(1, active=False) == []


def test_an_overridden_s1_needs_no_second_signature_at_the_end() -> None:
    ward = AlertedStay(wanted(severity=S1))
    ward.look(0)
    ward.act(1, AlertOverridden(AlertOverride("comfort care", DOCTOR, at(1))), DOCTOR)
    ward.wanted = []
    (resolved,) = ward.look(2, active=False)
    assert isinstance(resolved, AlertResolved)
    assert resolved.resolution is Resolution.OVERRIDDEN
