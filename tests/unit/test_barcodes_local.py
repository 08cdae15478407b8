"""The hospital's own labels: what is printed is what is read."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.barcodes import (
    BarcodeError,
    Expect,
    PatientBand,
    SpecimenTube,
    StaffBadge,
    UnitDose,
    check_character,
    dose_label,
    parse_scan,
    specimen_label,
    staff_badge,
    wristband,
)
from domain.barcodes.isbt128 import KEYED_FORM
from domain.errors import InvalidInput

IDS = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=20)
NUMBERS = st.integers(1, 99_999)
CONTAINERS = st.text("0123456789", min_size=10, max_size=12)
LABELS = st.one_of(
    st.builds(wristband, IDS, NUMBERS),
    st.builds(dose_label, IDS, NUMBERS),
    st.builds(specimen_label, CONTAINERS),
    st.builds(staff_badge, IDS, st.none() | NUMBERS),
)


def test_a_reprinted_band_is_another_code_of_the_same_patient() -> None:
    first, second = wristband("10000032", 1), wristband("10000032", 2)
    assert first != second
    assert parse_scan(second) == PatientBand(patient_id="10000032", band_instance=2)


@given(IDS, NUMBERS)
def test_wristband_and_dose_label_are_read_back(identity: str, number: int) -> None:
    assert parse_scan(wristband(identity, number), expect=Expect.PATIENT) == PatientBand(
        patient_id=identity, band_instance=number
    )
    label = dose_label(identity, number)
    dose = parse_scan(label, expect=Expect.MEDICATION)
    assert dose == UnitDose(dose_label=label, order_no=identity, seq=number)


@given(CONTAINERS, IDS, st.none() | NUMBERS)
def test_tube_and_badge_are_read_back(container: str, staff: str, number: int | None) -> None:
    assert parse_scan(specimen_label(container)) == SpecimenTube(container_id=container)
    assert parse_scan(staff_badge(staff, number)) == StaffBadge(
        staff_id=staff, badge_instance=number
    )


@given(LABELS)
def test_no_label_of_ours_has_the_form_of_a_keyed_donation_number(label: str) -> None:
    assert KEYED_FORM.fullmatch(label) is None


@given(LABELS, st.data())
def test_every_single_wrong_character_and_every_swap_after_the_prefix_is_found(
    label: str, data: st.DataObject
) -> None:
    place = data.draw(st.integers(1, len(label) - 1))
    wrong = data.draw(st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"))
    if wrong != label[place]:
        with pytest.raises(BarcodeError):
            parse_scan(label[:place] + wrong + label[place + 1 :])
    swapped = label[: place - 1] + label[place] + label[place - 1] + label[place + 1 :]
    if swapped != label and not swapped.isdigit():
        with pytest.raises(BarcodeError):
            parse_scan(swapped)


def with_check(body: str) -> str:
    return body + check_character(body)


@pytest.mark.parametrize(
    ("scan", "says"),
    [
        (wristband("10000032", 1)[:-3], "patient wristband: truncated or damaged"),
        ("P", "patient wristband: truncated"),
        ("D1001N1.", "dose label: truncated or damaged, it ends before"),
        (with_check("S12345N"), "specimen label: '12345' with number '' is not possible"),
        (with_check("S2026112400N1"), "is not possible"),
        (with_check("P10000032N"), "is not possible"),
        (with_check("P10000032N01"), "'10000032' with number '01'"),
        (with_check("UN"), "staff badge: '' with number ''"),
        (with_check("D" + "7" * 21 + "N1"), "is not possible"),
        (wristband("10000032", 1).lower(), "Caps Lock"),
    ],
)
def test_a_damaged_label_says_what_was_seen(scan: str, says: str) -> None:
    with pytest.raises(BarcodeError) as caught:
        parse_scan(scan)
    assert says in caught.value.message
    assert scan in caught.value.message


def test_a_damaged_label_does_not_tell_the_check_character_that_would_fit() -> None:
    label = wristband("10000032", 1)
    wrong = label[:-1] + ("A" if label[-1] != "A" else "B")
    with pytest.raises(BarcodeError) as caught:
        parse_scan(wrong)
    assert label not in caught.value.message


@pytest.mark.parametrize(
    ("write", "field"),
    [
        (lambda: wristband("10-32", 1), "mrn"),
        (lambda: wristband("", 1), "mrn"),
        (lambda: wristband("1032", 0), "band_instance"),
        (lambda: dose_label("1", 100_000), "seq"),
        (lambda: dose_label("a", 1), "order_no"),
        (lambda: specimen_label("123456789"), "container_id"),
        (lambda: staff_badge("N 1"), "staff_id"),
        (lambda: staff_badge("1", 0), "badge_instance"),
    ],
)
def test_what_no_label_can_carry_is_refused_by_name(write: Callable[[], str], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        write()
    assert caught.value.field == field
