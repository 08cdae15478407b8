"""A recorded step settles what it touched: its alerts and the patient's score, in one act."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from domain.alerts import Alert, AlertSeverity, Resolution
from domain.people import Role
from tests.fakes import FakeClock
from tests.shift import WARD, Shift, fake_app, local
from tests.small_rulebook import SmallRulebook

if TYPE_CHECKING:
    from datetime import datetime

    from domain.ids import OrderId, TaskId


@pytest.fixture
def shift() -> Shift:
    clock = FakeClock()
    return Shift(fake_app(clock, rulebook=SmallRulebook()), clock)


def watched(shift: Shift) -> None:
    """The watch looks at what time has changed."""
    assert shift.app.pass_due(now=shift.clock.at).failures == {}


def alerts(shift: Shift, *, open_only: bool = True) -> list[Alert]:
    """The alerts of the ward, by rule and severity."""
    return [row.alert for row in shift.app.reads.alerts(ward=WARD, open_only=open_only)]


def said(shift: Shift) -> list[tuple[str, str]]:
    return [(alert.key.rule, alert.severity.value) for alert in alerts(shift)]


def wake(shift: Shift) -> datetime | None:
    standing = shift.app.reads.risk(shift.stay)
    assert standing is not None
    return standing.wake_at


def given_unsafely(shift: Shift) -> tuple[OrderId, TaskId]:
    """A dose that was given though its band could not be read, told afterwards."""
    order = shift.ordered(shift.drug())
    shift.verified(order)
    dose = shift.tasks(order)[0].id
    shift.at("08:10")
    told = {"source": "retro", "reason": "system was down", "task": dose}
    shift.do("li.na", step="bedside_verified", scans=["P0000000001"], **told)
    amounts = {"dose": "500 mg", "amount": "500 mg"}
    shift.do("li.na", step="admin_completed", result="complete", evidence=amounts, **told)
    return order, dose


def test_an_order_that_nobody_verifies_is_told_by_the_watch_and_resolved_by_who_does_it(
    shift: Shift,
) -> None:
    order = shift.ordered(shift.drug())
    assert said(shift) == []
    assert wake(shift) == local("08:00"), "the limit of its verification"
    shift.at("08:02")
    watched(shift)
    (alert,) = alerts(shift)
    assert (alert.key.rule, alert.severity, alert.order) == ("LATE", AlertSeverity.S2, order)
    assert (alert.late_by_minutes, alert.config_hash) == (2, "rules-1")
    assert wake(shift) == local("08:17"), "the charge nurse is told next"
    shift.at("08:05")
    shift.do("li.na", order=order, step="nurse_verified", result="verified")
    shift.do("ph.qian", order=order, step="pharm_reviewed", result="approved")
    assert said(shift) == []
    (alert,) = alerts(shift, open_only=False)
    assert alert.resolution is Resolution.BY_STEP
    assert alert.resolved_by == f"command-{shift.count - 1}"


def test_the_ladder_is_climbed_by_the_watch_and_by_nobody_else(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    shift.at("08:02")
    watched(shift)
    shift.at("08:20")
    shift.do("li.na", order=order, act="incident", reason="box dropped")
    assert [alert.tier for alert in alerts(shift)] == [0]
    watched(shift)
    assert [alert.tier for alert in alerts(shift)] == [1]
    charge = shift.app.reads.alerts(ward=WARD, roles=frozenset({Role.CHARGE_NURSE}))
    assert len(charge) == 1


def test_a_refused_order_is_resolved_by_its_exit(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    shift.at("08:02")
    watched(shift)
    shift.app.cancel_order(user="dr.chen", command=shift.new(), order=order, reason="wrong drug")
    (alert,) = alerts(shift, open_only=False)
    assert alert.resolution is Resolution.BY_EXIT


def test_a_command_settles_what_it_touched_and_calls_the_watch_for_the_rest(shift: Shift) -> None:
    one, other = shift.ordered(shift.drug()), shift.ordered(shift.drug("HEP5000", route="SC"))
    shift.at("08:02")
    shift.do("li.na", order=one, act="incident", reason="box dropped")
    assert [alert.order for alert in alerts(shift)] == [one]
    assert wake(shift) == local("08:02")
    watched(shift)
    assert {alert.order for alert in alerts(shift)} == {one, other}
    assert wake(shift) == local("08:17")


def test_the_score_follows_from_the_last_event_of_the_stay(shift: Shift) -> None:
    shift.ordered(shift.drug())
    shift.at("08:02")
    watched(shift)
    standing = shift.app.reads.risk(shift.stay)
    assert standing is not None
    assert (standing.risk.score, standing.as_of) == (10, local("08:02"))
    assert [cause.cause for cause in standing.risk.causes] == ["LATE"]
    before = standing.seq
    shift.at("09:30")
    watched(shift)
    standing = shift.app.reads.risk(shift.stay)
    assert standing is not None
    assert standing.seq is not None
    assert before is not None
    assert standing.seq > before
    (alert,) = alerts(shift)
    assert alert.severity is AlertSeverity.S1, "twice its time has passed"


def test_a_fever_is_told_in_the_same_act_and_goes_with_it(shift: Shift) -> None:
    for clock, heat, expected in (("07:10", "39.5", [("HOT", "S3")]), ("07:40", "37.5", [])):
        shift.at(clock)
        entered = {"temperature": Decimal(heat)}
        shift.app.observe_vitals(
            user="li.na", command=shift.new(), encounter=shift.stay, entered=entered
        )
        assert said(shift) == expected


def test_what_happened_at_the_end_of_a_dose_outlives_it(shift: Shift) -> None:
    order, dose = given_unsafely(shift)
    assert shift.states(order)[0].startswith("closed")
    (alert,) = alerts(shift)
    assert (alert.key.rule, alert.severity, alert.task) == ("WRONG", AlertSeverity.S1, dose)
    assert alert.lasting
    shift.at("08:15")
    watched(shift)
    (alert,) = alerts(shift)
    assert alert.tier == 1, "nobody has answered for it"
    standing = shift.app.reads.risk(shift.stay)
    assert standing is not None
    assert standing.risk.score == 0, "the score is about open work"


def test_a_record_that_was_struck_takes_its_alert_along(shift: Shift) -> None:
    _, dose = given_unsafely(shift)
    shift.do("li.na", task=dose, act="entered_in_error", reason="wrong patient chosen")
    assert said(shift) == []
    (alert,) = alerts(shift, open_only=False)
    assert alert.resolution is Resolution.BY_EXIT


def test_the_end_of_the_stay_ends_its_alerts_but_for_a_signature(shift: Shift) -> None:
    given_unsafely(shift)
    shift.ordered(shift.drug())
    shift.at("09:15")
    watched(shift)
    assert sorted(said(shift)) == [("LATE", "S2"), ("WRONG", "S1")]
    shift.app.discharge(user="dr.chen", command=shift.new(), encounter=shift.stay)
    (alert,) = alerts(shift)
    assert alert.key.rule == "WRONG"
    assert alert.awaits_signature
    ended = {alert.key.rule: alert.resolution for alert in alerts(shift, open_only=False)}
    assert ended["LATE"] is Resolution.ENCOUNTER_END
    assert wake(shift) is None


def test_a_pass_that_finds_nothing_but_time_says_so_in_the_journal(shift: Shift) -> None:
    shift.ordered(shift.drug())
    object.__setattr__(shift.app.place, "rulebook", replace(SmallRulebook(), wakes=1))
    shift.at("07:20")
    entered = {"temperature": Decimal("37.0")}
    shift.app.observe_vitals(
        user="li.na", command=shift.new(), encounter=shift.stay, entered=entered
    )
    assert wake(shift) == local("07:21")
    shift.at("07:30")
    watched(shift)
    standing = shift.app.reads.risk(shift.stay)
    assert standing is not None
    assert (standing.as_of, standing.wake_at) == (local("07:30"), local("07:31"))


def test_without_rules_there_is_neither_alert_nor_score() -> None:
    clock = FakeClock()
    plain = Shift(fake_app(clock), clock)
    plain.ordered(plain.drug())
    plain.at("08:02")
    watched(plain)
    assert alerts(plain) == []
    assert plain.app.reads.risk(plain.stay) is None
