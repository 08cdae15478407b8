"""Steps of the laboratory loop: table 4.1, decisions 12 and 51."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.spec.step_rows import Step
from tests.spec.step_table import QUESTIONS, is_whole

if TYPE_CHECKING:
    from collections.abc import Callable

TITLE = "Steps of the laboratory loop"
TABLE = (
    Step(
        "L1",
        "ordered",
        "PHY",
        marks="activates sign",
        checks="encounter_active test_request",
        level="order",
    ),
    Step("L2", "nurse_verified", "RN", after="L1", results="verified returned", level="order"),
    Step(
        "L3",
        "label_printed",
        "RN SYS",
        after="L2",
        when="!order.point_of_care",
        batch="container",
        fields="container container_type? reprints?",
        checks="not_stopped container_type",
    ),
    Step(
        "L4",
        "collected",
        "RN LAB PHY",
        after="L3",
        marks="starts",
        batch="container",
        results="collected failed",
        fields="site? volume? fasting? difficulty?",
        checks="right_patient right_item not_stopped collection",
    ),
    Step(
        "L5",
        "dispatched",
        "RN TRP",
        after="L4:collected",
        when="!order.point_of_care",
        batch="container",
        fields="transport_mode? temperature_mode?",
        checks="right_item",
    ),
    Step(
        "L6",
        "received",
        "LAB",
        after="L4:collected",
        when="!order.point_of_care",
        batch="container",
        results="accepted concession rejected",
        witness="PHY",
        witness_for="concession",
        fields="quality? reject_reason? comment?",
        checks="right_item not_stopped specimen_age",
    ),
    Step(
        "L6b",
        "rejection_acknowledged",
        "RN",
        after="L6:rejected",
        when="L6:rejected !order.point_of_care",
        outcome="LX05",
    ),
    Step(
        "L7",
        "testing",
        "LAB SYS",
        after="L6:accepted|concession",
        when="!order.point_of_care",
        results="in_house sent_out",
        fields="analyser? qc_ok? external_id? expected_at?",
    ),
    Step(
        "L8",
        "result_entered",
        "LAB SYS",
        after="L7",
        results="measured by_hand rerun",
        fields=(
            "values? results? flags? critical critical_item? critical_value? critical_limit?"
            " critical_list?"
        ),
        checks="plausibility",
    ),
    Step(
        "L9p",
        "report_preliminary",
        "LABV SYS",
        after="L7",
        when="!order.point_of_care",
        marks="optional reports",
        until="L9",
        fields=(
            "report_text? results? critical critical_item? critical_value? critical_limit?"
            " critical_list?"
        ),
        checks="critical_record",
    ),
    Step(
        "L9",
        "report_verified",
        "LABV SYS",
        after="L8",
        marks="sign reports closes",
        other_than="L8",
        other_when="L8:by_hand",
        fields=(
            "report_text? results? critical critical_item? critical_value? critical_limit?"
            " critical_list?"
        ),
        checks="right_report critical_record",
    ),
    Step(
        "L10",
        "report_viewed",
        "PHY RN",
        after="L9",
        when="reported",
        marks="per_version",
        level="order",
    ),
    Step(
        "L11",
        "physician_confirmed",
        "PHY",
        after="L9",
        marks="sign per_version closes",
        fields="decision exceptions_seen?",
        checks="latest_version",
        level="order",
    ),
)
HELD = pytest.mark.rows(
    "L1",
    "L2",
    "L3",
    "L4",
    "L5",
    "L6",
    "L6b",
    "L7",
    "L8",
    "L9p",
    "L9",
    "L10",
    "L11",
)


def test_the_table_is_whole() -> None:
    is_whole("test", TABLE, HELD.args)


@HELD
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_the_step(row: Step, question: Callable[[str, Step], None]) -> None:
    question("test", row)
