"""What a store knows of the other orders of a patient: one suite for the fake and for SQLite."""

from domain.events import Override, StepRecorded
from domain.ids import EncounterId
from domain.loops.active import MONITORED
from domain.orders import OrderState
from domain.ports import Reads
from tests.any_store import SEVEN
from tests.wards import Hospital


def test_active_orders_are_known_with_what_the_catalogue_says_of_them(
    hospital: Hospital, reads: Reads, stay: EncounterId
) -> None:
    hospital.item("amoxicillin", {"atc": "J01CA04"}, since=SEVEN)
    signed = hospital.place(stay)
    spoken = hospital.place(stay, state=OrderState.VERBAL, product="unknown")
    hospital.place(stay, state=OrderState.DRAFT)
    closed = hospital.place(stay)
    hospital.append(closed, (closed, StepRecorded("M16")), raises=True)
    orders = {one.id: one for one in reads.clinical(stay).orders}
    assert set(orders) == {signed, spoken, closed}
    assert orders[signed].product == {"atc": "J01CA04"}
    assert (orders[signed].loop, orders[signed].signed_at) == ("medication", SEVEN)
    assert (orders[spoken].product, orders[spoken].signed_at) == ({}, None)


def test_what_was_passed_over_is_known_of_an_active_order(
    hospital: Hospital, reads: Reads, stay: EncounterId
) -> None:
    order = hospital.place(stay)
    watched = (Override("interaction", MONITORED), Override("max_dose", "usual here"))
    hospital.append(order, (order, StepRecorded("M2", overrides=watched)), raises=True)
    assert [one.overridden for one in reads.clinical(stay).orders] == [{"interaction": "monitored"}]
    again = (Override("interaction", "INR is ordered"),)
    hospital.append(order, (order, StepRecorded("M3", overrides=again)), raises=True)
    assert [one.overridden for one in reads.clinical(stay).orders] == [
        {"interaction": "countersigned"}
    ]
