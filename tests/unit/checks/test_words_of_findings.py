"""Every finding has words in Chinese, and a draft says that it is one."""

from __future__ import annotations

import pytest

from client.presenters.step_dialog import finding_words
from client.texts import Language, Texts
from domain.findings import Finding, Severity
from tests.unit.checks.patient_record import allergy, asked, checks, found, patient

FINER = (
    "allergy", "interaction", "incompatibility", "duplicate", "max_dose", "renal", "pregnancy",
    "high_alert", "look_alike", "potassium", "qt",
)  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("check", [*checks(), *FINER])
def test_every_check_has_words(check: str, language: Language) -> None:
    texts = Texts.load(language)
    said = finding_words(Finding(check, Severity.WARNING, "in English"), texts)
    assert said
    assert (said == "in English") is (language == "en")
    assert "{" not in said


def test_a_draft_and_what_was_not_checked_say_so() -> None:
    of = patient(allergies=(allergy("penicillins"),))
    (draft,) = found(asked("amoxicillin", of=of), "allergy")
    assert "规则待审核" in finding_words(draft, Texts.load("zh"))
    assert "draft rule" in finding_words(draft, Texts.load("en"))
    (unknown,) = found(asked("meropenem"), "renal")
    assert finding_words(unknown, Texts.load("zh")).startswith("未核查")
