"""Which code is this? Never a guess: what is ambiguous, damaged or of another class is an error."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.barcodes import (
    BarcodeError,
    Din,
    ExamRequest,
    Expect,
    MedicinePack,
    SpecimenTube,
    TracedPack,
    din_check_character,
    gs1_check_digit,
    parse_scan,
    scan_to_json,
    specimen_label,
    staff_badge,
    wristband,
)

TRACE = "84144220003366541036"
ONE_OF_EACH = {
    Expect.PATIENT: wristband("10000032", 1),
    Expect.STAFF: staff_badge("N0042"),
    Expect.MEDICATION: "]d20106901234567892",
    Expect.SPECIMEN: "]C0" + specimen_label("202611240001"),
    Expect.BLOOD_UNIT: "=W00002612345600",
    Expect.LOCATION: "(414)6901234567892",
    Expect.LOGISTIC_UNIT: "(00)690123456000000015",
    Expect.ASSET: "(8003)06901234567892",
}


@pytest.mark.parametrize(
    ("expected", "scanned"),
    [pair for pair in product(ONE_OF_EACH, ONE_OF_EACH) if pair[0] is not pair[1]],
)
def test_a_code_of_another_class_is_refused_and_named(expected: Expect, scanned: Expect) -> None:
    with pytest.raises(BarcodeError, match="this is ") as caught:
        parse_scan(ONE_OF_EACH[scanned], expect=expected)
    assert caught.value.got is scanned


@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_a_code_of_the_expected_class_is_taken(kind: Expect) -> None:
    assert parse_scan(ONE_OF_EACH[kind], expect=kind).kind is kind
    assert parse_scan(ONE_OF_EACH[kind]).kind is kind


@pytest.mark.parametrize(
    "scan", ["6901234567892", "]E06901234567892", "06901234567892", "]I106901234567892"]
)
def test_a_retail_code_is_a_pack_without_lot(scan: str) -> None:
    assert parse_scan(scan) == MedicinePack(gtin="06901234567892")


def test_short_and_american_retail_codes() -> None:
    assert parse_scan("96385074") == MedicinePack(gtin="00000096385074")
    assert parse_scan("]E496385074") == MedicinePack(gtin="00000096385074")
    twelve = "03600029145" + gs1_check_digit("03600029145")
    assert parse_scan(twelve, expect=Expect.MEDICATION) == MedicinePack(gtin="00" + twelve)


def test_a_chinese_traceability_code_names_its_product() -> None:
    pack = parse_scan(f"]C0{TRACE}", expect=Expect.MEDICATION)
    assert isinstance(pack, TracedPack)
    assert pack.trace_code == TRACE
    assert pack.product_id == "8414422"


@pytest.mark.parametrize("tube", ["2026112401", "20261124012", "202611240123"])
def test_bare_digits_of_a_tube_need_the_expectation(tube: str) -> None:
    assert parse_scan(tube, expect=Expect.SPECIMEN) == SpecimenTube(container_id=tube)
    assert parse_scan(f"]C0{tube}", expect=Expect.EXAMINATION) == ExamRequest(accession_no=tube)
    with pytest.raises(BarcodeError, match="a specimen container, an accession number"):
        parse_scan(tube)
    with pytest.raises(BarcodeError, match="ambiguous"):
        parse_scan(tube, expect=Expect.PATIENT)


def test_fourteen_digits_may_be_a_pack_or_a_donation() -> None:
    din = "1000026123478"
    keyed = din + din_check_character(din)
    assert keyed.isdigit()
    with pytest.raises(BarcodeError, match="14 digits may be a GTIN, a keyed DIN"):
        parse_scan(keyed)
    assert parse_scan(keyed, expect=Expect.BLOOD_UNIT) == Din(din=din, check=keyed[-1])
    gtin = "1690123456789" + gs1_check_digit("1690123456789")
    assert parse_scan(gtin, expect=Expect.MEDICATION) == MedicinePack(gtin=gtin)


@pytest.mark.parametrize("accession", ["RIS-2026.117", "CT0001", "P1", "2026-11/24_7"])
def test_an_accession_number_is_taken_where_an_examination_is_expected(accession: str) -> None:
    assert parse_scan(accession, expect=Expect.EXAMINATION) == ExamRequest(accession_no=accession)
    with pytest.raises(BarcodeError):
        parse_scan(accession)


@pytest.mark.parametrize("scan", ["A" * 17, "]d2CT0001", "-1", "CT 0001"])
def test_what_is_no_accession_number_stays_an_error(scan: str) -> None:
    with pytest.raises(BarcodeError):
        parse_scan(scan, expect=Expect.EXAMINATION)


@pytest.mark.parametrize(
    ("scan", "says"),
    [
        ("", "nothing was scanned"),
        (" \r\n", "nothing was scanned"),
        ("]D20106901234567892", "AIM identifier ]D2 is not known here (Caps Lock?)"),
        ("]X90106901234567892", "AIM identifier ]X9 is not known here;"),
        ("]", "AIM identifier ] is not known"),
        ("]d10106901234567892", "ambiguous: the data look like GS1, but ]d1"),
        ("]C1=W00002612345600", "ambiguous: ]C1 says GS1"),
        ("=W00002612345600\x1d", "ambiguous: a separator says GS1"),
        ("６９０1234567892", "full-width"),
        ("P1000\u30002N1K", "full-width"),
        ("à&àç&é", "keyboard layouts"),
        ("P1000\x02", "control character 0x02"),
        ("690123456000000015", "18 digits may be (00) an SSCC"),
        ("6901234567893", "check digit of 6901234567893"),
        ("]E0690123456789", "12 of 13 characters"),
        ("]E0690123456789X", "]E0 carries 13 digits"),
        ("8414422000336654103", "19 of 20 characters"),
        ("05901234567890123456", "20 digits are no code known here"),
        ("1234567", "7 digits are no code known here"),
        ("123456789012345678901", "21 digits are no code"),
        ("b123", "begins with 'b123'"),
        ("w000026123456*", "Caps Lock"),
        ("hello", "begins with 'hell'"),
        ("HELLO", "scan again"),
        ("Q" * 300, "…"),
        ("#", "(1 character)"),
    ],
)
def test_what_cannot_be_read_says_what_was_seen(scan: str, says: str) -> None:
    with pytest.raises(BarcodeError) as caught:
        parse_scan(scan)
    assert says in caught.value.message
    assert caught.value.seen == scan
    assert len(caught.value.message) < 400


def test_a_unit_with_a_foreign_code_is_entered_by_two_persons() -> None:
    with pytest.raises(BarcodeError, match="by hand by two persons"):
        parse_scan("]F0A1234567B", expect=Expect.BLOOD_UNIT)


@given(st.text(max_size=40), st.none() | st.sampled_from(Expect))
def test_no_text_makes_anything_but_a_scan_of_the_expected_class_or_an_error(
    text: str, expect: Expect | None
) -> None:
    try:
        scan = parse_scan(text, expect=expect)
    except BarcodeError:
        return
    assert expect is None or scan.kind is expect


DAMAGED = [*ONE_OF_EACH.values(), "]d2010690123456789217271231" + "10AB\x1d21S", "W000026123456*"]
DAMAGED += ["=+04001002003005=W00002612345600=%5100=<E0398V00&>0263652359", TRACE]


@given(st.sampled_from(DAMAGED), st.data())
def test_a_code_cut_doubled_or_spoilt_is_a_scan_or_a_named_error(
    code: str, data: st.DataObject
) -> None:
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(code))] * 2)))
    put = data.draw(st.text("0123456789NW=&>%<+]dC*\x1d()A a", max_size=6))
    spoilt = code[:start] + put + code[end:]
    today = data.draw(st.none() | st.dates())
    try:
        scan = parse_scan(spoilt, today=today)
    except BarcodeError as error:
        seen = error.seen
    else:
        seen = spoilt
        assert scan_to_json(scan)["kind"] in list(Expect)
    assert seen == spoilt
