"""Blood units: what a nurse scans at issue, receipt and bedside."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.barcodes import (
    BarcodeError,
    BloodExpiry,
    BloodGroup,
    BloodUnit,
    Din,
    Expect,
    ProductCode,
    check_character,
    din_check_character,
    din_flags,
    parse_scan,
)
from domain.errors import InvalidInput

PARTS = "=W00002612345600=%5100=<E0398V00&>0263652359"
UNIT = BloodUnit(
    din=Din(din="W000026123456", check="*", flags="00"),
    group=BloodGroup(abo_rhd="O+", group_code="5100"),
    product=ProductCode(product_code="E0398V00"),
    expiry=BloodExpiry(day=date(2026, 12, 31), at=time(23, 59)),
)


@pytest.mark.parametrize(
    ("din", "check", "flags"),
    [
        ("G123498654321", "H", "77"),
        ("A999922123450", "Z", "95"),
        ("W000026123456", "*", "96"),
        ("N123426000001", "A", "70"),
        ("W000026123465", "Y", "94"),
    ],
)
def test_the_check_of_a_donation_number_is_that_of_the_worked_examples(
    din: str, check: str, flags: str
) -> None:
    assert din_check_character(din) == check
    assert din_flags(din) == flags
    assert parse_scan(f"={din}{flags}") == Din(din=din, check=check, flags=flags)
    assert parse_scan(f"={din}00") == Din(din=din, check=check, flags="00")
    assert parse_scan(din + check) == Din(din=din, check=check)
    printed = f"{din[:5]} {din[5:7]} {din[7:]} {check}"
    assert parse_scan(printed) == Din(din=din, check=check)


@pytest.mark.parametrize(
    ("code", "group"),
    [
        ("9500", "O-"),
        ("5100", "O+"),
        ("0600", "A-"),
        ("6200", "A+"),
        ("1700", "B-"),
        ("7300", "B+"),
        ("2800", "AB-"),
        ("8400", "AB+"),
    ],
)
def test_the_eight_group_codes(code: str, group: str) -> None:
    assert parse_scan(f"=%{code}") == BloodGroup(abo_rhd=group, group_code=code)


def test_an_unlisted_group_code_stops_and_asks_the_blood_bank() -> None:
    with pytest.raises(BarcodeError, match="ask the blood bank to confirm"):
        parse_scan("=%5500")


def test_expiry_of_a_unit_by_the_wall_clock_of_its_label() -> None:
    day_only = parse_scan("=>026365")
    assert day_only == BloodExpiry(day=date(2026, 12, 31), at=time(23, 59))
    with_time = parse_scan("&>0240600805")
    assert with_time == BloodExpiry(day=date(2024, 2, 29), at=time(8, 5))
    assert isinstance(with_time, BloodExpiry)
    assert with_time.expires_at == "2024-02-29T08:05"
    instant = with_time.instant(timezone(timedelta(hours=8)))
    assert instant == datetime(2024, 2, 29, 0, 5, tzinfo=UTC)
    assert parse_scan("=>103001") == BloodExpiry(day=date(2103, 1, 1), at=time(23, 59))


def test_the_last_day_of_a_leap_year_is_366() -> None:
    assert parse_scan("=>024366") == BloodExpiry(day=date(2024, 12, 31), at=time(23, 59))


@pytest.mark.parametrize("header", ["04000", "04001002003005", "4001002003005"])
def test_a_compound_label_gives_the_whole_unit(header: str) -> None:
    assert parse_scan(f"=+{header}{PARTS}", expect=Expect.BLOOD_UNIT) == UNIT
    assert parse_scan(f"]d1=+{header}{PARTS}", expect=Expect.BLOOD_UNIT) == UNIT


def test_a_compound_label_may_carry_dates_that_the_ward_does_not_use() -> None:
    parts = "=%5100=*026300&*0263001200=}026301&}0263011200&(N0001=W00002612345600"
    unit = parse_scan(f"=+07000{parts}")
    assert isinstance(unit, BloodUnit)
    assert unit == BloodUnit(din=UNIT.din, group=UNIT.group)


@pytest.mark.parametrize(
    ("scan", "says"),
    [
        ("=W000026123456", "14 of 16 characters"),
        ("=W00002612345695", "check flags 95 do not fit"),
        ("=W00002612346596", "check flags 96 do not fit"),
        ("=W00002612345697", "flags '97' of the DIN"),
        ("=W0000261234560A", "flags '0A' of the DIN"),
        ("=W0000A612345600", "'W0000A6123456' is no DIN"),
        ("=W000026123456001", "17 characters where 16 fit"),
        ("=W00002612345600=%5100", "ran together"),
        ("=%51", "4 of 6 characters"),
        ("=%51a0", "no group code"),
        ("=<e0398V00", "no product code"),
        ("=>026366", "2026 has no day 366"),
        ("=>026000", "2026 has no day 0"),
        ("=>926365", "is no expiry"),
        ("&>0263652400", "2400 is no time"),
        ("=*026300", "not used on the ward"),
        ("=Z", "2 of 16 characters"),
        ("=O00002612345600", "'=O' is not known"),
        ("=", "'=' is not known"),
        ("&!1", "'&!' is not known"),
        (f"=+04000{PARTS[:-2]}", "truncated, 10 of 12"),
        ("=+04000=W00002612345600=%5100", "says 4 parts and has 2"),
        ("=+03000=W00002612345600=%5100=%5100", "its blood group twice"),
        ("=+03000=W00002612345600=>026365&>0263652359", "twice"),
        ("=+02000=*026300=*026300", "its collection date twice"),
        ("=+02002001=W00002612345600=%5100", "lists 002, 001 and has 001, 002"),
        ("=+04=W00002612345600", "header '04'"),
        ("=+=W00002612345600", "header ''"),
        ("=+123456=W00002612345600", "header '123456'"),
        ("=+02000=%5100=<E0398V00", "no donation number"),
        ("W000026123456", "13 of 14 characters"),
        ("W000026123465*", "does not fit the DIN W000026123465"),
    ],
)
def test_a_damaged_blood_code_says_what_was_seen(scan: str, says: str) -> None:
    with pytest.raises(BarcodeError) as caught:
        parse_scan(scan)
    assert says in caught.value.message
    assert caught.value.seen == scan


def test_a_number_that_is_no_donation_number_has_no_check() -> None:
    with pytest.raises(InvalidInput, match="is no DIN"):
        din_check_character("W00002612345")
    with pytest.raises(InvalidInput, match="check character"):
        check_character("")


DINS = st.from_regex(r"[A-NP-Z1-9][0-9A-Z]{4}[0-9]{8}", fullmatch=True)


@given(DINS)
def test_a_donation_number_is_read_back_keyed_and_scanned(din: str) -> None:
    check = din_check_character(din)
    assert parse_scan(din + check, expect=Expect.BLOOD_UNIT) == Din(din=din, check=check)
    scanned = parse_scan(f"={din}{din_flags(din)}")
    assert scanned == Din(din=din, check=check, flags=din_flags(din))


@given(DINS, st.integers(0, 12))
def test_every_swap_of_neighbours_in_a_keyed_donation_number_is_found(din: str, place: int) -> None:
    keyed = din + din_check_character(din)
    swapped = keyed[:place] + keyed[place + 1] + keyed[place] + keyed[place + 2 :]
    if swapped == keyed:
        return
    with pytest.raises(BarcodeError):
        parse_scan(swapped, expect=Expect.BLOOD_UNIT)
    if not swapped.isdigit():  # 14 digits may be a GTIN: ambiguous or its own check
        with pytest.raises(BarcodeError):
            parse_scan(swapped)


@given(DINS, st.integers(0, 13), st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"))
def test_every_single_wrong_character_of_a_keyed_donation_number_is_found(
    din: str, place: int, wrong: str
) -> None:
    keyed = din + din_check_character(din)
    if keyed[place] == wrong:
        return
    with pytest.raises(BarcodeError):
        parse_scan(keyed[:place] + wrong + keyed[place + 1 :], expect=Expect.BLOOD_UNIT)
