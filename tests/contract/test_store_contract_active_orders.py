"""What a store knows of the other orders of a patient: one suite for the fake and for SQLite."""

from domain.events import Moved, Override, StepRecorded
from domain.happenings import Noun, PatientLinked
from domain.ids import EncounterId, OrderId
from domain.loops.active import MONITORED
from domain.orders import OrderState
from domain.ports import Reads
from tests.any_store import SEVEN, AnyStore
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


# ---------------------------------------------------------------- what was given until lately
def ended(hospital: Hospital, order: OrderId) -> None:
    """The order's last step."""
    hospital.append(order, (order, Moved(OrderState.CLOSED)), raises=True)


def given(
    hospital: Hospital, stay: EncounterId, product: str, *, loop: str = "medication"
) -> OrderId:
    """An order of which one dose was given, and that has ended."""
    order = hospital.place(stay, product=product, loop=loop)
    hospital.finish(order, hospital.task(order))
    ended(hospital, order)
    return order


def stopped(reads: Reads, stay: EncounterId) -> list[object]:
    return [one.fields["product"] for one in reads.clinical(stay).stopped]


def test_a_drug_that_was_given_is_known_for_a_while_after_its_order(
    hospital: Hospital, reads: Reads, stay: EncounterId
) -> None:
    hospital.item("phenelzine", {"atc": "N06AF03"}, since=SEVEN)
    order = given(hospital, stay, "phenelzine")
    given(hospital, stay, "K", loop="test")
    running = hospital.place(stay)
    hospital.finish(running, hospital.task(running))
    ended(hospital, hospital.place(stay, product="never given"))
    (found,) = reads.clinical(stay).stopped
    assert (found.id, found.stop_at, found.product) == (order, SEVEN, {"atc": "N06AF03"})
    hospital.clock.tick(days=89)
    assert stopped(reads, stay) == ["phenelzine"]
    hospital.clock.tick(days=2)
    assert stopped(reads, stay) == []


def test_it_counts_in_the_next_stay_and_under_a_linked_record(
    hospital: Hospital, reads: Reads
) -> None:
    before = hospital.admit(hospital.patient("1"))
    given(hospital, before, "fluoxetine")
    hospital.discharge(before)
    elsewhere = hospital.admit(hospital.patient("2"), bed="2")
    given(hospital, elsewhere, "phenelzine")
    hospital.discharge(elsewhere)
    hospital.clock.tick(days=10)
    stay = hospital.admit(hospital.patient_of[before])
    assert stopped(reads, stay) == ["fluoxetine"]
    old, kept = hospital.patient_of[elsewhere], hospital.patient_of[before]
    hospital.tell(Noun.PATIENT, old, PatientLinked(old, kept))
    assert set(stopped(reads, stay)) == {"fluoxetine", "phenelzine"}


def test_inside_a_write_a_drug_that_was_stopped_is_seen(
    hospital: Hospital, any_store: AnyStore, stay: EncounterId
) -> None:
    given(hospital, stay, "phenelzine")
    with any_store.units.begin(hospital.meta(), encounters=[stay]) as transaction:
        assert [one.fields["product"] for one in transaction.clinical(stay).stopped] == [
            "phenelzine"
        ]
