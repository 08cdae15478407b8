"""Steps recorded at the bedside, in the pharmacy and in the laboratory, on a ward in memory."""

from __future__ import annotations

import pytest

from domain.barcodes import wristband
from domain.errors import InvalidInput, NotAuthorised, NotFound, Refused
from domain.ids import OrderId, TaskId
from tests.shift import Shift, fake_shift

STAT = {"frequency": "st", "order_class": "STAT", "priority": "STAT"}
TEST = {"tests": ["K"], "specimen_type": "serum", "timing": "random", "priority": "URGENT"}


@pytest.fixture
def shift() -> Shift:
    return fake_shift()


def given(shift: Shift, **fields: object) -> tuple[OrderId, TaskId]:
    """A drug order that nurse and pharmacist have passed, and its first dose."""
    order = shift.ordered(shift.drug(**fields))
    shift.verified(order)
    return order, shift.tasks(order)[0].id


# ---------------------------------------------------------------- from order to confirmed
def test_a_dose_from_the_order_to_the_physicians_confirmation(shift: Shift) -> None:
    order, dose = given(shift, dose_count=1)
    shift.at("08:05")
    shift.do(
        "li.na", task=dose, step="bedside_verified", scans=[wristband("0012345678", 1)],
        evidence={"noscan_reason": "loose tablet"},
    )  # fmt: skip
    amounts = {"dose": "500 mg", "amount": "500 mg"}
    shift.do("li.na", task=dose, step="admin_started", result="complete", evidence=amounts)
    assert shift.states(order) == ["closed:completed"]
    shift.do("dr.chen", order=order, step="physician_confirmed")
    assert shift.order_state(order) == "closed"


def test_a_wristband_of_somebody_else_stops_the_dose(shift: Shift) -> None:
    order, dose = given(shift)
    with pytest.raises(Refused) as refused:
        shift.do(
            "li.na",
            task=dose,
            step="bedside_verified",
            scans=[wristband("0099999999", 1)],
            override=[{"check": "right_patient", "reason": "in a hurry", "second": "zhao.min"}],
        )
    assert refused.value.findings[0].check == "right_patient"
    assert shift.states(order)[0] == "planned"


def test_an_unscanned_drug_needs_a_reason_that_stands_in_the_record(shift: Shift) -> None:
    order, dose = given(shift)
    with pytest.raises(Refused):
        shift.do("li.na", task=dose, step="bedside_verified")
    shift.do(
        "li.na",
        task=dose,
        step="bedside_verified",
        override=[
            {"check": "right_patient", "reason": "no band", "second": "zhao.min"},
            {"check": "right_item", "reason": "label torn"},
        ],
    )
    assert "M10" in shift.tasks(order)[0].steps


def test_a_step_that_is_not_ready_is_refused_live(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    with pytest.raises(Refused) as refused:
        shift.check(shift.tasks(order)[0].id)
    assert refused.value.code == "STEP_NOT_READY"


def test_the_same_command_twice_is_one_record(shift: Shift) -> None:
    order, dose = given(shift)
    first = shift.check(dose, command_id="scan-1")
    again = shift.check(dose, command_id="scan-1")
    assert first.tasks == (dose,)
    assert again.tasks == ()
    assert shift.tasks(order)[0].steps["M10"].count == 1


def test_high_alert_needs_another_nurse(shift: Shift) -> None:
    fields = shift.drug("HEP5000", dose="5000 [iU]", route="SC", frequency="bid")
    order = shift.ordered(fields)
    shift.verified(order)
    dose = shift.tasks(order)[0].id
    for witness, code in (({}, "WITNESS_MISSING"), ({"witness": "li.na"}, "WITNESS_IS_ACTOR")):
        with pytest.raises(Refused) as refused:
            shift.check(dose, **witness)
        assert refused.value.code == code
    with pytest.raises(NotFound) as unknown:
        shift.check(dose, witness="nobody")
    assert unknown.value.field == "witness"
    with pytest.raises(NotAuthorised):
        shift.check(dose, witness="porter.ma")
    shift.check(dose, witness="zhao.min")
    assert shift.tasks(order)[0].steps["M10"].witness == "zhao.min"


def test_a_step_of_the_order_may_be_named_by_a_task(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    dose = shift.tasks(order)[0].id
    shift.do("li.na", task=dose, order=order, step="M2", result="verified")
    assert "M2" in shift.case(order).order.steps


def test_signing_by_step_makes_the_doses_too(shift: Shift) -> None:
    order = shift.draft(shift.drug())
    shift.do("dr.chen", order=order, step="prescribed")
    assert len(shift.due(order)) == 6


# ---------------------------------------------------------------- exits, answers, holds
def test_a_refused_dose_waits_until_the_prescriber_is_told(shift: Shift) -> None:
    order, dose = given(shift)
    shift.do("li.na", task=dose, exit="refused", reason="nausea")
    assert shift.states(order)[0] == "planned", "the prescriber is still to be told"
    shift.do("li.na", task=dose, step="prescriber_told", evidence={"told_to": "dr.chen"})
    assert shift.states(order)[0] == "closed_by_exit:refused"


def test_an_exit_by_its_code_alone(shift: Shift) -> None:
    order, dose = given(shift)
    shift.do("li.na", task=dose, code="MX08", reason="blood pressure 85/50")
    assert shift.tasks(order)[0].exit is not None


def test_the_pharmacist_intervenes_and_the_physician_answers(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    shift.do("ph.qian", order=order, step="pharm_reviewed", result="intervened")
    with pytest.raises(Refused) as alone:
        shift.do("dr.chen", order=order, answer="insist", code="MX02", reason="needed")
    assert alone.value.code == "WITNESS_MISSING"
    shift.do(
        "dr.chen", order=order, answer="insist", code="MX02", reason="needed", witness="ph.qian"
    )
    assert shift.case(order).order.asks == {}


def test_a_task_is_held_and_released(shift: Shift) -> None:
    order, dose = given(shift)
    until = shift.at("07:30").isoformat()
    shift.at("07:05")
    shift.do("dr.chen", task=dose, act="hold", reason="to theatre", until=until)
    assert shift.states(order)[:2] == ["on_hold", "planned"]
    shift.do("dr.chen", task=dose, act="release")
    assert shift.states(order)[0] == "planned"


# ---------------------------------------------------------------- repairs
def test_a_wrong_time_is_corrected_and_the_old_record_stays(shift: Shift) -> None:
    order, dose = given(shift)
    shift.at("08:05")
    shift.check(dose)
    seen = shift.tasks(order)[0].steps["M10"]
    shift.at("08:10")
    true = shift.at("08:02").isoformat()
    shift.at("08:10")
    with pytest.raises(Refused) as stale:
        shift.do(
            "li.na", task=dose, act="correct", step="M10", at=true, reason="typed", corrects=99
        )
    assert stale.value.code == "CORRECTED_MEANWHILE"
    shift.do(
        "li.na", task=dose, act="correct", step="M10", at=true, reason="typed", corrects=seen.seq
    )
    assert shift.tasks(order)[0].steps["M10"].at.isoformat() == true
    rows = [row for row in shift.shown(order)["tasks"] if row["id"] == dose]
    steps = rows[0]["steps"]
    assert isinstance(steps, list)
    assert [step["corrects"] for step in steps] == [None, seen.seq]


def test_a_correction_of_an_order_step_and_of_one_that_is_unknown(shift: Shift) -> None:
    order = shift.ordered(shift.drug())
    shift.do("li.na", order=order, step="M2", result="verified")
    seen = shift.case(order).order.steps["M2"].seq
    shift.do(
        "li.na", order=order, act="correct", step="M2", reason="read back", corrects=seen,
        evidence={"read_back": True},
    )  # fmt: skip
    assert shift.case(order).order.steps["M2"].evidence["read_back"] is True
    with pytest.raises(Refused):
        shift.do("li.na", order=order, act="correct", step="X9", reason="?", corrects=1)
    with pytest.raises(InvalidInput):
        shift.do("li.na", order=order, act="correct", step="X9", reason="?")


def test_entered_in_error_and_an_incident(shift: Shift) -> None:
    order, dose = given(shift)
    shift.give(dose)
    shift.do("li.na", task=dose, act="entered_in_error", reason="wrong patient chosen")
    assert shift.states(order)[0].startswith("entered_in_error")
    assert shift.do("porter.ma", order=order, act="incident", reason="box dropped").orders


def test_a_reaction_after_the_dose_opens_its_own_loop(shift: Shift) -> None:
    order, dose = given(shift)
    shift.give(dose)
    shift.at("10:00")
    shift.do("li.na", task=dose, act="open_child", code="MX11")
    children = [task for task in shift.case(order).tasks.values() if task.parent == dose]
    assert [child.loop for child in children] == ["adverse_reaction"]
    step = {"signs": "rash", "severity": "mild"}
    shift.do("li.na", task=children[0].id, step="recognised", result="by_staff", evidence=step)
    assert "A1" in shift.case(order).tasks[children[0].id].steps


def test_an_amended_report_reopens_what_was_read(shift: Shift) -> None:
    order = shift.ordered(TEST, kind="test")
    tube = reported(shift, order)
    shift.do("dr.chen", order=order, step="report_viewed")
    shift.do("dr.chen", order=order, step="physician_confirmed", evidence={"decision": "none"})
    assert shift.order_state(order) == "closed"
    shift.do(
        "lab.gao", task=tube, act="amend", step="report_verified", reason="unit",
        evidence={"critical": False},
    )  # fmt: skip
    assert shift.order_state(order) == "in_progress"


def reported(shift: Shift, order: OrderId) -> TaskId:
    """A tube from the ward to the verified report."""
    tube = shift.tasks(order)[0].id
    shift.do("li.na", order=order, step="nurse_verified", result="verified")
    unscanned = {"noscan_reason": "scanner down"}
    shift.do("li.na", task=tube, step="label_printed", evidence={"container": "C100"})
    shift.do("li.na", task=tube, step="collected", result="collected", evidence=unscanned)
    shift.do("porter.ma", task=tube, step="dispatched", evidence=unscanned)
    shift.do("lab.xu", task=tube, step="received", result="accepted", evidence=unscanned)
    shift.do("lab.xu", task=tube, step="testing", result="in_house")
    values = {"critical": False}
    shift.do("lab.xu", task=tube, step="result_entered", result="measured", evidence=values)
    shift.do("lab.gao", task=tube, step="report_verified", evidence=values)
    return tube


# ---------------------------------------------------------------- many at once
def test_a_dispensing_run_for_two_patients_is_all_or_nothing(shift: Shift) -> None:
    other = shift.admit("0099", "02")
    plan = shift.drug("CEF1G", dose="1 g", route="IV", frequency="qd")
    orders = [shift.ordered(plan), shift.ordered(plan, stay=other)]
    shift.verified(orders[0])
    doses = [shift.tasks(order)[0].id for order in orders]
    evidence = {"noscan_reason": "hand picked"}
    with pytest.raises(Refused) as refused:
        shift.do("tech.tang", tasks=doses, step="prepared", evidence=evidence)
    assert f"task {doses[1]}" in refused.value.__notes__
    assert [shift.states(order)[0] for order in orders] == ["planned", "planned"]
    shift.verified(orders[1])
    changes = shift.do("tech.tang", tasks=doses, step="prepared", evidence=evidence)
    assert set(changes.tasks) == set(doses)
    assert set(changes.encounters) == {shift.stay, other}


def test_a_tube_for_two_orders_is_recorded_once_by_its_container(shift: Shift) -> None:
    orders = [shift.ordered(TEST, kind="test"), shift.ordered(TEST, kind="test")]
    tubes = [shift.tasks(order)[0].id for order in orders]
    for order in orders:
        shift.do("li.na", order=order, step="nurse_verified", result="verified")
    shift.do("li.na", tasks=tubes, step="label_printed", evidence={"container": "C100"})
    unscanned = {"noscan_reason": "scanner down"}
    shift.do("li.na", container="C100", step="collected", result="collected", evidence=unscanned)
    assert [shift.states(order) for order in orders] == [["in_progress"], ["in_progress"]]
    with pytest.raises(NotFound) as unknown:
        shift.do("li.na", container="C999", step="collected", result="collected")
    assert unknown.value.field == "container"


def test_v14_a_haemolysed_tube_is_rejected_and_taken_again(shift: Shift) -> None:
    order = shift.ordered(TEST, kind="test")
    (tube,) = shift.tasks(order)
    unscanned = {"noscan_reason": "scanner down"}
    shift.do("li.na", order=order, step="nurse_verified", result="verified")
    shift.do("li.na", task=tube.id, step="label_printed", evidence={"container": "C100"})
    shift.do("li.na", task=tube.id, step="collected", result="collected", evidence=unscanned)
    shift.at("08:00")
    shift.do("porter.ma", task=tube.id, step="dispatched", evidence=unscanned)
    shift.do(
        "lab.xu", task=tube.id, step="received", result="rejected", reason="haemolysed",
        evidence=unscanned | {"reject_reason": "RH"},
    )  # fmt: skip
    states = shift.states(order)
    assert len(states) == 2, "a new tube is there at once"
    again = next(task for task in shift.tasks(order) if task.id != tube.id)
    assert "container" not in again.fields
    shift.do("li.na", task=tube.id, step="rejection_acknowledged")
    assert "closed_by_exit:rejected_recollect" in shift.states(order)


def test_v17_stopped_while_the_infusion_runs(shift: Shift) -> None:
    fields = shift.drug("NACL", dose="500 mL", route="IV", rate="100 mL/h", frequency="q12h")
    order = shift.ordered(fields)
    shift.verified(order)
    bag = shift.tasks(order)[0].id
    shift.at("08:00")
    shift.check(bag)
    evidence = {"dose": "500 mL", "rate": "100 mL/h"}
    shift.do("li.na", task=bag, step="admin_started", evidence=evidence)
    shift.at("09:00")
    shift.app.discontinue_order(user="dr.chen", command=shift.new(), order=order, reason="overload")
    assert set(shift.states(order)[1:]) == {"voided:discontinued"}
    assert shift.states(order)[0] == "in_progress"
    shift.do(
        "li.na", task=bag, step="admin_completed", result="partial", reason="stopped",
        evidence={"amount": "100 mL"},
    )  # fmt: skip
    assert shift.states(order)[0] == "closed_by_exit:completed_partial"
    with pytest.raises(Refused):
        shift.do("dr.chen", order=order, step="physician_confirmed")
    shift.do("li.na", order=order, step="stop_acknowledged")
    shift.do("dr.chen", order=order, step="physician_confirmed")
    assert shift.order_state(order) == "closed"


# ---------------------------------------------------------------- persons
def test_who_records_is_who_is_signed_in(shift: Shift) -> None:
    order, dose = given(shift)
    with pytest.raises(NotAuthorised):
        shift.check(dose, actor="zhao.min")
    with pytest.raises(NotFound) as unknown:
        shift.check(dose, by="nobody")
    assert unknown.value.field == "actor"
    with pytest.raises(InvalidInput):
        shift.check(dose, by="")
    with pytest.raises(NotAuthorised):
        shift.check(dose, by="admin")
    shift.app.disable_user(user="admin", command=shift.new(), name="li.na")
    with pytest.raises(Refused) as disabled:
        shift.check(dose)
    assert disabled.value.code == "USER_DISABLED"
    assert shift.states(order)[0] == "planned"


def test_what_is_named_must_exist_and_fit(shift: Shift) -> None:
    order, dose = given(shift)
    other = shift.ordered(shift.drug())
    with pytest.raises(NotFound):
        shift.do("li.na", task="nothing", step="M10")
    with pytest.raises(NotFound):
        shift.do("li.na", order="nothing", step="M2", result="verified")
    with pytest.raises(InvalidInput) as wrong:
        shift.do("li.na", task=dose, order=other, step="M10")
    assert wrong.value.field == "order"
    with pytest.raises(InvalidInput) as unknown:
        shift.do("li.na", task=dose, step="anaesthetised")
    assert unknown.value.field == "step"
    with pytest.raises(InvalidInput):
        shift.do("li.na", order=order, exit="refused", reason="x")
