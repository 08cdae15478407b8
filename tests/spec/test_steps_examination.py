"""Steps of the examination loop: table 3.1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.spec.step_rows import Step
from tests.spec.step_table import QUESTIONS, is_whole

if TYPE_CHECKING:
    from collections.abc import Callable

TITLE = "Steps of the examination loop"
TABLE = (
    Step(
        "E1",
        "ordered",
        "PHY",
        marks="activates sign",
        checks="encounter_active exam_request",
        level="order",
    ),
    Step("E2", "nurse_verified", "RN", after="E1", results="verified returned", level="order"),
    Step(
        "E3",
        "scheduled",
        "RAD SYS",
        after="E1",
        results="booked returned",
        fields="accession? room? slot? instructions?",
        checks="not_stopped appointment",
    ),
    Step(
        "E4",
        "consented",
        "PHY",
        after="E1",
        when="order.consent_required",
        marks="sign",
        results="consented emergency",
        witness="PHY",
        witness_for="emergency",
        co_signed="consented",
        fields="form_id relation?",
    ),
    Step(
        "E5",
        "prepared",
        "RN",
        after="E3:booked",
        when="order.checklist",
        results="ready not_ready safety_stop",
        valid="TE13",
        fields=(
            "fasting_since? bowel_prep? iv_gauge? egfr? egfr_at? metal_screen? "
            "pregnancy_test? drugs_held?"
        ),
        checks="right_patient exam_safety",
    ),
    Step(
        "E6",
        "departed",
        "RN",
        after="E5:ready",
        when="!order.bedside",
        given="order.checklist",
        fields="transport_mode escort? condition?",
        checks="right_patient not_stopped",
    ),
    Step(
        "E7",
        "checked_in",
        "RAD",
        after="E3:booked",
        results="arrived not_ready",
        checks="right_patient right_item not_stopped",
    ),
    Step(
        "E8",
        "started",
        "RAD",
        after="E7:arrived E5:ready E4:consented|emergency",
        given="order.checklist order.consent_required",
        marks="starts",
        results="started safety_stop",
        witness="RAD RADV RN PHY",
        witness_when="order.invasive",
        fields="device? contrast_product? lot? expiry? contrast_volume?",
        checks="right_patient right_item expiry not_stopped time_out consent contrast",
    ),
    Step(
        "E9",
        "completed",
        "RAD",
        after="E8:started",
        results="complete partial stopped_reaction",
        fields="images? radiation_dose? contrast_volume? reaction repeat_needed?",
    ),
    Step(
        "E10",
        "returned",
        "RN",
        after="E9 E6",
        when="!order.bedside",
        fields="condition puncture_site? reaction",
        checks="right_patient",
    ),
    Step(
        "E11",
        "report_drafted",
        "RADV",
        after="E9",
        marks="optional reports",
        until="E12",
        results="by_physician by_trainee",
        fields="report_text? critical critical_item? critical_value?",
    ),
    Step(
        "E12",
        "report_verified",
        "RADV",
        after="E9",
        marks="sign reports closes",
        other_than="E11",
        other_when="E11:by_trainee",
        fields="report_text? critical critical_item? critical_value? repeat_needed?",
        checks="right_report critical_record",
    ),
    Step(
        "E13",
        "report_viewed",
        "PHY RN",
        after="E12",
        when="reported",
        marks="per_version",
        level="order",
    ),
    Step(
        "E14",
        "physician_confirmed",
        "PHY",
        after="E12",
        marks="sign per_version closes",
        fields="decision exceptions_seen?",
        checks="latest_version",
        level="order",
    ),
)
HELD = pytest.mark.rows(
    "E1",
    "E2",
    "E3",
    "E4",
    "E5",
    "E6",
    "E7",
    "E8",
    "E9",
    "E10",
    "E11",
    "E12",
    "E13",
    "E14",
)


def test_the_table_is_whole() -> None:
    is_whole("examination", TABLE, HELD.args)


@HELD
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_the_step(row: Step, question: Callable[[str, Step], None]) -> None:
    question("examination", row)
