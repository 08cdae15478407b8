"""Laboratory tests: tubes, rejections, reports, stops at the laboratory."""

from __future__ import annotations

import pytest

from domain.commands import Amend, NewTask
from domain.orders import OrderState, Priority
from domain.people import Role
from tests.openings import TEST, tube
from tests.story import Story, at, person, refused


def _measured(story: Story, *, critical: bool = False) -> Story:
    story.record("L4", "07:30", result="collected")
    story.record("L5", "07:35")
    story.record("L6", "07:40", result="accepted")
    story.record("L7", "07:45", result="in_house")
    story.record("L8", "08:00", result="measured", critical=critical)
    return story


@pytest.mark.rows("L1", "L9", "L10", "L11", "E14", "E15")
def test_a_blood_count_from_request_to_decision() -> None:
    story = _measured(tube())
    with refused("STEP_NOT_READY"):
        story.record("L11", "08:05")
    story.record("L9", "08:10", critical=False)
    assert story.task.state.value == "closed"
    story.record("L10", "08:20", by=Role.NURSE)
    story.record("L11", "08:30", decision="no change")
    assert (story.order.state, story.order.outcome) == (OrderState.CLOSED, "completed")


@pytest.mark.rows("V14", "LX05", "TL12", "E38", "L6b")
def test_a_haemolysed_tube_is_collected_again() -> None:
    story = tube()
    story.record("L4", "07:30", result="collected")
    story.record("L5", "07:40")
    story.record("L6", "08:00", result="rejected", reject_reason="RH", reason="haemolysed")
    old = story.task
    assert old.exit is not None
    assert old.exit.outcome == "rejected_recollect"
    assert story.due(old) == {"TL12": at("08:30")}
    new = next(one for one in story.case.tasks.values() if one.opened_code == "LX05")
    assert (new.clock_from, new.opened_by) == (old.made_at, old.id)
    assert "container" not in new.fields
    assert story.ready(new) == {"L3"}
    assert story.due(new)["TL12r"] == at("10:00")
    story.record("L6b", "08:10")
    assert story.again(old).state.value == "closed_by_exit"
    story.record("L3", "08:15", task=new, container="1234567891")
    story.record("L4", "08:20", task=new, result="collected")
    assert story.again(new).started


@pytest.mark.rows("LX03", "E22")
def test_a_failed_collection_is_tried_again() -> None:
    story = tube()
    story.record("L4", "07:30", result="failed")
    assert "L4" not in story.task.steps
    assert not story.task.started
    assert story.ready(story.task) == {"L4"}


@pytest.mark.rows("LX07", "LX13", "E38")
def test_a_lost_tube_and_a_mislabelled_one_are_collected_again() -> None:
    story = tube()
    story.record("L4", "07:30", result="collected")
    story.exit("missed", "08:30", by=Role.LABORATORY, code="LX07")
    assert {one.opened_code for one in story.case.tasks.values()} == {None, "LX07"}
    other = _measured(tube())
    other.exit("rejected_recollect", "08:05", by=Role.LABORATORY)
    assert {one.opened_code for one in other.case.tasks.values()} == {None, "LX13"}
    assert other.task.state.value == "closed_by_exit"


@pytest.mark.rows("LX10", "TL11", "TL13", "E15")
def test_a_preliminary_culture_report_is_seen_while_the_final_one_is_due() -> None:
    story = Story("test", TEST)
    story.record("L1", "07:00")
    story.record("L2", "07:05", result="verified")
    story.make(NewTask(fields={"test_class": "culture", "specimen_class": "culture"}, last=True))
    story.record("L3", "07:10", container="1234567890")
    story.record("L4", "07:30", result="collected")
    assert story.due(story.task)["TL04"] == at("09:30")
    story.record("L5", "07:35")
    story.record("L6", "08:00", result="accepted")
    story.record("L7", "08:10", result="in_house")
    assert story.due(story.task)["TL11"] == at("08:00", 1)
    assert story.due(story.task)["TL11f"] == at("08:00", 5)
    story.record("L9p", at("06:00", 1), critical=False)
    assert "TL11" not in story.due(story.task)
    assert story.due()["TL13p"] == at("18:00", 1)
    story.record("L10", at("07:00", 1))
    story.record("L11", at("07:05", 1))
    assert story.order.state.value == "in_progress"


@pytest.mark.rows("TL04", "TL02", "decision-15")
@pytest.mark.parametrize(
    ("priority", "specimen", "minutes"),
    [
        (Priority.STAT, "plasma", 30),
        (Priority.URGENT, "plasma", 60),
        (Priority.ROUTINE, "plasma", 240),
        (Priority.STAT, "blood_gas", 15),
        (Priority.ROUTINE, None, 120),
    ],
)
def test_how_long_a_tube_may_be_under_way(
    priority: Priority, specimen: str | None, minutes: int
) -> None:
    story = Story("test", TEST, priority)
    story.record("L1", "07:00")
    story.record("L2", "07:05", result="verified")
    story.make(NewTask(fields={} if specimen is None else {"specimen_class": specimen}, last=True))
    story.record("L3", "07:06", container="1234567890")
    story.record("L4", "07:30", result="collected")
    found = story.due(story.task)["TL04"] - at("07:30")
    assert found.total_seconds() // 60 == minutes


@pytest.mark.rows("L3", "E12")
def test_a_point_of_care_test_has_no_tube_to_carry() -> None:
    story = tube(point_of_care=True)
    assert story.ready(story.task) == {"L4"}
    story.record("L4", "07:30", result="collected")
    assert story.due(story.task)["TL09p"] == at("08:00")
    with refused("NOT_APPLICABLE"):
        story.record("L5", "07:31")
    story.record("L8", "07:32", result="measured", critical=False)
    story.record("L9", "07:33", critical=False)
    assert story.task.state.value == "closed"


@pytest.mark.rows("LX14", "TL15")
def test_a_tube_sent_out_is_due_when_the_other_laboratory_said() -> None:
    story = tube()
    story.record("L4", "07:30", result="collected")
    story.record("L5", "07:35")
    story.record("L6", "07:40", result="accepted")
    story.record("L7", "07:50", result="sent_out", expected_at="2026-11-26T12:00:00+00:00")
    rows = story.due(story.task)
    assert rows["TL15"] == at("12:00", 3)
    assert "TL06" not in rows


@pytest.mark.rows("E15", "LX02", "E14")
def test_a_refused_second_tube_is_acknowledged_too() -> None:
    story = Story("test", TEST)
    story.record("L1", "07:00")
    story.record("L2", "07:05", result="verified")
    story.make(NewTask(seq=1), NewTask(seq=2, last=True))
    story.record("L3", "07:10", container="1234567890")
    _measured(story)
    story.record("L9", "08:10", critical=False)
    story.record("L10", "08:15")
    story.record("L11", "08:20")
    assert story.order.state.value == "in_progress"
    second = next(one for one in story.case.tasks.values() if not one.state.terminal)
    story.exit("refused", "09:00", task=second)
    assert story.order.state.value == "in_progress", "a nurse's exit closes no order"
    assert {"L10", "L11"} <= story.ready()
    story.record("L10", "09:05")
    story.record("L11", "09:10")
    assert story.order.outcome == "completed"


@pytest.mark.rows("LX11", "V16", "E16")
def test_a_report_is_amended_while_other_work_goes_on() -> None:
    story = _measured(tube())
    verifier = person(Role.LABORATORY_VERIFIER)
    with refused("INVALID_INPUT"):
        story.entry(Amend, "08:05", actor=verifier, task=story.task.id, step="L9", reason="x")
    story.record("L9", "08:10", critical=False)
    story.entry(Amend, "08:20", actor=verifier, task=story.task.id, step="L9", reason="units")
    assert story.order.report_version == 2
    assert story.order.state.value == "in_progress"


@pytest.mark.rows("LX15", "E39")
def test_a_tube_that_cannot_be_tested_asks_the_physician() -> None:
    story = tube()
    story.record("L4", "07:30", result="collected")
    story.record("L6", "07:40", result="accepted")
    story.exit("not_available", "07:50", by=Role.LABORATORY)
    assert story.task.state.value == "closed_by_exit"
    story.answer("LX15", "enough", "08:00", task=story.task.id)
    assert story.ready() == {"L11"}
    story.record("L11", "08:10")
    assert story.order.outcome == "completed"


@pytest.mark.rows("E43", "decision-8", "decision-7")
def test_one_tube_of_three_orders_is_decided_case_by_case() -> None:
    cases = [tube() for _ in range(3)]
    for story in cases:
        story.record("L4", "07:30", result="collected")
    assert {story.task.steps["L3"].evidence["container"] for story in cases} == {"1234567890"}


@pytest.mark.rows("LX12", "E22")
def test_a_result_that_jumps_is_run_again_before_it_is_released() -> None:
    story = tube()
    for no, result in (("L4", "collected"), ("L5", None), ("L6", "accepted"), ("L7", "in_house")):
        story.record(no, "07:30", result=result)
    story.record("L8", "08:00", result="rerun", critical=False)
    with refused("STEP_NOT_READY"):
        story.record("L9", "08:01", critical=False)
    story.record("L8", "08:10", result="measured", critical=False)
    story.record("L9", "08:11", critical=False)
    assert story.task.outcome == "completed"


@pytest.mark.rows("X10", "E15")
def test_daily_bloods_are_acknowledged_day_by_day_and_closed_after_the_last() -> None:
    story = Story("test", TEST)
    story.record("L1", "07:00")
    story.record("L2", "07:00", result="verified")
    story.make(NewTask(due_at=at("08:00")), NewTask(due_at=at("08:00", 1), last=True))
    for day, task in enumerate(list(story.case.tasks.values())):
        story.record("L3", at("08:00", day), task=task, container=f"123456789{day}")
        steps = (("L4", "collected"), ("L5", None), ("L6", "accepted"), ("L7", "in_house"))
        for no, result in steps:
            story.record(no, at("08:05", day), task=task, result=result)
        story.record("L8", at("08:20", day), task=task, result="measured", critical=False)
        story.record("L9", at("08:30", day), task=task, critical=False)
        assert {"L10", "L11"} <= story.ready()
        story.record("L10", at("09:00", day))
        story.record("L11", at("09:00", day))
        assert story.order.report_version == day + 1
    assert story.order.outcome == "completed"
