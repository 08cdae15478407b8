"""What a person put aside comes back: twice as late, or when a new result bears on it.

Rules specification 3.1, re-fire; every rule with an interval does so in
`tests/spec/test_alert_rules.py`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from domain.alert_events import (
    AlertAcknowledged,
    AlertEscalated,
    AlertOverridden,
    AlertRaised,
    AlertReopened,
    AlertResolved,
    AlertSnoozed,
    Reopening,
)
from domain.alerts import AlertOverride, Resolution
from domain.orders import Priority
from domain.people import Role
from rules.alerts.loader import load_rules
from rules.rulebook import Rules
from tests.alerted_stay import DOCTOR, EIGHT, S1, S2, S3, AlertedStay, wanted
from tests.alerted_stay import at as minute_of_eight
from tests.fakes import FakeClock
from tests.shift import Shift, fake_app, real_loops
from tests.spec.alert_clock import Clock
from tests.spec.alert_facts import at, deadline, observed, order, stay, task
from tests.story import loops

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.alerts import Alert
    from domain.situation import Situation, Stream

RULES = Rules(load_rules(), loops=loops())


def late_dose(severity: object = S2, *, minutes: int = 30) -> AlertedStay:
    """A dose whose window of so many minutes has run out at eight."""
    dose = wanted(severity=severity)  # type: ignore[arg-type]  # a severity
    begun = EIGHT - timedelta(minutes=minutes)
    return AlertedStay(replace(dose, starts_at=begun, minutes=minutes))


# ---------------------------------------------------------------- twice as late
def test_a_nurse_who_has_seen_a_late_dose_is_told_again_when_it_is_twice_as_late() -> None:
    ward = late_dose()
    ward.look(0)
    ward.act(5, AlertAcknowledged(action_until=minute_of_eight(65)))
    assert ward.next_at() == minute_of_eight(30)
    assert ward.look(29) == []
    (opened,) = ward.look(30)
    assert isinstance(opened, AlertReopened)
    assert (opened.why, opened.tier, opened.occurrences) == (Reopening.DOUBLED, 0, 2)
    assert ward.alert.acknowledged_at is None
    assert ward.next_at() == minute_of_eight(45), "the next rung has its full time"


def test_who_answers_when_it_is_twice_as_late_already_is_left_alone() -> None:
    ward = late_dose()
    ward.look(0)
    ward.look(40)
    ward.act(41, AlertAcknowledged(action_until=minute_of_eight(101)))
    assert ward.look(100) == []
    assert ward.next_at() == minute_of_eight(101)


def test_a_limit_of_two_minutes_is_twice_as_late_after_five() -> None:
    ward = late_dose(minutes=2)
    ward.look(0)
    ward.act(1, AlertAcknowledged(action_until=minute_of_eight(61)))
    assert ward.next_at() == minute_of_eight(5)


def test_a_window_that_closed_before_its_origin_is_twice_as_late_by_its_own_length() -> None:
    dispensed = replace(wanted(), starts_at=minute_of_eight(60), minutes=40)
    ward = AlertedStay(dispensed)
    ward.look(0)
    ward.act(1, AlertAcknowledged(action_until=minute_of_eight(61)))
    assert ward.next_at() == minute_of_eight(40)


def test_what_was_put_off_comes_back_sooner_and_climbs_no_later_for_it() -> None:
    ward = late_dose(minutes=10)
    ward.look(0)
    ward.act(5, AlertSnoozed(until=minute_of_eight(20), reason="busy"))
    (opened,) = ward.look(10)
    assert isinstance(opened, AlertReopened)
    assert opened.why is Reopening.DOUBLED
    assert ward.alert.snoozed_until is None
    assert ward.look(15) == [AlertEscalated(1, (Role.CHARGE_NURSE,))], "a quarter after eight"


def test_the_watch_that_slept_over_both_tells_it_once_and_climbs() -> None:
    ward = late_dose(minutes=10)
    ward.look(0)
    ward.act(5, AlertSnoozed(until=minute_of_eight(20), reason="busy"))
    opened, climbed = ward.look(31)
    assert isinstance(opened, AlertReopened)
    assert climbed == AlertEscalated(2, (Role.CHARGE_NURSE, Role.PHYSICIAN))


def test_an_override_ends_when_it_is_twice_as_late() -> None:
    ward = late_dose(S3, minutes=60)
    ward.look(0)
    override = AlertOverride("tolerated_before", DOCTOR, minute_of_eight(1))
    ward.act(1, AlertOverridden(override), DOCTOR)
    assert ward.next_at() == minute_of_eight(60)
    ward.look(60)
    assert ward.alert.override is None
    assert ward.alert.first_overridden_at == minute_of_eight(1), "the figures keep it"


def test_what_happened_is_never_twice_as_late() -> None:
    ward = AlertedStay(wanted(severity=S1, lasting=True))
    ward.look(0)
    override = AlertOverride("inaccurate_data", DOCTOR, minute_of_eight(1))
    ward.act(1, AlertOverridden(override), DOCTOR)
    assert ward.next_at() is None


def test_what_it_hid_is_not_told_in_the_instant_in_which_it_comes_back() -> None:
    # not collected after 4 h, and let be; after 8 h the request as a whole is too late as well
    clock = Clock(RULES, stay(task("test", deadline("L-01", 240))))
    clock.run(240)
    clock.override("L-01")
    clock.run(480)
    assert clock.alert("L-04") is None
    assert clock.told("L-04", AlertRaised) == [], "it is hidden again"
    alert = clock.alert("L-01")
    assert alert is not None
    assert (alert.override, str(alert.severity)) == (None, "S3"), "as grave as what it hides"


def test_a_late_dose_of_the_ward_speaks_again_to_the_nurse_who_had_let_it_be() -> None:
    clock = FakeClock()
    shift = Shift(fake_app(clock, rulebook=Rules(load_rules(), loops=real_loops())), clock)
    order_of_eight = shift.ordered(shift.drug(frequency="at 09:00"))
    shift.verified(order_of_eight)

    def open_now(time: str) -> Alert:
        shift.at(time)
        assert shift.app.pass_due(now=clock.at).failures == {}
        (row,) = [row for row in shift.app.reads.alerts() if row.alert.key.rule == "M-05"]
        return row.alert

    late = open_now("09:10")
    shift.app.override_alert(
        user="li.na", command=shift.new(), alert=late.id, reason="alternative_unavailable"
    )
    allowed = timedelta(minutes=late.minutes or 0)
    assert allowed >= timedelta(minutes=60), "from the signature to its time"
    soon = (late.since + allowed).astimezone(clock.at.tzinfo)
    assert open_now(f"{soon - timedelta(minutes=1):%H:%M}").override is not None
    assert open_now(f"{soon + timedelta(minutes=1):%H:%M}").override is None


def test_a_dose_whose_box_never_came_is_not_said_to_be_given() -> None:
    # not given after 15 minutes; after 45 it is late that the pharmacy has not dispensed it
    give, box = deadline("M-05", 15, step="M11"), deadline("M-03", 45, step="M6")
    clock = Clock(RULES, stay(task("medication", give, box)))
    clock.run(45)
    ((minute, resolved),) = clock.told("M-05", AlertResolved)
    assert (minute, resolved.resolution) == (45, Resolution.HIDDEN)
    assert [one.key.rule for one in clock.situation.alerts] == ["M-03"]
    clock.change(stay(task("medication", give)))
    assert [at for at, _ in clock.told("M-05", AlertRaised)] == [15, 45], "the box has come"
    clock.change(stay(task("medication", key="task-2")))
    assert clock.told("M-05", AlertResolved)[-1][1].resolution is Resolution.BY_STEP


def test_what_was_let_be_stays_so_when_something_upstream_is_late_too() -> None:
    give, box = deadline("M-05", 15, step="M11"), deadline("M-03", 20, step="M6")
    clock = Clock(RULES, stay(task("medication", give, box, priority=Priority.STAT)))
    clock.run(16)
    clock.override("M-05")
    clock.run(21)
    let_be, late = clock.alert("M-05"), clock.alert("M-03")
    assert let_be is not None
    assert let_be.override is not None
    assert late is not None
    assert str(late.severity) == "S2", "no graver for a dose that two have let be"
    assert "hides" not in late.evidence
    clock.run(30)
    late = clock.alert("M-03")
    assert late is not None
    assert (str(late.severity), clock.alert("M-05")) == ("S1", None), (
        "twice as late it counts again"
    )


def test_another_dose_of_the_order_ends_by_its_own_step() -> None:
    box = deadline("M-03", 45, step="M6")
    given = deadline("M-05", 15, step="M11", stream="task-2")
    clock = Clock(RULES, stay(task("medication", box), task("medication", given, key="task-2")))
    clock.run(46)
    clock.change(stay(task("medication", box, deadline("M-05", 46, step="M11"))))
    ((_, resolved),) = clock.told("M-05", AlertResolved)
    assert resolved.resolution is Resolution.BY_STEP


# ---------------------------------------------------------------- a new result
def critical(item: str, value: str) -> Stream:
    """A critical value that the laboratory told ten minutes ago and nobody has acted on."""
    return task(
        "critical_value",
        deadline("L-09", 30, step="C7"),
        fields={"critical_item": item, "critical_value": value, "critical_limit": "> 6.2"},
    )


def results(*sets: tuple[float, Mapping[str, str]], item: str = "K") -> Situation:
    return stay(critical(item, "6.9"), clinical=observed(*sets))


def put_aside(by: str) -> Clock:
    """Potassium of 6.9, told in the 30th minute; the physician puts it aside."""
    clock = Clock(RULES, results((-1, {"potassium": "6.9"})))
    clock.run(31)
    getattr(clock, by)("L-09")
    return clock


def critical_alert(clock: Clock) -> Alert:
    found = clock.alert("L-09")
    assert found is not None
    return found


@pytest.mark.parametrize("by", ["acknowledge", "override"])
def test_a_new_potassium_brings_back_the_critical_one_at_once(by: str) -> None:
    clock = put_aside(by)
    assert critical_alert(clock).evidence["evidence"] == "potassium 6.9 mmol/L"
    clock.run(35)
    clock.change(results((-1, {"potassium": "6.9"}), (34, {"potassium": "7.3"})))
    back = critical_alert(clock)
    assert back.quiet_since is None, "the physician is told anew"
    assert back.evidence["evidence"] == "potassium 7.3 mmol/L"
    assert (back.occurrences, back.tier) == (2, 0)
    clock.run(39)
    assert critical_alert(clock).tier == 0, "the next rung has its full five minutes"
    clock.run(40)
    assert critical_alert(clock).tier == 1


def test_another_result_leaves_it_where_it_is() -> None:
    clock = put_aside("override")
    clock.change(results((-1, {"potassium": "6.9"}), (34, {"creatinine": "180"})))
    assert critical_alert(clock).override is not None
    assert critical_alert(clock).occurrences == 1


def test_a_corrected_result_is_another_one_and_a_result_that_is_taken_back_is_none() -> None:
    clock = put_aside("override")
    clock.change(results((-1, {"potassium": "7.9"})))
    assert critical_alert(clock).override is None, "not what the physician let be"
    clock.override("L-09")
    clock.change(results((-9, {"potassium": "4.1"})))
    assert critical_alert(clock).override is not None, "the newest was struck; nothing is new"
    clock.change(stay(critical("K", "6.9")))
    assert critical_alert(clock).override is not None


def test_nobody_is_told_twice_who_has_not_put_it_aside() -> None:
    clock = Clock(RULES, results((-1, {"potassium": "6.9"})))
    clock.run(31)
    clock.change(results((-1, {"potassium": "6.9"}), (30.5, {"potassium": "7.0"})))
    clock.run(35)
    alert = critical_alert(clock)
    assert alert.tier == 1, "it climbs from when it was raised"
    assert alert.occurrences == 2


def test_an_item_without_a_value_has_no_evidence() -> None:
    clock = Clock(RULES, results((-1, {"potassium": "6.9"}), item="TROP"))
    clock.run(31)
    assert "evidence" not in critical_alert(clock).evidence


@pytest.mark.parametrize(
    ("open_work", "rule", "name"),
    [
        (order("transfusion", deadline("T-15", 30)), "T-15", "haemoglobin"),
        (task("examination", deadline("E-02", 30)), "E-02", "creatinine"),
    ],
)
def test_other_rules_that_rest_on_results(open_work: Stream, rule: str, name: str) -> None:
    clock = Clock(RULES, stay(open_work))
    clock.run(30)
    clock.acknowledge(rule)
    value = "71" if name == "haemoglobin" else "190"
    clock.run(40)
    clock.change(stay(open_work, clinical=observed((39, {name: value}))))
    alert = clock.alert(rule)
    assert alert is not None
    assert alert.acknowledged_at is None
    assert alert.evidence["evidence"].startswith(f"{name} {value}")


def test_a_fourth_unread_report_is_told_to_who_had_seen_three() -> None:
    def unread(*minutes: float) -> Situation:
        return stay(
            *(
                order("test", deadline("L-12", one, step="L10", stream=key), key=key)
                for one, key in zip(minutes, "abcd", strict=False)
            )
        )

    clock = Clock(RULES, unread(60, 61, 62))
    clock.run(63)
    clock.acknowledge("L-12")
    clock.change(unread(60, 61, 62, 70))
    clock.run(69)
    seen = clock.alert("L-12")
    assert seen is not None
    assert seen.acknowledged_at == at(63)
    clock.run(70)
    told = clock.alert("L-12")
    assert told is not None
    assert told.acknowledged_at is None
    assert told.evidence["count"] == "4"
