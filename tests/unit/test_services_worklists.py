"""What is shown: worklists, the board, one order; and what the passing of time does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.errors import InvalidInput, NotFound
from domain.ids import OrderId
from domain.people import Role
from domain.services.planning import HORIZON
from domain.services.titles import title_of
from domain.services.watching import Passed, together
from domain.services.worklists import first_step
from domain.services.workplace import Changes
from tests.shift import WARD, Shift, fake_shift, limits_of, local, steps_of

KEYS = {
    "task", "order", "kind", "patient", "bed", "step", "due_at", "overdue_minutes", "priority",
    "title",
}  # fmt: skip


@pytest.fixture
def shift() -> Shift:
    return fake_shift()


# ---------------------------------------------------------------- worklists
def test_overdue_first_then_due_then_next(shift: Shift) -> None:
    late = shift.ordered(shift.drug())
    stat = shift.ordered(shift.drug(frequency="st", order_class="STAT", priority="STAT"))
    for order in (late, stat):
        shift.verified(order)
    later = shift.ordered(shift.drug("CEF1G", dose="1 g", route="IV", frequency="qd"))
    now = shift.at("09:30")
    rows = shift.app.worklist(user="li.na", now=now, ward=WARD)
    assert rows[0].order == stat, "15 minutes after the order is the oldest breach"
    assert rows[0].overdue_minutes == 135
    first = next(row for row in rows if row.order == late)
    assert (first.step, first.limit, first.overdue_minutes) == ("M10", "TM06", 90)
    assert [row.overdue_minutes > 0 for row in rows] == sorted(
        (row.overdue_minutes > 0 for row in rows), reverse=True
    )
    verify = next(row for row in rows if row.order == later and row.task is None)
    assert (verify.step, verify.overdue_minutes, verify.due_at) == ("M2", 90, None)


def test_a_row_has_exactly_its_keys_and_says_what_it_is_about(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    shift.verified(order)
    row = shift.app.worklist(user="li.na", now=shift.at("07:30"))[0].to_json()
    assert row.keys() == KEYS
    assert row["title"] == "PARA500 500 mg PO q8h"
    assert row["bed"] == "01"
    assert datetime.fromisoformat(str(row["due_at"])) == local("08:00")


def test_nearly_late_is_amber_at_80_percent(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    now = shift.at("07:47")
    (verify,) = [
        row
        for row in shift.app.worklist(user="li.na", now=now, role=Role.NURSE)
        if row.task is None
    ]
    assert not verify.amber
    now = shift.at("07:48")
    assert shift.app.worklist(user="li.na", now=now)[0].amber
    shift.verified(order)
    first, second = shift.tasks(order)[:2]
    shift.at("08:00")
    shift.give(first.id)
    rows = shift.app.worklist(user="li.na", now=local("16:47"))
    assert not next(row for row in rows if row.task == second.id).amber
    rows = shift.app.worklist(user="li.na", now=local("16:49"))
    assert next(row for row in rows if row.task == second.id).amber


def test_each_role_sees_its_own_work(shift: Shift) -> None:
    order = shift.ordered(shift.drug("CEF1G", dose="1 g", route="IV", frequency="qd"))
    now = shift.at("07:10")
    review = shift.app.worklist(user="ph.qian", now=now)
    assert [(row.order, row.step) for row in review] == [(order, "M3")]
    assert shift.app.worklist(user="porter.ma", now=now) == ()
    assert shift.app.worklist(user="sun.li", now=now), "a charge nurse is a nurse"
    assert shift.app.worklist(user="admin", now=now, role=Role.PHARMACIST) == review
    assert shift.app.worklist(user="li.na", now=now, encounter=shift.stay)
    with pytest.raises(InvalidInput):
        shift.app.worklist(user="li.na", now=now, limit=0)


def test_work_without_any_clock_comes_last(shift: Shift) -> None:
    prn = shift.drug(frequency="sos", order_class="SOS", priority="PRN")
    standby = shift.ordered(prn)
    shift.verified(standby)
    ordered = shift.ordered(shift.drug())
    shift.verified(ordered)
    rows = shift.app.worklist(user="li.na", now=shift.at("08:01"))
    assert rows[0].order == ordered
    told = shift.tasks(ordered)[0].id
    shift.do("li.na", task=told, exit="refused", reason="nausea")
    assert shift.app.worklist(user="li.na", now=shift.at("08:02"))


def test_a_row_that_waits_for_others_only_is_left_out(shift: Shift) -> None:
    shift.ordered(shift.drug())
    rows = shift.app.worklist(user="dr.chen", now=shift.at("07:10"))
    assert {row.step for row in rows} <= {"M16", "M8", "M10", "M11"}


def test_a_check_that_still_holds_is_not_offered_again(shift: Shift) -> None:
    """The dose is checked and not started: the start waits, and after five minutes the check."""
    order = shift.ordered(shift.drug())
    shift.verified(order)
    dose = shift.tasks(order)[0].id
    shift.at("08:00")
    shift.check(dose)
    waits = {
        clock: [
            (row.task, row.step)
            for row in shift.app.worklist(user="li.na", now=local(clock))
            if row.task == dose
        ]
        for clock in ("08:04", "08:06")
    }
    assert waits == {"08:04": [(dose, "M11")], "08:06": [(dose, "M11")]}
    (ready,) = (
        row for row in shift.app.reads.work(roles=frozenset({Role.NURSE})) if row.task == dose
    )
    assert {one.step for one in ready.outlook.ready} == {"M10", "M11"}
    loop = shift.app.place.loops.get("medication")
    check = replace(ready.outlook, ready=ready.outlook.ready[:1])
    nurse = frozenset({Role.NURSE})
    assert first_step(check, nurse, loop, local("08:04")) is None
    after = first_step(check, nurse, loop, local("08:06"))
    assert after is not None
    assert after.step == "M10"


def test_what_may_be_left_out_makes_no_work(shift: Shift) -> None:
    """A preliminary report is possible once the pictures are there, and nobody waits for it."""
    fields = {"exam": "CXR", "modality": "XR", "clinical_question": "infection?"}
    order = shift.ordered({**fields, "priority": "ROUTINE"}, kind="examination")
    shift.do("li.na", order=order, step="E2", result="verified")
    visit = shift.tasks(order)[0].id
    shift.do(
        "img.deng", task=visit, step="E9", result="complete", source="retro",
        reason="told by the device", evidence={"reaction": False},
    )  # fmt: skip
    mine = [
        row.step
        for row in shift.app.worklist(user="img.fang", now=shift.at("07:30"))
        if row.task == visit
    ]
    assert mine == ["E12"]


def test_a_question_of_the_pharmacist_is_on_the_physicians_worklist(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    shift.at("07:05")
    shift.do("ph.qian", order=order, step="pharm_reviewed", result="intervened")
    (asked,) = shift.app.worklist(user="dr.chen", now=shift.at("09:15"))
    row = asked.to_json()
    assert (row["order"], row["task"], row["step"]) == (order, None, "answer")
    assert row["title"] == "MX02 Pharmacist intervention: PARA500 500 mg PO q8h"
    assert (asked.limit, asked.deadline, row["overdue_minutes"]) == ("MX02", local("09:05"), 10)
    shift.do(
        "dr.chen", order=order, answer="insist", code="MX02", reason="needed", witness="ph.qian"
    )
    assert shift.app.worklist(user="dr.chen", now=shift.at("09:20")) == ()


def test_a_held_order_waits_for_its_release_on_the_physicians_worklist(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    shift.at("07:30")
    shift.do("dr.chen", order=order, act="hold", reason="vomiting")
    (held,) = shift.app.worklist(user="dr.chen", now=local("07:40", 1))
    assert (held.order, held.task, held.step, held.limit) == (order, None, "release", "TM24")
    assert held.overdue_minutes == 10
    assert held.title.text() == "PARA500 500 mg PO q8h"
    shift.do("dr.chen", order=order, act="release", reason="eats again")
    rows = shift.app.worklist(user="dr.chen", now=local("07:45", 1))
    assert "release" not in {row.step for row in rows}


def test_a_draft_is_on_the_worklist_of_its_author_only(shift: Shift) -> None:
    draft = shift.draft(shift.drug())
    now = shift.at("07:10")
    (row,) = shift.app.worklist(user="dr.chen", now=now, mine=True)
    assert (row.order, row.step, row.state) == (draft, "M1", "draft")
    for user, mine in (("dr.chen", False), ("dr.wu", True), ("li.na", True)):
        assert shift.app.worklist(user=user, now=now, mine=mine) == ()
    shift.sign(draft)
    rows = shift.app.worklist(user="dr.chen", now=now, mine=True)
    assert "M1" not in {row.step for row in rows}


def test_a_verbal_order_waits_for_every_physician_who_may_sign(shift: Shift) -> None:
    spoken = shift.draft(
        shift.drug(priority="STAT", order_class="STAT", frequency="st"), by="li.na", verbal=True
    )
    now = shift.at("07:10")
    rows = shift.app.worklist(user="dr.chen", now=now, mine=True)
    assert [(row.order, row.step, row.state) for row in rows] == [(spoken, "M1", "verbal")]
    assert shift.app.worklist(user="zhao.min", now=now, mine=True) == (), "not her patient"


def test_a_second_question_is_a_line_of_its_own(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    shift.at("07:05")
    shift.do("li.na", order=order, step="nurse_verified", result="returned")
    shift.do("ph.qian", order=order, step="pharm_reviewed", result="returned")
    rows = shift.app.worklist(user="dr.chen", now=shift.at("07:10"))
    assert [(row.step, row.title.question[0]) for row in rows] == [
        ("answer", "MX01"),
        ("answer", "MX03"),
    ]
    assert len(shift.app.worklist(user="dr.chen", now=shift.at("07:10"), limit=1)) == 1


def test_the_board_counts_open_work(shift: Shift) -> None:
    shift.ordered(shift.drug())
    (bed,) = shift.app.ward_board(user="li.na", ward=WARD, now=shift.at("07:10"))
    assert bed.bed == "01"
    assert bed.open_by_loop["medication"] >= 6


@pytest.mark.parametrize(
    ("order", "task", "text"),
    [
        ({"tests": ["K", "NA"], "specimen_type": "serum", "timing": "random"}, {},
         "K NA serum random"),
        ({"exam": "CXR", "body_part": "chest"}, {}, "CXR chest"),
        ({"component": "red_cells", "units": 2}, {}, "red_cells 2"),
        ({"product": "PRED", "dose": {"value": "40", "unit": "mg"}},
         {"dose": {"value": "20", "unit": "mg"}}, "PRED 20 mg"),
    ],
)  # fmt: skip
def test_a_title_says_what_how_much_how_and_how_often(
    order: dict[str, object], task: dict[str, object], text: str
) -> None:
    assert title_of(order, task).text() == text


# ---------------------------------------------------------------- one order
def test_an_order_is_shown_with_its_steps_its_tasks_and_what_comes_next(shift: Shift) -> None:
    order = shift.ordered(shift.drug(dose_count=2))
    shift.at("08:05")
    shift.do("li.na", order=order, step="nurse_verified", result="verified")
    shift.do("ph.qian", order=order, step="pharm_reviewed", result="approved")
    first, second = shift.tasks(order)
    shift.give(first.id)
    shift.do("li.na", task=second.id, exit="refused", reason="nausea")
    shown = shift.shown(order)
    assert shown["alerts"] == []
    assert [step["step"] for step in shown["steps"]] == ["M1", "M2", "M3"]
    assert shown["steps"][1]["late_by_minutes"] == 5
    done, refused = shown["tasks"]
    assert (done["state"], done["outcome"], done["overdue"]) == ("closed", "completed", False)
    assert steps_of(done) == ["M10", "M11", "M13"]
    steps = done["steps"]
    assert isinstance(steps, list)
    assert steps[1]["actor"] == "li.na"
    assert steps[1]["evidence"]["amount"] == {"value": "500", "unit": "mg"}
    assert refused["next"] == ["M18"]
    assert limits_of(refused) == ["TM17"]
    exits = refused["steps"]
    assert isinstance(exits, list)
    assert exits[0]["exit"] == "refused"


def test_a_late_dose_is_due_and_overdue(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    shift.do("ph.qian", order=order, step="pharm_reviewed", result="intervened")
    shift.at("10:00")
    shown = shift.shown(order)
    first, second = shown["tasks"][:2]
    assert (first["due"], first["overdue"]) == (True, True)
    assert (second["due"], second["overdue"]) == (False, False)
    head = shift.app.show_order(user="li.na", order=order, now=shift.clock.at)["order"]
    assert isinstance(head, dict)
    assert head["asks"][0]["code"] == "MX02"
    with pytest.raises(NotFound):
        shift.shown(OrderId("nothing"))


def test_a_held_order_says_why(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    shift.app.hold_order(user="dr.chen", command=shift.new(), order=order, reason="fasting")
    head = shift.app.show_order(user="li.na", order=order, now=shift.clock.at)["order"]
    assert isinstance(head, dict)
    assert (head["state"], head["on_hold"]) == ("on_hold", "fasting")


# ---------------------------------------------------------------- time
def test_x1_doses_are_made_ahead_and_never_twice(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    refused = shift.tasks(order)[-1]
    shift.verified(order)
    shift.do("li.na", task=refused.id, exit="refused", reason="goes home")
    shift.do("li.na", task=refused.id, step="prescriber_told", evidence={"told_to": "dr.chen"})
    before = len(shift.tasks(order))
    assert shift.app.one_pass(now=shift.clock.at) == Passed()
    assert len(shift.tasks(order)) == before, "the dose that was refused is not made again"
    shift.at("08:30")
    changes = shift.app.one_pass(now=shift.clock.at)
    assert changes.orders == (order,)
    assert len(shift.tasks(order)) == before + 1
    assert shift.due(order)[-1] == "26 08:00"
    assert max(task.due_at for task in shift.tasks(order) if task.due_at) <= (
        shift.clock.at.astimezone(UTC) + HORIZON
    )


def test_the_ordered_stop_is_reached_by_time_alone(shift: Shift) -> None:
    prn = {"frequency": "prn", "order_class": "PRN_LONG", "min_interval": 240, "priority": "PRN"}
    order = shift.ordered(shift.drug(**prn, stop=local("12:00").isoformat()))
    shift.at("11:59")
    shift.app.pass_due(now=shift.clock.at)
    assert shift.order_state(order) == "in_progress"
    shift.at("12:01")
    changes = shift.app.pass_due(now=shift.clock.at)
    assert order in changes.orders
    assert shift.case(order).order.stopped_by == "stop_reached"
    assert shift.order_state(order) == "voided", "nothing was given, nothing is to be confirmed"


def test_time_closes_nothing(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    shift.at("23:00", 1)
    shift.app.one_pass(now=shift.clock.at)
    assert {state.split(":")[0] for state in shift.states(order)} == {"planned"}


def test_changes_of_several_transactions_name_each_thing_once() -> None:
    one, two = OrderId("1"), OrderId("2")
    parts = [Changes(orders=(one,)), Changes(orders=(one, two))]
    assert together(parts) == Changes(orders=(one, two))
