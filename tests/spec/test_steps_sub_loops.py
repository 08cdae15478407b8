"""Steps of the sub-loops: tables 2.6, 2.7, 5.1 and 6.3, decision 51, record 0017 (P1, P2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.spec.step_rows import Step
from tests.spec.step_table import QUESTIONS, is_whole

if TYPE_CHECKING:
    from collections.abc import Callable

TITLE = "Steps of the sub-loops"
TABLES = {
    "adverse_reaction": (
        Step(
            "A1",
            "recognised",
            "RN PHY RAD",
            results="by_staff by_physician",
            fields="signs suspected_product? severity vital_signs?",
        ),
        Step("A2", "physician_told", "RN RAD", after="A1", when="A1:by_staff", fields="told_to"),
        Step(
            "A3",
            "assessed",
            "PHY",
            after="A1 A2",
            given="A1:by_staff",
            marks="sign",
            results="not_severe severe",
            fields="action allergy_entry?",
        ),
        Step("A4", "reported", "PHY RPH", after="A3", fields="report_no"),
        Step(
            "A5",
            "closed",
            "PHY RPH",
            after="A4",
            marks="closes",
            fields="reaction_outcome causality",
        ),
    ),
    "critical_value": (
        Step(
            "C1",
            "identified",
            "SYS LAB RADV RAD",
            fields="critical_item? critical_value? critical_limit? critical_list?",
        ),
        Step(
            "C2",
            "verified",
            "LAB RADV",
            after="C1",
            marks="sign",
            other_than="C1",
            other_when="!night",
            witness="LAB RAD RADV",
            witness_when="!night",
            results="confirmed not_confirmed",
            fields="rerun? specimen_ok?",
        ),
        Step(
            "C3",
            "notified",
            "LAB RADV SYS",
            after="C2:confirmed",
            until="C4",
            fields="channel attempt? callee",
        ),
        Step(
            "C4",
            "received",
            "RN PHY",
            after="C3",
            results="by_nurse by_physician",
            fields="value_heard read_back",
            checks="clinician",
        ),
        Step("C5", "phy_informed", "RN", after="C4", when="C4:by_nurse", fields="told_to"),
        Step(
            "C6",
            "phy_ack",
            "PHY",
            after="C4 C5",
            given="C4:by_nurse",
            marks="sign",
            fields="decision",
        ),
        Step("C7", "action", "PHY", after="C6", fields="action"),
        Step("C8", "documented", "PHY", after="C7", marks="closes", fields="note_id"),
        Step(
            "C9",
            "rechecked",
            "PHY RN",
            after="C7",
            when="recheck_required",
            fields="recheck_result",
        ),
    ),
    "medication_return": (
        Step(
            "Q1",
            "sent",
            "RN",
            when="!controlled",
            results="sent wasted",
            witness="RN PHY",
            witness_for="wasted",
            fields="quantity seal_intact? cold_chain_ok?",
        ),
        Step(
            "Q1c",
            "controlled_sent",
            "RN",
            when="controlled",
            results="sent wasted",
            witness="RN PHY",
            fields="quantity seal_intact? cold_chain_ok?",
        ),
        Step(
            "Q2",
            "received",
            "PT RPH",
            after="Q1:sent Q1c:sent",
            elsewhere="Q1c",
            marks="closes",
            results="restocked destroyed",
            fields="count condition?",
        ),
        Step(
            "Q2",
            "received",
            "PT RPH",
            after="Q1:sent Q1c:sent",
            given="controlled",
            elsewhere="Q1",
            marks="closes",
            results="restocked destroyed",
            fields="count condition?",
        ),
    ),
    "patch_removal": (
        Step(
            "P1",
            "removed",
            "RN",
            marks="closes",
            results="removed not_found",
            fields="site_condition?",
            checks="right_patient",
        ),
        Step(
            "P2",
            "disposed",
            "RN",
            after="P1:removed",
            when="controlled",
            witness="RN PHY",
            marks="closes",
        ),
    ),
    "transfusion_reaction": (
        Step("R1", "recognised", "RN PHY", fields="signs vital_signs?"),
        Step("R2", "stopped", "RN PHY", after="R1", fields="line_open"),
        Step(
            "R3",
            "clerical_check",
            "RN",
            after="R1",
            witness="RN PHY",
            fields="labels_match",
            checks="right_patient right_item",
        ),
        Step("R4", "phy_informed", "RN", after="R1", fields="told_to blood_bank_told"),
        Step("R5", "treated", "PHY", after="R4", fields="action may_restart?"),
        Step(
            "R5v",
            "vitals_repeated",
            "RN",
            after="R5",
            marks="optional",
            until="R9",
            results="unstable stable",
            fields="temperature? pulse? respiratory_rate? systolic_bp? diastolic_bp? spo2?",
        ),
        Step("R6", "samples_sent", "RN", after="R2 R3", fields="samples bag_sent"),
        Step(
            "R7", "investigated", "BB", after="R6", fields="haemolysis abo_repeat dat reaction_type"
        ),
        Step("R8", "reported", "PHY BB", after="R5", fields="report_no"),
        Step(
            "R9",
            "closed",
            "PHY",
            after="R7 R8",
            marks="closes",
            fields="severity imputability future_needs?",
        ),
    ),
}
HELD = pytest.mark.rows(
    "A1",
    "A2",
    "A3",
    "A4",
    "A5",
    "C1",
    "C2",
    "C3",
    "C4",
    "C5",
    "C6",
    "C7",
    "C8",
    "C9",
    "Q1",
    "Q1c",
    "Q2",
    "P1",
    "P2",
    "R1",
    "R2",
    "R3",
    "R4",
    "R5",
    "R5v",
    "R6",
    "R7",
    "R8",
    "R9",
)
ROWS = [pytest.param(loop, row, id=row.name) for loop, table in TABLES.items() for row in table]


@pytest.mark.parametrize("loop", TABLES)
def test_the_table_is_whole(loop: str) -> None:
    is_whole(loop, TABLES[loop], HELD.args)


@HELD
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.__name__)
@pytest.mark.parametrize(("loop", "row"), ROWS)
def test_the_step(loop: str, row: Step, question: Callable[[str, Step], None]) -> None:
    question(loop, row)
