"""Laws of alerts, whatever rules want and people do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.alert_events import (
    AlertAcknowledged,
    AlertOverridden,
    AlertSnoozed,
)
from domain.alert_timers import next_alert_at
from domain.alerts import EVIDENCE_AT, AlertOverride, Wanted
from domain.reconciling import Move, after, reconcile
from tests.alerted_stay import (
    DOCTOR,
    EIGHT,
    NURSE,
    S1,
    S2,
    S3,
    S4,
    STAY,
    AlertedStay,
    at,
    rule,
    wanted,
)
from tests.small_rulebook import small_rule

if TYPE_CHECKING:
    from domain.alert_events import AlertBody


# ---------------------------------------------------------------- laws
SEVERITIES = st.sampled_from([S1, S2, S3, S4])


def late(asked: Wanted, minutes: int | None, result: int | None) -> Wanted:
    """The same with the interval that has run out, and with the newest result of a minute."""
    found = {} if result is None else {EVIDENCE_AT: at(result).isoformat()}
    begun = None if minutes is None else asked.since - timedelta(minutes=minutes)
    return replace(asked, starts_at=begun, minutes=minutes, evidence=found)


WANTED = st.builds(
    late,
    st.builds(
        wanted,
        st.sampled_from(["dose-1", "dose-2", "dose-3"]),
        severity=SEVERITIES,
        cause=st.sampled_from(["08:00", "12:00"]),
        since=st.integers(-5, 5),
        lasting=st.booleans(),
    ),
    st.one_of(st.none(), st.integers(0, 90)),
    st.one_of(st.none(), st.integers(-30, 60)),
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
    ward, minute = AlertedStay(), 0
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
            overdue = [when for when in timers if when is not None and when <= at(minute)]
            assert overdue == [], "the watch need not come again at once"
        if act is not None and ward.open:
            alert = ward.open[act[0] % len(ward.open)]
            before = {one.id for one in ward.open}
            ward.open = after(
                ward.open, (Move(alert.id, act[1]),), by=NURSE, at=at(minute), encounter=STAY
            )
            assert {one.id for one in ward.open} == before, "no act of these resolves"


@pytest.mark.parametrize("minute", [5, 10, 20])
def test_a_rung_is_reached_at_its_minute_not_before(minute: int) -> None:
    ward = AlertedStay(wanted(severity=S1))
    ward.look(0)
    ward.look(minute - 1)
    before = ward.alert.tier
    ward.look(minute)
    assert ward.alert.tier == before + 1
