"""One tube, one unit, one label: one patient."""

from __future__ import annotations

import pytest

from domain.barcodes import dose_label, specimen_label
from domain.errors import Refused
from domain.ids import EncounterId, PractitionerId, TaskId
from domain.people import Practitioner, Role
from tests.shift import Shift, fake_shift
from tests.unit.test_services_executing import TEST

BLOOD = {
    "component": "red_cells",
    "units": 1,
    "order_volume": {"value": "200", "unit": "mL"},
    "indication": "bleeding",
    "priority": "STAT",
    "approval_level": "senior",
    "emergency": True,
}
DIN = "W000026123456"
XRAY = {"exam": "CXR", "modality": "XR", "clinical_question": "infection?", "priority": "ROUTINE"}


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
    order = shift.draft(BLOOD, kind="transfusion")
    shift.do("dr.chen", order=order, step="assessed", evidence={"indication": "bleeding"})
    shift.do("dr.chen", order=order, step="ordered")
    unscanned = {"noscan_reason": "scanner down", "container": "B-1"}
    told = {"source": "retro", "reason": "bleeding, written up after"}
    shift.do("li.na", order=order, step="T6", witness="zhao.min", evidence=unscanned, **told)
    unit, sample = shift.tasks(order)[0].id, {"container": "B-1"}
    shift.do("bb.cao", task=unit, step="T7", result="accepted", evidence=sample, **told)
    assert shift.case(order).order.steps["T6"].evidence["container"] == "B-1"
    assert "container" not in shift.tasks(order)[0].fields


def bleeding(shift: Shift, stay: EncounterId, **fields: object) -> TaskId:
    """The unit of an emergency request of one patient."""
    order = shift.draft(BLOOD | fields, kind="transfusion", stay=stay)
    shift.do("dr.chen", order=order, step="assessed", evidence={"indication": "bleeding"})
    shift.do("dr.chen", order=order, step="ordered")
    return shift.tasks(order)[0].id


def matched(shift: Shift, unit: TaskId, **evidence: object) -> None:
    """Crossmatched afterwards, as in an emergency."""
    shift.do(
        "bb.cao",
        task=unit,
        step="T10",
        result="compatible",
        witness="bb.luo",
        source="retro",
        reason="bleeding, written up after",
        evidence={"din": DIN, **evidence},
    )


@pytest.fixture
def two_bleeding(shift: Shift) -> tuple[TaskId, TaskId]:
    other = shift.admit("0099", "02")
    second = Practitioner(PractitionerId("bb.luo"), "LUO", frozenset({Role.BLOOD_BANK}))
    shift.app.add_user(user="admin", command=shift.new(), practitioner=second)
    return bleeding(shift, shift.stay), bleeding(shift, other)


def test_a_unit_of_blood_is_not_matched_for_two_patients(
    shift: Shift, two_bleeding: tuple[TaskId, TaskId]
) -> None:
    mine, theirs = two_bleeding
    matched(shift, mine)
    with pytest.raises(Refused) as refused:
        matched(shift, theirs)
    assert refused.value.code == "ITEM_IN_USE"
    assert refused.value.field == "evidence.din"
    with pytest.raises(Refused):
        matched(shift, theirs, product_code="E0336V00")


def test_two_packs_of_one_donation_are_two_units(
    shift: Shift, two_bleeding: tuple[TaskId, TaskId]
) -> None:
    mine, theirs = two_bleeding
    matched(shift, mine, product_code="E0336VA0")
    with pytest.raises(Refused):
        matched(shift, theirs, product_code="E0336VA0")
    matched(shift, theirs, product_code="E0336VB0")


def test_plasma_of_a_donation_may_go_to_another_patient_than_its_red_cells(
    shift: Shift, two_bleeding: tuple[TaskId, TaskId]
) -> None:
    mine, _ = two_bleeding
    components = "code,name,name_zh,volume\nplasma,Plasma,血浆,200 mL\n"
    shift.app.import_catalogue(user="admin", command=shift.new(), kind="component", text=components)
    theirs = bleeding(shift, shift.admit("0077", "03"), component="plasma")
    matched(shift, mine)
    shift.do("dr.chen", task=theirs, step="T11e", evidence={"reason": "bleeding"})
    shift.do(
        "bb.cao",
        task=theirs,
        step="T11",
        witness="zhao.min",
        source="retro",
        reason="bleeding, written up after",
        evidence={"din": DIN, "appearance": "normal"},
    )


def test_an_accession_number_belongs_to_one_patient(shift: Shift) -> None:
    other = shift.admit("0099", "02")
    orders = [shift.ordered(XRAY, kind="examination", stay=stay) for stay in (shift.stay, other)]
    mine, theirs = (shift.tasks(order)[0].id for order in orders)
    for order in orders:
        shift.do("li.na", order=order, step="E2", result="verified")
    booked = {"accession": "ACC_7", "slot": "2026-11-24T09:00:00+00:00"}
    shift.do("img.deng", task=mine, step="E3", result="booked", evidence=booked)
    with pytest.raises(Refused) as refused:
        shift.do("img.deng", task=theirs, step="E3", result="booked", evidence=booked)
    assert refused.value.field == "evidence.accession"
    booked |= {"accession": "ACC17"}
    shift.do("img.deng", task=theirs, step="E3", result="booked", evidence=booked)


def test_a_dose_label_belongs_to_one_patient(shift: Shift) -> None:
    other = shift.admit("0099", "02")
    orders = [
        shift.ordered(shift.drug("CEF1G", route="IV"), stay=stay) for stay in (shift.stay, other)
    ]
    doses = [shift.tasks(order)[0].id for order in orders]
    for order in orders:
        shift.verified(order)
    label = dose_label("77", 1)
    entry = {"step": "M5", "evidence": {"dose_label": label, "noscan_reason": "hand-filled"}}
    shift.do("tech.tang", task=doses[0], **entry)
    assert shift.tasks(orders[0])[0].fields["dose_label"] == label
    with pytest.raises(Refused) as refused:
        shift.do("tech.tang", task=doses[1], **entry)
    assert refused.value.field == "evidence.dose_label"


def test_a_tube_that_is_scanned_and_not_typed_belongs_to_one_patient_too(shift: Shift) -> None:
    other = shift.admit("0099", "02")
    orders = [shift.ordered(TEST, kind="test", stay=stay) for stay in (shift.stay, other)]
    for order in orders:
        shift.do("li.na", order=order, step="L2", result="verified")
    mine, theirs = (shift.tasks(order)[0].id for order in orders)
    label = specimen_label("1234567890")
    shift.do("li.na", task=mine, step="L3", scans=[label])
    assert shift.tasks(orders[0])[0].fields["container"] == "1234567890"
    with pytest.raises(Refused) as refused:
        shift.do("li.na", task=theirs, step="L3", scans=[label])
    assert refused.value.field == "evidence.container"
