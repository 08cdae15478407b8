"""One command, sent once or again: what its id promises."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from domain.errors import InvalidInput, Refused
from domain.ids import CommandId, EncounterId, OrderId
from domain.services.admitting import Admission
from domain.services.contents import content_of
from domain.services.drafting import NewOrder
from domain.services.people import Duty
from domain.services.people import Shift as Span
from domain.services.step_entry import StepEntry
from tests.shift import WARD, Shift, fake_shift, local
from tests.unit.test_services_executing import TEST

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def shift() -> Shift:
    return fake_shift()


# ---------------------------------------------------------------- sent again
def test_a_command_id_of_another_command_is_refused_and_nothing_is_lost(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    line = {"order": order, "step": "M2", "result": "verified", "command_id": "same"}
    shift.do("li.na", **line)
    for user, other in (
        ("ph.qian", {"order": order, "step": "M3", "result": "approved", "command_id": "same"}),
        ("li.na", line | {"evidence": {"comment": "another"}}),
        ("zhao.min", line),
    ):
        with pytest.raises(Refused) as refused:
            shift.do(user, **other)
        assert refused.value.code == "COMMAND_ID_USED"
        assert refused.value.field == "command_id"
    assert shift.do("li.na", **line).repeated
    assert set(shift.case(order).order.steps) == {"M1", "M2"}


def test_another_kind_of_command_under_the_same_id_is_refused(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    command = shift.new()
    shift.app.hold_order(user="dr.chen", command=command, order=order, reason="low pressure")
    again = shift.app.hold_order(
        user="dr.chen", command=command, order=order, reason="low pressure"
    )
    assert again.repeated
    with pytest.raises(Refused) as refused:
        shift.app.release_order(user="dr.chen", command=command, order=order)
    assert refused.value.code == "COMMAND_ID_USED"
    assert shift.order_state(order) == "on_hold"


def test_a_lost_tube_told_twice_because_the_answer_was_lost(shift: Shift) -> None:
    order = shift.ordered(TEST, kind="test")
    shift.do("li.na", order=order, step="L2", result="verified")
    tube = shift.tasks(order)[0].id
    shift.do("li.na", task=tube, step="L3", evidence={"container": "T-1"})
    unscanned = {"noscan_reason": "scanner down", "site": "arm"}
    shift.do("li.na", task=tube, step="L4", result="collected", evidence=unscanned)
    lost = {
        "container": "T-1",
        "exit": "missed",
        "code": "LX07",
        "reason": "fell",
        "evidence": {"incident_no": "I-1"},
        "command_id": "lost",
    }
    assert not shift.do("lab.xu", **lost).repeated
    assert shift.do("lab.xu", **lost).repeated


def test_a_shift_told_again_after_a_patient_went_home(shift: Shift) -> None:
    span = Span(WARD, local("07:00"), local("15:00"))
    nurses = {shift.stay: "li.na"}
    command = shift.new()

    def assigned() -> bool:
        return shift.app.assign_nurses(
            user="sun.li",
            command=command,
            shift=span,
            nurses=nurses,  # type: ignore[arg-type]  # a user name is text
        ).repeated

    assert not assigned()
    shift.app.discharge(user="dr.chen", command=shift.new(), encounter=shift.stay)
    assert assigned()


def test_an_admission_told_again_is_one_stay(shift: Shift) -> None:
    admission = Admission(mrn="0099", ward=WARD, bed="02", name="LIU, Y")
    command = shift.new()
    first = shift.app.admit(user="li.na", command=command, admission=admission)
    again = shift.app.admit(user="li.na", command=command, admission=admission)
    assert len(first.encounters) == 1
    assert again.repeated
    assert not again.encounters


def test_equal_content_is_equal_however_it_is_written() -> None:
    morning = local("08:00")
    assert content_of("k", "u", {"b": 1, "a": {"x", "y"}}) == content_of(
        "k", "u", {"a": {"y", "x"}, "b": 1, "c": None, "d": ()}
    )
    assert content_of("k", "u", morning) == content_of("k", "u", morning.astimezone())
    others = [
        content_of("k", "u", said)
        for said in (None, "", 1, "1", True, Decimal("1.0"), morning, morning + timedelta(1))
    ]
    assert len({*others, content_of("k", "v", 1), content_of("l", "u", 1)}) == 10
    duty = Duty("duty", "li.na")  # type: ignore[arg-type]  # a user name is text
    assert content_of("k", "u", duty) == content_of("k", "u", vars_of(duty))
    assert content_of("k", "u", [duty]) != content_of("k", "u", [duty, duty])


def vars_of(duty: Duty) -> dict[str, str]:
    return {"kind": duty.kind, "practitioner": duty.practitioner}


# ---------------------------------------------------------------- ids that callers choose
@pytest.mark.parametrize("wrong", ["ward:4A", "a b", "\ud800", "x" * 65, "", "\n", "床"])
def test_an_id_that_could_be_taken_for_another_is_named(shift: Shift, wrong: str) -> None:
    order = shift.ordered(shift.drug())
    stay = Admission(mrn="9", ward=WARD, bed="02", name="LIU, Y", encounter=EncounterId(wrong))
    new = NewOrder(shift.stay, "medication", shift.drug(), order=OrderId(wrong))
    fields = {"dose": "250 mg"}
    named = OrderId(wrong)
    asked: dict[str, Callable[[], object]] = {
        "encounter": lambda: shift.app.admit(user="li.na", command=shift.new(), admission=stay),
        "order": lambda: shift.app.draft_order(user="dr.chen", command=shift.new(), new=new),
        "new_order": lambda: shift.app.revise_order(
            user="dr.chen", command=shift.new(), order=order, fields=fields, new_order=named
        ),
        "command_id": lambda: shift.app.hold_order(
            user="dr.chen", command=CommandId(wrong), order=order, reason="x"
        ),
    }
    for field, ask in asked.items():
        with pytest.raises(InvalidInput) as refused:
            ask()
        assert refused.value.field == field
    entry = StepEntry(command=CommandId(wrong), order=order, step="M2", result="verified")
    with pytest.raises(InvalidInput) as refused:
        shift.app.record_step(user="li.na", entry=entry)
    assert refused.value.field == "command_id"
