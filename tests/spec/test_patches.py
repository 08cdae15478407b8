"""Patches in pairs (rule X8): each application opens its removal, and the next one looks for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

import pytest

from client.presenters.judging import facts_of, read_bedside
from domain.errors import Refused
from domain.ids import PractitionerId
from domain.loops.checks import IDENTITY_CHECKS
from domain.people import Role
from rules.checks.patches import old_patch, patch_site
from rules.loops.loader import load_loops
from tests.fakes import FakeClock
from tests.shift import ZONE, Shift, fake_app, limits_of, local

if TYPE_CHECKING:
    from domain.ids import OrderId, TaskId
    from domain.loops.loops import Loops
    from domain.services.worklists import WorkItem
    from domain.tasks import Task

PATCHES = (
    "code,name,name_zh,route,ingredients,controlled,ward_stock,worn_minutes,high_alert,skin_test"
    """
FENT25,Fentanyl patch 25 ug/h,芬太尼透皮贴剂,TD,fentanyl,true,*,4320,false,false
FENT50,Fentanyl patch 50 ug/h,芬太尼透皮贴剂,TD,fentanyl,true,*,4320,false,false
NICO21,Nicotine patch 21 mg,尼古丁透皮贴剂,TD,nicotine,false,*,960,false,false
GTN5,Glyceryl trinitrate patch 5 mg,硝酸甘油贴片,TD,glyceryl trinitrate,false,*,720,false,false
"""
)
SITE = "left upper arm"


@cache
def loops() -> Loops:
    return load_loops(checks={**IDENTITY_CHECKS, "old_patch": old_patch, "patch_site": patch_site})


@pytest.fixture
def shift() -> Shift:
    clock = FakeClock()
    found = Shift(fake_app(clock, loops=loops()), clock)
    found.app.import_catalogue(user="admin", command=found.new(), kind="drug", text=PATCHES)
    return found


def patch(shift: Shift, product: str, frequency: str, **fields: object) -> OrderId:
    plain = {"dose": "1 {patch}", "route": "TD", "frequency": frequency}
    order = shift.ordered(shift.drug(product, **plain | fields))
    shift.verified(order)
    return order


def apply(shift: Shift, task: TaskId, site: str | None = SITE, *, why: str | None = None) -> None:
    """Check the patch at the bedside and put it on."""
    shift.check(task)
    evidence = {"dose": "1 {patch}", "amount": "1 {patch}"} | ({"site": site} if site else {})
    override = [] if why is None else [{"check": "old_patch", "reason": why}]
    shift.do(
        "li.na",
        task=task,
        step="admin_completed",
        result="complete",
        evidence=evidence,
        override=override,
    )


def removals(shift: Shift, order: OrderId) -> list[Task]:
    found = [one for one in shift.case(order).tasks.values() if one.loop == "patch_removal"]
    return sorted(found, key=lambda one: one.made_at)


def take_off(shift: Shift, removal: Task, result: str = "removed", **more: object) -> None:
    evidence = {"noscan_reason": "scanner down"}
    shift.do("li.na", task=removal.id, step="P1", result=result, evidence=evidence, **more)


def clock_of(task: Task) -> str:
    assert task.due_at is not None
    return task.due_at.astimezone(ZONE).strftime("%d %H:%M")


def work(shift: Shift) -> list[WorkItem]:
    """What the nurses' list says about patches that come off."""
    found = shift.app.worklist(user="li.na", role=Role.NURSE, now=shift.clock.at)
    return [one for one in found if one.kind == "patch_removal"]


@pytest.mark.rows("X8", "P1", "TP1", "MX24")
@pytest.mark.parametrize(
    ("product", "frequency", "on", "off"),
    [
        ("FENT25", "q72h", "24 08:00", "27 08:00"),
        ("NICO21", "qd", "24 08:00", "25 00:00"),
        ("GTN5", "qd", "24 08:00", "24 20:00"),
    ],
)
def test_the_nurse_sees_when_and_where_the_patch_comes_off(
    shift: Shift, product: str, frequency: str, on: str, off: str
) -> None:
    order = patch(shift, product, frequency)
    first = shift.tasks(order)[0]
    assert clock_of(first) == on
    assert work(shift) == [], "nothing is worn yet"
    shift.at("08:20")
    apply(shift, first.id)
    (item,) = work(shift)
    assert item.due_at is not None
    assert (item.step, item.due_at.astimezone(ZONE).strftime("%d %H:%M")) == ("P1", off)
    assert SITE in item.title.text()
    assert item.deadline == item.due_at + timedelta(hours=1)
    assert shift.states(order)[0] == "closed:completed", "the dose itself is given"


@pytest.mark.rows("P1", "TP1")
def test_a_patch_that_was_forgotten_is_overdue_and_told_by_its_alert_rule(shift: Shift) -> None:
    order = patch(shift, "GTN5", "qd")
    shift.at("08:00")
    apply(shift, shift.tasks(order)[0].id)
    shift.at("21:30")
    (item,) = work(shift)
    assert (item.overdue_minutes, item.limit) == (30, "TP1")
    (shown,) = (one for one in shift.shown(order)["tasks"] if one["kind"] == "patch_removal")
    assert limits_of(shown) == ["TP1"]
    (removal,) = removals(shift, order)
    take_off(shift, removal)
    assert work(shift) == []


@pytest.mark.rows("X8", "M10", "M11")
def test_the_next_patch_asks_while_the_old_one_is_not_recorded_removed(shift: Shift) -> None:
    order = patch(shift, "NICO21", "qd")
    shift.at("08:00")
    apply(shift, shift.tasks(order)[0].id)
    shift.at("08:00", 1)
    second = shift.tasks(order)[1]
    with pytest.raises(Refused) as asked:
        apply(shift, second.id)
    assert [one.check for one in asked.value.findings if one.blocks] == ["old_patch"]
    (removal,) = removals(shift, order)
    take_off(shift, removal)
    evidence = {"dose": "1 {patch}", "amount": "1 {patch}", "site": "right hip"}
    shift.do("li.na", task=second.id, step="M13", result="complete", evidence=evidence)
    assert [clock_of(one) for one in removals(shift, order)] == ["25 00:00", "26 00:00"]
    assert removals(shift, order)[1].fields["site"] == "right hip"


@pytest.mark.rows("X8", "M11")
def test_two_patches_may_be_worn_where_somebody_says_why(shift: Shift) -> None:
    order = patch(shift, "NICO21", "qd")
    shift.at("08:00")
    first, second = shift.tasks(order)[:2]
    apply(shift, first.id)
    shift.at("08:00", 1)
    apply(shift, second.id, why="the old one fell off in the shower")
    assert len(work(shift)) == 2, "each patch comes off by itself"


@pytest.mark.rows("X8", "M11")
def test_a_changed_dose_asks_for_the_patch_of_the_order_before(shift: Shift) -> None:
    old = patch(shift, "FENT25", "q72h")
    other = patch(shift, "NICO21", "qd")
    shift.at("08:00")
    apply(shift, shift.tasks(old)[0].id)
    apply(shift, shift.tasks(other)[0].id, "left hip")
    shift.at("09:00", 1)
    shift.app.discontinue_order(user="dr.chen", command=shift.new(), order=old, reason="in pain")
    new = patch(shift, "FENT50", "q72h", first_dose_now=True)
    with pytest.raises(Refused) as asked:
        apply(shift, shift.tasks(new)[0].id)
    assert [one.check for one in asked.value.findings if one.blocks] == ["old_patch"]
    shown = read_bedside(shift.app, new, user=PractitionerId("li.na"))
    assert shown is not None
    assert {one["code"] for one in facts_of(shown).worn} == {"FENT25", "NICO21"}, "asked at once"
    take_off(shift, removals(shift, old)[0])
    evidence = {"dose": "1 {patch}", "amount": "1 {patch}", "site": SITE}
    shift.do("li.na", task=shift.tasks(new)[0].id, step="M13", result="complete", evidence=evidence)
    assert len(removals(shift, new)) == 1


@pytest.mark.rows("X8", "TP2", "M16")
def test_a_stopped_order_takes_its_patch_off_within_the_hour_and_waits_for_it(
    shift: Shift,
) -> None:
    order = patch(shift, "FENT25", "q72h")
    shift.at("08:00")
    apply(shift, shift.tasks(order)[0].id)
    shift.at("10:00")
    shift.app.discontinue_order(user="dr.chen", command=shift.new(), order=order, reason="drowsy")
    (item,) = work(shift)
    assert (item.limit, item.deadline) == ("TP2", local("11:00"))
    shift.do("li.na", order=order, step="stop_acknowledged")
    with pytest.raises(Refused, match="patch_removal"):
        shift.do("dr.chen", order=order, step="physician_confirmed")
    (removal,) = removals(shift, order)
    take_off(shift, removal)
    shift.do("li.na", task=removal.id, step="P2", witness="zhao.min")
    shift.do("dr.chen", order=order, step="physician_confirmed")
    assert shift.order_state(order) == "closed"


@pytest.mark.rows("P2", "TP3")
def test_a_used_opioid_patch_is_destroyed_before_a_second_person(shift: Shift) -> None:
    order = patch(shift, "FENT25", "q72h")
    shift.at("08:00")
    apply(shift, shift.tasks(order)[0].id)
    shift.at("08:00", 3)
    (removal,) = removals(shift, order)
    take_off(shift, removal)
    (item,) = work(shift)
    assert (item.step, item.limit) == ("P2", "TP3")
    with pytest.raises(Refused, match="second person"):
        shift.do("li.na", task=removal.id, step="P2")
    shift.do("li.na", task=removal.id, step="P2", witness="zhao.min")
    assert work(shift) == []


@pytest.mark.rows("PX01", "PX02")
def test_a_patch_may_be_lost_or_leave_with_the_patient_and_both_are_said(shift: Shift) -> None:
    order = patch(shift, "NICO21", "qd")
    shift.at("08:00")
    apply(shift, shift.tasks(order)[0].id)
    (removal,) = removals(shift, order)
    take_off(shift, removal, "not_found", reason="fell off in the night, not in the bed")
    assert shift.case(order).tasks[removal.id].outcome == "not_found"
    shift.at("08:00", 1)
    apply(shift, shift.tasks(order)[1].id)
    _, second = removals(shift, order)
    shift.do("dr.chen", task=second.id, exit="left_on", reason="goes on with it at home")
    assert shift.case(order).tasks[second.id].state.value == "closed_by_exit"


@pytest.mark.rows("X8", "M11")
def test_where_a_patch_sits_is_asked_for(shift: Shift) -> None:
    order = patch(shift, "NICO21", "qd")
    shift.at("08:00")
    with pytest.raises(Refused) as asked:
        apply(shift, shift.tasks(order)[0].id, None)
    assert [one.check for one in asked.value.findings if one.blocks] == ["patch_site"]
    tablet = shift.ordered(shift.drug())
    shift.verified(tablet)
    shift.give(shift.tasks(tablet)[0].id)
    assert removals(shift, tablet) == [], "a tablet is no patch"


@pytest.mark.rows("X3", "X8")
def test_a_patch_refused_or_never_put_on_leaves_nothing_to_take_off(shift: Shift) -> None:
    order = patch(shift, "GTN5", "qd", stop=local("15:00").isoformat())
    shift.at("08:00")
    (only,) = shift.tasks(order)
    assert datetime.fromisoformat(str(only.fields["remove_at"])) == local("15:00")
    shift.at("08:10")
    shift.do("li.na", task=only.id, exit="refused", reason="headache")
    assert removals(shift, order) == []


@pytest.mark.rows("X8", "MX24")
def test_a_patch_without_an_appointed_time_comes_off_as_long_after_as_it_is_worn(
    shift: Shift,
) -> None:
    order = patch(shift, "GTN5", "sos", order_class="SOS")
    shift.at("11:15")
    apply(shift, shift.tasks(order)[0].id)
    assert [clock_of(one) for one in removals(shift, order)] == ["24 23:15"]


@pytest.mark.rows("X8", "X6")
def test_a_patch_on_need_and_one_given_once_come_off_too(shift: Shift) -> None:
    needed = patch(shift, "GTN5", "prn", order_class="PRN_LONG", min_interval=60)
    shift.at("11:00")
    shift.do("li.na", order=needed, act="need", reason="chest pain")
    apply(shift, shift.tasks(needed)[0].id)
    assert [clock_of(one) for one in removals(shift, needed)] == ["24 23:00"]
    once = patch(
        shift,
        "NICO21",
        "st",
        order_class="STAT",
        priority="STAT",
        stop=local("18:00").isoformat(),
    )
    shift.at("11:20")
    apply(shift, shift.tasks(once)[0].id)
    assert [clock_of(one) for one in removals(shift, once)] == ["24 18:00"]
