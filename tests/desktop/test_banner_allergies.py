"""The banner names the allergies of the patient, or says that nobody has asked. Never nothing."""

from dataclasses import replace

import pytest

from client.presenters.banner import BannerView
from client.presenters.formats import NO_BREAK
from client.presenters.task_pane import banner_at
from domain.clinical import Allergy, Clinical
from tests.desktop.test_pages_loop import NOW
from tests.desktop.ward import formats, loop


def banner(allergies: tuple[Allergy, ...] | None, language: str = "en") -> BannerView:
    data = loop("furosemide")
    bedside = replace(data.bedside, clinical=Clinical(allergies=allergies))
    words = formats("zh" if language == "zh" else "en")
    return banner_at(bedside, data.names, now=NOW, formats=words)


def test_known_allergies_stand_with_their_reaction_and_a_warning_sign() -> None:
    known = (Allergy("penicillins", reaction="anaphylaxis"), Allergy("latex"))
    shown = banner(known)
    (fact,) = shown.facts
    assert (fact.label, fact.value) == ("Known allergies", "penicillins (anaphylaxis), latex")
    assert shown.warning == fact.label


@pytest.mark.parametrize(
    ("allergies", "words", "warns"),
    [((), "No known allergies", False), (None, "Allergies not recorded", True)],
)
def test_asked_and_none_is_not_the_same_as_never_asked(
    allergies: tuple[Allergy, ...] | None, words: str, warns: bool
) -> None:
    shown = banner(allergies)
    assert [(fact.label, fact.value) for fact in shown.facts] == [(words, NO_BREAK)]
    assert bool(shown.warning) is warns


def test_without_what_is_known_of_the_patient_it_claims_nothing() -> None:
    data = loop("furosemide")
    bedside = replace(data.bedside, clinical=None)
    shown = banner_at(bedside, data.names, now=NOW, formats=formats("zh"))
    assert [fact.label for fact in shown.facts] == ["过敏史未记录"]
