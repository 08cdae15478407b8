"""Steps of the transfusion loop: table 6.1, decisions 12 and 51."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.spec.step_rows import Step
from tests.spec.step_table import QUESTIONS, is_whole

if TYPE_CHECKING:
    from collections.abc import Callable

TITLE = "Steps of the transfusion loop"
TABLE = (
    Step(
        "T1",
        "assessed",
        "PHY",
        fields=(
            "indication haemoglobin? platelet_count? inr? fibrinogen? results_at? "
            "reaction_history? pregnancy_history? infection_markers?"
        ),
        level="order",
    ),
    Step(
        "T2",
        "consented",
        "PHY",
        after="T1",
        afterwards="order.emergency",
        marks="sign",
        results="consented refused",
        co_signed="always",
        fields="form_id relation?",
        level="order",
    ),
    Step(
        "T3",
        "ordered",
        "PHY",
        after="T1 T2:consented",
        marks="activates sign",
        checks="encounter_active transfusion_request",
        level="order",
    ),
    Step(
        "T4",
        "approved",
        "PHY2",
        after="T3",
        afterwards="order.emergency",
        other_than="T3",
        results="approved returned",
        level="order",
    ),
    Step(
        "T4b",
        "approved_department",
        "DH",
        after="T4:approved",
        when="order.approval_level=department|affairs",
        afterwards="order.emergency",
        results="approved returned",
        level="order",
    ),
    Step(
        "T4c",
        "approved_affairs",
        "MED",
        after="T4b:approved",
        when="order.approval_level=affairs",
        afterwards="order.emergency",
        results="approved returned",
        level="order",
    ),
    Step("T5", "nurse_verified", "RN", after="T3", results="verified returned", level="order"),
    Step(
        "T6",
        "sample_collected",
        "RN",
        after="T5",
        afterwards="order.emergency",
        witness="RN PHY",
        valid="TT05",
        fields="container site?",
        checks="right_patient not_stopped sample_label second_sample",
        level="order",
    ),
    Step(
        "T7",
        "sample_received",
        "BB",
        after="T6",
        afterwards="order.emergency",
        results="accepted rejected returned",
        fields="container reject_reason?",
        checks="not_stopped specimen_age",
        level="order",
    ),
    Step(
        "T8",
        "group_screened",
        "BB",
        after="T7:accepted",
        afterwards="order.emergency",
        witness="BB",
        results="matched positive_screen discrepancy",
        fields="abo_rhd antibody_screen history_compared?",
        checks="group_history",
        level="order",
    ),
    Step(
        "T9",
        "prescription_issued",
        "PHY",
        after="T3",
        fields="rate? premedication? duration?",
        checks="not_stopped",
        level="order",
    ),
    Step(
        "T10",
        "crossmatched",
        "BB",
        after="T8:matched|positive_screen",
        when="!order.component=plasma|platelets|cryoprecipitate",
        afterwards="order.emergency",
        witness="BB",
        valid="TT06",
        results="compatible incompatible",
        fields="din product_code? blood_group? special_needs? method? valid_until?",
        checks="not_stopped blood_compatible special_needs unit_expiry",
    ),
    Step(
        "T11e",
        "emergency_released",
        "PHY",
        after="T3",
        when="order.emergency",
        marks="sign",
        fields="reason",
    ),
    Step(
        "T11",
        "issued",
        "BB",
        after="T10:compatible T9 T4:approved T4b:approved T4c:approved T6 T11e",
        given="order.approval_level=affairs",
        elsewhere="T11e",
        marks="sign",
        batch="issue",
        witness="RN PHY TRP",
        fields="din product_code? blood_group? special_needs? expiry? appearance box_temperature?",
        checks=(
            "right_item expiry not_stopped recall right_unit blood_compatible special_needs "
            "sample_validity appearance"
        ),
    ),
    Step(
        "T11",
        "issued",
        "BB",
        after="T10:compatible T9 T4:approved T4b:approved T4c:approved T6 T11e",
        given="order.approval_level=affairs order.emergency",
        elsewhere="T10 T4 T4b T4c T6",
        marks="sign",
        batch="issue",
        witness="RN PHY TRP",
        fields="din product_code? blood_group? special_needs? expiry? appearance box_temperature?",
        checks=(
            "right_item expiry not_stopped recall right_unit blood_compatible special_needs "
            "sample_validity appearance"
        ),
    ),
    Step(
        "T12",
        "received",
        "RN",
        after="T11",
        witness="RN PHY",
        fields="condition box_temperature?",
        checks="right_item expiry right_unit transit",
    ),
    Step(
        "T13",
        "pre_vitals",
        "RN",
        after="T3",
        valid="TT09",
        fields="temperature pulse respiratory_rate systolic_bp diastolic_bp spo2?",
        checks="right_patient not_stopped baseline_vitals",
    ),
    Step(
        "T14",
        "bedside_verified",
        "RN",
        after="T12 T13",
        witness="RN PHY",
        valid="TT10",
        checks=(
            "right_patient right_item expiry not_stopped right_unit blood_compatible consent "
            "storage_time"
        ),
    ),
    Step(
        "T15",
        "started",
        "RN",
        after="T14 T13 T6",
        marks="starts",
        fields="site? filter_set? rate?",
        checks="not_stopped storage_time line_and_filter",
    ),
    Step(
        "T14b",
        "identity_repeated",
        "RN",
        after="T15",
        when="transferred",
        checks="right_patient right_item",
    ),
    Step(
        "T16",
        "vitals_15",
        "RN",
        after="T15",
        fields="temperature pulse respiratory_rate systolic_bp diastolic_bp spo2? reaction",
        checks="reaction_signs",
        wait=12,
    ),
    Step(
        "T17",
        "monitored",
        "RN",
        after="T16",
        marks="optional",
        until="T18",
        fields=(
            "temperature? pulse? respiratory_rate? systolic_bp? diastolic_bp? spo2? rate? reaction"
        ),
        checks="reaction_signs",
    ),
    Step(
        "T18",
        "completed",
        "RN",
        after="T15",
        results="complete partial time_limit stopped_reaction",
        fields="volume flushed?",
        checks="unit_time",
    ),
    Step(
        "T19",
        "post_vitals",
        "RN",
        after="T18",
        fields="temperature pulse respiratory_rate systolic_bp diastolic_bp spo2? reaction",
        checks="reaction_signs",
    ),
    Step("T20", "bag_sent", "RN", after="T18", fields="din?", checks="right_item"),
    Step(
        "T20b",
        "bag_returned",
        "BB",
        after="T20",
        marks="closes",
        fields="din? kept_until?",
        checks="right_item",
    ),
    Step(
        "T21",
        "effect_evaluated",
        "PHY",
        after="tasks:ended",
        fields="effective haemoglobin? platelet_count? inr? fibrinogen? note_id?",
        level="order",
    ),
    Step(
        "T22",
        "physician_confirmed",
        "PHY",
        after="T21",
        also="T4 T5 T6 T7 T8 T9",
        marks="sign closes",
        fields="comment? exceptions_seen?",
        level="order",
    ),
)
HELD = pytest.mark.rows(
    "T1",
    "T2",
    "T3",
    "T4",
    "T4b",
    "T4c",
    "T5",
    "T6",
    "T7",
    "T8",
    "T9",
    "T10",
    "T11e",
    "T11",
    "T12",
    "T13",
    "T14",
    "T15",
    "T14b",
    "T16",
    "T17",
    "T18",
    "T19",
    "T20",
    "T20b",
    "T21",
    "T22",
)


def test_the_table_is_whole() -> None:
    is_whole("transfusion", TABLE, HELD.args)


@HELD
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_the_step(row: Step, question: Callable[[str, Step], None]) -> None:
    question("transfusion", row)
