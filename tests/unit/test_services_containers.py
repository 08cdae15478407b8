"""One tube, one patient."""

from __future__ import annotations

import pytest

from domain.errors import Refused
from tests.shift import Shift, fake_shift
from tests.unit.test_services_executing import TEST


@pytest.fixture
def shift() -> Shift:
    return fake_shift()


def test_a_label_of_one_patients_tube_is_not_bound_to_another(shift: Shift) -> None:
    other = shift.admit("0099", "02")
    orders = [shift.ordered(TEST, kind="test", stay=stay) for stay in (shift.stay, other)]
    for order in orders:
        shift.do("li.na", order=order, step="L2", result="verified")
    mine, theirs = (shift.tasks(order)[0].id for order in orders)
    with pytest.raises(Refused):
        shift.do("li.na", tasks=[mine, theirs], step="L3", evidence={"container": "T-1"})
    shift.do("li.na", task=mine, step="L3", evidence={"container": "T-1"})
    with pytest.raises(Refused) as refused:
        shift.do("li.na", task=theirs, step="L3", evidence={"container": "T-1"})
    assert refused.value.code == "CONTAINER_IN_USE"
    assert refused.value.field == "evidence.container"
    assert "container" not in shift.tasks(orders[1])[0].fields
    shift.do("li.na", task=theirs, step="L3", evidence={"container": "T-2"})


def test_one_tube_serves_two_orders_of_one_patient(shift: Shift) -> None:
    fields = TEST | {"tests": ["NA"]}
    orders = [shift.ordered(said, kind="test") for said in (TEST, fields)]
    for order in orders:
        shift.do("li.na", order=order, step="L2", result="verified")
        tube = shift.tasks(order)[0].id
        shift.do("li.na", task=tube, step="L3", evidence={"container": "T-1"})
    assert {shift.tasks(order)[0].fields["container"] for order in orders} == {"T-1"}


def test_the_sample_of_a_blood_order_is_bound_to_the_order_not_to_a_unit(shift: Shift) -> None:
    fields = {
        "component": "red_cells",
        "units": 1,
        "order_volume": {"value": "200", "unit": "mL"},
        "indication": "bleeding",
        "priority": "STAT",
        "approval_level": "senior",
        "emergency": True,
    }
    order = shift.draft(fields, kind="transfusion")
    shift.do("dr.chen", order=order, step="assessed", evidence={"indication": "bleeding"})
    shift.do("dr.chen", order=order, step="ordered")
    unscanned = {"noscan_reason": "scanner down", "container": "B-1"}
    told = {"source": "retro", "reason": "bleeding, written up after"}
    shift.do("li.na", order=order, step="T6", witness="zhao.min", evidence=unscanned, **told)
    unit, sample = shift.tasks(order)[0].id, {"container": "B-1"}
    shift.do("bb.cao", task=unit, step="T7", result="accepted", evidence=sample, **told)
    assert shift.case(order).order.steps["T6"].evidence["container"] == "B-1"
    assert "container" not in shift.tasks(order)[0].fields
