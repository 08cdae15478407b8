"""`wardloop barcode parse`: one JSON line in, one out."""

from __future__ import annotations

import json
from typing import get_args

import pytest

from domain.barcodes import Scan, dose_label, parse_line, specimen_label, staff_badge, wristband
from domain.barcodes.lines import _CARRIED
from domain.barcodes.scans import BloodUnit

GS = "\x1d"
BODY = f"01069012345678921727123110AB1234{GS}21SN0001"


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (
            {"scan": f"]d2{BODY}", "expect": "medication"},
            {
                "kind": "medication",
                "gtin": "06901234567892",
                "lot": "AB1234",
                "expiry": "2027-12-31",
                "serial": "SN0001",
                "elements": {
                    "01": "06901234567892",
                    "17": "271231",
                    "10": "AB1234",
                    "21": "SN0001",
                },
            },
        ),
        (
            {"scan": f"]d28018690123456000000015{GS}80192", "expect": None},
            {
                "kind": "patient",
                "gsrn": "690123456000000015",
                "band_instance": 2,
                "elements": {"8018": "690123456000000015", "8019": "2"},
            },
        ),
        (
            {"scan": "(01)06901234567892(17)990100", "today": "2026-11-24"},
            {
                "kind": "medication",
                "gtin": "06901234567892",
                "expiry": "1999-01-31",
                "elements": {"01": "06901234567892", "17": "990100"},
            },
        ),
        (
            {"scan": "=W00002612345696", "expect": "blood_unit"},
            {"kind": "blood_unit", "din": "W000026123456", "check": "*", "flags": "96"},
        ),
        (
            {"scan": "W000026123456*"},
            {"kind": "blood_unit", "din": "W000026123456", "check": "*"},
        ),
        ({"scan": "=%5100"}, {"kind": "blood_unit", "abo_rhd": "O+", "group_code": "5100"}),
        ({"scan": "=<E0398V00"}, {"kind": "blood_unit", "product_code": "E0398V00"}),
        ({"scan": "&>0263652359"}, {"kind": "blood_unit", "expires_at": "2026-12-31T23:59"}),
        (
            {"scan": "=+02000=W00002612345600=>026365"},
            {
                "kind": "blood_unit",
                "din": "W000026123456",
                "check": "*",
                "flags": "00",
                "expires_at": "2026-12-31T23:59",
            },
        ),
        (
            {"scan": wristband("10000032", 1)},
            {"kind": "patient", "patient_id": "10000032", "band_instance": 1},
        ),
        ({"scan": staff_badge("N0042")}, {"kind": "staff", "staff_id": "N0042"}),
        (
            {"scan": dose_label("1001", 3)},
            {
                "kind": "medication",
                "dose_label": dose_label("1001", 3),
                "order_no": "1001",
                "seq": 3,
            },
        ),
        (
            {"scan": specimen_label("202611240001")},
            {"kind": "specimen", "container_id": "202611240001"},
        ),
        (
            {"scan": "CT0001", "expect": "examination"},
            {"kind": "examination", "accession_no": "CT0001"},
        ),
        (
            {"scan": "84144220003366541036"},
            {"kind": "medication", "trace_code": "84144220003366541036", "product_id": "8414422"},
        ),
    ],
)
def test_a_line_carries_what_the_code_carries_and_nothing_else(
    line: dict[str, object], answer: dict[str, object]
) -> None:
    assert parse_line(line) == answer
    assert json.loads(json.dumps(answer)) == answer


@pytest.mark.parametrize(
    ("line", "field", "says"),
    [
        ({}, "scan", "missing"),
        ({"scan": 6901234567892}, "scan", "no text"),
        ({"scan": "]d2801869012345600000"}, "scan", "14 of 18 characters"),
        ({"scan": "=%5100", "expect": "drug"}, "expect", "medication"),
        ({"scan": "=%5100", "expect": ["patient"]}, "expect", "is not known"),
        ({"scan": "=%5100", "expect": "patient"}, "scan", "expected a patient wristband"),
        ({"scan": "=%5100", "today": "24.11.2026"}, "today", "2026-11-24"),
        ({"scan": "=%5100", "today": 2026}, "today", "is no date"),
        ({"scan": "=%5100", "expct": "patient"}, "expct", "unknown field"),
    ],
)
def test_a_bad_line_names_its_field_and_what_would_be_right(
    line: dict[str, object], field: str, says: str
) -> None:
    answer = parse_line(line)
    assert set(answer) == {"error"}
    error = answer["error"]
    assert isinstance(error, dict)
    assert set(error) == {"field", "message"}
    assert error["field"] == field
    assert says in error["message"]


def test_every_kind_of_scan_has_its_line() -> None:
    assert set(get_args(Scan)) == {*_CARRIED, BloodUnit}
