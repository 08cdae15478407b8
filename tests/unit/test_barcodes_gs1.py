"""GS1 codes on packs, wristbands, badges and boxes."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.barcodes import (
    BarcodeError,
    Expect,
    Location,
    LogisticUnit,
    MedicinePack,
    PatientBand,
    ReturnableAsset,
    StaffBadge,
    gs1_check_digit,
    gs1_date,
    gs1_element_string,
    parse_scan,
)
from domain.barcodes.gs1 import SPELLED_GS, full_year
from domain.barcodes.gs1_identifiers import CHARACTER_SET_82, IDENTIFIERS, identifier_at
from domain.errors import InvalidInput

GS = "\x1d"
PACK = f"01069012345678921727123110AB1234{GS}21SN0001"
DICTIONARY = Path("/work/shared/data/barcode/gs1-syntax-dictionary.txt")


def test_check_digits_are_those_of_the_worked_examples() -> None:
    assert gs1_check_digit("0690123456789") == "2"
    assert gs1_check_digit("69012345600000001") == "5"
    assert gs1_check_digit("69012345600000077") == "0"


@pytest.mark.parametrize(
    "scan",
    [
        f"]d2{PACK}",
        f"]C1{PACK}",
        f"]Q3{PACK}",
        f"]e0{PACK}\r\n",
        PACK,
        f"{GS}{PACK}",
        f"]d2{PACK}{GS}",
        "]d2" + PACK.replace(GS, "<GS>"),
        "]d2" + PACK.replace(GS, "{FNC1}"),
        "]d2" + PACK.replace(GS, "\u241d"),
        "(01)06901234567892(17)271231(10)AB1234(21)SN0001",
        " (01) 0690 1234 567892 (17)271231 (10)AB1234 (21)SN0001 ",
        f"]d20106901234567892{GS}17271231{GS}10AB1234{GS}21SN0001",
    ],
)
def test_a_pack_is_the_same_pack_in_every_form_a_scanner_or_a_person_sends(scan: str) -> None:
    pack = parse_scan(scan, expect=Expect.MEDICATION)
    assert isinstance(pack, MedicinePack)
    assert (pack.gtin, pack.lot, pack.serial) == ("06901234567892", "AB1234", "SN0001")
    assert pack.expiry == date(2027, 12, 31)
    assert pack.elements.pairs[1] == ("17", "271231")


def test_a_pack_without_lot_and_expiry_says_so() -> None:
    pack = parse_scan("]d20106901234567892")
    assert isinstance(pack, MedicinePack)
    assert (pack.lot, pack.expiry, pack.serial) == (None, None, None)


@pytest.mark.parametrize(
    ("printed", "last_day"),
    [
        ("270200", date(2027, 2, 28)),
        ("280200", date(2028, 2, 29)),
        ("271200", date(2027, 12, 31)),
        ("270430", date(2027, 4, 30)),
    ],
)
def test_day_00_is_the_last_day_of_the_month(printed: str, last_day: date) -> None:
    pack = parse_scan(f"(01)06901234567892(17){printed}")
    assert isinstance(pack, MedicinePack)
    assert pack.expiry == last_day


def test_expiry_with_a_time_gives_its_day() -> None:
    pack = parse_scan("(01)06901234567892(7003)2712311845")
    assert isinstance(pack, MedicinePack)
    assert pack.expiry == date(2027, 12, 31)


@pytest.mark.parametrize(
    ("today", "digits", "year"),
    [
        (None, 99, 2099),
        (None, 0, 2000),
        (date(2026, 11, 24), 77, 1977),
        (date(2026, 11, 24), 76, 2076),
        (date(2060, 1, 1), 10, 2110),
        (date(2060, 1, 1), 11, 2011),
    ],
)
def test_two_digit_years_slide_49_back_and_50_ahead(
    today: date | None, digits: int, year: int
) -> None:
    assert full_year(digits, today) == year


@given(st.dates(date(1950, 1, 1), date(2150, 1, 1)), st.integers(0, 99))
def test_every_two_digit_year_lies_in_the_window(today: date, digits: int) -> None:
    year = full_year(digits, today)
    assert -49 <= year - today.year <= 50
    assert year % 100 == digits


def test_the_century_of_a_pack_follows_today() -> None:
    assert gs1_date("600101", today=date(2011, 1, 1)) == date(2060, 1, 1)
    pack = parse_scan("(01)06901234567892(17)990101", today=date(2026, 11, 24))
    assert isinstance(pack, MedicinePack)
    assert pack.expiry == date(1999, 1, 1)


def test_a_leap_day_that_the_century_does_not_have_is_refused() -> None:
    scan = "(01)06901234567892(17)000229"
    pack = parse_scan(scan, today=date(2026, 11, 24))
    assert isinstance(pack, MedicinePack)
    assert pack.expiry == date(2000, 2, 29)
    with pytest.raises(BarcodeError, match="no date around 2060-01-01"):
        parse_scan(scan, today=date(2060, 1, 1))


def test_a_wristband_bears_patient_and_band_instance() -> None:
    band = parse_scan(f"]d28018690123456000000015{GS}80193", expect=Expect.PATIENT)
    assert isinstance(band, PatientBand)
    assert (band.gsrn, band.band_instance) == ("690123456000000015", 3)
    plain = parse_scan("(8018)690123456000000770")
    assert isinstance(plain, PatientBand)
    assert (plain.gsrn, plain.band_instance) == ("690123456000000770", None)


def test_badge_box_place_and_bag_are_told_apart() -> None:
    badge = parse_scan("(8017)690123456000000015")
    assert isinstance(badge, StaffBadge)
    assert badge.gsrn == "690123456000000015"
    box = parse_scan("]C100" + "690123456000000015")
    assert isinstance(box, LogisticUnit)
    assert box.sscc == "690123456000000015"
    place = parse_scan("(414)6901234567892(254)BED14")
    assert isinstance(place, Location)
    assert (place.gln, place.extension) == ("6901234567892", "BED14")
    bag = parse_scan("(8003)06901234567892BAG7")
    assert isinstance(bag, ReturnableAsset)
    assert bag.grai == "06901234567892BAG7"
    piece = parse_scan("(8006)069012345678920102")
    assert isinstance(piece, MedicinePack)
    assert piece.gtin == "06901234567892"


@pytest.mark.parametrize(
    ("scan", "says"),
    [
        ("]d2801869012345600000", "14 of 18 characters"),
        ("]d2010690123456789", "truncated, 13 of 14 characters"),
        ("]d2010690123456789A", "is no digit"),
        ("]d20106901234567893", "check digit of 06901234567893"),
        ("]d2010690123456789217271331", "271331 is no date"),
        ("]d2010690123456789217270230", "270230 is no date"),
        ("]d2010690123456789217270000", "270000 is no date"),
        (f"]d20106901234567892{GS}700327120018{GS}", "truncated, 8 of 10"),
        ("(01)06901234567892(7003)2712001845", "is no date"),
        ("(01)06901234567892(7003)2712312460", "is no date"),
        ("(01)06901234567892(8008)271231101", "is no date"),
        ("(8018)690123456000000015(7250)20261301", "20261301 is no date"),
        (f"]d2010690123456789210{GS}21A", "(10) BATCH/LOT: it is empty"),
        ("]d201069012345678920504", "'0504' at character 17"),
        ("]d2010690123456789210" + "A" * 21, "separator (FNC1, GS)"),
        (f"]d280186901234560000000158019{GS}", "separator (FNC1, GS)"),
        (f"]d2010690123456789210A{GS}10B", "(10) stands twice, as A and B"),
        ("(01)06901234567892(10)A B#", "character '#' is not allowed"),
        ("(8003)0690123456789X", "first 14 characters"),
        ("(01)06901234567892(10)A(B", "brackets do not fit"),
        ("(01)06901234567892(0504)1", "(0504) is not known"),
        ("]d2(", "brackets do not fit"),
        ("]d2", "carries no data"),
        (f"]d2{GS}", "carries no data"),
        ("(17)271231(10)AB", "(17)(10) identify nothing"),
        ("(8019)3", "(8019) identify nothing"),
        (
            "(01)06901234567892(00)690123456000000015",
            "ambiguous: the code bears (01) GTIN and (00)",
        ),
        ("(8017)690123456000000015(8018)690123456000000015", "ambiguous"),
    ],
)
def test_a_damaged_or_ambiguous_code_says_what_was_seen(scan: str, says: str) -> None:
    with pytest.raises(BarcodeError) as caught:
        parse_scan(scan)
    assert says in caught.value.message
    assert caught.value.seen == scan
    assert caught.value.field == "scan"


def test_the_expected_class_settles_a_code_with_two_keys_but_never_two_people() -> None:
    both = "(00)690123456000000015(01)06901234567892"
    assert isinstance(parse_scan(both, expect=Expect.MEDICATION), MedicinePack)
    assert isinstance(parse_scan(both, expect=Expect.LOGISTIC_UNIT), LogisticUnit)
    with pytest.raises(BarcodeError, match="ambiguous"):
        parse_scan(both, expect=Expect.PATIENT)
    people = "(8017)690123456000000015(8018)690123456000000015"
    with pytest.raises(BarcodeError, match="ambiguous"):
        parse_scan(people, expect=Expect.PATIENT)
    with pytest.raises(BarcodeError, match="ambiguous"):
        parse_scan("(01)06901234567892(8006)069012345678920102", expect=Expect.MEDICATION)


def test_an_element_that_stands_twice_alike_is_one() -> None:
    pack = parse_scan("(01)06901234567892(01)06901234567892")
    assert isinstance(pack, MedicinePack)
    assert pack.elements.pairs == (("01", "06901234567892"),)


# ---- laws

KEYED = {
    "(01)": ("(01)", 13),
    "(8018)": ("(8018)", 17),
    "(8017)": ("(8017)", 17),
    "(00)": ("(00)", 17),
    "(414)": ("(414)", 12),
}


@given(st.sampled_from(sorted(KEYED)), st.data())
def test_every_single_wrong_digit_of_a_key_is_found(name: str, data: st.DataObject) -> None:
    prefix, length = KEYED[name]
    body = data.draw(st.text("0123456789", min_size=length, max_size=length))
    key = body + gs1_check_digit(body)
    parse_scan(prefix + key)
    place = data.draw(st.integers(0, length))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != key[place]]))
    with pytest.raises(BarcodeError, match="check digit"):
        parse_scan(prefix + key[:place] + other + key[place + 1 :])


TEXT = st.text(sorted(CHARACTER_SET_82), min_size=1, max_size=20).filter(
    lambda text: not any(spelled in text for spelled in SPELLED_GS)
)
PLAIN_TEXT = st.text(sorted(CHARACTER_SET_82 - set("()")), min_size=1, max_size=20)
BODY = st.text("0123456789", min_size=13, max_size=13)
DAY = st.dates(date(2000, 1, 1), date(2099, 12, 31)).map(lambda day: day.strftime("%y%m%d"))


@given(BODY, DAY, TEXT, TEXT, st.permutations(["01", "17", "10", "21"]))
def test_what_is_written_raw_is_read_back(
    body: str, day: str, lot: str, serial: str, order: list[str]
) -> None:
    values = {"01": body + gs1_check_digit(body), "17": day, "10": lot, "21": serial}
    elements = [(identifier, values[identifier]) for identifier in order]
    pack = parse_scan("]d2" + gs1_element_string(elements))
    assert isinstance(pack, MedicinePack)
    assert pack.elements.pairs == tuple(elements)
    assert (pack.gtin, pack.lot, pack.serial) == (values["01"], lot, serial)


@given(BODY, PLAIN_TEXT, st.integers(1, 9_999_999_999))
def test_what_is_written_in_brackets_is_read_back(body: str, lot: str, count: int) -> None:
    elements = {"01": body + gs1_check_digit(body), "10": lot, "30": str(count)[:8]}
    scan = parse_scan(gs1_element_string(elements, bracketed=True))
    assert isinstance(scan, MedicinePack)
    assert dict(scan.elements.pairs) == elements


@pytest.mark.parametrize(
    ("elements", "bracketed", "says"),
    [
        ({"05": "1"}, False, "(05) is not known"),
        ({"01": "06901234567893"}, False, "check digit"),
        ({"10": "A(1)"}, True, "bracket"),
        ({"10": "A<GS>1"}, False, "would be read as a separator"),
    ],
)
def test_a_label_that_could_not_be_read_is_not_written(
    elements: dict[str, str], bracketed: bool, says: str
) -> None:
    with pytest.raises(InvalidInput, match=re.escape(says)):
        gs1_element_string(elements, bracketed=bracketed)
    with pytest.raises(InvalidInput, match="no digit"):
        gs1_check_digit("12A")


# ---- our table against GS1's own

COMPONENT = re.compile(r"(\[?)([NXYZ])(\.\.)?(\d+)\]?((?:,[a-z0-9]+)*)")


def _dictionary() -> dict[str, tuple[bool, bool, int, int, int]]:
    """AI: predefined, digits only, shortest, longest, length of the key with check digit."""
    if not DICTIONARY.exists():
        pytest.skip(f"GS1's syntax dictionary is not here ({DICTIONARY})")
    rows = {}
    for line in DICTIONARY.read_text(encoding="utf-8").splitlines():
        words = line.split("#")[0].split()
        if not words:
            continue
        first, _, last = words[0].partition("-")
        rest = words[1:]
        flags = "" if COMPONENT.fullmatch(rest[0]) else rest.pop(0)
        shortest = longest = key = 0
        numeric = True
        for word in rest:
            match = COMPONENT.fullmatch(word)
            if match is None:
                break
            optional, kind, upto, size, linters = match.groups()
            numeric = numeric and kind == "N"
            longest += int(size)
            if not optional:
                shortest += 1 if upto else int(size)
            if "csum" in linters.split(","):
                key = longest
        row = ("*" in flags, numeric, shortest, longest, key)
        for identifier in range(int(first), int(last or first) + 1):
            rows[str(identifier).zfill(len(first))] = row
    return rows


def test_our_table_says_what_the_gs1_dictionary_says() -> None:
    rows = _dictionary()
    ours = {
        identifier: (
            known.predefined,
            known.numeric,
            known.shortest,
            known.longest,
            known.key_length,
        )
        for identifier, known in IDENTIFIERS.items()
    }
    assert {ai: row for ai, row in ours.items() if rows.get(ai) != row} == {}
    assert set(rows) - set(ours) == {"8010"}


def test_no_identifier_begins_another() -> None:
    for identifier in IDENTIFIERS:
        assert identifier_at(identifier + "0000") == identifier
