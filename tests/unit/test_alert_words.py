"""What an alert says to a person: about what, by which value, which step, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from client.presenters.alert_words import AlertWords
from client.presenters.formats import Formats
from client.presenters.titles import Names
from client.texts import Texts
from domain.alerts import ALSO, EVIDENCE, Alert, AlertKey, AlertSeverity
from domain.ids import EncounterId, PatientId, WardId
from domain.services.alert_lists import AlertItem
from domain.worklists import AlertRow
from rules.alerts.loader import load_rules
from tests.story import loops

if TYPE_CHECKING:
    from collections.abc import Mapping

    from client.texts import Language

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
RULES = load_rules().rules
NAMES = Names(MappingProxyType({("drug", "METO25"): ("Metoprolol tablet", "美托洛尔片")}))
TABLET: Mapping[str, object] = {"product": "METO25", "dose": "25 mg", "route": "PO"}


def words(language: Language) -> AlertWords:
    return AlertWords(Formats(Texts.load(language), UTC), NAMES, loops())


def item(
    rule: str,
    *,
    loop: str | None = None,
    limit: str | None = None,
    step: str | None = None,
    fields: Mapping[str, object] | None = None,
    members: tuple[Mapping[str, object], ...] = (),
    evidence: Mapping[str, str] | None = None,
) -> AlertItem:
    alert = Alert(
        id="alert-1",
        key=AlertKey(rule, "task-1", "08:00"),
        encounter=EncounterId("stay-1"),
        severity=AlertSeverity.S2,
        since=NOW,
        raised_at=NOW,
        roles=(),
        limit=limit,
        step=step,
        evidence=evidence or {},
    )
    row = AlertRow(
        alert=alert,
        ward=WardId("7"),
        bed="12",
        patient=PatientId("patient-1"),
        patient_name="WANG, Xiaoming",
        patient_name_zh="王小明",
        mrn="0012345678",
        birth_date=None,
        loop=loop,
        order_fields=fields or {},
    )
    named = (evidence or {}).get(ALSO, "").split(",")
    hidden = tuple(RULES[one].definition for one in named if one in RULES)
    known = RULES.get(rule)
    return AlertItem(row, None if known is None else known.definition, 5, "", hidden, members)


@pytest.mark.parametrize(
    ("asked", "english", "chinese"),
    [
        (
            item("M-05", loop="medication", fields=TABLET),
            "First or STAT dose not given: Metoprolol tablet 25 mg oral",
            "首剂或即刻医嘱未执行:美托洛尔片 25 mg 口服",
        ),
        (
            item("M-07", members=(TABLET, {"product": "ASPI100", "dose": "100 mg"}, TABLET, {})),
            "Scheduled doses are late: Metoprolol tablet 25 mg oral; ASPI100 100 mg",
            "定时给药延迟:美托洛尔片 25 mg 口服; ASPI100 100 mg",
        ),
        (
            item("X-NEWS-EMER", evidence={"news2": "9", "complete": "true"}),
            "NEWS2 is 7 or more: emergency [NEWS2 9]",
            "NEWS2≥7分:危重 [NEWS2 9分]",
        ),
        (
            item("L-09", limit="TC04", step="C7", evidence={EVIDENCE: "potassium 6.8 mmol/L"}),
            "Critical value not acted on [potassium 6.8 mmol/L]",
            "危急值未处置 [钾 6.8 mmol/L]",
        ),
        (
            item("L-09", evidence={EVIDENCE: "troponin 90 ng/L"}),
            "Critical value not acted on [troponin 90 ng/L]",
            "危急值未处置 [troponin 90 ng/L]",
        ),
        (
            item("M-03", fields={"product": "METO25"}, evidence={"hides": "M-05", ALSO: "M-05"}),
            "Reviewed, not dispensed: Metoprolol tablet (also: First or STAT dose not given)",
            "已审方未发药:美托洛尔片(另有:首剂或即刻医嘱未执行)",
        ),
        (
            item("X-LATE", loop="medication", limit="TM01", step="M2"),
            "A step is late (M2 Verified by nurse)",
            "步骤超时 (M2 护士校对)",
        ),
        (
            item("X-LATE", loop="medication", limit="TM24", step="release"),
            "A step is late (release)",
            "步骤超时 (release)",
        ),
        (item("X-99"), "X-99", "X-99"),
    ],
    ids=lambda one: one if isinstance(one, str) else one.alert.key.rule,
)
def test_what_is_wrong_about_what(asked: AlertItem, english: str, chinese: str) -> None:
    assert words("en").wrong(asked) == english
    assert words("zh").wrong(asked) == chinese


def test_the_step_of_a_sub_loop_is_named_though_its_alert_is_listed_under_the_order() -> None:
    late = item("T-13", loop="transfusion", limit="TR01", step="R2")
    name = loops().get("transfusion_reaction").steps["R2"].text
    assert words("en").wrong(late) == f"Signs of a transfusion reaction (R2 {name.en})"
    assert name.zh in words("zh").wrong(late)
    signs = item("T-13", loop="transfusion", step="T18")
    assert words("en").wrong(signs) == "Signs of a transfusion reaction", "no limit is late"


def test_what_to_do() -> None:
    rule = RULES["M-05"].definition
    assert words("en").to_do(rule) == "Give it now, or record why not"
    assert words("zh").to_do(rule) == "立即给药,或记录未给原因"
    assert words("en").to_do(None) == ""
