"""Steps of the medication loop: table 2.1, decisions 12 and 52."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.spec.step_rows import Step
from tests.spec.step_table import QUESTIONS, is_whole

if TYPE_CHECKING:
    from collections.abc import Callable

TITLE = "Steps of the medication loop"
TABLE = (
    Step(
        "M1",
        "prescribed",
        "PHY",
        afterwards="order.verbal",
        marks="activates sign",
        checks="encounter_active prescribing",
        level="order",
    ),
    Step(
        "M2",
        "nurse_verified",
        "RN",
        after="M1",
        afterwards="order.verbal",
        results="verified returned",
        fields="read_back?",
        witness="RN PHY",
        witness_when="order.verbal",
        level="order",
    ),
    Step(
        "M3",
        "pharm_reviewed",
        "RPH SYS",
        after="M1",
        afterwards="order.priority=STAT",
        results="approved auto_passed intervened returned",
        fields="category? advice?",
        checks="prescribing",
        level="order",
    ),
    Step(
        "M4a",
        "skin_test_started",
        "RN",
        after="M2",
        when="order.skin_test",
        fields="lot site",
        checks="right_patient",
        level="order",
    ),
    Step(
        "M4",
        "skin_test_read",
        "RN",
        after="M4a",
        when="order.skin_test",
        results="negative positive",
        witness="RN PHY",
        valid="TM23",
        checks="right_patient",
        wait=16,
        level="order",
    ),
    Step(
        "M5",
        "prepared",
        "PT RPH",
        after="M3:approved|auto_passed M4:negative",
        when="!ward_stock",
        given="order.skin_test",
        batch="dispensing",
        fields="lot? expiry? quantity? dose_label?",
        checks="right_item expiry not_stopped recall",
    ),
    Step(
        "M6",
        "dispense_checked",
        "RPH",
        after="M5",
        when="!ward_stock",
        batch="dispensing",
        other_than="M5",
        checks="right_item expiry not_stopped recall",
    ),
    Step(
        "M7",
        "dispatched",
        "TRP",
        after="M6",
        when="!ward_stock transported",
        batch="dispensing",
        witness="RPH PT",
        witness_when="order.controlled",
        fields="seal?",
    ),
    Step(
        "M8",
        "received",
        "RN",
        after="M7",
        when="!ward_stock",
        given="transported",
        batch="dispensing",
        fields="count shortage? box_temperature? teaching?",
        checks="receipt",
    ),
    Step(
        "M9",
        "ward_prepared",
        "RN",
        after="M8",
        when="ward_mixed !take_home",
        witness="RN",
        witness_when="order.high_alert",
        marks="blind",
        valid="TM11v",
        fields="components? valid_until? dose_label?",
        checks="right_item expiry not_stopped mixing",
    ),
    Step(
        "M10",
        "bedside_verified",
        "RN",
        after="M2 M4:negative M9",
        when="!take_home",
        given="order.skin_test ward_mixed",
        witness="RN",
        witness_when="order.high_alert",
        marks="blind",
        valid="TM12",
        fields="parameter? pump?",
        checks="right_patient right_item expiry not_stopped recall dose route window parameters"
        " old_patch",
    ),
    Step(
        "M11",
        "admin_started",
        "RN",
        after="M10 M9",
        when="!take_home",
        given="ward_mixed infusion",
        marks="starts",
        witness="RN PHY",
        witness_when="order.verbal",
        fields="dose rate? site? pump? expected_end?",
        checks="not_stopped pump_rate old_patch patch_site",
    ),
    Step(
        "M12",
        "monitored",
        "RN",
        after="M11",
        when="infusion !take_home",
        marks="optional",
        until="M13",
        fields="rate? volume_remaining? site_condition? reaction",
        checks="infusion_site",
    ),
    Step(
        "M13",
        "admin_completed",
        "RN",
        after="M11",
        when="!take_home",
        given="infusion",
        marks="closes",
        results="complete partial stopped_reaction",
        fields="amount wasted?",
        checks="balance",
    ),
    Step(
        "M14",
        "response_assessed",
        "RN",
        after="M13",
        when="effect_required !take_home",
        marks="closes",
        fields="effective reaction score_before? score_after?",
    ),
    Step("M18", "prescriber_told", "RN", marks="optional", fields="told_to"),
    Step(
        "M15",
        "order_ended",
        "PHY SYS",
        after="M1",
        marks="automatic",
        results="discontinued stop_reached last_task",
        level="order",
    ),
    Step("M17", "stop_acknowledged", "RN", after="M15", when="M15:discontinued", level="order"),
    Step(
        "M16",
        "physician_confirmed",
        "PHY",
        after="M15 tasks:ended",
        also="M2 M3",
        given="M15:last_task",
        marks="sign closes",
        fields="comment? exceptions_seen?",
        level="order",
    ),
)
HELD = pytest.mark.rows(
    "M1",
    "M2",
    "M3",
    "M4a",
    "M4",
    "M5",
    "M6",
    "M7",
    "M8",
    "M9",
    "M10",
    "M11",
    "M12",
    "M13",
    "M14",
    "M18",
    "M15",
    "M17",
    "M16",
)


def test_the_table_is_whole() -> None:
    is_whole("medication", TABLE, HELD.args)


@HELD
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_the_step(row: Step, question: Callable[[str, Step], None]) -> None:
    question("medication", row)
