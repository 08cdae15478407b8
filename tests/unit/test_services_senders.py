"""Who may send what: a person for themselves, an interface account for others."""

from __future__ import annotations

import pytest

from domain.errors import InvalidInput, NotAuthorised
from domain.records import Source
from domain.services.drafting import NewOrder
from tests.shift import Shift, fake_shift
from tests.unit.test_services_executing import given


@pytest.fixture
def shift() -> Shift:
    return fake_shift()


def test_a_machine_records_what_a_nurse_did(shift: Shift) -> None:
    order, dose = given(shift)
    shift.machine("pump-7")
    line = {"task": dose, "step": "M10", "source": "interface", "source_id": "msg-1"}
    with pytest.raises(NotAuthorised):
        shift.do("pump-7", **line, actor="admin")
    with pytest.raises(InvalidInput) as unsaid:
        shift.do("pump-7", task=dose, step="M10", actor="li.na")
    assert unsaid.value.field == "source"
    shift.do("pump-7", **line, actor="li.na")
    assert shift.tasks(order)[0].steps["M10"].actor == "li.na"


@pytest.mark.parametrize("source", ["interface", "import"])
def test_nobody_signs_as_the_physician_by_calling_it_a_machines_record(
    shift: Shift, source: str
) -> None:
    draft = shift.draft(shift.drug())
    for user, actor in (("zhao.min", "dr.chen"), ("zhao.min", None), ("dr.chen", "dr.chen")):
        with pytest.raises(NotAuthorised) as refused:
            shift.do(user, order=draft, step="M1", source=source, source_id="x", actor=actor)
        assert refused.value.field == "source"
    told = Source(source)
    with pytest.raises(NotAuthorised):
        shift.app.sign_order(
            user="dr.chen", command=shift.new(), order=draft, source=told, source_id="x"
        )
    new = NewOrder(shift.stay, "medication", shift.drug(), source=told)
    with pytest.raises(NotAuthorised):
        shift.app.draft_order(user="dr.chen", command=shift.new(), new=new)
    assert shift.order_state(draft) == "draft"


def test_the_program_itself_neither_acts_nor_witnesses(shift: Shift) -> None:
    fields = shift.drug("HEP5000", dose="5000 [iU]", route="SC", frequency="bid")
    order = shift.ordered(fields)
    shift.verified(order)
    dose = shift.tasks(order)[0].id
    shift.machine("pump-7")
    with pytest.raises(NotAuthorised) as refused:
        shift.do("system", order=order, step="M3", result="auto_passed")
    assert refused.value.field == "actor"
    for second in ("system", "pump-7"):
        with pytest.raises(NotAuthorised) as refused:
            shift.check(dose, witness=second)
        assert refused.value.field == "witness"
        override = [{"check": "right_patient", "reason": "no band", "second": second}]
        with pytest.raises(NotAuthorised) as refused:
            shift.check(dose, override=override)
        assert refused.value.field == "override.second"
