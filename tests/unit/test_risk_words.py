"""Each cause of a score in words, in both languages: what a nurse would call it, and of what."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from client.presenters.formats import NO_BREAK, Formats
from client.presenters.risk_words import About, cause_words, missing_words
from client.presenters.titles import read_names
from client.texts import LANGUAGES, Language, Texts
from domain.situation import RiskCause
from rules.risk import RiskInputs, shipped_model
from tests.checked_ward import checked_shift
from tests.shift import ZONE, Shift

if TYPE_CHECKING:
    from domain.situation import RiskScore

OTHERS = (
    "news2", "news2_change", "observations_overdue", "aki", "critical_value_open", "open_step",
    "open_step_deteriorating", "on_time_steps", "age", "charlson", "egfr", "braden", "morse",
)  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_cause_and_all_that_can_be_missing_has_its_word(language: Language) -> None:
    texts = Texts.load(language)
    kinds = {kind for kind, _ in shipped_model().orders}
    keys = [f"risk_cause.{one}" for one in (*kinds, *OTHERS)]
    keys += [f"risk_missing.{one}" for one in RiskInputs().missing]
    assert [key for key in keys if not texts.has(key)] == []


@pytest.fixture
def shift() -> Shift:
    return checked_shift()


def score(shift: Shift) -> RiskScore:
    return shift.app.show_risk(user="li.na", encounter=shift.stay, now=shift.clock.at).risk


def said(shift: Shift, language: Language) -> list[str]:
    app, risk = shift.app, score(shift)
    streams = app.reads.situation(shift.stay, now=shift.clock.at).streams
    about = About(app.reads, app.loops, streams, read_names(app.reads, at=shift.clock.at))
    formats = Formats(Texts.load(language), ZONE)
    book = app.place.rulebook
    found = (
        cause_words(risk, one, about=about, rulebook=book, formats=formats) for one in risk.causes
    )
    return [one.replace(NO_BREAK, " ") for one in found]


def test_a_late_review_is_named_with_its_drug(shift: Shift) -> None:
    shift.ordered(shift.drug())
    shift.at("09:30")
    english = said(shift, "en")
    assert "A step is late (Verified by nurse): Paracetamol 500 mg 500 mg" in english
    assert any(one.endswith(":对乙酰氨基酚 500 mg") for one in said(shift, "zh"))


def test_a_patient_who_worsens_while_a_step_is_late(shift: Shift) -> None:
    shift.ordered(shift.drug())
    signs = {
        "respiratory_rate": 26,
        "spo2": 91,
        "supplemental_oxygen": False,
        "systolic_bp": 92,
        "pulse": 122,
        "consciousness": "A",
        "temperature": "36.8",
    }
    shift.at("09:30")
    shift.app.observe_vitals(user="li.na", command=shift.new(), encounter=shift.stay, entered=signs)
    english = said(shift, "en")
    assert english[0].startswith("Vital signs (NEWS2 1")
    assert any("while the patient worsens: Paracetamol" in one for one in english)
    assert any("且病情恶化" in one for one in said(shift, "zh"))


def test_what_is_not_known_is_said_in_one_sentence(shift: Shift) -> None:
    risk = score(shift)
    assert missing_words(risk, Texts.load("en")) == (
        "Not known: lasting illnesses, kidney function, course of creatinine, a whole set of vital"
        " signs. The score is at least this."
    )
    assert missing_words(risk, Texts.load("zh")).startswith("未知:慢性疾病、肾功能")
    assert missing_words(replace(risk, missing=()), Texts.load("en")) == ""


def test_a_cause_that_has_no_words_yet_is_shown_by_its_name(shift: Shift) -> None:
    app = shift.app
    about = About(app.reads, app.loops, (), read_names(app.reads, at=shift.clock.at))
    formats = Formats(Texts.load("en"), ZONE)
    for domain, name in (("A", "new_cause"), ("L", "new_cause")):
        cause = RiskCause(name, domain, 1, 1000, "nobody", "NO-RULE")
        words = cause_words(
            score(shift), cause, about=about, rulebook=app.place.rulebook, formats=formats
        )
        assert words == "new cause"
    assert about.late_step(RiskCause("open_step", "L", 1, 1, "nobody"), formats) == ""
