"""Traps that other ward systems fell into, with time, doses, scores and alerts: one test for each.

Over the use cases with the shipped rules, so that a trap is met where a nurse would meet it. Their
names stand in `docs/traceability.md`.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from domain.errors import NotFound, Refused
from domain.ids import WardId
from domain.patients import Ward
from domain.people import Role
from rules.alerts.loader import load_rules
from rules.rulebook import Rules
from rules.scores.news2 import News2Inputs, news2
from tests.fakes import FakeClock
from tests.shift import OTHER_WARD, WARD, WARDS, Shift, fake_app, local, real_loops

if TYPE_CHECKING:
    from domain.ids import EncounterId, OrderId
    from domain.worklists import AlertRow

RULES = Rules(load_rules(), loops=real_loops())
LATE = frozenset({"M-05", "M-06", "M-07", "M-08", "M-09"})
NORTH = WardId("north")
BERLIN = ZoneInfo("Europe/Berlin")
WELL = {
    "respiratory_rate": 16,
    "spo2": 97,
    "supplemental_oxygen": False,
    "systolic_bp": 124,
    "pulse": 76,
    "consciousness": "A",
    "temperature": Decimal("36.8"),
}


@pytest.fixture
def shift() -> Shift:
    clock = FakeClock()
    wards = {**WARDS, NORTH: WARDS[WARD]}
    return Shift(fake_app(clock, rulebook=RULES, wards=wards), clock)


def tablet(shift: Shift, stay: EncounterId | None = None, /, **fields: object) -> OrderId:
    """A tablet, signed and verified: it only waits to be given."""
    order = shift.ordered(shift.drug(**fields), stay=stay)
    shift.verified(order)
    return order


def watched(shift: Shift) -> list[AlertRow]:
    """What is open once the watch has passed at the present instant."""
    assert shift.app.pass_due(now=shift.clock.at).failures == {}
    return list(shift.app.reads.alerts())


def late(shift: Shift, order: OrderId) -> set[str]:
    """The rules by which doses of an order are late now."""
    rows = [row for row in watched(shift) if row.alert.key.rule in LATE]
    return {row.alert.key.rule for row in rows if order in {row.alert.order, *_grouped(shift, row)}}


def _grouped(shift: Shift, row: AlertRow) -> list[OrderId]:
    """The orders of the doses that one card holds."""
    members = row.alert.evidence.get("members", "").split()
    tasks = (member.strip(",") for member in members)
    found = [shift.app.reads.order_of_task(task) for task in tasks]  # type: ignore[arg-type]  # ids as text
    return [one for one in found if one is not None]


def measured(shift: Shift, **changes: object) -> None:
    """A set of vital signs; a value of None was not taken."""
    entered = {name: value for name, value in (WELL | changes).items() if value is not None}
    said = {"user": "li.na", "command": shift.new(), "encounter": shift.stay}
    shift.app.observe_vitals(**said, entered=entered)  # type: ignore[arg-type]  # as the command line


# ---------------------------------------------------------------- doses that never turned overdue
@pytest.mark.rows("TRAP-STAT")
def test_a_stat_dose_turns_overdue(shift: Shift) -> None:
    order = tablet(shift, frequency="st", priority="STAT", order_class="STAT")
    shift.at("07:14")
    assert late(shift, order) == set()
    shift.at("07:15")
    assert late(shift, order) == {"M-05"}


@pytest.mark.rows("TRAP-LAST-DOSE")
def test_the_last_dose_of_the_day_turns_overdue(shift: Shift) -> None:
    order = tablet(shift, frequency="at 08:00,23:30", start=local("08:00").isoformat())
    shift.at("08:00")
    shift.give(shift.tasks(order)[0].id)
    assert shift.due(order)[0] == "24 23:30"
    shift.at("00:29", day=1)
    assert late(shift, order) == set()
    shift.at("00:30", day=1)
    assert late(shift, order) == {"M-07"}, "although another day has begun"


@pytest.mark.rows("TRAP-FULL-HOUR")
def test_a_dose_exactly_on_the_hour_is_due_and_is_given_on_time(shift: Shift) -> None:
    order = tablet(shift, frequency="q8h", start=local("08:00").isoformat())
    assert shift.due(order)[0] == "24 08:00"
    shift.at("08:00")
    shift.give(shift.tasks(order)[0].id)
    assert shift.states(order)[0] == "closed:completed"
    assert late(shift, order) == set()


@pytest.mark.rows("TRAP-AFTER-MIDNIGHT")
def test_a_dose_at_half_past_midnight_belongs_to_its_own_day(shift: Shift) -> None:
    order = tablet(shift, frequency="at 00:30,12:30")
    assert shift.due(order)[:2] == ["24 12:30", "25 00:30"]
    shift.at("12:20")
    shift.give(shift.tasks(order)[0].id)
    shift.at("23:59")
    assert late(shift, order) == set(), "not a day too early"
    shift.at("01:30", day=1)
    assert late(shift, order) == {"M-07"}, "nor never"


@pytest.mark.rows("TRAP-ORDERING-MINUTE")
def test_a_dose_given_in_the_minute_in_which_it_was_ordered(shift: Shift) -> None:
    order = tablet(shift, frequency="st", priority="STAT", order_class="STAT")
    shift.give(shift.tasks(order)[0].id)
    assert shift.states(order) == ["closed:completed"]
    shift.at("09:00")
    assert late(shift, order) == set()


@pytest.mark.rows("TRAP-CLOCK-CHANGE")
@pytest.mark.parametrize(("day", "due"), [("2027-03-28", "06:00"), ("2027-10-31", "07:00")])
def test_a_dose_at_eight_is_at_eight_on_the_day_the_clocks_change(
    shift: Shift, day: str, due: str
) -> None:
    made = Ward(NORTH, "Ward North", "北病区", BERLIN.key, ("01",))
    shift.app.set_ward(user="admin", command=shift.new(), ward=made)
    shift.clock.at = datetime.fromisoformat(f"{day}T00:30").replace(tzinfo=BERLIN)
    stay = shift.admit("0012345679", "01", ward=NORTH)
    order = tablet(shift, stay, frequency="at 08:00", start=shift.clock.at.isoformat())
    first = shift.tasks(order)[0].due_at
    assert first == datetime.fromisoformat(f"{day}T{due}+00:00")

    def hidden() -> list[str | None]:
        return [row.alert.evidence.get("hides") for row in watched(shift)]

    shift.clock.at = datetime.fromisoformat(f"{day}T07:59").replace(tzinfo=BERLIN)
    assert hidden() == [None], "not dispensed here, which comes before"
    shift.clock.at = datetime.fromisoformat(f"{day}T08:00").replace(tzinfo=BERLIN)
    assert hidden() == ["M-05"], "and not given either"


# ---------------------------------------------------------------- people, and what they do at once
@pytest.mark.rows("TRAP-NO-STAFF-RECORD")
def test_a_user_without_a_staff_record_is_named_and_nothing_breaks(shift: Shift) -> None:
    order = tablet(shift)
    before = shift.case(order)
    with pytest.raises(NotFound) as said:
        shift.do("nobody", order=order, step="nurse_verified", result="verified")
    assert said.value.field == "actor"
    with pytest.raises(NotFound):
        shift.app.list_alerts(user="nobody", now=shift.clock.at)
    assert shift.case(order) == before


@pytest.mark.rows("TRAP-STOPPED-BETWEEN")
def test_stopped_between_due_and_given_nothing_is_late_and_nothing_is_given(shift: Shift) -> None:
    order = tablet(shift, frequency="q8h", start=local("08:00").isoformat())
    task = shift.tasks(order)[0].id
    shift.at("08:30")
    assert "M-05" in late(shift, order)
    said = {"user": "dr.chen", "command": shift.new(), "reason": "no pain any more"}
    shift.app.discontinue_order(**said, order=order)  # type: ignore[arg-type]  # as a person says it
    with pytest.raises(Refused):
        shift.give(task)
    shift.at("11:00")
    assert late(shift, order) == set()


@pytest.mark.rows("TRAP-TRANSFER")
def test_a_patient_moved_in_the_middle_of_a_round_keeps_dose_and_alert(shift: Shift) -> None:
    order = tablet(shift, frequency="q8h", start=local("08:00").isoformat())
    shift.at("08:05")
    assert "M-05" in late(shift, order)
    said = {"user": "li.na", "command": shift.new(), "encounter": shift.stay}
    shift.app.transfer(**said, ward=OTHER_WARD, bed="02")  # type: ignore[arg-type]  # as a person says it
    (row,) = [one for one in watched(shift) if one.alert.order == order]
    assert (row.bed, row.alert.key.rule) == ("02", "M-05"), "one alert, where the patient is"
    there = shift.app.worklist(user="li.na", now=shift.clock.at, role=Role.NURSE, ward=OTHER_WARD)
    assert {one.order for one in there} == {order}


@pytest.mark.rows("TRAP-TWO-NURSES")
def test_two_nurses_give_the_same_dose_and_the_second_is_stopped(shift: Shift) -> None:
    order = tablet(shift, frequency="q8h", start=local("08:00").isoformat())
    task = shift.tasks(order)[0].id
    shift.at("08:00")
    shift.give(task, by="li.na")
    with pytest.raises(Refused):
        shift.give(task, by="zhao.min")
    (given,) = [one for one in shift.tasks(order) if "M11" in one.steps]
    assert given.steps["M11"].actor == "li.na"


# ---------------------------------------------------------------- scores
@pytest.mark.rows("TRAP-ZERO")
def test_a_pulse_of_zero_is_the_worst_value_and_alarms(shift: Shift) -> None:
    measured(shift, pulse=0)
    (row,) = [one for one in watched(shift) if one.alert.key.rule.startswith("X-NEWS")]
    assert row.alert.evidence["news2"] == "3"


@pytest.mark.rows("TRAP-MISSING-VALUE")
def test_a_set_with_a_missing_value_has_no_score_of_zero(shift: Shift) -> None:
    measured(shift, respiratory_rate=None)
    standing = shift.app.reads.risk(shift.stay)
    assert standing is not None
    assert standing.risk.news2.get("score") is None
    assert standing.risk.news2["complete"] is False


@pytest.mark.rows("TRAP-SCALE-2")
@pytest.mark.parametrize(
    ("spo2", "oxygen", "points"),
    [(93, False, 0), (97, False, 0), (93, True, 1), (97, True, 3), (88, False, 0), (83, False, 3)],
)
def test_on_scale_2_much_saturation_on_air_is_no_harm(
    spo2: int, points: int, *, oxygen: bool
) -> None:
    signs = WELL | {"spo2": spo2, "supplemental_oxygen": oxygen, "spo2_scale": 2}
    score = news2(News2Inputs(**signs, age_years=70))  # type: ignore[arg-type]  # named as its fields
    assert score.value == points + (2 if oxygen else 0)


# ---------------------------------------------------------------- alerts
@pytest.mark.rows("TRAP-ALERT-ONCE")
def test_however_often_the_watch_looks_one_late_dose_is_one_alert(shift: Shift) -> None:
    order = tablet(shift, frequency="q8h", start=local("08:00").isoformat())
    found = set()
    for clock in ("08:00", "08:00", "08:01", "08:10", "08:59"):
        shift.at(clock)
        (row,) = [one for one in watched(shift) if one.alert.order == order]
        found.add(row.alert.id)
    (alert,) = found
    trail = shift.app.reads.alert_trail(alert)
    assert [row.kind for row in trail].count("alert_raised") == 1
