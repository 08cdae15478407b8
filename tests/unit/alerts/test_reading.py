"""What a nurse or doctor reads of alerts and scores, and what stands where there are none."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from domain.errors import NotFound
from domain.ids import EncounterId
from rules.alerts.loader import load_rules
from rules.knowledge.loading import load_knowledge
from rules.knowledge.result_limits import result_limits
from rules.rulebook import Rules
from tests.fakes import FakeClock
from tests.shift import WARD, Shift, fake_app, local, real_loops
from tests.small_rulebook import SmallRulebook

if TYPE_CHECKING:
    from domain.alerts import Alert
    from domain.ports import Rulebook


def on_the_ward(rulebook: Rulebook | None) -> Shift:
    clock = FakeClock(at=local("07:00"))
    return Shift(fake_app(clock, rulebook=rulebook), clock)


@pytest.fixture
def shift() -> Shift:
    return on_the_ward(SmallRulebook())


def late(shift: Shift) -> Alert:
    """A STAT order that no nurse has verified by 07:06."""
    shift.ordered(shift.drug(frequency="st", order_class="STAT", priority="STAT"))
    now = shift.at("07:06")
    shift.app.one_pass(now=now)
    rows = shift.app.list_alerts(user="li.na", now=now, ward=WARD)
    return next(one.alert for one in rows if one.alert.step == "M2")


def quiet(shift: Shift, clock: str, alert: Alert) -> str:
    """Why the list says that nobody is told of it at a time."""
    (row,) = (
        one
        for one in shift.app.list_alerts(user="li.na", now=shift.at(clock), encounter=shift.stay)
        if one.alert.id == alert.id
    )
    return row.quiet


def test_the_list_says_why_nobody_is_told_just_now(shift: Shift) -> None:
    alert = late(shift)
    assert quiet(shift, "07:06", alert) == ""
    shift.app.snooze_alert(
        user="li.na", command=shift.new(), alert=alert.id, minutes=2, reason="waiting_for_person"
    )
    assert quiet(shift, "07:07", alert) == "snoozed"
    assert quiet(shift, "07:08", alert) == "", "the two minutes are over"
    shift.app.acknowledge_alert(user="li.na", command=shift.new(), alert=alert.id)
    assert quiet(shift, "07:08", alert) == "acknowledged"
    shift.app.override_alert(
        user="li.na",
        command=shift.new(),
        alert=alert.id,
        reason="comfort_care",
        second="ph.qian",
    )
    assert quiet(shift, "07:09", alert) == "overridden"


def test_an_alert_is_shown_with_its_rule_and_what_was_done_about_it(shift: Shift) -> None:
    alert = late(shift)
    shift.app.acknowledge_alert(user="li.na", command=shift.new(), alert=alert.id)
    shown = shift.app.show_alert(user="dr.chen", alert=alert.id)
    assert shown.alert.acknowledged_by == "li.na"
    assert shown.rule is not None
    assert shown.rule.id == "LATE"
    kinds = [row.kind for row in shown.trail]
    assert kinds[0] == "alert_raised"
    assert kinds[-1] == "alert_acknowledged"
    with pytest.raises(NotFound, match="alerts list"):
        shift.app.show_alert(user="dr.chen", alert="nothing")


def test_an_order_is_shown_with_its_own_alerts(shift: Shift) -> None:
    alert = late(shift)
    assert alert.order is not None
    (told, *_) = shift.shown(alert.order)["alerts"]
    assert (told["rule"], told["severity"], told["step"]) == ("LATE", "S2", "M2")
    assert told["resolved_at"] is None
    other = shift.ordered(shift.drug())
    assert shift.shown(other)["alerts"] == []


def test_the_score_of_a_stay_and_of_a_ward_name_their_causes(shift: Shift) -> None:
    late(shift)
    now = shift.at("07:06")
    standing = shift.app.show_risk(user="dr.chen", encounter=shift.stay, now=now)
    assert standing.risk.score == 10
    assert [cause.cause for cause in standing.risk.causes] == ["LATE"]
    ward = shift.app.ward_risks(user="dr.chen", ward=WARD, now=now)
    assert ward[shift.stay].risk == standing.risk
    with pytest.raises(NotFound, match="encounter"):
        shift.app.show_risk(user="dr.chen", encounter=EncounterId("nobody"), now=now)


def test_a_program_without_rules_has_no_alerts_and_no_scores() -> None:
    shift = on_the_ward(None)
    shift.ordered(shift.drug(frequency="st", order_class="STAT", priority="STAT"))
    now = shift.at("09:00")
    assert shift.app.list_alerts(user="li.na", now=now, ward=WARD, frozen=True) == ()
    assert shift.app.ward_risks(user="dr.chen", ward=WARD, now=now) == {}
    with pytest.raises(NotFound, match="rules"):
        shift.app.show_risk(user="dr.chen", encounter=shift.stay, now=now)
    at = shift.app.next_instant(now=now)
    assert at is None or at > now


def test_alerts_that_nobody_answered_have_no_time_of_answer(shift: Shift) -> None:
    late(shift)
    start, end = local("07:00"), local("07:06") + timedelta(minutes=1)
    found = shift.app.alert_metrics(user="dr.chen", since=start, until=end, ward=WARD)
    assert (found.whole.acknowledged, found.whole.ack_median) == (0, None)


@pytest.mark.parametrize("name", ["potassium", "weather"])
def test_only_what_can_be_critical_has_critical_limits(name: str) -> None:
    found = result_limits(load_knowledge)(name, date(2026, 11, 24))
    assert (found is not None) is (name == "potassium")


# ---------------------------------------------------------------- with the shipped rules
@pytest.fixture
def round_of_eight() -> Shift:
    """Two tablets of nine o'clock, the second of their orders, not given by half past ten."""
    shift = on_the_ward(Rules(load_rules(), loops=real_loops()))
    orders = [shift.ordered(shift.drug(frequency="at 08:00,09:00")) for _ in range(2)]
    for order in orders:
        shift.verified(order)
    shift.at("08:00")
    for order in orders:
        shift.give(shift.tasks(order)[0].id)
    shift.at("10:30")
    shift.app.pass_due(now=shift.clock.at)
    return shift


def test_a_card_names_what_it_is_about(round_of_eight: Shift) -> None:
    now = round_of_eight.clock.at
    rows = round_of_eight.app.list_alerts(user="li.na", now=now)
    (card,) = [one for one in rows if one.alert.key.rule == "M-07"]
    assert card.alert.order is None
    assert [fields["product"] for fields in card.members] == ["PARA500", "PARA500"]


def test_the_pharmacists_queue_is_what_nobody_of_them_has_reviewed(round_of_eight: Shift) -> None:
    app, now = round_of_eight.app, round_of_eight.clock.at

    def queue() -> set[str]:
        return {one.alert.id for one in app.list_alerts(user="ph.qian", now=now, review=True)}

    every = {one.alert.id: one.alert for one in app.list_alerts(user="ph.qian", now=now)}
    waiting = queue()
    assert {every[one].key.rule for one in waiting} >= {"M-07"}
    (card,) = [one for one in waiting if every[one].key.rule == "M-07"]
    app.review_alert(user="ph.qian", command=round_of_eight.new(), alert=card, verdict="accepted")
    assert queue() == waiting - {card}
    assert card in {one.alert.id for one in app.list_alerts(user="ph.qian", now=now)}
