"""Real scans at the bedside, in the laboratory and at the blood bank."""

from __future__ import annotations

from datetime import timedelta, timezone

import pytest

from domain.barcodes import dose_label as label
from domain.barcodes import gs1_element_string, specimen_label, wristband
from domain.commands import NewTask
from domain.events import Event, Override, StepRecorded
from domain.people import Role
from tests.openings import MEDICATION, blood, dose, medication, tube, visit
from tests.story import MRN, Story, at, refused

BAND = wristband(MRN, 1)
GTIN = "06901234567892"
PACK = gs1_element_string({"01": GTIN, "17": "271231", "10": "AB1234"})
GSRN = "690123456000000015"
CN = timezone(timedelta(hours=8))


def _ward_stock(**more: object) -> Story:
    story = medication()
    story.item_codes = frozenset({GTIN, "8601234"})
    for name, value in more.items():
        setattr(story, name, value)
    return story


def _kept(events: tuple[Event, ...]) -> StepRecorded:
    return next(one.body for one in events if isinstance(one.body, StepRecorded))


@pytest.mark.rows("M10", "E44")
def test_the_right_band_and_the_right_pack() -> None:
    story = _ward_stock()
    body = _kept(story.record("M10", "08:00", scans=(BAND, PACK)))
    assert body.findings == ()
    assert body.scans == (BAND, PACK)
    assert story.task.steps["M10"].evidence["lot"] == "AB1234"


@pytest.mark.rows("M10")
@pytest.mark.parametrize(
    ("scans", "check", "says"),
    [
        ((wristband("0099999999", 1), PACK), "right_patient", "wrong patient"),
        ((wristband(MRN, 2), PACK), "right_patient", "replaced by a newer one"),
        ((BAND, PACK.replace(GTIN, "06901234567908")), "right_item", "wrong item"),
        ((BAND, label("ORDER9", 1)), "right_item", "wrong item"),
        ((BAND, PACK, "P00123"), "scan_readable", "cannot be read"),
        (
            (BAND, gs1_element_string({"01": GTIN, "17": "261123", "10": "A"})),
            "expiry",
            "expired",
        ),
    ],
)
def test_a_wrong_code_stops_whatever_reason_is_given(
    scans: tuple[str, ...], check: str, says: str
) -> None:
    story = _ward_stock()
    why = Override(check, "I am sure")
    with refused("FINDINGS") as caught:
        story.record("M10", "08:00", scans=scans, overrides=(why,), noscan_reason="x")
    assert check in caught.checks
    assert says in caught.text
    assert "M10" not in story.task.steps


@pytest.mark.rows("M10")
def test_without_a_scan_the_nurse_says_why() -> None:
    story = _ward_stock()
    with refused("FINDINGS") as caught:
        story.record("M10", "08:00", noscan_reason="")
    assert caught.checks == ["right_patient", "right_item"]
    with refused("FINDINGS") as caught:
        story.record("M10", "08:00", scans=(BAND,))
    assert caught.checks == ["right_item"]
    body = _kept(story.record("M10", "08:00", noscan_reason="scanner down"))
    assert {one.severity.value for one in body.findings} == {"info"}


@pytest.mark.rows("M10")
def test_a_patient_is_known_by_the_gs1_number_too() -> None:
    story = _ward_stock(gsrn=GSRN)
    band = gs1_element_string({"8018": GSRN})
    story.record("M10", "08:00", scans=(band, PACK))
    other = _ward_stock(gsrn="690123456000000770", band_instance=2)
    with refused("FINDINGS") as caught:
        other.record("M10", "08:00", scans=(band, PACK))
    assert caught.checks == ["right_patient"]
    reprinted = _ward_stock(gsrn=GSRN, band_instance=2)
    with refused("FINDINGS"):
        reprinted.record(
            "M10", "08:00", scans=(gs1_element_string({"8018": GSRN, "8019": "1"}), PACK)
        )


@pytest.mark.rows("M10")
def test_a_chinese_trace_code_answers_by_its_product() -> None:
    story = _ward_stock()
    story.record("M10", "08:00", scans=(BAND, "86012340000000000017"))
    assert "M10" in story.task.steps


@pytest.mark.rows("M5", "M10")
def test_a_dose_label_belongs_to_its_dose() -> None:
    story = medication(dose("10:00", ward_stock=False))
    story.item_codes = frozenset({GTIN})
    own, other = label("ORDER1", 1), label("ORDER1", 2)
    story.record("M5", "07:20", by=Role.PHARMACY_TECHNICIAN, scans=(PACK, own), dose_label=own)
    story.record("M6", "07:30", scans=(own,))
    story.record("M8", "07:40")
    with refused("FINDINGS") as caught:
        story.record("M10", "10:00", scans=(BAND, other))
    assert caught.checks == ["right_item"]
    story.record("M10", "10:00", scans=(BAND, own))


@pytest.mark.rows("M5", "M10")
def test_an_item_that_nothing_names_is_bound_only_where_a_step_names_it() -> None:
    story = medication(dose("10:00", ward_stock=False))
    own = label("ORDER1", 1)
    with refused("FINDINGS") as caught:
        story.record("M5", "07:20", by=Role.PHARMACY_TECHNICIAN, scans=(own, label("ORDER1", 2)))
    assert caught.checks == ["right_item"]
    story.record("M5", "07:20", by=Role.PHARMACY_TECHNICIAN, scans=(own,))
    assert story.task.steps["M5"].evidence["dose_label"] == own
    stock = medication()
    with refused("FINDINGS") as caught:
        stock.record("M10", "08:00", scans=(BAND, PACK))
    assert caught.checks == ["right_item"]
    assert "by eye" in caught.text
    stock.record(
        "M10", "08:00", scans=(BAND, PACK), overrides=(Override("right_item", "read by eye"),)
    )


@pytest.mark.rows("L4", "L6")
@pytest.mark.parametrize("code", [specimen_label("1234567890"), "1234567890"])
def test_a_tube_is_known_by_its_label_or_its_bare_number(code: str) -> None:
    story = tube()
    story.record("L4", "07:30", scans=(BAND, code), result="collected")
    with refused("FINDINGS") as caught:
        story.record("L6", "07:40", scans=(specimen_label("1234567899"),), result="accepted")
    assert caught.checks == ["right_item"]
    with refused("FINDINGS") as caught:
        story.record("L6", "07:40", scans=("1234567899",), result="accepted")
    assert caught.checks == ["right_item"]
    story.record("L6", "07:40", scans=(code,), result="accepted")


@pytest.mark.rows("E7")
def test_an_examination_is_known_by_its_accession_number() -> None:
    story = visit()
    with refused("FINDINGS") as caught:
        story.record("E7", "08:55", scans=(BAND, "ACC78"), result="arrived")
    assert caught.checks == ["right_item"]
    story.record("E7", "08:55", scans=(BAND, "ACC77"), result="arrived")


@pytest.mark.rows("T11", "T12", "T14")
def test_a_unit_is_known_by_its_donation_number_alone_or_compound() -> None:
    story = blood()
    compound = "=+04001002003005=W00002612345600=%5100=<E0398V00&>0263652359"
    plain = "=W00002612345600"
    story.record("T11", "08:00", witness=Role.PORTER, din="W000026123456", scans=(plain,))
    with refused("FINDINGS") as caught:
        story.record("T12", "08:05", witness=Role.NURSE, scans=("=W00002612346500",))
    assert caught.checks == ["right_item"]
    story.record("T12", "08:05", witness=Role.NURSE, scans=(compound,))
    story.record("T13", "08:06", scans=(BAND,))
    expired = compound.replace("&>0263652359", "&>0263280800")
    with refused("FINDINGS") as caught:
        story.record("T14", "08:10", witness=Role.NURSE, scans=(BAND, expired))
    assert caught.checks == ["expiry"]
    story.record("T14", "08:10", witness=Role.NURSE, scans=(BAND, compound))


@pytest.mark.rows("T11")
def test_a_unit_without_a_crossmatch_is_held_to_what_is_typed_at_its_issue() -> None:
    story = blood(upto="T9", component="plasma")
    with refused("FINDINGS") as caught:
        story.record(
            "T11", "08:00", witness=Role.PORTER, din="W000026123456", scans=("=W00002612346500",)
        )
    assert caught.checks == ["right_item"]
    story.record(
        "T11", "08:00", witness=Role.PORTER, din="W000026123456", scans=("=W00002612345600",)
    )


@pytest.mark.rows("M10", "T14")
def test_the_day_of_a_label_ends_on_the_ward_not_in_greenwich() -> None:
    last_day = gs1_element_string({"01": GTIN, "17": "261124", "10": "A"})
    story = _ward_stock(zone=CN)
    story.record("M10", "15:59", scans=(BAND, last_day))
    late = _ward_stock(zone=CN)
    with refused("FINDINGS") as caught:
        late.record("M10", "16:00", scans=(BAND, last_day))
    assert caught.checks == ["expiry"]


@pytest.mark.rows("M9")
@pytest.mark.parametrize(("day", "passes"), [("2026-11-24", True), ("2026-11-23", False)])
def test_an_expiry_that_is_typed_counts_like_a_scanned_one(day: str, *, passes: bool) -> None:
    story = medication(dose("10:00", ward_mixed=True))
    if passes:
        story.record("M9", "09:00", expiry=day)
    else:
        with refused("FINDINGS") as caught:
            story.record("M9", "09:00", expiry=day)
        assert caught.checks == ["expiry"]
    with refused("INVALID_INPUT"):
        medication(dose("10:00", ward_mixed=True)).record("M9", "09:00", expiry="soon")


@pytest.mark.rows("M1", "MX22")
def test_no_order_is_signed_for_a_patient_who_has_left() -> None:
    story = Story("medication", MEDICATION, discharged=at("07:30"))
    with refused("FINDINGS") as caught:
        story.record("M1", "07:40")
    assert caught.checks == ["encounter_active"]
    story = Story("medication", MEDICATION, discharged=at("07:30"))
    story.record("M1", "07:20")


@pytest.mark.rows("E44")
def test_a_finding_asks_for_what_its_severity_says() -> None:
    story = _ward_stock()
    with refused("FINDINGS") as caught:
        story.record("M10", "08:00", noscan_reason="")
    assert caught.text.endswith("or override with a reason")
    assert caught.error is not None
    assert caught.error.field == "override"
    both = (Override("right_patient", "isolation"), Override("right_item", "isolation"))
    story.record("M10", "08:00", noscan_reason="", overrides=both)
    assert story.task.steps["M10"].at == at("08:00")


@pytest.mark.rows("E25")
def test_what_a_label_says_of_its_validity_wins() -> None:
    story = medication(
        NewTask(due_at=at("12:00"), fields={"ward_stock": True, "ward_mixed": True}, last=True)
    )
    story.record("M9", "08:00", valid_until=at("15:00").isoformat())
    assert story.due(story.task)["TM11v"] == at("15:00")
    story.record("M10", "12:30")
    short = medication(dose("12:00", ward_mixed=True))
    short.record("M9", "08:00")
    with refused("FINDINGS") as caught:
        short.record("M10", "12:01")
    assert caught.checks == ["validity"]
