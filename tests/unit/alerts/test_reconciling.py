"""What should be open against what is open: one episode, one row, and nobody is told twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.alert_events import (
    AlertAcknowledged,
    AlertChanged,
    AlertEscalated,
    AlertOverridden,
    AlertRaised,
    AlertReopened,
    AlertResolved,
    AlertSignatureAsked,
    AlertSnoozed,
    Reopening,
)
from domain.alerts import AlertKey, AlertOverride, AlertSeverity, Resolution, Wanted
from domain.ids import EncounterId, OrderId, PractitionerId, TaskId
from domain.people import Role
from domain.reconciling import Move, Occasion, after, next_alert_at, reconcile
from tests.small_rulebook import SmallRulebook, small_rule

if TYPE_CHECKING:
    from domain.alert_events import AlertBody
    from domain.alerts import Alert

S1, S2, S3, S4 = AlertSeverity.S1, AlertSeverity.S2, AlertSeverity.S3, AlertSeverity.S4
STAY, ORDER = EncounterId("stay-1"), OrderId("order-1")
NURSE, DOCTOR = PractitionerId("li.na"), PractitionerId("dr.chen")
EIGHT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
rule = SmallRulebook().rule


def at(minutes: int) -> datetime:
    return EIGHT + timedelta(minutes=minutes)


def wanted(
    subject: str = "dose-1",
    *,
    severity: AlertSeverity = S2,
    cause: str = "08:00",
    since: int = 0,
    lasting: bool = False,
    evidence: dict[str, str] | None = None,
) -> Wanted:
    return Wanted(
        key=AlertKey("LATE", subject, cause),
        encounter=STAY,
        severity=severity,
        since=at(since),
        roles=(Role.NURSE,),
        order=ORDER,
        task=TaskId(subject),
        evidence=evidence or {},
        lasting=lasting,
    )


class Ward:
    """The alerts of one stay, as time passes and people act."""

    def __init__(self, *asked: Wanted) -> None:
        self.wanted = list(asked)
        self.open: tuple[Alert, ...] = ()
        self.occasion = Occasion(now=EIGHT, by="command-1", config="rules-1")
        self.told: list[AlertBody] = []

    def look(self, minute: int, *, ladders: bool = True, **said: object) -> list[AlertBody]:
        occasion = replace(self.occasion, now=at(minute), ladders=ladders, **said)  # type: ignore[arg-type]  # its own fields
        moves = reconcile(self.wanted, self.open, rule=rule, occasion=occasion)
        self._take(moves, minute)
        again = reconcile(self.wanted, self.open, rule=rule, occasion=occasion)
        assert again == (), "asked again it has nothing to say"
        self.told = [move.body for move in moves]
        return self.told

    def act(self, minute: int, body: AlertBody, by: PractitionerId = NURSE) -> None:
        (alert,) = self.open
        self._take((Move(alert.id, body),), minute, by)

    def _take(self, moves: tuple[Move, ...], minute: int, by: PractitionerId = NURSE) -> None:
        self.open = after(self.open, moves, by=by, at=at(minute), encounter=STAY)

    @property
    def alert(self) -> Alert:
        (alert,) = self.open
        return alert

    def next_at(self) -> datetime | None:
        return next_alert_at(self.alert, rule(self.alert.key.rule))


# ---------------------------------------------------------------- one episode
def test_a_late_dose_is_told_once_and_resolved_when_it_is_given() -> None:
    ward = Ward(wanted())
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
    ward = Ward(wanted())
    ward.look(2)
    ward.wanted = []
    (resolved,) = ward.look(4, exited=frozenset({"dose-1"}))
    assert isinstance(resolved, AlertResolved)
    assert resolved.resolution is Resolution.BY_EXIT


def test_the_same_condition_met_anew_counts_on_and_is_no_second_alert() -> None:
    ward = Ward(wanted())
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
    ward = Ward(wanted())
    ward.look(2)
    ward.wanted = [wanted(), wanted(cause="16:00", since=480)]
    ward.look(485, ladders=False)
    assert {alert.key.cause for alert in ward.open} == {"08:00", "16:00"}


def test_a_group_that_grows_says_so_quietly() -> None:
    ward = Ward(wanted(evidence={"tasks": "a"}))
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
    ward = Ward(wanted())
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
    ward = Ward(wanted("dose-1"), wanted("dose-2"))
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
    ward = Ward(fever)
    assert len(ward.look(0, ladders=False, subjects=frozenset({"dose-9"}))) == 1


# ---------------------------------------------------------------- the ladder
def test_nobody_acknowledges_and_the_next_ones_are_told_rung_by_rung() -> None:
    ward = Ward(wanted(severity=S1))
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
    ward = Ward(wanted(severity=S1))
    ward.look(0)
    (told,) = ward.look(11)
    assert told == AlertEscalated(2, (Role.CHARGE_NURSE, Role.PHYSICIAN, Role.SENIOR_PHYSICIAN))


def test_only_the_watch_climbs() -> None:
    ward = Ward(wanted(severity=S1))
    ward.look(0)
    assert ward.look(12, ladders=False) == []
    assert ward.alert.tier == 0


def test_an_alert_without_a_ladder_waits_where_it_is() -> None:
    ward = Ward(wanted(severity=S4))
    ward.look(0)
    assert ward.look(600) == []
    assert ward.next_at() is None
    assert next_alert_at(ward.alert, None) is None


# ---------------------------------------------------------------- acknowledged is not done
def test_an_acknowledgement_stops_the_ladder_until_its_action_is_due() -> None:
    ward = Ward(wanted())
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
    ward = Ward(wanted(severity=S3))
    ward.look(0)
    ward.look(60)
    ward.act(61, AlertAcknowledged(action_until=at(70)))
    (opened,) = ward.look(71)
    assert isinstance(opened, AlertReopened)
    assert (opened.tier, opened.roles) == (1, ())


def test_of_something_that_has_no_ladder_the_action_timer_opens_all_the_same() -> None:
    ward = Ward(wanted(severity=S4))
    ward.look(0)
    ward.act(1, AlertAcknowledged(action_until=at(30)))
    (opened,) = ward.look(30)
    assert isinstance(opened, AlertReopened)
    assert (opened.tier, opened.climbs_from) == (0, at(30))


def test_neither_acknowledged_nor_put_off_is_resolved() -> None:
    for body in (AlertAcknowledged(), AlertSnoozed(at(15), "busy")):
        ward = Ward(wanted())
        ward.look(0)
        ward.act(1, body)
        ward.look(2)
        assert ward.alert.open


def test_what_was_put_off_comes_back_with_its_first_age() -> None:
    ward = Ward(wanted())
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
    ward = Ward(wanted())
    ward.look(0)
    ward.act(1, AlertAcknowledged(action_until=at(61)))
    ward.act(2, AlertSnoozed(until=at(17), reason="busy"))
    assert ward.look(17) == [AlertReopened(Reopening.SNOOZE, 0, 1)]
    assert ward.next_at() == at(61)


def test_an_override_is_quiet_until_it_expires() -> None:
    ward = Ward(wanted())
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
    ward = Ward(wanted())
    ward.look(0)
    ward.act(1, AlertOverridden(AlertOverride("tolerated before", DOCTOR, at(1))), DOCTOR)
    assert ward.next_at() is None
    ward.wanted = []
    (resolved,) = ward.look(2)
    assert isinstance(resolved, AlertResolved)
    assert resolved.resolution is Resolution.OVERRIDDEN


def test_what_grows_graver_speaks_again_to_all_who_had_seen_it() -> None:
    ward = Ward(wanted())
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
    ward = Ward(wanted())
    ward.look(0)
    ward.act(1, AlertOverridden(AlertOverride("tolerated before", DOCTOR, at(1))), DOCTOR)
    ward.wanted = [wanted(severity=S1)]
    ward.look(2)
    assert ward.alert.override is None


# ---------------------------------------------------------------- what happened
def test_what_happened_outlives_its_dose_until_somebody_answers_for_it() -> None:
    ward = Ward(wanted(severity=S1, lasting=True))
    ward.look(0)
    ward.wanted = []
    assert ward.look(4) == []
    assert ward.look(500, ladders=False, streams=frozenset({"dose-2"})) == []
    ward.act(501, AlertOverridden(AlertOverride("inaccurate data", DOCTOR, at(501))), DOCTOR)
    (resolved,) = ward.look(502)
    assert isinstance(resolved, AlertResolved)
    assert resolved.resolution is Resolution.OVERRIDDEN


def test_nobody_answers_for_what_happened_and_the_ladder_goes_on_after_the_dose() -> None:
    ward = Ward(wanted(severity=S1, lasting=True))
    ward.look(0)
    ward.wanted = []
    assert ward.look(5) == [AlertEscalated(1, (Role.CHARGE_NURSE, Role.PHYSICIAN))]
    assert ward.look(5, ladders=False) == []


def test_a_silent_alert_is_kept_and_told_to_nobody() -> None:
    ward = Ward(replace(wanted(severity=S1), silent=True))
    ward.look(0)
    assert ward.look(600) == []
    assert ward.next_at() is None


def test_what_happened_is_taken_back_when_its_record_was() -> None:
    ward = Ward(wanted(severity=S1, lasting=True))
    ward.look(0)
    ward.wanted = []
    (resolved,) = ward.look(5, streams=frozenset({"dose-1"}), exited=frozenset({"dose-1"}))
    assert isinstance(resolved, AlertResolved)
    assert resolved.resolution is Resolution.BY_EXIT


# ---------------------------------------------------------------- the end of the stay
def test_the_end_of_the_stay_resolves_all_but_the_gravest() -> None:
    ward = Ward(wanted(), wanted("dose-2", severity=S1), wanted("dose-3", lasting=True))
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
    ward = Ward(wanted())
    ward.look(0)
    assert ward.look(1, active=False) == []


def test_an_overridden_s1_needs_no_second_signature_at_the_end() -> None:
    ward = Ward(wanted(severity=S1))
    ward.look(0)
    ward.act(1, AlertOverridden(AlertOverride("comfort care", DOCTOR, at(1))), DOCTOR)
    ward.wanted = []
    (resolved,) = ward.look(2, active=False)
    assert isinstance(resolved, AlertResolved)
    assert resolved.resolution is Resolution.OVERRIDDEN


# ---------------------------------------------------------------- laws
SEVERITIES = st.sampled_from([S1, S2, S3, S4])
WANTED = st.builds(
    wanted,
    st.sampled_from(["dose-1", "dose-2", "dose-3"]),
    severity=SEVERITIES,
    cause=st.sampled_from(["08:00", "12:00"]),
    since=st.integers(-5, 5),
    lasting=st.booleans(),
)
ACTS = st.one_of(
    st.builds(AlertAcknowledged, st.integers(1, 90).map(at)),
    st.builds(AlertSnoozed, st.integers(1, 90).map(at), st.just("busy")),
    st.builds(
        lambda until: AlertOverridden(AlertOverride("other", DOCTOR, EIGHT, until=until)),
        st.one_of(st.none(), st.integers(1, 90).map(at)),
    ),
)
STORY = st.lists(
    st.tuples(
        st.lists(WANTED, max_size=4, unique_by=lambda one: one.key.id),
        st.integers(0, 40),
        st.booleans(),
        st.one_of(st.none(), st.tuples(st.integers(0, 5), ACTS)),
    ),
    max_size=8,
)


@given(STORY)
def test_laws_hold_whatever_is_wanted_and_done(
    story: list[tuple[list[Wanted], int, bool, tuple[int, AlertBody] | None]],
) -> None:
    ward, minute = Ward(), 0
    for asked, later, ladders, act in story:
        minute += later
        tiers = {alert.id: alert.tier for alert in ward.open}
        ward.wanted = asked
        backwards = reconcile(
            reversed(asked),
            reversed(ward.open),
            rule=rule,
            occasion=replace(ward.occasion, now=at(minute), ladders=ladders),
        )
        told = ward.look(minute, ladders=ladders)
        assert [move.body for move in backwards] == told, "the order of rules does not matter"
        keys = [alert.key for alert in ward.open]
        assert len(keys) == len(set(keys)), "one row for one key"
        assert {one.key for one in asked} <= set(keys), "what should be open is open"
        for alert in ward.open:
            assert alert.tier >= tiers.get(alert.id, 0), "nobody climbs down"
        if ladders:
            timers = [next_alert_at(alert, small_rule("LATE")) for alert in ward.open]
            late = [when for when in timers if when is not None and when <= at(minute)]
            assert late == [], "the watch need not come again at once"
        if act is not None and ward.open:
            alert = ward.open[act[0] % len(ward.open)]
            before = {one.id for one in ward.open}
            ward.open = after(
                ward.open, (Move(alert.id, act[1]),), by=NURSE, at=at(minute), encounter=STAY
            )
            assert {one.id for one in ward.open} == before, "no act of these resolves"


@pytest.mark.parametrize("minute", [5, 10, 20])
def test_a_rung_is_reached_at_its_minute_not_before(minute: int) -> None:
    ward = Ward(wanted(severity=S1))
    ward.look(0)
    ward.look(minute - 1)
    before = ward.alert.tier
    ward.look(minute)
    assert ward.alert.tier == before + 1
